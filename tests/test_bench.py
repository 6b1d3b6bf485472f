"""`make bench`: its errors and its size limit."""

import pytest

from bench import story
from bench.simulation import served


@pytest.mark.filterwarnings("error")
def test_child_that_dies_is_reported_in_one_sentence() -> None:
    with (
        pytest.raises(SystemExit, match=r"^bench: the simulation ended before it listened"),
        served("no such size"),
    ):
        pass


def test_code_behind_one_post_stays_short() -> None:
    sizes = [len((story.SERVICE / f"{name}.py").read_text().splitlines()) for name in story.STORY]

    assert (len(sizes), sum(sizes) <= story.MOST_LINES) == (7, True), sum(sizes)

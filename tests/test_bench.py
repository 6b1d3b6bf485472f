"""What `make bench` says where it cannot measure."""

import pytest

from bench import story
from bench.opsgenie import served


@pytest.mark.filterwarnings("error")
def test_a_child_that_dies_is_told_in_a_sentence() -> None:
    with (
        pytest.raises(SystemExit, match=r"^bench: the simulated Opsgenie ended before it listened"),
        served("no such size"),
    ):
        pass


def test_the_story_of_a_post_stays_short() -> None:
    sizes = [len((story.SERVICE / f"{name}.py").read_text().splitlines()) for name in story.STORY]

    assert (len(sizes), sum(sizes) <= story.MOST_LINES) == (7, True), sum(sizes)

"""What `make bench` says where it cannot measure."""

import pytest

from bench.opsgenie import served


@pytest.mark.filterwarnings("error")
def test_a_child_that_dies_is_told_in_a_sentence() -> None:
    with (
        pytest.raises(SystemExit, match=r"^bench: the simulated Opsgenie ended before it listened"),
        served("no such size"),
    ):
        pass

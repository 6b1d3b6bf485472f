"""A stopwatch that also counts the time for which the machine stood still."""

import time


class Stopwatch:
    """Measure the seconds since it was made."""

    def __init__(self) -> None:
        self._monotonic, self._wall = time.monotonic(), time.time()

    @property
    def seconds(self) -> float:
        """The seconds since then.

        The clock that went further is right: a suspended laptop, or a Lambda that is frozen between two requests,
        stops the monotonic one, and the wall clock may be set back.
        https://docs.python.org/3/library/time.html#time.monotonic
        """
        return max(time.monotonic() - self._monotonic, time.time() - self._wall)

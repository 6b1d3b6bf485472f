"""How much of the time somebody is on call, in a sentence."""

from datetime import timedelta

from console.report.findings import Outlook
from console.report.shifts import is_known


def summary(ahead: Outlook) -> str:
    """Say how much of the time somebody is on call, and in which time zone where that is not the schedule's."""
    zone = ahead.schedule.timezone
    return _covered(ahead) + (
        "" if is_known(zone) else f" The time zone {zone} is not known here: all is counted in UTC."
    )


def _covered(ahead: Outlook) -> str:
    if not ahead.schedule.enabled:
        return "The schedule is switched off: nobody is on call."
    if not ahead.gaps:
        return "Somebody is on call all the time."
    stretches = "one stretch" if len(ahead.gaps) == 1 else f"{len(ahead.gaps)} stretches"
    share = ahead.uncovered / (ahead.end - ahead.start)
    percent = f"{share:.0%}" if share >= 0.01 else "less than 1%"
    return f"Nobody is on call for {_length(ahead.uncovered)} in {stretches} ({percent} of the time)."


def _length(length: timedelta) -> str:
    minutes = round(length / timedelta(minutes=1))
    hours = round(minutes / 60)
    if minutes < 60:
        return _many(max(1, minutes), "minute")
    if hours < 72:
        return _many(hours, "hour")
    return _many(hours // 24, "day") + (f" and {_many(hours % 24, 'hour')}" if hours % 24 else "")


def _many(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"

"""Lay out a schedule's next weeks as lanes: one per person, and one for nobody."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

from console.report import findings
from console.report.findings import Outlook
from service.coverage import Shift, is_known, timezone
from service.model import Participant

LONGEST_LABEL = 27
MONDAY = 0


@dataclass(frozen=True)
class Size:
    """The lengths of a drawing; `label` is from the top of a lane to the foot of its label."""

    width: int = 1000
    labels: int = 190
    weeks: int = 24
    top: int = 40
    row: int = 24
    bar: int = 16
    margin: int = 4
    label: float = 16.5


SIZE = Size()


@dataclass(frozen=True)
class Bar:
    """A shift or a gap; `title` is its tool tip."""

    x: float
    y: float
    width: float
    title: str
    look: str


@dataclass(frozen=True)
class Lane:
    """A person's row."""

    y: float
    label: str
    title: str


@dataclass(frozen=True)
class Tick:
    """A midnight; one with a label begins a week."""

    x: float
    label: str

    @property
    def is_last(self) -> bool:
        """Whether the label goes before the line, for lack of room after it."""
        return self.x > SIZE.width - 75


@dataclass(frozen=True)
class Row:
    """A shift in words."""

    start: str
    end: str
    who: str
    rotation: str


@dataclass(frozen=True)
class Picture:
    """Everything the page shows of a schedule."""

    name: str
    zone: str
    enabled: bool
    summary: str
    height: float
    lanes: tuple[Lane, ...]
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    rows: tuple[Row, ...]
    gaps: tuple[tuple[str, str], ...]


class _Scale:
    def __init__(self, outlook: Outlook) -> None:
        self._start, self._whole = outlook.start, outlook.end - outlook.start

    def x(self, moment: datetime) -> float:
        return round(SIZE.labels + (SIZE.width - SIZE.labels) * ((moment - self._start) / self._whole), 2)


def draw(outlook: Outlook, label: Callable[[Participant], str]) -> Picture:
    """Lay out one schedule."""
    zone = timezone(outlook.schedule.timezone)
    scale = _Scale(outlook)
    several = len(outlook.schedule.rotations) > 1
    shown = sorted((one for one in outlook.shifts if several or not one.is_nobody), key=lambda shift: shift.is_nobody)
    names = list(dict.fromkeys(_lane(shift, label) for shift in shown))
    top = {name: SIZE.top + SIZE.row * place for place, name in enumerate([*names, ""])}
    bars = [
        _bar(scale, top[_lane(shift, label)], shift.start, shift.end, _title(shift, label, zone), _look(shift))
        for shift in shown
    ]
    bars += [
        _bar(scale, top[""], start, end, f"Nobody: {_when(start, zone)} to {_when(end, zone)}", "gap")
        for start, end in outlook.gaps
    ]
    lanes = [Lane(top[name], _short(name), name) for name in names]
    lanes += [Lane(top[""], "Nobody", "Nobody is on call")] if outlook.gaps else []
    return Picture(
        name=outlook.schedule.name,
        zone=outlook.schedule.timezone if is_known(outlook.schedule.timezone) else "UTC",
        enabled=outlook.schedule.enabled,
        summary=findings.summary(outlook),
        height=SIZE.top + SIZE.row * len(lanes) + SIZE.margin,
        lanes=tuple(lanes),
        bars=tuple(bars),
        ticks=tuple(_ticks(outlook, zone, scale)),
        rows=tuple(_rows(outlook, label, zone)),
        gaps=tuple((_when(start, zone), _when(end, zone)) for start, end in outlook.gaps),
    )


def _bar(scale: _Scale, y: float, start: datetime, end: datetime, title: str, look: str) -> Bar:
    x = scale.x(start)
    return Bar(x, y + SIZE.margin, round(max(0.75, scale.x(end) - x), 2), title, look)


def _lane(shift: Shift, label: Callable[[Participant], str]) -> str:
    """Name a shift's lane; nobody's turns get one per rotation, since another rotation may cover them."""
    return f"nobody in {shift.rotation}" if shift.is_nobody else label(shift.who)


def _look(shift: Shift) -> str:
    return "none" if shift.is_nobody else "override" if shift.is_override else "shift"


def _title(shift: Shift, label: Callable[[Participant], str], zone: tzinfo) -> str:
    what = f"{shift.rotation}, override" if shift.is_override else shift.rotation
    return f"{label(shift.who)}: {_when(shift.start, zone)} to {_when(shift.end, zone)} ({what})"


def _ticks(outlook: Outlook, zone: tzinfo, scale: _Scale) -> Iterator[Tick]:
    day = outlook.start.astimezone(zone).date() + timedelta(days=1)
    while (midnight := datetime.combine(day, time(), zone)) < outlook.end:
        yield Tick(scale.x(midnight), f"Mon {day.day} {day:%b}" if day.weekday() == MONDAY else "")
        day += timedelta(days=1)


def _rows(outlook: Outlook, label: Callable[[Participant], str], zone: tzinfo) -> Iterator[Row]:
    for shift in sorted(outlook.shifts, key=lambda shift: (shift.start, shift.rotation)):
        what = f"{shift.rotation} (override)" if shift.is_override else shift.rotation
        yield Row(_when(shift.start, zone), _when(shift.end, zone), label(shift.who), what)


def _when(moment: datetime, zone: tzinfo) -> str:
    local = moment.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b} {local:%H:%M}"


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_LABEL else f"{name[: LONGEST_LABEL - 1]}…"

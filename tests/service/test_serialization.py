"""Changes as JSON: what a write means for those who stay."""

from dataclasses import replace

import pytest

from service.model import Change, Delay, Escalation
from service.serialization import change_json
from tests.support.people import ANNA, LEAVER, escalation


def with_delays(entry: Escalation, *delays: Delay) -> Escalation:
    return replace(entry, rules=tuple(replace(r, delay=d) for r, d in zip(entry.rules, delays, strict=True)))


@pytest.mark.parametrize(
    ("delays", "note"),
    [
        ((Delay(0, "minutes"), Delay(10, "minutes")), "the first notice comes 10 minutes later"),
        ((Delay(0, "minutes"), Delay(1, "hours")), "the first notice comes 60 minutes later"),
        ((Delay(4, "minutes"), Delay(5, "minutes")), "the first notice comes 1 minute later"),
        ((Delay(30, "seconds"), Delay(1, "minutes")), "the first notice comes 30 seconds later"),
        ((Delay(0, "minutes"), Delay(7, "fortnights")), "the first notice comes 7 minutes later"),
        ((Delay(5, "minutes"), Delay(5, "minutes")), None),
        ((Delay(10, "minutes"), Delay(0, "minutes")), None),
    ],
)
def test_escalation_change_says_how_much_later_the_first_notice_comes(
    delays: tuple[Delay, ...], note: str | None
) -> None:
    before = with_delays(escalation(LEAVER, ANNA), *delays)
    after = replace(before, rules=before.rules[1:])

    assert change_json(Change("remove", before, after)).get("note") == note


def test_replacement_does_not_delay_the_first_notice() -> None:
    before = with_delays(escalation(LEAVER, ANNA), Delay(0, "minutes"), Delay(10, "minutes"))
    after = replace(before, rules=(replace(before.rules[0], recipient=ANNA), before.rules[1]))

    assert "note" not in change_json(Change("replace", before, after))

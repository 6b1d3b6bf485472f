"""Overrides that no list shows by person: found by the person's turns to come, whatever the vendor."""

from dataclasses import replace

import pytest

from service.errors import OutOfTimeError, UnavailableError
from service.model import Change, Named
from tests.support.fake_client import FakeClient, failing
from tests.support.people import NAMED_KOFI
from tests.support.sample_run import (
    CHANGES,
    COVER,
    END,
    LATE,
    NOT_CHECKED,
    OVER,
    Run,
)

HIDDEN = replace(COVER, id="hidden", schedule=Named("id-other", "Billing"))


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("refuses", [False, True])
def test_overrides_that_no_list_shows_are_deleted_before_the_end(
    fake_client: FakeClient, keep: bool, refuses: bool
) -> None:
    fake_client.capabilities = replace(fake_client.capabilities, refuses_while_in_use=refuses)
    fake_client.hidden_overrides = {
        Change("", entry).key: entry for entry in (HIDDEN, replace(OVER, id="hidden and over"))
    }

    planned = Run(fake_client, keep_user=keep, dry_run=True)()
    report = Run(fake_client, keep_user=keep)()

    assert report.changes == planned.changes == (*CHANGES[:5], Change("delete", HIDDEN), *([] if keep else [END]))
    assert [entry.id for entry in fake_client.hidden_overrides.values()] == ["hidden and over"]
    if not keep:
        last = max(n for n, call in enumerate(fake_client.log) if call.startswith("deactivate"))
        assert fake_client.log.index("delete override hidden") < last


def test_who_is_in_nothing_but_an_override_that_no_list_shows_leaves_it(refusing: FakeClient) -> None:
    refusing.entries = {}
    refusing.hidden_overrides = {Change("", HIDDEN).key: HIDDEN}

    assert Run(refusing)().changes == (Change("delete", HIDDEN), END)


def test_turns_that_cannot_be_read_are_not_checked(fake_client: FakeClient) -> None:
    for _ in range(2):
        fake_client.when("turns hari@example.com", failing(UnavailableError("down")))

    note = "overrides in schedules that hold the person in no other way: down"
    assert Run(fake_client, dry_run=True)().not_checked == (NOT_CHECKED, note)
    assert Run(fake_client)().not_checked == (NOT_CHECKED, note)


def test_turns_that_nothing_explains_are_not_checked(fake_client: FakeClient) -> None:
    fake_client.hidden_overrides = {Change("", HIDDEN).key: replace(HIDDEN, user=NAMED_KOFI)}

    cover = fake_client.entries.pop(Change("", COVER).key)
    assert Run(fake_client, dry_run=True)().not_checked == (NOT_CHECKED,)
    fake_client.put(cover)
    note = "turns to come: Callout still shows some of hari@example.com"
    assert Run(fake_client)().not_checked == (NOT_CHECKED, note)


def test_account_remains_where_time_runs_out_at_a_hidden_override(fake_client: FakeClient) -> None:
    fake_client.hidden_overrides = {Change("", HIDDEN).key: HIDDEN}
    fake_client.when("delete override hidden", failing(LATE))

    _, remaining = Run(fake_client).failing(OutOfTimeError, "late")
    assert remaining == (Change("delete", HIDDEN), END)


def test_hidden_overrides_go_where_the_vendor_ends_an_account_still_in_use(refusing: FakeClient) -> None:
    """Of an account that is gone nobody tells whether it has turns: every schedule is looked through."""
    entries = dict(refusing.entries)
    refusing.when("deactivate user id-hari", refusing.entries.clear)
    refusing.when("read rotation id-rotation", lambda: refusing.entries.update(entries))
    refusing.when("turns hari@example.com", failing(UnavailableError("there is no such user")))
    refusing.hidden_overrides = {Change("", HIDDEN).key: HIDDEN}

    report = Run(refusing)()

    assert Change("delete", HIDDEN) in report.changes
    assert refusing.hidden_overrides == {}
    assert not [note for note in report.not_checked if note.startswith(("overrides", "turns"))]

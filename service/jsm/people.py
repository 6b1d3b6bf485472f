"""The people whom entries name by account id only: their names, and who of them can be called."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

from service import parsing as fields
from service.jsm.directory import BULK, Directory, is_human
from service.model import (
    Escalation,
    ForwardingRule,
    Membership,
    Named,
    Override,
    Participant,
    Person,
    Rotation,
    ascii_lower,
)
from service.parsing import Json


class People:
    """What is known of accounts in one request; each is asked for once.

    A name is the address, or the full name where the address is hidden, or the id.
    """

    def __init__(self, directory: Directory, leaver: Person) -> None:
        self._directory = directory
        self._leaver = leaver
        self._names: dict[str, str] = {leaver.id: leaver.username}
        self._usernames: dict[str, str] = {leaver.id: leaver.username}
        self.things: dict[tuple[str, str], str] = {}
        """The names of teams, escalations and schedules, by type and id."""
        self.gone: set[str] = set()
        """The ids of accounts that are suspended, deactivated, no person's, or not there at all."""
        self.unread = ""
        """Why it is not known who is gone; empty where it is."""

    def reads(self, ids: Iterable[str]) -> list[Callable[[], None]]:
        """Return calls that read the accounts that are not known yet."""
        new = sorted({one for one in ids if one not in self._names and one not in self.gone})
        return [partial(self._read, new[start : start + BULK]) for start in range(0, len(new), BULK)]

    def know(self, ids: Iterable[str]) -> None:
        """Read the accounts that are not known yet."""
        for read in self.reads(ids):
            read()

    def name(self, account_id: str) -> str:
        """Return what somebody is called in an answer."""
        return self._names.get(account_id, account_id)

    def rotation(self, entry: Rotation) -> Rotation:
        """Put the names that are known into a rotation."""
        return replace(entry, participants=tuple(map(self.participant, entry.participants)))

    def escalation(self, entry: Escalation) -> Escalation:
        """Put the names that are known into an escalation."""
        rules = (replace(rule, recipient=self.participant(rule.recipient)) for rule in entry.rules)
        return replace(entry, rules=tuple(rules))

    def override(self, entry: Override) -> Override:
        """Put the name of who stands in into an override."""
        return replace(entry, user=self._user(entry.user))

    def forwarding_rule(self, entry: ForwardingRule) -> ForwardingRule:
        """Put the two names into a forwarding rule."""
        return replace(entry, from_user=self._user(entry.from_user), to_user=self._user(entry.to_user))

    def membership(self, entry: Membership) -> Membership:
        """Put the names of the other members into a membership."""
        return replace(entry, others=tuple(map(self.participant, entry.others)))

    def participant(self, one: Participant) -> Participant:
        """Put the names that are known into a participant."""
        if one.type == "user":
            username = self._usernames.get(one.id, "")
            return replace(one, username=username, name="" if username else self.name(one.id))
        return replace(one, name=self.things.get((one.type, one.id), one.name))

    def _user(self, user: Named) -> Named:
        return Named(user.id, self.name(user.id)) if user.id else user

    def _read(self, ids: list[str]) -> None:
        # The leaver's account exists: an empty answer means that the token sees no accounts, not that they are gone.
        rows = self._directory.accounts([self._leaver.id, *ids])
        with fields.parsing("the names of people"):
            for row in rows:
                self._add(row)
        if rows:
            self.gone.update(one for one in ids if one not in self._names)
        else:
            self.unread = "Jira shows none of the accounts"

    def _add(self, row: Json) -> None:
        account_id = fields.text(row, "accountId")
        if account_id == self._leaver.id:
            return
        address, full_name = fields.maybe_text(row, "emailAddress"), fields.maybe_text(row, "displayName")
        # Another account with the leaver's address, or that calls itself so, is not the leaver.
        names = [name for name in (address, full_name) if name and not self._is_leavers(name)]
        self._names[account_id] = names[0] if names else account_id
        self._usernames[account_id] = address if names and address == names[0] else ""
        if not (is_human(row) and row.get("active") is not False):
            self.gone.add(account_id)

    def _is_leavers(self, name: str) -> bool:
        return ascii_lower(name) == ascii_lower(self._leaver.username)

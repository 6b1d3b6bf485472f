"""The words of an interface for what its users see and do: the API's here, the console's in the console."""

from collections.abc import Sequence
from dataclasses import dataclass

from service.model import Blocker


@dataclass(frozen=True)
class Wording:
    """Parts of sentences."""

    in_changes: str
    in_changes_and_unconfirmed: str
    in_remaining: str
    send_again: str
    name_replacement: str
    name_another: str


API = Wording(
    in_changes="What was changed is in changes",
    in_changes_and_unconfirmed="What was changed is in changes, what may have been in unconfirmed",
    in_remaining="The account is deleted, and what is in remaining has to be removed by hand",
    send_again="send this again",
    name_replacement="send replace_with",
    name_another="name another person in replace_with",
)


def joined(words: Sequence[str]) -> str:
    """Join words as in `a, b and c`; there must be one."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def remedy(blocker: Blocker, wording: Wording) -> str:
    """Say what a person can do about a blocker: its remedies, and a replacement where that is one."""
    if blocker.kind == "replacement":
        return wording.name_another
    remedies = [*blocker.remedies, *([wording.name_replacement] if blocker.replaceable else [])]
    if not remedies:
        return ""
    return remedies[0] if len(remedies) == 1 else f"{', '.join(remedies[:-1])}, or {remedies[-1]}"

"""Which usernames are taken: e-mail addresses, whose letters are what they seem."""

import string
import unicodedata

LONGEST = 100
"""Characters that an Opsgenie username has at most.

https://docs.opsgenie.com/docs/user-api#create-user
"""

_ASCII = frozenset(string.ascii_letters + string.digits + "!#$%&'*+-/=?^_`{|}~.")
"""What an address may have in ASCII before its @, without quotes.

https://www.rfc-editor.org/rfc/rfc5322#section-3.2.3
"""
_DOMAIN = frozenset(string.ascii_letters + string.digits + "-.")


def problem(username: str) -> str:
    """Return what keeps this from being a username, as the end of a sentence; "" where nothing does."""
    if not username:
        return "is blank"
    if len(username) > LONGEST:
        return f"is longer than {LONGEST} characters"
    local, at, domain = username.rpartition("@")
    if not (local and at and domain) or "@" in local:
        return "is not an e-mail address"
    wrong = next(
        (char for part, known in ((local, _ASCII), (domain, _DOMAIN)) for char in part if _is_odd(char, known)), ""
    )
    return f"has {_shown(wrong)}, which is not accepted in an e-mail address" if wrong else ""


def _shown(char: str) -> str:
    name = unicodedata.name(char, "").lower()
    return f"{char!r} ({name})" if name else repr(char)


def _is_odd(char: str, known: frozenset[str]) -> bool:
    if char.isascii():
        return char not in known
    # The Kelvin sign, full-width letters and their like become other letters in the other case or normalized; what
    # is not printable, such as a space of no width, is not seen at all.
    cases = char.lower() + char.upper()
    changes = unicodedata.normalize("NFKC", char) != char or any(one.isascii() for one in cases)
    return changes or not char.isprintable()

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
    if not username.isprintable():
        return "has control characters"
    local, at, domain = username.rpartition("@")
    if not (local and at and domain) or "@" in local:
        return "is not an e-mail address"
    wrong = next(
        (char for part, known in ((local, _ASCII), (domain, _DOMAIN)) for char in part if _is_odd(char, known)), ""
    )
    if not wrong:
        return ""
    return (
        f"has {wrong!r} ({unicodedata.name(wrong, 'a character without a name').lower()}), which no e-mail address has"
    )


def _is_odd(char: str, known: frozenset[str]) -> bool:
    if char.isascii():
        return char not in known
    # The Kelvin sign, full-width letters and their like become other letters when they are lowered or normalized.
    return unicodedata.normalize("NFKC", char) != char or any(one.isascii() for one in char.lower())

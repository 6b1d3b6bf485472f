"""Read the query of the list of users: terms of a field and a value, with AND, OR, NOT and parentheses.

https://support.atlassian.com/opsgenie/docs/search-syntax-for-users
"""

import operator
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from local.opsgenie.answers import ApiError, unprocessable
from local.simulator.fields import parsed
from local.simulator.store import Item

Test = Callable[[Item], bool]

TOKEN = re.compile(r'\s*("(?:[^"\\]|\\.)*"|<=|>=|[<>:()]|[^\s"<>:()]+|")')
OPERATORS: Mapping[str, Callable[[datetime, datetime], bool]] = {
    ":": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
WORDS = ("AND", "OR", "NOT")
FIELDS = ("username", "fullName", "blocked", "verified", "role", "locale", "timeZone", "userAddress", "createdAt")
DEEPEST = 50


class UserSearch:
    """Find users by a query; raises 422 for one that cannot be read."""

    def __init__(self, query: str) -> None:
        self.fields: set[str] = set()
        self._tokens = TOKEN.findall(query)
        self._place = 0
        self._depth = 0
        self._test: Test = self._either() if self._tokens else lambda _: True
        if self._peek():
            raise _unexpected(self._peek())

    def finds(self, user: Item) -> bool:
        """Tell whether a user is one of those searched for."""
        return self._test(user)

    def _either(self) -> Test:
        tests = [self._both()]
        while self._takes("OR"):
            tests.append(self._both())
        return lambda user: any(test(user) for test in tests)

    def _both(self) -> Test:
        tests = [self._one()]
        while self._takes("AND"):
            tests.append(self._one())
        return lambda user: all(test(user) for test in tests)

    def _one(self) -> Test:
        if self._takes("NOT"):
            test = self._deeper(self._one)
            return lambda user: not test(user)
        if self._takes("("):
            test = self._deeper(self._either)
            self._close()
            return test
        field = self._peek()
        if self._peek(1) not in OPERATORS:
            return _free(self._value("a field"))
        self._place += 2
        return self._values(field, self._tokens[self._place - 1])

    def _deeper(self, read: Callable[[], Test]) -> Test:
        self._depth += 1
        if self._depth > DEEPEST:
            raise _refused("is nested too deeply")
        test = read()
        self._depth -= 1
        return test

    def _values(self, field: str, sign: str) -> Test:
        name = next((known for known in FIELDS if known.lower() == field.lower()), None)
        if name is None:
            raise _refused(f"{field} is not searchable")
        self.fields.add(name)
        if not self._takes("("):
            return _term(name, sign, self._value("a value"))
        tests, every = [_term(name, sign, self._value("a value"))], self._peek().upper() == "AND"
        while self._takes("AND" if every else "OR"):
            tests.append(_term(name, sign, self._value("a value")))
        self._close()
        return lambda user: (all if every else any)(test(user) for test in tests)

    def _value(self, expected: str) -> str:
        """Take a quoted value, or all the words up to what is none."""
        first = self._peek()
        if not first:
            raise _refused(f"ends where {expected} is expected")
        self._place += 1
        if first == '"':
            raise _refused('a " is missing')
        if first.startswith('"'):
            return re.sub(r"\\(.)", r"\1", first[1:-1])
        if first.upper() in WORDS or not _is_word(first):
            raise _unexpected(first)
        words = [first]
        while _is_word(self._peek()) and self._peek().upper() not in WORDS and self._peek(1) not in OPERATORS:
            words.append(self._peek())
            self._place += 1
        return " ".join(words)

    def _close(self) -> None:
        if not self._takes(")"):
            raise _unexpected(self._peek()) if self._peek() else _refused("a ) is missing")

    def _peek(self, ahead: int = 0) -> str:
        return self._tokens[self._place + ahead] if self._place + ahead < len(self._tokens) else ""

    def _takes(self, token: str) -> bool:
        found = self._peek().upper() == token
        self._place += found
        return found


def _is_word(token: str) -> bool:
    return bool(token) and token[0] not in '"()' and token not in OPERATORS


def _refused(reason: str) -> ApiError:
    return unprocessable(query=reason)


def _unexpected(token: str) -> ApiError:
    return _refused(f"{token} is not expected there")


def _free(text: str) -> Test:
    return lambda user: any(text.lower() in user[field].lower() for field in ("username", "fullName"))


def _term(field: str, sign: str, value: str) -> Test:
    if field == "createdAt":
        moment, compare = _moment(value), OPERATORS[sign]
        return lambda user: "createdAt" in user and compare(parsed(user["createdAt"]), moment)
    if sign != ":":
        raise _refused(f"{field} has no order")
    wanted = value.lower()
    if field in ("blocked", "verified"):
        if wanted not in ("true", "false"):
            raise _refused(f"{field} must be true or false")
        return lambda user: bool(user.get(field)) == (wanted == "true")
    if field in ("username", "fullName"):
        return lambda user: wanted in user[field].lower()
    if field == "userAddress":
        return lambda user: any(wanted in str(part).lower() for part in user.get(field, {}).values())
    if field == "role":
        return lambda user: wanted == user["role"]["name"].lower()
    return lambda user: wanted == str(user.get(field, "")).lower()


def _moment(value: str) -> datetime:
    try:
        if value.isascii() and value.isdigit():
            return datetime.fromtimestamp(int(value) / 1000, UTC)
        return parsed(value)
    except (ValueError, OverflowError, OSError):
        raise _refused("createdAt must be a date, or milliseconds since 1970") from None

"""Lists of leavers: CSV dialects, and errors with line numbers."""

import pytest

from console.offboard.csv_table import ListError
from console.offboard.leavers import Defaults, Leaver, read_csv, requests_of
from console.offboard.list_rows import Choice
from service.model import Request

NO_COLUMN = "no column username, email or the like in the header ({}): choose one with --column NAME"
TWO = [("hari@example.com", "kofi@example.com"), ("ines@example.com", "")]


@pytest.mark.parametrize(
    "content",
    [
        b"username,replace_with\nhari@example.com,kofi@example.com\nines@example.com,\n",
        b"username;replace_with\r\nhari@example.com;kofi@example.com\r\nines@example.com;\r\n",
        b"username\treplace_with\nhari@example.com\tkofi@example.com\nines@example.com",
        b'\xef\xbb\xbf"Username","Replace With"\r\n"hari@example.com","kofi@example.com"\r\n"ines@example.com",""\r\n',
        b"sep=;\r\nusername;replace_with\r\nhari@example.com;kofi@example.com\r\nines@example.com\r\n",
        b"sep=|\nusername|replace_with\nhari@example.com|kofi@example.com\nines@example.com|\n",
        b"replace-with,username\nkofi@example.com,hari@example.com\n\n,ines@example.com\n,\n",
        b"username,replace_with\rhari@example.com,kofi@example.com\rines@example.com\r",
        "username\treplace_with\r\nhari@example.com\tkofi@example.com\r\nines@example.com\t\r\n".encode("utf-16"),
        b'"a, b";username;replace_with\n1;hari@example.com;kofi@example.com\n2;ines@example.com;\n',
    ],
)
def test_reads_common_csv_dialects(content: bytes) -> None:
    wishes, _ = read_csv(content, "list.csv")

    assert [(wish.username, wish.replace_with) for wish in wishes] == TWO


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"login\nhari@example.com\n", f"list.csv line 1: {NO_COLUMN.format('login')}"),
        (
            b"Replace with,username,replace_with\n",
            "list.csv line 1: the header has the column replace_with twice",
        ),
        (b"username,username\n", "list.csv line 1: the header has the column username twice"),
        (b"username\nhari@example.com,kofi@example.com\n", "list.csv line 2: more fields than the header has columns"),
        (b"username\n", "list.csv names nobody below its header"),
        *(
            (
                f"sep={char}\nusername\nhari@example.com\n".encode(),
                f"list.csv line 1: {NO_COLUMN.format(f'sep={char}'.strip())}",
            )
            for char in '" x\\\r'
        ),
    ],
)
def test_invalid_csv_raises_a_list_error_naming_the_problem(content: bytes, problem: str) -> None:
    with pytest.raises(ListError) as refused:
        read_csv(content, "list.csv")

    assert str(refused.value) == problem


def test_notes_name_the_ignored_columns() -> None:
    _, notes = read_csv(b"Name,username,Left on\nHari,hari@example.com,2026-11-25\n", "list.csv", Choice(all_rows=True))

    assert notes == ["list.csv line 1: not read: the columns Name, Left on"]


@pytest.mark.parametrize(
    "content",
    [
        b"username,keep_turns\nhari@example.com,yes\nines@example.com,\n",
        b"Keep Turns;Username\r\n yes ;hari@example.com\r\n;ines@example.com\r\n",
        b"username,keep-turns\nhari@example.com,yes\nines@example.com\n",
    ],
)
def test_reads_who_keeps_turns_from_a_column(content: bytes) -> None:
    wishes, notes = read_csv(content, "list.csv")

    assert [(wish.username, wish.keep_turns) for wish in wishes] == [
        ("hari@example.com", "yes"),
        ("ines@example.com", ""),
    ]
    assert notes == []


def wish(username: str, replace_with: str = "", line: int = 2, *, keep_turns: str = "") -> Leaver:
    return Leaver(username, replace_with, f"line {line}", keep_turns)


def test_leavers_own_replacement_overrides_the_default() -> None:
    wishes = [wish(" Hari@Example.com "), wish("ines@example.com", "aiko@example.com", 3)]

    requests, notes = requests_of(wishes, Defaults("kofi@example.com", keep_user=True))

    assert requests == [
        Request("hari@example.com", "kofi@example.com", keep_user=True),
        Request("ines@example.com", "aiko@example.com", keep_user=True),
    ]
    assert notes == []


@pytest.mark.parametrize(
    ("word", "keep_turns"),
    [
        *((word, True) for word in ("true", "TRUE", "Yes", "1")),
        *((word, False) for word in ("false", "False", "NO", "0", "")),
    ],
)
def test_keep_turns_is_read_in_any_case(word: str, keep_turns: bool) -> None:
    requests, _ = requests_of([wish("hari@example.com", keep_turns=word)], Defaults())

    assert requests == [Request("hari@example.com", keep_turns=keep_turns)]


KOFI, AIKO = "kofi@example.com", "aiko@example.com"


@pytest.mark.parametrize(
    ("defaults", "own", "replace_with", "keep_turns"),
    [
        (Defaults(keep_turns=True), wish("hari@example.com"), None, True),
        (Defaults(keep_turns=True), wish("hari@example.com", keep_turns="no"), None, False),
        (Defaults(keep_turns=True), wish("hari@example.com", AIKO), AIKO, False),
        (Defaults(KOFI), wish("hari@example.com", keep_turns="yes"), None, True),
        (Defaults(KOFI), wish("hari@example.com", keep_turns="no"), KOFI, False),
        (Defaults(KOFI), wish("hari@example.com", AIKO, keep_turns="no"), AIKO, False),
    ],
)
def test_what_a_leavers_own_line_says_wins_over_the_defaults(
    defaults: Defaults, own: Leaver, replace_with: str | None, keep_turns: bool
) -> None:
    requests, _ = requests_of([own], defaults)

    assert requests == [Request("hari@example.com", replace_with, keep_turns=keep_turns)]


def test_person_listed_twice_gives_one_request_and_a_note() -> None:
    wishes = [wish("hari@example.com"), wish("HARI@example.com", line=7)]

    requests, notes = requests_of(wishes, Defaults())

    assert requests == [Request("hari@example.com")]
    assert notes == ["line 7: hari@example.com is in line 2 already"]


def test_list_error_names_every_invalid_line() -> None:
    wishes = [
        wish(""),
        wish("x" * 101, line=3),
        wish("hari@example.com", "kofi@example.com", 4),
        wish("hari@example.com", "aiko@example.com", 5),
        wish("kofi@example.com", line=6),
        wish("ines@example.com", "aiko@example.com", 7, keep_turns="yes"),
        wish("nora@example.com", line=8, keep_turns="maybe\x1b"),
        wish("mei.lin@example.com", line=9, keep_turns="no"),
        wish("mei.lin@example.com", line=10, keep_turns="yes"),
    ]

    with pytest.raises(ListError) as refused:
        requests_of(wishes, Defaults())

    assert str(refused.value).splitlines() == [
        "line 2: username is blank",
        "line 3: username is longer than 100 characters",
        "line 5: hari@example.com with another replacement than in line 4",
        "line 7: keep_turns and replace_with exclude each other: only one can take the places",
        "line 8: keep_turns is 'maybe\\x1b': it must be true or false, yes or no, 1 or 0, or empty",
        "line 10: mei.lin@example.com with another keep_turns than in line 9",
        "line 4: kofi@example.com is to take a place, and is on the list of leavers",
    ]


def test_list_error_shows_at_most_20_problems() -> None:
    with pytest.raises(ListError) as refused:
        requests_of([wish("", line=n) for n in range(30)], Defaults())

    assert str(refused.value).splitlines()[20:] == ["and 10 more"]

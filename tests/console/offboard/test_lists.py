"""Lists as HR systems, directories and spreadsheets write them: columns, headers, encodings, and errors by line."""

import csv

import pytest

from console.offboard.csv_table import ListError
from console.offboard.leavers import read_csv

ADDRESS = "is an address: read as a list without a header"
FIRST = ", of whose columns only the first is read"
REPLACED = "\N{REPLACEMENT CHARACTER}"
TWO = ["hari@example.com", "ines@example.com"]


def no_column(header: str) -> str:
    return f"no column username, email or the like in the header ({header}): choose one with --column NAME"


def usernames(content: bytes) -> list[str]:
    leavers, _ = read_csv(content, "list.csv")
    return [leaver.username for leaver in leavers]


@pytest.mark.parametrize(
    "column",
    [
        "username",
        "email",
        "e-mail",
        "mail",
        "work email",
        "user name",
        "userprincipalname",
        " E-Mail ",
        "USER_NAME",
        "Work\N{NO-BREAK SPACE}E-mail",
        "userPrincipalName",
        "User principal name",
        "UPN",
        "Email Address",
        "Email Address [Required]",
        "Work e-mail address",
        "primaryEmail",
        "\ufeffemail",
        '"Work\nemail"',
        '"Work\r\nemail"',
    ],
)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_known_name_of_the_username_column_is_found(column: str, separator: str) -> None:
    rows = [f"Name{separator}{column}", *(f"{n}{separator}{username}" for n, username in enumerate(TWO))]

    assert usernames("\r\n".join(rows).encode()) == TWO


@pytest.mark.parametrize(
    ("header", "known"),
    [
        ("Name,Email,User Principal Name", "Email and User Principal Name"),
        ("username,Mail,E-mail", "username, Mail and E-mail"),
        ("E-mail,email", "E-mail and email"),
    ],
)
def test_several_columns_that_may_be_the_username_are_named(header: str, known: str) -> None:
    with pytest.raises(ListError) as refused:
        read_csv(f"{header}\na,b,c\n".encode()[: len(header) + 1], "list.csv")

    assert str(refused.value) == f"list.csv line 1: {known} may each say who leaves: choose one with --column NAME"


def test_a_header_without_a_known_column_is_shown() -> None:
    with pytest.raises(ListError) as refused:
        read_csv(b"\nName;Login;Mail to\nHari;hari@example.com;x\n", "list.csv")

    assert str(refused.value) == f"list.csv line 2: {no_column('Name, Login, Mail to')}"


@pytest.mark.parametrize(
    ("content", "note"),
    [
        ("\ufeffHari@Example.com\nines@example.com", f"list.csv line 1 {ADDRESS}"),
        (" hari@example.com \r\n\r\nines@example.com\r\n", f"list.csv line 1 {ADDRESS}"),
        ("\nhari@example.com;Hari;Stockholm\nines@example.com\n", f"list.csv line 2 {ADDRESS}{FIRST}"),
        (
            'sep=,\n"hari@example.com","Berg; Hari"\n"ines@example.com","Diaz; Ines"\n',
            f"list.csv line 2 {ADDRESS}{FIRST}",
        ),
        ("hari@example.com,Berg; Hari;\nines@example.com,Diaz; Ines;", f"list.csv line 1 {ADDRESS}{FIRST}"),
    ],
)
def test_list_without_a_header_is_read_from_its_first_line(content: str, note: str) -> None:
    leavers, told = read_csv(content.encode(), "list.csv")

    assert [leaver.username.lower() for leaver in leavers] == TWO
    assert [(leaver.replace_with, leaver.keep_turns) for leaver in leavers] == [("", "")] * 2
    assert told == [note]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_counted_through_cells_of_several_lines(end: str) -> None:
    rows = ['"Work', 'email",Address', 'hari@example.com,"Street 1', "", 'Stockholm"', "ines@example.com,here,there"]

    with pytest.raises(ListError) as refused:
        read_csv(end.join(rows).encode(), "list.csv")
    leavers, _ = read_csv(end.join([*rows[:-1], "ines@example.com,here"]).encode(), "list.csv")

    assert str(refused.value) == "list.csv line 6: more fields than the header has columns"
    assert [(leaver.username, leaver.where) for leaver in leavers] == [
        ("hari@example.com", "list.csv line 3"),
        ("ines@example.com", "list.csv line 6"),
    ]


ENCODED = "Displayname\tuserPrincipalName\r\nŻółw 監視\thari@example.com\r\nInes\tines@example.com\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_text_of_a_spreadsheet_is_read(encoding: str) -> None:
    assert usernames(ENCODED.encode(encoding)) == TWO
    assert usernames("\ufeff".encode("utf-16-be") + ENCODED.encode("utf-16-be")) == TWO


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "list.csv is empty: its first line names the columns, one of which is username"),
        (b"\xef\xbb\xbf\r\n", "list.csv is empty: its first line names the columns, one of which is username"),
        (
            b"Name,mail\rJos\xe9,jose@example.com\r",
            "list.csv line 2: not UTF-8; save the list as CSV UTF-8",
        ),
        (
            "mail\nhari@example.com\n".encode("utf-16")[:-1],
            "list.csv line 2: not valid UTF-16; save the list as CSV UTF-8",
        ),
        (
            b"mail\r\rok@example.com\rha\0ri",
            "list.csv line 4: a NUL character, which no text has; save the list as CSV UTF-8",
        ),
        (
            "mail\nhari@example.com\n".encode("utf-16-le"),
            "list.csv line 1: a NUL character, which no text has; save the list as CSV UTF-8",
        ),
        (
            "mail\nhari@example.com\n".encode("utf-32"),
            "list.csv line 1: a NUL character, which no text has; save the list as CSV UTF-8",
        ),
        (b"PK\x03\x04\x14\0", "list.csv is a spreadsheet's own file; save the list as CSV UTF-8"),
        (b"\xd0\xcf\x11\xe0\xa1", "list.csv is a spreadsheet's own file; save the list as CSV UTF-8"),
        (
            b'mail,note\nok@example.com,"two\nlines"\nhari@example.com,"open\nines@example.com,\n',
            'list.csv line 4: a quoted cell that begins here is not closed: add the " that is missing',
        ),
        (
            b'mail,note\nok@example.com,"a "quoted" word"\n',
            'list.csv line 2: text follows the " that closes a cell: within a quoted cell, write " twice',
        ),
        (
            b"mail,note\nok@example.com," + b"x" * (csv.field_size_limit() + 1),
            f"list.csv line 2: a cell has more than {csv.field_size_limit()} characters",
        ),
        (b"mail\nok@example.com\n, \x1b[2J\n", "list.csv line 3: more fields than the header has columns"),
        (
            b"\x1b[2Jlogin\nhari@example.com\n",
            f"list.csv line 1: {no_column(REPLACED + '[2Jlogin')}",
        ),
    ],
)
def test_unreadable_list_is_refused_by_line(content: bytes, problem: str) -> None:
    with pytest.raises(ListError) as refused:
        read_csv(content, "list.csv")

    assert str(refused.value) == problem

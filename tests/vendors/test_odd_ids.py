"""Ids with characters that mean something in an address stay those of the things and people that have them."""

import json

import pytest

from tests.support.expected_account import Item
from tests.support.vendors.env import Vendor, asked
from tests.support.vendors.jsm_faults import LEA, UMA, leaving
from tests.support.virtual_time import virtual_time

ODD = ["a/b", "50%", "a:b", "%2F", "%", "é", "a b", "?x=1", "a;b", "..a", "#"]
KINDS: dict[str, Item] = {"end": {}, "replace": {"replace_with": UMA}, "keep_user": {"keep_user": True}}


def with_ids(odd: str) -> Item:
    """Make a small account in which each thing and each person has such an id."""
    text = json.dumps(leaving())
    for known in ("lea", "rex", "uma", "t", "r", "s-r", "other", "s-other", "e", "f", "o", "over"):
        text = text.replace(f': "{known}"', f": {json.dumps(known + odd)}")
    found: Item = json.loads(text)
    return found


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("odd", ODD)
def test_odd_ids_are_those_things_alone(vendor: Vendor, odd: str, kind: str) -> None:
    body = {"username": LEA, **KINDS[kind]}
    with virtual_time(threads=False):
        env = vendor.open(with_ids(odd))
        answer = env.post(**body)

        assert answer.status == 200, answer.body["message"]
        assert len(answer.body["changes"]) == 5 + (kind != "keep_user")
        assert env.snapshot() == asked(env, body)

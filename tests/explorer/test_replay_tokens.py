"""Tokens as text: what is kept, how short it is, and what is refused."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.schedule.steps import Step
from explorer.search.record import Record
from explorer.token import PREFIX, Token, TokenError, packed, read_token, unpacked

NAMES = st.text(max_size=20)
STEPS = st.lists(st.builds(Step, st.integers(0, 5), st.integers(0, 3)), max_size=60).map(tuple)
NUMBERS = st.integers(-(1 << 62), 1 << 62)
RECORDS = st.builds(
    Record,
    st.lists(NAMES, max_size=2).map(tuple),
    st.lists(st.lists(st.tuples(st.one_of(NUMBERS, NAMES), NAMES), max_size=3).map(tuple), max_size=3).map(tuple),
    st.lists(st.tuples(NAMES, st.lists(NAMES, max_size=3).map(tuple)), max_size=3).map(tuple),
    st.lists(NAMES, max_size=3).map(tuple),
    st.integers(1, 10),
)
TOKENS = st.builds(
    Token,
    scenario=NAMES,
    protocol=NAMES,
    fix=NAMES,
    model=NAMES,
    small=st.booleans(),
    parameters=st.dictionaries(NAMES, NUMBERS, max_size=3),
    program=st.binary(min_size=4, max_size=4),
    rules=st.binary(min_size=4, max_size=4),
    runs=STEPS.map(packed),
    record=st.one_of(st.none(), RECORDS),
    tells=NAMES,
    nth=st.integers(0, 5),
    over=st.booleans(),
    kept=st.booleans(),
)
LEAK = Token(
    "inflight", "P2", "none", "sc", True, {}, b"\x12\x34\x56\x78", b"\x9a\xbc\xde\xf0", (2, 2, 0, 33), tells="leak"
)


def made(content: bytes) -> str:
    """The token around any content, its checksum right."""
    return PREFIX + urlsafe_b64encode(content + sha256(content).digest()[:4]).decode().rstrip("=")


@given(TOKENS)
def test_what_is_written_is_read(token: Token) -> None:
    assert read_token(str(token)) == token
    assert re.fullmatch(r"sr1_[A-Za-z0-9_-]+", str(token))


@given(STEPS)
def test_steps_are_packed_and_unpacked(steps: tuple[Step, ...]) -> None:
    assert unpacked(packed(steps)) == steps


def test_steps_that_take_effect_now_are_counted_thread_by_thread() -> None:
    steps = (*[Step(2)] * 2, *[Step(0)] * 33, Step(1, older=1), Step(1), Step(1, older=2))
    assert packed(steps) == (2, 2, 0, 33, 1, 0, 1, 1, 1, 1, 0, 2)


def test_a_token_of_a_leak_is_as_long_as_a_line() -> None:
    # 14 fields: 1 byte of the list, 9 + 3 + 5 + 3 of the names, 1, 1, 6 + 6 of the hashes, 5 of the steps, nil,
    # 5 of the property and 3 of the rest are 49; with 4 of the checksum 53, which are 71 letters of six bits.
    assert len(str(LEAK)) == len(PREFIX) + 71


def test_the_order_of_parameters_changes_nothing() -> None:
    one = msgspec.structs.replace(LEAK, parameters={"a": 1, "b": 2})
    other = msgspec.structs.replace(LEAK, parameters={"b": 2, "a": 1})
    assert str(one) == str(other)


def test_white_space_that_mail_has_put_in_is_left_out() -> None:
    text = str(LEAK)
    assert read_token(f" {text[:20]}\n  {text[20:]}\r\n") == LEAK


@given(st.integers(0, len(str(LEAK)) - 1), st.sampled_from("AZaz09_-"))
def test_one_wrong_letter_is_found(position: int, letter: str) -> None:
    text = str(LEAK)
    wrong = text[:position] + letter + text[position + 1 :]
    last = position == len(text) - 1
    if wrong == text or (last and urlsafe_b64decode(wrong[4:] + "=") == urlsafe_b64decode(text[4:] + "=")):
        assert read_token(wrong) == LEAK  # the last letter has bits that belong to no byte
    else:
        with pytest.raises(TokenError, match="copy all of it"):
            read_token(wrong)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sr2_abc", "a token begins with sr1_\n  copy all of it"),
        ("", "a token begins with sr1_\n  copy all of it"),
        ("sr1_", "the token has letters that no token has\n  copy all of it"),
        ("sr1_ab%c", "the token has letters that no token has\n  copy all of it"),
        ("sr1_a", "the token has letters that no token has\n  copy all of it"),
        ("sr1_ü", "the token has letters that no token has\n  copy all of it"),
        ("sr1_abcdefgh", "the token is damaged: its checksum is another\n  copy all of it"),
        (str(LEAK)[:-5], "the token is damaged: its checksum is another\n  copy all of it"),
        (made(b""), "the token is none of this version of sealrace\n  explore again"),
        (made(b"\xc1"), "the token is none of this version of sealrace\n  explore again"),
        (made(msgspec.msgpack.encode(["inflight"])), "the token is none of this version of sealrace\n  explore again"),
    ],
)
def test_what_is_no_token_is_refused(text: str, said: str) -> None:
    with pytest.raises(TokenError, match=f"^{re.escape(said)}$"):
        read_token(text)


@pytest.mark.parametrize("runs", [(0,), (0, 0), (0, 100_001), (0, -1), (-1, 1), (0, 0, -2), (0, 60_000, 1, 60_000)])
def test_steps_that_are_none_are_refused(runs: tuple[int, ...]) -> None:
    token = msgspec.structs.replace(LEAK, runs=runs)
    with pytest.raises(TokenError, match=r"^the token is none of this version of sealrace"):
        read_token(str(token))


@pytest.mark.parametrize("nth", [-1, -5])
def test_a_remark_before_the_first_is_refused(nth: int) -> None:
    token = msgspec.structs.replace(LEAK, nth=nth)
    with pytest.raises(TokenError, match=r"^the token is none of this version of sealrace"):
        read_token(str(token))

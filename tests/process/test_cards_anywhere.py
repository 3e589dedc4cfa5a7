"""Any card number of any issuer is found, however it is disguised."""

from __future__ import annotations

import re
import time
import unicodedata
from uuid import UUID

import pytest
from hypothesis import given, settings, strategies as st

from orderlife._values import cards
from orderlife._values.cards import holds_card_number, masked_cards
from orderlife.desk.settings import new_id
from tests.deep import examples
from tests.process.test_cards import CARDS, grouped

PREFIXES = {
    "34": (15,),
    "37": (15,),
    "300": (14, 16, 19),
    "305": (14, 16, 19),
    "36": (14, 16, 19),
    "38": (14, 16, 19),
    "39": (14, 16, 19),
    "3528": (16, 17, 18, 19),
    "3589": (16, 17, 18, 19),
    "4": (13, 16, 19),
    "51": (16,),
    "55": (16,),
    "2221": (16,),
    "2720": (16,),
    "50": (16,),
    "5018": (13, 14, 15, 16, 17, 18, 19),
    "56": (16,),
    "58": (16,),
    "63": (16,),
    "67": (16,),
    "6759": (13, 16, 19),
    "6011": (16, 17, 18, 19),
    "6042": (16, 19),
    "60699": (16,),
    "607": (16,),
    "6085": (16,),
    "62": (16, 17, 18, 19),
    "644": (16,),
    "65": (16,),
    "81": (16,),
    "8200": (16,),
    "2200": (16, 19),
    "2204": (16, 19),
}
SEPARATORS = (
    [chr(n) for n in range(128) if not chr(n).isalnum()]
    + list("  　\u200b‎‍­﻿–—·•…／．・“”€→▪⁠️")
    + [" - ", ", ", ") - (", "\r\n", " / ", "\n\t"]
)
DIGITS = [
    *"٠۰߀०০੦૦௦๐０𝟎𝟘𝟬🯰",
]
MANY = settings(max_examples=150, deadline=None)


@pytest.fixture(autouse=True)
def _fold_anew() -> None:
    """What was folded before is forgotten: each test stands alone."""
    cards._FLATTENING.clear()


def luhn(digits: str) -> int:
    """The sum of Luhn, by the book."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value // 10 + value % 10
    return total % 10


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """A card number of some issuer and length."""
    prefix = draw(st.sampled_from(sorted(PREFIXES)))
    length = draw(st.sampled_from(PREFIXES[prefix]))
    rest = length - len(prefix) - 1
    body = prefix + draw(st.text("0123456789", min_size=rest, max_size=rest))
    number = body + str(-luhn(body + "0") % 10)
    assert len(number) == length
    return number


def gtin(digits: str) -> bool:
    """Whether it is an article number of 13 digits."""
    ones, threes = digits[::2], digits[1::2]
    return not (sum(map(int, ones)) + 3 * sum(map(int, threes))) % 10


@MANY
@given(numbers(), st.sampled_from(["", "my card: ", "x", "n/a\n"]))
def test_a_number_of_any_issuer_is_found(number: str, before: str) -> None:
    """Of every range and length; but for what is an article's number."""
    is_article = len(number) == 13 and gtin(number)

    assert holds_card_number(f"{before}{number}") is not is_article
    assert holds_card_number(f"{before}{grouped(number, ' ')} 12/27")


@MANY
@given(numbers(), st.sampled_from(SEPARATORS), st.integers(1, 6))
def test_no_separator_hides_it(number: str, between: str, size: int) -> None:
    """Whatever stands between the groups, of up to eight characters."""
    assert holds_card_number(grouped(number, between, size))


@MANY
@given(numbers(), st.lists(st.sampled_from(SEPARATORS), min_size=18))
def test_no_mixture_of_separators_hides_it(
    number: str, between: list[str]
) -> None:
    """Each gap may have another one."""
    gaps = [*between, *between][: len(number)]
    text = "".join(d + gap for d, gap in zip(number, gaps, strict=True))

    assert holds_card_number(f"x{text}x")


@MANY
@given(numbers(), st.sampled_from(DIGITS))
def test_no_other_digits_hide_it(number: str, zero: str) -> None:
    """Other scripts', full width, bold, of a pocket calculator."""
    other = "".join(chr(ord(zero) + int(digit)) for digit in number)

    assert holds_card_number(other) is not (len(number) == 13 and gtin(number))


@pytest.mark.parametrize(
    "digits",
    [
        "⓪①②③④⑤⑥⑦⑧⑨",
        "⁰¹²³⁴⁵⁶⁷⁸⁹",
        "₀₁₂₃₄₅₆₇₈₉",
        "⓿❶❷❸❹❺❻❼❽❾",
        "〇一二三四五六七八九",
        "".join(chr(0xE0030 + digit) for digit in range(10)),
        [f"{digit}\ufe0f\u20e3" for digit in range(10)],
        [f"{digit}\u0301" for digit in range(10)],
        [f"\u3164{digit}\u115f" for digit in range(10)],
        ["0", "⑴", "⑵", "⑶", "⑷", "⑸", "⑹", "⑺", "⑻", "⑼"],
        ["🄀", "⒈", "⒉", "⒊", "⒋", "⒌", "⒍", "⒎", "⒏", "⒐"],
    ],
    ids=str,
)
@pytest.mark.parametrize("number", CARDS.values(), ids=CARDS)
def test_no_fancy_digits_hide_it(number: str, digits: list[str]) -> None:
    """In circles, raised, ideographs, emoji, with marks on or unseen."""
    text = "".join(digits[int(digit)] for digit in number)

    assert holds_card_number(text)


def test_numbers_of_two_digits_count_as_two() -> None:
    """㊷ is a four and a two."""
    assert holds_card_number("㊷" * 7 + "㊶" + "㊷" * 0) is False
    assert holds_card_number("㊷㊷㊷㊷㊷㊷㊷㊷") is True


WORDS = {"visa", "x", "no", "exp"}


def written(groups: list[str], gaps: list[str]) -> bool:
    """Whether people write a number like that."""
    sizes = [len(group) for group in groups]
    if len(groups) == 1 or sizes in ([4, 6, 5], [4, 6, 4], [6, 13]):
        return True
    head = sizes[:-1] if sizes[-1] < sizes[0] else sizes
    same = len(head) > 1 and len(set(head)) == 1 and head[0] in {*range(7), 8}
    return same and (sizes[0] in {1, 4} or len(set(gaps)) == 1)


def whole(groups: list[str], gaps: list[str], first: int, last: int) -> bool:
    """Whether no group of its size, and its separator, goes before it
    or follows: but of fours, and what stands alone, others may.
    """
    size = len(groups[first])
    sizes = [len(group) for group in groups]
    if first == last or size == 4 or len(set(sizes[first:last])) > 1:
        return True
    gap = gaps[first]
    for place, other in ((first - 1, first - 1), (last + 1, last)):
        if 0 <= place < len(groups) and sizes[place] == size:
            if place > last and sizes[last] < size:
                continue
            if size == 1 or gaps[other] == gap:
                return False
    return True


def plain_way(text: str) -> bool:
    """The same by trying every window, for ASCII without a plus."""
    for run in re.finditer(r"[0-9](?:[ -]{0,8}[0-9])*", text):
        groups = re.findall("[0-9]+", run[0])
        gaps = re.findall("[ -]+", run[0])
        places = [m.start() for m in re.finditer("[0-9]+", run[0])]
        for first in range(len(groups)):
            for last in range(first, len(groups)):
                number = "".join(groups[first : last + 1])
                issued = any(
                    re.match(prefix, number) and len(number) in lengths
                    for prefix, lengths in cards._ISSUERS
                )
                if not issued or luhn(number):
                    continue
                start = run.start() + places[first]
                stop = run.start() + places[last] + len(groups[last])
                before = re.search(r"[a-z]*\Z", text[:start])
                behind = re.match("[a-z]*", text[stop:])
                assert before is not None
                assert behind is not None
                touched = {before[0], behind[0]} - {""} - WORDS
                article = first == last and len(number) == 13 and gtin(number)
                if (
                    not touched
                    and not article
                    and written(groups[first : last + 1], gaps[first:last])
                    and whole(groups, gaps, first, last)
                ):
                    return True
    return False


@settings(max_examples=examples(300), deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "4",
                "41",
                "4111",
                "1111",
                "5",
                "50",
                "0",
                "00",
                "27",
                "22",
                "3",
                "36",
                "81",
                "1",
                "9",
                "2",
                "7",
                "6",
                "3782",
                "822463",
                "10005",
                "222",
                " ",
                " ",
                "-",
                "a",
                "visa",
                "x",
                "         ",
                "",
                ", x ",
                "4006381333931",
                "4111111111111111",
            ]
        ),
        min_size=4,
        max_size=40,
    ).map("".join)
)
def test_one_look_is_all_windows_one_by_one(text: str) -> None:
    """The fast way and the plain way agree."""
    assert plain_way(text) is holds_card_number(text)


@MANY
@given(
    st.lists(
        st.sampled_from(
            [
                "4111 1111 1111 1111",
                "4",
                "㊷",
                " ",
                "*",
                "1",
                "5",
                "-",
                "٤",
                "x",
            ]
        )
        | numbers(),
        max_size=60,
    ).map("".join)
)
def test_what_is_masked_holds_none(text: str) -> None:
    """It is as long as it was, and masked once for all."""
    masked = masked_cards(text)

    assert len(text) == len(masked)
    assert not holds_card_number(masked)
    assert masked == masked_cards(masked)
    differ = [a for a, b in zip(text, masked, strict=True) if a != b]
    assert all(character.isnumeric() for character in differ)


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111 and 1111 1111",
        "4111 1111a1111 1111",
        "4111 1111         1111 1111",
        "0004111111111111111",
        "+4915112345675",
        "+49 1511 2345675",
        "4222222222225",
    ],
)
def test_what_is_apart_or_known_is_no_card(text: str) -> None:
    """Words part numbers; telephones and article numbers are known."""
    assert not holds_card_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111        1111 1111",
        "+4111 1111 1111 1111",
        "+4222222222222 000",
        "1+4222222222222",
        "x 4222222222222",
        "a 4111111111111111 b",
        "4111 1111 1111 1111 and more",
        "and 12 x 4111 1111 1111 1111",
    ],
)
def test_what_only_looks_like_something_else_is_one(text: str) -> None:
    """Nearly a telephone number, nearly too far apart."""
    assert holds_card_number(text)


def test_a_telephone_number_of_thirteen_digits_passes() -> None:
    """Written in the form of E.164, with or without spaces."""
    taken = [
        number
        for number in range(4915110000000, 4915110002000, 7)
        if holds_card_number(f"+{number}")
        or holds_card_number(f"+{str(number)[:2]} {str(number)[2:]}")
    ]

    assert [] == taken


def test_article_numbers_pass() -> None:
    """GTINs of 13 digits, in any sequence."""
    codes = []
    for number in range(400_638_133_000, 400_638_134_000):
        body = str(number)
        check = sum(
            int(digit) * (3 if place % 2 else 1)
            for place, digit in enumerate(body)
        )
        codes.append(f"{body}{-check % 10}")

    assert [] == [code for code in codes if holds_card_number(code)]


def test_ids_that_machines_make_pass() -> None:
    """The desk's own never look like one, and UUIDs hardly ever."""
    assert not any(holds_card_number(new_id()) for _ in range(2000))
    uuids = [
        str(UUID(int=(n * 0x9E3779B97F4A7C15F39CC0605CEDC835) % 2**128))
        for n in range(1, 5000)
    ]
    assert sum(map(holds_card_number, uuids)) <= 10


@pytest.mark.parametrize(
    "text", ["1", "1 ", "4 ", "2 7 9 ", "9" * 19 + " ", "漢", "٤", "-", "+4"]
)
def test_a_mebibyte_is_looked_at_in_a_moment(text: str) -> None:
    """Seconds at most, whatever it is made of.

    What is not linear takes minutes.
    """
    start = time.process_time()

    holds_card_number(text * (2**20 // len(text)))

    assert time.process_time() - start < 20


def test_every_digit_of_every_script_is_folded() -> None:
    """Python knows all of them, and so does the table."""
    missed = [
        point
        for point in range(0x110000)
        if unicodedata.category(chr(point)) == "Nd"
        and cards._FLATTENING[point] != str(unicodedata.digit(chr(point)))
    ]

    assert [] == missed

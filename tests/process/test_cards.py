"""Card numbers are found in disguise, and little else is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from orderlife._values.cards import holds_card_number, masked_cards

CARDS = {
    "visa": "4111111111111111",
    "visa of 13 digits": "4222222222222",
    "visa of 19 digits": "4000000000000000006",
    "mastercard": "5555555555554444",
    "mastercard, new range": "2223003122003222",
    "american express": "378282246310005",
    "diners club": "30569309025904",
    "diners club of 16 digits": "3600000000000008",
    "discover": "6011111111111117",
    "jcb": "3530111333300000",
    "maestro": "6759649826438453",
    "maestro of 13 digits": "6759000000005",
    "maestro of 18 digits": "676770000000000005",
    "unionpay": "6205500000000000004",
    "rupay": "6521111111111110",
    "rupay of its own range": "6080000000000000",
    "mir": "2200000000000004",
    "elo": "5066991111111118",
    "hipercard": "6062826786276634",
    "dankort": "5019717010103742",
    "verve": "506099580000000009",
    "troy": "9792000000000003",
    "humo": "9860000000000000",
    "uzcard": "8600000000000007",
}
"""Numbers that the networks and gateways give out for tests, and of
ranges that have no such."""


def grouped(digits: str, separator: str, size: int = 4) -> str:
    """Write a number in groups."""
    starts = range(0, len(digits), size)
    return separator.join(digits[i : i + size] for i in starts)


@pytest.mark.parametrize("number", CARDS.values(), ids=CARDS)
def test_test_cards_are_found(number: str) -> None:
    """The numbers of each network are found, alone and in a sentence."""
    assert holds_card_number(number)
    assert holds_card_number(f"my card is {number}, thanks")


@pytest.mark.parametrize("number", CARDS.values(), ids=CARDS)
@pytest.mark.parametrize("separator", [" ", "-", ".", "_", "/", " -", "\n"])
def test_grouped_cards_are_found(number: str, separator: str) -> None:
    """Separators between the groups hide nothing."""
    assert holds_card_number(grouped(number, separator))
    assert holds_card_number(grouped(number, separator, 1))


@pytest.mark.parametrize(
    "text",
    [
        "４１１１１１１１１１１１１１１１",
        "٤١١١١١١١١١١١١١١١",
        "४१११ ११११ ११११ ११११",
        "4111\u200b1111\u200b1111\u200b1111",
        "4111\u00a01111\u00a01111\u00a01111",
        "4111\u20131111\u20131111\u20131111",
        "4111\u00ad111111111111",
        "④①①① ①①①① ①①①① ①①①①",
    ],
)
def test_disguised_cards_are_found(text: str) -> None:
    """Other scripts' digits, and what nobody sees, hide nothing."""
    assert holds_card_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111 1111 1111 12/27",
        "4111-1111-1111-1111 123",
        "12/27 4111 1111 1111 1111",
        "visa4111111111111111",
        "4111111111111111x",
        "1 2 3 4 5 4111 1111 1111 1111 6 7 8",
        "4111 1111 1111 1111 1227",
        "1234 4111 1111 1111 1111",
        "4111111111111111 4111111111111112",
        "VISA4111111111111111",
        "no4111111111111111",
        "4111111111111111exp12/27",
        "4111111111111111cvc123",
        "x4111111111111111x",
        "3782 822463 10005",
        "3056 930902 5904",
        "4222 2222 2222 2",
        "41111111 11111111",
        "620550 0000000000004",
        "4000 0000 0000 0000 006 and more",
        "6759 0000 0000 5",
    ],
)
def test_cards_are_found_among_other_numbers(text: str) -> None:
    """A date, a code or a word next to it hides nothing."""
    assert holds_card_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "YT8199003359653720",
        "4539148803436467DE",
        "é4111111111111111",
        "41111111a11111111",
        "63576020815760d4b5d11cef32595ada",
        "41 1111 1111 1111 11",
        "4111 11 11111111 11",
        "49,95 19,99 12,50 10,00",
        "4111111 111111111",
        "3056930 9025904",
        "4222 222 222 222",
        "4111 1111 1111 1",
        "DE89 3704 0044 0532 0130 00",
        "DE95 4111 1111 1111 1111 00",
        "IBAN: FR20 4111-1111-1111-1111-1111-111.",
        "GB82 WEST 1234 5698 7654 32",
        "9400 4111 1111 1111 1111 08",
        "4006381333023",
        "+4915112345017",
        "",
        "4111",
        "4111111111111112",
        "0000000000000000",
        "41111111111111110000",
        "+49 30 1234567",
        "2026-01-05T12:00:00.123456+00:00",
        "Großer Wäg 4, 10115 Ber\u00adlin",
        "4111111111111111"[:12],
        "９" * 12,
    ],
)
def test_what_is_no_card_passes(text: str) -> None:
    """Wrong check digits, lengths and issuers are other numbers."""
    assert not holds_card_number(text)


def test_times_in_milliseconds_pass() -> None:
    """Up to 2089 no time in milliseconds is taken for a card."""
    start = datetime(2001, 9, 10, tzinfo=UTC)
    for days in range(0, 32_000, 7):
        at = start + timedelta(days=days, milliseconds=days)
        assert not holds_card_number(str(int(at.timestamp() * 1000)))


def test_most_plain_numbers_pass() -> None:
    """Of random ids of 16 digits fewer than one in 25 looks like a card."""
    digests = (sha256(b"%d" % n).hexdigest() for n in range(5000))
    ids = [f"{int(digest, 16) % 10**16:016}" for digest in digests]

    taken = sum(holds_card_number(number) for number in ids)

    assert 0 < taken < len(ids) // 25


def test_nothing_is_left_of_a_number_but_its_end() -> None:
    """The last four digits stay, and all that stands beside them."""
    assert "ref ************6467, at 9" == masked_cards(
        "ref 4539148803436467, at 9"
    )
    assert "**** **** **** 1111 1227" == masked_cards(
        "4111 1111 1111 1111 1227"
    )
    assert "****-****-****-1111 and **** ****** *0005" == masked_cards(
        "4111-1111-1111-1111 and 3782 822463 10005"
    )
    assert "************１１１１" == masked_cards("４" + "１" * 15)
    assert "******㊷㊷ 漢 1" == masked_cards("㊷" * 8 + " 漢 1")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "at the door",
        "YT8199003359653720",
        "41111111",
        "\U00020001" * 4 + "9",
        "4111111111111112",
    ],
)
def test_what_holds_no_number_stays_as_it_is(text: str) -> None:
    """The very same text."""
    assert text is masked_cards(text)


def test_what_is_left_makes_no_other_number() -> None:
    """The end of one and what stands behind it may be one as well."""
    digits = "4111111111111111"
    for other in ("1111 1111 1117", "0000 0000 0003"):
        text = f"{grouped(digits, ' ')} {other}"
        masked = masked_cards(text)
        assert len(masked) == len(text)
        assert not holds_card_number(masked)


def test_a_long_text_takes_a_moment() -> None:
    """Groups without end are looked at once."""
    assert not holds_card_number("1 " * 2000)
    assert not holds_card_number("1" * 4000)


@pytest.mark.parametrize(
    "text",
    [
        "DE88 4111 1111 1111 1111 00",
        "DE89 4111 1111 1111 1111",
        "XX89 4111 1111 1111 1111",
        "DE89 3704 0044 0532 0130 00 4111 1111 1111 1111",
        "9400 4111 1111 1111 1111 01",
        "9400 1118 9922 3300 0000 00 and 4111 1111 1111 1111",
        "+4915112345017 or 4111 1111 1111 1111",
    ],
)
def test_a_card_is_found_in_what_is_nearly_a_code(text: str) -> None:
    """An account's and a parcel's check digits must be right, and a card
    may stand beside them.
    """
    assert holds_card_number(text)

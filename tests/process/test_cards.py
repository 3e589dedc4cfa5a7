"""Card numbers are found in disguise, and little else is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from orderlife.cards import holds_card_number

CARDS = {
    "visa": "4111111111111111",
    "visa of 13 digits": "4222222222222",
    "visa of 19 digits": "4000000000000000006",
    "mastercard": "5555555555554444",
    "mastercard, new range": "2223003122003222",
    "american express": "378282246310005",
    "diners club": "30569309025904",
    "discover": "6011111111111117",
    "jcb": "3530111333300000",
    "maestro": "6759649826438453",
    "unionpay": "6205500000000000004",
    "mir": "2200000000000004",
}
"""Numbers that the networks and gateways give out for tests."""


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
    ],
)
def test_cards_are_found_among_other_numbers(text: str) -> None:
    """A date, a code or a word next to it hides nothing."""
    assert holds_card_number(text)


@pytest.mark.parametrize(
    "text",
    [
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


def test_a_long_text_takes_a_moment() -> None:
    """Groups without end are looked at once."""
    assert not holds_card_number("1 " * 2000)
    assert not holds_card_number("1" * 4000)

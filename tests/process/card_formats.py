"""Numbers of the trade that are no cards', and how often they pass for one.

``python -m tests.process.card_formats`` prints the table that stands in
docs/explanation/security.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final, TypeAlias
from uuid import UUID

from orderlife._values.cards import holds_card_number
from orderlife._values.personal import Address, Contact
from orderlife.errors import ValidationError
from tests.process.read import judged_form

__all__ = ["FORMATS", "FORMS", "Dice", "rate", "rate_of_forms", "table"]

TIMES: Final = 5_000
"""Samples of each format."""


class Dice:
    """Digits that are the same in every release of Python."""

    def __init__(self, seed: str) -> None:
        self._stream = self._endless(seed)

    @staticmethod
    def _endless(seed: str) -> Iterator[int]:
        number = 0
        while True:
            yield from sha256(f"{seed}:{number}".encode()).digest()
            number += 1

    def below(self, limit: int) -> int:
        """A number from 0 up to a limit."""
        bits = 0
        for _ in range(16):
            bits = bits << 8 | next(self._stream)
        return bits % limit

    def digits(self, count: int) -> str:
        """So many digits."""
        return f"{self.below(10**count):0{count}}"

    def of(self, *choices: str) -> str:
        """One of these."""
        return choices[self.below(len(choices))]

    def letters(self, count: int) -> str:
        """So many capital letters."""
        return "".join(chr(65 + self.below(26)) for _ in range(count))


def grouped(text: str, size: int = 4) -> str:
    """In groups, as it is printed."""
    return " ".join(text[i : i + size] for i in range(0, len(text), size))


def luhn(body: str) -> str:
    """With Luhn's check digit."""
    total = 0
    for place, digit in enumerate(reversed(body + "0")):
        value = int(digit) * (2 if place % 2 else 1)
        total += value // 10 + value % 10
    return f"{body}{-total % 10}"


def gtin(body: str) -> str:
    """With the check digit of GS1, which the US mail uses too."""
    total = sum(
        int(digit) * (1 if place % 2 else 3)
        for place, digit in enumerate(reversed(body))
    )
    return f"{body}{-total % 10}"


def iban(country: str, bban: str) -> str:
    """With its check digits, in groups of four."""
    turned = "".join(str(int(c, 36)) for c in f"{bban}{country}00")
    return grouped(f"{country}{98 - int(turned) % 97:02}{bban}")


def _uuid(dice: Dice) -> str:
    return str(UUID(int=dice.below(2**128), version=4))


def _at(dice: Dice) -> datetime:
    start = datetime(2015, 1, 1, tzinfo=UTC)
    return start + timedelta(milliseconds=dice.below(10**12))


def _french(dice: Dice) -> str:
    number = f"0{dice.of('1', '4', '6', '7')}{dice.digits(8)}"
    gap = dice.of(" ", ".", "")
    pairs = [number[i : i + 2] for i in range(0, 10, 2)]
    return gap.join(pairs)


def _american(dice: Dice) -> str:
    area, office = str(2 + dice.below(8)), str(2 + dice.below(8))
    a, b, c = area + dice.digits(2), office + dice.digits(2), dice.digits(4)
    return dice.of(
        f"({a}) {b}-{c}", f"{a}-{b}-{c}", f"{a}.{b}.{c}", f"{a}{b}{c}"
    )


def _german(dice: Dice) -> str:
    area = dice.of("030", "0171", "0228", "089")
    return f"{area}{dice.of(' ', '/', '-')}{dice.digits(7)}"


def _two(number: Callable[[Dice], str], dice: Dice) -> str:
    gap = dice.of(" ", ", ", " / ", " or ", "\n")
    return f"{number(dice)}{gap}{number(dice)}"


def _prices(dice: Dice) -> str:
    comma = dice.of(",", ".")
    return " ".join(
        f"{1 + dice.below(199)}{comma}{dice.digits(2)}" for _ in range(5)
    )


def _vat(dice: Dice) -> str:
    return dice.of(
        f"DE{dice.digits(9)}",
        f"FR{dice.digits(11)}",
        f"NL{dice.digits(9)}B01",
        f"GB{dice.digits(12)}",
        f"ATU{dice.digits(8)}",
    )


def _iban(dice: Dice) -> str:
    country = dice.of("DE", "FR", "GB", "NL", "ES", "NO", "PL")
    bban = {
        "DE": dice.digits(18),
        "FR": dice.digits(23),
        "GB": dice.letters(4) + dice.digits(14),
        "NL": dice.letters(4) + dice.digits(10),
        "ES": dice.digits(20),
        "NO": dice.digits(11),
        "PL": dice.digits(24),
    }
    return iban(country, bban[country])


def _usps(dice: Dice) -> str:
    code = gtin(f"9{dice.of('2', '3', '4')}{dice.digits(19)}")
    return dice.of(code, grouped(code))


Format: TypeAlias = Callable[[Dice], str]
FORMATS: Final[dict[str, tuple[Format, float]]] = {
    "UUIDs": (_uuid, 0.0005),
    "32 hexadecimal digits": (lambda d: f"{d.below(2**128):032x}", 0.0005),
    "order ids of Shopify, 13 digits": (
        lambda d: d.of("4", "5", "6") + d.digits(12),
        0.04,
    ),
    "order ids of TikTok Shop, 18 digits": (lambda d: f"57{d.digits(16)}", 0),
    "order ids of AliExpress, 16 digits": (
        lambda d: d.of("30", "81", "82") + d.digits(14),
        0.08,
    ),
    "order ids of Amazon": (
        lambda d: f"{d.digits(3)}-{d.digits(7)}-{d.digits(7)}",
        0,
    ),
    "item ids of Amazon, 14 digits": (lambda d: d.digits(14), 0.01),
    "order ids of eBay": (
        lambda d: f"{d.digits(2)}-{d.digits(5)}-{d.digits(5)}",
        0,
    ),
    "GTINs of 13 digits": (lambda d: gtin(d.digits(12)), 0),
    "GTINs of 14 digits": (lambda d: gtin(d.digits(13)), 0.01),
    "SSCCs, 18 digits": (lambda d: gtin(d.digits(17)), 0.005),
    "UPS, 1Z and 16": (
        lambda d: f"1Z{d.digits(3)}{d.letters(2)}{d.digits(11)}",
        0,
    ),
    "Canada Post, 16 digits": (lambda d: d.digits(16), 0.045),
    "Canada Post, in groups": (lambda d: grouped(d.digits(16)), 0.045),
    "GLS, 11 to 14 digits": (lambda d: d.digits(11 + d.below(4)), 0.01),
    "Hermes and Evri": (
        lambda d: d.of(d.digits(14), f"H{d.digits(15)}"),
        0.01,
    ),
    "USPS, 22 digits, also in groups": (_usps, 0),
    "FedEx, 12 or 15 digits": (lambda d: d.digits(12 + 3 * d.below(2)), 0.005),
    "DHL, JJD or 20 digits": (
        lambda d: d.of(f"JJD{d.digits(18)}", f"0034{d.digits(16)}"),
        0,
    ),
    "Yanwen, YT and 16 digits": (lambda d: f"YT{d.digits(16)}", 0),
    "letters and parcels of the UPU": (
        lambda d: f"{d.letters(2)}{d.digits(9)}{d.letters(2)}",
        0,
    ),
    "two French telephone numbers": (lambda d: _two(_french, d), 0),
    "two US telephone numbers": (lambda d: _two(_american, d), 0),
    "two German telephone numbers": (lambda d: _two(_german, d), 0),
    "telephone numbers of 13 digits after a plus": (
        lambda d: f"+49{d.digits(11)}",
        0,
    ),
    "IBANs in groups": (_iban, 0),
    "VAT ids": (_vat, 0),
    "dates and times": (
        lambda d: d.of(
            _at(d).isoformat(), f"{_at(d):%d.%m.%Y %H:%M} {_at(d):%d.%m.%y}"
        ),
        0,
    ),
    "times in milliseconds": (
        lambda d: str(int(_at(d).timestamp() * 1000)),
        0,
    ),
    "five prices": (_prices, 0),
    "gift cards of 19 digits, 6006": (
        lambda d: luhn(f"6006{d.digits(14)}"),
        0,
    ),
    "gift cards of 16 digits, 6036": (
        lambda d: luhn(f"6036{d.digits(11)}"),
        0,
    ),
}
"""How each is made, and how often it may pass for a card's in a text."""


def rate(name: str, times: int = TIMES) -> float:
    """How many of a hundred texts of a format are refused."""
    make, _ = FORMATS[name]
    dice = Dice(name)
    taken = sum(
        holds_card_number(f"see {make(dice)}, please") for _ in range(times)
    )
    return 100 * taken / times


Form: TypeAlias = Callable[[Dice], tuple[Address, Contact]]


def _form(dice: Dice, address: Address) -> tuple[Address, Contact]:
    email = f"ada{dice.digits(4)}@example.org"
    return address, Contact(name="Ada", email=email, phone=address.phone)


def _in_bonn(dice: Dice) -> tuple[Address, Contact]:
    box = (dice.digits(8), f"Packstation {dice.digits(3)}")
    street = (f"Weg {dice.digits(2)}", f"Etage {dice.digits(1)}")
    return _form(
        dice,
        Address(
            name="Ada",
            lines=box if dice.below(2) else street,
            postcode=dice.digits(5),
            city="Bonn",
            country="DE",
            phone=f"+49{dice.digits(11)}",
        ),
    )


def _in_nashville(dice: Dice) -> tuple[Address, Contact]:
    return _form(
        dice,
        Address(
            name="Ada",
            lines=(f"{dice.digits(4)} Main St", f"Apt {dice.digits(4)}"),
            city="Nashville",
            region="TN",
            postcode=dice.of(dice.digits(5), f"3720{dice.digits(1)}-1234"),
            country="US",
            phone=_american(dice),
        ),
    )


def _in_lyon(dice: Dice) -> tuple[Address, Contact]:
    return _form(
        dice,
        Address(
            name="Ada",
            lines=(f"{dice.digits(2)} rue X", f"BP {dice.digits(5)}"),
            postcode=dice.digits(5),
            city=f"Lyon Cedex {dice.digits(2)}",
            country="FR",
            phone=_french(dice),
        ),
    )


def _in_santos(dice: Dice) -> tuple[Address, Contact]:
    cpf = f"{dice.digits(3)}.{dice.digits(3)}.{dice.digits(3)}"
    return _form(
        dice,
        Address(
            name="Ada",
            lines=(f"Rua X, {dice.digits(4)}", f"{cpf}-{dice.digits(2)}"),
            postcode=f"{dice.digits(5)}-{dice.digits(3)}",
            city="Santos",
            region="SP",
            country="BR",
            phone=f"+55 13 9{dice.digits(4)}-{dice.digits(4)}",
        ),
    )


def _in_oslo(dice: Dice) -> tuple[Address, Contact]:
    return _form(
        dice,
        Address(
            name="Ada",
            lines=(f"Postboks {dice.digits(4)}",),
            postcode=dice.digits(4),
            city="Oslo",
            country="NO",
            phone=dice.of(dice.digits(8), grouped(dice.digits(8), 2)),
        ),
    )


FORMS: Final[dict[str, Form]] = {
    "an address in Germany, with its contact": _in_bonn,
    "in the United States": _in_nashville,
    "in France": _in_lyon,
    "in Brazil": _in_santos,
    "in Norway": _in_oslo,
}


def rate_of_forms(name: str, times: int = TIMES // 10) -> float:
    """How many of a hundred whole forms are refused."""
    dice = Dice(name)
    taken = 0
    for _ in range(times):
        address, contact = FORMS[name](dice)
        try:
            judged_form(address, contact)
        except ValidationError:
            taken += 1
    return 100 * taken / times


def _shown(percent: float) -> str:
    return f"{percent:.2f} %" if percent else "0"


def table() -> str:
    """The table of the documentation."""
    lines = ["| of | refused in a text |", "|---|---|"]
    lines += [f"| {name} | {_shown(rate(name))} |" for name in FORMATS]
    lines += [f"| {name} | {_shown(rate_of_forms(name))} |" for name in FORMS]
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())  # noqa: T201

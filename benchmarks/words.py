"""What it costs to read a command of 1 MiB for card numbers.

Made of whatever takes longest: characters that Unicode writes with
many, digits of other scripts, groups without end.  The largest that is
read at all, and the largest that comes in: either is answered within
100 ms, with a yes or a typed no.
"""

from __future__ import annotations

import contextlib
from functools import partial
from typing import Any, Final

from benchmarks.measure import Figure, cpu_us, in_turns
from orderlife._checks.validation import check
from orderlife._kernel.messages import Actor
from orderlife._values.limits import MAX_INPUT, MAX_READ, MAX_TEXT
from orderlife._values.money import Money
from orderlife._values.personal import Address
from orderlife.errors import ValidationError
from orderlife.rooms.order.messages import PlaceOrder
from orderlife.rooms.order.model import Line

__all__ = ["measure"]

_MADE_OF: Final = {
    "prose": "The mug of 2026, blue. ",
    "one character that is eighteen": "\ufdfa",
    "numerals in parentheses": "⒇",
    "digits of another script": "٤",
    "ideographs": "漢",
    "single digits": "1 ",
    "groups of four": "4111 ",
    "groups of all sizes": "12 1 123 ",
    "letters at numbers": "a4111111111111111 ",
    "near misses": "4111111111111112 ",
}


def measure(*, quick: bool) -> tuple[Figure, ...]:
    """Check forms of the longest texts, in turns."""
    rounds = 1 if quick else 7
    found = {
        size: in_turns(
            {
                name: partial(_checked, text, most)
                for name, text in _MADE_OF.items()
            },
            rounds,
        )
        for size, most in (("1 MiB", MAX_INPUT), ("as read", MAX_READ))
    }
    found["a usual one"] = in_turns({"address": _usual}, rounds)
    return tuple(
        Figure(f"{size} of {name}", us / 1e3, "ms", at_most=100)
        if size != "a usual one"
        else Figure("check of a usual form", us, "µs")
        for size, times in found.items()
        for name, us in times.items()
    )


def _form(*lines: Line, **more: Any) -> PlaceOrder:
    actor = Actor("customer", "ada")
    return PlaceOrder(
        order_id="o1", command_id="c1", actor=actor, lines=lines, **more
    )


def _line(title: str) -> Line:
    price = Money("10.00", "EUR")
    return Line(sku="mug", quantity=1, unit_price=price, title=title)


def _checked(made_of: str, most: int) -> float:
    title = (made_of * MAX_TEXT)[:MAX_TEXT]
    lines = [_line(title) for _ in range(most // MAX_TEXT)]
    return cpu_us(partial(_answered, _form(*lines)), 1)


def _answered(form: PlaceOrder) -> None:
    with contextlib.suppress(ValidationError):
        check(form)


def _usual() -> float:
    home = Address(
        name="Ada Lovelace",
        lines=("12 Square", "Floor 3"),
        postcode="10115",
        city="Berlin",
        country="DE",
        phone="+49 30 901820",
    )
    form = _form(*(_line("Mug, blue") for _ in range(3)), ship_to=home)
    return cpu_us(partial(check, form), 200)

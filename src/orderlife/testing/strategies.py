"""Hypothesis strategies for what comes in: orders, addresses, faults.

What they give is right in itself: a ``PlaceOrder`` is never refused.
They need Hypothesis (``orderlife[testing]``), and so does importing
this module; nothing else in orderlife does.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Final

import attrs

from orderlife._kernel.messages import Actor
from orderlife._values.cards import holds_card_number
from orderlife._values.currency_table import DIGITS
from orderlife._values.money import Money
from orderlife._values.personal import Address, Contact
from orderlife.errors import MissingExtraError
from orderlife.memory.script import (
    Accept,
    AskCustomer,
    Behaviour,
    Crash,
    Decline,
    FailLater,
    Pend,
    Script,
    TimeOut,
)
from orderlife.ports.payment import Tender
from orderlife.rooms.order.messages import PlaceOrder
from orderlife.rooms.order.model import Discount, Line, LineKind
from orderlife.rooms.order.placement import fix

try:
    from hypothesis import strategies as st
except ImportError as error:
    raise MissingExtraError(
        "hypothesis", "testing", "orderlife.testing.strategies"
    ) from error

__all__ = [
    "METHODS",
    "actors",
    "addresses",
    "behaviours",
    "contacts",
    "currencies",
    "faults",
    "ids",
    "lines",
    "money",
    "place_orders",
    "scripts",
    "tenders",
    "texts",
]

_OFTEN: Final = ("EUR", "USD", "JPY", "BHD", "BRL")
_SKUS: Final = ("mug", "cup", "jug")
_TOKENS: Final = ("tok_visa", "tok_mastercard", "tok_amex")


def currencies() -> st.SearchStrategy[str]:
    """Give codes of ISO 4217, the usual ones first."""
    return st.sampled_from((*_OFTEN, *sorted(set(DIGITS) - set(_OFTEN))))


def money(
    currency: str | None = None,
    *,
    min_minor: int = 0,
    max_minor: int = 100_000,
) -> st.SearchStrategy[Money]:
    """Give amounts of money.

    Args:
        currency: all in this one; None: in any.
        min_minor: the least, in minor units.
        max_minor: the most.
    """
    codes = currencies() if currency is None else st.just(currency)
    return st.builds(Money.of_minor, st.integers(min_minor, max_minor), codes)


def texts(min_size: int = 0, max_size: int = 20) -> st.SearchStrategy[str]:
    """Give texts of any script that hold no card number."""
    characters = st.characters(exclude_categories=("Cs", "Cc"))
    return st.text(characters, min_size=min_size, max_size=max_size).filter(
        lambda text: not holds_card_number(text)
    )


def ids() -> st.SearchStrategy[str]:
    """Give ids: short, lower case, never a card number."""
    return st.text("abcxyz0189", min_size=1, max_size=12)


def actors() -> st.SearchStrategy[Actor]:
    """Give actors."""
    kinds = st.sampled_from(("customer", "staff", "system", "provider"))
    return st.builds(Actor, kinds, ids())


def addresses() -> st.SearchStrategy[Address]:
    """Give addresses that goods can be sent to."""
    return st.builds(
        Address,
        name=texts(1),
        lines=st.lists(texts(1), min_size=1, max_size=3).map(tuple),
        city=texts(1),
        country=st.sampled_from(("DE", "BR", "JP", "US")),
        postcode=texts(max_size=8),
        region=texts(max_size=8),
        phone=st.sampled_from(("", "+49 30 901820")),
    )


def contacts() -> st.SearchStrategy[Contact]:
    """Give contacts with a mail address."""
    return st.builds(
        Contact,
        email=ids().map("{}@example.org".format),
        name=texts(),
        language=st.sampled_from(("en", "de", "pt")),
    )


_MINOR: Final = st.integers(0, 100_000)
_SOME: Final = st.none() | st.integers(0, 2000)
_PERCENT: Final = st.none() | st.integers(0, 100)
_TITLES: Final = st.sampled_from(("", "A mug", "Кружка 🎁"))
_OPTIONS: Final = st.sampled_from(({}, {"colour": "blue", "size": "XL"}))
_FLAGS: Final = st.sampled_from(("", "", "final_sale"))
_FLAGGED: Final = st.sampled_from(((), (), ("fragile",), ("gift", "rush")))
_KINDS: Final[st.SearchStrategy[LineKind]] = st.sampled_from(
    ("goods", "goods", "goods", "digital", "service", "charge")
)


@st.composite
def lines(
    draw: st.DrawFn,
    currency: str = "EUR",
    skus: Sequence[str] = _SKUS,
    max_quantity: int = 5,
) -> Line:
    """Give a line of an order.

    Args:
        draw: Hypothesis passes it.
        currency: of all its amounts.
        skus: what may be bought.
        max_quantity: how many of it, at most.
    """
    quantity = draw(st.integers(1, max_quantity))
    price = draw(_MINOR)
    percent = draw(_PERCENT)
    off = None if percent is None else price * quantity * percent // 100
    flag = draw(_FLAGS)
    return Line(
        sku=draw(st.sampled_from(skus)),
        quantity=quantity,
        unit_price=Money.of_minor(price, currency),
        title=draw(_TITLES),
        options=draw(_OPTIONS),
        discount=_amount(off, currency),
        tax=_amount(draw(_SOME), currency),
        shipping=_amount(draw(_SOME), currency),
        final_sale=flag == "final_sale",
        kind=draw(_KINDS),
        gift_message=draw(_TITLES),
        flags=draw(_FLAGGED),
    )


def _amount(minor: int | None, currency: str) -> Money | None:
    return None if minor is None else Money.of_minor(minor, currency)


@st.composite
def tenders(
    draw: st.DrawFn,
    total: Money,
    tokens: Sequence[str] = _TOKENS,
) -> tuple[Tender, ...]:
    """Give means of payment that together pay an amount.

    Args:
        draw: Hypothesis passes it.
        total: what they pay; the last of them pays the rest.
        tokens: the fakes' magic values, for example.
    """
    token = st.sampled_from(tokens)
    rest = Tender("card", draw(token))
    if total.minor < 2 or not draw(st.booleans()):
        return (rest,)
    minor = draw(st.integers(1, total.minor - 1))
    amount = Money.of_minor(minor, total.currency)
    return (Tender("voucher", draw(token), amount), rest)


_ADDRESSES: Final = st.sampled_from(
    (
        Address(name="Ada", lines=("1 Way",), city="Bonn", country="DE"),
        Address(
            name="鈴木",
            lines=("渋谷区", "1-2-3"),
            city="東京",
            country="JP",
            postcode="150-0002",
        ),
    )
)
_CONTACTS: Final = st.sampled_from(
    (
        Contact(email="ada@example.org", name="Ada"),
        Contact(phone="+49 30 901820", language="de"),
    )
)
_ACTORS: Final = st.sampled_from(
    (Actor("customer", "ada"), Actor("staff", "bob"))
)


@st.composite
def place_orders(
    draw: st.DrawFn,
    order_id: str = "o1",
    command_id: str = "place",
    *,
    currency: str | None = None,
    skus: Sequence[str] = _SKUS,
    tokens: Sequence[str] = _TOKENS,
    max_lines: int = 4,
) -> PlaceOrder:
    """Give whole orders, which are never refused.

    Args:
        draw: Hypothesis passes it.
        order_id: the order's id.
        command_id: the command's.
        currency: of all amounts; None: any.
        skus: what may be bought.
        tokens: what the tenders' tokens may be.
        max_lines: how many lines it has at most.
    """
    code = draw(currencies()) if currency is None else currency
    line = lines(code, skus)
    form = PlaceOrder(
        order_id=order_id,
        command_id=command_id,
        actor=draw(_ACTORS),
        notify=draw(st.booleans()),
        lines=tuple(draw(st.lists(line, min_size=1, max_size=max_lines))),
        ship_to=draw(_ADDRESSES),
        bill_to=draw(st.none() | _ADDRESSES),
        contact=draw(st.none() | _CONTACTS),
        shipping=_amount(draw(_SOME), code),
        shipping_tax=_amount(draw(_SOME), code),
        tax_included=draw(st.booleans()),
        priority=draw(st.sampled_from(("low", "normal", "high"))),
        gift_message=draw(_TITLES),
    )
    total = fix(form)
    if percent := draw(_PERCENT):
        goods = sum(each.goods_minor for each in total.lines)
        off = Money.of_minor(goods * percent // 100, code)
        form = attrs.evolve(
            form, discounts=(Discount(code="spring", amount=off),)
        )
        total = fix(form)
    paid = Money.of_minor(total.total_minor, code)
    return attrs.evolve(form, tenders=draw(tenders(paid, tokens)))


_TIMES: Final = st.sampled_from(("before", "after"))
_LOST: Final = st.builds(TimeOut, _TIMES) | st.builds(Crash, _TIMES)
_NO: Final = st.builds(
    Decline,
    st.sampled_from(("declined", "too_much")),
    st.sampled_from(("never", "later", "fix_data", "other_method")),
)
_YES: Final = st.just(Accept())
_GRANTED: Final = st.builds(
    Accept,
    at_most_minor=st.none() | st.integers(1, 5000),
    within=st.none() | st.integers(1, 9).map(lambda n: timedelta(days=n)),
    at_once=st.booleans(),
)
_MOVES: Final = _YES | _LOST | _NO | st.just(Pend()) | st.just(FailLater())
_BEHAVIOURS: Final[Mapping[str, st.SearchStrategy[Behaviour]]] = {
    "authorize": _GRANTED
    | _LOST
    | _NO
    | st.builds(Pend, _GRANTED)
    | st.just(AskCustomer()),
    "capture": _MOVES,
    "void": _YES | _LOST | _NO | st.just(Pend()),
    "refund": _MOVES,
    "issue_credit": _MOVES,
    "buy_label": _YES | _LOST | _NO | st.just(Pend()),
    "void_label": _YES | _LOST | _NO | st.just(Pend()),
    "intercept": _YES | _LOST | _NO,
    "reserve": _YES | _LOST,
    "allocate": _YES | _LOST,
    "consume": _YES | _LOST,
    "release": _YES | _LOST,
    "restock": _YES | _LOST,
    "send": _YES | _LOST | _NO,
    "look_up": _LOST,
}

METHODS: Final = tuple(_BEHAVIOURS)
"""The methods of all ports that a script can steer."""


def behaviours(method: str) -> st.SearchStrategy[Behaviour]:
    """Give what a fake can be told to do when this method is called."""
    return _BEHAVIOURS[method]


def faults(
    methods: Collection[str] = METHODS, max_size: int = 3
) -> st.SearchStrategy[dict[str, list[Behaviour]]]:
    """Give behaviours by method, the next first; for ``Script.on``.

    Args:
        methods: which of them may misbehave.
        max_size: how often in a row, at most.
    """
    queues = {
        method: st.lists(behaviours(method), max_size=max_size)
        for method in methods
    }
    return st.fixed_dictionaries({}, optional=queues)


def scripts(
    methods: Collection[str] = METHODS, max_size: int = 3
) -> st.SearchStrategy[Script]:
    """Give scripts for the fakes, each a new one; see ``faults``."""
    return faults(methods, max_size).map(_script)


def _script(queues: Mapping[str, Sequence[Behaviour]]) -> Script:
    script = Script()
    for method, queue in queues.items():
        script.on(method, *queue)
    return script

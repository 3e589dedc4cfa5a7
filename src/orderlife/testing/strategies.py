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

from orderlife._currencies import DIGITS
from orderlife.cards import holds_card_number
from orderlife.errors import MissingExtraError
from orderlife.messages import Actor
from orderlife.money import Money
from orderlife.order.messages import PlaceOrder
from orderlife.order.model import Discount, Line
from orderlife.order.placement import fix
from orderlife.personal import Address, Contact
from orderlife.ports.payment import Tender
from orderlife.testing.script import (
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
    return st.from_regex(r"[a-z0-9][a-z0-9_]{0,11}", fullmatch=True)


def actors() -> st.SearchStrategy[Actor]:
    """Give somebody who acts."""
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
    price = draw(money(currency))
    some = st.none() | money(currency, max_minor=1000)
    off = money(currency, max_minor=price.minor * quantity)
    return Line(
        sku=draw(st.sampled_from(skus)),
        quantity=quantity,
        unit_price=price,
        title=draw(texts()),
        options=draw(st.dictionaries(ids(), texts(), max_size=2)),
        discount=draw(st.none() | off),
        tax=draw(some),
        shipping=draw(some),
        weight_g=draw(st.integers(0, 5000)),
        final_sale=draw(st.booleans()),
        digital=draw(st.integers(0, 9)) == 9,
        gift_message=draw(texts()),
    )


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
    amount = draw(
        money(total.currency, min_minor=1, max_minor=total.minor - 1)
    )
    return (Tender("voucher", draw(token), amount), rest)


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
    some = st.none() | money(code, max_minor=2000)
    form = PlaceOrder(
        order_id=order_id,
        command_id=command_id,
        actor=draw(actors()),
        notify=draw(st.booleans()),
        lines=tuple(
            draw(st.lists(lines(code, skus), min_size=1, max_size=max_lines))
        ),
        ship_to=draw(addresses()),
        bill_to=draw(st.none() | addresses()),
        contact=draw(st.none() | contacts()),
        shipping=draw(some),
        shipping_tax=draw(some),
        tax_included=draw(st.booleans()),
        priority=draw(st.sampled_from(("low", "normal", "high"))),
        gift_message=draw(texts()),
    )
    form = attrs.evolve(form, discounts=draw(_discounts(form)))
    total = Money.of_minor(fix(form).total_minor, code)
    return attrs.evolve(form, tenders=draw(tenders(total, tokens)))


@st.composite
def _discounts(draw: st.DrawFn, form: PlaceOrder) -> tuple[Discount, ...]:
    """At most one, and never more than what the goods cost."""
    goods = sum(line.goods_minor for line in fix(form).lines)
    code = form.lines[0].unit_price.currency
    off = st.builds(
        Discount,
        code=ids(),
        amount=money(code, min_minor=0, max_minor=goods),
    )
    return tuple(draw(st.lists(off, max_size=1)))


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

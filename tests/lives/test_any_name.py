"""Whatever an order and its lines are called, it lives its whole life.

What placement accepts is never refused later, when a timer, a label, a
return or a report of it comes.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import attrs
from hypothesis import given, settings, strategies as st

from orderlife import (
    Finding,
    Line,
    Money,
    OrderDesk,
    OrderView,
    Policy,
    Ports,
    Remedy,
    Scanned,
    ScanStatus,
    ValidationError,
)
from orderlife.memory.clock import Clock
from orderlife.memory.ports import in_memory_ports
from orderlife.ports.carrier import LabelRefused
from tests.deep import examples
from tests.helpers import ADDRESS, CONTACT
from tests.process.card_formats import FORMATS, Dice

PRICE: Final = Money("10.00", "EUR")
HOUR: Final = timedelta(hours=1)


def _formats() -> st.SearchStrategy[str]:
    return st.builds(
        lambda name, seed: FORMATS[name][0](Dice(seed)).replace("\n", " "),
        st.sampled_from(sorted(FORMATS)),
        st.text("0123456789", max_size=3),
    )


def _numbers() -> st.SearchStrategy[str]:
    """Numbers of cards, and of other things, with what goes before."""
    bodies = st.sampled_from(
        ("4539148803436467", "6303760348757", "63576020815760", "8" * 18)
    )
    heads = st.sampled_from(("", "shopify-", "n", "1-", "o_"))
    return st.builds("{}{}".format, heads, bodies)


PLAIN: Final = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,63}", fullmatch=True)
IDS: Final = PLAIN | _numbers()
WORDS: Final = (
    st.text(max_size=40)
    | _formats()
    | _numbers()
    | st.sampled_from(("4111 1111 1111 1111", "x" * 5000, "a\0\ud800"))
)
ANY: Final = (
    st.text(
        st.characters(exclude_categories=("C", "Zl", "Zp")),
        min_size=1,
        max_size=40,
    )
    | _formats()
    | _numbers()
)


class _Reluctant:
    """A carrier that gives no label at first, and says why."""

    def __init__(self, carrier: Any, why: str) -> None:
        self.carrier = carrier
        self.why = why

    def __getattr__(self, name: str) -> Any:
        return getattr(self.carrier, name)

    def buy_label(self, intent: Any) -> Any:
        """Refuse the first time."""
        if self.why:
            why, self.why = self.why, ""
            return LabelRefused(code=why, detail=f"of {why}: no")
        return self.carrier.buy_label(intent)


class _Shop:
    """A desk, and all that happens to one order."""

    def __init__(self, sku: str, why: str) -> None:
        self.clock = Clock()
        self.fakes = in_memory_ports(clock=self.clock, stock={sku: 5})
        carrier: Any = _Reluctant(self.fakes.carrier, why)
        self.desk = OrderDesk(
            Ports(
                store=self.fakes.store,
                payment=self.fakes.payment,
                carrier=carrier,
                inventory=self.fakes.inventory,
                notifier=self.fakes.notifier,
            ),
            policy=Policy(follow_up_after=timedelta(days=3)),
            clock=self.clock,
        )

    def wait(self, time: timedelta) -> None:
        """Let time pass, and all that is due be done."""
        self.clock.advance(time)
        while not (swept := self.desk.work()).idle:
            assert () == swept.failed

    def kinds(self, order_id: str) -> list[str]:
        """The exceptions that are open."""
        return [
            item.contradiction.kind.value
            for item in self.desk.get(order_id).exceptions
            if item.is_open
        ]

    def send(self, part: str, words: str) -> None:
        """Pick, pack, buy a label at the second attempt, deliver."""
        desk, order_id = self.desk, part.rpartition("-")[0]
        desk.shipments.pick(part)
        desk.shipments.pack(part, weight_g=500)
        view = desk.shipments.dispatch(part)
        (item,) = [one for one in view.exceptions if one.is_open]
        assert "label_failed" == item.contradiction.kind.value
        desk.exceptions.resolve(
            order_id, item.exception_id, Remedy.RETRY, "again"
        )
        self.clock.advance(HOUR)
        delivered = Scanned(
            order_id=order_id,
            shipment_id=part,
            status=ScanStatus.DELIVERED,
            at=self.clock(),
            detail=words,
            fact_id=words,
        )
        desk.report(delivered)
        version = desk.get(order_id).case.version
        desk.report(attrs.evolve(delivered, fact_id=""))
        assert version == desk.get(order_id).case.version

    def give_back(self, order_id: str, line_id: str, parcel: str) -> None:
        """Ask, receive, look, and get the money back."""
        desk = self.desk
        view = desk.returns.request(order_id, {line_id: 1}, "defective")
        back = view.returns[-1].return_id
        desk.returns.receive(
            back, {line_id: 1}, parcel_id=parcel, at=self.clock()
        )
        self.wait(HOUR)
        finding = Finding(
            line_id=line_id,
            quantity=1,
            condition="defective",
            disposition="scrap",
        )
        desk.returns.inspect(back, [finding])


def _placed(
    shop: _Shop, order_id: str, line: Line, token: str
) -> OrderView | None:
    try:
        return shop.desk.place(
            [line],
            ship_to=ADDRESS,
            contact=CONTACT,
            pay_with=token,
            order_id=order_id,
        )
    except ValidationError:
        return None


@settings(max_examples=examples(60), deadline=None)
@given(
    order_id=IDS,
    line_id=IDS | st.just(""),
    sku=ANY,
    seller=ANY | st.just(""),
    words=WORDS,
    parcel=ANY,
)
def test_an_order_of_any_name_lives_its_whole_life(
    order_id: str, line_id: str, sku: str, seller: str, words: str, parcel: str
) -> None:
    """Every timer, label, return and report of it runs."""
    shop = _Shop(sku, words or "no")
    line = Line(
        sku=sku,
        quantity=2,
        unit_price=PRICE,
        line_id=line_id,
        seller=seller,
        place="main",
    )
    view = _placed(shop, order_id, line, "tok_visa")
    if view is None:
        return
    held = shop.desk.orders.hold(order_id, "other", until=shop.clock() + HOUR)
    assert held.holds
    shop.wait(2 * HOUR)
    assert () == shop.desk.get(order_id).holds

    shop.send(f"{order_id}-s1", words)
    shop.give_back(order_id, view.lines[0].line_id, parcel)
    shop.wait(timedelta(days=10))

    view = shop.desk.get(order_id)
    assert [] == shop.kinds(order_id)
    assert "completed" == view.status.order
    assert PRICE == view.refunded
    assert shop.desk.verify(order_id)


@settings(max_examples=examples(40), deadline=None)
@given(order_id=IDS, sku=ANY, place=ANY, seller=ANY | st.just(""))
def test_an_order_that_nobody_pays_for_ends_whatever_it_is_called(
    order_id: str, sku: str, place: str, seller: str
) -> None:
    """Its hold on the stock runs out, and so does its time to pay."""
    shop = _Shop(sku, "no")
    line = Line(
        sku=sku, quantity=1, unit_price=PRICE, place=place, seller=seller
    )
    if _placed(shop, order_id, line, "tok_declined") is None:
        return
    shop.wait(timedelta(days=10))

    assert shop.desk.get(order_id).status.order in {"expired", "rejected"}
    assert "outcome_unknown" not in shop.kinds(order_id)

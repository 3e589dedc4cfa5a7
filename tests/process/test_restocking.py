"""Goods that come back after an end find a way into stock, once."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest

from orderlife import ExceptionKind, Remedy, ResolveException
from orderlife.errors import NotAllowedError
from orderlife.policy.model import Policy, ReturnVerdict
from orderlife.ports.carrier import LabelVoided, VoidLabel
from orderlife.ports.inventory import Restock, StockItem
from orderlife.rooms.order.messages import CancelLines, CancelOrder
from orderlife.rooms.returns.messages import (
    DeclineReturn,
    RequestReturn,
    ReturnReceived,
)
from orderlife.rooms.shipment.lifecycle import ShipmentState
from orderlife.rooms.shipment.model import ScanStatus
from orderlife.testing.life import Life
from orderlife.testing.scenario import command, fact
from tests.helpers import (
    delivered,
    line,
    open_items,
    packed,
    placed,
    scan,
    sent,
    shipment,
    units,
)

ASK = Policy(
    judge=lambda *_: ReturnVerdict(answer="ask", explanation="look at it")
)
MUGS = StockItem(line_id="1", sku="mug", place="main", quantity=2)


def settle(life: Life, remedy: Remedy) -> None:
    """Settle the exception item that is open."""
    (item,) = open_items(life)
    life.do(
        command(
            ResolveException,
            exception_id=item.exception_id,
            remedy=remedy,
            note="so it is",
        )
    )


def later(life: Life, status: ScanStatus) -> None:
    """A scan, an hour later."""
    life.now += timedelta(hours=1)
    scan(life, status)


def given_up(
    status: ScanStatus = ScanStatus.LOST, remedy: Remedy = Remedy.REFUND
) -> Life:
    """A parcel of two mugs that was written off."""
    life = placed(line(quantity=2))
    sent(life)
    later(life, status)
    settle(life, remedy)
    assert ShipmentState.WRITTEN_OFF is shipment(life).state
    return life


@pytest.mark.parametrize("remedy", [Remedy.REFUND, Remedy.ACCEPT])
@pytest.mark.parametrize("status", [ScanStatus.LOST, ScanStatus.DAMAGED])
def test_what_was_given_up_and_comes_back_is_taken_in(
    status: ScanStatus, remedy: Remedy
) -> None:
    """Where it left from; the ledger of the units stays as it was."""
    life = given_up(status, remedy)
    later(life, ScanStatus.RETURNED)
    before = units(life)

    settle(life, Remedy.RESTOCK)

    (restock,) = life.of(Restock)
    assert "o1:restock:x2" == restock.operation_id
    assert ("o1-s1", (MUGS,)) == (restock.subject, restock.items)
    assert ("restock", None) == (restock.disposition, restock.previous)
    assert before == units(life)
    assert () == open_items(life)


def test_what_was_sent_again_and_comes_back_is_taken_in() -> None:
    """The customer has the second parcel; the first goes into stock."""
    life = given_up(remedy=Remedy.RESHIP)
    sent(life, 2)
    later(life, ScanStatus.IN_TRANSIT)

    settle(life, Remedy.RESTOCK)

    assert [(MUGS,)] == [restock.items for restock in life.of(Restock)]


def test_goods_are_taken_in_once() -> None:
    """However often the carrier says that they are back."""
    life = given_up()
    later(life, ScanStatus.RETURNED)
    settle(life, Remedy.RESTOCK)
    later(life, ScanStatus.IN_TRANSIT)

    with pytest.raises(NotAllowedError, match="were taken in already"):
        settle(life, Remedy.RESTOCK)

    settle(life, Remedy.ACCEPT)
    later(life, ScanStatus.RETURNED)
    with pytest.raises(NotAllowedError, match="were taken in already"):
        settle(life, Remedy.RESTOCK)
    assert 1 == len(life.of(Restock))


def test_what_was_back_when_it_was_written_off_is_in_stock() -> None:
    """Should the carrier move it once more, it is not taken in again."""
    life = given_up(ScanStatus.RETURNED)
    assert 1 == len(life.of(Restock))
    later(life, ScanStatus.IN_TRANSIT)

    with pytest.raises(NotAllowedError, match="when it was written off"):
        settle(life, Remedy.RESTOCK)


@pytest.mark.parametrize(
    ("status", "is_refused"),
    [(ScanStatus.RETURNED, True), (ScanStatus.LOST, False)],
)
def test_what_an_earlier_release_wrote_off_is_not_taken_in_twice(
    status: ScanStatus, *, is_refused: bool
) -> None:
    """It did not say whether it was back: it was, if it was ever reported."""
    life = given_up(status)
    old = attrs.evolve(shipment(life), restocked=None)
    life.case = attrs.evolve(life.case, shipments={"o1-s1": old})
    later(life, ScanStatus.OUT_FOR_DELIVERY)

    if is_refused:
        with pytest.raises(NotAllowedError, match="when it was written off"):
            settle(life, Remedy.RESTOCK)
    else:
        settle(life, Remedy.RESTOCK)


def test_what_arrived_after_all_is_not_taken_in() -> None:
    """The customer has it."""
    life = given_up()
    later(life, ScanStatus.DELIVERED)

    with pytest.raises(NotAllowedError, match="delivered, says the carrier"):
        settle(life, Remedy.RESTOCK)


def test_what_was_cancelled_was_never_taken_off() -> None:
    """Its units went back to the stock with its label."""
    life = placed(
        line(quantity=2), answers={VoidLabel: lambda _: LabelVoided()}
    )
    packed(life)
    life.do(command(CancelOrder))
    later(life, ScanStatus.PICKED_UP)

    with pytest.raises(NotAllowedError, match="when it was cancelled"):
        settle(life, Remedy.RESTOCK)


def test_what_is_not_written_off_is_settled_otherwise() -> None:
    """Its own exception says where it goes."""
    life = placed(line(quantity=2), line("cup", 1, seller="them"))
    sent(life)
    later(life, ScanStatus.RETURNED)
    life.do(command(CancelLines, quantities={"1": 2}))
    later(life, ScanStatus.IN_TRANSIT)
    (item,) = (
        each
        for each in open_items(life)
        if each.contradiction.kind is ExceptionKind.MOVED_AFTER_CANCELLATION
    )

    with pytest.raises(NotAllowedError, match="is in_transit, and not"):
        life.do(
            command(
                ResolveException,
                exception_id=item.exception_id,
                remedy=Remedy.RESTOCK,
                note="it is here",
            )
        )


def asked_back() -> Life:
    """A return of a mug that waits for a person's answer."""
    life = delivered(line(quantity=2), policy=ASK)
    life.do(command(RequestReturn, quantities={"1": 1}, reason="unwanted"))
    return life


def came(life: Life, return_id: str, **more: object) -> None:
    """A parcel with a mug comes back."""
    life.report(
        fact(
            ReturnReceived,
            return_id=return_id,
            parcel_id="p1",
            at=life.now,
            **{"quantities": {"1": 1}, **more},
        )
    )


def test_goods_of_no_return_are_taken_in() -> None:
    """To where they came from; what is no line of the order is left out."""
    life = delivered(line(quantity=2))
    came(life, "", quantities={"1": 1, "9": 3})

    settle(life, Remedy.RESTOCK)

    (restock,) = life.of(Restock)
    assert (attrs.evolve(MUGS, quantity=1),) == restock.items


def test_goods_of_a_return_that_was_declined_are_taken_in() -> None:
    """They came all the same, and nobody inspects them."""
    life = asked_back()
    life.do(command(DeclineReturn, return_id="o1-t1", explanation="too late"))
    came(life, "o1-t1")

    settle(life, Remedy.RESTOCK)

    assert 1 == len(life.of(Restock))


def test_goods_of_an_open_return_are_inspected() -> None:
    """An inspection says where they go: not both."""
    life = asked_back()
    came(life, "o1-t1")

    with pytest.raises(NotAllowedError, match="InspectReturn"):
        settle(life, Remedy.RESTOCK)


def test_nothing_is_nothing_to_take_in() -> None:
    """A parcel without any of the order's goods."""
    life = delivered(line(quantity=2))
    came(life, "", quantities={"9": 1})

    with pytest.raises(NotAllowedError, match="none of the order's goods"):
        settle(life, Remedy.RESTOCK)

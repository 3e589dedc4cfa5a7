"""Units that were called off leave all the same, and the order ends."""

from __future__ import annotations

from datetime import timedelta

from orderlife import CancelLines, ExceptionKind, Remedy, ResolveException
from orderlife.ports.payment import Capture, Declined, Void
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.shipment.model import ScanStatus
from orderlife.testing.life import Life
from orderlife.testing.scenario import command
from tests.helpers import (
    line,
    open_items,
    open_kinds,
    operations,
    packed,
    placed,
    scan,
    units,
)


def left_after_all() -> Life:
    """Two mugs left, one of which was called off; two cups are still here."""
    life = placed(
        line(quantity=2, seller="us"),
        line("cup", 2, seller="them"),
        answers={Capture: lambda _: Declined(code="later")},
    )
    packed(life)
    scan(life, ScanStatus.RETURNED)
    life.do(command(CancelLines, quantities={"1": 1}))
    del life.answers[Capture]
    life.now += timedelta(hours=1)
    scan(life, ScanStatus.PICKED_UP)
    assert (1, 2) == (units(life).wanted, units(life).shipped)
    assert ExceptionKind.MOVED_AFTER_CANCELLATION in open_kinds(life)
    return life


def test_what_is_not_needed_is_given_back_and_the_order_ends() -> None:
    """That more has left than was wanted keeps no money secured."""
    life = left_after_all()
    assert [] == operations(life, Void)
    life.do(command(CancelLines, quantities={"2": 2}))
    life.now += timedelta(hours=1)
    scan(life, ScanStatus.DELIVERED)
    for item in open_items(life):
        life.do(
            command(
                ResolveException,
                exception_id=item.exception_id,
                remedy=Remedy.ACCEPT,
                note="let it be",
            )
        )
    life.advance(timedelta(days=2))
    assert ["o1:void:1"] == operations(life, Void)
    assert OrderState.COMPLETED is life.order.state

"""Parcels get lost, broken, sent back, stopped and found."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import strategies as st

from orderlife._kernel.messages import ExceptionKind, Remedy
from orderlife.errors import IllegalTransitionError, NotAllowedError
from orderlife.ports.base import Unknown
from orderlife.ports.carrier import (
    Intercept,
    InterceptAccepted,
    InterceptRejected,
)
from orderlife.ports.inventory import Consume, Restock
from orderlife.ports.payment import Capture, Refund
from orderlife.rooms.exceptions.messages import ResolveException
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.messages import CancelLines
from orderlife.rooms.shipment.lifecycle import ShipmentState
from orderlife.rooms.shipment.messages import InterceptShipment
from orderlife.rooms.shipment.model import Scan, ScanStatus
from orderlife.testing.life import Life
from orderlife.testing.scenario import NOON, command
from tests.helpers import (
    ask_back,
    come_back,
    found,
    inspect,
    line,
    open_items,
    open_kinds,
    placed,
    resolve,
    scan,
    sent,
    shipment,
    units,
)

_C, _S = ScanStatus, ShipmentState
HOUR = timedelta(hours=1)

SCANS = st.lists(
    st.builds(
        Scan,
        status=st.sampled_from(ScanStatus),
        at=st.integers(0, 5).map(lambda hours: NOON + hours * HOUR),
        detail=st.sampled_from(["", "x"]),
        correction=st.booleans(),
    ),
    max_size=6,
)


def on_its_way() -> Life:
    """A life whose only shipment has left."""
    life = placed()
    sent(life)
    return life


def test_lost_and_refunded() -> None:
    """The customer gets the money; the units stay lost."""
    life = on_its_way()
    scan(life, _C.LOST, detail="fell off the lorry")

    (item,) = open_items(life)
    assert ExceptionKind.SHIPMENT_LOST is item.contradiction.kind
    assert "fell off the lorry" == item.contradiction.observed
    assert 2 == units(life).lost
    resolve(life, Remedy.REFUND)

    assert [2000] == [i.amount.minor for i in life.of(Refund)]
    assert (2, 2) == (units(life).lost, units(life).refunded)
    assert _S.WRITTEN_OFF is shipment(life).state
    assert OrderState.COMPLETED is life.order.state


def test_damaged_and_sent_again() -> None:
    """The units are uncounted, reserved and planned once more."""
    life = on_its_way()
    scan(life, _C.DAMAGED)

    resolve(life, Remedy.RESHIP)

    assert (0, 0) == (units(life).lost, units(life).shipped)
    assert _S.WRITTEN_OFF is shipment(life).state
    assert {"1": 2} == shipment(life, 2).items

    sent(life, 2)
    scan(life, _C.DELIVERED, 2)

    assert 2 == units(life).delivered
    assert 1 == len(life.of(Capture))


def test_lost_and_accepted() -> None:
    """The shop lets it be: neither money nor goods go out."""
    life = on_its_way()
    scan(life, _C.LOST)

    resolve(life, Remedy.ACCEPT)

    assert _S.WRITTEN_OFF is shipment(life).state
    assert OrderState.COMPLETED is life.order.state
    assert [] == life.of(Refund)


def test_lost_and_found() -> None:
    """A parcel that turns up is not lost: nobody is asked any more."""
    life = on_its_way()
    scan(life, _C.LOST)

    scan(life, _C.DELIVERED, at=life.now + HOUR)

    assert (0, 2) == (units(life).lost, units(life).delivered)
    (item,) = life.order.exceptions
    assert Remedy.OVERTAKEN is item.remedy
    assert "the carrier reports delivered" == item.note
    assert _S.DELIVERED is shipment(life).state


def test_lost_found_and_lost_again() -> None:
    """A second loss is a matter of its own, though it reads the same."""
    life = on_its_way()
    scan(life, _C.LOST)
    scan(life, _C.IN_TRANSIT, at=life.now + HOUR)
    assert () == open_kinds(life)

    scan(life, _C.LOST, at=life.now + 2 * HOUR)

    assert (ExceptionKind.SHIPMENT_LOST,) == open_kinds(life)


def test_damaged_moved_on_and_damaged_again() -> None:
    """What was let be while the parcel moved on is asked when it ends."""
    life = on_its_way()
    scan(life, _C.DAMAGED)
    scan(life, _C.IN_TRANSIT, at=life.now + HOUR)
    resolve(life, Remedy.ACCEPT)
    assert () == open_kinds(life)

    scan(life, _C.DAMAGED, at=life.now + 2 * HOUR)

    assert (ExceptionKind.SHIPMENT_DAMAGED,) == open_kinds(life)
    resolve(life, Remedy.ACCEPT)
    assert OrderState.COMPLETED is life.order.state


def test_damaged_again_while_somebody_is_asked() -> None:
    """One item is enough for one parcel."""
    life = on_its_way()
    scan(life, _C.DAMAGED)
    scan(life, _C.IN_TRANSIT, at=life.now + HOUR)

    scan(life, _C.DAMAGED, at=life.now + 2 * HOUR, detail="wet")

    assert (ExceptionKind.SHIPMENT_DAMAGED,) == open_kinds(life)


def test_lost_and_refunded_before() -> None:
    """What came back as something else is not paid for twice."""
    life = placed(line(place="a"), line(place="b"))
    sent(life, 1)
    sent(life, 2)
    scan(life, _C.DELIVERED, 1)
    scan(life, _C.LOST, 2)
    ask_back(life)
    come_back(life, quantities={"1": 1, "2": 1})
    inspect(life, found(), found(line_id="2"))
    lost = next(
        item
        for item in open_items(life)
        if item.contradiction.kind is ExceptionKind.SHIPMENT_LOST
    )

    life.do(
        command(
            ResolveException,
            exception_id=lost.exception_id,
            remedy=Remedy.REFUND,
            note="",
        )
    )

    assert [2000] == [i.amount.minor for i in life.of(Refund)]
    assert _S.WRITTEN_OFF is shipment(life, 2).state


def test_found_after_it_was_settled() -> None:
    """A file that was closed stays closed; somebody hears of it."""
    life = on_its_way()
    scan(life, _C.LOST)
    resolve(life, Remedy.RESHIP)

    scan(life, _C.DELIVERED, at=life.now + HOUR)

    assert _S.WRITTEN_OFF is shipment(life).state
    assert (ExceptionKind.MOVED_AFTER_CANCELLATION,) == open_kinds(life)
    assert 0 == units(life).delivered


def test_returned_to_sender_and_refunded() -> None:
    """The goods are put away, the units cancelled, the money given back."""
    life = on_its_way()
    scan(life, _C.RETURNED)
    assert 0 == units(life).shipped

    resolve(life, Remedy.REFUND)

    assert 2 == units(life).cancelled
    assert [2000] == [i.amount.minor for i in life.of(Refund)]
    (back,) = life.of(Restock)
    assert ("o1-s1", 2, "main") == (
        back.subject,
        back.items[0].quantity,
        back.items[0].place,
    )
    assert OrderState.CANCELLED is life.order.state


def test_returned_to_sender_and_sent_again() -> None:
    """The goods are put away and reserved anew."""
    life = on_its_way()
    scan(life, _C.RETURNED)

    resolve(life, Remedy.RESHIP)

    assert {"1": 2} == shipment(life, 2).items
    assert 1 == len(life.of(Restock))


def test_returned_to_sender_is_not_let_be() -> None:
    """Goods that are back are sent again or paid back, nothing else."""
    life = on_its_way()
    scan(life, _C.RETURNED)

    with pytest.raises(NotAllowedError, match="send it again"):
        resolve(life, Remedy.ACCEPT)


def test_returned_to_sender_and_delivered_after_all() -> None:
    """A correction leaves nothing to settle but to let it be."""
    life = on_its_way()
    scan(life, _C.RETURNED)
    scan(life, _C.DELIVERED, at=life.now + HOUR)

    assert (2, 2) == (units(life).shipped, units(life).delivered)
    assert () == open_kinds(life)
    assert 1 == len(life.of(Consume))


def test_one_shipment_in_trouble_twice_is_settled_once() -> None:
    """Of two exceptions about it the first remedy settles, the other ends."""
    life = on_its_way()
    scan(life, _C.DAMAGED)
    scan(life, _C.RETURNED, at=life.now + HOUR)
    lost, came_back = open_items(life)

    for item in (lost, came_back):
        life.do(
            command(
                ResolveException,
                exception_id=item.exception_id,
                remedy=Remedy.REFUND,
                note="",
            )
        )

    assert [2000] == [i.amount.minor for i in life.of(Refund)]
    assert 1 == len(life.of(Restock))
    assert OrderState.CANCELLED is life.order.state


def test_a_parcel_can_be_stopped() -> None:
    """An intercept asks the carrier; scans say what comes of it."""
    life = on_its_way()

    life.do(command(InterceptShipment, shipment_id="o1-s1"))

    (asked,) = life.of(Intercept)
    assert "o1-s1:label:1" == asked.tracking_number
    assert "" == shipment(life).intercept_pending
    scan(life, _C.RETURNING)
    assert _S.RETURNING is shipment(life).state


@pytest.mark.parametrize(
    "outcome", [InterceptAccepted(), InterceptRejected("out of reach")]
)
def test_an_intercept_is_answered_once(outcome: object) -> None:
    """While it is awaited nobody asks twice; a repeat changes nothing."""
    life = on_its_way()
    life.answers[Intercept] = lambda _: Unknown()
    life.do(command(InterceptShipment, shipment_id="o1-s1"))
    life.do(command(InterceptShipment, shipment_id="o1-s1"))
    assert 1 == len(life.of(Intercept))

    life.answer("o1-s1:intercept:2", outcome)
    before = life.case
    life.answer("o1-s1:intercept:2", outcome)

    assert "" == before.shipments["o1-s1"].intercept_pending
    assert before == life.case


def test_only_what_is_on_its_way_can_be_stopped() -> None:
    """Each of the other cases says what to do instead."""
    life = placed(line(place="a"), line(place="b"))

    def intercept(number: int) -> None:
        life.do(command(InterceptShipment, shipment_id=f"o1-s{number}"))

    with pytest.raises(NotAllowedError, match="cancel it with CancelShip"):
        intercept(1)
    scan(life, _C.IN_TRANSIT, 1)
    with pytest.raises(NotAllowedError, match="no tracking number"):
        intercept(1)
    sent(life, 2)
    scan(life, _C.DELIVERED, 2)
    with pytest.raises(NotAllowedError, match="it is delivered"):
        intercept(2)
    scan(life, _C.RETURNING, 2, at=life.now + HOUR)
    with pytest.raises(IllegalTransitionError, match="returning"):
        intercept(2)


def test_delivered_after_all_although_it_was_called_off() -> None:
    """Units that were called off and arrive all the same: for a person."""
    life = on_its_way()
    scan(life, _C.RETURNED)
    quantities = {"1": units(life).unshipped}
    life.do(command(CancelLines, quantities=quantities))

    scan(life, _C.DELIVERED, at=life.now + 2 * HOUR)

    assert ExceptionKind.MOVED_AFTER_CANCELLATION in open_kinds(life)

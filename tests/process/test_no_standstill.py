"""Whatever a person settles, and how: something moves the order on."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from orderlife._kernel.messages import ExceptionKind, Remedy, TimerKind
from orderlife.errors import InputError, RefusedError
from orderlife.house import HOUSE, timers
from orderlife.invariants import violations
from orderlife.policy.model import Policy
from orderlife.ports.base import Intent
from orderlife.ports.carrier import (
    BuyLabel,
    Intercept,
    InterceptRejected,
    LabelRefused,
    VoidLabel,
    VoidRejected,
)
from orderlife.ports.inventory import (
    Allocate,
    Release,
    Reserve,
    Shortage,
    StockChanged,
    StockGone,
    StockShort,
)
from orderlife.ports.notifier import Notify, NotSent
from orderlife.ports.payment import (
    Authorize,
    Capture,
    Declined,
    IssueCredit,
    Refund,
    Void,
    Voided,
)
from orderlife.rooms.exceptions.messages import EffectFailed, ResolveException
from orderlife.rooms.exceptions.model import ExceptionItem
from orderlife.rooms.order.lifecycle import ORDER, OrderState
from orderlife.rooms.order.messages import CancelOrder
from orderlife.rooms.payment.ledger import is_secured, takeable_minor
from orderlife.rooms.returns.lifecycle import ReturnState
from orderlife.rooms.shipment.lifecycle import BEFORE_DISPATCH, ShipmentState
from orderlife.rooms.shipment.model import ScanStatus
from orderlife.testing.life import Answer, Life
from orderlife.testing.scenario import command, fact
from tests.helpers import (
    line,
    open_items,
    open_kinds,
    placed,
    scan,
    sent,
    silent,
)
from tests.order.test_holds_and_exceptions import COMES_ABOUT

K, R, S = ExceptionKind, Remedy, ShipmentState

HOUR = timedelta(hours=1)

# --- what it is to stand still --------------------------------------------

_UNDER_WAY = frozenset(
    (
        S.DISPATCHED,
        S.IN_TRANSIT,
        S.OUT_FOR_DELIVERY,
        S.AVAILABLE_FOR_PICKUP,
        S.ATTEMPT_FAILED,
        S.RETURNING,
    )
)
"""The carrier has more to tell."""
_AWAITED = frozenset(
    (
        ReturnState.REQUESTED,
        ReturnState.APPROVED,
        ReturnState.IN_TRANSIT,
        ReturnState.RECEIVING,
        ReturnState.RECEIVED,
    )
)
"""The customer, the warehouse or a clerk has something to do."""


def stands_still(life: Life) -> bool:
    """Whether nobody will do anything for an order that has not ended.

    A shipment moves it on only if it may leave: its money is there, and
    nobody owes an answer about its label.
    """
    order = life.order
    if ORDER.is_terminal(order.state) or order.state in {
        OrderState.COMPLETED,
        OrderState.DRAFT,
    }:
        return False
    if order.holds or open_items(life):
        return False
    confirmed = order.state is OrderState.CONFIRMED
    if confirmed and not is_secured(order):
        return not any(":authorize:" in asked for asked in life.unanswered)
    dated = [
        timer
        for timer in timers(life.case)
        if timer.kind is not TimerKind.AUTHORIZATION_ENDS
    ]
    shipments = life.case.shipments.values()
    return not (
        life.unanswered
        or dated
        or any(each.state in _UNDER_WAY for each in shipments)
        or any(
            confirmed
            and each.state in BEFORE_DISPATCH
            and not (each.label_pending or each.void_pending)
            for each in shipments
        )
        or any(each.state in _AWAITED for each in life.case.returns.values())
    )


# --- what a person and the world may do -----------------------------------


def _refuse(intent: Any) -> Declined:
    return Declined(code="no")


def _short(intent: Any) -> StockShort:
    return StockShort(
        shortages=tuple(
            Shortage(sku=each.sku, wanted=each.quantity, available=0)
            for each in intent.demands
        )
    )


UNWILLING: dict[type[Intent], Answer] = {
    **dict.fromkeys((Authorize, Capture, Void, Refund, IssueCredit), _refuse),
    Reserve: _short,
    Allocate: lambda _: StockGone("gone"),
    BuyLabel: lambda _: LabelRefused(code="no"),
    VoidLabel: lambda _: VoidRejected("no"),
    Intercept: lambda _: InterceptRejected("no"),
    Notify: lambda _: NotSent("no"),
}
"""Whatever is asked, the answer is no."""
WORLDS: dict[str, dict[type[Intent], Answer]] = {
    "willing": {},
    "unwilling": UNWILLING,
    "silent": dict.fromkeys((*UNWILLING, Release), silent),
}


def _copied(life: Life) -> Life:
    other = copy.copy(life)
    for name in ("history", "intents", "messages"):
        setattr(other, name, list(getattr(life, name)))
    for name in ("unanswered", "_known"):
        setattr(other, name, dict(getattr(life, name)))
    if life.stock is not None:
        other.stock = dict(life.stock)
    return other


def _heard(life: Life) -> Iterator[Life]:
    """Each thing that is awaited is answered, or given up."""
    for operation, intent in life.unanswered.items():
        if isinstance(intent, Notify):
            continue  # nothing waits for a message
        other = _copied(life)
        other.answers = dict(UNWILLING)
        other.answer(operation, life._succeed(intent))
        yield other
        for unknown in (True, False):
            other = _copied(life)
            del other.unanswered[operation]
            other.answers = dict(UNWILLING)
            other.report(
                fact(
                    EffectFailed,
                    operation_id=operation,
                    port=intent.port,
                    why="no answer",
                    unknown=unknown,
                )
            )
            yield other


def _settled(life: Life, depth: int) -> Iterator[Life]:
    """Settle each open item in each way, in each world; then the next."""
    if not depth:
        return
    for item in open_items(life):
        for remedy in HOUSE.remedies[item.contradiction.kind]:
            for answers in WORLDS.values():
                other = _copied(life)
                other.answers = dict(answers)
                if _resolves(other, item, remedy):
                    for now in (other, *_heard(other)):
                        yield now
                        yield from _settled(now, depth - 1)


def _resolve(life: Life, item: ExceptionItem, remedy: Remedy) -> None:
    life.do(
        command(
            ResolveException,
            exception_id=item.exception_id,
            remedy=remedy,
            note="settled",
        )
    )


def _resolves(life: Life, item: ExceptionItem, remedy: Remedy) -> bool:
    try:
        _resolve(life, item, remedy)
    except (RefusedError, InputError):
        return False  # it stays open then, and asks on
    return True


# --- a cancellation that came too late --------------------------------------


def too_late(**more: Any) -> Life:
    """One parcel had come back; the customer called the order off.

    Now it moves after all.  Line 2 has not left: its stock and its
    money, 10.00, are still being let go of.
    """
    life = placed(
        line(quantity=2),
        line(place="b"),
        answers={Release: silent, Void: silent},
        **more,
    )
    sent(life)
    scan(life, ScanStatus.RETURNED)
    life.now += HOUR
    life.do(command(CancelOrder))
    assert OrderState.CANCELLING is life.order.state
    life.answers.clear()
    scan(life, ScanStatus.DELIVERED)
    assert OrderState.CONFIRMED is life.order.state
    return life


def settle(life: Life, remedy: Remedy, kind: ExceptionKind) -> None:
    """Settle the open item of a kind."""
    (item,) = [i for i in open_items(life) if i.contradiction.kind is kind]
    _resolve(life, item, remedy)


def sound(life: Life) -> bool:
    """Whether the order can go on, and all that must hold does."""
    assert [] == list(violations(life.case, life.history))
    return not stands_still(life)


@pytest.mark.parametrize("remedy", [R.ACCEPT, R.RETRY])
def test_money_that_is_being_let_go_of_secures_nothing(remedy: Remedy) -> None:
    """Settled before it is gone, nothing is missing when it is."""
    life = too_late()
    assert not is_secured(life.order)
    settle(life, remedy, K.AUTHORIZATION_LAPSED)
    assert is_secured(life.order)

    life.answer("o1:void:1", Voided(reference="v"))

    assert is_secured(life.order)
    assert sound(life)


def test_all_that_is_being_let_go_of_is_asked_for_anew() -> None:
    """What was refunded, and what is being voided."""
    life = too_late()
    settle(life, R.RETRY, K.AUTHORIZATION_LAPSED)

    assert [3000, 3000] == [i.amount.minor for i in life.of(Authorize)]


def test_nobody_is_charged_on_what_is_being_let_go_of() -> None:
    """A capture goes to the payment that is to stay."""
    life = too_late(policy=Policy(reauthorize=False))
    assert 0 == takeable_minor(life.order, "p1")
    settle(life, R.RETRY, K.AUTHORIZATION_LAPSED)
    life.answer("o1-r1:release:4", StockChanged())
    settle(life, R.RETRY, K.STOCK_LOST)
    sent(life, 3)

    assert {"p1", "p2"} == {i.payment_id for i in life.of(Capture)}
    assert [("p1", 2000), ("p2", 2000), ("p2", 1000)] == [
        (i.payment_id, i.amount.minor) for i in life.of(Capture)
    ]


def test_money_that_could_not_be_let_go_of_is_there() -> None:
    """The void failed: somebody is asked, and the rest is missing."""
    life = too_late()
    life.answer("o1:void:1", Declined(code="no"))

    assert K.VOID_FAILED in open_kinds(life)
    assert 1000 == takeable_minor(life.order, "p1")
    settle(life, R.ACCEPT, K.AUTHORIZATION_LAPSED)
    assert 2000 == life.order.waived_minor
    settle(life, R.ACCEPT, K.VOID_FAILED)
    assert sound(life)


# --- every kind, every remedy, whatever is answered --------------------------

STARTS: dict[str, Callable[[], Life]] = {
    **{kind.value: start for kind, start in COMES_ABOUT.items()},
    "cancelled_too_late_for_its_money": too_late,
}


@pytest.mark.one_python
@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
def test_no_remedy_leaves_an_order_standing_still(
    start: Callable[[], Life],
) -> None:
    """Nor does the remedy of what follows from it, whoever says no."""
    lives = 0
    for life in _settled(start(), 2):
        lives += 1
        assert not stands_still(life), life.order
        assert [] == list(violations(life.case))

    assert lives >= 3

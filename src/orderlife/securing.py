"""Money that is to be secured anew before more goods leave."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from orderlife._kernel.case import Case
from orderlife._kernel.messages import Contradiction, ExceptionKind, Step
from orderlife.planning import Context
from orderlife.rooms.order.ledger import covered_minor, due_minor
from orderlife.rooms.order.messages import OpenException, RequestAuthorizations
from orderlife.rooms.order.model import Order, Payment
from orderlife.rooms.order.single import is_spent, room_minor

__all__ = ["MONEY_MISSING", "secure_rest", "unsecured"]

_K = ExceptionKind

MONEY_MISSING: Final = frozenset((_K.AUTHORIZATION_LAPSED, _K.CAPTURE_FAILED))
"""What asks a person about money that a confirmed order lacks."""

_ASKED: Final = MONEY_MISSING | {_K.AMOUNT_MISMATCH}


def secure_rest(case: Case, context: Context) -> Sequence[Step]:
    """Ask anew for what a single capture has let go of.

    Of the same tender; a person is asked where it cannot bear it, or
    where policy asks for no money a second time.
    """
    order = case.placed
    spent = [each for each in order.payments if is_spent(order, each)]
    if not spent or covered_minor(order) >= due_minor(order):
        return ()
    if any(
        item.is_open and item.contradiction.kind in _ASKED
        for item in order.exceptions
    ):
        return ()  # somebody sees to it
    policy = context.policy
    if policy.reauthorize or policy.single_capture == "secure_rest":
        for payment in spent:
            if _can_bear(order, payment):
                again = payment.payment_id
                return [
                    RequestAuthorizations(again=again, notify=context.notify)
                ]
    why = "its one capture has left it"
    return [unsecured(spent[-1].payment_id, why)]


def _can_bear(order: Order, payment: Payment) -> bool:
    index = payment.tender_index
    return payment.tender.amount is None or room_minor(order, index) > 0


def unsecured(payment_id: str, why: str) -> OpenException:
    """Ask a person about money that is not there any more."""
    return OpenException(
        Contradiction(
            _K.AUTHORIZATION_LAPSED,
            payment_id,
            f"payment {payment_id} secures a confirmed order",
            f"it does not any more: {why}",
        )
    )

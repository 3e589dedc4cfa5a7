"""What stands between an input and the rooms.

Rules that look at more than one aggregate, questions to policy, and
facts about things that nobody knows.  What passes is handed on to the
rooms, as it came or as the steps that it stands for.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from orderlife._kernel.case import Case
from orderlife._kernel.messages import (
    Command,
    EffectFailed,
    Fact,
    Quantities,
    Step,
    TimerFired,
)
from orderlife._values.addresses import doubts
from orderlife.errors import (
    DeniedError,
    NotAllowedError,
    Problem,
    StaleVersionError,
    ValidationError,
)
from orderlife.planning import Context, blocked, check_backorder, has_label
from orderlife.policy import consult
from orderlife.policy.permissions import UnlessOwn, concerns_own
from orderlife.process import capture_early
from orderlife.rooms.order.decide import check_quantities
from orderlife.rooms.order.ledger import is_secured
from orderlife.rooms.order.lifecycle import ORDER, OrderState, OrderTrigger
from orderlife.rooms.order.messages import (
    CancelLines,
    CapturePayment,
    DraftOrder,
    FraudJudged,
    OrderCommand,
    PaymentReported,
    PlaceHold,
    PlaceOrder,
    RefundPayment,
)
from orderlife.rooms.returns.lifecycle import ReturnState
from orderlife.rooms.returns.messages import (
    ApproveReturn,
    CancelReturn,
    ChangeDisposition,
    CloseReceiving,
    DeclineReturn,
    GrantReturn,
    InspectReturn,
    RefuseReturn,
    RequestReturn,
    ReturnReceived,
    ReturnShipped,
    StartReturn,
)
from orderlife.rooms.shipment.lifecycle import BEFORE_DISPATCH
from orderlife.rooms.shipment.messages import (
    BuyShipmentLabel,
    CancelShipment,
    DispatchShipment,
    InterceptShipment,
    LabelReported,
    PackShipment,
    PickShipment,
    Scanned,
)
from orderlife.rooms.stock.messages import (
    FillBackorder,
    StockArrived,
    StockReported,
)

__all__ = [
    "AnyCommand",
    "AnyFact",
    "Message",
    "admit_command",
]

AnyCommand: TypeAlias = (
    OrderCommand
    | FillBackorder
    | PickShipment
    | PackShipment
    | BuyShipmentLabel
    | DispatchShipment
    | CancelShipment
    | InterceptShipment
    | RequestReturn
    | ApproveReturn
    | DeclineReturn
    | CancelReturn
    | CloseReceiving
    | InspectReturn
    | ChangeDisposition
)
AnyFact: TypeAlias = (
    PaymentReported
    | FraudJudged
    | StockReported
    | Scanned
    | LabelReported
    | ReturnShipped
    | ReturnReceived
    | TimerFired
    | EffectFailed
    | StockArrived
)
Message: TypeAlias = Command | Fact | Step

_GONE: Final = frozenset(
    (ReturnState.DECLINED, ReturnState.CANCELLED, ReturnState.EXPIRED)
)


def admit_command(
    case: Case, command: AnyCommand, context: Context
) -> list[Message]:
    """Check a command against the case as a whole.

    Raises:
        DeniedError: the policy does not let this actor.
        NotAllowedError: policy or another aggregate stands against it.
        NotFoundError: there is no such order, shipment or return.
        StaleVersionError: the case has moved on.
        ValidationError: a field is wrong.
    """
    # First of all: who may not ask is not told how things stand.
    why = consult.objection(context.policy, command.actor, command)
    own = isinstance(why, UnlessOwn) and concerns_own(command, case.order)
    if why and not own:
        # The same words, whether it is another's or there is none.
        raise DeniedError(
            type(command).__name__,
            f"order {case.order_id}",
            f"{command.actor} may not: {why}",
            "ask somebody who may",
        )
    expected = command.expected_version
    if expected is not None and expected != case.version:
        raise StaleVersionError(case.order_id, expected, case.version)
    match command:
        case PlaceOrder() | DraftOrder():
            return [command, *_address_in_doubt(command, context)]
        case CancelLines():
            return _cancel_lines(case, command)
        case CapturePayment():
            return _capture(case, context)
        case RefundPayment():
            if blocked(case.placed, "refund"):
                raise _held("refund", case, "refund")
            return [command]
        case FillBackorder():
            held = case.reservation(command.reservation_id)
            return [check_backorder(case, held.reservation_id, context)]
        case (
            PickShipment()
            | PackShipment()
            | BuyShipmentLabel()
            | DispatchShipment()
            | CancelShipment()
            | InterceptShipment()
        ):
            return _shipment(case, command)
        case RequestReturn():
            return [_start_return(case, command, context)]
        case ApproveReturn():
            back = case.return_(command.return_id)
            terms = consult.terms(context.policy, back.reason)
            return [
                GrantReturn(
                    return_id=command.return_id,
                    explanation=command.explanation or str(command.actor),
                    expires_at=consult.approval_ends(
                        context.policy, context.now
                    ),
                    keep_items=command.keep_items,
                    label=terms.label and not command.keep_items,
                    notify=command.notify,
                )
            ]
        case DeclineReturn():
            case.return_(command.return_id)
            return [
                RefuseReturn(
                    return_id=command.return_id,
                    explanation=command.explanation,
                )
            ]
        case (
            CancelReturn()
            | CloseReceiving()
            | InspectReturn()
            | ChangeDisposition()
        ):
            case.return_(command.return_id)
            return [command]
        case _:
            _ = case.placed
            return [command]


def _held(asked: str, case: Case, what: str) -> NotAllowedError:
    holds = [
        f"{hold.hold_id} ({hold.reason})"
        for hold in case.placed.holds
        if what in hold.blocks
    ]
    return NotAllowedError(
        asked,
        f"order {case.order_id}",
        f"hold {', '.join(holds)} stands against it",
        "release it with ReleaseHold first",
    )


def _cancel_lines(case: Case, command: CancelLines) -> list[Message]:
    """Refuse where a label is bought for units that would go."""
    order = case.placed
    check_quantities(order, command.quantities, type(command).__name__)
    left = {line: units.unshipped for line, units in order.units.items()}
    for sent in case.shipments.values():
        if sent.state not in BEFORE_DISPATCH:
            continue
        if not has_label(sent):
            continue
        for line_id, units in sent.items.items():
            left[line_id] -= units
            wanted = command.quantities.get(line_id, 0)
            if 0 <= left[line_id] < wanted <= left[line_id] + units:
                raise NotAllowedError(
                    f"cancel {wanted} of",
                    f"line {line_id} of order {case.order_id}",
                    f"shipment {sent.shipment_id} has its label already",
                    "cancel it with CancelShipment first",
                )
    return [command]


def _capture(case: Case, context: Context) -> list[Message]:
    order = case.placed
    if order.state is not OrderState.CONFIRMED:
        ORDER.step(case.order_id, order.state, OrderTrigger.COMPLETE)
    steps = capture_early(case, context)
    if not steps:
        raise NotAllowedError(
            "capture",
            f"order {case.order_id}",
            "nothing is due that is authorised and not yet taken",
            "see its payments",
        )
    return list(steps)


def _address_in_doubt(
    form: PlaceOrder | DraftOrder, context: Context
) -> list[Message]:
    """Hold what would go to an address that somebody must look at.

    It is asked here because nobody has the address later: it stands
    apart from the order.
    """
    if form.ship_to is None or all(
        line.kind != "goods" for line in form.lines
    ):
        return []
    why = doubts(context.policy.check_address, form.ship_to)
    if not why:
        return []
    return [PlaceHold(reason="address", blocks=("dispatch",), note=why)]


_ShipmentInput: TypeAlias = (
    PickShipment
    | PackShipment
    | BuyShipmentLabel
    | DispatchShipment
    | CancelShipment
    | InterceptShipment
)


def _shipment(case: Case, command: _ShipmentInput) -> list[Message]:
    order = case.placed
    case.shipment(command.shipment_id)
    if isinstance(command, InterceptShipment):
        return [command]
    if order.state is not OrderState.CONFIRMED:
        raise NotAllowedError(
            type(command).__name__,
            f"shipment {command.shipment_id}",
            f"order {case.order_id} is {order.state.value}",
            "goods are handled while it is confirmed",
        )
    if isinstance(command, DispatchShipment):
        if blocked(order, "dispatch"):
            raise _held("dispatch", case, "dispatch")
        if not is_secured(order):
            raise NotAllowedError(
                "dispatch",
                f"shipment {command.shipment_id}",
                "the money is not secured",
                "pay with PayOrder, or settle the open exception",
            )
    return [command]


def _start_return(
    case: Case, command: RequestReturn, context: Context
) -> StartReturn:
    order = case.placed
    if order.state not in {OrderState.CONFIRMED, OrderState.COMPLETED}:
        raise NotAllowedError(
            "return goods of",
            f"order {case.order_id}",
            f"it is {order.state.value}",
            "a return follows a delivery",
        )
    check_quantities(order, command.quantities, type(command).__name__)
    problems = _return_problems(case, command.quantities)
    reasons = context.policy.reasons
    if command.reason not in reasons:
        known = ", ".join(reasons)
        problems.append(Problem("reason", f"must be one of: {known}"))
    if command.resolution == "keep" and command.actor.kind == "customer":
        problems.append(
            Problem("resolution", "only the shop can let the goods stay")
        )
    if problems:
        raise ValidationError(type(command).__name__, problems)
    return_id = f"{case.order_id}-t{len(case.returns) + 1}"
    return StartReturn(
        return_id=return_id,
        quantities=command.quantities,
        reason=command.reason,
        resolution=command.resolution,
        at=context.now,
        comment=f"{return_id}:comment" if command.comment else "",
    )


def _return_problems(case: Case, quantities: Quantities) -> list[Problem]:
    problems = []
    taken: dict[str, int] = {}
    for back in case.returns.values():
        if back.state in _GONE:
            continue
        for line in back.lines:
            units = max(line.quantity, line.received)
            taken[line.line_id] = taken.get(line.line_id, 0) + units
    charges = {line.line_id for line in case.placed.of_kind("charge")}
    for line_id, quantity in quantities.items():
        if line_id in charges:
            problems.append(
                Problem(
                    f"quantities[{line_id}]",
                    "is a charge, of which nothing comes back: give it "
                    "back with RefundPayment, or cancel it with CancelLines",
                )
            )
            continue
        delivered = case.placed.units[line_id].delivered
        left = max(0, delivered - taken.get(line_id, 0))
        if quantity > left:
            problems.append(
                Problem(
                    f"quantities[{line_id}]",
                    f"{quantity} asked for; {left} of {delivered} "
                    "delivered units can come back",
                )
            )
    return problems

"""The flows that both kinds of desk run, and what they make of answers."""

from __future__ import annotations

from orderlife._checks.validation import check
from orderlife._kernel.case import Case
from orderlife._kernel.house import House
from orderlife._kernel.messages import Command, Fact
from orderlife._values.limits import MAX_PAGE
from orderlife.desk.view import OrderView
from orderlife.engine import calls
from orderlife.engine.calls import Flow
from orderlife.engine.engine import Engine, Receipt
from orderlife.errors import (
    NotFoundError,
    PortError,
    Problem,
    ValidationError,
)
from orderlife.ports.base import Unknown
from orderlife.ports.carrier import Quoted, RateRequest
from orderlife.ports.store import Erase, FindOrders, FindPeople, Kept, Loaded

__all__ = ["accept", "erasure", "page", "quoted", "verified_of", "view_of"]


def accept(engine: Engine, message: Command | Fact) -> Flow[Receipt]:
    """Decide on an input, store the decision, then perform its effects."""
    receipt = yield from engine.submit(message)
    yield from engine.drive(message.order_id)
    return receipt


def quoted(order_id: str, shipment_id: str) -> Flow[Quoted | Unknown]:
    """Ask the carrier for rates for a shipment.

    Raises:
        NotFoundError: there is no such order or shipment.
        PortError: the carrier answered something else.
    """
    loaded = yield from calls.load(order_id)
    if loaded is None:
        raise NotFoundError("order", order_id)
    case = loaded.case
    shipment = case.shipment(shipment_id)
    address = case.placed.placement.ship_to
    asked = FindPeople(order_id=order_id, refs=(address,))
    request = RateRequest(
        subject=shipment_id,
        place=shipment.place,
        address=address,
        parcels=shipment.parcels,
        people=(yield from calls.people(asked)),
    )
    try:
        answer = yield from calls.quote(request)
    except Exception as error:  # noqa: BLE001
        return Unknown(type(error).__name__)
    if not isinstance(answer, Quoted | Unknown):
        message = f"{type(answer).__name__} is no answer to a quote"
        raise PortError(message)
    return answer


def view_of(
    engine: Engine, order_id: str, loaded: Loaded[Case] | None
) -> OrderView:
    """Show an order as it was loaded.

    Raises:
        NotFoundError: there is none of that id.
    """
    if loaded is None:
        raise NotFoundError("order", order_id)
    return OrderView(loaded.case, engine.policy, engine.clock(), engine.house)


def erasure(order_id: str, customer_id: str) -> Erase:
    """Ask to erase the personal data of an order, or of a customer.

    Raises:
        ValidationError: neither or both are named.
    """
    if bool(order_id) == bool(customer_id):
        problem = Problem("order_id", "name an order, or a customer")
        raise ValidationError("Erase", [problem])
    request = Erase(order_id=order_id, customer_id=customer_id)
    check(request)
    return request


def page(request: FindOrders) -> FindOrders:
    """Check the criteria of a search for orders.

    Raises:
        ValidationError: a field is wrong, or the page too large.
    """
    if type(request) is not FindOrders:
        what = type(request).__name__
        problem = Problem("request", f"must be FindOrders, not {what}")
        raise ValidationError("FindOrders", [problem])
    check(request)
    if request.limit > MAX_PAGE:
        problem = Problem("limit", f"is more than {MAX_PAGE}")
        raise ValidationError("FindOrders", [problem])
    return request


def verified_of(order_id: str, kept: Kept[Case] | None, house: House) -> str:
    """Check that nothing stored of an order was changed since.

    Raises:
        ChainBrokenError: an event was changed, left out or put in.
        AlteredError: something else was changed; says what.
        NotFoundError: there is no order of that id.
    """
    from orderlife.engine.verification import verified

    if kept is None:
        raise NotFoundError("order", order_id)
    return verified(order_id, kept, house)

"""The flows that both kinds of desk run, and what they make of answers."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

from orderlife._checks.validation import check, check_count
from orderlife._kernel.case import Case
from orderlife._kernel.house import House
from orderlife._kernel.messages import Command, Fact
from orderlife._kernel.personal import references
from orderlife._values.choices import LONGEST
from orderlife._values.limits import MAX_PAGE
from orderlife.engine import calls
from orderlife.engine.calls import Flow
from orderlife.engine.engine import Engine
from orderlife.engine.hand import Hand
from orderlife.errors import (
    ChainBrokenError,
    NotFoundError,
    OverloadedError,
    PortError,
    Problem,
    StoredError,
    ValidationError,
)
from orderlife.ports.base import Unknown
from orderlife.ports.carrier import Quoted, RateRequest
from orderlife.ports.store import Erase, FindOrders, FindPeople, Kept, Loaded
from orderlife.rooms.status import AXES, why_no_status
from orderlife.views.order import OrderView

__all__ = [
    "accept",
    "erasure",
    "everybody",
    "page",
    "quoted",
    "resting",
    "verified_of",
    "view_of",
]


_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def accept(
    engine: Engine, message: Command | Fact, *, inline: bool
) -> Flow[OrderView]:
    """Decide on an input and store the decision; then show the order.

    Args:
        engine: the desk's.
        message: the command or the fact.
        inline: whether to perform its effects at once.

    Raises:
        StoredError: it is stored, but the order could not be read.
    """
    hand = Hand(claims=inline)
    engine = engine.at_hand(hand)
    yield from engine.submit(message)
    if inline:
        yield from engine.drive(message.order_id)
    loaded = hand.loaded
    if loaded is None:
        try:
            loaded = yield from calls.load(message.order_id)
        except OverloadedError as error:
            raise StoredError(message.order_id) from error
    return view_of(engine, message.order_id, loaded)


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


def everybody(order_id: str, loaded: Loaded[Case] | None) -> FindPeople:
    """Ask for all personal data that an order refers to.

    Raises:
        NotFoundError: there is none of that id.
    """
    if loaded is None:
        raise NotFoundError("order", order_id)
    order = loaded.case.order
    found = () if order is None else references(order.placement)
    comments = (return_.comment for return_ in loaded.case.returns.values())
    refs = dict.fromkeys(filter(None, (*found, *comments)))
    return FindPeople(order_id=order_id, refs=tuple(refs))


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
        ValidationError: a field is wrong, a status is not of its axis, or
            the page too large.
    """
    if type(request) is not FindOrders:
        what = type(request).__name__
        problem = Problem("request", f"must be FindOrders, not {what}")
        raise ValidationError("FindOrders", [problem])
    check(request)
    if request.limit > MAX_PAGE:
        problem = Problem("limit", f"is more than {MAX_PAGE}")
        raise ValidationError("FindOrders", [problem])
    problems = []
    for axis in AXES:
        field = f"{axis}_status"
        word: str = getattr(request, field)
        if word and (why := why_no_status(axis, word)):
            problems.append(Problem(field, why))
    if problems:
        raise ValidationError("FindOrders", problems)
    return request


def resting(after: object, limit: int) -> tuple[timedelta, int]:
    """Check for how long orders must be closed, and how many are wanted.

    Raises:
        ValidationError: a value is none, or negative.
    """
    check_count(limit, "limit", "archive")
    if isinstance(after, timedelta) and timedelta() <= after <= LONGEST:
        return after, limit
    why = f"must be a timedelta of 0 to {LONGEST.days} days"
    raise ValidationError("archive", [Problem("after", why)])


def verified_of(
    order_id: str, kept: Kept[Case] | None, house: House, known: str
) -> str:
    """Check that nothing stored of an order was changed since.

    Args:
        order_id: the order.
        kept: all that is stored of it; None: nothing.
        house: the house of the order.
        known: a digest of it that was kept elsewhere; empty: none.

    Raises:
        ChainBrokenError: an event was changed, left out or put in; or
            the decision with that digest is not there.
        AlteredError: something else was changed; says what.
        NotFoundError: there is no order of that id.
        ValidationError: what is known can be no digest.
    """
    from orderlife.engine.verification import verified

    is_digest = isinstance(known, str) and _DIGEST.fullmatch(known)
    if known != "" and not is_digest:
        why = "must be a digest that verify gave: 64 of 0-9 and a-f"
        raise ValidationError("verify", [Problem("known", why)])
    if kept is None and known:
        raise ChainBrokenError(order_id, 1)
    if kept is None:
        raise NotFoundError("order", order_id)
    head = verified(order_id, kept, house)
    if known and all(link.digest != known for link in kept.links):
        # What there is fits together: it is the end that is gone.
        raise ChainBrokenError(order_id, kept.version + 1)
    return head

"""What is asked of policy about shipments: what is sent together.

What is asked on the way of an order gets the library's own answer where
policy has none, and an exception item opens: no order stands still over
a policy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from orderlife._kernel.case import Case
from orderlife.policy.answers import (
    Answered,
    NoAnswerError,
    asked,
    instance_of,
    or_else,
    text_of,
)
from orderlife.policy.model import Parcelling, Policy, by_place_and_seller
from orderlife.ports.inventory import StockItem
from orderlife.rooms.shipment.lifecycle import ShipmentState
from orderlife.rooms.stock.lifecycle import ReservationState

__all__ = ["parcels"]


def parcels(
    case: Case,
    wanted: Sequence[StockItem],
    policy: Policy,
    *,
    planned: bool,
) -> Answered[tuple[Parcelling, ...]]:
    """What is sent together, of what is there.

    Policy may keep units back as long as something else of the order is
    to come, after which it is asked again; otherwise nothing would ever
    move the order on.

    Args:
        case: the order.
        wanted: what is there, and in no shipment.
        policy: whose parcels they are.
        planned: something else of it is being planned just now.
    """
    order = case.placed

    def read(answer: Iterable[Parcelling]) -> tuple[Parcelling, ...]:
        found = _parcels(answer, wanted)
        if wanted and not found and not planned and not _goes_on(case):
            raise NoAnswerError("sends nothing, and nothing else is to come")
        return found

    return or_else(
        "parcel",
        f"order {order.order_id}",
        lambda: asked(policy.parcel, (order, wanted), read),
        lambda: by_place_and_seller(order, wanted),
        "it is sent by place and seller",
    )


def _parcels(
    answer: Iterable[Parcelling], wanted: Sequence[StockItem]
) -> tuple[Parcelling, ...]:
    left: dict[tuple[str, str], int] = {}
    for item in wanted:
        key = (item.line_id, item.place)
        left[key] = left.get(key, 0) + item.quantity
    found = []
    for parcel in answer:
        place, seller = _parcel(parcel)
        for line_id, units in parcel.items.items():
            key = (line_id, place)
            if key not in left:
                raise NoAnswerError("sends units from where they are not")
            if type(units) is not int or not 0 < units <= left[key]:
                raise NoAnswerError(
                    f"sends units of line {line_id} that are not there: "
                    f"{left[key]} are left"
                )
            left[key] -= units
        if parcel.items:
            items = dict(parcel.items)
            found.append(Parcelling(place=place, seller=seller, items=items))
    return tuple(found)


def _parcel(parcel: object) -> tuple[str, str]:
    found = instance_of(Parcelling, parcel)
    place, seller = (
        text_of(found.place, "place"),
        text_of(found.seller, "seller"),
    )
    instance_of(Mapping, found.items)  # type: ignore[type-abstract]
    return place, seller


_DONE: Final = frozenset(
    (
        ShipmentState.DELIVERED,
        ShipmentState.WRITTEN_OFF,
        ShipmentState.CANCELLED,
    )
)


_TO_COME: Final = frozenset(
    (ReservationState.REQUESTED, ReservationState.BACKORDERED)
)


def _goes_on(case: Case) -> bool:
    """Whether something of the order is still to come, or on its way."""
    shipments = case.shipments.values()
    reservations = case.reservations.values()
    return any(sent.state not in _DONE for sent in shipments) or any(
        held.pending or held.state in _TO_COME for held in reservations
    )

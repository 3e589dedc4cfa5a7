"""Whether goods that came back late can be restocked.

A parcel that was given up as lost, or whose return had ended, may come
back nevertheless.  A person who has it reports that, and the units are
restocked once.
"""

from __future__ import annotations

from orderlife._kernel.case import Case
from orderlife._kernel.messages import Contradiction, ExceptionKind, Remedy
from orderlife.errors import NotAllowedError
from orderlife.rooms.returns.lifecycle import (
    RETURN,
    ReturnState,
    ReturnTrigger,
)
from orderlife.rooms.shipment.lifecycle import ShipmentState
from orderlife.rooms.shipment.model import Shipment
from orderlife.rooms.shipment.tracking import fold

__all__ = ["check_restock"]

_ACCEPT = "accept it"


def check_restock(case: Case, exception_id: str, why: Contradiction) -> None:
    """Check that the units of an exception item can be restocked.

    Raises:
        NotAllowedError: they are in stock, or not back, or to be
            inspected first.
    """
    lines = case.placed.lines()
    goods = any(
        units > 0 and line_id in lines and lines[line_id].kind == "goods"
        for line_id, units in why.quantities.items()
    )
    refusal: tuple[str, str] | None = None
    if not goods:
        refusal = ("none of the order's goods are in it", _ACCEPT)
    elif (shipment := case.shipments.get(why.subject)) is not None:
        refusal = _of_shipment(case, shipment)
    elif _is_inspected_later(case, why.subject):
        refusal = ("its return is open", "take them in with InspectReturn")
    if refusal is None and _was_done(case, exception_id, why):
        refusal = ("its goods were taken in already", _ACCEPT)
    if refusal is not None:
        what, instead = refusal
        raise NotAllowedError(
            "restock, to settle what became of", why.subject, what, instead
        )


def _of_shipment(case: Case, shipment: Shipment) -> tuple[str, str] | None:
    """Why a shipment's goods cannot be restocked, and what to do instead."""
    if shipment.state is ShipmentState.CANCELLED:
        # They were never taken off the stock.
        return "its units went back when it was cancelled", _ACCEPT
    if shipment.state is not ShipmentState.WRITTEN_OFF:
        return (
            f"it is {shipment.state.value}, and not written off",
            f"{_ACCEPT}, and settle what says where it is",
        )
    if shipment.restocked or (
        shipment.restocked is None and _was_back(case, shipment)
    ):
        return "its goods were taken in when it was written off", _ACCEPT
    if fold(shipment.scans) is ShipmentState.DELIVERED:
        return (
            "it is delivered, says the carrier",
            f"{_ACCEPT}, or report that it was returned",
        )
    return None


def _was_back(case: Case, shipment: Shipment) -> bool:
    """Whether goods may have been back when an earlier release wrote off."""
    return any(
        item.contradiction.kind is ExceptionKind.RETURNED_TO_SENDER
        and item.contradiction.subject == shipment.shipment_id
        for item in case.placed.exceptions
    )


def _is_inspected_later(case: Case, return_id: str) -> bool:
    """Whether an inspection will say where the units go."""
    return_ = case.returns.get(return_id)
    return return_ is not None and (
        return_.state is ReturnState.RECEIVED
        or RETURN.can(return_.state, ReturnTrigger.RECEIVE)
    )


def _was_done(case: Case, exception_id: str, why: Contradiction) -> bool:
    """Whether the same goods were restocked for another item.

    A return may have several parcels, each with goods of its own.
    """
    return why.subject in case.shipments and any(
        item.remedy is Remedy.RESTOCK
        and item.contradiction.subject == why.subject
        and item.exception_id != exception_id
        for item in case.placed.exceptions
    )

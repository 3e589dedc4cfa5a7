"""Builders for tests: a whole, valid part of a case in a few words.

Every builder takes a state and the fields of the model; what is left
out fits the state.
"""

from orderlife.testing.builders.cases import Part, a_case
from orderlife.testing.builders.orders import an_order
from orderlife.testing.builders.parts import (
    CARD,
    a_contact,
    a_finding,
    a_line,
    a_movement,
    a_payment,
    a_payment_operation,
    a_reservation,
    a_return,
    a_return_line,
    a_shipment,
    a_stock_item,
    an_address,
    an_exception_item,
    place_order,
)

__all__ = [
    "CARD",
    "Part",
    "a_case",
    "a_contact",
    "a_finding",
    "a_line",
    "a_movement",
    "a_payment",
    "a_payment_operation",
    "a_reservation",
    "a_return",
    "a_return_line",
    "a_shipment",
    "a_stock_item",
    "an_address",
    "an_exception_item",
    "an_order",
    "place_order",
]

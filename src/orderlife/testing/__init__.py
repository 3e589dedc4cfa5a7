"""Helpers for tests of programs that use orderlife; needs no pytest.

A clock that is set by hand, and a fake for each port: a gateway with a
small bank, a carrier, an inventory, a notifier.  The fakes remember every
operation id, keep a journal of their effects, refuse what real providers
refuse, and can prove that their books are right.  They can be made to
misbehave, by magic values or by a
:class:`~orderlife.memory.script.Script`: see :mod:`orderlife.memory.script`.

Builders give a test a whole part in a few words, ``a_shipment("lost")``,
or a whole case, ``a_case(a_return("received"))``; a :class:`Shop` is a
desk over the fakes, with words for what tests do over and over.

Nothing here needs pytest.  Only :mod:`orderlife.testing.strategies` needs
Hypothesis, and is imported when it is first asked for.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from orderlife.memory.aio import (
    AsyncFakeCarrier,
    AsyncFakeGateway,
    AsyncFakeNotifier,
    AsyncInMemoryInventory,
)
from orderlife.memory.carrier import CarrierEffect, CarrierReport, FakeCarrier
from orderlife.memory.clock import START, Clock
from orderlife.memory.inventory import InMemoryInventory, Level, StockMovement
from orderlife.memory.notifier import FakeNotifier
from orderlife.memory.payment import FakeGateway, GatewayEffect, GatewayReport
from orderlife.memory.ports import (
    AsyncInMemoryPorts,
    InMemoryPorts,
    async_in_memory_ports,
    in_memory_ports,
)
from orderlife.memory.script import (
    Accept,
    AdapterCrashError,
    AskCustomer,
    Behaviour,
    Crash,
    Decline,
    FailLater,
    Pend,
    Script,
    TimeOut,
)
from orderlife.memory.store import AsyncInMemoryOrderStore, InMemoryOrderStore
from orderlife.testing.builders import (
    CARD,
    Part,
    a_case,
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
    an_order,
    place_order,
)
from orderlife.testing.shop import Shop

__all__ = [
    "CARD",
    "START",
    "Accept",
    "AdapterCrashError",
    "AskCustomer",
    "AsyncFakeCarrier",
    "AsyncFakeGateway",
    "AsyncFakeNotifier",
    "AsyncInMemoryInventory",
    "AsyncInMemoryOrderStore",
    "AsyncInMemoryPorts",
    "Behaviour",
    "CarrierEffect",
    "CarrierReport",
    "Clock",
    "Crash",
    "Decline",
    "FailLater",
    "FakeCarrier",
    "FakeGateway",
    "FakeNotifier",
    "GatewayEffect",
    "GatewayReport",
    "InMemoryInventory",
    "InMemoryOrderStore",
    "InMemoryPorts",
    "Level",
    "Part",
    "Pend",
    "Script",
    "Shop",
    "StockMovement",
    "TimeOut",
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
    "async_in_memory_ports",
    "in_memory_ports",
    "place_order",
]


def __getattr__(name: str) -> ModuleType:
    """Import the strategies when they are first asked for."""
    if name == "strategies":
        return import_module("orderlife.testing.strategies")
    message = f"module 'orderlife.testing' has no attribute {name!r}"
    raise AttributeError(message)

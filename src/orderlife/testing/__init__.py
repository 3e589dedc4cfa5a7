"""Helpers for tests of programs that use orderlife; needs no pytest.

A clock that is set by hand, and a fake for each port: a gateway with a
small bank, a carrier, an inventory, a notifier.  The fakes remember every
operation id, keep a journal of their effects, refuse what real providers
refuse, and can prove that their books are right.  They can be made to
misbehave, by magic values or by a
:class:`~orderlife.memory.script.Script`: see :mod:`orderlife.memory.script`.

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

__all__ = [
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
    "Pend",
    "Script",
    "StockMovement",
    "TimeOut",
    "async_in_memory_ports",
    "in_memory_ports",
]


def __getattr__(name: str) -> ModuleType:
    """Import the strategies when they are first asked for."""
    if name == "strategies":
        return import_module("orderlife.testing.strategies")
    message = f"module 'orderlife.testing' has no attribute {name!r}"
    raise AttributeError(message)

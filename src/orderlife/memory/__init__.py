"""Adapters that keep everything in memory, and fakes of the providers.

For trials, demonstrations and tests, and for a program that needs no
more: an order store and an inventory; a payment gateway with a small
bank, a carrier and a notifier, which move, sell and send nothing.  The
fakes remember every operation id, keep a journal of what they did, and
refuse what real providers refuse; a ``Script`` says what goes wrong.
"""

from __future__ import annotations

from orderlife.memory.aio import (
    AsyncFakeCarrier,
    AsyncFakeGateway,
    AsyncFakeNotifier,
    AsyncInMemoryInventory,
)
from orderlife.memory.carrier import FakeCarrier
from orderlife.memory.clock import Clock
from orderlife.memory.inventory import InMemoryInventory
from orderlife.memory.notifier import FakeNotifier
from orderlife.memory.payment import FakeGateway
from orderlife.memory.ports import (
    AsyncInMemoryPorts,
    InMemoryPorts,
    async_in_memory_ports,
    in_memory_ports,
)
from orderlife.memory.script import Script
from orderlife.memory.store import AsyncInMemoryOrderStore, InMemoryOrderStore

__all__ = [
    "AsyncFakeCarrier",
    "AsyncFakeGateway",
    "AsyncFakeNotifier",
    "AsyncInMemoryInventory",
    "AsyncInMemoryOrderStore",
    "AsyncInMemoryPorts",
    "Clock",
    "FakeCarrier",
    "FakeGateway",
    "FakeNotifier",
    "InMemoryInventory",
    "InMemoryOrderStore",
    "InMemoryPorts",
    "Script",
    "async_in_memory_ports",
    "in_memory_ports",
]

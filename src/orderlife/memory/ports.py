"""All ports of a desk at once, in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

import attrs

from orderlife._kernel.case import Case
from orderlife._kernel.house import House
from orderlife.engine.ports import AsyncPorts, Ports
from orderlife.house import HOUSE
from orderlife.memory.aio import (
    AsyncFakeCarrier,
    AsyncFakeGateway,
    AsyncFakeNotifier,
    AsyncInMemoryInventory,
)
from orderlife.memory.carrier import FakeCarrier
from orderlife.memory.inventory import InMemoryInventory
from orderlife.memory.notifier import FakeNotifier
from orderlife.memory.payment import FakeGateway
from orderlife.memory.script import Script
from orderlife.memory.store import AsyncInMemoryOrderStore, InMemoryOrderStore
from orderlife.ports.base import Capabilities

__all__ = [
    "AsyncInMemoryPorts",
    "InMemoryPorts",
    "async_in_memory_ports",
    "in_memory_ports",
]

_SAFE = Capabilities(deduplicates=True, looks_up=True, captures_in_parts=True)


@attrs.frozen(kw_only=True)
class InMemoryPorts(Ports):
    """The fakes, as the ports of a desk, with their journals."""

    store: InMemoryOrderStore[Case]
    payment: FakeGateway
    carrier: FakeCarrier
    inventory: InMemoryInventory
    notifier: FakeNotifier


@attrs.frozen(kw_only=True)
class AsyncInMemoryPorts(AsyncPorts):
    """The fakes, as the ports of an async desk; ``inner`` is the fake."""

    store: AsyncInMemoryOrderStore[Case]
    payment: AsyncFakeGateway[FakeGateway]
    carrier: AsyncFakeCarrier[FakeCarrier]
    inventory: AsyncInMemoryInventory[InMemoryInventory]
    notifier: AsyncFakeNotifier[FakeNotifier]


def in_memory_ports(
    stock: Mapping[str, int] | None = None,
    *,
    clock: Callable[[], datetime],
    script: Script | None = None,
    capabilities: Capabilities = _SAFE,
    more: Mapping[str, object] | None = None,
    house: House = HOUSE,
) -> InMemoryPorts:
    """Make an empty shop in memory.

    Args:
        stock: units by SKU; None: endless stock.
        clock: gives the time, aware; the desk's own.
        script: the faults of all fakes.
        capabilities: those of the gateway, the carrier and the
            notifier.
        more: the adapters of your rooms' own ports, by their names.
        house: the house of the orders, if it has more rooms than ours.
    """
    script = script if script is not None else Script()
    return InMemoryPorts(
        # All ports are fakes: no provider sees the keys.
        store=InMemoryOrderStore(id="", house=house),
        payment=FakeGateway(clock, capabilities, script),
        carrier=FakeCarrier(clock, capabilities, script),
        inventory=InMemoryInventory(
            {} if stock is None else stock,
            clock,
            unlimited=stock is None,
            script=script,
        ),
        notifier=FakeNotifier(clock, capabilities, script),
        more=more or {},
    )


def async_in_memory_ports(
    stock: Mapping[str, int] | None = None,
    *,
    clock: Callable[[], datetime],
    script: Script | None = None,
    capabilities: Capabilities = _SAFE,
    more: Mapping[str, object] | None = None,
    house: House = HOUSE,
) -> AsyncInMemoryPorts:
    """Make an empty shop in memory; see ``in_memory_ports``."""
    ports = in_memory_ports(
        stock,
        clock=clock,
        script=script,
        capabilities=capabilities,
        more=more,
        house=house,
    )
    return AsyncInMemoryPorts(
        store=AsyncInMemoryOrderStore(ports.store),
        payment=AsyncFakeGateway(ports.payment),
        carrier=AsyncFakeCarrier(ports.carrier),
        inventory=AsyncInMemoryInventory(ports.inventory),
        notifier=AsyncFakeNotifier(ports.notifier),
        more=ports.more,
    )

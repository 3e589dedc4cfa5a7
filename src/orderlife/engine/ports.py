"""The adapters that a desk works with, all of them together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from orderlife._kernel.case import Case
from orderlife.ports.carrier import AsyncCarrier, Carrier
from orderlife.ports.inventory import AsyncInventoryStore, InventoryStore
from orderlife.ports.notifier import AsyncNotifier, Notifier
from orderlife.ports.payment import AsyncPaymentGateway, PaymentGateway
from orderlife.ports.store import AsyncOrderStore, OrderStore

__all__ = ["AsyncPorts", "Ports", "adapter_of"]


@attrs.frozen(kw_only=True)
class Ports:
    """The adapters that a desk works with."""

    store: OrderStore[Case]
    payment: PaymentGateway
    carrier: Carrier
    inventory: InventoryStore
    notifier: Notifier
    more: Mapping[str, object] = attrs.field(factory=dict)
    """The adapters of your rooms' own ports, by the ports' names."""


@attrs.frozen(kw_only=True)
class AsyncPorts:
    """The async adapters that a desk works with."""

    store: AsyncOrderStore[Case]
    payment: AsyncPaymentGateway
    carrier: AsyncCarrier
    inventory: AsyncInventoryStore
    notifier: AsyncNotifier
    more: Mapping[str, object] = attrs.field(factory=dict)
    """The adapters of your rooms' own ports, by the ports' names."""


def adapter_of(ports: object, port: str) -> Any:
    """The adapter of a port; None: there is none.

    Args:
        ports: has an attribute for each port of the library, and the
            adapters of other ports in ``more``.
        port: its name.
    """
    found = getattr(ports, port, None)
    if found is not None:
        return found
    more: Mapping[str, Any] = getattr(ports, "more", {})
    return more.get(port)

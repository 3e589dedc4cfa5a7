"""The adapters that a desk works with, all of them together."""

from __future__ import annotations

import attrs

from orderlife._kernel.case import Case
from orderlife.ports.carrier import AsyncCarrier, Carrier
from orderlife.ports.inventory import AsyncInventoryStore, InventoryStore
from orderlife.ports.notifier import AsyncNotifier, Notifier
from orderlife.ports.payment import AsyncPaymentGateway, PaymentGateway
from orderlife.ports.store import AsyncOrderStore, OrderStore

__all__ = ["AsyncPorts", "Ports"]


@attrs.frozen(kw_only=True)
class Ports:
    """The adapters that a desk works with."""

    store: OrderStore[Case]
    payment: PaymentGateway
    carrier: Carrier
    inventory: InventoryStore
    notifier: Notifier


@attrs.frozen(kw_only=True)
class AsyncPorts:
    """The async adapters that a desk works with."""

    store: AsyncOrderStore[Case]
    payment: AsyncPaymentGateway
    carrier: AsyncCarrier
    inventory: AsyncInventoryStore
    notifier: AsyncNotifier

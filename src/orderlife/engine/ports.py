"""The adapters that a desk works with, all of them together."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Final

import attrs

from orderlife._kernel.case import Case
from orderlife.ports.carrier import AsyncCarrier, Carrier
from orderlife.ports.inventory import AsyncInventoryStore, InventoryStore
from orderlife.ports.notifier import AsyncNotifier, Notifier
from orderlife.ports.payment import AsyncPaymentGateway, PaymentGateway
from orderlife.ports.store import AsyncOrderStore, OrderStore

__all__ = [
    "AsyncPorts",
    "Inside",
    "Ports",
    "adapter_of",
    "in_background",
    "is_local",
]


_NOTHING: Final = nullcontext()


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


class Inside:
    """The adapters within one transaction of the order store and the stock.

    Args:
        ports: all others.
        store: the order store, in the transaction.
        inventory: the inventory store, in the same one.
    """

    def __init__(self, ports: object, *, store: Any, inventory: Any) -> None:
        self._ports = ports
        self.store = store
        self.inventory = inventory

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ports, name)


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


def in_background(ports: Ports) -> AbstractContextManager[object]:
    """A context for a thread that works on what is due.

    The store may let others go first in it, where it has such a context.
    """
    found = getattr(ports.store, "background", None)
    return found if isinstance(found, AbstractContextManager) else _NOTHING


def is_local(ports: Ports | AsyncPorts) -> bool:
    """Whether stock can move in the transaction of a decision.

    Its adapter says that it can, and the order store knows that it is
    on the same connection.
    """
    if not ports.inventory.capabilities.local:
        return False
    is_beside = getattr(ports.store, "is_beside", None)
    return is_beside is not None and is_beside(ports.inventory) is True

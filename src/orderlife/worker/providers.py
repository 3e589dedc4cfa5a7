"""The adapters that an application gives a worker, without a store."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from orderlife._kernel.case import Case
from orderlife.engine.ports import Ports
from orderlife.ports.carrier import Carrier
from orderlife.ports.inventory import InventoryStore
from orderlife.ports.notifier import Notifier
from orderlife.ports.payment import PaymentGateway
from orderlife.ports.store import OrderStore

__all__ = ["Providers"]


@attrs.frozen(kw_only=True)
class Providers:
    """The adapters of an application, for ``worker --ports``."""

    payment: PaymentGateway
    carrier: Carrier
    notifier: Notifier
    inventory: InventoryStore | None = None
    """None: that of the store's own database."""
    more: Mapping[str, object] = attrs.field(factory=dict)
    """The adapters of your rooms' own ports, by the ports' names."""

    def ports(
        self, store: OrderStore[Case], inventory: InventoryStore
    ) -> Ports:
        """The ports of a desk over a store.

        Args:
            store: the orders.
            inventory: the stock, unless the application gives its own.
        """
        return Ports(
            store=store,
            payment=self.payment,
            carrier=self.carrier,
            inventory=self.inventory or inventory,
            notifier=self.notifier,
            more=self.more,
        )

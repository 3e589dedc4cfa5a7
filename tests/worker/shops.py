"""An application as a worker's command line finds it, and its stores."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import attrs

from orderlife import FeedEntry, Policy
from orderlife._kernel.case import Case
from orderlife.desk.settings import utc_now
from orderlife.ports.inventory import InventoryStore
from orderlife.ports.store import OrderStore
from orderlife.testing import InMemoryPorts, in_memory_ports
from orderlife.worker import Providers
from tests.desk.shop import Shop

POLICY = Policy(capture="confirmation")
NOTHING = None


@attrs.define
class Stores:
    """What a URL opens here: the stores of a shop in memory."""

    orders: OrderStore[Case]
    inventory: InventoryStore
    closed: bool = False

    def close(self) -> None:
        """Take down that it was closed."""
        self.closed = True


class World:
    """What the functions below speak of."""

    shop: Shop
    stores: Stores
    pushed: list[FeedEntry]


def new_world() -> Shop:
    """Begin anew."""
    World.shop = Shop(inline=False)
    World.pushed = []
    ports = World.shop.ports
    World.stores = Stores(ports.store, ports.inventory)
    return World.shop


def opened(
    url: str, *, clock: Callable[[], datetime], tenant: str = ""
) -> Stores:
    """Open the stores, as an entry point does."""
    if url.endswith("away"):
        message = f"cannot reach {url}"
        raise OSError(message)
    return World.stores


def push(entry: FeedEntry) -> None:
    """Somebody who wants to hear of everything."""
    World.pushed.append(entry)


def push_badly(entry: FeedEntry) -> None:
    """Somebody who cannot be reached."""
    message = f"ada@example.org has no room for {entry}"
    raise OSError(message)


def as_class() -> Providers:
    """The adapters, as the class that is made for them."""
    ports = World.shop.ports
    return Providers(
        payment=ports.payment, carrier=ports.carrier, notifier=ports.notifier
    )


def fakes() -> Providers:
    """The adapters, of no store's own."""
    ports = in_memory_ports(clock=utc_now)
    return Providers(
        payment=ports.payment, carrier=ports.carrier, notifier=ports.notifier
    )


def as_ports() -> InMemoryPorts:
    """The adapters, as the ports of a desk."""
    return World.shop.ports


def as_mapping() -> dict[str, Any]:
    """The adapters by their names."""
    return attrs.asdict(as_class(), recurse=False)


def too_few() -> dict[str, Any]:
    """One adapter is missing."""
    return {"payment": World.shop.ports.payment}


def wanting(clock: object) -> Providers:
    """It needs what nobody gives it."""
    return as_class()


def policy() -> Policy:
    """The shop's choices, made when they are asked for."""
    return POLICY

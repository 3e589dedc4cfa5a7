"""Async twins of the fakes: they wait one turn of the loop, and delegate.

Each wraps any adapter of its port, and ``inner`` is that adapter, with
its journal and its other methods::

    gateway = AsyncFakeGateway(FakeGateway())
    await gateway.authorize(intent)
    gateway.inner.check()
"""

from __future__ import annotations

import asyncio
from typing import Generic, TypeVar, cast

from orderlife.ports.base import Capabilities, NotKnown, Unknown
from orderlife.ports.carrier import (
    BuyLabel,
    Carrier,
    CarrierIntent,
    CarrierOutcome,
    Intercept,
    InterceptOutcome,
    LabelOutcome,
    Quoted,
    RateRequest,
    VoidLabel,
    VoidLabelOutcome,
)
from orderlife.ports.inventory import (
    Allocate,
    AllocateOutcome,
    Consume,
    Fillable,
    InventoryIntent,
    InventoryLine,
    InventoryOutcome,
    InventoryStore,
    MoveOutcome,
    Release,
    Reserve,
    ReserveOutcome,
    Restock,
)
from orderlife.ports.notifier import Notifier, NotifierOutcome, Notify
from orderlife.ports.payment import (
    Authorize,
    AuthorizeOutcome,
    Capture,
    CaptureOutcome,
    CreditOutcome,
    IssueCredit,
    PaymentGateway,
    PaymentIntent,
    PaymentOutcome,
    Refund,
    RefundOutcome,
    Void,
    VoidOutcome,
)

__all__ = [
    "AsyncFakeCarrier",
    "AsyncFakeGateway",
    "AsyncFakeNotifier",
    "AsyncInMemoryInventory",
]

CarrierT = TypeVar("CarrierT", bound=Carrier)
GatewayT = TypeVar("GatewayT", bound=PaymentGateway)
InventoryT = TypeVar("InventoryT", bound=InventoryStore)
NotifierT = TypeVar("NotifierT", bound=Notifier)


class AsyncFakeGateway(Generic[GatewayT]):
    """The async twin of a payment gateway."""

    def __init__(self, inner: GatewayT) -> None:
        self.inner = inner

    @property
    def capabilities(self) -> Capabilities:
        """The adapter's capabilities, above all about a lost answer."""
        return self.inner.capabilities

    async def authorize(self, intent: Authorize, /) -> AuthorizeOutcome:
        """Secure an amount on a tender."""
        await asyncio.sleep(0)
        return self.inner.authorize(intent)

    async def capture(self, intent: Capture, /) -> CaptureOutcome:
        """Take an amount of an authorisation."""
        await asyncio.sleep(0)
        return self.inner.capture(intent)

    async def void(self, intent: Void, /) -> VoidOutcome:
        """Give back the rest of an authorisation."""
        await asyncio.sleep(0)
        return self.inner.void(intent)

    async def refund(self, intent: Refund, /) -> RefundOutcome:
        """Give captured money back."""
        await asyncio.sleep(0)
        return self.inner.refund(intent)

    async def issue_credit(self, intent: IssueCredit, /) -> CreditOutcome:
        """Give store credit."""
        await asyncio.sleep(0)
        return self.inner.issue_credit(intent)

    async def look_up(
        self, intent: PaymentIntent, /
    ) -> PaymentOutcome | NotKnown:
        """Give the outcome of an intent, by its operation id."""
        await asyncio.sleep(0)
        return self.inner.look_up(intent)


class AsyncFakeCarrier(Generic[CarrierT]):
    """The async twin of a carrier."""

    def __init__(self, inner: CarrierT) -> None:
        self.inner = inner

    @property
    def capabilities(self) -> Capabilities:
        """The adapter's capabilities, above all about a lost answer."""
        return self.inner.capabilities

    async def quote(self, request: RateRequest, /) -> Quoted | Unknown:
        """Give rates for parcels; changes nothing."""
        await asyncio.sleep(0)
        return self.inner.quote(request)

    async def buy_label(self, intent: BuyLabel, /) -> LabelOutcome:
        """Buy a label."""
        await asyncio.sleep(0)
        return self.inner.buy_label(intent)

    async def void_label(self, intent: VoidLabel, /) -> VoidLabelOutcome:
        """Give an unused label back."""
        await asyncio.sleep(0)
        return self.inner.void_label(intent)

    async def intercept(self, intent: Intercept, /) -> InterceptOutcome:
        """Stop a parcel on its way."""
        await asyncio.sleep(0)
        return self.inner.intercept(intent)

    async def look_up(
        self, intent: CarrierIntent, /
    ) -> CarrierOutcome | NotKnown:
        """Give the outcome of an intent, by its operation id."""
        await asyncio.sleep(0)
        return self.inner.look_up(intent)


class AsyncInMemoryInventory(Generic[InventoryT]):
    """The async twin of an inventory store."""

    def __init__(self, inner: InventoryT) -> None:
        self.inner = inner

    @property
    def capabilities(self) -> Capabilities:
        """The adapter's capabilities, above all about a lost answer."""
        return self.inner.capabilities

    async def reserve(self, intent: Reserve, /) -> ReserveOutcome:
        """Hold stock, all or nothing unless told otherwise."""
        await asyncio.sleep(0)
        return self.inner.reserve(intent)

    async def allocate(self, intent: Allocate, /) -> AllocateOutcome:
        """Turn a hold into an allocation."""
        await asyncio.sleep(0)
        return self.inner.allocate(intent)

    async def consume(self, intent: Consume, /) -> MoveOutcome:
        """Take allocated units off the stock."""
        await asyncio.sleep(0)
        return self.inner.consume(intent)

    async def release(self, intent: Release, /) -> MoveOutcome:
        """Give units back; nothing to give back is no error."""
        await asyncio.sleep(0)
        return self.inner.release(intent)

    async def restock(self, intent: Restock, /) -> MoveOutcome:
        """Take returned units in."""
        await asyncio.sleep(0)
        return self.inner.restock(intent)

    async def look_up(
        self, intent: InventoryIntent, /
    ) -> InventoryOutcome | NotKnown:
        """Give the outcome of an intent, by its operation id."""
        await asyncio.sleep(0)
        return self.inner.look_up(intent)

    async def fillable(self, limit: int = 100, /) -> tuple[Fillable, ...]:
        """The reservations in line that can be served now, the first first."""
        await asyncio.sleep(0)
        return cast("InventoryLine", self.inner).fillable(limit)


class AsyncFakeNotifier(Generic[NotifierT]):
    """The async twin of a notifier."""

    def __init__(self, inner: NotifierT) -> None:
        self.inner = inner

    @property
    def capabilities(self) -> Capabilities:
        """The adapter's capabilities, above all about a lost answer."""
        return self.inner.capabilities

    async def send(self, intent: Notify, /) -> NotifierOutcome:
        """Send one message."""
        await asyncio.sleep(0)
        return self.inner.send(intent)

    async def look_up(self, intent: Notify, /) -> NotifierOutcome | NotKnown:
        """Give the outcome of an intent, by its operation id."""
        await asyncio.sleep(0)
        return self.inner.look_up(intent)

"""Harnesses of the fakes, sync and async, with room for a mutant."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Any

import attrs

from orderlife import Case, Recorded
from orderlife.building import HOUSE, House
from orderlife.codec import codec_of
from orderlife.engine.chain import link_of
from orderlife.errors import CodecError, RoomMissingError
from orderlife.memory._ledger import Named, name_of
from orderlife.ports.base import Intent
from orderlife.ports.carrier import Parcel, RateRequest
from orderlife.ports.notifier import Notify
from orderlife.ports.payment import Tender
from orderlife.ports.store import (
    ClaimEffects,
    Commit,
    CommitOutcome,
    Committed,
    DueTimer,
    Effect,
    EffectState,
    FindDueTimers,
    Kept,
    Link,
    Loaded,
)
from orderlife.testing import (
    AsyncFakeCarrier,
    AsyncFakeGateway,
    AsyncFakeNotifier,
    AsyncInMemoryInventory,
    AsyncInMemoryOrderStore,
    Decline,
    FakeCarrier,
    FakeGateway,
    FakeNotifier,
    InMemoryInventory,
    Level,
    StockMovement,
    TimeOut,
)
from orderlife.testing.conformance import (
    Books,
    CarrierAbility,
    CarrierBooks,
    CarrierHarness,
    InventoryAbility,
    InventoryHarness,
    NotifierAbility,
    NotifierBooks,
    NotifierHarness,
    PaymentAbility,
    PaymentHarness,
    StoreAbility,
    StoreHarness,
)
from orderlife.testing.conformance.inventory import Stock
from tests.conformance.engraver import AsyncFakeEngraver, EngraverFakes
from tests.conformance.united import AsyncShelf, AsyncUnited, InUnits, Shelf

__all__ = [
    "ASYNC",
    "SYNC",
    "CarrierFakes",
    "DocumentStore",
    "InventoryFakes",
    "NotifierFakes",
    "PaymentFakes",
    "StoreFakes",
]


class DocumentStore(InUnits):
    """It keeps its chain as it was written, as a durable store does."""

    def __init__(self, tenant: str = "", house: House = HOUSE) -> None:
        super().__init__(tenant, house=house)
        self.documents: dict[str | Named, str] = {}
        """Cases by order, and intents by order and operation, as written."""
        self.chains: dict[str, list[Link]] = {}
        self.heads: dict[str, str] = {}
        self.poisoned: set[str] = set()

    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        outcome = super().commit(commit)
        if isinstance(outcome, Committed):
            self.write(commit)
            head = self.heads.get(commit.order_id, "")
            return attrs.evolve(outcome, head=head)
        return outcome

    def write(self, commit: Commit[Case]) -> None:
        """Write what was stored, and chain it to the head it came with."""
        order_id = commit.order_id
        dumps = self._codec.dumps
        self.documents[order_id] = dumps(commit.case, "case")
        for intent in commit.intents:
            named = order_id, intent.operation_id
            self.documents[named] = dumps(intent, "intent")
        row = self._rows.get(order_id)
        kept = self.chains.setdefault(order_id, [])
        for entry in row.entries[len(kept) :] if row else ():
            number = len(kept) + 1
            head = commit.head
            kept.append(link_of(order_id, number, head, entry, self._codec))
            self.heads[order_id] = kept[-1].digest

    def load(self, order_id: str, /) -> Loaded[Case] | None:
        if order_id in self.poisoned:
            raise CodecError("case", "it cannot be read")
        self.read(order_id, "case")
        loaded = super().load(order_id)
        if loaded is None:
            return None
        return attrs.evolve(loaded, head=self.heads.get(order_id, ""))

    def read(self, name: str | Named, kind: str) -> None:
        """Read a document, as a durable store has to."""
        if document := self.documents.get(name):
            self._codec.loads(document, kind)

    def is_readable(self, name: str | Named, kind: str) -> bool:
        """Whether its house has the rooms of a document."""
        try:
            self.read(name, kind)
        except RoomMissingError:
            return False
        return True

    def history(self, order_id: str, /) -> tuple[Recorded, ...]:
        for link in self.chains.get(order_id, ()):
            if link.document:
                self._codec.loads(link.document, "decision")
        return super().history(order_id)

    def effects(self, order_id: str, /) -> tuple[Effect, ...]:
        found = super().effects(order_id)
        for effect in found:
            self.read(name_of(effect), "intent")
        return found

    def links(self, order_id: str, /) -> tuple[Link, ...]:
        return tuple(self.chains.get(order_id, ()))

    def kept(self, order_id: str, /) -> Kept[Case] | None:
        self.read(order_id, "case")
        found = super().kept(order_id)
        head = self.heads.get(order_id, "")
        return found and attrs.evolve(found, head=head)

    def claim(self, request: ClaimEffects, /) -> tuple[Effect, ...]:
        for effect in list(self._effects.values()):
            if effect.intent.order_id in self.poisoned:
                self.hand_over(effect)
        with self._lock:
            unread = {
                named: None
                for named in self._open
                if not self.is_readable(named, "intent")
            }
            for named in unread:
                del self._open[named]
            found = super().claim(request)
            self._open.update(unread)
            return found

    def hand_over(self, effect: Effect) -> None:
        """Leave what cannot be read to a person."""
        state = EffectState.ATTENTION
        handed = attrs.evolve(effect, state=state)
        self._effects[name_of(effect)] = handed
        self._open.pop(name_of(effect), None)

    def due_timers(self, request: FindDueTimers, /) -> tuple[DueTimer, ...]:
        found = super().due_timers(request)
        return tuple(
            each
            for each in found
            if each.order_id not in self.poisoned
            and self.is_readable(each.order_id, "case")
        )

    def again(self) -> DocumentStore:
        """Another store over the same data."""
        other = type(self)()
        other.__dict__.update(self.__dict__)
        return other

    def restored(self) -> DocumentStore:
        """Another store, with a copy of the data."""
        other = type(self)()
        other.__dict__.update(self._contents())
        return other

    def of_house(self, house: House) -> DocumentStore:
        """Another store over the same data, for this house."""
        other = self.again()
        other._codec = codec_of(house)
        return other


class UndoneError(Exception):
    """A transaction is to be undone."""


class StoreFakes(StoreHarness):
    """The order store in memory."""

    abilities = frozenset(StoreAbility)

    def __init__(self, kind: type[DocumentStore] = DocumentStore) -> None:
        self.kind = kind
        self.inner = kind()
        self.unit: Any = None

    def make(self) -> Any:
        self.inner = self.kind()
        return self.inner

    def other_tenant(self) -> Any:
        return self.kind(self.second)

    def again(self) -> Any:
        return self.inner.again()

    def beside(self) -> Any:
        return self.inner.again()

    def restored(self) -> Any:
        return self.inner.restored()

    def with_house(self, house: House) -> Any:
        return self.inner.of_house(house)

    def poison(self, order_id: str) -> None:
        self.inner.poisoned.add(order_id)

    def stock(self, units: Stock) -> Any:
        self.inner.shelf = Shelf(units)
        return self.inner.shelf

    def join(self) -> Any:
        self.unit = self.inner.transaction()
        return self.unit.__enter__()

    def end(self, *, keep: bool) -> None:
        unit, self.unit = self.unit, None
        if keep:
            unit.__exit__(None, None, None)
            return
        undo = UndoneError()
        with contextlib.suppress(UndoneError):
            unit.__exit__(UndoneError, undo, None)

    def close(self) -> None:
        if self.unit is not None:  # a check has failed within it
            self.end(keep=False)

    def tamper(self, order_id: str, sequence: int) -> None:
        links = self.inner.chains[order_id]
        (link,) = (each for each in links if each.last_version == sequence)
        changed = link.document.replace("a check", "a chesk")
        links[link.number - 1] = attrs.evolve(link, document=changed)

    def store_id(self) -> str:
        return self.inner.id

    def alter(self, order_id: str) -> None:
        row = self.inner._rows[order_id]
        order = row.case.placed
        placement = attrs.evolve(order.placement, customer_id="eve")
        changed = attrs.evolve(order, placement=placement)
        row.case = attrs.evolve(row.case, order=changed)


class InventoryFakes(InventoryHarness):
    """The inventory in memory."""

    abilities = frozenset(InventoryAbility)

    def __init__(
        self, kind: type[InMemoryInventory] = InMemoryInventory
    ) -> None:
        super().__init__()
        self.kind = kind
        self.inner: InMemoryInventory = kind({}, self.clock)

    def make(self, stock: Stock) -> Any:
        self.inner = self.kind(stock, self.clock)
        return self.inner

    def level(self, sku: str, place: str) -> Level:
        return self.inner.level(sku, place)

    def movements(self) -> tuple[StockMovement, ...]:
        return self.inner.movements()

    def lose_answer(self, intent: Intent) -> None:
        self.inner.script.on(intent.operation_id, TimeOut("after"))

    def other_tenant(self) -> Any:
        return self.kind({}, self.clock)

    def again(self) -> Any:
        return self.inner


class PaymentFakes(PaymentHarness):
    """The little bank in memory."""

    abilities = frozenset(PaymentAbility)
    currencies: tuple[str, ...] = ("EUR", "JPY")
    tokens: Mapping[PaymentAbility | None, str] = {
        None: "tok_visa",
        PaymentAbility.DECLINES: "tok_declined",
        PaymentAbility.AUTHORIZES_PARTLY: "tok_partial_1000",
        PaymentAbility.PAYS_AT_ONCE: "tok_paid_at_once",
        PaymentAbility.PENDS: "tok_pending",
        PaymentAbility.ASKS_CUSTOMER: "tok_action",
        PaymentAbility.LAPSES: "tok_expires_7",
        PaymentAbility.OVER_CAPTURES: "tok_over_500",
    }

    def __init__(self, kind: type[FakeGateway] = FakeGateway) -> None:
        super().__init__()
        self.kind = kind
        self.inner = kind()

    def make(self) -> Any:
        self.inner = self.kind(self.clock)
        return self.inner

    def tender(self, wish: PaymentAbility | None = None) -> Tender:
        return Tender("card", self.tokens[wish])

    def books(self) -> Books:
        return Books(
            secured=self.inner.open_minor(),
            captured=self.inner.captured_minor(),
            refunded=self.inner.refunded_minor(),
            credited=self.inner.credited_minor(),
        )

    def settle(self, intent: Intent, *, succeed: bool) -> None:
        self.inner.settle(intent.operation_id, succeed=succeed)

    def lose_answer(self, intent: Intent) -> None:
        self.inner.script.on(intent.operation_id, TimeOut("after"))

    def lose_request(self, intent: Intent) -> None:
        self.inner.script.on(intent.operation_id, TimeOut("before"))


class CarrierFakes(CarrierHarness):
    """The carrier in memory."""

    abilities = frozenset(CarrierAbility)
    services: Mapping[CarrierAbility | None, str] = {
        None: "standard",
        CarrierAbility.REFUSES: "refuse",
        CarrierAbility.PENDS: "pending",
        CarrierAbility.VOIDS_LATER: "void_pending",
        CarrierAbility.REJECTS_INTERCEPTS: "intercept_rejected",
    }

    def __init__(self, kind: type[FakeCarrier] = FakeCarrier) -> None:
        self.kind = kind
        self.inner = kind()

    def make(self) -> Any:
        self.inner = self.kind()
        return self.inner

    def service(self, wish: CarrierAbility | None = None) -> str:
        return self.services[wish]

    def unquotable(self) -> Parcel:
        return Parcel(weight_g=20_000)

    def books(self) -> CarrierBooks:
        kinds = [effect.kind for effect in self.inner.effects]
        return CarrierBooks(
            bought=kinds.count("bought"),
            voided=kinds.count("voided"),
            intercepted=kinds.count("intercepted"),
        )

    def settle(self, intent: Intent, *, succeed: bool) -> None:
        self.inner.settle(intent.operation_id, succeed=succeed)

    def hand_over(self, label_id: str) -> None:
        self.inner.collect(label_id)

    def lose_answer(self, intent: Intent | RateRequest) -> None:
        named = "quote"
        if isinstance(intent, Intent):
            named = intent.operation_id
        self.inner.script.on(named, TimeOut("after"))

    def lose_request(self, intent: Intent) -> None:
        self.inner.script.on(intent.operation_id, TimeOut("before"))


class NotifierFakes(NotifierHarness):
    """The notifier in memory."""

    abilities = frozenset(NotifierAbility)

    def __init__(self, kind: type[FakeNotifier] = FakeNotifier) -> None:
        self.kind = kind
        self.inner = kind()

    def make(self) -> Any:
        self.inner = self.kind()
        return self.inner

    def books(self) -> NotifierBooks:
        return NotifierBooks(sent=len(self.inner.sent))

    def fail(self, intent: Notify, *, permanent: bool) -> None:
        advice: Any = "never" if permanent else "later"
        refusal = Decline("mailbox_full", advice)
        self.inner.script.on(intent.operation_id, refusal)

    def lose_answer(self, intent: Intent) -> None:
        self.inner.script.on(intent.operation_id, TimeOut("after"))

    def lose_request(self, intent: Intent) -> None:
        self.inner.script.on(intent.operation_id, TimeOut("before"))


class _AwaitedStore:
    """Makes the fakes' harness that of an async store."""

    async def make(self) -> Any:
        made = super().make()  # type: ignore[misc]
        return AsyncUnited(made)

    async def stock(self, units: Stock) -> Any:
        await asyncio.sleep(0)
        return AsyncShelf(super().stock(units))  # type: ignore[misc]

    async def other_tenant(self) -> Any:
        await asyncio.sleep(0)
        made = super().other_tenant()  # type: ignore[misc]
        return AsyncInMemoryOrderStore(made)

    async def again(self) -> Any:
        await asyncio.sleep(0)
        return AsyncInMemoryOrderStore(super().again())  # type: ignore[misc]

    async def beside(self) -> Any:
        return AsyncInMemoryOrderStore(super().beside())  # type: ignore[misc]

    async def restored(self) -> Any:
        await asyncio.sleep(0)
        made = super().restored()  # type: ignore[misc]
        return AsyncInMemoryOrderStore(made)

    async def with_house(self, house: House) -> Any:
        await asyncio.sleep(0)
        made = super().with_house(house)  # type: ignore[misc]
        return AsyncInMemoryOrderStore(made)

    async def join(self) -> Any:
        return AsyncInMemoryOrderStore(super().join())  # type: ignore[misc]


class _AwaitedInventory:
    async def make(self, stock: Stock) -> Any:
        made = super().make(stock)  # type: ignore[misc]
        return AsyncInMemoryInventory(made)

    async def level(self, sku: str, place: str) -> Level:
        await asyncio.sleep(0)
        found: Level = super().level(sku, place)  # type: ignore[misc]
        return found

    async def other_tenant(self) -> Any:
        made = super().other_tenant()  # type: ignore[misc]
        return AsyncInMemoryInventory(made)

    async def again(self) -> Any:
        return AsyncInMemoryInventory(super().again())  # type: ignore[misc]


class _AwaitedPayment:
    async def make(self) -> Any:
        return AsyncFakeGateway(super().make())  # type: ignore[misc]

    async def books(self) -> Any:
        await asyncio.sleep(0)
        return super().books()  # type: ignore[misc]


class _AwaitedCarrier:
    async def make(self) -> Any:
        return AsyncFakeCarrier(super().make())  # type: ignore[misc]


class _AwaitedNotifier:
    async def make(self) -> Any:
        return AsyncFakeNotifier(super().make())  # type: ignore[misc]


class _AwaitedPort:
    async def make(self) -> Any:
        await asyncio.sleep(0)
        return AsyncFakeEngraver(super().make())  # type: ignore[misc]

    async def books(self) -> Any:
        await asyncio.sleep(0)
        return super().books()  # type: ignore[misc]


_AWAITED: dict[type[Any], type[Any]] = {
    StoreFakes: _AwaitedStore,
    InventoryFakes: _AwaitedInventory,
    PaymentFakes: _AwaitedPayment,
    CarrierFakes: _AwaitedCarrier,
    NotifierFakes: _AwaitedNotifier,
    EngraverFakes: _AwaitedPort,
}

SYNC: dict[str, type[Any]] = {
    "store": StoreFakes,
    "inventory": InventoryFakes,
    "payment": PaymentFakes,
    "carrier": CarrierFakes,
    "notifier": NotifierFakes,
    "port": EngraverFakes,
}
"""The harness of each port's fake."""


def awaited(kind: type[Any]) -> type[Any]:
    """The async twin of one of these harnesses."""
    base = next(each for each in kind.__mro__ if each in _AWAITED)
    return type(f"Awaited{kind.__name__}", (_AWAITED[base], kind), {})


ASYNC = {port: awaited(kind) for port, kind in SYNC.items()}
"""The harness of each port's async fake."""

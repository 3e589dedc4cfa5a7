"""The harness of an order store, and the commits that checks make."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from datetime import timedelta
from typing import Any, Final, TypeAlias, cast

import attrs

from orderlife._kernel.case import Case
from orderlife._kernel.house import House
from orderlife._kernel.messages import (
    Actor,
    Event,
    Recorded,
    Timer,
    TimerKind,
)
from orderlife._values.fast_enum import FastEnum
from orderlife._values.money import Money
from orderlife._values.personal import Personal
from orderlife.house import HOUSE
from orderlife.memory.clock import START
from orderlife.ports.base import Intent, provider_key
from orderlife.ports.inventory import AsyncInventoryStore, InventoryStore
from orderlife.ports.payment import Capture
from orderlife.ports.store import (
    AsyncOrderStore,
    ClaimEffects,
    Commit,
    Committed,
    Denial,
    Effect,
    EffectState,
    FindAnswer,
    FindBacklog,
    FindDueTimers,
    FindOrders,
    FindPeople,
    OrderStore,
    OrderSummary,
    Settle,
)
from orderlife.rooms.order.messages import AuthorityUsed, OrderDrafted
from orderlife.rooms.order.model import Placement
from orderlife.testing.conformance._kit import (
    Call,
    Flow,
    ask,
    collector,
    equal,
    require,
)

__all__ = [
    "DAY",
    "MINUTE",
    "NOW",
    "OPERATION",
    "SECOND",
    "STORE",
    "AnyOrderStore",
    "Store",
    "StoreAbility",
    "StoreHarness",
    "begin",
    "capture",
    "case_after",
    "claim",
    "commit",
    "denial_of",
    "event",
    "fingerprint",
    "ids",
    "joined",
    "key_of",
    "of_house",
    "only_effect",
    "others",
    "refuses",
    "reopened",
    "second",
    "settle",
    "stored",
    "takes",
    "timer",
    "told",
]

AnyInventory: TypeAlias = InventoryStore | AsyncInventoryStore
AnyOrderStore: TypeAlias = OrderStore[Case] | AsyncOrderStore[Case]
Store: TypeAlias = OrderStore[Case]
"""What the checks call it: whether it is awaited is the driver's."""

NOW: Final = START + timedelta(microseconds=123_457)
"""When everything happens; no whole millisecond."""
SECOND: Final = timedelta(seconds=1)
MINUTE: Final = timedelta(minutes=1)
DAY: Final = timedelta(days=1)
OPERATION: Final = "o1:capture:1"
"""What the first order of a check asks for."""
_ADA: Final = Actor("staff", "ada")


class StoreAbility(FastEnum):
    """What not every store, or not every harness, can do."""

    CONCURRENT = "concurrent"
    """One store may be used by several threads, or tasks, at once."""
    TENANTS = "tenants"
    """There can be a second tenant in the same tables."""
    REOPENS = "reopens"
    """It survives: what was stored is there when it is opened anew."""
    POISONS = "poisons"
    """The harness can make an order's documents unreadable."""
    TAMPERS = "tampers"
    """The harness can change stored events and states behind its back."""
    JOINS = "joins"
    """A store can be part of a transaction of the application's."""
    SHARES = "shares"
    """Two stores can be open on one database, as of two processes."""
    OVERLAPS = "overlaps"
    """While a transaction of the application's is open, others can store."""
    RESTORES = "restores"
    """The harness can restore a dump of the database into another."""
    HOUSES = "houses"
    """The store takes the house of an application, with rooms of its own."""
    STOCKS = "stocks"
    """Stock can move in the store's own transactions: ``unit``."""


class StoreHarness:
    """How to get at your store.  Every method may be ``async`` too."""

    abilities: frozenset[StoreAbility] = frozenset({StoreAbility.CONCURRENT})
    tenant: str = ""
    """Whose ``make`` gives the store of: part of each effect's key."""
    second: str = "b"
    """The second tenant's name."""

    def make(self) -> AnyOrderStore | Awaitable[AnyOrderStore]:
        """An empty store, the first tenant's."""
        raise NotImplementedError

    def other_tenant(self) -> AnyOrderStore | Awaitable[AnyOrderStore]:
        """The second tenant's store, in the tables that were made last."""
        raise NotImplementedError

    def again(self) -> AnyOrderStore | Awaitable[AnyOrderStore]:
        """The store that was made last, opened anew."""
        raise NotImplementedError

    def poison(self, order_id: str) -> Awaitable[None] | None:
        """Make an order's documents unreadable: case, intents, timers."""
        raise NotImplementedError

    def tamper(self, order_id: str, sequence: int) -> Awaitable[None] | None:
        """Change a byte of the decision whose last event this is."""
        raise NotImplementedError

    def alter(self, order_id: str) -> Awaitable[None] | None:
        """Change the customer ``ada`` in a stored state to ``eve``."""
        raise NotImplementedError

    def with_house(
        self, house: House
    ) -> AnyOrderStore | Awaitable[AnyOrderStore]:
        """The store that was made last, opened anew for this house.

        A store that does not survive is asked for it once, before
        anything is stored.
        """
        raise NotImplementedError

    def stock(
        self, units: Mapping[tuple[str, str], int]
    ) -> AnyInventory | Awaitable[AnyInventory]:
        """A stock beside the store that was made last, with these units.

        They are by SKU and place, and there are no others.
        """
        raise NotImplementedError

    def join(self) -> AnyOrderStore | Awaitable[AnyOrderStore]:
        """The first tenant's store, in a transaction that begins now."""
        raise NotImplementedError

    def end(self, *, keep: bool) -> Awaitable[None] | None:
        """Commit the transaction that ``join`` has begun, or undo it."""
        raise NotImplementedError

    def beside(self) -> AnyOrderStore | Awaitable[AnyOrderStore]:
        """A second store on the database of the one that was made last.

        It is of the same tenant, and both are open at the same time.
        """
        raise NotImplementedError

    def restored(self) -> AnyOrderStore | Awaitable[AnyOrderStore]:
        """The first tenant's store on another database.

        That was empty, and a dump of the one that was made last was
        restored into it.
        """
        raise NotImplementedError

    def store_id(self) -> str | Awaitable[str]:
        """The id of the store that was made last, or of its database."""
        return ""

    def close(self) -> Awaitable[None] | None:
        """Clear away what was made for a check."""
        return None


def _open(harness: StoreHarness) -> Flow[Store]:
    return cast("Store", (yield from ask(harness.make)))


STORE: Final = collector(_open)


def event(
    sequence: int, note: str = "a check", order_id: str = "o1"
) -> Recorded:
    """An event of that number: the first one begins the order."""
    happened: Event = AuthorityUsed(actor=note, minor=1)
    if sequence == 1:
        draft = Placement(
            currency="EUR", lines=(), total_minor=0, customer_id=note
        )
        happened = OrderDrafted(order_id=order_id, placement=draft)
    return Recorded(sequence, NOW, _ADA, "c1", happened)


def case_after(order_id: str, version: int, *events: Recorded) -> Case:
    """The case of so many events of a check, and of these after them."""
    before = [event(n + 1, order_id=order_id) for n in range(version)]
    return HOUSE.fold(order_id, [each.event for each in (*before, *events)])


def _case(order_id: str, version: int, events: tuple[Recorded, ...]) -> Case:
    """The case after a decision; one that fits nowhere has any case."""
    begins = version > 0 or (events and events[0].sequence == 1)
    if not begins:
        return Case(order_id=order_id, version=version + len(events))
    return case_after(order_id, version, *events)


def capture(operation_id: str, order_id: str = "o1") -> Intent:
    """Something that is asked for."""
    return Capture(
        operation_id=operation_id,
        order_id=order_id,
        amount=Money("12.50", "EUR"),
        payment_id="p1",
        authorization="ref-1",
        final=True,
    )


def timer(subject: str = "o1", after: timedelta = timedelta()) -> Timer:
    """Something that is due so long after ``NOW``."""
    return Timer(TimerKind.FOLLOW_UP, subject, NOW + after)


def commit(
    version: int = 0, order_id: str = "o1", **more: Any
) -> Commit[Case]:
    """A decision that records one event, unless told otherwise."""
    events = more.get("events", (event(version + 1, order_id=order_id),))
    fields: dict[str, Any] = {
        "order_id": order_id,
        "expected_version": version,
        "case": _case(order_id, version, events),
        "summary": OrderSummary(order_id=order_id),
        "events": events,
        "intents": (),
        "timers": (),
        "now": NOW,
    }
    return Commit(**{**fields, **more})


def settle(
    operation_id: str, state: EffectState = EffectState.DONE, **more: Any
) -> Settle:
    """Settle an effect, due at once unless told otherwise."""
    order_id = operation_id.partition(":")[0]
    named = {"order_id": order_id, "due_at": NOW, **more}
    return Settle(operation_id=operation_id, state=state, **named)


def stored(store: Store, wanted: Commit[Case]) -> Flow[None]:
    """Store a decision, chained to what is there; it must be stored."""
    loaded = yield from ask(store.load, wanted.order_id)
    if loaded is not None:
        wanted = attrs.evolve(wanted, head=loaded.head)
    outcome = yield from ask(store.commit, wanted)
    version = wanted.expected_version + len(wanted.events)
    equal(Committed(version=version), outcome, "a decision that fits")


def begin(
    store: Store, order_id: str = "o1", *operations: str, **more: Any
) -> Flow[None]:
    """Store an order's first event, and what it asks for."""
    intents = tuple(capture(each, order_id) for each in operations)
    yield from stored(store, commit(0, order_id, intents=intents, **more))


def claim(
    store: Store,
    owner: str = "a",
    *,
    after: timedelta = timedelta(),
    lease: timedelta = MINUTE,
    **more: Any,
) -> Call[tuple[Effect, ...]]:
    """Claim what is due so long after ``NOW``, for a minute."""
    now = NOW + after
    request = ClaimEffects(now=now, until=now + lease, owner=owner, **more)
    return ask(store.claim, request)


def only_effect(store: Store, order_id: str = "o1") -> Flow[Effect]:
    """An order's only effect."""
    (effect,) = yield from ask(store.effects, order_id)
    return effect


def key_of(
    harness: StoreHarness,
    operation_id: str,
    generation: int = 1,
    order_id: str = "o1",
) -> Flow[str]:
    """The key that an operation should have."""
    store = yield from ask(harness.store_id)
    return provider_key(
        operation_id,
        order_id=order_id,
        tenant=harness.tenant,
        generation=generation,
        store=store,
    )


def ids(store: Store, **wanted: Any) -> Flow[tuple[str, ...]]:
    """The ids on a page of orders."""
    found = yield from ask(store.orders, FindOrders(**wanted))
    return tuple(summary.order_id for summary in found)


def told(store: Store, order_id: str, *refs: str) -> Flow[dict[str, Personal]]:
    """The personal data of an order by these references."""
    wanted = FindPeople(order_id=order_id, refs=refs)
    return dict((yield from ask(store.people, wanted)))


def denial_of(number: int, order_id: str = "o1") -> Denial:
    return Denial(
        order_id=order_id,
        command_id="c1",
        command="RefundPayment",
        actor="staff:bob",
        why=f"may not: {number} ü",
        at=NOW,
    )


def takes(answer: object, what: str) -> None:
    """Fail unless a settle was taken."""
    require(answer is True, f"{what}: must be taken, answered {answer!r}")


def refuses(answer: object, what: str) -> None:
    """Fail unless a settle was not taken."""
    require(answer is False, f"{what}: must fail, answered {answer!r}")


def reopened(harness: StoreHarness) -> Flow[Store]:
    """The same store, opened anew."""
    return cast("Store", (yield from ask(harness.again)))


def of_house(harness: StoreHarness, house: House) -> Flow[Store]:
    """The same store, opened anew for a house."""
    return cast("Store", (yield from ask(harness.with_house, house)))


def second(harness: StoreHarness) -> Flow[Store]:
    """A second store on the same database, open at the same time."""
    return cast("Store", (yield from ask(harness.beside)))


def joined(harness: StoreHarness) -> Flow[Store]:
    """The store, in a transaction of the application's that begins now."""
    return cast("Store", (yield from ask(harness.join)))


def others(harness: StoreHarness) -> Flow[Store]:
    """The second tenant's store."""
    return cast("Store", (yield from ask(harness.other_tenant)))


def fingerprint(store: Store, *order_ids: str) -> Flow[dict[str, object]]:
    """All that can be read of some orders, to be compared later."""
    found: dict[str, object] = {}
    for each in order_ids:
        found[f"{each}: its case"] = yield from ask(store.load, each)
        found[f"{each}: history"] = yield from ask(store.history, each)
        found[f"{each}: effects"] = yield from ask(store.effects, each)
        found[f"{each}: chain"] = yield from ask(store.links, each)
        found[f"{each}: denials"] = yield from ask(store.denials, each)
        for input_id in ("command:c1", "command:c2"):
            asked = FindAnswer(order_id=each, input_id=input_id)
            answer = yield from ask(store.answer, asked)
            found[f"{each}: answer to {input_id}"] = answer
        people = yield from told(store, each, f"{each}:x", f"{each}:y")
        found[f"{each}: people"] = people
    due = FindDueTimers(now=NOW + 99 * DAY)
    found["timers"] = yield from ask(store.due_timers, due)
    found["orders"] = yield from ask(store.orders, FindOrders())
    found["backlog"] = yield from ask(store.backlog, FindBacklog())
    return found

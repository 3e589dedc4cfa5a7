"""Checks of an inventory: keys, look-ups, lost answers, tenants."""

from __future__ import annotations

from typing import Any, Final, cast

from orderlife.errors import PortError
from orderlife.ports.base import NotKnown, Unknown
from orderlife.ports.inventory import (
    HeldStock,
    InventoryIntent,
    StockChanged,
    StockGone,
    StockShort,
)
from orderlife.testing.conformance._inventory import (
    INVENTORY,
    Inventory,
    InventoryAbility,
    InventoryHarness,
    allocate,
    consume,
    demand,
    do,
    held,
    item,
    level,
    levels,
    release,
    reserve,
    restock,
)
from orderlife.testing.conformance._kit import (
    Flow,
    Together,
    ask,
    equal,
    is_a,
    raised,
    require,
)

__all__: list[str] = []


_KINDS: Final[dict[str, tuple[InventoryIntent, ...]]] = {
    "reserve": (),
    "allocate": (allocate(),),
    "consume": (allocate(), consume(item(1))),
    "release": (release(item(1)),),
    "restock": (restock(),),
}
"""What comes before the last of them, which is of that kind."""


def _steps(
    h: InventoryHarness, method: str
) -> tuple[tuple[InventoryIntent, ...], InventoryIntent]:
    """What must be done before an intent of that kind, and the intent."""
    intents = (reserve(h), *_KINDS[method])
    return intents[:-1], intents[-1]


def _acts_once(method: str) -> None:
    def steps(h: InventoryHarness, inventory: Inventory) -> Flow[None]:
        before, intent = _steps(h, method)
        for each in before:
            yield from do(inventory, each)
        first = yield from do(inventory, intent)
        done = (HeldStock, StockChanged)
        require(isinstance(first, done), f"{method}: {first!r}")
        seen = yield from levels(h)
        for _ in range(2):
            equal(first, (yield from do(inventory, intent)), "its answer")
            equal(seen, (yield from levels(h)), "the levels, repeated")

    INVENTORY(
        InventoryAbility.DEDUPLICATES,
        name=f"{method}_acts_once",
        sentence=f"The same key again: {method} answers, and does not act.",
    )(steps)


for _method in _KINDS:
    _acts_once(_method)


@INVENTORY(InventoryAbility.DEDUPLICATES)
def other_content_under_a_key_is_refused(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """A key that comes with another request is a PortError."""
    yield from held(h, inventory, allocate())
    before = yield from levels(h)
    for wrong in (
        reserve(h, demand(4, place="main")),
        reserve(h, demand(3, place="main"), reservation="r2"),
        allocate(reservation_id="r2"),
    ):
        what = f"{wrong.operation_id} with another content"
        yield from raised(do(inventory, wrong), PortError, what)
        equal(before, (yield from levels(h)), "the levels")


@INVENTORY(InventoryAbility.DEDUPLICATES)
def new_key_is_a_new_request(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """What was refused and comes under another key is looked at anew."""
    yield from held(h, inventory)
    ids: dict[str, Any] = {"operation": "r2:reserve:1", "reservation": "r2"}
    wanted = demand(8, place="main")
    first = yield from ask(inventory.reserve, reserve(h, wanted, **ids))
    is_a(StockShort, first, "seven of eight")
    yield from ask(inventory.release, release())
    anew = reserve(h, wanted, key="r2:reserve:1#2", **ids)
    second = yield from ask(inventory.reserve, anew)
    equal(HeldStock(items=(item(8),)), second, "under another key")


@INVENTORY(InventoryAbility.DEDUPLICATES)
def keys_of_36_characters_are_told_apart(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """The whole key counts, to its last character."""
    for last in "ab":
        wanted = reserve(
            h,
            demand(1, place="main"),
            operation=f"r{last}:reserve:1",
            reservation=f"r{last}",
            key="k" * 35 + last,
        )
        for _ in range(2):
            answer = yield from ask(inventory.reserve, wanted)
            equal(HeldStock(items=(item(1),)), answer, "one mug")
    equal((10, 8, 2, 0, 0), (yield from level(h)), "mugs")


@INVENTORY(InventoryAbility.DEDUPLICATES, InventoryAbility.CONCURRENT)
def one_key_at_once_acts_once(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """A request that comes several times at the same time acts once."""
    wanted = reserve(h)
    flows = tuple(iter(ask(inventory.reserve, wanted)) for _ in range(6))
    answers = yield from Together(flows)
    expected = HeldStock(items=(item(3),))
    equal([expected] * 6, answers, "the answers")
    equal((10, 7, 3, 0, 0), (yield from level(h)), "mugs")


def _is_found(method: str) -> None:
    def steps(h: InventoryHarness, inventory: Inventory) -> Flow[None]:
        before, intent = _steps(h, method)
        for each in before:
            yield from do(inventory, each)
        unknown = yield from ask(inventory.look_up, intent)
        equal(NotKnown(), unknown, f"{method} before it came")
        done = yield from do(inventory, intent)
        seen = yield from levels(h)
        for _ in range(2):
            found = yield from ask(inventory.look_up, intent)
            equal(done, found, f"{method}, looked up")
            equal(seen, (yield from levels(h)), "the levels, looked up")

    INVENTORY(
        InventoryAbility.LOOKS_UP,
        name=f"{method}_is_found",
        sentence=f"A look-up gives the answer to {method}; or NotKnown.",
    )(steps)


for _method in _KINDS:
    _is_found(_method)


@INVENTORY(InventoryAbility.LOOKS_UP)
def dry_run_is_not_remembered(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """A check has done nothing that could be found."""
    dry = reserve(h, dry_run=True)
    yield from ask(inventory.reserve, dry)
    equal(NotKnown(), (yield from ask(inventory.look_up, dry)), "a check")
    answer = yield from ask(inventory.reserve, reserve(h))
    equal(HeldStock(items=(item(3),)), answer, "the reservation itself")


@INVENTORY(InventoryAbility.LOSES_ANSWERS)
def lost_answer_is_unknown(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """Where no answer came it says ``Unknown``, and raises nothing."""
    wanted = reserve(h)
    yield from ask(h.lose_answer, wanted)
    answer = yield from ask(inventory.reserve, wanted)
    is_a(Unknown, answer, "no answer came")


@INVENTORY(InventoryAbility.LOSES_ANSWERS, InventoryAbility.LOOKS_UP)
def lost_answer_is_found(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """What was done, and its answer lost, can be looked up."""
    wanted = reserve(h)
    yield from ask(h.lose_answer, wanted)
    yield from ask(inventory.reserve, wanted)
    found = yield from ask(inventory.look_up, wanted)
    equal(HeldStock(items=(item(3),)), found, "the answer, looked up")


@INVENTORY(InventoryAbility.LOSES_ANSWERS, InventoryAbility.DEDUPLICATES)
def lost_answer_is_given_again(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """Asked again under its key, it answers, and has acted once."""
    wanted = reserve(h)
    yield from ask(h.lose_answer, wanted)
    yield from ask(inventory.reserve, wanted)
    answer = yield from ask(inventory.reserve, wanted)
    equal(HeldStock(items=(item(3),)), answer, "the answer, asked again")
    equal((10, 7, 3, 0, 0), (yield from level(h)), "mugs")


@INVENTORY(InventoryAbility.TENANTS)
def tenants_stocks_are_apart(
    h: InventoryHarness, inventory: Inventory
) -> Flow[None]:
    """What one tenant has another cannot hold, move, or look up."""
    yield from held(h, inventory, allocate())
    before = yield from levels(h)
    other = cast("Inventory", (yield from ask(h.other_tenant)))
    wanted = reserve(h, demand(1), operation="r2:reserve:1", reservation="r2")
    answer = yield from ask(other.reserve, wanted)
    is_a(StockShort, answer, "no stock")
    if other.capabilities.looks_up:
        found = yield from ask(other.look_up, reserve(h))
        equal(NotKnown(), found, "another's operation")
    answer = yield from ask(other.consume, consume())
    is_a(StockGone, answer, "not its own")
    yield from ask(other.release, release())
    back = restock(item(1))
    equal(StockChanged(), (yield from ask(other.restock, back)), "its own")
    equal(before, (yield from levels(h)), "the first tenant's levels")


@INVENTORY(InventoryAbility.REOPENS)
def stock_survives(h: InventoryHarness, inventory: Inventory) -> Flow[None]:
    """After it is opened anew, it has its holds and its answers."""
    yield from held(h, inventory, allocate(), consume(item(1)))
    before = yield from levels(h)
    again = cast("Inventory", (yield from ask(h.again)))
    equal(before, (yield from levels(h)), "the levels")
    if again.capabilities.deduplicates:
        yield from do(again, consume(item(1)))
        equal(before, (yield from levels(h)), "the levels, repeated")
    rest = consume(item(2), operation="r1:consume:2")
    equal(StockChanged(), (yield from do(again, rest)), "the rest leaves")
    equal((7, 7, 0, 0, 0), (yield from level(h)), "mugs")

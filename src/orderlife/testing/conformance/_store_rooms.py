"""Checks of an order store: the rooms that an application brings."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from orderlife._values.personal import FreeText
from orderlife.engine.verification import verified
from orderlife.errors import RoomMissingError
from orderlife.house import HOUSE
from orderlife.ports.store import (
    Effect,
    EffectState,
    Erase,
    FindDueTimers,
    FindOrders,
)
from orderlife.testing.conformance._greeting_cards import (
    CARDS,
    HOUSE_WITH_CARDS,
    LATE,
    NAME,
    PATIENCE,
    AskForCard,
    Card,
    CardState,
    Press,
    PrintCard,
)
from orderlife.testing.conformance._kit import (
    Broken,
    Flow,
    ask,
    equal,
    raised,
    require,
)
from orderlife.testing.conformance._store import (
    DAY,
    NOW,
    STORE,
    Store,
    StoreAbility,
    StoreHarness,
    begin,
    claim,
    commit,
    fingerprint,
    of_house,
    settle,
    stored,
    takes,
    timer,
    told,
)
from orderlife.testing.conformance._store_lives import (
    CUSTOMER,
    Life,
    placing,
)

__all__: list[str] = []

_REOPENED: Final = (StoreAbility.HOUSES, StoreAbility.REOPENS)

_CARD: Final = "o1-c1"
_TEXT: Final = f"{_CARD}:text"
_PRINT: Final = f"{_CARD}:print_card:1"
_INTENT: Final = PrintCard(
    operation_id=_PRINT, order_id="o1", card_id=_CARD, text=_TEXT
)


def _wanted(store: Store, order_id: str = "o1") -> Flow[Life]:
    """An order with a card that is wanted; nothing is performed yet."""
    life = Life(store, HOUSE_WITH_CARDS, printer=Press())
    wish = AskForCard(
        order_id=order_id, command_id="c2", actor=CUSTOMER, text="Dear Bob"
    )
    yield from life.over(life.engine.submit(placing(order_id)))
    yield from life.over(life.engine.submit(wish))
    return life


def _with_cards(harness: StoreHarness) -> Flow[Store]:
    """The store for the house with cards."""
    return (yield from of_house(harness, HOUSE_WITH_CARDS))


def _print_of(store: Store) -> Flow[Effect]:
    """What was asked of the printer, as the store keeps it."""
    for effect in (yield from ask(store.effects, "o1")):
        if effect.operation_id == _PRINT:
            return effect
    raise Broken(f"effect {_PRINT} is there")


@STORE(StoreAbility.HOUSES)
def parts_of_a_brought_room_are_kept(
    harness: StoreHarness, _: Store
) -> Flow[None]:
    """They are loaded as they were stored, and so is all that is kept."""
    store = yield from _with_cards(harness)
    yield from _wanted(store)
    card = Card(card_id=_CARD, text=_TEXT, until=NOW + PATIENCE)
    loaded = yield from ask(store.load, "o1")
    kept = yield from ask(store.kept, "o1")
    if loaded is None or kept is None:
        raise Broken("the order is there")
    equal({_CARD: card}, dict(CARDS.of(loaded.case)), "its cards")
    verified("o1", kept, HOUSE_WITH_CARDS)


@STORE(StoreAbility.HOUSES)
def events_of_a_brought_room_are_kept(
    harness: StoreHarness, _: Store
) -> Flow[None]:
    """The case of a whole life with them is what they lead to.

    A desk works on the store: a timer of the room fires, and its port
    is asked.
    """
    store = yield from _with_cards(harness)
    life = yield from _wanted(store)
    life.clock.advance(PATIENCE)
    yield from life.over(life.engine.sweep())
    loaded = yield from ask(store.load, "o1")
    history = yield from ask(store.history, "o1")
    if loaded is None:
        raise Broken("the order is there")
    events = [recorded.event for recorded in history]
    folded = HOUSE_WITH_CARDS.fold("o1", events)
    equal(folded, loaded.case, "the case")
    card = CARDS.of(folded).get(_CARD)
    state = None if card is None else card.state
    equal(CardState.PRINTED, state, "the card that was printed late")
    kinds = [type(event).__name__ for event in events]
    equal(
        ["CardAsked", "CardMoved", "CardMoved"],
        [kind for kind in kinds if kind.startswith("Card")],
        "events of the room",
    )
    effect = yield from _print_of(store)
    equal(EffectState.DONE, effect.state, "what its port was asked")


@STORE(StoreAbility.HOUSES)
def documents_of_a_brought_room_bear_its_name(
    harness: StoreHarness, _: Store
) -> Flow[None]:
    """So that whoever lacks the room can say which."""
    store = yield from _with_cards(harness)
    yield from _wanted(store)
    links = yield from ask(store.links, "o1")
    named = [each for each in links if f'"{NAME}.CardAsked"' in each.document]
    equal(1, len(named), f"documents of a {NAME}.CardAsked")


@STORE(StoreAbility.HOUSES)
def intents_of_a_brought_room_are_kept(
    harness: StoreHarness, _: Store
) -> Flow[None]:
    """What its port is asked is listed, claimed and settled as any."""
    store = yield from _with_cards(harness)
    yield from _wanted(store)
    effect = yield from _print_of(store)
    equal(_INTENT, effect.intent, "what was asked of its port")
    equal("printer", effect.intent.port, "its port")
    found = yield from claim(store, limit=99)
    claimed = [each.intent for each in found if each.operation_id == _PRINT]
    equal([_INTENT], claimed, "what is claimed of its port")
    takes(
        (yield from ask(store.settle, settle(_PRINT, order_id="o1"))),
        "its settle",
    )


@STORE(StoreAbility.HOUSES)
def timers_of_a_brought_room_are_kept(
    harness: StoreHarness, _: Store
) -> Flow[None]:
    """They are due at their dates, under the room's kinds."""
    store = yield from _with_cards(harness)
    yield from _wanted(store)
    equal((), (yield from _late(store, NOW + PATIENCE / 2)), "too early")
    due = yield from _late(store)
    equal((("o1", _CARD, NOW + PATIENCE),), due, "its timers")


def _late(store: Store, now: datetime = NOW + PATIENCE) -> Flow[object]:
    """The room's timers that are due: order, subject and date."""
    found = yield from ask(store.due_timers, FindDueTimers(now=now))
    return tuple(
        (each.order_id, each.timer.subject, each.timer.at)
        for each in found
        if each.timer.kind is LATE
    )


@STORE(StoreAbility.HOUSES)
def people_of_a_brought_room_are_erased(
    harness: StoreHarness, _: Store
) -> Flow[None]:
    """What a customer told it is kept apart, and goes with the customer."""
    store = yield from _with_cards(harness)
    yield from _erased(store, store)


def _erased(store: Store, erasing: Store) -> Flow[None]:
    """Erase with one store what another one has stored."""
    for order_id, whose in (
        ("o1", Erase(order_id="o1")),
        ("o2", Erase(customer_id="ada")),
    ):
        yield from _wanted(store, order_id)
        text = f"{order_id}-c1:text"
        before = yield from told(store, order_id, text)
        equal({text: FreeText("Dear Bob")}, before, "what it was told")
        count = yield from ask(erasing.erase, whose)
        equal(3, count, "values erased: address, contact and text")
        after = yield from told(store, order_id, text)
        equal({}, after, "what it was told, after an erasure")


@STORE(*_REOPENED)
def brought_room_survives(harness: StoreHarness, _: Store) -> Flow[None]:
    """Whoever opens the store anew with the room finds all of it."""
    store = yield from _with_cards(harness)
    yield from _wanted(store)
    before = yield from fingerprint(store, "o1")
    again = yield from _with_cards(harness)
    equal(before, (yield from fingerprint(again, "o1")), "all of it")
    people = yield from told(again, "o1", _TEXT)
    equal([_TEXT], list(people), "what the room was told")


@STORE(*_REOPENED)
def missing_room_is_named(harness: StoreHarness, _: Store) -> Flow[None]:
    """Who opens the store without it hears so, and reads nothing half."""
    yield from _wanted((yield from _with_cards(harness)))
    without = yield from of_house(harness, HOUSE)
    for read in (without.load, without.history, without.effects, without.kept):
        what = f"{read.__name__} without the room"
        error = yield from raised(ask(read, "o1"), RoomMissingError, what)
        equal(NAME, getattr(error, "room", ""), "the room that is missing")


@STORE(*_REOPENED)
def missing_room_is_not_written_over(
    harness: StoreHarness, _: Store
) -> Flow[None]:
    """Whatever is done without it, with it everything is as it was.

    What it has asked for waits for who can read it, and no person is
    told; only when it is due next may have changed.
    """
    store = yield from _with_cards(harness)
    yield from _wanted(store)
    before = yield from _remembered(store)
    without = yield from of_house(harness, HOUSE)
    yield from raised(
        ask(without.load, "o1"), RoomMissingError, "load without the room"
    )
    for days in range(4):
        found = yield from claim(without, "b", after=days * DAY, limit=99)
        names = [effect.operation_id for effect in found]
        require(_PRINT not in names, "what cannot be read is not claimed")
    yield from ask(without.due_timers, FindDueTimers(now=NOW + 9 * DAY))
    yield from ask(without.commit, commit(1))  # decided on an old version
    again = yield from _with_cards(harness)
    equal(before, (yield from _remembered(again)), "what is stored")
    found = yield from claim(again, after=99 * DAY, limit=99)
    names = [effect.operation_id for effect in found]
    require(_PRINT in names, "who has the room can claim what it asks for")


def _remembered(store: Store) -> Flow[dict[str, object]]:
    """What must be the same with the room, whoever lacked it meanwhile."""
    effect = yield from _print_of(store)
    return {
        "its case": (yield from ask(store.load, "o1")),
        "history": (yield from ask(store.history, "o1")),
        "chain": (yield from ask(store.links, "o1")),
        "orders": (yield from ask(store.orders, FindOrders())),
        "timers": (yield from _late(store)),
        "effect": (effect.intent, effect.state, effect.key),
    }


@STORE(*_REOPENED)
def missing_room_blocks_no_other_order(
    harness: StoreHarness, _: Store
) -> Flow[None]:
    """An order that has nothing of the room is read and written by both."""
    store = yield from _with_cards(harness)
    yield from _wanted(store)
    yield from begin(store, "o2", "o2:x:1", timers=(timer("o2"),))
    without = yield from of_house(harness, HOUSE)
    yield from _worked_on(without, "o2:x:1")
    later = commit(1, "o2", timers=(timer("o2"),))
    yield from stored(without, later)
    yield from begin(without, "o3", "o3:x:1", timers=(timer("o3"),))
    again = yield from _with_cards(harness)
    for each in ("o2", "o3"):
        ours = yield from ask(again.load, each)
        theirs = yield from ask(without.load, each)
        equal(theirs, ours, f"order {each}, with the room and without")
        require(ours is not None, f"order {each} is there")
    yield from _worked_on(again, "o3:x:1")
    yield from stored(again, commit(2, "o2"))
    history = yield from ask(without.history, "o2")
    equal([1, 2, 3], [each.sequence for each in history], "events of o2")


def _worked_on(store: Store, operation_id: str) -> Flow[None]:
    """Find an order's timer, and claim and settle what it asks for."""
    order_id = operation_id[:2]
    due = yield from ask(store.due_timers, FindDueTimers(now=NOW))
    found = [each.timer for each in due if each.order_id == order_id]
    equal([timer(order_id)], found, f"timers of {order_id}")
    claimed = yield from claim(store, limit=99)
    names = [effect.operation_id for effect in claimed]
    require(operation_id in names, f"{operation_id} is claimed")
    takes((yield from ask(store.settle, settle(operation_id))), "its settle")


@STORE(*_REOPENED)
def people_of_a_missing_room_are_erased(
    harness: StoreHarness, _: Store
) -> Flow[None]:
    """Who lacks the room erases what a customer told it all the same."""
    store = yield from _with_cards(harness)
    without = yield from of_house(harness, HOUSE)
    yield from _erased(store, without)

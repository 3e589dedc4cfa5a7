"""Checks of an order store: where the consumers of its feed are."""

from __future__ import annotations

from datetime import timedelta

from orderlife.ports.store import (
    Cursor,
    FindCursors,
    HoldCursor,
    MoveCursor,
)
from orderlife.testing.conformance._kit import (
    Flow,
    Together,
    ask,
    equal,
)
from orderlife.testing.conformance._store import (
    MINUTE,
    NOW,
    SECOND,
    STORE,
    Store,
    StoreAbility,
    StoreHarness,
    begin,
    joined,
    refuses,
    reopened,
    takes,
)

__all__: list[str] = []


def _move(
    store: Store, expected: int, position: int, consumer: str = "erp"
) -> Flow[bool]:
    """Move a cursor, if it is where it is expected."""
    request = MoveCursor(
        consumer=consumer, expected=expected, position=position
    )
    return (yield from ask(store.move_cursor, request))


def _hold(
    store: Store,
    owner: str,
    *,
    after: timedelta = timedelta(),
    lease: timedelta = MINUTE,
) -> Flow[bool]:
    """Hold the cursor of ``erp`` so long after ``NOW``, for a minute."""
    now = NOW + after
    request = HoldCursor(
        consumer="erp", owner=owner, now=now, until=now + lease
    )
    return (yield from ask(store.hold_cursor, request))


def _cursors(store: Store, consumer: str | None = None) -> Flow[list[object]]:
    """The consumers and their positions."""
    request = FindCursors(consumer=consumer)
    found: tuple[Cursor, ...] = yield from ask(store.cursors, request)
    return [(each.consumer, each.position) for each in found]


@STORE()
def cursor_moves_by_comparison(_: StoreHarness, store: Store) -> Flow[None]:
    """A cursor is moved from where it is, to and fro, and not otherwise."""
    refuses((yield from _move(store, 3, 5)), "from where no cursor is")
    equal([], (yield from _cursors(store)), "cursors before the first move")
    takes((yield from _move(store, 0, 5)), "the first move")
    refuses((yield from _move(store, 0, 7)), "from the beginning again")
    refuses((yield from _move(store, 4, 7)), "from behind where it is")
    equal([("erp", 5)], (yield from _cursors(store)), "cursors")
    far = 2**63 - 1
    for before, after in ((5, far), (far, 2), (2, 2), (2, 0), (0, 1)):
        takes((yield from _move(store, before, after)), "from where it is")
        equal([("erp", after)], (yield from _cursors(store)), "cursors")


@STORE()
def cursors_are_apart(_: StoreHarness, store: Store) -> Flow[None]:
    """Each consumer has one, whatever its name; all of them are listed."""
    names = ("", "Erp", "a'b", "erp", "ü %s")
    for position, name in enumerate(names, 1):
        takes((yield from _move(store, 0, position, name)), f"{name!r}")
    expected = [(name, number) for number, name in enumerate(names, 1)]
    equal(expected, (yield from _cursors(store)), "cursors, by their names")
    for pair in expected:
        found = yield from _cursors(store, pair[0])
        equal([pair], found, f"the cursor of {pair[0]!r}")
    equal([], (yield from _cursors(store, "crm")), "the cursor of nobody")


@STORE()
def cursor_is_forgotten(_: StoreHarness, store: Store) -> Flow[None]:
    """Who is forgotten begins again, and the others stay."""
    for name in ("crm", "erp"):
        yield from _move(store, 0, 5, name)
    takes((yield from ask(store.forget_cursor, "erp")), "the first time")
    refuses((yield from ask(store.forget_cursor, "erp")), "the second time")
    equal([("crm", 5)], (yield from _cursors(store)), "cursors that stay")
    takes((yield from _move(store, 0, 1)), "a move from the beginning")


@STORE(StoreAbility.REOPENS)
def cursor_survives(harness: StoreHarness, store: Store) -> Flow[None]:
    """A cursor is where it was when the store is opened anew."""
    yield from _move(store, 0, 5)
    yield from _hold(store, "a")
    store = yield from reopened(harness)
    equal([("erp", 5)], (yield from _cursors(store)), "cursors")
    refuses((yield from _hold(store, "b")), "what another holds")


@STORE(StoreAbility.JOINS)
def cursor_moves_with_its_transaction(
    harness: StoreHarness, store: Store
) -> Flow[None]:
    """A cursor that is moved in a transaction is moved if that is kept."""
    for keep in (False, True):
        inside = yield from joined(harness)
        yield from begin(inside, "o1")
        takes((yield from _move(inside, 0, 5)), "a move inside")
        yield from ask(harness.end, keep=keep)
        expected = [("erp", 5)] * keep
        equal(expected, (yield from _cursors(store)), f"kept: {keep}")


@STORE(StoreAbility.CONCURRENT)
def one_of_many_moves_wins(_: StoreHarness, store: Store) -> Flow[None]:
    """Of moves from one position that come at once, one is made."""
    for before in (0, 9):
        flows = tuple(
            _move(store, before, before + 9, "erp") for _ in range(6)
        )
        answers = yield from Together(flows)
        equal(1, answers.count(True), "moves that were made")
    equal([("erp", 18)], (yield from _cursors(store)), "cursors")


@STORE()
def one_holds_a_cursor(_: StoreHarness, store: Store) -> Flow[None]:
    """Until its time is over or it lets go, no other holds a cursor."""
    takes((yield from _hold(store, "a")), "a cursor that nobody holds")
    late = MINUTE - SECOND
    refuses((yield from _hold(store, "b", after=late)), "held by another")
    takes((yield from _hold(store, "a", after=late)), "its own, held on")
    refuses((yield from _hold(store, "b", after=MINUTE)), "held on")
    takes((yield from _hold(store, "b", after=late + MINUTE)), "run out")
    let_go = _hold(store, "b", after=2 * MINUTE, lease=timedelta())
    takes((yield from let_go), "let go of")
    takes((yield from _hold(store, "a", after=2 * MINUTE)), "let go of")
    equal([("erp", 0)], (yield from _cursors(store)), "cursors")
    takes((yield from _move(store, 0, 5)), "a move while it is held")
    (cursor,) = yield from ask(store.cursors, FindCursors())
    expected = Cursor(
        consumer="erp", position=5, owner="a", until=NOW + 3 * MINUTE
    )
    equal(expected, cursor, "the cursor that is held")

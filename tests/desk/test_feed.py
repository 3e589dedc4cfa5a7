"""The feed of a desk, and consumers that read it, awaited or not."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from orderlife import (
    AsyncOrderDesk,
    CodecError,
    ConflictError,
    FeedEntry,
    Line,
    Money,
    NotAllowedError,
    NotFoundError,
    OrderDesk,
    UncommittedError,
    ValidationError,
)
from orderlife.desk.feed import AsyncConsumer, AsyncFeed, Consumer, Feed
from orderlife.testing import Clock, async_in_memory_ports, in_memory_ports
from tests.desk.shop import ADDRESS, CONTACT
from tests.stores.sqlite import opened, path, raw, shop_on

__all__ = ["path"]

LINES = [Line(sku="mug", quantity=1, unit_price=Money("12.50", "EUR"))]
MINUTE = timedelta(minutes=1)
NO_POSITION = "must be a position: a whole number from 0 to 2**63 - 1"


class Waited:
    """An async object whose every answer is waited for."""

    def __init__(self, inner: Any, runner: asyncio.Runner) -> None:
        self._inner, self._runner = inner, runner

    def _waited(self, answer: Any) -> Any:
        if inspect.isawaitable(answer):
            return self._runner.run(_wait(answer))
        if type(answer).__module__ == "orderlife.desk.feed":
            return Waited(answer, self._runner)
        return answer

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return self._waited(self._inner(*arguments, **named))

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if inspect.ismethod(found):
            return lambda *a, **k: self._waited(found(*a, **k))
        return self._waited(found)

    def __iter__(self) -> Iterator[Any]:
        entries = aiter(self._inner)
        while True:
            try:
                yield self._runner.run(_wait(anext(entries)))
            except StopAsyncIteration:
                return

    def __repr__(self) -> str:
        return repr(self._inner)


async def _wait(answer: Any) -> Any:
    return await answer


@pytest.fixture(params=["sync", "async"])
def desk(request: pytest.FixtureRequest) -> Iterator[Any]:
    """A desk on which two orders were placed."""
    clock = Clock()
    if request.param == "sync":
        desk = OrderDesk(in_memory_ports({"mug": 9}, clock=clock), clock=clock)
        place(desk, "o1")
        place(desk, "o2")
        yield desk
        return
    ports = async_in_memory_ports({"mug": 9}, clock=clock)
    other = AsyncOrderDesk(ports, clock=clock)
    with asyncio.Runner() as runner:
        waited = Waited(other, runner)
        place(waited, "o1")
        place(waited, "o2")
        yield waited


def place(desk: Any, order_id: str) -> None:
    """Place an order of one mug, which leads to many events."""
    desk.place(
        LINES,
        order_id=order_id,
        ship_to=ADDRESS,
        contact=CONTACT,
        pay_with="tok_visa",
    )


def told(entries: Any) -> list[tuple[str, int]]:
    """The orders and versions of entries."""
    return [(each.order_id, each.version) for each in entries]


def test_the_feed_has_the_histories_of_all_orders(desk: Any) -> None:
    """Each event once, with its order and its version there."""
    entries = desk.feed()
    for order_id in ("o1", "o2"):
        mine = [each for each in entries if each.order_id == order_id]
        history = desk.history(order_id)
        assert tuple(each.recorded for each in mine) == history
        assert [each.version for each in mine] == [*range(1, len(mine) + 1)]
    assert all(isinstance(each, FeedEntry) for each in entries)
    assert {each.order_id for each in entries} == {"o1", "o2"}


def test_the_feed_goes_on_behind_a_position(desk: Any) -> None:
    """Pages of any size join up."""
    entries = desk.feed()
    found: list[FeedEntry] = []
    while page := desk.feed(after=found[-1].position if found else 0, limit=3):
        assert len(page) <= 3
        found += page
    assert tuple(found) == entries


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"after": -1}, f"after: {NO_POSITION}"),
        ({"after": 2**63}, f"after: {NO_POSITION}"),
        ({"after": True}, f"after: {NO_POSITION}"),
        ({"after": "7"}, f"after: {NO_POSITION}"),
        ({"limit": 1_001}, "limit: is more than 1000"),
        ({"limit": -1}, "limit: must not be negative"),
        ({"limit": 1.5}, "limit: must be a whole number, not float"),
    ],
)
def test_what_is_no_page_is_refused(
    desk: Any, asked: dict[str, Any], why: str
) -> None:
    """It says which is wrong, and what would be right."""
    with pytest.raises(ValidationError) as refused:
        desk.feed(**asked)
    assert str(refused.value) == f"the feed is not valid:\n  {why}"


def test_the_largest_page_is_one(desk: Any) -> None:
    """As is the highest position, behind which nothing comes."""
    assert desk.feed(limit=1_000) == desk.feed.consumer("erp").read(1_000)
    assert desk.feed(after=2**63 - 1) == ()


def test_a_consumer_gets_the_same_until_it_acknowledges(desk: Any) -> None:
    """Whoever dies before it acknowledges, gets the same entries again."""
    erp = desk.feed.consumer("erp")
    first = erp.read(limit=2)
    assert told(first) == [("o1", 1), ("o1", 2)]
    assert erp.read(limit=2) == first
    erp.acknowledge(first[0])
    assert erp.position == first[0].position
    again = desk.feed.consumer("erp")  # as after a crash
    assert told(again.read(limit=2)) == [("o1", 2), ("o1", 3)]
    again.acknowledge(first[1].position)
    again.acknowledge(first[1])  # once more is no harm
    assert again.position == first[1].position


def test_consumers_have_positions_of_their_own(desk: Any) -> None:
    """Each reads everything, at its own pace."""
    erp, crm = (desk.feed.consumer(name) for name in ("erp", "crm"))
    erp.acknowledge(erp.read()[-1])
    assert erp.read() == ()
    assert crm.read() == desk.feed()
    assert [each.consumer for each in desk.feed.consumers()] == ["erp"]
    crm.acknowledge(crm.read(limit=1)[0])
    assert [each.consumer for each in desk.feed.consumers()] == ["crm", "erp"]


def test_a_loop_acknowledges_what_it_has_done(desk: Any) -> None:
    """The entry in whose turn it was left comes again, and no other."""
    erp = desk.feed.consumer("erp")
    done = []
    for entry in erp:
        if entry.version == 3:
            break
        done.append(entry)
    assert erp.position == done[-1].position
    done += erp
    assert tuple(done) == desk.feed()
    assert erp.position == done[-1].position
    assert list(erp) == []


def test_a_consumer_goes_back_only_when_it_is_told_to(desk: Any) -> None:
    """To acknowledge what is behind it would go back in silence."""
    erp = desk.feed.consumer("erp")
    first, second, *_ = erp.read()
    erp.acknowledge(second)
    with pytest.raises(NotAllowedError) as behind:
        erp.acknowledge(first)
    assert str(behind.value) == (
        "cannot acknowledge position 1 as consumer 'erp' of the feed: "
        "it is at 2 already; rewind(1) goes back"
    )
    with pytest.raises(NotAllowedError) as ahead:
        erp.rewind(3)
    assert str(ahead.value) == (
        "cannot rewind to position 3 as consumer 'erp' of the feed: "
        "it is at 2; acknowledge(3) goes on to there"
    )
    erp.rewind(2)
    erp.rewind(first.position)
    assert erp.read(limit=1) == (second,)
    erp.rewind(0)
    assert erp.read(limit=1) == (first,)


def test_what_is_not_there_is_not_acknowledged(desk: Any) -> None:
    """A consumer that far ahead would never be given anything again."""
    erp = desk.feed.consumer("erp")
    end = desk.feed()[-1].position
    with pytest.raises(NotAllowedError) as beyond:
        erp.acknowledge(end + 1)
    assert str(beyond.value) == (
        f"cannot acknowledge position {end + 1} as consumer 'erp' of the "
        "feed: there is none yet, nor behind it; acknowledge what was read"
    )
    (*_, last) = desk.feed()
    foreign = attrs.evolve(last, position=end + 24)
    with pytest.raises(NotAllowedError):
        erp.acknowledge(foreign)  # of another database
    erp.acknowledge(end)
    assert erp.position == end


def test_in_an_empty_shop_there_is_nothing_to_acknowledge() -> None:
    """Not even the first position."""
    desk = OrderDesk.in_memory()
    assert desk.feed() == ()
    with pytest.raises(NotAllowedError, match="there is none yet"):
        desk.feed.consumer("erp").acknowledge(1)


def test_two_of_one_name_do_not_undo_each_other(desk: Any) -> None:
    """Who was overtaken is told so, and reads again."""
    ours, theirs = (desk.feed.consumer("erp") for _ in range(2))
    entries = ours.read(limit=3)
    theirs.acknowledge(theirs.read(limit=3)[-1])
    with pytest.raises(ConflictError) as overtaken:
        ours.acknowledge(entries[0])
    assert str(overtaken.value) == (
        "consumer 'erp' of the feed was at 0, and somebody has moved it to 3 "
        "since: read again"
    )
    assert theirs.position == entries[-1].position
    found = ours.read(limit=1)
    assert found == desk.feed(after=entries[-1].position, limit=1)
    ours.acknowledge(found[0])


def test_one_of_one_name_may_keep_the_others_waiting(desk: Any) -> None:
    """For as long as it says, or until it lets go."""
    ours, theirs = (desk.feed.consumer("erp") for _ in range(2))
    assert ours.hold(MINUTE)
    assert not theirs.hold(MINUTE)
    assert ours.hold(timedelta())
    assert theirs.hold(MINUTE)
    assert not ours.hold(MINUTE)
    assert desk.feed.consumer("crm").hold(timedelta(days=1))
    for wrong in (-MINUTE, timedelta(days=1, seconds=1), 60):
        with pytest.raises(ValidationError) as refused:
            ours.hold(wrong)
        assert str(refused.value) == (
            "a consumer of the feed is not valid:\n"
            "  lease: must be a timedelta of 0 to 24 hours"
        )


def test_a_consumer_that_is_forgotten_begins_anew(desk: Any) -> None:
    """One that there is not is named, with those there are."""
    erp = desk.feed.consumer("erp")
    erp.acknowledge(erp.read()[-1])
    with pytest.raises(NotFoundError, match=r"no consumer .*'crm'; .* erp"):
        desk.feed.forget("crm")
    desk.feed.forget("erp")
    assert desk.feed.consumers() == ()
    assert desk.feed.consumer("erp").read() == desk.feed()


@pytest.mark.parametrize("name", ["", "ERP", "a b", "x" * 65, "é", "a\n", 7])
def test_a_consumer_has_a_plain_name(desk: Any, name: Any) -> None:
    """It stands in commands and logs."""
    why = "1 to 64 of a-z, 0-9, _ and -" if name != 7 else "text, not int"
    for use in (desk.feed.consumer, desk.feed.forget):
        with pytest.raises(ValidationError) as refused:
            use(name)
        assert str(refused.value) == (
            f"a consumer of the feed is not valid:\n  name: must be {why}"
        )


def test_a_name_may_be_as_long_as_an_id(desk: Any) -> None:
    """And of all that may stand in one."""
    name = "erp-2_" + "x" * 58
    erp = desk.feed.consumer(name)
    erp.acknowledge(erp.read()[0])
    assert [each.consumer for each in desk.feed.consumers()] == [name]


@pytest.mark.parametrize("position", [-1, 2**63, 1.0, None, "1", True])
def test_a_position_is_a_whole_number(desk: Any, position: Any) -> None:
    """Nothing else is taken for one."""
    erp = desk.feed.consumer("erp")
    for move, field in ((erp.acknowledge, "upto"), (erp.rewind, "position")):
        with pytest.raises(ValidationError) as refused:
            move(position)
        assert str(refused.value) == (
            f"the feed is not valid:\n  {field}: {NO_POSITION}"
        )


def test_a_consumer_shows_its_name(desk: Any) -> None:
    """And nothing of what it has read."""
    assert "Consumer('erp')" in repr(desk.feed.consumer("erp"))


def test_what_was_done_is_kept_with_the_position(path: Path) -> None:
    """In one transaction: the work and the position, or neither."""
    with opened(path) as store:
        shop = shop_on(store)
        shop.place()
        erp = shop.desk.feed.consumer("erp")
        first, second, *_ = erp.read()
        with contextlib.suppress(ZeroDivisionError), store.transaction() as tx:
            inside = shop.another(store=tx)
            inside.feed.consumer("erp").acknowledge(first)
            raise ZeroDivisionError
        assert erp.position == 0
        with store.transaction() as tx:
            inside = shop.another(store=tx)
            mine = inside.feed.consumer("erp")
            with pytest.raises(UncommittedError, match="read the feed"):
                mine.acknowledge(second.position)  # nobody has read it
            mine.acknowledge(second)
            with pytest.raises(UncommittedError, match="read the feed"):
                inside.feed()
            with pytest.raises(UncommittedError, match="read the feed"):
                shop.desk.feed()
        assert erp.position == second.position


def test_an_entry_that_cannot_be_read_is_named_and_left_out(
    path: Path,
) -> None:
    """What is before it comes; who acknowledges it goes on behind it."""
    with opened(path) as store:
        shop = shop_on(store)
        shop.place()
        with raw(path) as file:
            file.execute("DROP TRIGGER orderlife_decisions_stay")
            file.execute(
                "UPDATE orderlife_decisions SET document = '{' "
                "WHERE number = 2"
            )
        erp = shop.desk.feed.consumer("erp")
        assert told(erp.read()) == [("o1", 1), ("o1", 2), ("o1", 3)]
        erp.acknowledge(3)
        with pytest.raises(CodecError, match="o1 at position 5 of the feed"):
            erp.read()
        erp.acknowledge(5)
        assert told(erp.read(limit=1)) == [("o1", 6)]


def test_a_tenant_reads_its_own_feed(path: Path) -> None:
    """Tenants share a file, and each has positions of its own."""
    with opened(path) as store, opened(path, tenant="b") as other:
        shop_on(store).place()
        shop_on(other).place()
        ours, theirs = (shop_on(each).desk.feed() for each in (store, other))
        assert told(ours) == told(theirs)
        first, second = (
            [each.position for each in feed] for feed in (ours, theirs)
        )
        assert first == second == list(range(1, 1 + len(ours)))


@pytest.mark.parametrize(
    ("kind", "twin"), [(Feed, AsyncFeed), (Consumer, AsyncConsumer)]
)
def test_both_desks_have_the_same_feed(kind: type, twin: type) -> None:
    """Each method of one is one of the other, of the same shape."""
    ours, theirs = (
        {
            name: list(inspect.signature(found).parameters)
            for name, found in vars(each).items()
            if inspect.isfunction(found) and not name.startswith("_")
        }
        for each in (kind, twin)
    )
    assert ours == theirs
    assert ours

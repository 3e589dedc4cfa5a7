"""Whatever is asked of the inventory, in any order, the books are right."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
)

from orderlife.ports.inventory import (
    INVENTORY,
    Allocate,
    Consume,
    Demand,
    Disposition,
    HeldStock,
    InLine,
    InventoryIntent,
    InventoryOutcome,
    Release,
    Reserve,
    Restock,
    StockChanged,
    StockItem,
)
from orderlife.testing import Clock, InMemoryInventory

SKUS = ("mug", "cup")
PLACES = ("north", "south")
DISPOSITIONS: tuple[Disposition, ...] = (
    "restock",
    "refurbish",
    "quarantine",
    "scrap",
    "return_to_vendor",
    "return_to_customer",
)

skus = st.sampled_from(SKUS)
places = st.sampled_from(PLACES)
units = st.integers(1, 4)
dispositions = st.sampled_from(DISPOSITIONS)
demands = st.lists(
    st.builds(
        Demand,
        line_id=st.sampled_from(("l1", "l2")),
        sku=skus,
        quantity=units,
        place=st.sampled_from(("", *PLACES)),
    ),
    min_size=1,
    max_size=3,
).map(tuple)


class Buying(RuleBasedStateMachine):
    """Buyers, returns and deliveries, with a clock that moves on."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.stock = InMemoryInventory(
            {(sku, place): 3 for sku in SKUS for place in PLACES}, self.clock
        )
        self.number = 0
        self.held: dict[str, tuple[StockItem, ...]] = {}
        self.returned: list[tuple[StockItem, Disposition]] = []
        self.asked: list[tuple[InventoryIntent, InventoryOutcome]] = []
        self.waiting: dict[str, tuple[Demand, ...]] = {}
        self.since: dict[str, datetime] = {}

    def next(self, kind: str) -> str:
        """Make an operation id that was never used."""
        self.number += 1
        return f"o1:{kind}:{self.number}"

    @rule(
        wanted=demands,
        minutes=st.integers(0, 60),
        partial=st.booleans(),
        dry_run=st.booleans(),
    )
    def reserve(
        self,
        wanted: tuple[Demand, ...],
        minutes: int,
        *,
        partial: bool,
        dry_run: bool,
    ) -> None:
        """What is held was there, and a dry run would have said so."""
        name = f"r{self.number}"
        intent = Reserve(
            operation_id=self.next("reserve"),
            order_id="o1",
            reservation_id=name,
            demands=wanted,
            until=self.clock() + timedelta(minutes=minutes),
            partial=partial,
            dry_run=dry_run,
        )
        before, line = self.stock.levels(), self.line()
        answer = self.stock.reserve(intent)
        assert self.line() == line  # whoever comes takes nothing from it
        if dry_run:
            assert self.stock.levels() == before
            return
        self.asked.append((intent, answer))
        if isinstance(answer, HeldStock):
            held = sum(item.quantity for item in answer.items)
            short = sum(demand.quantity for demand in answer.short)
            assert held + short == sum(demand.quantity for demand in wanted)
            assert partial or not short
            self.held[name] = answer.items

    def line(self) -> list[str]:
        """Who waits for what is there."""
        return [each.reservation_id for each in self.stock.fillable()]

    @rule(wanted=demands, days=st.integers(0, 2), since=st.integers(0, 3))
    def wait_in_line(
        self, wanted: tuple[Demand, ...], days: int, since: int
    ) -> None:
        """Who is not served waits, and those before it wait no longer."""
        name = f"r{self.number}"
        line = self.line()
        if self.ask(name, wanted, days, since) is None:
            self.waiting[name] = wanted
            assert self.before(name, self.line()) == self.before(name, line)

    def before(self, name: str, line: list[str]) -> list[str]:
        """Who stands in line before one who waits."""
        return [
            each
            for each in line
            if (self.since[each], each) < (self.since[name], name)
        ]

    def ask(
        self, name: str, wanted: tuple[Demand, ...], days: int, since: int
    ) -> tuple[StockItem, ...] | None:
        """Ask with a place in line; None: it waits."""
        now = self.clock()
        intent = Reserve(
            operation_id=self.next("reserve"),
            order_id="o1",
            reservation_id=name,
            demands=wanted,
            until=now + timedelta(hours=1),
            in_line=InLine(
                since=now - timedelta(hours=since),
                until=now + timedelta(days=days),
            ),
        )
        answer = self.stock.reserve(intent)
        self.asked.append((intent, answer))
        if not isinstance(answer, HeldStock):
            self.since[name] = now - timedelta(hours=since)
            return None
        self.held[name] = answer.items
        self.waiting.pop(name, None)
        return answer.items

    @precondition(lambda self: self.waiting)
    @rule(data=st.data(), days=st.integers(0, 2), since=st.integers(0, 3))
    def ask_again(self, data: st.DataObject, days: int, since: int) -> None:
        """Whoever is told that its units are there gets them."""
        name = data.draw(st.sampled_from(sorted(self.waiting)))
        line = self.line()
        served = self.ask(name, self.waiting[name], days, since) is not None
        if name in line:
            assert served
            # And it takes nothing from those who stand before it.
            before = line[: line.index(name)]
            assert self.line()[: len(before)] == before

    @precondition(lambda self: self.waiting)
    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        """Whoever leaves makes room: nobody is worse off."""
        name = data.draw(st.sampled_from(sorted(self.waiting)))
        line = self.line()
        intent = Release(
            operation_id=self.next("release"),
            order_id="o1",
            reservation_id=name,
            items=(),
        )
        self.asked.append((intent, self.stock.release(intent)))
        del self.waiting[name]
        assert name not in self.line()
        if name not in line:
            assert self.line() == line

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def allocate(self, data: st.DataObject) -> None:
        """A hold becomes an allocation, or is gone."""
        name = data.draw(st.sampled_from(sorted(self.held)))
        line = self.line()
        intent = Allocate(
            operation_id=self.next("allocate"),
            order_id="o1",
            reservation_id=name,
        )
        self.asked.append((intent, self.stock.allocate(intent)))
        assert self.line() == line

    @precondition(lambda self: any(self.held.values()))
    @rule(data=st.data(), taken=units, written_off=st.booleans())
    def consume(
        self, data: st.DataObject, taken: int, *, written_off: bool
    ) -> None:
        """Units leave, at most those that were held."""
        name, item = self.draw_item(data, taken)
        intent = Consume(
            operation_id=self.next("consume"),
            order_id="o1",
            reservation_id=name,
            items=(item,),
            written_off=written_off,
        )
        self.asked.append((intent, self.stock.consume(intent)))

    @precondition(lambda self: any(self.held.values()))
    @rule(data=st.data(), given=units)
    def release(self, data: st.DataObject, given: int) -> None:
        """Units come back, at most those that were held."""
        name, item = self.draw_item(data, given)
        intent = Release(
            operation_id=self.next("release"),
            order_id="o1",
            reservation_id=name,
            items=(item,),
        )
        assert self.stock.release(intent) == StockChanged()
        self.asked.append((intent, StockChanged()))

    def draw_item(
        self, data: st.DataObject, quantity: int
    ) -> tuple[str, StockItem]:
        """Choose a reservation, and some units of a line of it."""
        names = sorted(name for name, items in self.held.items() if items)
        name = data.draw(st.sampled_from(names))
        item = data.draw(st.sampled_from(self.held[name]))
        return name, StockItem(
            line_id=item.line_id,
            sku=item.sku,
            place=item.place,
            quantity=quantity,
        )

    @rule(sku=skus, place=places, quantity=units, where=dispositions)
    def take_back(
        self, sku: str, place: str, quantity: int, where: Disposition
    ) -> None:
        """Returned goods can always be taken in."""
        item = StockItem(line_id="l1", sku=sku, place=place, quantity=quantity)
        self.restock(item, where, None)
        self.returned.append((item, where))

    @precondition(lambda self: self.returned)
    @rule(data=st.data(), after=dispositions)
    def move(self, data: st.DataObject, after: Disposition) -> None:
        """A disposition is changed, if the goods are still there."""
        index = data.draw(st.integers(0, len(self.returned) - 1))
        item, before = self.returned[index]
        if self.restock(item, after, before) == StockChanged():
            self.returned[index] = (item, after)

    def restock(
        self, item: StockItem, after: Disposition, before: Disposition | None
    ) -> InventoryOutcome:
        """Put goods somewhere."""
        intent = Restock(
            operation_id=self.next("restock"),
            order_id="o1",
            subject="b1",
            items=(item,),
            disposition=after,
            previous=before,
        )
        answer = self.stock.restock(intent)
        self.asked.append((intent, answer))
        return answer

    @rule(sku=skus, place=places, delta=st.integers(-4, 4))
    def count(self, sku: str, place: str, delta: int) -> None:
        """Somebody counts, and finds more or fewer."""
        self.stock.adjust(sku, place, delta, self.next("count"))

    @rule(minutes=st.integers(0, 45))
    def wait(self, minutes: int) -> None:
        """Time passes, and holds run out."""
        self.clock.advance(minutes=minutes)

    @precondition(lambda self: self.asked)
    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        """An operation that comes again moves nothing."""
        intent, answer = data.draw(st.sampled_from(self.asked))
        before = self.stock.levels()
        again = getattr(self.stock, INVENTORY.methods[type(intent)])(intent)
        assert again == answer == self.stock.look_up(intent)
        assert self.stock.levels() == before

    @invariant()
    def books_are_right(self) -> None:
        """Lines 12 to 15 of the invariants hold after every step."""
        self.stock.check()


Buying.TestCase.settings = settings(
    max_examples=50, stateful_step_count=40, deadline=None
)
TestBuying = Buying.TestCase

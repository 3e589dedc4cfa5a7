"""Inventories with one defect each."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs

from orderlife.errors import PortError
from orderlife.ports.base import NotKnown, Unknown
from orderlife.ports.inventory import (
    INVENTORY as INVENTORY_PORT,
    Allocate,
    AllocateOutcome,
    Consume,
    HeldStock,
    InventoryIntent,
    InventoryOutcome,
    MoveOutcome,
    Release,
    Reserve,
    ReserveOutcome,
    Restock,
    StockChanged,
    StockGone,
    StockItem,
    StockShort,
)
from orderlife.testing import InMemoryInventory, StockMovement
from orderlife.warehouse.line import Line, Waiter
from tests.conformance.fakes import InventoryFakes
from tests.conformance.planted import Planted

__all__ = ["INVENTORY"]

INVENTORY = Planted(InventoryFakes)


def _anew(intent: Any, name: str) -> Any:
    """The same request as one that it has never seen."""
    return attrs.evolve(
        intent,
        operation_id=f"{intent.operation_id}:{name}",
        key=f"{intent.key}:{name}",
    )


# Holding


@INVENTORY("holds_what_is_asked_for")
class NamesNoLine(InMemoryInventory):
    def reserve(self, intent: Reserve, /) -> ReserveOutcome:
        answer = super().reserve(intent)
        if isinstance(answer, HeldStock):
            items = tuple(attrs.evolve(i, line_id="1") for i in answer.items)
            return attrs.evolve(answer, items=items)
        return answer


@INVENTORY("demand_is_summed_by_sku")
class LooksAtEachLine(InMemoryInventory):
    def reserve(self, intent: Reserve, /) -> ReserveOutcome:
        answer = super().reserve(intent)
        if isinstance(answer, StockShort) and len(intent.demands) > 1:
            each = [
                super(LooksAtEachLine, self).reserve(
                    attrs.evolve(
                        _anew(intent, f"{n}"), demands=(d,), dry_run=True
                    )
                )
                for n, d in enumerate(intent.demands)
            ]
            if all(isinstance(one, HeldStock) for one in each):
                rest = attrs.evolve(_anew(intent, "x"), partial=True)
                return super().reserve(rest)
        return answer


@INVENTORY("holds_all_or_nothing")
class HoldsWhatItCan(InMemoryInventory):
    def reserve(self, intent: Reserve, /) -> ReserveOutcome:
        answer = super().reserve(intent)
        if isinstance(answer, StockShort) and not intent.dry_run:
            super().reserve(attrs.evolve(_anew(intent, "x"), partial=True))
        return answer


@INVENTORY("shortages_name_what_is_missing")
class NamesOneShortage(InMemoryInventory):
    def reserve(self, intent: Reserve, /) -> ReserveOutcome:
        answer = super().reserve(intent)
        if isinstance(answer, StockShort):
            return StockShort(shortages=answer.shortages[:1])
        return answer


@INVENTORY("partial_holds_what_there_is")
class PartialIsWhole(InMemoryInventory):
    def reserve(self, intent: Reserve, /) -> ReserveOutcome:
        return super().reserve(attrs.evolve(intent, partial=False))


@INVENTORY("partial_of_nothing_holds_nothing")
class PartOfNothingIsShort(InMemoryInventory):
    def reserve(self, intent: Reserve, /) -> ReserveOutcome:
        answer = super().reserve(intent)
        if isinstance(answer, HeldStock) and not answer.items:
            return StockShort(shortages=())
        return answer


@INVENTORY("dry_run_changes_nothing")
class ChecksByHolding(InMemoryInventory):
    def reserve(self, intent: Reserve, /) -> ReserveOutcome:
        if intent.dry_run:
            name = f"{intent.reservation_id}:check"
            intent = attrs.evolve(intent, dry_run=False, reservation_id=name)
        return super().reserve(intent)


class FromOnePlace(InMemoryInventory):
    """It looks at what there is anywhere, and takes it from one place."""

    def reserve(self, intent: Reserve, /) -> ReserveOutcome:
        pinned = tuple(
            attrs.evolve(each, place=each.place or "main")
            for each in intent.demands
        )
        return super().reserve(attrs.evolve(intent, demands=pinned))


@INVENTORY("several_places_serve_one_demand")
class LooksAtOnePlace(FromOnePlace):
    pass


@INVENTORY("enough_is_enough")
class TakesTheFirstPlace(FromOnePlace):
    pass


@INVENTORY("place_is_kept_to")
class IgnoresPlaces(InMemoryInventory):
    def reserve(self, intent: Reserve, /) -> ReserveOutcome:
        anywhere = tuple(attrs.evolve(d, place="") for d in intent.demands)
        return super().reserve(attrs.evolve(intent, demands=anywhere))


class Oversells(InMemoryInventory):
    """What is short is received from nowhere."""

    def reserve(self, intent: Reserve, /) -> ReserveOutcome:
        answer = super().reserve(intent)
        if isinstance(answer, StockShort) and not intent.dry_run:
            for each in answer.shortages:
                more = each.wanted - each.available
                self._warehouse.book(
                    "received", (each.sku, "main"), more, "nowhere"
                )
            return super().reserve(_anew(intent, "x"))
        return answer


@INVENTORY("last_unit_is_held_once")
class SellsTwice(Oversells):
    pass


@INVENTORY("as_many_buyers_as_units")
class SellsToAllBuyers(Oversells):
    pass


@INVENTORY("what_ran_out_is_sold_once")
class FreesWhatRanOutTwice(InMemoryInventory):
    def reserve(self, intent: Reserve, /) -> ReserveOutcome:
        self._warehouse.expire()
        for found in self._warehouse._reservations.values():
            if found.state == "expired":
                for (_, cell), units in found.items.items():
                    self._warehouse.book("received", cell, units, "again")
                found.items.clear()
        return super().reserve(intent)


@INVENTORY("quantity_below_one_is_refused")
class TakesAnyQuantity(InMemoryInventory):
    def reserve(self, intent: Reserve, /) -> ReserveOutcome:
        if any(each.quantity < 1 for each in intent.demands):
            return HeldStock(items=())
        return super().reserve(intent)


@INVENTORY("live_reservation_is_not_reserved_again")
class LeaksOldHolds(InMemoryInventory):
    def reserve(self, intent: Reserve, /) -> ReserveOutcome:
        self._warehouse._reservations.pop(intent.reservation_id, None)
        return super().reserve(intent)


@INVENTORY("hold_lasts_until_its_date")
class HoldsTooShort(InMemoryInventory):
    def reserve(self, intent: Reserve, /) -> ReserveOutcome:
        until = intent.until - timedelta(minutes=1)
        return super().reserve(attrs.evolve(intent, until=until))


class HoldsForEver(InMemoryInventory):
    """Nobody has swept away what ran out."""

    def reserve(self, intent: Reserve, /) -> ReserveOutcome:
        until = intent.until + timedelta(days=999)
        return super().reserve(attrs.evolve(intent, until=until))


@INVENTORY("hold_that_ran_out_is_free_for_others")
class NeverExpires(HoldsForEver):
    pass


@INVENTORY("level_knows_what_ran_out")
class ShowsOldHolds(HoldsForEver):
    pass


@INVENTORY("hold_that_ran_out_is_allocated_or_gone")
class SaysItIsAllocated(InMemoryInventory):
    def allocate(self, intent: Allocate, /) -> AllocateOutcome:
        self._warehouse.expire()
        found = self._warehouse._reservations.get(intent.reservation_id)
        if found is not None and found.state == "expired":
            return StockChanged()
        return super().allocate(intent)


@INVENTORY("hold_that_others_took_is_gone")
class AllocatesAnyway(InMemoryInventory):
    def allocate(self, intent: Allocate, /) -> AllocateOutcome:
        answer = super().allocate(intent)
        return StockChanged() if isinstance(answer, StockGone) else answer


@INVENTORY("reservation_can_be_made_anew")
class HoldsOnce(InMemoryInventory):
    def reserve(self, intent: Reserve, /) -> ReserveOutcome:
        if intent.reservation_id in self._warehouse._reservations:
            raise PortError("this reservation was made before")
        return super().reserve(intent)


@INVENTORY("crossing_demands_do_not_lock")
class Deadlocks(InMemoryInventory):
    def reserve(self, intent: Reserve, /) -> ReserveOutcome:
        skus = [each.sku for each in intent.demands]
        if skus != sorted(skus):
            return Unknown("a deadlock was found")
        return super().reserve(intent)


# Moving


@INVENTORY("allocates_what_is_held")
class AllocatesNothing(InMemoryInventory):
    def allocate(self, intent: Allocate, /) -> AllocateOutcome:
        del intent
        return StockChanged()


@INVENTORY("allocation_of_nothing_is_gone")
class AllocatesAnything(InMemoryInventory):
    def allocate(self, intent: Allocate, /) -> AllocateOutcome:
        answer = super().allocate(intent)
        return StockChanged() if isinstance(answer, StockGone) else answer


@INVENTORY("allocated_is_allocated_once")
class AllocatesAgain(InMemoryInventory):
    def allocate(self, intent: Allocate, /) -> AllocateOutcome:
        found = self._warehouse._reservations.get(intent.reservation_id)
        if found is not None and found.state == "allocated":
            for (line_id, cell), units in list(found.items.items()):
                if self._warehouse.shelves.count(cell, "available") >= units:
                    self._warehouse.shelves.move(
                        "allocated",
                        cell,
                        units,
                        ("available", "allocated"),
                        cause=intent.operation_id,
                        line_id=line_id,
                    )
        return super().allocate(intent)


@INVENTORY("allocation_does_not_run_out")
class AllocatesForAWhile(InMemoryInventory):
    def allocate(self, intent: Allocate, /) -> AllocateOutcome:
        answer = super().allocate(intent)
        found = self._warehouse._reservations.get(intent.reservation_id)
        if found is not None and found.state == "allocated":
            found.state = "held"
            self._warehouse._carry(
                "moved", found, ("allocated", "held"), intent.operation_id
            )
        return answer


@INVENTORY("consumed_units_are_off_the_shelf")
class ConsumesAllAtOnce(InMemoryInventory):
    def consume(self, intent: Consume, /) -> MoveOutcome:
        found = self._warehouse._reservations.get(intent.reservation_id)
        if found is not None:
            items = tuple(
                StockItem(line_id=n, sku=c[0], place=c[1], quantity=units)
                for (n, c), units in found.items.items()
            )
            intent = attrs.evolve(intent, items=items)
        return super().consume(intent)


@INVENTORY("written_off_units_are_off_the_shelf")
class WritesNothingOff(InMemoryInventory):
    def consume(self, intent: Consume, /) -> MoveOutcome:
        if intent.written_off:
            return StockChanged()
        return super().consume(intent)


@INVENTORY("consumes_all_or_none")
class ConsumesWhatItCan(InMemoryInventory):
    def consume(self, intent: Consume, /) -> MoveOutcome:
        answer = super().consume(intent)
        if isinstance(answer, StockGone):
            for number, each in enumerate(intent.items):
                alone = attrs.evolve(_anew(intent, f"{number}"), items=(each,))
                super().consume(alone)
        return answer


@INVENTORY("strangers_consume_nothing")
class ConsumesWithoutHold(InMemoryInventory):
    def consume(self, intent: Consume, /) -> MoveOutcome:
        if intent.reservation_id not in self._warehouse._reservations:
            for each in intent.items:
                cell = (each.sku, each.place)
                self._warehouse.book(
                    "adjusted", cell, -each.quantity, intent.operation_id
                )
            return StockChanged()
        return super().consume(intent)


class ReleasingOtherwise(InMemoryInventory):
    """It gives back whatever it is told, from nowhere."""

    def excess(self, intent: Release) -> bool:
        """Whether it gives back what is not the reservation's."""
        return intent.reservation_id not in self._warehouse._reservations

    def release(self, intent: Release, /) -> MoveOutcome:
        if self.excess(intent):
            for each in intent.items:
                self._warehouse.book(
                    "received",
                    (each.sku, each.place),
                    each.quantity,
                    intent.operation_id,
                )
            return StockChanged()
        return super().release(intent)


@INVENTORY("releases_what_is_held")
class ReleasesAllAtOnce(InMemoryInventory):
    def release(self, intent: Release, /) -> MoveOutcome:
        more = tuple(attrs.evolve(i, quantity=99) for i in intent.items)
        return super().release(attrs.evolve(intent, items=more))


@INVENTORY("releases_what_is_allocated")
class ReleasesHoldsOnly(InMemoryInventory):
    def release(self, intent: Release, /) -> MoveOutcome:
        found = self._warehouse._reservations.get(intent.reservation_id)
        if found is not None and found.state == "allocated":
            return StockGone("it is allocated")
        return super().release(intent)


@INVENTORY("releases_no_more_than_there_is")
class ReleasesNothingWithError(InMemoryInventory):
    def release(self, intent: Release, /) -> MoveOutcome:
        if intent.reservation_id not in self._warehouse._reservations:
            return StockGone("there is no such reservation")
        return super().release(intent)


@INVENTORY("consumed_units_are_not_released")
class ReleasesWhatHasLeft(ReleasingOtherwise):
    def excess(self, intent: Release) -> bool:
        return self._warehouse._reservations[intent.reservation_id].consumed


@INVENTORY("what_ran_out_is_not_released")
class ReleasesWhatRanOut(ReleasingOtherwise):
    def excess(self, intent: Release) -> bool:
        found = self._warehouse._reservations[intent.reservation_id]
        return found.state == "expired"


@INVENTORY("what_was_released_does_not_run_out")
class ExpiresWhatWasReleased(InMemoryInventory):
    def release(self, intent: Release, /) -> MoveOutcome:
        found = self._warehouse._reservations[intent.reservation_id]
        before = found.items.copy()
        answer = super().release(intent)
        found.items = before
        return answer


class RestockingOtherwise(InMemoryInventory):
    """It puts what comes back somewhere else."""

    wrong: str = "restock"

    def restock(self, intent: Restock, /) -> MoveOutcome:
        other: Any = "scrap" if self.wrong == "restock" else "restock"
        if intent.disposition == self.wrong and intent.previous is None:
            intent = attrs.evolve(intent, disposition=other)
        return super().restock(intent)


for _disposition in (
    "restock",
    "refurbish",
    "quarantine",
    "scrap",
    "return_to_vendor",
    "return_to_customer",
):
    INVENTORY(f"{_disposition}_puts_units_where_it_says")(
        type(
            f"Misplaces_{_disposition}",
            (RestockingOtherwise,),
            {"wrong": _disposition},
        )
    )


@INVENTORY("disposition_can_change")
class ForgetsWhereItWas(InMemoryInventory):
    def restock(self, intent: Restock, /) -> MoveOutcome:
        return super().restock(attrs.evolve(intent, previous=None))


@INVENTORY("what_is_not_there_cannot_be_moved")
class MovesWhatItCan(InMemoryInventory):
    def restock(self, intent: Restock, /) -> MoveOutcome:
        answer = super().restock(intent)
        if isinstance(answer, StockGone):
            for number, each in enumerate(intent.items):
                alone = attrs.evolve(_anew(intent, f"{number}"), items=(each,))
                super().restock(alone)
        return answer


@INVENTORY("returned_units_can_be_sold")
class KnowsItsPlacesOnly(InMemoryInventory):
    def restock(self, intent: Restock, /) -> MoveOutcome:
        for each in intent.items:
            places = self._warehouse.shelves.places(each.sku)
            if each.place not in places:
                return StockGone(f"there is no {each.sku} at {each.place}")
        return super().restock(intent)


@INVENTORY("each_inverse_undoes_exactly")
class LosesAUnitOnTheWay(InMemoryInventory):
    def release(self, intent: Release, /) -> MoveOutcome:
        found = self._warehouse._reservations.get(intent.reservation_id)
        firm = found is not None and found.state == "allocated"
        answer = super().release(intent)
        if firm:
            each = intent.items[0]
            self._warehouse.book(
                "adjusted", (each.sku, each.place), -1, "a bug"
            )
        return answer


@INVENTORY("movements_name_their_cause")
class NamesTheReservation(InMemoryInventory):
    def movements(self) -> tuple[StockMovement, ...]:
        return tuple(
            attrs.evolve(each, cause=each.reservation_id or each.cause)
            for each in super().movements()
        )


@INVENTORY("movements_sum_to_the_levels")
class WritesHalfOfItDown(InMemoryInventory):
    def movements(self) -> tuple[StockMovement, ...]:
        found = super().movements()
        return tuple(each for each in found if each.kind != "allocated")


@INVENTORY("refusals_move_nothing")
class WritesRefusalsDown(InMemoryInventory):
    def allocate(self, intent: Allocate, /) -> AllocateOutcome:
        answer = super().allocate(intent)
        if isinstance(answer, StockGone):
            self._warehouse.book("adjusted", ("mug", "main"), 1, "in")
            self._warehouse.book("adjusted", ("mug", "main"), -1, "out")
        return answer


# Keys and look-ups


class Unremembering(InMemoryInventory):
    """One of its methods acts each time that it is asked."""

    method = ""
    seen = 0

    def _perform(self, intent: Any, apply: Any, *, keep: bool = True) -> Any:
        if INVENTORY_PORT.methods[type(intent)] == self.method:
            self.seen += 1
            intent = _anew(intent, f"{self.seen}")
            if isinstance(intent, Reserve):
                name = f"{intent.reservation_id}:{self.seen}"
                intent = attrs.evolve(intent, reservation_id=name)
        return super()._perform(intent, apply, keep=keep)


class AllocatesAtEachCall(InMemoryInventory):
    def allocate(self, intent: Allocate, /) -> AllocateOutcome:
        answer = super().allocate(intent)
        self._warehouse.book("adjusted", ("mug", "main"), 1, "again")
        return answer


class Unfinding(InMemoryInventory):
    """It does not find what one of its methods did."""

    method = ""

    def look_up(
        self, intent: InventoryIntent, /
    ) -> InventoryOutcome | NotKnown:
        if INVENTORY_PORT.methods[type(intent)] == self.method:
            return NotKnown()
        return super().look_up(intent)


for _method in INVENTORY_PORT.methods.values():
    INVENTORY(f"{_method}_is_found")(
        type(f"Forgets_{_method}", (Unfinding,), {"method": _method})
    )
    if _method != "allocate":
        INVENTORY(f"{_method}_acts_once")(
            type(f"Repeats_{_method}", (Unremembering,), {"method": _method})
        )
INVENTORY("allocate_acts_once")(AllocatesAtEachCall)


@INVENTORY("other_content_under_a_key_is_refused")
class TakesAnyContent(InMemoryInventory):
    def _perform(self, intent: Any, apply: Any, *, keep: bool = True) -> Any:
        try:
            return super()._perform(intent, apply, keep=keep)
        except PortError:
            return self._operations._done[intent.key].answer


@INVENTORY("new_key_is_a_new_request")
class KnowsOperationsOnly(InMemoryInventory):
    def _perform(self, intent: Any, apply: Any, *, keep: bool = True) -> Any:
        keyless = attrs.evolve(intent, key="")
        return super()._perform(keyless, apply, keep=keep)


@INVENTORY("keys_of_36_characters_are_told_apart")
class CutsKeys(InMemoryInventory):
    def _perform(self, intent: Any, apply: Any, *, keep: bool = True) -> Any:
        short = attrs.evolve(intent, key=intent.key[:32])
        return super()._perform(short, apply, keep=keep)


@INVENTORY("one_key_at_once_acts_once")
class RepeatsAtOnce(Unremembering):
    method = "reserve"


@INVENTORY("dry_run_is_not_remembered")
class RemembersChecks(InMemoryInventory):
    def _perform(self, intent: Any, apply: Any, *, keep: bool = True) -> Any:
        del keep
        return super()._perform(intent, apply)


@INVENTORY("lost_answer_is_unknown")
class RaisesWhenLost(InMemoryInventory):
    def reserve(self, intent: Reserve, /) -> ReserveOutcome:
        answer = super().reserve(intent)
        if isinstance(answer, Unknown):
            raise TimeoutError
        return answer


@INVENTORY("lost_answer_is_found")
class ForgetsWhatWasLost(InMemoryInventory):
    def look_up(
        self, intent: InventoryIntent, /
    ) -> InventoryOutcome | NotKnown:
        del intent
        return NotKnown()


@INVENTORY("lost_answer_is_given_again")
class RepeatsWhatWasLost(Unremembering):
    method = "reserve"

    def reserve(self, intent: Reserve, /) -> ReserveOutcome:
        if self.script.left:
            self._perform(intent, self._warehouse.reserve)
            return Unknown("the answer got lost")
        return super().reserve(intent)


@INVENTORY("tenants_stocks_are_apart")
class OneStockForAllTenants(InventoryFakes):
    def other_tenant(self) -> Any:
        return self.inner


@INVENTORY("stock_survives")
class ForgetsItsStock(InventoryFakes):
    def again(self) -> Any:
        return self.kind({}, self.clock)


# The line


class OutOfLine(InMemoryInventory):
    """It does something with the line before or after it is asked."""

    @property
    def line(self) -> Line:
        return self._warehouse.line

    def waiting(self, name: str) -> Waiter | None:
        return self.line.find(name)


@INVENTORY(
    "newcomer_comes_after_who_waits", "newcomers_at_once_come_after_who_waits"
)
class ServesWhoeverComes(OutOfLine):
    def reserve(self, intent: Reserve, /) -> ReserveOutcome:
        with self._lock:
            waiters = dict(self.line._waiters)
            self.line._waiters.clear()
            answer = super().reserve(intent)
            if intent.in_line is None:
                self.line._waiters.update(waiters)
        return answer


@INVENTORY("line_is_served_in_its_order")
class LastComesFirst(OutOfLine):
    def reserve(self, intent: Reserve, /) -> ReserveOutcome:
        if (place := intent.in_line) is not None:
            since = place.until + (place.until - place.since)
            place = attrs.evolve(place, since=since)
        return super().reserve(attrs.evolve(intent, in_line=place))


@INVENTORY("who_cannot_be_served_blocks_nobody")
class KeepsSingleUnits(OutOfLine):
    def reserve(self, intent: Reserve, /) -> ReserveOutcome:
        answer = super().reserve(intent)
        if waiter := self.waiting(intent.reservation_id):
            one = tuple(attrs.evolve(d, quantity=1) for d in waiter.demands)
            self.line.put(attrs.evolve(waiter, demands=one))
        return answer


@INVENTORY("who_leaves_the_line_gives_way")
class KeepsThePlaceOfTheGone(OutOfLine):
    def release(self, intent: Release, /) -> MoveOutcome:
        waiter = self.waiting(intent.reservation_id)
        answer = super().release(intent)
        if waiter is not None:
            self.line.put(waiter)
        return answer


@INVENTORY("who_waits_may_wait_for_less")
class WaitsForAllItEverWanted(OutOfLine):
    def reserve(self, intent: Reserve, /) -> ReserveOutcome:
        waiter = self.waiting(intent.reservation_id)
        answer = super().reserve(intent)
        if waiter is not None and isinstance(answer, StockShort):
            self.line.put(waiter)
        return answer


@INVENTORY("place_in_line_runs_out")
class WaitsForEver(OutOfLine):
    def reserve(self, intent: Reserve, /) -> ReserveOutcome:
        if (place := intent.in_line) is not None:
            until = place.until + timedelta(days=9)
            place = attrs.evolve(place, until=until)
        return super().reserve(attrs.evolve(intent, in_line=place))


@INVENTORY("who_waits_comes_before_who_was_late")
class GivesTheLateTheirUnits(OutOfLine):
    def allocate(self, intent: Allocate, /) -> AllocateOutcome:
        self.line._waiters.clear()
        return super().allocate(intent)


@INVENTORY("who_waits_waits_for_all")
class LetsAPartWait(OutOfLine):
    def reserve(self, intent: Reserve, /) -> ReserveOutcome:
        if intent.in_line is not None:
            intent = attrs.evolve(intent, partial=False)
        return super().reserve(intent)


@INVENTORY("line_changes_no_level")
class PutsUnitsAside(OutOfLine):
    def reserve(self, intent: Reserve, /) -> ReserveOutcome:
        answer = super().reserve(intent)
        if isinstance(answer, StockShort):
            aside = attrs.evolve(
                _anew(intent, "aside"),
                reservation_id=f"{intent.reservation_id}-aside",
                partial=True,
                in_line=None,
            )
            super().reserve(aside)
        return answer


@INVENTORY("lines_belong_to_their_tenant")
class OneLineForAll(InventoryFakes):
    def other_tenant(self) -> Any:
        made = super().other_tenant()
        made._warehouse.line = self.inner._warehouse.line
        return made


@INVENTORY("line_survives")
class ForgetsTheLine(InventoryFakes):
    def again(self) -> Any:
        self.inner._warehouse.line._waiters.clear()
        return super().again()

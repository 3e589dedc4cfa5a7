"""Order stores with one defect each about the rooms of an application."""

from __future__ import annotations

import attrs

from orderlife import Case, Recorded
from orderlife.building import HOUSE, House
from orderlife.errors import RoomMissingError
from orderlife.memory._ledger import name_of
from orderlife.ports.store import (
    ClaimEffects,
    Commit,
    Effect,
    Erase,
    Link,
    Loaded,
)
from tests.conformance.fakes import DocumentStore
from tests.conformance.mutants_store import STORE, Changing

__all__ = ["STORE"]


@STORE("parts_of_a_brought_room_are_kept")
class KeepsOurPartsAlone(Changing):
    def change(self, commit: Commit[Case]) -> Commit[Case]:
        return attrs.evolve(commit, case=attrs.evolve(commit.case, parts={}))


@STORE("events_of_a_brought_room_are_kept")
class ListsOurEventsAlone(DocumentStore):
    def history(self, order_id: str, /) -> tuple[Recorded, ...]:
        found = super().history(order_id)
        return tuple(r for r in found if type(r.event) in HOUSE.events)


@STORE("documents_of_a_brought_room_bear_its_name")
class NamesNoRoom(DocumentStore):
    def links(self, order_id: str, /) -> tuple[Link, ...]:
        return tuple(
            attrs.evolve(
                each, document=each.document.replace("greeting_card.", "")
            )
            for each in super().links(order_id)
        )


@STORE("intents_of_a_brought_room_are_kept")
class ClaimsForOurPortsAlone(DocumentStore):
    def claim(self, request: ClaimEffects, /) -> tuple[Effect, ...]:
        found = super().claim(request)
        return tuple(e for e in found if e.intent.port in HOUSE.ports)


@STORE("timers_of_a_brought_room_are_kept")
class KeepsOurTimersAlone(Changing):
    def change(self, commit: Commit[Case]) -> Commit[Case]:
        ours = tuple(t for t in commit.timers if t.kind in HOUSE.deadlines)
        return attrs.evolve(commit, timers=ours)


@STORE("people_of_a_brought_room_are_erased")
class ErasesAddressesAlone(DocumentStore):
    def erase(self, request: Erase, /) -> int:
        texts = {
            order_id: {k: v for k, v in row.people.items() if "-c1:" in k}
            for order_id, row in self._rows.items()
        }
        erased = super().erase(request)
        for order_id, told in texts.items():
            self._rows[order_id].people.update(told)
        return erased


@STORE("brought_room_survives")
class LosesTimersWhenReopened(DocumentStore):
    def of_house(self, house: House) -> DocumentStore:
        other = super().of_house(house)
        other._timed = {}
        return other


@STORE("missing_room_is_named")
class ReadsHalf(DocumentStore):
    def load(self, order_id: str, /) -> Loaded[Case] | None:
        try:
            return super().load(order_id)
        except RoomMissingError:
            case = attrs.evolve(self._rows[order_id].case, parts={})
            return Loaded(case=case, head=self.heads[order_id])


@STORE("missing_room_is_not_written_over")
class TellsAPersonOfMissingRooms(DocumentStore):
    def claim(self, request: ClaimEffects, /) -> tuple[Effect, ...]:
        for effect in list(self._effects.values()):
            if not self.is_readable(name_of(effect), "intent"):
                self.hand_over(effect)
        return super().claim(request)


@STORE("missing_room_blocks_no_other_order")
class ChokesOnMissingRooms(DocumentStore):
    def claim(self, request: ClaimEffects, /) -> tuple[Effect, ...]:
        for named in self._open:
            self.read(named, "intent")
        return super().claim(request)


@STORE("people_of_a_missing_room_are_erased")
class ErasesWhatItCanRead(DocumentStore):
    def erase(self, request: Erase, /) -> int:
        readable = all(self.is_readable(each, "case") for each in self._rows)
        return super().erase(request) if readable else 0

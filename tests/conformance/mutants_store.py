"""Order stores with one defect each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

import attrs

from orderlife import Case, Recorded
from orderlife._values.limits import MAX_DENIALS
from orderlife._values.personal import Personal
from orderlife.building import HOUSE
from orderlife.engine.chain import digest
from orderlife.errors import PortError
from orderlife.memory._ledger import name_of
from orderlife.memory._rows import Row
from orderlife.ports.base import Intent, provider_key
from orderlife.ports.store import (
    Backlog,
    ChannelNumber,
    ClaimEffects,
    ClaimLost,
    Commit,
    CommitOutcome,
    Committed,
    Denial,
    DueTimer,
    Effect,
    EffectState,
    Erase,
    FindBacklog,
    FindDueTimers,
    FindOrders,
    FindPeople,
    Kept,
    Link,
    Loaded,
    NumberTaken,
    OrderSummary,
    Postpone,
    Repeated,
    Settle,
    Stale,
)
from tests.conformance.fakes import DocumentStore, StoreFakes
from tests.conformance.planted import Planted

__all__ = ["STORE"]

STORE = Planted(StoreFakes)
_S = EffectState


class Changing(DocumentStore):
    """It stores something else than it was given."""

    def change(self, commit: Commit[Case]) -> Commit[Case]:
        return commit

    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        return super().commit(self.change(commit))


@STORE("stores_a_decision")
class ForgetsPeople(Changing):
    def change(self, commit: Commit[Case]) -> Commit[Case]:
        return attrs.evolve(commit, personal={})


@STORE("knows_nothing_of_other_orders")
class MakesOrdersUp(DocumentStore):
    def load(self, order_id: str, /) -> Loaded[Case] | None:
        found = super().load(order_id)
        return found or Loaded(case=Case(order_id=order_id))


@STORE("stale_decision_stores_nothing")
class KeepsPeopleOfStale(DocumentStore):
    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        outcome = super().commit(commit)
        if isinstance(outcome, Stale):
            self._rows[commit.order_id].people.update(commit.personal)
        return outcome


@STORE("order_that_is_not_there_is_at_version_0")
class TakesTheVersionForGranted(DocumentStore):
    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        if commit.order_id not in self._rows:
            events = tuple(
                attrs.evolve(each, sequence=number)
                for number, each in enumerate(commit.events, start=1)
            )
            commit = attrs.evolve(commit, expected_version=0, events=events)
        return super().commit(commit)


@STORE("repeated_input_gets_its_first_answer")
class ComparesTheVersionFirst(DocumentStore):
    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        version = len(self.history(commit.order_id))
        if version != commit.expected_version:
            return Stale(version=version)
        return super().commit(commit)


@STORE("input_with_other_content_gets_the_first_answer")
class KeepsTheLatestFingerprint(DocumentStore):
    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        outcome = super().commit(commit)
        if isinstance(outcome, Repeated):
            mark = commit.fingerprint
            answer = attrs.evolve(outcome.answer, fingerprint=mark)
            return Repeated(answer)
        return outcome


@STORE("input_ids_belong_to_their_order")
class KeepsInputIdsOfAllOrders(DocumentStore):
    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        for row in self._rows.values():
            if answer := row.answer(commit.input_id):
                return Repeated(answer)
        return super().commit(commit)


@STORE("input_without_an_id_is_not_remembered")
class RemembersTheNameless(DocumentStore):
    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        outcome = super().commit(commit)
        if isinstance(outcome, Committed) and not commit.input_id:
            row = self._rows[commit.order_id]
            row.answered[""] = len(row.entries)
        return outcome


@STORE("gap_in_the_history_is_refused")
class Renumbers(Changing):
    def change(self, commit: Commit[Case]) -> Commit[Case]:
        events = tuple(
            attrs.evolve(each, sequence=number)
            for number, each in enumerate(
                commit.events, start=commit.expected_version + 1
            )
        )
        return attrs.evolve(commit, events=events)


@STORE("operation_is_there_once")
class LeavesDuplicatesOut(Changing):
    def change(self, commit: Commit[Case]) -> Commit[Case]:
        new = {
            each.operation_id: each
            for each in commit.intents
            if (each.order_id, each.operation_id) not in self._effects
        }
        return attrs.evolve(commit, intents=tuple(new.values()))


@STORE("error_stores_nothing")
class SettlesBeforeItFails(DocumentStore):
    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        try:
            return super().commit(commit)
        except PortError:
            for each in commit.settles:
                self.settle(each)
            raise


@STORE("history_has_no_gaps")
class SortsNumbersAsText(DocumentStore):
    def history(self, order_id: str, /) -> tuple[Recorded, ...]:
        found = super().history(order_id)
        return tuple(sorted(found, key=lambda each: str(each.sequence)))


class Rebases(DocumentStore):
    """The last one wins: what is stale is stored all the same."""

    from_version = 0

    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        version = len(self.history(commit.order_id))
        stale = version > commit.expected_version
        if stale and commit.expected_version >= self.from_version:
            events = tuple(
                attrs.evolve(each, sequence=number)
                for number, each in enumerate(commit.events, version + 1)
            )
            commit = attrs.evolve(
                commit, expected_version=version, events=events
            )
        return super().commit(commit)


@STORE("one_of_many_decisions_wins")
class RebasesDecisions(Rebases):
    from_version = 1


@STORE("one_of_many_beginnings_wins")
class RebasesBeginnings(Rebases):
    pass


@STORE("one_of_many_settles_with_its_claim")
class RebasesSettles(Rebases):
    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        settles = tuple(
            attrs.evolve(each, claimed_by="") for each in commit.settles
        )
        return super().commit(attrs.evolve(commit, settles=settles))


@STORE("orders_do_not_wait_for_one_another")
class LocksThemAll(DocumentStore):
    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        if len(self._rows) == 4:
            raise PortError("the database is locked")
        return super().commit(commit)


@STORE("decision_that_records_nothing_begins_nothing")
class BeginsWithNothing(DocumentStore):
    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        row = Row(commit.case, commit.summary)
        self._rows.setdefault(commit.order_id, row)
        return super().commit(commit)


@STORE("decision_without_an_event_is_stored")
class SkipsWhatHasNoEvent(DocumentStore):
    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        if not commit.events:
            return Committed(version=commit.expected_version)
        return super().commit(commit)


@STORE("outcome_comes_with_its_decision")
class ForgetsToSettle(Changing):
    def change(self, commit: Commit[Case]) -> Commit[Case]:
        return attrs.evolve(commit, settles=())


@STORE("lost_claim_stores_nothing")
class LeavesLostClaimsOut(Changing):
    def change(self, commit: Commit[Case]) -> Commit[Case]:
        held = tuple(each for each in commit.settles if self._holds(each))
        return attrs.evolve(commit, settles=held)


@STORE("stale_comes_before_a_lost_claim")
class ComparesClaimsFirst(DocumentStore):
    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        if not all(self._holds(each) for each in self._settles(commit)):
            return ClaimLost()
        return super().commit(commit)


@STORE("others_effects_are_left_out")
class SettlesOthers(DocumentStore):
    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        outcome = super().commit(commit)
        for each in commit.settles:
            self.settle(attrs.evolve(each, claimed_by=""))
        return outcome


@STORE("timers_are_replaced")
class AddsTimers(Changing):
    def change(self, commit: Commit[Case]) -> Commit[Case]:
        row = self._rows.get(commit.order_id)
        before = () if row is None else row.timers
        return attrs.evolve(commit, timers=(*before, *commit.timers))


@STORE("keeps_what_was_written")
class CutsMicroseconds(Changing):
    def change(self, commit: Commit[Case]) -> Commit[Case]:
        timers = tuple(
            attrs.evolve(each, at=each.at.replace(microsecond=0))
            for each in commit.timers
        )
        return attrs.evolve(commit, timers=timers)


@STORE("large_decision_is_stored")
class TakesFewEvents(DocumentStore):
    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        if len(commit.events) > 500:
            raise PortError("too many parameters")
        return super().commit(commit)


# The ledger of effects


@STORE("intent_is_kept_as_it_was")
class StoresTheKeyInTheIntent(DocumentStore):
    def effects(self, order_id: str, /) -> tuple[Effect, ...]:
        return tuple(
            attrs.evolve(each, intent=attrs.evolve(each.intent, key=each.key))
            for each in super().effects(order_id)
        )


@STORE("effects_come_in_their_order")
class SortsEffectsByName(DocumentStore):
    def effects(self, order_id: str, /) -> tuple[Effect, ...]:
        found = super().effects(order_id)
        return tuple(sorted(found, key=lambda each: each.operation_id))


@STORE("due_effects_are_claimed")
class GivesTheClaimItself(DocumentStore):
    def claim(self, request: ClaimEffects, /) -> tuple[Effect, ...]:
        found = super().claim(request)
        return tuple(self._effects[name_of(each)] for each in found)


class ClaimingOtherwise(DocumentStore):
    """It claims something else than it was asked for."""

    def change(self, request: ClaimEffects) -> ClaimEffects:
        return request

    def claim(self, request: ClaimEffects, /) -> tuple[Effect, ...]:
        return super().claim(self.change(request))


@STORE("nothing_is_claimed_early")
class RoundsUp(ClaimingOtherwise):
    def change(self, request: ClaimEffects) -> ClaimEffects:
        later = request.now + timedelta(milliseconds=1)
        return attrs.evolve(request, now=later)


@STORE("claim_is_exclusive", "many_claimers_share_the_work")
class ForgetsWhoClaimed(DocumentStore):
    def claim(self, request: ClaimEffects, /) -> tuple[Effect, ...]:
        for name, each in self._effects.items():
            if each.state is _S.CLAIMED:
                due = attrs.evolve(each, due_at=request.now)
                self._effects[name] = due
        return super().claim(request)


@STORE("longest_due_is_claimed_first")
class ClaimsNewestFirst(DocumentStore):
    def claim(self, request: ClaimEffects, /) -> tuple[Effect, ...]:
        wide = attrs.evolve(request, limit=99)
        found = super().claim(wide)[::-1]
        for each in found[request.limit :]:
            self._effects[name_of(each)] = each
        return found[: request.limit]


@STORE("claims_of_one_order")
class ClaimsOfAnyOrder(ClaimingOtherwise):
    def change(self, request: ClaimEffects) -> ClaimEffects:
        return attrs.evolve(request, order_id="")


@STORE("claim_that_ran_out_is_taken_over")
class NeverTakesOver(DocumentStore):
    def claim(self, request: ClaimEffects, /) -> tuple[Effect, ...]:
        found = super().claim(request)
        return tuple(each for each in found if each.state is not _S.CLAIMED)


@STORE("says_whether_it_may_forget")
class SaysNothing(DocumentStore):
    def __init__(self, tenant: str = "") -> None:
        super().__init__(tenant)
        self.may_forget: Any = None


@STORE("far_effects_are_brought_nearer")
class LeavesWhatIsFar(DocumentStore):
    def claim(self, request: ClaimEffects, /) -> tuple[Effect, ...]:
        return super().claim(attrs.evolve(request, latest=None))


@STORE("far_effects_come_behind_what_is_due")
class FarOnesFirst(DocumentStore):
    def claim(self, request: ClaimEffects, /) -> tuple[Effect, ...]:
        if request.latest is None or request.order_id:
            return super().claim(request)
        early = attrs.evolve(request, now=request.now - timedelta(days=9))
        return super().claim(early) or super().claim(request)


class SettlingOtherwise(DocumentStore):
    """It settles in another way than it was asked to."""

    def change(self, request: Settle) -> Settle:
        return request

    def _settle(self, request: Settle) -> bool:
        return super()._settle(self.change(request))


@STORE("zombie_changes_nothing")
class HeedsZombies(SettlingOtherwise):
    def change(self, request: Settle) -> Settle:
        return attrs.evolve(request, claimed_by="")


@STORE("claims_of_one_owner_are_told_apart")
class KnowsOwnersOnly(SettlingOtherwise):
    def change(self, request: Settle) -> Settle:
        named = request.order_id, request.operation_id
        attempts = self._effects[named].attempts
        return attrs.evolve(request, attempts=attempts)


@STORE("settle_of_nothing_is_false")
class SettlesAnything(DocumentStore):
    def settle(self, request: Settle, /) -> bool:
        super().settle(request)
        return True


@STORE("settle_goes_on_as_it_says")
class ForgetsNotes(SettlingOtherwise):
    def change(self, request: Settle) -> Settle:
        return attrs.evolve(request, note="")


class Reopening(DocumentStore):
    """What is over begins again when it is settled."""

    state = _S.DONE

    def _settle(self, request: Settle) -> bool:
        named = request.order_id, request.operation_id
        found = self._effects.get(named)
        if found is not None and found.state is self.state:
            again = attrs.evolve(found, state=_S.PENDING)
            self._effects[named] = again
        return super()._settle(request)


@STORE("done_stays_done")
class ReopensDone(Reopening):
    pass


@STORE("declined_stays_declined")
class ReopensDeclined(Reopening):
    state = _S.DECLINED


@STORE("attention_waits_for_a_person")
class ClaimsWhatIsForPeople(DocumentStore):
    def claim(self, request: ClaimEffects, /) -> tuple[Effect, ...]:
        for name, each in self._effects.items():
            if each.state is _S.ATTENTION:
                self._open[name] = None
        return super().claim(request)


@STORE("in_doubt_keeps_its_key")
class RenewsInDoubt(SettlingOtherwise):
    def change(self, request: Settle) -> Settle:
        if request.state is _S.IN_DOUBT:
            return attrs.evolve(request, renew=True, doubt=False)
        return request


@STORE("renewal_raises_the_generation")
class RenewsUnderTheOldKey(DocumentStore):
    def _key(self, intent: Intent, generation: int = 1) -> str:
        return super()._key(intent)


@STORE("doubted_effect_is_not_renewed")
class BelievesARefusal(SettlingOtherwise):
    def change(self, request: Settle) -> Settle:
        if request.renew and not request.claimed_by:
            return attrs.evolve(request, doubt=False)
        return request


@STORE("doubt_can_be_said_and_ended")
class DoubtsForEver(SettlingOtherwise):
    def change(self, request: Settle) -> Settle:
        return attrs.evolve(request, doubt=request.doubt or None)


@STORE("claim_that_ran_out_is_a_doubt")
class TakesOverWithoutADoubt(DocumentStore):
    def claim(self, request: ClaimEffects, /) -> tuple[Effect, ...]:
        before = dict(self._effects)
        found = super().claim(request)
        for effect in found:
            name = name_of(effect)
            self._effects[name] = attrs.evolve(
                self._effects[name], doubted=before[name].doubted
            )
        return found


@STORE("renewal_comes_with_its_decision")
class RenewsAlone(Changing):
    def change(self, commit: Commit[Case]) -> Commit[Case]:
        settles = tuple(
            attrs.evolve(each, renew=False) for each in commit.settles
        )
        return attrs.evolve(commit, settles=settles)


@STORE("key_names_tenant_and_operation")
class LongKeys(DocumentStore):
    def _key(self, intent: Intent, generation: int = 1) -> str:
        del generation
        return intent.operation_id


@STORE("tenants_keys_differ")
class KeysWithoutTenant(DocumentStore):
    def _key(self, intent: Intent, generation: int = 1) -> str:
        return provider_key(
            intent.operation_id,
            order_id=intent.order_id,
            generation=generation,
        )


@STORE("attempts_are_never_reset")
class ForgivesAttempts(DocumentStore):
    def _settle(self, request: Settle) -> bool:
        settled = super()._settle(request)
        if settled and not request.claimed_by:
            named = request.order_id, request.operation_id
            fresh = attrs.evolve(self._effects[named], attempts=0)
            self._effects[named] = fresh
        return settled


# Finding


@STORE("summary_is_kept_whole")
class ForgetsTheCurrency(Changing):
    def change(self, commit: Commit[Case]) -> Commit[Case]:
        summary = attrs.evolve(commit.summary, currency="")
        return attrs.evolve(commit, summary=summary)


@STORE("summary_follows_each_decision")
class KeepsTheFirstSummary(Changing):
    def change(self, commit: Commit[Case]) -> Commit[Case]:
        row = self._rows.get(commit.order_id)
        summary = commit.summary if row is None else row.summary
        return attrs.evolve(commit, summary=summary)


class FindingOtherwise(DocumentStore):
    """It leaves a field out of what it was asked for."""

    ignored: Mapping[str, Any] = {}

    def orders(self, request: FindOrders, /) -> tuple[OrderSummary, ...]:
        changed: dict[str, Any] = dict(self.ignored)
        return super().orders(attrs.evolve(request, **changed))


def _ignoring(name: str, value: object) -> type[FindingOtherwise]:
    fields = {"ignored": {name: value}}
    return type(f"Ignores_{name}", (FindingOtherwise,), fields)


for _field in (
    "channel",
    "channel_number",
    "customer_id",
    "order_status",
    "payment_status",
    "fulfilment_status",
    "returns_status",
):
    STORE(f"finds_orders_by_{_field}")(_ignoring(_field, ""))

STORE("finds_orders_with_exceptions")(
    _ignoring("with_exceptions", value=False)
)


@STORE("all_that_is_asked_for_must_fit")
class LooksAtOneField(DocumentStore):
    def orders(self, request: FindOrders, /) -> tuple[OrderSummary, ...]:
        if request.channel:
            request = FindOrders(channel=request.channel)
        return super().orders(request)


@STORE("pages_of_orders_are_stable")
class PagesOverlap(DocumentStore):
    def orders(self, request: FindOrders, /) -> tuple[OrderSummary, ...]:
        wide = attrs.evolve(request, after="", limit=999)
        found = super().orders(wide)
        page = [one for one in found if one.order_id >= request.after]
        return tuple(page[: request.limit])


@STORE("pages_of_what_is_asked_for")
class LimitsBeforeItLooks(DocumentStore):
    def orders(self, request: FindOrders, /) -> tuple[OrderSummary, ...]:
        page = FindOrders(after=request.after, limit=request.limit)
        seen = {one.order_id for one in super().orders(page)}
        found = super().orders(request)
        return tuple(one for one in found if one.order_id in seen)


class TimersOtherwise(DocumentStore):
    """It leaves a field out of what it was asked for."""

    ignored: Mapping[str, Any] = {}

    def due_timers(self, request: FindDueTimers, /) -> tuple[DueTimer, ...]:
        changed: dict[str, Any] = dict(self.ignored)
        return super().due_timers(attrs.evolve(request, **changed))


@STORE("due_timers_come_in_order")
class TimersByOrder(DocumentStore):
    def due_timers(self, request: FindDueTimers, /) -> tuple[DueTimer, ...]:
        found = super().due_timers(request)
        return tuple(sorted(found, key=lambda each: each.order_id))


@STORE("due_timers_have_a_limit")
class TimersWithoutLimit(TimersOtherwise):
    ignored: Mapping[str, Any] = {"limit": 100}


@STORE("due_timers_tell_of_the_next")
class TimersAlone(DocumentStore):
    def due_timers(self, request: FindDueTimers, /) -> tuple[DueTimer, ...]:
        found = super().due_timers(request)
        return tuple(attrs.evolve(each, next_at=None) for each in found)


@STORE("an_order_is_put_off")
class PutsNothingOff(DocumentStore):
    def postpone(self, request: Postpone, /) -> bool:
        del request
        return True


@STORE("an_event_ends_a_wait")
class PutsOffWhatHasMoved(DocumentStore):
    def postpone(self, request: Postpone, /) -> bool:
        row = self._rows.get(request.order_id)
        version = request.version if row is None else row.version
        return super().postpone(attrs.evolve(request, version=version))


@STORE("a_wait_of_a_wrong_clock_ends")
class WaitsForAWrongClock(TimersOtherwise):
    ignored: Mapping[str, Any] = {"latest": None}


@STORE("due_timers_of_one_order")
class TimersOfAnyOrder(TimersOtherwise):
    ignored: Mapping[str, Any] = {"order_id": ""}


@STORE("backlog_tells_what_waits")
class WaitsSinceItIsDue(DocumentStore):
    def backlog(self, request: FindBacklog, /) -> tuple[Backlog, ...]:
        return tuple(
            attrs.evolve(each, since=each.next_at)
            for each in super().backlog(request)
        )


@STORE("backlog_of_one_port")
class BacklogOfAnyPort(DocumentStore):
    def backlog(self, request: FindBacklog, /) -> tuple[Backlog, ...]:
        del request
        return super().backlog(FindBacklog())


@STORE("people_come_by_reference")
class GivesEverybodyAway(DocumentStore):
    def people(self, request: FindPeople, /) -> Mapping[str, Personal]:
        row = self._rows.get(request.order_id)
        return {} if row is None else dict(row.people)


@STORE("nobody_is_an_empty_page")
class CountsNothing(DocumentStore):
    def backlog(self, request: FindBacklog, /) -> tuple[Backlog, ...]:
        raise PortError(f"min() of nothing, for {request!r}")


# Channel numbers


@STORE("number_is_claimed_once", "one_of_many_orders_gets_the_number")
class TakesAnyNumber(Changing):
    def change(self, commit: Commit[Case]) -> Commit[Case]:
        return attrs.evolve(commit, number=None)


@STORE("number_stays_claimed")
class FreesTheNumbersOfTheErased(DocumentStore):
    def erase(self, request: Erase, /) -> int:
        self._numbers.clear()
        return super().erase(request)


@STORE("other_numbers_are_free")
class OneChannelForAll(Changing):
    def change(self, commit: Commit[Case]) -> Commit[Case]:
        if commit.number is None:
            return commit
        number = ChannelNumber("", commit.number.number)
        return attrs.evolve(commit, number=number)


@STORE("order_that_lost_may_take_another_number")
class ClaimsBeforeItLooks(DocumentStore):
    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        outcome = super().commit(commit)
        if commit.number is not None:
            self._numbers.setdefault(commit.number, commit.order_id)
        return outcome


@STORE("taken_number_is_told_last")
class TellsTheNumberFirst(DocumentStore):
    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        if taken_by := self._taken(commit):
            return NumberTaken(order_id=taken_by)
        return super().commit(commit)


@STORE("numbers_belong_to_their_tenant")
class OneNumberForAllTenants(StoreFakes):
    def other_tenant(self) -> Any:
        made = super().other_tenant()
        made._numbers = self.inner._numbers
        return made


# What belongs to an order, and to a decision


@STORE("operations_belong_to_their_order")
class KeysWithoutOrder(DocumentStore):
    def _key(self, intent: Intent, generation: int = 1) -> str:
        same = attrs.evolve(intent, order_id="")
        return super()._key(same, generation)


@STORE("people_belong_to_their_order")
class KeepsPeopleByReferenceAlone(DocumentStore):
    def people(self, request: FindPeople, /) -> Mapping[str, Personal]:
        found: dict[str, Personal] = {}
        for order_id in self._rows:
            asked = attrs.evolve(request, order_id=order_id)
            found.update(super().people(asked))
        return found


@STORE("decision_has_one_time_actor_and_cause")
class TakesTheFirstCause(Changing):
    def change(self, commit: Commit[Case]) -> Commit[Case]:
        events = tuple(
            attrs.evolve(each, cause=commit.events[0].cause)
            for each in commit.events
        )
        return attrs.evolve(commit, events=events)


@STORE("answers_are_told_apart_from_guesses")
class SaltsNothing(DocumentStore):
    def _store(
        self, row: Row[Case], commit: Commit[Case]
    ) -> tuple[Effect, ...]:
        claimed = super()._store(row, commit)
        entry = row.entries[-1]
        plain = attrs.evolve(entry, fingerprint=commit.fingerprint)
        row.entries[-1] = plain
        return claimed


# Whole lives


@STORE("state_is_the_fold_of_the_history")
class LosesAnEvent(DocumentStore):
    def history(self, order_id: str, /) -> tuple[Recorded, ...]:
        found = super().history(order_id)
        return found[:-1]


@STORE("chain_verifies")
class ChainsNothing(DocumentStore):
    def links(self, order_id: str, /) -> tuple[Link, ...]:
        return tuple(
            attrs.evolve(each, digest=digest(order_id, "", each))
            for each in super().links(order_id)
        )


def rechained(order_id: str, links: Iterable[Link]) -> tuple[Link, ...]:
    """Links with digests that fit."""
    made: list[Link] = []
    before = ""
    for each in links:
        before = digest(order_id, before, each)
        made.append(attrs.evolve(each, digest=before))
    return tuple(made)


class Headless(DocumentStore):
    """It keeps no head: its chain is what its links say."""

    def load(self, order_id: str, /) -> Loaded[Case] | None:
        found = super().load(order_id)
        return None if found is None else attrs.evolve(found, head="")


@STORE("chain_is_only_added_to")
class WritesItsHistoryAnew(Headless):
    def links(self, order_id: str, /) -> tuple[Link, ...]:
        found = super().links(order_id)
        return rechained(
            order_id,
            (
                attrs.evolve(each, document=f"{each.document} {len(found)}")
                for each in found
            ),
        )


@STORE("changed_event_is_found")
class ChainsAsItIsAsked(DocumentStore):
    def links(self, order_id: str, /) -> tuple[Link, ...]:
        found = rechained(order_id, super().links(order_id))
        self.heads[order_id] = found[-1].digest
        return found


@STORE("answer_without_an_event_is_chained")
class ChainsEventsAlone(Headless):
    def links(self, order_id: str, /) -> tuple[Link, ...]:
        told = [each for each in super().links(order_id) if each.document]
        return rechained(
            order_id,
            (
                attrs.evolve(each, number=number)
                for number, each in enumerate(told, 1)
            ),
        )


@STORE("changed_answer_is_found")
class ChainsNoAnswers(Headless):
    def links(self, order_id: str, /) -> tuple[Link, ...]:
        return rechained(
            order_id,
            (
                attrs.evolve(each, fingerprint="", input_id="")
                for each in super().links(order_id)
            ),
        )


@STORE("case_after_any_number_of_decisions_survives")
class KeepsTheCaseNowAndThen(DocumentStore):
    def again(self) -> DocumentStore:
        other = super().again()
        row = other._rows["o1"]
        if many := row.version - row.version % 16:
            kept = row.history()[:many]
            row.case = HOUSE.fold("o1", [each.event for each in kept])
        return other


@STORE("erases_an_orders_people")
class ErasesEverybody(DocumentStore):
    def erase(self, request: Erase, /) -> int:
        erased = super().erase(request)
        for row in self._rows.values():
            row.people.clear()
        return erased


@STORE("erases_a_customers_people")
class ErasesGuestsToo(DocumentStore):
    def erase(self, request: Erase, /) -> int:
        erased = super().erase(request)
        for order_id, row in self._rows.items():
            if request.customer_id and not row.summary.customer_id:
                erased += super().erase(Erase(order_id=order_id))
        return erased


@STORE("erasing_keeps_the_history")
class ErasesAnswersToo(DocumentStore):
    def erase(self, request: Erase, /) -> int:
        row = self._rows.get(request.order_id)
        if row is not None:
            row.answered.clear()
        return super().erase(request)


@STORE("denials_are_kept_in_order")
class DeniesOnce(DocumentStore):
    def deny(self, denial: Denial, /) -> None:
        if denial not in self.denials(denial.order_id):
            super().deny(denial)


@STORE("denials_have_an_end")
class KeepsTheLastDenials(DocumentStore):
    def deny(self, denial: Denial, /) -> None:
        kept = self._denials.setdefault(denial.order_id, [])
        kept.append(denial)
        del kept[:-MAX_DENIALS]


@STORE("denial_writes_nothing_else")
class AnswersTheDenied(DocumentStore):
    def deny(self, denial: Denial, /) -> None:
        super().deny(denial)
        row = self._rows.get(denial.order_id)
        if row is not None:
            row.answered[f"command:{denial.command_id}"] = 1


@STORE("tenants_are_apart")
class OneForAllTenants(StoreFakes):
    def other_tenant(self) -> Any:
        return self.inner


@STORE("tenants_change_nothing_of_one_another")
class OneLedgerForAllTenants(StoreFakes):
    def other_tenant(self) -> Any:
        other = self.kind(self.second)
        other._effects = self.inner._effects
        return other


@STORE("poisoned_order_blocks_no_other")
class ChokesOnPoison(DocumentStore):
    def claim(self, request: ClaimEffects, /) -> tuple[Effect, ...]:
        if self.poisoned:
            raise PortError("an intent cannot be read")
        return super().claim(request)


@STORE("poisoned_intent_goes_to_a_person")
class LeavesPoisonOut(DocumentStore):
    def hand_over(self, effect: Effect) -> None:
        self._open.pop(name_of(effect), None)


@STORE("everything_survives")
class ForgetsDenials(DocumentStore):
    def again(self) -> DocumentStore:
        other = super().again()
        other._denials = {}
        return other


@STORE("nothing_is_claimed_before_the_commit")
class ClaimsInATransaction(DocumentStore):
    def claim(self, request: ClaimEffects, /) -> tuple[Effect, ...]:
        self.uncommitted = False
        return super().claim(request)


@STORE("fingerprint_goes_with_the_person")
class KeepsTheMark(DocumentStore):
    def erase(self, request: Erase, /) -> int:
        kept = {name: dict(row.salts) for name, row in self._rows.items()}
        erased = super().erase(request)
        for name, salts in kept.items():
            self._rows[name].salts.update(salts)
        return erased


@STORE("kept_is_all_there_is")
class KeepsOpenEffectsAlone(DocumentStore):
    def kept(self, order_id: str, /) -> Kept[Case] | None:
        found = super().kept(order_id)
        if found is None:
            return None
        still = tuple(e for e in found.effects if not e.state.is_over)
        return attrs.evolve(found, effects=still)


@STORE("kept_is_read_anew")
class TakesWhatIsAtHand(DocumentStore):
    def load(self, order_id: str, /) -> Loaded[Case] | None:
        loaded = super().load(order_id)
        if loaded is not None:
            self.at_hand = loaded.case
        return loaded

    def kept(self, order_id: str, /) -> Kept[Case] | None:
        found = super().kept(order_id)
        if found is None:
            return None
        was = found.snapshot
        at_hand = was and attrs.evolve(was, case=self.at_hand)
        return attrs.evolve(found, snapshot=at_hand)


@STORE("stores_keys_differ")
class NamesNoStore(DocumentStore):
    def __init__(self, tenant: str = "") -> None:
        super().__init__(tenant)
        self.id = ""

"""What an engine asks of its ports, call by call and to the last field."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import attrs
import pytest

from orderlife._kernel.case import Case
from orderlife._kernel.decision import Decision
from orderlife._kernel.messages import Actor, Timer, TimerFired, TimerKind
from orderlife._values.replacing import replace
from orderlife.codec import fingerprint
from orderlife.desk import requests
from orderlife.engine.calls import Call
from orderlife.engine.engine import Claim, Engine, Receipt, Retry, RoundResult
from orderlife.engine.inbox import commit_of
from orderlife.errors import (
    CodecError,
    ConflictError,
    DeniedError,
    InvariantError,
    MoneyError,
    NewerDocumentError,
    NotAllowedError,
    NotFoundError,
    OverloadedError,
    PortError,
    RoomMissingError,
    ValidationError,
)
from orderlife.house import HOUSE, handle
from orderlife.policy.model import Policy
from orderlife.ports.base import Capabilities, Intent, NotKnown, Unknown
from orderlife.ports.carrier import (
    BuyLabel,
    Label,
    LabelPending,
    LabelRefused,
    Parcel,
    Quoted,
    RateRequest,
    VoidLabel,
    VoidPending,
)
from orderlife.ports.inventory import (
    Consume,
    Release,
    Restock,
    StockChanged,
    StockGone,
    StockItem,
)
from orderlife.ports.notifier import MessageKind, Notify, NotSent, Sent
from orderlife.ports.payment import (
    Authorize,
    Capture,
    Captured,
    Declined,
    Pending,
    RequiresAction,
)
from orderlife.ports.store import (
    Answer,
    ClaimEffects,
    ClaimLost,
    Committed,
    DueTimer,
    Effect,
    EffectState,
    FindAnswer,
    FindDueTimers,
    FindPeople,
    Loaded,
    Postpone,
    Repeated,
    Settle,
    Stale,
)
from orderlife.rooms.exceptions.messages import EffectFailed
from orderlife.rooms.payment.messages import PaymentReported
from orderlife.rooms.shipment.lifecycle import ShipmentState
from orderlife.rooms.shipment.messages import LabelReported
from orderlife.rooms.stock.messages import StockReported
from orderlife.testing.scenario import NOON
from tests.order.orders import made
from tests.order.shop import CARD, HOME, cents, place
from tests.process.parts import sent

S = EffectState
OK = True
"""What a store answers where a claim still holds."""
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
LEASE = 2 * MINUTE
CASE = Case(order_id="o1", version=5, order=made())
NEITHER = Capabilities()
BOTH = Capabilities(deduplicates=True, looks_up=True)
SAME_KEY = Capabilities(deduplicates=True)
LOOKS_UP = Capabilities(looks_up=True, settles_after=45 * SECOND)
BOOM = ValueError("secret")


class Told(Engine):
    """An engine whose decisions are made by who plays with it."""

    def submit(self, message: Any, settles: Any = ()) -> Any:
        """Hand the input out, with what it settles."""
        call: Call[Any] = Call("desk", "submit", (message, settles))
        return (yield from call)


def engine(kind: Any = Engine, able: Any = BOTH, **fields: Any) -> Any:
    """An engine at noon."""
    settings: dict[str, Any] = {
        "clock": lambda: NOON,
        "policy": Policy(),
        "owner": "me",
        "capabilities": dict.fromkeys(
            ("payment", "carrier", "inventory", "notifier"), able
        ),
        "retry": Retry(jitter=0),
    }
    return kind(**settings | fields)


def told(able: Any = BOTH, **fields: Any) -> Any:
    """An engine whose inputs are handed out."""
    return engine(Told, able, **fields)


def played(flow: Any, *answers: Any) -> tuple[list[Any], Any]:
    """The calls of a flow that is given these answers, and its end."""
    calls = []
    try:
        call = next(flow)
        for answer in answers:
            calls.append(call)
            if isinstance(answer, Exception):
                call = flow.throw(answer)
            else:
                call = flow.send(answer)
    except StopIteration as stop:
        assert len(calls) == len(answers)
        return calls, stop.value
    raise AssertionError(call)


def store(method: str, argument: Any) -> Call[Any]:
    """A call of the store."""
    return Call("store", method, argument)


def submitted(message: Any, *settles: Settle) -> Call[Any]:
    """An input that was handed out."""
    return Call("desk", "submit", (message, settles))


CAPTURE = Capture(
    operation_id="o1:capture:1",
    order_id="o1",
    amount=cents(100),
    payment_id="p1",
    authorization="a",
    final=True,
)
ITEMS = (StockItem(line_id="1", sku="mug", place="north", quantity=1),)
CONSUME = Consume(
    operation_id="o1-r1:consume:1",
    order_id="o1",
    reservation_id="o1-r1",
    items=ITEMS,
)
RELEASE = Release(
    operation_id="o1-r1:release:1",
    order_id="o1",
    reservation_id="o1-r1",
    items=ITEMS,
)
RESTOCK = Restock(
    operation_id="o1-t1:restock:1",
    order_id="o1",
    subject="o1-t1",
    items=ITEMS,
    disposition="restock",
)
LABEL = BuyLabel(
    operation_id="o1-s1:label:1",
    order_id="o1",
    subject="o1-s1",
    purpose="outbound",
    place="north",
    address="o1:ship_to",
)
VOID = VoidLabel(
    operation_id="o1-s1:void:2",
    order_id="o1",
    subject="o1-s1",
    label_id="l1",
)
NOTIFY = Notify(
    operation_id="o1:message:1",
    order_id="o1",
    message=MessageKind.ORDER_CONFIRMED,
    audience="customer",
    subject="o1",
    contact="o1:contact",
)
METHODS = {
    Capture: "capture",
    Consume: "consume",
    Release: "release",
    Restock: "restock",
    BuyLabel: "buy_label",
    VoidLabel: "void_label",
    Notify: "send",
}


def effect(
    intent: Intent, state: EffectState = S.PENDING, **fields: Any
) -> Any:
    """An effect that is ours."""
    settings: dict[str, Any] = {
        "intent": intent,
        "state": state,
        "due_at": NOON,
        "created_at": NOON,
        "attempts": 0,
        "key": "k7",
    }
    return Effect(**settings | fields)


def performed(intent: Intent) -> Call[Any]:
    """A call of the port that performs it."""
    return Call(intent.port, METHODS[type(intent)], intent)


def asked_after(intent: Intent) -> Call[Any]:
    """A look-up."""
    return Call(intent.port, "look_up", intent)


def settled(intent: Intent, state: EffectState, **fields: Any) -> Settle:
    """How an effect goes on, after its first attempt and at once."""
    settings: dict[str, Any] = {
        "order_id": intent.order_id,
        "operation_id": intent.operation_id,
        "state": state,
        "due_at": NOON,
        "claimed_by": "me",
        "attempts": 1,
    }
    return Settle(**settings | fields)


def people_of(*refs: str) -> FindPeople:
    """A request for personal data of the order."""
    return FindPeople(order_id="o1", refs=refs)


def provider(port: str) -> Actor:
    """Who speaks for a port."""
    return Actor("provider", port)


def given_up(
    intent: Intent, why: str, attempts: int = 1, *, unknown: bool
) -> Call[Any]:
    """An effect that was handed to a person."""
    fact = EffectFailed(
        order_id="o1",
        operation_id=intent.operation_id,
        port=intent.port,
        why=why,
        unknown=unknown,
        source=provider(intent.port),
    )
    doubt = True if unknown else None
    return submitted(
        fact,
        settled(intent, S.ATTENTION, note=why, attempts=attempts, doubt=doubt),
    )


def reported(outcome: Any) -> PaymentReported:
    """What a gateway answered to the capture."""
    return PaymentReported(
        order_id="o1",
        operation_id=CAPTURE.operation_id,
        outcome=outcome,
        source=provider("payment"),
    )


# --- deciding -----------------------------------------------------------

PLACE: Any = place().message("o1", 1)
NEW = Loaded(case=Case(order_id="o1"))
DONE = Committed(version=1)
KNOWN = Answer(fingerprint="x", first_version=3, last_version=7)


def decided(
    loaded: Any, message: Any, settles: Any = (), policy: Any = None
) -> tuple[Any, Any]:
    """What is stored of an input, and its receipt."""
    decision = handle(loaded.case, message, NOON, policy or Policy())
    assert isinstance(decision, Decision)
    return (
        store(
            "commit",
            commit_of(loaded, message, decision, NOON, settles, HOUSE),
        ),
        Receipt(
            order_id="o1",
            first_version=loaded.case.version,
            last_version=decision.case.version,
        ),
    )


@pytest.mark.parametrize("found", [None, NEW, Loaded(case=NEW.case, head="h")])
def test_a_decision_is_loaded_and_stored(found: Any) -> None:
    """With its settles, as policy says."""
    settles = (settled(CAPTURE, S.DONE),)
    policy = Policy(payment_within=timedelta(hours=9))
    commit, receipt = decided(found or NEW, PLACE, settles, policy)

    assert ([store("load", "o1"), commit], receipt) == played(
        engine(policy=policy).submit(PLACE, settles), found, DONE
    )


def test_what_was_stored_meanwhile_is_decided_anew() -> None:
    """Twenty times at most."""
    commit, receipt = decided(NEW, PLACE)
    load = store("load", "o1")
    stale = Stale(version=2)

    assert ([load, commit] * 20, receipt) == played(
        engine().submit(PLACE), *[None, stale] * 19, None, DONE
    )
    with pytest.raises(
        ConflictError, match=r"\Aorder o1 kept changing: try again\Z"
    ):
        played(engine().submit(PLACE), *[None, stale] * 20)


def test_a_claim_that_was_lost_leads_to_nothing() -> None:
    """Nothing was stored."""
    case = Case(order_id="o1", version=5, order=made())
    loaded = Loaded(case=case)
    fact = reported(Captured(reference="r", amount=cents(1)))
    commit, _ = decided(loaded, fact)
    nothing = Receipt(order_id="o1", first_version=5, last_version=5)

    assert ([store("load", "o1"), commit], nothing) == played(
        engine().submit(fact), loaded, ClaimLost()
    )


def test_an_answer_is_given_again() -> None:
    """If it is for the same input."""
    same = attrs.evolve(KNOWN, fingerprint=fingerprint(PLACE))
    expected = Receipt(
        order_id="o1", first_version=3, last_version=7, repeated=True
    )

    assert expected == played(engine().submit(PLACE), None, Repeated(same))[1]


def test_what_is_refused_may_have_been_answered_before() -> None:
    """Else it is refused."""
    loaded = Loaded(case=Case(order_id="o1", version=5, order=made()))
    same = attrs.evolve(KNOWN, fingerprint=fingerprint(PLACE))
    calls = [
        store("load", "o1"),
        store("answer", FindAnswer(order_id="o1", input_id="command:c1")),
    ]
    expected = Receipt(
        order_id="o1", first_version=3, last_version=7, repeated=True
    )

    assert (calls, expected) == played(engine().submit(PLACE), loaded, same)
    with pytest.raises(NotAllowedError):
        played(engine().submit(PLACE), loaded, None)


def test_who_is_denied_leaves_a_record_of_now() -> None:
    """And nothing else is stored."""
    calls = []
    flow = engine(policy=Policy(permit=lambda *_: "so")).submit(PLACE)
    calls += [next(flow), flow.send(None)]
    with pytest.raises(DeniedError):
        flow.send(None)

    assert "deny" == calls[1].method
    assert NOON == calls[1].argument.at


def test_what_changes_nothing_is_not_stored() -> None:
    """Unless it has an id, or settles something."""
    case = Case(order_id="o1", version=5, order=made())
    loaded = Loaded(case=case)
    fact = TimerFired(
        order_id="o1", timer=Timer(TimerKind.FOLLOW_UP, "o1", NOON)
    )
    named = attrs.evolve(fact, fact_id="f1")
    settles = (settled(CAPTURE, S.DONE),)
    load = store("load", "o1")
    nothing = Receipt(order_id="o1", first_version=5, last_version=5)

    assert ([load], nothing) == played(engine().submit(fact), loaded)
    for message, more in ((named, ()), (fact, settles)):
        commit, receipt = decided(loaded, message, more)
        assert nothing == receipt
        assert ([load, commit], receipt) == played(
            engine().submit(message, more), loaded, DONE
        )


def test_what_changes_nothing_on_the_order_at_hand_is_read_again() -> None:
    """Another may have changed it, and it may change something then."""
    loaded = Loaded(case=CASE)
    fact = TimerFired(
        order_id="o1", timer=Timer(TimerKind.FOLLOW_UP, "o1", NOON)
    )
    one = engine().at_hand()
    one.hand.loaded = loaded

    calls, _ = played(one.submit(fact), loaded)
    assert [store("load", "o1")] == calls
    assert loaded is one.hand.loaded


# --- claiming -----------------------------------------------------------


def claims(limit: int = 1, order_id: str = "") -> Call[Any]:
    """What is asked for: until the lease is over."""
    return store(
        "claim",
        ClaimEffects(
            now=NOON,
            until=NOON + LEASE,
            owner="me",
            limit=limit,
            order_id=order_id,
            latest=None if order_id else NOON + timedelta(days=10, hours=1),
        ),
    )


def test_effects_are_claimed_for_as_long_as_the_lease() -> None:
    """So many, of one order or of any."""
    first, second = effect(CAPTURE), effect(RELEASE)
    until = NOON + LEASE
    long = engine(lease=LEASE + MINUTE)

    assert ([claims()], ()) == played(engine().claim(), ())
    assert (
        [claims(2, "o1")],
        (Claim(first, until), Claim(second, until)),
    ) == played(engine().claim(2, "o1"), (first, second))
    (call,), _ = played(long.claim(), ())
    assert until + MINUTE == call.argument.until


SEND = [claims(1, "o1"), performed(RESTOCK)]
STORED = store("settle", settled(RESTOCK, S.DONE))
LOAD = store("load", "o1")
UNTIL = NOON + LEASE


def holding(*effects: Any, **fields: Any) -> Any:
    """An engine that drives an order, with claimed effects in hand."""
    found = engine(**fields).at_hand()
    found.hand.effects.extend(Claim(each, UNTIL) for each in effects)
    return found


def test_an_order_is_driven_until_nothing_is_due() -> None:
    """By an engine that knows of nothing, claim by claim.

    What the order need not know is settled in the end, all of it.
    """
    found = (effect(RESTOCK),)

    assert ([*SEND, *SEND, claims(1, "o1"), STORED, STORED], 2) == played(
        engine().drive("o1"),
        *[found, StockChanged()] * 2,
        (),
        *[True, True],
    )


def test_what_is_in_hand_is_not_claimed_again() -> None:
    """Its claim was stored with it; and nothing else is looked for."""
    assert ([performed(RESTOCK), STORED], 1) == played(
        holding(effect(RESTOCK)).drive("o1"), StockChanged(), OK
    )
    assert ([], 0) == played(holding().drive("o1"))


@pytest.mark.parametrize("late", [LEASE / 2 + SECOND, LEASE, 2 * LEASE])
def test_what_has_waited_for_half_its_claim_is_claimed_anew(
    late: timedelta,
) -> None:
    """Others were performed meanwhile; nothing of it was begun."""
    one = holding(effect(RESTOCK), clock=lambda: NOON + late)
    back = settled(RESTOCK, S.PENDING)
    calls, done = played(
        one.drive("o1"), OK, (effect(RESTOCK),), StockChanged(), (), OK
    )

    assert 1 == done
    assert store("settle", back) == calls[0]
    assert ["settle", "claim", "restock", "claim", "settle"] == [
        each.method for each in calls
    ]


def test_what_may_be_left_is_looked_for_after_what_is_in_hand() -> None:
    """Such as an effect that cannot be claimed before it is performed."""
    mine = holding(effect(RESTOCK))
    mine.hand.left = True

    assert (
        [performed(RESTOCK), claims(1, "o1"), STORED],
        1,
    ) == played(mine.drive("o1"), StockChanged(), (), OK)


def test_what_nobody_could_find_out_is_settled_at_once() -> None:
    """If the process died before, a person would have to be asked."""
    assert (
        [claims(1, "o1"), performed(RESTOCK), STORED, claims(1, "o1")],
        1,
    ) == played(
        engine(able=NEITHER).drive("o1"),
        (effect(RESTOCK),),
        StockChanged(),
        OK,
        (),
    )


def test_what_is_driven_is_performed_within_its_claim() -> None:
    """Who slept past it calls nobody, and asks for more."""
    clock = ticking(NOON, NOON + LEASE, NOON)

    assert ([claims(1, "o1"), claims(1, "o1")], 1) == played(
        engine(clock=clock).drive("o1"), (effect(RESTOCK),), ()
    )


@pytest.mark.parametrize(
    "error", [ConflictError("x"), OverloadedError("x", 1)]
)
def test_what_loses_too_many_races_is_left_to_a_worker(error: Any) -> None:
    """What was performed is settled, what was not begun is given back."""
    refused = settled(NOTIFY, S.ATTENTION)
    mine = holding(effect(RESTOCK), effect(NOTIFY), effect(RELEASE))
    back = settled(RELEASE, S.PENDING)
    calls, done = played(
        mine.drive("o1"),
        *(StockChanged(), {}, NotSent("no"), Loaded(case=CASE), error),
        *(True, True),
    )

    assert 1 == done
    assert refused.operation_id in {
        each.operation_id for each in calls[-3].argument.settles
    }
    assert [STORED, store("settle", back)] == calls[-2:]


def test_an_error_is_raised_and_the_rest_put_down() -> None:
    """An overloaded store is not asked a second time."""
    mine = holding(effect(RESTOCK), effect(NOTIFY), effect(RELEASE))
    full = OverloadedError("x", 1)
    flow = mine.drive("o1")
    with pytest.raises(ValueError, match="secret"):
        played(flow, StockChanged(), BOOM, full)


def test_an_order_is_not_driven_for_ever() -> None:
    """A thousand effects are enough for once."""
    calls, done = played(
        engine(able=NEITHER).drive("o1"),
        *[(effect(RESTOCK),), StockChanged(), True] * 1_000,
    )

    assert (3_000, 1_000) == (len(calls), done)


def test_an_effect_is_attempted() -> None:
    """What fails is told, by its name and without others' words."""
    claim = Claim(effect(RESTOCK), NOON + LEASE)
    found = Loaded(case=CASE)

    assert (
        [LOAD, performed(RESTOCK), STORED],
        RoundResult(effects=1),
    ) == played(engine().attempt(claim), found, StockChanged(), OK)
    assert (
        RoundResult(effects=1, failed=(f"{RESTOCK.operation_id}: ValueError",))
        == played(engine().attempt(claim), found, StockChanged(), BOOM)[1]
    )
    assert (
        RoundResult(effects=1, failed=(f"{RESTOCK.operation_id}: ValueError",))
        == played(engine().attempt(claim), BOOM)[1]
    )
    late = Claim(effect(RESTOCK), NOON)
    back = store("settle", settled(RESTOCK, S.PENDING))
    assert ([back], RoundResult()) == played(engine().attempt(late), OK)


@pytest.mark.parametrize(
    "error", [NewerDocumentError("later"), RoomMissingError("engraving")]
)
@pytest.mark.parametrize(
    ("state", "then"),
    [(S.PENDING, S.PENDING), (S.CLAIMED, S.IN_DOUBT), (S.WAITING, S.WAITING)],
)
def test_an_effect_of_an_order_that_cannot_be_read_yet_is_left_alone(
    error: Exception, state: EffectState, then: EffectState
) -> None:
    """Nothing could be made of an answer here; others can.

    It is due again when a claim would have run out; one that was begun
    by another worker stays in doubt.
    """
    why = f"{RESTOCK.operation_id}: {type(error).__name__}: {error}"
    back = settled(
        RESTOCK,
        then,
        due_at=NOON + LEASE,
        note=why,
        doubt=state is S.CLAIMED,
    )
    claim = Claim(effect(RESTOCK, state), NOON + LEASE)

    assert (
        [LOAD, store("settle", back)],
        RoundResult(failed=(why,)),
    ) == played(engine().attempt(claim), error, OK)
    assert (
        RoundResult(failed=(why, f"{RESTOCK.operation_id}: ValueError"))
        == played(engine().attempt(claim), error, BOOM)[1]
    )


def test_an_effect_of_a_broken_order_is_performed() -> None:
    """A person has to look at the order, whatever comes of it."""
    claim = Claim(effect(RESTOCK), NOON + LEASE)

    assert (
        [LOAD, performed(RESTOCK), STORED],
        RoundResult(effects=1),
    ) == played(
        engine().attempt(claim), CodecError("broken"), StockChanged(), OK
    )


# --- sweeping -----------------------------------------------------------


def due(limit: int) -> Call[Any]:
    """What is asked for: nothing is put off for longer than an hour."""
    latest = NOON + timedelta(hours=2)
    request = FindDueTimers(now=NOON, limit=limit, latest=latest)
    return store("due_timers", request)


def put_off(number: int, seconds: int = 5, version: int = 0) -> Call[Any]:
    """An order that is put off, and for how long."""
    until = NOON + timedelta(seconds=seconds)
    request = Postpone(order_id=f"o{number}", version=version, until=until)
    return store("postpone", request)


def timer(number: int) -> DueTimer:
    """A timer whose date has come."""
    return DueTimer(
        order_id=f"o{number}",
        timer=Timer(TimerKind.FOLLOW_UP, f"o{number}", NOON),
    )


def fired(number: int) -> Call[Any]:
    """A timer that was fired."""
    found = timer(number)
    return submitted(TimerFired(order_id=f"o{number}", timer=found.timer))


def moved(last: int = 6) -> Receipt:
    """What a timer has led to, from the fifth version on."""
    return Receipt(order_id="o1", first_version=5, last_version=last)


def test_timers_are_fired_until_none_is_due() -> None:
    """Those that stay due are put off, and told where they fail."""
    calls = [
        due(9),
        fired(1),
        *(fired(2), put_off(2)),
        *(fired(3), put_off(3)),
        due(8),
        fired(4),
        *(fired(6), put_off(6)),
        due(7),
        *(fired(5), put_off(5)),
        due(7),
    ]
    failed = ("o2: ValueError", "o6: ValueError")

    assert (calls, RoundResult(timers=2, failed=failed)) == played(
        told().fire(9),
        (timer(1), timer(2), timer(3)),
        moved(),
        *(BOOM, True),
        *(moved(5), True),
        (timer(4), timer(6)),
        moved(),
        *(BOOM, True),
        (timer(5),),
        *(moved(5), True),
        (),
    )


def test_an_unreadable_order_is_looked_at_when_it_was_put_off_until() -> None:
    """Its reason is told once, but the store is asked to put it off again."""
    wrong = CodecError("no document")
    mine = told()
    round_ = [due(100), fired(1), put_off(1), due(100)]
    answers = ((timer(1),), wrong, OK, ())

    assert (
        round_,
        RoundResult(failed=("o1: CodecError: no document",)),
    ) == played(mine.fire(), *answers)
    assert (round_, RoundResult()) == played(mine.fire(), *answers)


@pytest.mark.parametrize(
    ("late", "seconds"), [(1, 5), (6, 6), (3_599, 3_599), (9_999, 3_600)]
)
def test_waits_of_a_timer_grow(late: int, seconds: int) -> None:
    """As long again as it has been due, whoever fires it."""
    at = NOON - timedelta(seconds=late)
    found = attrs.evolve(timer(1), timer=_at(at), version=7)
    put = put_off(1, seconds, version=7)
    calls, _ = played(told().fire(), (found,), moved(5), OK, ())
    assert [due(100), put, due(100)] == [calls[0], *calls[2:]]


@pytest.mark.parametrize(("after", "seconds"), [(4, 4), (6, 5)])
def test_the_next_timer_of_an_order_is_not_put_off(
    after: int, seconds: int
) -> None:
    """The order is looked at when that is due."""
    next_at = NOON + timedelta(seconds=after)
    found = attrs.evolve(timer(1), next_at=next_at)
    calls, _ = played(told().fire(), (found,), moved(5), OK, ())
    assert put_off(1, seconds) == calls[2]


def test_what_cannot_be_put_off_is_fired_once_a_round() -> None:
    """It is told of, and a round has an end."""
    failed = ("o1: ValueError",)
    calls = [due(9), fired(1), put_off(1), due(9), fired(2), due(9)]
    assert (calls, RoundResult(timers=1, failed=failed)) == played(
        told().fire(9),
        (timer(1),),
        *(moved(5), BOOM),
        (timer(1), timer(2)),
        moved(),
        (timer(1),),
    )


@pytest.mark.parametrize(
    "error", [NewerDocumentError("later"), RoomMissingError("engraving")]
)
def test_a_timer_that_others_can_fire_is_not_put_off(error: Any) -> None:
    """Those behind it are fired; it is looked at again after a wait."""
    one = told()
    calls = [due(1), fired(1), due(1), due(2), fired(2)]
    why = f"o1: {type(error).__name__}: {error}"
    assert (calls, RoundResult(timers=1, failed=(why,))) == played(
        one.fire(1),
        (timer(1),),
        error,
        (timer(1),),
        (timer(1), timer(2)),
        moved(),
    )
    assert ([due(1), due(1), due(2)], RoundResult()) == played(
        one.fire(1), (timer(1),), (timer(1),), (timer(1),)
    )


def _at(at: datetime) -> Timer:
    return Timer(TimerKind.FOLLOW_UP, "o1", at)


def test_so_many_timers_are_fired_and_no_more() -> None:
    """A hundred, unless told otherwise."""
    assert ([due(1), fired(1)], RoundResult(timers=1)) == played(
        told().fire(1), (timer(1),), moved(9)
    )
    assert [due(100)] == played(told().fire(), ())[0]


def test_a_store_without_room_is_left_alone() -> None:
    """What was found is tried, and nothing else is asked for."""
    full = OverloadedError("shop", 1.0)
    expected = RoundResult(
        timers=1,
        failed=(f"o1: OverloadedError: {full}",),
        overloaded=True,
    )

    assert ([due(9), fired(1), fired(2)], expected) == played(
        told().fire(9), (timer(1), timer(2)), full, moved()
    )
    assert (
        expected
        == played(told().sweep(9), (timer(1), timer(2)), full, moved())[1]
    )


def test_a_round_fires_timers_and_performs_effects() -> None:
    """So many of each, a hundred unless told otherwise."""
    found = (effect(RESTOCK),)
    once = [claims(), LOAD, performed(RESTOCK), STORED]
    case = Loaded(case=CASE)
    calls, swept = played(
        engine().sweep(2), (), *[found, case, StockChanged(), True] * 2
    )

    assert ([due(2), *once, *once], RoundResult(effects=2)) == (calls, swept)
    assert ([due(2), *once, claims()], RoundResult(effects=1)) == played(
        engine().sweep(2), (), found, case, StockChanged(), OK, ()
    )
    calls, swept = played(
        engine().sweep(), (), *[found, case, StockChanged(), True] * 100
    )
    assert (due(100), RoundResult(effects=100)) == (calls[0], swept)


def test_a_round_ends_where_the_store_has_no_room() -> None:
    """Whatever is due by then."""
    full = OverloadedError("shop", 1.0)

    assert (
        RoundResult(
            effects=1,
            failed=(f"{RESTOCK.operation_id}: OverloadedError: {full}",),
            overloaded=True,
        )
        == played(
            engine().sweep(9),
            (),
            (effect(RESTOCK),),
            Loaded(case=CASE),
            StockChanged(),
            full,
        )[1]
    )


def test_a_store_without_room_ends_a_batch() -> None:
    """What was claimed with it, and not begun, is given back."""
    full = OverloadedError("shop", 1.0)
    case = Loaded(case=CASE)
    calls, swept = played(
        engine().sweep(9),
        (),
        *((effect(RESTOCK),), case, StockChanged(), OK),
        *((effect(RESTOCK), effect(RELEASE)), full, OK),
    )

    assert swept.overloaded
    assert store("settle", settled(RELEASE, S.PENDING)) == calls[-1]


def test_a_store_without_room_for_a_claim_ends_the_round() -> None:
    """Nor for the timers that are due: what was done until then counts."""
    full = OverloadedError("shop", 1.0)
    failed = (f"OverloadedError: {full}",)
    done = [(timer(1),), moved()]

    assert (
        [due(9), claims()],
        RoundResult(failed=failed, overloaded=True),
    ) == played(engine().sweep(9), (), full)
    assert (
        [due(9), fired(1), due(8)],
        RoundResult(timers=1, failed=failed, overloaded=True),
    ) == played(told().fire(9), *done, full)


@pytest.mark.parametrize(
    "wrong", [CodecError("no document"), InvariantError("no order")]
)
def test_an_effect_of_an_order_that_cannot_be_read_waits_for_a_person(
    wrong: Exception,
) -> None:
    """In the backlog alone: its order cannot open an exception."""
    why = "capture() answered int"
    mine = effect(CAPTURE)
    outcome = 5
    note = f"{wrong}: {why}"
    settle = settled(CAPTURE, S.ATTENTION, note=note, doubt=True)
    stored = store("settle", settle)

    assert (
        [performed(CAPTURE), given_up(CAPTURE, why, unknown=True), stored],
        None,
    ) == played(told().perform(mine), outcome, wrong, OK)


def test_an_effect_of_a_newer_order_waits_for_its_release() -> None:
    """A worker of that release can read it."""
    newer = NewerDocumentError("schema 9")

    with pytest.raises(NewerDocumentError):
        played(told().perform(effect(CAPTURE)), 5, newer)


# --- performing ---------------------------------------------------------

ALL = [CAPTURE, CONSUME, RELEASE, VOID]
OUTCOMES: dict[Any, Any] = {
    CAPTURE: Captured(reference="r", amount=cents(100)),
    CONSUME: StockChanged(),
    RELEASE: StockChanged(),
    VOID: VoidPending(),
}


def fact_about(intent: Any, outcome: Any) -> Any:
    """What is taken down of an answer."""
    if intent is CAPTURE:
        return reported(outcome)
    if intent in {CONSUME, RELEASE}:
        return StockReported(
            order_id="o1",
            reservation_id="o1-r1",
            operation_id=intent.operation_id,
            outcome=outcome,
            source=provider("inventory"),
        )
    return LabelReported(
        order_id="o1",
        subject="o1-s1",
        operation_id=intent.operation_id,
        outcome=outcome,
        source=provider("carrier"),
    )


def perform(able: Any, found: Effect, *answers: Any) -> list[Any]:
    """The calls that it takes to perform an effect."""
    calls, end = played(told(able).perform(found, NOON + LEASE), *answers)
    assert end is None
    return calls


@pytest.mark.parametrize(
    ("intent", "outcome", "state", "wait"),
    [
        (CAPTURE, OUTCOMES[CAPTURE], S.DONE, 0),
        (CAPTURE, Declined(code="no"), S.DECLINED, 0),
        (CAPTURE, Pending("r"), S.WAITING, 10),
        (CONSUME, StockChanged(), S.DONE, 0),
        (RELEASE, StockChanged(), S.DONE, 0),
        (RELEASE, StockGone(), S.DECLINED, 0),
        (VOID, VoidPending(), S.WAITING, 10),
    ],
)
def test_an_answer_is_taken_down_with_its_effect(
    intent: Any, outcome: Any, state: EffectState, wait: int
) -> None:
    """What was accepted is waited for, ten days at most."""
    settle = settled(intent, state, due_at=NOON + timedelta(days=wait))

    assert [
        performed(intent),
        submitted(fact_about(intent, outcome), settle),
    ] == perform(NEITHER, effect(intent), outcome, moved())


@pytest.mark.parametrize(
    ("outcome", "state", "wait"),
    [
        (LabelPending(), S.WAITING, 10),
        (LabelRefused(code="x"), S.DECLINED, 0),
        (
            Label(label_id="l1", carrier="post", tracking_number="t"),
            S.DONE,
            0,
        ),
    ],
)
def test_people_are_fetched_just_before_the_call(
    outcome: Any, state: EffectState, wait: int
) -> None:
    """By their references; and the provider is given its key."""
    people = {"o1:ship_to": HOME}
    settle = settled(LABEL, state, due_at=NOON + timedelta(days=wait))
    calls = perform(NEITHER, effect(LABEL), people, outcome, moved())

    assert [
        store("people", people_of("o1:ship_to")),
        performed(LABEL),
        submitted(fact_about(LABEL, outcome), settle),
    ] == calls
    asked: Any = calls[1].argument
    assert ("k7", people) == (asked.key, asked.people)


def test_a_message_is_sent_to_a_contact() -> None:
    """And is done then."""
    sent_to = {"o1:contact": "x"}
    calls = perform(NEITHER, effect(NOTIFY), sent_to, Sent(), OK)

    assert [
        store("people", people_of("o1:contact")),
        performed(NOTIFY),
        store("settle", settled(NOTIFY, S.DONE)),
    ] == calls
    silent = replace(NOTIFY, contact="")
    assert (
        store("people", people_of())
        == perform(NEITHER, effect(silent), {}, Sent(), OK)[0]
    )


@pytest.mark.parametrize(
    ("attempts", "permanent", "again"),
    [(0, False, True), (6, False, True), (7, False, False), (0, True, False)],
)
def test_a_message_that_is_not_sent_is_tried_again(
    attempts: int, *, permanent: bool, again: bool
) -> None:
    """Unless it will stay so, or was tried often enough."""
    found = effect(NOTIFY, attempts=attempts)
    calls = perform(NEITHER, found, {}, NotSent("so", permanent=permanent), OK)
    pause = min(5 * 3**attempts, 3600) * SECOND
    waits = settled(
        NOTIFY,
        S.PENDING,
        due_at=NOON + pause,
        note="so",
        attempts=attempts + 1,
        renew=True,
    )

    assert (
        store("settle", waits)
        if again
        else given_up(NOTIFY, "so", attempts + 1, unknown=False)
    ) == calls[-1]


def test_stock_that_is_gone_cannot_be_moved() -> None:
    """A person looks into it; to give it back is no move."""
    why = "there is nothing to move: so"

    for intent in (CONSUME, RESTOCK):
        assert [
            performed(intent),
            given_up(intent, why, unknown=False),
        ] == perform(NEITHER, effect(intent), StockGone("so"), moved())


def test_what_is_no_answer_of_its_port_is_handed_to_a_person() -> None:
    """Nobody knows what it has done."""
    assert [
        performed(CAPTURE),
        given_up(CAPTURE, "capture() answered Sent", unknown=True),
    ] == perform(NEITHER, effect(CAPTURE), Sent(), moved())


@pytest.mark.parametrize(
    ("able", "state", "seconds"),
    [
        (NEITHER, S.PENDING, 5),
        (BOTH, S.PENDING, 5),
        (LOOKS_UP, S.PENDING, 45),
        (SAME_KEY, S.IN_DOUBT, 5),
    ],
)
@pytest.mark.parametrize(
    ("outcome", "detail"), [(Unknown("so"), "so"), (BOOM, "ValueError")]
)
def test_no_answer_is_a_doubt(
    able: Any, state: EffectState, seconds: int, outcome: Any, detail: str
) -> None:
    """The order is told where it is about money."""
    later = {"due_at": NOON + seconds * SECOND, "note": detail}

    assert [
        performed(CAPTURE),
        submitted(
            reported(Unknown(detail)), settled(CAPTURE, S.IN_DOUBT, **later)
        ),
    ] == perform(able, effect(CAPTURE, state), outcome, moved())
    assert [
        performed(RELEASE),
        store("settle", settled(RELEASE, S.IN_DOUBT, **later)),
    ] == perform(able, effect(RELEASE, state), outcome, OK)


@pytest.mark.parametrize("attempts", [6, 7, 8])
def test_doubts_have_an_end(attempts: int) -> None:
    """After so many attempts a person is asked."""
    found = effect(RELEASE, attempts=attempts)
    call = perform(NEITHER, found, Unknown("so"), moved())[-1]

    assert (
        given_up(
            RELEASE,
            f"no answer after {attempts + 1} attempts",
            attempts + 1,
            unknown=True,
        )
        if attempts > 6
        else store(
            "settle",
            settled(
                RELEASE,
                S.IN_DOUBT,
                due_at=NOON + timedelta(hours=1),
                note="so",
                attempts=attempts + 1,
            ),
        )
    ) == call


def test_a_wait_has_its_own_share() -> None:
    """By the name of the operation and its attempts."""
    jitter = told(NEITHER, retry=Retry())
    for found, outcome, people in (
        (effect(RELEASE, attempts=2), Unknown(), ()),
        (effect(NOTIFY, attempts=2), NotSent("", permanent=False), ({},)),
    ):
        calls, _ = played(jitter.perform(found), *people, outcome, OK)
        assert (
            NOON + Retry().wait(2, found.operation_id)
            == calls[-1].argument.due_at
        )


# --- what was begun -----------------------------------------------------


@pytest.mark.parametrize(
    ("attempts", "unknown"), [(0, False), (1, True), (2, True)]
)
def test_a_request_must_be_the_one_of_its_key(
    attempts: int, *, unknown: bool
) -> None:
    """Else nobody is asked for it."""
    found = effect(CAPTURE, attempts=attempts, altered=True)
    why = "it is not the request that its key was made for"

    assert [given_up(CAPTURE, why, attempts + 1, unknown=unknown)] == perform(
        BOTH, found, moved()
    )


@pytest.mark.parametrize("attempts", [7, 8, 9])
def test_what_never_ends_is_handed_to_a_person(attempts: int) -> None:
    """After so many claims that ran out."""
    found = effect(RELEASE, S.CLAIMED, attempts=attempts)
    why = f"begun {attempts} times and never ended"

    if attempts > 7:
        assert [given_up(RELEASE, why, attempts + 1, unknown=True)] == (
            perform(BOTH, found, moved())
        )
    else:
        assert (
            performed(RELEASE)
            == perform(BOTH, found, StockChanged(), moved())[0]
        )
        waits = effect(RELEASE, S.PENDING, attempts=9)
        assert (
            performed(RELEASE)
            == perform(BOTH, waits, StockChanged(), moved())[0]
        )


def test_a_late_request_is_waited_for_before_it_is_looked_up() -> None:
    """Where the same key acts twice."""
    found = effect(RELEASE, S.CLAIMED, attempts=3)
    settle = settled(
        RELEASE,
        S.IN_DOUBT,
        due_at=NOON + 45 * SECOND,
        note="its claim ran out",
        attempts=4,
    )

    assert [store("settle", settle)] == perform(LOOKS_UP, found, OK)
    for state in (S.PENDING, S.IN_DOUBT, S.WAITING):
        assert 2 == len(
            perform(LOOKS_UP, effect(RELEASE, state), StockChanged(), moved())
        )


@pytest.mark.parametrize("state", [S.CLAIMED, S.IN_DOUBT, S.WAITING])
@pytest.mark.parametrize(
    ("able", "answers", "calls"),
    [
        (NEITHER, [], []),
        (SAME_KEY, [StockChanged()], ["release"]),
        (BOTH, [StockChanged()], ["release"]),
        (LOOKS_UP, [StockChanged()], ["look_up"]),
        (LOOKS_UP, [NotKnown(), StockChanged()], ["look_up", "release"]),
        (LOOKS_UP, [BOOM], ["look_up"]),
    ],
)
def test_what_became_of_it_is_found_out(
    state: EffectState, able: Any, answers: list[Any], calls: list[str]
) -> None:
    """As the adapter can: the same key again, a look-up, or nobody."""
    if able is LOOKS_UP and state is S.CLAIMED:
        state = S.IN_DOUBT
    if able is BOTH and state is S.WAITING:
        calls = ["look_up"]
    made_calls = perform(able, effect(RELEASE, state), *answers, moved())

    assert calls == [
        call.method for call in made_calls if call.port == "inventory"
    ]
    assert all(
        "k7" == call.argument.key
        for call in made_calls
        if call.port == "inventory"
    )
    last = made_calls[-1]
    if not answers:
        why = "no answer came, and it can be neither asked nor repeated"
        assert given_up(RELEASE, why, unknown=True) == last
    elif answers == [BOOM]:
        assert (S.IN_DOUBT, "ValueError") == (
            last.argument.state,
            last.argument.note,
        )
    else:
        assert (
            submitted(
                fact_about(RELEASE, StockChanged()), settled(RELEASE, S.DONE)
            )
            == last
        )


def test_what_was_accepted_is_asked_for_again_where_it_is_not_known() -> None:
    """Under the same key, which acts once."""
    found = effect(RELEASE, S.WAITING)

    assert [
        asked_after(RELEASE),
        performed(RELEASE),
        submitted(
            fact_about(RELEASE, StockChanged()), settled(RELEASE, S.DONE)
        ),
    ] == perform(BOTH, found, NotKnown(), StockChanged(), moved())


@pytest.mark.parametrize(
    ("ago", "field", "inside"),
    [
        (3599, "created_at", True),
        (3600, "created_at", False),
        (3599, "begun_at", True),
        (3600, "begun_at", False),
    ],
)
@pytest.mark.parametrize("looks_up", [True, False])
def test_a_key_is_used_within_its_window(
    ago: int, field: str, *, inside: bool, looks_up: bool
) -> None:
    """Less a margin and the claim; afterwards nothing is asked anew."""
    able = Capabilities(
        deduplicates=True,
        looks_up=looks_up,
        window=3600 * SECOND + LEASE + 7 * SECOND,
        margin=7 * SECOND,
    )
    since: dict[str, Any] = {field: NOON - ago * SECOND}
    if field == "begun_at":
        since["created_at"] = NOON - timedelta(days=99)
    found = effect(RELEASE, S.IN_DOUBT, **since)
    why = "no answer came, and it can be neither asked nor repeated"
    lost = given_up(RELEASE, why, unknown=True)

    if inside:
        assert (
            performed(RELEASE)
            == perform(able, found, StockChanged(), moved())[0]
        )
    elif looks_up:
        assert [asked_after(RELEASE), lost] == perform(
            able, found, NotKnown(), moved()
        )
    else:
        assert [lost] == perform(able, found, moved())


@pytest.mark.parametrize(
    ("attempts", "state", "waits"),
    [
        (7, S.WAITING, True),
        (8, S.WAITING, False),
        (9, S.WAITING, False),
        (8, S.IN_DOUBT, True),
    ],
)
def test_what_is_never_reported_on_is_handed_to_a_person(
    attempts: int, state: EffectState, *, waits: bool
) -> None:
    """It was asked after often enough."""
    found = effect(CAPTURE, state, attempts=attempts)
    call = perform(LOOKS_UP, found, Pending("r"), moved())[-1]
    why = "it was accepted, and never reported on"

    assert (
        submitted(
            reported(Pending("r")),
            settled(
                CAPTURE,
                S.WAITING,
                due_at=NOON + timedelta(days=10),
                attempts=attempts + 1,
            ),
        )
        if waits
        else given_up(CAPTURE, why, attempts + 1, unknown=True)
    ) == call


def test_what_a_customer_must_do_is_waited_for() -> None:
    """As long as the desk is patient."""
    asked = Authorize(
        operation_id="o1:authorize:1",
        order_id="o1",
        amount=cents(100),
        payment_id="p1",
        tender=CARD,
    )
    outcome = RequiresAction(reference="r", url="u")
    calls, _ = played(
        told(retry=Retry(patience=3 * MINUTE)).perform(effect(asked)),
        outcome,
        moved(),
    )
    fact = attrs.evolve(reported(outcome), operation_id="o1:authorize:1")

    assert (
        submitted(fact, settled(asked, S.WAITING, due_at=NOON + 3 * MINUTE))
        == calls[1]
    )


# --- who comes too late -------------------------------------------------


def ticking(*times: datetime) -> Any:
    """A clock that tells these times."""
    told_times: Iterator[datetime] = iter(times)
    return lambda: next(told_times)


@pytest.mark.parametrize(
    ("late", "is_called"), [(-1, True), (0, False), (1, False)]
)
def test_who_slept_past_its_claim_calls_nobody(
    late: int, *, is_called: bool
) -> None:
    """Whoever has taken it over asks."""
    until = NOON - late * SECOND
    looked_up = [NotKnown(), StockChanged(), moved()]

    for able, state, answers in (
        (NEITHER, S.PENDING, [StockChanged(), moved()]),
        (SAME_KEY, S.IN_DOUBT, [StockChanged(), moved()]),
        (LOOKS_UP, S.IN_DOUBT, looked_up),
    ):
        found = effect(RELEASE, state)
        heard = answers if is_called else answers[:-2]
        calls, end = played(told(able).perform(found, until), *heard)
        assert (len(heard), None) == (len(calls), end)


def test_a_claim_that_is_not_watched_never_runs_out() -> None:
    """Who gives no time is trusted."""
    calls, _ = played(
        told(NEITHER).perform(effect(RELEASE)), StockChanged(), moved()
    )

    assert performed(RELEASE) == calls[0]


def test_times_are_those_of_when_it_is_said() -> None:
    """A settle is due by the clock after the call."""
    clock = ticking(NOON, NOON + MINUTE)
    calls, _ = played(
        told(NEITHER, clock=clock).perform(effect(RESTOCK), NOON + LEASE),
        StockChanged(),
        OK,
    )

    assert NOON + MINUTE == calls[1].argument.due_at


# --- what cannot be taken down ------------------------------------------


@pytest.mark.parametrize(
    "error",
    [MoneyError("odd"), NotAllowedError("take", "it", "odd", "wait")],
)
def test_an_answer_that_cannot_be_taken_down_is_told(error: Any) -> None:
    """By our own words for it."""
    calls = perform(
        NEITHER, effect(CAPTURE), OUTCOMES[CAPTURE], error, moved()
    )

    assert (
        given_up(
            CAPTURE, f"its answer cannot be taken down: {error}", unknown=True
        )
        == calls[2]
    )


@pytest.mark.parametrize("error", [ConflictError("x"), BOOM])
def test_a_race_that_was_lost_goes_on(error: Exception) -> None:
    """It is no fault of the answer's."""
    with pytest.raises(type(error)):
        perform(NEITHER, effect(CAPTURE), OUTCOMES[CAPTURE], error)


def test_why_it_was_given_up_is_kept_short() -> None:
    """And free of what may not be kept."""
    long = perform(NEITHER, effect(NOTIFY), {}, NotSent("x" * 501), moved())[
        -1
    ]
    card = perform(
        NEITHER,
        effect(NOTIFY),
        {},
        NotSent("4111 1111 1111 1111 declined"),
        moved(),
    )[-1]
    note = perform(
        NEITHER,
        effect(NOTIFY),
        {},
        NotSent("x" * 501, permanent=False),
        OK,
    )[-1]

    assert given_up(NOTIFY, "x" * 500, unknown=False) == long
    masked = "**** **** **** 1111 declined"
    assert given_up(NOTIFY, masked, unknown=False) == card
    assert "x" * 500 == note.argument.note


# --- quotes -------------------------------------------------------------

PARCELS = (Parcel(weight_g=500),)
SENT = sent(ShipmentState.PACKED, parcels=PARCELS)
CASE = Case(order_id="o1", order=made(), shipments={"o1-s1": SENT})
QUOTED = Quoted(rates=())


def quoted(*answers: Any, shipment_id: str = "o1-s1") -> Any:
    """What comes of a quote."""
    return played(requests.quoted("o1", shipment_id), *answers)


def test_a_quote_asks_for_what_is_packed() -> None:
    """From where it is to where it goes."""
    people = {"o1:ship_to": HOME}
    calls, answer = quoted(Loaded(case=CASE), people, QUOTED)
    request = RateRequest(
        subject="o1-s1",
        place="north",
        address="o1:ship_to",
        parcels=PARCELS,
    )

    assert [
        store("load", "o1"),
        store("people", people_of("o1:ship_to")),
        Call("carrier", "quote", request),
    ] == calls
    assert (people, QUOTED) == (calls[2].argument.people, answer)


def test_a_quote_may_have_no_answer() -> None:
    """An error is none, and another matter is none of its port."""
    known: tuple[Any, ...] = (Loaded(case=CASE), {})

    assert Unknown("so") == quoted(*known, Unknown("so"))[1]
    assert Unknown("ValueError") == quoted(*known, BOOM)[1]
    with pytest.raises(PortError, match=r"\ASent is no answer to a quote\Z"):
        quoted(*known, Sent())


def test_a_quote_needs_an_order_and_a_shipment() -> None:
    """Else it is not found."""
    with pytest.raises(NotFoundError) as caught:
        quoted(None)
    assert ("order", "o1", ()) == caught.value.args
    with pytest.raises(NotFoundError) as caught:
        quoted(Loaded(case=CASE), shipment_id="x")
    assert ("shipment", "x", ("o1-s1",)) == caught.value.args


def test_what_is_no_input_is_refused_before_it_is_loaded() -> None:
    """Nothing is asked of the store."""
    with pytest.raises(ValidationError):
        next(engine().submit("o1"))

"""Each effect happens at most once, and none is ever forgotten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import attrs
import pytest

from orderlife import (
    Capabilities,
    ExceptionKind,
    Finding,
    LabelReported,
    Money,
    OrderDesk,
    PaymentReported,
    Policy,
    Remedy,
    Retry,
    StockReported,
)
from orderlife.engine.calls import run
from orderlife.ports.base import NotKnown, Unknown
from orderlife.ports.carrier import Label, LabelVoided
from orderlife.ports.inventory import StockChanged, StockGone, StockShort
from orderlife.ports.notifier import NotSent, Sent
from orderlife.ports.payment import (
    Authorized,
    Captured,
    Declined,
    Pending,
    Refunded,
)
from orderlife.ports.store import ClaimEffects, Effect, EffectState
from orderlife.testing import Crash, Decline, Script, TimeOut
from tests.desk.shop import (
    BOTH,
    DEDUPLICATES,
    LOOKS_UP,
    NEITHER,
    ProcessDied,
    Shop,
    Through,
    always,
)

CAPTURE = "o1:capture:1"
LEASE = timedelta(minutes=3)
DAY = timedelta(days=1)

FAULTS: dict[str, tuple[TimeOut | Crash, int]] = {
    "timed out before": (TimeOut("before"), 0),
    "timed out after": (TimeOut("after"), 1),
    "raised before": (Crash("before"), 0),
    "raised after": (Crash("after"), 1),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(
    "able", [BOTH, DEDUPLICATES, LOOKS_UP], ids=["both", "dedup", "look-up"]
)
def test_a_lost_answer_is_found_out(able: Capabilities, fault: str) -> None:
    """Asked after or repeated under its key: it happened exactly once."""
    behaviour, already = FAULTS[fault]
    shop = Shop(capabilities=able, script=Script().on("capture", behaviour))
    shop.place()
    shop.dispatch()
    assert shop.effect(CAPTURE).state is EffectState.IN_DOUBT
    assert shop.captures() == already
    shop.work_for(timedelta(minutes=1))
    assert shop.effect(CAPTURE).state is EffectState.DONE
    assert shop.captures() == 1
    assert shop.bank.doubled() == ()
    assert shop.view().status.payment == "paid"
    assert shop.open_kinds() == []


@pytest.mark.parametrize("fault", FAULTS)
def test_what_nobody_can_tell_is_handed_to_a_person(fault: str) -> None:
    """An adapter that can do neither is called once, and never again."""
    behaviour, happened = FAULTS[fault]
    shop = Shop(capabilities=NEITHER, script=Script().on("capture", behaviour))
    gateway = Through(shop.bank)
    shop.desk = shop.another(payment=gateway)
    shop.place()
    shop.dispatch()
    shop.work_for(timedelta(hours=2))
    assert len(gateway.named("capture")) == 1
    assert shop.captures() == happened
    assert shop.effect(CAPTURE).state is EffectState.ATTENTION
    assert shop.open_kinds() == [ExceptionKind.OUTCOME_UNKNOWN]
    shop.work_for(timedelta(days=30))
    assert len(gateway.named("capture")) == 1


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    ("able", "expected"),
    [
        (BOTH, EffectState.DONE),
        (DEDUPLICATES, EffectState.DONE),
        (LOOKS_UP, EffectState.DONE),
        (NEITHER, EffectState.ATTENTION),
    ],
    ids=["both", "dedup", "look-up", "neither"],
)
def test_a_process_that_dies_leaves_its_effect_in_doubt(
    able: Capabilities, expected: EffectState, when: str
) -> None:
    """Its claim runs out, and another process finds out what became."""
    shop = Shop(capabilities=able)
    shop.place()

    def die(intent: Any) -> Any:
        if when == "after":
            shop.bank.capture(intent)
        raise ProcessDied

    dying = shop.another(payment=Through(shop.bank, capture=die))
    dying.shipments.pick("o1-s1")
    dying.shipments.pack("o1-s1", weight_g=5)
    with pytest.raises(ProcessDied):
        dying.shipments.dispatch("o1-s1")
    assert shop.effect(CAPTURE).state is EffectState.CLAIMED
    shop.work_for(timedelta(minutes=1))
    assert shop.effect(CAPTURE).state is EffectState.CLAIMED
    shop.work_for(LEASE)
    assert shop.effect(CAPTURE).state is expected
    told = expected is EffectState.DONE
    assert shop.captures() == (1 if told or when == "after" else 0)
    assert shop.bank.doubled() == ()


def test_a_process_that_always_dies_is_given_up() -> None:
    """What kills whoever performs it ends with a person, too."""
    shop = Shop()
    shop.place()
    deaths = 0
    killer = Through(
        shop.bank,
        capture=always(ProcessDied()),
        look_up=always(NotKnown()),
    )
    desk = shop.another(payment=killer)
    desk.shipments.pick("o1-s1")
    desk.shipments.pack("o1-s1", weight_g=5)
    steps: list[Callable[[], object]] = [
        lambda: desk.shipments.dispatch("o1-s1")
    ]
    for step in steps + [desk.work] * 40:
        try:
            step()
        except ProcessDied:
            deaths += 1
        shop.clock.advance(LEASE)
    assert deaths == Retry().attempts
    assert shop.effect(CAPTURE).state is EffectState.ATTENTION
    assert shop.open_kinds() == [ExceptionKind.OUTCOME_UNKNOWN]


def test_the_waits_grow() -> None:
    """Each wait is longer than the last, up to the longest.

    Each is up to a fifth shorter, by a share of its own.
    """
    shop = Shop(script=Script().always("capture", TimeOut("before")))
    shop.place()
    shop.dispatch()
    waits = []
    while (effect := shop.effect(CAPTURE)).state is EffectState.IN_DOUBT:
        waits.append(effect.due_at - shop.clock())
        shop.clock.advance(waits[-1] - timedelta(seconds=1))
        shop.desk.work()
        assert shop.effect(CAPTURE) == effect, "not before its time"
        shop.clock.advance(seconds=1)
        shop.desk.work()
    seconds = [wait.total_seconds() for wait in waits]
    longest = [5, 15, 45, 135, 405, 1215, 3600]
    shares = [wait / most for wait, most in zip(seconds, longest, strict=True)]
    assert all(0.8 < share <= 1 for share in shares)
    assert len(set(shares)) == len(shares)
    assert effect.state is EffectState.ATTENTION
    assert effect.attempts == Retry().attempts
    assert effect.note == "no answer after 8 attempts"
    assert shop.open_kinds() == [ExceptionKind.OUTCOME_UNKNOWN]


def test_waits_are_bounded() -> None:
    """However often it was tried, and however fast they grow."""
    retry = Retry(first=timedelta(days=400), factor=10**6, most=DAY)
    assert retry.wait(0) == DAY
    assert retry.wait(10**9) == DAY
    steady = Retry(first=timedelta(seconds=1), factor=1)
    assert steady.wait(10**9) == timedelta(seconds=1)


@pytest.mark.parametrize(
    ("able", "again"),
    [(BOTH, 1), (DEDUPLICATES, 1), (LOOKS_UP, 1), (NEITHER, 0)],
    ids=["both", "dedup", "look-up", "neither"],
)
def test_a_person_may_have_it_tried_again(
    able: Capabilities, again: int
) -> None:
    """The same operation, under its key; what cannot be is handed back."""
    script = Script().on("capture", *[TimeOut("before")] * 2)
    shop = Shop(capabilities=able, script=script, retry=Retry(attempts=2))
    shop.place()
    shop.dispatch()
    shop.work_for(timedelta(hours=1))
    (item,) = shop.view().exceptions
    assert shop.captures() == 0
    shop.desk.exceptions.resolve(
        "o1", item.exception_id, Remedy.RETRY, "try again"
    )
    shop.work_for(timedelta(hours=1))
    assert shop.captures() == again
    assert shop.bank.doubled() == ()
    if again:
        assert shop.effect(CAPTURE).state is EffectState.DONE
        assert shop.open_kinds() == []
    else:
        assert shop.effect(CAPTURE).state is EffectState.ATTENTION
        assert shop.open_kinds() == [ExceptionKind.OUTCOME_UNKNOWN]


def test_it_is_handed_over_as_often_as_it_fails() -> None:
    """Each failure after a retry opens an exception of its own."""
    script = Script().always("capture", TimeOut("before"))
    shop = Shop(script=script, retry=Retry(attempts=1))
    shop.place()
    shop.dispatch()
    for number in range(1, 5):
        shop.work_for(timedelta(hours=1))
        (item,) = shop.view().exceptions
        assert item.exception_id == f"x{number}"
        shop.desk.exceptions.resolve(
            "o1", item.exception_id, Remedy.RETRY, "again"
        )
    script.clear("capture")
    shop.work_for(timedelta(hours=1))
    (item,) = shop.view().exceptions
    shop.desk.exceptions.resolve(
        "o1", item.exception_id, Remedy.RETRY, "again"
    )
    shop.work_for(timedelta(hours=1))
    assert shop.captures() == 1
    assert shop.effect(CAPTURE).state is EffectState.DONE


def test_a_late_report_ends_what_was_handed_over() -> None:
    """The provider's own word settles the effect, and closes the item."""
    script = Script().on("capture", TimeOut("after"))
    shop = Shop(capabilities=NEITHER, script=script)
    shop.place()
    shop.dispatch()
    shop.work_for(timedelta(hours=1))
    assert shop.effect(CAPTURE).state is EffectState.ATTENTION
    (taken,) = (e for e in shop.bank.effects if e.kind == "captured")
    shop.desk.report(
        PaymentReported(
            order_id="o1",
            operation_id=CAPTURE,
            outcome=Captured(
                reference="r1", amount=Money.of_minor(taken.minor, "EUR")
            ),
        )
    )
    assert shop.effect(CAPTURE).state is EffectState.DONE
    assert shop.view().status.payment == "paid"
    assert shop.open_kinds() == []


WINDOW = Capabilities(deduplicates=True, window=timedelta(hours=2))


@pytest.mark.parametrize(
    ("pause", "expected"),
    [
        (timedelta(hours=1, minutes=56), EffectState.DONE),
        (timedelta(hours=1, minutes=58), EffectState.ATTENTION),
        (timedelta(hours=3), EffectState.ATTENTION),
    ],
)
def test_nothing_is_repeated_after_the_provider_forgets(
    pause: timedelta, expected: EffectState
) -> None:
    """The window of its memory counts, less a call's time and a margin."""
    script = Script().on("capture", TimeOut("after"))
    shop = Shop(capabilities=WINDOW, script=script)
    shop.place()
    shop.dispatch()
    shop.clock.advance(pause)
    shop.desk.work()
    assert shop.effect(CAPTURE).state is expected
    assert shop.captures() == 1


# What is pending


def test_what_is_pending_waits_for_its_report() -> None:
    """Nobody asks the provider again before its patience is at an end."""
    shop = Shop()
    shop.place(pay_with="tok_capture_pending")
    gateway = Through(shop.bank)
    shop.desk = shop.another(payment=gateway)
    shop.dispatch()
    assert shop.effect(CAPTURE).state is EffectState.WAITING
    assert shop.effect(CAPTURE).due_at == shop.clock() + Retry().patience
    shop.work_for(9 * DAY)
    assert gateway.named("look_up") == []
    outcome: Any = shop.bank.settle(CAPTURE)
    report = PaymentReported(
        order_id="o1", operation_id=CAPTURE, outcome=outcome
    )
    shop.desk.report(report)
    assert shop.effect(CAPTURE).state is EffectState.DONE
    shop.desk.report(report)
    assert shop.view().status.payment == "paid"
    shop.work_for(90 * DAY)
    assert gateway.named("look_up") == []


def test_a_report_that_never_comes_is_asked_after() -> None:
    """What has happened meanwhile is found out."""
    shop = Shop()
    shop.place(pay_with="tok_capture_pending")
    shop.dispatch()
    shop.bank.settle(CAPTURE)
    shop.work_for(11 * DAY)
    assert shop.effect(CAPTURE).state is EffectState.DONE
    assert shop.view().status.payment == "paid"
    assert shop.captures() == 1


@pytest.mark.parametrize("known", ["settled", "nothing", "no answer"])
def test_what_was_accepted_before_a_death_is_asked_after(known: str) -> None:
    """Whoever knows the key repeats the first answer, which is old."""
    shop = Shop()
    shop.place(pay_with="tok_capture_pending")

    def die(intent: Any) -> Any:
        shop.bank.capture(intent)
        raise ProcessDied

    def look_up(intent: Any) -> Any:
        if known == "no answer":
            raise TimeoutError
        return NotKnown() if known == "nothing" else shop.bank.look_up(intent)

    shop.desk = shop.another(payment=Through(shop.bank, capture=die))
    with pytest.raises(ProcessDied):
        shop.dispatch()
    shop.bank.settle(CAPTURE)
    shop.desk = shop.another(payment=Through(shop.bank, look_up=look_up))
    shop.work_for(LEASE)
    found = known == "settled"
    state = EffectState.DONE if found else EffectState.WAITING
    assert shop.effect(CAPTURE).state is state
    assert shop.view().status.payment == ("paid" if found else "authorized")
    assert shop.captures() == 1


def test_patience_ends() -> None:
    """What stays pending for ever ends with a person."""
    shop = Shop(retry=Retry(attempts=3))
    shop.place(pay_with="tok_capture_pending")
    shop.dispatch()
    shop.work_for(25 * DAY)
    assert shop.effect(CAPTURE).state is EffectState.WAITING
    shop.work_for(25 * DAY)
    assert shop.effect(CAPTURE).state is EffectState.ATTENTION
    assert shop.effect(CAPTURE).note == (
        "it was accepted, and never reported on"
    )
    assert shop.open_kinds() == [ExceptionKind.OUTCOME_UNKNOWN]


def test_what_is_pending_only_now_has_patience_of_its_own() -> None:
    """Attempts that failed before do not count against a report."""
    script = Script().on("capture", *[TimeOut("before")] * 2)
    shop = Shop(script=script, retry=Retry(attempts=3))
    shop.place(pay_with="tok_capture_pending")
    shop.dispatch()
    shop.work_for(timedelta(hours=1))
    assert shop.effect(CAPTURE).attempts == 3
    assert shop.effect(CAPTURE).state is EffectState.WAITING
    assert shop.open_kinds() == []


def test_a_pending_operation_that_cannot_be_asked_after() -> None:
    """Nobody repeats it blindly, however long it takes."""
    shop = Shop(capabilities=NEITHER)
    gateway = Through(shop.bank)
    shop.place(pay_with="tok_capture_pending")
    shop.desk = shop.another(payment=gateway)
    shop.dispatch()
    shop.work_for(15 * DAY)
    assert len(gateway.named("capture")) == 1
    assert shop.effect(CAPTURE).state is EffectState.ATTENTION


@pytest.mark.parametrize(
    "outcome",
    [
        Unknown("still nothing"),
        Pending("still waiting"),
        Refunded(reference="r", amount=Money("25.00", "EUR")),
    ],
)
def test_a_report_that_decides_nothing_settles_nothing(outcome: Any) -> None:
    """It still waits for the report that does."""
    shop = Shop()
    shop.place(pay_with="tok_capture_pending")
    shop.dispatch()
    report = PaymentReported(
        order_id="o1", operation_id=CAPTURE, outcome=outcome
    )
    shop.desk.report(report)
    assert shop.effect(CAPTURE).state is EffectState.WAITING


# Adapters that break their contract


WRONG: dict[str, tuple[str, str, Any]] = {
    "text": ("payment", "capture", "ok"),
    "nothing": ("payment", "capture", None),
    "another answer": (
        "payment",
        "capture",
        Refunded(reference="r", amount=Money("25.00", "EUR")),
    ),
    "not known": ("payment", "capture", NotKnown()),
    "a float": ("payment", "capture", Captured(reference="r", amount=25.0)),  # type: ignore[arg-type]
    "no reference": (
        "payment",
        "capture",
        Captured(reference=None, amount=Money("25.00", "EUR")),  # type: ignore[arg-type]
    ),
    "a label": ("carrier", "buy_label", LabelVoided()),
    "stock": ("inventory", "consume", Sent()),
    "message": ("notifier", "send", Authorized),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_answer_is_handed_to_a_person(what: str) -> None:
    """It may have acted, so it is not tried again; others go on."""
    port, method, answer = WRONG[what]
    shop = Shop()
    fakes: Any = getattr(shop.ports, port)
    wrong = Through(fakes, **{method: always(answer)})
    replaced: dict[str, Any] = {port: wrong}
    shop.desk = shop.another(**replaced)
    shop.place()
    shop.dispatch()
    shop.work_for(timedelta(hours=1))
    states = {
        e.state
        for e in shop.desk.effects("o1")
        if e.intent.port == port
        and type(e.intent) is type(wrong.named(method)[0])
    }
    assert states == {EffectState.ATTENTION}
    keys = [intent.operation_id for intent in wrong.named(method)]
    assert len(keys) == len(set(keys))
    assert set(shop.open_kinds()) <= {
        ExceptionKind.OUTCOME_UNKNOWN,
        ExceptionKind.MESSAGE_FAILED,
    }


def test_a_poisoned_effect_blocks_no_other_order() -> None:
    """Whatever it does to those who touch it, the others go on."""
    script = Script()
    for method in ("authorize:1", "capture:1"):
        script.always(f"o1:{method}", Crash("before"))
    shop = Shop(script=script, inline=False)
    for order_id in ("o1", "o2", "o3"):
        shop.place(order_id=order_id)
    shop.work_for(timedelta(hours=5))
    assert shop.view("o2").status.payment == "authorized"
    assert shop.view("o3").status.payment == "authorized"
    assert shop.effect("o1:authorize:1").state is EffectState.ATTENTION


def test_an_answer_that_is_refused_is_handed_over() -> None:
    """A command that was stored has succeeded, whatever a rule does then."""
    odd: Any = Authorized(amount=Money("9.00", "EUR"), reference=7)  # type: ignore[arg-type]
    shop = Shop()
    gateway = Through(shop.bank, authorize=always(odd))
    shop.desk = shop.another(payment=gateway)
    view = shop.place()
    assert view.status.order == "placed"
    effect = shop.effect("o1:authorize:1")
    assert effect.state is EffectState.ATTENTION
    assert effect.note == (
        "its answer cannot be taken down: PaymentReported is not valid:\n"
        "  outcome.reference: must be text, not int"
    )
    assert shop.open_kinds() == [ExceptionKind.OUTCOME_UNKNOWN]


def test_card_numbers_in_reasons_are_masked() -> None:
    """A reason that holds a card number is kept without it."""
    card = "the card 4111 1111 1111 1111 was refused"
    refusing = always(NotSent(card))
    shop = Shop()
    shop.desk = shop.another(notifier=Through(shop.post, send=refusing))
    shop.place()
    effect = shop.effect("o1:notify:8")
    assert effect.state is EffectState.ATTENTION
    assert "4111" not in effect.note
    assert shop.open_kinds() == [ExceptionKind.MESSAGE_FAILED]
    (item,) = shop.view().exceptions
    masked = "the card **** **** **** 1111 was refused"
    assert item.contradiction.observed == masked


def test_card_numbers_in_details_are_masked() -> None:
    """No answer is none, whatever it says: it is asked after again."""
    shop = Shop()
    card = Unknown("4111 1111 1111 1111 timed out")
    gateway = Through(shop.bank, capture=always(card))
    shop.desk = shop.another(payment=gateway)
    shop.place()
    shop.dispatch()
    assert len(gateway.named("capture")) == 1
    effect = shop.effect(CAPTURE)
    assert effect.state is EffectState.IN_DOUBT
    assert effect.note == "**** **** **** 1111 timed out"
    assert "4111" not in repr(shop.history())


def test_long_reasons_are_cut() -> None:
    """An adapter's lament takes no more than its room."""
    shop = Shop()
    lament = always(NotSent("alas " * 5000))
    shop.desk = shop.another(notifier=Through(shop.post, send=lament))
    shop.place()
    assert len(shop.effect("o1:notify:8").note) == 500


def test_what_an_adapter_raises_shows_only_its_type() -> None:
    """Its text may hold anything, a person's data among it."""
    shop = Shop()
    secret = ValueError("ada@example.org is unknown")
    gateway = Through(shop.bank, capture=always(secret))
    shop.desk = shop.another(payment=gateway)
    shop.place()
    shop.dispatch()
    assert shop.effect(CAPTURE).note == "ValueError"
    assert "ada@example.org" not in repr(shop.history())


def test_a_look_up_that_raises_has_found_nothing_out() -> None:
    """The effect stays in doubt, and is asked after again."""
    shop = Shop(
        capabilities=LOOKS_UP,
        script=Script().on("capture", TimeOut("after")),
    )
    broken = Through(shop.bank, look_up=always(ValueError("no line")))
    shop.desk = shop.another(payment=broken)
    shop.place()
    shop.dispatch()
    shop.work_for(timedelta(minutes=1))
    assert shop.effect(CAPTURE).state is EffectState.IN_DOUBT
    assert broken.named("look_up")
    shop.desk = shop.another(payment=shop.bank)
    shop.work_for(timedelta(days=1))
    assert shop.effect(CAPTURE).state is EffectState.DONE
    assert shop.captures() == 1


# Messages


def test_a_message_that_failed_for_now_is_sent_later() -> None:
    """Under the same operation, after a wait."""
    script = Script().on("send", Decline("mailbox_full", "later"))
    shop = Shop(script=script)
    shop.place()
    assert shop.post.kinds() == ()
    assert shop.effect("o1:notify:8").state is EffectState.PENDING
    assert shop.effect("o1:notify:8").note == "mailbox_full"
    shop.work_for(timedelta(minutes=1))
    assert [kind.value for kind in shop.post.kinds()] == ["order_confirmed"]
    assert shop.effect("o1:notify:8").state is EffectState.DONE


def test_a_message_waits_its_own_time() -> None:
    """Of all that failed together, each comes again at another moment."""
    script = Script().on("send", Decline("mailbox_full", "later"))
    shop = Shop(script=script)
    shop.place()
    wait = Retry().wait(0, "o1:notify:8")
    assert shop.effect("o1:notify:8").due_at == shop.clock() + wait
    assert wait != Retry().wait(0)


def test_each_port_speaks_for_itself() -> None:
    """The history tells who has answered what."""
    shop = Shop()
    shop.place()
    shop.dispatch()
    told = {
        (recorded.cause.rpartition(":")[0], str(recorded.actor))
        for recorded in shop.history()
        if ":" in recorded.cause
    }
    assert told == {
        ("o1-r1:reserve", "provider:inventory"),
        ("o1:authorize", "provider:payment"),
        ("o1-r1:allocate", "provider:inventory"),
        ("o1-s1:label", "provider:carrier"),
        ("o1:capture", "provider:payment"),
    }


def test_a_port_speaks_for_itself_where_it_gave_up() -> None:
    """The history tells of which one it was."""
    script = Script().on("send", Decline("bounced", "never"))
    shop = Shop(script=script)
    shop.place()
    actors = [
        str(recorded.actor)
        for recorded in shop.history()
        if recorded.cause == "o1:notify:8"
    ]
    assert actors == ["provider:notifier"]


def test_a_message_that_fails_for_good_is_handed_over() -> None:
    """At once if it is permanent, else after all attempts; and no more."""
    for advice, attempts in (("never", 1), ("later", 8)):
        script = Script().always("send", Decline("bounced", advice))  # type: ignore[arg-type]
        shop = Shop(script=script, policy=Policy(tell_staff=False))
        shop.place()
        shop.work_for(timedelta(hours=5))
        effect = shop.effect("o1:notify:8")
        assert effect.state is EffectState.ATTENTION
        assert effect.attempts == attempts
        assert shop.open_kinds() == [ExceptionKind.MESSAGE_FAILED]


# Stock


def test_stock_that_is_not_there_to_move_is_handed_over() -> None:
    """Goods have left that the inventory does not know of."""
    shop = Shop()
    gone = Through(shop.ports.inventory, consume=always(StockGone("sold")))
    shop.desk = shop.another(inventory=gone)
    shop.place()
    shop.dispatch()
    effect = shop.effect("o1-r1:consume:3")
    assert effect.state is EffectState.ATTENTION
    assert effect.note == "there is nothing to move: sold"
    assert shop.open_kinds() == [ExceptionKind.EFFECT_FAILED]


def returned(shop: Shop) -> None:
    """Send an order, take one unit back, and inspect it."""
    shop.place()
    shop.dispatch()
    shop.desk.shipments.scan("o1-s1", "delivered", shop.clock())
    shop.desk.returns.request("o1", {"1": 1}, "too_small")
    shop.desk.returns.receive(
        "o1-t1", {"1": 1}, parcel_id="p1", at=shop.clock()
    )
    found = Finding(
        line_id="1", quantity=1, condition="sellable", disposition="restock"
    )
    shop.desk.returns.inspect("o1-t1", [found])


def test_returned_goods_are_put_away() -> None:
    """The restock is done, and the stock has them."""
    shop = Shop()
    returned(shop)
    assert shop.effect("o1-t1:restock:2").state is EffectState.DONE
    assert shop.ports.inventory.level("mug").on_hand == 39


def test_returned_goods_that_cannot_be_put_away() -> None:
    """Somebody has to look where they are."""
    shop = Shop()
    gone = Through(shop.ports.inventory, restock=always(StockGone("where?")))
    shop.desk = shop.another(inventory=gone)
    returned(shop)
    effect = shop.effect("o1-t1:restock:2")
    assert effect.state is EffectState.ATTENTION
    assert ExceptionKind.EFFECT_FAILED in shop.open_kinds()


# Zombies


def claimed(shop: Shop, desk: OrderDesk) -> Effect:
    """Claim the capture for a desk that then stands still."""
    request = ClaimEffects(
        now=shop.clock(),
        until=shop.clock() + timedelta(minutes=2),
        owner=desk.engine.owner,
        limit=100,
        order_id="o1",
    )
    found = shop.ports.store.claim(request)
    (effect,) = (e for e in found if e.operation_id == CAPTURE)
    return effect


def sent_by_hand(shop: Shop) -> None:
    """Bring an order to where its capture is due and nobody works."""
    shop.place()
    shop.desk.shipments.pick("o1-s1")
    shop.desk.shipments.pack("o1-s1", weight_g=5)
    shop.desk.shipments.buy_label("o1-s1")
    idle = shop.another(inline=False)
    idle.shipments.dispatch("o1-s1")


ZOMBIES: dict[str, Callable[[Shop], Any]] = {
    "captured": lambda shop: Captured(
        reference=f"ref-{CAPTURE}", amount=Money("25.00", "EUR")
    ),
    "lost": lambda shop: Unknown("no answer"),
    "pending": lambda shop: Pending("p"),
    "declined": lambda shop: Declined(code="late"),
    "wrong": lambda shop: "nonsense",
}


@pytest.mark.parametrize("answer", ZOMBIES)
@pytest.mark.parametrize("attempts", [1, 8])
def test_a_zombie_changes_nothing(answer: str, attempts: int) -> None:
    """Whatever it brings after another has done the work: it is over."""
    shop = Shop()
    sent_by_hand(shop)
    late = ZOMBIES[answer](shop)
    zombie = shop.another(payment=Through(shop.bank, capture=always(late)))
    effect = attrs.evolve(claimed(shop, zombie), attempts=attempts - 1)
    shop.clock.advance(LEASE)
    shop.work_for(timedelta(minutes=1))
    assert shop.effect(CAPTURE).state is EffectState.DONE
    before = shop.snapshot()
    run(zombie.engine.perform(effect), zombie.ports)
    assert before == shop.snapshot()
    assert shop.captures() == 1


@pytest.mark.parametrize("answer", ["lost", "pending", "wrong"])
def test_a_zombie_does_not_speak_for_who_took_over(answer: str) -> None:
    """While another performs it, only an outcome counts, and no doubt."""
    shop = Shop()
    sent_by_hand(shop)
    late = ZOMBIES[answer](shop)
    zombie = shop.another(payment=Through(shop.bank, capture=always(late)))
    first = claimed(shop, zombie)
    shop.clock.advance(LEASE)
    # The same desk again: its name alone does not tell the two apart.
    second = claimed(shop, zombie)
    assert first.attempts < second.attempts
    before = shop.snapshot()
    run(zombie.engine.perform(first), zombie.ports)
    assert before == shop.snapshot()
    assert shop.effect(CAPTURE).state is EffectState.CLAIMED


def test_a_zombies_late_answer_changes_nothing() -> None:
    """Whoever has taken the effect over hears of the money itself."""
    shop = Shop()
    sent_by_hand(shop)
    zombie = shop.another()
    effect = claimed(shop, zombie)
    shop.clock.advance(LEASE)
    claimed(shop, shop.another())
    before = (shop.view(), shop.effect(CAPTURE))
    run(zombie.engine.perform(effect), zombie.ports)
    assert shop.captures() == 1
    assert before == (shop.view(), shop.effect(CAPTURE))
    shop.work_for(timedelta(hours=1))
    assert shop.effect(CAPTURE).state is EffectState.DONE
    assert shop.view().status.payment == "paid"
    assert shop.captures() == 1


# Reports of stock and labels


def test_a_label_that_comes_by_report() -> None:
    """The carrier's report ends the wait, and the parcel goes."""
    shop = Shop()
    shop.place()
    shop.desk.shipments.pick("o1-s1")
    shop.desk.shipments.pack("o1-s1", weight_g=5)
    shop.desk.shipments.dispatch("o1-s1", service="pending")
    key = "o1-s1:label:1"
    assert shop.effect(key).state is EffectState.WAITING
    outcome: Any = shop.ports.carrier.settle(key)
    assert isinstance(outcome, Label)
    # A shipment that nobody knows of settles nothing.
    for subject, state in (
        ("o1-s9", EffectState.WAITING),
        ("o1-s1", EffectState.DONE),
    ):
        shop.desk.report(
            LabelReported(
                order_id="o1",
                subject=subject,
                operation_id=key,
                outcome=outcome,
            )
        )
        assert shop.effect(key).state is state
    assert shop.view().status.fulfilment == "shipped"


def test_a_return_label_that_comes_by_report() -> None:
    """Likewise for the way back."""
    shop = Shop()
    shop.place()
    shop.dispatch()
    shop.desk.shipments.scan("o1-s1", "delivered", shop.clock())
    waiting = Through(shop.ports.carrier, buy_label=always(Unknown()))
    shop.another(carrier=waiting).returns.request("o1", {"1": 1}, "defective")
    key = "o1-t1:label:1"
    assert shop.effect(key).state is EffectState.IN_DOUBT
    label = Label(label_id="l", carrier="post", tracking_number="t")
    for subject, outcome, state in (
        ("o1-t9", label, EffectState.IN_DOUBT),
        ("o1-t1", LabelVoided(), EffectState.IN_DOUBT),
        ("o1-t1", label, EffectState.DONE),
    ):
        shop.desk.report(
            LabelReported(
                order_id="o1",
                subject=subject,
                operation_id=f"{subject}:label:1",
                outcome=outcome,
            )
        )
        assert shop.effect(key).state is state


def test_stock_that_is_reported_late() -> None:
    """An answer that was lost on its way may come by another."""
    shop = Shop()
    lost = Through(shop.ports.inventory, allocate=always(Unknown()))
    shop.desk = shop.another(inventory=lost)
    shop.place()
    key = "o1-r1:allocate:2"
    assert shop.effect(key).state is EffectState.IN_DOUBT
    for outcome, state in (
        (Unknown(), EffectState.IN_DOUBT),
        (StockShort(shortages=()), EffectState.IN_DOUBT),
        (StockChanged(), EffectState.DONE),
    ):
        shop.desk.report(
            StockReported(
                order_id="o1",
                reservation_id="o1-r1",
                operation_id=key,
                outcome=outcome,
            )
        )
        assert shop.effect(key).state is state
    assert len(shop.view().shipments) == 1

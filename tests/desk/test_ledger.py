"""The ledger of effects goes by what an adapter declares."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest

from orderlife import (
    Capabilities,
    ConflictError,
    ExceptionKind,
    Line,
    Money,
    PaymentReported,
    Policy,
    Remedy,
    Retry,
)
from orderlife.ports.base import NotKnown
from orderlife.ports.payment import Declined
from orderlife.ports.store import EffectState, Stale
from orderlife.testing import Decline, Script, TimeOut
from tests.desk.shop import (
    ADDRESS,
    BOTH,
    LOOKS_UP,
    NEITHER,
    ProcessDied,
    Shop,
    Through,
    always,
)

CAPTURE = "o1:capture:1"
MESSAGE = "o1:notify:8"
S = EffectState
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
WINDOW = timedelta(hours=2)
LEASE = timedelta(minutes=2)
MARGIN = timedelta(minutes=1)


def watched(shop: Shop, **replaced: Any) -> Through:
    """Send an order past somebody who watches the gateway."""
    gateway = Through(shop.bank, **replaced)
    shop.place()
    shop.desk = shop.another(payment=gateway)
    shop.dispatch()
    return gateway


def keys(gateway: Through, method: str = "capture") -> list[str]:
    """The keys that a method was called with, each time."""
    return [intent.key for intent in gateway.named(method)]


# The same key acts once


@pytest.mark.parametrize("looks_up", [False, True])
@pytest.mark.parametrize("when", ["before", "after"])
def test_within_the_window_it_is_asked_again(
    when: Any, *, looks_up: bool
) -> None:
    """Under the same key, and nobody looks anything up."""
    able = Capabilities(deduplicates=True, looks_up=looks_up, window=WINDOW)
    script = Script().on("capture", TimeOut(when))
    shop = Shop(capabilities=able, script=script)
    gateway = watched(shop)
    shop.clock.advance(WINDOW - LEASE - MARGIN - SECOND)
    shop.desk.work()
    assert keys(gateway) == [CAPTURE, CAPTURE]
    assert gateway.named("look_up") == []
    assert shop.effect(CAPTURE).state is S.DONE
    assert shop.captures() == 1


def test_after_the_window_it_is_only_looked_up() -> None:
    """At the window's end less a call's time and the margin, and later."""
    able = Capabilities(deduplicates=True, looks_up=True, window=WINDOW)
    for pause in (WINDOW - LEASE - MARGIN, WINDOW, 9 * WINDOW):
        script = Script().on("capture", TimeOut("after"))
        shop = Shop(capabilities=able, script=script)
        gateway = watched(shop)
        shop.clock.advance(pause)
        shop.desk.work()
        assert keys(gateway) == [CAPTURE]
        assert keys(gateway, "look_up") == [CAPTURE]
        assert shop.effect(CAPTURE).state is S.DONE


def test_the_margin_is_the_adapters_own() -> None:
    """A wider one ends the window earlier."""
    for margin, calls in ((HOUR, 1), (timedelta(), 2)):
        able = Capabilities(
            deduplicates=True, looks_up=True, window=WINDOW, margin=margin
        )
        script = Script().on("capture", TimeOut("after"))
        shop = Shop(capabilities=able, script=script)
        gateway = watched(shop)
        shop.clock.advance(WINDOW - LEASE - SECOND)
        shop.desk.work()
        assert len(keys(gateway)) == calls


@pytest.mark.parametrize("looks_up", [False, True])
def test_after_the_window_what_never_came_goes_to_a_person(
    *, looks_up: bool
) -> None:
    """Its key may act again by now, and another is another payment."""
    able = Capabilities(deduplicates=True, looks_up=looks_up, window=WINDOW)
    script = Script().on("capture", TimeOut("before"))
    shop = Shop(capabilities=able, script=script)
    gateway = watched(shop)
    shop.clock.advance(3 * WINDOW)
    shop.work_for(timedelta(days=30))
    assert keys(gateway) == [CAPTURE]
    assert keys(gateway, "look_up") == [CAPTURE] * looks_up
    assert shop.effect(CAPTURE).state is S.ATTENTION
    assert shop.open_kinds() == [ExceptionKind.OUTCOME_UNKNOWN]


def test_a_key_is_as_old_as_its_first_use() -> None:
    """Not as its intent: what waited long for its turn may be repeated."""
    able = Capabilities(deduplicates=True, window=WINDOW)
    script = Script().on("buy_label", TimeOut("before"))
    shop = Shop(capabilities=able, script=script)
    shop.place()
    shop.desk = shop.another(inline=False)
    shop.dispatch()
    shop.clock.advance(5 * WINDOW)
    begun = shop.clock()
    shop.work_for(HOUR)
    effect = shop.effect("o1-s1:label:1")
    assert (S.DONE, 2) == (effect.state, effect.attempts)
    assert begun == effect.begun_at


def test_what_was_accepted_is_asked_after_as_its_adapter_can() -> None:
    """By a look-up; or, where there is none, under the same key."""
    for able, asked, called in (
        (BOTH, 1, 1),
        (Capabilities(deduplicates=True), 0, 2),
    ):
        shop = Shop(capabilities=able)
        gateway = Through(shop.bank)
        shop.place(pay_with="tok_capture_pending")
        shop.desk = shop.another(payment=gateway)
        shop.dispatch()
        assert shop.effect(CAPTURE).state is S.WAITING
        shop.clock.advance(Retry().patience)
        shop.desk.work()
        assert keys(gateway, "look_up") == [CAPTURE] * asked
        assert keys(gateway) == [CAPTURE] * called


def test_a_look_up_that_fails_is_tried_again() -> None:
    """It is no answer either, whatever it raises."""
    shop = Shop(
        capabilities=LOOKS_UP, script=Script().on("capture", TimeOut("after"))
    )
    gateway = watched(shop, look_up=always(KeyError("what?")))
    shop.work_for(timedelta(minutes=5))
    assert len(keys(gateway, "look_up")) > 1
    assert keys(gateway) == [CAPTURE]
    assert shop.effect(CAPTURE).note == "KeyError"
    shop.desk = shop.another()
    shop.work_for(HOUR)
    assert shop.effect(CAPTURE).state is S.DONE


# It can only be looked up

SETTLES = timedelta(minutes=10)
SLOW = Capabilities(looks_up=True, settles_after=SETTLES)


def test_a_look_up_waits_until_a_late_request_would_have_come() -> None:
    """Until then *not known* may mean *not yet*: it would act twice."""
    shop = Shop(
        capabilities=SLOW, script=Script().on("capture", TimeOut("before"))
    )
    gateway = watched(shop)
    assert shop.effect(CAPTURE).due_at == shop.clock() + SETTLES
    shop.clock.advance(SETTLES - SECOND)
    shop.desk.work()
    assert gateway.named("look_up") == []
    (late,) = gateway.named("capture")
    shop.bank.capture(late)  # only now has it arrived
    shop.clock.advance(SECOND)
    shop.desk.work()
    assert keys(gateway, "look_up") == [CAPTURE]
    assert keys(gateway) == [CAPTURE]
    assert shop.captures() == 1
    assert shop.effect(CAPTURE).state is S.DONE


def test_what_never_came_is_sent_again_under_its_key() -> None:
    """Once the look-up can be believed."""
    shop = Shop(
        capabilities=SLOW, script=Script().on("capture", TimeOut("before"))
    )
    gateway = watched(shop)
    shop.clock.advance(SETTLES)
    shop.desk.work()
    assert keys(gateway) == [CAPTURE, CAPTURE]
    assert shop.captures() == 1
    assert shop.effect(CAPTURE).generation == 1


def test_a_claim_that_ran_out_waits_as_long() -> None:
    """Nobody knows when the process that died had sent its request."""
    shop = Shop(capabilities=SLOW)
    gateway = Through(shop.bank)
    shop.place()
    dying = shop.another(
        payment=Through(shop.bank, capture=always(ProcessDied()))
    )
    dying.shipments.pick("o1-s1")
    dying.shipments.pack("o1-s1", weight_g=5)
    with pytest.raises(ProcessDied):
        dying.shipments.dispatch("o1-s1")
    shop.desk = shop.another(payment=gateway)
    shop.clock.advance(LEASE)
    shop.desk.work()
    effect = shop.effect(CAPTURE)
    assert (effect.state, effect.note) == (S.IN_DOUBT, "its claim ran out")
    assert effect.due_at == shop.clock() + SETTLES
    assert gateway.calls == []
    shop.clock.advance(SETTLES)
    shop.desk.work()
    assert keys(gateway, "look_up") == [CAPTURE]
    assert keys(gateway) == [CAPTURE]
    assert shop.effect(CAPTURE).state is S.DONE


# It can do neither


def test_what_can_do_neither_is_called_once_for_its_key() -> None:
    """Not even a person's wish makes a second call of it."""
    shop = Shop(
        capabilities=NEITHER,
        script=Script().on("capture", TimeOut("before")),
    )
    gateway = watched(shop)
    for _ in range(2):
        shop.work_for(HOUR)
        assert shop.effect(CAPTURE).state is S.ATTENTION
        (item,) = shop.view().exceptions
        shop.desk.exceptions.resolve(
            "o1", item.exception_id, Remedy.RETRY, "again"
        )
    assert keys(gateway) == [CAPTURE]
    assert gateway.named("look_up") == []


# Generations


def test_what_was_refused_is_tried_again_under_a_new_key() -> None:
    """A person's wish makes a new request of it: the next generation."""
    script = Script().on("send", Decline("bounced", "never"))
    shop = Shop(script=script, policy=Policy(tell_staff=False))
    post = Through(shop.post)
    shop.desk = shop.another(notifier=post)
    shop.place()
    effect = shop.effect(MESSAGE)
    assert (effect.state, effect.generation) == (S.ATTENTION, 1)
    (item,) = shop.view().exceptions
    shop.desk.exceptions.resolve(
        "o1", item.exception_id, Remedy.RETRY, "mended"
    )
    effect = shop.effect(MESSAGE)
    assert (effect.state, effect.generation) == (S.DONE, 2)
    assert keys(post, "send") == [MESSAGE, f"{MESSAGE}#2"]
    assert effect.key == f"{MESSAGE}#2"
    assert len(shop.post.sent) == 1


def test_what_nobody_knows_keeps_its_key() -> None:
    """However often a person has it tried again."""
    script = Script().on("capture", *[TimeOut("before")] * 3)
    shop = Shop(script=script, retry=Retry(attempts=1))
    gateway = watched(shop)
    for _ in range(3):
        (item,) = shop.view().exceptions
        shop.desk.exceptions.resolve(
            "o1", item.exception_id, Remedy.RETRY, "again"
        )
    effect = shop.effect(CAPTURE)
    assert (effect.state, effect.generation) == (S.DONE, 1)
    assert keys(gateway) == [CAPTURE] * 4
    assert shop.captures() == 1


def test_what_is_refused_is_declined_for_good() -> None:
    """Whether it is answered or reported, and is no failure of a call."""
    shop = Shop(script=Script().on("capture", Decline("no_funds")))
    shop.place()
    shop.dispatch()
    assert shop.effect(CAPTURE).state is S.DECLINED
    other = Shop()
    other.place(pay_with="tok_capture_pending")
    other.dispatch()
    assert other.effect(CAPTURE).state is S.WAITING
    other.desk.report(
        PaymentReported(
            order_id="o1",
            operation_id=CAPTURE,
            outcome=Declined(code="no_funds"),
        )
    )
    assert other.effect(CAPTURE).state is S.DECLINED


# What a key stands for


@pytest.mark.parametrize(
    ("before", "kind"),
    [
        (False, ExceptionKind.EFFECT_FAILED),
        (True, ExceptionKind.OUTCOME_UNKNOWN),
    ],
)
def test_a_changed_request_is_not_sent(
    kind: ExceptionKind, *, before: bool
) -> None:
    """It is not what its key was made for; was it ever sent?"""
    shop = Shop()
    shop.place()
    shop.desk.shipments.pick("o1-s1")
    shop.desk.shipments.pack("o1-s1", weight_g=5)
    shop.desk.shipments.buy_label("o1-s1")
    gateway = Through(shop.bank, capture=always(TimeoutError()))
    shop.desk = shop.another(payment=gateway, inline=False)
    shop.desk.shipments.dispatch("o1-s1")
    if before:
        shop.desk.work()
    assert shop.effect(CAPTURE).attempts == before
    ledger = shop.ports.store._effects
    named = "o1", CAPTURE
    ledger[named] = attrs.evolve(ledger[named], altered=True)
    calls = len(gateway.calls)
    shop.work_for(HOUR)
    assert len(gateway.calls) == calls == before
    effect = shop.effect(CAPTURE)
    assert effect.state is S.ATTENTION
    assert effect.note == "it is not the request that its key was made for"
    assert kind in shop.open_kinds()


# Waits


def test_each_wait_has_its_own_share() -> None:
    """What failed together does not come again together.

    The same effect waits as long in every process.
    """
    retry = Retry()
    names = [f"o{number}:capture:1" for number in range(50)]
    waits = [retry.wait(2, name) for name in names]
    assert len(set(waits)) == len(waits)
    assert max(waits) <= retry.wait(2)
    assert min(waits) > retry.wait(2) * 0.8
    assert waits == [retry.wait(2, name) for name in names]
    assert retry.wait(1, names[0]) < retry.wait(2, names[0])
    even = Retry(jitter=0)
    assert {even.wait(2, name) for name in names} == {even.wait(2)}


# Races


def test_what_loses_too_many_races_is_left_to_a_worker() -> None:
    """The command is done; its effect is in doubt when its claim ends."""
    shop = Shop()
    store = Through(shop.ports.store)
    shop.desk = shop.another(store=store)
    shop.place()
    busy: dict[str, Any] = {"commit": always(Stale(version=0))}

    def capture(intent: Any) -> Any:
        store._replaced.update(busy)
        return shop.bank.capture(intent)

    desk = shop.another(
        store=store, payment=Through(shop.bank, capture=capture)
    )
    desk.shipments.pick("o1-s1")
    desk.shipments.pack("o1-s1", weight_g=5)
    desk.shipments.dispatch("o1-s1")
    assert shop.effect(CAPTURE).state is S.CLAIMED
    del store._replaced["commit"]
    shop.work_for(HOUR)
    assert shop.effect(CAPTURE).state is S.DONE
    assert shop.captures() == 1
    losing = shop.another(store=Through(shop.ports.store, **busy))
    with pytest.raises(ConflictError, match="order o2 kept changing"):
        losing.place(
            [Line(sku="mug", quantity=1, unit_price=Money("1.00", "EUR"))],
            order_id="o2",
            ship_to=ADDRESS,
        )


def test_not_known_is_believed_only_from_a_look_up() -> None:
    """A call that answers so has broken its contract."""
    shop = Shop()
    gateway = watched(shop, capture=always(NotKnown()))
    shop.work_for(HOUR)
    assert keys(gateway) == [CAPTURE]
    assert shop.effect(CAPTURE).state is S.ATTENTION

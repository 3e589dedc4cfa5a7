"""Who comes too late calls nobody, and a doubt keeps its key."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orderlife import Capabilities, ExceptionKind, Remedy
from orderlife.engine.calls import Call, Flow
from orderlife.ports.store import EffectState
from orderlife.testing import Script, TimeOut
from tests.desk.shop import BOTH, LOOKS_UP, NEITHER, Shop

ABLE = [BOTH, LOOKS_UP, NEITHER]


def until(flow: Flow[object], shop: Shop, method: str) -> Call[object]:
    """Drive a flow up to a call of this method, which is not made."""
    call = next(flow)
    while call.method != method:
        port = getattr(shop.ports, call.port)
        call = flow.send(getattr(port, call.method)(call.argument))
    return call


@pytest.mark.parametrize("able", ABLE, ids=["both", "look-up", "neither"])
def test_a_process_that_slept_past_its_claim_calls_nobody(
    able: Capabilities,
) -> None:
    """Another has asked in vain and called since; the message goes once."""
    shop = Shop(capabilities=able, inline=False)
    shop.place()
    sleeper = shop.another(inline=False)
    flow = sleeper.engine.sweep()
    until(flow, shop, "people")
    shop.work_for(timedelta(minutes=5))
    call = flow.send({})
    assert "store" == call.port
    assert () == shop.post.doubled()


@pytest.mark.parametrize("able", [BOTH, LOOKS_UP], ids=["both", "look-up"])
def test_nor_does_one_that_slept_over_a_doubt(able: Capabilities) -> None:
    """Whether it would repeat the call at once, or has asked in vain."""
    script = Script().on("send", TimeOut("before"))
    shop = Shop(capabilities=able, script=script)
    shop.place()
    shop.clock.advance(timedelta(minutes=1))
    flow = shop.another(inline=False).engine.sweep()
    until(flow, shop, "people")
    shop.work_for(timedelta(minutes=5))
    call = flow.send({})
    assert "store" == call.port
    assert 1 == len(shop.post.kinds())


def test_nor_does_a_desk_that_slept_over_its_own_input() -> None:
    """A worker has done it meanwhile."""
    shop = Shop(inline=False)
    shop.place()
    flow = shop.another(inline=False).engine.drive("o1")
    until(flow, shop, "people")
    shop.work_for(timedelta(minutes=5))
    call = flow.send({})
    assert "store" == call.port
    assert 1 == len(shop.post.kinds())


def test_a_process_that_is_quick_enough_calls() -> None:
    """A nap that the claim outlasts changes nothing."""
    shop = Shop(inline=False)
    shop.place()
    flow = shop.another(inline=False).engine.sweep()
    until(flow, shop, "people")
    shop.clock.advance(timedelta(seconds=119))
    call = flow.send({})
    assert "notifier" == call.port


def test_a_message_that_nobody_knows_of_keeps_its_key() -> None:
    """It may have been sent: it is never sent again under a new key."""
    script = Script().on("send", TimeOut("after"))
    shop = Shop(capabilities=NEITHER, script=script)
    shop.place()
    shop.work_for(timedelta(hours=1))
    assert [ExceptionKind.OUTCOME_UNKNOWN] == shop.open_kinds()
    (item,) = shop.view().exceptions
    name = item.contradiction.subject
    shop.desk.exceptions.resolve(
        "o1", item.exception_id, Remedy.RETRY, "again"
    )
    shop.work_for(timedelta(hours=1))
    effect = shop.effect(name)
    assert (1, EffectState.ATTENTION) == (effect.generation, effect.state)
    assert () == shop.post.doubled()
    assert [ExceptionKind.OUTCOME_UNKNOWN] == shop.open_kinds()


def test_staff_are_not_written_to_about_a_message() -> None:
    """Or a broken notifier would tell of itself for ever."""
    script = Script().always("send", TimeOut("before"))
    shop = Shop(capabilities=NEITHER, script=script)
    shop.place()
    before = len(shop.desk.effects("o1"))
    shop.work_for(timedelta(hours=1))
    assert before == len(shop.desk.effects("o1"))

"""What has happened is taken down, whatever it is and whenever it comes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from orderlife._kernel.decision import Decision, Refusal
from orderlife._kernel.messages import TimerFired
from orderlife.errors import NotFoundError
from orderlife.house import HOUSE, fold, handle, timers
from orderlife.invariants import violations
from orderlife.testing.life import Life
from tests.process.stages import lives, messages

FACTS = sorted(HOUSE.facts, key=lambda kind: str(kind.__name__))
STAGES = tuple(lives())
MANY = settings(
    max_examples=60, deadline=None, suppress_health_check=list(HealthCheck)
)
WRONG_UNITS = {12, 15, 32, 33}
"""Rules that no fact may break, however wrong it is."""


@pytest.mark.parametrize("kind", FACTS, ids=lambda kind: str(kind.__name__))
@MANY
@given(data=st.data())
def test_any_fact_is_taken_down(kind: type, data: st.DataObject) -> None:
    """A well-formed fact gives a decision, and its repeat no event."""
    stage = data.draw(st.sampled_from(STAGES[1:]))
    life = lives()[stage]
    fact: Any = data.draw(messages(kind))

    answer = _handle(life, fact)
    again = handle(answer.case, fact, life.now, life.policy)

    assert isinstance(again, Decision)
    assert () == again.events
    assert () == again.intents
    history = [*life.history, *answer.events]
    bare = (recorded.event for recorded in history)
    assert answer.case == fold("o1", bare)
    broken = {found.number for found in violations(answer.case, history)}
    assert not broken & WRONG_UNITS


@pytest.mark.parametrize("stage", STAGES[1:])
def test_every_timer_can_fire(stage: str) -> None:
    """A timer that is due is answered, and gone."""
    life = lives()[stage]
    for timer in timers(life.case):
        fired = TimerFired(order_id="o1", timer=timer)
        answer = handle(life.case, fired, timer.at, life.policy)

        assert isinstance(answer, Decision)
        assert timer not in timers(answer.case)


@pytest.mark.parametrize("stage", STAGES[1:])
def test_a_timer_that_is_not_due_changes_nothing(stage: str) -> None:
    """Fired too early, it waits."""
    life = lives()[stage]
    for timer in timers(life.case):
        fired = TimerFired(order_id="o1", timer=timer)
        early = timer.at - timedelta(seconds=1)
        answer = handle(life.case, fired, early, life.policy)

        assert isinstance(answer, Decision)
        assert () == answer.events
        assert answer.case is life.case


@pytest.mark.parametrize("kind", FACTS, ids=lambda kind: str(kind.__name__))
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_a_fact_needs_an_order(kind: type, data: st.DataObject) -> None:
    """Where there is no order there is nothing to write a fact to."""
    life = lives()["nothing"]

    answer = handle(life.case, data.draw(messages(kind)), life.now)

    assert isinstance(answer, Refusal)
    assert isinstance(answer.error, NotFoundError)


def _handle(life: Life, fact: Any) -> Decision:
    answer = handle(life.case, fact, life.now, life.policy)
    assert isinstance(answer, Decision), answer
    return answer

"""The two desks are one: the same life leaves the same history."""

from __future__ import annotations

import asyncio

from hypothesis import given, settings

from orderlife import check_invariants
from orderlife.ports.store import Effect
from tests.desk.play import Life, lives


def _settled(effects: tuple[Effect, ...]) -> list[tuple[object, ...]]:
    """What became of them; who claims them is each desk's own name."""
    return [
        (e.intent, e.state, e.due_at, e.created_at, e.attempts, e.note)
        for e in effects
    ]


@settings(max_examples=40, deadline=None)
@given(life=lives())
def test_both_desks_write_the_same_history(life: Life) -> None:
    """Sync and async, the same inputs and faults give the same life."""
    desk, said = life.play()

    async def other() -> None:
        adesk, asaid = await life.aplay()
        assert said == asaid
        # Compared first: two long lives take long to be told apart in words.
        same = desk.history("o1") == await adesk.history("o1")
        assert same
        same = desk.get("o1").case == (await adesk.get("o1")).case
        assert same
        effects = _settled(desk.effects("o1"))
        assert effects == _settled(await adesk.effects("o1"))

    asyncio.run(other())


@settings(max_examples=60, deadline=None)
@given(life=lives())
def test_every_rule_holds_in_any_life(life: Life) -> None:
    """The state is the fold of the history, and every rule holds."""
    desk = life.desk()
    check_invariants(desk.get("o1").case, desk.history("o1"))

"""The timeline of a desk: a whole life in sentences."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings

from orderlife import NotFoundError, OrderDesk, ValidationError
from orderlife.timeline import tell
from tests.desk.play import Life, lives


@settings(max_examples=30, deadline=None)
@given(life=lives())
def test_a_desk_tells_each_event_with_the_case_after_it(life: Life) -> None:
    """In full it tells every event, each as it is told alone."""
    desk, _ = life.play()
    history, house = desk.history("o1"), desk.engine.house
    entries = desk.timeline("o1", details=True)
    assert len(entries) == len(history)
    for length, entry in enumerate(entries, 1):
        last = history[length - 1]
        case = house.fold("o1", [each.event for each in history[:length]])
        told = tell(last.event, case, house)
        assert (entry.at, entry.actor) == (last.at, last.actor)
        assert entry.event == type(last.event).__name__
        assert (entry.sentence, entry.about) == (told.what, told.about)
        assert entry.is_detail == told.detail
    short = tuple(each for each in entries if not each.is_detail)
    assert desk.timeline("o1") == short


@settings(max_examples=20, deadline=None)
@given(life=lives())
def test_both_desks_tell_the_same(life: Life) -> None:
    """Sync and async, the same life has the same timeline."""
    desk, _ = life.play()

    async def other() -> None:
        adesk, _ = await life.aplay()
        for details in (False, True):
            told = await adesk.timeline("o1", details=details)
            assert told == desk.timeline("o1", details=details)

    asyncio.run(other())


def test_an_order_that_is_not_there_has_no_timeline() -> None:
    """It is refused, and so is what can be no id."""
    desk = OrderDesk.in_memory({"mug": 1})
    with pytest.raises(NotFoundError):
        desk.timeline("o2")
    with pytest.raises(ValidationError):
        desk.timeline("no id")

"""What is at hand is written over only where it stands like that."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from orderlife._kernel.case import Case
from orderlife._kernel.messages import Timer, TimerKind
from orderlife.memory.clock import START
from orderlife.ports.store import (
    Answer,
    ClaimLost,
    Commit,
    Committed,
    EffectState,
    OrderSummary,
    Repeated,
    Stale,
)
from orderlife_adapters.sqlite import SqliteOrderStore
from tests.desk.test_store import MINUTE, claim, commit, intent, settle
from tests.stores.sqlite import opened, path, raw, store

__all__ = ["path", "store"]

LATER = START + MINUTE


def head_of(store: SqliteOrderStore) -> str:
    """The head of the order, as a desk reads it."""
    loaded = store.load("o1")
    assert loaded is not None
    return loaded.head


def columns(path: Path) -> tuple[object, ...]:
    """What others find the order by."""
    with raw(path) as connection:
        row: tuple[object, ...] = connection.execute(
            "SELECT version, timer_at IS NULL, order_status, "
            "payment_status FROM orderlife_orders"
        ).fetchone()
    return row


def rolled_back(store: SqliteOrderStore, first: Commit[Case]) -> None:
    """Store it in a unit of work that fails."""
    with store.transaction() as inside:
        assert inside.commit(first) == Committed(version=2)
        raise KeyError


def test_another_came_between(store: SqliteOrderStore, path: Path) -> None:
    """The order has moved on since it was read: nothing is stored."""
    store.commit(commit())
    head = head_of(store)
    with opened(path) as other:
        other.commit(commit(1))
    late = commit(1, head=head, input_id="c", now=LATER)
    assert store.commit(late) == Stale(version=2)
    assert len(store.history("o1")) == 2
    assert columns(path)[0] == 2


def test_another_took_the_same_input(
    store: SqliteOrderStore, path: Path
) -> None:
    """It left the order as it was, and was answered all the same."""
    store.commit(commit())
    head = head_of(store)
    with opened(path) as other:
        nothing = commit(1, events=(), input_id="c", fingerprint="f")
        other.commit(nothing)
    again = commit(1, head=head, input_id="c", fingerprint="f")
    answer = Answer(fingerprint="f", first_version=1, last_version=1)
    assert store.commit(again) == Repeated(answer)
    assert len(store.history("o1")) == 1


def test_another_release_finds_other_timers(
    store: SqliteOrderStore, path: Path
) -> None:
    """Its columns are compared, and not what was written before them."""
    timer = Timer(TimerKind.FOLLOW_UP, "o1", LATER)
    confirmed = OrderSummary(order_id="o1", order_status="confirmed")
    store.commit(commit(timers=(timer,), summary=confirmed))
    head = head_of(store)
    with opened(path) as other:
        other.commit(commit(1, events=(), now=LATER))
    assert columns(path) == (1, 1, "", "")
    after = commit(1, head=head, timers=(timer,), summary=confirmed)
    assert store.commit(after) == Committed(version=2)
    assert columns(path) == (2, 0, "confirmed", "")


def test_a_claim_that_was_lost_meanwhile(store: SqliteOrderStore) -> None:
    """Nothing is stored of what its answer would have led to."""
    store.commit(commit(intents=(intent("o1:capture:1"),)))
    (effect,) = claim(store)
    claim(store, "b", after=2 * MINUTE)
    late = settle(
        effect.operation_id, EffectState.DONE, claimed_by="a", attempts=1
    )
    lost = commit(1, head=head_of(store), settles=(late,))
    assert store.commit(lost) == ClaimLost()
    assert len(store.history("o1")) == 1


def test_what_was_rolled_back_is_at_hand_no_more(
    store: SqliteOrderStore, path: Path
) -> None:
    """A unit of work that failed leaves nothing to write over."""
    store.commit(commit())
    paid = OrderSummary(order_id="o1", payment_status="paid")
    first = commit(1, head=head_of(store), summary=paid)
    with pytest.raises(KeyError):
        rolled_back(store, first)
    again = commit(1, head=head_of(store), summary=paid, now=LATER)
    assert store.commit(again) == Committed(version=2)
    assert columns(path) == (2, 1, "", "paid")
    third = commit(2, head=head_of(store), now=LATER + timedelta(1))
    assert store.commit(third) == Committed(version=3)
    assert columns(path) == (3, 1, "", "")

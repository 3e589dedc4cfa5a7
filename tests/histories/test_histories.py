"""Whole lives are decided as they were when they were written down."""

from __future__ import annotations

import pytest

from tests.histories.record import OLIST, digest, golden, sources

pytestmark = pytest.mark.no_cover

SOURCES = sources()
KNOWN = golden()
LOTS = sorted({name.rpartition("/")[0] for name in SOURCES} - {""})


@pytest.mark.parametrize("lot", LOTS)
def test_lives_are_decided_as_they_were(lot: str) -> None:
    differ = [
        name
        for name, run in SOURCES.items()
        if name.startswith(lot) and digest(run) != KNOWN[name]
    ]
    assert not differ, "see: python -m tests.histories.record --into DIR"


@pytest.mark.skipif("olist" not in SOURCES, reason=f"no real orders: {OLIST}")
def test_real_orders_live_as_they_did() -> None:
    assert digest(SOURCES["olist"]) == KNOWN["olist"]


def test_no_history_was_dropped() -> None:
    assert set(KNOWN) - {"olist"} == set(SOURCES) - {"olist"}


def test_another_decision_makes_another_digest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name = min(KNOWN)
    monkeypatch.setattr(
        "tests.histories.record.RENAMED", {"OrderConfirmed": "Confirmed"}
    )
    assert digest(SOURCES[name]) != KNOWN[name]

"""Whole lives are decided as they were when they were written down."""

from __future__ import annotations

import pytest

from tests.histories.record import digest, golden, sources

pytestmark = pytest.mark.one_python

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

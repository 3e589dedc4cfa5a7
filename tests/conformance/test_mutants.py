"""Every check bites: it finds the defect that was planted for it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from orderlife.testing.conformance import Check, ConformanceError
from tests.conformance.mutants import MUTANTS
from tests.conformance.test_fakes_conform import CHECKS

EACH = [
    pytest.param(port, check, id=f"{port}-{check}")
    for port, checks in CHECKS.items()
    for check in checks
]


@pytest.mark.parametrize("port", CHECKS)
def test_no_check_is_without_a_mutant(port: str) -> None:
    """And no mutant is without a check."""
    names = [check.name for check in CHECKS[port]]
    assert len(set(names)) == len(names)
    assert set(names) == set(MUTANTS[port])


@pytest.mark.parametrize(("port", "check"), EACH)
def test_a_check_finds_its_mutant(port: str, check: Check[Any]) -> None:
    """It fails, under its own name, and says why."""
    mutant = MUTANTS[port][check.name]
    with pytest.raises(ConformanceError) as failed:
        check.run(mutant.sync())
    assert failed.value.check == check.name
    assert failed.value.why


@pytest.mark.parametrize(("port", "check"), EACH)
def test_a_check_finds_its_async_mutant(port: str, check: Check[Any]) -> None:
    """Awaited, it finds the same."""
    mutant = MUTANTS[port][check.name]
    with pytest.raises(ConformanceError) as failed:
        asyncio.run(check.arun(mutant.awaited()))
    assert failed.value.check == check.name

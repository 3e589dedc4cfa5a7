"""The kit checks a gateway's word about captures both ways."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from orderlife.ports.base import Capabilities
from orderlife.ports.payment import Authorize, Authorized, AuthorizeOutcome
from orderlife.testing import FakeGateway
from orderlife.testing.conformance import (
    PAYMENT_CHECKS,
    Check,
    ConformanceError,
    Skipped,
)
from tests.conformance.fakes import PaymentFakes, awaited
from tests.conformance.mutants_payment import EachCaptureIsFinal

ONCE = Capabilities(deduplicates=True, looks_up=True)
AWAITED: Any = awaited(PaymentFakes)
CHECKS = {check.name: check for check in PAYMENT_CHECKS}


class CapturesOnce(FakeGateway):
    """It says so, and is right."""

    def __init__(self, clock: Any = None) -> None:
        super().__init__(clock, ONCE)


class AnswersOtherwise(FakeGateway):
    """Its authorisations say what its capabilities do not."""

    said = True

    def authorize(self, intent: Authorize, /) -> AuthorizeOutcome:
        answer = super().authorize(intent)
        assert isinstance(answer, Authorized)
        return Authorized(
            reference=answer.reference,
            amount=answer.amount,
            captures_in_parts=self.said,
        )


class AnswersOnce(AnswersOtherwise):
    """It captures in parts, and its authorisations deny it."""

    said = False


class OnceThatAnswersOften(AnswersOtherwise, CapturesOnce):
    """It captures once, and its authorisations deny it."""


IN_PARTS = frozenset(
    (
        "captures_in_parts",
        "void_keeps_what_was_taken",
        "captures_at_once_take_no_more",
    )
)


@pytest.mark.parametrize("check", PAYMENT_CHECKS, ids=str)
def test_what_captures_once_conforms(check: Check[Any]) -> None:
    """Only what needs several captures of one authorisation is skipped."""
    harness = PaymentFakes(CapturesOnce)
    twin: Any = AWAITED(CapturesOnce)
    if check.name in IN_PARTS:
        with pytest.raises(Skipped, match="the port lacks captures_partly"):
            check.run(harness)
        with pytest.raises(Skipped, match="the port lacks captures_partly"):
            asyncio.run(check.arun(twin))
    else:
        check.run(harness)
        asyncio.run(check.arun(twin))


@pytest.mark.parametrize(
    "kind", [EachCaptureIsFinal, AnswersOnce, OnceThatAnswersOften]
)
def test_a_wrong_word_is_found(kind: type[FakeGateway]) -> None:
    """Of the adapter, or of one authorisation; either way."""
    check = CHECKS["captured_as_often_as_it_says"]
    with pytest.raises(ConformanceError):
        check.run(PaymentFakes(kind))
    with pytest.raises(ConformanceError):
        asyncio.run(check.arun(AWAITED(kind)))

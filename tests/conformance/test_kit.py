"""The kit itself: what it skips, what it reports, and to whom."""

from __future__ import annotations

import asyncio
import pickle
import subprocess
import sys
import unittest
from typing import Any

import pytest

from orderlife import Capabilities
from orderlife.testing import FakeGateway
from orderlife.testing.conformance import (
    CARRIER_CHECKS,
    INVENTORY_CHECKS,
    NOTIFIER_CHECKS,
    PAYMENT_CHECKS,
    PORT_CHECKS,
    STORE_CHECKS,
    CarrierHarness,
    Check,
    ConformanceError,
    InventoryHarness,
    NotifierHarness,
    PaymentAbility,
    PaymentHarness,
    PortHarness,
    Report,
    Result,
    Skipped,
    StoreHarness,
    arun,
    run,
)
from orderlife.testing.conformance._kit import Together, ask, collector
from tests.conformance.fakes import ASYNC, PaymentFakes
from tests.conformance.mutants import MUTANTS
from tests.conformance.test_fakes_conform import CHECKS
from tools.generate_conformance import main, rendered

FIRST = PAYMENT_CHECKS[0]


def named(name: str) -> Check[Any]:
    """A check of payments."""
    (found,) = (check for check in PAYMENT_CHECKS if check.name == name)
    return found


class Closing(PaymentFakes):
    """It counts how often it was cleared away."""

    closed = 0

    def close(self) -> None:
        self.closed += 1


class Bare(PaymentFakes):
    """It declares nothing that it need not."""

    abilities = frozenset()


class Simple(FakeGateway):
    """It can do nothing about a lost answer."""

    def __init__(self, clock: Any = None) -> None:
        super().__init__(clock, Capabilities())


def test_a_healthy_adapter_passes_them_all() -> None:
    """And its report has nothing but that to say."""
    report = run(PAYMENT_CHECKS, PaymentFakes())
    report.raise_for_failures()
    assert len(report.passed) == len(PAYMENT_CHECKS)
    assert str(report) == (
        f"{len(PAYMENT_CHECKS)} passed, 0 failed, 0 skipped"
    )


def test_an_async_adapter_has_the_same_report() -> None:
    """Each check awaited."""
    report = asyncio.run(arun(PAYMENT_CHECKS, ASYNC["payment"]()))
    assert report == run(PAYMENT_CHECKS, PaymentFakes())


def test_a_failure_is_reported_and_raised() -> None:
    """With the check's name, and what was expected."""
    mutant = MUTANTS["payment"]["lost_answer_is_unknown"]
    for report in (
        run(PAYMENT_CHECKS, mutant.sync()),
        asyncio.run(arun(PAYMENT_CHECKS, mutant.awaited())),
    ):
        assert "lost_answer_is_unknown" in [r.check for r in report.failed]
        line = "failed  lost_answer_is_unknown: raised TimeoutError: "
        assert line in str(report).splitlines()
        with pytest.raises(ConformanceError, match=report.failed[0].check):
            report.raise_for_failures()


def test_each_skip_is_reported_with_its_reason() -> None:
    """What the harness lacks, and what the port says that it cannot."""
    report = run(PAYMENT_CHECKS, Bare(Simple))
    report.raise_for_failures()
    whys = {result.check: result.why for result in report.skipped}
    assert whys["captures_in_parts"] == "the port lacks captures_partly"
    assert whys["issues_store_credit"] == "the harness lacks credits"
    assert whys["refund_acts_once"] == "the port lacks deduplicates"
    assert whys["void_is_found"] == "the port lacks looks_up"
    assert whys["lost_answer_is_found"] == "the harness lacks loses_answers"
    assert len(report.passed) + len(report.skipped) == len(PAYMENT_CHECKS)
    lines = str(report).splitlines()
    assert "skipped void_is_found: the port lacks looks_up" in lines
    again = asyncio.run(arun(PAYMENT_CHECKS, Bare(Simple)))
    assert again.skipped == report.skipped


def test_a_skipped_check_is_a_skipped_test() -> None:
    """For pytest, and for unittest: without either being imported."""
    assert issubclass(Skipped, unittest.SkipTest)
    with pytest.raises(Skipped, match="the harness lacks credits"):
        named("issues_store_credit").run(Bare())


def test_a_harness_is_cleared_away_each_time() -> None:
    """Whether the check passed, failed, or was skipped by the port."""
    harness = Closing()
    FIRST.run(harness)
    assert harness.closed == 1
    failing = Closing(FakeGateway)
    failing.tokens = {None: "tok_declined"}
    with pytest.raises(ConformanceError):
        FIRST.run(failing)
    assert failing.closed == 1
    skipped = Closing(Simple)
    with pytest.raises(Skipped):
        named("refund_acts_once").run(skipped)
    assert skipped.closed == 1


def test_an_async_adapter_is_not_run_as_if_it_were_sync() -> None:
    """The failure says how to run it."""
    with pytest.raises(ConformanceError, match="is async: use arun"):
        FIRST.run(ASYNC["payment"]())


def test_whatever_an_adapter_raises_fails_its_check() -> None:
    """Its type is named, an assertion of its own too."""
    for error in (KeyError("x"), AssertionError("y"), ValueError()):

        class Raising(PaymentFakes):
            def make(self) -> Any:
                raise error  # noqa: B023

        with pytest.raises(ConformanceError) as failed:
            FIRST.run(Raising())
        assert failed.value.why.startswith(f"raised {type(error).__name__}")
        assert failed.value.__cause__ is error


def test_what_fails_at_the_same_time_fails_the_check() -> None:
    """An error in a thread, or in a task, is not lost."""

    def fail() -> None:
        raise LookupError("in a thread")

    def nothing(_: Any) -> Any:
        yield from ()

    def together(_: Any, __: Any) -> Any:
        """Two at once."""
        yield from Together((iter(ask(fail)), iter(ask(fail))))

    collect: Any = collector(nothing)
    collect()(together)
    (check,) = collect.checks
    with pytest.raises(ConformanceError, match="LookupError: in a thread"):
        check.run(PaymentFakes())
    with pytest.raises(ConformanceError, match="LookupError: in a thread"):
        asyncio.run(check.arun(PaymentFakes()))


def test_a_check_tells_what_it_is() -> None:
    """By its name, its sentence and what it needs."""
    check = named("captures_in_parts")
    assert str(check) == "captures_in_parts"
    assert check.needs == (PaymentAbility.CAPTURES_PARTLY,)
    for checks in CHECKS.values():
        for each in checks:
            assert each.sentence.endswith("."), each
            assert "\n" not in each.sentence, each


def test_errors_and_reports_travel() -> None:
    """Between processes, as everything of orderlife."""
    error = pickle.loads(pickle.dumps(ConformanceError("a", "b")))  # noqa: S301
    assert (str(error), error.check, error.why) == ("a: b", "a", "b")
    report = Report((Result("a", "failed", "b"), Result("c", "passed")))
    assert report == pickle.loads(pickle.dumps(report))  # noqa: S301
    assert str(report.passed[0]) == "passed  c"


@pytest.mark.parametrize(
    ("harness", "checks"),
    [
        (PaymentHarness, PAYMENT_CHECKS),
        (CarrierHarness, CARRIER_CHECKS),
        (InventoryHarness, INVENTORY_CHECKS),
        (NotifierHarness, NOTIFIER_CHECKS),
        (PortHarness, PORT_CHECKS),
        (StoreHarness, STORE_CHECKS),
    ],
)
def test_a_harness_without_an_adapter_fails(harness: Any, checks: Any) -> None:
    """No check passes or is skipped in silence for want of a port."""
    report = run(checks, harness())
    assert report.passed == ()
    assert {result.why for result in report.failed} == {
        "raised NotImplementedError: "
    }
    needs = {check.name: check.needs for check in checks}
    assert all(needs[result.check] for result in report.skipped)


def test_the_page_of_checks_is_what_they_say() -> None:
    """It is written by a tool, and nobody has changed it since."""
    assert main(["--check"]) == 0
    page = rendered()
    for checks in CHECKS.values():
        for check in checks:
            assert f"| `{check.name}` | " in page


def test_no_pytest_is_needed() -> None:
    """Nothing in the kit imports it."""
    program = (
        "import sys, orderlife.testing.conformance as kit; "
        "assert kit.PAYMENT_CHECKS; "
        "assert 'pytest' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)

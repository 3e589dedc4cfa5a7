"""How fakes are steered: magic values, and the script."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orderlife import UnknownKeywordError
from orderlife.memory.script import (
    Reporting,
    behaviour_of_service,
    behaviour_of_token,
    reporting_of_token,
    unsupported,
)
from orderlife.testing import (
    Accept,
    AskCustomer,
    Behaviour,
    Crash,
    Decline,
    FailLater,
    Pend,
    Script,
    TimeOut,
)


@pytest.mark.parametrize(
    ("token", "method", "expected"),
    [
        ("tok_visa", "authorize", None),
        ("pm_1234", "authorize", None),
        ("tok_declined", "authorize", Decline("declined")),
        ("tok_declined_later", "authorize", Decline("declined", "later")),
        ("tok_declined", "capture", None),
        ("tok_capture_declined", "capture", Decline("declined")),
        ("tok_capture_declined", "authorize", None),
        ("tok_action", "authorize", AskCustomer()),
        ("tok_pending", "authorize", Pend()),
        ("tok_authorize_pending", "authorize", Pend()),
        ("tok_pending_paid", "authorize", Pend(Accept(at_once=True))),
        ("tok_timeout_before", "authorize", TimeOut("before")),
        ("tok_refund_timeout_after", "refund", TimeOut("after")),
        ("tok_void_crash_before", "void", Crash("before")),
        ("tok_partial_5000", "authorize", Accept(at_most_minor=5000)),
        ("tok_over_300", "authorize", Accept(over_minor=300)),
        ("tok_expires_7", "authorize", Accept(within=timedelta(days=7))),
        ("tok_paid_at_once", "authorize", Accept(at_once=True)),
        ("tok_refund_fails", "refund", FailLater()),
        ("tok_capture_fails", "capture", FailLater()),
        ("tok_capture_partial_5", "capture", None),
    ],
)
def test_tokens_say_what_happens(
    token: str, method: str, expected: Behaviour | None
) -> None:
    """A token steers the method that it names, and no other."""
    assert expected == behaviour_of_token(token, method)


def test_tokens_say_how_outcomes_are_reported() -> None:
    """Some tokens make a gateway report what it has answered already."""
    assert Reporting(copies=2) == reporting_of_token("tok_reported_twice")
    assert Reporting(late=1) == reporting_of_token("tok_reported_late")
    assert reporting_of_token("tok_visa") is None


def test_services_say_what_happens() -> None:
    """A service steers the method that its name is about."""
    assert Decline("refused") == behaviour_of_service("refuse", "buy_label")
    assert behaviour_of_service("void_rejected", "buy_label") is None
    assert Pend() == behaviour_of_service("void_pending", "void_label")


def test_queue_comes_before_what_is_always_so() -> None:
    """Behaviours are used up in order, and then the rule holds again."""
    script = (
        Script()
        .on("capture", Pend(), Decline())
        .always("capture", TimeOut("before"))
    )
    taken = [script.take("capture", "o1:capture:1", acts=True) for _ in "123"]
    assert [Pend(), Decline(), TimeOut("before")] == taken


def test_operation_comes_before_its_method() -> None:
    """What is said of one operation is no other's, and comes first."""
    script = Script().on("capture", Pend()).on("o1:capture:2", Decline())
    assert Pend() == script.take("capture", "o1:capture:1", acts=True)
    assert Decline() == script.take("capture", "o1:capture:2", acts=True)
    assert script.take("capture", "o1:capture:2", acts=True) is None


def test_repeated_operation_meets_only_faults() -> None:
    """What is done is done: a decline waits for the next operation."""
    script = (
        Script().on("capture", Decline()).always("capture", TimeOut("after"))
    )
    again = script.take("capture", "o1:capture:1", acts=False)
    assert TimeOut("after") == again
    assert {"capture": (Decline(),)} == script.left


def test_clear_ends_an_outage() -> None:
    """All that was said of a target is forgotten."""
    script = (
        Script().always("capture", TimeOut("before")).on("capture", Pend())
    )
    script.report("capture", copies=2).clear("capture")
    assert script.take("capture", "o1:capture:1", acts=True) is None
    assert script.reporting("capture", "o1:capture:1") is None
    assert script.left == {}


def test_reporting_of_an_operation_comes_before_its_method() -> None:
    """Reports can be lost for one operation, and doubled for the rest."""
    script = Script().report("capture", copies=2)
    script.report("o1:capture:2", copies=0)
    assert Reporting(copies=2) == script.reporting("capture", "o1:capture:1")
    assert Reporting(copies=0) == script.reporting("capture", "o1:capture:2")


def test_unsupported_behaviour_explains_itself() -> None:
    """A script that asks for the impossible is told so."""
    error = unsupported("void", FailLater())
    assert str(error) == "void cannot FailLater: mend the script"


def test_a_method_that_no_port_has_is_refused() -> None:
    """A fault that would never happen proves nothing."""
    for steer in (Script().on, Script().always):
        with pytest.raises(UnknownKeywordError, match="mean 'capture'"):
            steer("captur", Decline())
    for forget in (Script().report, Script().clear):
        with pytest.raises(UnknownKeywordError, match="mean 'capture'"):
            forget("captur")

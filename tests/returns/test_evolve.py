"""What each event makes of a return, to the last field."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest

from orderlife.ports.carrier import Label
from orderlife.rooms.returns.evolve import begin
from orderlife.rooms.returns.lifecycle import ReturnState
from orderlife.rooms.returns.messages import (
    DispositionChanged,
    ReturnApproved,
    ReturnCancelled,
    ReturnClosed,
    ReturnDeclined,
    ReturnExpired,
    ReturnHandedIn,
    ReturnInspected,
    ReturnLabelFailed,
    ReturnLabelIssued,
    ReturnLabelRequested,
    ReturnParcelReceived,
    ReturnReceivingEnded,
    ReturnRequested,
    ReturnResolved,
)
from orderlife.rooms.returns.model import (
    Finding,
    Return,
    ReturnLine,
    UnexpectedItem,
)
from orderlife.testing import a_finding, a_return
from orderlife.testing.scenario import NOON
from tests.house import evolve

S = ReturnState
ID, OPERATION = "o1-t1", "o1-t1:any:4"
LABEL = Label(label_id="l1", carrier="post", tracking_number="t1")
LATER = NOON + timedelta(days=14)
HAT, CAP = (UnexpectedItem(sku=sku, quantity=1) for sku in ("hat", "cap"))


def lines(first: int, second: int, *more: ReturnLine) -> Any:
    """Two units of a line and one of another, of which so many came."""
    return (
        ReturnLine(line_id="1", quantity=2, received=first),
        ReturnLine(line_id="2", quantity=1, received=second),
        *more,
    )


def made(state: ReturnState, **fields: Any) -> Return:
    """A return in the midst of everything."""
    settings: dict[str, Any] = {
        "lines": lines(2, 1),
        "comment": "o1-t1:comment",
        "explanation": "said before",
        "label_pending": "asked",
        "parcels": ("p1",),
        "unexpected": (HAT,),
        "operations": 3,
    }
    return a_return(state, **settings | fields)


def happened(kind: Any, **fields: Any) -> Any:
    """An event of the return."""
    return kind(return_id=ID, **fields)


REQUESTED = happened(
    ReturnRequested,
    lines=lines(0, 0),
    reason="too_small",
    resolution="store_credit",
    at=LATER,
    comment="o1-t1:comment",
)
BEGUN = Return(
    return_id=ID,
    state=S.REQUESTED,
    lines=lines(0, 0),
    reason="too_small",
    resolution="store_credit",
    requested_at=LATER,
    comment="o1-t1:comment",
)


def test_it_begins_as_it_was_asked_for() -> None:
    """And would begin anew if it were asked for twice."""
    assert BEGUN == begin(REQUESTED)
    assert BEGUN == evolve(made(S.APPROVED), REQUESTED)


@pytest.mark.parametrize(
    ("state", "event", "changes"),
    [
        (
            S.REQUESTED,
            happened(ReturnDeclined, explanation="final"),
            {"state": S.DECLINED, "explanation": "final"},
        ),
        (
            S.APPROVED,
            happened(
                ReturnLabelRequested, operation_id=OPERATION, notify=False
            ),
            {"label_pending": OPERATION, "operations": 4, "notify": False},
        ),
        (
            S.APPROVED,
            happened(ReturnLabelIssued, label=LABEL),
            {"label": LABEL, "label_pending": ""},
        ),
        (
            S.APPROVED,
            happened(ReturnLabelFailed, code="no"),
            {"label_pending": ""},
        ),
        (
            S.APPROVED,
            happened(ReturnHandedIn, at=LATER),
            {"state": S.IN_TRANSIT, "handed_in_at": LATER},
        ),
        (
            S.REQUESTED,
            happened(ReturnHandedIn, at=LATER),
            {"handed_in_at": LATER},
        ),
        (S.INSPECTED, happened(ReturnResolved), {"state": S.RESOLVED}),
        (S.RESOLVED, happened(ReturnClosed), {"state": S.CLOSED}),
        (S.APPROVED, happened(ReturnCancelled), {"state": S.CANCELLED}),
        (S.APPROVED, happened(ReturnExpired), {"state": S.EXPIRED}),
        (S.RECEIVING, happened(ReturnReceivingEnded), {"state": S.RECEIVED}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_an_event_changes(
    state: ReturnState, event: Any, changes: dict[str, Any]
) -> None:
    """These fields, and none besides."""
    before = made(state)
    assert attrs.evolve(before, **changes) == evolve(before, event)


@pytest.mark.parametrize(
    ("handed_in", "keep", "resolution", "state"),
    [
        (None, False, "refund", S.APPROVED),
        (None, True, "keep", S.APPROVED),
        (NOON, False, "refund", S.IN_TRANSIT),
        (NOON, True, "keep", S.APPROVED),
    ],
)
def test_an_approval(
    handed_in: Any,
    keep: bool,
    resolution: Any,
    state: ReturnState,
) -> None:
    """Goods may be on their way by then; what is kept never is."""
    before = made(S.REQUESTED, handed_in_at=handed_in)
    event = happened(
        ReturnApproved,
        explanation="as agreed",
        expires_at=LATER,
        keep_items=keep,
    )
    expected = attrs.evolve(
        before,
        state=state,
        explanation="as agreed",
        expires_at=LATER,
        resolution=resolution,
    )
    assert expected == evolve(before, event)


@pytest.mark.parametrize(
    ("state", "after"),
    [
        (S.APPROVED, S.RECEIVING),
        (S.RECEIVING, S.RECEIVING),
        (S.RECEIVED, S.RECEIVED),
    ],
)
def test_a_parcel_that_came(state: ReturnState, after: ReturnState) -> None:
    """Its units are added, those of unannounced lines too."""
    before = made(state, lines=lines(1, 0))
    event = happened(
        ReturnParcelReceived,
        parcel_id="p2",
        at=NOON,
        quantities={"1": 1, "9": 3},
        until=LATER,
        unexpected=(CAP,),
    )
    expected = attrs.evolve(
        before,
        state=after,
        lines=lines(2, 0, ReturnLine(line_id="9", quantity=0, received=3)),
        parcels=("p1", "p2"),
        receiving_until=LATER,
        unexpected=(HAT, CAP),
    )
    assert expected == evolve(before, event)


@pytest.mark.parametrize(
    ("findings", "state"),
    [
        ((), S.RECEIVED),
        ((a_finding(2),), S.RECEIVED),
        ((a_finding(2), a_finding(1, "2")), S.INSPECTED),
        ((a_finding(4),), S.INSPECTED),
    ],
)
def test_the_end_of_receiving(
    findings: tuple[Finding, ...], state: ReturnState
) -> None:
    """It is inspected already if all that came was."""
    before = made(S.RECEIVING, findings=findings)
    expected = attrs.evolve(before, state=state)
    assert expected == evolve(before, happened(ReturnReceivingEnded))


MISSING = {"condition": "missing", "disposition": "scrap"}


@pytest.mark.parametrize(
    ("state", "came", "findings", "left", "after"),
    [
        (S.RECEIVED, (2, 1), (a_finding(1),), (2, 1), S.RECEIVED),
        (
            S.RECEIVED,
            (2, 1),
            (a_finding(2), a_finding(1, "2")),
            (2, 1),
            S.INSPECTED,
        ),
        # One that is missing never came: no more than that is corrected.
        (
            S.RECEIVED,
            (1, 1),
            (a_finding(1, **MISSING),),
            (1, 1),
            S.RECEIVED,
        ),
        (
            S.RECEIVED,
            (2, 1),
            (a_finding(1, **MISSING), a_finding(1, **MISSING)),
            (0, 1),
            S.RECEIVED,
        ),
        (
            S.RECEIVED,
            (1, 1),
            (a_finding(2, **MISSING), a_finding(1, "2")),
            (0, 1),
            S.INSPECTED,
        ),
        # What was seen did come.
        (
            S.RECEIVED,
            (2, 1),
            (a_finding(2), a_finding(2, **MISSING)),
            (2, 1),
            S.RECEIVED,
        ),
        (
            S.RECEIVED,
            (4, 1),
            (a_finding(1, **MISSING),),
            (3, 1),
            S.RECEIVED,
        ),
        # While more is awaited, nothing is corrected.
        (
            S.RECEIVING,
            (2, 1),
            (a_finding(2, **MISSING), a_finding(1, "2")),
            (2, 1),
            S.RECEIVING,
        ),
    ],
)
def test_what_an_inspection_finds(
    state: ReturnState,
    came: tuple[int, int],
    findings: tuple[Finding, ...],
    left: tuple[int, int],
    after: ReturnState,
) -> None:
    """Each finding is an operation; what is missing did not come."""
    before = made(state, lines=lines(*came))
    event = happened(ReturnInspected, findings=findings, first_operation=4)
    expected = attrs.evolve(
        before,
        state=after,
        lines=lines(*left),
        findings=findings,
        operations=3 + len(findings),
    )
    assert expected == evolve(before, event)


def test_inspections_are_added_up() -> None:
    """What was seen before is seen, and what was missing stays so."""
    before = made(S.RECEIVED, findings=(a_finding(1),))
    found = (a_finding(1, **MISSING), a_finding(1, "2", note="a scratch"))
    event = happened(ReturnInspected, findings=found, first_operation=4)
    expected = attrs.evolve(
        before,
        state=S.INSPECTED,
        lines=lines(1, 1),
        findings=(a_finding(1), *found),
        operations=5,
    )
    assert expected == evolve(before, event)


PUT = a_finding(2, note="one")
FOUND = (
    a_finding(1, "2"),
    a_finding(1, disposition="scrap"),
    a_finding(1, condition="missing"),
    PUT,
    a_finding(3, note="two"),
)


@pytest.mark.parametrize(
    ("quantity", "after"),
    [
        (
            1,
            (
                *FOUND[:3],
                a_finding(1, note="one", disposition="quarantine"),
                a_finding(1, note="one"),
                FOUND[4],
            ),
        ),
        (
            2,
            (
                *FOUND[:3],
                a_finding(2, note="one", disposition="quarantine"),
                FOUND[4],
            ),
        ),
        (
            3,
            (
                *FOUND[:3],
                a_finding(2, note="one", disposition="quarantine"),
                a_finding(1, note="two", disposition="quarantine"),
                a_finding(2, note="two"),
            ),
        ),
    ],
)
def test_units_are_put_somewhere_else(
    quantity: int, after: tuple[Finding, ...]
) -> None:
    """So many of that line that lay there, the first found first."""
    before = made(S.RECEIVED, findings=FOUND)
    event = happened(
        DispositionChanged,
        operation_id=OPERATION,
        line_id="1",
        quantity=quantity,
        before="restock",
        after="quarantine",
    )
    expected = attrs.evolve(before, findings=after, operations=4)
    assert expected == evolve(before, event)

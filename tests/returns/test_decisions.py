"""What a return answers, event by event and to the last field."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest

from orderlife._kernel.messages import Actor, Contradiction, ExceptionKind
from orderlife.errors import IllegalTransitionError, Problem, ValidationError
from orderlife.ports.base import Unknown
from orderlife.ports.carrier import (
    InterceptAccepted,
    InterceptRejected,
    Label,
    LabelPending,
    LabelRefused,
    LabelVoided,
    VoidPending,
    VoidRejected,
)
from orderlife.rooms.returns.lifecycle import ReturnState
from orderlife.rooms.returns.messages import (
    CancelReturn,
    ChangeDisposition,
    CloseReceiving,
    CloseReturn,
    DispositionChanged,
    EndReceiving,
    ExpireReturn,
    GrantReturn,
    InspectReturn,
    OrderReturnLabel,
    RefuseReturn,
    ResolveReturn,
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
    ReturnReceived,
    ReturnReceivingEnded,
    ReturnRequested,
    ReturnResolved,
    ReturnShipped,
    StartReturn,
)
from orderlife.rooms.returns.model import (
    Finding,
    Return,
    ReturnLine,
    UnexpectedItem,
)
from orderlife.rooms.shipment.messages import LabelReported
from orderlife.testing import a_finding, a_return
from orderlife.testing.scenario import NOON
from tests.house import decide, decide_first

S = ReturnState
ID = "o1-t1"
LABEL = Label(label_id="l1", carrier="post", tracking_number="t1")
LATER = NOON + timedelta(days=14)
LINES = (
    ReturnLine(line_id="1", quantity=2, received=2),
    ReturnLine(line_id="2", quantity=1, received=1),
)

BARE: dict[str, Any] = {
    "lines": LINES,
    "operations": 3,
    "label": None,
    "parcels": (),
    "findings": (),
    "receiving_until": None,
}


def made(state: ReturnState, **fields: Any) -> Return:
    """A return of two units of one line and one of another."""
    return a_return(state, **BARE | fields)


def asked(kind: Any, **fields: Any) -> Any:
    """A command about the return."""
    return kind(
        order_id="o1",
        command_id="c1",
        actor=Actor("staff", "ada"),
        return_id=ID,
        **fields,
    )


def test_it_is_asked_for_as_it_is_told() -> None:
    """And once."""
    step = StartReturn(
        return_id=ID,
        quantities={"1": 2},
        reason="too_small",
        resolution="store_credit",
        at=NOON,
        comment="ref",
    )
    expected = ReturnRequested(
        return_id=ID,
        lines=(ReturnLine(line_id="1", quantity=2),),
        reason="too_small",
        resolution="store_credit",
        at=NOON,
        comment="ref",
    )
    assert [expected] == decide_first(step)
    assert [] == decide(made(S.REQUESTED), step)


WANTED = ReturnLabelRequested(return_id=ID, operation_id=f"{ID}:label:4")


@pytest.mark.parametrize(
    ("resolution", "fields", "keeps", "labels"),
    [
        ("refund", {}, False, False),
        ("refund", {"label": True}, False, True),
        ("refund", {"label": True, "keep_items": True}, True, False),
        ("keep", {"label": True}, True, False),
        ("keep", {}, True, False),
    ],
)
def test_it_is_granted_with_a_label_or_without(
    resolution: str, fields: dict[str, bool], *, keeps: bool, labels: bool
) -> None:
    """Who keeps the item needs none."""
    step = GrantReturn(
        return_id=ID,
        explanation="fine",
        expires_at=LATER,
        notify=False,
        **fields,
    )
    granted = ReturnApproved(
        return_id=ID, explanation="fine", expires_at=LATER, keep_items=keeps
    )
    label = attrs.evolve(WANTED, notify=False)
    events = decide(made(S.REQUESTED, resolution=resolution), step)
    assert [granted, *[label] * labels] == events


def test_a_label_is_bought_again_unless_there_is_one() -> None:
    """As silently as the first."""
    step = OrderReturnLabel(return_id=ID)
    assert [WANTED] == decide(made(S.APPROVED), step)
    assert [attrs.evolve(WANTED, notify=False)] == decide(
        made(S.APPROVED, notify=False), step
    )
    assert [] == decide(made(S.APPROVED, label=LABEL), step)


@pytest.mark.parametrize(
    ("message", "state", "event", "word"),
    [
        (
            RefuseReturn(return_id=ID, explanation="worn"),
            S.REQUESTED,
            ReturnDeclined(return_id=ID, explanation="worn"),
            "decline",
        ),
        (
            asked(CancelReturn),
            S.APPROVED,
            ReturnCancelled(return_id=ID),
            "cancel",
        ),
        (
            ExpireReturn(return_id=ID),
            S.APPROVED,
            ReturnExpired(return_id=ID),
            "expire",
        ),
        (
            asked(CloseReceiving),
            S.RECEIVING,
            ReturnReceivingEnded(return_id=ID),
            "end_receiving",
        ),
        (
            EndReceiving(return_id=ID),
            S.RECEIVING,
            ReturnReceivingEnded(return_id=ID),
            "end_receiving",
        ),
        (
            ResolveReturn(return_id=ID),
            S.INSPECTED,
            ReturnResolved(return_id=ID),
            "resolve",
        ),
        (
            CloseReturn(return_id=ID),
            S.RESOLVED,
            ReturnClosed(return_id=ID),
            "close",
        ),
        (
            GrantReturn(return_id=ID, explanation="", expires_at=LATER),
            S.REQUESTED,
            ReturnApproved(return_id=ID, explanation="", expires_at=LATER),
            "approve",
        ),
        (OrderReturnLabel(return_id=ID), S.APPROVED, WANTED, "hand_in"),
        (
            asked(InspectReturn, findings=(a_finding(1),)),
            S.RECEIVED,
            ReturnInspected(
                return_id=ID, findings=(a_finding(1),), first_operation=4
            ),
            "inspect",
        ),
    ],
)
def test_each_step_has_its_event_and_its_state(
    message: Any, state: ReturnState, event: Any, word: str
) -> None:
    """What has ended takes none."""
    assert [event] == decide(made(state), message)
    with pytest.raises(IllegalTransitionError) as caught:
        decide(made(S.DECLINED), message)
    for part in (ID, "declined", word):
        assert part in str(caught.value).replace(" ", "_")


@pytest.mark.parametrize("state", [S.RECEIVING, S.RECEIVED])
def test_what_has_come_is_inspected(state: ReturnState) -> None:
    """In parts, while more may come; to the last unit that came."""
    before = (a_finding(1), a_finding(5, condition="missing"))
    back = made(state, findings=before)
    findings = (
        a_finding(1),
        a_finding(1, "2"),
        a_finding(9, condition="missing"),
    )
    expected = ReturnInspected(
        return_id=ID, findings=findings, first_operation=4
    )
    command = asked(InspectReturn, findings=findings)
    assert [expected] == decide(back, command)


@pytest.mark.parametrize(
    ("findings", "problems"),
    [
        ((), [("findings", "there must be at least one")]),
        (
            (a_finding(1), a_finding(0)),
            [("findings[1].quantity", "must be 1 or more")],
        ),
        (
            (a_finding(1, "9"), a_finding(1, "8", condition="missing")),
            [
                (
                    "findings[0].line_id",
                    "'9' is not on this return; there is 1, 2",
                ),
                (
                    "findings[1].line_id",
                    "'8' is not on this return; there is 1, 2",
                ),
            ],
        ),
        (
            (a_finding(1), a_finding(3), a_finding(1, "2")),
            [("findings[1].quantity", "3 more than came of line 1")],
        ),
    ],
)
def test_all_that_is_wrong_with_findings_is_named(
    findings: tuple[Finding, ...], problems: list[tuple[str, str]]
) -> None:
    """Each by its place; one unit of line 1 was looked at before."""
    back = made(S.RECEIVED, findings=(a_finding(1),))
    command = asked(InspectReturn, findings=findings)
    with pytest.raises(ValidationError) as caught:
        decide(back, command)
    assert "InspectReturn" == caught.value.what
    assert tuple(Problem(*each) for each in problems) == caught.value.problems


FOUND = (
    a_finding(2),
    a_finding(1),
    a_finding(4, condition="missing"),
    a_finding(5, disposition="scrap"),
    a_finding(6, "2"),
)


@pytest.mark.parametrize("quantity", [1, 3])
def test_goods_are_put_elsewhere(quantity: int) -> None:
    """As many as are there."""
    command = asked(
        ChangeDisposition,
        line_id="1",
        quantity=quantity,
        before="restock",
        after="scrap",
    )
    expected = DispositionChanged(
        return_id=ID,
        operation_id=f"{ID}:restock:4",
        line_id="1",
        quantity=quantity,
        before="restock",
        after="scrap",
    )
    assert [expected] == decide(made(S.INSPECTED, findings=FOUND), command)


@pytest.mark.parametrize("quantity", [0, 4])
def test_no_more_is_put_elsewhere_than_is_there(quantity: int) -> None:
    """It says how many are."""
    command = asked(
        ChangeDisposition,
        line_id="1",
        quantity=quantity,
        before="restock",
        after="scrap",
    )
    with pytest.raises(ValidationError) as caught:
        decide(made(S.INSPECTED, findings=FOUND), command)
    text = f"{quantity} of line 1, where 3 are in restock"
    assert "ChangeDisposition" == caught.value.what
    assert (Problem("quantity", text),) == caught.value.problems


@pytest.mark.parametrize(
    ("back", "is_news"),
    [
        (made(S.REQUESTED), True),
        (made(S.REQUESTED, handed_in_at=NOON), False),
        (made(S.APPROVED), True),
        (made(S.APPROVED, handed_in_at=NOON), True),
        (made(S.APPROVED, resolution="keep"), False),
        (made(S.IN_TRANSIT), False),
        (made(S.RECEIVING), False),
    ],
)
def test_it_is_handed_in_once(back: Return, *, is_news: bool) -> None:
    """Perhaps before anybody has approved of it."""
    fact = ReturnShipped(order_id="o1", return_id=ID, at=LATER)
    expected = ReturnHandedIn(return_id=ID, at=LATER)
    assert [expected] * is_news == decide(back, fact, LATER)


def expecting(state: ReturnState = S.IN_TRANSIT, **fields: Any) -> Return:
    """A return of which one unit has come."""
    lines = (
        ReturnLine(line_id="1", quantity=2, received=1),
        ReturnLine(line_id="2", quantity=1),
    )
    return made(state, **{"lines": lines, "parcels": ("p0",)} | fields)


def parcel(quantities: dict[str, int], **fields: Any) -> ReturnReceived:
    """A parcel that came."""
    settings: dict[str, Any] = {
        "order_id": "o1",
        "return_id": ID,
        "parcel_id": "p1",
        "at": NOON,
        "quantities": quantities,
    }
    return ReturnReceived(**settings | fields)


def received(quantities: dict[str, int], **fields: Any) -> Any:
    """The event of a parcel that came."""
    settings: dict[str, Any] = {
        "return_id": ID,
        "parcel_id": "p1",
        "at": NOON,
        "quantities": quantities,
        "until": LATER,
    }
    return ReturnParcelReceived(**settings | fields)


ENDED = ReturnReceivingEnded(return_id=ID)


def test_a_parcel_is_taken_down_and_ends_the_receiving_if_all_came() -> None:
    """With what came, and how long more is awaited."""
    some, rest = {"1": 1}, {"1": 1, "2": 1}
    back = expecting()
    awaited = expecting(receiving_until=NOON)
    assert [received(some)] == decide(
        back, parcel(some), NOON, receive_within=LATER - NOON
    )
    assert [received(rest), ENDED] == decide(
        back, parcel(rest), NOON, receive_within=LATER - NOON
    )
    assert [received(some, until=NOON)] == decide(
        awaited, parcel(some), NOON, receive_within=LATER - NOON
    )
    assert [] == decide(back, parcel(some, parcel_id="p0"), NOON)


def unexpected(found: str, surplus: dict[str, int]) -> Contradiction:
    """More came than was announced."""
    return Contradiction(
        ExceptionKind.UNEXPECTED_ITEMS,
        ID,
        f"return {ID} announced 2 of line 1, 1 of line 2",
        f"parcel p1 brought {found} beyond that",
        surplus,
    )


def unannounced(state: str, quantities: dict[str, int]) -> Contradiction:
    """Nobody was to send anything."""
    return Contradiction(
        ExceptionKind.UNANNOUNCED_RETURN,
        ID,
        f"return {ID} is {state}",
        "parcel p1 came back",
        quantities,
    )


JUGS = (UnexpectedItem(sku="jug", quantity=7),)


@pytest.mark.parametrize(
    ("state", "quantities", "extra", "contradictions", "ends"),
    [
        (
            S.IN_TRANSIT,
            {"1": 3},
            (),
            (unexpected("2 of line 1", {"1": 2}),),
            False,
        ),
        (
            S.IN_TRANSIT,
            {"9": 2, "2": 2},
            (),
            (unexpected("2 of line 9, 1 of line 2", {"9": 2, "2": 1}),),
            False,
        ),
        (
            S.IN_TRANSIT,
            {"9": 1},
            (),
            (unexpected("1 of line 9", {"9": 1}),),
            False,
        ),
        (
            S.IN_TRANSIT,
            {"1": 1},
            JUGS,
            (unexpected("nothing of its lines, 7 x jug", {}),),
            False,
        ),
        (
            S.REQUESTED,
            {"1": 1},
            (),
            (unannounced("requested", {"1": 1}),),
            False,
        ),
        (
            S.CLOSED,
            {"1": 1, "2": 1},
            (),
            (unannounced("closed", {"1": 1, "2": 1}),),
            False,
        ),
        (
            S.REQUESTED,
            {"1": 2, "2": 1},
            (),
            (
                unexpected("1 of line 1", {"1": 1}),
                unannounced("requested", {"1": 2, "2": 1}),
            ),
            True,
        ),
    ],
)
def test_what_nobody_announced_is_a_contradiction(
    state: ReturnState,
    quantities: dict[str, int],
    extra: tuple[UnexpectedItem, ...],
    contradictions: tuple[Contradiction, ...],
    *,
    ends: bool,
) -> None:
    """It says what was announced, and what came."""
    fact = parcel(quantities, unexpected=extra)
    event = received(
        quantities, unexpected=extra, contradictions=contradictions
    )
    events = decide(expecting(state), fact, NOON, receive_within=LATER - NOON)
    assert [event, *[ENDED] * ends] == events


ISSUED = ReturnLabelIssued(return_id=ID, label=LABEL)
FAILED = ReturnLabelFailed(return_id=ID, code="no_way", detail="too big")
REFUSED = LabelRefused(code="no_way", detail="too big")
BUYING = made(S.APPROVED, label_pending="a")


@pytest.mark.parametrize(
    ("back", "outcome", "operation_id", "events"),
    [
        (BUYING, LABEL, "a", [ISSUED]),
        (BUYING, LABEL, "b", []),
        (BUYING, LABEL, "", [ISSUED]),
        (made(S.APPROVED), LABEL, "", [ISSUED]),
        (made(S.APPROVED), LABEL, "b", [ISSUED]),
        (made(S.APPROVED, label=LABEL), LABEL, "", []),
        (made(S.REQUESTED), LABEL, "", []),
        (made(S.RECEIVED, label_pending="a"), LABEL, "a", [ISSUED]),
        (BUYING, REFUSED, "a", [FAILED]),
        (BUYING, REFUSED, "", []),
        (made(S.APPROVED), REFUSED, "", []),
        *(
            (BUYING, outcome, "a", [])
            for outcome in (
                LabelPending(),
                LabelVoided(),
                VoidPending(),
                VoidRejected(reason="x"),
                InterceptAccepted(),
                InterceptRejected(reason="x"),
                Unknown("x"),
            )
        ),
    ],
)
def test_only_what_is_awaited_is_answered(
    back: Return, outcome: Any, operation_id: str, events: list[Any]
) -> None:
    """A label also by hand, and late: that is worth having."""
    assert events == decide(
        back,
        LabelReported(
            order_id="o1",
            subject=back.return_id,
            operation_id=operation_id,
            outcome=outcome,
        ),
    )

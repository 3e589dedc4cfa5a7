"""Each rule bites: a case that breaks it is found, by its number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import pytest

from orderlife import (
    Actor,
    Case,
    Finding,
    InvariantError,
    Line,
    Money,
    OrderState,
    Recorded,
    Violation,
    check_invariants,
    violations,
)
from orderlife._kernel.messages import Contradiction, ExceptionKind
from orderlife._values.money import MAX_MINOR
from orderlife._values.replacing import replace
from orderlife.memory.clock import START
from orderlife.rooms.exceptions.messages import ExceptionOpened
from orderlife.rooms.exceptions.model import ExceptionItem
from orderlife.rooms.order.model import Hold, Slice
from orderlife.rooms.payment.lifecycle import OperationState
from orderlife.rooms.payment.messages import (
    PaymentRecorded,
    PaymentRequested,
    RefundGranted,
)
from orderlife.rooms.payment.model import Movement, MovementKind, RefundLine
from orderlife.rooms.shipment.messages import ShipmentDispatched
from orderlife.rooms.stock.lifecycle import ReservationState
from orderlife.rooms.stock.messages import ReservationExpired
from tests.desk.shop import Shop
from tests.zones import BERLIN, told

ADA = Actor("staff", "ada")


def shop() -> Shop:
    """Two mugs, on their way."""
    made = Shop()
    made.place()
    return made


def test_a_violation_is_told_by_its_number_and_its_room() -> None:
    """A rule of the library's list has no room."""
    assert str(Violation(7, "it is")) == "invariant 7: it is"
    assert str(Violation(7, "it is", "wrap")) == "invariant wrap.7: it is"


def sent() -> Case:
    """Two mugs that have arrived."""
    made = shop()
    made.dispatch()
    made.desk.shipments.scan("o1-s1", "delivered", START)
    return made.view().case


def returned() -> Shop:
    """Two mugs, of which one came back."""
    made = shop()
    made.dispatch()
    made.desk.shipments.scan("o1-s1", "delivered", START)
    made.desk.returns.request("o1", {"1": 1}, "too_small")
    made.desk.returns.receive("o1-t1", {"1": 1}, parcel_id="p", at=START)
    found = Finding(
        line_id="1", quantity=1, condition="sellable", disposition="restock"
    )
    made.desk.returns.inspect("o1-t1", [found])
    return made


def cancelled() -> Case:
    """Two mugs that are not sent."""
    made = shop()
    made.desk.cancel("o1")
    return made.view().case


def placed() -> Case:
    """Two mugs that are paid for, and in the building."""
    return shop().view().case


def order(case: Case, **fields: Any) -> Case:
    """Change the order."""
    return attrs.evolve(case, order=attrs.evolve(case.placed, **fields))


def moved(case: Case, kind: MovementKind, minor: Any, **more: Any) -> Case:
    """Add a movement of money."""
    movement = Movement(kind=kind, minor=minor, **{"payment_id": "p1", **more})
    return order(case, movements=(*case.placed.movements, movement))


def units(case: Case, **fields: int) -> Case:
    """Change the count of line 1's units."""
    ledger = dict(case.placed.units)
    ledger["1"] = attrs.evolve(ledger["1"], **fields)
    return order(case, units=ledger)


def line(case: Case, **fields: Any) -> Case:
    """Change line 1."""
    placement = case.placed.placement
    changed = attrs.evolve(placement.lines[0], **fields)
    return order(case, placement=attrs.evolve(placement, lines=(changed,)))


def shipment(case: Case, **fields: Any) -> Case:
    """Change the shipment."""
    changed = attrs.evolve(case.shipments["o1-s1"], **fields)
    return attrs.evolve(case, shipments={"o1-s1": changed})


def reservation(case: Case, **fields: Any) -> Case:
    """Change the reservation."""
    changed = attrs.evolve(case.reservations["o1-r1"], **fields)
    return attrs.evolve(case, reservations={"o1-r1": changed})


def excepted(case: Case, kind: ExceptionKind, subject: str = "p1") -> Case:
    """Open an exception, and nothing else."""
    item = ExceptionItem(
        exception_id="x9",
        contradiction=Contradiction(kind, subject, "this", "that"),
        opened_at=START,
    )
    return order(case, exceptions=(*case.placed.exceptions, item))


def pending(case: Case, kind: Any, minor: int) -> Case:
    """Ask the gateway for something more."""
    operations = dict(case.placed.operations)
    known = operations["o1:authorize:1"]
    operations["o1:x:1"] = attrs.evolve(
        known,
        operation_id="o1:x:1",
        kind=kind,
        minor=minor,
        state=OperationState.PENDING,
    )
    return order(case, operations=operations)


def strayed(case: Case) -> Case:
    """Write a time into an order past what converts it."""
    placed_at = told(START, BERLIN)
    return attrs.evolve(case, order=replace(case.placed, placed_at=placed_at))


def strayed_stock(case: Case) -> Case:
    """Write one into a value that is found by its id."""
    held = case.reservations["o1-r1"]
    naive = replace(held, until=START.replace(tzinfo=None))
    return attrs.evolve(case, reservations={"o1-r1": naive})


def strayed_hold(case: Case) -> Case:
    """Write one into a value of a value."""
    hold = Hold(hold_id="h1", reason="other", blocks=("refund",))
    hold = replace(hold, until=START.replace(tzinfo=None))
    return order(case, holds=(hold,))


M, K = MovementKind, ExceptionKind
BROKEN: dict[str, tuple[int, Callable[[], Case]]] = {
    "nan": (1, lambda: moved(sent(), M.CAPTURED, float("nan"))),
    "refund of nobody": (
        1,
        lambda: moved(sent(), M.REFUNDED, 5, payment_id="p9"),
    ),
    "over-captured": (2, lambda: moved(sent(), M.CAPTURED, 1)),
    "negative captured": (
        2,
        lambda: moved(sent(), M.CAPTURE_REVERSED, 2501),
    ),
    "over-refunded": (3, lambda: moved(sent(), M.REFUNDED, 2501)),
    "over-refund pending": (3, lambda: pending(sent(), "refund", 2501)),
    "charged back and refunded": (
        3,
        lambda: moved(moved(sent(), M.REFUNDED, 2500), M.DISPUTED, 1),
    ),
    "capture of nobody": (
        4,
        lambda: moved(sent(), M.CAPTURED, 5, payment_id="p9"),
    ),
    "total": (5, lambda: line(sent(), goods_minor=2499)),
    "currency": (
        8,
        lambda: line(sent(), unit_price=Money("12.50", "USD")),
    ),
    "float": (9, lambda: moved(sent(), M.AUTHORIZED, 1.0)),
    "negative amount": (9, lambda: moved(sent(), M.AUTHORIZED, -1)),
    "huge amount": (9, lambda: moved(sent(), M.AUTHORIZED, MAX_MINOR + 1)),
    "negative units": (12, lambda: units(sent(), lost=-1)),
    "an item of nothing": (
        12,
        lambda: reservation(
            placed(),
            items=tuple(
                attrs.evolve(item, quantity=0)
                for item in placed().reservations["o1-r1"].items
            ),
        ),
    ),
    "an ended reservation": (
        15,
        lambda: reservation(placed(), state=ReservationState.EXPIRED),
    ),
    "shipped and cancelled": (19, lambda: units(sent(), cancelled=1)),
    "arrived and not shipped": (19, lambda: units(sent(), lost=1)),
    "planned and cancelled": (19, lambda: units(placed(), cancelled=1)),
    "planned of no line": (
        19,
        lambda: shipment(placed(), items={"9": 1}),
    ),
    "came back twice": (20, lambda: units(sent(), returned=3)),
    "refunded and not sent": (7, lambda: units(sent(), refunded=3)),
    "cancelled and planned": (
        21,
        lambda: attrs.evolve(cancelled(), shipments=placed().shipments),
    ),
    "cancelled and held": (
        21,
        lambda: attrs.evolve(cancelled(), reservations=placed().reservations),
    ),
    "cancelled and authorized": (
        21,
        lambda: moved(cancelled(), M.AUTHORIZED, 100),
    ),
    "cancelled and captured": (
        21,
        lambda: moved(moved(cancelled(), M.AUTHORIZED, 100), M.CAPTURED, 100),
    ),
    "placed in Berlin": (
        56,
        lambda: strayed(placed()),
    ),
    "reserved without a zone": (
        56,
        lambda: strayed_stock(placed()),
    ),
    "held without a zone": (
        56,
        lambda: strayed_hold(placed()),
    ),
    "unsecured": (40, lambda: moved(placed(), M.LAPSED, 2500)),
    "without stock": (
        40,
        lambda: reservation(placed(), items=()),
    ),
    "forgotten": (
        40,
        lambda: attrs.evolve(order(sent(), follow_up_at=None), shipments={}),
    ),
}


def numbers(case: Case, history: Any = None) -> set[int]:
    """The rules that do not hold."""
    return {found.number for found in violations(case, history)}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_rule_is_found(what: str) -> None:
    """By its number; the case as it was breaks none."""
    number, make = BROKEN[what]
    assert number in numbers(make())


@pytest.mark.parametrize("make", [placed, sent, cancelled])
def test_a_case_as_it_should_be_breaks_no_rule(
    make: Callable[[], Case],
) -> None:
    """Nothing is found where nothing is wrong."""
    assert numbers(make()) == set()
    check_invariants(make())


def test_a_cent_that_gets_lost_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The shares of the units must come to the line's whole."""
    case = sent()
    line_class = type(case.placed.placement.lines[0])
    shares = line_class.value

    def rounded(self: Any, start: int, stop: int) -> int:
        return shares(self, start, stop) - (stop - start == 1)

    monkeypatch.setattr(line_class, "value", rounded)
    assert 6 in numbers(case)


@pytest.mark.parametrize("what", ["goods", "tax", "shipping"])
def test_a_part_of_a_line_has_its_due(
    what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All cents that do not divide may not be with the first units, but
    where the order is older than that rule.
    """
    amounts = {f"{what}_minor": 3}
    case = line(placed(), quantity=2, **amounts)
    assert 50 not in numbers(case)
    line_class = type(case.placed.placement.lines[0])
    monkeypatch.setattr(line_class, what, lambda _, start, stop: stop * 3)
    assert 50 in numbers(case)
    assert 50 not in numbers(line(case, shares="first_units"))


def sliced(case: Case, **fields: Any) -> Case:
    """Two units that cost less, each with 1.00 of postage."""
    whole = {"units": 2, "goods_minor": 9, "tax_minor": 0, "shipping_minor": 0}
    one = Slice(**{**whole, **fields})
    return order(case, slices={"1": (one,)})


@pytest.mark.parametrize(
    "fields",
    [
        {"units": 3},
        {"goods_minor": -1},
        {"goods_minor": 10**6},
        {"tax_minor": 1},
        {"shipping_minor": 1},
    ],
)
def test_slices_are_of_their_line(fields: dict[str, int]) -> None:
    """They have its units, and no more than it was placed for."""
    assert 51 not in numbers(sliced(placed()))
    assert 51 in numbers(sliced(placed(), **fields))


def test_what_is_kept_is_paid_for() -> None:
    """At rest, unless an exception has said why not."""
    made = shop()
    case, history = made.view().case, made.history()
    done = order(case, state=OrderState.COMPLETED)
    assert 51 in numbers(done, history)
    assert 51 not in numbers(done)
    assert 51 not in numbers(case, history)
    assert 51 not in numbers(excepted(done, K.DISPUTE), history)
    paid = moved(
        done, MovementKind.CAPTURED, case.placed.placement.total_minor
    )
    assert 51 not in numbers(paid, history)


def test_a_refund_of_units_lowers_what_they_cost() -> None:
    """By as much, and no part of a line goes back twice."""
    made = returned()
    goods = made.view().lines[0].goods_minor
    line = RefundLine(kind="goods", minor=goods // 2, line_id="1")
    made.desk.refund("o1", Money.of_minor(1, "EUR"), "so", of={"1": 1})
    case, history = made.view().case, made.history()
    assert 51 not in numbers(case, history)
    (index,) = [
        number
        for number, each in enumerate(history)
        if isinstance(each.event, RefundGranted) and each.event.slices
    ]
    entry = history[index]
    assert isinstance(entry.event, RefundGranted)
    event = attrs.evolve(entry.event, lines=(line, line))
    wrong = [*history]
    wrong[index] = attrs.evolve(entry, event=event)
    found = [v.what for v in violations(case, wrong) if v.number == 51]
    assert any("and 1 off" in what for what in found)
    assert any("back of its goods_minor" in what for what in found)


def test_what_an_exception_explains_breaks_no_rule() -> None:
    """What reality did is not our fault, once somebody was told of it."""
    explained: tuple[tuple[Callable[[], Case], ExceptionKind, str], ...] = (
        (BROKEN["over-captured"][1], K.AMOUNT_MISMATCH, "p1"),
        (BROKEN["over-refunded"][1], K.DISPUTE, "p1"),
        (BROKEN["unsecured"][1], K.AUTHORIZATION_LAPSED, "p1"),
        (BROKEN["without stock"][1], K.STOCK_LOST, "o1-r1"),
        (BROKEN["came back twice"][1], K.OVER_RETURNED, "o1-t1"),
        (BROKEN["came back twice"][1], K.RETURNED_TO_SENDER, "o1-s1"),
        (BROKEN["refunded and not sent"][1], K.SHIPMENT_LOST, "o1-s1"),
        (BROKEN["cancelled and captured"][1], K.CAPTURED_AFTER_END, "p1"),
        (BROKEN["forgotten"][1], K.DISPUTE, "p1"),
    )
    for make, kind, subject in explained:
        assert numbers(make()) != set()
        assert numbers(excepted(make(), kind, subject)) == set(), kind


def test_an_exception_explains_its_own_payment_alone() -> None:
    """Trouble with one payment is no excuse for another."""
    case = BROKEN["over-captured"][1]()
    assert numbers(excepted(case, K.AMOUNT_MISMATCH, "p2")) == {2}


def test_nothing_has_no_rule_to_break() -> None:
    """An order that is not there is as it should be."""
    check_invariants(Case(order_id="o1"))


def test_a_draft_waits_for_whoever_put_it_aside() -> None:
    """Nothing needs to move it on."""
    aside = order(
        placed(),
        state=OrderState.DRAFT,
        payments=(),
        operations={},
        movements=(),
    )
    draft = attrs.evolve(aside, reservations={}, shipments={})
    assert numbers(draft) == set()
    assert numbers(order(draft, state=OrderState.CONFIRMED)) == {40}


def test_all_violations_are_named_at_once() -> None:
    """Each by its number and in words."""
    case = units(moved(sent(), M.CAPTURED, 1), lost=-1)
    with pytest.raises(InvariantError) as caught:
        check_invariants(case)
    said = str(caught.value)
    assert said.startswith("order o1: invariant ")
    assert "invariant 2: p1: captured 2501 of 2500 authorised" in said
    assert "invariant 12: line 1 has a negative count" in said
    assert str(Violation(7, "so it is")) == "invariant 7: so it is"


def test_a_time_in_another_zone_is_found_where_it_is() -> None:
    """Also in what was recorded."""
    made = shop()
    case, history = made.view().case, list(made.history())
    assert numbers(case, history) == set()
    history[2] = replace(history[2], at=told(START, BERLIN))
    assert numbers(case, history) == {56}
    (found, *_) = violations(strayed_hold(placed()))
    assert str(found) == (
        "invariant 56: the case.order.holds[0].until is not told in UTC"
    )


# The history


def test_a_history_as_it_should_be_breaks_no_rule() -> None:
    """Nothing is found where nothing is wrong."""
    made = returned()
    check_invariants(made.view().case, made.history())


def lived() -> tuple[Case, list[Recorded]]:
    """A whole life: its end and how it came to it."""
    made = returned()
    return made.view().case, list(made.history())


def inserted(history: list[Recorded], at: int, event: Any) -> list[Recorded]:
    """Let something else happen, before the event of that index."""
    return [*history[:at], Recorded(at, START, ADA, "c", event), *history[at:]]


def first(history: list[Recorded], name: str) -> int:
    """The index of the first event of that name."""
    return next(
        index
        for index, recorded in enumerate(history)
        if type(recorded.event).__name__ == name
    )


def test_a_gap_in_the_history_is_found() -> None:
    """A missing number, a repeated one, a missing beginning."""
    case, history = lived()
    assert numbers(case, history[1:]) >= {32}
    assert numbers(case, [*history, history[-1]]) >= {32}
    twice = attrs.evolve(history[3], sequence=3)
    assert numbers(case, [*history[:3], twice, *history[4:]]) == {32}


def test_a_state_that_is_not_the_fold_is_found() -> None:
    """An event that is missing, or that never was."""
    case, history = lived()
    assert numbers(case, history[:-1]) == {33}
    assert numbers(units(case, allocated=1), history) == {33}
    assert numbers(case, []) == {33}


def test_a_history_that_makes_no_sense_is_found() -> None:
    """What cannot be folded breaks a rule, and raises nothing."""
    case, history = lived()
    assert numbers(case, history[::-1]) == {32, 33}
    (found,) = (v for v in violations(case, history[::-1]) if v.number == 33)
    assert found.what.startswith("event 1 has no place: ")
    nothing: Any = None
    nonsense = [attrs.evolve(history[0], event=nothing)]
    assert numbers(case, nonsense) == {33}


def request(kind: Any, minor: int) -> PaymentRequested:
    """Ask the gateway for something."""
    return PaymentRequested(
        operation_id="o1:x:1", kind=kind, payment_id="p1", minor=minor
    )


@pytest.mark.parametrize(
    ("number", "before", "event"),
    [
        (10, "ShipmentDispatched", request("capture", 2501)),
        (3, "ShipmentDispatched", request("refund", 1)),
        (3, "ShipmentDispatched", request("credit", 1)),
        (3, "ReturnRequested", request("refund", 2501)),
        (
            18,
            "PaymentRecorded",
            ShipmentDispatched(shipment_id="o1-s1", at=START),
        ),
        (
            16,
            "ShipmentPlanned",
            ReservationExpired(
                reservation_id="o1-r1", operation_id="o1-r1:x", items=()
            ),
        ),
        (
            22,
            "ReturnClosed",
            RefundGranted(subject="o1-t1", lines=(), minor=1),
        ),
        (
            22,
            "the end",
            RefundGranted(subject="o1-t1", lines=(), minor=1),
        ),
    ],
)
def test_what_may_not_happen_then_is_found(
    number: int, before: str, event: Any
) -> None:
    """Each event is judged by the state that it happens in."""
    case, history = lived()
    at = len(history) if before == "the end" else first(history, before)
    assert number in numbers(case, inserted(history, at, event))


def test_what_may_happen_then_is_not_found() -> None:
    """The same events, when they are right."""
    case, history = lived()
    known = {v.number for v in violations(case, history)}
    assert known == set()
    at = first(history, "ShipmentDispatched")
    for event in (
        request("capture", 2500),
        request("void", 2500),
        RefundGranted(subject="o1", lines=(), minor=1),
        ExceptionOpened(item=excepted(case, K.DISPUTE).placed.exceptions[-1]),
        PaymentRecorded(),
    ):
        # Only up to there: what follows may not fit it.
        found = numbers(case, inserted(history, at, event)[: at + 1])
        assert found & {3, 10, 16, 18, 22} == set()


def test_a_line_of_many_units_breaks_no_rule_either() -> None:
    """Its units are not counted one by one, so that the check is quick."""
    song = Line(
        sku="song",
        quantity=1_000_000,
        unit_price=Money("0.01", "EUR"),
        digital=True,
    )
    made = Shop()
    view = made.desk.place([song], order_id="o1", pay_with="tok_visa")
    assert view.status.fulfilment == "delivered"
    check_invariants(view.case, made.history())

"""A policy that has no answer is named, and no order stands still over it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

import attrs
import pytest

from orderlife import (
    Actor,
    Address,
    DeniedError,
    ExceptionKind,
    Finding,
    Line,
    Money,
    OrderDesk,
    Parcelling,
    Policy,
    PolicyError,
    Remedy,
    RequestReturn,
    ReturnVerdict,
    Screening,
    Tender,
    check_invariants,
)
from orderlife.errors import NotAllowedError
from orderlife.memory.clock import Clock
from orderlife.policy.model import by_place_and_seller
from orderlife.rooms.payment.model import RefundLine
from orderlife.rooms.shipment.terms import parcels
from orderlife.worker import until_idle

HOME = Address(name="A", lines=("1 Way",), city="Bonn", country="DE")
LINE = Line(sku="m", quantity=3, unit_price=Money("3.00", "EUR"))
HALVES = (
    Tender("card", "tok_visa", Money("4.00", "EUR")),
    Tender("card", "tok_visa"),
)
LONG = "x" * 5_000


def raising(*_: object) -> NoReturn:
    """A rule with a bug."""
    raise KeyError("ada@example.org")


def refusing(*_: object) -> NoReturn:
    """A rule that takes itself for a command."""
    raise NotAllowedError("judge", "it", "no idea", "ask")


def shop(policy: Policy, stock: int = 9, **more: Any) -> OrderDesk:
    """A desk with one order of three units."""
    clock = Clock()
    desk = OrderDesk.in_memory({"m": stock}, policy=policy, clock=clock)
    desk.place(
        [LINE],
        ship_to=HOME,
        order_id="o1",
        **{"pay_with": "tok_visa", **more},
    )
    return desk


def told(desk: OrderDesk) -> list[tuple[str, str]]:
    """What the items say about the policy."""
    return [
        (item.contradiction.subject, item.contradiction.observed)
        for item in desk.get("o1").exceptions
        if item.contradiction.kind is ExceptionKind.POLICY_FAULT
    ]


def send(desk: OrderDesk) -> None:
    """Send all that is planned, and let it arrive."""
    for sent in desk.get("o1").shipments:
        if sent.state.value == "planned":
            desk.shipments.pick(sent.shipment_id)
            desk.shipments.pack(sent.shipment_id, 5)
            desk.shipments.dispatch(sent.shipment_id)
            at = desk.engine.clock()
            desk.shipments.scan(sent.shipment_id, "delivered", at)


def ends(desk: OrderDesk) -> None:
    """The order goes its way to the end, once the items are settled."""
    send(desk)
    for item in desk.get("o1").exceptions:
        desk.exceptions.resolve(
            "o1", item.exception_id, Remedy.ACCEPT, "mended"
        )
    clock: Any = desk.engine.clock
    until_idle(desk, advance=getattr(clock, "tell", clock).advance)
    view = desk.get("o1")
    check_invariants(view.case)
    assert "completed" == view.status.order


# What is asked about a command


SILENT: list[tuple[Any, str]] = [
    (lambda *_: None, "answered NoneType, which is no text"),
    (lambda *_: True, "answered bool, which is no text"),
    (lambda *_: False, "answered bool, which is no text"),
    (lambda *_: b"", "answered bytes, which is no text"),
    (lambda *_: (), "answered tuple, which is no text"),
    (lambda *_: LONG, "answered a text of more than 4000 characters"),
    (lambda *_: "a\0", "answered a text with characters that no database"),
    (lambda: "", "raised TypeError"),
    (raising, "raised KeyError"),
    (refusing, "raised NotAllowedError"),
    (len, "raised TypeError"),
]


@pytest.mark.parametrize(("permit", "words"), SILENT)
def test_only_an_empty_text_permits(permit: Any, words: str) -> None:
    """Whatever is none denies; nothing but the record of it is kept."""
    desk = OrderDesk.in_memory(
        clock=Clock(), policy=Policy(permit=permit, capture="confirmation")
    )
    with pytest.raises(DeniedError) as caught:
        desk.place([LINE], ship_to=HOME, order_id="o1", pay_with="tok_visa")
    assert f"the policy is at fault: its permit {words}" in str(caught.value)
    assert "ada@example.org" not in str(caught.value)
    assert 1 == len(desk.denials("o1"))
    assert () == desk.history("o1")


@attrs.frozen
class Looks:
    """Has the words of a verdict, and is none."""

    answer: str = "approve"
    explanation: str = ""


JUDGES: list[tuple[Any, str]] = [
    (lambda *_: None, "answered NoneType, which is no ReturnVerdict"),
    (lambda *_: "approve", "answered str, which is no ReturnVerdict"),
    (lambda *_: Looks(), "answered Looks, which is no ReturnVerdict"),
    (
        lambda *_: ReturnVerdict(answer="yes", explanation=""),  # type: ignore[arg-type]
        "gave a verdict that is none of approve, decline, ask",
    ),
    (
        lambda *_: ReturnVerdict(answer="ask", explanation=None),  # type: ignore[arg-type]
        "gave NoneType as its explanation, which is no text",
    ),
    (
        lambda *_: ReturnVerdict(answer="ask", explanation=LONG),
        "gave a text of more than 4000 characters as its explanation",
    ),
    (raising, "raised KeyError"),
    (refusing, "raised NotAllowedError"),
    (lambda: None, "raised TypeError"),
]


@pytest.mark.parametrize(("judge", "words"), JUDGES)
def test_a_judge_without_an_answer_is_named(judge: Any, words: str) -> None:
    """The request is not stored: it can be asked again, once it is mended."""
    desk = shop(Policy(judge=judge))
    send(desk)
    before = desk.get("o1").version
    with pytest.raises(PolicyError) as caught:
        desk.returns.request("o1", {"1": 1}, "unwanted", command_id="r1")
    assert ("judge", "return o1-t1", words) == caught.value.args
    assert before == desk.get("o1").version
    mended = OrderDesk(desk.ports, clock=desk.engine.clock)
    view = mended.returns.request("o1", {"1": 1}, "unwanted", command_id="r1")
    assert "o1-t1" == view.returns[0].return_id


class NoTerms(Policy):
    """Has forgotten what its terms are."""

    def terms(self, reason: str) -> Any:
        """Nothing."""
        del reason


def test_terms_that_are_none_are_named() -> None:
    """Where somebody approves a return."""
    asking = NoTerms(
        judge=lambda *_: ReturnVerdict(answer="ask", explanation="?")
    )
    desk = shop(asking)
    send(desk)
    desk.returns.request("o1", {"1": 1}, "unwanted")
    with pytest.raises(PolicyError) as caught:
        desk.returns.approve("o1-t1")
    why = "answered NoneType, which is no ReturnTerms"
    assert ("terms", "the reason unwanted", why) == caught.value.args


NONSENSE: list[Any] = [lambda *_: None, lambda *_: "nonsense", raising]


@pytest.mark.parametrize("answer", NONSENSE)
def test_a_default_that_stumbles_over_terms_is_named(answer: Any) -> None:
    """It asks the policy for more; the case contradicts nothing."""
    desk = shop(methods("terms", answer))
    send(desk)
    with pytest.raises(PolicyError, match=r"policy\.judge was asked"):
        desk.returns.request("o1", {"1": 1}, "unwanted")
    assert desk.verify("o1")
    view = desk.get("o1")
    asked = RequestReturn, "o1"
    assert asked not in [(may.command, may.subject) for may in view.allowed()]
    (no,) = [
        no for no in view.not_allowed() if (no.command, no.subject) == asked
    ]
    assert isinstance(no.error, PolicyError)


@pytest.mark.parametrize("answer", NONSENSE)
def test_a_default_that_stumbles_over_units_is_told_of(answer: Any) -> None:
    """And the return goes its way, as the terms say."""
    desk = shop(methods("refundable_units", answer))
    send(desk)
    desk.returns.request("o1", {"1": 1}, "defective")
    at = desk.engine.clock()
    desk.returns.receive("o1-t1", {"1": 1}, parcel_id="x", at=at)
    found = Finding(
        line_id="1", quantity=1, condition="defective", disposition="scrap"
    )
    view = desk.returns.inspect("o1-t1", [found])
    assert Money("3.00", "EUR") == view.refunded
    assert ["policy.refund_lines"] == [subject for subject, _ in told(desk)]


def test_an_approval_that_ends_never_is_named() -> None:
    """Also where a policy has days of its own."""
    desk = shop(methods("approval_ends", lambda *_: None))
    send(desk)
    with pytest.raises(PolicyError, match="approval_ends was asked about"):
        desk.returns.request("o1", {"1": 1}, "unwanted")


# What is asked on the way of an order


SCREENS: list[tuple[Any, str]] = [
    (lambda *_: None, "it answered NoneType, which is no Screening"),
    (
        lambda *_: Screening(verdict="maybe"),  # type: ignore[arg-type]
        "it gave a verdict that is none of accept, review, reject",
    ),
    (
        lambda *_: Screening(verdict="accept", reason=5),  # type: ignore[arg-type]
        "it gave int as its reason, which is no text",
    ),
    (raising, "it raised KeyError"),
    (refusing, "it raised NotAllowedError"),
    (lambda: None, "it raised TypeError"),
]


@pytest.mark.parametrize(("screen", "words"), SCREENS)
def test_a_screen_without_an_answer_is_a_review(
    screen: Any, words: str
) -> None:
    """A person looks at the order, and is told why."""
    desk = shop(Policy(screen=screen))
    expected = f"{words}; somebody is to review it"
    assert [("policy.screen", expected)] == told(desk)
    (hold,) = desk.get("o1").holds
    assert "fraud" == hold.reason
    desk.orders.release("o1", hold.hold_id)
    ends(desk)


def parcel(**changes: Any) -> Parcelling:
    """A parcel of all that there is, with a mistake."""
    right: dict[str, Any] = {"place": "main", "seller": "", "items": {"1": 3}}
    return Parcelling(**{**right, **changes})


PARCELS: list[tuple[Any, str]] = [
    (lambda *_: (), "it sends nothing, and nothing else is to come"),
    (
        lambda *_: (parcel(items={}),),
        "it sends nothing, and nothing else is to come",
    ),
    (lambda *_: None, "it answered NoneType, which is no answer"),
    (lambda *_: ("1",), "it answered str, which is no Parcelling"),
    (
        lambda *_: (parcel(items={"1": 4}),),
        "it sends units of line 1 that are not there: 3 are left",
    ),
    (
        lambda *_: (parcel(items={"1": 2}), parcel(items={"1": 2})),
        "it sends units of line 1 that are not there: 1 are left",
    ),
    (
        lambda *_: (parcel(items={"1": 0}),),
        "it sends units of line 1 that are not there: 3 are left",
    ),
    (
        lambda *_: (parcel(items={"1": True}),),
        "it sends units of line 1 that are not there: 3 are left",
    ),
    (
        lambda *_: (parcel(items={"9": 1}),),
        "it sends units from where they are not",
    ),
    (
        lambda *_: (parcel(place="moon"),),
        "it sends units from where they are not",
    ),
    (
        lambda *_: (parcel(place=None),),
        "it gave NoneType as its place, which is no text",
    ),
    (
        lambda *_: (parcel(seller=7),),
        "it gave int as its seller, which is no text",
    ),
    (
        lambda *_: (parcel(items=[("1", 3)]),),
        "it answered list, which is no Mapping",
    ),
    (raising, "it raised KeyError"),
    (refusing, "it raised NotAllowedError"),
    (lambda: (), "it raised TypeError"),
]


@pytest.mark.parametrize(("policy", "words"), PARCELS)
def test_parcels_that_are_none_are_the_usual_ones(
    policy: Any, words: str
) -> None:
    """By place and seller, and somebody is told."""
    desk = shop(Policy(parcel=policy))
    expected = f"{words}; it is sent by place and seller"
    assert [("policy.parcel", expected)] == told(desk)
    assert [{"1": 3}] == [sent.items for sent in desk.get("o1").shipments]
    ends(desk)


def test_policy_may_keep_units_back_while_others_are_to_come() -> None:
    """It is asked again when they have, and must send them at last."""

    def whole_or_nothing(order: Any, items: Any) -> tuple[Parcelling, ...]:
        there = sum(item.quantity for item in items)
        whole = order.placement.lines[0].quantity
        return by_place_and_seller(order, items) if there == whole else ()

    def one_by_one(order: Any, items: Any) -> tuple[Parcelling, ...]:
        del order
        return (parcel(items={items[0].line_id: 1}),)

    desk = shop(Policy(parcel=whole_or_nothing, backorder=True), stock=2)
    assert [] == told(desk)
    assert () == desk.get("o1").shipments

    desk = shop(Policy(parcel=one_by_one))
    assert 3 == len(desk.get("o1").shipments)
    assert [] == told(desk)
    ends(desk)


def test_an_answer_is_settled_once() -> None:
    """The same mistake again is told again, and not twice at a time."""
    desk = shop(Policy(parcel=lambda *_: ()))
    desk.shipments.cancel("o1-s1")
    assert 1 == len(told(desk))
    (item,) = desk.get("o1").exceptions
    desk.exceptions.resolve("o1", item.exception_id, Remedy.ACCEPT, "mended")
    assert [] == told(desk)
    desk.shipments.cancel("o1-s2")
    assert 1 == len(told(desk))


def methods(name: str, answer: Callable[..., Any]) -> Policy:
    """A policy with one method of the shop's own."""
    kind = type("Ours", (Policy,), {name: lambda _, *given: answer(*given)})
    made: Policy = kind(capture="confirmation")
    return made


AMOUNTS: list[tuple[Any, str]] = [
    (lambda *_: None, "it answered NoneType, which is no Mapping"),
    (lambda *_: {"p9": 900}, "it names a payment that there is not"),
    (
        lambda *_: {"p1": 401, "p2": 499},
        ("it asks for what payment p1 cannot bear: from 0 to 400 minor units"),
    ),
    (
        lambda *_: {"p1": -1, "p2": 500},
        ("it asks for what payment p1 cannot bear: from 0 to 400 minor units"),
    ),
    (
        lambda *_: {"p1": 1.5},
        ("it asks for what payment p1 cannot bear: from 0 to 400 minor units"),
    ),
    (
        lambda *_: {"p1": 300},
        "it comes to 300 minor units, where 900 are to be moved",
    ),
    (lambda *_: {}, "it comes to 0 minor units, where 900 are to be moved"),
    (raising, "it raised KeyError"),
]


@pytest.mark.parametrize(("split", "words"), AMOUNTS)
def test_a_split_that_is_none_is_the_usual_one(split: Any, words: str) -> None:
    """All of it is taken, and all of it goes back."""
    desk = shop(methods("split_capture", split), tenders=HALVES, pay_with=())
    expected = f"{words}; the first payment is taken first"
    assert ("policy.split_capture", expected) in told(desk)
    assert Money("9.00", "EUR") == desk.get("o1").paid

    desk = shop(methods("split_refund", split), tenders=HALVES, pay_with=())
    desk.refund("o1", Money("9.00", "EUR"), "sorry")
    expected = f"{words}; the policy's refund_order counts"
    assert [("policy.split_refund", expected)] == told(desk)
    assert Money("9.00", "EUR") == desk.get("o1").refunded

    desk = shop(methods("split_among", split), tenders=HALVES, pay_with=())
    desk.refund("o1", Money("9.00", "EUR"), "sorry", refund_order="ratio")
    assert [("policy.split_among", expected)] == told(desk)
    assert Money("9.00", "EUR") == desk.get("o1").refunded


def test_an_early_capture_tells_of_the_policy_too() -> None:
    """What is not authorised is not told by an item, but that is."""
    desk = shop(Policy())
    wrong = methods("split_capture", raising)
    mine = OrderDesk(desk.ports, policy=wrong, clock=desk.engine.clock)
    assert Money("9.00", "EUR") == mine.payments.capture("o1").paid
    assert 1 == len(told(mine))


STATEMENTS: list[tuple[Any, str]] = [
    (lambda *_: None, "it answered NoneType, which is no answer"),
    (
        lambda *_: ((1,), {}),
        "it answered int, which is no RefundLine",
    ),
    (
        lambda *_: ((RefundLine(kind="goods", minor=1.5),), {}),  # type: ignore[arg-type]
        "it has a line that is no amount, or of no line",
    ),
    (
        lambda *_: ((RefundLine(kind="goods", minor=1, line_id="9"),), {}),
        "it has a line that is no amount, or of no line",
    ),
    (
        lambda *_: ((), {"9": 1}),
        "it gives back units of a line that there is not",
    ),
    (
        lambda *_: ((), {"1": 4}),
        "it gives back units of line 1 that are not there: from 1 to 3",
    ),
    (raising, "it raised KeyError"),
]


@pytest.mark.parametrize(("lines", "words"), STATEMENTS)
def test_a_statement_that_is_none_is_the_usual_one(
    lines: Any, words: str
) -> None:
    """The customer gets what the terms say."""
    desk = shop(methods("refund_lines", lines))
    send(desk)
    desk.returns.request("o1", {"1": 1}, "defective")
    at = desk.engine.clock()
    desk.returns.receive("o1-t1", {"1": 1}, parcel_id="x", at=at)
    found = Finding(
        line_id="1", quantity=1, condition="defective", disposition="scrap"
    )
    view = desk.returns.inspect("o1-t1", [found])
    assert Money("3.00", "EUR") == view.refunded
    expected = f"{words}; the policy's terms count"
    assert [("policy.refund_lines", expected)] == told(desk)


DATES: list[tuple[Any, str]] = [
    (lambda *_: None, "it answered NoneType, which is no datetime"),
    (
        lambda *_: datetime(2026, 1, 1),  # noqa: DTZ001
        "it answered a time that is no date with a zone",
    ),
    (
        lambda *_: datetime(9999, 1, 1, tzinfo=UTC),
        "it answered a time that is no date with a zone",
    ),
    (raising, "it raised KeyError"),
]


@pytest.mark.parametrize(("due", "words"), DATES)
def test_a_date_that_is_none_is_the_usual_one(due: Any, words: str) -> None:
    """Whether an order waits for its money, or for another means of it."""
    policy = methods("payment_due", due)
    expected = ("policy.payment_due", f"{words}; the policy's payment_within")
    clock = Clock()
    desk = OrderDesk.in_memory({"m": 9}, policy=policy, clock=clock)
    view = desk.place([LINE], ship_to=HOME, order_id="o1")
    subject, observed = told(desk)[0]
    assert (subject, observed.removesuffix(" counts")) == expected
    assert clock() + timedelta(hours=1) == view.order.payment_due_at
    desk.pay("o1", Tender("boleto", "tok_pending"))
    assert clock() + timedelta(days=7) == desk.get("o1").order.payment_due_at


def test_a_case_that_contradicts_itself_is_no_fault_of_the_policy() -> None:
    """The library's own defaults are trusted, and the case is blamed."""
    case = shop(Policy()).get("o1").case
    broken: Mapping[str, Any] = {"placement": None}
    worn = attrs.evolve(case, order=attrs.evolve(case.placed, **broken))
    with pytest.raises(AttributeError):
        parcels(worn, (object(),), Policy(), planned=False)  # type: ignore[arg-type]


def test_nobody_in_particular_may_be_denied() -> None:
    """A customer whom nobody has permitted anything gets nothing."""

    def permit(actor: Actor, command: object) -> str | None:
        del command
        return "" if actor.kind == "staff" else None

    desk = shop(Policy(permit=permit, capture="confirmation"))  # type: ignore[arg-type]
    eve = Actor("customer", "eve")
    with pytest.raises(DeniedError):
        desk.refund("o1", Money("9.00", "EUR"), "mine", actor=eve)
    assert Money("0.00", "EUR") == desk.get("o1").refunded

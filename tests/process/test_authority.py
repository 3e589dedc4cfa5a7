"""A limit of a person holds for all that goes out by its decisions."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any

import attrs
import pytest

from orderlife import (
    Actor,
    Address,
    AsyncOrderDesk,
    Case,
    CommandIdReusedError,
    DeniedError,
    Event,
    ExceptionKind,
    Finding,
    Grant,
    LimitExceededError,
    Line,
    Money,
    OrderDesk,
    OrderView,
    PaymentReported,
    Permissions,
    Policy,
    RefundPayment,
    Remedy,
    ReturnVerdict,
    UnknownKeywordError,
    ValidationError,
    check_invariants,
    fold,
)
from orderlife.building import Context, House
from orderlife.house import HOUSE
from orderlife.memory.clock import Clock
from orderlife.memory.script import Decline
from orderlife.policy.permissions import UnlessOwn, UpTo, limits_of
from orderlife.ports.payment import AuthorizationLapsed, Captured
from orderlife.rooms.order.messages import AuthorityUsed
from orderlife.testing import FailLater, Script, in_memory_ports
from tests.rooms.gift_wrap import GIFT_WRAP, AskForWrap, WrapVerbs, WrapWanted

HOME = Address(name="A", lines=("1 Way",), city="Bonn", country="DE")
LINE = Line(sku="m", quantity=3, unit_price=Money("3.00", "EUR"))
BOB = Actor("staff", "bob")
ALL = HOUSE.commands
ASK = Policy(
    capture="confirmation",
    judge=lambda *_: ReturnVerdict(answer="ask", explanation="?"),
)


def euro(minor: int) -> Money:
    return Money.of_minor(minor, "EUR")


def table(minor: int) -> Permissions:
    """Bob may give every command, and move so much."""
    others = [Grant(kind) for kind in ALL if kind is not RefundPayment]
    return Permissions(
        kinds={"staff": [*others, Grant(RefundPayment, euro(minor))]}
    )


class Shop:
    """A shop without limits, in which Bob has one."""

    def __init__(
        self,
        policy: Policy | None = None,
        token: str = "tok_visa",
        house: House = HOUSE,
    ) -> None:
        self.script = Script()
        self.clock = Clock()
        self.policy = policy or Policy(capture="confirmation")
        self.ports = in_memory_ports(
            {"m": 9}, clock=self.clock, script=self.script, house=house
        )
        self.desk = OrderDesk(
            self.ports, policy=self.policy, clock=self.clock, house=house
        )
        self.desk.place([LINE], ship_to=HOME, order_id="o1", pay_with=token)

    def limited(self, minor: int) -> OrderDesk:
        """A desk at which staff may move so much."""
        policy = attrs.evolve(self.policy, permit=table(minor))
        return OrderDesk(self.ports, policy=policy, clock=self.clock)

    def sent(self, status: str = "", service: str = "") -> Shop:
        """All of it is under way, or worse."""
        self.desk.shipments.pick("o1-s1")
        self.desk.shipments.pack("o1-s1", 5)
        self.desk.shipments.dispatch("o1-s1", service)
        if status:
            self.desk.shipments.scan("o1-s1", status, self.clock())
        return self

    def item(self, kind: ExceptionKind) -> str:
        """The open item of a kind."""
        (found,) = (
            each.exception_id
            for each in self.desk.get("o1").exceptions
            if each.contradiction.kind is kind
        )
        return found


Ask = Callable[[OrderDesk], OrderView]


def settle(shop: Shop, kind: ExceptionKind, remedy: Remedy) -> Ask:
    """Settle an item."""
    item = shop.item(kind)
    return lambda desk: desk.exceptions.resolve(
        "o1", item, remedy, "so", actor=BOB
    )


def refunded() -> tuple[Shop, Ask]:
    return Shop(), lambda d: d.refund("o1", euro(500), "sorry", actor=BOB)


def credited() -> tuple[Shop, Ask]:
    return Shop(), lambda d: d.refund(
        "o1", euro(500), "sorry", as_credit=True, actor=BOB
    )


def cancelled() -> tuple[Shop, Ask]:
    return Shop(), lambda d: d.cancel("o1", actor=BOB)


def called_off() -> tuple[Shop, Ask]:
    return Shop(), lambda d: d.orders.cancel_lines("o1", {"1": 2}, actor=BOB)


def all_called_off() -> tuple[Shop, Ask]:
    return Shop(), lambda d: d.orders.cancel_lines("o1", {"1": 3}, actor=BOB)


def labelled() -> tuple[Shop, Ask]:
    """Its label must be voided first: the money goes back later."""
    shop = Shop()
    shop.desk.shipments.pick("o1-s1")
    shop.desk.shipments.pack("o1-s1", 5)
    shop.desk.shipments.buy_label("o1-s1", "void_pending")
    return shop, lambda d: d.cancel("o1", actor=BOB)


def while_taken() -> tuple[Shop, Ask]:
    """What is called off is being taken just now, and goes back then."""
    shop = Shop(token="tok_capture_pending")
    return shop, lambda d: d.orders.cancel_lines("o1", {"1": 2}, actor=BOB)


def ended_while_taken() -> tuple[Shop, Ask]:
    shop = Shop(token="tok_capture_pending")
    return shop, lambda d: d.cancel("o1", actor=BOB)


def lost(remedy: Remedy) -> tuple[Shop, Ask]:
    shop = Shop().sent("lost")
    return shop, settle(shop, ExceptionKind.SHIPMENT_LOST, remedy)


def damaged() -> tuple[Shop, Ask]:
    shop = Shop().sent("damaged")
    kind = ExceptionKind.SHIPMENT_DAMAGED
    return shop, settle(shop, kind, Remedy.REFUND)


def back_again() -> tuple[Shop, Ask]:
    shop = Shop().sent("returned")
    kind = ExceptionKind.RETURNED_TO_SENDER
    return shop, settle(shop, kind, Remedy.REFUND)


def short() -> tuple[Shop, Ask]:
    shop = Shop()
    shop.desk.shipments.pick("o1-s1", {"1": 1})
    return shop, settle(shop, ExceptionKind.SHORT_PICK, Remedy.REFUND)


def reported(shop: Shop, outcome: Any) -> None:
    shop.desk.report(
        PaymentReported(order_id="o1", payment_id="p1", outcome=outcome)
    )


def taken_twice() -> tuple[Shop, Ask]:
    shop = Shop()
    reported(shop, Captured(amount=euro(500), reference="c9"))
    return shop, settle(shop, ExceptionKind.AMOUNT_MISMATCH, Remedy.REFUND)


def taken_after_all() -> tuple[Shop, Ask]:
    shop = Shop(Policy())
    shop.desk.cancel("o1")
    reported(shop, Captured(amount=euro(500), reference="c9"))
    kind = ExceptionKind.CAPTURED_AFTER_END
    return shop, settle(shop, kind, Remedy.REFUND)


def not_taken() -> tuple[Shop, Ask]:
    shop = Shop(token="tok_capture_declined")
    return shop, settle(shop, ExceptionKind.CAPTURE_FAILED, Remedy.ACCEPT)


def not_secured() -> tuple[Shop, Ask]:
    shop = Shop(Policy(reauthorize=False))
    reported(shop, AuthorizationLapsed())
    kind = ExceptionKind.AUTHORIZATION_LAPSED
    return shop, settle(shop, kind, Remedy.ACCEPT)


def kept() -> tuple[Shop, Ask]:
    shop = Shop(ASK).sent("delivered")
    shop.desk.returns.request("o1", {"1": 2}, "unwanted")
    return shop, lambda d: d.returns.approve(
        "o1-t1", keep_items=True, actor=BOB
    )


def kept_under_a_hold() -> tuple[Shop, Ask]:
    """The money goes back when the hold does, and that is nobody's doing."""
    shop, ask = kept()
    shop.desk.orders.hold("o1", "other", blocks=["refund"])
    return shop, ask


def kept_at_once() -> tuple[Shop, Ask]:
    shop = Shop().sent("delivered")
    return shop, lambda d: d.returns.request(
        "o1", {"1": 2}, "unwanted", resolution="keep", actor=BOB
    )


MOVES: dict[str, tuple[Callable[[], tuple[Shop, Ask]], int]] = {
    "a refund": (refunded, 500),
    "store credit": (credited, 500),
    "a cancellation": (cancelled, 900),
    "lines": (called_off, 600),
    "all lines": (all_called_off, 900),
    "a cancellation that waits for a label": (labelled, 900),
    "lines that are being taken": (while_taken, 600),
    "an order that is being taken": (ended_while_taken, 900),
    "a parcel that is lost": (lambda: lost(Remedy.REFUND), 900),
    "a parcel that is sent again": (lambda: lost(Remedy.RESHIP), 900),
    "a parcel that is damaged": (damaged, 900),
    "a parcel that came back": (back_again, 900),
    "a short pick": (short, 600),
    "too much that was taken": (taken_twice, 500),
    "what was taken after the end": (taken_after_all, 500),
    "what could not be taken": (not_taken, 900),
    "what is not secured any more": (not_secured, 900),
    "goods that stay": (kept, 600),
    "goods that stay, and a hold": (kept_under_a_hold, 600),
    "goods that stay at once": (kept_at_once, 600),
}


def contents(shop: Shop) -> dict[str, Any]:
    """All that a store holds, but for its lock and its denials."""
    held = dict(vars(shop.ports.store))
    del held["_lock"]
    del held["_denials"]
    return deepcopy(held)


@pytest.mark.parametrize("name", MOVES)
def test_no_command_goes_round_a_limit(name: str) -> None:
    """One cent more than it may move is denied, and leaves a record alone."""
    make, minor = MOVES[name]
    shop, ask = make()
    before = contents(shop)
    with pytest.raises(DeniedError) as caught:
        ask(shop.limited(minor - 1))
    assert before == contents(shop)
    (denial,) = shop.desk.denials("o1")
    assert caught.value.why == denial.why
    assert "staff:bob" == denial.actor
    if name not in {"a refund", "store credit"}:
        expected = (
            f"staff:bob may not: it moves {euro(minor)}, 0.00 EUR were moved "
            f"on this order before, and at most {euro(minor - 1)} may be"
        )
        assert expected == denial.why
        assert isinstance(caught.value, LimitExceededError)


@pytest.mark.parametrize("name", MOVES)
def test_what_is_within_a_limit_is_followed_and_counted(name: str) -> None:
    """To the last cent; and the order remembers it."""
    make, minor = MOVES[name]
    shop, ask = make()
    desk = shop.limited(minor)
    view = ask(desk)
    assert {"staff:bob": minor} == view.order.authority_used
    assert () == shop.desk.denials("o1")
    history = shop.desk.history("o1")
    events: Any = (recorded.event for recorded in history)
    assert view.case == fold("o1", events)
    check_invariants(view.case)
    (used,) = (r for r in history if isinstance(r.event, AuthorityUsed))
    assert BOB == used.actor


@pytest.mark.parametrize("name", MOVES)
def test_nothing_is_counted_where_there_is_no_limit(name: str) -> None:
    """Whoever may move any amount leaves no trace of that."""
    make, _ = MOVES[name]
    shop, ask = make()
    assert {} == ask(shop.desk).order.authority_used


def test_three_times_five_is_fifteen() -> None:
    """A limit is one for all that an actor does to an order."""
    shop = Shop()
    desk = shop.limited(500)
    desk.refund("o1", euro(300), "sorry", actor=BOB)
    desk.refund("o1", euro(200), "sorry", actor=BOB)
    with pytest.raises(LimitExceededError) as caught:
        desk.orders.cancel_lines("o1", {"1": 1}, actor=BOB)
    assert "it moves 1.34 EUR, 5.00 EUR were moved" in caught.value.why
    eve = Actor("staff", "eve")
    view = desk.refund("o1", euro(100), "sorry", actor=eve)
    used = {"staff:bob": 500, "staff:eve": 100}
    assert used == view.order.authority_used
    other = desk.place(
        [LINE], ship_to=HOME, order_id="o2", pay_with="tok_visa"
    )
    other = desk.refund("o2", euro(500), "sorry", actor=BOB)
    assert {"staff:bob": 500} == other.order.authority_used


def test_what_was_done_is_answered_again() -> None:
    """The same command once more moves nothing, and is not denied."""
    shop = Shop()
    desk = shop.limited(600)
    first = desk.orders.cancel_lines(
        "o1", {"1": 2}, actor=BOB, command_id="c1"
    )
    again = desk.orders.cancel_lines(
        "o1", {"1": 2}, actor=BOB, command_id="c1"
    )
    assert first.version == again.version
    for _ in range(2):
        desk.refund("o1", euro(0 + 1), "x", actor=Actor("staff", "eve"))
    assert () == desk.denials("o1")
    with pytest.raises(LimitExceededError):
        desk.refund("o1", euro(100), "x", actor=BOB, command_id="c1")
    with pytest.raises(CommandIdReusedError):
        shop.desk.refund("o1", euro(100), "x", actor=BOB, command_id="c1")


def test_what_would_be_too_much_now_was_done_before() -> None:
    """Judged anew the same refund would exceed the limit; it is answered."""
    shop = Shop()
    desk = shop.limited(600)
    first = desk.refund("o1", euro(400), "x", actor=BOB, command_id="c9")
    again = desk.refund("o1", euro(400), "x", actor=BOB, command_id="c9")
    assert first.version == again.version
    assert () == desk.denials("o1")
    with pytest.raises(LimitExceededError):
        desk.refund("o1", euro(400), "y", actor=BOB, command_id="c9")


def test_what_the_terms_give_back_counts_for_nobody() -> None:
    """Who inspects a return decides on its state, not on the money."""
    shop = Shop().sent("delivered")
    desk = shop.limited(0)
    desk.returns.request("o1", {"1": 2}, "defective", actor=BOB)
    desk.returns.receive("o1-t1", {"1": 2}, parcel_id="x", at=shop.clock())
    found = Finding(
        line_id="1", quantity=2, condition="defective", disposition="scrap"
    )
    view = desk.returns.inspect("o1-t1", [found], actor=BOB)
    assert euro(600) == view.refunded
    assert {} == view.order.authority_used


@pytest.mark.parametrize(
    "remedy", [Remedy.RETRY, Remedy.STORE_CREDIT, Remedy.ACCEPT]
)
def test_what_was_granted_before_counts_once(remedy: Remedy) -> None:
    """To see to a refund that failed gives nothing more away."""
    shop = Shop()
    shop.script.on("refund", Decline("no"))
    shop.desk.refund("o1", euro(500), "sorry")
    ask = settle(shop, ExceptionKind.REFUND_FAILED, remedy)
    assert {} == ask(shop.limited(0)).order.authority_used


def test_what_moves_nothing_is_within_any_limit() -> None:
    """Goods that came back are sent again; a hold comes and goes."""
    shop = Shop().sent("returned")
    desk = shop.limited(0)
    item = shop.item(ExceptionKind.RETURNED_TO_SENDER)
    desk.orders.hold("o1", "other", actor=BOB)
    desk.orders.release("o1", "h1", actor=BOB)
    view = desk.exceptions.resolve(
        "o1", item, Remedy.RESHIP, "again", actor=BOB
    )
    assert {} == view.order.authority_used


def test_what_a_brought_room_gives_away_counts_too() -> None:
    """A limit is one for all rooms of a house."""

    def per_wrap(
        before: Case, after: Case, events: Sequence[Event], context: Context
    ) -> int:
        return 250 * sum(isinstance(event, WrapWanted) for event in events)

    wrapping = HOUSE.with_(attrs.evolve(GIFT_WRAP, gives_away=per_wrap))
    shop = Shop(house=wrapping)
    permit = Permissions(
        kinds={"staff": [AskForWrap, Grant(RefundPayment, euro(600))]}
    )
    desk = OrderDesk(
        shop.ports,
        policy=attrs.evolve(shop.policy, permit=permit),
        clock=shop.clock,
        house=wrapping,
    )
    desk.refund("o1", euro(300), "sorry", actor=BOB)
    view = WrapVerbs(desk).ask("o1", "red", actor=BOB)
    assert {"staff:bob": 550} == view.order.authority_used
    with pytest.raises(LimitExceededError, match=r"it moves 2\.50 EUR, 5\.50"):
        WrapVerbs(desk).ask("o1", "blue", actor=BOB)


def test_a_limit_in_another_currency_lets_nothing_out() -> None:
    """Nobody knows what that would be worth."""
    shop = Shop()
    dollars = Grant(RefundPayment, Money("999", "USD"))
    others = [Grant(kind) for kind in ALL if kind is not RefundPayment]
    permit = Permissions(kinds={"staff": [*others, dollars]})
    desk = OrderDesk(
        shop.ports, policy=Policy(permit=permit), clock=shop.clock
    )
    with pytest.raises(LimitExceededError, match=r"at most 999\.00 USD"):
        desk.orders.cancel_lines("o1", {"1": 1}, actor=BOB)


def test_an_async_desk_keeps_the_same_limits() -> None:
    """With the same words."""

    async def run() -> None:
        policy = Policy(permit=table(600), capture="confirmation")
        desk = AsyncOrderDesk.in_memory(policy=policy, clock=Clock())
        await desk.place(
            [LINE], ship_to=HOME, order_id="o1", pay_with="tok_visa"
        )
        await desk.orders.cancel_lines("o1", {"1": 2}, actor=BOB)
        with pytest.raises(LimitExceededError):
            await desk.orders.cancel_lines("o1", {"1": 1}, actor=BOB)
        assert 1 == len(await desk.denials("o1"))

    asyncio.run(run())


# What permit says


def said(permit: Permissions, actor: Actor = BOB) -> Any:
    """How much an actor may move by a refund of nothing."""
    command = RefundPayment(
        order_id="o1",
        command_id="c",
        actor=actor,
        amount=euro(0),
        reason="x",
    )
    return limits_of(permit(actor, command))


def test_the_widest_grant_counts() -> None:
    """And one without an amount is no limit at all."""
    dollars = Money("9", "USD")
    few, more = Grant(RefundPayment, euro(5)), Grant(RefundPayment, euro(7))
    own = Grant(RefundPayment, own=True)
    grants: Any
    for grants, expected in (
        ([few], (euro(5),)),
        ([few, more], (euro(5), euro(7))),
        ([few, Grant(RefundPayment, (euro(5), dollars))], (euro(5), dollars)),
        ([few, RefundPayment], None),
    ):
        assert expected == said(Permissions(kinds={"staff": grants}))
    eve = Actor("customer", "eve")
    for grants, expected in (
        ([own], None),
        ([few, own], (euro(5),)),
        ([Grant(RefundPayment, euro(5), own=True)], (euro(5),)),
    ):
        table = Permissions(kinds={"customer": grants})
        assert expected == said(table, eve)
    # In an order of one's own, what holds there alone counts too.
    small = Grant(RefundPayment, Money("0.00", "EUR"))
    both = Permissions(
        kinds={"customer": [small, Grant(RefundPayment, own=True)]}
    )
    command = RefundPayment(
        order_id="o1", command_id="c", actor=eve, amount=euro(1), reason="x"
    )
    assert isinstance(both(eve, command), UnlessOwn)
    assert limits_of(both(eve, command)) is None


def test_a_function_of_ones_own_may_set_a_limit() -> None:
    """It is an empty text, and keeps its amount wherever it is taken."""
    up_to = UpTo(euro(5), Money("9", "USD"))
    unless = UnlessOwn("in own orders", (euro(5),))
    assert not up_to
    assert "" == up_to
    for each in (up_to, unless):
        again = pickle.loads(pickle.dumps(each))  # noqa: S301, ours
        assert (each, limits_of(each)) == (again, limits_of(again))
        assert type(each) is type(again)
    assert (euro(5),) == limits_of(unless)
    assert limits_of("") is None
    assert limits_of(UnlessOwn("x")) is None
    shop = Shop()
    desk = OrderDesk(
        shop.ports,
        policy=Policy(permit=lambda *_: UpTo(euro(500))),
        clock=shop.clock,
    )
    with pytest.raises(LimitExceededError):
        desk.refund("o1", euro(501), "x")


def test_roles_are_for_staff_unless_told_otherwise() -> None:
    """A customer that is named like a manager is none."""
    permit = Permissions(
        roles={"manager": [RefundPayment]},
        roles_of=lambda actor: ["manager"] if actor.id == "ada" else [],
    )

    def may(actor: Actor, table: Permissions = permit) -> bool:
        command = RefundPayment(
            order_id="o1",
            command_id="c",
            actor=actor,
            amount=euro(1),
            reason="x",
        )
        return not table(actor, command)

    assert may(Actor("staff", "ada"))
    assert not may(Actor("staff", "bob"))
    assert not may(Actor("customer", "ada"))
    assert not may(Actor("system", "ada"))
    assert not may(Actor("provider", "ada"))
    wider = attrs.evolve(permit, role_kinds=frozenset(("staff", "system")))
    assert may(Actor("system", "ada"), wider)
    assert not may(Actor("customer", "ada"), wider)


@pytest.mark.parametrize(
    ("roles_of", "why"),
    [
        (lambda _: None, "raised TypeError"),
        (lambda: (), "raised TypeError"),
        (lambda _: 1 / 0, "raised ZeroDivisionError"),
        (lambda _: "manager", "gave what is no list of names"),
        (lambda _: [1], "gave what is no list of names"),
    ],
)
def test_roles_that_are_none_are_the_policys_fault(
    roles_of: Any, why: str
) -> None:
    """Nobody has them, and the words say so."""
    permit = Permissions(roles={"manager": [RefundPayment]}, roles_of=roles_of)
    command = RefundPayment(
        order_id="o1", command_id="c", actor=BOB, amount=euro(1), reason="x"
    )
    expected = f"; the policy is at fault: its roles_of {why}"
    assert permit(BOB, command).endswith(expected)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (
            lambda: Permissions(roles_of=None),  # type: ignore[arg-type]
            "roles_of: must be a function",
        ),
        (
            lambda: Permissions(role_kinds="staff"),  # type: ignore[arg-type]
            "role_kinds: must be a frozenset of: customer, staff",
        ),
        (
            lambda: Permissions(role_kinds=frozenset(("saff",))),
            "role_kinds: must be a frozenset of: customer, staff",
        ),
        (
            lambda: Permissions(
                kinds={"staff": [Grant(RefundPayment, 5)]}  # type: ignore[arg-type]
            ),
            "RefundPayment: a limit is Money, or a tuple of it",
        ),
        (
            lambda: Permissions(
                kinds={"staff": [Grant(RefundPayment, -euro(5))]}
            ),
            "RefundPayment: a limit is Money, or a tuple of it",
        ),
        (
            lambda: Permissions(
                kinds={"staff": [Grant(RefundPayment, own=1)]}  # type: ignore[arg-type]
            ),
            "RefundPayment: own is True or False",
        ),
    ],
)
def test_a_table_is_checked_when_it_is_made(
    make: Callable[[], object], words: str
) -> None:
    """Each of its words."""
    with pytest.raises(ValidationError) as caught:
        make()
    assert words in str(caught.value)


def test_unknown_words_of_a_table_are_refused() -> None:
    """A limit that was mistyped would be none."""
    with pytest.raises(UnknownKeywordError, match="did you mean 'up_to'"):
        Grant(RefundPayment, upto=euro(5))  # type: ignore[call-arg]
    with pytest.raises(UnknownKeywordError, match="did you mean 'kinds'"):
        Permissions(kind={})  # type: ignore[call-arg]


def test_a_report_is_nobodys_decision() -> None:
    """What a gateway gives back by itself is counted for no actor."""
    shop = Shop()
    shop.script.on("refund", FailLater())
    view = shop.desk.refund("o1", euro(1), "x")
    assert {} == view.order.authority_used

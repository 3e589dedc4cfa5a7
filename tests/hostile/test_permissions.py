"""Who may do what, and what is left of a command that was denied."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import attrs
import pytest

from orderlife import (
    Actor,
    AsyncOrderDesk,
    CancelOrder,
    Command,
    DeniedError,
    Grant,
    Line,
    Money,
    OrderDesk,
    PayOrder,
    Permissions,
    PlaceOrder,
    Policy,
    RefundPayment,
    ValidationError,
    handle,
)
from orderlife._kernel.case import Case
from orderlife._kernel.decision import Refusal
from orderlife.codec import dumps, receive
from orderlife.policy.permissions import limits_of
from orderlife.ports.store import Denial
from orderlife.testing import Clock
from tests.helpers import ADDRESS, CARD, line

CUSTOMER = Actor("customer", "c1")
CLERK = Actor("staff", "bob")
BOSS = Actor("staff", "ada")
SYSTEM = Actor("system", "import")
ELSE = ", and nothing in another currency"


def _roles(actor: Actor) -> tuple[str, ...]:
    return ("boss",) if actor == BOSS else ()


def euro(amount: str) -> Money:
    return Money(amount, "EUR")


PERMIT = Permissions(
    kinds={
        "customer": [PlaceOrder, CancelOrder],
        "staff": [Grant(RefundPayment, euro("5.00"))],
    },
    roles={
        "boss": [Grant(RefundPayment, (euro("50.00"), Money("9", "USD")))],
    },
    roles_of=_roles,
)


def refund(actor: Actor, amount: Money, command_id: str = "r") -> Any:
    return RefundPayment(
        order_id="o1",
        command_id=command_id,
        actor=actor,
        amount=amount,
        reason="sorry",
    )


@attrs.frozen(kw_only=True)
class Stack(Command):
    """A command of an application's own, whose amount is no money."""

    amount: int = 1


@attrs.frozen(kw_only=True)
class Tip(Command):
    """One of which the amount is money, if there is one."""

    amount: Money | None = None


@pytest.mark.parametrize(
    ("actor", "amount", "why"),
    [
        (CLERK, euro("5.00"), ""),
        (CLERK, euro("5.01"), "a staff may move at most 5.00 EUR"),
        (
            CLERK,
            Money("5", "USD"),
            f"a staff may move at most 5.00 EUR{ELSE}",
        ),
        (BOSS, euro("50.00"), ""),
        (BOSS, Money("9", "USD"), ""),
        (
            BOSS,
            Money("9.01", "USD"),
            (
                f"a staff may move at most 5.00 EUR{ELSE}; "
                "the role boss may move at most 9.00 USD"
            ),
        ),
        (
            CUSTOMER,
            euro("1.00"),
            (
                "RefundPayment is not granted; what is granted: CancelOrder, "
                "PlaceOrder"
            ),
        ),
        (
            SYSTEM,
            euro("1.00"),
            "RefundPayment is not granted; what is granted: nothing",
        ),
    ],
)
def test_what_is_not_listed_is_denied(
    actor: Actor, amount: Money, why: str
) -> None:
    """And the reason says what is granted, and up to which amount."""
    assert why == PERMIT(actor, refund(actor, amount))


def test_a_command_without_an_amount_is_within_no_limit() -> None:
    """No table takes such a grant; asked by itself, it objects."""
    cancel = CancelOrder(order_id="o1", command_id="c", actor=CLERK)
    limits = (euro("5.00"), Money("9", "USD"))
    objection = "move at most 5.00 EUR, 9.00 USD by it, and it names no amount"

    assert objection == Grant(CancelOrder, limits).objection(cancel)
    assert "" == Grant(CancelOrder).objection(cancel)


def test_an_amount_of_something_else_lifts_no_limit() -> None:
    """Only who may move any amount of money has none."""
    limited = Grant(RefundPayment, euro("5.00"))
    for given, limit in (
        ([limited, Stack], (euro("5.00"),)),
        ([limited, Tip], None),
        ([Grant(Tip, euro("2.00"))], (euro("2.00"),)),
    ):
        permit = Permissions(kinds={"staff": [*given, CancelOrder]})
        cancel = CancelOrder(order_id="o1", command_id="c", actor=CLERK)
        assert limits_of(permit(CLERK, cancel)) == limit


def test_a_role_that_the_table_does_not_know_grants_nothing() -> None:
    """The application may have more roles than the shop has granted."""
    table = Permissions(
        kinds={"staff": [CancelOrder]}, roles_of=lambda _: ("cook",)
    )
    cancel = CancelOrder(order_id="o1", command_id="c", actor=CLERK)

    assert "" == table(CLERK, cancel)
    assert (
        "RefundPayment is not granted; what is granted: CancelOrder"
        == table(CLERK, refund(CLERK, euro("1.00")))
    )


def test_nothing_is_granted_by_an_empty_table() -> None:
    """Denied by default, for everybody."""
    for actor in (CUSTOMER, CLERK, SYSTEM, Actor("provider", "p")):
        command = CancelOrder(order_id="o1", command_id="c", actor=actor)
        assert Permissions()(actor, command).endswith("granted: nothing")


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        (
            {"kinds": {"costumer": []}},
            (
                "kinds[costumer]: must be one of: customer, staff, system, "
                "provider"
            ),
        ),
        (
            {"kinds": {"staff": [Money]}},
            f"kinds[staff]: {Money} is no command",
        ),
        ({"roles": {"boss": ["Refund"]}}, "roles[boss]: 'Refund' is no"),
        (
            {"roles": {"boss": [Grant(CancelOrder, euro("1"))]}},
            (
                "roles[boss]: CancelOrder has no amount of money to limit: "
                "what goes out by it counts for the limit of another grant"
            ),
        ),
        (
            {"kinds": {"staff": [Grant(Stack, euro("1"))]}},
            "kinds[staff]: Stack has no amount of money to limit",
        ),
    ],
)
def test_a_wrong_table_is_refused(table: Any, problem: str) -> None:
    """When it is made, and not when somebody is denied by it."""
    with pytest.raises(ValidationError) as caught:
        Permissions(**table)

    (said,) = caught.value.problems
    assert str(said).startswith(problem)
    assert "Permissions" == caught.value.what


def test_a_table_is_fine_with_a_limit_where_there_is_an_amount() -> None:
    """And without one anywhere."""
    limited = Grant(RefundPayment, euro("5.00"))
    table = Permissions(kinds={"staff": [limited, Grant(CancelOrder)]})

    assert table.kinds["staff"]


def contents(desk: OrderDesk) -> dict[str, Any]:
    """All that a store holds, but for its lock."""
    held = dict(vars(desk.ports.store))
    del held["_lock"]
    return deepcopy(held)


def place(desk: OrderDesk) -> None:
    desk.place(
        [Line(sku="mug", quantity=1, unit_price=euro("10.00"))],
        ship_to=ADDRESS,
        pay_with="tok_visa",
        order_id="o1",
        command_id="place",
        actor=CUSTOMER,
    )


def a_shop() -> OrderDesk:
    desk = OrderDesk.in_memory(policy=Policy(permit=PERMIT), clock=Clock())
    place(desk)
    return desk


DENIED: dict[str, Callable[[], Any]] = {
    "too much": lambda: refund(CLERK, euro("6.00")),
    "not granted": lambda: refund(CUSTOMER, euro("1.00")),
    "another's command id": lambda: refund(CUSTOMER, euro("1.00"), "place"),
    "no such order": lambda: PayOrder(
        order_id="o9", command_id="p", actor=CUSTOMER, tender=CARD
    ),
    "a stale version": lambda: PayOrder(
        order_id="o1",
        command_id="p",
        actor=CUSTOMER,
        tender=CARD,
        expected_version=1,
    ),
}


@pytest.mark.parametrize("make", DENIED.values(), ids=DENIED)
def test_a_denied_command_leaves_its_record_alone(
    make: Callable[[], Any],
) -> None:
    """Nothing else in the store has changed, and nothing is told."""
    desk = a_shop()
    command = make()
    before = contents(desk)

    with pytest.raises(DeniedError) as caught:
        desk.submit(command)

    after = contents(desk)
    (kept,) = after.pop("_denials").pop(command.order_id)
    before.pop("_denials")
    assert before == after
    assert kept == Denial(
        order_id=command.order_id,
        command_id=command.command_id,
        command=type(command).__name__,
        actor=str(command.actor),
        why=caught.value.why,
        at=Clock()(),
    )
    assert (kept,) == desk.denials(command.order_id)
    told = str(caught.value).replace(command.order_id, "")
    assert "confirmed" not in told
    assert "version" not in told


def test_who_is_denied_cannot_tell_one_order_from_none() -> None:
    """The answer is the same, but for the order's name."""
    desk = a_shop()
    answers = []
    for order_id in ("o1", "o9"):
        command = PayOrder(
            order_id=order_id, command_id="p", actor=CUSTOMER, tender=CARD
        )
        with pytest.raises(DeniedError) as caught:
            desk.submit(command)
        answers.append(str(caught.value).replace(order_id, "o"))

    assert answers[0] == answers[1]


def test_the_policy_is_asked_before_anything_else() -> None:
    """Even of an order that is not there."""
    command = refund(CUSTOMER, euro("1.00"))

    answer = handle(
        Case(order_id="o1"), command, Clock()(), Policy(permit=PERMIT)
    )

    assert isinstance(answer, Refusal)
    assert isinstance(answer.error, DeniedError)


def test_an_async_desk_denies_alike() -> None:
    """With the same record."""

    async def denied() -> tuple[Denial, ...]:
        desk = AsyncOrderDesk.in_memory(policy=Policy(permit=PERMIT))
        with pytest.raises(DeniedError):
            await desk.submit(refund(CUSTOMER, euro("1.00")))
        return await desk.denials("o1")

    assert ["RefundPayment"] == [
        each.command for each in asyncio.run(denied())
    ]


def test_an_actor_cannot_be_forged_in_a_text() -> None:
    """Who gives a command is said by the application alone."""
    forged = PlaceOrder(
        order_id="o1",
        command_id="c",
        actor=SYSTEM,
        lines=(line(),),
        ship_to=ADDRESS,
    )

    taken = receive(dumps(forged, "command"), CUSTOMER)

    assert CUSTOMER == taken.actor
    assert "c" == taken.command_id

"""What an allowed command may be given is true: so much, and no more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import attrs
import pytest
from hypothesis import given, settings, strategies as st

from orderlife import (
    Actor,
    Allowed,
    Case,
    Choice,
    Decision,
    Finding,
    Line,
    Money,
    Policy,
    Remedy,
    UpTo,
    handle,
)
from orderlife._kernel.messages import Command
from orderlife.house import HOUSE
from orderlife.ports.payment import Tender
from tests.desk.asked import STAFF
from tests.desk.play import Life
from tests.desk.shop import Shop
from tests.test_allowed import played, starts


def allowed_of(case: Case, now: datetime, policy: Policy) -> list[Allowed]:
    """All that is allowed to the staff."""
    return list(HOUSE.possible(case, now, policy, STAFF)[0])


@attrs.frozen
class Asked:
    """An allowed command, given something else, and whether it may be."""

    command: Command
    follows: bool
    what: str


def with_(command: Any, path: str, value: object) -> Command:
    """A command with another value in a field, or in a value of its."""
    field, _, inner = path.partition(".")
    if not inner:
        return attrs.evolve(command, **{field: value})  # type: ignore[no-any-return]
    held = getattr(command, field)
    if isinstance(held, tuple):
        changed: object = (attrs.evolve(held[0], **{inner: value}),)
    else:
        changed = attrs.evolve(held, **{inner: value})
    return attrs.evolve(command, **{field: changed})  # type: ignore[no-any-return]


def of_words(found: Allowed, choice: Choice) -> Iterator[Asked]:
    """Each word that is listed, and some that are not."""
    listed = {option.value for option in choice.options}
    remedies = choice.field == "remedy"
    known = {remedy.value for remedy in Remedy} if remedies else {"nonsense"}
    for word in listed | known:
        value: object = (word,) if choice.several else word
        command = with_(
            found.smallest, choice.field, Remedy(word) if remedies else value
        )
        yield Asked(command, word in listed, word)


def of_amounts(found: Allowed, choice: Choice) -> Iterator[Asked]:
    """The smallest and the largest amount, and one minor unit more."""
    for limit in choice.amounts:
        more: dict[str, Any] = {}
        if limit.payment_id:
            more["payment_id"] = limit.payment_id
        if limit.of:
            more["of"] = limit.of
        command: Any = attrs.evolve(found.smallest, **more)  # type: ignore[misc]
        cent = limit.smallest
        assert cent.minor == 1
        for amount, follows in (
            (cent, True),
            (limit.largest, True),
            (limit.largest + cent, False),
        ):
            yield Asked(
                with_(command, choice.field, amount), follows, f"{limit}"
            )


def of_units(case: Case, found: Allowed, choice: Choice) -> Iterator[Asked]:
    """Of each line the smallest and the largest number, and one more.

    And a unit of each line that is not listed.
    """
    for limit in choice.units:
        for units, follows in (
            (limit.smallest, True),
            (limit.largest, True),
            (limit.largest + 1, False),
        ):
            command = with_units(
                found, choice, limit.line_id, units, limit.where
            )
            yield Asked(command, follows, f"{limit}: {units}")
    listed = {limit.line_id for limit in choice.units}
    for line_id in {*case.placed.units, "nowhere"} - listed:
        command = with_units(found, choice, line_id, 1, "restock")
        yield Asked(command, follows=False, what=f"line {line_id}")


def with_units(
    found: Allowed, choice: Choice, line_id: str, units: int, where: str
) -> Command:
    """A command about so many units of a line."""
    command: Any = found.smallest
    if choice.field == "quantity":
        return attrs.evolve(  # type: ignore[no-any-return]
            command, line_id=line_id, quantity=units, before=where
        )
    if choice.field == "findings.quantity":
        finding = attrs.evolve(
            command.findings[0],
            line_id=line_id,
            quantity=units,
            condition="sellable",
        )
        return attrs.evolve(command, findings=(finding,))  # type: ignore[no-any-return]
    return with_(command, choice.field, {line_id: units})


def asked_of(case: Case, found: Allowed) -> Iterator[Asked]:
    """An allowed command at and beyond the ends of all its choices."""
    for choice in found.choices:
        if choice.kind == "option":
            yield from of_words(found, choice)
        elif choice.kind == "amount":
            yield from of_amounts(found, choice)
        else:
            yield from of_units(case, found, choice)


def limits(currency: str) -> st.SearchStrategy[Any]:
    """Policies of what staff may do: all, up to an amount, not so much."""

    def up_to(minor: int) -> Any:
        most = UpTo(Money.of_minor(minor, currency))
        return lambda actor, command: most

    def at_most(minor: int) -> Any:
        def permit(actor: Actor, command: Any) -> str:
            amount = getattr(command, "amount", None)
            return "so much" if amount and amount.minor > minor else ""

        return permit

    def not_for(word: str) -> Any:
        return lambda actor, command: (
            "never" if getattr(command, "reason", "") == word else ""
        )

    minor = st.integers(1, 3_000)
    return st.one_of(
        st.none(),
        minor.map(up_to),
        minor.map(at_most),
        st.sampled_from(["fraud", "other"]).map(not_for),
    )


def check(case: Case, policy: Policy, now: datetime) -> None:
    """Ask for all that is offered, and for more."""
    for found in allowed_of(case, now, policy):
        for asked in asked_of(case, found):
            answer = handle(case, asked.command, now, policy)
            follows = isinstance(answer, Decision) and bool(answer.events)
            assert follows is asked.follows, (str(found), asked.what, answer)


@pytest.mark.one_python
@settings(max_examples=150, deadline=None)
@given(life=starts(), data=st.data())
def test_what_is_offered_is_followed_and_no_more(
    life: Life, data: st.DataObject
) -> None:
    """So it is in any life, and whatever the staff may do."""
    case, policy, now = played(life)
    permit = data.draw(limits(case.placed.placement.currency))
    if permit is not None:
        policy = attrs.evolve(policy, permit=permit)
    check(case, policy, now)


LINES = (
    Line(sku="mug", quantity=3, unit_price=Money("12.50", "EUR")),
    Line(sku="cup", quantity=2, unit_price=Money("0.00", "EUR")),
    Line(
        sku="tea",
        quantity=1,
        unit_price=Money("4.00", "EUR"),
        shipping=Money("1.00", "EUR"),
    ),
)


def sent_back(steps: int, resolution: Any) -> Shop:
    """An order paid by two tenders, so far on its way there and back."""
    shop = Shop(policy=Policy(capture="confirmation"))
    for sku in ("cup", "tea"):
        shop.ports.inventory.receive(sku, "main", 9, "a delivery")
    desk = shop.desk
    half = Money("20.00", "EUR")
    tenders = (Tender("voucher", "tok_visa", half), Tender("card", "tok_visa"))
    shop.place(lines=LINES, pay_with=tenders)
    back = {"1": 2, "2": 1, "3": 1}
    finding = Finding(
        line_id="1", quantity=1, condition="opened", disposition="quarantine"
    )
    gone = attrs.evolve(finding, line_id="2", condition="missing")
    moves: list[Any] = [
        shop.dispatch,
        lambda: desk.shipments.scan("o1-s1", "delivered", shop.clock()),
        lambda: desk.refund("o1", Money("1.00", "EUR"), "late", of="postage"),
        lambda: desk.returns.request(
            "o1", {"1": 1}, "too_small", resolution=resolution
        ),
        lambda: desk.returns.request("o1", back, "too_small"),
        lambda: desk.returns.receive(
            "o1-t2", {**back, "1": 1}, parcel_id="p1", at=shop.clock()
        ),
        lambda: desk.returns.inspect("o1-t2", [finding, gone]),
        lambda: desk.returns.close_receiving("o1-t2"),
    ]
    for move in moves[:steps]:
        move()
    return shop


@pytest.mark.one_python
@settings(max_examples=120, deadline=None)
@given(
    steps=st.integers(0, 8),
    resolution=st.sampled_from(["refund", "store_credit", "keep"]),
    permit=limits("EUR"),
)
def test_so_it_is_of_what_comes_back(
    steps: int, resolution: str, permit: Any
) -> None:
    """Of parcels, refunds to each tender, returns and inspections."""
    shop = sent_back(steps, resolution)
    policy = Policy() if permit is None else Policy(permit=permit)
    check(shop.view().case, policy, shop.clock())


@pytest.mark.parametrize("steps", range(9))
def test_so_it_is_on_each_step_of_the_way(steps: int) -> None:
    """Where the staff may do anything, and where one reason is denied."""
    shop = sent_back(steps, "refund")
    check(shop.view().case, Policy(), shop.clock())

    def permit(actor: Actor, command: Any) -> str:
        return "never" if getattr(command, "reason", "") == "fraud" else ""

    check(shop.view().case, Policy(permit=permit), shop.clock())

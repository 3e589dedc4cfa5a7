"""A shop's choices are checked when they are made, and not when used."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import attrs
import pytest

from orderlife import (
    Actor,
    AsyncOrderDesk,
    CancelOrder,
    Case,
    Flag,
    OrderDesk,
    Policy,
    Reason,
    Refusal,
    ReturnReason,
    ReturnTerms,
    UnknownKeywordError,
    ValidationError,
    handle,
)
from orderlife._values.choices import LONGEST, check_choices, unkept
from orderlife._values.money import MAX_MINOR
from orderlife.memory.clock import Clock
from orderlife.policy.model import REASONS, judge_return

DAY = timedelta(days=1)
WILTED = ReturnReason(code="wilted", label="Wilted")
MADE: dict[type[Any], dict[str, Any]] = {
    Policy: {},
    ReturnTerms: {},
    ReturnReason: {"code": "wilted", "label": "Wilted"},
    Reason: {"code": "credit_check", "label": "Credit check"},
    Flag: {"code": "cold", "label": "Keep cold"},
}
"""What each of them needs to be made."""


@pytest.mark.parametrize(
    ("kind", "name"),
    [(kind, f.name) for kind in MADE for f in attrs.fields(kind)],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_no_field_takes_anything(kind: type[Any], name: str) -> None:
    """Whatever is no choice of a field is refused, by the field's name."""

    class Stranger:
        """Neither a number nor a text, nor anything that is called."""

        def __repr__(self) -> str:
            return "Stranger"

    with pytest.raises(ValidationError) as caught:
        kind(**{**MADE[kind], name: Stranger()})
    (problem,) = caught.value.problems
    assert kind.__name__ == caught.value.what
    assert name == problem.field
    assert "Stranger" in problem.message
    assert "; " in problem.message


@pytest.mark.parametrize("kind", MADE, ids=lambda kind: kind.__name__)
def test_an_unknown_word_is_told_which_was_meant(kind: type[Any]) -> None:
    """Also where Python alone would have said no more than no."""
    name = attrs.fields(kind)[0].name
    with pytest.raises(UnknownKeywordError, match=f"did you mean '{name}'"):
        kind(**{**MADE[kind], name + "s": 1})


WRONG: list[tuple[Callable[[], object], str, str]] = [
    (
        lambda: Policy(capture="dipatch"),  # type: ignore[arg-type]
        "capture",
        "is 'dipatch'; did you mean 'dispatch'? possible: ",
    ),
    (
        lambda: Policy(refund_order="none"),  # type: ignore[arg-type]
        "refund_order",
        "is 'none'; possible: last_first, first_first",
    ),
    (
        lambda: Policy(payment_within=timedelta()),
        "payment_within",
        "is 0:00:00; from 0:00:01 to 36500 days, 0:00:00 is possible",
    ),
    (
        lambda: Policy(hold_grace=timedelta(hours=-1)),
        "hold_grace",
        "is -1 day, 23:00:00: stock would be free before it is held; ",
    ),
    (
        lambda: Policy(review_within=-DAY),
        "review_within",
        "is -1 day, 0:00:00; from 0:00:00 to",
    ),
    (
        lambda: Policy(follow_up_after=LONGEST + DAY),
        "follow_up_after",
        "is 36501 days, 0:00:00; from",
    ),
    (
        lambda: Policy(review_within=3),  # type: ignore[arg-type]
        "review_within",
        "is 3; must be a timedelta, or None",
    ),
    (
        lambda: Policy(slow_tenders="boleto"),  # type: ignore[arg-type]
        "slow_tenders",
        "is 'boleto'; must be a frozenset of texts",
    ),
    (
        lambda: Policy(slow_tenders=frozenset((1,))),  # type: ignore[arg-type]
        "slow_tenders",
        "is 1; must be a text",
    ),
    (
        lambda: Policy(worthless=frozenset(("opend",))),
        "worthless",
        "names 'opend', which there is not; did you mean 'opened'? there",
    ),
    (
        lambda: Policy(backorder=1),  # type: ignore[arg-type]
        "backorder",
        "is 1; must be True or False",
    ),
    (
        lambda: Policy(return_place="x" * 129),
        "return_place",
        "is longer than 128 characters",
    ),
    (
        lambda: Policy(return_place="a\nb"),
        "return_place",
        "is 'a\\nb'; holds characters that cannot be seen",
    ),
    (
        lambda: Policy(reasons={"x": "y" * 60}),  # type: ignore[dict-item]
        "reasons",
        f"is '{'y' * 39}…; must be a ReturnReason",
    ),
    (
        lambda: Policy(reasons={1: WILTED}),  # type: ignore[dict-item]
        "reasons",
        "is 1; must be a text",
    ),
    (
        lambda: Policy(reasons={"faded": WILTED}),
        "reasons",
        "has 'wilted' under 'faded': both must be the same",
    ),
    (
        lambda: Policy(judge=None),  # type: ignore[arg-type]
        "judge",
        "is None; must be a function",
    ),
    (
        lambda: ReturnTerms(days=-1),
        "days",
        "is -1; from 0 to 36500 is possible",
    ),
    (
        lambda: ReturnTerms(restocking_fee_percent=101),
        "restocking_fee_percent",
        "is 101; from 0 to 100 is possible",
    ),
    (
        lambda: ReturnTerms(postage_minor=MAX_MINOR + 1),
        "postage_minor",
        f"is {MAX_MINOR + 1}; from 0 to {MAX_MINOR} is possible",
    ),
    (
        lambda: ReturnTerms(days=True),
        "days",
        "is True; must be a whole number",
    ),
    (
        lambda: ReturnReason(code="", label="x"),
        "code",
        "must not be empty",
    ),
    (
        lambda: ReturnReason(code="x", label=""),
        "label",
        "must not be empty",
    ),
    (
        lambda: ReturnReason(code="x", label="x", fault="nobody"),  # type: ignore[arg-type]
        "fault",
        "is 'nobody'; possible: shop, carrier, customer",
    ),
]


@pytest.mark.parametrize(("make", "field", "words"), WRONG)
def test_what_is_no_choice_is_named(
    make: Callable[[], object], field: str, words: str
) -> None:
    """By its field, its value and what is possible."""
    with pytest.raises(ValidationError) as caught:
        make()
    (problem,) = caught.value.problems
    assert field == problem.field
    assert problem.message.startswith(words)


RIGHT: list[Callable[[], Policy]] = [
    Policy,
    lambda: Policy(review_within=None, follow_up_after=None),
    lambda: Policy(hold_grace=timedelta(minutes=-59)),
    lambda: Policy(review_within=timedelta(), hold_grace=timedelta()),
    lambda: Policy(payment_within=LONGEST, receive_within=timedelta()),
    lambda: Policy(reasons={**REASONS, "wilted": WILTED}),
    lambda: Policy(reasons={}, slow_tenders=frozenset()),
    lambda: Policy(worthless=frozenset(("opened", "missing"))),
    lambda: Policy(judge=judge_return, return_place="lager 7"),
    lambda: Policy(
        fault=ReturnTerms(
            days=0, restocking_fee_percent=100, postage_minor=MAX_MINOR
        )
    ),
]


@pytest.mark.parametrize("make", RIGHT)
def test_what_is_a_choice_is_taken(make: Callable[[], Policy]) -> None:
    """The ends of every range are within it; it may be changed later."""
    assert make() == attrs.evolve(make())


def test_all_that_is_wrong_is_named_at_once() -> None:
    """As in every form."""
    with pytest.raises(ValidationError) as caught:
        ReturnTerms(days=-1, restocking_fee_percent=-1, postage_minor=-1)
    fields = [problem.field for problem in caught.value.problems]
    assert ["days", "restocking_fee_percent", "postage_minor"] == fields


def test_a_change_is_checked_as_well() -> None:
    """A policy is made anew with each of them."""
    with pytest.raises(ValidationError, match="capture"):
        attrs.evolve(Policy(), capture="never")  # type: ignore[arg-type]


def test_a_policy_of_the_shops_own_is_checked_as_well() -> None:
    """Its fields, and those that it adds."""

    class Ours(Policy):
        """With other methods."""

    @attrs.frozen(kw_only=True)
    class Theirs(Policy):
        """With a field more."""

        gift: int | str | None = None
        tags: tuple[str, ...] = ()

    with pytest.raises(ValidationError, match="Ours is not valid"):
        Ours(capture="never")  # type: ignore[arg-type]
    assert "x" == Theirs(gift="x", tags=("a",)).gift
    for wrong in ({"gift": 1.5}, {"tags": [1]}, {"tags": (1,)}):
        with pytest.raises(ValidationError, match="Theirs is not valid"):
            Theirs(**wrong)
    with pytest.raises(ValidationError) as caught:
        Theirs(gift=1.5)  # type: ignore[arg-type]
    expected = (
        "is 1.5; must be a whole number; or is 1.5; must be a text, or None"
    )
    assert expected == caught.value.problems[0].message


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", ""),
        ("ü" * 4_000, ""),
        ("x" * 4_001, "a text of more than 4000 characters"),
        ("a\0b", "a text with characters that no database keeps"),
        ("\ud800", "a text with characters that no database keeps"),
    ],
)
def test_what_a_policy_says_can_be_kept(text: str, why: str) -> None:
    """Or it is said why not."""
    assert why == unkept(text)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "must be a Policy, not dict"),
        ("strict", "must be a Policy, not str"),
        (Policy, "must be a Policy, not type, which is to be called"),
    ],
)
def test_what_is_no_policy_is_told_so(given: Any, words: str) -> None:
    """When a desk is made of it, and no order is blamed."""
    clock = Clock()
    kinds: tuple[Any, ...] = (OrderDesk, AsyncOrderDesk)
    for kind in kinds:
        with pytest.raises(ValidationError, match=words):
            kind.in_memory(policy=given, clock=clock)
    case = Case(order_id="o1")
    command = CancelOrder(
        order_id="o1", command_id="c1", actor=Actor("staff", "s")
    )
    answer = handle(case, command, clock(), given)
    assert isinstance(answer, Refusal)
    assert words in str(answer.error)


def test_a_class_without_ranges_is_checked_by_its_types() -> None:
    """A field that is new is never without a check."""

    @attrs.frozen
    class Plain:
        width: int

    check_choices(Plain(1))
    with pytest.raises(ValidationError, match="width: is '1'; must be"):
        check_choices(Plain("1"))  # type: ignore[arg-type]

"""Personal data stands apart, and shows nothing of itself."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import attrs
import pytest

from orderlife._kernel.messages import Recorded
from orderlife._values.personal import (
    Address,
    Contact,
    FreeText,
    Personal,
    masked,
)
from orderlife.rooms.order.model import Tender
from orderlife.rooms.returns.messages import RequestReturn
from orderlife.rooms.shipment.model import ScanStatus
from orderlife.testing.life import Life
from orderlife.testing.scenario import Draft, command
from tests.helpers import (
    back,
    come_back,
    inspect,
    line,
    place,
    scan,
    sent,
)

SECRETS = (
    "Hildegard",
    "Rosengasse",
    "Bingen",
    "hildegard@example.org",
    "+49 6721 0",
    "For your abbey",
    "Ring twice",
    "Knock softly",
    "Dear sister",
    "It hums at night",
    "tok_secret",
)
ADDRESS = Address(
    name="Hildegard",
    lines=("Rosengasse 1",),
    city="Bingen",
    country="DE",
    phone="+49 6721 0",
)
CONTACT = Contact(email="hildegard@example.org", name="Hildegard")


def order() -> Draft:
    """An order full of secrets."""
    return place(
        line(gift_message="Dear sister", instructions="Knock softly"),
        ship_to=ADDRESS,
        bill_to=ADDRESS,
        contact=CONTACT,
        gift_message="For your abbey",
        instructions="Ring twice",
        tenders=(Tender("card", "tok_secret"),),
    )


@pytest.mark.parametrize("value", [ADDRESS, CONTACT, FreeText("Ring twice")])
def test_personal_values_are_masked(value: Personal) -> None:
    """``repr`` and ``str`` give the type alone."""
    masked = f"{type(value).__name__}(***)"

    assert masked == repr(value) == str(value) == f"{value}"


def test_personal_values_are_values() -> None:
    """Masked or not, two with the same content are equal."""
    assert FreeText("x") == FreeText("x") != FreeText("y")


def test_a_whole_life_shows_no_secret() -> None:
    """Neither a decision nor an event, an intent or the case itself."""
    life = Life()
    decision = life.do(order())
    shown = [repr(decision), str(decision)]
    sent(life)
    scan(life, ScanStatus.DELIVERED)
    asked = command(
        RequestReturn,
        quantities={"1": 1},
        reason="defective",
        comment="It hums at night",
    )
    shown.append(repr(life.do(asked)))
    come_back(life)
    inspect(life)
    shown += [repr(life.case), str(life.case)]
    shown += [repr(recorded) for recorded in life.history]
    shown += [repr(intent) for intent in (*life.intents, *life.messages)]

    for secret in SECRETS:
        for text in shown:
            assert secret not in text
    assert all(isinstance(r, Recorded) for r in life.history)


@pytest.mark.parametrize(
    "draft",
    [
        order(),
        command(
            RequestReturn,
            quantities={"1": 1},
            reason="other",
            comment="It hums at night",
        ),
    ],
    ids=lambda draft: str(draft.kind.__name__),
)
def test_a_command_shows_no_secret(draft: Draft) -> None:
    """What came in can be logged; it says that there was something."""
    shown = repr(draft.message("o1", 1))

    assert "'***'" in shown
    for secret in SECRETS:
        assert secret not in shown


def test_an_order_names_its_people() -> None:
    """The decision brings them by reference, to be stored apart."""
    decision = Life().do(order())

    assert {
        "o1:contact": CONTACT,
        "o1:ship_to": ADDRESS,
        "o1:bill_to": ADDRESS,
        "o1:gift_message": FreeText("For your abbey"),
        "o1:instructions": FreeText("Ring twice"),
        "o1:gift_message:1": FreeText("Dear sister"),
        "o1:instructions:1": FreeText("Knock softly"),
    } == decision.personal


def test_what_is_empty_is_not_stored() -> None:
    """An order without texts has only its address and its contact."""
    decision = Life().do(place())

    assert {"o1:contact", "o1:ship_to"} == set(decision.personal)


def test_what_is_said_of_a_line_goes_by_the_line_s_own_id() -> None:
    """Where it has one; by its number else."""
    decision = Life().do(
        place(
            line(line_id="blue", gift_message="Dear sister"),
            line(gift_message="Dear brother"),
        )
    )
    told = {
        reference: said
        for reference, said in decision.personal.items()
        if "gift_message" in reference
    }
    assert told == {
        "o1:gift_message:blue": FreeText("Dear sister"),
        "o1:gift_message:2": FreeText("Dear brother"),
    }


def test_a_return_without_words_has_none() -> None:
    """A comment is stored where there is one."""
    life = Life()
    life.do(place())
    sent(life)
    scan(life, ScanStatus.DELIVERED)
    asked = command(RequestReturn, quantities={"1": 1}, reason="other")

    decision = life.do(asked)

    assert {} == decision.personal
    assert "" == back(life).comment


def test_a_text_is_masked_where_there_is_one() -> None:
    """An empty one has nothing to hide."""
    assert "'***'" == masked("Ring twice")
    assert "''" == masked("")


PRESENT = line(gift_message="Dear sister", options={"colour": "blue"})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (
            ADDRESS,
            Address(
                name="***",
                lines=("***",),
                city="***",
                country="***",
                phone="***",
            ),
        ),
        (
            CONTACT,
            Contact(email="***", name="***", language="***"),
        ),
        (FreeText(""), FreeText("")),
        (FreeText("Ring twice"), FreeText("***")),
        # Of what is not personal as a whole, only the texts are masked.
        (PRESENT, attrs.evolve(PRESENT, gift_message="***")),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_pickle_holds_masks(value: Any, expected: Any) -> None:
    """In every protocol; what was empty stays so."""
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert expected == pickle.loads(pickle.dumps(value, protocol))  # noqa: S301


def test_a_copy_holds_everything() -> None:
    """It stays in the same program."""
    assert PRESENT is copy.copy(PRESENT)
    assert ADDRESS is copy.copy(ADDRESS)
    twice, options = copy.deepcopy((PRESENT, PRESENT.options))
    assert PRESENT == twice
    assert PRESENT is not twice
    assert PRESENT.options is not twice.options
    # Shared before and shared after.
    assert options is twice.options
    assert ADDRESS == copy.deepcopy(ADDRESS)

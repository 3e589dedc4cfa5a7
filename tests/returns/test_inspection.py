"""What was found, where it is put, and what was not there at all."""

from __future__ import annotations

import pytest

from orderlife.errors import ValidationError
from orderlife.ports.inventory import Restock
from orderlife.rooms.returns.lifecycle import ReturnState
from orderlife.rooms.returns.messages import (
    ChangeDisposition,
    CloseReceiving,
    InspectReturn,
)
from orderlife.testing.scenario import command
from tests.helpers import (
    ask_back,
    back,
    come_back,
    delivered,
    found,
    inspect,
    line,
    units,
)


def test_a_parcel_that_held_less_than_was_said_ends_all_the_same() -> None:
    """A unit that is missing from a parcel does not hold up the return."""
    life = delivered(stock={"mug": 2})
    ask_back(life, 2)
    come_back(life, 2)

    inspect(life, found(), found(condition="missing"))

    assert ReturnState.CLOSED is back(life).state
    assert 1 == back(life).received()
    assert 1 == units(life).refunded
    assert {"mug": 1} == life.stock


def test_what_never_came_does_not_stand_for_what_did() -> None:
    """Units that did not come may be called missing; the rest is awaited."""
    life = delivered(line(quantity=3))
    ask_back(life, 3)
    come_back(life, 2)
    life.do(command(CloseReceiving, return_id="o1-t1"))

    inspect(life, found(), found(condition="missing"))
    assert ReturnState.RECEIVED is back(life).state
    assert 2 == back(life).received()

    inspect(life)
    assert ReturnState.CLOSED is back(life).state


def test_missing_while_parcels_are_awaited_may_still_come() -> None:
    """A unit that is missing early is inspected when it comes late."""
    life = delivered()
    ask_back(life, 2)
    come_back(life)
    inspect(life, found(), found(condition="missing"))
    assert ReturnState.RECEIVING is back(life).state

    come_back(life, parcel_id="p2")
    inspect(life)

    assert ReturnState.CLOSED is back(life).state
    assert 2 == units(life).refunded


def test_findings_that_do_not_add_up_name_their_fields() -> None:
    """Every wrong finding is named, and nothing is recorded."""
    life = delivered()
    ask_back(life, 2)
    come_back(life, 2)
    version = life.case.version

    with pytest.raises(ValidationError) as refused:
        inspect(life, found(line_id="9"), found(0), found(2), found())

    assert ["findings[0].line_id", "findings[1].quantity"] == [
        problem.field for problem in refused.value.problems
    ][:2]
    assert "1 more than came of line 1" in str(refused.value)
    assert version == life.case.version


def test_a_change_moves_stock_from_where_it_was() -> None:
    """A part of the units goes elsewhere, with where they were before."""
    life = delivered()
    ask_back(life, 2)
    come_back(life, 2)
    inspect(life, found(2, disposition="quarantine"))
    life.do(
        command(
            ChangeDisposition,
            return_id="o1-t1",
            line_id="1",
            quantity=1,
            before="quarantine",
            after="scrap",
        )
    )

    moves = [(i.disposition, i.previous) for i in life.of(Restock)]
    assert [("quarantine", None), ("scrap", "quarantine")] == moves
    assert [("scrap", 1), ("quarantine", 1)] == [
        (finding.disposition, finding.quantity)
        for finding in back(life).findings
    ]


def test_no_more_is_inspected_than_came() -> None:
    """A finding of more units than have come names the surplus."""
    life = delivered()
    ask_back(life, 2)
    come_back(life, 2)

    with pytest.raises(ValidationError, match="1 more than came of line 1"):
        inspect(life, found(3))


def test_an_inspection_finds_something() -> None:
    """An inspection without findings says that there must be one."""
    life = delivered()
    ask_back(life, 1)
    come_back(life, 1)

    with pytest.raises(ValidationError, match="at least one"):
        life.do(command(InspectReturn, return_id="o1-t1", findings=()))

"""What the trade numbers is hardly ever taken for a card's number."""

from __future__ import annotations

from pathlib import Path

import pytest

from orderlife._checks.validation import check
from orderlife._kernel.messages import Actor
from orderlife.ports.carrier import Label
from orderlife.rooms.order.messages import CancelLines
from orderlife.rooms.shipment.messages import LabelReported
from tests.helpers import line
from tests.process.card_formats import FORMATS, FORMS, Dice, table
from tests.process.read import form

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "security.md"


@pytest.mark.one_python
def test_the_page_says_how_often_each_is_refused() -> None:
    """The table stands there as it is measured."""
    measured = table()

    assert measured in PAGE.read_text("utf-8"), f"\n{measured}"
    rows = dict(
        row.strip("| ").split(" | ") for row in measured.splitlines()[2:]
    )
    for name, (_, most) in FORMATS.items():
        assert float(rows[name].rstrip(" %")) <= 100 * most, name
    assert {"0"} == {rows[name] for name in FORMS}


@pytest.mark.parametrize("name", FORMATS)
def test_no_id_is_refused(name: str) -> None:
    """Whatever it is: as the id of a line, an SKU, a label, a parcel."""
    make, _ = FORMATS[name]
    dice = Dice(f"{name} as an id")
    for _ in range(200):
        number = make(dice).replace("\n", " ")[:128]
        plain = "".join(c if c.isalnum() else "-" for c in number.lower())
        check(
            form(
                order_id=plain.strip("-")[:64],
                command_id=plain[:64],
                customer_id=number,
                channel_number=number,
                lines=(
                    line(
                        sku=number, line_id=number, seller=number, place=number
                    ),
                ),
            )
        )
        check(
            CancelLines(
                order_id="o1",
                command_id="c1",
                actor=Actor("staff", number),
                quantities={number: 1},
            )
        )
        check(
            LabelReported(
                order_id="o1",
                subject=number,
                operation_id=number,
                fact_id=number,
                outcome=Label(
                    label_id=number, carrier="post", tracking_number=number
                ),
            )
        )

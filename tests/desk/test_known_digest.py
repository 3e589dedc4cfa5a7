"""A digest that is kept elsewhere finds a tail that was cut off."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from pathlib import Path
from typing import Any

import pytest

from orderlife import AsyncOrderDesk, Line, Money, OrderDesk
from orderlife.errors import ChainBrokenError, NotFoundError, ValidationError
from orderlife.memory.clock import Clock
from tests.desk.shop import ADDRESS

LINES = [Line(sku="mug", quantity=1, unit_price=Money("5", "EUR"))]


def test_an_older_file_in_place_of_the_newer_is_found(tmp_path: Path) -> None:
    """All in it fits together: but for what was known of the newer one."""
    path, older = tmp_path / "shop.db", tmp_path / "older.db"
    with OrderDesk.open(path, fakes=True) as desk:
        desk.ports.inventory.receive("mug", "main", 9, "p")  # type: ignore[attr-defined]
        desk.place(LINES, ship_to=ADDRESS, order_id="o1")
        first = desk.verify("o1")
    shutil.copyfile(path, older)
    with OrderDesk.open(path, fakes=True) as desk:
        desk.orders.hold("o1", "other")
        last = desk.verify("o1", known=first)
        assert last == desk.verify("o1", known=last) != first
    shutil.copyfile(older, path)
    with OrderDesk.open(path, fakes=True) as desk:
        assert desk.verify("o1") == desk.verify("o1", known=first) == first
        version = desk.get("o1").version
        with pytest.raises(ChainBrokenError, match=f"event {version + 1} is"):
            desk.verify("o1", known=last)
        with pytest.raises(ChainBrokenError, match="event 1 is"):
            desk.verify("o2", known=last)
        with pytest.raises(NotFoundError):
            desk.verify("o2")


@pytest.mark.parametrize(
    "known",
    [
        *("x", "f" * 63, "F" * 64, f"{'f' * 64}\n"),
        *(b"", b"f" * 64, 0, 1, None),
    ],
)
def test_what_can_be_no_digest_is_refused(tmp_path: Path, known: Any) -> None:
    """It would be taken for a tail that was cut off otherwise."""
    desk = OrderDesk.open(tmp_path / "shop.db", fakes=True)
    with desk, pytest.raises(ValidationError, match="must be a digest"):
        desk.verify("o1", known=known)


def test_an_async_desk_finds_it_as_well() -> None:
    """The same, awaited."""

    async def main() -> None:
        desk = AsyncOrderDesk.in_memory({"mug": 9}, clock=Clock())
        await desk.place(LINES, ship_to=ADDRESS, order_id="o1")
        known = await desk.verify("o1")
        with contextlib.suppress(NotFoundError):
            await desk.verify("o2")
        assert await desk.verify("o1", known=known) == known
        with pytest.raises(ChainBrokenError):
            await desk.verify("o1", known="f" * 64)

    asyncio.run(main())

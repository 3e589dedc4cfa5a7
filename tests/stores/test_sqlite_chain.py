"""History stays as it was written, and who changes it is found out."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from orderlife import ChainBrokenError
from orderlife_adapters.sqlite import SqliteOrderStore
from tests.stores.sqlite import live, opened, path, raw, shop_on, store

__all__ = ["path", "store"]

FORBIDDEN = (
    "UPDATE orderlife_decisions SET document = document || ' '",
    "UPDATE orderlife_decisions SET digest = '' WHERE number = 1",
    "DELETE FROM orderlife_decisions WHERE number = 1",
    "DELETE FROM orderlife_decisions",
    """INSERT OR REPLACE INTO orderlife_decisions
    SELECT * FROM orderlife_decisions WHERE number = 1""",
    """INSERT INTO orderlife_decisions
    SELECT * FROM orderlife_decisions WHERE number = 1
    ON CONFLICT DO UPDATE SET document = ''""",
)


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_decisions_stay_as_they_are(
    store: SqliteOrderStore, path: Path, statement: str
) -> None:
    """The tables themselves refuse whoever would change them."""
    shop_on(store).place()
    before = store.links("o1")
    with (
        raw(path) as file,
        pytest.raises(sqlite3.IntegrityError, match="decisions are never"),
    ):
        file.execute(statement)
    assert before == store.links("o1")


TAMPERED = (
    (
        """UPDATE orderlife_decisions
        SET document = replace(document, 'staff', 'stuff')
        WHERE number = 1""",
        1,
    ),
    (
        """UPDATE orderlife_decisions SET document = document || ' '
        WHERE number = 2""",
        4,
    ),
    ("UPDATE orderlife_decisions SET digest = upper(digest)", 1),
    ("UPDATE orderlife_decisions SET input_id = 'x' WHERE number = 1", 1),
    ("UPDATE orderlife_decisions SET fingerprint = '' WHERE number = 1", 1),
    ("UPDATE orderlife_orders SET head = upper(head)", 40),
    ("UPDATE orderlife_decisions SET number = 99 WHERE number = 1", 1),
    ("DELETE FROM orderlife_decisions WHERE order_id = 'o1'", 1),
)


@pytest.mark.parametrize(("statement", "sequence"), TAMPERED)
def test_a_changed_byte_is_found(
    path: Path, statement: str, sequence: int
) -> None:
    """Also where somebody has done away with the triggers first."""
    with opened(path) as store:
        live(shop_on(store))
    with raw(path) as file:
        for trigger in ("stay", "last", "once"):
            file.execute(f"DROP TRIGGER orderlife_decisions_{trigger}")
        changed = file.execute(statement).rowcount
        assert changed
    with opened(path) as store, pytest.raises(ChainBrokenError) as caught:
        shop_on(store).desk.verify("o1")
    assert caught.value.sequence == sequence


def test_a_last_decision_that_is_gone_is_missed(path: Path) -> None:
    """The order knows how many there were, and the last one's digest."""
    with opened(path) as store:
        shop = shop_on(store)
        live(shop)
        *_, last = store.links("o1")
        kept = shop.desk.verify("o1")
    with raw(path) as file:
        file.execute("DROP TRIGGER orderlife_decisions_last")
        file.execute(
            "DELETE FROM orderlife_decisions WHERE number = ?", (last.number,)
        )
    with opened(path) as store:
        with pytest.raises(ChainBrokenError) as caught:
            shop_on(store).desk.verify("o1")
        assert caught.value.sequence == last.first_version + 1
        assert kept != store.links("o1")[-1].digest

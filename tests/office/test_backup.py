"""A backup is one moment of a whole database, in one file."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from orderlife import InputError, Line, Money, OrderDesk, PortError
from orderlife.engine.discovery import find_stores
from orderlife.engine.ports import Ports
from orderlife.ports.store import FindOrders
from orderlife.testing import Clock, in_memory_ports
from orderlife_adapters.backup import backup, main
from tests.desk.shop import ADDRESS, CONTACT
from tests.postgres import program

MUG = Line(sku="mug", quantity=2, unit_price=Money("12.50", "EUR"))


@contextmanager
def opened(url: str) -> Iterator[OrderDesk]:
    """A desk over a database, with fakes for all who move money."""
    clock = Clock()
    stores = find_stores(url, clock=clock)
    fakes = in_memory_ports(clock=clock)
    given = {
        "store": stores.orders,
        "payment": fakes.payment,
        "carrier": fakes.carrier,
        "notifier": fakes.notifier,
        "inventory": fakes.inventory,
    }
    with closing(stores):
        yield OrderDesk(Ports(**given), clock=clock)  # type: ignore[arg-type]


def placed(url: str, *order_ids: str) -> None:
    """Place orders in a database."""
    with opened(url) as desk:
        for order_id in order_ids:
            desk.place(
                [MUG],
                order_id=order_id,
                ship_to=ADDRESS,
                contact=CONTACT,
                pay_with="tok_visa",
            )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with one order."""
    path = tmp_path / "Läden & 'Co'.db"
    placed(str(path), "o1")
    return path


def test_the_copy_of_a_file_is_a_shop_of_that_moment(
    file: Path, tmp_path: Path
) -> None:
    """What comes later is not in it, and what was there is verified."""
    copy = tmp_path / "copy.db"
    size = backup(f"sqlite:///{file}", copy)
    placed(str(file), "o2")
    assert copy.stat().st_size == size
    with opened(str(copy)) as desk, opened(str(file)) as original:
        assert desk.verify("o1") == original.verify("o1")
        assert [found.order_id for found in desk.find(FindOrders())] == ["o1"]


def test_a_file_is_copied_while_somebody_is_writing(
    file: Path, tmp_path: Path
) -> None:
    """What is not committed is not in the copy, and nobody waits."""
    copy = tmp_path / "copy.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as writer:
        writer.execute("CREATE TABLE own (value TEXT)")
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO own VALUES ('open')")
        backup(str(file), copy)
        writer.execute("COMMIT")
    with closing(sqlite3.connect(copy)) as read:
        assert read.execute("SELECT * FROM own").fetchall() == []


def test_only_its_owner_may_read_a_backup(file: Path, tmp_path: Path) -> None:
    """It holds the personal data of the shop."""
    copy = tmp_path / "copy.db"
    backup(str(file), copy)
    assert copy.stat().st_mode & 0o777 == 0o600


def test_a_file_that_is_there_is_left_alone(
    file: Path, tmp_path: Path
) -> None:
    """No backup is written over another one, or over the shop."""
    copy = tmp_path / "copy.db"
    copy.write_text("mine")
    for target in (copy, file):
        with pytest.raises(InputError, match="is there already"):
            backup(str(file), target)
    assert copy.read_text() == "mine"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("missing.db", "there is no file"),
        ("sqlite:///missing.db", "there is no file"),
        ("mysql://shop", "expected sqlite:///"),
        ("postgresql://a?nonsense=1", "no URL"),
    ],
)
def test_what_cannot_be_copied_is_said(
    tmp_path: Path, url: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And nothing is left where the backup was to be."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(Path(program("pg_dump")).parent))
    with pytest.raises(InputError, match=why):
        backup(url, tmp_path / "copy")
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_file_gives_no_backup(file: Path, tmp_path: Path) -> None:
    """The pages in the middle of it are written over."""
    with closing(sqlite3.connect(file)) as own:
        own.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with file.open("r+b") as inside:
        inside.seek(4096)
        inside.write(b"\xff" * (file.stat().st_size - 8192))
    with pytest.raises(PortError, match="Co'"):
        backup(str(file), tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()


def test_a_folder_that_is_not_there_is_named(
    file: Path, tmp_path: Path
) -> None:
    """It is no fault of the database."""
    with pytest.raises(PortError, match="cannot be written: No such file"):
        backup(str(file), tmp_path / "nowhere" / "copy.db")


def test_a_database_of_postgresql_is_restored_from_its_backup(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of it: the order is verified in a database of another name."""
    monkeypatch.setenv("PATH", str(Path(program("pg_dump")).parent))
    placed(postgres_url, "o1")
    copy = tmp_path / "shop.dump"
    assert backup(postgres_url, copy) == copy.stat().st_size
    parts = urlsplit(postgres_url)
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE restored")
    other = urlunsplit(parts._replace(path="/restored"))
    restore = [
        *(program("pg_restore"), "--exit-on-error", f"--dbname={other}"),
        str(copy),
    ]
    subprocess.run(restore, check=True)
    with opened(other) as desk, opened(postgres_url) as original:
        assert desk.verify("o1") == original.verify("o1")
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("DROP DATABASE restored")


def test_a_server_that_is_away_gives_no_backup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program's own words are told, and no password is."""
    monkeypatch.setenv("PATH", str(Path(program("pg_dump")).parent))
    url = f"postgresql://shop:s3cret@/shop?host={tmp_path}"
    with pytest.raises(PortError, match="no backup was made: ") as caught:
        backup(url, tmp_path / "copy")
    assert "s3cret" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_program_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is needed, and where it comes from."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PortError, match="install the client programs"):
        backup("postgresql://shop", tmp_path / "copy")


def test_the_command_line_makes_a_backup(file: Path, tmp_path: Path) -> None:
    """It says which file, and how large it is."""
    copy = tmp_path / "copy.db"
    asked = [sys.executable, "-m", "orderlife", "backup", str(file), str(copy)]
    done = subprocess.run(asked, capture_output=True, text=True, check=True)
    assert done.stdout == f"{copy}: {copy.stat().st_size:,} bytes\n"


@pytest.mark.parametrize(
    ("name", "code"), [("missing.db", 2), ("shop.txt", 1)]
)
def test_the_exit_code_says_whose_fault_it_is(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    code: int,
) -> None:
    """2: what was asked; 1: the database, or the disk."""
    (tmp_path / "shop.txt").write_text("no database " * 100)
    url = str(tmp_path / name)
    assert main([url, str(tmp_path / "copy.db")]) == code
    assert capsys.readouterr().err.startswith("orderlife: ")

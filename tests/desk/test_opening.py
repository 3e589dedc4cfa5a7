"""A desk over a database, found by its URL."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from orderlife import (
    InputError,
    Line,
    MissingExtraError,
    Money,
    NotFoundError,
    OrderDesk,
    PortError,
    ValidationError,
)
from orderlife._values.times import UtcClock
from orderlife.engine import discovery as opening
from orderlife.memory import (
    Clock,
    FakeCarrier,
    FakeGateway,
    FakeNotifier,
    in_memory_ports,
)
from orderlife_adapters.inventory_sqlite import SqliteInventory
from orderlife_adapters.sqlite import SqliteOrderStore
from tests.desk.shop import ADDRESS, CONTACT

MUG = Line(sku="mug", quantity=2, unit_price=Money("12.50", "EUR"))


def stock(desk: OrderDesk) -> SqliteInventory:
    """The stock in a desk's file."""
    inventory = desk.ports.inventory
    assert isinstance(inventory, SqliteInventory)
    return inventory


def place(desk: OrderDesk, order_id: str = "o1") -> str:
    """Place an order, and say how it stands."""
    placed = desk.place(
        [MUG],
        order_id=order_id,
        ship_to=ADDRESS,
        contact=CONTACT,
        pay_with="tok_visa",
    )
    return placed.status.order


@pytest.mark.parametrize("form", ["path", "text", "sqlite", "settings"])
def test_a_desk_is_opened_over_a_file(tmp_path: Path, form: str) -> None:
    """What it took down is there when it is opened again."""
    path = tmp_path / "the shop.db"
    url: Any = {
        "path": path,
        "text": str(path),
        "sqlite": f"sqlite:///{path}".replace(" ", "%20"),
        "settings": f"sqlite:///{path}?durability=normal&busy_timeout=2.5"
        "&prefix=orderlife_",
    }[form]
    with OrderDesk.open(url, fakes=True) as desk:
        stock(desk).receive("mug", "main", 40, "bought")
        assert place(desk) == "confirmed"
    with OrderDesk.open(url, fakes=True) as desk:
        assert desk.get("o1").status.order == "confirmed"
        assert stock(desk).level("mug").available == 38
        desk.verify("o1")
    assert path.exists()


def test_a_closed_desk_is_closed(tmp_path: Path) -> None:
    """One that has opened nothing has nothing to close."""
    desk = OrderDesk.open(tmp_path / "shop.db", fakes=True)
    desk.close()
    with pytest.raises(PortError, match="closed"):
        desk.get("o1")
    with OrderDesk.in_memory() as desk:
        pass
    assert place(desk) == "confirmed"


def test_what_is_given_is_used(tmp_path: Path) -> None:
    """The rest is the database's, or a fake."""
    clock = Clock()
    ports = in_memory_ports({"mug": 5}, clock=clock)
    with OrderDesk.open(
        tmp_path / "shop.db",
        payment=ports.payment,
        carrier=ports.carrier,
        inventory=ports.inventory,
        notifier=ports.notifier,
        clock=clock,
        owner="me",
    ) as desk:
        place(desk)
        for name in ("payment", "carrier", "inventory", "notifier"):
            assert getattr(desk.ports, name) is getattr(ports, name)
        assert isinstance(desk.ports.store, SqliteOrderStore)
        assert desk.history("o1")[0].at == clock()
    with OrderDesk.open(tmp_path / "shop.db", fakes=True) as desk:
        assert isinstance(desk.ports.payment, FakeGateway)
        assert isinstance(desk.ports.inventory, SqliteInventory)


def test_no_desk_takes_a_fake_by_accident(tmp_path: Path) -> None:
    """Each adapter that is missing is asked for, and nothing is opened."""
    path = tmp_path / "shop.db"
    with pytest.raises(ValidationError) as caught:
        OrderDesk.open(path)
    named = [problem.field for problem in caught.value.problems]
    assert named == ["payment", "carrier", "notifier"]
    assert "payment=FakeGateway() from orderlife.memory" in str(caught.value)
    with pytest.raises(ValidationError) as caught:
        OrderDesk.open(path, payment=FakeGateway(), notifier=FakeNotifier())
    assert [problem.field for problem in caught.value.problems] == ["carrier"]
    with pytest.raises(ValidationError, match="fakes: must be True or False"):
        OrderDesk.open(path, fakes="yes")  # type: ignore[arg-type]
    assert not path.exists()


def test_a_fake_is_given_by_its_name(tmp_path: Path) -> None:
    """It goes by the machine's time, as the desk does: nothing lapses."""
    with OrderDesk.open(
        tmp_path / "shop.db",
        payment=FakeGateway(),
        carrier=FakeCarrier(),
        notifier=FakeNotifier(),
    ) as desk:
        stock(desk).receive("mug", "main", 40, "bought")
        assert place(desk) == "confirmed"
        desk.work()
        assert desk.get("o1").status.payment == "authorized"


class Quiet(FakeNotifier):
    """A notifier that has sent nothing, and counts as false."""

    def __len__(self) -> int:
        return len(self.sent)


def test_an_adapter_that_counts_as_false_is_no_missing_one(
    tmp_path: Path,
) -> None:
    """It is used, and no fake is in its place."""
    quiet = Quiet()
    with OrderDesk.open(
        tmp_path / "shop.db", notifier=quiet, fakes=True
    ) as desk:
        assert desk.ports.notifier is quiet


def test_a_tenant_has_a_desk_of_its_own(tmp_path: Path) -> None:
    """Of one file; others' orders and stock are not there."""
    path = tmp_path / "shop.db"
    with (
        OrderDesk.open(path, tenant="a", fakes=True) as one,
        OrderDesk.open(path, tenant="b", fakes=True) as two,
    ):
        stock(one).receive("mug", "main", 2, "bought")
        assert place(one) == "confirmed"
        with pytest.raises(NotFoundError):
            two.get("o1")
        assert place(two) != "confirmed"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://ada:secret@x/shop", "mysql.*there is postgresql, sqlite"),
        ("mysql://ada:secret://x", "no store for mysql://; there is"),
        ("sqlite://shop.db", "sqlite:///"),
        ("sqlite:///", "sqlite:///"),
        ("sqlite:///:memory:", "in_memory"),
        ("sqlite:///x.db?durability=none", "durability, busy_timeout, prefix"),
        ("sqlite:///x.db?speed=1", "durability"),
        ("sqlite:///x.db?prefix=a&prefix=b", "each once"),
        ("sqlite:///x.db?prefix=Robert'", "cannot name tables"),
        ("", "in_memory"),
    ],
)
def test_a_url_that_names_nothing(url: str, said: str) -> None:
    """It is said what would, and no password is repeated."""
    with pytest.raises(InputError, match=said) as caught:
        OrderDesk.open(url, fakes=True)
    assert "secret" not in str(caught.value)


WITHOUT = """
import sys
sys.modules["psycopg"] = None
from orderlife import MissingExtraError, OrderDesk
try:
    OrderDesk.open("postgresql://x/shop", fakes=True)
except MissingExtraError as error:
    print(error)
"""


def test_without_its_package_a_store_names_its_extra() -> None:
    """Whoever opens it is told what to install."""
    ran = subprocess.run(
        [sys.executable, "-c", WITHOUT],
        capture_output=True,
        check=True,
        text=True,
        timeout=60,
    )
    assert "'psycopg'" in ran.stdout
    assert "orderlife[postgres]" in ran.stdout


def entries(value: str) -> Any:
    """One entry point, of somebody else's store."""
    entry = EntryPoint("other", value, opening.GROUP)
    return lambda **_: [entry]


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ("json.nothing.there:x", ModuleNotFoundError),
        ("tests.desk.test_opening:given_up", MissingExtraError),
    ],
)
def test_a_store_that_is_not_there_is_its_own_error(
    monkeypatch: pytest.MonkeyPatch, value: str, error: type[Exception]
) -> None:
    """No extra of ours brings an adapter that is not installed."""
    monkeypatch.setattr(opening, "entry_points", entries(value))
    with pytest.raises(error):
        OrderDesk.open("other://x", fakes=True)


def test_what_a_store_needs_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its package, and by the extra of its scheme's name."""
    (tmp_path / "needy_store.py").write_text("import not_installed_at_all")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(opening, "entry_points", entries("needy_store:x"))
    with pytest.raises(MissingExtraError) as caught:
        OrderDesk.open("other://x", fakes=True)
    assert (
        "not_installed_at_all",
        "other",
        "the store for other://",
    ) == caught.value.args
    known = EntryPoint("postgresql", "needy_store:x", opening.GROUP)
    monkeypatch.setattr(opening, "entry_points", lambda **_: [known])
    with pytest.raises(MissingExtraError) as caught:
        OrderDesk.open("postgresql://x", fakes=True)
    assert (
        "not_installed_at_all",
        "postgres",
        "the store for postgresql://",
    ) == caught.value.args


def test_stores_are_opened_with_all_that_they_are_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The whole URL, the clock, and nobody's tenant unless one is named."""
    entry = EntryPoint("other", "tests.desk.test_opening:told", opening.GROUP)
    monkeypatch.setattr(opening, "entry_points", lambda **_: [entry])
    clock = Clock()

    utc = UtcClock(clock)
    assert ("other://x", utc, "") == opening.find_stores(
        "other://x", clock=clock
    )
    assert ("other://x", utc, "t") == opening.find_stores(
        "other://x", clock=clock, tenant="t"
    )


def told(url: str, *, clock: Any, tenant: str) -> Any:
    """A store that only says what it was told."""
    return url, clock, tenant


def given_up(url: str, **_: object) -> None:
    """A store that knows best what it lacks."""
    raise MissingExtraError("other", "other", "a store")

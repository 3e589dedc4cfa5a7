"""``python -m orderlife worker``: what it takes, says and answers."""

from __future__ import annotations

import json
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from orderlife import OrderDesk
from orderlife.__main__ import main
from orderlife.engine import discovery as opening
from orderlife.worker import cli
from tests.desk.shop import Shop
from tests.rooms.gift_wrap import WITH_WRAPS, WrapLate
from tests.rooms.test_brought import place, wish
from tests.worker import shops

HERE = "tests.worker.shops"


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A shop with work that is left, behind the scheme ``memory``."""
    point = EntryPoint("memory", f"{HERE}:opened", opening.GROUP)

    def entry_points(**selected: str) -> list[EntryPoint]:
        assert selected == {"group": opening.GROUP}
        return [point]

    monkeypatch.setattr(opening, "entry_points", entry_points)
    shop = shops.new_world()
    monkeypatch.setattr(cli, "utc_now", shop.clock)
    return shop


def work(*more: str) -> int:
    """Run the worker on that store until nothing is due."""
    return main(["worker", "--store", "memory://shop", "--once", *more])


@pytest.mark.parametrize("given", ["as_class", "as_ports", "as_mapping"])
def test_it_does_what_is_due(
    shop: Shop, given: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the adapters that the application's function gives."""
    shop.place()
    assert work("--ports", f"{HERE}:{given}", "--json") == 0
    assert shop.view().status.order == "confirmed"
    assert shops.World.stores.closed
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    events = [line["event"] for line in said]
    assert (events[0], events[-1]) == ("started", "stopped")
    assert set(events[1:-1]) == {"worked"}
    assert said[-1]["effects"] == 4
    assert said[-1]["failed"] == 0


def test_it_says_so_in_plain_lines(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line for each round that did something."""
    shop.place()
    ports = f"{HERE}:as_class"
    assert work("--ports", ports, "--concurrency", "1") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].endswith("worked timers=0 effects=4 failed=none")
    assert lines[2].endswith("stopped timers=0 effects=4 failed=0")


@pytest.mark.parametrize("name", ["POLICY", "policy"])
def test_it_follows_the_shops_policy(shop: Shop, name: str) -> None:
    """A value, or a function that makes one."""
    shop.place()
    ports = f"{HERE}:as_class"
    assert work("--ports", ports, "--policy", f"{HERE}:{name}") == 0
    assert shop.captures() == 1


def test_it_works_for_a_house_with_rooms_of_ones_own(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it their orders are left as they are."""
    monkeypatch.undo()
    url = str(tmp_path / "shop.db")
    with OrderDesk.open(
        url, clock=shop.clock, house=WITH_WRAPS, fakes=True
    ) as desk:
        desk.submit(place())
        desk.submit(wish())
    ports = ("--store", url, "--ports", f"{HERE}:fakes", "--once")
    house = ("--house", "tests.rooms.gift_wrap:WITH_WRAPS")

    def last() -> object:
        with OrderDesk.open(url, house=WITH_WRAPS, fakes=True) as desk:
            return desk.history("o1")[-1].event

    before = last()
    assert main(["worker", *ports]) == 1
    assert last() == before
    assert main(["worker", *ports, *house]) == 0
    assert last() == WrapLate(wrap_id="o1-w1")


def test_what_fails_is_its_exit_code(
    shop: Shop,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """With ``--once``, a cron job hears of it."""
    shop.place()

    def full(request: Any) -> Any:
        raise OSError("ada@example.org")

    monkeypatch.setattr(shop.ports.store, "settle", full)
    monkeypatch.setattr(shop.ports.store, "commit", full)
    assert work("--ports", f"{HERE}:as_class") == 1
    out = capsys.readouterr().out
    assert "failed=o1-r1:reserve:1: OSError" in out
    assert "ada" not in out


def test_a_report_says_what_waits(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    """And since when; it performs nothing and needs no adapters."""
    assert work("--report") == 0
    assert capsys.readouterr().out == "nothing waits\n"
    shop.place()
    assert work("--report") == 0
    line = capsys.readouterr().out.splitlines()[0]
    assert line.split()[:4] == ["inventory", "pending", "1", "for"]
    assert work("--report", "--json") == 0
    row = json.loads(capsys.readouterr().out.splitlines()[0])
    assert set(row) == {"port", "state", "count", "since", "next_at"}
    assert row["since"] == shop.clock().isoformat()
    assert shop.bank.effects == ()


def test_it_relays_beside_its_work(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each event is pushed, under the function's name."""
    shop.place()
    ports = ("--ports", f"{HERE}:as_class")
    assert work(*ports, "--relay", f"{HERE}:push", "--json") == 0
    assert work("--relay", f"{HERE}:push", "--json") == 0
    feed = shop.desk.feed()
    assert tuple(shops.World.pushed) == feed
    (cursor,) = shop.desk.feed.consumers()
    assert (cursor.consumer, cursor.position) == ("push", len(feed))
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    relayed = [line for line in said if line["event"] == "relayed"]
    assert {line["relay"] for line in relayed} == {"push"}
    assert sum(line["pushed"] for line in relayed) == len(feed)
    assert sum(line.get("pushed", 0) for line in said if "timers" in line) > 0


def test_without_ports_it_only_relays(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    """By as many functions as are named, each with its position."""
    shop.place()
    relays = ("--relay", f"erp={HERE}:push", "--relay", f"{HERE}:push")
    assert work(*relays) == 0
    assert shop.bank.effects == ()
    assert len(shops.World.pushed) == 2 * len(shop.desk.feed())
    names = [each.consumer for each in shop.desk.feed.consumers()]
    assert names == ["erp", "push"]
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith("started owner=relay")
    assert any("relayed relay=erp pushed=" in line for line in lines)


def test_a_lease_of_a_day_is_long_enough_for_all(shop: Shop) -> None:
    """And what only claims effects may claim them for longer."""
    assert work("--relay", f"{HERE}:push", "--lease", "86400") == 0
    assert work("--ports", f"{HERE}:as_class", "--lease", "86401") == 0


def test_a_relay_that_fails_is_its_exit_code(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    """With ``--once``; what the other side says is not repeated."""
    shop.place()
    assert work("--relay", f"{HERE}:push_badly") == 1
    out = capsys.readouterr().out
    assert "failed=order o1, position 1: OSError" in out
    assert "ada" not in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "from orderlife.worker import Providers"),
        (("--ports", "shops"), "not of the form MODULE:NAME"),
        (("--ports", "no.such:thing"), "cannot be imported"),
        (("--ports", f"{HERE}:nothing"), "there is no 'nothing'"),
        (("--ports", f"{HERE}:NOTHING"), "gave a NoneType"),
        (("--ports", f"{HERE}:too_few"), "gave a dict"),
        (("--relay", f"{HERE}:nothing"), "there is no 'nothing'"),
        (("--relay", f"{HERE}:POLICY"), "is a Policy, and no function"),
        (("--relay", "x=push"), "--relay 'push' is not of the form"),
        (("--relay", f"ERP={HERE}:push"), "name: must be 1 to 64 of a-z"),
        (
            ("--relay", f"{HERE}:push", "--relay", f"push={HERE}:push"),
            "two relays are called 'push'",
        ),
        (
            ("--relay", f"{HERE}:push", "--lease", "86400.5"),
            "--lease is at most 86400 seconds with --relay",
        ),
        (("--ports", f"{HERE}:wanting"), "must need no arguments"),
        (
            ("--ports", f"{HERE}:as_class", "--policy", f"{HERE}:NOTHING"),
            "is a NoneType, and no orderlife.Policy",
        ),
        (
            ("--ports", f"{HERE}:as_class", "--house", f"{HERE}:POLICY"),
            "is a Policy, and no orderlife.building.House",
        ),
    ],
)
def test_what_is_wrong_is_explained(
    shop: Shop,
    arguments: tuple[str, ...],
    said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Code 2, and what to write instead."""
    assert work(*arguments) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("scheme", ["mysql", "no"])
def test_a_store_that_nobody_opens_is_refused(
    shop: Shop, scheme: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says which there are, and repeats no password."""
    url = f"{scheme}://root:secret@host/shop"
    assert main(["worker", "--report", "--store", url]) == 2
    said = capsys.readouterr().err
    assert f"no store for {scheme}://; there is memory" in said
    assert "secret" not in said


def test_a_store_that_is_away_is_told(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without what its driver says: that may hold a password."""
    url = "memory://root:secret@away"
    assert main(["worker", "--report", "--store", url]) == 1
    said = capsys.readouterr().err
    assert "the store cannot be used: builtins.OSError" in said
    assert "secret" not in said


@pytest.mark.parametrize(
    "arguments",
    [
        ("--concurrency", "0"),
        ("--concurrency", "many"),
        ("--lease", "0"),
        ("--lease", "-1"),
        ("--poll", "nan"),
        ("--poll", "1e9"),
    ],
)
def test_numbers_are_checked(
    arguments: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything is opened."""
    with pytest.raises(SystemExit) as wrong:
        work(*arguments)
    assert wrong.value.code == 2
    assert "is not a" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_not_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A mistyped path would be a shop without orders."""
    path = tmp_path / "shpo.db"
    assert main(["worker", "--report", "--store", str(path)]) == 2
    assert "there is no such file" in capsys.readouterr().err
    assert not path.exists()

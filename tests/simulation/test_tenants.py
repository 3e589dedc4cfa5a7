"""Two tenants of one store, and strangers, in simulated shops."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from orderlife import Case, Policy
from orderlife.ports.store import OrderStore
from orderlife.testing import InMemoryOrderStore
from orderlife.testing.simulation import Parts, live, simulate
from orderlife.testing.simulation.choices import Choices
from orderlife_adapters.sqlite import SqliteOrderStore


class Files(Parts):
    """Shops on SQLite: a file for each schedule, for both tenants."""

    def __init__(self, folder: Path, open_: ExitStack) -> None:
        super().__init__()
        self._folder, self._open = folder, open_
        self._number = 0

    def _view(self, tenant: str) -> SqliteOrderStore:
        path = self._folder / f"{self._number}.db"
        store = SqliteOrderStore(path, durability="full", tenant=tenant)
        self._open.enter_context(closing(store))
        return store

    def store(self) -> OrderStore[Case]:
        self._open.close()
        self._number += 1
        store = self._view("")
        store.migrate()
        return store

    def neighbour(self, store: OrderStore[Case]) -> OrderStore[Case]:
        del store
        return self._view("neighbour")


@pytest.fixture
def files(tmp_path: Path) -> Iterator[Files]:
    """Files that are closed in the end."""
    with ExitStack() as open_:
        yield Files(tmp_path, open_)


@pytest.mark.one_python
def test_two_tenants_live_beside_each_other() -> None:
    """In some schedules, and nothing of one is seen by the other."""
    told: list[str] = []
    report = simulate(schedules=60, seed=31)

    assert () == report.violations
    assert report.tally.checked[45] > 1_000
    for number in range(20):
        live(Choices(f"31:{number}"), told=told.append)
    assert any("of the neighbour" in line for line in told)


@pytest.mark.one_python
def test_strangers_are_denied_and_leave_a_record() -> None:
    """Hundreds of times, with every fault; and no event is theirs."""
    report = simulate(schedules=60, seed=32)

    assert () == report.violations
    assert report.tally.checked[46] > 100


def test_strangers_are_denied_by_a_policy_of_ones_own() -> None:
    """For its reason, which is told before that of the simulator."""

    def permit(actor: Any, command: Any) -> str:
        del command
        return "not here" if actor.id == "mallory" else ""

    parts = Parts(policies=[Policy(permit=permit)])
    assert () == simulate(schedules=20, seed=33, parts=parts).violations


def test_a_store_of_ones_own_has_one_tenant() -> None:
    """Unless another is made beside it."""

    class Mine(InMemoryOrderStore[Case]):
        """Another class than that of the library."""

    class Alone(Parts):
        def store(self) -> OrderStore[Case]:
            return Mine()

    assert Parts().neighbour(InMemoryOrderStore()) is not None
    assert Alone().neighbour(Alone().store()) is None
    report = simulate(schedules=20, seed=31, parts=Alone())
    assert ((), 0) == (report.violations, report.tally.checked[45])


def test_two_tenants_of_one_file_are_kept_apart(files: Files) -> None:
    """SQLite keeps both in the same tables."""
    report = simulate(schedules=12, seed=1, parts=files)

    assert () == report.violations
    assert report.tally.checked[45] > 100

"""A flood of scans costs no more each than the first ones do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given, settings, strategies as st

from orderlife import Line, Money, OrderDesk, Ports, Scanned, ScanStatus
from orderlife._values.limits import MAX_SCANS
from orderlife.codec import dumps, loads
from orderlife.memory.clock import Clock
from orderlife.rooms.shipment import tracking
from orderlife.rooms.shipment.model import Scan
from orderlife.rooms.shipment.tracking import (
    add_scan,
    delivered_at,
    fold,
    kept,
)
from orderlife.testing import in_memory_ports
from orderlife.testing.scenario import NOON
from orderlife_adapters.postgres import open_stores
from orderlife_adapters.sqlite import SqliteOrderStore
from tests.deep import examples
from tests.helpers import ADDRESS, placed, scan, sent as send

MANY = MAX_SCANS + 60
MINUTE = timedelta(minutes=1)


def scans() -> st.SearchStrategy[list[Scan]]:
    """More than are kept, each said once."""
    one = st.builds(
        lambda status, minutes, correction: Scan(
            status=status, at=NOON + minutes * MINUTE, correction=correction
        ),
        st.sampled_from(ScanStatus),
        st.integers(0, 10_000),
        st.booleans(),
    )
    said = st.lists(
        one, min_size=MAX_SCANS + 1, max_size=MANY, unique_by=tracking._said
    )
    runs = st.sampled_from(ScanStatus).map(
        lambda status: [
            Scan(status=status, at=NOON + (20_000 + n) * MINUTE)
            for n in range(MAX_SCANS + 1)
        ]
    )
    return said | st.tuples(said, runs).map(lambda two: two[0] + two[1])


def taken(found: list[Scan]) -> tuple[Scan, ...]:
    """One after the other, as they arrive."""
    so_far: tuple[Scan, ...] = ()
    for each in found:
        so_far = add_scan(so_far, each)
    return so_far


@pytest.mark.one_python
@settings(max_examples=examples(40), deadline=None)
@given(scans())
def test_what_is_kept_decides_like_all(found: list[Scan]) -> None:
    """Whatever is left out, and in whatever order they arrive."""
    whole = tuple(sorted(found, key=tracking._key))
    arrived = taken(found)

    assert fold(whole) == fold(arrived) == fold(kept(whole))
    assert set(arrived) <= set(whole)
    assert whole[-MAX_SCANS:] == arrived[-MAX_SCANS:]
    in_order = taken(list(whole))
    assert delivered_at(whole) == delivered_at(in_order)
    assert in_order == kept(in_order)


@pytest.mark.one_python
@settings(max_examples=examples(40), deadline=None)
@given(scans(), scans())
def test_a_late_scan_counts_as_if_all_were_kept(
    found: list[Scan], late: list[Scan]
) -> None:
    """What is still to come meets all that it could contradict."""
    so_far = kept(tuple(sorted(found, key=tracking._key)))
    for each in late[:20]:
        all_of_them = {tracking._said(one): one for one in (*found, each)}
        whole = tuple(sorted(all_of_them.values(), key=tracking._key))
        assert fold(whole) == fold(add_scan(so_far, each))


def test_the_state_of_a_flood_has_its_bound() -> None:
    """However many there are, and of whatever kind."""
    statuses = list(ScanStatus)
    flood = tuple(
        Scan(
            status=statuses[n % len(statuses)],
            at=NOON + n * MINUTE,
            correction=n % 2 == 0,
        )
        for n in range(5_000)
    )

    assert len(kept(flood)) < 4 * MAX_SCANS


def test_the_first_of_many_deliveries_says_since_when() -> None:
    """A carrier that says it a hundred times more does not move it."""
    flood = [
        Scan(status=ScanStatus.DELIVERED, at=NOON + n * MINUTE)
        for n in range(3 * MAX_SCANS)
    ]
    back = Scan(status=ScanStatus.RETURNING, at=NOON - MINUTE)
    first = Scan(status=ScanStatus.DELIVERED, at=NOON - 2 * MINUTE)

    arrived = taken([first, back, *flood])

    assert NOON == delivered_at(arrived)
    assert {first, back, flood[0]} <= set(arrived)
    assert MAX_SCANS + 3 == len(arrived)


def test_as_many_as_a_parcel_has_are_all_kept() -> None:
    """Only a flood is thinned out."""
    some = [
        Scan(status=ScanStatus.IN_TRANSIT, at=NOON + n * MINUTE)
        for n in range(MAX_SCANS)
    ]

    assert tuple(some) == taken(some)
    one_more = Scan(status=ScanStatus.IN_TRANSIT, at=NOON + timedelta(days=1))
    assert (*some[1:], one_more) == taken([*some, one_more])


def test_a_document_with_more_is_read_as_it_is_kept_today() -> None:
    """An earlier release kept all of them."""
    life = placed()
    send(life)
    for n in range(MAX_SCANS + 20):
        life.now += MINUTE
        scan(life, ScanStatus.IN_TRANSIT, detail=f"stop {n}")
    (parcel,) = life.case.shipments.values()
    every = tuple(
        event.scan for event in life.events if hasattr(event, "scan")
    )
    assert MAX_SCANS + 20 == len(every)
    assert every[20:] == parcel.scans
    text = dumps(life.case, "case")
    one, two = (dumps_scans(each) for each in (parcel.scans, every))

    assert text.count(one) == 1
    assert life.case == loads(text.replace(one, two), "case")


def dumps_scans(found: tuple[Scan, ...]) -> str:
    """As they stand in a document of a case."""
    life = placed()
    send(life)
    (parcel,) = life.case.shipments.values()
    object.__setattr__(parcel, "scans", found)
    text = dumps(life.case, "case")
    start = text.index('"scans":[')
    return text[start : text.index("]", start) + 1]


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def desk(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[OrderDesk]:
    """A desk over each store."""
    clock = Clock()
    fakes = in_memory_ports(clock=clock)
    store: Any = fakes.store
    closed: Callable[[], object] = list
    if request.param == "sqlite":
        store = SqliteOrderStore(tmp_path / "shop.db")
        store.migrate()
        closed = store.close
    elif request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
        stores = open_stores(url, clock=clock)
        store, closed = stores.orders, stores.close
    yield OrderDesk(
        Ports(
            store=store,
            payment=fakes.payment,
            carrier=fakes.carrier,
            inventory=fakes.inventory,
            notifier=fakes.notifier,
        ),
        clock=clock,
    )
    closed()


def test_a_repeat_of_what_is_not_kept_changes_nothing(
    desk: OrderDesk,
) -> None:
    """A carrier that sends all it has each time fills no history."""
    desk.place(
        [Line(sku="mug", quantity=1, unit_price=Money("10.00", "EUR"))],
        ship_to=ADDRESS,
        pay_with="tok_visa",
        order_id="o1",
    )
    desk.shipments.pick("o1-s1")
    desk.shipments.pack("o1-s1", weight_g=500)
    left = desk.shipments.dispatch("o1-s1").shipments[0].left_at
    assert left is not None
    told = [
        Scanned(
            order_id="o1",
            shipment_id="o1-s1",
            status=ScanStatus.IN_TRANSIT,
            at=left + timedelta(milliseconds=n),
        )
        for n in range(MAX_SCANS + 5)
    ]
    for each in told:
        desk.report(each)
    desk.report(told[0])  # it may be taken down once more, and no oftener
    version = desk.get("o1").case.version

    desk.report(told[0])
    desk.report(attrs.evolve(told[0], fact_id=""))
    desk.report(told[-1])

    assert version == desk.get("o1").case.version
    assert MAX_SCANS == len(desk.get("o1").shipments[0].scans)
    scanned = [
        one.event.scan.at
        for one in desk.history("o1")
        if hasattr(one.event, "scan")
    ]
    assert MAX_SCANS + 6 == len(scanned)
    desk.report(attrs.evolve(told[0], detail="new"))
    assert version + 1 == desk.get("o1").case.version
    assert desk.verify("o1")

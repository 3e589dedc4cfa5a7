"""Documents of old kept the zones that they were told: they are read."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta, tzinfo

import attrs
import pytest

from orderlife import CodecError
from orderlife._values.strict_json import write_sorted
from orderlife.codec import dumps, is_request, loads, plain, request_hash
from orderlife.ports.inventory import Demand, Release, Reserve
from tests.zones import ZONES

UNTIL = datetime(2026, 10, 25, 0, 40, tzinfo=UTC)
RESERVE = Reserve(
    order_id="o1",
    operation_id="o1-r1:reserve:1",
    reservation_id="o1-r1",
    demands=(Demand(line_id="1", sku="mug", quantity=2),),
    until=UNTIL,
)


def of_old(intent: Reserve, zone: tzinfo) -> str:
    """A request as it was hashed when its time kept its zone."""
    data = plain(intent, "intent")
    data["until"] = intent.until.astimezone(zone).isoformat()
    return hashlib.sha256(write_sorted(data)).hexdigest()


@pytest.mark.parametrize("zone", ZONES)
def test_a_request_of_old_is_known(zone: tzinfo) -> None:
    """In whatever zone its time was kept: it must not be given up."""
    later = attrs.evolve(RESERVE, until=UNTIL + timedelta(minutes=1))

    assert is_request(RESERVE, of_old(RESERVE, zone))
    assert not is_request(later, of_old(RESERVE, zone))


def test_another_request_is_none() -> None:
    """Nor is one that has no time."""
    release = Release(
        order_id="o1",
        operation_id="o1-r1:release:2",
        reservation_id="o1-r1",
        items=(),
    )

    assert is_request(release, request_hash(release))
    assert not is_request(release, request_hash(RESERVE))


@pytest.mark.parametrize("zone", ZONES)
def test_a_document_of_old_is_read_in_utc(zone: tzinfo) -> None:
    """Whatever zone its times were told in."""
    text = dumps(RESERVE, "intent")
    old = text.replace(UNTIL.isoformat(), UNTIL.astimezone(zone).isoformat())

    assert repr(RESERVE) == repr(loads(old, "intent"))
    assert text == dumps(loads(old, "intent"), "intent")


def test_a_date_without_a_zone_is_not_written() -> None:
    """Nor read."""
    naive = UNTIL.replace(tzinfo=None)
    with pytest.raises(CodecError, match="without a time zone"):
        plain(attrs.evolve(RESERVE, until=naive), "intent")
    text = dumps(RESERVE, "intent")
    with pytest.raises(CodecError, match="without a time zone"):
        loads(text.replace(UNTIL.isoformat(), naive.isoformat()), "intent")

"""Cases at every stage of their lives, and messages of any content."""

from __future__ import annotations

import collections.abc
import enum
import functools
import types
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, Union, get_args, get_origin

import attrs
from hypothesis import strategies as st

from orderlife._kernel.case import Case
from orderlife._kernel.messages import Remedy
from orderlife._values.money import MAX_MINOR, Money
from orderlife.policy.model import Policy, ReturnVerdict
from orderlife.ports.base import Unknown
from orderlife.ports.carrier import BuyLabel, LabelRefused, VoidLabel
from orderlife.ports.inventory import Allocate, Release, Reserve, StockShort
from orderlife.ports.payment import Authorize, Capture, Declined, Refund, Void
from orderlife.rooms.order.messages import (
    CancelLines,
    CancelOrder,
    DraftOrder,
    FraudJudged,
    OpenHold,
)
from orderlife.rooms.returns.messages import CancelReturn
from orderlife.rooms.shipment.messages import (
    BuyShipmentLabel,
    CancelShipment,
    InterceptShipment,
)
from orderlife.rooms.shipment.model import ScanStatus
from orderlife.testing.life import Life
from orderlife.testing.scenario import command, fact
from tests.helpers import (
    ask_back,
    come_back,
    delivered,
    inspect,
    line,
    packed,
    place,
    placed,
    resolve,
    scan,
    sent,
    silent,
)

__all__ = ["IDS", "lives", "messages"]

ASK = Policy(judge=lambda *_: ReturnVerdict(answer="ask", explanation="?"))
WAIT = Policy(backorder=True)


def _draft() -> Life:
    life = Life()
    form = place()
    life.do(command(DraftOrder, **form.fields))
    return life


def _labelled(**more: Any) -> Life:
    life = placed(line(quantity=2), line(place="b"), **more)
    packed(life)
    life.do(command(BuyShipmentLabel, shipment_id="o1-s1"))
    return life


def _cancelling() -> Life:
    life = _labelled(answers={VoidLabel: silent})
    life.do(command(CancelOrder))
    return life


def _returned(*, inspected: bool, **more: Any) -> Life:
    life = delivered(**more)
    ask_back(life)
    come_back(life)
    if inspected:
        inspect(life)
    return life


def _waiting() -> Life:
    life = placed(line(quantity=3), policy=WAIT, stock={"mug": 1})
    life.answers[Reserve] = silent
    life.advance(timedelta(days=1))
    return life


def _lost() -> Life:
    life = placed()
    sent(life)
    scan(life, ScanStatus.LOST)
    return life


def _sent_back() -> Life:
    life = placed()
    sent(life)
    scan(life, ScanStatus.RETURNED)
    life.do(command(CancelLines, quantities={"1": 1}))
    return life


def _written_off() -> Life:
    life = _lost()
    resolve(life, Remedy.RESHIP)
    return life


def _intercepted() -> Life:
    life = placed()
    sent(life)
    life.answers = dict.fromkeys((Refund,), silent)
    life.do(command(InterceptShipment, shipment_id="o1-s1"))
    return life


def _reviewed() -> Life:
    life = placed()
    life.report(fact(FraudJudged, verdict="review"))
    life.do(command(OpenHold, reason="fraud", blocks=("refund",)))
    return life


def _completed() -> Life:
    life = delivered()
    life.advance(timedelta(days=3))
    return life


def _called_off() -> Life:
    life = delivered()
    ask_back(life)
    life.do(command(CancelReturn, return_id="o1-t1"))
    return life


def _moved_unvoided() -> Life:
    life = _labelled(answers={VoidLabel: silent})
    life.do(command(CancelShipment, shipment_id="o1-s1"))
    return life


@functools.cache
def lives() -> Mapping[str, Life]:
    """A life at each stage, by its name; to be read only."""
    no = Declined(code="no")
    refused = LabelRefused(code="no")
    short = StockShort(shortages=())
    ended = placed()
    ended.do(command(CancelOrder))
    expired = placed(order={"tenders": ()})
    expired.advance(timedelta(days=1))
    packed_life = placed(answers={BuyLabel: lambda _: refused})
    packed(packed_life)
    packed_life.do(command(BuyShipmentLabel, shipment_id="o1-s1"))
    asked = delivered(policy=ASK)
    ask_back(asked)
    approved = delivered(answers={Refund: silent})
    ask_back(approved, 2)
    came = delivered()
    ask_back(came, 2)
    come_back(came)
    kept = delivered()
    kept.do(command(OpenHold, reason="other", blocks=("refund",)))
    ask_back(kept, resolution="keep")
    return {
        "nothing": Life(),
        "draft": _draft(),
        "unreserved": placed(answers={Reserve: silent}),
        "unpaid": placed(order={"tenders": ()}),
        "unanswered": placed(answers={Authorize: silent}),
        "unknown": placed(answers={Authorize: lambda _: Unknown()}),
        "declined": placed(answers={Authorize: lambda _: no}),
        "rejected": placed(answers={Reserve: lambda _: short}),
        "expired": expired,
        "reviewed": _reviewed(),
        "unallocated": placed(answers={Allocate: silent}),
        "waiting": _waiting(),
        "planned": placed(line(quantity=2), line(place="b")),
        "unlabelled": packed_life,
        "labelled": _labelled(),
        "voiding": _moved_unvoided(),
        "cancelling": _cancelling(),
        "cancelled": ended,
        "unreleased": _cancel(placed(answers={Release: silent})),
        "unvoided": _cancel(placed(answers={Void: lambda _: no})),
        "intercepted": _intercepted(),
        "uncaptured": _send(placed(answers={Capture: lambda _: no})),
        "lost": _lost(),
        "sent_back": _sent_back(),
        "written_off": _written_off(),
        "delivered": delivered(),
        "completed": _completed(),
        "asked": asked,
        "approved": approved,
        "came": came,
        "received": _returned(inspected=False),
        "unrefunded": _returned(
            inspected=True, answers={Refund: lambda _: no}
        ),
        "refunded": _returned(inspected=True),
        "called_off": _called_off(),
        "kept": kept,
    }


def _cancel(life: Life) -> Life:
    life.do(command(CancelOrder))
    return life


def _send(life: Life) -> Life:
    sent(life)
    return life


def _ids(case: Case) -> set[str]:
    """Every id that a case knows, operations included."""
    order = case.order
    found = {*case.reservations, *case.shipments, *case.returns}
    for held in case.reservations.values():
        found |= {held.pending, held.refused, *held.leaving}
    for parcel in case.shipments.values():
        found |= {parcel.label_pending, parcel.void_pending}
        found.add(parcel.intercept_pending)
    found |= {back.label_pending for back in case.returns.values()}
    if order is not None:
        found |= {*order.operations, *order.units}
        found |= {payment.payment_id for payment in order.payments}
        found |= {hold.hold_id for hold in order.holds}
        found |= {item.exception_id for item in order.exceptions}
    return found


@functools.cache
def _all_ids() -> tuple[str, ...]:
    known = set().union(*(_ids(life.case) for life in lives().values()))
    return (*sorted(known), "o1", "o1-s9", "zzz", "p1")


IDS = st.deferred(lambda: st.sampled_from(_all_ids()))
_TEXTS = st.sampled_from(["", "x", "ä", "o1", "tok_visa", "too_small"])
_TIMES = st.datetimes(
    min_value=datetime(1900, 1, 1),  # noqa: DTZ001
    max_value=datetime(8999, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)
_NUMBERS = st.integers(0, 6) | st.integers(0, 1_000_000)
_MONEY = st.builds(
    Money.of_minor,
    st.integers(0, 3000) | st.integers(0, MAX_MINOR),
    st.sampled_from(["EUR", "JPY"]),
)
_KEYS = st.sampled_from(["1", "2", "9"])


@functools.cache
def messages(kind: type) -> st.SearchStrategy[Any]:
    """Well-formed values of a message, a part or any annotated type."""
    attrs.resolve_types(kind)
    fields = {
        field.name: _of(field.name, field.type) for field in attrs.fields(kind)
    }
    return st.builds(kind, **fields)


def _of(name: str, wanted: Any) -> st.SearchStrategy[Any]:
    origin, arguments = get_origin(wanted), get_args(wanted)
    if name == "order_id":
        return st.just("o1")
    if name == "command_id":
        return st.just("c1")
    if name == "expected_version":
        return st.none()
    if wanted is str:
        return IDS if name.endswith("_id") or name == "subject" else _TEXTS
    if wanted in _SIMPLE:
        return _SIMPLE[wanted]
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin is tuple:
        items = st.lists(_of("", arguments[0]), max_size=3)
        return items.map(tuple)
    if origin is collections.abc.Mapping:
        return st.dictionaries(_KEYS, _of("", arguments[1]), max_size=2)
    if origin in {Union, types.UnionType}:
        parts = [a for a in arguments if a is not type(None)]
        some = st.one_of([_of(name, part) for part in parts])
        return some | st.none() if len(parts) < len(arguments) else some
    if isinstance(wanted, type) and issubclass(wanted, enum.Enum):
        return st.sampled_from(list(wanted))
    return messages(wanted)


_SIMPLE: Mapping[Any, st.SearchStrategy[Any]] = {
    bool: st.booleans(),
    int: _NUMBERS,
    datetime: _TIMES,
    Money: _MONEY,
}

"""Write the golden documents, which every later release must read.

::

    python tools/generate_golden.py            add what is missing
    python tools/generate_golden.py --check    exit 1 where one differs

A document that is there is never changed, moved or dropped: what has
been written once lies in somebody's database.  One that cannot be read
any more, of whatever schema, is an error, and nothing is written then.
"""

from __future__ import annotations

import argparse
import collections.abc
import enum
import json
import sys
import types
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal, Union, get_args, get_origin

import attrs

from orderlife import (
    Address,
    Contact,
    Finding,
    Line,
    Money,
    OrderDesk,
    PaymentReported,
    Recorded,
    Remedy,
    ReturnReceived,
    Tender,
    Timer,
    TimerKind,
    UnexpectedItem,
)
from orderlife._kernel.messages import (
    Actor,
    Contradiction,
    Event,
)
from orderlife._values.personal import Personal
from orderlife.codec import SCHEMA, dumps, loads
from orderlife.errors import CodecError
from orderlife.house import HOUSE
from orderlife.memory.clock import Clock
from orderlife.ports.carrier import CARRIER
from orderlife.ports.inventory import (
    INVENTORY,
    InLine,
    Reserve,
)
from orderlife.ports.payment import (
    PAYMENT,
    Authorized,
    DisputeOpened,
)
from orderlife.ports.store import Decided
from orderlife.rooms.exceptions.messages import ExceptionOpened
from orderlife.rooms.exceptions.model import ExceptionItem
from orderlife.rooms.order.messages import (
    CancellationAbandoned,
    CancellationStarted,
    HoldOpened,
    OrderPlaced,
    PlaceOrder,
)
from orderlife.rooms.order.model import (
    Closing,
    Hold,
    OrderLine,
    Placement,
    Slice,
)
from orderlife.rooms.payment.messages import (
    PaymentRecorded,
    RefundGranted,
    RefundPayment,
)
from orderlife.rooms.returns.messages import (
    ReturnHandedIn,
    ReturnParcelReceived,
)
from orderlife.rooms.shipment.messages import (
    LabelReported,
    ShipmentDispatched,
    ShipmentScanned,
    ShipmentWrittenOff,
)
from orderlife.rooms.shipment.model import Scan
from orderlife.rooms.stock.messages import (
    BackorderChecked,
    BackorderReduced,
    StockReported,
)

GOLDEN: Final = Path(__file__).parents[1] / "tests" / "codec" / "golden"
"""One folder for each schema, in it one file for each kind."""

INTENTS: Final = tuple(HOUSE.methods)
EVENTS: Final[tuple[type[Event], ...]] = HOUSE.events
COMMANDS: Final[tuple[type, ...]] = HOUSE.commands
FACTS: Final[tuple[type, ...]] = HOUSE.facts

NOON: Final = datetime(2026, 1, 5, 12, tzinfo=UTC)
TOLD: Final = datetime(2027, 1, 5, 12, tzinfo=UTC)
_SAMPLES: Final[Mapping[Any, Any]] = {
    int: 7,
    bool: True,
    Money: Money("12.50", "EUR"),
    datetime: NOON,
}


LATER: Final = frozenset(
    (
        "arrives_at",
        "captures_in_parts",
        "flags",
        "Contradiction.reference",
        "in_line",
        "left_by",
        "returned_minor",
        "restocked",
        "told_at",
        "Line.kind",
        "OrderLine.kind",
        "OrderLine.shares",
        "OrderLine.shipping_tax_minor",
        "OrderLine.slices",
        "RefundGranted.payments",
        "RefundGranted.refund_order",
        "RefundGranted.released_minor",
        "RefundGranted.slices",
        "RefundPayment.of",
        "RefundPayment.payment_id",
        "RefundPayment.refund_order",
        "RefundPayment.tender_index",
    )
)
"""Fields, of any class or of one, that came when their classes' documents
were written: these stay without them, and others are added that have
them."""


LISTED: Final = frozenset(
    (
        "CancelLines.reason",
        "CancelOrder.reason",
        "Closing.reason",
        "Hold.reason",
        "LinesCancelled.reason",
        "OpenHold.reason",
    )
)
"""Texts that are words of a registry: the word is ``other``."""


def fields_of(wanted: type) -> dict[str, Any]:
    """The fields of an attrs class and their types."""
    attrs.resolve_types(wanted)
    return {
        field.name: field.type
        for field in attrs.fields(wanted)
        if field.name != "people"
    }


def sample(wanted: Any, name: str = "", **given: Any) -> Any:
    """Make a value of a type, always the same, with every field set.

    Those that came later are set where they are given.
    """
    origin, arguments = get_origin(wanted), get_args(wanted)
    if wanted is str:
        return f"{name} ü" if name in {"note", "title", "text"} else name
    if wanted in _SAMPLES:
        return _SAMPLES[wanted]
    if wanted is Event:
        return sample(EVENTS[0])
    if origin is Literal:
        return arguments[-1]
    if origin is tuple:
        return (sample(arguments[0], name),)
    if origin is collections.abc.Mapping:
        return {"1": sample(arguments[1], name)}
    if origin in {Union, types.UnionType}:
        return sample(arguments[0], name)
    if issubclass(wanted, enum.Enum):
        return tuple(wanted)[-1]
    fields = {
        n: "other" if f"{wanted.__name__}.{n}" in LISTED else sample(kind, n)
        for n, kind in fields_of(wanted).items()
        if LATER.isdisjoint((n, f"{wanted.__name__}.{n}"))
    }
    return wanted(**{**fields, **given})


def _facts() -> dict[str, object]:
    """Every fact, and those that report something with every outcome."""
    found: dict[str, object] = {kind.__name__: sample(kind) for kind in FACTS}
    for kind, port in (
        (PaymentReported, PAYMENT),
        (StockReported, INVENTORY),
        (LabelReported, CARRIER),
    ):
        for outcome in get_args(port.reports):
            name = f"{kind.__name__}.{outcome.__name__}"
            found[name] = sample(kind, outcome=sample(outcome))
    found["PaymentReported.Authorized.once"] = sample(
        PaymentReported, outcome=sample(Authorized, captures_in_parts=False)
    )
    return found


def placed(**fields: Any) -> OrderPlaced:
    """An order whose line has fields that came later."""
    lines = (sample(OrderLine, **fields),)
    placement = sample(Placement, lines=lines)
    found: OrderPlaced = sample(OrderPlaced, placement=placement)
    return found


def _recorded() -> dict[str, Recorded]:
    ada = Actor("staff", "ada")
    events = {kind.__name__: sample(kind) for kind in EVENTS}
    closing = sample(Closing, returned_minor=7)
    events |= {
        "CancellationStarted.returned": sample(
            CancellationStarted, closing=closing
        ),
        "CancellationAbandoned.returned": sample(
            CancellationAbandoned, returned_minor=7
        ),
        "ExceptionOpened.reference": sample(
            ExceptionOpened,
            item=sample(
                ExceptionItem,
                contradiction=sample(Contradiction, reference="d1"),
            ),
        ),
        "PaymentRecorded.once": sample(
            PaymentRecorded, captures_in_parts=False
        ),
        "BackorderChecked.in_line": sample(
            BackorderChecked, in_line=sample(InLine)
        ),
        "BackorderReduced.left_by": sample(
            BackorderReduced, left_by="o1-r1:release:7"
        ),
        "RefundGranted.of_units": sample(
            RefundGranted,
            payments=("p1",),
            refund_order="ratio",
            released_minor=7,
            slices={"1": (sample(Slice),)},
        ),
        "ShipmentDispatched.untracked": sample(
            ShipmentDispatched, arrives_at=NOON
        ),
        "ShipmentWrittenOff.restocked": sample(
            ShipmentWrittenOff, restocked=True
        ),
        "OrderPlaced.shares": placed(shares="proportional"),
        "OrderPlaced.charge": placed(kind="charge", digital=False),
        "HoldOpened.brought": sample(
            HoldOpened, hold=sample(Hold, reason="gift_wrap.damaged")
        ),
        "OrderPlaced.flags": placed(flags=("fragile", "gift_wrap.ribbon")),
        "OrderPlaced.shipping_tax": placed(shipping_tax_minor=7),
    }
    for kind in (ReturnHandedIn, ReturnParcelReceived):
        events[f"{kind.__name__}.told"] = sample(kind, told_at=TOLD)
    events["ShipmentScanned.told"] = sample(
        ShipmentScanned, scan=sample(Scan, told_at=TOLD)
    )
    return {
        name: Recorded(7, NOON, ada, "c1", event)
        for name, event in events.items()
    }


def _decisions() -> dict[str, object]:
    """A decision of each event, as stores keep them, and one of several."""
    ada = Actor("staff", "ada")
    several = sample(CancellationStarted), sample(HoldOpened)
    return {
        **{
            name: Decided(NOON, ada, "c1", (each.event,))
            for name, each in _recorded().items()
        },
        "several": Decided(NOON, ada, "c1", several),
    }


def _commands() -> dict[str, object]:
    found = {kind.__name__: sample(kind) for kind in COMMANDS}
    named: dict[str, Any] = {
        "payment_id": "p1",
        "tender_index": 7,
        "refund_order": "ratio",
    }
    return found | {
        "PlaceOrder.charge": sample(
            PlaceOrder, lines=(sample(Line, kind="charge", digital=False),)
        ),
        "PlaceOrder.flags": sample(
            PlaceOrder, lines=(sample(Line, flags=("fragile", "rush")),)
        ),
        "RefundPayment.of_units": sample(RefundPayment, of={"1": 7}),
        "RefundPayment.of_postage": sample(
            RefundPayment, of="postage", **named
        ),
    }


def values() -> dict[str, dict[str, object]]:
    """What the golden documents hold, by kind and name."""
    return {
        "command": _commands(),
        "fact": _facts(),
        "recorded": {**_recorded()},
        "decision": _decisions(),
        "intent": {
            **{kind.__name__: sample(kind) for kind in INTENTS},
            "Reserve.in_line": sample(Reserve, in_line=sample(InLine)),
        },
        "timer": {kind.value: Timer(kind, "o1", NOON) for kind in TimerKind},
        "personal": {
            kind.__name__: sample(kind) for kind in get_args(Personal)
        },
    }


def life() -> OrderDesk:
    """Live a whole life, in which much goes wrong."""
    clock = Clock()
    desk = OrderDesk.in_memory({"mug": 5, "cup": 9}, clock=clock)
    commands = iter(range(100))

    def on(**more: Any) -> Any:
        return {"command_id": f"c{next(commands)}", **more}

    desk.place(
        lines=(
            Line(
                sku="mug",
                quantity=3,
                unit_price=Money("12.50", "EUR"),
                tax=Money("7.12", "EUR"),
                options={"colour": "blue"},
                gift_message="With love",
            ),
            Line(sku="cup", quantity=1, unit_price=Money("3.33", "EUR")),
        ),
        ship_to=Address(
            name="Ada", lines=("1 Mill Lane",), city="Bonn", country="DE"
        ),
        contact=Contact(email="ada@example.org"),
        pay_with=(
            Tender("voucher", "tok_paid_at_once", Money("10.00", "EUR")),
            Tender("card", "tok_visa"),
        ),
        shipping=Money("4.99", "EUR"),
        order_id="o1",
        customer_id="ada",
        **on(),
    )
    desk.orders.hold("o1", "address", note="is there a number 1?", **on())
    desk.orders.release("o1", "h1", **on())
    desk.shipments.pick("o1-s1", {"1": 2, "2": 1}, **on())
    desk.exceptions.resolve(
        "o1", "x1", Remedy.REFUND, "no more of them", **on()
    )
    desk.shipments.pack("o1-s1", weight_g=840, **on())
    desk.shipments.dispatch("o1-s1", **on())
    clock.advance(days=1)
    desk.shipments.scan("o1-s1", "in_transit", clock())
    clock.advance(days=1)
    desk.shipments.scan("o1-s1", "delivered", clock(), "handed over")
    desk.returns.request(
        "o1", {"1": 2}, "defective", comment="Both leak", **on()
    )
    desk.report(
        ReturnReceived(
            order_id="o1",
            fact_id="f1",
            return_id="o1-t1",
            parcel_id="parcel1",
            at=clock(),
            quantities={"1": 2},
            unexpected=(UnexpectedItem(sku="sock", quantity=1),),
        )
    )
    findings = (
        Finding(
            line_id="1",
            quantity=1,
            condition="defective",
            disposition="scrap",
        ),
        Finding(
            line_id="1",
            quantity=1,
            condition="customer_damaged",
            disposition="quarantine",
        ),
    )
    desk.returns.inspect("o1-t1", findings, **on())
    desk.report(
        PaymentReported(
            order_id="o1",
            operation_id="o1:authorize:1",
            outcome=DisputeOpened(
                reference="d1", amount=Money("5.00", "EUR"), reason="fraud"
            ),
        )
    )
    clock.advance(timedelta(days=3))
    desk.work()
    return desk


def documents() -> dict[str, dict[str, Any]]:
    """The golden documents as this release would write them."""
    found = {
        kind: {
            name: json.loads(dumps(value, kind))
            for name, value in named.items()
        }
        for kind, named in values().items()
    }
    desk = life()
    history = [json.loads(dumps(r, "recorded")) for r in desk.history("o1")]
    case = json.loads(dumps(desk.get("o1").case, "case"))
    found["life"] = {"case": case, "history": history}
    return found


def path_of(kind: str, schema: int = SCHEMA) -> Path:
    """Where the golden documents of a kind lie."""
    return GOLDEN / str(schema) / f"{kind}.json"


def there(kind: str, schema: int = SCHEMA) -> dict[str, Any]:
    """The golden documents of a kind that are there."""
    path = path_of(kind, schema)
    if not path.is_file():
        return {}
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def unreadable() -> list[str]:
    """Name the documents that this release cannot read, and say why."""
    return [
        f"schema {path.parent.name}, {path.stem}.{name}: {error}"
        for path in sorted(GOLDEN.glob("*/*.json"))
        for name, document in there(path.stem, int(path.parent.name)).items()
        for error in _errors(document)
    ]


def _errors(document: Any) -> Iterator[CodecError]:
    for each in document if isinstance(document, list) else [document]:
        try:
            loads(json.dumps(each), each["kind"])
        except CodecError as error:
            yield error


def differing() -> list[str]:
    """Name what is missing, and what this release writes otherwise.

    The life is not compared: how a life goes may well change.
    """
    return [
        f"{kind}.{name}"
        for kind, named in documents().items()
        for name, document in named.items()
        if there(kind).get(name) != document
        and (kind != "life" or name not in there(kind))
    ]


def add() -> None:
    """Write what is missing behind what is there."""
    for kind, named in documents().items():
        kept = there(kind)
        missing = {name: named[name] for name in named if name not in kept}
        if missing:
            text = json.dumps(kept | missing, ensure_ascii=False, indent=1)
            path = path_of(kind)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text + "\n", encoding="utf-8", newline="\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the documents, or check them, and return the exit code."""
    parser = argparse.ArgumentParser(description="Write golden documents.")
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing, exit 1 where a document is missing or differs",
    )
    asked = parser.parse_args(arguments)
    if lost := unreadable():
        print(
            "what has been written once must be read for ever, and this "
            "release cannot read:",
            *lost,
            "raise the schema and upcast",
            sep="\n",
            file=sys.stderr,
        )
        return 1
    if not asked.check:
        add()
        return 0
    if found := differing():
        print(
            f"{', '.join(found)}: missing or written otherwise; add "
            "them with python tools/generate_golden.py, or raise the "
            "schema and upcast",
            file=sys.stderr,
        )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

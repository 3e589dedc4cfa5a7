"""What a scan costs of a parcel that has few, and that has thousands.

And a report of a payment that comes again and again.  Each costs as
much as the first: what is decided on is no longer than what decides.
"""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from benchmarks.measure import Figure, cpu_us
from orderlife._values.money import Money
from orderlife._values.personal import Address
from orderlife.desk.desk import OrderDesk
from orderlife.engine.ports import Ports
from orderlife.memory.clock import Clock
from orderlife.memory.ports import in_memory_ports
from orderlife.ports.payment import Authorized
from orderlife.rooms.order.model import Line
from orderlife.rooms.payment.messages import PaymentReported
from orderlife.rooms.shipment.messages import Scanned
from orderlife.rooms.shipment.model import ScanStatus
from orderlife_adapters.sqlite import SqliteOrderStore

__all__ = ["measure"]

_SAID: Final = (
    ScanStatus.IN_TRANSIT,
    ScanStatus.OUT_FOR_DELIVERY,
    ScanStatus.ATTEMPT_FAILED,
)


def measure(*, quick: bool) -> tuple[Figure, ...]:
    """Report scans by the thousand, in memory and to a file."""
    counts = (100, 400) if quick else (200, 1_000, 5_000)
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="orderlife-bench-") as folder:
        store = SqliteOrderStore(Path(folder, "shop.db"))
        store.migrate()
        for name, parcel in (
            ("memory", _Parcel(None)),
            ("SQLite", _Parcel(store)),
        ):
            took = [parcel.scanned(count) for count in counts]
            figures += [
                Figure(f"scan number {count:,}, {name}", us, "µs")
                for count, us in zip(counts, took, strict=True)
            ]
            figures.append(
                Figure(
                    f"number {counts[-1]:,} by {counts[0]:,}, {name}",
                    took[-1] / took[0],
                    "times",
                    at_most=2,
                )
            )
            figures.append(
                Figure(f"a report again, {name}", parcel.reported(50), "µs")
            )
        store.close()
    return tuple(figures)


class _Parcel:
    """A parcel that is on its way, at a desk."""

    def __init__(self, store: Any) -> None:
        self._clock = Clock()
        fakes = in_memory_ports(clock=self._clock)
        ports = Ports(
            store=fakes.store if store is None else store,
            payment=fakes.payment,
            carrier=fakes.carrier,
            inventory=fakes.inventory,
            notifier=fakes.notifier,
        )
        self._desk = OrderDesk(ports, clock=self._clock)
        price = Money("10.00", "EUR")
        self._desk.place(
            [Line(sku="mug", quantity=1, unit_price=price)],
            ship_to=Address(
                name="Ada", lines=("1 Way",), city="Bonn", country="DE"
            ),
            pay_with="tok_visa",
            order_id="o1",
        )
        self._desk.shipments.pick("o1-s1")
        self._desk.shipments.pack("o1-s1", weight_g=500)
        self._desk.shipments.dispatch("o1-s1")
        self._count = 0

    def scanned(self, count: int) -> float:
        """Report as many as there are to be; give the cost of the last."""
        while self._count < count - 50:
            self._scan()
        return cpu_us(self._scan, 50)

    def _scan(self) -> None:
        self._clock.advance(timedelta(minutes=1))
        self._count += 1
        self._desk.report(
            Scanned(
                order_id="o1",
                shipment_id="o1-s1",
                status=_SAID[self._count % 3],
                at=self._clock(),
                detail=f"stop {self._count}",
            )
        )

    def reported(self, times: int) -> float:
        """Report once more what is known of the payment."""
        outcome = Authorized(reference="again", amount=Money("10.00", "EUR"))
        again = PaymentReported(
            order_id="o1", operation_id="o1:authorize:1", outcome=outcome
        )
        return cpu_us(lambda: self._desk.report(again), times)

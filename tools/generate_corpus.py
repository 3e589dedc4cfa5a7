"""Keep stored lives, which every later release must load.

::

    python tools/generate_corpus.py

Each life is a SQLite file, written out as SQL, in the folder of the
schema that its documents have and of the version of the tables.  A file
that is there is never touched: what has been stored once lies in
somebody's database.  Add a stage here, and only its file is new.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

import attrs

from orderlife import (
    Address,
    Contact,
    Finding,
    Line,
    Money,
    OrderDesk,
    Ports,
    Remedy,
    ReturnReceived,
    UnexpectedItem,
)
from orderlife.codec import SCHEMA
from orderlife.ports.store import Denial
from orderlife.testing import Clock, in_memory_ports
from orderlife_adapters._migrations import latest
from orderlife_adapters.sqlite import SqliteOrderStore

CORPUS: Final = Path(__file__).parents[1] / "tests" / "stores" / "corpus"
ORDER: Final = "o1"
"""Whose life each file holds."""


@attrs.frozen
class Shop:
    """A desk on a file, and its clock."""

    desk: OrderDesk
    store: SqliteOrderStore
    clock: Clock

    def place(self, token: str = "tok_visa") -> None:  # noqa: S107
        """Place an order of two lines, with all that an order may have."""
        self.desk.place(
            [
                Line(
                    sku="mug",
                    quantity=3,
                    unit_price=Money("12.50", "EUR"),
                    tax=Money("7.12", "EUR"),
                    options={"colour": "blue"},
                    gift_message="With love, Zoë",
                ),
                Line(sku="cup", quantity=1, unit_price=Money("3.33", "EUR")),
            ],
            order_id=ORDER,
            command_id="place",
            ship_to=Address(
                name="Ada", lines=("1 Mill Lane",), city="Bonn", country="DE"
            ),
            contact=Contact(email="ada@example.org", name="Ada"),
            pay_with=token,
            shipping=Money("4.99", "EUR"),
            channel="web",
            channel_number="1007",
            customer_id="ada",
        )

    def place_many(self) -> None:
        """Place an order of units that no cent divides evenly."""
        self.desk.place(
            [
                Line(
                    sku="mug",
                    quantity=7,
                    unit_price=Money("10.00", "EUR"),
                    discount=Money("0.04", "EUR"),
                    tax=Money("13.31", "EUR"),
                )
            ],
            order_id=ORDER,
            command_id="place",
            ship_to=Address(
                name="Ada", lines=("1 Mill Lane",), city="Bonn", country="DE"
            ),
            contact=Contact(email="ada@example.org", name="Ada"),
            pay_with="tok_visa",
            shipping=Money("4.99", "EUR"),
            customer_id="ada",
        )

    def ship(self) -> None:
        """Pick, pack and send it."""
        self.desk.shipments.pick(f"{ORDER}-s1", command_id="pick")
        self.desk.shipments.pack(
            f"{ORDER}-s1", weight_g=840, command_id="pack"
        )
        self.desk.shipments.dispatch(f"{ORDER}-s1", command_id="dispatch")

    def deliver(self) -> None:
        """A day on its way, and there it is."""
        for status in ("in_transit", "delivered"):
            self.clock.advance(days=1)
            self.desk.shipments.scan(f"{ORDER}-s1", status, self.clock())

    def give_back(self) -> None:
        """Two units come back, and a sock that nobody has sold."""
        self.desk.returns.request(
            ORDER,
            {"1": 2},
            "defective",
            comment="Both leak",
            command_id="return",
        )
        self.desk.report(
            ReturnReceived(
                order_id=ORDER,
                fact_id="f1",
                return_id=f"{ORDER}-t1",
                parcel_id="parcel1",
                at=self.clock(),
                quantities={"1": 2},
                unexpected=(UnexpectedItem(sku="sock", quantity=1),),
            )
        )

    def inspect(self) -> None:
        """One is scrap, one may be sold again."""
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
                condition="sellable",
                disposition="restock",
            ),
        )
        self.desk.returns.inspect(
            f"{ORDER}-t1", findings, command_id="inspect"
        )


def placed(shop: Shop) -> None:
    """Placed, and all of it confirmed."""
    shop.place()


def declined(shop: Shop) -> None:
    """Its card was declined; it waits for another."""
    shop.place("tok_declined")


def in_doubt(shop: Shop) -> None:
    """Nobody knows what became of its authorisation."""
    shop.place("tok_timeout_after")


def waiting(shop: Shop) -> None:
    """The bank has its transfer, and will report."""
    shop.place("tok_pending")


def held(shop: Shop) -> None:
    """Somebody looks at its address first, and a command was denied."""
    shop.place()
    shop.desk.orders.hold(
        ORDER, "address", note="no number?", command_id="hold"
    )
    shop.store.deny(
        Denial(
            order_id=ORDER,
            command_id="refund",
            command="RefundPayment",
            actor="customer:eve",
            why="not hers",
            at=shop.clock(),
        )
    )


def shipped(shop: Shop) -> None:
    """On its way."""
    shop.place()
    shop.ship()


def delivered(shop: Shop) -> None:
    """There, and a follow-up is to come."""
    shop.place()
    shop.ship()
    shop.deliver()


def cancelled(shop: Shop) -> None:
    """Called off before anything was sent."""
    shop.place()
    shop.desk.cancel(ORDER, "customer", command_id="cancel")


def archived(shop: Shop) -> None:
    """Called off, and folded away since."""
    cancelled(shop)
    shop.clock.advance(days=91)
    assert shop.desk.archive() == 1


def coming_back(shop: Shop) -> None:
    """A return is here, and something is in it that does not belong."""
    delivered(shop)
    shop.give_back()


def refunded(shop: Shop) -> None:
    """Inspected and refunded."""
    coming_back(shop)
    shop.inspect()


def erased(shop: Shop) -> None:
    """Completed, and nobody's any more."""
    refunded(shop)
    shop.desk.erase(customer_id="ada")


def half_captured(shop: Shop) -> None:
    """Four of seven units are sent and paid for, three are to follow."""
    shop.place_many()
    shop.desk.shipments.pick(f"{ORDER}-s1", {"1": 4}, command_id="pick")
    shop.desk.exceptions.resolve(
        ORDER, "x1", Remedy.RESHIP, "found three more", command_id="reship"
    )
    shop.desk.shipments.pack(f"{ORDER}-s1", weight_g=840, command_id="pack")
    shop.desk.shipments.dispatch(f"{ORDER}-s1", command_id="dispatch")


def half_refunded(shop: Shop) -> None:
    """Seven units are there, and the money of four is back."""
    shop.place_many()
    shop.ship()
    shop.deliver()
    units = {"1": 4}
    shop.desk.returns.request(ORDER, units, "defective", command_id="return")
    shop.desk.returns.receive(
        f"{ORDER}-t1", units, parcel_id="parcel1", at=shop.clock()
    )
    finding = Finding(
        line_id="1", quantity=4, condition="defective", disposition="scrap"
    )
    shop.desk.returns.inspect(f"{ORDER}-t1", [finding], command_id="inspect")


STAGES: Final[tuple[Callable[[Shop], None], ...]] = (
    placed,
    declined,
    in_doubt,
    waiting,
    held,
    shipped,
    delivered,
    cancelled,
    archived,
    coming_back,
    refunded,
    erased,
    half_captured,
    half_refunded,
)


def folder() -> Path:
    """Where what this release stores is kept."""
    tables = latest("orders", "sqlite")
    return CORPUS / f"documents-{SCHEMA}-tables-{tables}"


def dump(stage: Callable[[Shop], None]) -> str:
    """Live a life up to a stage, and give its file as SQL."""
    with tempfile.TemporaryDirectory() as place:
        store = SqliteOrderStore(Path(place, "shop.db"))
        with contextlib.closing(store):
            store.migrate()
            clock = Clock()
            fakes = in_memory_ports({"mug": 20, "cup": 9}, clock=clock)
            ports = Ports(
                store=store,
                payment=fakes.payment,
                carrier=fakes.carrier,
                inventory=fakes.inventory,
                notifier=fakes.notifier,
            )
            desk = OrderDesk(ports, clock=clock, owner="corpus")
            stage(Shop(desk, store, clock))
            with store.transaction() as inside:
                connection = inside._connection()  # noqa: SLF001
                return "\n".join(connection.iterdump()) + "\n"


def main() -> None:
    """Write the lives that are missing."""
    for stage in STAGES:
        path = folder() / f"{stage.__name__}.sql"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dump(stage), encoding="utf-8", newline="\n")
            print(path.relative_to(CORPUS))


if __name__ == "__main__":
    main()

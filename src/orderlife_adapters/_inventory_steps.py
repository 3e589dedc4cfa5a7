"""The requests of the inventory's programs to the tables, and their rows."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, TypeAlias, TypeVar

import attrs

from orderlife.ports.inventory import Demand
from orderlife.warehouse import Cell, Held, StockMovement
from orderlife_adapters._inventory_rows import Item, StockRow

__all__ = [
    "AT_ONCE",
    "MOST_IN_ROW",
    "MOST_UNITS",
    "Audit",
    "Awaited",
    "Change",
    "Delta",
    "Entry",
    "History",
    "Loaded",
    "Look",
    "Operation",
    "Program",
    "Prune",
    "Read",
    "Saved",
    "Spread",
    "Step",
    "Take",
    "WaitRow",
    "Write",
    "audited",
    "from_micros",
    "movement_of",
    "saved_of",
    "to_micros",
]

T = TypeVar("T")

MOST_UNITS: Final = 10**12
"""The most units that one operation may name."""
MOST_IN_ROW: Final = 10**15
"""The most units that a row may count: no sum leaves 64 bits."""
AT_ONCE: Final = 200
"""How many expired holds are recorded in one step."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST: Final = datetime.min.replace(tzinfo=UTC)
_LAST: Final = datetime.max.replace(tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_State: TypeAlias = Literal["held", "allocated", "expired"]


def to_micros(at: datetime) -> int:
    """A time as the tables store it: microseconds since 1970, UTC."""
    return (at - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """A moment, in UTC; of one beyond the calendar, its end."""
    try:
        return _EPOCH + timedelta(microseconds=micros)
    except OverflowError:
        return _LAST if micros > 0 else _FIRST


# The requests of programs


@attrs.frozen(kw_only=True)
class Read:
    """Read the rows that an operation is about.

    They are: the answer to it, its reservation, all holds that have run
    out and have units of the SKUs (up to ``AT_ONCE``), the items of
    these, and the stock of all SKUs so found.
    """

    now: int
    key: str = ""
    """The key of the operation; empty: none."""
    reservation_id: str = ""
    skus: tuple[str, ...] | None = ()
    """The SKUs besides those of the reservation; None: all."""
    line: bool = False
    """Whether to read the reservations in line for these SKUs too, with
    their other SKUs, the reservations in line for those, and so on."""


@attrs.frozen(kw_only=True)
class Operation:
    """A row of the table ``operations``: a request and its answer."""

    key: str
    request_hash: str
    document: str


@attrs.frozen
class Saved:
    """A row of the table ``reservations``."""

    reservation_id: str
    version: int
    state: _State
    cause: str
    until: int
    consumed: bool


@attrs.frozen
class WaitRow:
    """A row of the table ``waits``: a demand of a reservation in line."""

    reservation_id: str
    line_id: str
    sku: str
    place: str
    quantity: int
    order_id: str
    since: int
    until: int


@attrs.frozen
class Entry:
    """All units that a reservation waits for from now on, if any."""

    reservation_id: str
    rows: tuple[WaitRow, ...] = ()


@attrs.frozen(kw_only=True)
class Loaded:
    """The answer to :class:`Read`."""

    operation: Operation | None = None
    reservations: tuple[Saved, ...] = ()
    items: tuple[Item, ...] = ()
    rows: tuple[StockRow, ...] = ()
    waits: tuple[WaitRow, ...] = ()
    waiting: bool = True
    """Whether the operation's reservation may be in line."""


@attrs.frozen
class Delta:
    """The amounts to add to a row of the table ``stock``."""

    sku: str
    place: str
    bucket: int
    available: int
    held: int
    allocated: int
    unavailable: int


@attrs.frozen(kw_only=True)
class Change:
    """The changes of an operation, stored whole or not at all.

    It fails if a reservation is at another version than ``version - 1``
    or if a row of the stock would fall below 0.
    """

    now: int
    operation: Operation | None
    fresh: tuple[Cell, ...]
    """Cells that are listed for the first time."""
    reservations: tuple[Saved, ...]
    """By id; with the version that they get."""
    items: tuple[tuple[Item, int | None], ...]
    """With the whole quantity, and the time limit of what is held."""
    stock: tuple[Delta, ...]
    """In the order in which rows are locked."""
    movements: tuple[StockMovement, ...]
    entry: Entry | None = None
    """The reservation whose place in line is stored anew; None: none."""

    def __bool__(self) -> bool:
        return bool(self.operation or self.fresh or self.reservations)


@attrs.frozen
class Write:
    """Store a change; the program is sent whether it was."""

    change: Change


@attrs.frozen(kw_only=True)
class Take:
    """Hold units of one SKU for one line, from one row, in one step.

    The program is sent the place, or None if that is not possible: the
    operation or the reservation is known, a hold of the SKU has run
    out, a reservation waits for the SKU, or no row has so many.  Then
    nothing has changed.
    """

    now: int
    key: str
    request_hash: str
    cause: str
    reservation_id: str
    until: int
    demand: Demand
    before: str
    """The text before the place in the answer's document."""
    after: str


@attrs.frozen
class Look:
    """Read the answer to an operation, if there is one."""

    key: str


@attrs.frozen
class Awaited:
    """Read the SKUs in demand by the line that may have units now."""

    now: int


@attrs.frozen
class Spread:
    """Spread the available units of a cell over so many rows.

    The program is sent whether there is such a cell.
    """

    sku: str
    place: str
    buckets: int


@attrs.frozen
class Prune:
    """Delete old answers among the next keys.

    The program is sent the last key that was looked at, or None if
    there were no more, and how many answers are gone.
    """

    before: int
    """Only answers that were given earlier."""
    after: str
    limit: int
    """How many keys are looked at."""


@attrs.frozen
class History:
    """Read the movements after a number, in order, so many at most."""

    after: int
    limit: int | None


@attrs.frozen
class Audit:
    """Read all stock, the units of live reservations, and the movements.

    At one moment.  Movements that differ in date, cause and number only
    are summed.
    """


Step: TypeAlias = (
    Read | Write | Take | Look | Awaited | Spread | Prune | History | Audit
)
Program: TypeAlias = Generator[Step, Any, T]


def saved_of(row: Sequence[Any]) -> Saved:
    """A reservation, from its columns in the table's order."""
    id, version, state, cause, until, consumed = row
    return Saved(id, version, state, cause, until, bool(consumed))


def movement_of(row: Sequence[Any]) -> StockMovement:
    """A movement, from its columns in the table's order."""
    names = (
        *("sequence", "at", "kind", "sku", "place", "quantity", "source"),
        *("target", "cause", "reservation_id", "line_id"),
    )
    values: dict[str, Any] = dict(zip(names, row, strict=True))
    return StockMovement(**{**values, "at": from_micros(values["at"])})


def audited(
    rows: tuple[StockRow, ...],
    live: Iterable[Sequence[Any]],
    flow: Iterable[Sequence[Any]],
) -> tuple[tuple[StockRow, ...], list[Held], list[StockMovement]]:
    """The answer to :class:`Audit`."""
    held = [
        Held(
            reservation_id=id,
            line_id=line_id,
            cell=(sku, place),
            bin=state,
            quantity=quantity,
        )
        for id, line_id, sku, place, state, quantity in live
    ]
    return rows, held, [movement_of(row) for row in flow]

"""Whether what is asked of the stock makes sense."""

from __future__ import annotations

from orderlife.errors import InputError, PortError, Problem, ValidationError
from orderlife.ports.inventory import Consume, Release, Reserve, Restock

__all__ = [
    "check_counted",
    "check_dates",
    "check_named",
    "check_quantities",
    "check_received",
]


def check_received(sku: str, place: str, quantity: int, cause: str) -> None:
    """See that something is received.

    Raises:
        InputError: fewer than one unit, or no number of them.
    """
    check_counted(sku, place, quantity, cause, "quantity")
    if quantity < 1:
        raise InputError(f"{quantity} units of {sku} cannot be received")


def check_counted(
    sku: str, place: str, units: int, cause: str, field: str = "delta"
) -> None:
    """See that names are texts, and that units are counted.

    Two halves are no unit, and what is no number is no count.

    Raises:
        ValidationError: something is of another type.
    """
    check_named(sku=sku, place=place, cause=cause)
    if type(units) is not int:
        what = type(units).__name__
        problem = Problem(field, f"must be a whole number, not {what}")
        raise ValidationError("stock", [problem])


def check_named(**named: object) -> None:
    """See that names are texts.

    Raises:
        ValidationError: one is none.
    """
    problems = [
        Problem(name, f"must be text, not {type(value).__name__}")
        for name, value in named.items()
        if not isinstance(value, str)
    ]
    if problems:
        raise ValidationError("stock", problems)


def check_quantities(intent: Reserve | Consume | Release | Restock) -> None:
    """See that units are asked for.

    Raises:
        PortError: a quantity below 1.
    """
    rows = intent.demands if isinstance(intent, Reserve) else intent.items
    for row in rows:
        if type(row.quantity) is not int or row.quantity < 1:
            raise PortError(
                f"operation {intent.operation_id} asks for {row.quantity} "
                f"units of {row.sku}"
            )


def check_dates(intent: Reserve) -> None:
    """See that dates are moments, and that who waits, waits for all.

    Raises:
        PortError: a date without a time zone, or a partial one in line.
    """
    line = intent.in_line
    dates = [intent.until, *((line.since, line.until) if line else ())]
    for date in dates:
        if date.utcoffset() is None:
            raise PortError(
                f"operation {intent.operation_id}: {date} has no time zone"
            )
    if line is not None and intent.partial:
        raise PortError(
            f"operation {intent.operation_id} is partial: whoever waits in "
            "line waits for all of it"
        )

"""A refund's lines, its available amount, and the payments it goes to.

The amount of a refund is stated in lines that sum to it.  The cost of
units falls by what was refunded for them, so that it is not refunded
again when the units are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal

import attrs

from orderlife._kernel.messages import Quantities
from orderlife._values.money import Money
from orderlife._values.replacing import replace
from orderlife.errors import Problem, ValidationError
from orderlife.rooms.order.model import Order, OrderLine
from orderlife.rooms.payment.ledger import (
    balance,
    shipped_minor,
    surplus_minor,
    taken_units,
    to_capture_minor,
)
from orderlife.rooms.payment.messages import (
    GrantRefund,
    RefundGranted,
    RefundPayment,
)
from orderlife.rooms.payment.model import RefundLine
from orderlife.rooms.payment.slices import (
    Part,
    Slice,
    cut,
    lowered,
    tidied,
    worth,
)

__all__ = ["granted", "left_minor", "refund", "refundable_units"]

_KINDS: Final[tuple[Literal["goods", "tax", "shipping"], ...]] = (
    "goods",
    "tax",
    "shipping",
)


@attrs.frozen
class _Run:
    """Units of a line that may cost less."""

    line_id: str
    start: int
    stop: int


@attrs.define
class _Row:
    """The slices of a line while amounts are taken off some of them."""

    line: OrderLine
    slices: list[Slice]
    inside: range
    """The slices whose cost may be lowered."""
    off: Counter[str] = attrs.Factory(Counter)
    """The amounts taken off, by kind of refund line."""

    def worth(self, part: Part) -> list[tuple[int, int]]:
        """The amount by which each of these slices can be lowered."""
        added = self.line.tax_added
        return [
            (index, worth(self.slices[index], part, tax_added=added))
            for index in self.inside
        ]

    def lower(self, index: int, part: Part, minor: int) -> None:
        """Take an amount off a slice, and note its kind."""
        before = self.slices[index]
        added = self.line.tax_added
        after = lowered(before, part, minor, tax_added=added)
        self.slices[index] = after
        tax = before.tax_minor - after.tax_minor if added else 0
        self.off += Counter({"tax": tax, part: minor - tax})


def refund(order: Order, command: RefundPayment) -> RefundGranted:
    """Decide on a command to refund an amount.

    Raises:
        ValidationError: names each field that is wrong, and what would
            be possible.
    """
    payments, problems = _payments(order, command)
    runs, parts = _runs(order, command.of), _parts(command.of)
    problems += _of_problems(order, command.of)
    if not problems:
        problems += _amount_problems(order, command, payments)
    if problems:
        raise ValidationError(type(command).__name__, problems)
    minor = command.amount.minor
    over = 0 if command.of else min(minor, surplus_minor(order))
    slices, lines = _lowered(order, runs, minor - over, parts)
    less = sum(line.minor for line in lines)
    beyond = (("overpaid", over), ("goodwill", minor - over - less))
    return RefundGranted(
        subject=order.order_id,
        lines=(
            *lines,
            *(
                RefundLine(kind=kind, minor=more)  # type: ignore[arg-type]
                for kind, more in beyond
                if more
            ),
        ),
        minor=minor,
        as_credit=command.as_credit,
        reason=command.reason,
        notify=command.notify,
        released_minor=over + less,
        slices=slices,
        payments=payments,
        refund_order=command.refund_order,
    )


def refundable_units(order: Order) -> dict[str, int]:
    """By line, the units that a refund can be for."""
    return {
        line_id: max(0, paid - order.units[line_id].refunded)
        for line_id, paid in _paid_units(order).items()
    }


def left_minor(order: Order, of: Quantities | str) -> int:
    """The amount that is left of what these units, or postage, cost."""
    lines = order.lines()
    return sum(
        minor
        for some in _runs(order, of)
        for run in some
        for part in _parts(of)
        for _, minor in _row(lines[run.line_id], run).worth(part)
    )


def _parts(of: Quantities | str) -> tuple[Part, ...]:
    return ("shipping",) if of == "postage" else ("goods", "shipping")


def _payments(
    order: Order, command: RefundPayment
) -> tuple[tuple[str, ...], list[Problem]]:
    """The ids of the payments to refund; empty: as the policy says."""
    name, index = command.payment_id, command.tender_index
    if not name and index is None:
        return (), []
    there = [
        payment.payment_id
        for payment in order.payments
        if index in {None, payment.tender_index}
    ]
    if name and name not in there:
        field, given = "payment_id", name
    elif not there:
        field, given = "tender_index", str(index)
    else:
        return (name,) if name else tuple(there), []
    known = ", ".join(
        f"{payment.payment_id} (tender {payment.tender_index})"
        for payment in order.payments
    )
    problem = f"{given!r} is no payment of it; there is {known or 'none'}"
    if name and index is not None:
        problem = f"{name!r} is none of tender {index}; there is {known}"
    return (), [Problem(field, problem)]


def _of_problems(order: Order, of: Quantities | str) -> list[Problem]:
    """Problems with units that do not exist or are refunded already."""
    problems = []
    remaining = refundable_units(order)
    for line_id, quantity in {} if isinstance(of, str) else of.items():
        if line_id not in remaining:
            known = ", ".join(order.units)
            what = f"is not a line of order {order.order_id}: {known}"
        elif quantity < 1:
            what = "must be 1 or more"
        elif quantity > remaining[line_id]:
            what = (
                f"{quantity} named; {remaining[line_id]} are wanted, paid for "
                "and not refunded"
            )
        else:
            continue
        problems.append(Problem(f"of[{line_id}]", what))
    return problems


def _paid_units(order: Order) -> dict[str, int]:
    """The wanted units that are paid for: all, or those that have left.

    Units that may still be cancelled and were never paid for cannot be
    refunded: the amount would be owed once they are cancelled.
    """
    wanted = {line_id: u.wanted for line_id, u in order.units.items()}
    if not to_capture_minor(order, shipped_only=False):
        return wanted
    taken = taken_units(order)
    return {
        line_id: min(units, taken[line_id])
        for line_id, units in wanted.items()
    }


def _runs(order: Order, of: Quantities | str) -> list[list[_Run]]:
    """The units whose cost may be lowered, in their order.

    These are the paid units; where the command names none, also others, if
    more was captured than for the paid ones.
    """
    named = {} if isinstance(of, str) else of
    first: list[_Run] = []
    later: list[_Run] = []
    paid = _paid_units(order)
    for line_id, units in order.units.items():
        start = min(units.refunded, units.wanted)
        stop = max(start, paid[line_id])
        if named:
            stop = min(stop, start + max(0, named.get(line_id, 0)))
        first.append(_Run(line_id, start, stop))
        later.append(_Run(line_id, stop, units.wanted))
    return [first] if of else [first, later]


def _row(line: OrderLine, run: _Run) -> _Row:
    slices = cut(line.row(), line.shares, run.start, run.stop)
    ends = [0]
    for one in slices:
        ends.append(ends[-1] + one.units)
    inside = range(ends.index(run.start), ends.index(run.stop))
    return _Row(line, slices, inside)


def _amount_problems(
    order: Order,
    command: RefundPayment,
    payments: tuple[str, ...],
) -> list[Problem]:
    currency = order.placement.currency
    if command.amount.currency != currency:
        return [Problem("amount", f"the order is in {currency}")]
    bearers = payments or (None,)
    remaining = sum(balance(order, bearer).refundable for bearer in bearers)
    asked = command.amount.minor
    if not 0 < asked <= remaining:
        whose = f" of {', '.join(payments)}" if payments else ""
        most = Money.of_minor(remaining, currency)
        what = f"between nothing and {most}{whose} can be given back"
        return [Problem("amount", f"is {command.amount}; {what}")]
    if not command.of:
        return []
    there = left_minor(order, command.of)
    if asked <= there:
        return []
    what = "postage" if command.of == "postage" else "what these units cost"
    most = Money.of_minor(there, currency)
    return [
        Problem(
            "amount",
            f"is {command.amount}; {most} is left of {what}: leave `of` "
            "out for what goes beyond it",
        )
    ]


def _lowered(
    order: Order,
    runs: Sequence[Sequence[_Run]],
    minor: int,
    parts: Sequence[Part],
) -> tuple[Mapping[str, tuple[Slice, ...]], list[RefundLine]]:
    """Spread an amount over units, and give their cost after that.

    Goods are lowered before postage, which is stated apart and can still
    be refunded when a parcel comes late.
    """
    lines = order.lines()
    off: dict[str, Counter[str]] = {line_id: Counter() for line_id in lines}
    for some in runs:
        rows = [_row(lines[run.line_id], run) for run in some]
        for part in parts:
            minor -= _spread(rows, part, minor)
        for row in rows:
            line_id = row.line.line_id
            off[line_id] += row.off
            if off[line_id]:
                slices = tidied(row.slices, order.units[line_id].wanted)
                lines[line_id] = replace(row.line, slices=slices)
    stated = [
        RefundLine(kind=kind, minor=less, line_id=line_id)
        for line_id, kinds in off.items()
        for kind in _KINDS
        if (less := kinds[kind])
    ]
    return {
        line_id: lines[line_id].slices for line_id in off if off[line_id]
    }, stated


def _spread(rows: Sequence[_Row], part: Part, minor: int) -> int:
    """Take an amount off a part in proportion; give the amount taken."""
    there = [
        (row, index, whole)
        for row in rows
        for index, whole in row.worth(part)
        if whole
    ]
    total = sum(whole for _, _, whole in there)
    minor = min(minor, total)
    seen = given = 0
    for row, index, whole in there:
        seen += whole
        share = minor * seen // total - given
        if share:
            row.lower(index, part, share)
            given += share
    return minor


def granted(order: Order, step: GrantRefund) -> RefundGranted:
    """Grant a refund of the process, as far as there is money."""
    sums = balance(order)
    asked = max(0, sum(line.minor for line in step.lines))
    minor = min(asked, sums.refundable)
    # Its capture may be pending or have failed: if it succeeds
    # later, it is a surplus and refunded then.
    untaken = shipped_minor(order) - sums.captured + order.released_minor
    waived = min(asked - minor, max(0, untaken)) if step.units else 0
    return RefundGranted(
        subject=step.subject,
        lines=tuple(_summing(step.lines, minor)),
        minor=minor,
        waived_minor=waived,
        units=step.units,
        as_credit=step.as_credit,
        overpaid=step.overpaid,
        reason=step.reason,
        notify=step.notify,
    )


def _summing(lines: Sequence[RefundLine], minor: int) -> Iterator[RefundLine]:
    """Adjust the lines to sum to the refunded amount.

    Fees are limited to the amount.
    """
    remaining = sum(line.minor for line in lines if line.minor > 0)
    for line in lines:
        if line.minor >= 0:
            yield line
            continue
        kept = min(remaining, -line.minor)
        remaining -= kept
        if kept:
            yield replace(line, minor=-kept)
    if remaining > minor:
        yield RefundLine(kind="not_taken", minor=minor - remaining)

"""The values of an order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, TypeAlias

import attrs

from orderlife._kernel.messages import NOTHING
from orderlife._kernel.personal import PERSONAL, REFERENCE
from orderlife._values.money import Money
from orderlife._values.personal import Discreet, masked
from orderlife._values.replacing import MEMO_OF, replace
from orderlife._values.times import utc_or_none
from orderlife.ports.payment import Tender
from orderlife.rooms.exceptions.model import ExceptionItem
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.payment.model import (
    Balance,
    Movement,
    Payment,
    PaymentOperation,
)
from orderlife.rooms.payment.slices import BETWEEN, ShareRule, Slice, share_of

__all__ = [
    "Blocks",
    "CancelReason",
    "Closing",
    "Discount",
    "Hold",
    "HoldReason",
    "Line",
    "LineKind",
    "Order",
    "OrderLine",
    "Placement",
    "Screening",
    "ShareRule",
    "Slice",
    "Tender",
    "UnitCounter",
    "Units",
]

CancelReason: TypeAlias = str
"""A word of ``Policy.cancel_reasons``, or of a room's.

Only the word is stored; it stays valid when it is no longer listed.
"""
HoldReason: TypeAlias = str
"""A word of ``Policy.hold_reasons``, or of a room's."""
Blocks: TypeAlias = Literal["confirm", "dispatch", "refund"]
"""The steps that a hold can block while it is open."""

LineKind: TypeAlias = Literal["goods", "digital", "service", "charge"]
"""The kind of a line: goods are reserved and shipped; digital lines are
delivered when the order is confirmed; a service is done once all goods
have arrived, or when the order is confirmed; a charge (fee, wrap, tip,
duty) is never delivered, and captured with the units it belongs to."""
UnitCounter: TypeAlias = Literal[
    "allocated", "backordered", "shipped", "delivered", "lost", "returned"
]


def _kind(line: Line | OrderLine) -> LineKind:
    """The kind of a line without one, as in older documents."""
    return "digital" if line.digital else "goods"


@attrs.frozen(kw_only=True, weakref_slot=False)
class Line(Discreet):
    """A line of a ``PlaceOrder`` command."""

    sku: str
    quantity: int
    unit_price: Money
    line_id: str = ""
    """Empty: its number in the order, ``1``, ``2`` …"""
    title: str = ""
    seller: str = ""
    place: str = ""
    """The place it must be sent from; empty: any place with stock."""
    options: Mapping[str, str] = NOTHING
    discount: Money | None = None
    """The discount on the whole line, a positive amount."""
    tax: Money | None = None
    """The tax on the whole line, included or added as the order says."""
    shipping: Money | None = None
    """The shipping charge of this line only."""
    weight_g: int = 0
    final_sale: bool = False
    digital: bool = False
    """True: the same as the kind ``digital``."""
    kind: LineKind = attrs.field(default=attrs.Factory(_kind, takes_self=True))
    gift_message: str = attrs.field(default="", repr=masked, metadata=PERSONAL)
    instructions: str = attrs.field(default="", repr=masked, metadata=PERSONAL)
    flags: tuple[str, ...] = ()
    """Flags for the warehouse: words of ``Policy.flags``, or of a room's."""


@attrs.frozen(kw_only=True, weakref_slot=False)
class Discount:
    """A discount on the whole order, spread over the lines by value."""

    code: str
    amount: Money
    label: str = ""


@attrs.frozen(kw_only=True, weakref_slot=False)
class OrderLine:
    """A line as it was placed, with its share of everything, frozen.

    ``goods_minor``, ``tax_minor`` and ``shipping_minor`` are for all
    units together, as they were placed; the share of each unit follows
    from them by the rule in ``shares``.  ``Order.lines`` gives the line
    with its ``slices``, once an allowance has lowered the cost of units.
    """

    line_id: str
    sku: str
    quantity: int
    unit_price: Money
    goods_minor: int
    """Price times quantity less all discounts."""
    tax_minor: int
    tax_added: bool
    """True: on top of the goods; False: contained in them."""
    shipping_minor: int
    discount_minor: int = 0
    title: str = ""
    seller: str = ""
    place: str = ""
    options: Mapping[str, str] = NOTHING
    weight_g: int = 0
    final_sale: bool = False
    digital: bool = False
    gift_message: str = attrs.field(default="", metadata=REFERENCE)
    """Reference of a personal text; empty: none."""
    instructions: str = attrs.field(default="", metadata=REFERENCE)
    """Reference of a personal text; empty: none."""
    shares: ShareRule = "first_units"
    """The rule by which units share; the default is for older documents."""
    shipping_tax_minor: int = 0
    """The part of the tax on the shipping; missing in older documents."""
    slices: tuple[Slice, ...] = ()
    """The present cost of its units; empty: as placed, all alike.
    The placement's own lines have none."""
    kind: LineKind = attrs.field(default=attrs.Factory(_kind, takes_self=True))
    flags: tuple[str, ...] = ()
    """Flags for the warehouse, as they were placed."""

    def goods(self, start: int, stop: int) -> int:
        """Goods share of the units ``start`` up to ``stop``."""
        return self._share("goods_minor", start, stop)

    def tax(self, start: int, stop: int) -> int:
        """Tax share of the units ``start`` up to ``stop``."""
        return self._share("tax_minor", start, stop)

    def shipping(self, start: int, stop: int) -> int:
        """Shipping share of the units ``start`` up to ``stop``."""
        return self._share("shipping_minor", start, stop)

    def _share(self, name: str, start: int, stop: int) -> int:
        between = BETWEEN[self.shares]
        if not self.slices:
            return between(getattr(self, name), self.quantity, start, stop)
        # Refuses unknown units, as without slices.
        nothing = between(0, self.quantity, start, stop)
        return nothing + share_of(self.slices, self.shares, name, start, stop)

    def value(self, start: int, stop: int) -> int:
        """The cost of the units ``start`` up to ``stop`` for the customer."""
        if start == 0 and stop == self.quantity and not self.slices:
            # All units, the most frequent case: nothing to divide.
            whole = self.goods_minor + self.shipping_minor
            return whole + self.tax_minor if self.tax_added else whole
        if start == stop:
            return 0
        total = self.goods(start, stop) + self.shipping(start, stop)
        return total + self.tax(start, stop) if self.tax_added else total

    def row(self) -> tuple[Slice, ...]:
        """Its slices; as placed, one of all its units."""
        whole = Slice(
            units=self.quantity,
            goods_minor=self.goods_minor,
            tax_minor=self.tax_minor,
            shipping_minor=self.shipping_minor,
            shipping_tax_minor=self.shipping_tax_minor,
        )
        return self.slices or (whole,)


@attrs.frozen(kw_only=True, weakref_slot=False)
class Units:
    """The ledger of one line's units.

    Units have an order: they are shipped and refunded from the first
    on, and cancelled from the last.  So every unit's share of the
    money is paid and given back once, in whatever order things happen.
    """

    ordered: int
    cancelled: int = 0
    allocated: int = 0
    backordered: int = 0
    shipped: int = 0
    delivered: int = 0
    lost: int = 0
    returned: int = 0
    refunded: int = 0

    @property
    def wanted(self) -> int:
        """Units that are still to reach the customer, or did."""
        return self.ordered - self.cancelled

    @property
    def arriving(self) -> int:
        """Units that are wanted and not known to be lost for good."""
        return self.wanted - min(self.lost, self.refunded)

    @property
    def unshipped(self) -> int:
        """Units that are wanted and have not left."""
        return self.ordered - self.cancelled - self.shipped


@attrs.frozen(kw_only=True, weakref_slot=False)
class Placement:
    """The content of an order when it was placed.  Never changes."""

    currency: str
    lines: tuple[OrderLine, ...] = attrs.field(metadata=REFERENCE)
    total_minor: int
    shipping_minor: int = 0
    tax_minor: int = 0
    discount_minor: int = 0
    tax_included: bool = False
    discounts: tuple[Discount, ...] = ()
    customer_id: str = ""
    """Empty: a guest."""
    contact: str = attrs.field(default="", metadata=REFERENCE)
    """Reference of the contact; empty: none."""
    ship_to: str = attrs.field(default="", metadata=REFERENCE)
    """Reference of the address; empty: nothing is shipped."""
    bill_to: str = attrs.field(default="", metadata=REFERENCE)
    """Reference of the address; empty: the same as ``ship_to``."""
    shipping_method: str = ""
    promised_from: datetime | None = attrs.field(
        default=None, converter=utc_or_none
    )
    promised_by: datetime | None = attrs.field(
        default=None, converter=utc_or_none
    )
    channel: str = ""
    channel_number: str = ""
    priority: Literal["low", "normal", "high"] = "normal"
    gift_message: str = attrs.field(default="", metadata=REFERENCE)
    """Reference of a personal text; empty: none."""
    instructions: str = attrs.field(default="", metadata=REFERENCE)
    """Reference of a personal text; empty: none."""


@attrs.frozen(kw_only=True, weakref_slot=False)
class Hold:
    """Blocks some steps of an order until it is released."""

    hold_id: str
    reason: HoldReason
    blocks: tuple[Blocks, ...]
    note: str = ""
    by: str = ""
    until: datetime | None = attrs.field(default=None, converter=utc_or_none)


@attrs.frozen(kw_only=True, weakref_slot=False)
class Screening:
    """The judgement on fraud."""

    verdict: Literal["accept", "review", "reject"]
    reason: str = ""


@attrs.frozen(kw_only=True, weakref_slot=False)
class Closing:
    """Why an order is being cancelled, and the state that it ends in."""

    reason: CancelReason
    ends_in: OrderState
    notify: bool = True
    returned_minor: int = 0
    """The amount refunded or owed to the customer before it began."""


@attrs.frozen(kw_only=True, weakref_slot=False)
class Order:
    """The whole state of one order."""

    order_id: str
    state: OrderState
    placement: Placement
    units: Mapping[str, Units]
    placed_at: datetime | None = attrs.field(
        default=None, converter=utc_or_none
    )
    tenders: tuple[Tender, ...] = ()
    payments: tuple[Payment, ...] = ()
    operations: Mapping[str, PaymentOperation] = NOTHING
    movements: tuple[Movement, ...] = ()
    waived_minor: int = 0
    """The amount that the shop waives, by a person's decision."""
    released_minor: int = 0
    """The captured amount that is not for wanted units any more: these
    were cancelled, it was too much from the start, or it was refunded by a
    cancellation that came too late, or as an allowance."""
    slices: Mapping[str, tuple[Slice, ...]] = NOTHING
    """The present cost of units, of lines where it was lowered."""
    screening: Screening | None = None
    holds: tuple[Hold, ...] = ()
    exceptions: tuple[ExceptionItem, ...] = ()
    closing: Closing | None = None
    payment_due_at: datetime | None = attrs.field(
        default=None, converter=utc_or_none
    )
    follow_up_at: datetime | None = attrs.field(
        default=None, converter=utc_or_none
    )
    followed_up: bool = False
    notify: bool = True
    """False: no messages about its confirmation and its payment."""
    counts: Mapping[str, int] = NOTHING
    """How many parts of each kind there were, for deterministic ids."""
    authority_used: Mapping[str, int] = NOTHING
    """The amount that each actor with a limit has moved, in minor units."""
    _sums: tuple[Balance, ...] | None = attrs.field(
        default=None,
        init=False,
        eq=False,
        repr=False,
        metadata={MEMO_OF: ("payments", "operations", "movements")},
    )
    """A cache of the balance of each payment."""
    _unsettled: tuple[PaymentOperation, ...] | None = attrs.field(
        default=None,
        init=False,
        eq=False,
        repr=False,
        metadata={MEMO_OF: ("operations",)},
    )
    """A cache of the operations that are still to be answered."""
    _kinds: frozenset[LineKind] | None = attrs.field(
        default=None,
        init=False,
        eq=False,
        repr=False,
        metadata={MEMO_OF: ("placement",)},
    )
    """A cache of the kinds of its lines."""

    @property
    def has_left(self) -> bool:
        """Whether any of its units have left, and are not back."""
        return any(units.shipped for units in self.units.values())

    def of_kind(self, *kinds: LineKind) -> tuple[OrderLine, ...]:
        """The placed lines that are of one of these kinds."""
        if not self._has(kinds):
            return ()
        return tuple(
            [line for line in self.placement.lines if line.kind in kinds]
        )

    def _has(self, kinds: tuple[LineKind, ...]) -> bool:
        """Whether any line is of one of these kinds."""
        known = self._kinds
        if known is None:
            known = frozenset([line.kind for line in self.placement.lines])
            object.__setattr__(self, "_kinds", known)
        return not known.isdisjoint(kinds)

    def units_but(self, *kinds: LineKind) -> Mapping[str, Units]:
        """The counts of units of all lines but those of these kinds."""
        if not self._has(kinds):
            return self.units
        out = {line.line_id for line in self.of_kind(*kinds)}
        return {
            line_id: units
            for line_id, units in self.units.items()
            if line_id not in out
        }

    @property
    def main_units(self) -> Mapping[str, Units]:
        """The counts of units without charges, unless all are charges."""
        return self.units_but("charge") or self.units

    @property
    def delivered_units(self) -> Mapping[str, Units]:
        """The counts of units to deliver; services only if nothing else is."""
        return self.units_but("charge", "service") or self.units_but("charge")

    def line(self, line_id: str) -> OrderLine:
        """The line of that id, with the present cost of its units.

        For several lines, use ``lines``.

        Raises:
            KeyError: there is none.
        """
        for line in self.placement.lines:
            if line.line_id == line_id:
                slices = self.slices.get(line_id)
                return replace(line, slices=slices) if slices else line
        raise KeyError(line_id)

    def lines(self) -> dict[str, OrderLine]:
        """All lines by id, with the present cost of their units."""
        lines = {line.line_id: line for line in self.placement.lines}
        for line_id, slices in self.slices.items():
            lines[line_id] = replace(lines[line_id], slices=slices)
        return lines

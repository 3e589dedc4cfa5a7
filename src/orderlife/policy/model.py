"""The shop's choices: values and pure functions, each with a default.

A policy changes nothing by itself: the process asks it.  Its judgements
come with a reason.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final, Literal, TypeAlias, get_args

import attrs

from orderlife._kernel.messages import Actor, Command
from orderlife._values.addresses import AddressCheck, doubt_no_town
from orderlife._values.choices import (
    LONGEST,
    among,
    check_choices,
    choices,
    keyed_by,
    lasting,
)
from orderlife._values.days import end_of_day, last_day, zone_of
from orderlife._values.money import allocate_minor
from orderlife.errors import Problem, ValidationError
from orderlife.policy.pages import check_known, check_pages
from orderlife.policy.registries import (
    CANCEL_REASONS,
    FLAGS,
    HOLD_REASONS,
    Flag,
    Reason,
)
from orderlife.policy.return_terms import (
    FAULT,
    REASONS,
    REMORSE,
    ReturnReason,
    ReturnTerms,
    ReturnVerdict,
)
from orderlife.ports.inventory import StockItem
from orderlife.rooms.order.model import Order, Screening
from orderlife.rooms.payment.ledger import balance, takeable_minor
from orderlife.rooms.payment.model import RefundLine, RefundOrder
from orderlife.rooms.returns.model import Condition, Finding, Return

__all__ = [
    "REASONS",
    "CaptureWhen",
    "Parcelling",
    "Policy",
    "ReturnReason",
    "ReturnTerms",
    "ReturnVerdict",
    "SingleCapture",
    "accept_all",
    "allow_all",
    "by_place_and_seller",
    "check_policy",
    "judge_return",
]

CaptureWhen: TypeAlias = Literal["confirmation", "dispatch"]
SingleCapture: TypeAlias = Literal["take_all", "secure_rest"]
"""The ways to proceed if an authorisation can be captured only once."""

_A_MOMENT: Final = timedelta(seconds=1)
"""The least duration of time limits and repeated waits."""


@attrs.frozen(kw_only=True)
class Parcelling:
    """Units that are shipped together."""

    place: str
    seller: str
    items: Mapping[str, int]


def accept_all(order: Order) -> Screening:
    """Accept every order: the default screening."""
    return Screening(verdict="accept", reason=f"{order.order_id}: no rule")


def allow_all(actor: Actor, command: Command) -> str:
    """Allow every command to everybody."""
    del actor, command
    return ""


def by_place_and_seller(
    order: Order, items: Sequence[StockItem]
) -> tuple[Parcelling, ...]:
    """Ship together the units of one seller at one place."""
    sellers = {line.line_id: line.seller for line in order.placement.lines}
    groups: dict[tuple[str, str], dict[str, int]] = {}
    for item in items:
        key = (item.place, sellers[item.line_id])
        group = groups.setdefault(key, {})
        group[item.line_id] = group.get(item.line_id, 0) + item.quantity
    return tuple(
        Parcelling(place=place, seller=seller, items=group)
        for (place, seller), group in groups.items()
    )


def judge_return(
    policy: Policy,
    order: Order,
    return_: Return,
    delivered_at: datetime | None,
    now: datetime,
) -> ReturnVerdict:
    """Judge by the terms: the window and final sale."""
    terms = policy.terms(return_.reason)
    if not terms.final_sale:
        known = order.lines()
        final = [
            line.line_id
            for line in return_.lines
            if known[line.line_id].final_sale
        ]
        if final:
            return ReturnVerdict(
                answer="decline",
                explanation=f"line {', '.join(final)} was sold as final",
            )
    if delivered_at is not None:
        zone = policy.time_zone
        end = end_of_day(delivered_at, zone, timedelta(days=terms.days))
        if now >= end:
            return ReturnVerdict(
                answer="decline",
                explanation=f"the {terms.days} days to return it ended on "
                f"{last_day(end, zone)}",
            )
    return ReturnVerdict(
        answer="approve",
        explanation=f"within {terms.days} days of its delivery",
    )


@choices
@attrs.frozen(kw_only=True)
class Policy:
    """All of a shop's choices, each checked when the policy is made.

    Raises:
        UnknownKeywordError: a keyword is no field of the policy.
        ValidationError: names every value that is not allowed.
    """

    time_zone: tzinfo = attrs.field(default=UTC, converter=zone_of)
    """The time zone of the shop's days; by name: ``Europe/Berlin``."""
    capture: CaptureWhen = "dispatch"
    single_capture: SingleCapture = "take_all"
    """If a gateway captures an authorisation only once, and goods leave
    in several parcels: capture all with the first parcel, or secure the
    rest anew before the next one leaves."""
    payment_within: timedelta = attrs.field(
        default=timedelta(hours=1), metadata=lasting(_A_MOMENT)
    )
    slow_tenders: frozenset[str] = frozenset(("bank_transfer", "boleto"))
    slow_payment_within: timedelta = attrs.field(
        default=timedelta(days=7), metadata=lasting(_A_MOMENT)
    )
    """For tenders that take days to be paid."""
    hold_grace: timedelta = attrs.field(
        default=timedelta(hours=1), metadata=lasting(-LONGEST)
    )
    """For how long stock stays held after payment was due.

    Negative: the hold ends before, and stock is reserved anew when the
    money comes.
    """
    backorder: bool = False
    """True: accept orders for missing stock, and ship when it comes."""
    backorder_check: timedelta = attrs.field(
        default=timedelta(days=1), metadata=lasting(_A_MOMENT)
    )
    reauthorize: bool = True
    """True: authorise again when an authorisation runs out unused."""
    screen: Callable[[Order], Screening] = accept_all
    check_address: AddressCheck = doubt_no_town
    """The fields of an address in doubt, for which a hold is opened.

    It is called when an order with goods is placed, or kept as a draft.
    """
    review_within: timedelta | None = attrs.field(
        default=timedelta(days=3), metadata=lasting()
    )
    """After this time, a review that is still open rejects the order."""
    parcel: Callable[[Order, Sequence[StockItem]], tuple[Parcelling, ...]] = (
        by_place_and_seller
    )
    untracked_within: timedelta = attrs.field(
        default=timedelta(days=14), metadata=lasting(_A_MOMENT)
    )
    """After how long a parcel without a tracking number counts as
    delivered, unless a scan was reported."""
    follow_up_after: timedelta | None = attrs.field(
        default=timedelta(days=1), metadata=lasting()
    )
    hold_reasons: Mapping[str, Reason] = attrs.field(
        default=HOLD_REASONS, metadata=keyed_by("code")
    )
    cancel_reasons: Mapping[str, Reason] = attrs.field(
        default=CANCEL_REASONS, metadata=keyed_by("code")
    )
    flags: Mapping[str, Flag] = attrs.field(
        default=FLAGS, metadata=keyed_by("code")
    )
    """The registry of flags of lines, for the warehouse."""
    reasons: Mapping[str, ReturnReason] = attrs.field(
        default=REASONS, metadata=keyed_by("code")
    )
    remorse: ReturnTerms = REMORSE
    """The terms when the customer has changed their mind."""
    fault: ReturnTerms = FAULT
    """The terms when the shop or the carrier is at fault."""
    judge: Callable[
        [Policy, Order, Return, datetime | None, datetime], ReturnVerdict
    ] = judge_return
    return_within: timedelta = attrs.field(
        default=timedelta(days=30), metadata=lasting(_A_MOMENT)
    )
    """For how long an approval is valid, to the end of the last day."""
    receive_within: timedelta = attrs.field(
        default=timedelta(days=14), metadata=lasting()
    )
    """For how long further parcels are awaited after the first."""
    worthless: frozenset[str] = attrs.field(
        default=frozenset(("customer_damaged",)),
        metadata=among(get_args(Condition)),
    )
    """Conditions in which a returned unit is not refunded."""
    return_place: str = ""
    """The place that returned goods go to; empty: the one they left."""
    refund_order: RefundOrder = "last_first"
    """Which tender is refunded first; ``ratio``: each in proportion to
    what can still be refunded."""
    tell_staff: bool = True
    """Whether staff are told of exceptions and reviews."""
    archive_after: timedelta | None = attrs.field(
        default=None, metadata=lasting()
    )
    """For how long a closed order is left alone before a worker folds it
    away; None: none does."""
    permit: Callable[[Actor, Command], str] = allow_all
    """Why an actor may not give a command; empty: it may.

    A reason of type ``orderlife.policy.permissions.UnlessOwn`` does not
    count where the actor is the order's customer.
    """
    pages: tuple[object, ...] = ()
    """The terms of rooms of an application's own: ``Room.terms``."""

    def __attrs_post_init__(self) -> None:
        check_choices(self)
        check_pages(self.pages)
        within = min(self.payment_within, self.slow_payment_within)
        if within + self.hold_grace <= timedelta():
            why = (
                f"is {self.hold_grace}: stock would be free before it is "
                f"held; more than {-within} is possible"
            )
            raise ValidationError("Policy", [Problem("hold_grace", why)])

    def terms(self, reason: str) -> ReturnTerms:
        """The terms of returns that apply to a reason."""
        known = self.reasons.get(reason)
        if known is None or known.fault == "customer":
            return self.remorse
        return self.fault

    def payment_due(self, order: Order, now: datetime) -> datetime:
        """By when an order must be paid for."""
        slow = any(t.kind in self.slow_tenders for t in order.tenders)
        within = self.slow_payment_within if slow else self.payment_within
        return now + within

    def approval_ends(self, now: datetime) -> datetime:
        """When an approval of a return that is given now ends."""
        return end_of_day(now, self.time_zone, self.return_within)

    def split_capture(self, order: Order, minor: int) -> dict[str, int]:
        """Split an amount to capture over the payments, the first first."""
        return _split(
            minor,
            [
                (p.payment_id, takeable_minor(order, p.payment_id))
                for p in order.payments
            ],
        )

    def split_refund(self, order: Order, minor: int) -> dict[str, int]:
        """Split an amount to refund over the payments."""
        return self.split_among(order, minor)

    def split_among(
        self,
        order: Order,
        minor: int,
        payments: Collection[str] = (),
        refund_order: RefundOrder | None = None,
    ) -> dict[str, int]:
        """Split an amount to refund over some of the payments.

        Args:
            order: the order.
            minor: the amount, in minor units.
            payments: their ids; empty: all of the order's.
            refund_order: which of them comes first; None: the policy's.
        """
        by = refund_order or self.refund_order
        limits = [
            (p.payment_id, balance(order, p.payment_id).refundable)
            for p in order.payments
            if not payments or p.payment_id in payments
        ]
        if by == "ratio":
            return _in_ratio(minor, limits)
        return _split(minor, limits[::-1] if by == "last_first" else limits)

    def refund_lines(
        self, order: Order, return_: Return
    ) -> tuple[tuple[RefundLine, ...], dict[str, int]]:
        """The refund of a return: its lines, and the units."""
        terms = self.terms(return_.reason)
        lines: list[RefundLine] = []
        units: dict[str, int] = {}
        goods_minor = 0
        known = order.lines()
        for line_id, quantity in self.refundable_units(order, return_).items():
            line = known[line_id]
            start = order.units[line_id].refunded
            stop = start + quantity
            units[line_id] = quantity
            goods = line.goods(start, stop)
            goods_minor += goods
            lines.append(
                RefundLine(kind="goods", minor=goods, line_id=line_id)
            )
            if line.tax_added and (tax := line.tax(start, stop)):
                lines.append(
                    RefundLine(kind="tax", minor=tax, line_id=line_id)
                )
            shipping = line.shipping(start, stop)
            if terms.refund_shipping and shipping:
                lines.append(
                    RefundLine(
                        kind="shipping", minor=shipping, line_id=line_id
                    )
                )
        fee = goods_minor * terms.restocking_fee_percent // 100
        if fee:
            lines.append(RefundLine(kind="restocking_fee", minor=-fee))
        if terms.postage_minor and return_.label is not None and units:
            lines.append(
                RefundLine(kind="postage", minor=-terms.postage_minor)
            )
        return tuple(lines), units

    def refundable_units(
        self, order: Order, return_: Return
    ) -> dict[str, int]:
        """The units of a return that are refunded."""
        wanted: dict[str, int] = {}
        if return_.resolution == "keep":
            for line in return_.lines:
                wanted[line.line_id] = line.quantity
        else:
            for finding in return_.findings:
                if self._is_worth(finding):
                    line_id = finding.line_id
                    wanted[line_id] = wanted.get(line_id, 0) + finding.quantity
        result: dict[str, int] = {}
        for line_id, quantity in wanted.items():
            units = order.units.get(line_id)
            if units is not None:
                remaining = units.shipped - units.refunded
                if (quantity := min(quantity, remaining)) > 0:
                    result[line_id] = quantity
        return result

    def _is_worth(self, finding: Finding) -> bool:
        return (
            finding.condition != "missing"
            and finding.condition not in self.worthless
        )


def _in_ratio(minor: int, limits: list[tuple[str, int]]) -> dict[str, int]:
    """Split an amount in proportion to each payment's limit."""
    whole = sum(limit for _, limit in limits)
    minor = min(minor, whole)
    if not minor:
        return {}
    parts = allocate_minor(minor, [limit for _, limit in limits])
    return {
        payment_id: part
        for (payment_id, _), part in zip(limits, parts, strict=True)
        if part
    }


def check_policy(
    policy: Policy, terms: Sequence[type] | None = None
) -> Policy:
    """Check a policy when a desk is made, before any order uses it.

    Args:
        policy: the shop's choices.
        terms: those of the rooms of a house; None: any may have a page.

    Raises:
        ValidationError: it is no policy, or has a page of no room.
    """
    given: object = policy
    if isinstance(given, Policy):
        if given.pages and terms is not None:
            check_known(given.pages, terms)
        return given
    what = type(given).__name__
    if given is Policy:
        what += ", which is to be called"
    raise ValidationError(
        "policy", [Problem("policy", f"must be a Policy, not {what}")]
    )


def _split(minor: int, limits: list[tuple[str, int]]) -> dict[str, int]:
    """Split an amount, filling one payment after the other."""
    parts: dict[str, int] = {}
    for payment_id, limit in limits:
        part = min(minor, limit)
        if part > 0:
            parts[payment_id] = part
            minor -= part
    return parts

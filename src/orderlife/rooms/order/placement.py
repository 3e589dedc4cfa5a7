"""Makes an order's fixed content of the form that a customer fills in.

All wrong fields are named at once.  Discounts, tax and shipping are
spread over the lines here, and never again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from orderlife._values.countries import country_problem
from orderlife._values.limits import MAX_LINES, MAX_TENDERS
from orderlife._values.money import MAX_MINOR, Money, allocate_minor
from orderlife._values.once import PREFIX, is_taken_from
from orderlife._values.personal import Address, Contact
from orderlife._values.replacing import maker
from orderlife.errors import Problem, ValidationError
from orderlife.ports.payment import Tender
from orderlife.rooms.order.messages import DraftOrder, PlaceOrder
from orderlife.rooms.order.model import Line, OrderLine, Placement

__all__ = ["fix", "tender_problems"]

_order_line_of: Final = maker(OrderLine)
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+\Z")
_LINE_ID: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}\Z")
_PART_ID: Final = re.compile(r"-[rst][0-9]+\Z")
"""The suffix that a part's id has after its order's id."""


def fix(form: PlaceOrder | DraftOrder) -> Placement:
    """Check a form, and fix each line's share of discount, tax and postage.

    Raises:
        ValidationError: names every field that is wrong.
    """
    problems = list(_problems(form))
    if problems:
        raise ValidationError(type(form).__name__, problems)
    placement = _placement(form)
    problems = list(_sum_problems(placement)) or list(
        _total_problems(form, placement)
    )
    if problems:
        raise ValidationError(type(form).__name__, problems)
    return placement


def _line_id(line: Line, index: int) -> str:
    return line.line_id or str(index + 1)


def _problems(form: PlaceOrder | DraftOrder) -> Iterable[Problem]:
    if _PART_ID.search(form.order_id):
        yield Problem(
            "order_id",
            "must not end like the id of an order's part: in -r, -s or -t "
            "and a number",
        )
    if not is_taken_from(form.order_id, form.command_id):
        yield Problem(
            "order_id",
            f"begins with {PREFIX!r}, as only an id does that follows from "
            "the command's own",
        )
    if not form.lines:
        yield Problem("lines", "an order needs at least one line")
    if len(form.lines) > MAX_LINES:
        yield Problem("lines", f"at most {MAX_LINES} lines")
    yield from _line_problems(form)
    yield from _amount_problems(form)
    if form.contact is not None:
        yield from _contact_problems(form.contact)
    shipped = any(line.kind == "goods" for line in form.lines)
    if form.ship_to is None and shipped:
        yield Problem("ship_to", "goods need an address to be sent to")
    for name in ("ship_to", "bill_to"):
        address: Address | None = getattr(form, name)
        if address is not None:
            yield from _address_problems(name, address)
    if (
        form.promised_from is not None
        and form.promised_by is not None
        and form.promised_from > form.promised_by
    ):
        yield Problem("promised_by", "is before promised_from")


def _line_problems(form: PlaceOrder | DraftOrder) -> Iterable[Problem]:
    seen: set[str] = set()
    for index, line in enumerate(form.lines):
        field = f"lines[{index}]"
        line_id = _line_id(line, index)
        if line_id in seen:
            yield Problem(f"{field}.line_id", f"{line_id!r} stands twice")
        if not _LINE_ID.match(line_id):
            yield Problem(
                f"{field}.line_id", "use a-z, 0-9, _ and -, at most 64"
            )
        seen.add(line_id)
        if not line.sku:
            yield Problem(f"{field}.sku", "must not be empty")
        if line.quantity < 1:
            yield Problem(f"{field}.quantity", "must be 1 or more")
        if line.digital and line.kind != "digital":
            yield Problem(
                f"{field}.kind",
                f"is {line.kind}, but `digital` is set: say one of the two",
            )
        for place, flag in enumerate(line.flags):
            if flag in line.flags[:place]:
                yield Problem(f"{field}.flags", f"{flag!r} stands twice")
                break


def _amounts(
    form: PlaceOrder | DraftOrder,
) -> Iterable[tuple[str, Money]]:
    for index, line in enumerate(form.lines):
        field = f"lines[{index}]"
        yield f"{field}.unit_price", line.unit_price
        for name in ("discount", "tax", "shipping"):
            amount: Money | None = getattr(line, name)
            if amount is not None:
                yield f"{field}.{name}", amount
    for index, discount in enumerate(form.discounts):
        yield f"discounts[{index}].amount", discount.amount
    for name in ("shipping", "shipping_tax", "expected_total"):
        whole: Money | None = getattr(form, name)
        if whole is not None:
            yield name, whole
    for index, tender in enumerate(form.tenders):
        if tender.amount is not None:
            yield f"tenders[{index}].amount", tender.amount


def _amount_problems(form: PlaceOrder | DraftOrder) -> Iterable[Problem]:
    currency = form.lines[0].unit_price.currency if form.lines else ""
    for field, amount in _amounts(form):
        if currency and amount.currency != currency:
            yield Problem(
                field,
                f"is in {amount.currency}, the order is in {currency}: "
                "an order has one currency",
            )
    goods = 0
    for index, line in enumerate(form.lines):
        gross = line.unit_price.minor * line.quantity
        net = gross - _minor(line.discount)
        goods += max(0, net)
        if net < 0:
            yield Problem(
                f"lines[{index}].discount", "is more than the line costs"
            )
    if sum(discount.amount.minor for discount in form.discounts) > goods:
        yield Problem("discounts", "are more than the goods cost")


def _contact_problems(contact: Contact) -> Iterable[Problem]:
    if contact.email and not _EMAIL.match(contact.email):
        yield Problem("contact.email", "is not a mail address")
    if not contact.email and not contact.phone:
        yield Problem("contact", "needs a mail address or a telephone number")


def _address_problems(name: str, address: Address) -> Iterable[Problem]:
    if not address.name:
        yield Problem(f"{name}.name", "must not be empty")
    if not any(address.lines):
        yield Problem(f"{name}.lines", "must not be empty")
    # Some places have no town or postcode: a policy may check more.
    if wrong := country_problem(address.country):
        yield Problem(f"{name}.country", wrong)


def _placement(form: PlaceOrder | DraftOrder) -> Placement:
    goods = [
        line.unit_price.minor * line.quantity - _minor(line.discount)
        for line in form.lines
    ]
    weights = goods if any(goods) else [line.quantity for line in form.lines]
    off = sum(discount.amount.minor for discount in form.discounts)
    discounts = allocate_minor(off, weights)
    shipped = _shipping_weights(form, weights)
    shipping = allocate_minor(_minor(form.shipping), shipped)
    shipping_tax = allocate_minor(_minor(form.shipping_tax), shipped)
    lines = tuple(
        _order_line(
            form,
            index,
            goods_minor=goods[index] - discounts[index],
            discount_minor=_minor(line.discount) + discounts[index],
            tax_minor=_minor(line.tax) + shipping_tax[index],
            shipping_minor=_minor(line.shipping) + shipping[index],
            shipping_tax_minor=shipping_tax[index],
        )
        for index, line in enumerate(form.lines)
    )
    return Placement(
        currency=form.lines[0].unit_price.currency,
        lines=lines,
        total_minor=sum(line.value(0, line.quantity) for line in lines),
        shipping_minor=sum(line.shipping_minor for line in lines),
        tax_minor=sum(line.tax_minor for line in lines),
        discount_minor=sum(line.discount_minor for line in lines),
        tax_included=form.tax_included,
        discounts=form.discounts,
        customer_id=form.customer_id,
        contact=_ref(form, "contact"),
        ship_to=_ref(form, "ship_to"),
        bill_to=_ref(form, "bill_to"),
        shipping_method=form.shipping_method,
        promised_from=form.promised_from,
        promised_by=form.promised_by,
        channel=form.channel,
        channel_number=form.channel_number,
        priority=form.priority,
        gift_message=_ref(form, "gift_message"),
        instructions=_ref(form, "instructions"),
    )


def _shipping_weights(
    form: PlaceOrder | DraftOrder, weights: list[int]
) -> list[int]:
    """The weights by which postage is spread: over goods, if there are any.

    Charges have a share only in an order of nothing but charges.
    """
    for kind in ("goods", "digital", "service"):
        kept = [
            weight if line.kind == kind else 0
            for line, weight in zip(form.lines, weights, strict=True)
        ]
        if any(kept):
            return kept
        units = [
            line.quantity if line.kind == kind else 0 for line in form.lines
        ]
        if any(units):
            return units
    return weights


def _ref(form: PlaceOrder | DraftOrder, name: str) -> str:
    return f"{form.order_id}:{name}" if getattr(form, name) else ""


def _order_line(
    form: PlaceOrder | DraftOrder,
    index: int,
    *,
    goods_minor: int,
    discount_minor: int,
    tax_minor: int,
    shipping_minor: int,
    shipping_tax_minor: int,
) -> OrderLine:
    line = form.lines[index]
    line_id = _line_id(line, index)
    gift = f"{form.order_id}:gift_message:{line_id}"
    instructions = f"{form.order_id}:instructions:{line_id}"
    return _order_line_of(
        line_id=line_id,
        sku=line.sku,
        quantity=line.quantity,
        unit_price=line.unit_price,
        goods_minor=goods_minor,
        tax_minor=tax_minor,
        tax_added=not form.tax_included,
        shipping_minor=shipping_minor,
        discount_minor=discount_minor,
        title=line.title,
        seller=line.seller,
        place=line.place,
        options=line.options,
        weight_g=line.weight_g,
        final_sale=line.final_sale,
        digital=line.kind == "digital",
        kind=line.kind,
        gift_message=gift if line.gift_message else "",
        instructions=instructions if line.instructions else "",
        shares="proportional",
        shipping_tax_minor=shipping_tax_minor,
        flags=line.flags,
    )


def _minor(amount: Money | None) -> int:
    return 0 if amount is None else amount.minor


def _sum_problems(placement: Placement) -> Iterable[Problem]:
    """Problems with sums beyond the largest amount."""
    for name in ("total", "shipping", "tax", "discount"):
        if getattr(placement, f"{name}_minor") > MAX_MINOR:
            most = Money.of_minor(MAX_MINOR, placement.currency)
            yield Problem("lines", f"come to a {name} of more than {most}")


def _total_problems(
    form: PlaceOrder | DraftOrder, placement: Placement
) -> Iterable[Problem]:
    total = Money.of_minor(placement.total_minor, placement.currency)
    if form.expected_total is not None and form.expected_total != total:
        yield Problem(
            "expected_total",
            f"is {form.expected_total}, but the order comes to {total}",
        )
    yield from tender_problems(form.tenders, total)


def tender_problems(
    tenders: tuple[Tender, ...], total: Money
) -> Iterable[Problem]:
    """Problems with these means of payment for this total."""
    if len(tenders) > MAX_TENDERS:
        yield Problem("tenders", f"at most {MAX_TENDERS} means of payment")
    fixed = 0
    rests = 0
    for index, tender in enumerate(tenders):
        if not tender.kind:
            yield Problem(f"tenders[{index}].kind", "must not be empty")
        if tender.instalments < 1:
            yield Problem(f"tenders[{index}].instalments", "must be 1 or more")
        if tender.amount is None:
            rests += 1
        elif tender.amount.minor == 0:
            yield Problem(f"tenders[{index}].amount", "must be above zero")
        else:
            fixed += tender.amount.minor
    if fixed > MAX_MINOR:
        most = Money.of_minor(MAX_MINOR, total.currency)
        yield Problem("tenders", f"add up to more than {most}")
        return
    named = Money.of_minor(fixed, total.currency)
    if rests > 1:
        yield Problem(
            "tenders", "only one may leave its amount open for the rest"
        )
    if fixed > total.minor:
        yield Problem(
            "tenders", f"add up to {named}, but the order comes to {total}"
        )
    if tenders and not rests and fixed < total.minor:
        yield Problem(
            "tenders",
            f"add up to {named}, but the order comes to {total}: leave "
            "one amount open for the rest",
        )

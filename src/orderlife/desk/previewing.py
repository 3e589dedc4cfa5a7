"""What a command would do, before it is given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

import attrs

from orderlife._kernel.case import Case
from orderlife._kernel.decision import Decision
from orderlife._kernel.labels import label_of, subject_label, subject_of
from orderlife._kernel.messages import Command, Event
from orderlife._kernel.offers import NotAllowed
from orderlife._kernel.possible import Possible, refused
from orderlife._values.money import Money
from orderlife.engine import calls
from orderlife.engine.calls import Flow
from orderlife.engine.engine import Engine
from orderlife.engine.inbox import order_id_of
from orderlife.errors import DeniedError, Problem, ValidationError
from orderlife.ports.base import Intent
from orderlife.ports.notifier import MessageKind, Notify
from orderlife.ports.payment import (
    Authorize,
    Capture,
    IssueCredit,
    Refund,
    Void,
)
from orderlife.rooms.order.readings import line_labels
from orderlife.rooms.status import Status
from orderlife.views.order import OrderView

__all__ = [
    "EffectPreview",
    "LineStanding",
    "MessagePreview",
    "MoneyPreview",
    "Preview",
    "Standing",
    "previewed",
]


@attrs.frozen(kw_only=True)
class LineStanding:
    """How many units of a line are where."""

    line_id: str
    label: str
    """What is in it: its title, or its SKU."""
    ordered: int
    wanted: int
    """Ordered and not cancelled."""
    cancelled: int
    shipped: int
    delivered: int
    returned: int
    refunded: int


@attrs.frozen(kw_only=True)
class Standing:
    """Where an order stands: its status, its units and its money."""

    status: Status
    lines: tuple[LineStanding, ...]
    total: Money
    """The order's total when it was placed."""
    due: Money
    """See ``OrderView.due``."""
    paid: Money
    """The amount captured, refunds not deducted."""
    refunded: Money
    """The amount given back, as money or as store credit."""


@attrs.frozen(kw_only=True)
class MoneyPreview:
    """What would be asked of the gateway at once, and what goes out."""

    to_secure: Money
    """To be authorised."""
    to_collect: Money
    """To be captured."""
    to_release: Money
    """Authorised, and to be voided."""
    to_give_back: Money
    """To be refunded, as money or as store credit."""
    gives_away: Money
    """What goes back or is done without, now and by what follows from it:
    what counts against the limit of the actor."""


@attrs.frozen(kw_only=True)
class MessagePreview:
    """A message that would be sent; the notifier writes its text."""

    kind: MessageKind
    audience: Literal["customer", "staff"]
    subject: str
    """Id of the order, shipment or return that it is about."""
    details: Mapping[str, str]


@attrs.frozen(kw_only=True)
class EffectPreview:
    """A request that would be made to a port, but for a message."""

    port: str
    request: str
    """What is asked: the name of the intent, such as ``Capture``."""
    operation_id: str


@attrs.frozen(kw_only=True)
class Preview:
    """What a command would do now.  Nothing of it has happened.

    It says what is decided at once.  What follows from the answers of
    ports is not known before they answer: a capture may be declined, and
    what an order gives back once a label is voided is in
    ``money.gives_away`` alone.
    """

    order_id: str
    label: str
    """The label of the command's button."""
    subject_label: str
    """What it is about, as in *Shipment o1-s1*."""
    refusal: NotAllowed | None = None
    """Why it would not be followed; None: it would be."""
    before: Standing | None = None
    """The order as it is; None: there is none yet, or its actor may not
    know."""
    after: Standing | None = None
    """The order as it would be; None: the command is refused."""
    money: MoneyPreview | None = None
    """None: the command is refused."""
    messages: tuple[MessagePreview, ...] = ()
    """Those to the staff are left out if a customer asks."""
    effects: tuple[EffectPreview, ...] = ()
    retried: tuple[str, ...] = ()
    """Ids of operations that would be tried again."""
    events: tuple[Event, ...] = attrs.field(default=(), repr=False)
    """What would be recorded; none: it would change nothing, or is
    refused."""


def previewed(engine: Engine, command: Command) -> Flow[Preview]:
    """Decide on a command, and store nothing.

    Raises:
        ValidationError: it is no command, or its order id is no id.
    """
    order_id = order_id_of(command, engine.house)
    if not isinstance(command, Command):
        problem = Problem("command", "must be a command: a fact is reported")
        raise ValidationError(type(command).__name__, [problem])
    loaded = yield from calls.load(order_id)
    case = Case(order_id=order_id) if loaded is None else loaded.case
    now = engine.clock()
    could = Possible(engine.house, case, now, engine.policy, command.actor)
    found = could.tried(command)
    preview = Preview(
        order_id=order_id,
        label=label_of(type(command)),
        subject_label=subject_label(command, subject_of(command)),
    )
    if isinstance(found, Decision):
        return attrs.evolve(
            preview,
            before=_standing(case),
            after=_standing(found.case),
            money=_money(found, could.given_away(command, found)),
            messages=_messages(command, found.intents),
            effects=_effects(found.intents),
            retried=found.retried,
            events=tuple(recorded.event for recorded in found.events),
        )
    # A denied actor learns nothing of the order.
    unknown = isinstance(found, DeniedError)
    return attrs.evolve(
        preview,
        before=None if unknown else _standing(case),
        refusal=refused(command, subject_of(command), found, engine.house),
    )


def _standing(case: Case) -> Standing | None:
    """Where an order stands; None: there is none."""
    if case.order is None:
        return None
    view = OrderView(case)
    labels = line_labels(case.order)
    return Standing(
        status=view.status,
        lines=tuple(
            LineStanding(
                line_id=line_id,
                label=labels[line_id],
                ordered=units.ordered,
                wanted=units.wanted,
                cancelled=units.cancelled,
                shipped=units.shipped,
                delivered=units.delivered,
                returned=units.returned,
                refunded=units.refunded,
            )
            for line_id, units in case.order.units.items()
        ),
        total=view.total,
        due=view.due,
        paid=view.paid,
        refunded=view.refunded,
    )


def _money(decision: Decision, given_away: int) -> MoneyPreview:
    """Sum what is asked of the gateway."""
    currency = decision.case.placed.placement.currency

    def asked(*kinds: type[Intent]) -> Money:
        minor = sum(
            intent.amount.minor
            for intent in decision.intents
            if isinstance(intent, _OF_MONEY) and isinstance(intent, kinds)
        )
        return Money.of_minor(minor, currency)

    return MoneyPreview(
        to_secure=asked(Authorize),
        to_collect=asked(Capture),
        to_release=asked(Void),
        to_give_back=asked(Refund, IssueCredit),
        gives_away=Money.of_minor(given_away, currency),
    )


_OF_MONEY = (Authorize, Capture, Void, Refund, IssueCredit)


def _messages(
    command: Command, intents: Iterable[Intent]
) -> tuple[MessagePreview, ...]:
    """The messages that the actor may know of."""
    customer = command.actor.kind == "customer"
    return tuple(
        MessagePreview(
            kind=intent.message,
            audience=intent.audience,
            subject=intent.subject,
            details=intent.details,
        )
        for intent in intents
        if isinstance(intent, Notify)
        and (intent.audience == "customer" or not customer)
    )


def _effects(intents: Iterable[Intent]) -> tuple[EffectPreview, ...]:
    return tuple(
        EffectPreview(
            port=intent.port,
            request=type(intent).__name__,
            operation_id=intent.operation_id,
        )
        for intent in intents
        if not isinstance(intent, Notify)
    )

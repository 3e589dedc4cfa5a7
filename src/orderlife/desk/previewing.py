"""What a command would do, before it is given."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from orderlife._kernel.case import Case
from orderlife._kernel.decision import Decision
from orderlife._kernel.labels import label_of, subject_label, subject_of
from orderlife._kernel.messages import Command
from orderlife._kernel.possible import Possible, refused
from orderlife._values.money import Money
from orderlife.engine import calls
from orderlife.engine.calls import Flow
from orderlife.engine.engine import Engine
from orderlife.engine.inbox import order_id_of
from orderlife.errors import DeniedError, Problem, ValidationError
from orderlife.ports.base import Intent
from orderlife.ports.notifier import Notify
from orderlife.ports.payment import (
    Authorize,
    Capture,
    IssueCredit,
    Refund,
    Void,
)
from orderlife.rooms.order.readings import line_labels
from orderlife.views.order import OrderView
from orderlife.views.preview import (
    EffectPreview,
    LineStanding,
    MessagePreview,
    MoneyPreview,
    Preview,
    Standing,
)

__all__ = ["previewed"]


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

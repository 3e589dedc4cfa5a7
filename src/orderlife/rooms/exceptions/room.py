"""Exception items: what waits for somebody, and what settles it.

The room is made of what all rooms say of their kinds of items, and of
the operations that they wait for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife._kernel.house import House
from orderlife._kernel.messages import (
    Contradiction,
    Event,
    ExceptionKind,
    Fact,
    Remedy,
    Step,
)
from orderlife._kernel.offers import Offer, offer
from orderlife._kernel.room import (
    Room,
    Trouble,
    about,
    asks,
    catches,
    on,
    tells,
)
from orderlife.ports.known import PORTS
from orderlife.rooms.exceptions import decide, messages
from orderlife.rooms.exceptions.evolve import CHANGES
from orderlife.rooms.exceptions.invariants import INVARIANTS
from orderlife.rooms.exceptions.messages import (
    CloseExceptions,
    EffectFailed,
    ExceptionOpened,
    ExceptionResolved,
    OpenException,
    ResolveException,
)
from orderlife.rooms.exceptions.opening import find_exception
from orderlife.rooms.order.model import Order
from orderlife.rooms.order.room import ORDERS
from orderlife.rooms.shipment.messages import LabelReported
from orderlife.rooms.stock.messages import StockReported

__all__ = ["exception_room"]


def exception_room(house: House) -> Room[Order]:
    """Make the room, of what the other rooms say."""

    @cache
    def answers() -> Mapping[str, tuple[type, ...]]:
        """What can be answered to which kind of operation."""
        facts = {rule.kind for rule in caught}
        return {
            operation: port.outcomes[intent]
            for port in PORTS
            for operation, intent in port.operations.items()
            if (report := house.reports.get(intent)) is not None
            and report.fact in facts
        }

    def resolve(
        order: Order, command: ResolveException, context: Context
    ) -> list[ExceptionResolved]:
        """Settle an item, as one of its remedies does."""
        kind = find_exception(order, command.exception_id).contradiction.kind
        decide.check_remedy(order, command, house.remedies[kind])
        return [decide.resolved(order, command)]

    def settle(
        case: Case, event: ExceptionResolved, context: Context
    ) -> Iterator[Event | Step | Fact]:
        """Ask the room that knows the subject for what a remedy does."""
        if event.remedy is Remedy.OVERTAKEN:
            return
        item = find_exception(case.placed, event.exception_id)
        why = item.contradiction
        yield from house.resolve(
            case, why.kind, why.subject, event.remedy, item, context
        )

    def misfit(
        case: Case, fact: StockReported | LabelReported, context: Context
    ) -> list[OpenException] | None:
        """Take an answer that answers something else; None: it fits."""
        kind = fact.operation_id.rpartition(":")[0].rpartition(":")[2]
        if isinstance(fact.outcome, answers().get(kind, ())):
            return None
        awaited = bool(fact.operation_id) and (
            fact.operation_id in house.awaited(case)
        )
        return [_misfit(fact)] if awaited else None

    def offers(case: Case, context: Context) -> Iterator[Offer]:
        """Settle each item, by any remedy that there is for its kind."""
        for item in case.placed.exceptions:
            if item.is_open:
                for remedy in house.remedies[item.contradiction.kind]:
                    yield offer(
                        case,
                        context.actor,
                        ResolveException,
                        item.exception_id,
                        exception_id=item.exception_id,
                        remedy=remedy,
                        note="tried",
                    )

    caught = catches(StockReported, misfit), catches(LabelReported, misfit)
    anything = {Remedy.ACCEPT: None}
    once_more = {Remedy.RETRY: None, Remedy.ACCEPT: None}
    return Room(
        name="exceptions",
        parts=ORDERS,
        contract=(messages,),
        commands=(about(ResolveException, resolve),),
        facts=(about(EffectFailed, decide.effect_failed),),
        steps=(
            about(OpenException, decide.open_item),
            about(CloseExceptions, decide.close),
        ),
        catches=caught,
        events=CHANGES,
        offers=offers,
        invariants=INVARIANTS,
        reacts=(on(ExceptionResolved, settle),),
        asks=(asks(ExceptionResolved, decide.try_again),),
        tells=(tells(ExceptionOpened, decide.tell_staff),),
        silent=(ExceptionResolved,),
        troubles=(
            # Retry: the same operation again, under a new key: it was
            # refused.
            Trouble(ExceptionKind.EFFECT_FAILED, once_more),
            Trouble(ExceptionKind.OUTCOME_UNKNOWN, once_more),
            Trouble(ExceptionKind.MESSAGE_FAILED, once_more),
            Trouble(ExceptionKind.UNMATCHED_FACT, anything),
            # Accept: the policy is mended; what was done instead stands.
            Trouble(ExceptionKind.POLICY_FAULT, anything),
            Trouble(ExceptionKind.FROM_THE_FUTURE, anything),
        ),
    )


def _misfit(fact: StockReported | LabelReported) -> OpenException:
    return OpenException(
        Contradiction(
            ExceptionKind.OUTCOME_UNKNOWN,
            fact.operation_id,
            f"an answer to {fact.operation_id}",
            f"{type(fact.outcome).__name__}, which answers something else",
        ),
        once=True,
    )

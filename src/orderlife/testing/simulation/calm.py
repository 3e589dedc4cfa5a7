"""The end of a schedule: without faults, all orders must come to rest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from orderlife._kernel.case import Case
from orderlife._kernel.messages import ExceptionKind
from orderlife.engine.calls import Flow
from orderlife.engine.verification import verified
from orderlife.errors import OrderlifeError
from orderlife.house import HOUSE
from orderlife.invariants import violations
from orderlife.ports.store import Effect, EffectState
from orderlife.rooms.order.lifecycle import ORDER, OrderState
from orderlife.rooms.order.model import Order
from orderlife.rooms.payment.ledger import balance
from orderlife.rooms.payment.model import MovementKind
from orderlife.rooms.stock.lifecycle import RESERVATION
from orderlife.testing.simulation.found import ViolatedError
from orderlife.testing.simulation.outside import settle
from orderlife.testing.simulation.processes import Process
from orderlife.testing.simulation.shops import Shop
from orderlife.testing.simulation.staff import BUYER
from orderlife.testing.simulation.world import World

__all__ = ["come_to_rest", "judge"]

_ROUNDS: Final = 120
_STEP: Final = timedelta(hours=9)
_LEFT_OPEN: Final = frozenset(
    (ExceptionKind.VOID_FAILED, ExceptionKind.CAPTURED_AFTER_END)
)


def come_to_rest(world: World) -> None:
    """Let everything come to its end.

    Workers do what is due, banks decide, late reports arrive, stock is
    delivered, and people do their work and settle what went wrong.

    Raises:
        ViolatedError: something does not come to its end.
    """
    for shop in world.shops:
        shop.tasks.mail += shop.tasks.late
        shop.tasks.late.clear()
        for sku in ("mug", "cup"):
            shop.journal.inventory.receive(sku, "main", 50, "at the end")
    # The last of each tenant's is a worker.
    workers = {process.shop: process for process in world.processes}
    for process in workers.values():
        process.skew = timedelta()
    for _ in range(_ROUNDS):
        for process in workers.values():
            _work(world, process)
        remaining = [
            (process, case)
            for shop, process in workers.items()
            for case in shop.tasks.cases()
            if not _is_over(shop, case)
        ]
        if not remaining and not any(map(_open_effects, world.shops)):
            return
        for process, case in remaining:
            _finish(world, process, case)
        world.advance(_until_next(world))
    for shop in world.shops:
        _stuck(world, shop)


def _work(world: World, process: Process) -> None:
    tasks = process.shop.tasks
    world.finish(_sweep(process), process)
    settle(world)
    tasks.post()
    while tasks.mail:
        message = tasks.mail.pop(0)
        before = len(tasks.mail)
        world.finish(tasks.hand_in(process, message), process)
        if len(tasks.mail) > before and tasks.mail[0] is message:
            tasks.mail.pop(0)  # it is wrong in itself, and was refused


def _sweep(process: Process) -> Flow[None]:
    yield from process.engine.sweep(200)


def _is_over(shop: Shop, case: Case) -> bool:
    """Whether an order has ended, or waits for a person."""
    order = case.order
    if order is None or case.order_id == shop.tasks.poisoned:
        return True
    ended = ORDER.is_terminal(order.state) or (
        order.state is OrderState.COMPLETED
    )
    return ended and not any(item.is_open for item in order.exceptions)


def _effects(shop: Shop, order_id: str) -> Iterator[Effect]:
    seen = shop.books.orders.get(order_id)
    if seen is not None:
        yield from seen.effects.values()


def _open_effects(shop: Shop) -> list[Effect]:
    return [
        effect
        for order_id in shop.tasks.orders
        for effect in _effects(shop, order_id)
        if not effect.state.is_over
    ]


def _finish(world: World, process: Process, case: Case) -> None:
    """Do what there is to do for an order, one thing after another."""
    able, shop = world.able, process.shop
    can_be_asked = able.looks_up or able.deduplicates
    messages = shop.tasks.people.finish(
        case, world.clock(), can_be_asked=can_be_asked
    )
    for message in messages:
        version = shop.books.orders[case.order_id].case.version
        world.finish(shop.tasks.ask(process, message), process)
        if shop.books.orders[case.order_id].case.version != version:
            break  # what else there is to do has changed


def _until_next(world: World) -> timedelta:
    """How long until something is due, or there is work for people."""
    now: datetime = world.clock()
    dates: list[datetime] = []
    for shop in world.shops:
        dates += [effect.due_at for effect in _open_effects(shop)]
        for case in shop.tasks.cases():
            timers = shop.books.orders[case.order_id].timers
            dates += [timer.at for timer in timers]
    ahead = [at - now for at in dates if at > now]
    return max(timedelta(seconds=1), min((*ahead, _STEP)))


def _stuck(world: World, shop: Shop) -> None:
    """Say what has not come to its end."""
    open_effects = _open_effects(shop)
    stuck = [
        case.order_id
        for case in shop.tasks.cases()
        if not _is_over(shop, case)
    ]
    for effect in open_effects:
        if effect.intent.order_id not in stuck:
            stuck.append(effect.intent.order_id)
    if not stuck:
        return
    world.tally.stuck_orders += len(stuck)
    world.tally.lost_effects += len(open_effects)
    number = (
        42 if shop.tasks.poisoned and stuck != [shop.tasks.poisoned] else 40
    )
    why = [
        f"{effect.operation_id} is {effect.state.value}"
        for effect in open_effects
    ]
    for case in shop.tasks.cases():
        if case.order_id in stuck:
            why.append(f"{case.order_id} is {case.placed.state.value}")
            why += [
                str(item.contradiction.kind.value)
                for item in case.placed.exceptions
                if item.is_open
            ]
    raise ViolatedError(number, f"no end for {', '.join(stuck)}: {why}")


def judge(world: World) -> None:
    """Compare the books of everybody, now that all is at rest.

    Raises:
        ViolatedError: they differ, or a rule does not hold.
    """
    for shop in world.shops:
        _judge(world, shop)
    if len(world.shops) > 1:
        for shop in world.shops:
            shop.books.fence.look_round(BUYER.id)


def _judge(world: World, shop: Shop) -> None:
    shop.journal.check_books()
    shop.denials.at_the_end()
    for case in shop.tasks.cases():
        for number in (10, 16, 18, 22, 40):
            world.tally.checked[number] += 1
        history = shop.books.orders[case.order_id].events
        for violation in violations(case, history):
            what = f"{case.order_id}: {violation.what}"
            raise ViolatedError(violation.number, what)
        _verify(world, shop, case.order_id)
        if case.order is None or case.order_id == shop.tasks.poisoned:
            continue
        doubted = any(
            effect.state is EffectState.ATTENTION
            for effect in _effects(shop, case.order_id)
        )
        if not doubted:
            # Else a person was asked, and nobody told the truth.
            _agree(world, shop, case, case.order)
    _held(world, shop)


def _verify(world: World, shop: Shop, order_id: str) -> None:
    """What the store keeps of an order is what its events say."""
    world.tally.checked[61] += 1
    kept = shop.books.inner.kept(order_id)
    try:
        assert kept is not None
        verified(order_id, kept, HOUSE)
    except OrderlifeError as error:
        raise ViolatedError(61, f"{order_id}: {error}") from error


def _agree(world: World, shop: Shop, case: Case, order: Order) -> None:
    """What we say was taken and given back is what the bank says."""
    world.tally.checked[11] += 1
    bank, name = shop.journal.payment, case.order_id
    sums = balance(order)
    given_back = _moved(order, MovementKind.REFUNDED) - _moved(
        order, MovementKind.REFUND_REVERSED
    )
    credited = _moved(order, MovementKind.CREDITED)
    ours = (sums.captured, given_back + credited)
    theirs = (
        bank.captured_minor(name),
        bank.refunded_minor(name) + bank.credited_minor(name),
    )
    if ours != theirs:
        world.tally.lost_effects += 1
        what = (
            f"{name}: captured and given back are {ours} here and {theirs} "
            "at the bank"
        )
        raise ViolatedError(11, what)
    # A person may let it be that a void has failed, or came too late.
    left_open = any(
        item.contradiction.kind in _LEFT_OPEN for item in order.exceptions
    )
    if (
        bank.open_minor(name)
        and ORDER.is_terminal(order.state)
        and not left_open
    ):
        what = f"{name} is {order.state.value}, and its money still secured"
        raise ViolatedError(21, what)


def _moved(order: Order, kind: MovementKind) -> int:
    return sum(m.minor for m in order.movements if m.kind is kind)


def _held(world: World, shop: Shop) -> None:
    """What the shelves keep for reservations is what these have."""
    world.tally.checked[14] += 1
    kept: dict[str, int] = {}
    for row in shop.journal.inventory.movements():
        if row.reservation_id:
            taken = row.target in {"held", "allocated"}
            given = row.source in {"held", "allocated"}
            units = row.quantity * (taken - given)
            kept[row.reservation_id] = kept.get(row.reservation_id, 0) + units
    for case in shop.tasks.cases():
        if case.order_id == shop.tasks.poisoned or any(
            effect.state is EffectState.ATTENTION
            for effect in _effects(shop, case.order_id)
        ):
            continue
        for reservation in case.reservations.values():
            units = sum(item.quantity for item in reservation.items)
            there = kept.get(reservation.reservation_id, 0)
            if RESERVATION.is_terminal(reservation.state):
                units = 0
            if units != there:
                ended = ORDER.is_terminal(case.placed.state)
                what = (
                    f"{reservation.reservation_id} is "
                    f"{reservation.state.value} with "
                    f"{units} units, and {there} are kept for it"
                )
                raise ViolatedError(21 if ended else 14, what)

"""A shop over a real store and a provider elsewhere, and its audit."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, Final, Literal, Protocol, TypeAlias

import attrs

from orderlife import OrderDesk, Ports
from orderlife._kernel.messages import Command, Fact
from orderlife.engine.discovery import Stores
from orderlife.errors import RefusedError
from orderlife.house import timers
from orderlife.invariants import violations
from orderlife.memory.clock import START, Clock
from orderlife.ports.base import Capabilities
from orderlife.ports.store import EffectState
from orderlife.rooms.payment.ledger import balance
from tests.crash.boundary import Boundary, Counted, traced
from tests.crash.paths import ORDER, PATHS, Path, moment
from tests.crash.provider import Act, Call, Remote

__all__ = [
    "Database",
    "Ending",
    "Passage",
    "Rig",
    "audit",
    "counted",
    "desk_on",
    "live",
    "settle",
    "take",
]

_LEASE: Final = timedelta(seconds=30)
AFTER: Final = timedelta(minutes=10)
"""How long after its start a new process begins: leases have run out."""
_YEAR: Final = timedelta(days=365)
_PATIENCE: Final = 100


class Database(Protocol):
    """Where stores are; can be sent to another process."""

    @property
    def copies(self) -> bool:
        """Whether a shop can be copied, and told from others."""
        ...

    def prepare(self, name: str = "template") -> None:
        """Make the tables and the stock that shops begin with."""
        ...

    def begin(self, shop: str, like: str = "template") -> None:
        """Make the tables of a shop, with its stock, or copy another."""
        ...

    def state(self, shop: str) -> str:
        """What a killed process has left, all of it, in one digest."""
        ...

    def open(self, shop: str, clock: Clock) -> Stores:
        """Open the stores of a shop."""
        ...

    def is_folded(self, shop: str, order: str) -> bool:
        """Whether an order is folded away; False: it may be."""
        ...

    def end(self, shop: str) -> None:
        """Throw them away."""
        ...


Bug: TypeAlias = Literal[
    "", "new_key", "lost_intent", "forgotten_stock", "believed"
]


@attrs.frozen(kw_only=True)
class Rig:
    """All that a process needs to take part in a life."""

    database: Database
    address: tuple[str, int]
    able: Capabilities
    stock_at_provider: bool = False
    bug: Bug = ""
    """A planted bug, which the audit must find."""

    def desk(
        self,
        stores: Stores,
        remote: Remote,
        boundary: Boundary,
        path: Path,
        clock: Clock,
    ) -> OrderDesk:
        """A desk whose every call is a boundary."""
        other = remote.port("inventory") if self.stock_at_provider else None
        ports = counted(stores, remote, boundary, inventory=other)
        return desk_on(_planted(self.bug, ports), path, clock)

    def play(
        self,
        shop: str,
        name: str,
        *,
        chapters: range | None = None,
        die_in: int | None = None,
        die_at: int = 0,
        again: bool = False,
        ahead: bool = False,
        within: bool = False,
    ) -> Passage:
        """Live some chapters of a path, or die on the way.

        Each step is a chapter, and what comes after all of them is the
        last one.

        Args:
            shop: whose it is, in the database and at the provider.
            name: which path.
            chapters: which of its chapters; None: all.
            die_in: in which chapter to die; None: in none.
            die_at: at which boundary of it.
            again: another process has begun it, and was killed.
            ahead: the process's clock is a year ahead.
            within: steps are taken in units of work of the store.
        """
        path = PATHS[name]
        steps = len(path.steps)
        wanted = chapters if chapters is not None else range(steps + 1)
        boundary = Boundary(die_in, die_at)
        clock = Clock(START + AFTER if again else START)
        if ahead:
            clock.advance(days=365)
        remote = Remote(self.address, shop, self.able, clock)
        with (
            traced(boundary),
            closing(self.database.open(shop, clock)) as stores,
        ):
            desk = self.desk(stores, remote, boundary, path, clock)
            desk.ports.store.load(ORDER)  # what is slow at first is over
            for chapter in wanted:
                clock.set(max(clock(), moment(chapter)))
                boundary.begin(chapter)
                if chapter < steps and within:
                    with _unit(stores) as inside:
                        other = self.desk(
                            inside, remote, boundary, path, clock
                        )
                        take(other, path.steps[chapter], clock)
                    desk.work()
                elif chapter < steps:
                    take(desk, path.steps[chapter], clock)
                else:
                    settle(desk, clock)
                boundary.begin(None)
            ending = None
            if steps in wanted:
                ending = self.audited(desk, stores, remote, name)
        return Passage(boundary.labels, ending)

    def audited(
        self, desk: OrderDesk, stores: Stores, remote: Remote, name: str
    ) -> Ending:
        """What a life has come to."""
        if self.stock_at_provider:
            levels = remote.admin("levels")
        else:
            inventory: Any = stores.inventory
            inventory.check()
            levels = inventory.levels()
        return audit(desk, remote, PATHS[name], levels)


@contextmanager
def _unit(stores: Stores) -> Iterator[Stores]:
    """The stores within a transaction of the orders."""
    orders: Any = stores.orders
    with orders.transaction() as inside:
        within: Any = SimpleNamespace(
            orders=inside, inventory=stores.inventory
        )
        yield within


def counted(
    stores: Stores,
    remote: Remote,
    boundary: Boundary,
    *,
    inventory: Any = None,
) -> dict[str, Any]:
    """The ports of a desk, each call of which is a boundary.

    Args:
        stores: its own.
        remote: the provider.
        boundary: what the calls pass.
        inventory: another than that of the stores.
    """
    ports = {
        "store": stores.orders,
        "inventory": inventory or stores.inventory,
        **{
            name: remote.port(name)
            for name in ("payment", "carrier", "notifier")
        },
    }
    return {
        name: Counted(port, name, boundary) for name, port in ports.items()
    }


def desk_on(ports: dict[str, Any], path: Path, clock: Clock) -> OrderDesk:
    """A desk with the policy of a path, and short leases."""
    return OrderDesk(
        Ports(**ports), policy=path.policy, clock=clock, lease=_LEASE
    )


class _Believed:
    """A store that does not say that it may forget."""

    may_forget = False

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class _Replaced:
    """A port in which one method is another."""

    def __init__(self, inner: Any, name: str, method: Any) -> None:
        self._inner = inner
        self._name = name
        self._method = method

    def __getattr__(self, name: str) -> Any:
        if name == self._name:
            return lambda argument: self._method(self._inner, argument)
        return getattr(self._inner, name)


def _planted(bug: Bug, ports: dict[str, Any]) -> dict[str, Any]:
    """The ports, with a bug as others have had it."""

    def new_key(inner: Any, intent: Any) -> Any:
        return inner.capture(attrs.evolve(intent, key=f"k{os.getpid()}"))

    def lost_intent(inner: Any, commit: Any) -> Any:
        # The message is not in the transaction of what it tells of.
        outcome = inner.commit(attrs.evolve(commit, intents=()))
        for intent in commit.intents:
            now = attrs.evolve(
                commit, events=(), intents=(intent,), claim=None, asides=()
            )
            inner.commit(
                attrs.evolve(
                    now,
                    input_id="",
                    settles=(),
                    personal={},
                    expected_version=getattr(outcome, "version", 0),
                    head=inner.load(commit.order_id).head,
                )
            )
        return outcome

    def forgotten_stock(inner: Any, intent: Any) -> Any:
        # Consumed anew each time that it is asked for.
        again = f"{intent.operation_id}:{os.getpid()}"
        changed = attrs.evolve(intent, operation_id=again, key=again)
        return inner.consume(changed)

    places: dict[Bug, tuple[str, str, Any]] = {
        "new_key": ("payment", "capture", new_key),
        "lost_intent": ("store", "commit", lost_intent),
        "forgotten_stock": ("inventory", "consume", forgotten_stock),
    }
    if not bug:
        return ports
    if bug == "believed":
        return {**ports, "store": _Believed(ports["store"])}
    name, method, made = places[bug]
    return {**ports, name: _Replaced(ports[name], method, made)}


def live(desk: OrderDesk, path: Path, clock: Clock) -> None:
    """Take every step."""
    for number, step in enumerate(path.steps):
        clock.set(max(clock(), moment(number)))
        take(desk, step, clock)


def take(desk: OrderDesk, step: Command | Fact, clock: Clock) -> None:
    """Take a step, as a client does that knows of no other.

    What is refused, because an earlier step is still in doubt, is sent
    again under its id when some time has passed.
    """
    for _ in range(_PATIENCE):
        try:
            if isinstance(step, Command):
                desk.submit(step)
            else:
                _catch_up(desk, clock)
                desk.report(step)
        except RefusedError:
            clock.advance(seconds=20)
            desk.work()
        else:
            return
    message = f"it is refused for ever: {step}"
    raise AssertionError(message)


def _catch_up(desk: OrderDesk, clock: Clock) -> None:
    """Let nothing be in doubt before the world out there goes on.

    No carrier scans a parcel that nobody knows to have a label.
    """
    doubtful = {EffectState.CLAIMED, EffectState.IN_DOUBT}
    for _ in range(_PATIENCE):
        if not any(e.state in doubtful for e in desk.effects(ORDER)):
            return
        clock.advance(seconds=20)
        desk.work()


def settle(desk: OrderDesk, clock: Clock, order: str = ORDER) -> None:
    """Work until nothing is due for a year, however often it takes."""
    end = clock() + _YEAR
    for _ in range(_PATIENCE):
        while not desk.work().idle:
            pass
        due = [
            effect.due_at
            for effect in desk.effects(order)
            if not effect.state.is_over
        ]
        due += [timer.at for timer in timers(desk.get(order).case)]
        if not due or min(due) > end:
            return
        clock.set(max(clock(), min(due)))
    message = "it does not come to rest"
    raise AssertionError(message)


@attrs.frozen
class Passage:
    """What a process has lived through."""

    labels: Mapping[int, list[str]]
    """The boundaries that it passed, by chapter."""
    ending: Ending | None
    """None: it has not come to the end."""


@attrs.frozen(kw_only=True)
class Ending:
    """How a life ended, in what must not depend on crashes."""

    status: str
    units: tuple[str, ...]
    money: tuple[int, int]
    """Taken and given back, as the ledger has it."""
    open_exceptions: int
    effects: tuple[tuple[str, str], ...]
    """What was asked of the ports, and what became of it."""
    acts: tuple[Act, ...]
    """What happened out there."""
    levels: Mapping[Any, Any]
    rested_at: datetime = attrs.field(eq=False)
    """When nothing was due any more; deaths on the way take time."""
    events: tuple[str, ...] = attrs.field(eq=False)
    """The history; doubts that were had on the way are in it."""
    problems: tuple[str, ...] = attrs.field(eq=False)
    """What does not hold, crash or no crash."""


def audit(
    desk: OrderDesk,
    remote: Remote,
    path: Path,
    levels: Mapping[Any, Any],
    order: str = ORDER,
) -> Ending:
    """Compare what we say with what is true out there."""
    case = desk.get(order).case
    history = desk.history(order)
    problems = [str(each) for each in violations(case, history)]
    desk.verify(order)
    effects = desk.effects(order)
    acts: list[Act] = remote.admin("acts", order)
    calls: list[Call] = remote.admin("calls", order)
    problems += _keys(effects, calls)
    problems += [f"{each} acted twice" for each in remote.admin("doubled")]
    known = {effect.operation_id for effect in effects}
    problems += [
        f"{act.operation_id} was never asked for"
        for act in acts
        if act.operation_id not in known
    ]
    sums = balance(case.placed)
    secured, taken, back = remote.admin("money", order)
    ours = (sums.captured, sums.refunded)
    if ours != (taken, back):
        problems.append(f"we say {ours}, the bank says {(taken, back)}")
    if secured:
        problems.append(f"{secured} are still secured")
    if case.placed.state.value != path.ends:
        problems.append(f"it is {case.placed.state.value}")
    problems += [
        f"{e.operation_id} is {e.state.value}: {e.note}"
        for e in effects
        if e.state not in {EffectState.DONE, EffectState.DECLINED}
    ]
    return Ending(
        status=str(desk.get(order).status),
        units=tuple(str(units) for units in case.placed.units.values()),
        money=ours,
        open_exceptions=sum(e.is_open for e in case.placed.exceptions),
        effects=tuple(
            sorted((e.operation_id, e.state.value) for e in effects)
        ),
        acts=tuple(sorted(acts)),
        levels=levels,
        rested_at=desk.engine.clock(),
        events=tuple(type(r.event).__name__ for r in history),
        problems=tuple(problems),
    )


def _keys(effects: Any, calls: list[Call]) -> list[str]:
    """Each operation has one key, and acted under it at most once."""
    wrong = []
    tenant_free = {e.operation_id: e for e in effects}
    for effect in effects:
        if effect.generation != 1:
            wrong.append(f"{effect.operation_id} has a new generation")
        if effect.altered:
            wrong.append(f"{effect.operation_id} is another request")
    acted: dict[str, int] = {}
    for call in calls:
        effect = tenant_free.get(call.operation_id)
        if effect is None:
            wrong.append(f"{call} was never asked for")
        elif call.key != effect.key:
            wrong.append(f"{call} came under a strange key")
        acted[call.key] = acted.get(call.key, 0) + call.acted
    return wrong + [
        f"{key} acted {times} times"
        for key, times in acted.items()
        if times > 1
    ]

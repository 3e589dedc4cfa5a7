"""The parts of a simulated shop: store, ports, policy, faults."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Literal, TypeAlias, get_args

import attrs

from orderlife._kernel.case import Case
from orderlife.engine.engine import Engine, Retry
from orderlife.memory.carrier import FakeCarrier
from orderlife.memory.inventory import InMemoryInventory
from orderlife.memory.notifier import FakeNotifier
from orderlife.memory.payment import FakeGateway
from orderlife.memory.store import InMemoryOrderStore
from orderlife.policy.model import Policy
from orderlife.ports.base import Capabilities
from orderlife.ports.store import OrderStore
from orderlife.rooms.order.model import Screening

__all__ = ["ASIDE", "CAPABILITIES", "FAULTS", "POLICIES", "Fault", "Parts"]

Fault: TypeAlias = Literal[
    "clock",
    "crash",
    "duplicate",
    "fork",
    "forgets",
    "full",
    "hint",
    "late",
    "lease",
    "lost_report",
    "out_of_order",
    "poison",
    "refused",
    "slow",
    "timeout",
    "unit",
    "year",
]
"""What can go wrong.

- ``clock``: a clock jumps ahead by hours or days; the clocks of two
  processes differ by seconds, so that time goes back between them.
- ``crash``: a process dies before or after any call, and starts anew.
- ``duplicate``, ``late``, ``lost_report``, ``out_of_order``: what
  happens to the reports of banks and carriers.
- ``fork``: two workers go by one name, as those do whose process was
  forked after its desk was made.
- ``forgets``: the power fails while a provider acts: the store has
  forgotten that it was asked; in stores that have a ``forget``, as the
  one in memory has, and with adapters that can be asked.
- ``full``: the store has no room: it stores nothing, and says so.
- ``hint``: nobody performs at once what a command asks for.
- ``lease``: a process sleeps until its claim has run out.
- ``poison``: all that is asked of a port for one order fails, or
  kills whoever asks; to the end.
- ``refused``: the notifier refuses a message, for now or for good.
- ``slow``: no answer comes, and the request arrives all the same, later.
- ``timeout``: no answer comes, before or after it was acted on.
- ``unit``: a command is part of a transaction of the application's,
  which is committed or rolled back; in stores that have a
  ``transaction``, as those of SQLite and in memory do.
- ``year``: a clock is a year ahead when an effect is claimed or
  settled; not where a look-up is believed by the clock alone.
"""

FAULTS: Final[tuple[Fault, ...]] = get_args(Fault)

ASIDE: Final[frozenset[Fault]] = frozenset(("forgets", "refused", "year"))
"""Whether they are in a world is chosen by dice of their own."""

_HOUR: Final = timedelta(hours=1)
CAPABILITIES: Final = tuple(
    attrs.evolve(able, captures_in_parts=True)
    for able in (
        Capabilities(deduplicates=True, looks_up=True),
        Capabilities(looks_up=True),
        Capabilities(),
        Capabilities(deduplicates=True, window=_HOUR),
        Capabilities(deduplicates=True, window=_HOUR, looks_up=True),
    )
)
"""Everything that an adapter may be able to do about a lost answer.

In a third of the worlds a gateway that captures in parts captures once.
"""


def _two_tenders(order: Any) -> Screening:
    return Screening(verdict="review" if len(order.tenders) > 1 else "accept")


POLICIES: Final = (
    Policy(),
    Policy(capture="confirmation"),
    Policy(backorder=True, follow_up_after=None),
    Policy(screen=_two_tenders, refund_order="first_first"),
    Policy(payment_within=timedelta(minutes=20), hold_grace=timedelta()),
)
"""The shops that are simulated unless others are asked for."""

Clock: TypeAlias = Callable[[], datetime]


class Parts:
    """The parts of a simulated shop; a subclass brings its own.

    Args:
        policies: of which each schedule chooses one.
        capabilities: of the gateway, the carrier and the notifier; each
            schedule chooses one.
        retry: how often and after what waits to try again.
        lease: how long a claim holds; 2 minutes unless told otherwise.
    """

    def __init__(
        self,
        policies: Sequence[Policy] = POLICIES,
        capabilities: Sequence[Capabilities] = CAPABILITIES,
        retry: Retry | None = None,
        lease: timedelta | None = None,
    ) -> None:
        self.policies = tuple(policies)
        self.capabilities = tuple(capabilities)
        self.retry = retry or Retry()
        self.lease = lease or timedelta(minutes=2)

    def store(self) -> OrderStore[Case]:
        """An empty store, that of one schedule."""
        return InMemoryOrderStore(id="")

    def neighbour(self, store: OrderStore[Case]) -> OrderStore[Case] | None:
        """The store of a second tenant, in the same place as this one.

        Args:
            store: that of the first tenant.

        Returns:
            None: there is one tenant only; so it is where ``store`` was
            overridden, and this was not.
        """
        kind: type = type(store)
        if kind is InMemoryOrderStore:
            return InMemoryOrderStore("neighbour", id="")
        return None

    def payment(self, clock: Clock, able: Capabilities) -> FakeGateway:
        """A gateway whose books can be read."""
        return FakeGateway(clock, able)

    def carrier(self, clock: Clock, able: Capabilities) -> FakeCarrier:
        """A carrier whose journal can be read."""
        return FakeCarrier(clock, able)

    def inventory(
        self, stock: Mapping[str, int], clock: Clock
    ) -> InMemoryInventory:
        """The stock, all of it at the place ``main``."""
        return InMemoryInventory(stock, clock)

    def notifier(self, clock: Clock, able: Capabilities) -> FakeNotifier:
        """A notifier that remembers what it was to send."""
        return FakeNotifier(clock, able)

    def engine(
        self,
        clock: Clock,
        policy: Policy,
        owner: str,
        capabilities: Mapping[str, Capabilities],
    ) -> Engine:
        """What a process works with."""
        return Engine(
            clock=clock,
            policy=policy,
            owner=owner,
            capabilities=capabilities,
            lease=self.lease,
            retry=self.retry,
        )

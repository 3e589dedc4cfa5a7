"""A tenant of a simulated world: its witnesses, its people, its rules."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import attrs

from orderlife._kernel.case import Case
from orderlife._kernel.messages import Actor, Command
from orderlife.policy.model import Policy
from orderlife.ports.store import OrderStore
from orderlife.testing.simulation.books import Books
from orderlife.testing.simulation.denials import TABLE, Denials
from orderlife.testing.simulation.journal import Journal
from orderlife.testing.simulation.tasks import Tasks

if TYPE_CHECKING:
    from orderlife.testing.simulation.world import World

__all__ = ["Shop"]


def _strict(policy: Policy) -> Policy:
    """The same rules, and customers act in their own orders alone."""

    def permit(actor: Actor, command: Command) -> str:
        return policy.permit(actor, command) or TABLE(actor, command)

    return attrs.evolve(policy, permit=permit)


class Shop:
    """One tenant, alone in its world or beside another.

    Args:
        world: where it lives.
        tenant: its name.
        store: its own view of the store.
        policy: its choices.
        room: how many orders it may have.
        units: how much of each article there is.
        others: the tenants that share the store.
    """

    def __init__(
        self,
        world: World,
        tenant: str,
        store: OrderStore[Case],
        policy: Policy,
        *,
        room: int,
        units: int,
        others: Sequence[Shop] = (),
    ) -> None:
        parts, clock, able = world.parts, world.clock, world.able
        self.tenant = tenant
        self.policy = _strict(policy)
        refused: dict[str, int] = {}
        stock = {"mug": units, "cup": units}
        self.books: Books = Books(
            store,
            refused,
            world.tally,
            parts.retry.patience + timedelta(days=2) + world.ahead,
            tenant=tenant,
            others=[other.books for other in others],
        )
        self.journal = Journal(
            parts.payment(clock, able),
            parts.carrier(clock, able),
            parts.inventory(stock, clock),
            parts.notifier(clock, able),
            books=self.books,
            refused=refused,
            tally=world.tally,
            calls=4 * parts.retry.attempts,
        )
        self.denials = Denials(self.books, world.tally, self.policy.permit)
        self.tasks = Tasks(world, self, room)

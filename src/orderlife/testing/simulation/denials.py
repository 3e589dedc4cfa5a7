"""The witness of what is denied: a record, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from orderlife._kernel.messages import Actor, Command
from orderlife.errors import DeniedError, OrderlifeError
from orderlife.policy.permissions import Permissions
from orderlife.ports.store import FindAnswer
from orderlife.testing.simulation.books import Books
from orderlife.testing.simulation.found import Tally, ViolatedError
from orderlife.testing.simulation.people import GRANTS, STRANGERS

__all__ = ["TABLE", "Denials"]

TABLE: Final = Permissions(kinds=GRANTS)
"""Who may do what, in every simulated shop."""


class Denials:
    """Looks at what strangers ask for, and what becomes of it.

    Args:
        books: what the store has.
        tally: where is counted what was checked.
        permit: why an actor may not give a command.
    """

    def __init__(
        self,
        books: Books,
        tally: Tally,
        permit: Callable[[Actor, Command], str],
    ) -> None:
        self._books = books
        self._tally = tally
        self._permit = permit

    def as_it_stands(self, command: Command) -> tuple[Any, ...]:
        """All that must be the same after a command was denied."""
        input_id = f"command:{command.command_id}"
        seen = self._books.orders.get(command.order_id)
        answer = None if seen is None else seen.answers.get(input_id)
        return answer, len(self._denied(command))

    def _denied(self, command: Command) -> list[Any]:
        return [
            denial
            for denial in self._books.store.denials(command.order_id)
            if denial.command_id == command.command_id
            and denial.actor == str(command.actor)
        ]

    def check(
        self,
        command: Command,
        error: DeniedError,
        before: tuple[Any, ...],
    ) -> None:
        """Check what is left of a command that was denied.

        Raises:
            ViolatedError: no record of it is there, something else is,
                or its actor was told more than that it may not.
        """
        self._tally.checked[46] += 1
        why = (
            f"{command.actor} may not: {self._permit(command.actor, command)}"
        )
        if error.why != why:
            raise self._broken(command, f"is told: {error.why}")
        _, count = self.as_it_stands(command)
        if count <= before[1]:
            raise self._broken(command, "is denied, and no record is there")
        self._left_nothing(command, before[0])

    def _left_nothing(self, command: Command, known: Any) -> None:
        """Compare what the store has with what it had."""
        order_id, store = command.order_id, self._books.store
        input_id = f"command:{command.command_id}"
        found = store.answer(FindAnswer(order_id=order_id, input_id=input_id))
        if found != known:
            raise self._broken(command, "is denied, and has an answer")
        seen = self._books.orders.get(order_id)
        events = [] if seen is None else seen.events
        if list(store.history(order_id)) != events:
            raise self._broken(command, "is denied, and left an event")

    def told(self, command: Command, error: OrderlifeError) -> None:
        """Report that a stranger got another answer than a denial.

        Raises:
            ViolatedError: always.
        """
        raise self._broken(command, f"is answered {type(error).__name__}")

    def followed(self, command: Command) -> None:
        """Report that a stranger was followed, or told of another's order.

        Raises:
            ViolatedError: always.
        """
        raise self._broken(command, "is followed")

    def at_the_end(self) -> None:
        """Check that no event is a stranger's.

        Raises:
            ViolatedError: one is.
        """
        for order_id, seen in self._books.orders.items():
            self._tally.checked[46] += 1
            for recorded in seen.events:
                if recorded.actor in STRANGERS:
                    what = f"{order_id}: {recorded.actor} did something"
                    raise ViolatedError(46, what)

    @staticmethod
    def _broken(command: Command, what: str) -> ViolatedError:
        name = f"{type(command).__name__} {command.command_id}"
        return ViolatedError(
            46, f"{name} of {command.actor} on {command.order_id} {what}"
        )

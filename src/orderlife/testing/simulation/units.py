"""Units of work: a desk within a transaction of the application's."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from orderlife.engine.calls import Flow
from orderlife.errors import OrderlifeError
from orderlife.testing.simulation.found import ViolatedError
from orderlife.testing.simulation.processes import Process, UndoneError, named
from orderlife.testing.simulation.staff import Message

if TYPE_CHECKING:
    from orderlife.testing.simulation.world import World

__all__ = ["unit"]


def unit(
    world: World, process: Process, message: Message, *, keep: bool
) -> bool:
    """Have a desk in a transaction of the application's do something.

    Args:
        world: where it is.
        process: whose desk it is.
        message: what it is asked.
        keep: commit the transaction; else it is rolled back.

    Returns:
        False: the store has no transactions.

    Raises:
        ViolatedError: what was rolled back has left something.
    """
    books = process.shop.books
    begin = getattr(books.inner, "transaction", None)
    if begin is None:
        return False
    world.inject("unit", message.order_id, "kept" if keep else "undone")
    with contextlib.suppress(UndoneError), begin() as inside:
        with books.within(inside, keep=keep):
            _at_once(world, process, message)
        if not keep:
            raise UndoneError
    if not keep:
        books.check_unchanged(message.order_id)
    return True


def _at_once(world: World, process: Process, message: Message) -> None:
    """Run all that an inline desk does, with nobody in between."""
    engine = process.engine.at_hand()
    flows: tuple[Flow[Any], ...] = (
        engine.submit(message),
        engine.drive(message.order_id),
    )
    for flow in flows:
        answer: object = None
        with contextlib.suppress(StopIteration):
            while True:
                if isinstance(answer, Exception):
                    call = flow.throw(answer)
                else:
                    call = flow.send(answer)
                if call.port != "store":
                    what = f"{named(call)}, within a transaction"
                    raise ViolatedError(30, what)
                try:
                    answer = world.made(call, process.shop)
                except OrderlifeError as error:
                    answer = error
    world.tally.checked[30] += 1

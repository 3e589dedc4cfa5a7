"""The tasks of processes: inputs of clients, reports, due effects.

Each is a generator of calls, as the flows are that it drives.  What a
client was told is remembered here, and must be true for good.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, TypeAlias

from orderlife._kernel.case import Case
from orderlife._kernel.messages import Command, Fact
from orderlife.engine import calls as _flow
from orderlife.engine.calls import Flow
from orderlife.engine.engine import Receipt, RoundResult
from orderlife.errors import (
    DeniedError,
    InputError,
    InvariantError,
    PortError,
    RefusedError,
)
from orderlife.ports.payment import CaptureFailed, RefundFailed
from orderlife.rooms.payment.messages import PaymentReported
from orderlife.rooms.shipment.messages import LabelReported
from orderlife.testing.simulation.archives import fold_closed
from orderlife.testing.simulation.found import ViolatedError
from orderlife.testing.simulation.parts import Fault
from orderlife.testing.simulation.people import People
from orderlife.testing.simulation.units import unit

if TYPE_CHECKING:
    from orderlife.testing.simulation.processes import Process
    from orderlife.testing.simulation.shops import Shop
    from orderlife.testing.simulation.world import World

__all__ = ["Tasks"]

Message: TypeAlias = Command | Fact

_MAIL_RATE: Final = 0.3
"""Reports are few, so something becomes of a third of them."""
_BETWEEN: Final = 3
"""A worker folds closed orders away before every third sweep or so.

No choice decides that: those of a seed stay as they are.
"""
_MAILS: Final[tuple[Fault, ...]] = ("duplicate", "late", "lost_report")


class Tasks:
    """What there is to do in a world, and what was done.

    Args:
        world: whose processes do it.
        shop: the tenant that it is done for.
        room: how many orders there may be.
    """

    def __init__(self, world: World, shop: Shop, room: int) -> None:
        self._world = world
        self._shop = shop
        self._room = room
        self._choices = world.choices
        self.people = People(world.choices, shop.tenant)
        self.orders: list[str] = []
        self.poisoned = ""
        """All that is asked of a port for this order fails."""
        self.kills = False
        """Whether it kills whoever asks."""
        self.mail: list[Message] = []
        """Reports that nobody has taken yet."""
        self.late: list[Message] = []
        """Reports that come when everything is over."""
        self._taken: list[Message] = []
        self._open: list[Message] = []
        """What a client asked for and has no answer to."""
        self._answered: dict[str, tuple[Command, Receipt]] = {}

    def next(self, process: Process) -> Flow[None]:
        """What a process does next."""
        if process.name.startswith("worker"):
            return self._sweep(process)
        tasks = (
            self._place,
            self._place,
            self._send,
            self._send,
            self._deliver,
            self._deliver,
            self._act,
            self._give_back,
            self._again,
            self._scan,
        )
        if self._world.strangers and self._choices.aside(6) == 1:
            return self._intrude(process)
        if "unit" in self._world.faults and self._choices.aside(12) == 1:
            return self._unit(process)
        return self._choices.one(tasks)(process)

    def _sweep(self, process: Process) -> Flow[None]:
        world = self._world
        if world.tally.calls % _BETWEEN == 0:
            fold_closed(self._shop.books, world.tally, world.clock())
        result: RoundResult = yield from process.engine.sweep(20)
        for failed in result.failed:
            self._judge(failed)

    @staticmethod
    def _judge(failed: str) -> None:
        """What a worker could not do may only be what was injected."""
        if "a clock was wrong" in failed:
            return
        for error in (InvariantError, PortError):
            if error.__name__ in failed:
                raise ViolatedError(48, failed)
        if not any(
            name in failed
            for name in ("LostError", "OverloadedError", "ConflictError")
        ):
            raise ViolatedError(48, failed)

    def _place(self, process: Process) -> Flow[None]:
        if len(self.orders) >= self._room:
            yield from self._send(process)
            return
        order_id = f"o{len(self.orders) + 1}"
        self.orders.append(order_id)
        if "poison" in self._world.faults and self._choices.below(16) == 1:
            self.poisoned = order_id
            self.kills = self._choices.below(2) == 0
            self._world.inject("poison", order_id)
        yield from self.ask(process, self.people.place(order_id))

    def _unit(self, process: Process) -> Flow[None]:
        """Place an order in a transaction, and commit it or not.

        The application asks again after it has rolled it back.
        """
        if len(self.orders) < self._room:
            order_id = f"o{len(self.orders) + 1}"
            message = self.people.place(order_id)
            keep = self._choices.aside(2) == 1
            if unit(self._world, process, message, keep=keep):
                self.orders.append(order_id)
                yield from self.ask(process, message)
                return
        yield from self._send(process)

    def _case(self) -> Flow[Case | None]:
        if not self.orders:
            return None
        order_id = self._choices.one(self.orders)
        loaded = yield from _flow.load(order_id)
        return None if loaded is None else loaded.case

    def _send(self, process: Process) -> Flow[None]:
        case = yield from self._case()
        if case is not None:
            message = self.people.send(case, self._world.clock())
            if message is None and case.shipments and self._choices.below(2):
                message = self.people.give_back(case, self._world.clock())
            yield from self._do(process, message)

    def _act(self, process: Process) -> Flow[None]:
        case = yield from self._case()
        if case is not None:
            message = self.people.act(case, self._world.clock())
            yield from self._do(process, message)

    def _give_back(self, process: Process) -> Flow[None]:
        case = yield from self._case()
        if case is not None:
            message = self.people.give_back(case, self._world.clock())
            if message is None:
                message = self.people.send(case, self._world.clock())
            yield from self._do(process, message)

    def _scan(self, process: Process) -> Flow[None]:
        case = yield from self._case()
        if case is not None and (
            found := self.people.scan(case, self._world.clock())
        ):
            self.mail.append(found)
            yield from self._deliver(process)

    def _do(self, process: Process, message: Message | None) -> Flow[None]:
        if message is not None:
            yield from self.ask(process, message)

    def _again(self, process: Process) -> Flow[None]:
        """A client asks again: it has no answer, or has forgotten it."""
        if self._open:
            message = self._choices.one(self._open)
            yield from self.ask(process, message)
            return
        known = [command for command, _ in self._answered.values()]
        if known:
            yield from self.ask(process, self._choices.one(known))

    def _intrude(self, process: Process) -> Flow[None]:
        """A stranger asks for something that is not theirs to ask."""
        case = yield from self._case()
        asked: Message | None = None
        if case is not None and self._choices.aside(2):
            asked = self.people.act(case, self._world.clock())
        elif self._answered:
            known = [command for command, _ in self._answered.values()]
            asked = self._choices.one(known)
        command = self.people.forbidden(
            asked if isinstance(asked, Command) else None
        )
        self._world.tell("a stranger asks:", _name(command))
        denials = self._shop.denials
        before = denials.as_it_stands(command)
        try:
            yield from process.engine.submit(command)
        except DeniedError as error:
            denials.check(command, error, before)
        except (RefusedError, InputError) as error:
            denials.told(command, error)
        else:
            denials.followed(command)

    def _deliver(self, process: Process) -> Flow[None]:
        """A report comes in: in its turn or not, once or more."""
        self.post()
        if not self.mail:
            return
        place = 0
        if "out_of_order" in self._world.faults and len(self.mail) > 1:
            place = self._choices.below(len(self.mail))
            if place:
                self._world.inject("out_of_order", _name(self.mail[place]))
        message = self.mail.pop(place)
        how = self._choices.rarely(len(_MAILS), _MAIL_RATE)
        kind = _MAILS[how - 1]
        if how and kind == "lost_report" and _is_news(message):
            kind = "late"
        if how and kind in self._world.faults:
            self._world.inject(kind, _name(message))
            if kind == "late":
                self.late.append(message)
            if kind in {"late", "lost_report"}:
                return
            self.mail.append(message)
        yield from self.hand_in(process, message)

    def hand_in(self, process: Process, message: Message) -> Flow[None]:
        """Report something until it is taken.

        Raises:
            ViolatedError: it came a second time, and changed something.
        """
        self.mail.insert(0, message)
        before = message in self._taken
        engine = process.engine.at_hand()
        receipt = yield from engine.submit(message)
        if message in self.mail:
            self.mail.remove(message)
        self._taken.append(message)
        self._world.tally.checked[39] += 1
        if before and receipt.first_version != receipt.last_version:
            what = f"{_name(message)} came again, and changed something"
            raise ViolatedError(39, what)
        yield from engine.drive(message.order_id)

    def ask(self, process: Process, message: Message) -> Flow[None]:
        """Ask for something, and have it performed at once."""
        if message not in self._open:
            self._open.append(message)
        self._world.tell(process.name, "is asked:", _name(message))
        engine = process.engine.at_hand()
        try:
            receipt: Receipt = yield from engine.submit(message)
        except (RefusedError, InputError) as error:
            self._close(message)
            self._world.tell(process.name, "refuses:", type(error).__name__)
            self._refusal(message)
            return
        self._close(message)
        if isinstance(message, Command):
            self._receipt(message, receipt)
        world = self._world
        if "hint" in world.faults and self._choices.rarely(1, world.rate):
            self._world.inject("hint", message.order_id)
            return
        yield from engine.drive(message.order_id)

    def _close(self, message: Message) -> None:
        """A client has its answer; it may have asked twice at once."""
        if message in self._open:
            self._open.remove(message)

    def _refusal(self, message: Message) -> None:
        """What was answered once is never refused."""
        if isinstance(message, Command) and message.command_id in (
            self._answered
        ):
            what = f"{_name(message)} was done, and is refused now"
            raise ViolatedError(38, what)

    def _receipt(self, command: Command, receipt: Receipt) -> None:
        input_id = f"command:{command.command_id}"
        last = receipt.last_version
        self._shop.books.stands_by(command.order_id, input_id, last)
        _, known = self._answered.setdefault(
            command.command_id, (command, receipt)
        )
        self._world.tally.checked[38] += 1
        if (known.first_version, known.last_version) != (
            receipt.first_version,
            last,
        ):
            what = f"{_name(command)} is answered otherwise than at first"
            raise ViolatedError(38, what)

    def post(self) -> None:
        """Take in what banks and carriers have to report."""
        for paid in self._shop.journal.payment.reports(late=True):
            self.mail.append(
                PaymentReported(
                    order_id=paid.order_id,
                    operation_id=paid.operation_id,
                    outcome=paid.outcome,
                )
            )
        for label in self._shop.journal.carrier.reports(late=True):
            self.mail.append(
                LabelReported(
                    order_id=label.order_id,
                    subject=label.subject,
                    operation_id=label.operation_id,
                    outcome=label.outcome,
                )
            )

    def cases(self) -> Iterator[Case]:
        """The orders that came into being, as they stand."""
        for order_id in self.orders:
            seen = self._shop.books.orders.get(order_id)
            if seen is not None:
                yield seen.case


def _is_news(message: Message) -> bool:
    """Whether nobody who asks would hear of it but by this report.

    Providers send these until they are taken, and rightly so.
    """
    outcome = getattr(message, "outcome", None)
    return isinstance(outcome, RefundFailed | CaptureFailed)


def _name(message: Message) -> str:
    what = type(message).__name__
    for name in ("command_id", "operation_id", "shipment_id", "return_id"):
        if found := getattr(message, name, ""):
            return f"{what} {message.order_id} {found}"
    return f"{what} {message.order_id}"

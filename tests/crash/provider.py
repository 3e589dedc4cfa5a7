"""The outside world in a process of its own, which survives its clients.

A payment gateway, a carrier, a notifier and, where it is asked for, an
inventory: the fakes, behind a socket on the loopback.  A client that is
killed in the middle of a call takes nothing of it with it.  Each call
is written to a journal before it is answered.

One process serves many shops, which know nothing of each other.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from multiprocessing import get_context
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from typing import Any, Final

import attrs

from orderlife.codec import dumps, loads
from orderlife.memory.clock import Clock
from orderlife.memory.ports import InMemoryPorts, in_memory_ports
from orderlife.ports.base import Capabilities, Intent

__all__ = ["BOTH", "LOOKS_UP", "Act", "Call", "Remote", "provider"]

BOTH: Final = Capabilities(deduplicates=True, looks_up=True)
LOOKS_UP: Final = Capabilities(looks_up=True)
_STOCK: Final = {"mug": 4_000, "cup": 4_000}
_HOST: Final = "127.0.0.1"


@attrs.frozen
class Call:
    """A call that arrived, as the journal has it."""

    port: str
    method: str
    operation_id: str
    key: str
    acted: bool
    """Whether something happened out there that was not so before."""


@attrs.frozen(order=True)
class Act:
    """What happened out there."""

    operation_id: str
    kind: str
    how_much: str


@attrs.define
class _Shop:
    ports: InMemoryPorts
    clock: Clock
    calls: list[Call] = attrs.field(factory=list)
    heard: list[tuple[str, str, Any]] = attrs.field(factory=list)
    """Port, method and intent of each call, to be heard once more."""
    lock: threading.RLock = attrs.field(factory=threading.RLock)

    def acts(self) -> list[Act]:
        """What happened, in the order of the ports."""
        ports = self.ports
        return [
            *(
                Act(e.operation_id, e.kind, str(e.minor))
                for e in ports.payment.effects
            ),
            *(
                Act(e.operation_id, e.kind, e.subject)
                for e in ports.carrier.effects
            ),
            *(
                Act(m.operation_id, m.message.value, "")
                for m in ports.notifier.sent
            ),
        ]

    def moved(self) -> int:
        """How much has happened so far, stock too."""
        ports = self.ports
        return (
            len(ports.payment.effects)
            + len(ports.carrier.effects)
            + len(ports.notifier.sent)
            + len(ports.inventory.movements())
        )


class _Provider:
    """Serves every connection in a thread of its own."""

    def __init__(self, journal: Path) -> None:
        self._shops: dict[str, _Shop] = {}
        self._lock = threading.Lock()
        flags = os.O_CREAT | os.O_APPEND | os.O_WRONLY
        self._journal = os.open(journal, flags, 0o600)

    def serve(self, connection: Connection) -> None:
        """Answer until the other side is gone, whatever the reason."""
        try:
            while True:
                request = connection.recv()
                try:
                    answer: Any = self._answer(*request)
                except Exception as error:  # noqa: BLE001
                    answer = error
                connection.send(answer)
        except (EOFError, OSError):
            connection.close()

    def _answer(self, shop: str, port: str, method: str, *rest: Any) -> Any:
        if port == "provider":
            return getattr(self, method)(shop, *rest)
        now, document, key = rest
        intent = attrs.evolve(loads(document, "intent"), key=key)
        found = self._shop(shop)
        with found.lock:
            if now > found.clock():
                found.clock.set(now)
            return self._perform(shop, found, port, method, intent)

    def _perform(
        self, name: str, shop: _Shop, port: str, method: str, intent: Any
    ) -> Any:
        before = shop.moved()
        shop.heard.append((port, method, intent))
        answer = getattr(getattr(shop.ports, port), method)(intent)
        call = Call(
            port,
            method,
            getattr(intent, "operation_id", ""),
            getattr(intent, "key", ""),
            shop.moved() > before,
        )
        line = json.dumps({"shop": name, **attrs.asdict(call)}) + "\n"
        os.write(self._journal, line.encode())
        shop.calls.append(call)
        return answer

    def _shop(self, name: str) -> _Shop:
        with self._lock:
            return self._shops[name]

    # What tests ask for

    def open(self, shop: str, able: Capabilities) -> None:
        """Begin a shop, with full shelves and no history."""
        clock = Clock()
        ports = in_memory_ports(_STOCK, clock=clock, capabilities=able)
        with self._lock:
            self._shops[shop] = _Shop(ports, clock)

    def copy(self, shop: str, like: str) -> None:
        """Make a shop to which all has happened that has to another."""
        other = self._shop(like)
        clock = Clock(other.clock())
        ports = in_memory_ports(
            _STOCK, clock=clock, capabilities=other.ports.payment.capabilities
        )
        made = _Shop(ports, clock, list(other.calls), list(other.heard))
        for port, method, intent in other.heard:
            getattr(getattr(ports, port), method)(intent)
        with self._lock:
            self._shops[shop] = made

    def close(self, shop: str) -> None:
        """Forget a shop."""
        with self._lock:
            self._shops.pop(shop, None)

    def calls(self, shop: str, order_id: str) -> list[Call]:
        """The calls about an order that arrived, in their order."""
        return [
            call
            for call in self._shop(shop).calls
            if _is_of(order_id, call.operation_id)
        ]

    def acts(self, shop: str, order_id: str) -> list[Act]:
        """What happened about an order."""
        return [
            act
            for act in self._shop(shop).acts()
            if _is_of(order_id, act.operation_id)
        ]

    def doubled(self, shop: str) -> list[str]:
        """What happened twice."""
        ports = self._shop(shop).ports
        return [
            *ports.payment.doubled(),
            *ports.carrier.doubled(),
            *ports.notifier.doubled(),
        ]

    def money(self, shop: str, order_id: str) -> tuple[int, int, int]:
        """What is secured, taken and given back, checked."""
        bank = self._shop(shop).ports.payment
        bank.check()
        return (
            bank.open_minor(order_id),
            bank.captured_minor(order_id),
            bank.refunded_minor(order_id),
        )

    def levels(self, shop: str) -> dict[Any, Any]:
        """The levels of the stock that is kept here, checked."""
        inventory = self._shop(shop).ports.inventory
        inventory.check()
        return dict(inventory.levels())

    def settle(self, shop: str, operation_id: str) -> Any:
        """Let a pending payment succeed."""
        found = self._shop(shop)
        with found.lock:
            return found.ports.payment.settle(operation_id)


def _is_of(order_id: str, operation_id: str) -> bool:
    """Whether an operation is an order's, or that of its parts."""
    part = operation_id.partition(":")[0]
    return part == order_id or part.startswith(f"{order_id}-")


def _main(journal: Path, ready: Connection) -> None:
    """The process: serve for ever."""
    provider = _Provider(journal)
    with Listener((_HOST, 0), backlog=64) as listener:
        ready.send(listener.address)
        while True:
            connection = listener.accept()
            threading.Thread(
                target=provider.serve, args=(connection,), daemon=True
            ).start()


@contextmanager
def provider(journal: Path) -> Iterator[tuple[str, int]]:
    """Start the process, give its address, and stop it by its own pid."""
    context = get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_main, args=(journal, there), daemon=True)
    process.start()
    try:
        if not here.poll(60):
            message = "the provider does not start"
            raise TimeoutError(message)
        yield here.recv()
    finally:
        process.kill()
        process.join()
        process.close()
        here.close()
        there.close()


class Remote:
    """A shop at the provider; each thread has its own connection.

    Args:
        address: the provider's.
        shop: which shop there.
        able: what its gateway, carrier and notifier can do.
        clock: the caller's: the provider's follows it.
    """

    def __init__(
        self,
        address: tuple[str, int],
        shop: str,
        able: Capabilities,
        clock: Any,
    ) -> None:
        self._address = address
        self._shop = shop
        self._able = able
        self._clock = clock
        self._local = threading.local()

    def of(self, shop: str) -> Remote:
        """Another shop, on the same connections."""
        other = Remote(self._address, shop, self._able, self._clock)
        other._local = self._local
        return other

    def ask(self, port: str, method: str, *rest: Any) -> Any:
        """Ask, and give or raise the answer."""
        try:
            connection = self._local.connection
        except AttributeError:
            connection = self._local.connection = Client(self._address)
        connection.send((self._shop, port, method, *rest))
        answer = connection.recv()
        if isinstance(answer, Exception):
            raise answer
        return answer

    def admin(self, method: str, *rest: Any) -> Any:
        """Ask the process itself."""
        return self.ask("provider", method, *rest)

    def port(self, name: str) -> Any:
        """One of its ports."""
        return _Port(self, name, self._able, self._clock)


class _Port:
    def __init__(
        self, remote: Remote, name: str, able: Capabilities, clock: Any
    ) -> None:
        self._remote = remote
        self._name = name
        self._clock = clock
        self.capabilities = BOTH if name == "inventory" else able

    def __getattr__(self, method: str) -> Any:
        def call(intent: Intent) -> Any:
            now: datetime = self._clock()
            # As a document: a pickle would hold masks.  It leaves out the
            # people, whose addresses the fakes do not need.
            sent = (dumps(intent, "intent"), intent.key)
            return self._remote.ask(self._name, method, now, *sent)

        return call

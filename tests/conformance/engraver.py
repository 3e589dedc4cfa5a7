"""A port of an application's own, and its fake: an engraver."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar, Protocol, TypeAlias

import attrs

from orderlife.building import Port
from orderlife.memory._operations import Operations
from orderlife.ports.base import (
    Capabilities,
    Fate,
    Intent,
    NotKnown,
    Outcome,
    Unknown,
)
from orderlife.testing import Clock, TimeOut
from orderlife.testing.conformance import (
    PortAbility,
    PortBooks,
    PortHarness,
)

__all__ = [
    "ENGRAVER",
    "AsyncFakeEngraver",
    "Engrave",
    "Engraved",
    "EngraverFakes",
    "FakeEngraver",
    "Polish",
    "Polished",
]


@attrs.frozen(kw_only=True)
class Engrave(Intent):
    """Cut a text into a thing."""

    port: ClassVar[str] = "engraver"


@attrs.frozen(kw_only=True)
class Polish(Intent):
    """Make a thing shine."""

    port: ClassVar[str] = "engraver"


@attrs.frozen
class Engraved(Outcome):
    """It is cut."""

    becomes: ClassVar[Fate] = Fate.DONE


@attrs.frozen
class Polished(Outcome):
    """It shines."""

    becomes: ClassVar[Fate] = Fate.DONE


Found: TypeAlias = Engraved | Polished | Unknown | NotKnown


class Engraver(Protocol):
    """Works on things."""

    @property
    def capabilities(self) -> Capabilities: ...

    def engrave(self, intent: Engrave, /) -> Engraved | Unknown: ...

    def polish(self, intent: Polish, /) -> Polished | Unknown: ...

    def look_up(self, intent: Engrave | Polish, /) -> Found: ...


ENGRAVER = Port("engraver", Engraver)


class FakeEngraver:
    """It works on nothing, and remembers all of it."""

    def __init__(self) -> None:
        able = Capabilities(deduplicates=True, looks_up=True)
        self.operations = Operations(Clock(), able, None)
        self.acted = 0

    @property
    def capabilities(self) -> Capabilities:
        return self.operations.capabilities

    def engrave(self, intent: Engrave, /) -> Any:
        return self._act("engrave", intent, Engraved())

    def polish(self, intent: Polish, /) -> Any:
        return self._act("polish", intent, Polished())

    def look_up(self, intent: Engrave | Polish, /) -> Any:
        return self.operations.look_up(intent)

    def _act(self, method: str, intent: Intent, answer: Outcome) -> Any:
        def act(_: object) -> Outcome:
            self.acted += 1
            return answer

        return self.operations.perform(method, intent, act)


class AsyncFakeEngraver:
    """Its async twin."""

    def __init__(self, inner: FakeEngraver) -> None:
        self.inner = inner
        self.capabilities = inner.capabilities

    async def engrave(self, intent: Engrave, /) -> Any:
        await asyncio.sleep(0)
        return self.inner.engrave(intent)

    async def polish(self, intent: Polish, /) -> Any:
        await asyncio.sleep(0)
        return self.inner.polish(intent)

    async def look_up(self, intent: Engrave | Polish, /) -> Any:
        await asyncio.sleep(0)
        return self.inner.look_up(intent)


class EngraverFakes(PortHarness):
    """The engraver in memory."""

    abilities = frozenset(PortAbility)
    port = ENGRAVER

    def __init__(self, kind: type[FakeEngraver] = FakeEngraver) -> None:
        self.kind = kind
        self.inner = kind()

    def make(self) -> Any:
        self.inner = self.kind()
        return self.inner

    def intent(self, kind: type[Intent], name: str) -> Any:
        operation = self.port.methods[kind]
        return kind(operation_id=f"o1-e1:{operation}:{name}", order_id="o1")

    def books(self) -> PortBooks:
        return PortBooks(acted=self.inner.acted)

    def lose_answer(self, intent: Intent) -> None:
        script = self.inner.operations.script
        script.on(intent.operation_id, TimeOut("after"))

    def lose_request(self, intent: Intent) -> None:
        script = self.inner.operations.script
        script.on(intent.operation_id, TimeOut("before"))

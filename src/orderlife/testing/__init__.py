"""What helps to test programs that use orderlife; needs no pytest.

A clock that is set by hand, and a fake for each port: a little bank, a
carrier, an inventory, a notifier.  The fakes are real in what matters:
they remember every operation id, keep a journal of what they did, refuse
what the outside world would refuse, and can prove that their books are
right.  They misbehave when they are told to, by magic values or by a
:class:`~orderlife.testing.script.Script`: see :mod:`orderlife.testing.script`.

Nothing here needs pytest, and nothing that is imported here needs
Hypothesis.
"""

from __future__ import annotations

from orderlife.testing.aio import (
    AsyncFakeCarrier,
    AsyncFakeGateway,
    AsyncFakeNotifier,
    AsyncInMemoryInventory,
)
from orderlife.testing.carrier import (
    CarrierEffect,
    CarrierReport,
    FakeCarrier,
)
from orderlife.testing.clock import Clock
from orderlife.testing.inventory import (
    InMemoryInventory,
    Level,
    StockMovement,
)
from orderlife.testing.notifier import FakeNotifier
from orderlife.testing.payment import FakeGateway, GatewayEffect, GatewayReport
from orderlife.testing.script import (
    Accept,
    AdapterCrashError,
    AskCustomer,
    Behaviour,
    Crash,
    Decline,
    FailLater,
    Pend,
    Script,
    TimeOut,
)

__all__ = [
    "Accept",
    "AdapterCrashError",
    "AskCustomer",
    "AsyncFakeCarrier",
    "AsyncFakeGateway",
    "AsyncFakeNotifier",
    "AsyncInMemoryInventory",
    "Behaviour",
    "CarrierEffect",
    "CarrierReport",
    "Clock",
    "Crash",
    "Decline",
    "FailLater",
    "FakeCarrier",
    "FakeGateway",
    "FakeNotifier",
    "GatewayEffect",
    "GatewayReport",
    "InMemoryInventory",
    "Level",
    "Pend",
    "Script",
    "StockMovement",
    "TimeOut",
]

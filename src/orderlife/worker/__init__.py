"""Workers: perform effects and fire timers that are due; relay events.

A worker needs no coordinator: effects are claimed in the store, and a
claim that ran out is taken over.  It only polls the ledger for what is
due, and needs no notification that could be lost.

``python -m orderlife worker`` is the same, as a program.
"""

from __future__ import annotations

from orderlife.worker._aio import run_async
from orderlife.worker._idle import until_idle
from orderlife.worker._pace import BACK_OFF
from orderlife.worker._relay import Relayed, relay
from orderlife.worker._stop import Stop, Stopping
from orderlife.worker._threads import run
from orderlife.worker.providers import Providers

__all__ = [
    "BACK_OFF",
    "Providers",
    "Relayed",
    "Stop",
    "Stopping",
    "relay",
    "run",
    "run_async",
    "until_idle",
]

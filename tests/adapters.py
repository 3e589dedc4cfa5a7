"""Adapters that fit their ports, and answer nothing."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from orderlife.house import HOUSE
from orderlife.ports.base import Capabilities


def never(asked: Any) -> Any:
    """Nobody asks it."""
    raise AssertionError(asked)


def an_adapter(port: str, able: Capabilities) -> Any:
    """An adapter of a port, for either kind of desk."""
    of = HOUSE.ports[port]
    methods = dict.fromkeys((*of.methods.values(), *of.asking), never)
    return SimpleNamespace(capabilities=able, **methods)

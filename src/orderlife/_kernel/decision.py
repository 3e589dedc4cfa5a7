"""What follows from an input: a decision, or a refusal."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from orderlife._kernel.case import Case
from orderlife._kernel.messages import NOTHING, Recorded
from orderlife._values.personal import Personal
from orderlife.errors import InputError, RefusedError
from orderlife.ports.base import Intent

__all__ = ["Decision", "Refusal"]


@attrs.frozen(kw_only=True)
class Decision:
    """What follows from an input: to be stored as one."""

    case: Case
    events: tuple[Recorded, ...]
    """Empty: the input changed nothing, as a repeated fact does."""
    intents: tuple[Intent, ...] = ()
    """What is asked of the ports, to be performed once stored."""
    retried: tuple[str, ...] = ()
    """Operations that a person wants tried again, under their key."""
    personal: Mapping[str, Personal] = attrs.field(default=NOTHING, repr=False)
    """Personal data by reference, to be stored apart."""


@attrs.frozen
class Refusal:
    """Why a command is not followed.  Nothing has changed."""

    error: RefusedError | InputError

"""What all ports share: intents, the unknown outcome, capabilities."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar, Final, Literal, TypeAlias

import attrs

from orderlife.personal import Personal

__all__ = [
    "Capabilities",
    "Intent",
    "NotKnown",
    "PersonalIntent",
    "PortName",
    "Unknown",
    "provider_key",
]

PortName: TypeAlias = Literal["payment", "carrier", "inventory", "notifier"]

_KEY_LENGTH: Final = 36


@attrs.frozen(kw_only=True)
class Intent:
    """What a port is asked to do, stored before it is performed."""

    port: ClassVar[PortName]
    operation_id: str
    """Deterministic, and the idempotency key: ``o1:capture:2``."""
    order_id: str


@attrs.frozen(kw_only=True)
class PersonalIntent(Intent):
    """An intent that needs personal data when it is performed.

    ``people`` is empty in every store: the driver fills it from the
    references just before the call.
    """

    people: Mapping[str, Personal] = attrs.field(
        factory=dict, eq=False, repr=False
    )
    """The personal data by reference; masked, never stored."""


@attrs.frozen
class Unknown:
    """No answer came: the outside may or may not have acted."""

    detail: str = ""


@attrs.frozen
class NotKnown:
    """The answer of a look-up: the operation never arrived there."""


@attrs.frozen(kw_only=True)
class Capabilities:
    """What an adapter can do about an answer that never came."""

    deduplicates: bool = False
    """The same operation id again acts at most once."""
    window: timedelta | None = None
    """For how long it remembers an operation id; None: for good."""
    looks_up: bool = False
    """``look_up`` tells what became of an operation id."""


def provider_key(operation_id: str) -> str:
    """Make an idempotency key of at most 36 characters.

    Square takes 45 characters, Adyen 64; 36 fits every provider.
    The same operation id gives the same key in every release.
    """
    if len(operation_id) <= _KEY_LENGTH:
        return operation_id
    return hashlib.sha256(operation_id.encode()).hexdigest()[:_KEY_LENGTH]

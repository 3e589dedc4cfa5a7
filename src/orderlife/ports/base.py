"""What all ports share: intents, outcomes, capabilities."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar, Final, Self

import attrs

from orderlife._values.fast_enum import FastEnum
from orderlife._values.personal import Personal

__all__ = [
    "Capabilities",
    "Fate",
    "Intent",
    "NotKnown",
    "Outcome",
    "PersonalIntent",
    "Unknown",
    "provider_key",
]

_KEY_LENGTH: Final = 36


@attrs.frozen(kw_only=True)
class Intent:
    """A request to a port, stored before it is performed."""

    port: ClassVar[str]
    """The name of the port that performs it."""
    operation: ClassVar[str] = ""
    """Its name within operation ids; empty: its method's name."""
    operation_id: str
    """Deterministic, and used for this request only: ``o1:capture:2``."""
    order_id: str
    key: str = attrs.field(default="", eq=False, repr=False)
    """The idempotency key to give to the provider.

    At most 36 characters.  Empty in every store: the driver fills it
    just before the call from the ledger of effects, where tenant and
    generation are part of it.
    """


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


class Fate(FastEnum):
    """What follows for an effect from a port's answer."""

    DONE = "done"
    """It was done."""
    REFUSED = "refused"
    """It was refused for good."""
    AGAIN = "again"
    """It was refused this time, and is to be tried again."""
    WAITING = "waiting"
    """It was accepted, and its outcome will be reported."""
    IN_DOUBT = "in_doubt"
    """The provider may or may not have acted."""


class Outcome:
    """A port's answer, which has the fate of the effect."""

    __slots__ = ()
    becomes: ClassVar[Fate]
    """The fate that an answer of this class means; there is no default."""

    @property
    def fate(self) -> Fate:
        """The fate that this answer means, where its fields decide it."""
        return self.becomes

    @property
    def why(self) -> str:
        """The reason, as the ledger notes it and a person reads it."""
        return type(self).__name__

    def told_by(self, able: Capabilities) -> Self:
        """Fill in what the answer leaves to the adapter's capabilities.

        Args:
            able: the adapter's capabilities.
        """
        del able
        return self


@attrs.frozen
class Unknown(Outcome):
    """No answer came: the provider may or may not have acted."""

    becomes: ClassVar[Fate] = Fate.IN_DOUBT
    detail: str = ""

    @property
    def why(self) -> str:
        """The reason."""
        return self.detail


@attrs.frozen
class NotKnown:
    """The answer of a look-up: the operation never reached the provider."""


@attrs.frozen(kw_only=True)
class Capabilities:
    """An adapter's capabilities, above all about a lost answer."""

    deduplicates: bool = False
    """Requests under the same key act at most once."""
    window: timedelta | None = None
    """For how long it remembers a key; None: for good."""
    margin: timedelta = timedelta(minutes=1)
    """How long before the window's end a key is not used any more:
    clocks differ, and a request takes its time."""
    looks_up: bool = False
    """``look_up`` gives the outcome of an operation id."""
    settles_after: timedelta = timedelta(seconds=30)
    """How long after it was sent a request may still take effect.

    Where keys are not deduplicated, a look-up waits for so long: until
    then *not known* may mean *not yet*.
    """
    queues: bool = False
    """Of an inventory: reservations that wait in line are served before
    new ones; see ``Reserve.in_line``."""
    local: bool = False
    """Of an inventory: it can take part in a transaction of the order
    store, on one connection with it.

    A desk asks its order store, with ``is_beside``, whether the
    connection is the same.  If it is, stock moves in the transaction of
    the decision that asks for it; if not, as that of a warehouse
    elsewhere does.
    """
    captures_in_parts: bool = False
    """Of a gateway: an authorisation may be captured in several parts.

    False: the first capture ends it, and what it leaves is not secured
    any more.  An ``Authorized`` may say otherwise for itself.
    """


def provider_key(
    operation_id: str,
    *,
    order_id: str = "",
    tenant: str = "",
    generation: int = 1,
    store: str = "",
) -> str:
    """Make an idempotency key of at most 36 characters.

    Square takes 45 characters, Adyen 64; 36 fits every provider.
    The same arguments give the same key in every release.

    Args:
        operation_id: which request it is.
        order_id: the order that asks; it becomes part of the key, unless
            the operation is named after it.  Empty: as before operations
            belonged to their order.
        tenant: the tenant, where several share a provider.
        generation: 1, and one more after each refusal, unless an answer
            under the key is unknown.
        store: the id of the ledger's database, so that equal order ids
            in two databases give different keys.  Empty: as before
            databases had ids.
    """
    named = operation_id
    if order_id and not operation_id.startswith(f"{order_id}:"):
        # Whatever parts are called, no other order has the same key.
        named = f"{order_id}|{operation_id}"
    if tenant:
        named = f"{tenant}/{named}"
    if store:
        named = f"{store}.{named}"
    if generation > 1:
        named = f"{named}#{generation}"
    if len(named) <= _KEY_LENGTH:
        return named
    return hashlib.sha256(named.encode()).hexdigest()[:_KEY_LENGTH]

"""A carrier in memory: quotes, labels, voids and intercepts.

The same intent gets the same tracking number in every run.  It can be
made to misbehave: see :mod:`orderlife.memory.script`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Final, Literal, NamedTuple, TypeAlias, TypeVar, cast

import attrs

from orderlife._values.personal import Address
from orderlife._values.times import utc, utc_clock
from orderlife.errors import InvariantError
from orderlife.memory._operations import Operations, Outbox, find, repeated
from orderlife.memory._rates import nothing_quoted, price, quoted, service_of
from orderlife.memory.clock import utc_now
from orderlife.memory.script import (
    Accept,
    Behaviour,
    Crash,
    Decline,
    Pend,
    Reporting,
    Script,
    TimeOut,
    behaviour_of_service,
    unsupported,
)
from orderlife.ports.base import Capabilities, NotKnown, Unknown
from orderlife.ports.carrier import (
    CARRIER,
    BuyLabel,
    CarrierIntent,
    CarrierOutcome,
    Intercept,
    InterceptAccepted,
    InterceptOutcome,
    InterceptRejected,
    Label,
    LabelOutcome,
    LabelPending,
    LabelRefused,
    LabelVoided,
    Quoted,
    RateRequest,
    VoidLabel,
    VoidLabelOutcome,
    VoidPending,
    VoidRejected,
)

__all__ = ["CarrierEffect", "CarrierReport", "FakeCarrier"]

_SAFE: Final = Capabilities(deduplicates=True, looks_up=True)
_NOWHERE: Final = "00000"
"""The postcode that no label is sold for."""

T = TypeVar("T", bound=CarrierOutcome)


class CarrierReport(NamedTuple):
    """What a carrier reports of a label or a void, as in a webhook."""

    order_id: str
    subject: str
    """The shipment's or return's id."""
    operation_id: str
    outcome: CarrierOutcome


CarrierEffectKind: TypeAlias = Literal["bought", "voided", "intercepted"]


@attrs.frozen(kw_only=True)
class CarrierEffect:
    """What the fake carrier has done: a row of its journal."""

    operation_id: str
    kind: CarrierEffectKind
    order_id: str
    subject: str
    label_id: str
    at: datetime = attrs.field(converter=utc)


@attrs.define(kw_only=True)
class _Sold:
    """A label that was bought, and its present state."""

    intent: BuyLabel
    label: Label
    void: bool = False
    collected: bool = False


@attrs.frozen
class _Waiting:
    """A pending operation, and the function that settles it."""

    intent: BuyLabel | VoidLabel
    apply: Callable[[], CarrierOutcome]
    refuse: CarrierOutcome


class FakeCarrier:
    """A :class:`~orderlife.ports.carrier.Carrier` in memory.

    Two carriers stand behind it: ``fake_post`` up to 10 kg a parcel and
    ``fake_express`` up to 30 kg.  Heavier ones get no quote, but a label.

    Args:
        clock: dates the journal and the quotes; None: the machine's time.
        capabilities: without ``deduplicates`` the same operation id
            acts again; without ``looks_up``, ``look_up`` is ``Unknown``.
        script: its faults, besides those that services ask for.
        currency: of its prices.

    Every method but ``quote`` raises ``PortError`` for an operation id
    that comes again with another content.
    """

    def __init__(
        self,
        clock: Callable[[], datetime] | None = None,
        capabilities: Capabilities = _SAFE,
        script: Script | None = None,
        *,
        currency: str = "EUR",
    ) -> None:
        self._clock = utc_clock(clock if clock is not None else utc_now)
        self._operations = Operations(self._clock, capabilities, script)
        self._currency = currency
        self._outbox = Outbox[CarrierReport]()
        self._journal: list[CarrierEffect] = []
        self._sold: dict[str, _Sold] = {}
        self._parcels: dict[tuple[str, str], _Sold] = {}
        self._waiting: dict[str, list[_Waiting]] = {}

    @property
    def _lock(self) -> AbstractContextManager[object]:
        return self._operations.lock

    # The port

    @property
    def capabilities(self) -> Capabilities:
        """The adapter's capabilities, above all about a lost answer."""
        return self._operations.capabilities

    def quote(self, request: RateRequest, /) -> Quoted | Unknown:
        """Give rates by weight, and each carrier's failure.

        Raises:
            PortError: the script asks for what no quote can do.
            AdapterCrashError: the script crashes it, with this or its own.
        """
        steer = self.script.take("quote", "", acts=True)
        match steer:
            case TimeOut():
                return Unknown("quote timed out")
            case Crash():
                raise steer.error("crashed quoting")
            case Decline():
                return nothing_quoted(steer.code)
            case Accept() | None:
                return quoted(request.parcels, self._currency, self._clock())
            case _:
                raise unsupported("quote", steer)

    def buy_label(self, intent: BuyLabel, /) -> LabelOutcome:
        """Buy a label, whose service steers it."""
        with self._lock:
            return self._perform(
                intent,
                magic=behaviour_of_service(intent.service, "buy_label"),
                refused=_undeliverable(intent),
                apply=lambda: self._buy(intent),
                pending=LabelPending(),
                refuse=lambda code: LabelRefused(code=code),
            )

    def void_label(self, intent: VoidLabel, /) -> VoidLabelOutcome:
        """Give an unused label back."""
        with self._lock:
            sold = self._sold.get(intent.label_id)
            return self._perform(
                intent,
                magic=_magic(sold, "void_label"),
                refused=_void_refusal(sold, intent),
                apply=lambda: self._void(intent),
                pending=VoidPending(),
                refuse=VoidRejected,
            )

    def intercept(self, intent: Intercept, /) -> InterceptOutcome:
        """Stop a parcel, if there is one on such a label."""
        with self._lock:
            # A tracking number does not identify a label: they are reused.
            sold = self._parcels.get((intent.subject, intent.tracking_number))
            return self._perform(
                intent,
                magic=_magic(sold, "intercept"),
                refused=_intercept_refusal(sold),
                apply=lambda: self._intercept(intent),
                pending=None,
                refuse=InterceptRejected,
            )

    def look_up(self, intent: CarrierIntent, /) -> CarrierOutcome | NotKnown:
        """Give the present outcome of an intent, whatever was answered."""
        return cast(
            "CarrierOutcome | NotKnown", self._operations.look_up(intent)
        )

    # What the carrier does by itself

    @property
    def script(self) -> Script:
        """The script of its faults, which can be added to."""
        return self._operations.script

    @property
    def waiting(self) -> tuple[str, ...]:
        """The operation ids that wait to be settled, the oldest first."""
        with self._lock:
            return tuple(self._waiting)

    def settle(
        self, operation_id: str, *, succeed: bool = True
    ) -> CarrierOutcome:
        """Decide a pending label or void; it is reported and returned.

        Raises:
            NotFoundError: it is not waiting.
        """
        with self._lock:
            queue = find(operation_id, self._waiting)
            waiting = queue.pop(0)
            if not queue:
                del self._waiting[operation_id]
            outcome = waiting.apply() if succeed else waiting.refuse
            self._operations.became(operation_id, outcome)
            self._report(waiting.intent, outcome, Reporting())
            return outcome

    def collect(self, label_id: str) -> None:
        """Pick the parcel up: its label cannot be voided any more.

        Raises:
            NotFoundError: there is no such label.
        """
        with self._lock:
            find(label_id, self._sold, "label").collected = True

    def reports(self, *, late: bool = False) -> tuple[CarrierReport, ...]:
        """Hand out a round of reports, each of them once.

        Args:
            late: hand out also those that a script made late.
        """
        with self._lock:
            return self._outbox.drain(late=late)

    # The books

    @property
    def effects(self) -> tuple[CarrierEffect, ...]:
        """The journal: every effect, in order."""
        with self._lock:
            return tuple(self._journal)

    def doubled(self) -> tuple[str, ...]:
        """The operation ids that acted twice; empty if all is well."""
        return repeated(effect.operation_id for effect in self.effects)

    def labels(self, order_id: str | None = None) -> tuple[Label, ...]:
        """The labels that are bought and not void, of an order or all."""
        with self._lock:
            return tuple(
                sold.label
                for sold in self._sold.values()
                if not sold.void and order_id in {None, sold.intent.order_id}
            )

    def check(self) -> None:
        """Prove that nothing was done twice.

        Raises:
            InvariantError: line 24 of the invariants does not hold,
                though it deduplicates for good.
        """
        able = self.capabilities
        if able.deduplicates and able.window is None and self.doubled():
            raise InvariantError(
                f"invariant 24: {', '.join(self.doubled())} acted twice"
            )

    # Inside

    def _perform(
        self,
        intent: CarrierIntent,
        *,
        magic: Behaviour | None,
        refused: T | None,
        apply: Callable[[], T],
        pending: T | None,
        refuse: Callable[[str], T],
    ) -> T | Unknown:
        """Act by a behaviour; ``pending`` None: it cannot be pending."""
        method = CARRIER.methods[type(intent)]

        def act(steer: Behaviour | None) -> T:
            if isinstance(steer, Decline):
                outcome = refuse(steer.code)
            elif refused is not None:
                outcome = refused
            elif steer is None or isinstance(steer, Accept):
                outcome = apply()
            elif (
                isinstance(steer, Pend)
                and pending is not None
                and not isinstance(intent, Intercept)
            ):
                waiting = _Waiting(intent, apply, refuse("refused"))
                queue = self._waiting.setdefault(intent.operation_id, [])
                queue.append(waiting)
                return pending
            else:
                raise unsupported(method, steer)
            self._report(intent, outcome)
            return outcome

        return self._operations.perform(method, intent, act, magic=magic)

    def _label(self, intent: BuyLabel) -> Label:
        """Make the label of an intent: the same one in every run."""
        service = service_of(intent.service)
        label_id = f"label-{intent.operation_id}"
        number = 1
        while label_id in self._sold:
            number += 1
            label_id = f"label-{intent.operation_id}-{number}"
        digest = hashlib.sha256(label_id.encode()).hexdigest()
        tracking = f"FK{int(digest, 16) % 10**12:012}"
        if intent.service == "recycled":
            tracking = "FK000000000042"
        return Label(
            label_id=label_id,
            carrier=service.carrier,
            tracking_number=tracking,
            service=intent.service or service.name,
            cost=price(service, intent.parcels, self._currency),
            document=f"https://carrier.example/{label_id}.pdf",
        )

    def _buy(self, intent: BuyLabel) -> Label:
        label = self._label(intent)
        sold = _Sold(intent=intent, label=label)
        self._sold[label.label_id] = sold
        self._parcels[intent.subject, label.tracking_number] = sold
        self._record("bought", intent, label.label_id)
        return label

    def _void(self, intent: VoidLabel) -> LabelVoided | VoidRejected:
        sold = self._sold[intent.label_id]
        if sold.collected:
            return VoidRejected("with_the_carrier")
        if not sold.void:
            sold.void = True
            self._record("voided", intent, intent.label_id)
        return LabelVoided()

    def _intercept(self, intent: Intercept) -> InterceptAccepted:
        sold = self._parcels[intent.subject, intent.tracking_number]
        self._record("intercepted", intent, sold.label.label_id)
        return InterceptAccepted()

    def _record(
        self, kind: CarrierEffectKind, intent: CarrierIntent, label_id: str
    ) -> None:
        self._journal.append(
            CarrierEffect(
                operation_id=intent.operation_id,
                kind=kind,
                order_id=intent.order_id,
                subject=intent.subject,
                label_id=label_id,
                at=self._clock(),
            )
        )

    def _report(
        self,
        intent: CarrierIntent,
        outcome: CarrierOutcome,
        default: Reporting | None = None,
    ) -> None:
        method = CARRIER.methods[type(intent)]
        how = self.script.reporting(method, intent.operation_id) or default
        if how is not None:
            report = CarrierReport(
                intent.order_id, intent.subject, intent.operation_id, outcome
            )
            self._outbox.put(report, how)


def _magic(sold: _Sold | None, method: str) -> Behaviour | None:
    """The behaviour by the service of the label that an intent names."""
    if sold is None:
        return None
    return behaviour_of_service(sold.intent.service, method)


def _undeliverable(intent: BuyLabel) -> LabelRefused | None:
    address = intent.people.get(intent.address)
    if isinstance(address, Address) and address.postcode == _NOWHERE:
        return LabelRefused(
            code="undeliverable", detail="nobody delivers to 00000"
        )
    return None


def _void_refusal(
    sold: _Sold | None, intent: VoidLabel
) -> VoidRejected | None:
    if sold is None or sold.intent.order_id != intent.order_id:
        return VoidRejected("no_such_label")
    return VoidRejected("with_the_carrier") if sold.collected else None


def _intercept_refusal(sold: _Sold | None) -> InterceptRejected | None:
    if sold is None or sold.void:
        return InterceptRejected("no_such_parcel")
    return None

"""How fakes are steered: by their input, and by a script.

**By their input.**  Magic values make a fake behave without setup, as in
ActiveMerchant's bogus gateway.  Any value that is not listed here
succeeds.

A tender's token, for :class:`~orderlife.memory.payment.FakeGateway`, is
``tok_WORD`` or ``tok_METHOD_WORD``: the word for authorising, or for
one METHOD of authorize, capture, void, refund.

=========================  ==============================================
WORD                       what happens
=========================  ==============================================
``visa``, or anything      it works
``declined``               ``Declined``; other_method is the advice
``declined_never``         ``Declined`` with this advice; likewise
                           ``_later``, ``_fix_data``, ``_other_method``
``pending``                ``Pending`` until ``settle`` is called
``timeout_before``         ``Unknown``, and nothing has happened
``timeout_after``          ``Unknown``, and it has happened
``crash_before``           raises ``AdapterCrashError``, nothing happened
``crash_after``            raises ``AdapterCrashError``, it has happened
``fails``                  works, and fails later (capture and refund)
``action``                 ``RequiresAction`` (authorize)
``paid_at_once``           ``Captured``, like a voucher (authorize)
``pending_paid``           ``Pending``, then ``Captured``, like a boleto
                           or a bank transfer (authorize)
``partial_N``              authorises at most N minor units
``expires_N``              runs out after N days (authorize)
``over_N``                 N minor units more can be captured (authorize)
``reported``               works, and each outcome is reported as well
``reported_twice``         the same, and each report comes twice
``reported_late``          the same, a round of reports too late
=========================  ==============================================

So ``tok_declined``, ``tok_partial_5000``, ``tok_refund_fails``,
``tok_capture_declined`` and ``tok_capture_timeout_after`` are such tokens.

A service, for :class:`~orderlife.memory.carrier.FakeCarrier`:

=========================  ==============================================
service                    what happens
=========================  ==============================================
``""``, or anything        a label; ``express`` is faster and dearer
``refuse``                 ``LabelRefused``
``pending``                ``LabelPending`` until ``settle`` is called
``timeout_before``         as above; likewise ``timeout_after``,
                           ``crash_before``, ``crash_after``
``void_rejected``          a label; voiding it answers ``VoidRejected``
``void_pending``           a label; voiding it answers ``VoidPending``
``intercept_rejected``     a label; its parcel cannot be stopped
``recycled``               a label with a tracking number that others of
                           this service have too
=========================  ==============================================

An address with the postcode ``00000`` is undeliverable: its label is
refused.  Stock is steered by how much of it there is; a SKU that was
not listed has none.  The notifier is steered by its script alone.

**By a script.**  The next behaviours of a method or an operation id::

    script = Script()
    script.on("capture", TimeOut("after"), Decline("insufficient_funds"))
    script.on("o1:refund:1", FailLater())
    script.report("o1:refund:1", copies=2, late=1)
    script.always("send", Decline("mailbox_full", "later"))
    gateway = FakeGateway(script=script)

The operation id has precedence over its method, a queue over ``always``,
and the script over magic values.  A repeated operation that is
deduplicated only takes timeouts and crashes from the script; other
behaviours wait for the next operation.  Timeouts and crashes of magic
values happen the first time that an operation id arrives, and not when
it comes again.
"""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Mapping
from datetime import timedelta
from typing import Final, Literal, TypeAlias

import attrs

from orderlife._values.forks import told_of_forks
from orderlife._values.spelling import not_known
from orderlife.errors import PortError, Problem, ValidationError
from orderlife.house import HOUSE

__all__ = [
    "Accept",
    "AdapterCrashError",
    "AskCustomer",
    "Behaviour",
    "Crash",
    "Decline",
    "FailLater",
    "Pend",
    "Reporting",
    "Script",
    "TimeOut",
    "behaviour_of_service",
    "behaviour_of_token",
    "reporting_of_token",
    "unsupported",
]

Advice: TypeAlias = Literal["never", "later", "fix_data", "other_method"]


class AdapterCrashError(Exception):
    """The error that a fake raises for a scripted crash.

    It is no ``OrderlifeError``, as an adapter may raise anything.
    """


@attrs.frozen(kw_only=True)
class Accept:
    """The operation succeeds.  The fields are for authorisations only."""

    at_most_minor: int | None = None
    """Authorise no more than this; None: what was asked for."""
    over_minor: int = 0
    """Minor units that can be captured beyond the authorised amount."""
    within: timedelta | None = None
    """The authorisation runs out after this time; None: never."""
    at_once: bool = False
    """The money is taken with the authorisation, as with vouchers."""
    in_parts: bool | None = None
    """Whether it can be captured in parts, as given in the answer; None:
    as the gateway's capabilities say, and the answer leaves it open."""


@attrs.frozen
class Decline:
    """A definitive refusal; nothing happens."""

    code: str = "declined"
    advice: Advice = "other_method"
    """With ``later``, a message that failed is tried again."""


@attrs.frozen
class AskCustomer:
    """The customer must do something first; then ``settle`` it."""

    url: str = "https://bank.example/challenge"


@attrs.frozen
class Pend:
    """The operation is accepted; ``settle`` decides its outcome."""

    then: Accept = attrs.field(factory=Accept)
    """The behaviour by which an authorisation settles."""


@attrs.frozen
class TimeOut:
    """No answer comes: ``Unknown``."""

    when: Literal["before", "after"]
    """Whether the fake has acted: ``before``: no; ``after``: yes."""


@attrs.frozen
class Crash:
    """The adapter raises."""

    when: Literal["before", "after"]
    """Whether the fake has acted: ``before``: no; ``after``: yes."""
    error: type[Exception] = AdapterCrashError


@attrs.frozen
class FailLater:
    """A refund or capture succeeds, and a report reverses it."""

    reason: str = "failed_later"


Behaviour: TypeAlias = (
    Accept | Decline | AskCustomer | Pend | TimeOut | Crash | FailLater
)
"""The behaviours of a fake for one operation."""


@attrs.frozen(kw_only=True)
class Reporting:
    """How a final outcome is reported, besides being answered."""

    copies: int = 1
    """How often; 2 is a duplicate."""
    late: int = 0
    """How many rounds of reports it is late."""


_METHODS: Final = tuple(
    dict.fromkeys(
        (
            *HOUSE.methods.values(),
            *(
                asking
                for port in HOUSE.ports.values()
                for asking in port.asking
            ),
        )
    )
)


def _known(target: str) -> str:
    """Check that a target is a method of a port or an operation id.

    Any other target would never match, and the test prove nothing.
    """
    given: object = target
    if not isinstance(given, str):
        why = f"must be text, not {type(given).__name__}"
        raise ValidationError("a script", [Problem("target", why)])
    if ":" not in target and target not in _METHODS:
        raise not_known("a script", [target], _METHODS)
    return target


class Script:
    """The behaviours of fakes, by method or by operation id.

    One script may steer several fakes, and from several threads.  A
    method that no port has raises ``UnknownKeywordError``.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next: dict[str, deque[Behaviour]] = {}
        self._always: dict[str, Behaviour] = {}
        self._reporting: dict[str, Reporting] = {}
        told_of_forks(self)

    def before_fork(self) -> None:
        """Do nothing: each process has its own script from then on."""

    def after_fork(self) -> None:
        """Make a new lock: the old one's holder is not in this process."""
        self._lock = threading.Lock()

    def on(self, target: str, *behaviours: Behaviour) -> Script:
        """Queue a behaviour for each of the next operations.

        Args:
            target: a method, as in ``capture``, or an operation id.
            behaviours: the first is for the next operation.

        Raises:
            UnknownKeywordError: no port has such a method.
        """
        with self._lock:
            self._next.setdefault(_known(target), deque()).extend(behaviours)
        return self

    def always(self, target: str, behaviour: Behaviour) -> Script:
        """Set the behaviour until ``clear``, when nothing is queued.

        Raises:
            UnknownKeywordError: no port has such a method.
        """
        with self._lock:
            self._always[_known(target)] = behaviour
        return self

    def report(self, target: str, *, copies: int = 1, late: int = 0) -> Script:
        """Report final outcomes too, besides answering them.

        Args:
            target: a method or an operation id.
            copies: how often; 2 makes duplicates, 0 loses the report.
            late: how many rounds of reports each of them misses.

        Raises:
            UnknownKeywordError: no port has such a method.
        """
        with self._lock:
            self._reporting[_known(target)] = Reporting(
                copies=copies, late=late
            )
        return self

    def clear(self, target: str) -> Script:
        """Forget all behaviours of a method or an operation id.

        Raises:
            UnknownKeywordError: no port has such a method.
        """
        with self._lock:
            self._next.pop(_known(target), None)
            self._always.pop(target, None)
            self._reporting.pop(target, None)
        return self

    @property
    def left(self) -> Mapping[str, tuple[Behaviour, ...]]:
        """The queued behaviours that were not used."""
        with self._lock:
            return {
                target: tuple(queue)
                for target, queue in self._next.items()
                if queue
            }

    def take(
        self, method: str, operation_id: str, *, acts: bool
    ) -> Behaviour | None:
        """Take the next behaviour; for authors of fakes.

        Args:
            method: the port's method.
            operation_id: the intent's.
            acts: False for an operation that was done before: only
                timeouts and crashes are given.
        """
        with self._lock:
            for target in (operation_id, method):
                queue = self._next.get(target)
                if queue and (acts or isinstance(queue[0], TimeOut | Crash)):
                    return queue.popleft()
            for target in (operation_id, method):
                always = self._always.get(target)
                if always is not None and (
                    acts or isinstance(always, TimeOut | Crash)
                ):
                    return always
        return None

    def reporting(self, method: str, operation_id: str) -> Reporting | None:
        """How outcomes are reported; for authors of fakes."""
        with self._lock:
            found = self._reporting.get(operation_id)
            return found or self._reporting.get(method)


def unsupported(method: str, behaviour: Behaviour) -> PortError:
    """Make the error for a behaviour that a method cannot show."""
    return PortError(
        f"{method} cannot {type(behaviour).__name__}: mend the script"
    )


_FAULTS: Final[Mapping[str, Behaviour]] = {
    "timeout_before": TimeOut("before"),
    "timeout_after": TimeOut("after"),
    "crash_before": Crash("before"),
    "crash_after": Crash("after"),
}

_ANY_METHOD: Final[Mapping[str, Behaviour]] = {
    **_FAULTS,
    "declined": Decline("declined"),
    "declined_never": Decline("declined", "never"),
    "declined_later": Decline("declined", "later"),
    "declined_fix_data": Decline("declined", "fix_data"),
    "declined_other_method": Decline("declined", "other_method"),
    "pending": Pend(),
}

_WORDS: Final[Mapping[str, Mapping[str, Behaviour]]] = {
    "authorize": {
        **_ANY_METHOD,
        "action": AskCustomer(),
        "paid_at_once": Accept(at_once=True),
        "pending_paid": Pend(Accept(at_once=True)),
    },
    "capture": {**_ANY_METHOD, "fails": FailLater()},
    "void": _ANY_METHOD,
    "refund": {**_ANY_METHOD, "fails": FailLater()},
}

_REPORTED: Final[Mapping[str, Reporting]] = {
    "tok_reported": Reporting(),
    "tok_reported_twice": Reporting(copies=2),
    "tok_reported_late": Reporting(late=1),
}

_TOKEN: Final = re.compile(
    r"tok_(?:(?P<method>authorize|capture|void|refund)_)?(?P<word>\w+)",
    re.ASCII,
)
_NUMBER: Final = re.compile(
    r"(?P<what>partial|expires|over)_(?P<number>[0-9]{1,12})", re.ASCII
)


def behaviour_of_token(token: str, method: str) -> Behaviour | None:
    """The behaviour of a gateway's method by a tender's token.

    Args:
        token: as in the table above; None is the answer to others.
        method: the port's method, as in ``capture``.
    """
    found = _TOKEN.fullmatch(token)
    if found is None or (found["method"] or "authorize") != method:
        return None
    number = _NUMBER.fullmatch(found["word"])
    if number is None or method != "authorize":
        return _WORDS[method].get(found["word"])
    amount = int(number["number"])
    match number["what"]:
        case "partial":
            return Accept(at_most_minor=amount)
        case "expires":
            return Accept(within=timedelta(days=amount))
        case _:
            return Accept(over_minor=amount)


def reporting_of_token(token: str) -> Reporting | None:
    """How outcomes are reported by a tender's token; None: not at all."""
    return _REPORTED.get(token)


_SERVICES: Final[Mapping[tuple[str, str], Behaviour]] = {
    **{("buy_label", word): fault for word, fault in _FAULTS.items()},
    ("buy_label", "refuse"): Decline("refused"),
    ("buy_label", "pending"): Pend(),
    ("void_label", "void_rejected"): Decline("with_the_carrier"),
    ("void_label", "void_pending"): Pend(),
    ("intercept", "intercept_rejected"): Decline("cannot_be_stopped"),
}


def behaviour_of_service(service: str, method: str) -> Behaviour | None:
    """The behaviour of a carrier's method by a service's name."""
    return _SERVICES.get((method, service))

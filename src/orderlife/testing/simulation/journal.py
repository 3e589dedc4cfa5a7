"""The witness of the providers: what was asked of whom, and what it did.

It sees each request as it arrives outside, and reads in the fakes'
journals whether it acted.  So it knows what nobody inside can know.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from orderlife._kernel.messages import ExceptionKind
from orderlife.errors import InvariantError
from orderlife.memory.carrier import FakeCarrier
from orderlife.memory.inventory import InMemoryInventory
from orderlife.memory.notifier import FakeNotifier
from orderlife.memory.payment import FakeGateway
from orderlife.memory.script import Decline
from orderlife.ports.base import Capabilities, Fate, Intent, Outcome
from orderlife.ports.payment import Capture, Declined
from orderlife.rooms.payment.ledger import balance
from orderlife.testing.simulation.books import Books
from orderlife.testing.simulation.found import Tally, ViolatedError

__all__ = ["Journal"]

_REFUSED: Final = (Fate.REFUSED, Fate.AGAIN)
_ONCE: Final = "captured_once"
_DOUBTED: Final = frozenset(
    (
        ExceptionKind.AMOUNT_MISMATCH,
        ExceptionKind.CAPTURE_FAILED,
        ExceptionKind.EFFECT_FAILED,
        ExceptionKind.OUTCOME_UNKNOWN,
    )
)


class Journal:
    """Calls providers, and checks what is asked of them.

    Args:
        books: what was asked for, as the store has it.
        refused: keys that were refused, and how often for good; kept
            here.
        tally: where what is checked and found is counted.
        calls: how often one key may be asked about; a person's
            retries do not count.
    """

    def __init__(
        self,
        payment: FakeGateway,
        carrier: FakeCarrier,
        inventory: InMemoryInventory,
        notifier: FakeNotifier,
        *,
        books: Books,
        refused: dict[str, int],
        tally: Tally,
        calls: int,
    ) -> None:
        self.payment = payment
        self.carrier = carrier
        self.inventory = inventory
        self.notifier = notifier
        self._books = books
        self._refused = refused
        self._tally = tally
        self._most = calls
        self.capabilities: Mapping[str, Capabilities] = {
            "payment": payment.capabilities,
            "carrier": carrier.capabilities,
            "inventory": inventory.capabilities,
            "notifier": notifier.capabilities,
        }
        """What each port's adapter can do."""
        self._requests: dict[str, Intent] = {}
        self._keys: dict[str, str] = {}
        self._first: dict[str, datetime] = {}
        self._refusals: dict[str, object] = {}
        self._acted: dict[str, int] = {}
        self._asked: dict[str, int] = {}

    def call(self, port: str, method: str, intent: Any, now: datetime) -> Any:
        """Hand a request to its provider, and look at what it does.

        Raises:
            ViolatedError: it should never have arrived, or acted twice.
        """
        provider = getattr(self, port)
        if not isinstance(intent, Intent):
            return getattr(provider, method)(intent)  # a quote
        self._bounded(intent)
        if method == "look_up":
            found = provider.look_up(intent)
            self._count_refusal(intent, found)
            return found
        self._intended(intent)
        if (refusal := self._outdated(intent)) is not None:
            return refusal
        self._same_key(port, intent, now)
        before = self._effects_of(port, intent)
        try:
            answer = getattr(provider, method)(intent)
        finally:
            self._tally.checked[24] += 1
            if self._effects_of(port, intent) > before:
                self._acts(port, intent)
        self._count_refusal(intent, answer)
        if isinstance(intent, Capture):
            self._captures_once(intent, answer)
        if port == "inventory":
            self.check_stock()
        return answer

    def _count_refusal(self, intent: Intent, answer: object) -> None:
        """Record that a key was refused, by the provider's own word.

        Whether it says so when it is sent something or when it is asked
        after it: both times nothing moves under that key.
        """
        if isinstance(answer, Outcome) and answer.fate in _REFUSED:
            final = answer.fate is Fate.REFUSED
            times = self._refused.get(intent.key, 0)
            self._refused[intent.key] = times + final
            if final:
                self._refusals[intent.key] = answer

    def _outdated(self, intent: Intent) -> object:
        """What a copy is answered that arrives after there is a new key.

        Whoever has refused a request for good refuses its copies, too.
        """
        latest = self._keys.get(intent.operation_id, intent.key)
        return self._refusals.get(intent.key) if latest != intent.key else None

    def refuse_next(self, *, permanent: bool) -> None:
        """Have the notifier refuse what it is to send next, if it is new."""
        how = Decline("no", "never") if permanent else Decline("no", "later")
        self.notifier.script.on("send", how)

    def refuse_no_more(self) -> None:
        """What it refuses was refused, or could not be."""
        self.notifier.script.clear("send")

    def _captures_once(self, intent: Capture, answer: object) -> None:
        """Check that nothing is taken twice of what is captured once.

        Where nobody knew what had become of the first capture, or it
        has failed, the second one may be asked for in good faith.
        """
        self._tally.checked[10] += 1
        if not isinstance(answer, Declined) or answer.code != _ONCE:
            return
        order = self._books.orders[intent.order_id].case.placed
        doubted = any(
            item.contradiction.kind in _DOUBTED for item in order.exceptions
        )
        if balance(order, intent.payment_id).captured and not doubted:
            what = f"{intent.operation_id} takes what can be captured once"
            raise ViolatedError(10, what)

    def _bounded(self, intent: Intent) -> None:
        name = intent.operation_id
        times = self._asked[name] = self._asked.get(name, 0) + 1
        most = self._most * (1 + self._books.retried.get(name, 0))
        if times > most:
            what = f"{name} was tried or asked after {times} times"
            raise ViolatedError(41, what)

    def _intended(self, intent: Intent) -> None:
        """Check that what arrives was stored before, as it is."""
        self._tally.checked[25] += 1
        name = intent.operation_id
        effect = self._books.effect(name, intent.order_id)
        if effect is None or effect.intent != intent:
            what = f"{name} arrives, and was never stored"
            raise ViolatedError(25, what)

    def _same_key(self, port: str, intent: Intent, now: datetime) -> None:
        self._tally.checked[26] += 1
        key, name = intent.key, intent.operation_id
        known = self._requests.setdefault(key, intent)
        if known != intent:
            what = f"key {key} stands for two requests"
            raise ViolatedError(26, what)
        before = self._keys.get(name, key)
        if before != key and before not in self._refused:
            what = f"{name} comes under {key}, after {before} was not refused"
            raise ViolatedError(27, what)
        self._keys[name] = key
        self._books.used.add(key)
        able = self.capabilities[port]
        first = self._first.get(key)
        self._first.setdefault(key, now)
        if first is None:
            return
        if able.deduplicates and able.window is not None:
            self._tally.checked[29] += 1
            if now - first >= able.window:
                what = f"{key} comes again after {now - first}"
                raise ViolatedError(29, what)
        refused = key in self._refused
        if not (able.deduplicates or able.looks_up or refused):
            self._tally.checked[31] += 1
            what = f"{key} comes again, and nobody can tell them apart"
            raise ViolatedError(31, what)

    def _effects_of(self, port: str, intent: Intent) -> int:
        name = intent.operation_id
        match port:
            case "payment":
                rows: Any = self.payment.effects
            case "carrier":
                rows = self.carrier.effects
            case "notifier":
                rows = self.notifier.sent
            case _:
                moves = self.inventory.movements()
                return sum(row.cause == name for row in moves)
        return sum(row.operation_id == name for row in rows)

    def _acts(self, port: str, intent: Intent) -> None:
        key = intent.key
        times = self._acted[key] = self._acted.get(key, 0) + 1
        if times > 1:
            self._tally.duplicate_effects += 1
            what = f"{port} acted {times} times under {key}"
            raise ViolatedError(24, what)

    def check_stock(self) -> None:
        """Check the shelves: nothing is promised that is not there.

        Raises:
            ViolatedError: 17 or one of 12 to 15.
        """
        for number in (12, 13, 14, 15, 17):
            self._tally.checked[number] += 1
        for (sku, place), level in self.inventory.levels().items():
            if level.available < 0:
                self._tally.oversold_units -= level.available
                what = (
                    f"{-level.available} more of {sku} are promised at "
                    f"{place} than there are"
                )
                raise ViolatedError(17, what)
        _translated(self.inventory.check)

    def check_books(self) -> None:
        """Check the providers' own books, and that nothing acted twice.

        Raises:
            ViolatedError: it did, or they are wrong.
        """
        self.check_stock()
        for port in (self.payment, self.carrier, self.notifier):
            self._tally.checked[24] += 1
            if doubled := port.doubled():
                self._tally.duplicate_effects += len(doubled)
                what = f"{', '.join(doubled)} took effect twice"
                raise ViolatedError(24, what)
        _translated(self.payment.check)
        _translated(self.carrier.check)


def _translated(check: Any) -> None:
    """Run a fake's own check, and name the rule it names."""
    try:
        check()
    except InvariantError as error:
        words = str(error).replace(",", " ").replace(":", " ").split()
        raise ViolatedError(int(words[1]), str(error)) from None

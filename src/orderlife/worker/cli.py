"""``python -m orderlife worker``."""

from __future__ import annotations

import argparse
import json
import sys
import threading
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import attrs

from orderlife.desk.desk import OrderDesk
from orderlife.desk.feed import LONGEST
from orderlife.desk.settings import new_id, utc_now
from orderlife.engine.discovery import Stores, find_stores
from orderlife.engine.naming import made, named, value_of
from orderlife.engine.results import RoundResult
from orderlife.errors import InputError, OrderlifeError
from orderlife.house import HOUSE
from orderlife.policy.model import Policy
from orderlife.ports.store import FindBacklog, FindDueTimers
from orderlife.worker._relay import Relayed
from orderlife.worker._relays import Relays, named_relays
from orderlife.worker._stop import Stop
from orderlife.worker._threads import run
from orderlife.worker.providers import Providers

__all__ = ["add_arguments"]

_FAILED: Final = 1
_BAD_INPUT: Final = 2
_TIMERS: Final = 1_000
_WATCH: Final = 0.5
"""Seconds between two looks at relays that are under way."""
_PORTS: Final = """\
name a function of yours that gives the adapters, as in --ports shop:ports:

    from orderlife.worker import Providers

    def ports() -> Providers:
        return Providers(
            payment=MyGateway(...),
            carrier=MyCarrier(...),
            notifier=MyMail(...),
        )
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``worker``."""
    parser.epilog = (
        "SIGTERM and SIGINT let it finish what is under way. Exit code: 0 "
        "it was stopped, or nothing is due; 1 something failed with --once, "
        "or the store cannot be used; 2 the arguments are wrong."
    )
    add = parser.add_argument
    add("--store", metavar="URL", required=True, help="where the orders are")
    add("--ports", metavar="MODULE:FUNCTION", help="what gives the adapters")
    add(
        "--relay",
        metavar="[NAME=]MODULE:FUNCTION",
        action="append",
        default=[],
        help="push each event to a function of yours, as the consumer NAME; "
        "without --ports, do nothing else; may be repeated",
    )
    add("--policy", metavar="MODULE:NAME", help="the shop's choices")
    add(
        "--house",
        metavar="MODULE:NAME",
        help="the house of your desks, if you have rooms of your own",
    )
    add("--tenant", metavar="T", default="", help="whose orders")
    add(
        "--concurrency",
        metavar="N",
        type=_count,
        default=4,
        help="how many effects at once (default: %(default)s)",
    )
    add(
        "--lease",
        metavar="SECONDS",
        type=_seconds,
        default=timedelta(minutes=2),
        help="how long a claim holds: longer than the slowest call to a "
        "provider (default: 120); with --relay a day at most",
    )
    add(
        "--poll",
        metavar="SECONDS",
        type=_seconds,
        default=timedelta(seconds=1),
        help="how long to wait when nothing is due (default: 1)",
    )
    add("--once", action="store_true", help="do what is due, and end")
    add(
        "--report",
        action="store_true",
        help="only say what waits, and since when; needs no --ports",
    )
    add("--json", action="store_true", help="print a line of JSON for each")
    parser.set_defaults(run=_run)


def _count(text: str) -> int:
    if text.isascii() and text.isdigit() and 0 < int(text) <= 1_000:
        return int(text)
    message = f"{text!r} is not a whole number from 1 to 1000"
    raise argparse.ArgumentTypeError(message)


def _seconds(text: str) -> timedelta:
    whole, _, parts = text.partition(".")
    digits = whole + parts
    if digits.isascii() and digits.isdigit() and len(digits) <= 9:
        seconds = timedelta(seconds=float(text))
        if seconds:
            return seconds
    message = f"{text!r} is not a number of seconds above 0"
    raise argparse.ArgumentTypeError(message)


def _run(arguments: argparse.Namespace) -> int:
    try:
        idle = arguments.report or (arguments.relay and not arguments.ports)
        providers = None if idle else _providers(arguments.ports)
        pushes = named_relays(
            arguments.relay, lambda name: named(name, "--relay")
        )
        policy = value_of(arguments.policy, "--policy", Policy(), "Policy")
        house = value_of(arguments.house, "--house", HOUSE, "building.House")
        _check_lease(arguments)
    except InputError as error:
        print(f"orderlife: {error}", file=sys.stderr)
        return _BAD_INPUT
    try:
        _check_file(arguments.store)
        stores = find_stores(
            arguments.store,
            clock=utc_now,
            tenant=arguments.tenant,
            house=house,
        )
        with closing(stores):
            if arguments.report:
                return _report(stores, as_json=arguments.json)
            log = _Log(as_json=arguments.json)
            relays = Relays(
                stores.orders,
                pushes,
                poll=arguments.poll,
                lease=arguments.lease,
                told=log.relayed,
                once=arguments.once,
            )
            desk = None
            if providers is not None:
                desk = OrderDesk(
                    providers.ports(stores.orders, stores.inventory),
                    policy=policy,
                    house=house,
                    clock=utc_now,
                    owner=f"worker-{new_id()}",
                    lease=arguments.lease,
                )
            return _work(arguments, desk, relays, log)
    except InputError as error:
        print(f"orderlife: {error}", file=sys.stderr)
        return _BAD_INPUT
    except OrderlifeError as error:
        print(f"orderlife: {error}", file=sys.stderr)
        return _FAILED
    except Exception as error:  # noqa: BLE001
        # A driver's message may hold the URL, which may hold a password.
        kind = f"{type(error).__module__}.{type(error).__name__}"
        hint = "check that it runs, and the URL of --store"
        print(
            f"orderlife: the store cannot be used: {kind}; {hint}",
            file=sys.stderr,
        )
        return _FAILED


def _check_file(url: str) -> None:
    """Check that a SQLite file exists: a worker must not make a new one.

    Raises:
        InputError: there is no such file.
    """
    if "://" not in url and not Path(url).exists():
        message = f"--store {url!r} is no URL, and there is no such file"
        raise InputError(message)


def _check_lease(arguments: argparse.Namespace) -> None:
    """Check that a relay can hold its consumer for so long.

    Raises:
        InputError: it cannot.
    """
    if arguments.relay and arguments.lease > LONGEST:
        longest = int(LONGEST.total_seconds())
        message = f"--lease is at most {longest} seconds with --relay"
        raise InputError(message)


def _providers(name: str | None) -> Providers:
    """The adapters that the application's function gives.

    Raises:
        InputError: there is no such function, or it gives something else.
    """
    if name is None:
        message = f"a worker needs your adapters: {_PORTS}"
        raise InputError(message)
    make = named(name, "--ports")
    found = made(make, "--ports", name)
    if isinstance(found, Mapping):
        given = {str(key): value for key, value in found.items()}
    else:
        names = [field.name for field in attrs.fields(Providers)]
        given = {
            each: getattr(found, each)
            for each in names
            if hasattr(found, each)
        }
    try:
        return Providers(**given)
    except TypeError:
        message = f"--ports {name!r} gave a {type(found).__name__}: {_PORTS}"
        raise InputError(message) from None


def _work(
    arguments: argparse.Namespace,
    desk: OrderDesk | None,
    relays: Relays,
    log: _Log,
) -> int:
    """Work and relay until it is told to stop; None: only relay."""
    stop = Stop()
    with stop.on_signals():
        log.say("started", owner=desk.engine.owner if desk else "relay")
        with relays:
            if desk is not None:
                run(
                    desk,
                    stop,
                    concurrency=arguments.concurrency,
                    poll=arguments.poll,
                    told=log.tell,
                    once=arguments.once,
                )
            while desk is None and relays.running and not stop.is_set():
                stop.wait(_WATCH)
            if stop.is_set():
                relays.stop()
    log.end()
    return _FAILED if arguments.once and log.failed else 0


@attrs.define(kw_only=True)
class _Log:
    """Writes the log of the worker, a line at a time."""

    as_json: bool
    timers: int = 0
    effects: int = 0
    failed: int = 0
    pushed: int = 0
    _turn: threading.Lock = attrs.field(init=False, factory=threading.Lock)

    def relayed(self, result: Relayed) -> None:
        """Log what a relay has done."""
        with self._turn:
            self.pushed += result.pushed
            self.failed += bool(result.failed)
        self.say(
            "relayed",
            relay=result.consumer,
            pushed=result.pushed,
            failed=[result.failed] * bool(result.failed),
        )

    def tell(self, result: RoundResult) -> None:
        """Log the result of a round, unless nothing was done."""
        self.timers += result.timers
        self.effects += result.effects
        with self._turn:
            self.failed += len(result.failed)
        if result == RoundResult():
            return
        self.say(
            "worked",
            timers=result.timers,
            effects=result.effects,
            failed=list(result.failed),
        )

    def end(self) -> None:
        """Log the sums of all rounds."""
        self.say(
            "stopped",
            timers=self.timers,
            effects=self.effects,
            failed=self.failed,
            **({"pushed": self.pushed} if self.pushed else {}),
        )

    def say(self, what: str, **values: object) -> None:
        """Log an entry, with the time."""
        at = utc_now().isoformat(timespec="milliseconds")
        if self.as_json:
            line = json.dumps({"at": at, "event": what, **values})
        else:
            listed = " ".join(f"{k}={_plain(v)}" for k, v in values.items())
            line = f"{at} {what} {listed}"
        with self._turn:
            print(line, flush=True)


def _plain(value: object) -> str:
    if not isinstance(value, list):
        return str(value)
    return "; ".join(value) or "none"


def _report(stores: Stores, *, as_json: bool) -> int:
    """Print the effects that wait, since when, and for whom."""
    now = utc_now()
    rows: list[tuple[str, str, int, datetime, datetime]] = [
        (each.port, each.state.value, each.count, each.since, each.next_at)
        for each in stores.orders.backlog(FindBacklog())
    ]
    due = stores.orders.due_timers(FindDueTimers(now=now, limit=_TIMERS))
    if due:
        first = due[0].timer.at
        rows.append(("timers", "due", len(due), first, first))
    for port, state, count, since, next_at in rows:
        if as_json:
            row = {
                "port": port,
                "state": state,
                "count": count,
                "since": since.isoformat(),
                "next_at": next_at.isoformat(),
            }
            print(json.dumps(row))
        else:
            print(
                f"{port:<10} {state:<10} {count:>8}  "
                f"for {_span(now - since)}, {_due(next_at - now)}"
            )
    if not rows and not as_json:
        print("nothing waits")
    return 0


def _due(ahead: timedelta) -> str:
    if ahead <= timedelta():
        return f"due for {_span(-ahead)}"
    return f"due in {_span(ahead)}"


def _span(time: timedelta) -> str:
    """A duration in its greatest unit: ``3 h``."""
    seconds = max(0, int(time.total_seconds()))
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"

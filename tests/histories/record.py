"""Takes down every decision of a run, and makes one digest of them.

The golden histories were written before the house was turned, and are
equal after it: what is asked, of what, when, and all that is decided,
asked of the ports and due then.  Where a life differs, the whole text
says where::

    python -m tests.histories.record             exit 1 where one differs
    python -m tests.histories.record --into DIR  the whole text of each
    python -m tests.histories.record --again     write the digests anew
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeAlias

import orderlife
from orderlife import (
    Case,
    Decision,
    IllegalTransitionError,
    Policy,
    Refusal,
)
from orderlife._kernel.house import House
from orderlife._kernel.offers import TRIED
from orderlife.codec import dumps
from orderlife.demo.runner import live as live_demo
from orderlife.demo.scenario import load, names
from orderlife.house import HOUSE
from orderlife.testing.simulation import simulate
from tests.histories.lives import live

GOLDEN: Final = Path(__file__).with_name("golden.json")
OLIST: Final = Path(
    os.environ.get("ORDERLIFE_OLIST")
    or Path(__file__).parents[3] / "shared" / "data" / "olist"
)
POLICY: Final = Policy()
SEEDS: Final = 300
SCHEDULES: Final = 100

RENAMED: Final[Mapping[str, str]] = {}
"""What is called otherwise today, and how it was called."""

Said: TypeAlias = Callable[[str], object]


def as_it_was(text: str) -> str:
    """A text in the names of when the histories were written."""
    for now, then in RENAMED.items():
        text = text.replace(now, then)
    return text


def said(error: Exception) -> str:
    """What a refusal said: it named the steps of a lifecycle.

    Today it names the commands that are possible, and calls a capture
    that comes too early a capture.
    """
    if not isinstance(error, IllegalTransitionError):
        return str(error)
    asked = "complete" if error.asked == "capture" else error.asked
    before = IllegalTransitionError(
        error.aggregate, error.id, error.state, asked, error.allowed
    )
    return str(before)


def told(
    case: Case,
    message: Any,
    now: datetime,
    policy: Policy,
    answer: Decision | Refusal,
) -> Iterator[str]:
    """One decision, line by line."""
    kind = type(message)
    what = "command" if hasattr(message, "command_id") else "fact"
    try:
        asked = dumps(message, what)
    except orderlife.CodecError as error:
        asked = f"{kind.__name__}: {error}"
    yield f"{case.order_id} {case.version} at {now.isoformat()}: {asked}"
    if isinstance(answer, Refusal):
        yield f"  refused {type(answer.error).__name__}: {said(answer.error)}"
        return
    for recorded in answer.events:
        yield f"  event {dumps(recorded, 'recorded')}"
    for intent in answer.intents:
        yield f"  asks {dumps(intent, 'intent')}"
    for operation_id in answer.retried:
        yield f"  again {operation_id}"
    for name, person in sorted(answer.personal.items()):
        yield f"  person {name} {dumps(person, 'personal')}"
    after = answer.case
    for timer in orderlife.timers(after):
        yield f"  due {dumps(timer, 'timer')}"
    if after.order is not None:
        view = orderlife.OrderView(after)
        yield (
            f"  view {view.status} total={view.total} due={view.cost} "
            f"paid={view.paid} refunded={view.refunded} kept={view.kept}"
        )
    stored = as_it_was(dumps(after, "case"))
    yield f"  stored {hashlib.sha256(stored.encode()).hexdigest()}"


@contextmanager
def recording(say: Said) -> Iterator[None]:
    """Take down all decisions, whoever asks for them; no trials."""
    real, ours = House.handle, orderlife.handle

    def handle(
        house: House,
        case: Case,
        message: Any,
        now: datetime,
        policy: Policy = POLICY,
    ) -> Decision | Refusal:
        answer = real(house, case, message, now, policy)
        if getattr(message, "command_id", "") != TRIED:
            for line in told(case, message, now, policy, answer):
                say(as_it_was(line))
        return answer

    users = [
        module
        for module in list(sys.modules.values())
        if getattr(module, "__dict__", {}).get("handle") is ours
    ]
    patched: Any = House
    patched.handle = handle
    for module in users:
        module.handle = partial(handle, HOUSE)  # type: ignore[attr-defined]
    try:
        yield
    finally:
        patched.handle = real
        for module in users:
            module.handle = ours  # type: ignore[attr-defined]


def _simulated(number: int) -> None:
    simulate(seed=7, first=number, schedules=1, shrink=0)


def replay_olist() -> None:
    """The shared sample of real orders."""
    from orderlife.replay.olist import replay
    from orderlife.replay.olist_csv import read

    replay(read(OLIST))


def sources() -> dict[str, Callable[[], object]]:
    """All runs, by name; real orders only where they are there."""
    found: dict[str, Callable[[], object]] = {}
    for name in names():
        found[f"demo/{name}"] = partial(live_demo, load(name))
    for seed in range(SEEDS):
        found[f"life/{seed:03}"] = partial(live, seed)
    for number in range(SCHEDULES):
        found[f"schedule/{number:03}"] = partial(_simulated, number)
    if OLIST.is_dir():
        found["olist"] = replay_olist
    return found


def digest(run: Callable[[], object], say: Said = lambda _: None) -> str:
    """The digest of all decisions of a run, and how many lines they are."""
    hashed, lines = hashlib.sha256(), 0

    def hear(line: str) -> None:
        nonlocal lines
        lines += 1
        hashed.update(line.encode() + b"\n")
        say(line)

    with recording(hear):
        run()
    assert lines, "nothing was decided"
    return f"{lines}:{hashed.hexdigest()[:32]}"


def golden() -> dict[str, str]:
    """The digests as they were written, by the run's name."""
    found: dict[str, str] = json.loads(GOLDEN.read_text())
    return found


def _whole(name: str, run: Callable[[], object], folder: Path | None) -> str:
    if folder is None:
        return digest(run)
    path = folder / f"{name.replace('/', '-')}.txt"
    with path.open("w") as file:
        return digest(run, lambda line: file.write(f"{line}\n"))


def main() -> int:
    """Compare, or write anew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--into", type=Path)
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    folder: Path | None = arguments.into
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    found = {
        name: _whole(name, run, folder)
        for name, run in sources().items()
        if name.startswith(arguments.only)
    }
    if arguments.again:
        GOLDEN.write_text(json.dumps(found, indent=1) + "\n")
        return 0
    known = golden()
    wrong = [name for name, is_now in found.items() if known[name] != is_now]
    said = " ".join([f"{len(found)} lives, {len(wrong)} differ", *wrong[:20]])
    sys.stdout.write(f"{said}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

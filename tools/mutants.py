"""Change the core in small ways, and see whether its tests notice.

::

    python tools/mutants.py                 every module, half an hour and more
    python tools/mutants.py _values/money   this alone, a minute or two
    python tools/mutants.py --sample 60     of each module so many, by lot
    python tools/mutants.py --list          what there is

A sample is drawn by ``--seed``: tests that were written for the survivors
of one are judged by the next.

mutmut works in a copy of the project, so that nothing here changes.
What survives is printed; ``docs/explanation/mutation-testing.md`` says
what was found, and why some may live.
"""

from __future__ import annotations

import argparse
import collections
import dataclasses
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
CORE: Final = Path("src/orderlife")
ADAPTERS: Final = "adapters/"
"""What the name of an adapter's module begins with."""
RUN: Final = (sys.executable, "-m", "mutmut")
MODULES: Final[dict[str, tuple[str, ...]]] = {
    "_checks/card_checks": (
        "tests/process/test_cards.py",
        "tests/process/test_cards_anywhere.py",
    ),
    "_checks/quick": ("tests/process/test_quick.py",),
    "_checks/validation": (
        "tests/process/test_checks.py",
        "tests/process/test_checks_said.py",
    ),
    "_kernel/annotations": (
        "tests/test_house.py",
        "tests/rooms/test_faults.py",
    ),
    "_kernel/binding": (
        "tests/test_house.py",
        "tests/rooms/test_faults.py",
        "tests/rooms/test_brought.py",
        "tests/process/test_checks.py",
        "tests/process/test_remedy.py",
        "tests/order/test_registries.py",
        "tests/process/test_case.py",
        "tests/rooms/test_telling.py",
    ),
    "_kernel/case": (
        "tests/process/test_case.py",
        "tests/process/test_dates.py",
    ),
    "_kernel/choices": (
        "tests/test_what_may_be_given.py",
        "tests/test_refusals.py",
        "tests/rooms/test_given.py",
    ),
    "_kernel/completeness": (
        "tests/test_diagram.py",
        "tests/test_house.py",
        "tests/order/test_registries.py",
        "tests/rooms/test_brought.py",
        "tests/rooms/test_terms.py",
        "tests/rooms/test_faults.py",
        "tests/rooms/test_own_port.py",
        "tests/rooms/test_shape.py",
    ),
    "_kernel/context": (
        "tests/rooms/test_terms.py",
        "tests/order/test_registries.py",
    ),
    "_kernel/house": (
        "tests/test_house.py",
        "tests/rooms/test_brought.py",
        "tests/process/test_case.py",
        "tests/process/test_checks.py",
        "tests/process/test_dates.py",
        "tests/process/test_timers.py",
        "tests/process/test_total.py",
        "tests/process/test_remedy.py",
        "tests/process/test_reception.py",
        "tests/desk/test_taken.py",
        "tests/rooms/test_faults.py",
        "tests/rooms/test_own_port.py",
        "tests/rooms/test_telling.py",
        "tests/rooms/test_given.py",
        "tests/rooms/test_watch.py",
    ),
    "_kernel/integrity": ("tests/process/test_integrity.py",),
    "_kernel/invariants": (
        "tests/test_invariants.py",
        "tests/rooms/test_brought.py",
        "tests/rooms/test_faults.py",
    ),
    "_kernel/labels": ("tests/test_refusals.py",),
    "_kernel/lifecycle": ("tests/test_lifecycle.py",),
    "_kernel/messages": (
        "tests/process/test_told_times.py",
        "tests/hostile/test_permissions.py",
    ),
    "_kernel/offers": (
        "tests/test_allowed.py",
        "tests/test_house.py",
        "tests/rooms/test_brought.py",
        "tests/process/test_policy_faults.py",
        "tests/rooms/test_faults.py",
        "tests/rooms/test_own_port.py",
        "tests/test_refusals.py",
    ),
    "_kernel/parts": (
        "tests/test_house.py",
        "tests/rooms/test_brought.py",
        "tests/process/test_case.py",
        "tests/rooms/test_faults.py",
        "tests/rooms/test_own_port.py",
    ),
    "_kernel/personal": (
        "tests/test_house.py",
        "tests/process/test_personal.py",
        "tests/rooms/test_faults.py",
        "tests/rooms/test_brought.py",
        "tests/rooms/test_own_port.py",
    ),
    "_kernel/possible": (
        "tests/test_allowed.py",
        "tests/test_refusals.py",
        "tests/test_what_may_be_given.py",
        "tests/desk/test_preview.py",
        "tests/rooms/test_faults.py",
        "tests/rooms/test_given.py",
    ),
    "_kernel/room": (
        "tests/test_house.py",
        "tests/rooms/test_brought.py",
        "tests/process/test_case.py",
        "tests/rooms/test_faults.py",
        "tests/rooms/test_own_port.py",
    ),
    "_kernel/run": (
        "tests/test_house.py",
        "tests/process/test_case.py",
    ),
    "_kernel/shape": (
        "tests/rooms/test_shape.py",
        "tests/rooms/test_faults.py",
    ),
    "_kernel/tables": (
        "tests/test_house.py",
        "tests/rooms/test_brought.py",
        "tests/rooms/test_own_port.py",
        "tests/process/test_case.py",
        "tests/process/test_checks.py",
        "tests/rooms/test_faults.py",
        "tests/rooms/test_terms.py",
        "tests/test_diagram.py",
    ),
    "_kernel/verbs": (
        "tests/desk/test_verbs.py",
        "tests/desk/test_words.py",
        "tests/rooms/test_brought.py",
        "tests/rooms/test_given.py",
    ),
    "_kernel/watch": (
        "tests/rooms/test_faults.py",
        "tests/rooms/test_kept.py",
        "tests/rooms/test_own_port.py",
        "tests/rooms/test_watch.py",
    ),
    "_values/allocation": ("tests/test_money.py",),
    "_values/code_formats": (
        "tests/process/test_cards.py",
        "tests/process/test_cards_anywhere.py",
    ),
    "_values/currencies": ("tests/test_money.py",),
    "_values/minor_units": ("tests/test_money.py",),
    "_values/money": ("tests/test_money.py",),
    "_values/personal": ("tests/process/test_personal.py",),
    "_values/quoting": ("tests/test_money.py",),
    "_values/sanitizing": ("tests/process/test_heard.py",),
    "_values/strict_json": (
        "tests/codec/test_said.py",
        "tests/codec/test_written.py",
    ),
    "adapters/_archives": ("tests/stores/test_folded.py",),
    "adapters/_effect_rows": ("tests/stores/test_effect_rows.py",),
    "adapters/_moving": ("tests/stores/test_moved.py",),
    "adapters/_sqlite_turns": ("tests/stores/test_sqlite_turns.py",),
    "codec/converter": (
        "tests/codec/test_converter.py",
        "tests/codec/test_said.py",
        "tests/codec/test_strictness.py",
        "tests/rooms/test_brought.py",
    ),
    "codec/documents": (
        "tests/codec/test_said.py",
        "tests/codec/test_schema.py",
        "tests/rooms/test_brought.py",
    ),
    "desk/adapters": (
        "tests/desk/test_adapters.py",
        "tests/rooms/test_own_port.py",
    ),
    "desk/capacity": ("tests/desk/test_capacity.py",),
    "desk/desk": ("tests/desk/test_settings.py",),
    "desk/feed": ("tests/desk/test_feed.py",),
    "codec/showing": ("tests/views/test_pages.py",),
    "desk/requests": ("tests/desk/test_desks.py",),
    "desk/settings": ("tests/desk/test_settings.py",),
    "desk/verbs": ("tests/desk/test_verbs.py",),
    "engine/batches": ("tests/desk/test_batches.py",),
    "engine/chain": ("tests/test_chain.py",),
    "engine/discovery": ("tests/desk/test_opening.py",),
    "engine/driving": (
        "tests/desk/test_driving.py",
        "tests/desk/test_flows.py",
        "tests/desk/test_batches.py",
    ),
    "engine/due": ("tests/desk/test_flows.py", "tests/desk/test_waits.py"),
    "engine/engine": (
        "tests/desk/test_flows.py",
        "tests/desk/test_batches.py",
        "tests/desk/test_waits.py",
    ),
    "engine/hand": ("tests/desk/test_hand.py",),
    "engine/inbox": ("tests/desk/test_taken.py",),
    "engine/intake": (
        "tests/desk/test_flows.py",
        "tests/desk/test_submitting.py",
    ),
    "engine/keeping": ("tests/rooms/test_kept.py",),
    "engine/performer": (
        "tests/desk/test_flows.py",
        "tests/desk/test_waits.py",
        "tests/desk/test_slips.py",
        "tests/rooms/test_own_port.py",
    ),
    "engine/results": ("tests/desk/test_flows.py",),
    "engine/retry": ("tests/desk/test_waits.py",),
    "engine/units": ("tests/desk/test_units.py",),
    "errors/_input": ("tests/hostile/test_errors.py",),
    "errors/_refusals": ("tests/hostile/test_errors.py",),
    "errors/_setup": ("tests/hostile/test_errors.py",),
    "errors/_storage": ("tests/hostile/test_errors.py",),
    "invariants": (
        "tests/process/test_rules.py",
        "tests/rooms/test_brought.py",
        "tests/test_invariants.py",
    ),
    "ports/_timers": (
        "tests/conformance/test_fakes_conform.py",
        "tests/desk/test_store.py",
    ),
    "policy/answers": (
        "tests/process/test_judged.py",
        "tests/process/test_policy_faults.py",
    ),
    "policy/model": ("tests/order/test_policy.py",),
    "policy/pages": ("tests/rooms/test_terms.py",),
    "policy/permissions": (
        "tests/hostile/test_own_orders.py",
        "tests/hostile/test_permissions.py",
    ),
    "policy/return_terms": ("tests/order/test_policy.py",),
    "rooms/exceptions/decide": (
        "tests/order/test_decisions.py",
        "tests/process/test_remedy.py",
    ),
    "rooms/exceptions/invariants": (
        "tests/process/test_rules.py",
        "tests/test_invariants.py",
    ),
    "rooms/exceptions/limits": ("tests/process/test_authority.py",),
    "rooms/exceptions/verbs": ("tests/desk/test_verbs.py",),
    "rooms/order/authority": (
        "tests/process/test_authority.py",
        "tests/hostile/test_own_orders.py",
        "tests/process/test_policy_faults.py",
    ),
    "rooms/order/decide": (
        "tests/order/test_decisions.py",
        "tests/process/test_admission.py",
        "tests/hostile/test_own_orders.py",
    ),
    "rooms/order/evolve": ("tests/order/test_changes.py",),
    "rooms/order/invariants": (
        "tests/process/test_rules.py",
        "tests/test_invariants.py",
    ),
    "rooms/order/model": ("tests/order/test_shares.py",),
    "rooms/order/placement": ("tests/order/test_forms.py",),
    "rooms/order/process": (
        "tests/process/test_reactions.py",
        "tests/process/test_settling.py",
    ),
    "rooms/order/status": ("tests/order/test_status.py",),
    "rooms/order/terms": ("tests/process/test_policy_faults.py",),
    "rooms/order/verbs": (
        "tests/desk/test_verbs.py",
        "tests/desk/test_words.py",
    ),
    "rooms/order/words": ("tests/order/test_registries.py",),
    "rooms/payment/decide": (
        "tests/order/test_answers.py",
        "tests/order/test_decisions.py",
    ),
    "rooms/payment/doubts": (
        "tests/order/test_answers.py",
        "tests/order/test_refund.py",
    ),
    "rooms/payment/evolve": ("tests/order/test_changes.py",),
    "rooms/payment/intents": ("tests/process/test_asked.py",),
    "rooms/payment/invariants": (
        "tests/process/test_rules.py",
        "tests/test_invariants.py",
    ),
    "rooms/payment/ledger": ("tests/order/test_sums.py",),
    "rooms/payment/limits": ("tests/process/test_authority.py",),
    "rooms/payment/movements": (
        "tests/order/test_answers.py",
        "tests/order/test_reports.py",
    ),
    "rooms/payment/notifications": ("tests/process/test_notices.py",),
    "rooms/payment/process": (
        "tests/process/test_reactions.py",
        "tests/process/test_settling.py",
    ),
    "rooms/payment/refunds": (
        "tests/order/test_refund.py",
        "tests/order/test_shares.py",
    ),
    "rooms/payment/reports": (
        "tests/order/test_answers.py",
        "tests/process/test_reception.py",
    ),
    "rooms/payment/requests": ("tests/order/test_requests.py",),
    "rooms/payment/resolutions": (
        "tests/process/test_remedy.py",
        "tests/order/test_decisions.py",
    ),
    "rooms/payment/status": ("tests/order/test_status.py",),
    "rooms/payment/terms": ("tests/process/test_policy_faults.py",),
    "rooms/payment/verbs": ("tests/desk/test_verbs.py",),
    "rooms/returns/decide": ("tests/returns/test_decisions.py",),
    "rooms/returns/evolve": ("tests/returns/test_evolve.py",),
    "rooms/returns/guards": (
        "tests/process/test_admission.py",
        "tests/returns/test_decisions.py",
    ),
    "rooms/returns/intents": ("tests/process/test_asked.py",),
    "rooms/returns/invariants": (
        "tests/process/test_rules.py",
        "tests/test_invariants.py",
    ),
    "rooms/returns/limits": ("tests/process/test_authority.py",),
    "rooms/returns/model": ("tests/order/test_shares.py",),
    "rooms/returns/process": (
        "tests/process/test_settling.py",
        "tests/process/test_reactions.py",
    ),
    "rooms/returns/reports": ("tests/returns/test_decisions.py",),
    "rooms/returns/restocking": ("tests/process/test_restocking.py",),
    "rooms/returns/status": ("tests/process/test_dates.py",),
    "rooms/returns/terms": (
        "tests/process/test_judged.py",
        "tests/process/test_policy_faults.py",
    ),
    "rooms/returns/verbs": ("tests/desk/test_verbs.py",),
    "rooms/shipment/cancellation": (
        "tests/process/test_no_standstill.py",
        "tests/process/test_reactions.py",
        "tests/process/test_settling.py",
    ),
    "rooms/shipment/decide": ("tests/shipment/test_decisions.py",),
    "rooms/shipment/evolve": ("tests/shipment/test_evolve.py",),
    "rooms/shipment/fulfilment": (
        "tests/process/test_reactions.py",
        "tests/process/test_settling.py",
    ),
    "rooms/shipment/intents": ("tests/process/test_asked.py",),
    "rooms/shipment/invariants": (
        "tests/process/test_rules.py",
        "tests/test_invariants.py",
    ),
    "rooms/shipment/limits": ("tests/process/test_authority.py",),
    "rooms/shipment/notifications": ("tests/process/test_notices.py",),
    "rooms/shipment/planning": ("tests/process/test_planning.py",),
    "rooms/shipment/process": ("tests/process/test_reactions.py",),
    "rooms/shipment/reports": ("tests/shipment/test_decisions.py",),
    "rooms/shipment/resolutions": ("tests/process/test_remedy.py",),
    "rooms/shipment/shortfall": (
        "tests/process/test_no_standstill.py",
        "tests/process/test_reactions.py",
    ),
    "rooms/shipment/terms": ("tests/process/test_policy_faults.py",),
    "rooms/shipment/tracking": ("tests/shipment/test_evolve.py",),
    "rooms/shipment/transit": (
        "tests/process/test_reactions.py",
        "tests/process/test_settling.py",
    ),
    "rooms/shipment/verbs": (
        "tests/desk/test_verbs.py",
        "tests/desk/test_words.py",
    ),
    "rooms/stock/backorders": (
        "tests/process/test_reactions.py",
        "tests/process/test_settling.py",
    ),
    "rooms/stock/confirmation": (
        "tests/process/test_reactions.py",
        "tests/process/test_settling.py",
        "tests/process/test_no_standstill.py",
    ),
    "rooms/stock/decide": ("tests/reservation/test_decisions.py",),
    "rooms/stock/evolve": ("tests/reservation/test_evolve.py",),
    "rooms/stock/intents": ("tests/process/test_asked.py",),
    "rooms/stock/invariants": (
        "tests/process/test_rules.py",
        "tests/test_invariants.py",
    ),
    "rooms/stock/process": (
        "tests/process/test_reactions.py",
        "tests/process/test_settling.py",
        "tests/process/test_no_standstill.py",
    ),
    "rooms/stock/resolutions": ("tests/process/test_remedy.py",),
    "rooms/status": (
        "tests/desk/test_finding.py",
        "tests/process/test_dates.py",
    ),
    "warehouse/keeper": ("tests/testing/test_warehouse.py",),
    "warehouse/reservations": ("tests/testing/test_warehouse.py",),
    "warehouse/routes": ("tests/testing/test_warehouse.py",),
    "warehouse/shelves": ("tests/testing/test_warehouse.py",),
    "warehouse/sourcing": ("tests/testing/test_warehouse.py",),
    "worker/_idle": ("tests/worker/test_idle.py",),
    "worker/_relay": ("tests/worker/test_relay.py",),
    "worker/_relays": (
        "tests/worker/test_relay.py",
        "tests/worker/test_cli.py",
    ),
    "worker/_pace": ("tests/worker/test_concurrency.py",),
    "views/order": ("tests/process/test_dates.py",),
    "views/showing": ("tests/views/test_pages.py",),
}
"""What is mutated, and the tests that must notice."""

CONFIG: Final = """

[tool.mutmut]
source_paths = ["src"]
only_mutate = ["{module}"]
also_copy = ["conftest.py", "docs", "tools"]
timeout_multiplier = 30
do_not_mutate_patterns = [{words}]
pytest_add_cli_args_test_selection = {tests}
pytest_add_cli_args = [
    "-p", "no:xdist", "-p", "no:randomly", "-x", "-q",
    "-k", "not moment and not postgres and not every_verb_knows"
]
"""
"""What mutmut is told.  Tests of speed, which say *moment* in their name,
are left out: a changed function is several times slower to call.  So are
those over PostgreSQL: memory and SQLite live the same lives, and each
mutant would start a database of its own; and the one that lists the verbs
of a desk, as mutmut adds methods of its own to them.
It gives tests much time: on a machine that others use too, slow is not
noticed."""

WORDS: Final = r"""'^ *f?".*" *$', '^ *f?"[^"]* [^"]*",?$'"""
"""Lines of nothing but a sentence: how a message is worded is free."""


def file_of(module: str) -> Path:
    """Where a module is, from the root of the project."""
    if module.startswith(ADAPTERS):
        name = module.removeprefix(ADAPTERS)
        return Path("src/orderlife_adapters", f"{name}.py")
    return CORE / f"{module}.py"


def main() -> int:
    """Mutate the modules that are named, one after the other."""
    parser = argparse.ArgumentParser(description="Mutate the core.")
    parser.add_argument("modules", nargs="*", metavar="module")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--names", action="store_true", help="no diffs")
    parser.add_argument("--sample", type=int, metavar="N", help="N a module")
    parser.add_argument("--seed", type=int, default=0, help="of the sample")
    given = parser.parse_args()
    if given.list:
        print("\n".join(MODULES))
        return 0
    counts = {}
    for module in given.modules or MODULES:
        drawn = Sample(given.sample, given.seed) if given.sample else None
        counts[module] = mutate(
            module, given.jobs, drawn, diffs=not given.names
        )
        print(module, dict(counts[module]), flush=True)
    return report(counts)


@dataclasses.dataclass(frozen=True)
class Sample:
    """So many of a module's mutants, drawn by lot."""

    count: int
    seed: int

    def of(self, copy: Path, module: str) -> list[str]:
        """Their names; mutmut knows them once it has made them all."""
        # It makes them, finds none of this name, and stops.
        subprocess.run([*RUN, "run", "no such"], cwd=copy, check=False)
        made = copy / "mutants" / f"{file_of(module)}.meta"
        names = sorted(json.loads(made.read_text())["exit_code_by_key"])
        count = min(self.count, len(names))
        return random.Random(self.seed).sample(names, count)


def mutate(
    module: str, jobs: int, drawn: Sample | None, *, diffs: bool
) -> collections.Counter[str]:
    """Count what became of a module's mutants; print the survivors."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copy = Path(folder, "project")
        ignored = shutil.ignore_patterns(".*", "mutants", "_build")
        shutil.copytree(ROOT, copy, ignore=ignored)
        config = CONFIG.format(
            module=file_of(module),
            tests=json.dumps(MODULES[module]),
            words=WORDS,
        )
        with (copy / "pyproject.toml").open("a", encoding="utf-8") as file:
            file.write(config)
        names = drawn.of(copy, module) if drawn else []
        children = ("--max-children", str(jobs))
        subprocess.run([*RUN, "run", *children, *names], cwd=copy, check=True)
        counts: collections.Counter[str] = collections.Counter()
        for name, state in results(copy):
            if names and name not in names:
                continue
            counts[state] += 1
            if state in {"killed", "timeout"}:
                continue
            print(state, name, flush=True)
            if diffs:
                print(said(copy, "show", name))
        return counts


def results(copy: Path) -> Iterator[tuple[str, str]]:
    """Each mutant, and what became of it."""
    for line in said(copy, "results", "--all", "true").splitlines():
        name, _, state = line.strip().rpartition(": ")
        yield name, state


def said(copy: Path, *words: str) -> str:
    """What mutmut answers."""
    ran = subprocess.run(
        [*RUN, *words], cwd=copy, check=False, capture_output=True, text=True
    )
    return ran.stdout


def report(counts: dict[str, collections.Counter[str]]) -> int:
    """Say how many were noticed; a code for the shell."""
    total = killed = 0
    for module, count in counts.items():
        noticed = count["killed"] + count["timeout"]
        whole = sum(count.values())
        total, killed = total + whole, killed + noticed
        print(f"{module:20} {noticed:5} of {whole:5}  {dict(count)}")
    share = 100 * killed / total if total else 0.0
    print(f"{'all':20} {killed:5} of {total:5}  {share:.1f} %")
    return 0 if share >= 95 else 1


if __name__ == "__main__":
    sys.exit(main())

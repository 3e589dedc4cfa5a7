"""What every statement for PostgreSQL keeps away from.

An engine that spreads the tables over servers by tenant, such as Citus,
sends a statement on as text to the one server that has the tenant.  It
needs the tenant at every table, and not all of SQL comes through.  No
such engine is here: the texts are looked at.  The rules are those of
the Citus documentation, *SQL Support and Workarounds*; a statement that
is for one tenant may have all else, such as ``FOR UPDATE`` and parts
that write, as it is sent on whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

import attrs
import pytest

from orderlife_adapters import _postgres_archive
from orderlife_adapters._feed import CURSORS, FORGET, HOLD, MOVE
from orderlife_adapters._inventory_postgres_sql import statements
from orderlife_adapters._migrations import Naming
from orderlife_adapters._postgres_commit_sql import Parts, commit_sql
from orderlife_adapters._postgres_feed import READ, SEQUENCE, SEQUENCER
from orderlife_adapters._postgres_sql import Statements


def _of_orders() -> Iterator[tuple[str, str]]:
    made = Statements(Naming())
    for name, kind in vars(Statements).items():
        if isinstance(kind, property):
            yield name, getattr(made, name)
    for value in (True, False):
        yield f"claim {value}", made.claim(of_order=value)
        yield f"due_timers {value}", made.due_timers(of_order=value)
        yield f"backlog {value}", made.backlog(of_port=value)
        found = made.orders(("channel", "order_status"), troubled=value)
        yield f"orders {value}", found
    # Each part of a commit, alone with the order's row, and all of them.
    names = [field.name for field in attrs.fields(Parts)]
    none = dict.fromkeys(names, False)
    for name in names:
        parts = Parts(**none | {"stores": True, name: True})
        yield f"commit {name}", commit_sql(Naming(), parts)
    yield "commit", commit_sql(Naming(), Parts(**dict.fromkeys(names, True)))


STATEMENTS: Final[Mapping[str, str]] = {
    **{f"stock {name}": text for name, text in statements(Naming()).items()},
    **{f"orders {name}": text for name, text in _of_orders()},
    **{
        f"feed {number}": Naming().fill(text)
        for number, text in enumerate(
            (CURSORS, MOVE, HOLD, FORGET, READ, SEQUENCE, SEQUENCER)
        )
    },
    **{
        f"archive {name}": Naming().fill(text)
        for name, text in vars(_postgres_archive).items()
        if isinstance(text, str) and "{table}" in text
    },
}
"""All that are looked at, by whose they are."""

REFUSED: Final[Mapping[str, str]] = {
    # Bytes in a CASE are sent on as text that is none: 22021.
    "bytes in a case": r"\bCASE\b(?:(?!\bEND\b).)*\b(convert_to|bytea)\b",
    "a lock that no row has": r"\bpg_(try_)?advisory",
    "a lock of a table": r"\bLOCK TABLE\b",
    "the name of a constraint": r"\bON CONSTRAINT\b",
    # "Functions used in UPDATE queries on distributed tables must not be
    # VOLATILE", and they differ from one server to the next.
    "a function that is volatile": r"\b(clock_timestamp|random|nextval)\b",
    # "Subqueries within INSERT queries are not supported": where there are
    # VALUES; of a SELECT they are part.
    "a question among values": r"\bVALUES \((?:(?!\)).)*\(SELECT",
}
"""What no statement has in it, as a pattern."""

_TABLE: Final = r"(?:FROM|JOIN|UPDATE|USING|,) orderlife_(?!stores\b)(\w+)"
"""A table but that of the database's ids, which is on each server."""
_NAMED: Final = (
    r"tenant = %\(tenant\)s|USING <tenant|\w\.tenant = \w\.tenant\b"
)


@pytest.mark.parametrize("name", STATEMENTS)
@pytest.mark.parametrize("what", REFUSED)
def test_a_statement_keeps_away_from(name: str, what: str) -> None:
    """What an engine that spreads the tables does not take."""
    found = re.search(REFUSED[what], STATEMENTS[name], re.DOTALL)
    assert found is None, found


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_statement_names_the_tenant_at_every_table(name: str) -> None:
    """By the parameter, or by a join of a row whose tenant is named."""
    seen = 0
    for scope in _scopes(STATEMENTS[name]):
        tables = re.findall(_TABLE, scope)
        named = re.findall(_NAMED, scope)
        assert len(named) >= len(tables), scope
        seen += len(tables)
        into = re.search(
            r"INSERT INTO orderlife_(?!stores\b)\w+ (?:AS \w+ )?<(\w+)", scope
        )
        if into is not None:
            assert into[1] == "tenant"
            assert re.search(
                r"SELECT (%\(tenant\)s(::text)?|tenant),", scope
            ), scope
            seen += 1
    every = re.findall(r" orderlife_(?!stores\b)", STATEMENTS[name])
    assert seen == len(every)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("SELECT CASE WHEN a THEN convert_to(b, 'x') END", "bytes in a case"),
        ("SELECT pg_advisory_xact_lock(1)", "a lock that no row has"),
        ("INSERT x ON CONFLICT ON CONSTRAINT y", "the name of a constraint"),
        ("LOCK TABLE x", "a lock of a table"),
        ("SELECT clock_timestamp()", "a function that is volatile"),
        ("VALUES (1, (SELECT 2))", "a question among values"),
    ],
)
def test_what_is_refused_would_be_found(text: str, what: str) -> None:
    """The patterns match what they are about."""
    assert re.search(REFUSED[what], text, re.DOTALL)


def _scopes(text: str) -> Iterator[str]:
    """Each SELECT, INSERT, UPDATE or DELETE, without those within it.

    Other brackets become pointed ones, and stay where they are.
    """
    text = " ".join(text.split())
    text = re.sub(r"%\((\w+)\)s", r"%<\1>s", text)
    innermost = re.compile(r"\(([^()]*)\)")
    while (found := innermost.search(text)) is not None:
        inside = found[1].strip()
        verb = re.match(r"(SELECT|INSERT|UPDATE|DELETE|WITH)\b", inside)
        kept = "<>" if verb else f"<{inside}>"
        if verb:
            yield _named(inside)
        text = f"{text[: found.start()]}{kept}{text[found.end() :]}"
    yield _named(text)


def _named(scope: str) -> str:
    return scope.replace("%<tenant>s", "%(tenant)s")

"""Rows as SQLite keeps them: in less room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from orderlife.engine.chain import answer_of
from orderlife.ports.store import Answer, Link
from orderlife_adapters._rows import link_row
from orderlife_adapters._words import digits, packed, short

__all__ = ["answer_by", "decision_row"]


def decision_row(tenant: str, order_id: str, link: Link) -> tuple[Any, ...]:
    """What is inserted of a decision, as SQLite keeps it."""
    events = link.last_version - link.first_version
    return (
        *(tenant, order_id),
        *(events, events, tenant),  # of which its position is made
        *link_row(link)[:-3],
        short(link.fingerprint),
        packed(link.document),
        short(link.digest),
    )


def answer_by(row: Sequence[Any]) -> Answer:
    """The answer that a decision's input got, of SQLite's columns."""
    fingerprint, *rest = row
    return answer_of(digits(fingerprint), *rest)

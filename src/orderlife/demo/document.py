"""What the demo found, as one document of JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs

from orderlife.demo.lived import Lived

__all__ = ["document"]


def document(lives: Iterable[Lived], seconds: float) -> dict[str, Any]:
    """Give what the demo found, as JSON can hold it.

    Args:
        lives: the lives, each at its end.
        seconds: how long all of them took.
    """
    lives = tuple(lives)
    return {
        "lives": [_life(lived) for lived in lives],
        "violations": sum(len(lived.violations) for lived in lives),
        "problems": sum(len(lived.problems) for lived in lives),
        "seconds": round(seconds, 3),
    }


def _life(lived: Lived) -> dict[str, Any]:
    status = lived.view.status
    return {
        "name": lived.scenario.name,
        "title": lived.scenario.title,
        "story": lived.scenario.story,
        "order_id": lived.scenario.order_id,
        "status": attrs.asdict(status),
        "timeline": [
            {**attrs.asdict(entry), "at": entry.at.isoformat()}
            for entry in lived.timeline
        ],
        "money": {
            **{name: str(amount) for name, amount in lived.money.items()},
            "store_credit": str(lived.store_credit),
        },
        "exceptions": [
            {
                "exception_id": item.exception_id,
                "kind": item.contradiction.kind.value,
                "expected": item.contradiction.expected,
                "observed": item.contradiction.observed,
                "remedy": None if item.remedy is None else item.remedy.value,
                "note": item.note,
                "by": item.by,
            }
            for item in lived.case.placed.exceptions
        ],
        "messages": [attrs.asdict(message) for message in lived.messages],
        "events": len(lived.history),
        "problems": list(lived.problems),
        "violations": list(lived.violations),
    }

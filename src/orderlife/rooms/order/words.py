"""Refuses reasons and flags that neither the policy nor a room lists.

Only commands are checked: recorded words stay valid when they are no
longer listed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife._kernel.labels import word_label
from orderlife._values.limits import MAX_PROBLEMS
from orderlife._values.spelling import meant, shown
from orderlife.errors import Problem, ValidationError
from orderlife.policy.registries import Entry, Registry
from orderlife.rooms.order.messages import (
    CancelLines,
    CancelOrder,
    DraftOrder,
    OpenHold,
    PlaceOrder,
)

__all__ = [
    "check_cancel_reason",
    "check_flags",
    "check_hold_reason",
    "labels",
    "usual",
]


def usual(context: Context, registry: Registry, wanted: str) -> str:
    """The wanted word of a registry; another one, if it is not listed."""
    known = context.words(registry)
    return wanted if wanted in known else next(iter(known), wanted)


def labels(
    context: Context, registry: Literal["hold_reasons", "cancel_reasons"]
) -> dict[str, str]:
    """The words of a registry, and their labels for people."""
    ours: Mapping[str, Entry] = getattr(context.policy, registry)
    return {
        word: ours[word].label if word in ours else word_label(word)
        for word in context.words(registry)
    }


def check_hold_reason(case: Case, command: OpenHold, context: Context) -> None:
    """Refuse a reason of a hold that is not listed.

    Raises:
        ValidationError: names those that are.
    """
    _check(command, "hold_reasons", {"reason": command.reason}, context)


def check_cancel_reason(
    case: Case, command: CancelOrder | CancelLines, context: Context
) -> None:
    """Refuse a reason of a cancellation that is not listed.

    Raises:
        ValidationError: names those that are.
    """
    _check(command, "cancel_reasons", {"reason": command.reason}, context)


def check_flags(
    case: Case, form: PlaceOrder | DraftOrder, context: Context
) -> None:
    """Refuse flags of lines that are not listed.

    Raises:
        ValidationError: names each of them, and those that are.
    """
    flags = {
        f"lines[{index}].flags[{place}]": flag
        for index, line in enumerate(form.lines)
        for place, flag in enumerate(line.flags)
    }
    if flags:
        _check(form, "flags", flags, context)


def _check(
    command: object,
    registry: Registry,
    words: dict[str, str],
    context: Context,
) -> None:
    known = context.words(registry)
    problems = [
        Problem(field, _unknown(word, known))
        for field, word in words.items()
        if word not in known
    ]
    if problems:
        raise ValidationError(type(command).__name__, problems[:MAX_PROBLEMS])


def _unknown(word: str, known: tuple[str, ...]) -> str:
    """The problem with an unknown word: it and the listed ones."""
    asked = "?" if shown(word.replace(".", "_")) == "?" else word
    listed = ", ".join(known) or "there is none"
    return f"{asked} is not known; {meant([word], known)}possible: {listed}"

"""Defects that any port can have: keys, look-ups, lost answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import attrs

from orderlife.errors import PortError
from orderlife.ports.base import Capabilities, NotKnown, Unknown
from tests.conformance.planted import Planted

__all__ = [
    "acts_each_time",
    "cuts_keys",
    "finds_anything",
    "finds_nothing",
    "knows_operations_only",
    "overriding",
    "plant_request_mutants",
    "plant_wire_mutants",
]


def _anew(intent: Any, name: str) -> Any:
    """The same request as one that was never seen."""
    return attrs.evolve(
        intent,
        operation_id=f"{intent.operation_id}:{name}",
        key=f"{intent.key}:{name}",
    )


def overriding(
    kind: type[Any], method: str, changed: Callable[[Any, Any, Any], Any]
) -> type[Any]:
    """A fake of which one method is another.

    ``changed`` is given the fake, the healthy method and the intent.
    """

    def other(self: Any, intent: Any, /) -> Any:
        healthy = getattr(super(made, self), method)
        return changed(self, healthy, intent)

    made: type[Any] = type(
        f"{changed.__name__}_{method}", (kind,), {method: other}
    )
    return made


def acts_each_time(port: Any, healthy: Any, intent: Any) -> Any:
    """It makes a key of its own at each call."""
    port.calls = getattr(port, "calls", 0) + 1
    return healthy(_anew(intent, f"{port.calls}"))


def says_something_else(port: Any, healthy: Any, intent: Any) -> Any:
    """It does nothing more when it is repeated, and answers with a no."""
    known = port.__dict__.setdefault("known", set())
    answer = healthy(intent)
    if intent.key in known:
        return Unknown("that was done already")
    known.add(intent.key)
    return answer


def takes_other_content(port: Any, healthy: Any, intent: Any) -> Any:
    """What comes under a known key is done, if it is something else."""
    try:
        return healthy(intent)
    except PortError:
        return acts_each_time(port, healthy, intent)


def knows_operations_only(_: Any, healthy: Any, intent: Any) -> Any:
    """It tells requests apart by their operation, not by their key."""
    return healthy(attrs.evolve(intent, key=""))


def cuts_keys(port: Any, healthy: Any, intent: Any) -> Any:
    """It keeps 32 characters, and answers by those."""
    short = intent.key[:32]
    answers = port.__dict__.setdefault("answers", {})
    if short not in answers:
        answers[short] = healthy(intent)
    return answers[short]


def raises_when_lost(_: Any, healthy: Any, intent: Any) -> Any:
    """It lets its caller guess what a timeout means."""
    answer = healthy(intent)
    if isinstance(answer, Unknown):
        raise TimeoutError
    return answer


def asks_again_by_itself(port: Any, healthy: Any, intent: Any) -> Any:
    """It hides a lost answer, and answers as if nothing had been."""
    answer = healthy(intent)
    if isinstance(answer, Unknown):
        return acts_each_time(port, healthy, intent)
    return answer


def repeats_what_was_lost(port: Any, healthy: Any, intent: Any) -> Any:
    """After a lost answer it makes a new key, and acts again."""
    lost = port.__dict__.setdefault("lost", set())
    if intent.key in lost:
        return acts_each_time(port, healthy, intent)
    answer = healthy(intent)
    if isinstance(answer, Unknown):
        lost.add(intent.key)
    return answer


def gives_up_after_a_loss(port: Any, healthy: Any, intent: Any) -> Any:
    """Once without an answer, always without one."""
    lost = port.__dict__.setdefault("lost", {})
    if intent.key not in lost:
        lost[intent.key] = healthy(intent)
    return lost[intent.key]


def finds_nothing(_: Any, healthy: Any, intent: Any) -> Any:
    """Whatever it is asked for, it never came."""
    return NotKnown() if healthy and intent else None


def finds_anything(port: Any, healthy: Any, intent: Any) -> Any:
    """What it does not know it takes for unknown, not for never come."""
    found = healthy(intent)
    del port
    return Unknown("404") if isinstance(found, NotKnown) else found


def plant_request_mutants(
    planted: Planted, kind: type[Any], methods: Mapping[str, str]
) -> None:
    """Plant them in a port's fake.

    Args:
        planted: the port's mutants.
        kind: its fake.
        methods: which method performs which sort of request; the first
            stands for all where one will do.
    """
    for name, method in methods.items():
        # To void what is void changes nothing: there the answer tells.
        again = says_something_else if "void" in name else acts_each_time
        planted(f"{name}_acts_once")(overriding(kind, method, again))
        planted(f"{name}_is_found")(overriding(kind, "look_up", finds_nothing))
    first = next(iter(methods.values()))
    for check, defect in (
        ("other_content_under_a_key_does_nothing", takes_other_content),
        ("new_key_is_a_new_request", knows_operations_only),
        ("keys_of_36_characters_are_told_apart", cuts_keys),
    ):
        planted(check)(overriding(kind, first, defect))
    plant_wire_mutants(planted, kind, first)


def plant_wire_mutants(planted: Planted, kind: type[Any], first: str) -> None:
    """Plant what goes wrong at once, and where something gets lost."""
    for check, defect in (
        ("one_key_at_once_acts_once", acts_each_time),
        ("lost_answer_is_unknown", raises_when_lost),
        ("lost_answer_is_given_again", repeats_what_was_lost),
        ("lost_request_is_unknown", asks_again_by_itself),
        ("lost_request_can_come_again", gives_up_after_a_loss),
    ):
        planted(check)(overriding(kind, first, defect))
    planted("lost_answer_is_found")(overriding(kind, "look_up", finds_nothing))
    planted("lost_request_is_not_known")(
        overriding(kind, "look_up", finds_anything)
    )
    soon = Capabilities(
        deduplicates=True, looks_up=True, window=timedelta(seconds=1)
    )
    forgetful = type(f"Forgetful{kind.__name__}", (kind,), {})
    forgetful.capabilities = property(lambda _: soon)  # type: ignore[attr-defined]
    planted("capabilities_make_sense")(forgetful)

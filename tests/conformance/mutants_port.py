"""Adapters of an application's own port, with one defect each."""

from __future__ import annotations

from typing import Any

from tests.conformance.engraver import (
    Engraved,
    EngraverFakes,
    FakeEngraver,
    Polish,
)
from tests.conformance.mutants_requests import (
    acts_each_time,
    cuts_keys,
    finds_anything,
    finds_nothing,
    knows_operations_only,
    overriding,
    plant_wire_mutants,
)
from tests.conformance.planted import Planted

__all__ = ["PORT"]

PORT = Planted(EngraverFakes)

plant_wire_mutants(PORT, FakeEngraver, "engrave")

# The second intent of the port has the defect: all of them are checked.
for _check, _method, _defect in (
    ("same_key_acts_once", "polish", acts_each_time),
    ("other_key_is_another_operation", "polish", cuts_keys),
    ("new_key_is_a_new_request", "polish", knows_operations_only),
    ("answer_is_found", "look_up", finds_nothing),
    ("what_never_came_is_not_known", "look_up", finds_anything),
):
    PORT(_check)(overriding(FakeEngraver, _method, _defect))


@PORT("answers_as_its_protocol_says")
class AnswersAnother(FakeEngraver):
    def polish(self, intent: Polish, /) -> Any:
        super().polish(intent)
        return Engraved()

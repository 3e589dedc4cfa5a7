"""The policy: the shop's choices, and its permissions."""

from __future__ import annotations

from orderlife._values.addresses import doubt_no_town, take_any
from orderlife._values.days import end_of_day, last_day
from orderlife.policy.model import (
    REASONS,
    CaptureWhen,
    Parcelling,
    Policy,
    ReturnReason,
    ReturnTerms,
    ReturnVerdict,
    SingleCapture,
    accept_all,
    allow_all,
    by_place_and_seller,
    check_policy,
    judge_return,
)
from orderlife.policy.permissions import (
    Grant,
    Permissions,
    UnlessOwn,
    UpTo,
    is_own,
)
from orderlife.policy.registries import (
    CANCEL_REASONS,
    FLAGS,
    HOLD_REASONS,
    Flag,
    Reason,
)

__all__ = [
    "CANCEL_REASONS",
    "FLAGS",
    "HOLD_REASONS",
    "REASONS",
    "CaptureWhen",
    "Flag",
    "Grant",
    "Parcelling",
    "Permissions",
    "Policy",
    "Reason",
    "ReturnReason",
    "ReturnTerms",
    "ReturnVerdict",
    "SingleCapture",
    "UnlessOwn",
    "UpTo",
    "accept_all",
    "allow_all",
    "by_place_and_seller",
    "check_policy",
    "doubt_no_town",
    "end_of_day",
    "is_own",
    "judge_return",
    "last_day",
    "take_any",
]

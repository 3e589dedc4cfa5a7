"""What stands around a decision: when, whose rules, who asks."""

from __future__ import annotations

from datetime import datetime

import attrs

from orderlife._kernel.messages import Actor
from orderlife._values.times import utc
from orderlife.policy.model import Policy

__all__ = ["Context"]


@attrs.frozen(kw_only=True)
class Context:
    """When a decision is taken, by whose rules, and for whom."""

    now: datetime = attrs.field(converter=utc)
    policy: Policy
    actor: Actor
    notify: bool = True
    """False: the command asked for silence."""

"""All that an application needs to build a room of its own.

A room is a table, ``Room``: its rows are made by ``on``, ``about``,
``hears``, ``makes``, ``changes``, ``moves``, ``tells``, ``asks``,
``reports`` and ``objects``; what must hold of its part are its
``Invariants``, and the sentence of an event is ``Told``.
``HOUSE.with_`` gives a house that has the room.  The
methods of a desk for it are its ``Verbs``.  Everything else is
imported from
``orderlife``, from ``orderlife.ports`` and from the messages, models
and lifecycles of the rooms in ``orderlife.rooms``.
"""

from __future__ import annotations

from orderlife._kernel.choices import Choice, Trial
from orderlife._kernel.context import Context
from orderlife._kernel.house import House, Matters
from orderlife._kernel.invariants import (
    Invariants,
    Violation,
    precondition,
)
from orderlife._kernel.lifecycle import Lifecycle, Rule
from orderlife._kernel.messages import Step
from orderlife._kernel.offers import Offer, offer
from orderlife._kernel.parts import Parts
from orderlife._kernel.personal import PERSONAL, REFERENCE
from orderlife._kernel.room import (
    WAIT,
    Again,
    Change,
    Deadline,
    Matter,
    Room,
    Then,
    Trouble,
    about,
    asks,
    changes,
    hears,
    makes,
    moves,
    objects,
    on,
    reports,
    tells,
    together,
)
from orderlife._kernel.sentences import Told
from orderlife._kernel.verbs import (
    FactOptions,
    Options,
    Verbs,
    order_of,
    verb,
)
from orderlife._values.fast_enum import FastEnum
from orderlife._values.personal import masked
from orderlife.house import HOUSE
from orderlife.ports.port import Port
from orderlife.rooms.notifications import customer, staff

__all__ = [
    "HOUSE",
    "PERSONAL",
    "REFERENCE",
    "WAIT",
    "Again",
    "Change",
    "Choice",
    "Context",
    "Deadline",
    "FactOptions",
    "FastEnum",
    "House",
    "Invariants",
    "Lifecycle",
    "Matter",
    "Matters",
    "Offer",
    "Options",
    "Parts",
    "Port",
    "Room",
    "Rule",
    "Step",
    "Then",
    "Told",
    "Trial",
    "Trouble",
    "Verbs",
    "Violation",
    "about",
    "asks",
    "changes",
    "customer",
    "hears",
    "makes",
    "masked",
    "moves",
    "objects",
    "offer",
    "on",
    "order_of",
    "precondition",
    "reports",
    "staff",
    "tells",
    "together",
    "verb",
]

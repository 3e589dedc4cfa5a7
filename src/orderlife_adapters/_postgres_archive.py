"""Closed orders on PostgreSQL that are folded away.

An order is read, deflated here, and folded away by one statement, which
compares what was read with what is there: whoever changed the order or
one of its effects meanwhile was first.  A commit does nothing on an order
that is folded away; it is unfolded then, and the commit is made again.
"""

# Statements are made of constants and of names that `Naming` has checked.
# ruff: noqa: S608

from __future__ import annotations

import json
from typing import Any, Final

import attrs

from orderlife.ports.store import Archive
from orderlife_adapters._archives import FOLDED, fold, unfold
from orderlife_adapters._postgres_driver import Int8, Program
from orderlife_adapters._postgres_effect_sql import OF_ORDER
from orderlife_adapters._postgres_feed import FeedOrders
from orderlife_adapters._postgres_reading import links_of
from orderlife_adapters._postgres_rows import stored
from orderlife_adapters._postgres_sql import LINKS

__all__ = ["FOLD", "UNFOLD", "ArchiveOrders"]

_EMPTY: Final = "input_id = '', fingerprint = '', document = '', digest = ''"
_KINDS: Final = {
    **dict.fromkeys(
        (
            "ordinal",
            "due_at",
            "created_at",
            "attempts",
            "begun_at",
            "generation",
            "store",
        ),
        "bigint",
    ),
    "doubted": "bool",
}
"""The types of effects' columns that are no texts."""
_OWN: Final = tuple(name for name in FOLDED if name != "order_id")
"""The columns of effects that are put back, each an array."""
_PUT: Final = ", ".join(
    "nullif(begun_at, 0)" if name == "begun_at" else name for name in _OWN
)
_ARRAYS: Final = ", ".join(
    f"%(old_{name})b::{_KINDS.get(name, 'text')}[]" for name in _OWN
)

_CLOSED: Final = (
    "SELECT order_id FROM {table}orders WHERE tenant = %(tenant)s "
    "AND closed_at < %(before)s ORDER BY closed_at LIMIT %(limit)s"
)
_READ: Final = f"""SELECT head, closed_at,
    (SELECT coalesce({LINKS}, '[]')::text
        FROM {{table}}decisions WHERE {OF_ORDER}),
    (SELECT coalesce(json_agg(json_build_array({", ".join(FOLDED)})
            ORDER BY ordinal), '[]')::text
        FROM {{table}}effects WHERE {OF_ORDER})
FROM {{table}}orders WHERE {OF_ORDER} AND closed_at < %(before)s"""
_LATER: Final = (
    "UPDATE {table}orders SET closed_at = %(now)s "
    f"WHERE {OF_ORDER} AND closed_at = %(closed_at)s RETURNING 1"
)
FOLD: Final = f"""
WITH locked AS MATERIALIZED (
    SELECT operation_id, state, attempts FROM {{table}}effects
    WHERE {OF_ORDER} ORDER BY operation_id FOR UPDATE
), same AS MATERIALIZED (
    SELECT count(*) AS found FROM locked JOIN unnest(
        %(operations)b::text[], %(states)b::text[], %(attempts)b::bigint[]
    ) AS known (operation_id, state, attempts)
    USING (operation_id, state, attempts)
), won AS (
    UPDATE {{table}}orders SET archived = true, snapshot = 0, closed_at = NULL
    WHERE {OF_ORDER} AND head = %(head)s AND closed_at = %(closed_at)s
    AND (SELECT found FROM same) = %(count)s
    AND (SELECT count(*) FROM locked) = %(count)s
    RETURNING order_id
), new AS (
    INSERT INTO {{table}}archives (tenant, order_id, document)
    SELECT %(tenant)s, order_id, %(document)s FROM won RETURNING order_id
), emptied AS (
    UPDATE {{table}}decisions AS d SET {_EMPTY} FROM new
    WHERE d.tenant = %(tenant)s AND d.order_id = new.order_id
), asked AS (
    DELETE FROM {{table}}effects AS e USING new
    WHERE e.tenant = %(tenant)s AND e.order_id = new.order_id
), bare AS (
    DELETE FROM {{table}}snapshots AS s USING new
    WHERE s.tenant = %(tenant)s AND s.order_id = new.order_id
)
SELECT 1 FROM new"""
"""Fold an order away that stands as it was read."""

_FOLDED: Final = f"""SELECT document, (
    SELECT coalesce({LINKS}, '[]')::text
    FROM {{table}}decisions WHERE {OF_ORDER}
) FROM {{table}}archives WHERE {OF_ORDER}"""
UNFOLD: Final = f"""
WITH gone AS (
    DELETE FROM {{table}}archives
    WHERE {OF_ORDER} AND document = %(document)s RETURNING order_id
), filled AS (
    UPDATE {{table}}decisions AS d SET
        input_id = old.input_id, fingerprint = old.fingerprint,
        document = old.document, digest = old.digest
    FROM gone, unnest(
        %(numbers)b::bigint[], %(inputs)b::text[], %(fingerprints)b::text[],
        %(documents)b::text[], %(digests)b::text[]
    ) AS old (number, input_id, fingerprint, document, digest)
    WHERE d.tenant = %(tenant)s AND d.order_id = gone.order_id
    AND d.number = old.number
), asked AS (
    INSERT INTO {{table}}effects (tenant, order_id, {", ".join(_OWN)})
    SELECT %(tenant)s, gone.order_id, {_PUT}
    FROM gone, unnest({_ARRAYS}) AS old ({", ".join(_OWN)})
), back AS (
    UPDATE {{table}}orders AS o
    SET archived = false, closed_at = o.updated_at FROM gone
    WHERE o.tenant = %(tenant)s AND o.order_id = gone.order_id
)
SELECT 1 FROM gone"""
"""Put back what an order has folded away, unless somebody was first.

If nothing comes of the decision, it can be folded away again."""

_NOTHING: Final = f"""UPDATE {{table}}orders
SET archived = false, closed_at = updated_at
WHERE {OF_ORDER} AND archived AND NOT EXISTS (
    SELECT FROM {{table}}archives WHERE {OF_ORDER}
) RETURNING 1"""
"""Say that nothing of an order is folded away, where that is so."""


@attrs.frozen
class ArchiveOrders(FeedOrders):
    """The programs that fold orders away, and unfold them."""

    def archive(self, request: Archive) -> Program[tuple[str, ...]]:
        """Fold closed orders away, each by a statement of its own."""
        before = stored(request.closed_before)
        now = max(stored(request.now), before)
        folded: list[str] = []
        while missing := request.limit - len(folded):
            found = yield from self._asked(
                self.naming.fill(_CLOSED), before=before, limit=Int8(missing)
            )
            if not found:
                break
            for (order_id,) in found:
                if (yield from self._fold(order_id, before, now)):
                    folded.append(order_id)
        return tuple(folded)

    def _fold(self, order_id: str, before: Int8, now: Int8) -> Program[bool]:
        """Fold an order away; False: it stays, or has just been changed."""
        rows = yield from self._asked(
            self.naming.fill(_READ), order_id=order_id, before=before
        )
        for head, closed_at, decisions, asked in rows:
            effects = json.loads(asked)
            document = fold(order_id, head, links_of(decisions), effects)
            closed = Int8(closed_at)
            if document is None:
                yield from self._asked(
                    self.naming.fill(_LATER),
                    writes=True,
                    order_id=order_id,
                    closed_at=closed,
                    now=now,
                )
                return False
            known = [dict(zip(FOLDED, row, strict=True)) for row in effects]
            done = yield from self._asked(
                self.naming.fill(FOLD),
                writes=True,
                order_id=order_id,
                head=head,
                closed_at=closed,
                document=document,
                count=Int8(len(known)),
                operations=[row["operation_id"] for row in known],
                states=[row["state"] for row in known],
                attempts=[Int8(row["attempts"]) for row in known],
            )
            return bool(done)
        return False

    def _unfold(self, order_id: str) -> Program[None]:
        """Put back what an order has folded away.

        Raises:
            CodecError: it cannot be read.
        """
        rows = yield from self._asked(
            self.naming.fill(_FOLDED), order_id=order_id
        )
        if not rows:
            # Somebody was first, or it is marked so without being it.
            yield from self._asked(
                self.naming.fill(_NOTHING), writes=True, order_id=order_id
            )
        for document, narrow in rows:
            folded = unfold(order_id, document)
            links = folded.links(links_of(narrow))
            yield from self._asked(
                self.naming.fill(UNFOLD),
                writes=True,
                order_id=order_id,
                document=document,
                numbers=[Int8(link.number) for link in links],
                inputs=[link.input_id for link in links],
                fingerprints=[link.fingerprint for link in links],
                documents=[link.document for link in links],
                digests=[link.digest for link in links],
                **{
                    f"old_{name}": [
                        _column(name, row[place]) for row in folded.effects
                    ]
                    for place, name in enumerate(FOLDED)
                    if name in _OWN
                },
            )


def _column(name: str, value: Any) -> object:
    """A value of an effect's column, as PostgreSQL takes it."""
    match _KINDS.get(name):
        case "bigint":
            return Int8(value or 0)
        case "bool":
            return bool(value)
        case _:
            return value

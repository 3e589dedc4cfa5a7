"""How many examples a test looks at: few in the gate, many in a deep run.

The gate gives the same answer twice, so it looks at the same few
examples each time.  A deep run looks for new ones: ``nox -s deep``.
"""

from __future__ import annotations

import os

__all__ = ["examples"]


def examples(few: int) -> int:
    """So many in the gate; in a deep run, as many as it was asked for."""
    return int(os.environ.get("ORDERLIFE_EXAMPLES", few))

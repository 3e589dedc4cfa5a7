"""Every ```python block of the README and the documentation is a test.

The blocks of one page share one namespace, from top to bottom, as if they
were one program. Blocks of any other language are only read.
``<!-- skip: next -->`` before a block leaves it out.
"""

from __future__ import annotations

import os

from hypothesis import settings
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser, SkipParser

# Machines are noisy: no test fails for its time alone.  And a gate gives
# the same answer twice, so it need not look at many examples each time:
# HYPOTHESIS_SEARCH=1 looks for new ones, and at more of them.
_SEARCH = "HYPOTHESIS_SEARCH" in os.environ
settings.register_profile(
    "house",
    deadline=None,
    derandomize=not _SEARCH,
    max_examples=100 if _SEARCH else 40,
)
settings.load_profile("house")


def _as_a_program(namespace: dict[str, object]) -> None:
    namespace["__name__"] = "__main__"


pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser(), SkipParser()],
    pattern="*.md",
    setup=_as_a_program,
).pytest()

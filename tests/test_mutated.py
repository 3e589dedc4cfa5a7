"""What is mutated is there, and so are the tests that must notice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.mutants import CORE, MODULES, ROOT, file_of

pytestmark = pytest.mark.one_python


@pytest.mark.parametrize("module", MODULES)
def test_a_module_that_is_mutated_is_there(module: str) -> None:
    """Or a name that has moved would be passed over."""
    assert Path(ROOT, file_of(module)).is_file()
    for test in MODULES[module]:
        assert Path(ROOT, test).is_file(), test


def test_all_of_the_kernel_is_mutated() -> None:
    """Every room stands on it; where no function is, nothing is changed."""
    kernel = {
        f"_kernel/{path.stem}"
        for path in Path(ROOT, CORE, "_kernel").glob("*.py")
        if "\ndef " in (code := path.read_text()) or "\n    def " in code
    }
    assert kernel <= set(MODULES)

"""What was once written is read for ever, and means what it meant."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from orderlife import Case, Recorded, fold
from orderlife.codec import SCHEMA, loads
from tools import generate_golden
from tools.generate_golden import GOLDEN, documents, main, there, values

KINDS = tuple(values())
SCHEMAS = tuple(sorted(int(folder.name) for folder in GOLDEN.iterdir()))


def read(document: Any) -> Any:
    """Read a golden document."""
    return loads(json.dumps(document), document["kind"])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("schema", SCHEMAS)
def test_golden_documents_mean_what_they_meant(kind: str, schema: int) -> None:
    """Each is read as the value that was written."""
    expected = values()[kind]
    for name, document in there(kind, schema).items():
        assert document["schema"] == schema
        assert expected[name] == read(document), name


@pytest.mark.parametrize("kind", KINDS)
def test_every_class_has_a_golden_document(kind: str) -> None:
    """A new class needs one: python tools/generate_golden.py adds it."""
    assert set(values()[kind]) == set(there(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_golden_documents_are_written_so_today(kind: str) -> None:
    """What is written otherwise needs a new schema and an upcast."""
    assert documents()[kind] == there(kind)


@pytest.mark.parametrize("schema", SCHEMAS)
def test_a_golden_life_leads_to_its_golden_case(schema: int) -> None:
    """Events of any age fold into the state that they led to then."""
    golden = there("life", schema)
    case: Case = read(golden["case"])
    history: list[Recorded] = [read(each) for each in golden["history"]]
    assert case == fold("o1", (r.event for r in history))
    assert case.version == len(history)
    assert list(range(1, len(history) + 1)) == [r.sequence for r in history]


def test_the_check_finds_nothing() -> None:
    """The golden documents are complete and as they should be."""
    assert main(["--check"]) == 0


def test_the_check_names_what_is_missing(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Without documents it fails, and says how to add them."""
    monkeypatch.setattr(generate_golden, "GOLDEN", tmp_path)
    assert main(["--check"]) == 1
    said = capsys.readouterr().err
    assert "command.PlaceOrder" in said
    assert "python tools/generate_golden.py" in said
    assert not list(tmp_path.iterdir())


def test_what_is_there_is_never_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what is missing is added, unless all is asked for again."""
    monkeypatch.setattr(generate_golden, "GOLDEN", tmp_path)
    path = tmp_path / str(SCHEMA) / "personal.json"
    path.parent.mkdir()
    path.write_text('{"Address": "as it was"}', encoding="utf-8")
    assert main([]) == 0
    assert there("personal")["Address"] == "as it was"
    assert "Contact" in there("personal")
    assert main(["--check"]) == 1
    assert main(["--again"]) == 0
    assert documents() == {kind: there(kind) for kind in (*KINDS, "life")}

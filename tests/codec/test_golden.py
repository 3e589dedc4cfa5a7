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


@pytest.fixture
def earlier(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What an earlier release wrote, of which today's would be otherwise.

    It has a document that nothing makes any more, and an order of its own.
    """
    monkeypatch.setattr(generate_golden, "GOLDEN", tmp_path)
    kept = documents()["personal"]
    del kept["Contact"]
    kept["Address"]["data"]["city"] = "Bonn"
    kept = {"Gone": kept["FreeText"], **kept}
    path = tmp_path / str(SCHEMA) / "personal.json"
    path.parent.mkdir()
    text = json.dumps(kept, ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def test_what_is_there_is_never_touched(earlier: Path) -> None:
    """What is missing stands behind it, whatever today's order is."""
    before = earlier.read_text(encoding="utf-8")
    assert main([]) == 0
    after = earlier.read_text(encoding="utf-8")
    assert after.startswith(before.removesuffix("\n}\n"))
    assert [*json.loads(before), "Contact"] == list(json.loads(after))
    assert main([]) == 0
    assert after == earlier.read_text(encoding="utf-8")


def test_a_document_that_is_written_otherwise_today_is_told(
    earlier: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """To add what is missing does not hide that one has changed."""
    assert main([]) == 0
    assert main(["--check"]) == 1
    assert capsys.readouterr().err.startswith("personal.Address: missing or ")


@pytest.mark.parametrize("arguments", [[], ["--check"]])
def test_a_document_that_cannot_be_read_any_more_is_told(
    earlier: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """It is named with the reason, and nothing is written over it."""
    kept = json.loads(earlier.read_text(encoding="utf-8"))
    kept["Gone"]["kind"] = "rumour"
    earlier.write_text(json.dumps(kept), encoding="utf-8")
    life = {"history": [documents()["life"]["case"], {"kind": "recorded"}]}
    earlier.with_name("life.json").write_text(json.dumps(life))
    assert main(arguments) == 1
    first, of_life, of_gone, advice = capsys.readouterr().err.splitlines()
    assert first.startswith("what has been written once must be read")
    assert of_life.startswith("schema 1, life.history: ")
    assert of_gone.startswith("schema 1, personal.Gone: no kind 'rumour'")
    assert advice == "raise the schema and upcast"
    assert kept == json.loads(earlier.read_text(encoding="utf-8"))

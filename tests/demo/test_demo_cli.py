"""``python -m orderlife demo``: what it prints, and its exit codes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import attrs
import pytest

from orderlife._values.personal import Address, Contact
from orderlife.demo import cli
from orderlife.demo.lived import Lived
from orderlife.demo.runner import live
from orderlife.demo.scenario import Ends, Scenario, load, names
from orderlife.rooms.order.messages import DraftOrder, PlaceOrder
from orderlife.rooms.returns.messages import RequestReturn

ESCAPE = "\x1b"


@pytest.fixture(autouse=True)
def paper(monkeypatch: pytest.MonkeyPatch) -> None:
    """Print on paper that is 80 columns wide, whatever runs the tests."""
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def known() -> list[Lived]:
    """Lives that were lived already."""
    return []


@pytest.fixture(autouse=True)
def each_life_once(
    monkeypatch: pytest.MonkeyPatch, known: list[Lived]
) -> None:
    """Live a life once for all tests here: they are about the telling."""

    def live_once(scenario: Scenario) -> Lived:
        for lived in known:
            if lived.scenario == scenario:
                return lived
        known.append(live(scenario))
        return known[-1]

    monkeypatch.setattr(cli, "live", live_once)


def document(
    capsys: pytest.CaptureFixture[str], *arguments: str
) -> dict[str, Any]:
    """Run the demo with ``--json``, and read what it prints."""
    assert cli.main([*arguments, "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_json_is_one_document_with_stable_keys(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Whoever reads the document finds what was there the last time."""
    found = document(capsys, "second-thoughts")

    assert set(found) == {"lives", "violations", "problems", "seconds"}
    (life,) = found["lives"]
    assert set(life) == {
        *("name", "title", "story", "order_id", "status", "timeline"),
        *("money", "exceptions", "messages", "events"),
        *("problems", "violations"),
    }
    assert set(life["status"]) == {
        *("order", "payment", "fulfilment", "returns"),
    }
    assert set(life["money"]) == {
        *("total", "paid", "refunded", "kept", "store_credit"),
    }
    assert set(life["timeline"][0]) == {
        *("at", "seconds", "who", "what", "about", "event"),
        *("detail", "silent"),
    }
    assert set(life["exceptions"][0]) == {
        *("exception_id", "kind", "expected", "observed"),
        *("remedy", "note", "by"),
    }
    assert set(life["messages"][0]) == {
        *("seconds", "message", "audience", "subject"),
    }


def test_json_tells_of_all_lives_in_their_order(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Without names there are all of them, in less than a minute."""
    found = document(capsys)

    assert [life["name"] for life in found["lives"]] == list(names())
    assert found["violations"] == found["problems"] == 0
    assert 0 < found["seconds"] < 60


def test_json_needs_no_rich(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever wants the document need not install what paints it."""
    monkeypatch.setitem(sys.modules, "rich", None)

    assert document(capsys, "unpaid")["lives"][0]["name"] == "unpaid"


def test_missing_rich_is_explained(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without rich it says how to install it, and what goes without it."""
    monkeypatch.setitem(sys.modules, "rich", None)

    assert cli.main(["unpaid"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "python -m pip install 'orderlife[cli]'" in printed.err
    assert "--json does without it" in printed.err


def test_names_choose_lives_in_the_order_given(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Only what was asked for is lived and shown."""
    found = document(capsys, "unpaid", "guest-mug")

    assert [life["name"] for life in found["lives"]] == [
        "unpaid",
        "guest-mug",
    ]


@pytest.mark.parametrize("form", [[], ["--json"], ["--list"]])
def test_unknown_name_is_an_error_that_names_the_lives(
    capsys: pytest.CaptureFixture[str], form: list[str]
) -> None:
    """A name that is no life's gives code 2, and nothing is lived."""
    assert cli.main(["guest-mug", "guest-cup", *form]) == 2

    printed = capsys.readouterr()
    assert printed.out == ""
    assert "no life 'guest-cup'" in printed.err
    assert all(name in printed.err for name in names())


def test_unknown_option_is_an_error(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """An argument that is wrong ends it with code 2."""
    with pytest.raises(SystemExit) as ended:
        cli.main(["--jsno"])

    assert ended.value.code == 2
    assert "--jsno" in capsys.readouterr().err


def test_list_names_each_life(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lives can be listed without living them, and without rich."""
    monkeypatch.setitem(sys.modules, "rich", None)

    assert cli.main(["--list"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(names())


def test_paper_has_no_escape_codes_and_keeps_to_its_width(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What goes into a file or a pipe is plain text of 80 columns."""
    assert cli.main([]) == 0

    printed = capsys.readouterr()
    assert ESCAPE not in printed.out
    assert max(map(len, printed.out.splitlines())) <= 80
    assert printed.err == ""


@pytest.mark.parametrize("width", [60, 80, 120])
def test_paper_shows_every_amount_in_full(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    width: int,
) -> None:
    """However narrow it is, no amount and no state is cut off."""
    monkeypatch.setenv("COLUMNS", str(width))

    assert cli.main(["late-transfer"]) == 0

    printed = capsys.readouterr().out
    assert max(map(len, printed.splitlines())) <= width
    assert "…" not in printed
    assert printed.count("349.00") > 6


def test_paper_tells_a_life_from_title_to_money(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Title, story, timeline, messages, money, trouble and the sum."""
    assert cli.main(["called-off"]) == 0

    printed = capsys.readouterr().out
    parts = [
        *("Called off in time", "(called-off)", "Paid at confirmation"),
        *(" after ", " who ", " what ", "placed: 1 x boots", "0d 02:00"),
        *("being called off", "At the end: order cancelled"),
        *("The customer was told: order confirmed", "Staff were told:"),
        *("total", "paid", "refunded", "kept", "store credit"),
        *("what went wrong", "how it was settled", "x1", "x2"),
        *("store credit, by support", "All lives", "settled"),
        *("Invariants", "Each ended as it is written"),
    ]
    positions = [printed.find(part) for part in parts]
    assert -1 not in positions, parts[positions.index(-1)]
    assert positions[0] < positions[-1]


def test_full_shows_what_is_left_out_otherwise(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Events that only prepare others are shown with ``--full`` alone."""
    cli.main(["guest-mug"])
    usual = capsys.readouterr().out
    cli.main(["guest-mug", "--full"])
    full = capsys.readouterr().out

    assert "asks the gateway to secure" not in usual
    assert "asks the gateway to secure" in full


def test_wide_paper_shows_more_in_the_summary(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there is room, the summary says how the goods and money are."""
    cli.main(["unpaid"])
    narrow = capsys.readouterr().out
    monkeypatch.setenv("COLUMNS", "120")
    cli.main(["unpaid"])
    wide = capsys.readouterr().out

    assert "as written" not in narrow
    assert "as written" in wide


def broken_end(name: str) -> Scenario:
    """Load a life, and write another end for it."""
    ends = Ends(statuses={"order": "draft"})
    return attrs.evolve(load(name), ends=ends)


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_life_that_goes_otherwise_gives_code_1(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    form: list[str],
) -> None:
    """A demo that does not end as it is written has failed, and says so."""
    monkeypatch.setattr(cli, "load", broken_end)

    assert cli.main(["guest-mug", *form]) == 1

    printed = capsys.readouterr().out
    said = re.sub(r"\s+", " ", printed)
    assert "it ends with order completed, not draft" in said


def test_violated_invariant_gives_code_1(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever must hold and does not makes the demo fail."""

    def violated(scenario: Scenario) -> Any:
        return attrs.evolve(live(scenario), violations=("invariant 4: no",))

    monkeypatch.setattr(cli, "live", violated)

    assert cli.main(["guest-mug", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["violations"] == 1


def personal_texts() -> Iterator[str]:
    """Every text of the files that tells of a person."""
    for name in names():
        for step in load(name).steps:
            action = step.action
            if isinstance(action, PlaceOrder | DraftOrder):
                yield from _of_form(action)
            elif isinstance(action, RequestReturn):
                yield action.comment


def _of_form(form: PlaceOrder | DraftOrder) -> Iterator[str]:
    for person in (form.contact, form.ship_to, form.bill_to):
        if isinstance(person, Contact):
            yield from (person.email, person.name, person.phone)
        elif isinstance(person, Address):
            yield from (person.name, *person.lines, person.city)
            yield from (person.postcode, person.phone)
    yield from (tender.token for tender in form.tenders)
    for texts in (form, *form.lines):
        yield from (texts.gift_message, texts.instructions)


@pytest.mark.parametrize("form", [["--full"], ["--json"]])
def test_nothing_personal_is_printed(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    form: list[str],
) -> None:
    """No name, address, mail, gift message or token is ever shown."""
    monkeypatch.setenv("COLUMNS", "1000")
    private = set(personal_texts()) - {""}

    assert cli.main(form) == 0

    printed = capsys.readouterr().out
    assert len(private) > 20
    assert [text for text in private if text in printed] == []


@pytest.mark.parametrize(
    ("arguments", "starts"), [((), "A mug"), (("--json",), "{")]
)
def test_demo_runs_as_a_command(
    arguments: tuple[str, ...], starts: str
) -> None:
    """``python -m orderlife demo`` is this demo."""
    command = [sys.executable, "-m", "orderlife", "demo", "guest-mug"]

    done = subprocess.run(
        [*command, *arguments],
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        check=True,
        capture_output=True,
        encoding="utf-8",
    )

    assert done.stderr == ""
    assert done.stdout.startswith(starts)

"""Diagrams and tables of lifecycles say what the rules say."""

from __future__ import annotations

import enum
import importlib
import importlib.util
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs
import pytest

from orderlife._kernel.lifecycle import Lifecycle, Rule
from orderlife.diagram import LIFECYCLES, Style, draw, lifecycles
from orderlife.errors import LifecycleError
from orderlife.house import HOUSE
from tests.rooms.gift_wrap import GIFT_WRAP

GENERATOR = Path(__file__).parents[1] / "tools" / "generate_diagrams.py"
ROOMS = ("order", "payment", "stock", "returns", "shipment")

AnyLifecycle = Lifecycle[Any, Any]
Table = dict[tuple[str, str], str]


class Robot(enum.Enum):
    """What a robot may be at."""

    IDLE = "idle"
    WALKING = "walking"
    TALKING = "talking"
    CHARGING = "charging"
    BROKEN = "broken"
    SCRAPPED = "scrapped"


class Order(enum.Enum):
    """What may happen to a robot."""

    WALK = "walk"
    RUN = "run"
    TALK = "talk"
    CHARGE = "charge"
    STOP = "stop"
    BREAK = "break"
    FALL = "fall"
    SCRAP = "scrap"


_R, _O = Robot, Order
_UPRIGHT = (_R.IDLE, _R.WALKING, _R.TALKING, _R.CHARGING)
ROBOT = Lifecycle(
    "robot",
    states=Robot,
    triggers=Order,
    initial=_R.IDLE,
    terminal=(_R.SCRAPPED,),
    rules=(
        Rule(_O.WALK, (_R.IDLE,), _R.WALKING),
        Rule(_O.RUN, (_R.IDLE,), _R.WALKING),
        Rule(_O.TALK, (_R.IDLE,), _R.TALKING),
        Rule(_O.CHARGE, (_R.IDLE, _R.WALKING), _R.CHARGING),
        Rule(_O.STOP, (*_UPRIGHT[1:], _R.BROKEN), _R.IDLE),
        # Broken again: the only one of these that leads to itself.
        Rule(_O.BREAK, (*_UPRIGHT, _R.BROKEN), _R.BROKEN),
        Rule(_O.FALL, _UPRIGHT, _R.BROKEN),
        Rule(_O.SCRAP, (_R.BROKEN,), _R.SCRAPPED),
    ),
)
"""Has a group that one rule leaves and enters, and arrows for two."""

ROBOT_IN_MERMAID = """\
stateDiagram-v2
    [*] --> idle
    state "any state but scrapped" as any_1
    any_1 : idle, walking, talking, charging, broken
    idle --> walking : walk, run
    idle --> talking : talk
    idle --> charging : charge
    walking --> charging : charge
    broken --> broken : break
    broken --> scrapped : scrap
    any_1 --> idle : stop
    any_1 --> broken : break, fall
    scrapped --> [*]"""

ROBOT_IN_TEXT = """\
state               | trigger    | next state
--------------------+------------+-----------
idle (initial)      | walk       | walking
                    | run        | walking
                    | talk       | talking
                    | charge     | charging
                    | all of (1) |
walking             | charge     | charging
                    | all of (1) |
talking             | all of (1) |
charging            | all of (1) |
broken              | break      | broken
                    | scrap      | scrapped
                    | all of (1) |
scrapped (terminal) |            |
(1)                 | stop       | idle
                    | break      | broken
                    | fall       | broken

all of (1): each way that begins at (1), but never to the state itself."""


class Seat(enum.Enum):
    """Where the wheel may stand."""

    N = "n"
    E = "e"
    S = "s"
    W = "w"
    TOP = "top"


class Turn(enum.Enum):
    """How to turn the wheel."""

    TO_N = "to_n"
    TO_E = "to_e"
    TO_S = "to_s"
    TO_W = "to_w"
    UP = "up"


WHEEL = Lifecycle(
    "wheel",
    states=Seat,
    triggers=Turn,
    initial=Seat.N,
    terminal=(),
    rules=[
        Rule(turn, tuple(seat for seat in Seat if seat is not dest), dest)
        for turn, dest in zip(Turn, Seat, strict=True)
    ],
)
"""Leads from anywhere to anywhere, and has no end."""

drawn = {**LIFECYCLES, "robot": ROBOT, "wheel": WHEEL}
every_lifecycle = pytest.mark.parametrize(
    "lifecycle", drawn.values(), ids=drawn
)


def table_of(lifecycle: AnyLifecycle) -> Table:
    """Write down where each state's triggers lead, as the values."""
    return {
        (state.value, trigger.value): lifecycle.after(state, trigger).value
        for state in lifecycle.states
        for trigger in lifecycle.allowed(state)
    }


def names_of(lifecycle: AnyLifecycle) -> list[str]:
    """Name the states."""
    return [state.value for state in lifecycle.states]


def terminals_of(lifecycle: AnyLifecycle) -> list[str]:
    """Name the terminal states."""
    return [s.value for s in lifecycle.states if s in lifecycle.terminal]


def expanded(ways: Table, groups: dict[str, list[str]]) -> Table:
    """Put the members of each group in its place, themselves excepted."""
    table = {at: end for at, end in ways.items() if at[0] not in groups}
    for (start, trigger), end in ways.items():
        for member in groups.get(start, ()):
            if member != end:
                assert (member, trigger) not in table, "drawn twice"
                table[member, trigger] = end
    return table


# --- the table --------------------------------------------------------


def cells(lifecycle: AnyLifecycle) -> Iterator[tuple[str, str, str, str]]:
    """Read the rows back: state, its mark, trigger, next state."""
    state = mark = ""
    for line in draw(lifecycle, "text").splitlines()[2:]:
        if line.count("|") == 2:
            name, trigger, dest = map(str.strip, line.split("|"))
            if name:
                state, _, mark = name.partition(" ")
            yield state, mark, trigger, dest


def read_text(lifecycle: AnyLifecycle) -> Table:
    """Read where each state's triggers lead out of the text."""
    ways: Table = {}
    groups: dict[str, list[str]] = {}
    for state, _, trigger, dest in cells(lifecycle):
        if trigger.startswith("all of "):
            groups.setdefault(trigger.removeprefix("all of "), []).append(
                state
            )
        elif trigger:
            assert (state, trigger) not in ways, "drawn twice"
            ways[state, trigger] = dest
    return expanded(ways, groups)


@every_lifecycle
def test_text_says_what_the_table_says(lifecycle: AnyLifecycle) -> None:
    """Each way of the frozen table can be read in the text, no other."""
    assert table_of(lifecycle) == read_text(lifecycle)


@every_lifecycle
def test_text_lists_and_marks_every_state(lifecycle: AnyLifecycle) -> None:
    """Each state is listed in its place, the first and the last marked."""
    marks = {
        state: mark
        for state, mark, _, _ in cells(lifecycle)
        if not state.startswith("(")
    }
    expected = dict.fromkeys(names_of(lifecycle), "")
    expected[lifecycle.initial.value] = "(initial)"
    for state in terminals_of(lifecycle):
        expected[state] = "(terminal)"

    assert list(expected.items()) == list(marks.items())


@every_lifecycle
def test_text_is_aligned_and_fits_the_screen(
    lifecycle: AnyLifecycle,
) -> None:
    """The columns stand below each other, within 80 columns in all."""
    lines = draw(lifecycle, "text").splitlines()
    bars = [
        [place.start() for place in re.finditer(r"[|+]", line)]
        for line in lines
        if re.search(r"[|+]", line)
    ]

    assert [bars[0]] * len(bars) == bars
    assert all(len(line) < 80 for line in lines)
    assert all(line == line.rstrip() for line in lines)


def test_robot_in_text() -> None:
    """What leads from many states to many others is written once."""
    assert draw(ROBOT, "text") == ROBOT_IN_TEXT


def test_one_rule_alone_is_written_out() -> None:
    """A rule that shares its sources with no other is not put together."""
    assert "all of" not in draw(LIFECYCLES["payment"], "text")


# --- the diagram ------------------------------------------------------


def read_mermaid(lifecycle: AnyLifecycle) -> Table:
    """Read where each state's triggers lead out of the diagram."""
    source = draw(lifecycle, "mermaid")
    ways: Table = {}
    groups: dict[str, list[str]] = {}
    for start, end, label in re.findall(
        r"^    (\w+) --> (\w+) : (.+)$", source, re.MULTILINE
    ):
        for trigger in label.split(", "):
            assert (start, trigger) not in ways, "drawn twice"
            ways[start, trigger] = end
    for box, line in re.findall(
        r"^    (any_\d+) : (.+)$", source, re.MULTILINE
    ):
        groups.setdefault(box, []).extend(re.findall(r"\w+", line))
    return expanded(ways, groups)


@every_lifecycle
def test_diagram_says_what_the_table_says(lifecycle: AnyLifecycle) -> None:
    """Each way of the frozen table is an arrow, or one of a box, no other."""
    assert table_of(lifecycle) == read_mermaid(lifecycle)


@every_lifecycle
def test_diagram_shows_every_state(lifecycle: AnyLifecycle) -> None:
    """Each state is a node of its own, whatever box lists it too."""
    arrows = re.findall(
        r"^    (\S+) --> (\S+)", draw(lifecycle, "mermaid"), re.MULTILINE
    )
    nodes = {end for arrow in arrows for end in arrow}

    assert set(names_of(lifecycle)) == {
        node for node in nodes if not node.startswith(("any_", "[*]"))
    }


@every_lifecycle
def test_diagram_begins_and_ends(lifecycle: AnyLifecycle) -> None:
    """One arrow leads in, and one out of each terminal state."""
    source = draw(lifecycle, "mermaid")

    assert source.startswith("stateDiagram-v2\n")
    assert [lifecycle.initial.value] == re.findall(
        r"^    \[\*\] --> (\w+)$", source, re.MULTILINE
    )
    assert terminals_of(lifecycle) == re.findall(
        r"^    (\w+) --> \[\*\]$", source, re.MULTILINE
    )


@every_lifecycle
def test_diagram_stays_readable(lifecycle: AnyLifecycle) -> None:
    """No trigger takes more than three arrows and one that turns back."""
    arrows = Counter(
        trigger
        for start, end, label in re.findall(
            r"(\S+) --> (\S+) : (.+)", draw(lifecycle, "mermaid")
        )
        for trigger in label.split(", ")
        if start != end
    )

    assert max(arrows.values()) <= 3


@every_lifecycle
def test_boxes_say_whom_they_leave_out(lifecycle: AnyLifecycle) -> None:
    """Any state but these: it is the box's list that is left to others."""
    source = draw(lifecycle, "mermaid")
    for title, box in re.findall(r'state "any state(.*)" as (\w+)', source):
        lines = re.findall(rf"^    {box} : (.+)$", source, re.MULTILINE)
        ends = re.findall(rf"^    {box} --> (\w+) :", source, re.MULTILINE)
        inside = {*re.findall(r"\w+", " ".join(lines)), *ends}
        outside = set(re.findall(r"\w+", title.removeprefix(" but ")))
        assert set(names_of(lifecycle)) - inside == outside


def test_robot_in_mermaid() -> None:
    """A box stands for many states, an arrow for several triggers."""
    assert draw(ROBOT, "mermaid") == ROBOT_IN_MERMAID


def test_box_for_all_states_is_called_any_state() -> None:
    """A box that leaves nobody out does not say but."""
    assert '    state "any state" as any_1\n' in draw(WHEEL, "mermaid")


# --- what can be drawn ------------------------------------------------


def test_every_lifecycle_of_the_rooms_can_be_drawn() -> None:
    """No lifecycle of a room is missing from the list, and none is twice."""
    modules = [
        importlib.import_module(f"orderlife.rooms.{room}.lifecycle")
        for room in ROOMS
    ]
    found = [
        each
        for module in modules
        for each in vars(module).values()
        if isinstance(each, Lifecycle)
    ]

    assert {id(each) for each in found} == set(map(id, LIFECYCLES.values()))
    assert len(found) == len(LIFECYCLES)


def test_lifecycles_are_known_by_short_names() -> None:
    """The names are what a person would type, and cannot be replaced."""
    names: Any = LIFECYCLES

    assert list(names) == [
        "order",
        "payment",
        "reservation",
        "shipment",
        "return",
    ]
    with pytest.raises(TypeError, match="does not support item"):
        names["order"] = ROBOT


def test_a_brought_room_has_its_lifecycle_drawn() -> None:
    """It comes behind ours, by the name that the room gives it."""
    robots = attrs.evolve(GIFT_WRAP, lifecycles={"robot": ROBOT})

    found = lifecycles(HOUSE.with_(robots))

    assert [*found] == [*LIFECYCLES, "robot"]
    assert found["robot"] is ROBOT


def test_no_two_lifecycles_have_one_name() -> None:
    """Or one of them could not be drawn; the house says so when made."""
    again = attrs.evolve(GIFT_WRAP, lifecycles={"order": ROBOT})

    with pytest.raises(
        LifecycleError,
        match="room gift_wrap: lifecycle order is there twice",
    ):
        HOUSE.with_(again)


def test_unknown_style_is_refused() -> None:
    """The refusal names the style that was asked for, and those there are."""
    style: Any = "svg"

    with pytest.raises(
        ValueError, match=r"no style 'svg': .* 'mermaid' or as 'text'"
    ):
        draw(ROBOT, style)


@pytest.mark.parametrize("style", ["mermaid", "text"])
def test_drawing_twice_gives_the_same(style: Style) -> None:
    """A drawing is a pure function of the rules."""
    assert draw(ROBOT, style) == draw(ROBOT, style)


# --- the page of the documentation ------------------------------------


@pytest.fixture
def generator() -> ModuleType:
    """Load the program that writes the page."""
    spec = importlib.util.spec_from_file_location("generator", GENERATOR)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_page_is_what_the_generator_writes(
    generator: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    """The page was written from these very rules, and not edited since."""
    assert generator.main(["--check"]) == 0
    assert capsys.readouterr() == ("", "")


def test_check_tells_a_difference(
    generator: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A page that is missing or edited fails the check, until rewritten."""
    page = tmp_path / "lifecycles.md"
    monkeypatch.setattr(generator, "TARGET", page)

    assert generator.main(["--check"]) == 1
    assert not page.exists()
    assert generator.main([]) == 0
    assert generator.main(["--check"]) == 0
    page.write_text(page.read_text(encoding="utf-8") + "\nMine.\n")
    assert generator.main(["--check"]) == 1
    assert "run python tools/generate_diagrams.py" in capsys.readouterr().err


def test_page_shows_every_lifecycle(generator: ModuleType) -> None:
    """Each is there as a diagram and as a table, with what it is for."""
    page = generator.rendered()

    for lifecycle in LIFECYCLES.values():
        assert f"```mermaid\n{draw(lifecycle, 'mermaid')}\n```\n" in page
        assert f"```text\n{draw(lifecycle, 'text')}\n```\n" in page
        for kind in (type(lifecycle.initial), type(lifecycle.triggers[0])):
            assert f"- `{kind.__name__}`: {kind.__doc__}\n" in page


def test_page_has_one_sentence_a_line(generator: ModuleType) -> None:
    """Outside its code, no line goes on after the end of a sentence."""
    prose = re.sub(r"```.*?```", "", generator.rendered(), flags=re.DOTALL)

    assert re.findall(r"[.!?] \*?[A-Z]", prose) == []


@pytest.mark.parametrize("silent", [None, ""])
def test_generator_insists_on_docstrings(
    generator: ModuleType, silent: str | None
) -> None:
    """A lifecycle that says nothing of itself makes no page."""
    with pytest.raises(ValueError, match="says nothing"):
        generator._prose(silent)

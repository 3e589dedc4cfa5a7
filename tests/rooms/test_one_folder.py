"""A capability is one folder, and one line of the list of rooms."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import orderlife

ROOT = Path(__file__).parents[2]
LIBRARY = Path(orderlife.__file__).parent
LIST = "    exception_room,\n)"
LINE = "    INSURANCE_ROOM,\n"
IMPORT = "from orderlife.rooms.insurance.room import INSURANCE_ROOM\n"

PROGRAM = """
import importlib.util
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from orderlife import (
    Actor, Address, Contact, DeniedError, Grant, Line, Money, OrderDesk,
    Permissions, Policy, check_invariants,
)
from orderlife.codec import dumps, loads
from orderlife.rooms.insurance.room import (
    INSURANCES, InsureOrder, LAPSES, OrderInsured,
)
from orderlife.testing import Clock
from orderlife.timeline import tell

STAFF = Actor("staff", "ada")
COMMAND = InsureOrder(order_id="o1", command_id="c1", actor=STAFF, minor=5)

# Codec
document = dumps(COMMAND, "command")
assert '"InsureOrder"' in document, document
assert loads(document, "command") == COMMAND

clock = Clock()
with TemporaryDirectory() as folder:
    path = Path(folder, "shop.db")
    with OrderDesk.open(path, clock=clock, fakes=True) as desk:
        desk.place(
            [Line(sku="mug", quantity=1, unit_price=Money("9.00", "EUR"))],
            ship_to=Address(
                name="Ada", lines=("1 Way",), city="Bonn", country="DE"
            ),
            contact=Contact(email="ada@example.org"),
            pay_with="tok_visa",
            order_id="o1",
        )
        desk.submit(COMMAND)

        # What is allowed
        view = desk.get("o1")
        assert "InsureOrder o1" in map(str, view.allowed()), view.allowed()

        # Timeline
        (event,) = (
            recorded.event
            for recorded in desk.history("o1")
            if isinstance(recorded.event, OrderInsured)
        )
        assert tell(event, view.case).what == "insures the goods as o1-i1"

        # Timers
        clock.advance(days=8)
        desk.work()
        view = desk.get("o1")
        assert INSURANCES.of(view.case)["o1-i1"].until is None
        check_invariants(view.case, desk.history("o1"))
        assert desk.verify("o1")

    # Permissions
    strict = Policy(permit=Permissions(kinds={"staff": [Grant(InsureOrder)]}))
    with OrderDesk.open(path, clock=clock, policy=strict, fakes=True) as desk:
        desk.submit(
            InsureOrder(
                order_id="o1", command_id="c2", actor=STAFF, minor=7
            )
        )
        try:
            desk.cancel("o1", actor=STAFF)
        except DeniedError:
            pass
        else:
            raise AssertionError("anybody may cancel")

# The page of the choreography
spec = importlib.util.spec_from_file_location("choreography", GENERATOR)
choreography = importlib.util.module_from_spec(spec)
spec.loader.exec_module(choreography)
page = choreography.rendered()
for word in ("insurance", "InsureOrder", "EndInsurance", LAPSES.value):
    assert word in page, word
"""


def test_a_room_is_a_folder_and_a_line(tmp_path: Path) -> None:
    """Codec, timers, offers, timeline, permissions and docs have it then."""
    library = tmp_path / "orderlife"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(LIBRARY, library, ignore=ignored)
    shutil.copytree(
        Path(__file__).parent / "insurance",
        library / "rooms" / "insurance",
        ignore=ignored,
    )
    house = library / "house.py"
    text = house.read_text(encoding="utf-8")
    assert text.count(LIST) == 1
    text = text.replace(LIST, LIST.replace(")", f"{LINE})"))
    first = "from orderlife.rooms.order.room import"
    text = text.replace(first, f"{IMPORT}{first}")
    house.write_text(text, encoding="utf-8")

    generator = str(ROOT / "tools" / "generate_choreography.py")
    code = f"GENERATOR = {generator!r}\n{PROGRAM}"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr

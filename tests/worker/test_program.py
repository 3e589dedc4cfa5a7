"""The worker as a program: on a file, told to stop by a signal."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from orderlife import Line, Money, OrderDesk
from tests.desk.shop import ADDRESS

APPLICATION = """
import os
import signal

from orderlife.testing import FakeCarrier, FakeGateway, FakeNotifier
from orderlife.worker import Providers


def ports():
    return Providers(
        payment=FakeGateway(), carrier=FakeCarrier(), notifier=FakeNotifier()
    )


def push(entry):
    with open("pushed", "a") as done:
        print(entry.position, file=done)
    if os.path.exists("dies") and entry.position == 3:
        os.remove("dies")
        os.kill(os.getpid(), signal.SIGKILL)
"""


def environment(folder: Path) -> dict[str, str]:
    """That of this process; its modules and those of a folder are found."""
    found = os.pathsep.join((str(folder), *map(os.path.abspath, sys.path)))
    return {**os.environ, "PYTHONPATH": found}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_works_until_it_is_told_to_stop(
    tmp_path: Path, number: signal.Signals
) -> None:
    """It does what is due, says so, and ends well."""
    (tmp_path / "shop.py").write_text(APPLICATION)
    with OrderDesk.open(
        tmp_path / "shop.db", inline=False, fakes=True
    ) as desk:
        desk.place(
            [Line(sku="mug", quantity=1, unit_price=Money("1.00", "EUR"))],
            order_id="o1",
            ship_to=ADDRESS,
            pay_with="tok_visa",
        )
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "orderlife", "worker", "--json"),
            *("--store", "shop.db", "--ports", "shop:ports"),
        ],
        cwd=tmp_path,
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        done = 0
        while done < 1:
            line = json.loads(process.stdout.readline())
            done += line.get("effects", 0)
        process.send_signal(number)
        rest, _ = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0
    assert json.loads(rest.splitlines()[-1])["event"] == "stopped"


def relays(tmp_path: Path) -> subprocess.Popen[str]:
    """A worker that only relays."""
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "orderlife", "worker", "--json"),
            *("--store", "shop.db", "--relay", "erp=shop:push"),
            *("--poll", "0.05", "--lease", "2"),
        ],
        cwd=tmp_path,
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        text=True,
    )


def test_relays_that_are_killed_and_stopped(tmp_path: Path) -> None:
    """One goes on where another was killed; two of them push one by one."""
    (tmp_path / "shop.py").write_text(APPLICATION)
    (tmp_path / "dies").touch()
    pushed = tmp_path / "pushed"
    with OrderDesk.open(tmp_path / "shop.db", fakes=True) as desk:

        def place(order_id: str) -> None:
            desk.place(
                [Line(sku="mug", quantity=1, unit_price=Money("1.00", "EUR"))],
                order_id=order_id,
                ship_to=ADDRESS,
                pay_with="tok_visa",
            )

        place("o1")
        killed = relays(tmp_path)
        killed.communicate(timeout=60)
        assert killed.returncode == -signal.SIGKILL
        both = [relays(tmp_path) for _ in range(2)]
        try:
            for each in both:
                assert each.stdout is not None
                assert "started" in each.stdout.readline()
            place("o2")
            positions = [each.position for each in desk.feed()]
            erp = desk.feed.consumer("erp")
            end = time.monotonic() + 60
            while erp.position != positions[-1] and time.monotonic() < end:
                time.sleep(0.05)
            for each in both:
                each.send_signal(signal.SIGTERM)
            for each in both:
                said, _ = each.communicate(timeout=60)
                assert each.returncode == 0
                last = json.loads(said.splitlines()[-1])
                assert last["event"] == "stopped"
        finally:
            for each in both:
                each.kill()
                each.wait()
    done = [int(line) for line in pushed.read_text().split()]
    assert done == [1, 2, 3, *positions[2:]]

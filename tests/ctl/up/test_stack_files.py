"""The directory of a stack in the foreground."""

import os
import stat
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradestack.ctl.toml import toml
from tradestack.ctl.up.stack_files import STRATEGY_SHIPPED, StackFiles, read_strategies
from tradestack.domain.faults import OperatorFault
from tradestack.net.server.users import Users
from tradestack.store.shared_memory.segment import SEGMENT_DIRECTORY

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    TEXTS
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.datetimes(),
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=10,
)


@given(VALUES)
def test_toml_values_are_read_back(value: object) -> None:
    """Every value that a strategy's configuration may have survives being written."""
    assert tomllib.loads(f"key = {toml(value)}") == {"key": value}


def test_the_directory_is_closed_to_others(tmp_path: Path) -> None:
    """So is a directory that existed before with other permissions."""
    root = tmp_path / "root"
    root.mkdir(mode=0o755)

    files = StackFiles.create(root, reused=True)
    files.write_config("gateway", {"pace": "max", "prices": None})

    assert stat.S_IMODE(root.stat().st_mode) == 0o700
    assert (root / "etc" / "gateway.toml").read_text() == 'pace = "max"\n'


def test_generated_passwords_match_the_users_file(tmp_path: Path) -> None:
    """The hash in the users file is that of the strategy's password."""
    files = StackFiles.create(tmp_path / "root", reused=False)

    users = Users.load(files.write_users({"news": "news"}))

    assert users.verify("NEWS", (files.credentials_path("news") / "password").read_text())


def test_each_stack_has_its_own_segment_suffix(tmp_path: Path) -> None:
    """A directory that is used again gets the same suffix; new ones get random ones."""
    fresh = [StackFiles.create(tmp_path / name, reused=False) for name in ("a", "b")]
    reused = StackFiles.create(tmp_path / "c", reused=True)
    (tmp_path / "c/lock").unlink()  # the test's own process holds the lock
    again = StackFiles.create(tmp_path / "c", reused=True)

    assert fresh[0].suffix != fresh[1].suffix
    assert again.suffix == reused.suffix


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a directory to another user")
def test_another_user_cannot_keep_a_stack_from_starting(tmp_path: Path) -> None:
    """Where the name of its books is taken, it takes another one."""
    first = StackFiles.create(tmp_path / "root", reused=True)
    (tmp_path / "root/lock").unlink()
    squatted = SEGMENT_DIRECTORY / f"tradestack{first.suffix}"
    squatted.mkdir()
    os.chown(squatted, 65534, 65534)
    try:
        assert StackFiles.create(tmp_path / "root", reused=True).suffix != first.suffix
    finally:
        squatted.rmdir()


def test_a_directory_that_cannot_be_created_is_reported(tmp_path: Path) -> None:
    """The message names the option that sets it."""
    (tmp_path / "file").touch()

    with pytest.raises(OperatorFault, match="--state-dir"):
        StackFiles.create(tmp_path / "file" / "root", reused=True)


def test_an_invalid_user_name_is_reported(tmp_path: Path) -> None:
    """A user name longer than six characters is refused with its instance."""
    files = StackFiles.create(tmp_path / "root", reused=False)

    with pytest.raises(OperatorFault, match="strategy news: user 'toolong'"):
        files.write_users({"news": "toolong"})


def test_strategy_instances_are_named_after_their_files(tmp_path: Path) -> None:
    """Without files there is the shipped instance."""
    path = tmp_path / "bold.toml"
    path.write_text('user = "bold"')

    assert read_strategies([]) == {"news": STRATEGY_SHIPPED}
    assert read_strategies([path]) == {"bold": {"user": "bold"}}


@pytest.mark.parametrize("content", [None, b"user = ", b"\xff"])
def test_an_unreadable_strategy_file_is_reported(tmp_path: Path, content: bytes | None) -> None:
    """The message has the path of the file."""
    path = tmp_path / "bold.toml"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(OperatorFault, match=r"bold\.toml"):
        read_strategies([path])

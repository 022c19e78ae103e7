"""options → one private directory."""

import stat
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradestack.ctl.up.stack_files import STRATEGY_SHIPPED, StackFiles, read_strategies, toml
from tradestack.domain.faults import OperatorFault
from tradestack.net.server.users import Users

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x7f"))
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
def test_written_values_are_read_back(value: object) -> None:
    """Whatever a user's strategy config holds reaches the strategy."""
    assert tomllib.loads(f"key = {toml(value)}") == {"key": value}


def test_directory_is_closed_to_others(tmp_path: Path) -> None:
    """Also one that was there before, and open."""
    root = tmp_path / "root"
    root.mkdir(mode=0o755)

    files = StackFiles.create(root, reused=True)
    files.write_config("gateway", {"pace": "max", "prices": None})

    assert stat.S_IMODE(root.stat().st_mode) == 0o700
    assert (root / "etc" / "gateway.toml").read_text() == 'pace = "max"\n'


def test_generated_passwords_open_the_servers(tmp_path: Path) -> None:
    """The hash in the users file is that of what the strategy reads."""
    files = StackFiles.create(tmp_path / "root", reused=False)

    users = Users.load(files.write_users({"news": "news"}))

    assert users.verify("NEWS", (files.credentials_path("news") / "password").read_text())


def test_each_private_stack_has_segments_of_its_own(tmp_path: Path) -> None:
    """A directory that is used again finds its own; two fresh ones never meet."""
    fresh = [StackFiles.create(tmp_path / name, reused=False) for name in ("a", "b")]
    again = StackFiles.create(tmp_path / "c", reused=True)

    assert fresh[0].suffix != fresh[1].suffix
    assert again.suffix == StackFiles(tmp_path / "c", again.suffix).suffix


def test_place_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    """With the option to change."""
    (tmp_path / "file").touch()

    with pytest.raises(OperatorFault, match="--state-dir"):
        StackFiles.create(tmp_path / "file" / "root", reused=True)


def test_user_that_no_login_carries_is_said(tmp_path: Path) -> None:
    """SoupBinTCP has six characters."""
    files = StackFiles.create(tmp_path / "root", reused=False)

    with pytest.raises(OperatorFault, match="strategy news: user 'toolong'"):
        files.write_users({"news": "toolong"})


def test_strategy_files_name_their_instances(tmp_path: Path) -> None:
    """None given: the shipped one."""
    path = tmp_path / "bold.toml"
    path.write_text('user = "bold"')

    assert read_strategies([]) == {"news": STRATEGY_SHIPPED}
    assert read_strategies([path]) == {"bold": {"user": "bold"}}


@pytest.mark.parametrize("content", [None, b"user = ", b"\xff"])
def test_strategy_file_that_cannot_be_read_is_said(tmp_path: Path, content: bytes | None) -> None:
    """With its path."""
    path = tmp_path / "bold.toml"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(OperatorFault, match=r"bold\.toml"):
        read_strategies([path])

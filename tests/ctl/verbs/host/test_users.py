"""add-user, remove-user and remove-strategy: users that come and go."""

from pathlib import Path

import pytest

from tests.ctl.verbs.host.fake_systemd import FakeSystemd
from tests.kit.other_user import needs_root
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.main import run
from tradestack.net.server.users import Users

Output = pytest.CaptureFixture[str]


def ctl(config: Path, verb: str, *arguments: str) -> int:
    """Run a verb on the directory."""
    return run([verb, "--config-dir", str(config), *arguments])


@pytest.mark.parametrize("options", [(), ("--read-only",)])
def test_a_new_user_can_log_in(config: Path, capsys: Output, options: tuple[str, ...]) -> None:
    """The password is all that is printed to stdout; read-only users enter no orders."""
    assert ctl(config, "add-user", "Me", *options) == ExitStatus.DONE

    password = capsys.readouterr().out.strip()
    users = Users.load(config / "users")
    assert users.verify("me", password)
    assert users.verify("news", "PASSWORD")
    assert users.traders().verify("me", password) is not bool(options)
    assert (config / "users").stat().st_mode & 0o777 == 0o440


@pytest.mark.parametrize("name", ["NEWS", "toolong", "a:b", "#a", ""])
def test_an_unusable_name_is_refused(config: Path, name: str) -> None:
    """One that exists, in any case, or that no login can carry."""
    before = (config / "users").read_bytes()

    assert ctl(config, "add-user", name) == ExitStatus.OPERATOR_FAULT
    assert (config / "users").read_bytes() == before


def test_a_removed_user_cannot_log_in(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others are as before, and the servers are restarted: a reload would leave it connected."""
    before = (config / "users").read_bytes()
    ctl(config, "add-user", "desk2")
    systemd = FakeSystemd.in_place(tmp_path, monkeypatch)

    assert ctl(config, "remove-user", "Desk2") == ExitStatus.DONE

    assert (config / "users").read_bytes() == before
    assert systemd.commands() == [
        "try-restart tradestack-gateway.service tradestack-order-manager.service"
    ]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nows", "name one of these: news"),
        ("NEWS", "remove both with: tradestackctl remove-strategy news"),
    ],
)
def test_a_user_that_is_not_of_add_user_is_not_removed(
    config: Path, capsys: Output, name: str, words: str
) -> None:
    """The message says what to do instead."""
    before = (config / "users").read_bytes()

    assert ctl(config, "remove-user", name) == ExitStatus.OPERATOR_FAULT

    assert (config / "users").read_bytes() == before
    assert words in capsys.readouterr().err


def test_a_removed_strategy_leaves_nothing(config: Path) -> None:
    """Configuration, password and user are gone; the other instance is as before."""
    ctl(config, "add-strategy", "second", "--no-start")
    assert "second" in Users.load(config / "users").hashes

    assert ctl(config, "remove-strategy", "second") == ExitStatus.DONE

    assert not (config / "strategy" / "second.toml").exists()
    assert not (config / "credentials" / "second.password").exists()
    assert Users.load(config / "users").hashes.keys() == {"news"}
    assert (config / "strategy" / "news.toml").exists()


def test_a_user_that_another_instance_has_is_kept(config: Path) -> None:
    """It can still log in."""
    text = (config / "strategy" / "news.toml").read_text()
    (config / "strategy" / "copy.toml").write_text(text)

    ctl(config, "remove-strategy", "copy")

    assert "news" in Users.load(config / "users").hashes


def test_an_unknown_instance_is_refused_with_the_known_ones(config: Path, capsys: Output) -> None:
    """The message lists what could have been meant."""
    assert ctl(config, "remove-strategy", "nows") == ExitStatus.OPERATOR_FAULT
    assert "name one of these: news" in capsys.readouterr().err


SESSION = "3DAA200000"


def test_a_removed_strategy_takes_its_statistics_along(config: Path, tmp_path: Path) -> None:
    """Those of others stay, whatever their names begin with."""
    state = tmp_path / "state"
    for name in ("news", "news-2"):
        (state / f"strategy-{name}").mkdir(parents=True)
        (state / f"strategy-{name}" / f"{SESSION}.stats").touch()
    (state / "strategy-news" / f"{SESSION}.stats-unfinished").touch()

    assert ctl(config, "remove-strategy", "--state-dir", str(state), "news") == ExitStatus.DONE

    assert [path.name for path in state.iterdir()] == ["strategy-news-2"]
    assert (state / "strategy-news-2" / f"{SESSION}.stats").exists()


def test_other_files_of_a_removed_strategy_are_kept(
    config: Path, tmp_path: Path, capsys: Output
) -> None:
    """They are of its own code; the directory is named."""
    directory = tmp_path / "state" / "strategy-news"
    directory.mkdir(parents=True)
    for name in (f"{SESSION}.stats", "model.bin", "mine.stats"):
        (directory / name).touch()

    ctl(config, "remove-strategy", "--state-dir", str(directory.parent), "news")

    assert sorted(path.name for path in directory.iterdir()) == ["mine.stats", "model.bin"]
    assert f"kept {directory}: it has files that are no statistics" in capsys.readouterr().err


@needs_root
def test_root_follows_no_link_of_a_strategy(config: Path, tmp_path: Path, capsys: Output) -> None:
    """Where its directory was, a link to another one is left alone, and said."""
    foreign, state = tmp_path / "foreign", tmp_path / "state"
    for directory in (foreign, state):
        directory.mkdir()
    (foreign / f"{SESSION}.stats").touch()
    (state / "strategy-news").symlink_to(foreign)

    status = ctl(config, "remove-strategy", "--state-dir", str(state), "news")

    assert status == ExitStatus.OPERATOR_FAULT
    assert "is a link" in capsys.readouterr().err
    assert (foreign / f"{SESSION}.stats").exists()
    assert not (config / "strategy" / "news.toml").exists()

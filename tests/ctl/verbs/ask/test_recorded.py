"""The verbs about accounts and orders, answered by files: of a running, stopped or copied stack."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ctl.verbs.asking import Output
from tests.daemons.tradestack_order_manager.executing import (
    enter_two,
    limit,
    market,
    record_feed,
    start_executing,
)
from tests.daemons.tradestack_order_manager.samples import FEED_SESSION
from tests.kit.order_manager import OrderManager
from tests.kit.stack import TRADESTACKCTL, Stack
from tests.kit.terminal import Terminal
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.main import run

VERBS = (
    ("positions",),
    ("positions", "--user", "news"),
    ("pnl",),
    ("fills", "--count", "1000"),
    ("orders", "-n", "1000"),
    ("orders", "--open"),
    ("orders", "--open", "-n", "1"),
)
FORMS = ((), ("--json",))


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack that has published all of the sample data, and goes on running."""
    directory = tmp_path_factory.mktemp("held") / "stack"
    strategy = directory.parent / "news.toml"
    strategy.write_text('quantity = "10"\nuser = "news"\nstart = "session"\n')
    options = ["--pace", "max", "--set", "gateway.at_end=hold"]
    with Stack(*options, "--state-dir", directory, "--strategy-config", strategy) as stack:
        until_matched(stack, 36_109)
        yield stack


def until_matched(stack: Stack, head: int) -> None:
    """Return when the account has met the last message."""
    manager = "io.tradestack.OrderManager.ListAccounts"
    for _ in stack.daemons.watch():
        accounts = stack.call("order-manager", manager)["accounts"]
        if accounts and accounts[0]["matched_through"] == head:
            return


def printed(output: Output, *words: str | Path) -> str:
    """Run a verb that succeeds, and return what it prints."""
    output.readouterr()
    assert run([*map(str, words)]) == ExitStatus.DONE
    return output.readouterr().out


@pytest.mark.parametrize("form", FORMS, ids=["text", "json"])
@pytest.mark.parametrize("words", VERBS, ids=" ".join)
def test_files_say_what_the_running_stack_says(
    stack: Stack, capsys: Output, words: tuple[str, ...], form: tuple[str, ...]
) -> None:
    """Byte for byte, by any name of the files and at their newest message."""
    live = printed(capsys, *words, *form, "--runtime-dir", stack.runtime)
    (log,) = stack.files.path.glob("state/gateway/*.feed")
    root = ("--state-dir", stack.files.path)

    for where in (
        root,
        (log.stem, *root),
        ("--at", "36109", *root),
        ("--at", "36109", "--runtime-dir", stack.runtime),
        (log.stem, "--at", "2026-01-15T21:00:00Z", "--state-dir", stack.files.path / "state"),
    ):
        assert printed(capsys, *words, *form, *where) == live


@pytest.fixture(scope="module")
def executing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OrderManager]:
    """An order manager with two users, each with a fill and an order that works."""
    directory = tmp_path_factory.mktemp("executing")
    state = directory / "run" / "state"
    state.mkdir(parents=True)
    with OrderManager(directory) as manager:
        (state / "order-manager").symlink_to(manager.state)
        (state / "gateway").symlink_to(directory / "gateway")
        (directory / "order-manager.sock").symlink_to(manager.control)
        risk = {"each_user": {"max_position": "25", "active_order_limit": 4}}
        start_executing(manager, record_feed(directory / "gateway"), risk=risk)
        enter_two(manager)
        other = manager.client("other")
        other.send(market("o", 1), limit("p", "700.5"))
        other.receive(3)
        yield manager


@pytest.mark.parametrize("form", FORMS, ids=["text", "json"])
@pytest.mark.parametrize("words", VERBS, ids=" ".join)
def test_files_say_what_the_running_order_manager_says(
    executing: OrderManager, capsys: Output, words: tuple[str, ...], form: tuple[str, ...]
) -> None:
    """Byte for byte, while orders of two users work."""
    live = printed(capsys, *words, *form, "--runtime-dir", executing.directory)
    state = executing.directory / "run" / "state"

    assert live
    assert printed(capsys, *words, *form, "--state-dir", state) == live
    assert printed(capsys, *words, *form, FEED_SESSION, "--at", "3", "--state-dir", state) == live


@pytest.mark.parametrize("words", [(), ("--user", "other"), ("--user", "OTHER"), ("--json",)])
def test_files_say_what_is_used_of_limits(
    executing: OrderManager, capsys: Output, words: tuple[str, ...]
) -> None:
    """As the order manager does, with the trading states."""
    running = ("--runtime-dir", str(executing.directory))
    state = executing.directory / "run" / "state"
    for change in ("reducing", "active"):
        assert run(["trading", change, "--user", "news", "--reason", "test", *running]) == 0
        live = printed(capsys, "limits", *words, *running)

        assert "max_position" in live
        assert printed(capsys, "limits", *words, "--state-dir", state) == live
        assert printed(capsys, "limits", *words, FEED_SESSION, "--state-dir", state) == live


def test_a_copy_of_the_files(stack: Stack, tmp_path: Path, capsys: Output) -> None:
    """It has the same answers elsewhere; nothing else of the stack is needed."""
    copy = shutil.copytree(stack.files.path / "state", tmp_path / "elsewhere")
    shutil.rmtree(copy / "strategy-news", ignore_errors=True)

    for words in VERBS:
        live = printed(capsys, *words, "--runtime-dir", stack.runtime)
        assert printed(capsys, *words, "--state-dir", copy) == live


def test_a_stopped_stack(tmp_path: Path, capsys: Output) -> None:
    """Its files answer for it, which is said; those of another stack do not."""
    with Stack("--state-dir", tmp_path / "s", "--pace", "max", "--until-end") as stack:
        assert stack.end()[0] == 0
    runtime = ("--runtime-dir", str(tmp_path / "s" / "run"))
    capsys.readouterr()

    assert run(["pnl", *runtime]) == ExitStatus.DONE
    output = capsys.readouterr()
    assert run(["pnl", "--state-dir", str(tmp_path / "s")]) == ExitStatus.DONE
    assert capsys.readouterr().out == output.out
    assert output.out.startswith("USER")
    limits = printed(capsys, "limits", "--json", "--state-dir", tmp_path / "s")
    shown = [(each["key"], each["scope"], each["left"]) for each in json.loads(limits)["limits"]]
    assert shown == [("active_order_limit", "each user", "10000")]
    note = "tradestackctl: order-manager is not running: from the files in"
    assert output.err == f"{note} {tmp_path / 's' / 'state'}\n"

    assert run(["pnl", "--runtime-dir", str(tmp_path / "none")]) == ExitStatus.NOT_RUNNING
    error = capsys.readouterr().err
    assert "order-manager is not running, nothing listens at" in error
    assert error.endswith("; --state-dir DIR has its files answer\n")


@pytest.mark.parametrize(
    ("words", "status", "problem"),
    [
        (
            ["--at", "36110"],
            78,
            "no message 36,110; the newest message is 36,109, of 2026-",
        ),
        (["--at", "2026-01-15T14:00:00Z"], 78, "; the first message is of 2026-01-15T14:30:00.0"),
        (["3DAA200000"], 78, "no feed log of 3DAA200000; these are kept: "),
    ],
)
@pytest.mark.parametrize("verb", ["positions", "pnl", "fills", "orders"])
def test_what_is_not_there(
    stack: Stack, capsys: Output, verb: str, words: list[str], status: int, problem: str
) -> None:
    """One sentence says what is there instead."""
    assert run([verb, *words, "--state-dir", str(stack.files.path)]) == status

    output = capsys.readouterr()
    assert output.out == ""
    assert problem in output.err
    assert output.err.count("\n") == 1


def test_a_time_without_a_zone(capsys: Output) -> None:
    """The command line is refused."""
    with pytest.raises(SystemExit) as exit_info:
        run(["pnl", "--at", "2026-01-15T20:44:57"])

    assert exit_info.value.code == 2
    assert "needs a zone at its end: Z for UTC" in capsys.readouterr().err


def test_a_session_without_orders(executing: OrderManager, tmp_path: Path, capsys: Output) -> None:
    """An empty answer is explained, and is no failure."""
    (tmp_path / "order-manager").mkdir()
    (tmp_path / "gateway").symlink_to(executing.directory / "gateway")

    assert run(["positions", "--json", "--state-dir", str(tmp_path)]) == ExitStatus.DONE

    output = capsys.readouterr()
    assert output.out == ""
    assert output.err == (
        f"tradestackctl: no order journal that is kept has an account of {FEED_SESSION}\n"
    )


def test_limits_of_a_session_without_orders(
    executing: OrderManager, tmp_path: Path, capsys: Output
) -> None:
    """They are in no file."""
    (tmp_path / "order-manager").mkdir()
    (tmp_path / "gateway").symlink_to(executing.directory / "gateway")

    assert run(["limits", "--state-dir", str(tmp_path)]) == ExitStatus.OPERATOR_FAULT

    assert "no order journal that is kept has limits of it" in capsys.readouterr().err


def test_an_account_that_cannot_be_folded(
    executing: OrderManager, tmp_path: Path, capsys: Output
) -> None:
    """It is named with the reason, and the answer fails: it is not all."""
    state = Path(shutil.copytree(executing.directory / "run" / "state", tmp_path / "copy"))
    (log,) = state.glob("gateway/*.feed")
    log.write_bytes(log.read_bytes()[: 2 * 64])

    for verb in (["positions"], ["pnl"], ["orders", "--open"], ["limits"]):
        assert run([*verb, "--state-dir", str(state)]) == ExitStatus.REFUSED
        assert (
            f"tradestackctl: the account of news in feed session {FEED_SESSION} cannot be read: "
            "message 3 was met, and the feed log ends with 2\n"
        ) in capsys.readouterr().err


def test_a_long_fold_is_shown_on_a_terminal(stack: Stack) -> None:
    """In place, and removed when it is done."""
    command = [TRADESTACKCTL, "pnl", "--json", "--state-dir", str(stack.files.path)]
    with Terminal(command) as terminal:
        assert terminal.end() == 0

    assert any("feed session" in line and line.endswith(" %") for line in terminal.lines)
    assert json.loads(terminal.remaining[-2])["fills"] == 37


def test_files_say_of_whom_they_have_no_account(stack: Stack, capsys: Output) -> None:
    """Names are compared as in a login; an empty table may come from a wrong one."""
    root = "--state-dir", stack.files.path
    for verb in ("positions", "pnl"):
        assert printed(capsys, verb, "--user", "NEWS", *root) == printed(capsys, verb, *root)
        assert run([verb, "--user", "nwes", *map(str, root)]) == ExitStatus.DONE
        assert "user 'nwes' has no account in feed session" in capsys.readouterr().err

"""What `up` says of accounts, and how long it waits for them, with real daemons."""

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.ctl.up.sample_run import BEFORE_THE_KILL, up
from tests.kit.blocking_client import BlockingClient
from tests.kit.stack import DEADLINE_S, Stack
from tradestack.domain.order import Start
from tradestack.net.server.users import new_salt, users_line
from tradestack.wire.order_messages import Register

UNTIL_END = ("--pace", "max", "--until-end", "--json")
QUIET, PASSWORD = "quiet", "secret"


def results(*arguments: str | Path) -> dict[str, Any]:
    """Run `up` to its end and return what it prints."""
    done = up(*arguments)
    assert done.returncode == 0, done.stderr
    values: dict[str, Any] = json.loads(done.stdout)
    return values


def test_the_sample_data_always_gives_the_same_accounts() -> None:
    """37 orders, each filled whole by the next trade: a run says the same as any other."""
    first, second = results(*UNTIL_END), results(*UNTIL_END)

    manager = first["order_manager"]
    names = ("received", "filled", "canceled", "expired", "working")
    assert [manager[f"orders_{name}"] for name in names] == [37, 37, 0, 0, 0]
    assert (manager["fills"], manager["accounts"]) == (37, 1)
    assert first["accounts"] == second["accounts"]
    assert first["accounts"] == {
        "news": {
            "realized_pnl": "21.7",
            "unrealized_pnl": "30",
            "fees": "0",
            "fills": 37,
            "equity": "51.7",
            "positions": {
                "AMZN": {"quantity": "-10", "average_price": "237.59"},
                "GOOG": {"quantity": "10", "average_price": "329.13"},
                "NVDA": {"quantity": "-10", "average_price": "185.41"},
                "SPY": {"quantity": "10", "average_price": "689.05"},
                "XOM": {"quantity": "-10", "average_price": "129.14"},
            },
            "opened_equity": None,
            "session_pnl": None,
        }
    }


def test_the_end_is_that_of_every_account(files: tuple[str, ...], tmp_path: Path) -> None:
    """The journal says that each has met the last message; a second run finds the same accounts."""
    state = tmp_path / "state"
    first = results(*files, *UNTIL_END, "--state-dir", state)
    (journal,) = (state / "state" / "order-manager").glob("*.journal")
    records = [json.loads(line.partition(" ")[2]) for line in journal.read_text().splitlines()]
    newest = records[-2]  # before the state that the account leaves
    second = results(*files, *UNTIL_END, "--state-dir", state)

    assert (newest["Record"], newest["User"], newest["FeedSeq"]) == ("Ended", "news", 86)
    assert first["accounts"] == second["accounts"]
    assert first["accounts"]["news"]["fills"] == first["order_manager"]["fills"] == 3


def test_a_killed_order_manager_comes_to_the_same_accounts(files: tuple[str, ...]) -> None:
    """Accounts are made again from the journal, and the run waits for them as for any other."""
    undisturbed = results(*files, *UNTIL_END)
    options = ("--until-end", "--json", "--respawn", "--pace", BEFORE_THE_KILL)
    with Stack(*files, *options) as stack:
        stack.wait_for("order accepted orderid=1", count=1)
        os.kill(stack.pid_of("order-manager"), signal.SIGKILL)
        stack.ctl("pace", "max")
        result = stack.stats_at_end()

    assert result["respawns"]["order-manager"] == 1
    assert result["accounts"] == undisturbed["accounts"]
    assert result["order_manager"]["fills"] == 3


def test_nothing_is_executed_without_a_model(files: tuple[str, ...]) -> None:
    """Then there are no accounts to wait for, or to tell of."""
    result = results(*files, *UNTIL_END, "--set", 'order-manager.execution={model = "none"}')

    assert result["accounts"] == {}
    assert (result["order_manager"]["orders_received"], result["order_manager"]["fills"]) == (3, 0)


def test_of_a_loop_the_newest_account_is_told(files: tuple[str, ...]) -> None:
    """It begins again with each feed session."""
    result = results(*files, "--pace", "max", "--duration", "3s", "--json")

    assert result["order_manager"]["accounts"] > 1
    assert list(result["accounts"]) == ["news"]
    assert result["accounts"]["news"]["fills"] <= 3


@pytest.fixture
def with_quiet(files: tuple[str, ...], tmp_path: Path) -> list[str | Path]:
    """The options of a stack whose order manager has a user besides that of the strategy."""
    state, users = tmp_path / "state", tmp_path / "users"
    results(*files, *UNTIL_END, "--state-dir", state)
    password = (state / "credentials" / "news" / "password").read_text()
    lines = [users_line("news", password, salt=new_salt())]
    lines.append(users_line(QUIET, PASSWORD, salt=new_salt()))
    users.write_text("".join(lines))
    users.chmod(0o600)
    options = ("--state-dir", state, "--fresh", "--until-end", "--json", "--pace", "1/s")
    return [*files, *options, "--set", f"order-manager.users_file={users}"]


def test_a_program_that_stays_silent_delays_the_end_by_away_max(
    with_quiet: list[str | Path],
) -> None:
    """It is logged in, so the order manager waits; the run ends and says for whom."""
    with Stack(*with_quiet, "--set", "order-manager.away_max=1s") as stack:
        orders = stack.files.address("order-manager")
        address = (orders.host, orders.port)
        client = BlockingClient(address, QUIET, PASSWORD, deadline_s=DEADLINE_S).login()
        session = stack.call("gateway", "io.tradestack.Daemon.GetStats")["stats"]["session"]
        client.send(
            Register(
                request_id="r",
                instance=QUIET,
                config_hash="c",
                feed_session=session,
                head=0,
                start=Start.SESSION,
            )
        )
        client.receive(1)
        stack.ctl("pace", "max")
        result = stack.stats_at_end()
        client.close()

    assert result["run"]["warnings"] == [
        f"the account of {QUIET} has not met the end of the feed: a program is logged in as this "
        "user and has not said that it is done (Progress in PROTOCOL.md)"
    ]
    assert result["accounts"]["news"]["fills"] == 3
    assert result["accounts"][QUIET]["fills"] == 0

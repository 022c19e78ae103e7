"""The numbers of reports are those of `pnl`, `positions`, `orders`, `fills` and `stats`."""

import os
import signal
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kit.recorded_session import RecordedSession
from tests.kit.stack import Stack
from tests.report.agreement import Item, numbers_printed, numbers_told, report_of
from tests.trading.verification.any_steps import MODELS, STEPS, Player, Step
from tradestack.report import build
from tradestack.trading.execution.model import ExecutionModel

EXECUTION = '{slippage = "ticks", entry_latency = "250ms", ioc_window = "2s", fee_bp = "1"}'
HEAD = 36_109


@settings(max_examples=25, deadline=None)
@given(model=MODELS, steps=st.lists(STEPS, min_size=10, max_size=60))
def test_any_session_has_one_set_of_numbers(
    tmp_path_factory: pytest.TempPathFactory, model: ExecutionModel, steps: list[Step]
) -> None:
    """While it goes on and at its end, over restarts, roll-overs, limits and trading states."""
    with RecordedSession(tmp_path_factory.mktemp("any"), model) as recorded:
        Player(recorded).play(steps)
        agreed(recorded.directory)
        recorded.end()
        report = agreed(recorded.directory)

    assert_adds_up(report)
    changes = [step for step in steps if step[0] == "state"]
    assert len(report["faults"]["trading_changes"]) <= len(changes) + len(steps)


def agreed(state_dir: Path, *session: str) -> Item:
    """Compare the report with every verb that answers from the same files; return it."""
    report = report_of(state_dir, *session)
    expected, behind = numbers_printed(state_dir, report["provenance"]["through"], *session)
    assert numbers_told(report, behind) == expected
    return report


def assert_adds_up(report: Item) -> None:
    """Parts of the report that are made in different ways come to the same sums."""
    accounts = report["accounts"]["accounts"]
    trips = report["round_trips"]["newest"]
    assert len(trips) == report["round_trips"]["closed"] + report["round_trips"]["open"]
    for account in accounts:
        own = [trip for trip in trips if trip["user"] == account["user"]]
        profit = sum(Decimal(trip["profit"]) for trip in own)
        assert abs(profit - Decimal(account["realized_pnl"])) <= len(own) * Decimal("1e-8")
        assert sum(Decimal(trip["fees"]) for trip in own) == Decimal(account["fees"])
        of_user = [
            each
            for each in report["execution"]
            if (each["user"], each["symbol"]) == (account["user"], None)
        ]
        for quality in of_user:
            assert quality["fills"] == account["fills"]
            assert Decimal(quality["shortfall"]["fees"]) == Decimal(account["fees"])
    curves = {curve["user"]: curve for curve in report["series"]["equity"]}
    for user, curve in curves.items():
        own = [account for account in accounts if user in (None, account["user"])]
        assert curve["equity"][-1] == _sum(account["equity"] for account in own)
        assert curve["gross"][-1] == _sum(account["gross_notional"] for account in own)
        if len(own) == 1:
            drawdowns = [Decimal(each) for each in curve["drawdown"]]
            assert max(drawdowns) <= Decimal(own[0]["drawdown_max"])


def _sum(amounts: Iterator[str]) -> str:
    """Return the sum of decimal texts as one."""
    return f"{sum(map(Decimal, amounts), Decimal()).normalize():f}"


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack that has published all of the sample data, and goes on running."""
    directory = tmp_path_factory.mktemp("held") / "stack"
    options = ["--pace", "max", "--set", "gateway.at_end=hold", "--json"]
    options += ["--set", f"order-manager.execution={EXECUTION}"]
    strategy = directory.parent / "news.toml"
    strategy.write_text('quantity = "10"\nuser = "news"\nstart = "session"\n')
    options += ["--strategy-config", str(strategy), "--web", "0"]
    with Stack(*options, "--state-dir", directory) as stack:
        for _ in stack.daemons.watch():
            accounts = stack.call("order-manager", "io.tradestack.OrderManager.ListAccounts")
            if [each["matched_through"] for each in accounts["accounts"]] == [HEAD]:
                break
        yield stack


def test_the_report_of_a_running_stack_is_what_its_daemons_say(held: Stack) -> None:
    """Of a session that goes on; what is recorded once a minute is not recorded yet."""
    report = agreed(held.files.path)
    stats = held.daemons.report()

    assert stats.gateway is not None
    assert stats.order_manager is not None
    assert [report["feed"][name] for name in ("ticks", "prices", "news")] == [
        stats.gateway[f"{name}_total"] for name in ("ticks", "prices", "news")
    ]
    names = ("orders_received", "orders_accepted", "orders_rejected", "fills")
    assert [report["orders"][name.removeprefix("orders_")] for name in names] == [
        stats.order_manager[name] for name in names
    ]
    results = {each["name"]: each["count"] for each in report["orders"]["results"]}
    assert results.get("FILLED", 0) == stats.order_manager["orders_filled"]
    assert results.get("CANCELED", 0) == stats.order_manager["orders_canceled"]
    assert report["provenance"]["is_ended"] is False
    assert report["provenance"]["through"] == HEAD
    assert report["processes"] is None
    assert report["faults"]["rows_refused"] is None


def test_the_report_of_a_stopped_stack_has_what_its_daemons_recorded(held: Stack) -> None:
    """Latencies, processor, memory, clients and faults, as the daemons counted them at the end."""
    held.process.send_signal(signal.SIGINT)
    stats = held.stats_at_end()

    report = agreed(held.files.path)

    processes = [(each["daemon"], each["instance"]) for each in report["processes"]]
    assert processes == [
        ("gateway", None),
        ("order-manager", None),
        ("strategy", "news"),
        ("web", None),
    ]
    assert all(each["cpu_seconds"] > 0 for each in report["processes"])
    assert all(each["rss_bytes_max"] > 1 << 20 for each in report["processes"])
    waterfall = report["waterfall"]
    hops = {each["key"]: each for each in (*waterfall["hops"], *waterfall["beside"])}
    strategy = stats["strategies"]["news"]["latency"]["order_to_report"]
    round_trip = hops["order_round_trip"]["percentiles"]
    assert round_trip["count"] == strategy["count"] == report["orders"]["received"]
    assert round_trip["p50_ns"] == round(strategy["p50_us"] * 1000)
    assert hops["tick_to_order"]["percentiles"]["count"] == report["orders"]["received"]
    for hop, daemon, name in (
        ("tick_to_signal", stats["strategies"]["news"], "publish_to_signal"),
        ("signal_to_order", stats["strategies"]["news"], "signal_to_order"),
        ("manager_to_journal", stats["order_manager"], "received_to_journalled"),
        ("journal_to_report", stats["order_manager"], "journalled_to_reported"),
    ):
        recorded = daemon["latency"][name]
        assert hops[hop]["percentiles"]["count"] == recorded["count"] > 0
        assert hops[hop]["percentiles"]["p50_ns"] == round(recorded["p50_us"] * 1000)
    assert report["faults"]["rows_refused"] == stats["gateway"]["rows_rejected"]
    assert report["faults"]["orders_duplicate"] == stats["order_manager"]["orders_duplicate"]
    assert set(report["faults"]["restarts"].values()) == {0}
    assert report["provenance"]["versions"]["gateway"] == stats["gateway"]["version"]
    (strategy_config,) = report["provenance"]["strategies"]
    assert strategy_config["config_hash"] == stats["strategies"]["news"]["config_hash"]


CARRY = ("--set", "order-manager.execution.account='carry'", "--set", "gateway.sessions_kept=20")
GOES_ON = "the account of news goes on from"


def test_accounts_that_go_on_over_kills_have_the_same_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In each of the feed sessions, of the account as it was left there."""
    monkeypatch.setattr(build, "TRIPS_MAX", 1_000_000)  # those that go on are a session's first
    arguments = ("--pace", "max", "--respawn", "--json", "--state-dir", tmp_path / "s")
    with Stack(*arguments, *CARRY) as stack:
        stack.wait_for(GOES_ON, count=1)
        os.kill(stack.pid_of("order-manager"), signal.SIGKILL)
        stack.wait_for(GOES_ON, count=2)
        stack.call("order-manager", "io.tradestack.OrderManager.NewSession")
        stack.wait_for(GOES_ON, count=4)
        stack.process.send_signal(signal.SIGINT)
        stack.stats_at_end()

    logs = sorted((tmp_path / "s" / "state" / "gateway").glob("*.feed"))
    reports = [agreed(tmp_path / "s", log.stem) for log in logs]
    begun = [
        (account["opened_from"], report["provenance"]["feed_session"])
        for report in reports
        for account in report["accounts"]["accounts"]
    ]
    assert [before for before, _ in begun] == [None, *(session for _, session in begun[:-1])]
    assert len(begun) > 2
    assert any(trip["carried"] for report in reports for trip in report["round_trips"]["newest"])

"""Sessions of which something is not kept any more: the report is of what is there, and says it."""

from pathlib import Path

from tests.ctl.verify.traded import order
from tests.kit.recorded_session import RecordedSession, trades
from tests.report.agreement import numbers_printed, numbers_told, report_of
from tradestack.domain.order import Side


def test_an_account_goes_on_from_the_first_state_that_is_kept(tmp_path: Path) -> None:
    """The journal of an order session before is gone: its orders too, but not its money."""
    with RecordedSession(tmp_path) as recorded:
        recorded.publish(*trades("SPY", "100", "101"))
        recorded.send(order("first", 20))
        recorded.publish(*trades("SPY", "102"))
        recorded.pass_time()
        recorded.roll_over()
        recorded.journals[0].unlink()
        recorded.publish(*trades("SPY", "105"))
        recorded.send(order("second", 20, side=Side.SELL))
        recorded.publish(*trades("SPY", "104", "103"))
        recorded.end()

        report = report_of(tmp_path)
        expected, behind = numbers_printed(tmp_path, report["provenance"]["through"])

    assert numbers_told(report, behind) == expected

    (account,) = report["accounts"]["accounts"]
    assert (account["equity"], account["fills"]) == ("40", 2)
    assert (report["orders"]["received"], report["orders"]["fills"]) == (1, 1)
    (trip,) = report["round_trips"]["newest"]
    assert (trip["carried"], trip["profit"], trip["entry_price"]) == (True, "40", "102")
    assert any("news" in remark for remark in report["provenance"]["remarks"])


def test_an_account_without_a_beginning_is_named(tmp_path: Path) -> None:
    """As after a repair that had to give up its record: its fills are shown, and no money."""
    with RecordedSession(tmp_path) as recorded:
        recorded.publish(*trades("SPY", "100"))
        recorded.send(order("a", 1))
        recorded.publish(*trades("SPY", "101"))
        recorded.pass_time()
        lines = recorded.journal.read_bytes().splitlines(keepends=True)
        kept = [line for line in lines if b'{"Record":"Account"' not in line]
        recorded.journal.write_bytes(b"".join(kept))

        report = report_of(tmp_path)

    assert report["orders"]["fills"] == 1
    assert report["accounts"]["accounts"] == []
    (missing,) = report["accounts"]["unavailable"]
    assert missing["user"] == "news"
    assert report["ratios"] == []


def test_a_session_without_any_message_has_a_report(tmp_path: Path) -> None:
    """Nothing was published, nothing traded."""
    with RecordedSession(tmp_path):
        report = report_of(tmp_path)

    assert (report["feed"]["ticks"], report["orders"]["received"]) == (0, 0)
    assert report["series"] == {"equity": [], "prices": []}
    assert report["execution"] == report["ratios"] == []


def test_fills_whose_trades_the_log_has_lost_are_left_out_of_money(tmp_path: Path) -> None:
    """After a power cut a log may be shorter than what was traded; the report says so."""
    with RecordedSession(tmp_path) as recorded:
        recorded.publish(*trades("SPY", "100"))
        recorded.send(order("a", 1))
        recorded.publish(*trades("SPY", "101", "102"))
        recorded.pass_time()
        log = recorded.log.path
        log.write_bytes(log.read_bytes()[:64])

        report = report_of(tmp_path)

    assert report["orders"]["fills"] == 1
    assert report["execution"][0]["fills"] == 0
    assert any("lacks the trades of 1 fill," in each for each in report["provenance"]["remarks"])

"""FIX judged by QuickFIX: its session layer and its dictionary, over kills of the port."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.interop.fix_judge import NOW, FixJudge
from tests.kit.fix_port import CLIENT, FixPort
from tests.kit.order_manager import USER
from tests.kit.prerequisites import need_package
from tests.kit.tape_order_manager import TapeOrderManager
from tradestack.domain.order import MassCancelRequestType
from tradestack.domain.requests import OrderMassCancelRequest
from tradestack_fix.codec import tags

ORDERS = 200
KILLS = 5
TRADES = 20


@pytest.fixture
def order_manager(tmp_path: Path) -> Iterator[TapeOrderManager]:
    """Return a running order manager that executes orders by a feed."""
    need_package("quickfix")
    need_package("fixcore")
    (tmp_path / "order-manager").mkdir()
    with TapeOrderManager(tmp_path / "order-manager") as daemon:
        yield daemon


@pytest.fixture
def port(tmp_path: Path, order_manager: TapeOrderManager) -> Iterator[FixPort]:
    """Return a FIX port that is not started."""
    (tmp_path / "fix").mkdir()
    with FixPort(tmp_path / "fix", order_manager) as daemon:
        yield daemon


def test_the_life_of_orders_is_told_as_the_dictionary_of_fix_has_it(
    tmp_path: Path, port: FixPort, order_manager: TapeOrderManager
) -> None:
    """Fills, cancels, replaces, refusals and states: QuickFIX complains of none of them."""
    feed = order_manager.feed()
    order_manager.start()
    port.start()
    good_till = {"tag_40": "2", "tag_44": "100", "tag_59": "1"}
    with FixJudge(tmp_path, port.address, CLIENT) as judge:
        judge.until("logged on")
        judge.order("rests", **good_till)
        judge.order("filled", **good_till)
        order = {55: "SPY", 54: "1", 60: NOW, 38: "20"}
        judge.send("G", {11: "replaced", 41: "rests", 40: "2", 44: "90", **order})
        judge.send("F", {11: "unknown", 41: "nothing", **order})
        judge.send("H", {11: "filled", 55: "SPY", 54: "1", 790: "status"})
        judge.send("q", {11: "all", 530: "7", 60: NOW})
        judge.send("V", {262: "data", 263: "0", 264: "0"})
        judge.next_messages(4)
        feed.trade(10, 95.0)
        feed.trade(10, 95.0)
        # The answer about a state is none of the stream's, and may come behind its last report.
        while not {("8", "I"), ("r", None)} <= kinds_of(judge.messages):
            judge.until("message")
        judge.log_out()

    assert kinds_of(judge.messages) >= {("8", "0"), ("8", "I"), ("9", None), ("r", None)}


def test_kills_under_load_lose_and_repeat_nothing(
    tmp_path: Path, port: FixPort, order_manager: TapeOrderManager
) -> None:
    """Each order is in the journal once, and each of its reports with the client, in order."""
    feed = order_manager.feed()
    order_manager.start()
    port.start()
    chance = random.Random(44)
    names = {f"order-{number}" for number in range(ORDERS)}
    deaths = set(chance.sample(range(20, ORDERS - 20), KILLS))
    with FixJudge(tmp_path, port.address, CLIENT) as judge:
        judge.until("logged on")
        for number in range(ORDERS):
            judge.order(f"order-{number}", tag_40="2", tag_44="100", tag_59="1")
            if number in deaths:
                port.kill()
                if chance.random() < 0.5:
                    order_manager.kill()
                    order_manager.start()
                port.start()
        while not names <= {each.get(tags.CL_ORD_ID) for each in judge.messages}:
            judge.until("message")
        for number in range(TRADES):
            feed.trade(2 * 10 * ORDERS / TRADES, 99.0)
            if number == TRADES // 2:
                port.kill()
                port.start()
        while not names <= {each[tags.CL_ORD_ID] for each in judge.messages if filled(each)}:
            judge.until("message")
        judge.log_out()

    told = by_number(judge)
    stream = order_manager.client(USER)
    reports = [stream.receive_report() for _ in told]
    assert [each[tags.EXEC_ID] for each in told] == [each.exec_id for each in reports]
    new = [each[tags.CL_ORD_ID] for each in told if each[tags.EXEC_TYPE] == "0"]
    assert sorted(new) == sorted(names)


def test_who_was_away_gets_the_rest_of_an_ended_order_session(
    tmp_path: Path, port: FixPort, order_manager: TapeOrderManager
) -> None:
    """QuickFIX asks for the reports that it lacks, gets them, and is told to begin anew."""
    feed = order_manager.feed()
    order_manager.start()
    port.start()
    good_till = {"tag_40": "2", "tag_44": "100", "tag_59": "1"}
    with FixJudge(tmp_path, port.address, CLIENT) as judge:
        judge.until("logged on")
        judge.order("fills", **good_till)
        judge.order("works", **good_till)
        told = judge.next_messages(2)
        judge.log_out()  # only then has QuickFIX counted them for sure
    port.stats_when(lambda stats: not stats["clients"])
    feed.trade(10, 95.0)
    stream = order_manager.client(USER)
    reports = [stream.receive_report() for _ in range(3)]
    stream.close()
    order_manager.call("NewSession")

    with FixJudge(tmp_path, port.address, CLIENT) as judge:
        judge.until("logged on")
        judge.until("logged out")
        told += judge.messages
    with FixJudge(tmp_path, port.address, CLIENT, resets=True) as judge:
        judge.until("logged on")
        judge.order("new", **good_till)
        while (new := judge.until("message")).get(tags.CL_ORD_ID) != "new":
            pass  # the order that goes on is restated first
        judge.log_out()

    assert [each[tags.EXEC_ID] for each in told] == [report.exec_id for report in reports]
    assert filled(told[-1])
    assert told[-1][tags.POSS_DUP_FLAG] == "Y"
    assert new[tags.MSG_SEQ_NUM] == "3"


def test_what_another_program_sent_is_refused_as_what_it_was(
    tmp_path: Path, port: FixPort, order_manager: TapeOrderManager
) -> None:
    """A JSON message that is not valid is no mass cancel; QuickFIX complains of none of them."""
    order_manager.start()
    port.start()
    other = order_manager.client(USER)
    for name, msg_type in (("order", "NewOrderSingle"), ("", "OrderCancelRequest"), ("", "Hello")):
        other.send(json.dumps({"MsgType": msg_type, "ClOrdID": name, "OrderQty": 10}).encode())
        other.receive_report()
    mass_cancel = OrderMassCancelRequest(cl_ord_id="used", request_type=MassCancelRequestType.ALL)
    one_symbol = OrderMassCancelRequest(
        cl_ord_id="used", request_type=MassCancelRequestType.SYMBOL, symbol="SPY"
    )
    other.send(mass_cancel, one_symbol)
    refusals = [other.receive_one(), other.receive_one()]
    assert [type(each).__name__ for each in refusals] == [
        "OrderMassCancelReport",
        "ExecutionReport",
    ]
    other.close()

    with FixJudge(tmp_path, port.address, CLIENT) as judge:
        judge.until("logged on")
        told = judge.next_messages(5)
        judge.log_out()

    refused = [(each[35], each.get(372), each.get(379), each.get(380)) for each in told[:3]]
    assert refused == [("j", "D", "order", "0"), ("j", "F", None, "0"), ("j", "?", None, "0")]
    assert all(each[tags.TEXT] for each in told[:3])
    assert [(each[35], each[11], each[531]) for each in told[3:]] == [
        ("r", "used", "7"),
        ("r", "used", "0"),
    ]


def kinds_of(messages: list[dict[int, str]]) -> set[tuple[str, str | None]]:
    """Return each MsgType with each ExecType that came."""
    return {(each[tags.MSG_TYPE], each.get(tags.EXEC_TYPE)) for each in messages}


def filled(message: dict[int, str]) -> bool:
    """Return whether an order is filled by this report."""
    return message.get(tags.ORD_STATUS) == "2"


def by_number(judge: FixJudge) -> list[dict[int, str]]:
    """Return the reports by their numbers; one that came twice is the same both times."""
    found: dict[int, dict[int, str]] = {}
    for message in judge.messages:
        report = found.setdefault(int(message[tags.MSG_SEQ_NUM]), message)
        assert report[tags.EXEC_ID] == message[tags.EXEC_ID]
    return [found[number] for number in sorted(found)]

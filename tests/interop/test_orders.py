"""Orders and reports for foreign clients: sent, reported, requested again."""

import json
import subprocess
import sys
from pathlib import Path

from tests.interop.judge import DEADLINE_S, Judge, Kind
from tests.kit.daemon import PASSWORD
from tests.kit.order_manager import OrderManager
from tests.kit.prerequisites import need_package
from tradestack.net.server.users import new_salt, users_line

OUCH_CLIENT = Path(__file__).with_name("ouch_client.py")


def join(daemon: OrderManager, kind: Kind, session: str = "", sequence: int = 1) -> Judge:
    """Connect a foreign client to the order port."""
    return Judge(
        kind,
        daemon.address,
        user="news",
        password=PASSWORD,
        session=session,
        sequence=sequence,
    )


def order(number: int) -> bytes:
    """Make a NewOrderSingle as PROTOCOL.md describes it, with the json module."""
    message = {
        "MsgType": "NewOrderSingle",
        "ClOrdID": f"judge-{number}",
        "Symbol": "SPY",
        "Side": "BUY",
        "OrderQty": "10",
        "OrdType": "MARKET",
        "TimeInForce": "IOC",
    }
    return json.dumps(message).encode()


def told(reports: list[bytes]) -> list[tuple[str, str, int]]:
    """Return the fields of execution reports that are compared."""
    messages = [json.loads(report) for report in reports]
    assert {message["MsgType"] for message in messages} <= {"ExecutionReport"}
    return [(message["ClOrdID"], message["OrdStatus"], message["OrderID"]) for message in messages]


def test_orders_are_reported_in_a_stream_that_can_be_read_again(
    order_manager: OrderManager, kind: Kind
) -> None:
    """After a logout the same bytes come from number 1, and their end from a later number."""
    with join(order_manager, kind) as judge:
        session, next_number = judge.accepted()
        for number in (1, 2, 3):
            judge.send(order(number))
        reports = judge.messages(3)
        judge.logout()

    with join(order_manager, kind) as judge:
        assert judge.accepted() == (session, 1)
        again = judge.messages(3)
        judge.logout()
    with join(order_manager, kind, session, 3) as judge:
        assert judge.accepted() == (session, 3)
        resumed = judge.messages(1)

    assert next_number == 1
    assert told(reports) == [(f"judge-{number}", "NEW", number) for number in (1, 2, 3)]
    assert again == reports
    assert resumed == reports[2:]


def test_order_sent_again_over_a_kill_is_the_same_order(
    order_manager: OrderManager, kind: Kind
) -> None:
    """After a resumed session, a repeated order gets no second report and no number."""
    with join(order_manager, kind) as judge:
        session, _ = judge.accepted()
        judge.send(order(1))
        judge.messages(1)
        order_manager.kill()
        judge.rest()
    order_manager.start()

    with join(order_manager, kind, session, 2) as judge:
        resumed = judge.accepted()
        judge.send(order(1))
        judge.send(order(2))
        reports = judge.messages(1)

    assert resumed == (session, 2)
    assert told(reports) == [("judge-2", "NEW", 2)]
    assert order_manager.log_numbers() == [1, 2]


def test_sequence_0_brings_only_reports_to_come(order_manager: OrderManager, kind: Kind) -> None:
    """The number in the answer is that of the next report."""
    with join(order_manager, kind) as judge:
        session, _ = judge.accepted()
        judge.send(order(1))
        judge.messages(1)

    with join(order_manager, kind, sequence=0) as judge:
        assert judge.accepted() == (session, 2)
        judge.send(order(2))
        assert told(judge.messages(1)) == [("judge-2", "NEW", 2)]


def test_new_order_session_ends_the_old_for_its_clients(
    order_manager: OrderManager, kind: Kind
) -> None:
    """Clients get the end of session, and find another session that begins at 1."""
    with join(order_manager, kind) as judge:
        session, _ = judge.accepted()
        judge.send(order(1))
        judge.messages(1)
        following = order_manager.call("io.tradestack.OrderManager.NewSession")["session"]
        farewell = judge.rest()

    with join(order_manager, kind) as judge:
        assert judge.accepted() == (following, 1)
    assert following != session
    assert farewell == kind.farewell


def test_wrong_password_and_session_are_told_apart(order_manager: OrderManager, kind: Kind) -> None:
    """The reason is A for a wrong password, S for a session that does not exist."""
    with Judge(kind, order_manager.address, user="news", password="wrong") as judge:
        assert judge.rejected() == "A"
    with join(order_manager, kind, session="NOSESSION1") as judge:
        assert judge.rejected() == "S"


def test_client_in_rust_logs_in(order_manager: OrderManager) -> None:
    """ouch-connect logs in at the current session with number 0, and sends OUCH."""
    need_package("ouch_connect")
    dummy = users_line("dummy", "dummy", salt=new_salt())
    (order_manager.directory / "users").write_text(dummy)
    order_manager.kill()
    order_manager.start()
    session = order_manager.stats()["session"]

    done = subprocess.run(
        [sys.executable, str(OUCH_CLIENT), "{}:{}".format(*order_manager.address)],
        input=b"",
        capture_output=True,
        check=False,
        timeout=DEADLINE_S,
    )

    assert done.returncode == 0, done.stderr  # which it also fills when it leaves
    assert f"'session_id': '{session}', 'sequence_number': '1'".encode() in done.stdout

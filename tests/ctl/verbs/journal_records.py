"""The records of a small order journal."""

from typing import Any

import pytest

Output = pytest.CaptureFixture[str]
NOON_NS = 1_795_348_800_000_000_000  # 2026-11-22T12:00:00Z


def a_report(exec_number: int, **fields: Any) -> dict[str, Any]:
    """A report as the order manager writes it."""
    return {
        "MsgType": "ExecutionReport",
        "ClOrdID": "",
        "ExecID": f"3DAA100000-{exec_number}",
        "ExecType": "NEW",
        "OrdStatus": "NEW",
        "TransactTime": NOON_NS,
        **fields,
    }


def an_order(order_id: int, user: str = "news", **report: Any) -> dict[str, Any]:
    """An order's record, as the order manager writes it."""
    return {
        "Record": "Order",
        "Time": NOON_NS + order_id,
        "User": user,
        "Order": {
            "MsgType": "NewOrderSingle",
            "ClOrdID": f"c{order_id}",
            "Symbol": "SPY",
            "Side": "BUY",
            "OrderQty": "10",
            "OrdType": "LIMIT",
            "Price": "168.5",
            "TimeInForce": "DAY",
        },
        "Report": a_report(order_id, OrderID=order_id, ClOrdID=f"c{order_id}", **report),
    }


HEADER = {
    "Record": "Session",
    "Version": 1,
    "Session": "3DAA100000",
    "Time": NOON_NS,
    "NextOrderID": 7,
    "Registrations": [],
}
REGISTER = {
    "Record": "Register",
    "Time": NOON_NS,
    "User": "news",
    "Register": {
        "MsgType": "Register",
        "RequestID": "r1",
        "Instance": "news",
        "ConfigHash": "c0ffee",
        "FeedSession": "3DAA200000",
        "Head": 100,
        "Start": "now",
    },
    "Report": {
        "MsgType": "Registered",
        "RequestID": "r1",
        "FeedSession": "3DAA200000",
        "FromSeq": 101,
    },
}
REJECTED = {"OrdStatus": "REJECTED", "OrdRejReason": "OTHER", "Text": "\x1b[2J no Side"}
MALFORMED = {
    "Record": "Malformed",
    "Time": NOON_NS,
    "User": "other",
    "Report": a_report(2, **REJECTED),
}
REOPENED = {"Record": "LogReopened", "Time": NOON_NS, "LastOrderID": 7}
RECORDS = [HEADER, REGISTER, an_order(7), MALFORMED, REOPENED, an_order(8, "other"), an_order(9)]

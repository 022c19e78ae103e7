"""The records of a small order journal."""

from typing import Any

from tradestack.ctl.check.journal_repair import ORDER_BYTES_MIN

TIME_NS = 1_795_338_000_000_000_000
SESSION: dict[str, Any] = {
    "Record": "Session",
    "Version": 1,
    "Session": "3DAA100000",
    "Time": TIME_NS,
    "NextOrderID": 5,
    "Registrations": [],
}
REGISTER: dict[str, Any] = {
    "Record": "Register",
    "Time": TIME_NS,
    "User": "news",
    "Register": {
        "MsgType": "Register",
        "RequestID": "r1",
        "Instance": "news",
        "ConfigHash": "c0ffee",
        "FeedSession": "3DAA200000",
        "Head": 0,
        "Start": "now",
    },
    "Report": {
        "MsgType": "Registered",
        "RequestID": "r1",
        "FeedSession": "3DAA200000",
        "FromSeq": 1,
    },
}


def an_order(order_id: int) -> dict[str, Any]:
    """What replay reads of an order's record, about as long as a real one."""
    return {
        "Record": "Order",
        "User": "news",
        "Order": {"ClOrdID": f"c{order_id}", "SignalName": "x" * ORDER_BYTES_MIN},
        "Report": {"OrderID": order_id},
    }


def a_fill(order_id: int) -> dict[str, Any]:
    """What replay reads of the record of an order that is filled."""
    report = {"OrderID": order_id, "ExecType": "TRADE", "OrdStatus": "FILLED"}
    return {
        "Record": "Execution",
        "User": "news",
        "Report": {"ClOrdID": f"c{order_id}", **report},
    }


RECORDS = [SESSION, an_order(5), REGISTER, an_order(6), an_order(7), an_order(8), an_order(9)]

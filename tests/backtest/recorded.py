"""What a run has recorded of each user, without what differs from one run to the next."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# Wall-clock times, numbers of orders and reports, and the price of a book that a backtest has not.
LEFT_OUT = (
    "TransactTime",
    "SignalTime",
    "ReferencePx",
    "ReferencePxAge",
    "OrderID",
    "ExecID",
    "FeedSession",
)
COMPARED = ("ExecutionReport", "OrderCancelReject")
_SESSION_IN_NAME = re.compile(r"-[0-9A-Z]{10}-(?=\d+-\d+$)")


@dataclass
class Recorded:
    """The requests of a user and the reports to it, in order."""

    requests: list[Mapping[str, Any]] = field(default_factory=list)
    reports: list[Mapping[str, Any]] = field(default_factory=list)


def recorded(state_dir: Path) -> dict[str, Recorded]:
    """Return by user what the only order journal of a state directory holds."""
    (journal,) = (state_dir / "state" / "order-manager").glob("*.journal")
    users: dict[str, Recorded] = {}
    for line in journal.read_text().splitlines():
        record = json.loads(line.partition(" ")[2])
        user = users.setdefault(record.get("User", ""), Recorded())
        request = record.get("Order") or record.get("Request")
        if request is not None:
            user.requests.append(without_run(request))
        report = record.get("Report")
        if report is not None and report["MsgType"] in COMPARED:
            user.reports.append(without_run(report))
    return {user: each for user, each in users.items() if each.requests or each.reports}


def without_run(message: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what a run has of its own; names of orders lose their session."""
    return {
        name: _SESSION_IN_NAME.sub("-SESSION-", value) if "ClOrdID" in name else value
        for name, value in message.items()
        if name not in LEFT_OUT
    }

"""The end of order_log.txt, which says how far the lines follow the order journals."""

from collections.abc import Sequence

from tests.fuzz.scratch import scratch_file
from tests.fuzz.target import Target
from tests.fuzz.targets.execution import EXECUTIONS, NOW_NS
from tests.fuzz.targets.orders import LIMIT_ORDER, ORDER
from tradestack_order_manager.sessions.log_end import LogEnd
from tradestack_order_manager.show.execution_line import execution_line
from tradestack_order_manager.show.log_tail import read_log_end, whole_lines
from tradestack_order_manager.show.order_line import order_line

NAME = "order_log.txt"
SESSION = "3DAA100000"


def order_log_tail(data: bytes) -> None:
    """Check that anything may be in the log: its whole lines have an end, a torn one is left out.

    Lines that follow on the whole ones are found, whatever these are.
    """
    whole = whole_lines(data)
    assert data.startswith(whole)
    end = read_log_end(scratch_file(NAME, data))
    assert end == read_log_end(scratch_file(NAME, whole))
    following = order_line(ORDER, 12, "news", NOW_NS, None)
    following += execution_line(EXECUTIONS[0], "news", SESSION, 17)
    assert read_log_end(scratch_file(NAME, whole + following)) == LogEnd(12, SESSION, 17)
    torn = execution_line(EXECUTIONS[0], "news", SESSION, 18)[:-1]
    assert read_log_end(scratch_file(NAME, whole + torn + bytes(8))) == end


LINES = [
    order_line(ORDER, 12, "news", NOW_NS, None),
    order_line(LIMIT_ORDER, 13, "news", NOW_NS, None),
    *(execution_line(report, "news", SESSION, 14) for report in EXECUTIONS),
]


def _seeds() -> Sequence[bytes]:
    return [b"".join(LINES), *LINES, LINES[0][:-1], LINES[2] + bytes(64), b"\n"]


TARGETS = (Target("order_log_tail", order_log_tail, _seeds, length_max=2_048),)

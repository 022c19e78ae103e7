"""Clients send the largest numbers that a field takes, and larger ones: all is readable later."""

from pathlib import Path
from typing import Any

import pytest

from tests.daemons.tradestack_order_manager.samples import FEED_SESSION, a_register, an_order
from tests.kit.order_manager import OrderManager
from tradestack.ctl.check.journal_check import check_journal
from tradestack.wire.order_messages import SEQUENCE_MAX, TIME_NS_MAX
from tradestack.wire.orders import encode_message

HEADS = [0, SEQUENCE_MAX - 1, SEQUENCE_MAX, SEQUENCE_MAX + 1, 2**64, -1]
MOMENTS: list[dict[str, Any]] = [
    {"transact_time_ns": TIME_NS_MAX, "event_time_ns": TIME_NS_MAX},
    {"signal_time_ns": 0},
    {"signal_time_ns": TIME_NS_MAX},
    {"reference_price_age_ns": TIME_NS_MAX},
    {"reference_price_age_ns": -TIME_NS_MAX},
    {"feed_session": FEED_SESSION, "feed_seq": 0},
    {"feed_session": FEED_SESSION, "feed_seq": SEQUENCE_MAX},
]
MESSAGES = {
    "heads": [
        encode_message(a_register(feed_session=f"{number:010d}", head=0)).replace(
            b'"Head":0', b'"Head":%d' % head
        )
        for number, head in enumerate(HEADS)
    ],
    # Behind the last of them, the answer to the Register lies behind what was traded.
    "moments": [
        *(encode_message(an_order(cl_ord_id=f"m{n}", **each)) for n, each in enumerate(MOMENTS)),
        encode_message(a_register(config_hash="edited", head=SEQUENCE_MAX - 1)),
    ],
}


@pytest.mark.parametrize("payloads", MESSAGES.values(), ids=MESSAGES)
def test_what_is_answered_is_read_at_the_next_start(tmp_path: Path, payloads: list[bytes]) -> None:
    """Accepted or not: in this order session, and carried into the next one."""
    with OrderManager(tmp_path) as manager:
        manager.start()
        client = manager.client()
        client.send(*payloads)
        answers = client.receive(len(payloads))
        manager.kill()

        assert manager.start()["session"] == client.session_id
        assert manager.client().receive(len(payloads)) == answers
        assert check_journal(manager.state / f"{client.session_id}.journal").problems_count == 0
        manager.call("NewSession")
        client = manager.client()
        client.send(*payloads)
        client.receive(len(payloads))
        manager.kill()
        assert manager.start()["session"] == client.session_id

"""Any messages in any order: whatever clients send, the port lives and others are served."""

import random

import pytest

from tests.daemons.tradestack_fix.conftest import CLIENTS
from tests.kit.fix_port import FixClient, FixPort
from tradestack_fix.codec import tags
from tradestack_fix.codec.message import Field

CONNECTIONS = 30
MESSAGES_MAX = 25
NOW = "20260101-12:00:00"
TYPES = "0123458 9AADDDFGHHjqqrVzz"
VALUES: dict[int, tuple[str, ...]] = {
    tags.BEGIN_SEQ_NO: ("0", "1", "2", "99", "x"),
    tags.END_SEQ_NO: ("0", "1", "3", "4294967296"),
    tags.NEW_SEQ_NO: ("0", "1", "3", "9"),
    tags.GAP_FILL_FLAG: ("Y", "N"),
    tags.POSS_DUP_FLAG: ("Y", "N"),
    tags.POSS_RESEND: ("Y",),
    tags.ORIG_SENDING_TIME: (NOW, "never"),
    tags.TEST_REQ_ID: ("there", "\xe9"),
    tags.CL_ORD_ID: ("one", "two", "a b", "\xff", "x" * 65),
    tags.ORIG_CL_ORD_ID: ("one", "two"),
    tags.SYMBOL: ("SPY", "", "no symbol"),
    tags.SIDE: ("1", "2", "5"),
    tags.ORDER_QTY: ("10", "0", "1e9", "00010.50", "9999999999.99999999"),
    tags.ORD_TYPE: ("1", "2", "3"),
    tags.PRICE: ("100", "-1"),
    tags.TIME_IN_FORCE: ("0", "3", "6"),
    tags.TRANSACT_TIME: (NOW, "20261332-99:99:99"),
    tags.MASS_CANCEL_REQUEST_TYPE: ("1", "7", "9"),
    tags.ORD_STATUS_REQ_ID: ("asked",),
    tags.RESET_SEQ_NUM_FLAG: ("Y",),
    tags.TEXT: ("8=FIX.4.4",),
}


def say_anything(client: FixClient, chance: random.Random) -> None:
    """Send messages with any types, numbers and fields."""
    for _ in range(chance.randrange(MESSAGES_MAX)):
        chosen = chance.sample(sorted(VALUES), chance.randrange(len(VALUES)))
        fields: list[Field] = [(tag, chance.choice(VALUES[tag])) for tag in chosen]
        step = chance.choice((0, 0, 0, 0, 1, -1, 7))
        if chance.random() < 0.1:
            client.send_bytes(bytes(chance.randbytes(20)))
        client.send(chance.choice(TYPES), *fields, number=max(1, client.number + step))
        client.number += 1


@pytest.mark.parametrize("seed", range(2))
def test_any_messages_cost_nobody_else_anything(standing_port: FixPort, seed: int) -> None:
    """Connections that say anything, with a logon or without, and one that trades beside them."""
    chance = random.Random(seed)
    pid = standing_port.pid
    honest = standing_port.client(CLIENTS[-1 - seed])
    honest.log_on()
    for number in range(CONNECTIONS):
        client = standing_port.client(CLIENTS[number % 3])
        try:
            if chance.random() < 0.9:
                client.log_on((tags.RESET_SEQ_NUM_FLAG, "Y"))
            say_anything(client, chance)
            client.end_sending()
            assert all(client.rest())
        except (ConnectionError, AssertionError):
            pass  # the port may end a session before it has heard everything
        client.close()
        if number % 10 == 0:
            honest.order(f"order-{number}")
            assert honest.receive().fields[tags.CL_ORD_ID] == f"order-{number}"
    assert standing_port.stats()["connections_pending"] < CONNECTIONS
    assert standing_port.pid == pid
    assert standing_port.process.poll() is None, standing_port.errors

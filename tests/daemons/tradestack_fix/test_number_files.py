"""The files with the numbers of FIX clients, when another program has to do with one of them."""

import fcntl

from tests.kit.fix_port import CLIENT, OTHER_CLIENT, FixClient, FixPort
from tradestack_fix.codec import tags


def test_a_backup_locks_the_numbers_of_a_client(port: FixPort, client: FixClient) -> None:
    """Its logons are refused meanwhile; the other clients go on."""
    other = port.client(OTHER_CLIENT)
    other.log_on()
    client.log_out()
    with (port.state / f"{CLIENT}.numbers").open("rb") as backup:
        fcntl.flock(backup, fcntl.LOCK_SH)
        refused = port.client()
        refused.number = 3
        refused.send_logon()
        assert refused.farewell() == "numbers cannot be kept"
    other.order("mine")
    assert other.receive_types("8")

    again = port.client()
    again.number = 3

    assert again.log_on().msg_type == tags.LOGON


def test_another_program_changes_the_numbers_of_a_client(port: FixPort, client: FixClient) -> None:
    """The session of that client ends, when the next number is to be kept, and no other one."""
    other = port.client(OTHER_CLIENT)
    other.log_on()
    with (port.state / f"{CLIENT}.numbers").open("ab") as numbers:
        numbers.write(b"more")

    client.send(tags.TEST_REQUEST, (tags.TEST_REQ_ID, "there?"))

    assert client.receive_or_end() is None
    other.order("mine")
    assert other.receive_types("8")

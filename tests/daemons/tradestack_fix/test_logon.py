"""First messages at a running port: what is refused is told and logged."""

import pytest

from tests.kit.daemon import PASSWORD
from tests.kit.fix_port import FixClient, FixPort, numbered
from tradestack_fix.codec import tags
from tradestack_fix.codec.message import Field, Parties
from tradestack_fix.session.logon import NOT_AUTHORISED

LOGONS: dict[str, tuple[tuple[Field, ...], str, str]] = {
    "wrong password": ((), "wrong", NOT_AUTHORISED),
    "password that no login has room for": ((), "p" * 11, NOT_AUTHORISED),
    "password of other characters": ((), "pass\xe9", NOT_AUTHORISED),
    "encrypted": (((98, "2"),), PASSWORD, "TLS tunnel"),
    "interval": (((108, "100000"),), PASSWORD, "tag 108 is not from 0 to 3600"),
}


@pytest.mark.parametrize("name", LOGONS)
def test_a_logon_that_is_refused_is_told_why(newcomer: FixClient, name: str) -> None:
    """A Logout says what is wrong; whether a name is known it does not say."""
    fields, password, words = LOGONS[name]
    values = {98: "0", 108: "30", 554: password} | dict(fields)

    newcomer.send(tags.LOGON, *values.items())

    assert words in newcomer.farewell()


def test_a_name_or_a_target_that_is_not_known_is_refused(standing_port: FixPort) -> None:
    """The name gets the words of a wrong password; another TargetCompID is named."""
    unknown = standing_port.client("NOBODY")
    unknown.send_logon()
    assert unknown.farewell() == LOGONS["wrong password"][2]

    mistaken = standing_port.client()
    mistaken.parties = Parties("NOBODY", "SOMEBODY")
    mistaken.send_logon()
    assert "this is TRADESTACK" in mistaken.farewell()


def test_a_first_message_that_is_garbled_is_answered_and_logged(port: FixPort) -> None:
    """A wrong BeginString is the most usual mistake of a new client: both sides see it."""
    logon = numbered(b"35=A\x0149=ACME\x0156=TRADESTACK\x0134=1\x01")
    garbled = {
        logon.replace(b"8=FIX.4.4", b"8=FIX.4.2"): "its BeginString (8) is not FIX.4.4",
        logon[:-4] + b"999\x01": "its CheckSum (10) is wrong",
        b"GET / HTTP/1.1\r\n\r\n": "it does not begin with 8=FIX",
        numbered(b"35=A\x0149=ACME\x01"): "MsgSeqNum (34) is missing",
    }
    for data, words in garbled.items():
        stranger = port.client()
        stranger.send_bytes(data)

        assert words in stranger.farewell()
        assert any("login rejected" in line and words in line for line in port.errors.splitlines())
    assert port.stats()["process"]["logons_refused"] == len(garbled)


def test_many_wrong_passwords_wait_and_the_right_one_gets_in(
    standing_port: FixPort, newcomer: FixClient
) -> None:
    """After ten refusals an origin's logons are looked at one a second."""
    before = standing_port.stats()["process"]["logons_refused"]
    for _ in range(11):
        guesser = standing_port.client("NOBODY")
        guesser.send_logon()
        guesser.farewell()

    assert newcomer.log_on().msg_type == tags.LOGON
    assert standing_port.stats()["process"]["logons_refused"] == before + 11

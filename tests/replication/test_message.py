"""Entries ⇄ messages, and an entry beside the local journal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradestack.replication.comparison import Differs, missing_lines
from tradestack.replication.message import (
    Authorship,
    Entry,
    JournalEntry,
    Takeover,
    decode_entry,
    encode_entry,
)
from tradestack.replication.silence import Silence

AUTHOR = Authorship(3, "a", "00ff", "1234")
ENTRY = JournalEntry(AUTHOR, "3DAA100000", 4, b"45\n78\n")


@pytest.mark.parametrize(
    "entry", [ENTRY, Takeover(AUTHOR, "3DAA100000", 17), Takeover(AUTHOR, "", 17)]
)
def test_entries_survive_the_stream(entry: Entry) -> None:
    """What is decoded is what was encoded."""
    assert decode_entry(*encode_entry(entry)) == entry


def test_an_author_without_an_id_is_of_an_older_version() -> None:
    """And what it has written is read as before."""
    older = Authorship(3, "a", "00ff")
    data, headers = encode_entry(Takeover(older, "", 17))
    assert "Ts-Host-Id" not in headers
    assert decode_entry(data, headers) == Takeover(older, "", 17)


@pytest.mark.parametrize("headers", [{}, {"Nats-Msg-Id": "1"}])
def test_a_message_of_another_program_is_none(headers: dict[str, str]) -> None:
    """It does not say that it is an entry."""
    assert decode_entry(b"anything", headers) is None


@pytest.mark.parametrize(
    ("data", "changes"),
    [
        (b"", {}),
        (b"unfinished", {}),
        (b"1\n", {"Ts-Session": ""}),
        (b"1\n", {"Ts-Epoch": "x"}),
        (b"1\n", {"Ts-Record": "Else"}),
    ],
)
def test_other_messages_are_refused(data: bytes, changes: dict[str, str]) -> None:
    """A stream of something else is no journal."""
    with pytest.raises(ValueError, match="not an entry"):
        decode_entry(data, encode_entry(ENTRY)[1] | changes)


@given(size=st.integers(0, 14), place=st.integers(0, 13))
def test_what_a_journal_lacks_is_appended_and_nothing_else(size: int, place: int) -> None:
    """A file that is a beginning of the stream is completed; another byte, or a gap, is said."""
    stream = b"0123" + ENTRY.lines
    local = stream[:size]
    if size < ENTRY.offset:
        with pytest.raises(Differs, match=f"lacks the bytes from {size} to 4"):
            missing_lines(ENTRY, size, b"")
        return
    assert local + missing_lines(ENTRY, len(local), local[4:]) == stream
    if 4 <= place < len(local):
        changed = bytearray(local)
        changed[place] ^= 1
        with pytest.raises(Differs, match=f"another byte at {place}"):
            missing_lines(ENTRY, len(local), bytes(changed[4:]))


def test_silence_counts_only_while_something_could_be_heard() -> None:
    """A look that finds no stream, or a leader without followers, begins again."""
    silence = Silence(looks_max=2)
    for now_ns, confirmed_ns, looks in ((1, 1, 1), (2, None, 0), (3, 3, 1), (4, 4, 2)):
        silence.look(now_ns, confirmed_ns)
        assert (silence.looks, silence.is_over) == (looks, looks == 2)
    silence.heard()
    assert (silence.looks, silence.is_over) == (0, False)


def test_silence_is_over_when_most_servers_were_there_all_the_time() -> None:
    """What the leader has heard before is no proof: it may have been cut off since."""
    silence = Silence(looks_max=2)
    for now_ns, confirmed_ns, is_over in ((10, 9, False), (20, 9, False), (30, 19, False)):
        silence.look(now_ns, confirmed_ns)
        assert silence.is_over is is_over
    silence.look(40, 20)
    assert silence.is_over


def test_no_silence_is_too_long_for_never() -> None:
    """Without a limit the standby takes over on command only."""
    assert not Silence(looks_max=None, looks=1_000).is_over

"""ClientSender: what a socket is given at the end."""

import socket

from tradestack.net.server.sender import ClientSender


async def test_last_words_come_after_what_was_to_be_said_before():
    """A login's answer that waits goes out first: no packet comes before it."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        sender = ClientSender(
            ours,
            on_sent=lambda: None,
            on_writable=lambda: None,
            on_lost=lambda reason: None,
        )
        sender.put_aside(b"answer", bytes_max=100)

        sender.last_words(b" why")

        assert theirs.recv(100) == b"answer why"

"""io.tradestack.Replication: the interface of an order manager whose journal is replicated."""

from typing import Protocol

import msgspec

from tradestack.engine.faults import EngineError
from tradestack.net.control.interface import Interface, Method
from tradestack.wire.varlink import declared_error

NAME = "io.tradestack.Replication"


class Status(msgspec.Struct, frozen=True):
    """What this order manager is.

    role: "primary", "standby" or "starting". epoch, primary: of the host that writes the stream, 0
    and "" if none has. sequence: the newest message that is in the journal of this host. behind:
    how many messages the primary has stored beyond it. session: the order session, "" before the
    first. waiting_bytes: what is journalled and not stored yet. server: the server of the stream
    that this host is connected to. silent_s: how long the primary has not been heard, of a standby.
    fault: why the stream cannot be used.
    """

    host: str
    role: str
    stream: str
    epoch: int
    primary: str
    session: str
    sequence: int
    behind: int
    waiting_bytes: int
    silent_s: float
    server: str
    fault: str | None


class Verified(msgspec.Struct, frozen=True):
    """The journals of this host beside the stream, up to the newest message that is here.

    messages, bytes, sessions: that were compared. sessions_absent: order sessions of the stream
    whose journals this host has not, or not any more. difference: the first one that was found,
    null if there is none.
    """

    stream: str
    messages: int
    bytes: int
    sessions: int
    sessions_absent: int
    difference: str | None


class NotPossible(msgspec.Struct, frozen=True):
    """This order manager did not do what it was asked; nothing has changed."""

    reason: str


class TakeoverRefused(Exception):
    """This order manager did not take over; the text says why."""


class Member(Protocol):
    """One of the order managers."""

    def status_of_replication(self) -> Status:
        """Return what it is."""
        ...

    async def take_over(self) -> Status:
        """Become the primary. Raises TakeoverRefused."""
        ...

    async def verify(self) -> Verified:
        """Compare journals and stream. Raises EngineError while the stream cannot be read."""
        ...


def replication_interface(member: Member) -> Interface:
    """Declare the Varlink interface."""

    def get_status() -> Status:
        """Return which host writes the order journal, and how far this one has followed."""
        return member.status_of_replication()

    async def take_over() -> Status:
        """Become the primary: orders are taken here from now on, and nowhere else.

        A primary that still runs stops by itself within a second; nothing that it has acknowledged
        is lost.
        """
        try:
            return await member.take_over()
        except TakeoverRefused as refused:
            raise declared_error(NAME, NotPossible(str(refused))) from refused

    async def verify() -> Verified:
        """Compare the journals of this host with the stream, which is read to its end.

        Orders are taken meanwhile.
        """
        try:
            return await member.verify()
        except EngineError as error:
            raise declared_error(NAME, NotPossible(f"the stream cannot be read: {error}")) from None

    return Interface(
        NAME,
        "An order journal on several hosts: who writes it, and who takes over.",
        [Method.of(get_status), Method.of(take_over, changes=True), Method.of(verify)],
        (NotPossible,),
    )

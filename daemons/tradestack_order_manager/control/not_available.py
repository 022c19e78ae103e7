"""The name of the order manager's interface, and an error that many of its methods return."""

import msgspec

NAME = "io.tradestack.OrderManager"


class NotAvailable(msgspec.Struct, frozen=True):
    """The order journal or the order log cannot be read or written; the order session goes on."""

    reason: str

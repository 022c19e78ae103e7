"""Why an order or a request that is awaited gets no answer."""


class OutcomeUnknown(Exception):
    """The order was sent, its report never came, and the order session that has it is gone."""

    def __init__(self, cl_ord_id: str, session_id: str) -> None:
        super().__init__(
            f"{cl_ord_id} was sent in order session {session_id}, its outcome is unknown"
        )
        self.cl_ord_id = cl_ord_id
        self.session_id = session_id


class OrderNotTaken(Exception):
    """The order manager could not take the message now and remembers nothing of it."""

    def __init__(self, cl_ord_id: str, text: str) -> None:
        super().__init__(f"{cl_ord_id} was not taken: {text}")
        self.cl_ord_id = cl_ord_id


class LoggedInElsewhere(ConnectionError):
    """Another program has logged in as the same user, whom the order port keeps one connection of.

    To log in again would end that one, and so on.
    """

    def __init__(self) -> None:
        super().__init__(
            "another program has logged in as the same user; give each a user of its own"
        )

"""The servers of a list that refuse a login, and whether another one may accept it."""

from tradestack.net.addresses import Address
from tradestack.net.client.login import LoginRejected


class Refusals:
    """The servers that refuse a login, each by its last answer.

    A standby leaves that to the primary; a server that cannot be reached may accept it later.
    """

    def __init__(self, servers: int) -> None:
        self._servers = servers
        self._answers: dict[Address, LoginRejected | None] = {}

    def refused(self, server: Address, rejection: LoginRejected) -> None:
        """Note that the server refuses the login until a person has corrected something."""
        self._answers[server] = rejection

    def stands_by(self, server: Address) -> None:
        """Note that the server takes nobody's login now."""
        self._answers[server] = None

    def clear(self, server: Address) -> None:
        """Forget the answer of a server that is asked again."""
        self._answers.pop(server, None)

    def together(self, *, are_all_needed: bool = True) -> LoginRejected | None:
        """Return the refusal of all that were asked; None if one may accept the login.

        are_all_needed: whether a server that has not answered may.
        """
        rejections = {server: each for server, each in self._answers.items() if each is not None}
        if not rejections or (are_all_needed and len(self._answers) < self._servers):
            return None
        *others, last = rejections.values()
        if not others:
            return last
        texts = [f"{server}: {rejection}" for server, rejection in rejections.items()]
        return LoginRejected(last.reason, "; ".join(texts))

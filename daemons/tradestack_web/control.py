"""io.tradestack.Web: the web server's interface on its control socket."""

from collections.abc import Callable

import msgspec

from tradestack.net.control.interface import Interface, Method, Peer
from tradestack_web.logins.person import Person
from tradestack_web.logins.tokens import LIFETIME_S, Tokens

NAME = "io.tradestack.Web"


class NewLogin(msgspec.Struct, frozen=True):
    """Where to log in, once and within this time; page: the address without a login."""

    url: str
    page: str
    user: str
    lifetime_s: int


class Page(msgspec.Struct, frozen=True):
    """The address of the page."""

    page: str


def web_interface(tokens: Tokens, page: str, monotonic_ns: Callable[[], int]) -> Interface:
    """Declare the Varlink interface of the web server; page: its address."""

    def new_login(peer: Peer) -> NewLogin:
        """Make an address that logs the calling user in, once, within a minute."""
        person = Person.of(peer.uid)
        token = tokens.issue(person, monotonic_ns())
        return NewLogin(f"{page}#login={token}", page, person.name, LIFETIME_S)

    def get_page() -> Page:
        """Get the address of the page."""
        return Page(page)

    return Interface(
        NAME,
        "The web server: its page, and logins to it.",
        [Method.of(new_login, changes=True), Method.of(get_page)],
    )

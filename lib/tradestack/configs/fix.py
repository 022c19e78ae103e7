"""The config keys of the FIX port, with defaults and limits; etc/fix.toml explains them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from tradestack.net.addresses import Address
from tradestack.runtime.config.keys import Reload, key
from tradestack.runtime.config.shared_keys import HOST_USERS, ORDERS_ADDRESS, DaemonConfig
from tradestack.runtime.config.values import Integer, MapOf, TcpAddress, TcpAddresses, Text
from tradestack.store.shared_memory.trusted_users import TRUSTED_USERS
from tradestack.wire.soup import USER_LENGTH_MAX

FIX_ADDRESS = "127.0.0.1:8996"
COMP_ID_LENGTH_MAX = 32
CLIENTS_MAX = 1_024

_COMP_ID = Text("[A-Za-z0-9][A-Za-z0-9_.-]*", "letters, digits and _ . -", COMP_ID_LENGTH_MAX)
_USER = Text("(?!#)[!-9;-~]+", "printable ASCII without space, colon, # in front", USER_LENGTH_MAX)


@dataclass(frozen=True, slots=True, kw_only=True)
class FixConfig(DaemonConfig):
    """The keys of the FIX port, beside those of every daemon."""

    listen: Address = key(FIX_ADDRESS, TcpAddress(), reload=Reload.RESTART)
    comp_id: str = key("TRADESTACK", _COMP_ID, reload=Reload.RESTART)
    orders: tuple[Address, ...] = key(ORDERS_ADDRESS, TcpAddresses(), reload=Reload.RESTART)
    server_users: tuple[str, ...] = key(list(TRUSTED_USERS), HOST_USERS, reload=Reload.RESTART)
    clients_max: int = key(256, Integer(1, CLIENTS_MAX), reload=Reload.AT_ONCE)
    clients: Mapping[str, str] = key({}, MapOf(_USER, name=_COMP_ID), reload=Reload.AT_ONCE)

    def __post_init__(self) -> None:
        users = Counter(user.lower() for user in self.clients.values())
        twice = next((user for user, count in users.items() if count > 1), None)
        if twice is not None:
            raise ValueError(
                f"clients: two CompIDs have the user {twice}; the order manager keeps one "
                "connection of a user, so give each CompID one of its own"
            )

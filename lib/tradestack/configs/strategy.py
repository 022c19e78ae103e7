"""The config keys of a strategy instance, with defaults and limits.

etc/strategy/news.toml explains them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from tradestack.domain.fixed_point import format_fixed
from tradestack.domain.order import QUANTITY_MAX, Start
from tradestack.domain.units import NANOSECONDS_OF
from tradestack.net.addresses import Address
from tradestack.runtime.config.key_fault import KeyFault
from tradestack.runtime.config.keys import Reload, key, required_key
from tradestack.runtime.config.named_files import NamedFile
from tradestack.runtime.config.password import read_login_password
from tradestack.runtime.config.quantities import Duration, FixedPoint
from tradestack.runtime.config.shared_keys import (
    FEED_ADDRESS,
    HOST_USERS,
    ORDERS_ADDRESS,
    SEGMENT_SUFFIX_LENGTH_MAX,
    DaemonConfig,
)
from tradestack.runtime.config.values import (
    Choice,
    FilePath,
    Integer,
    ListOf,
    MapOf,
    Switch,
    Symbol,
    TcpAddresses,
    Text,
    ValueParser,
)
from tradestack.runtime.process.import_guard import import_guard
from tradestack.store.shared_memory.trusted_users import TRUSTED_USERS
from tradestack.strategies.configured import ConfiguredStrategy, configure
from tradestack.strategies.loading import LoadedStrategy
from tradestack.strategies.registry import NAME_FORM, SHIPPED, build_strategy, find_strategy
from tradestack.wire.soup import USER_LENGTH_MAX

STRATEGY_LENGTH_MAX = 512
# The most that the order manager lets one connection have in flight.
ORDERS_IN_FLIGHT_MAX = 100_000


class DecimalText(ValueParser[str]):
    """A decimal number → its shortest text: 60 and "60.0" are the same parameter."""

    _number = FixedPoint()

    @property
    def allowed(self) -> str:
        return self._number.allowed

    def parse(self, value: object) -> str:
        return format_fixed(self._number.parse(value))

    def format(self, value: str) -> object:
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategyConfig(DaemonConfig):
    """The keys of a strategy instance, beside those of every daemon.

    Those that decide about orders make up the epoch: another value is another epoch, and an epoch
    begins with a start of the process. So they need a restart, as does what names a peer.
    """

    strategy: str = key(
        SHIPPED["news"],
        Text("[ -~]+", NAME_FORM, STRATEGY_LENGTH_MAX),
        reload=Reload.RESTART,
        replaces="signal",
    )
    packages: Path | None = key(None, FilePath(), reload=Reload.RESTART)
    parameters: Mapping[str, str] = key({}, MapOf(DecimalText()), reload=Reload.RESTART)
    symbols: tuple[str, ...] = key([], ListOf(Symbol()), reload=Reload.RESTART)
    quantity: int = required_key(FixedPoint(1, QUANTITY_MAX), reload=Reload.RESTART)
    user: str = required_key(
        Text("(?!#)[!-9;-~]+", "printable ASCII without space, colon, # in front", USER_LENGTH_MAX),
        reload=Reload.RESTART,
    )
    start: Start = key("now", Choice(Start), reload=Reload.RESTART)
    feed: tuple[Address, ...] = key(FEED_ADDRESS, TcpAddresses(), reload=Reload.RESTART)
    orders: tuple[Address, ...] = key(ORDERS_ADDRESS, TcpAddresses(), reload=Reload.RESTART)
    server_users: tuple[str, ...] = key(list(TRUSTED_USERS), HOST_USERS, reload=Reload.RESTART)
    orders_in_flight_max: int = key(1_000, Integer(1, ORDERS_IN_FLIGHT_MAX), reload=Reload.AT_ONCE)
    hook_max: int = key(
        "4s", Duration(NANOSECONDS_OF["ms"], NANOSECONDS_OF["h"]), reload=Reload.AT_ONCE
    )
    cancel_on_stop: bool = key(False, Switch(), reload=Reload.AT_ONCE)
    password_file: Path | None = key(None, NamedFile(read_login_password), reload=Reload.RESTART)
    segment_suffix: str = key(
        "",
        Text("[A-Za-z0-9_.-]*", "letters, digits and _ . -", SEGMENT_SUFFIX_LENGTH_MAX),
        reload=Reload.RESTART,
    )

    def __post_init__(self) -> None:
        packages = packages_of(self)
        if packages and not Path(packages).is_dir():
            remedy = "make it by `tradestackctl add-strategy NAME --update --requirements FILE`"
            raise KeyFault(("packages",), f"{packages} is no directory", remedy)
        try:
            found = import_strategy(self.strategy, packages)
        except ValueError as error:
            remedy = (
                "correct the file; `tradestackctl add-strategy NAME FILE --update` brings it in"
            )
            raise KeyFault(("strategy",), str(error), remedy) from None
        try:
            configured = configure(found, self.parameters, self.symbols, self.quantity)
        except ValueError as error:
            raise ValueError(f"parameters: {error}") from None
        object.__setattr__(self, "parameters", MappingProxyType(dict(configured.parameters())))


def packages_of(config: StrategyConfig) -> str:
    """Return the directory of the strategy's own packages, "" if it has none."""
    return "" if config.packages is None else str(config.packages)


def import_strategy(name: str, packages: str = "") -> LoadedStrategy:
    """Return the strategy of that name, if it can be imported in time. Raises ValueError."""
    with import_guard():
        return find_strategy(name, packages)


def configured_by(config: StrategyConfig) -> ConfiguredStrategy:
    """Return the strategy that the configuration chooses, imported again. Raises ValueError."""
    with import_guard():
        return build_strategy(
            config.strategy,
            config.parameters,
            config.symbols,
            quantity=config.quantity,
            packages=packages_of(config),
        )

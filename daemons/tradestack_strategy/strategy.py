"""config → the parts of a strategy, wired; and what the runtime asks of it."""

import asyncio
import re
from collections.abc import Sequence
from typing import Any

from tradestack.domain.faults import OperatorFault
from tradestack.domain.fixed_point import SCALE, format_fixed
from tradestack.net.client.login import Credentials
from tradestack.net.control.interface import Interface
from tradestack.runtime.service import Context
from tradestack.strategies.crossover import CrossoverSignal
from tradestack.strategies.news import NewsSignal
from tradestack.strategies.signal import Signal
from tradestack.trading.counters import Counted, Counters
from tradestack.trading.epoch import INSTANCE_LENGTH_MAX, config_hash
from tradestack.trading.order_factory import OrderFactory
from tradestack.wire.soup import PASSWORD_LENGTH_MAX
from tradestack_strategy.config import StrategyConfig
from tradestack_strategy.control import strategy_interface
from tradestack_strategy.order_entry import OrderEntry
from tradestack_strategy.parameters import SignalName
from tradestack_strategy.reference_price import ReferencePrices
from tradestack_strategy.runner import Identity, Runner, Servers

_INSTANCE = re.compile(rf"[A-Za-z0-9_.-]{{1,{INSTANCE_LENGTH_MAX}}}", re.ASCII)


def build_signal(config: StrategyConfig) -> Signal[Any]:
    """The signal that the config names, with its parameters."""
    symbols = frozenset(config.symbols)
    values = config.parameters
    match config.signal:
        case SignalName.NEWS:
            return NewsSignal(
                buy_above=values["buy_above"], sell_below=values["sell_below"], symbols=symbols
            )
        case SignalName.CROSSOVER:
            return CrossoverSignal(
                short_ticks=values["short_ticks"] // SCALE,
                long_ticks=values["long_ticks"] // SCALE,
                symbols=symbols,
            )


def hash_of(config: StrategyConfig) -> str:
    """The hash of everything in the config that decides about orders."""
    signal = build_signal(config)
    return config_hash(
        signal_name=signal.name,
        signal_version=signal.version,
        parameters=signal.parameters(),
        symbols=config.symbols,
        quantity=format_fixed(config.quantity),
    )


def build_strategy(context: Context[StrategyConfig]) -> "Strategy":
    """The service. Raises OperatorFault for an unusable instance name or password."""
    instance = context.instance or ""
    if _INSTANCE.fullmatch(instance) is None:
        raise OperatorFault(
            f"instance {instance!r}",
            "cannot be part of an order's name",
            f"name it by 1 to {INSTANCE_LENGTH_MAX} letters, digits and _ . -",
        )
    password = context.password()
    if len(password) > PASSWORD_LENGTH_MAX:
        raise OperatorFault(
            "password",
            "is too long for a login",
            f"it has at most {PASSWORD_LENGTH_MAX} characters",
        )
    return Strategy(context, instance, Credentials(context.config.user, password))


class Strategy:
    """A strategy instance as the runtime's Service."""

    def __init__(
        self, context: Context[StrategyConfig], instance: str, credentials: Credentials
    ) -> None:
        config = context.config
        self._context = context
        self._config = config
        self._instance = instance
        self._signal = build_signal(config)
        self._counters = Counters()
        self._prices = ReferencePrices(config.segment_suffix, self._counters)
        self._desk = OrderEntry(
            entry=OrderFactory(
                signal_name=self._signal.name,
                signal_label=self._signal.value_label,
                quantity=config.quantity,
            ),
            prices=self._prices,
            counters=self._counters,
            clock=context.clock,
        )
        self._runner = Runner(
            Identity(instance=instance, config_hash=hash_of(config), start=config.start),
            Servers(feed=config.feed, orders=config.orders, credentials=credentials),
            signal=self._signal,
            desk=self._desk,
            counters=self._counters,
            orders_in_flight_max=config.orders_in_flight_max,
            clock=context.clock,
        )
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Ready at once: the servers may come later."""
        self._task = self._context.spawn(self._runner.run(), "runner")

    async def stop(self) -> None:
        """Logs out. Orders without report are found again by the next start's replay."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
        self._prices.close()

    def reload(self, config: StrategyConfig) -> None:
        """Apply the limit of orders in flight; any other change needs a restart."""
        self._config = config
        self._runner.orders_in_flight_max = config.orders_in_flight_max

    def stats(self) -> dict[str, object]:
        """Counters of the feed session, those of the process, and where the strategy stands."""
        runner = self._runner
        trader = runner.trader
        now_ns = self._context.clock.monotonic_ns()
        return {
            "state": runner.state.value,
            "session": trader.epoch.feed_session if trader else "",
            "session_start_time": runner.session_start_time,
            "order_session": runner.orders.session,
            "config_hash": hash_of(self._config),
            "connected_feed": runner.feed.is_connected,
            "connected_orders": runner.orders.is_connected,
            "sequence_processed": trader.sequence_processed if trader else 0,
            "from_sequence": trader.from_sequence if trader else 0,
            "lag": runner.lag,
            "orders_pending": self._desk.in_flight,
            **self._counters.session(),
            **(trader.signal.counters(trader.state) if trader else {}),
            "process": self._counters.process(),
            "rates": runner.ticks_rates.rates(now_ns),
            "latency": {
                "publish_to_order": self._desk.publish_to_order.summary(),
                "order_to_report": self._desk.order_to_report.summary(),
            },
        }

    def status(self) -> str:
        """For STATUS=: where it stands, how fast it goes, what it did."""
        rates = self._runner.ticks_rates.rates(self._context.clock.monotonic_ns())
        parts = [
            self._runner.state.value,
            f"{rates['1s']:.0f} ticks/s",
            f"lag {self._runner.lag}",
            f"{self._counters[Counted.ORDERS_SENT]} orders sent",
            f"{self._desk.in_flight} pending",
        ]
        return ", ".join(parts)

    def stalled(self, now_ns: int) -> str | None:  # noqa: ARG002 (part of the promise)
        """Healthy while its task lives: waiting for servers, for news, for reports is its work."""
        return "the runner has ended" if self._task is not None and self._task.done() else None

    def interfaces(self) -> Sequence[Interface]:
        """io.tradestack.Strategy."""
        return [strategy_interface(self._state, self._desk, self._context.clock.monotonic_ns)]

    def _state(self) -> dict[str, Any]:
        runner = self._runner
        trader = runner.trader
        return {
            "state": runner.state.value,
            "instance": self._instance,
            "signal": self._signal.name,
            "config_hash": hash_of(self._config),
            "feed_session": trader.epoch.feed_session if trader else "",
            "order_session": runner.orders.session,
            "sequence_processed": trader.sequence_processed if trader else 0,
            "head": runner.head,
            "from_sequence": trader.from_sequence if trader else 0,
            "orders_pending": self._desk.in_flight,
        }

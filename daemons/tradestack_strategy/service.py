"""The strategy daemon: its parts, wired from the configuration, as a service of the runtime."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Any

from tradestack.configs.strategy import StrategyConfig, configured_by
from tradestack.domain.faults import OperatorFault
from tradestack.domain.units import counted
from tradestack.net.client.login import Credentials
from tradestack.net.control.interface import Interface
from tradestack.observe.levels import Level
from tradestack.observe.statistics import LatencyHistogram
from tradestack.runtime.service import Context
from tradestack.strategies.configured import ConfiguredStrategy
from tradestack.trading.desk.counters import Counted, Counters
from tradestack.trading.desk.epoch import INSTANCE_LENGTH_MAX
from tradestack_strategy.control import strategy_interface
from tradestack_strategy.handshake import State
from tradestack_strategy.hooks.hook_watch import HookWatch
from tradestack_strategy.orders.mass_cancel import CANCEL_TIMEOUT_S
from tradestack_strategy.orders.order_entry import OrderEntry
from tradestack_strategy.orders.reference_price import ReferencePrices
from tradestack_strategy.runner import Runner
from tradestack_strategy.settings import InstanceSettings, Servers

_INSTANCE = re.compile(rf"[A-Za-z0-9_.-]{{1,{INSTANCE_LENGTH_MAX}}}", re.ASCII)


def build_service(context: Context[StrategyConfig]) -> "StrategyService":
    """Build the service. Raises OperatorFault for an unusable instance name or password."""
    instance = context.instance or ""
    if _INSTANCE.fullmatch(instance) is None:
        raise OperatorFault(
            f"instance {instance!r}",
            "cannot be part of an order's name",
            f"name it by 1 to {INSTANCE_LENGTH_MAX} letters, digits and _ . -",
        )
    config = context.config
    password = context.login_password(config.password_file)
    credentials = Credentials(config.user, password(), config.server_users, read_password=password)
    return StrategyService(context, instance, credentials)


class StrategyService:
    """A strategy instance as a service of the runtime."""

    def __init__(
        self, context: Context[StrategyConfig], instance: str, credentials: Credentials
    ) -> None:
        config = context.config
        self._context = context
        self._config = config
        self._instance = instance
        self._credentials = credentials
        self._counters = Counters()
        self._prices = ReferencePrices(config.segment_suffix, self._counters)
        self._order_entry = OrderEntry(
            prices=self._prices,
            counters=self._counters,
            clock=context.clock,
            orders_in_flight_max=config.orders_in_flight_max,
        )
        self._runner = self._make_runner(configured_by(config))
        self._watch = HookWatch(config.hook_max, lambda: self._runner.sessions.sequence_handled)
        self._task: asyncio.Task[None] | None = None

    def _make_runner(self, strategy: ConfiguredStrategy) -> Runner:
        config, self._config_hash = self._config, strategy.config_hash()
        return Runner(
            InstanceSettings(
                instance=self._instance,
                config_hash=self._config_hash,
                start=config.start,
            ),
            Servers(feed=config.feed, orders=config.orders, credentials=self._credentials),
            strategy=strategy,
            order_entry=self._order_entry,
            counters=self._counters,
            clock=self._context.clock,
            spawn=self._context.spawn,
            session_ends=self._context.session_ends,
        )

    async def start(self) -> None:
        """Return at once: the servers may come later."""
        self._watch.start()
        self._task = self._context.spawn(self._runner.run(), "runner")

    async def stop(self) -> None:
        """Cancel what works, if configured, and log out.

        The replay of the next start finds the orders without report.
        """
        if self._task is not None:
            if self._config.cancel_on_stop:
                await self._runner.cancel_orders(CANCEL_TIMEOUT_S)
            self._task.cancel()
            await asyncio.wait({self._task})
        self._watch.stop()
        self._prices.close()

    def reload(self, config: StrategyConfig) -> None:
        """Apply what is used from now on; any other change needs a restart."""
        self._config = config
        self._order_entry.orders_in_flight_max = config.orders_in_flight_max
        self._watch.hook_max_ns = config.hook_max

    async def resume(self) -> None:
        """Trade again with the strategy as its file is now. Raises ValueError with what is wrong.

        Everything is learnt again from the first message of the feed session.
        """
        if self._runner.state is not State.PAUSED:
            raise ValueError("it is not paused")
        # From here on it is not paused: whoever calls while the task ends is refused.
        self._runner = self._make_runner(configured_by(self._config))
        assert self._task is not None, "it was started"
        self._task.cancel()
        await asyncio.wait({self._task})
        self._task = self._context.spawn(self._runner.run(), "runner")

    def stats(self) -> dict[str, Any]:
        """Return counters of the feed session and of the process, state, rates and latencies."""
        runner, progress = self._runner, self._runner.progress
        now_ns = self._context.clock.monotonic_ns()
        latencies = self._order_entry.latencies.by_name()
        return {
            **progress.strategy_counters,  # first, so that none hides a value of the daemon
            "state": runner.state.value,
            "session": progress.feed_session,
            "session_start_time": progress.start_time,
            "order_session": runner.orders.session_id,
            "config_hash": self._config_hash,
            "connected_feed": progress.is_connected,
            "connected_orders": runner.orders.is_connected,
            "sequence_processed": progress.sequence_processed,
            "from_sequence": progress.from_sequence,
            "lag": progress.lag,
            "orders_pending": self._order_entry.in_flight,
            "orders_working": len(self._order_entry.open_orders),
            "pause_reason": runner.pause.reason,
            **self._counters.session(),
            "process": {
                **self._counters.process(),
                "latency": {name: each.process.summary() for name, each in latencies.items()},
            },
            "rates": runner.sessions.ticks_rates.rates(now_ns),
            "latency": {name: each.session() for name, each in latencies.items()},
        }

    def histograms(self) -> Mapping[str, LatencyHistogram]:
        """Return how long orders took since the process began."""
        latencies = self._order_entry.latencies.by_name()
        return {f"latency.{name}": each.process for name, each in latencies.items()}

    def status(self) -> str:
        """Return the line for STATUS=: state, speed, lag, orders, fills."""
        rates = self._runner.sessions.ticks_rates.rates(self._context.clock.monotonic_ns())
        if self._runner.pause.reason is not None:
            return f"PAUSED: {self._runner.pause.reason}"
        parts = [
            self._runner.state.value,
            f"{rates['1s']:.0f} ticks/s",
            f"lag {self._runner.progress.lag}",
            f"{counted(self._counters[Counted.ORDERS_SENT], 'order')} sent",
            f"{self._order_entry.in_flight} pending",
            f"{len(self._order_entry.open_orders)} working",
            counted(self._counters[Counted.FILLS], "fill"),
        ]
        return ", ".join(parts)

    def levels(self) -> Sequence[Level]:
        """Return nothing: the orders in flight are bounded by reading the feed later."""
        return ()

    def stalled(self, now_ns: int) -> str | None:  # noqa: ARG002 (part of the promise)
        """Report a dead task; waiting for servers, ticks and reports is healthy."""
        return "the runner has ended" if self._task is not None and self._task.done() else None

    def interfaces(self) -> Sequence[Interface]:
        """Return io.tradestack.Strategy."""
        return [
            strategy_interface(
                self._state, self.resume, self._order_entry, self._context.clock.monotonic_ns
            )
        ]

    def _state(self) -> dict[str, Any]:
        runner, progress = self._runner, self._runner.progress
        return {
            "state": runner.state.value,
            "instance": self._instance,
            "strategy": self._config.strategy,
            "pause_reason": runner.pause.reason,
            "config_hash": self._config_hash,
            "feed_session": progress.feed_session,
            "order_session": runner.orders.session_id,
            "sequence_processed": progress.sequence_processed,
            "head": progress.head,
            "from_sequence": progress.from_sequence,
            "orders_pending": self._order_entry.in_flight,
            "orders_working": len(self._order_entry.open_orders),
        }

"""Config of the order manager → the execution of its orders."""

from collections.abc import Callable, Collection

from tradestack.configs.order_manager import OrderManagerConfig
from tradestack.domain.clock import Clock
from tradestack.trading.session.known_orders import KnownOrders
from tradestack_order_manager.accounts.execution import Execution


def execution_of(
    config: OrderManagerConfig,
    known: KnownOrders,
    connected: Callable[[], Collection[str]],
    clock: Clock,
) -> Execution:
    """Return the execution of an order session's orders; connected: the users who are logged in."""
    return Execution(
        config.execution.execution_model,
        config.feed_log_directory,
        known,
        away_max_ns=config.away_max,
        feed_wait_max_ns=config.feed_wait_max,
        connected=connected,
        cancel_on_disconnect_ns=config.cancel_on_disconnect,
        opening=config.execution.account,
        clock=clock,
    )


def change_execution(execution: Execution, config: OrderManagerConfig) -> None:
    """Let a reloaded config hold for the accounts that begin from now on, and its waits for all."""
    execution.change(config.execution.execution_model, config.execution.account)
    execution.away_max_ns = config.away_max
    execution.cancel_on_disconnect_ns = config.cancel_on_disconnect
    execution.waiting.wait_max_ns = config.feed_wait_max

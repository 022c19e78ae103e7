"""The order sessions and the order log with which an order manager starts."""

from tradestack.configs.order_manager import OrderManagerConfig
from tradestack.runtime.service import Context
from tradestack_order_manager.sessions.order_sessions import OrderSessions
from tradestack_order_manager.sessions.replicated import Replicated
from tradestack_order_manager.show.journal_events import JournalEvents
from tradestack_order_manager.show.log_tail import read_log_end
from tradestack_order_manager.show.order_display import OrderDisplay


def recover(
    context: Context[OrderManagerConfig], replicated: Replicated | None
) -> tuple[OrderSessions, OrderDisplay]:
    """Recover both. Raises OperatorFault, OSError, SyncFailed."""
    config, clock = context.config, context.clock
    sessions = OrderSessions(
        context.state_directory,
        config.durability,
        clock.wall_ns(),
        boot_id=context.boot_id,
        logged=read_log_end(config.order_log),
        orders_lost_max=config.orders_per_session_max,
        replicated=replicated,
    )
    events = JournalEvents(config.journal_orders_per_second)
    return sessions, OrderDisplay(config.order_log, sessions.current, events, clock)

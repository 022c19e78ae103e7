"""command line → the order manager: orders in, checked, journalled, reported; order_log.txt."""

from typing import NoReturn

from tradestack.runtime.listen_fds import CONTROL
from tradestack.runtime.program import run
from tradestack.runtime.service import Program
from tradestack_order_manager.config import OrderManagerConfig
from tradestack_order_manager.order_manager import OrderManager

ORDERS = "orders"  # the name systemd gives to the TCP socket (FileDescriptorName=)


def main() -> NoReturn:
    """Runs the daemon to its end."""
    run(
        Program(
            name="order-manager",
            description="Takes orders over TCP, checks, journals and reports them.",
            config_type=OrderManagerConfig,
            config_path="/etc/tradestack/order-manager.toml",
            listen_fds=(ORDERS, CONTROL),
            build=OrderManager,
        )
    )


if __name__ == "__main__":
    main()

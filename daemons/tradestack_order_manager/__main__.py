"""The command tradestack-order-manager."""

from typing import NoReturn

from tradestack.runtime.process.process_start import prepare_process


def main() -> NoReturn:
    """Run the console script."""
    prepare_process()
    from tradestack.runtime.main import run
    from tradestack_order_manager.program import PROGRAM

    run(PROGRAM)


if __name__ == "__main__":
    main()

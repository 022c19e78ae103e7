"""The command tradestack-metrics."""

import sys
from typing import NoReturn

from tradestack.runtime.process.interruption import end_at_interrupt


def main() -> NoReturn:
    """Run the console script."""
    with end_at_interrupt():
        from tradestack.runtime.process.process_start import prepare_process

        prepare_process()
        from tradestack_metrics.command import run

        sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()

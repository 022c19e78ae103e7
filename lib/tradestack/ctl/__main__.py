"""The command tradestackctl."""

import sys
from typing import NoReturn

from tradestack.runtime.process.interruption import end_at_interrupt


def main() -> NoReturn:
    """Run the console script."""
    with end_at_interrupt():
        from tradestack.runtime.process.process_start import prepare_process

        prepare_process()
        from tradestack.ctl.main import run
        from tradestack.runtime.process.inherited_signals import restore_signals

        restore_signals()
        sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()

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
        from tradestack.runtime.process.end_process import end_despite_threads
        from tradestack.runtime.process.inherited_signals import restore_signals
        from tradestack.runtime.process.output import close_result

        restore_signals()
        status = run(sys.argv[1:])
        close_result()
        end_despite_threads(status)
        sys.exit(status)


if __name__ == "__main__":
    main()

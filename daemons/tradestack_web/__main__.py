"""The command tradestack-web."""

from typing import NoReturn

from tradestack.runtime.process.interruption import end_at_interrupt


def main() -> NoReturn:
    """Run the console script."""
    with end_at_interrupt():
        from tradestack.runtime.process.process_start import prepare_process

        prepare_process()
        from tradestack.runtime.main import run
        from tradestack_web.program import PROGRAM

        run(PROGRAM)


if __name__ == "__main__":
    main()

"""The command tradestack-web."""

import importlib.util
import logging
import sys
from typing import NoReturn

from tradestack.runtime.process_start import prepare_process

PACKAGES = ("starlette", "uvicorn")


def main() -> NoReturn:
    """Run the console script."""
    prepare_process()
    from tradestack.domain.faults import EXIT_STATUS_OPERATOR_FAULT, OperatorFault

    missing = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        remedy = "install them: pip install 'tradestack[web]', or run install.sh again"
        fault = OperatorFault("tradestack-web", f"not installed: {', '.join(missing)}", remedy)
        sys.stderr.write(f"tradestack-web: {fault}\n")
        sys.exit(EXIT_STATUS_OPERATOR_FAULT)
    from tradestack.runtime.main import run
    from tradestack_web.program import PROGRAM

    # What a peer sends that is not HTTP is its own fault; what a handler raises, the guard logs.
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    run(PROGRAM)


if __name__ == "__main__":
    main()

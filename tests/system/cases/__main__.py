"""release, file → one line of JSON a case: name, passed, fault, seconds."""

import json
import sys
import time
import traceback
from pathlib import Path

from tests.system.cases.harness import CASES, Case, attempt
from tests.system.cases.order import ALL_CASES_IMPORTED

assert ALL_CASES_IMPORTED


def fault_of(one: Case) -> str:
    """Runs the case; "" when it holds."""
    try:
        one.run()
    except Exception:  # whatever a case stumbles over is its result
        units = attempt("systemctl", "--no-pager", "--lines=5", "status", "tradestack*").stdout
        return f"{traceback.format_exc()}\n{units[-6000:]}"
    return ""


def main(codename: str, results: Path) -> None:
    """Runs all cases of the release."""
    with results.open("w") as file:
        ended = ""
        for one in CASES.values():
            if codename not in one.releases:
                continue
            started = time.monotonic()
            fault = ended or fault_of(one)
            seconds = round(time.monotonic() - started, 1)
            line = {"name": one.name, "passed": not fault, "fault": fault, "seconds": seconds}
            print(json.dumps(line), file=file, flush=True)
            if fault and one.essential and not ended:
                ended = f"not run: {one.name} failed"


main(sys.argv[1], Path(sys.argv[2]))

"""Run a sequence of cases on a release.

Write one line of JSON for each: name, passed, fault, seconds.
"""

import json
import sys
import time
import traceback
from pathlib import Path

from tests.system.cases.harness import CASES, Case, attempt
from tests.system.cases.sequence import import_cases


def fault_of(case: Case) -> str:
    """Run the case and return how it failed, or "" if it passed."""
    try:
        case.run()
    except Exception:  # any exception is the result of the case
        units = attempt("systemctl", "--no-pager", "--lines=5", "status", "tradestack*").stdout
        return f"{traceback.format_exc()}\n{units[-6000:]}"
    return ""


def main(sequence: str, codename: str, results: Path) -> None:
    """Run all cases of the sequence that the release has."""
    import_cases(sequence)
    with results.open("w") as file:
        ended = ""
        for case in CASES.values():
            if codename not in case.releases:
                continue
            started = time.monotonic()
            fault = ended or fault_of(case)
            seconds = round(time.monotonic() - started, 1)
            line = {"name": case.name, "passed": not fault, "fault": fault, "seconds": seconds}
            print(json.dumps(line), file=file, flush=True)
            if fault and case.essential and not ended:
                ended = f"not run: {case.name} failed"


main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))

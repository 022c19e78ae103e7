"""The last lines of tests/run: coverage in total, and the modules that are covered least."""

import json
import sys
import tempfile
import warnings
from pathlib import Path

import coverage
from coverage.exceptions import CoverageException, CoverageWarning

MODULES_SHOWN = 10
LINES_MIN = 5  # of a module that is worth showing


def main() -> int:
    """Combine the data of all processes and print the summary; return 1 if there is no data."""
    # Files of killed processes, and of those whose disk was full, are cut off anywhere.
    warnings.simplefilter("ignore", CoverageWarning)
    measured = coverage.Coverage(messages=False)
    try:
        measured.combine()
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory) / "coverage.json"
            measured.json_report(outfile=str(path), ignore_errors=True)
            report = json.loads(path.read_text())
    except CoverageException as error:
        print(f"coverage: {error}", file=sys.stderr)
        return 1
    measured.save()
    total = report["totals"]
    print(
        f"\ncoverage: {total['percent_covered']:.1f} % of {total['num_statements']} statements "
        f"in {len(report['files'])} modules; least covered:"
    )
    modules = [
        (file["summary"]["percent_covered"], file["summary"]["missing_lines"], path)
        for path, file in report["files"].items()
        if file["summary"]["num_statements"] >= LINES_MIN
    ]
    for percent, missing, path in sorted(modules)[:MODULES_SHOWN]:
        print(f"  {percent:5.1f} %  {missing:4} missing  {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

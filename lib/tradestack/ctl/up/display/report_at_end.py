"""The report of a run, made while its files are still there.

A report that fails takes nothing from the run: its result is printed first, then the fault is told.
"""

from pathlib import Path

from tradestack.ctl.report.report_option import write_report, written_line
from tradestack.ctl.up.stack_files import StackFiles
from tradestack.domain.faults import OperatorFault


class ReportAtEnd:
    """A report that is to be written to `path`, None: none."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._fault: OperatorFault | OSError | None = None

    def examine(self, files: StackFiles) -> None:
        """Write the report of the newest session of a run that has ended."""
        if self._path is None:
            return
        try:
            write_report(self._path, files.root, None)
        except (OperatorFault, OSError) as fault:
            self._fault = fault

    def told(self) -> str | None:
        """Return where the report is, None: none was asked for.

        Raises what has hindered it: OperatorFault, OSError.
        """
        if self._fault is not None:
            raise self._fault
        return None if self._path is None else written_line(self._path)

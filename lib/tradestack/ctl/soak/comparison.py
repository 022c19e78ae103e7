"""The results of both runs of a soak, read from their files before these are deleted."""

from collections.abc import Sequence

from tradestack.ctl.soak.difference import Difference, find_difference
from tradestack.ctl.soak.killer import Kill
from tradestack.ctl.up.stack_files import StackFiles
from tradestack.report.files.state_files import StateFiles, payloads_of
from tradestack.store.feed_tape import FeedTape
from tradestack.trading.verification.conduct import Conduct
from tradestack.wire.journal.order_journal import decode_header, decode_record


class Comparison:
    """The comparison of two runs. difference: the first one, None if there is none."""

    def __init__(self, user: str) -> None:
        self.undisturbed = Conduct(user, "")
        self.difference: Difference | None = None
        self._user = user

    def take_undisturbed(self, files: StackFiles) -> None:
        """Read the first run. Raises OperatorFault, OSError."""
        self.undisturbed = _conduct(files, self._user)

    def take_disturbed(self, files: StackFiles, kills: Sequence[Kill]) -> None:
        """Read the second run, and compare. Raises OperatorFault, OSError, ProtocolError."""
        disturbed = _conduct(files, self._user)
        tape = FeedTape(files.feed_logs[-1])
        try:
            self.difference = find_difference(self.undisturbed, disturbed, kills, tape)
        finally:
            tape.close()


def _conduct(files: StackFiles, user: str) -> Conduct:
    """Read what a user did in the only feed session of a run, without copies of records."""
    conduct = Conduct(user, files.feed_logs[-1].stem)
    for journal in StateFiles(files.root / "state").journals():
        copies = 0
        for line, payload in payloads_of(journal):
            if line == 1:
                copies = decode_header(payload).carried
            elif line > 1 + copies:
                conduct.take(decode_record(payload))
    return conduct

"""The files of one feed session → their disagreements.

The journals are read up to where they ended when they were found, and the log is opened after
that: so it has every message that they name, also while both are written.
"""

from pathlib import Path

from tradestack.ctl.check.feed_check import check_feed
from tradestack.ctl.check.journal_replay import JournalReplay
from tradestack.ctl.progress import Progress
from tradestack.ctl.verify.result import Finding, Result
from tradestack.domain.faults import OperatorFault
from tradestack.report.files.state_files import (
    JournalFile,
    StateFiles,
    belongs_to,
    ended_head,
    tapes_of,
)
from tradestack.store.feed_blocks import check_blocks
from tradestack.store.feed_tape import FeedTape
from tradestack.store.journal_lines import JournalLine, payload_of, read_lines
from tradestack.trading.verification.difference import Difference, Differs
from tradestack.trading.verification.verification import Verification
from tradestack.wire.errors import ProtocolError
from tradestack.wire.journal.order_journal import UnknownVersion

# Contents that only damage can have lead to these in the pure code.
_NOT_FOLDED = (ValueError, ArithmeticError)


def verify_session(files: StateFiles, session_id: str | None) -> Result:
    """Verify a feed session, None = the newest. Raises OperatorFault, OSError.

    With it the earlier ones are verified that accounts go on from, as far back as their logs go.
    """
    log = files.feed_log(session_id)
    result, waiting = _verify_alone(files, log)
    while waiting:
        before = log.with_stem(max(waiting))
        waiting.remove(before.stem)
        if before.exists():
            earlier, more = _verify_alone(files, before)
            result.earlier.append(earlier)
            waiting |= more
    return result


def _verify_alone(files: StateFiles, log: Path) -> tuple[Result, set[str]]:
    """Verify one feed session; return also those that its accounts go on from."""
    journals = [journal for journal in files.journals() if belongs_to(journal, log.stem)]
    with tapes_of(log) as open_tape:
        tape = open_tape()
        last = ended_head(tape)
        result = Result(session=log.stem, messages=tape.head, is_ended=last is not None)
        _check_log(result, log, tape, last)
        verification = Verification(log.stem, open_tape)
        _fold_journals(result, log, journals, verification)
    return result, _openings(result, log, verification)


# ---- the feed log ------------------------------------------------------------------------------


def _check_log(result: Result, log: Path, tape: FeedTape, last: int | None) -> None:
    findings = check_feed(log)
    for problem in findings.problems:
        result.findings.append(_in_log(log, "feed log", problem, "tick packets", "damage"))
    if last is not None and last != tape.head:
        at_end = f"message {tape.head:,}"
        result.findings.append(_in_log(log, "feed log", at_end, f"{last:,} messages", "its end"))
    progress = Progress("feed log", log.stat().st_size)
    check = check_blocks(log, tape.head, is_ended=last is not None, show=progress.show)
    progress.end()
    for bad in check.bad:
        place = f"messages {bad.first:,} to {bad.last:,}"
        expected, found = f"{bad.expected:08x}", f"{bad.found:08x}"
        result.findings.append(_in_log(log, place, found, expected, "checksum"))
    result.unknown += [
        f"Messages {first:,} to {end:,} have no checksum{'' if last is not None else ' yet'}: "
        "of them only what a report depends on is checked."
        for first, end in check.unchecked
    ]


def _in_log(log: Path, place: str, found: str, expected: str, field: str) -> Finding:
    return Finding(
        file=log, place=place, what="feed log", field=field, expected=expected, found=found
    )


# ---- the order journals ------------------------------------------------------------------------


def _fold_journals(
    result: Result, log: Path, journals: list[JournalFile], verification: Verification
) -> None:
    path = log
    try:
        for journal in journals:
            path = journal.path
            result.journals.append(path)
            _fold(result, verification, journal)
        verification.finish()
    except Differs as differs:
        result.findings.append(_in_journal(path, differs.difference))
    except ProtocolError as error:
        result.findings.append(_in_log(log, "feed log", str(error), "tick packets", "damage"))
    result.accounts = sorted({*verification.folds.by_user, *verification.folds.behind})
    result.counts = verification.counts
    _note_unknown(result, verification)


def _fold(result: Result, verification: Verification, journal: JournalFile) -> None:
    """Compare the lines of one journal. Raises Differs, ProtocolError, OperatorFault, OSError."""
    replay = JournalReplay()
    progress = Progress(journal.path.name, journal.size_bytes)
    for line in read_lines(journal.path):
        end = line.offset + line.size
        if end > journal.size_bytes:
            break
        _take(verification, replay, journal.path, line)
        result.records += not line.torn
        progress.show(end / journal.size_bytes)
    progress.end()


def _take(verification: Verification, replay: JournalReplay, path: Path, line: JournalLine) -> None:
    if line.torn:
        if payload_of(line.content[:-1]) is not None:  # whole, but for what ends it
            raise Differs(_broken(line, "a newline at its end", repr(line.content[-1:])))
        return
    if line.payload is None:
        raise Differs(_broken(line, "its checksum", "a line that is damaged"))
    try:
        replay.take(line)
        if line.number == 1 and replay.state is not None:
            verification.begin(replay.state.header)
        else:
            verification.take(line.number, line.payload)
    except UnknownVersion as error:
        raise OperatorFault(
            f"{path}: line 1", str(error), "use the version of tradestack that wrote it"
        ) from error
    except _NOT_FOLDED as error:
        raise Differs(_broken(line, "a record that belongs here", str(error))) from error


def _broken(line: JournalLine, expected: str, found: str) -> Difference:
    return Difference(line.number, "order journal", None, "the line", expected, found)


def _in_journal(path: Path, difference: Difference) -> Finding:
    return Finding(
        file=path,
        place=f"line {difference.line:,}",
        what=difference.what,
        order_id=difference.order_id,
        field=difference.field,
        expected=difference.expected,
        found=difference.found,
    )


def _note_unknown(result: Result, verification: Verification) -> None:
    unknown = result.unknown
    counts = verification.counts
    if not result.journals:
        unknown.append("No order journal that is kept has an account of this session.")
    unknown += [
        f"The account of {user} begins in an order journal that is not here: it is folded from the "
        "state that it has in the first one that is."
        for user in sorted(verification.folds.late)
    ]
    unknown += [
        f"Of the account of {user} the rest is not compared: {reason}."
        + (" It has ended as its reports say." if user in verification.ends.users else "")
        for user, reason in sorted(verification.folds.behind.items())
    ]
    if counts.unplaced:
        unknown.append(f"{counts.unplaced:,} reports are refusals that no account has made.")
    if verification.unjournalled:
        unknown.append(f"{verification.unjournalled:,} reports that follow are not journalled yet.")
    if not all(fold.account.state.is_ended for fold in verification.folds.by_user.values()):
        unknown.append("Records cut off at the end of an order journal leave no trace.")


def _openings(result: Result, log: Path, verification: Verification) -> set[str]:
    """Return the feed sessions that accounts go on from; say what that rests on."""
    sessions = set()
    for user, fold in sorted(verification.folds.by_user.items()):
        opening = fold.account.state.opening
        if opening is None:
            continue
        before = log.with_stem(opening.feed_session)
        how = (
            "that is folded again as well, below"
            if before.exists()
            else "that cannot be folded again, because its feed log is not here"
        )
        result.unknown.append(
            f"The account of {user} goes on from feed session {before.stem}: it is compared with "
            f"what the order journal says that was left there; {how}."
        )
        sessions.add(before.stem)
    return sessions

"""order_log.txt is the order journal's projection, whatever happens to process, files and disk.

The files that the log was rotated to, put together, are compared with the lines that the journals
have in it; those are made by the one test that knows them from the outside.
"""

import contextlib
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.daemons.tradestack_order_manager.samples import NOW_NS, a_header
from tests.daemons.tradestack_order_manager.show.recorded import RECORDED, lines_of, record
from tradestack.ctl.check.journal_repair import repair
from tradestack.domain.session_id import following_session_id
from tradestack.sessions.order_session import OrderSession
from tradestack_order_manager.show.log_place import newest_place
from tradestack_order_manager.show.log_tail import TAIL_BYTES_MAX
from tradestack_order_manager.show.order_log import OrderLog

KINDS = ("order", "fill", "refusal", "register", "malformed", "request")
SOME = ("register", "order", "fill", "fill", "refusal", "request", "order", "fill", "malformed")


class Log:
    """An order log and its order session, in a directory; what it was rotated to is beside it."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "order_log.txt"
        self.expected = b""  # the lines of the order sessions that have ended
        self.session = OrderSession.begin(directory, a_header(next_order_id=100))
        self._directory = directory
        self._rotated: list[Path] = []
        self._synced_bytes = 0  # of the file that has the name now
        self._open()

    def _open(self) -> None:
        self.log = OrderLog.recover(self.path, self.session)
        self.log.catch_up(self.session)

    def write(self, kinds: Sequence[str]) -> None:
        """Journal a batch and write its lines."""
        judged = record(self.session, *kinds)
        self.log.write(judged, newest_place(self.session), self.session)

    def write_on_a_full_disk(self, kinds: Sequence[str]) -> None:
        """Journal a batch; the file system takes half of its lines."""
        whole_write = os.write

        def half(descriptor: int, data: bytes) -> int:
            return whole_write(descriptor, data[: len(data) // 2])

        judged = record(self.session, *kinds)
        # Nothing fails if there are no lines.
        with mock.patch.object(os, "write", half), contextlib.suppress(OSError):
            self.log.write(judged, newest_place(self.session), self.session)

    def crash(self, kinds: Sequence[str], kept: float) -> None:
        """Journal a batch that has no lines, keep a part of what was not synced; start again."""
        record(self.session, *kinds)
        self.log.close()
        size = self.path.stat().st_size
        kept_bytes = round((size - self._synced_bytes) * kept)
        os.truncate(self.path, self._synced_bytes + kept_bytes)
        self._start()

    def _start(self) -> None:
        self.session.close()
        session = OrderSession.recover(self.session.journal.path)
        assert session is not None
        self.session = session
        self._open()

    def rotate(self) -> None:
        """Rename the file; the order manager runs, and is told to reopen it."""
        self._rename()
        self.reload()

    def rotate_and_crash(self) -> None:
        """Rename the file; the order manager ends before it opens the new one."""
        self._rename()
        self._record_reopened()
        self.log.close()
        self._start()

    def reload(self) -> None:
        """Reopen the file that has the name now."""
        self._record_reopened()
        self.log.reopen()
        self._synced_bytes = self.path.stat().st_size

    def _record_reopened(self) -> None:
        self.log.sync()
        place = self.log.place
        self.session.record_log_reopened(place.order_id, place.report, NOW_NS)

    def rotate_while_nobody_writes(self, kinds: Sequence[str]) -> None:
        """End the order manager, rename the file, and start it again."""
        self.log.close()
        record(self.session, *kinds)
        self._rename()
        self._start()

    def _rename(self) -> None:
        rotated = self.path.with_name(f"order_log.txt.{len(self._rotated) + 1}")
        self.path.rename(rotated)
        self._rotated.append(rotated)
        self._synced_bytes = 0

    def begin_session(self) -> None:
        """Begin another order session, as an order manager does."""
        before = self.session
        self.log.catch_up(before)
        self.log.sync()
        self._synced_bytes = self.path.stat().st_size
        self.expected += self._lines_of_session()
        header = before.state.next_header(following_session_id(before.id, NOW_NS, 0), NOW_NS)
        self.session = OrderSession.begin(self._directory, header)
        self.log.catch_up(self.session)
        before.close()

    def _lines_of_session(self) -> bytes:
        with tempfile.TemporaryDirectory() as apart:
            return lines_of(self.session, Path(apart) / "order_log.txt")

    def check(self) -> None:
        """Compare all files with the journals, and close them."""
        self.log.catch_up(self.session)
        self.log.close()
        files = [*self._rotated, self.path]
        assert b"".join(file.read_bytes() for file in files) == (
            self.expected + self._lines_of_session()
        )
        self.session.close()


kinds = st.lists(st.sampled_from(KINDS), max_size=5)
actions = st.one_of(
    st.tuples(st.just("write"), kinds),
    st.tuples(st.just("write_on_a_full_disk"), kinds),
    st.tuples(st.just("crash"), kinds, st.floats(0, 1)),
    st.tuples(st.just("rotate")),
    st.tuples(st.just("rotate_and_crash")),
    st.tuples(st.just("reload")),
    st.tuples(st.just("rotate_while_nobody_writes"), kinds),
    st.tuples(st.just("begin_session")),
)


@settings(max_examples=200)
@given(st.lists(actions, max_size=12))
def test_every_line_is_there_once_and_in_order(drawn: list[tuple[Any, ...]]) -> None:
    """Writes, full disks, crashes, rotations and new order sessions in any order."""
    with tempfile.TemporaryDirectory() as directory:
        log = Log(Path(directory))
        for name, *arguments in drawn:
            getattr(log, name)(*arguments)
        log.check()


def test_all_kinds_are_drawn() -> None:
    """Each kind of record that the samples can make takes part."""
    assert set(KINDS) == set(RECORDED)


def test_a_log_cut_at_any_byte_is_completed_by_what_followed(
    session: OrderSession, tmp_path: Path
) -> None:
    """The torn line is cut, and what follows is appended: the same bytes as before."""
    path = tmp_path / "order_log.txt"
    log = OrderLog.recover(path, session)
    log.write(record(session, *SOME), newest_place(session), session)
    log.close()
    whole = path.read_bytes()
    assert whole.count(b"\n") == SOME.count("order") + SOME.count("fill") + SOME.count("refusal")

    for size in range(len(whole) + 1):
        path.write_bytes(whole[:size])
        log = OrderLog.recover(path, session)
        log.catch_up(session)
        log.close()
        assert whole == path.read_bytes()


@pytest.mark.parametrize("cut", range(SOME.count("order") + 4))
@pytest.mark.parametrize("is_journalled", [False, True])
def test_a_log_rotated_after_any_line_goes_on_in_the_next_file(
    session: OrderSession, tmp_path: Path, cut: int, *, is_journalled: bool
) -> None:
    """The new file begins after the old one's last line, whoever ends in between."""
    path, rotated = tmp_path / "order_log.txt", tmp_path / "order_log.txt.1"
    record(session, *SOME)
    lines = lines_of(session, path).splitlines(keepends=True)
    rotated.write_bytes(b"".join(lines[:cut]))
    log = OrderLog.recover(path, session)
    if is_journalled:
        session.record_log_reopened(log.place.order_id, log.place.report, NOW_NS)
        rotated.unlink()  # a later rotation has compressed it
        log.place = OrderLog.recover(path, session).place

    log.catch_up(session)
    log.close()

    assert path.read_bytes() == b"".join(lines[cut:])


def test_the_place_is_found_however_many_lines_follow_the_last_order(
    session: OrderSession, tmp_path: Path
) -> None:
    """More lines than are read at a start are about orders that were entered before."""
    path = tmp_path / "order_log.txt"
    log = OrderLog.recover(path, session)
    log.write(record(session, "order"), newest_place(session), session)
    while path.stat().st_size < 2 * TAIL_BYTES_MAX:
        log.write(record(session, *["fill"] * 100), newest_place(session), session)
    log.close()
    size = path.stat().st_size
    record(session, "fill")

    log = OrderLog.recover(path, session)
    log.catch_up(session)
    log.close()

    added = path.read_bytes()[size:]
    assert added.count(b"\n") == 1
    assert f" report={session.id}-{session.state.reports_count} ".encode() in added


def test_a_log_that_ends_with_reports_which_the_journal_lacks_gets_no_line(
    session: OrderSession, tmp_path: Path
) -> None:
    """The log was kept and the journal lost its end: another order session is to begin."""
    path = tmp_path / "order_log.txt"
    record(session, "order")
    written = (
        lines_of(session, path)
        .replace(b" Received", b" Filled")
        .replace(b" user=", f" report={session.id}-9 user=".encode())
    )
    path.write_bytes(written)

    log = OrderLog.recover(path, session)
    log.catch_up(session)
    log.close()

    assert path.read_bytes() == written


NUMBERED = ("order", "fill", "fill", "order", "fill", "malformed", "order", "fill", "fill")


@pytest.mark.parametrize(
    "damaged", [place for place, kind in enumerate(NUMBERED) if kind != "order"]
)
def test_after_a_repair_the_lines_that_are_left_are_there_once(
    tmp_path: Path, damaged: int
) -> None:
    """Reports have other places then, and their ExecIDs still say which are in the log."""
    path = tmp_path / "order_log.txt"
    session = OrderSession.begin(tmp_path, a_header())
    record(session, *NUMBERED)
    lines = lines_of(session, path).splitlines(keepends=True)
    session.close()
    journal = session.journal.path
    content = journal.read_bytes().splitlines(keepends=True)
    content[1 + damaged] = content[1 + damaged].replace(b"Time", b"time", 1)
    journal.write_bytes(b"".join(content))
    repair(journal, NOW_NS)
    shown = [place for place, kind in enumerate(NUMBERED) if kind != "malformed"]

    for written in range(len(lines) + 1):
        path.write_bytes(b"".join(lines[:written]))
        repaired = OrderSession.recover(journal)
        assert repaired is not None
        log = OrderLog.recover(path, repaired)
        log.catch_up(repaired)
        log.close()
        repaired.close()
        left = [
            line
            for number, (place, line) in enumerate(zip(shown, lines, strict=True))
            if number < written or place != damaged
        ]
        assert path.read_bytes() == b"".join(left), written

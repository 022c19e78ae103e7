"""Numbers that follow from the report stream, and the file of what does not."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradestack_fix.client.number_file import (
    HEADER,
    RECORD,
    NumberFile,
    boot_number,
    session_kept,
)
from tradestack_fix.session.beginning import Beginning, begin, expected_after
from tradestack_fix.session.logon import LogonRefused, LogonRequest
from tradestack_fix.session.numbers import Numbers

SESSION = "0ABCDE1234"
BOOT = boot_number("4f9d3c2a-0000-4000-8000-000000000000")


@given(st.integers(0, 5), st.lists(st.booleans(), max_size=60))
def test_each_number_is_of_one_message(base: int, sent: list[bool]) -> None:
    """Whatever is sent in which order: numbers are 1, 2, 3 …, and each leads back to its report."""
    numbers, report, given_out = Numbers(base), base, []
    for is_report in sent:
        if is_report:
            report += 1
            given_out.append(report)
        else:
            given_out.append(0)
            assert numbers.next_number(report) == len(given_out)
            numbers.add(report, 1)

    for number, each in enumerate(given_out, 1):
        newest = max([base, *given_out[:number]])
        assert numbers.last_report(number) == newest
        if each:
            assert numbers.number_of(each) == number
    assert numbers.next_number(report) == len(given_out) + 1


@settings(max_examples=30)  # each creates a file
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), max_size=20), st.integers(0, 700))
def test_a_file_that_is_cut_has_the_records_before(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, int]], cut: int
) -> None:
    """An unfinished record at the end is none; all before it are as they were."""
    directory = tmp_path_factory.mktemp("numbers")
    file = NumberFile.create(directory, "ACME", SESSION, 4, BOOT)
    kept: list[tuple[int, int]] = []
    behind = 4
    for step, count in steps:
        behind += step
        file.keep(behind, len(kept) + 2, count)
        kept.append((behind, count))
    file.leave()
    path = directory / "ACME.numbers"
    path.write_bytes(path.read_bytes()[: HEADER.size + cut])

    found = NumberFile.open(directory, "ACME", BOOT)

    assert found is not None
    whole = kept[: cut // RECORD.size]
    assert found.records == len(whole)
    assert found.numbers.others == sum(count for _, count in whole)
    assert found.expected == len(whole) + 1
    assert (found.session_id, found.numbers.base, found.is_whole) == (SESSION, 4, True)
    found.leave()


def test_after_another_boot_only_a_closed_file_is_whole(tmp_path: Path) -> None:
    """A power cut may have taken records, unless the client had left."""
    for name, is_closed in (("OPEN", False), ("CLOSED", True)):
        file = NumberFile.create(tmp_path, name, SESSION, 0, BOOT)
        file.keep(2, 3, 1)
        if is_closed:
            file.close(2, 3)
        else:
            file.leave()
        for boot in (BOOT, BOOT + 1):
            found = NumberFile.open(tmp_path, name, boot)
            assert found is not None
            assert found.is_whole == (is_closed or boot == BOOT)
            found.leave()


def test_zeros_and_strange_files_are_not_taken_for_numbers(tmp_path: Path) -> None:
    """Zeros at the end, as a power cut leaves them, are not whole; another file is none."""
    file = NumberFile.create(tmp_path, "ACME", SESSION, 3, BOOT)
    file.keep(5, 2, 1)
    file.leave()
    path = tmp_path / "ACME.numbers"
    path.write_bytes(path.read_bytes() + bytes(RECORD.size))
    found = NumberFile.open(tmp_path, "ACME", BOOT)
    assert found is not None
    assert not found.is_whole
    found.leave()

    assert session_kept(tmp_path, "ACME") == SESSION

    for content in (b"something else" * 10, b""):
        path.write_bytes(content)
        assert NumberFile.open(tmp_path, "ACME", BOOT) is None
        assert session_kept(tmp_path, "ACME") == ""
    assert NumberFile.open(tmp_path, "NOBODY", BOOT) is None
    assert session_kept(tmp_path, "NOBODY") == ""


def request(number: int = 9, *, resets: bool = False) -> LogonRequest:
    """Make a logon."""
    return LogonRequest("ACME", "news", "secret", number, 30, resets)


class Kept:
    """What was kept of a session: 7 reports, then a message."""

    def __init__(self, *, session_id: str = SESSION, is_whole: bool = True) -> None:
        self.session_id = session_id
        self.is_whole = is_whole
        self.expected = 9
        self.numbers = Numbers(0)
        self.numbers.add(7, 1)


@pytest.mark.parametrize(
    ("logon", "kept", "beginning"),
    [
        (request(), Kept(), Beginning(None, 12)),
        (request(1, resets=True), Kept(), Beginning(7, 7, repeated=12)),
        (request(1, resets=True), Kept(is_whole=False), Beginning(7, 7, repeated=12)),
        (request(1, resets=True), Kept(session_id="0ABCDE0000"), Beginning(0, 0)),
        (request(1, resets=True), None, Beginning(0, 0)),
        (request(1), Kept(session_id="0ABCDE0000"), Beginning(0, 12)),
        (request(1), None, Beginning(0, 12)),
    ],
)
def test_a_session_begins_with_these_numbers(
    logon: LogonRequest, kept: Kept | None, beginning: Beginning
) -> None:
    """12 reports are in the stream."""
    assert begin(logon, kept, SESSION, 12) == beginning


@pytest.mark.parametrize(
    ("logon", "kept", "head", "words"),
    [
        (request(), None, 12, "new order session"),
        (request(), Kept(session_id="0ABCDE0000"), 12, "new order session"),
        (request(), Kept(is_whole=False), 12, "with the power"),
        (request(), Kept(), 6, "has lost reports"),
    ],
)
def test_a_logon_whose_numbers_mean_nothing_is_refused_with_the_remedy(
    logon: LogonRequest, kept: Kept | None, head: int, words: str
) -> None:
    """The client has to reset its numbers."""
    with pytest.raises(LogonRefused, match=rf"{words}.*: log on with ResetSeqNumFlag"):
        begin(logon, kept, SESSION, head)


def test_the_number_of_a_logon_counts_if_it_is_due() -> None:
    """One that is too high is not counted, one that is too low refused."""
    assert expected_after(request(9), Kept()) == 10
    assert expected_after(request(12), Kept()) == 9
    assert expected_after(request(1), None) == 2
    with pytest.raises(LogonRefused, match="expecting 9 but received 8"):
        expected_after(request(8), Kept())

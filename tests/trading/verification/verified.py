"""Journals that are verified payload by payload."""

from pathlib import Path

from tradestack.report.files.state_files import tapes_of
from tradestack.store.journal_lines import read_lines
from tradestack.trading.verification.verification import Verification
from tradestack.wire.journal.order_journal import decode_header


def payloads_of(journal: Path) -> list[bytes]:
    """The payloads of a journal."""
    payloads = [line.payload for line in read_lines(journal)]
    assert None not in payloads
    return [payload for payload in payloads if payload is not None]


def verify(log: Path, *journals: list[bytes]) -> Verification:
    """Verify journals with these payloads. Raises Differs."""
    with tapes_of(log) as open_tape:
        verification = Verification(log.stem, open_tape)
        for payloads in journals:
            verification.begin(decode_header(payloads[0]))
            for number, payload in enumerate(payloads[1:], 2):
                verification.take(number, payload)
        verification.finish()
    return verification

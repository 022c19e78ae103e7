"""The fixtures that the tests of several verbs use."""

from pathlib import Path

import msgspec
import pytest

from tests.ctl.verbs.journal_records import RECORDS
from tests.kit.stack import Stack
from tradestack.store.journal import Journal


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """A journal with two users, three orders and one record of each other kind."""
    path = tmp_path / "3DAA100000.journal"
    file = Journal.create(path)
    file.append([msgspec.json.encode(record) for record in RECORDS])
    file.close()
    return path


@pytest.fixture
def paused(stack: Stack) -> Stack:
    """The stack, paused after some ticks were published."""
    stack.ctl("resume")
    for report in stack.daemons.watch():
        if report.gateway and report.gateway["ticks_total"] >= 20:
            break
    stack.ctl("pause")
    return stack

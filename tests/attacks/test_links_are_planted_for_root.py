"""The services' user puts links where root will write, read or delete."""

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ctl.verbs.journal_records import HEADER
from tests.kit.other_user import NOBODY, acting_as, needs_root
from tests.kit.stack import TRADESTACKCTL
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.main import run
from tradestack.store.journal_rewrite import encode_line

PRICES = "timestamp,symbol,price\n2026-01-05T14:30:00Z,SPY,600.25\n"
PRECIOUS = "what root does not want to lose"
Output = pytest.CaptureFixture[str]

pytestmark = needs_root


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory that others can enter: pytest closes those of tmp_path to them."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        place.chmod(0o755)
        yield place


@pytest.fixture
def precious(place: Path) -> Path:
    """A file that only root may write."""
    path = place / "precious"
    path.write_text(PRECIOUS)
    path.chmod(0o600)
    return path


@pytest.fixture
def state(place: Path) -> Path:
    """Root's state directory; the directories in it belong to the user of the services."""
    state = place / "state"
    for name in ("gateway", "order-manager", "import"):
        (state / name).mkdir(parents=True)
        os.chown(state / name, NOBODY, NOBODY)
    return state


def unharmed(path: Path) -> bool:
    """Whether the file has its text, its owner and its mode."""
    status = path.stat()
    return path.read_text() == PRECIOUS and (status.st_uid, status.st_mode) == (0, 0o100600)


def test_import_writes_through_none(place: Path, state: Path, precious: Path) -> None:
    """The copy is made under a name of its own, and belongs to the services' user."""
    (place / "prices.csv").write_text(PRICES)
    with acting_as():
        (state / "import/.prices.csv.unfinished").symlink_to(precious)

    status = run(["import", str(place / "prices.csv"), "--state-dir", str(state)])

    assert status == ExitStatus.DONE
    assert unharmed(precious)
    copy = state / "import/prices.csv"
    assert not copy.is_symlink()
    assert copy.stat().st_uid == NOBODY
    assert "SPY" in copy.read_text()


def test_import_refuses_a_link_in_the_place_of_the_copy(
    place: Path, state: Path, precious: Path
) -> None:
    """It neither replaces the link nor writes or reads its target with root's rights."""
    (place / "prices.csv").write_text(PRICES)
    with acting_as():
        (state / "import/prices.csv").symlink_to(precious)

    status = run(["import", str(place / "prices.csv"), "--state-dir", str(state)])

    assert status != ExitStatus.DONE
    assert unharmed(precious)


def test_import_follows_no_linked_directory(place: Path, state: Path, capfd: Output) -> None:
    """Where another user can replace a directory, root does not write with its own rights."""
    (place / "prices.csv").write_text(PRICES)
    (place / "elsewhere").mkdir()
    os.chown(state, NOBODY, NOBODY)
    with acting_as():
        (state / "import").rmdir()
        (state / "import").symlink_to(place / "elsewhere")

    status = run(["import", str(place / "prices.csv"), "--state-dir", str(state)])

    assert status == ExitStatus.OPERATOR_FAULT
    assert not list((place / "elsewhere").iterdir())
    assert "this is not a directory, or is a link" in capfd.readouterr().err


def test_prune_deletes_no_file_of_root(place: Path, state: Path) -> None:
    """A link that has the name of an old session goes, its target stays."""
    victims = place / "victims"
    victims.mkdir()
    for session in "ABCDE":
        (victims / f"{session}.feed").write_text(PRECIOUS)
    with acting_as():
        for session in "ABCDE":
            (state / "gateway" / f"{session}.feed").symlink_to(victims / f"{session}.feed")
        (state / "order-manager" / "A.journal").symlink_to("/nowhere")

    status = run(["prune", "--keep", "1", "--state-dir", str(state)])

    assert status == ExitStatus.DONE
    assert [path.name for path in (state / "gateway").iterdir()] == ["E.feed"]
    assert len(list(victims.iterdir())) == 5


def test_prune_follows_no_linked_directory(place: Path, state: Path) -> None:
    """A link in the place of a daemon's directory is refused."""
    victims = place / "victims"
    victims.mkdir()
    for session in "ABCDE":
        (victims / f"{session}.journal").touch()
    (state / "order-manager").rmdir()
    (state / "order-manager").symlink_to(victims)

    status = run(["prune", "--keep", "1", "--state-dir", str(state)])

    assert status == ExitStatus.OPERATOR_FAULT
    assert len(list(victims.iterdir())) == 5


def test_journal_repair_writes_through_none(state: Path, precious: Path) -> None:
    """The repair has the rights of the journal's directory, and no others."""
    journal = state / "order-manager/0MB9ZK3Q7X.journal"
    with acting_as():
        journal.write_bytes(encode_line(json.dumps(HEADER).encode()) + b"00000000 damaged\n")
        journal.with_name(f"{journal.name}.repairing").symlink_to(precious)

    run(["journal", "repair", "--yes", str(journal)])

    assert unharmed(precious)


@pytest.mark.parametrize("action", [["check"], ["show"], ["repair", "--yes"]])
def test_a_journal_that_is_a_pipe_is_refused(state: Path, action: list[str], capfd: Output) -> None:
    """No command waits for its other end."""
    journal = state / "order-manager/0MB9ZK3Q7X.journal"
    with acting_as():
        os.mkfifo(journal)

    status = run(["journal", *action, str(journal)])

    assert status == ExitStatus.OPERATOR_FAULT
    assert "this is no regular file" in capfd.readouterr().err


def test_up_refuses_the_directory_of_another_user(state: Path, precious: Path) -> None:
    """Its owner could put links in the place of every file that the stack writes."""
    with acting_as():
        (state / "gateway/etc").mkdir()
        (state / "gateway/etc/gateway.toml.tmp").symlink_to(precious)
    command = [TRADESTACKCTL, "up", "--until-end", "--state-dir", str(state / "gateway/stack")]

    refused = subprocess.run(command, capture_output=True, text=True, check=False)

    assert refused.returncode == ExitStatus.OPERATOR_FAULT
    assert f"{state / 'gateway'} belongs to uid {NOBODY}" in refused.stderr
    assert unharmed(precious)
    assert not (state / "gateway/stack").exists()

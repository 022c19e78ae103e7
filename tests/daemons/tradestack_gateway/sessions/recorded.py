"""The sidecars in a state directory, as a restarted gateway finds them."""

from pathlib import Path

from tradestack.sessions.sidecar import Sidecar
from tradestack_gateway.sessions.session_files import SessionFiles


def recorded_sidecars(directory: Path) -> list[Sidecar]:
    """Load the sidecars of all sessions that have a log, oldest first."""
    files = SessionFiles(directory)
    ids = [each for each in files.session_ids() if files.log_path(each).exists()]
    return [files.sidecar(session_id) for session_id in ids]

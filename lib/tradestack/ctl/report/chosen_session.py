"""The choice of the feed session that is reported on."""

from tradestack.domain.faults import OperatorFault
from tradestack.domain.session_id import is_session_id
from tradestack.report.files.state_files import GATEWAY, StateFiles, files_of
from tradestack.sessions.sidecar import Sidecar, SidecarUnusable
from tradestack.store.feed_log import FEED_LOG_SUFFIX, SIDECAR_SUFFIX


def newest_ended(files: StateFiles) -> str:
    """Return the newest feed session that is over. Raises OperatorFault, OSError."""
    directory = files.state / GATEWAY
    logs = sorted(files_of(directory, FEED_LOG_SUFFIX), reverse=True)
    for log in logs:
        if is_session_id(log.stem):
            try:
                sidecar = Sidecar.load(log.with_suffix(SIDECAR_SUFFIX))
            except SidecarUnusable:
                continue
            if sidecar.ended:
                return log.stem
    raise OperatorFault(
        str(directory),
        "no feed session has ended",
        "leave out --last to have the report of the newest one",
    )

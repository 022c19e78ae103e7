"""What the daemon counts; all of it began with the process."""

from dataclasses import dataclass


@dataclass(slots=True)
class Counters:
    """Totals."""

    logons: int = 0
    logons_refused: int = 0
    connections_displaced: int = 0
    messages_received: int = 0
    messages_garbled: int = 0
    messages_refused: int = 0  # with Reject or BusinessMessageReject
    reports_sent: int = 0
    reports_repeated: int = 0
    resend_requests: int = 0  # of clients
    gaps: int = 0  # in what clients sent

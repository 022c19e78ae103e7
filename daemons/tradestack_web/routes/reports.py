"""GET /sessions/ID/report: the report of a session, in a document of its own."""

import html
import tempfile
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tradestack.domain.session_id import is_session_id
from tradestack.store.feed_log import FEED_LOG_SUFFIX
from tradestack_web.http.connection import connection_of
from tradestack_web.http.errors import ApiError
from tradestack_web.live.daemons import GATEWAY
from tradestack_web.routes.site import Site

REPORT_DEADLINE_S = 120.0
REPORT_BYTES_MAX = 8 * 1024 * 1024
# Its scripts run where they reach nothing: no cookie, no request, whatever a text in it contains.
SANDBOX = "; sandbox allow-scripts; frame-ancestors 'none'"
FAULT_STATUS = 78  # an operator's fault, such as a package that is not installed
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>No report of {session}</title></head>
<body><main><h1>No report of {session}</h1><pre>{reason}</pre></main></body></html>
"""


def report_routes(site: Site) -> list[Route]:
    """Return the routes."""

    async def report(request: Request) -> Response:
        site.gate.require_reader(request)
        session = request.path_params["session"]
        log = site.stack / GATEWAY / f"{session}{FEED_LOG_SUFFIX}"
        if not is_session_id(session) or not log.is_file():
            message = f"no feed session {session[:20]!r} is kept"
            raise ApiError(404, "no_such_session", message, "see /api/sessions")
        with tempfile.TemporaryDirectory(prefix="tradestack-web-") as directory:
            path = Path(directory) / "report.html"
            arguments = ["report", session, "--state-dir", str(site.stack), "--html", str(path)]
            origin = connection_of(request.scope).origin
            finished = await site.commands.run(arguments, REPORT_DEADLINE_S, origin)
            if finished.status != 0:
                return _no_report(session, finished.status, finished.error)
            with path.open("rb") as file:
                content = file.read(REPORT_BYTES_MAX)
        return Response(
            content,
            headers={"content-security-policy": _policy() + SANDBOX},
            media_type="text/html; charset=utf-8",
        )

    return [Route("/sessions/{session}/report", report)]


def _policy() -> str:
    """Return the policy of reports, whose scripts are within the document."""
    from tradestack.report.rendering.policy import content_security_policy

    return content_security_policy()


def _no_report(session: str, status: int, error: str) -> Response:
    content = _PAGE.format(session=session, reason=html.escape(error.strip()))
    code = 503 if status == FAULT_STATUS else 500
    return Response(content, code, media_type="text/html; charset=utf-8")

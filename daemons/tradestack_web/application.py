"""The application: all routes, behind the guard."""

from collections.abc import Callable, Collection

from starlette.applications import Starlette
from starlette.exceptions import HTTPException

from tradestack.net.line_limit import LineLimit
from tradestack_web.http.errors import (
    ApiError,
    answer_api_error,
    answer_fault,
    answer_http_error,
)
from tradestack_web.http.guard import Guard
from tradestack_web.routes.actions import Actions
from tradestack_web.routes.events import event_routes
from tradestack_web.routes.login import login_routes
from tradestack_web.routes.page import page_routes
from tradestack_web.routes.questions import question_routes
from tradestack_web.routes.reports import report_routes
from tradestack_web.routes.site import Site


def build_application(
    site: Site, actions: Actions, hosts: Callable[[], Collection[str]], lines: LineLimit
) -> Guard:
    """Return the application; hosts: the names that the config adds."""
    routes = [
        *page_routes(),
        *event_routes(site),
        *question_routes(site),
        *report_routes(site),
        *login_routes(site),
        *actions.routes(),
    ]
    handlers = {
        ApiError: answer_api_error,
        HTTPException: answer_http_error,
        Exception: answer_fault,
    }
    return Guard(Starlette(routes=routes, exception_handlers=handlers), hosts, lines)

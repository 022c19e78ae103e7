"""GET /api/me, POST /api/login and /api/logout."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tradestack.domain.times import format_utc
from tradestack_web.http.errors import json_response
from tradestack_web.logins.gate import COOKIE, Gate
from tradestack_web.logins.logins import Login
from tradestack_web.routes.site import Site, read_body


class Token(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a login."""

    token: str


class Nothing(msgspec.Struct, forbid_unknown_fields=True):
    """The body of what needs none."""


def login_routes(site: Site) -> list[Route]:
    """Return the routes."""
    gate = site.gate

    async def me(request: Request) -> Response:
        return _me(gate, gate.login_of(request))

    async def log_in(request: Request) -> Response:
        cookie, login = gate.log_in((await read_body(request, Token)).token)
        response = _me(gate, login)
        gate.set_cookie(response, cookie)
        return response

    async def log_out(request: Request) -> Response:
        await read_body(request, Nothing)
        gate.log_out(request)
        response = _me(gate, None)
        response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
        return response

    return [
        Route("/api/me", me),
        Route("/api/login", log_in, methods=["POST"]),
        Route("/api/logout", log_out, methods=["POST"]),
    ]


def _me(gate: Gate, login: Login | None) -> Response:
    return json_response(
        {
            "user": login.person.name if login else None,
            "uid": login.person.uid if login else None,
            "may_act": login is not None and gate.may_act(login.person),
            "csrf": login.csrf if login else None,
            "expires": format_utc(login.end_ns) if login else None,
            "visitors": gate.visitors.value,
        }
    )

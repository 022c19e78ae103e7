"""The person behind a request and their rights: cookie, CSRF token, group, number of tries."""

import hmac
import logging
from collections.abc import Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from tradestack.configs.web import Visitors, WebConfig
from tradestack.domain.clock import NANOSECONDS_PER_SECOND, Clock
from tradestack.net.allowance import Allowance, Rate
from tradestack.net.line_limit import LineLimit
from tradestack.observe.events import CLIENT_LOGGED_IN, LOGIN_REJECTED
from tradestack_web.http.errors import ApiError
from tradestack_web.logins.logins import Login, Logins
from tradestack_web.logins.person import Person
from tradestack_web.logins.tokens import LIFETIME_S, Tokens

COOKIE = "tradestack"
CSRF_HEADER = "x-csrf-token"
# Wrong tokens, of all visitors together. They cannot be guessed; the right one is never refused.
TRIES = Rate(per_second=1, burst=5)
REMEDY = "run tradestackctl web, and open the address that it prints"

logger = logging.getLogger(__name__)


class Gate:
    """Logins and their rights; rejected: how many logins had a wrong token.

    local: the Unix socket of the page, whose group may act.
    """

    def __init__(
        self,
        logins: Logins,
        local: Path,
        config: Callable[[], WebConfig],
        clock: Clock,
        lines: LineLimit,
    ) -> None:
        self.tokens = Tokens()
        self.rejected = 0
        self._logins = logins
        self._local = local
        self._config = config
        self._clock = clock
        self._lines = lines
        self._tries = Allowance()

    @property
    def visitors(self) -> Visitors:
        """What is shown without a login."""
        return self._config().visitors

    def logins(self) -> int:
        """Return how many logins are valid."""
        return self._logins.count(self._clock.wall_ns())

    def log_in(self, token: str) -> tuple[str, Login]:
        """Use a token; return the cookie and the login. Raises ApiError, OSError."""
        now_ns = self._clock.monotonic_ns()
        person = self.tokens.redeem(token, now_ns)
        if person is None:
            self.rejected += 1
            self._lines.emit(logger, LOGIN_REJECTED, reason="not a token")
            if not self._tries.take(TRIES, now_ns):
                message = "too many wrong tokens"
                raise ApiError(429, "too_many_logins", message, REMEDY, retry_after_s=1)
            message = f"the token was used, is older than {LIFETIME_S} s, or is none"
            raise ApiError(403, "login_refused", message, REMEDY)
        cookie = self._logins.begin(person, self._clock.wall_ns(), self._config().login_lifetime)
        self._lines.emit(
            logger, CLIENT_LOGGED_IN, origin=str(person.uid), user=person.name, uid=person.uid
        )
        login = self._logins.find(cookie, self._clock.wall_ns())
        assert login is not None, "it was made just now, and lasts a minute at least"
        return cookie, login

    def log_out(self, request: Request) -> None:
        """End the login of a request. Raises ApiError, OSError."""
        if self.login_of(request) is None:
            raise login_required()
        self._logins.end(request.cookies[COOKIE])

    def set_cookie(self, response: Response, cookie: str) -> None:
        """Have the browser keep the cookie."""
        response.set_cookie(
            COOKIE,
            cookie,
            max_age=self._config().login_lifetime // NANOSECONDS_PER_SECOND,
            path="/",
            httponly=True,
            samesite="strict",
        )

    def login_of(self, request: Request) -> Login | None:
        """Return the login of a request; None if it has none that is valid."""
        cookie = request.cookies.get(COOKIE)
        return None if cookie is None else self._logins.find(cookie, self._clock.wall_ns())

    def may_act(self, person: Person) -> bool:
        """Return whether a person may change something now."""
        try:
            group = self._local.stat().st_gid
        except OSError:  # the path is gone, so no group owns it
            group = None
        return person.may_act(group)

    def require_reader(self, request: Request) -> None:
        """Raise ApiError if the request may read nothing."""
        if self.visitors is Visitors.NOTHING and self.login_of(request) is None:
            raise login_required()

    def require_actor(self, request: Request) -> Person:
        """Return who may change something by this request. Raises ApiError."""
        login = self.login_of(request)
        if login is None:
            raise login_required()
        if not hmac.compare_digest(
            request.headers.get(CSRF_HEADER, "").encode(), login.csrf.encode()
        ):
            message = f"the header {CSRF_HEADER} is not that of the login"
            raise ApiError(403, "csrf", message, "take it from /api/me, or load the page again")
        if not self.may_act(login.person):
            message = f"{login.person.name} is not in the group of {self._local}"
            raise ApiError(403, "not_allowed", message, "usermod -aG tradestack-ops USER")
        return login.person


def login_required() -> ApiError:
    """Return the error for what needs a login."""
    return ApiError(401, "login_required", "this needs a login", REMEDY)

"""The login requests that wait for an answer, and the order in which passwords are checked.

A password with which its user has logged in before is recognised at once. Any other one costs a
hash, some 3 ms of the only thread (users.py), and may be a guess. Wrong ones are limited over all
origins together; at the limit requests wait, and the next is the one whose origin's last failure is
the oldest (failed_logins.py). So a flood of guesses costs less than 1 % of a processor; it delays a
right password from elsewhere by one or two guesses, and never keeps it out. A user who logs in
again and again waits alone. Names that no user has cost the same as others, so the time reveals
nothing about them.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from tradestack.domain.clock import Clock
from tradestack.net.allowance import Allowance, Rate
from tradestack.net.server.connection import Connection
from tradestack.net.server.failed_logins import FailedLogins
from tradestack.net.server.states import State
from tradestack.net.server.users import Users, canonical_user
from tradestack.wire import soup

# Wrong passwords, from everybody together: 6 ms of hashing a second, and enough at once for people
# who mistype it.
GUESSES = Rate(per_second=2, burst=20)
# Logins of one user with the right password: all of their connections at once, and more later.
LOGINS = Rate(per_second=10, burst=64)
RETRY_S = 0.05  # until the limits are checked again


@dataclass(frozen=True, slots=True, eq=False)
class Login:
    """A request to log in; user: its canonical name."""

    connection: Connection
    request: soup.LoginRequest

    @property
    def user(self) -> str:
        """The canonical name of the user."""
        return canonical_user(self.request.user)

    @property
    def is_waiting(self) -> bool:
        """Whether its connection still waits for the answer."""
        return self.connection.state is State.CHECKING_LOGIN


class Logins:
    """Checks the passwords of logins, at most one in a pass of the loop.

    accept, reject: answer a login whose password is right, or wrong. users may be replaced.
    """

    def __init__(
        self,
        users: Users,
        accept: Callable[[Login], None],
        reject: Callable[[Login], None],
        clock: Clock,
    ) -> None:
        self.users = users
        self.failed = FailedLogins()
        self._accept = accept
        self._reject = reject
        self._clock = clock
        self._guesses_left = Allowance()
        self._requested: deque[Login] = deque()
        self._unproven: list[Login] = []
        self._slowed: list[Login] = []  # of users who have logged in too often
        self._logins_left: dict[str, Allowance] = {}  # by user
        self._next: asyncio.Handle | None = None
        self._retry: asyncio.TimerHandle | None = None

    def add(self, login: Login) -> None:
        """Check the login, and answer it when it is its turn."""
        self._requested.append(login)
        self._schedule()

    def failures(self, login: Login) -> int:
        """Return how often logins like this one have failed lately."""
        return self.failed.count(_origin(login), self._clock.monotonic_ns())

    def close(self) -> None:
        """Stop answering logins."""
        for handle in (self._next, self._retry):
            if handle is not None:
                handle.cancel()

    def _schedule(self) -> None:
        if self._next is None:
            self._next = asyncio.get_running_loop().call_soon(self._check)

    def _schedule_retry(self) -> None:
        if self._retry is None:
            self._retry = asyncio.get_running_loop().call_later(RETRY_S, self._try_again)

    def _try_again(self) -> None:
        self._retry = None
        self._requested.extend(self._slowed)
        self._slowed.clear()
        self._schedule()

    def _check(self) -> None:
        self._next = None
        if self._requested:
            login = self._requested.popleft()
            if login.is_waiting:
                self._check_known(login)
        else:
            self._check_unproven()
        may_guess = self._guesses_left.left(GUESSES, self._clock.monotonic_ns()) > 0
        if self._requested or (self._unproven and may_guess):
            self._schedule()
        elif self._unproven or self._slowed:
            self._schedule_retry()

    def _check_known(self, login: Login) -> None:
        if not self.users.recalls(login.user, login.request.password):
            self._unproven.append(login)
            return
        left = self._logins_left.setdefault(login.user, Allowance())
        if left.take(LOGINS, self._clock.monotonic_ns()):
            self._accept(login)
        else:
            self._slowed.append(login)

    def _check_unproven(self) -> None:
        now_ns = self._clock.monotonic_ns()
        self._unproven = [login for login in self._unproven if login.is_waiting]
        if not self._unproven or self._guesses_left.left(GUESSES, now_ns) <= 0:
            return
        login = min(self._unproven, key=lambda login: self.failed.rank(_origin(login), now_ns))
        self._unproven.remove(login)
        if self.users.recalls(login.user, login.request.password):  # since it began to wait
            self._accept(login)
        elif self.users.verify(login.user, login.request.password):
            self.failed.forget(_origin(login))
            self._accept(login)
        else:
            self._guesses_left.spend(GUESSES, 1)
            self.failed.note(_origin(login), now_ns)
            self._reject(login)


def _origin(login: Login) -> tuple[str, str]:
    return login.connection.origin, login.user

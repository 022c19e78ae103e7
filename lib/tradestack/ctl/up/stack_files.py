"""The directory of a stack in the foreground, with all files that its daemons need.

    etc/gateway.toml, etc/order-manager.toml, etc/strategy/<instance>.toml, etc/users
    credentials/<instance>/password                 state/<daemon>/   log/order_log.txt
    run/<daemon>.sock, run/notify-<daemon>          lock

The configuration is written again each time. A directory that is used again keeps its passwords and
state, so that sessions continue.
"""

import fcntl
import hashlib
import os
import secrets
import shutil
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tradestack.ctl.installation.owner import require_own
from tradestack.ctl.installation.secret_file import new_password, write_secret
from tradestack.ctl.toml import config_text, is_utf8
from tradestack.ctl.up.machine_check import ANOTHER_DIRECTORY
from tradestack.domain.faults import OperatorFault
from tradestack.net.server.users import new_salt, users_line
from tradestack.store.feed_log import FEED_LOG_SUFFIX
from tradestack.store.shared_memory.segment import (
    NEWS_BOOK,
    PRICE_BOOK,
    SEGMENT_DIRECTORY,
    book_name,
)
from tradestack.strategies.registry import SHIPPED

DIRECTORY_MODE = 0o700
FILE_MODE = 0o600
SOCKET_PATH_BYTES_MAX = 107  # unix(7)
STRATEGY_SHIPPED: Mapping[str, object] = {
    "strategy": SHIPPED["news"],
    "quantity": "10",
    "user": "news",
}
INSTANCE_SHIPPED = "news"


@dataclass(frozen=True, slots=True)
class StackFiles:
    """The paths in the directory. `suffix` makes the names of this stack's books unique."""

    root: Path
    suffix: str

    @classmethod
    def create(cls, root: Path, *, reused: bool) -> "StackFiles":
        """Create what is missing and lock the directory for as long as this process runs.

        reused: whether the directory is kept at the end. Raises OperatorFault.
        """
        if not is_utf8(str(root)):  # it is written into the configuration
            raise OperatorFault(str(root), "its name is not UTF-8", "choose another --state-dir")
        require_own(root)
        try:
            for name in ("etc", "etc/strategy", "credentials", "state", "log", "run"):
                (root / name).mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)
            root.chmod(DIRECTORY_MODE)
            _lock(root / "lock")
        except OSError as error:
            problem = error.strerror or str(error)
            raise OperatorFault(str(root), problem, ANOTHER_DIRECTORY) from error
        return cls(root, _suffix(root, reused=reused))

    def socket_path(self, daemon: str) -> Path:
        """Return the path of the daemon's control socket. Raises OperatorFault."""
        return self._socket(f"{daemon}.sock")

    def notify_path(self, daemon: str) -> Path:
        """Return the path of the socket for the daemon's state ($NOTIFY_SOCKET).

        Raises OperatorFault.
        """
        return self._socket(f"notify-{daemon}")

    def credentials_path(self, instance: str) -> Path:
        """Return the strategy's $CREDENTIALS_DIRECTORY."""
        return self.root / "credentials" / instance

    def write_config(self, name: str, values: Mapping[str, object]) -> Path:
        """Write etc/<name>.toml without the keys whose value is None; return its path.

        Raises OperatorFault.
        """
        path = self.root / "etc" / f"{name}.toml"
        write_secret(path, config_text(values), mode=FILE_MODE)
        return path

    def common(self, daemon: str) -> dict[str, object]:
        """Return the keys that every daemon's configuration has."""
        return {
            "control_socket": str(self.socket_path(daemon)),
            "state_directory": str(self.root / "state" / daemon),
        }

    def write_users(self, user_of_instance: Mapping[str, str]) -> Path:
        """Write the servers' users file and the passwords that are missing; return its path."""
        lines = []
        for instance, user in user_of_instance.items():
            path = self.credentials_path(instance) / "password"
            path.parent.mkdir(mode=DIRECTORY_MODE, exist_ok=True)
            if not path.exists():
                write_secret(path, new_password(), mode=FILE_MODE)
            try:
                lines.append(users_line(user, path.read_text(), salt=new_salt()))
            except ValueError as error:
                raise OperatorFault(
                    f"strategy {instance}", str(error), "change its configuration"
                ) from None
        path = self.root / "etc" / "users"
        write_secret(path, "".join(lines), mode=FILE_MODE)
        return path

    def _socket(self, name: str) -> Path:
        path = self.root / "run" / name
        length = len(os.fsencode(path))
        if length > SOCKET_PATH_BYTES_MAX:
            raise OperatorFault(
                str(self.root),
                f"sockets in it would have a path of {length} bytes, and "
                f"{SOCKET_PATH_BYTES_MAX} are possible",
                "choose a --state-dir with a shorter path, or another TMPDIR",
            )
        return path

    @property
    def order_log(self) -> Path:
        """The order log, unless another one is configured."""
        return self.root / "log" / "order_log.txt"

    @property
    def book_names(self) -> tuple[str, str]:
        """The names of the books of prices and news."""
        return book_name(PRICE_BOOK, self.suffix), book_name(NEWS_BOOK, self.suffix)

    @property
    def feed_logs(self) -> list[Path]:
        """The feed logs of all sessions, the oldest first."""
        return sorted(self.root.glob(f"state/*/*{FEED_LOG_SUFFIX}"))

    def begin_anew(self) -> None:
        """Delete sessions and logs of earlier runs; passwords stay. Raises OSError."""
        for name in ("state", "log"):
            shutil.rmtree(self.root / name)
            (self.root / name).mkdir(mode=DIRECTORY_MODE)

    def remove_books(self) -> None:
        """Remove the books, once no gateway runs any more."""
        shutil.rmtree(_books_directory(self.suffix), ignore_errors=True)

    def clean_up(self) -> None:
        """Remove the books and sockets, once no daemon runs any more."""
        self.remove_books()
        for path in (self.root / "run").iterdir():
            path.unlink()


def read_strategies(paths: Sequence[Path]) -> dict[str, Mapping[str, object]]:
    """Read the configuration of each strategy instance; without paths, of the shipped one.

    Raises OperatorFault.
    """
    if not paths:
        return {INSTANCE_SHIPPED: STRATEGY_SHIPPED}
    return {path.stem: read_strategy(path) for path in paths}


def read_strategy(path: Path) -> Mapping[str, object]:
    """Read the configuration of a strategy instance. Raises OperatorFault."""
    where, remedy = f"--strategy-config {path}", "name a file like etc/strategy/news.toml"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise OperatorFault(where, error.strerror or str(error), remedy) from None
    except ValueError as error:
        raise OperatorFault(where, str(error), remedy) from None


def _suffix(root: Path, *, reused: bool) -> str:
    """Return the suffix of the books' directory: another one if another user has taken the name."""
    digest = hashlib.sha256(str(root.resolve()).encode()).hexdigest()
    suffix = f"-up-{digest[:8]}"
    directory = _books_directory(suffix)
    is_free = not os.path.lexists(directory) or directory.lstat().st_uid == os.geteuid()
    return suffix if reused and is_free else f"-up-{secrets.token_hex(4)}"


def _books_directory(suffix: str) -> Path:
    return (SEGMENT_DIRECTORY / book_name(PRICE_BOOK, suffix)).parent


def _lock(path: Path) -> None:
    """Lock the file until this process ends; raise OperatorFault if another one has locked it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise OperatorFault(
            str(path.parent),
            "another `tradestackctl up` uses this directory",
            "stop it first, or choose another --state-dir",
        ) from None

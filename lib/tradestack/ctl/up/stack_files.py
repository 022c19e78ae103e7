"""options of `up` → one private directory with all that three daemons need.

    etc/gateway.toml, etc/order-manager.toml, etc/strategy/<instance>.toml, etc/users
    credentials/<instance>/password                 state/<daemon>/   log/order_log.txt
    run/<daemon>.sock, run/notify-<daemon>          lock

The configs are written anew each time, from the options. Passwords and state are kept where the
directory is used again, so that sessions go on.
"""

import datetime
import fcntl
import hashlib
import json
import os
import secrets
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tradestack.ctl.secret_file import new_password, write_secret
from tradestack.domain.faults import OperatorFault
from tradestack.net.server.users import new_salt, users_line

DIRECTORY_MODE = 0o700
FILE_MODE = 0o600
SEGMENT_DIRECTORY = Path("/dev/shm")
SEGMENT_NAMES = ("tradestack-prices", "tradestack-news")
STRATEGY_SHIPPED: Mapping[str, object] = {"signal": "news", "quantity": "10", "user": "news"}
INSTANCE_SHIPPED = "news"


@dataclass(frozen=True, slots=True)
class StackFiles:
    """The directory's places. `suffix` tells this stack's segments from any other's."""

    root: Path
    suffix: str

    @classmethod
    def create(cls, root: Path, *, reused: bool) -> "StackFiles":
        """Makes what is missing; locks it for this process's life. Raises OperatorFault."""
        try:
            for name in ("etc", "etc/strategy", "credentials", "state", "log", "run"):
                (root / name).mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)
            root.chmod(DIRECTORY_MODE)
            _lock(root / "lock")
        except OSError as error:
            raise OperatorFault(
                str(root), error.strerror or str(error), "choose another --state-dir"
            ) from error
        chance = hashlib.sha256(str(root.resolve()).encode()).hexdigest()
        return cls(root, f"-up-{chance[:8] if reused else secrets.token_hex(4)}")

    def socket_path(self, daemon: str) -> Path:
        """Of the daemon's control socket."""
        return self.root / "run" / f"{daemon}.sock"

    def notify_path(self, daemon: str) -> Path:
        """Of the socket that the daemon tells its state to."""
        return self.root / "run" / f"notify-{daemon}"

    def credentials_path(self, instance: str) -> Path:
        """The strategy's $CREDENTIALS_DIRECTORY."""
        return self.root / "credentials" / instance

    def write_config(self, name: str, values: Mapping[str, object]) -> Path:
        """Writes etc/<name>.toml; keys whose value is None are left out."""
        path = self.root / "etc" / f"{name}.toml"
        write_secret(
            path,
            "".join(f"{key} = {toml(value)}\n" for key, value in _set(values).items()),
            mode=FILE_MODE,
        )
        return path

    def common(self, daemon: str) -> dict[str, object]:
        """The keys that every daemon's config has."""
        return {
            "control_socket": str(self.socket_path(daemon)),
            "state_directory": str(self.root / "state" / daemon),
        }

    def write_users(self, user_of_instance: Mapping[str, str]) -> Path:
        """The servers' file of users; makes each instance's password unless it has one."""
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
                    f"strategy {instance}", str(error), "change its config"
                ) from None
        path = self.root / "etc" / "users"
        write_secret(path, "".join(lines), mode=FILE_MODE)
        return path

    def clean_up(self) -> None:
        """Removes books and sockets, which nobody can use again; no daemon lives any more."""
        for name in SEGMENT_NAMES:
            (SEGMENT_DIRECTORY / f"{name}{self.suffix}").unlink(missing_ok=True)
        for path in (self.root / "run").iterdir():
            path.unlink()


def read_strategies(paths: Sequence[Path]) -> dict[str, Mapping[str, object]]:
    """Instance → values of its config; the shipped strategy if no file is given. OperatorFault."""
    if not paths:
        return {INSTANCE_SHIPPED: STRATEGY_SHIPPED}
    strategies: dict[str, Mapping[str, object]] = {}
    for path in paths:
        try:
            strategies[path.stem] = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            problem = error.strerror or str(error)
            raise OperatorFault(str(path), problem, "give a config as in etc/strategy") from None
        except ValueError as error:
            raise OperatorFault(str(path), str(error), "give a config as in etc/strategy") from None
    return strategies


def toml(value: object) -> str:
    """The value as TOML: whatever `tomllib` may have read."""
    if isinstance(value, Mapping):
        entries = ", ".join(f"{toml(str(name))} = {toml(one)}" for name, one in value.items())
        return f"{{{entries}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(toml(one) for one in value)}]"
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False)  # TOML took these forms from JSON


def _set(values: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in values.items() if value is not None}


def _lock(path: Path) -> None:
    """Held until the process ends, however it ends."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise OperatorFault(
            str(path.parent), "another `tradestackctl up` uses it", "stop that one first"
        ) from None

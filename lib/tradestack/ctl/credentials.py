"""config directory → every strategy has a password, and the servers' file of users knows it.

    python -m tradestack.ctl.credentials DIRECTORY [OWNER]      (install.sh does it)

For each DIRECTORY/strategy/<instance>.toml what is missing is made, what is there stays:
credentials/<instance>.password, for its owner alone, and the user's line in DIRECTORY/users, which
OWNER, whom the servers run as, may read.
"""

import shutil
import sys
import tomllib
from pathlib import Path

from tradestack.ctl.secret_file import new_password, write_secret
from tradestack.net.server.users import Users, canonical_user, new_salt, parse_users, users_line

CREDENTIALS_MODE = 0o700
PASSWORD_MODE = 0o600
USERS_MODE = 0o400


def complete_credentials(config: Path) -> None:
    """Makes what is missing. Raises OperatorFault for a file of users that cannot be read."""
    users_file, credentials = config / "users", config / "credentials"
    credentials.mkdir(mode=CREDENTIALS_MODE, exist_ok=True)
    if not users_file.exists():
        write_secret(users_file, "", mode=USERS_MODE)
    Users.load(users_file)
    for strategy in sorted((config / "strategy").glob("*.toml")):
        user = str(tomllib.loads(strategy.read_text(encoding="utf-8")).get("user", strategy.stem))
        _complete(users_file, credentials / f"{strategy.stem}.password", user)


def _complete(users_file: Path, password_file: Path, user: str) -> None:
    text = users_file.read_text(encoding="utf-8")
    name = canonical_user(user)
    if name in parse_users(users_file, text) and password_file.exists():
        return
    if not password_file.exists():
        write_secret(password_file, f"{new_password()}\n", mode=PASSWORD_MODE)
    password = password_file.read_text(encoding="utf-8").strip()
    others = [line for line in text.splitlines() if canonical_user(line.split(":")[0]) != name]
    lines = [*(f"{line}\n" for line in others), users_line(user, password, salt=new_salt())]
    write_secret(users_file, "".join(lines), mode=USERS_MODE, like=users_file)


def main(directory: str, owner: str = "") -> None:
    """Completes, then gives the file of users to its reader."""
    complete_credentials(Path(directory))
    if owner:
        shutil.chown(Path(directory) / "users", owner, owner)


if __name__ == "__main__":
    main(*sys.argv[1:])

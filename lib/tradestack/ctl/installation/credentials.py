"""Passwords of the strategies, and the servers' users file with the hashes of them.

    python -m tradestack.ctl.installation.credentials DIRECTORY [OWNER]      (run by install.sh)

For each DIRECTORY/strategy/<instance>.toml, this creates credentials/<instance>.password and the
user's line in DIRECTORY/users where they are missing, and keeps what exists. OWNER, the user that
the servers run as, becomes the owner of DIRECTORY/users.
"""

import shutil
import sys
import tomllib
from pathlib import Path

from tradestack.ctl.installation.owner import require_own
from tradestack.ctl.installation.secret_file import new_password, write_secret
from tradestack.net.server.users import Users, canonical_user, new_salt, parse_users, users_line

CREDENTIALS_MODE = 0o700
PASSWORD_MODE = 0o600
USERS_MODE = 0o400


def complete_credentials(config: Path) -> None:
    """Create the missing passwords and users; raise OperatorFault for an invalid users file."""
    require_own(config)
    users_file = config / "users"
    if not users_file.exists():
        write_secret(users_file, "", mode=USERS_MODE)
    Users.load(users_file)
    for strategy in sorted((config / "strategy").glob("*.toml")):
        user = str(tomllib.loads(strategy.read_text(encoding="utf-8")).get("user", strategy.stem))
        _complete(users_file, password_file(config, strategy.stem), user)


def password_file(config: Path, instance: str) -> Path:
    """Return the path of an instance's password, in a directory that is created if missing."""
    directory = config / "credentials"
    directory.mkdir(mode=CREDENTIALS_MODE, exist_ok=True)
    return directory / f"{instance}.password"


def write_password(path: Path) -> str:
    """Write a new password to the file and return it."""
    password = new_password()
    write_secret(path, f"{password}\n", mode=PASSWORD_MODE)
    return password


def _complete(users_file: Path, path: Path, user: str) -> None:
    text = users_file.read_text(encoding="utf-8")
    name = canonical_user(user)
    if name in parse_users(users_file, text) and path.exists():
        return
    password = path.read_text(encoding="utf-8").strip() if path.exists() else write_password(path)
    others = [line for line in text.splitlines() if canonical_user(line.split(":")[0]) != name]
    lines = [*(f"{line}\n" for line in others), users_line(user, password, salt=new_salt())]
    write_secret(users_file, "".join(lines), mode=USERS_MODE, like=users_file)


def main(directory: str, owner: str = "") -> None:
    """Complete the credentials, then make OWNER the owner of the users file."""
    complete_credentials(Path(directory))
    if owner:
        shutil.chown(Path(directory) / "users", owner, owner)


if __name__ == "__main__":
    main(*sys.argv[1:])

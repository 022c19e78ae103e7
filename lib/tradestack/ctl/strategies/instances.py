"""The strategy instances of an installation, and which of them share a file or packages."""

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tradestack.ctl.installation.installation import Installation
from tradestack.ctl.strategies.packages import packages_directory, remove_unused
from tradestack.ctl.strategies.source_file import copy_of
from tradestack.domain.faults import OperatorFault
from tradestack.net.server.users import canonical_user


def config_of(installation: Installation, instance: str) -> Path:
    """Return the path of the instance's configuration."""
    return installation.config / "strategy" / f"{instance}.toml"


def require_instance(installation: Installation, instance: str) -> Path:
    """Return the path of the instance's configuration; raise OperatorFault if there is none."""
    path = config_of(installation, instance)
    if not path.exists():
        others = ", ".join(sorted(each.stem for each in path.parent.glob("*.toml")))
        raise OperatorFault(str(path), "no such file", f"name one of these: {others}")
    return path


def read_instance(path: Path) -> Mapping[str, object]:
    """Read the configuration of an instance; raise OperatorFault."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise OperatorFault(str(path), str(error), "fix the file first") from None


def user_of(path: Path) -> str:
    """Return the user of the instance with that configuration; raise OperatorFault."""
    return canonical_user(str(read_instance(path).get("user", path.stem)))


def instances_of(installation: Installation, user: str) -> list[str]:
    """Return the instances that log in as the user; raise OperatorFault."""
    paths = sorted((installation.config / "strategy").glob("*.toml"))
    return [path.stem for path in paths if user_of(path) == user]


def traders_of(installation: Installation, copy: Path) -> list[str]:
    """Return the instances whose configurations name a copy of a file."""
    texts = _texts(installation)
    return [instance for instance, text in texts.items() if str(copy) in text]


def _texts(installation: Installation) -> dict[str, str]:
    """Return the configurations by instance, whether they are valid or not."""
    return {
        path.stem: path.read_text(encoding="utf-8", errors="replace")
        for path in sorted((installation.config / "strategy").glob("*.toml"))
    }


@contextmanager
def leaving_nothing_unused(installation: Installation, instance: str) -> Iterator[None]:
    """Remove copy and packages at the end, unless a configuration names them by then."""
    try:
        yield
    finally:
        remove_what_none_uses(installation, instance)


def remove_what_none_uses(installation: Installation, instance: str) -> list[str]:
    """Remove the instance's copy and packages, as far as no configuration names them.

    Returns the instances that still trade by the copy.
    """
    copy = copy_of(installation, instance)
    traders = traders_of(installation, copy)
    if not traders:
        copy.unlink(missing_ok=True)
    directory = packages_directory(installation, instance)
    texts = _texts(installation).values()
    remove_unused(directory, lambda path: any(str(path) in text for text in texts))
    return traders

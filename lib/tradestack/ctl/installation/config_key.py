"""A key of a configuration file, changed in the text: comments and other keys are kept."""

import re
import tomllib

from tradestack.ctl.toml import toml
from tradestack.domain.faults import OperatorFault

# A string on one line, an array without arrays, or a value without spaces; what follows it stays.
_VALUE = r"(?:\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'|\[[^\]]*\]|[^\s#]+)"


def with_key(text: str, key: str, value: object, *, where: str) -> str:
    """Set the key where it is, else where its default is shown behind a #, else at the end.

    The end is that of the keys above all sections. Raises OperatorFault, with `where` as the place,
    if the text is not TOML, or the key is written in a way that cannot be replaced.
    """
    try:
        before = tomllib.loads(text)
    except ValueError as error:
        raise OperatorFault(where, str(error), "fix the file first") from None
    changed = _replaced(text, key, toml(value))
    if not _says(changed, {**before, key: value}):
        raise OperatorFault(
            f"{where}: {key}",
            "this line cannot be replaced",
            f"write `{key} = {toml(value)}` there yourself, then run this again",
        )
    return changed


def _replaced(text: str, key: str, value: str) -> str:
    section = re.search(r"^[ \t]*\[\w", text, re.MULTILINE)
    end = section.start() if section is not None else len(text)
    top, sections = text[:end], text[end:]
    for mark in ("", "#"):
        line = rf"^{mark}{key}[ \t]*=[ \t]*{_VALUE}"
        changed, count = re.subn(line, lambda _: f"{key} = {value}", top, count=1, flags=re.M)
        if count:
            return changed + sections
    return f"{top.rstrip()}\n{key} = {value}\n" + (f"\n{sections}" if sections else "")


def _says(text: str, values: dict[str, object]) -> bool:
    try:
        return tomllib.loads(text) == values
    except ValueError:
        return False

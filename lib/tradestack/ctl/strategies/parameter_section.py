"""The section [parameters] of a strategy's configuration, made from the declarations."""

import re
from collections.abc import Mapping, Sequence
from textwrap import wrap

from tradestack.ctl.strategies.inspection import DeclaredParameter
from tradestack.ctl.toml import toml

_COLUMNS = 100
# The comment right above the section, and all up to the next section.
_SECTION = re.compile(r"(?:^#.*\n)*^\[parameters\](?:(?!\n\[).|\n(?!\[))*", re.MULTILINE)


def with_parameters(
    text: str, class_name: str, declared: Sequence[DeclaredParameter], values: Mapping[str, str]
) -> str:
    """Replace the section in a configuration's text, or add it.

    values: of those that have another value than the default; the others are shown as comments.
    """
    section = _section(class_name, declared, values)
    changed, count = _SECTION.subn(lambda _: section, text, count=1)
    return changed if count else f"{text.rstrip()}\n\n{section}"


def _section(
    class_name: str, declared: Sequence[DeclaredParameter], values: Mapping[str, str]
) -> str:
    if not declared:
        return f"# {class_name} has no parameters.\n[parameters]\n"
    lines = [
        f"# Parameters of {class_name}; one that is commented out shows its default. (restart)"
    ]
    lines.append("[parameters]")
    for each in declared:
        doc = " ".join(each.doc.split())
        comment = f"{doc}{'' if doc.endswith(('.', '!', '?')) else '.'} Allowed is {each.allowed}."
        lines += wrap(comment, _COLUMNS, initial_indent="# ", subsequent_indent="# ")
        mark = "" if each.name in values else "#"
        lines.append(f"{mark}{each.name} = {toml(values.get(each.name, each.default))}")
    return "\n".join(lines) + "\n"

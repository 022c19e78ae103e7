"""A strategy fitted into an instance's configuration, and checked before anything is written."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from tradestack.ctl.installation.config_key import with_key
from tradestack.ctl.installation.installation import Installation
from tradestack.ctl.strategies.inspection import StrategyUnfit, inspect_strategy
from tradestack.ctl.strategies.packages import install_packages
from tradestack.ctl.strategies.parameter_section import with_parameters
from tradestack.ctl.strategies.source_file import (
    NamedFile,
    copy_of,
    put_in_place,
    read_regular,
    staged,
)
from tradestack.domain.faults import OperatorFault
from tradestack.strategies.registry import SHIPPED


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What an instance is to trade by; None and nothing: as its configuration says.

    strategy: a shipped name, module:Class, or FILE.py[:Class]. settings: parameters, as texts.
    """

    strategy: str | None = None
    requirements: Path | None = None
    allow_source: bool = False
    settings: Mapping[str, str] = field(default_factory=dict)
    symbols: Sequence[str] | None = None
    quantity: str | None = None

    @property
    def file(self) -> NamedFile | None:
        """The file that has the strategy, if that is named."""
        return None if self.strategy is None else NamedFile.parse(self.strategy)

    @property
    def concerns_strategy(self) -> bool:
        """Whether the strategy has to be imported to know what its configuration may be."""
        given = (self.strategy, self.requirements, self.settings or None)
        return any(each is not None for each in given)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """The configuration's text, and the copy that waits for its place.

    left_out: parameters of the old text that the strategy does not have. output: what its file
    printed as it was imported.
    """

    text: str
    left_out: tuple[str, ...] = ()
    output: str = ""
    staged_copy: Path | None = None

    def put_in_place(self, installation: Installation, instance: str) -> None:
        """Give the copy its place, if there is one."""
        if self.staged_copy is not None:
            put_in_place(installation, instance, self.staged_copy)


@contextmanager
def fitted(
    installation: Installation, instance: str, wanted: Wanted, text: str, where: str
) -> Iterator[Fitted]:
    """Check what is wanted and write it into a configuration's text.

    where: the place of the text in faults. Raises OperatorFault; StrategyUnfit, in the words of the
    file that was named.
    """
    for key, value in (("symbols", wanted.symbols), ("quantity", wanted.quantity)):
        if value is not None:
            text = with_key(text, key, value, where=where)
    if not wanted.concerns_strategy:
        yield Fitted(text=text)
        return
    values = _values(text, where)
    packages = str(values.get("packages", ""))
    if wanted.requirements is not None:
        packages = str(
            install_packages(
                installation, instance, wanted.requirements, allow_source=wanted.allow_source
            )
        )
        text = with_key(text, "packages", packages, where=where)
    file = wanted.file
    source = (
        nullcontext(None)
        if file is None
        else staged(installation, instance, read_regular(file.path))
    )
    with source as staged_copy:
        yield _checked(installation, instance, wanted, text, where, packages, staged_copy)


def _checked(
    installation: Installation,
    instance: str,
    wanted: Wanted,
    text: str,
    where: str,
    packages: str,
    staged_copy: Path | None,
) -> Fitted:
    values, file = _values(text, where), wanted.file
    before = str(values.get("strategy", SHIPPED["news"]))
    if file is not None and staged_copy is not None:
        imported, strategy = file.within(staged_copy), file.within(copy_of(installation, instance))
    else:
        name = wanted.strategy
        imported = strategy = before if name is None else SHIPPED.get(name, name)
    kept = _parameters(values) if _place(strategy) == _place(before) else {}
    parameters = {**kept, **wanted.settings}
    try:
        inspected = inspect_strategy(
            imported,
            packages,
            parameters,
            required=wanted.settings,
            user=installation.service_user,
        )
    except StrategyUnfit as fault:
        shown = str(fault)
        if file is not None:
            shown = shown.replace(str(staged_copy), str(file.path))
        raise StrategyUnfit(shown, fault.place) from None
    if strategy != before:
        text = with_key(text, "strategy", strategy, where=where)
    declared = {each.name: each for each in inspected.parameters}
    chosen = {name: value for name, value in parameters.items() if name in declared}
    return Fitted(
        text=with_parameters(text, inspected.class_name, inspected.parameters, chosen),
        left_out=tuple(name for name in kept if name not in declared),
        output=inspected.output,
        staged_copy=staged_copy,
    )


def _values(text: str, where: str) -> Mapping[str, object]:
    try:
        return tomllib.loads(text)
    except ValueError as error:
        raise OperatorFault(where, str(error), "fix the file first") from None


def _parameters(values: Mapping[str, object]) -> dict[str, str]:
    written = values.get("parameters", {})
    return (
        {str(name): str(value) for name, value in written.items()}
        if isinstance(written, Mapping)
        else {}
    )


def _place(strategy: str) -> str:
    """Return the file or the module:Class: another class of the same file has its parameters."""
    file = NamedFile.parse(strategy)
    return strategy if file is None else str(file.path)

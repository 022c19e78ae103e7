"""Metric families → the text that a monitoring system reads, in either of two formats.

text 0.0.4        # HELP, # TYPE; every scraper reads it
OpenMetrics 1.0   # TYPE, # UNIT, # HELP, and # EOF at the end: a cut answer is noticed
"""

import enum
import re
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from tradestack.observe.families import Family, FamilyKind, Point

_QUALITY = re.compile(r"q=(0(?:\.\d{1,3})?|1(?:\.0{1,3})?)")


class Format(enum.Enum):
    """A format, by the Content-Type that names it."""

    TEXT = "text/plain; version=0.0.4; charset=utf-8"
    OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"


def accepted_format(accept: str) -> Format:
    """Header Accept → the format; text unless OpenMetrics 1.0 is preferred to it."""
    text = open_metrics = 0.0
    for wanted in accept.split(","):
        media_type, *parameters = (part.strip() for part in wanted.lower().split(";"))
        if media_type == "application/openmetrics-text" and "version=1.0.0" in parameters:
            open_metrics = max(open_metrics, _quality(parameters))
        elif media_type in ("text/plain", "text/*", "*/*"):
            text = max(text, _quality(parameters))
    return Format.OPEN_METRICS if open_metrics > text else Format.TEXT


def expose(families: Iterable[Family], form: Format) -> str:
    """Return all families as text."""
    if form is Format.TEXT:
        return "".join(map(_as_text, families))
    return "".join(map(_as_open_metrics, families)) + "# EOF\n"


def merged(families: Iterable[Family]) -> list[Family]:
    """Join families of the same name, such as those of two strategies, in the order of coming.

    Values that another kind of family has first are left out: one of two versions has changed it.
    """
    by_name: dict[str, Family] = {}
    for family in families:
        known = by_name.get(family.name)
        if known is None:
            by_name[family.name] = family
        elif (known.kind, known.unit) == (family.kind, family.unit):
            points = [*known.points, *family.points]
            by_name[family.name] = msgspec.structs.replace(known, points=points)
    return list(by_name.values())


def _as_text(family: Family) -> str:
    # A counter has the name of its samples here, and there is no type for INFO.
    suffix = {FamilyKind.COUNTER: "_total", FamilyKind.INFO: "_info"}.get(family.kind, "")
    kind = "gauge" if family.kind is FamilyKind.INFO else family.kind.value
    name = f"{family.name}{suffix}"
    help_ = family.help.replace("\\", r"\\").replace("\n", r"\n")
    return f"# HELP {name} {help_}\n# TYPE {name} {kind}\n" + _samples(family.name, family.points)


def _as_open_metrics(family: Family) -> str:
    unit = f"# UNIT {family.name} {family.unit}\n" if family.unit else ""
    return (
        f"# TYPE {family.name} {family.kind.value}\n{unit}"
        f"# HELP {family.name} {_escaped(family.help)}\n"
    ) + _samples(family.name, family.points)


def _samples(name: str, points: Sequence[Point]) -> str:
    return "".join(
        f"{name}{point.suffix}{_labels(point.labels)} {_number(point.value)}\n" for point in points
    )


def _labels(labels: Mapping[str, str]) -> str:
    pairs = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())
    return f"{{{pairs}}}" if pairs else ""


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")


def _number(value: float) -> str:
    """Number → text; a whole one without a point."""
    return str(int(value)) if value == int(value) else repr(value)


def _quality(parameters: Iterable[str]) -> float:
    """Return how much a media type is preferred, 0 to 1."""
    for parameter in parameters:
        if (quality := _QUALITY.fullmatch(parameter)) is not None:
            return float(quality[1])
    return 1.0

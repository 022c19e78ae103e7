"""Families as text: judged by promtool, and by the parser of prometheus-client."""

import shutil
import subprocess

import pytest

from tradestack.observe.exposition import Format, accepted_format, expose, merged
from tradestack.observe.families import Family, FamilyKind, Point

OPEN_METRICS = pytest.importorskip("prometheus_client.openmetrics.parser")
TEXT = pytest.importorskip("prometheus_client.parser")

NASTY = 'back\\slash "quoted"\nnext line'
FAMILIES = [
    Family("gateway", "", FamilyKind.INFO, "", "What runs.", [Point("_info", {"v": NASTY}, 1)]),
    Family("gateway", "ticks", FamilyKind.COUNTER, "", NASTY, [Point("_total", {}, 3)]),
    Family("gateway", "wait_seconds", FamilyKind.GAUGE, "seconds", "Wait.", [Point("", {}, 0.25)]),
    Family(
        "gateway",
        "latency_seconds",
        FamilyKind.HISTOGRAM,
        "seconds",
        "Latency.",
        [
            Point("_bucket", {"le": "1e-05"}, 1),
            Point("_bucket", {"le": "+Inf"}, 2),
            Point("_count", {}, 2),
            Point("_sum", {}, 1.5e-05),
        ],
    ),
]


def test_text_is_as_prometheus_documents_it() -> None:
    """A counter has the name of its sample, an info is a gauge."""
    assert expose(FAMILIES[:3], Format.TEXT) == (
        "# HELP tradestack_gateway_info What runs.\n"
        "# TYPE tradestack_gateway_info gauge\n"
        'tradestack_gateway_info{v="back\\\\slash \\"quoted\\"\\nnext line"} 1\n'
        '# HELP tradestack_gateway_ticks_total back\\\\slash "quoted"\\nnext line\n'
        "# TYPE tradestack_gateway_ticks_total counter\n"
        "tradestack_gateway_ticks_total 3\n"
        "# HELP tradestack_gateway_wait_seconds Wait.\n"
        "# TYPE tradestack_gateway_wait_seconds gauge\n"
        "tradestack_gateway_wait_seconds 0.25\n"
    )


def test_open_metrics_names_units_and_ends_with_eof() -> None:
    """A cut answer is noticed by its missing end."""
    assert expose(FAMILIES[1:3], Format.OPEN_METRICS) == (
        "# TYPE tradestack_gateway_ticks counter\n"
        '# HELP tradestack_gateway_ticks back\\\\slash \\"quoted\\"\\nnext line\n'
        "tradestack_gateway_ticks_total 3\n"
        "# TYPE tradestack_gateway_wait_seconds gauge\n"
        "# UNIT tradestack_gateway_wait_seconds seconds\n"
        "# HELP tradestack_gateway_wait_seconds Wait.\n"
        "tradestack_gateway_wait_seconds 0.25\n"
        "# EOF\n"
    )


def test_promtool_has_no_complaint() -> None:
    """It checks syntax, types, names and units of text."""
    if shutil.which("promtool") is None:
        pytest.skip("promtool is not installed")

    checked = subprocess.run(
        ["promtool", "check", "metrics"],
        input=expose(FAMILIES, Format.TEXT),
        check=False,
        capture_output=True,
        text=True,
    )

    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("form", "parser"), [(Format.TEXT, TEXT), (Format.OPEN_METRICS, OPEN_METRICS)]
)
def test_a_foreign_parser_reads_the_same_values(form: Format, parser: object) -> None:
    """Every name, label and value comes back, whatever is in a text."""
    text = expose(FAMILIES, form)

    parsed = parser.text_string_to_metric_families(text)  # type: ignore[attr-defined]
    samples = [(each.name, each.labels, each.value) for family in parsed for each in family.samples]

    assert samples == [
        (family.name + point.suffix, point.labels, point.value)
        for family in FAMILIES
        for point in family.points
    ]


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", Format.TEXT),
        ("*/*", Format.TEXT),
        ("text/html", Format.TEXT),
        ("application/openmetrics-text;version=1.0.0", Format.OPEN_METRICS),
        ("application/openmetrics-text; version=1.0.0; charset=utf-8", Format.OPEN_METRICS),
        ("application/openmetrics-text;version=2.0.0", Format.TEXT),
        ("text/plain,application/openmetrics-text;version=1.0.0", Format.TEXT),
        ("text/plain;q=0.5,application/openmetrics-text;version=1.0.0;q=0.6", Format.OPEN_METRICS),
        ("text/plain;q=0.5,application/openmetrics-text;version=1.0.0;q=0.4", Format.TEXT),
        ("application/openmetrics-text;version=1.0.0;q=0", Format.TEXT),
        # As Prometheus 2.42 and 2.53 ask.
        (
            "application/openmetrics-text;version=1.0.0,application/openmetrics-text;"
            "version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
            Format.OPEN_METRICS,
        ),
    ],
)
def test_the_format_is_the_one_that_is_preferred(accept: str, form: Format) -> None:
    """Text, unless OpenMetrics 1.0 is asked for and preferred."""
    assert accepted_format(accept) is form


def test_families_of_one_name_are_joined() -> None:
    """Those of two strategies follow each other; another kind under the same name is left out."""
    lag = Family("strategy", "lag", FamilyKind.GAUGE, "", "Lag.", [Point("", {"strategy": "a"}, 1)])
    other = Family("strategy", "lag", FamilyKind.GAUGE, "", "", [Point("", {"strategy": "b"}, 2)])
    alien = Family("strategy", "lag", FamilyKind.COUNTER, "", "", [Point("_total", {}, 3)])

    (joined,) = merged([lag, alien, other])

    assert [point.value for point in joined.points] == [1, 2]
    assert joined.help == "Lag."

"""The rules of the house, as tests: linters, types, layers, shell, units, sizes."""

import ast
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tradestack.observe.events import EVENTS

ROOT = Path(__file__).parents[1]
SYSTEMD = ROOT / "systemd"
PYTHON_FILES = sorted(
    path for top in ("lib", "daemons", "data", "tests") for path in (ROOT / top).rglob("*.py")
)
FUNCTION_LINES_MAX = 70
MODULE_LINES_MAX = 300
FOLDER_MODULES_MAX = 17  # about a dozen is meant
EXPOSURE_MAX_TENTHS = {
    "tradestack-exporter": 12,
    "tradestack-fix": 12,
    "tradestack-gateway": 11,
    "tradestack-grpc": 12,
    "tradestack-metrics": 4,
    "tradestack-metrics-textfile": 8,
    "tradestack-order-manager": 11,
    "tradestack-strategy@news": 12,
    "tradestack-web": 9,
}
DEBIAN_SCRIPTS = [f"tradestack.{name}" for name in ("preinst", "postinst", "prerm", "postrm")]
SERVICES = tuple(EXPOSURE_MAX_TENTHS)
PLACES = {
    "@bindir@": "/usr/local/bin",
    "@libdir@": "/usr/local/lib/tradestack",
    "@sysconfdir@": "/etc",
    "@docdir@": "/usr/local/share/doc/tradestack",
    "@rundir@": "/run/tradestack",
    "@statedir@": "/var/lib/tradestack",
    "@systemctl@": "systemctl",
}


def run(*command: str) -> "subprocess.CompletedProcess[str]":
    """The finished command; where the program is missing the test is skipped, in CI it fails."""
    if shutil.which(command[0]) is None:
        message = f"{command[0]} is not installed"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)


def run_tool(name: str, *arguments: str) -> None:
    """A tool of this Python's environment has nothing to say against the project."""
    finished = run(str(Path(sys.executable).parent / name), *arguments)

    assert finished.returncode == 0, finished.stdout + finished.stderr


def test_ruff_has_no_complaint() -> None:
    """Every file passes the linter."""
    run_tool("ruff", "check", "--no-cache", ".")


def test_format_is_ruffs() -> None:
    """Every file is formatted."""
    run_tool("ruff", "format", "--no-cache", "--check", ".")


def test_types_are_strict() -> None:
    """mypy --strict finds nothing in library, daemons and tests."""
    run_tool("mypy")


def test_layers_hold() -> None:
    """Imports go downwards only."""
    run_tool("lint-imports", "--no-cache")


def test_shell_scripts_are_sound() -> None:
    """shellcheck finds nothing."""
    packaging = [f"systemd/debian/{name}" for name in ("build", *DEBIAN_SCRIPTS)]
    suites = [f"tests/{name}/run" for name in ("bench", "faults", "fuzz")]

    finished = run(
        "shellcheck", "--external-sources", "install.sh", ".ci/run", "tests/run",
        "tests/kit/environment.sh", *suites, *packaging,
    )  # fmt: skip

    assert finished.returncode == 0, finished.stdout


def test_functions_are_short() -> None:
    """No function is longer than FUNCTION_LINES_MAX."""
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in PYTHON_FILES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno >= FUNCTION_LINES_MAX
    ]

    assert not long


def test_folders_are_small() -> None:
    """No package has more than FOLDER_MODULES_MAX modules: it would be a list, and no place."""
    counts = Counter(
        path.parent
        for path in PYTHON_FILES
        if path.relative_to(ROOT).parts[0] in ("lib", "daemons") and path.name != "__init__.py"
    )

    assert not [path for path, count in counts.items() if count > FOLDER_MODULES_MAX]


def test_modules_are_short() -> None:
    """No module is longer than MODULE_LINES_MAX: it would hold two ideas."""
    long = [
        str(path.relative_to(ROOT))
        for path in PYTHON_FILES
        if len(path.read_text().splitlines()) > MODULE_LINES_MAX
    ]

    assert not long


def test_every_test_has_a_sentence() -> None:
    """Each test function says what holds."""
    silent = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in (ROOT / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and not ast.get_docstring(node)
    ]

    assert not silent


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units as install.sh fills them in, with a program that exists everywhere."""
    for source in SYSTEMD.glob("tradestack*"):
        text = source.read_text()
        for place, path in PLACES.items():
            text = text.replace(place, path)
        text = re.sub(r"^(Exec\w+)=/usr/local/bin/\S+", r"\1=/bin/true", text, flags=re.MULTILINE)
        instance = "gateway" if source.stem == "tradestack-port@" else "news"
        for name in {source.name, source.name.replace("@.", f"@{instance}.")}:
            (tmp_path / name).write_text(text)
    return tmp_path


def _unit_names(directory: Path) -> Iterator[str]:
    kinds = {".service", ".socket", ".target", ".slice", ".timer"}
    return (
        str(path)
        for path in sorted(directory.iterdir())
        if path.suffix in kinds and "@." not in path.name
    )


def test_units_are_understood(units: Path) -> None:
    """`systemd-analyze verify` is silent; it exits 0 even where it ignores a directive."""
    finished = run("systemd-analyze", "verify", "--man=no", *_unit_names(units))

    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "", "")


def test_no_place_is_left_open() -> None:
    """Every @placeholder@ in systemd/ is one that install.sh fills."""
    open_places = {
        place
        for path in SYSTEMD.rglob("*")
        if path.is_file()
        for place in re.findall(r"@[a-z]+@", path.read_text())
    }

    assert open_places <= PLACES.keys()
    for place in open_places:
        assert place in (ROOT / "install.sh").read_text()


@pytest.mark.parametrize("service", SERVICES)
def test_services_are_closed(units: Path, service: str) -> None:
    """`systemd-analyze security` gives the service no more than its limit."""
    limit = f"--threshold={EXPOSURE_MAX_TENTHS[service]}"

    finished = run(
        "systemd-analyze",
        "security",
        "--no-pager",
        "--offline=yes",
        limit,
        str(units / f"{service}.service"),
    )

    assert finished.returncode == 0, finished.stdout[-2000:] + finished.stderr


def test_catalog_explains_every_event() -> None:
    """The catalog has one entry for each event, with subject and text, and no other."""
    catalog = (SYSTEMD / "tradestack.catalog").read_text()

    entries = re.findall(r"^-- ([0-9a-f]{32})\nSubject: \S.*\nDefined-By: .*\n", catalog, re.M)

    assert sorted(entries) == sorted(event.message_id for event in EVENTS)
    assert len(set(entries)) == len(entries)

"""install.sh with DESTDIR: which files it installs and removes, and which arguments it refuses."""

import gzip
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.kit.install_script import PREFIX, SCRIPT, install, packages_in


def left_behind(directory: Path) -> dict[str, str]:
    """Return settings of pip, Python and shell that would each break an installation."""
    for name in ("pip", "venv", "numpy", "tradestack"):
        (directory / f"{name}.py").write_text("raise SystemExit('another module')")
    target = str(directory / "target")
    (directory / "pip.conf").write_text(
        f"[global]\nrequire-virtualenv = true\ntarget = {target}\nno-deps = true\n"
        f"[install]\nuser = true\nprefix = {target}\nroot = {target}\nrequirement = {target}\n"
        "require-hashes = true\ndry-run = true\nplatform = win32\n"
    )
    return {
        "PIP_USER": "1",
        "PIP_TARGET": target,
        "PIP_PREFIX": target,
        "PIP_ROOT": target,
        "PIP_DRY_RUN": "1",
        "PIP_NO_DEPS": "1",
        "PIP_REQUIREMENT": target,
        "PIP_CONFIG_FILE": str(directory / "pip.conf"),
        "PYTHONPATH": str(directory),
        "PYTHONHOME": target,
        "PYTHONHASHSEED": "nonsense",
        "PYTHONIOENCODING": "nonsense",
        "CDPATH": str(directory),
        "HOME": "",
    }


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A system installation with a prefix in /opt, in a DESTDIR, from a shell full of settings."""
    destdir = tmp_path_factory.mktemp("tree")
    hostile = tmp_path_factory.mktemp("hostile")
    finished = install("--prefix", PREFIX, destdir=destdir, **left_behind(hostile))
    assert [*hostile.glob("target*")] == []
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout == ""
    return destdir


def test_commands_point_into_the_prefix(tree: Path) -> None:
    """Each command is a link that is valid on the target system."""
    commands = sorted((tree / "opt/tradestack/bin").iterdir())

    names = ["exporter", "fix", "gateway", "grpc", "metrics", "order-manager", "strategy", "web"]
    assert [each.name for each in commands] == [
        *(f"tradestack-{each}" for each in names),
        "tradestackctl",
    ]
    for command in commands:
        inside = str(command.readlink()).removeprefix("/")
        assert inside.startswith(PREFIX[1:])
        assert (tree / inside).exists()


def test_no_file_contains_the_destdir(tree: Path) -> None:
    """No installed text contains the path that it was created in."""
    matches = subprocess.run(
        ["grep", "-rlI", str(tree), str(tree)], capture_output=True, text=True, check=False
    )

    assert matches.stdout == ""


def test_units_and_config_use_the_prefix(tree: Path) -> None:
    """Units start programs in the prefix, and the configuration reads data in it."""
    unit = (tree / "etc/systemd/system/tradestack-gateway.service").read_text()
    config = (tree / "etc/tradestack/gateway.toml").read_text()

    assert f"ExecStart={PREFIX}/bin/tradestack-gateway " in unit
    assert f"ExecPaths=/usr {PREFIX}/lib/tradestack\n" in unit
    assert f'"{PREFIX}/share/tradestack/data/prices.csv"' in config
    assert (tree / PREFIX[1:] / "share/tradestack/data/prices.csv").exists()


def test_the_sample_data_keep_their_modification_time(tree: Path) -> None:
    """With another one, a restored feed session would not be continued."""
    for name in ("prices.csv", "sentiment.csv"):
        original = (SCRIPT.parent / "data" / name).stat()
        installed = (tree / PREFIX[1:] / "share/tradestack/data" / name).stat()
        assert installed.st_mtime_ns == original.st_mtime_ns


def test_the_manual_is_where_man_looks_for_it(tree: Path) -> None:
    """Each unit names a page that is there, packed."""
    pages = {each.name.removesuffix(".gz") for each in tree.glob("opt/tradestack/share/man/*/*")}
    units = [each.read_text() for each in tree.glob("etc/systemd/system/tradestack*.*")]
    named = {page for unit in units for page in re.findall(r"man:(\S+)\((\d)\)", unit)}

    assert "tradestackctl.1" in pages
    assert {(name, section) for name, section in named if f"{name}.{section}" not in pages} == set()
    assert ("tradestack-gateway", "8") in named
    for page in tree.glob("opt/tradestack/share/man/*/*"):
        assert gzip.decompress(page.read_bytes()).startswith(b".TH ")


def test_the_operators_strategies_have_a_closed_directory(tree: Path) -> None:
    """It is empty; add-strategy copies files into it."""
    directory = tree / "etc/tradestack/strategies"

    assert directory.stat().st_mode & 0o777 == 0o750
    assert list(directory.iterdir()) == []


def test_links_of_the_installed_documents_lead_to_files(tree: Path) -> None:
    """README and what it refers to are read where they are installed, too."""
    directory = tree / PREFIX[1:] / "share/doc/tradestack"
    documents = [
        *directory.glob("*.md"),
        *directory.glob(".github/*.md"),
        directory / "data/README.md",
    ]
    assert len(documents) == 5

    broken = [
        f"{document}: {link}"
        for document in documents
        for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", document.read_text())
        if "://" not in link and not _inside(tree, document.parent / link).exists()
    ]

    assert not broken


def _inside(tree: Path, path: Path) -> Path:
    """Follow links that are valid on the target system within the DESTDIR."""
    followed = tree
    for part in path.relative_to(tree).parts:
        followed = followed.parent if part == ".." else followed / part
        while followed.is_symlink():
            target = followed.readlink()
            followed = tree / str(target)[1:] if target.is_absolute() else followed.parent / target
    return followed


@pytest.mark.parametrize("prefix", ["/usr/local", "/usr", "/srv/second"])
@pytest.mark.parametrize("more", [(), ("--uninstall",), ("--uninstall", "--purge")])
def test_second_prefix_is_refused(tree: Path, prefix: str, more: tuple[str, ...]) -> None:
    """It would take over the units of the first installation; the message names that one."""
    before = sorted(tree.rglob("*"))

    finished = install("--prefix", prefix, *more, destdir=tree)

    assert finished.returncode == 1
    assert f"use --prefix {PREFIX}" in finished.stderr
    assert sorted(tree.rglob("*")) == before


def test_purge_leaves_no_file(tree: Path, tmp_path: Path) -> None:
    """--uninstall --purge removes every installed file."""
    copy = tmp_path / "copy"
    shutil.copytree(tree, copy, symlinks=True)

    finished = install("--prefix", PREFIX, "--uninstall", "--purge", destdir=copy)

    assert finished.returncode == 0, finished.stderr
    assert not [path for path in copy.rglob("*") if not path.is_dir()]


def test_uninstalling_keeps_what_the_operator_has_chosen(tree: Path, tmp_path: Path) -> None:
    """It stays beside the configuration, which says the same, and goes by --purge."""
    copy = tmp_path / "copy"
    shutil.copytree(tree, copy, symlinks=True)
    kept = [
        copy / "etc/systemd/system" / name
        for name in (
            "tradestack-gateway.service.d/relay.conf",
            "tradestack-gateway.socket.d/port.conf",
            "tradestack.target.wants/tradestack-strategy@mine.service",
            "tradestack.target.wants/tradestack-metrics.socket",
        )
    ]
    for path in kept:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()

    finished = install("--prefix", PREFIX, "--uninstall", destdir=copy)
    assert finished.returncode == 0, finished.stderr
    assert all(path.exists() for path in kept)

    finished = install("--prefix", PREFIX, "--uninstall", "--purge", destdir=copy)
    assert finished.returncode == 0, finished.stderr
    assert not any(path.parent.exists() for path in kept)


def test_clients_in_other_languages_find_their_protocol(tree: Path) -> None:
    """As the manual says, and as the daemon has it."""
    installed = tree / "opt/tradestack/share/tradestack/tradestack.proto"

    original = SCRIPT.parent / "daemons/tradestack_grpc/protocol/tradestack.proto"
    assert installed.read_bytes() == original.read_bytes()


@pytest.mark.parametrize("package", ["polars", "starlette", "uvicorn", "grpc"])
def test_extras_arepackages_in(tree: Path, package: str) -> None:
    """Report and page work without another command."""
    assert packages_in(tree / "opt/tradestack", package)


def test_user_units_are_valid(tmp_path: Path) -> None:
    """systemd-analyze accepts the units that are adapted for a user's systemd.

    A port is that of the configuration that is there.
    """
    home = tmp_path / "home"
    destdir = tmp_path / "tree"
    left = home / ".config/tradestack/gateway.toml"  # by an installation that was removed
    left.parent.mkdir(parents=True)
    left.write_text('listen = "127.0.0.1:7777"\n')

    finished = install(
        *("--user", "--without-report", "--without-web", "--without-nats", "--without-grpc"),
        destdir=destdir,
        HOME=str(home),
        XDG_RUNTIME_DIR="/run/user/0",
    )

    assert finished.returncode == 0, finished.stderr
    prefix = destdir / str(home)[1:] / ".local"
    assert not packages_in(prefix, "polars") + packages_in(prefix, "starlette")
    units = destdir / str(home)[1:] / ".local/share/systemd/user"
    assert len(list(units.glob("*.service"))) == 9
    for path in [*units.glob("*.service"), *units.glob("*.socket")]:
        text = path.read_text()
        path.write_text(re.sub(r"^(Exec(?:Start|Reload))=\S+", r"\1=/bin/true", text, flags=re.M))
    names = [str(path) for path in units.iterdir() if path.is_file() and "@" not in path.name]
    verdict = subprocess.run(
        ["systemd-analyze", "--user", "verify", "--man=no", *names],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)},
    )
    assert (verdict.stdout, verdict.stderr) == ("", "")
    assert "ListenStream=127.0.0.1:7777\n" in (units / "tradestack-gateway.socket").read_text()
    assert "HOME=" not in (units / "tradestack-strategy@.service").read_text()
    config = (destdir / str(home)[1:] / ".config/tradestack/order-manager.toml").read_text()
    assert f'\norder_log = "{home}/.local/state/tradestack/log/order_log.txt"\n' in config


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--prefix", "/home/somebody/x"], "ProtectHome"),
        (["--prefix", "relative"], "not an absolute path"),
        (["--prefix"], "needs a directory"),
        (["--purge"], "only be used with --uninstall"),
        (["--try", "--now"], "cannot be used together"),
        (["--uninstall", "--now"], "--uninstall and --now cannot be used together"),
        (["--try", "--uninstall"], "--try and --uninstall cannot be used together"),
        (["--uninstall", "--try"], "--uninstall and --try cannot be used together"),
        (["--prefix="], "needs a directory"),
        (["--prefix", ""], "needs a directory"),
        (["--now", "--", "--pace", "max"], "only be used with --try"),
        (["--uninstall", "--without-report"], "cannot be used with --uninstall"),
        (["--without-programs"], "only be used with DESTDIR"),
        (["--no-such-thing"], "--help"),
    ],
)
def test_invalid_arguments_are_refused_with_a_reason(arguments: list[str], reason: str) -> None:
    """Invalid arguments are refused on stderr before anything is done."""
    finished = install(*arguments)

    assert finished.returncode != 0
    assert reason in finished.stderr
    assert finished.stdout == ""


def test_help_is_printed() -> None:
    """--help prints the usage on stdout."""
    assert install("--help").stdout.startswith("usage: ./install.sh")

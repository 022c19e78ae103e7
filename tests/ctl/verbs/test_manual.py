"""tradestackctl manual: one page for the reader, or all of them for an installation."""

import gzip
import os
from pathlib import Path

import pytest

from tests.ctl.manual.rendered import PAGES
from tests.kit.documents import ROOT
from tradestack.ctl.main import run

MAN = '#!/bin/sh\nshift\necho "${1##*/}"\nhead -1 "$1"\n'


@pytest.fixture
def man(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A man that prints the name of the file, and its first line."""
    program = tmp_path / "bin" / "man"
    program.parent.mkdir()
    program.write_text(MAN)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")


@pytest.mark.usefixtures("man")
@pytest.mark.parametrize(
    ("arguments", "title"),
    [
        ([], "TRADESTACK 7"),
        (["backtest"], r"TRADESTACKCTL\-BACKTEST 1"),
        (["gateway"], r"TRADESTACK\-GATEWAY 8"),
        (["gateway.toml"], r"TRADESTACK\-GATEWAY.TOML 5"),
        (["tradestack-operating"], r"TRADESTACK\-OPERATING 7"),
    ],
)
def test_a_page_is_found_by_a_short_name(
    arguments: list[str], title: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Of a verb, a daemon, a file or a topic."""
    assert run(["manual", *arguments]) == 0

    name, section = title.split()
    assert f'.TH "{name}" "{section}" ' in capfd.readouterr().out


def test_an_unknown_page_is_refused_with_those_that_are_near(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The remedy names pages that exist."""
    assert run(["manual", "backtests"]) == 78

    assert "tradestackctl-backtest" in capsys.readouterr().err


def test_without_man_there_is_a_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says what to install."""
    monkeypatch.setenv("PATH", str(tmp_path))

    assert run(["manual"]) == 78

    assert "man-db" in capsys.readouterr().err


def test_all_pages_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the date that a reproducible build gives."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")

    assert run(["manual", "--output", str(tmp_path), "--defaults", str(ROOT / "etc")]) == 0

    files = {str(path.relative_to(tmp_path)): path for path in tmp_path.rglob("*.gz")}
    assert files.keys() == {page.path for page in PAGES.values()}
    assert b'"1970-01-02"' in gzip.decompress(files["man7/tradestack.7.gz"].read_bytes())


def test_a_page_and_a_directory_are_too_much(tmp_path: Path) -> None:
    """Both at once are a mistake of the command line."""
    with pytest.raises(SystemExit, match="2"):
        run(["manual", "up", "--output", str(tmp_path)])


def test_other_defaults_have_to_be_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A directory without configuration files is named."""
    assert run(["manual", "--output", str(tmp_path / "man"), "--defaults", str(tmp_path)]) != 0

    assert f"{tmp_path}/" in capsys.readouterr().err

"""tradestackctl as a command: help, laziness, endings, completion."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.ctl.conftest import TRADESTACKCTL

from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.main import VERBS, build_parser, run
from tradestack.domain.version import VERSION

NAMES = [verb.name for verb in VERBS]
Output = pytest.CaptureFixture[str]


@pytest.mark.parametrize("name", NAMES)
def test_each_verb_explains_itself(name: str, capsys: Output) -> None:
    """--help says what it does, and how to use it."""
    with pytest.raises(SystemExit) as raised:
        run([name, "--help"])

    text = capsys.readouterr().out
    assert raised.value.code == 0
    assert f"usage: tradestackctl {name}" in text
    assert name == "up" or f"  tradestackctl {name}" in text


def test_the_overview_names_each_verb(capsys: Output) -> None:
    """With a summary, examples and exit statuses."""
    with pytest.raises(SystemExit):
        run(["--help"])

    text = capsys.readouterr().out
    assert all(f"    {name} " in text for name in NAMES)
    assert "examples:" in text
    assert "exit status:" in text


def test_the_version_is_told(capsys: Output) -> None:
    """As every command does."""
    with pytest.raises(SystemExit):
        run(["--version"])

    assert capsys.readouterr().out == f"tradestack {VERSION}\n"


def test_no_verb_is_a_wrong_argument(capsys: Output) -> None:
    """The shell sees 2, the operator the usage."""
    with pytest.raises(SystemExit) as raised:
        run([])

    assert raised.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_the_runtime_directory_may_stand_before_or_after_the_verb() -> None:
    """Both are where people write it."""
    for words in (["--runtime-dir", "/x", "stats"], ["stats", "--runtime-dir", "/x"]):
        assert build_parser(words).parse_args(words).runtime_dir == Path("/x")


def test_a_query_does_not_import_the_rest() -> None:
    """`up`, its event loop, and what only other verbs need stay outside."""
    program = (
        "import sys\n"
        "from tradestack.ctl.main import run\n"
        "run(['stats', '--runtime-dir', '/nonexistent'])\n"
        "print(*sorted(sys.modules))"
    )

    finished = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    imported = finished.stdout.split()
    assert "tradestack.ctl.verbs.stats" in imported
    assert not {"asyncio", "numpy", "tradestack.ctl.verbs.up", "tradestack.ctl.places"} & {
        *imported
    }


def test_a_reader_that_has_seen_enough_is_no_failure() -> None:
    """`tradestackctl … | head` ends without a traceback."""
    with subprocess.Popen(
        [TRADESTACKCTL, "completion", "fish"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()

        assert process.stderr.read() == b""
        assert process.wait() == ExitStatus.DONE


# ---- completion ----------------------------------------------------------------------------


def completed(*words: str) -> list[str]:
    """What bash offers for the last of the words."""
    script = f"""
        source <({TRADESTACKCTL} completion bash)
        compopt() {{ :; }}
        COMP_WORDS=(tradestackctl "$@")
        COMP_CWORD=$#
        _tradestackctl
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    finished = subprocess.run(
        ["bash", "-c", script, "bash", *words], capture_output=True, text=True, check=True
    )
    assert finished.stderr == ""
    return finished.stdout.split()


def test_bash_completes_verbs_options_words_and_files(tmp_path: Path) -> None:
    """Each where it belongs."""
    (tmp_path / "prices.csv").touch()

    assert completed("st") == ["status", "stats", "stop"]
    assert completed("stats", "--w") == ["--watch"]
    assert completed("--runtime-dir", "/x", "new-session", "o") == ["orders"]
    assert completed("up", "--prices", f"{tmp_path}/p") == [f"{tmp_path}/prices.csv"]
    assert completed("import", f"{tmp_path}/p") == [f"{tmp_path}/prices.csv"]
    assert completed("stats", f"{tmp_path}/p") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completions_know_every_verb_and_option(shell: str, capsys: Output) -> None:
    """They are made from the same tree as the parser, and the shell can read them."""
    run(["completion", shell])

    script = capsys.readouterr().out
    assert all(name in script for name in NAMES)
    assert "until-end" in script
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=script, text=True, check=True)

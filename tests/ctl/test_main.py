"""The command tradestackctl: help, lazy imports, exit statuses, shell completion."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.kit.stack import TRADESTACKCTL
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.main import VERBS, build_parser, run
from tradestack.ctl.verbs.completion import SHELLS
from tradestack.domain.version import VERSION

NAMES = [verb.name for verb in VERBS]
Output = pytest.CaptureFixture[str]


@pytest.mark.parametrize("name", NAMES)
def test_each_verb_has_help(name: str, capsys: Output) -> None:
    """--help prints the usage of the verb and at least one example."""
    with pytest.raises(SystemExit) as raised:
        run([name, "--help"])

    text = capsys.readouterr().out
    assert raised.value.code == 0
    assert f"usage: tradestackctl {name}" in text
    assert f"  tradestackctl {name}" in text


def test_the_overview_lists_every_verb(capsys: Output) -> None:
    """--help without a verb prints all verbs, examples and exit statuses."""
    with pytest.raises(SystemExit):
        run(["--help"])

    text = capsys.readouterr().out
    assert all(f"    {name} " in text for name in NAMES)
    assert "examples:" in text
    assert "exit status:" in text


def test_version_is_printed(capsys: Output) -> None:
    """--version prints the name of the project and its version."""
    with pytest.raises(SystemExit):
        run(["--version"])

    assert capsys.readouterr().out == f"tradestack {VERSION}\n"


def test_a_missing_verb_is_a_usage_error(capsys: Output) -> None:
    """The exit status is 2 and the usage is printed to stderr."""
    with pytest.raises(SystemExit) as raised:
        run([])

    assert raised.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_the_runtime_directory_is_accepted_before_and_after_the_verb() -> None:
    """--runtime-dir may be written in either place."""
    for words in (["--runtime-dir", "/x", "stats"], ["stats", "--runtime-dir", "/x"]):
        assert build_parser(words).parse_args(words).runtime_dir == Path("/x")


def test_a_query_imports_no_other_verb() -> None:
    """`stats` loads neither `up` and its event loop nor what only other verbs need."""
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
    assert "tradestack.ctl.verbs.ask.stats" in imported
    assert not {
        "asyncio",
        "numpy",
        "tradestack.ctl.verbs.up",
        "tradestack.ctl.installation.installation",
        "shtab",
    } & {*imported}


def test_a_closed_pipe_is_not_an_error() -> None:
    """`tradestackctl … | head` exits with status 0 and without a traceback."""
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
    """The completions that bash offers for the last of the words."""
    script = f"""
        source <({TRADESTACKCTL} completion bash)
        compopt() {{ :; }}
        COMP_WORDS=(tradestackctl "$@")
        COMP_CWORD=$#
        _shtab_tradestackctl
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    finished = subprocess.run(
        ["bash", "-c", script, "bash", *words], capture_output=True, text=True, check=True
    )
    assert finished.stderr == ""
    return finished.stdout.split()


def test_bash_completes_verbs_options_choices_and_files(tmp_path: Path) -> None:
    """Each kind of word is completed where it is expected."""
    (tmp_path / "prices.csv").touch()

    assert completed("st") == ["status", "stats", "start", "stop"]
    assert completed("stats", "--w") == ["--watch"]
    assert completed("--runtime-dir", "/x", "new-session", "o") == ["orders"]
    assert completed("up", "--prices", f"{tmp_path}/p") == [f"{tmp_path}/prices.csv"]
    assert completed("import", f"{tmp_path}/p") == [f"{tmp_path}/prices.csv"]
    assert completed("up", "--strategy-config", f"{tmp_path}/p") == [f"{tmp_path}/prices.csv"]
    assert completed("backtest", f"{tmp_path}/p") == [f"{tmp_path}/prices.csv"]
    assert completed("stats", f"{tmp_path}/p") == []
    assert completed("journal", "r") == ["repair"]
    assert completed("log-level", "order") == ["order-manager"]
    assert completed("log-level", "gateway", "d") == ["debug"]


@pytest.mark.parametrize("shell", SHELLS)
def test_completion_scripts_contain_every_verb(shell: str, capsys: Output) -> None:
    """The script of each shell has all verbs and options, and the shell can parse it."""
    run(["completion", shell])

    script = capsys.readouterr().out
    assert all(name in script for name in NAMES)
    assert "until-end" in script or shell == "tcsh"
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=script, text=True, check=True)


def test_an_unknown_option_is_refused_with_the_usage_of_its_verb(capsys: Output) -> None:
    """The usage of tradestackctl alone would not help."""
    with pytest.raises(SystemExit) as raised:
        run(["up", "--pase", "60x"])

    errors = capsys.readouterr().err
    assert raised.value.code == 2
    assert errors.startswith("usage: tradestackctl up ")
    assert errors.endswith("tradestackctl up: error: unrecognized arguments: --pase 60x\n")


@pytest.mark.parametrize("verb", ["import", "up", "backtest", "soak"])
def test_a_scale_that_begins_below_zero_is_a_value(verb: str, capsys: Output) -> None:
    """It can be typed as the help and the remedies write it: only what is unknown is refused."""
    with pytest.raises(SystemExit):
        run([verb, "x", "--sentiment-scale", "-1..1", "--unknown"])

    errors = capsys.readouterr().err
    assert "error: unrecognized arguments: " in errors
    assert "-1..1" not in errors

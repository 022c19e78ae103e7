"""`tradestackctl up --report`: what happened, in one file, although the run's own are deleted."""

import json
import re
from pathlib import Path

from tests.ctl.up.sample_run import EXPECTED, counters, up
from tradestack.ctl.exit_status import ExitStatus


def test_the_report_outlives_the_files_of_the_run(files: tuple[str, ...], tmp_path: Path) -> None:
    """It has the session, the orders, and what only the daemons' statistics tell."""
    path = tmp_path / "report.html"

    done = up(*files, "--pace", "max", "--until-end", "--json", f"--report={path}")

    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert counters(result) == EXPECTED
    assert done.stderr.endswith(f"the report is in {path}\n")
    text = path.read_text(encoding="utf-8")
    assert f"<h1>Session {result['gateway']['session']}</h1>" in text
    assert "3 orders received" in text
    processes = text.partition('<section id="processes"')[2].partition("</section>")[0]
    assert re.findall(r'<th scope="row">([^<]+)', processes) == [
        "gateway",
        "order-manager",
        "strategy news",
    ]
    assert "not recorded" not in processes


def test_a_bad_place_is_refused_before_the_run(files: tuple[str, ...], tmp_path: Path) -> None:
    """It names the directory that is not there, and starts nothing."""
    done = up(*files, "--until-end", "--report", tmp_path / "missing" / "report.html")

    assert done.returncode == ExitStatus.OPERATOR_FAULT
    assert f"{tmp_path}/missing: no such directory" in done.stderr
    assert "feed 127.0.0.1" not in done.stderr

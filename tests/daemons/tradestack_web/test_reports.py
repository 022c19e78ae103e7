"""The report of a session, as `tradestackctl report` makes it, in a sandbox of its own."""

import shlex
from pathlib import Path

import pytest

from tests.kit.web import Web
from tradestack.report.rendering.policy import content_security_policy

SESSION = "3LVL6JWUWE"
DOCUMENT = "<!doctype html><title>report</title>"
# Runs the server with another program instead of tradestackctl.
PROGRAM = """\
import runpy
import sys
from pathlib import Path

from tradestack_web.routes import commands

commands.PROGRAM = Path({program!r})
sys.argv[0] = "tradestack-web"
runpy.run_module("tradestack_web", run_name="__main__")
"""


class Reporter:
    """A server whose reports are made by a shell script; words: what it was called with."""

    def __init__(self, web: Web) -> None:
        self.web = web
        self._program = web.directory / "program"
        self._words = web.directory / "words"
        (web.stack / "state/gateway").mkdir(parents=True)
        (web.stack / f"state/gateway/{SESSION}.feed").touch()
        self.be("exit 1")
        web.start(["-c", PROGRAM.format(program=str(self._program))])

    def be(self, script: str) -> None:
        """Let the program do this; the last word of its command line is the file to write."""
        note = f'echo "$@" >{shlex.quote(str(self._words))}'
        self._program.write_text(f"#!/bin/sh\n{note}\nfor last; do :; done\n{script}\n")
        self._program.chmod(0o755)

    @property
    def words(self) -> list[str]:
        """The words of the last command line."""
        return self._words.read_text().split()


@pytest.fixture
def reporter(own_web: Web) -> Reporter:
    """A server that has one feed session."""
    return Reporter(own_web)


def test_a_report_is_shown_in_a_sandbox(reporter: Reporter) -> None:
    """Its scripts are allowed by their hashes, and reach neither cookie nor server."""
    reporter.be(f"echo {shlex.quote(DOCUMENT)} >$last")

    answer = reporter.web.get(f"/sessions/{SESSION}/report")

    assert answer.status == 200
    assert answer.body.decode().strip() == DOCUMENT
    policy = answer.headers["content-security-policy"]
    assert policy.startswith(content_security_policy())
    assert "sandbox allow-scripts;" in policy
    assert "allow-same-origin" not in policy
    assert "frame-ancestors 'none'" in policy
    verb, session, option, state, html, path = reporter.words
    assert (verb, session, option, html) == ("report", SESSION, "--state-dir", "--html")
    assert state == str(reporter.web.stack / "state")
    assert not Path(path).exists()


def test_without_its_packages_a_page_says_how(reporter: Reporter) -> None:
    """What the command says of it is shown as text, with the policy of every page."""
    reporter.be("echo 'polars: <b>not installed</b>' >&2; exit 78")

    answer = reporter.web.get(f"/sessions/{SESSION}/report")

    assert answer.status == 503
    assert b"polars: &lt;b&gt;not installed&lt;/b&gt;" in answer.body
    assert "script-src 'self'" in answer.headers["content-security-policy"]


def test_a_report_that_fails_is_told(reporter: Reporter) -> None:
    """The reason is on the page, and the server goes on."""
    reporter.be("echo 'a traceback' >&2; exit 1")

    answer = reporter.web.get(f"/sessions/{SESSION}/report")

    assert (answer.status, b"a traceback" in answer.body) == (500, True)
    assert reporter.web.get("/api/me").status == 200


@pytest.mark.parametrize("session", ["3AAAAAAAAA", "--help", "..", "3LVL6JWUWE%00", "3lvl6jwuwe"])
def test_a_session_that_is_not_kept_is_none(reporter: Reporter, session: str) -> None:
    """Nothing is run for it."""
    assert reporter.web.get(f"/sessions/{session}/report").status == 404

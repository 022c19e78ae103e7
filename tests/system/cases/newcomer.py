"""Do what README and manual say, from the first command to the last, as somebody who is new here.

The person has an account with sudo and the checkout, and does not know more than what is written.
Each step is a case with the name of its line.
"""

import gzip
import platform
import re
import shutil
import signal
import socket
import zipfile
from functools import partial
from pathlib import Path
from types import FrameType

from tests.kit.commands import Command, Program, Step, guided_steps
from tests.kit.shown import shape
from tests.kit.terminal import Terminal
from tests.system.cases.harness import CASES, EVERYWHERE, Case, attempt, case, sh
from tests.system.cases.prometheus import prometheus_has_metrics_and_rules
from tests.system.treatment import (
    ABSENT,
    ANSWERS,
    CTRL_C,
    MEANWHILE,
    NOT_RUN,
    PLACEHOLDERS,
    PROMETHEUS_KNOWS,
    STATUSES,
    UNTIL_SHOWN,
    End,
)

NAME = "newcomer"
CHECKOUT = Path("/home") / NAME / "tradestack"
STEP_SECONDS_MAX = 600
INTERRUPTED = (130, -signal.SIGINT)
ROWS, COLUMNS = 50, 250  # so that no line is wrapped
# Nothing is paged, as nobody is there to turn pages; pip and apt find packages without a network.
SUDOERS = f"{NAME} ALL=(ALL) NOPASSWD: ALL\nDefaults env_keep += SYSTEMD_PAGER\n"
PIP_CONFIG = "[global]\nno-index = true\nfind-links = /wheels\n"
ENVIRONMENT = ("SYSTEMD_PAGER=", "MANPAGER=cat", "LANG=C.UTF-8", "TERM=xterm")
ROWS_OF_OWN_DATA = 2_000
TRADE = "{0},{1}.5,0.25,{1},{2},True,True\n"  # as Binance has them in its files
DAYS_MS = {"day1": 1_767_225_600_000, "day2": 1_767_312_000_000}

_meanwhile: dict[str, Terminal] = {}  # by the section in which it was begun


@case(essential=True)
def newcomer_arrives() -> None:
    """There is an account with sudo, a checkout, and data of one's own."""
    sh("apt-get", "-qq", "-y", "--no-install-recommends", "install", "sudo")
    with Path("/etc/hosts").open("a") as hosts:
        hosts.write(f"127.0.1.1 {socket.gethostname()}\n")
    sh("useradd", "--create-home", "--shell", "/bin/bash", NAME)
    Path("/etc/sudoers.d", NAME).write_text(SUDOERS)
    Path("/etc/pip.conf").write_text(PIP_CONFIG)
    shutil.copytree(Path.cwd(), CHECKOUT, symlinks=True)
    own_data(CHECKOUT)
    sh("chown", "-R", f"{NAME}:", str(CHECKOUT))


def own_data(directory: Path) -> None:
    """Write the files that the guides assume: of prices, of news, and of a vendor."""
    header, *rows = (directory / "data/prices.csv").read_text().splitlines(keepends=True)
    prices = header + "".join(rows[:ROWS_OF_OWN_DATA])
    with gzip.open(directory / "ticks.csv.gz", "wt") as file:
        file.write(prices)
    (directory / "PRICES.csv").write_text(prices)
    shutil.copy(directory / "data/sentiment.csv", directory / "SENTIMENT.csv")
    (directory / "trades").mkdir()
    for name in ("one", "two"):
        (directory / f"trades/{name}.csv").write_text(prices)
    for day, begin_ms in DAYS_MS.items():
        trades = (TRADE.format(n, 90_000 + n % 7, begin_ms + n) for n in range(ROWS_OF_OWN_DATA))
        with zipfile.ZipFile(directory / f"{day}.zip", "w") as archive:
            archive.writestr(f"{day}.csv", "".join(trades))


def take(step: Step) -> None:
    """Do the step; raise AssertionError if it fails."""
    for section in _meanwhile.keys() - {step.section}:
        end_in(_meanwhile.pop(section), End("", CTRL_C))
    signal.signal(signal.SIGALRM, _is_late)
    signal.alarm(STEP_SECONDS_MAX)
    try:
        if isinstance(step, Program):
            (CHECKOUT / step.name).write_text(step.text)
        else:
            run(step)
    finally:
        signal.alarm(0)


def run(command: Command) -> None:
    """Run the command as the tables say."""
    text = command.text
    if text.startswith(tuple(NOT_RUN)):
        return
    program = text.split()[0]
    if platform.freedesktop_os_release()["VERSION_CODENAME"] in ABSENT.get(program, ()):
        assert attempt("which", program).returncode, f"{program} is here: change ABSENT"
        return
    for placeholder, value in PLACEHOLDERS.items():
        text = text.replace(placeholder, value)
    terminal = Terminal(as_newcomer(text), columns=COLUMNS, rows=ROWS)
    if end := MEANWHILE.get(text):
        terminal.wait_for(end.shown)
        _meanwhile[command.section] = terminal
        return
    for start, answer in ANSWERS.items():
        if text.startswith(start):
            terminal.answer(answer.shown, answer.keys)
    statuses = [each for start, each in STATUSES.items() if text.startswith(start)]
    end_in(terminal, UNTIL_SHOWN.get(text), *(statuses or [(0,)]))
    printed = "\n".join(terminal.remaining)
    assert re.search(shape(command.shown), printed, re.MULTILINE), f"prints: {printed}"


def as_newcomer(text: str) -> list[str]:
    """Return a command that runs the text in a new login of the person, in the checkout."""
    login = ("setpriv", f"--reuid={NAME}", f"--regid={NAME}", "--init-groups", "--reset-env")
    return [*login, "env", *ENVIRONMENT, "bash", "-lc", f"cd {CHECKOUT} && {text}"]


def end_in(terminal: Terminal, end: End | None, statuses: tuple[int, ...] = (0,)) -> None:
    """Await the end of the command, or end it; assert its exit status."""
    with terminal:
        if end is not None:
            terminal.wait_for(end.shown)
            terminal.type(end.keys)
            statuses = (*statuses, *INTERRUPTED)
        status = terminal.end()
    assert status in statuses, f"exit {status}: {terminal.shown}"


def _is_late(_signal: int, _frame: FrameType | None) -> None:
    raise AssertionError(f"not done within {STEP_SECONDS_MAX} s")


for _name, _step in guided_steps():
    CASES[_name] = Case(_name, partial(take, _step), EVERYWHERE, essential=False)
    if isinstance(_step, Command) and _step.text == PROMETHEUS_KNOWS:
        case()(prometheus_has_metrics_and_rules)

"""The life of the server: idle exit, configuration, its interface."""

import subprocess
import sys

from tests.kit.web import Web
from tradestack.domain.faults import EXIT_STATUS_OPERATOR_FAULT
from tradestack.observe.metrics import collect, undeclared
from tradestack.runtime.metric_table import METRICS as OF_EVERY_DAEMON
from tradestack.store.statistics_file import is_day, read_statistics_file
from tradestack_web.metric_table import METRICS


def test_it_leaves_when_nobody_looks_and_comes_back(own_web: Web) -> None:
    """After idle_exit without a connection it ends with status 0; its sockets stay."""
    own_web.configure(idle_exit="1ms")
    own_web.start()

    assert own_web.wait() == 0

    assert "nobody has looked" in own_web.errors
    with own_web.peer() as waiting:  # in the queue of the socket that systemd keeps
        waiting.send(own_web.head("GET", "/api/events"))
        own_web.start()
        assert next(waiting.events())[0] == ""
    assert own_web.wait() == 0


def test_its_end_is_recorded_for_reports(own_web: Web) -> None:
    """Processor and memory, in the file of the day."""
    pid = own_web.start()["pid"]
    own_web.stop()

    files = list(own_web.state.glob("*.stats"))
    lines = [line for path in files for line in read_statistics_file(path).lines]
    assert all(is_day(path.stem) for path in files)
    assert [(line.stats["daemon"], line.stats["pid"]) for line in lines] == [("web", pid)]
    assert lines[0].process.cpu_seconds > 0


def test_it_stays_while_a_token_is_open(own_web: Web) -> None:
    """Who has just been given an address finds the server that knows its token."""
    own_web.configure(idle_exit="1500ms")
    own_web.start()
    token = own_web.token()

    for _ in range(2):
        own_web.stats_when(lambda stats: stats["uptime_s"] > 3)

    assert own_web.post("/api/login", {"token": token}).status == 200
    assert own_web.wait() == 0


def test_the_page_has_its_address(web: Web) -> None:
    """GetPage is for everybody who can connect, and gives the address of the port."""
    assert web.call("GetPage") == {"page": f"http://{web.host}/"}


def test_every_value_in_the_stats_is_declared(web: Web) -> None:
    """And every declaration has a value."""
    metrics = OF_EVERY_DAEMON + METRICS
    stats = web.stats()

    assert list(undeclared(metrics, stats)) == []
    shown = {sample.metric.name for sample in collect(metrics, stats)}
    assert {metric.name for metric in METRICS} <= shown


WITHOUT_UVICORN = """\
import importlib.util
import runpy
import sys

find_spec = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name == "uvicorn" else find_spec(name, *rest)
sys.argv[0] = "tradestack-web"
runpy.run_module("tradestack_web", run_name="__main__")
"""


def test_without_its_packages_it_says_which_to_install(own_web: Web) -> None:
    """The exit status is that of what an operator has to put right."""
    own_web.launch(["-c", WITHOUT_UVICORN])

    assert own_web.wait() == EXIT_STATUS_OPERATOR_FAULT
    assert "uvicorn: not installed" in own_web.errors
    assert "-m pip install " in own_web.errors


def test_its_declaration_needs_no_packages() -> None:
    """The manual, --help and --check-config work where the page is not installed."""
    program = (
        "import sys\n"
        "sys.modules['starlette'] = sys.modules['uvicorn'] = None\n"
        "from tradestack_web.program import PROGRAM\n"
        "print(PROGRAM.name)\n"
    )

    finished = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True
    )

    assert (finished.returncode, finished.stdout) == (0, "web\n"), finished.stderr

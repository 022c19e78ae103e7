"""The stack as a user installs it, under a real systemd: its start, then what it uses at rest.

Measured: install.sh installs into a minimal Debian, booted in a container. Start: `systemctl start
tradestack.target` from its exec until it returns, which systemd lets it do when every daemon has
said READY=1; sandboxes, sockets and segments are made, and no state of an earlier start is there.
The peer is a target of three services that run Python and import nothing; the limit, of three
/bin/true. Memory: the proportional set sizes of all processes in the services' control groups,
while the source is paused. Idle: what the scheduler counted for them, heartbeats, deadlines and
watchdog included.

Cheating would be: services that are ready before their ports answer, a start beside files that an
earlier one has left, a memory without the children.
"""

import select
from collections.abc import Iterator
from functools import partial

from tests.bench.comparison import Better, Comparison, Contestant, Role, Target
from tests.bench.installed import TARGET, Installed, installed_stack
from tests.bench.placement import Placement
from tests.bench.process_tree import busy_percent, pss_bytes
from tests.bench.rows.idle import PERCENT_MAX, SECONDS, SECONDS_QUICK, SETTLED_S
from tests.bench.rows.memory import BYTES_PER_MB, MB_MAX
from tests.bench.workshop import Workshop

NAME = "systemd"
SECONDS_MAX = 0.6
OURS, PYTHON, TRUE = "tradestack", "3 × python -c pass", "3 × true"
PEERS = {PYTHON: ("bench-python", "/usr/bin/python3 -c pass"), TRUE: ("bench-true", "/bin/true")}
PEER_TARGET = "[Unit]\nRequires={0}@1.service {0}@2.service {0}@3.service\n"
PEER_SERVICE = """\
[Unit]
StartLimitIntervalSec=0
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart={0}
"""


def compare(workshop: Workshop) -> Iterator[Comparison]:
    """Measure start, memory and processor time."""
    with installed_stack(_units()) as installed:
        starts = [Contestant(OURS, Role.OURS, partial(_start, installed))]
        starts += [
            Contestant(name, role, partial(_start_peer, installed, PEERS[name][0]))
            for name, role in ((PYTHON, Role.PEER), (TRUE, Role.LIMIT))
        ]
        yield _line(
            f"`systemctl start {TARGET}` → all ready", "s", workshop.measure(starts), SECONDS_MAX
        )
        installed.run("tradestackctl", "pause")
        select.select([], [], [], SETTLED_S)
        daemons, seconds = installed.daemons(), workshop.size(SECONDS, SECONDS_QUICK)
        sizes = workshop.measure([Contestant(OURS, Role.OURS, partial(_size_mb, daemons))])
        yield _line("memory, idle", "MB", sizes, MB_MAX)
        busy = workshop.measure(
            [Contestant(OURS, Role.OURS, partial(busy_percent, daemons, seconds))]
        )
        yield _line(f"processor, idle, {seconds} s each time", "% of a CPU", busy, PERCENT_MAX)


def _line(variant: str, unit: str, figures: dict[str, list[float]], at_most: float) -> Comparison:
    return Comparison(
        row=NAME,
        variant=variant,
        unit=unit,
        batch="",
        placement=Placement.FREE.value,
        ours=OURS,
        limit=TRUE,
        figures=figures,
        targets=[Target(Better.LOWER, at_most)],
    )


def _units() -> dict[str, str]:
    """Return the peers' units."""
    targets = {f"{unit}.target": PEER_TARGET.format(unit) for unit, _ in PEERS.values()}
    services = {f"{unit}@.service": PEER_SERVICE.format(run) for unit, run in PEERS.values()}
    return targets | services


def _start(installed: Installed) -> float:
    """Start without files of an earlier start."""
    installed.forget()
    seconds = installed.start_s(TARGET)
    installed.daemons()
    return seconds


def _start_peer(installed: Installed, unit: str) -> float:
    installed.run("systemctl", "stop", f"{unit}.target", f"{unit}@*.service")
    return installed.start_s(f"{unit}.target")


def _size_mb(daemons: list[int]) -> float:
    return pss_bytes(daemons) / BYTES_PER_MB

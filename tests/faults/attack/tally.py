"""The counts of a campaign: events by kind, with the differences of the sessions they were in."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.faults.attack.attacker import Done
from tests.faults.attack.schedule import Kind
from tests.faults.compare.evidence import PACKET_LENGTH, Evidence
from tests.faults.stack import RESPAWN_PHRASE

_HIT = re.compile(r"fail point reached: ([a-z.-]+):[0-9]+:?([A-Z]*)")


@dataclass(slots=True)
class Tally:
    """Counts so far.

    fail_points: those that were reached. differences: of all sessions; by_kind: those of the
    sessions in which that kind came.
    """

    sessions: int = 0
    orders: int = 0
    orders_excused: int = 0
    reports: int = 0  # to strategies
    reports_compared: int = 0
    messages: int = 0
    states_compared: int = 0
    in_flight: int = 0  # events that came while orders were in flight
    events: Counter[str] = field(default_factory=Counter)
    fail_points: Counter[str] = field(default_factory=Counter)
    by_kind: Counter[str] = field(default_factory=Counter)
    respawns: int = 0
    differences: int = 0

    def add_session(
        self, done: Sequence[Done], lines: Sequence[str], differences: Sequence[str]
    ) -> None:
        """Count a session's events, log lines and differences."""
        self.sessions += 1
        self.respawns += sum(RESPAWN_PHRASE in line for line in lines)
        self.in_flight += sum(act.in_flight > 0 for act in done)
        events = [act.event.kind.value for act in done]
        hits = [f"{match[1]} {match[2] or 'SIGKILL'}" for match in _hits(lines)]
        self.events.update(events)
        self.fail_points.update(hits)
        for name in {*events, *hits}:
            self.by_kind[name] += len(differences)
        self.differences += len(differences)

    def add_evidence(
        self, found: Evidence, *, orders_excused: int, reports: int, reports_compared: int
    ) -> None:
        """Count what was compared."""
        self.messages += sum(len(feed.packets) for feed in found.feeds) // PACKET_LENGTH
        self.orders += sum(len(session.orders()) for session in found.order_sessions)
        self.orders_excused += orders_excused
        self.reports += reports
        self.reports_compared += reports_compared

    def lines(self) -> list[str]:
        """Return a table of the events, and the other figures."""
        kinds = [kind.value for kind in Kind if kind.value in self.events]
        counts = self.events | self.fail_points
        rows = [("event", "count", "differences")]
        rows += [
            (name, str(counts[name]), str(self.by_kind[name]))
            for name in [*kinds, *sorted(self.fail_points)]
        ]
        rows.append(("all events", str(self.events.total()), str(self.differences)))
        return [
            *(f"{name:<32}{count:>6}{differences:>13}" for name, count, differences in rows),
            f"sessions           {self.sessions}",
            f"orders in flight   at {self.in_flight} events",
            f"respawns           {self.respawns}",
            f"messages           {self.messages}",
            f"orders             {self.orders}",
            f"  not made         {self.orders_excused}, where a strategy began anew",
            f"reports            {self.reports}, all folded again from their requests",
            f"  compared         {self.reports_compared} with those of the undisturbed session",
            f"trading states     {self.states_compared}, compared with what was acknowledged",
        ]


def _hits(lines: Sequence[str]) -> list[re.Match[str]]:
    """Return the fail points that daemons reached; `up` repeats the last line of a dead one."""
    found = [_HIT.search(line) for line in lines if " up | " not in line]
    return [match for match in found if match]

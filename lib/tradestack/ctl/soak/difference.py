"""The first difference between two runs: its place, both versions, the likely causes."""

import json
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tradestack.ctl.check.journal_record import describe_record
from tradestack.ctl.soak.killer import Kill
from tradestack.ctl.why.order_trace import message_at
from tradestack.ctl.why.story import tick_text
from tradestack.ctl.why.story_json import tick_object
from tradestack.domain.tick import Tick
from tradestack.domain.times import format_utc
from tradestack.observe.printable import printable
from tradestack.store.feed_tape import FeedTape
from tradestack.trading.verification.conduct import Conduct, Divergence, Step, first_divergence
from tradestack.trading.verification.difference import first_field

COLUMNS = 80
REQUEST, REPORT = "request", "report"
CAUSES = {
    REQUEST: (
        "the wall clock: time.time(), datetime.now(); a message has the time of its event",
        "random numbers, unless a new generator with a fixed seed is made in each feed session",
        "state that outlives the process, in files or databases: the next one is given the feed "
        "session from its first message again, and finds there what this one has learnt",
        "the order of a set, or hash() of a text: another one in every process",
        "answers of other programs, or of the network",
    ),
    REPORT: (
        "The strategy has asked for the same and was told something else, which is not its own "
        "doing. Please report this, with the files of both runs (--state-dir DIR).",
    ),
}


@dataclass(frozen=True, slots=True)
class Side:
    """What one run has at the place, and the message of the feed that it belongs to."""

    step: Step | None
    tick: Tick | None

    def lines(self, kind: str) -> Iterator[str]:
        """Yield both for people."""
        if self.step is None:
            yield f"no further {kind}"
            return
        yield describe_record(self.step.record)
        if self.tick is not None:
            time = format_utc(self.tick.event_time_ns)
            yield f"for message {self.tick.sequence:,}: {tick_text(self.tick)}, {time}"

    def as_dict(self) -> dict[str, Any] | None:
        """Return both for JSON."""
        if self.step is None:
            return None
        tick = None if self.tick is None else tick_object(self.tick)
        return {"content": json.loads(self.step.content), "message": tick}


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The first request that differs, or, if all are the same, the first report.

    number: from 1 on. kills: those that were done before it; None if only the undisturbed run has
    it.
    """

    kind: str
    number: int
    undisturbed: Side
    disturbed: Side
    kills: Sequence[Kill] | None

    @property
    def text(self) -> str:
        """The difference for people."""
        lines = [f"  first in {self.kind} {self.number:,}{self._when()}"]
        for name, side in (("undisturbed", self.undisturbed), ("disturbed", self.disturbed)):
            lines += [f"    {name}", *(f"      {line}" for line in side.lines(self.kind))]
        lines += self._field()
        lines += ["  likely causes", *(f"    {cause}" for cause in CAUSES[self.kind])]
        return "".join(f"{_wrapped(printable(line))}\n" for line in lines)

    def as_dict(self) -> dict[str, Any]:
        """Return the object that --json prints."""
        return {
            "kind": self.kind,
            "number": self.number,
            "undisturbed": self.undisturbed.as_dict(),
            "disturbed": self.disturbed.as_dict(),
            "kills_before": None if self.kills is None else len(self.kills),
        }

    def _when(self) -> str:
        if self.kills is None:
            return ", which the disturbed run lacks"
        if not self.kills:
            return ", before the first kill: two undisturbed runs would differ as well"
        return f", after kill {len(self.kills):,}, which was at message {self.kills[-1].message:,}"

    def _field(self) -> Iterator[str]:
        one, other = self.undisturbed.step, self.disturbed.step
        if one is not None and other is not None:
            field = first_field(one.content, other.content)
            yield f"    {field.name}: {field.expected} undisturbed, {field.found} disturbed"


def find_difference(
    undisturbed: Conduct, disturbed: Conduct, kills: Sequence[Kill], tape: FeedTape
) -> Difference | None:
    """Return the first difference, None if there is none; tape: of either run, they are the same.

    Raises OSError, ProtocolError.
    """
    for kind, one, other in (
        (REQUEST, undisturbed.requests, disturbed.requests),
        (REPORT, undisturbed.reports, disturbed.reports),
    ):
        divergence = first_divergence(one, other)
        if divergence is not None:
            return _difference(kind, divergence, kills, tape)
    return None


def _difference(
    kind: str, divergence: Divergence, kills: Sequence[Kill], tape: FeedTape
) -> Difference:
    found = divergence.other
    return Difference(
        kind=kind,
        number=divergence.number,
        undisturbed=_side(divergence.one, tape),
        disturbed=_side(found, tape),
        kills=None
        if found is None
        else [kill for kill in kills if kill.time_ns <= found.record.time_ns],
    )


def _side(step: Step | None, tape: FeedTape) -> Side:
    sequence = None if step is None else step.feed_seq
    return Side(step, None if sequence is None else message_at(tape, sequence))


def _wrapped(line: str) -> str:
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    return textwrap.fill(line, COLUMNS, subsequent_indent=indent, break_on_hyphens=False)

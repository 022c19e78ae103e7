"""What is promised of several hosts, beside what compare/checker.py wants of each.

feed logs    those of all gateways are the same, byte for byte
stream       messages from 1 on, of the host that took over last; epochs increase by one
journals     of both order managers: what the stream has, byte for byte
answers      no order manager answers a question that was asked when another one, which has taken
             over from it, had answered already
exits        no process has ended by itself but an order manager that was fenced
"""

from collections.abc import Iterator, Mapping, Sequence

from tests.faults.compare.listing import shown
from tests.faults.hosts.evidence import JOURNAL, TAKEOVER, Entry, HostsEvidence
from tests.faults.hosts.prober import Answer


def hosts_differences(found: HostsEvidence) -> list[str]:
    """Return a line for each difference."""
    return [
        *_feeds(found.feeds),
        *shown(_order_of(found.stream)),
        *_journals(found.stream, found.journals),
        *shown(_late_answers(found.stream, found.answers)),
        *shown(found.exits),
    ]


def _feeds(feeds: Mapping[str, Mapping[str, bytes]]) -> Iterator[str]:
    (first, one), *others = feeds.items()
    for host, other in others:
        yield from _file_differences("feed log", (first, one), (host, other))


def _file_differences(
    what: str, one: tuple[str, Mapping[str, bytes]], other: tuple[str, Mapping[str, bytes]]
) -> Iterator[str]:
    """Compare the files of two places, each with its name."""
    for name in sorted(one[1].keys() | other[1].keys()):
        left, right = one[1].get(name), other[1].get(name)
        if left is None or right is None:
            yield f"{what} {name} is missing at {one[0] if left is None else other[0]}"
        elif left != right:
            place = _first_difference(left, right)
            sizes = f"of {len(left)} and {len(right)} bytes"
            yield f"{what} {name}, {sizes}, differs at byte {place}: {one[0]} and {other[0]}"


def _first_difference(one: bytes, other: bytes) -> int:
    low, high = 0, min(len(one), len(other))  # one[:low] is equal, one[:high + 1] is not
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[:middle] == other[:middle] else (low, middle - 1)
    return low


def _order_of(stream: Sequence[Entry]) -> Iterator[str]:
    """Check who has written what, and that nothing is missing or doubled."""
    epoch, host = 0, ""
    ends: dict[str, int] = {}
    for number, entry in enumerate(stream, 1):
        where = f"message {entry.sequence} of the stream"
        if entry.sequence != number:
            yield f"{where} came when {number} was due"
            return
        if entry.record == TAKEOVER:
            if entry.epoch != epoch + 1:
                yield f"{where}: epoch {entry.epoch} follows {epoch}"
            epoch, host = entry.epoch, entry.host
        elif (entry.epoch, entry.host) != (epoch, host):
            yield f"{where}: of {entry.host}, epoch {entry.epoch}, while {host} has epoch {epoch}"
        elif entry.offset != ends.get(entry.session, 0):
            yield f"{where}: {entry.session} goes on at {entry.offset}, not {ends[entry.session]}"
        if entry.record == JOURNAL:
            ends[entry.session] = entry.offset + len(entry.lines)


def _journals(
    stream: Sequence[Entry], journals: Mapping[str, Mapping[str, bytes]]
) -> Iterator[str]:
    stored: dict[str, bytearray] = {}
    for entry in stream:
        if entry.record == JOURNAL:
            stored.setdefault(entry.session, bytearray()).extend(entry.lines)
    one = "the stream", {name: bytes(content) for name, content in stored.items()}
    for host, found in journals.items():
        yield from _file_differences("journal", one, (host, found))


def _late_answers(stream: Sequence[Entry], answers: Sequence[Answer]) -> Iterator[str]:
    """Look for answers of a host after those of one that has taken over from it.

    An answer is counted to the newest epoch of its host that had begun when it came: whoever
    answers before its own takeover, or after another's, is seen.
    """
    takeovers = [entry for entry in stream if entry.record == TAKEOVER]
    newest, by = 0, ""  # of all answers that had come when a question was asked
    came = iter(sorted((answer.answered_ns, answer) for answer in answers))
    pending = next(came, None)
    for answer in sorted(answers, key=lambda each: each.asked_ns):
        while pending is not None and pending[0] < answer.asked_ns:
            epoch = _epoch_of(pending[1], takeovers)
            if epoch > newest:
                newest, by = epoch, pending[1].host
            pending = next(came, None)
        epoch = _epoch_of(answer, takeovers)
        if not epoch:
            yield f"{answer.host} answered before it was the primary, at {answer.answered_ns}"
        elif epoch < newest:
            yield (
                f"{answer.host} (epoch {epoch}) answered a question of {answer.asked_ns} at "
                f"{answer.answered_ns}, when {by} (epoch {newest}) had answered before"
            )


def _epoch_of(answer: Answer, takeovers: Sequence[Entry]) -> int:
    """Return the newest epoch of the host that had begun by then, 0 if none had."""
    epochs = [
        each.epoch
        for each in takeovers
        if each.host == answer.host and each.at_ns <= answer.answered_ns
    ]
    return max(epochs, default=0)

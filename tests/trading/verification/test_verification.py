"""Verification: any session is what follows from it, and any field that is changed is named.

The sessions are recorded by the order manager's own code; changed records have right checksums.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.ctl.verify.traded import cancel_all, trade
from tests.kit.recorded_session import RecordedSession
from tests.trading.verification.verified import payloads_of, verify
from tradestack.trading.verification.difference import Differs

MILLISECOND_NS = 1_000_000


@pytest.fixture(scope="module")
def traded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[bytes]]:
    """The feed log of a day of trading, and the payloads of its journal, to its end."""
    with RecordedSession(tmp_path_factory.mktemp("traded")) as recorded:
        trade(recorded)
        recorded.restart()
        recorded.send(cancel_all(), user="other")
        recorded.pass_time()
        recorded.end()
    return recorded.log.path, payloads_of(recorded.journal)


def test_a_session_is_what_follows_from_it(traded: tuple[Path, list[bytes]]) -> None:
    """Every kind of order and every way in which one ends, over a restart: no difference."""
    log, payloads = traded

    verification = verify(log, payloads)

    assert sorted(verification.folds.by_user) == ["news", "other"]
    assert verification.counts.orders == 9
    assert verification.counts.requests == 4
    assert verification.counts.reports == 9 + 16
    assert verification.counts.fills == 7
    assert verification.unjournalled == 0


def _places() -> list[tuple[str, str]]:
    """Kinds of records, and fields of them that follow from the tape."""
    report = [
        *("OrderID", "ClOrdID", "ExecID", "ExecType", "OrdStatus", "Symbol", "Side", "OrderQty"),
        *("LastQty", "LastPx", "CumQty", "LeavesQty", "AvgPx", "Commission", "TransactTime"),
        *("FeedSeq", "VisibleTime"),
    ]
    order_report = [name for name in report if name not in ("LastQty", "LastPx", "AvgPx")]
    return [
        *(("Execution", name) for name in report),
        *(("Order", name) for name in order_report if name != "Commission"),
        *((kind, name) for kind in ("Order", "Request") for name in ("Cause", "Arrival")),
    ]


@pytest.mark.parametrize(("kind", "name"), _places())
def test_each_changed_field_is_named(
    traded: tuple[Path, list[bytes]], kind: str, name: str
) -> None:
    """Wherever a record of the kind has the field: with its line, or that of a later record."""
    log, payloads = traded
    is_report = name not in ("Cause", "Arrival")
    found = 0
    for index, payload in enumerate(payloads):
        record = json.loads(payload)
        fields = record["Report"] if is_report and "Report" in record else record
        if record["Record"] != kind or name not in fields:
            continue
        fields[name] = _other(name, fields[name])
        changed = [*payloads]
        changed[index] = json.dumps(record, separators=(",", ":"), ensure_ascii=False).encode()

        with pytest.raises(Differs) as differs:
            verify(log, changed)

        difference = differs.value.difference
        assert difference.line == index + 1, difference
        assert difference.expected != difference.found
        found += 1
    assert found


def _other(name: str, value: Any) -> Any:
    """Another value of the field, as valid."""
    others = {
        "ExecType": {"TRADE": "CANCELED", "NEW": "REJECTED"},
        "OrdStatus": {"FILLED": "PARTIALLY_FILLED", "NEW": "PARTIALLY_FILLED"},
        "Side": {"BUY": "SELL", "SELL": "BUY"},
    }
    if name in others:
        return others[name].get(value, "NEW")
    if isinstance(value, int):
        return value - 1 if name in ("FeedSeq", "Cause") and value > 1 else value + 1
    return f"1{value}"


@pytest.mark.parametrize("kind", ["Order", "Execution"])
def test_each_missing_or_repeated_record_is_found(
    traded: tuple[Path, list[bytes]], kind: str
) -> None:
    """A report that is not there, and one that is there twice, differ."""
    log, payloads = traded
    for index, payload in enumerate(payloads):
        if json.loads(payload)["Record"] == kind:
            for others in ([], [payload, payload]):
                with pytest.raises(Differs):
                    verify(log, [*payloads[:index], *others, *payloads[index + 1 :]])


def test_a_record_of_an_account_that_has_not_begun_differs(
    traded: tuple[Path, list[bytes]],
) -> None:
    """Without its Account record an order follows from nothing."""
    log, payloads = traded
    changed = [payload for payload in payloads if b'"Record":"Account"' not in payload]

    with pytest.raises(Differs) as differs:
        verify(log, changed)

    assert differs.value.difference.field == "FeedSession"


def test_a_log_that_lacks_messages_is_no_difference(traded: tuple[Path, list[bytes]]) -> None:
    """The account is compared as far as the log goes, and then put aside with the reason."""
    log, payloads = traded
    shorter = log.with_name("3DAA200000.feed.d")
    shorter.mkdir()
    copy = shorter / log.name
    copy.write_bytes(log.read_bytes()[: 8 * 64])

    verification = verify(copy, payloads)

    assert sorted(verification.folds.behind) == ["news", "other"]
    assert "ends with 8" in verification.folds.behind["news"]
    assert verification.counts.orders == 2


def test_a_checkpoint_is_the_state_at_its_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A right one is counted; any value changed in it is named, but for what strategies say."""
    monkeypatch.setattr("tradestack.trading.judging.upkeep.CHECKPOINT_RECORDS", 2)
    monkeypatch.setattr("tradestack.trading.judging.upkeep.CHECKPOINT_RECORDS_PER_ORDER", 0)
    with RecordedSession(tmp_path) as recorded:
        trade(recorded)
    payloads = payloads_of(recorded.journal)
    assert verify(recorded.log.path, payloads).counts.checkpoints >= 3

    at = next(i for i, payload in enumerate(payloads) if b'"Record":"Checkpoint"' in payload)
    for before, after, field in (
        (b'"cash":-', b'"cash":', "portfolio.cash"),
        (b'"last_cause":', b'"last_cause":1', "last_cause"),
    ):
        changed = [*payloads]
        changed[at] = payloads[at].replace(before, after, 1)
        with pytest.raises(Differs) as differs:
            verify(recorded.log.path, changed)
        assert (differs.value.difference.line, differs.value.difference.field) == (at + 1, field)


def test_the_end_of_a_batch_may_be_missing(tmp_path: Path) -> None:
    """A journal that was cut between the last reports and the record of the end is whole."""
    with RecordedSession(tmp_path) as recorded:
        trade(recorded)
        recorded.end()
    payloads = payloads_of(recorded.journal)
    ended = [i for i, payload in enumerate(payloads) if b'"Record":"Ended"' in payload]

    assert verify(recorded.log.path, payloads[: ended[0]]).unjournalled == 0
    assert verify(recorded.log.path, payloads[: ended[0] - 1]).unjournalled == 1

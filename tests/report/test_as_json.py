"""A report as JSON: which integers become texts, by the types of the fields."""

import json
from typing import Any

import msgspec

from tests.report.sample import not_recorded, sample
from tradestack.domain.fixed_point import format_fixed
from tradestack.domain.times import format_utc
from tradestack.report.as_json import report_as_dict


def test_money_is_a_decimal_text_and_a_time_utc() -> None:
    """In the parts of parts, in columns, and where it may be missing."""
    report = sample(size=3)

    told = report_as_dict(report)

    assert json.loads(json.dumps(told)) == told
    account, curve = report.accounts.accounts[0], report.series.equity[0]
    assert told["accounts"]["accounts"][0]["equity"] == format_fixed(account.equity)
    assert told["series"]["equity"][0]["equity"] == [format_fixed(each) for each in curve.equity]
    assert told["series"]["equity"][0]["times"] == [format_utc(each) for each in curve.times]
    assert report.provenance.began is not None
    assert told["provenance"]["began"] == format_utc(report.provenance.began)


def test_all_else_is_as_it_is() -> None:
    """Counts, durations, ratios, texts, and null for what was not recorded."""
    report = not_recorded(sample(size=3))

    told = report_as_dict(report)

    assert told["processes"] is None
    assert all(hop["percentiles"] is None for hop in told["waterfall"]["hops"])
    assert told["feed"]["ticks"] == report.feed.ticks
    assert told["execution"][0]["markouts"][0]["horizon_ns"] == 0
    assert told["provenance"]["settings"] == report.provenance.settings
    assert _shape(told) == _shape(msgspec.to_builtins(report))


def _shape(value: Any) -> Any:
    """Return a value without what differs: names and lengths stay."""
    if isinstance(value, dict):
        return {name: _shape(each) for name, each in value.items()}
    return [_shape(each) for each in value] if isinstance(value, list | tuple) else None

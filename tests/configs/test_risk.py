"""The section [risk] becomes limits, and etc/order-manager.toml shows its keys."""

import dataclasses
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tradestack.configs.order_manager import OrderManagerConfig
from tradestack.configs.risk import (
    ACTIVE_ORDERS_OF_USER,
    RiskKeys,
    SymbolKeys,
    UserKeys,
    WindowCount,
)
from tradestack.domain.faults import OperatorFault
from tradestack.domain.fixed_point import SCALE
from tradestack.runtime.config.keys import describe_config, parse_config
from tradestack.trading.risk.checks import CHECKS
from tradestack.trading.risk.codes import OnBreach
from tradestack.trading.risk.limits import CountPerWindow, Limits, RiskLimits, SelfTrade
from tradestack.trading.risk.scopes import ScopeKind

SHIPPED = Path(__file__).parents[2] / "etc" / "order-manager.toml"
SECOND_NS = 1_000_000_000


def parse(text: str) -> OrderManagerConfig:
    """Parse a config file of this text."""
    return parse_config(OrderManagerConfig, tomllib.loads(text), source="x.toml")


def limits(text: str) -> RiskLimits:
    """The limits that such a file sets."""
    return parse(text).risk_limits


def keys_of(config_type: Any) -> set[str]:
    """The names of the keys of a section."""
    return {field.name for field in dataclasses.fields(config_type)}


def test_the_shipped_file_shows_the_keys_of_its_sections_with_their_defaults() -> None:
    """Each key is once in [risk], or in [risk.each_user] if it is not there."""
    text = re.sub(r"^#(\w+ = )", r"\1", SHIPPED.read_text(), flags=re.MULTILINE)
    shown = tomllib.loads(text)["risk"]
    of_user = shown.pop("each_user")
    sections = {"each_user", "users", "symbols"}

    assert shown.keys() == keys_of(RiskKeys) - sections
    assert of_user.keys() - {"active_order_limit"} == keys_of(UserKeys) - keys_of(RiskKeys)
    assert of_user["active_order_limit"] == ACTIVE_ORDERS_OF_USER


def test_the_example_in_the_shipped_file_is_understood() -> None:
    """What is behind ## is TOML with known keys."""
    example = re.sub(r"^##", "", SHIPPED.read_text(), flags=re.MULTILINE)

    found = limits(example)

    assert found.users["news"].limits.max_position == 1_000 * SCALE
    assert found.symbols["SPY"].max_order_qty == 100 * SCALE


def test_the_shipped_file_limits_only_what_was_limited_before() -> None:
    """The sample data trades freely."""
    found = limits(SHIPPED.read_text())

    assert found == RiskLimits(
        total=Limits(
            max_order_qty=1_000_000 * SCALE,
            participation_window_ns=60 * SECOND_NS,
        ),
        each_user=UserKeys().user_limits,
    )


def test_each_check_has_its_key_in_the_sections_of_its_scopes() -> None:
    """The table and the configuration are the same list; three total keys are above [risk]."""
    above = {
        "allowed_symbols": "symbols",
        "max_order_qty": "order_qty_max",
        "max_order_age": "max_order_age",
    }
    sections = {
        ScopeKind.TOTAL: keys_of(RiskKeys) | above.keys(),
        ScopeKind.SYMBOL: keys_of(SymbolKeys),
        ScopeKind.USER: keys_of(UserKeys),
        ScopeKind.USER_SYMBOL: keys_of(SymbolKeys),
    }

    assert set(above.values()) <= keys_of(OrderManagerConfig)
    for check in CHECKS:
        if check.key:
            kinds = {kind for kind, keys in sections.items() if check.key in keys}
            assert kinds == check.scopes, check.key


def test_keys_become_limits_in_small_units() -> None:
    """Times in ns, quantities and money ×10⁻⁸, lists sorted."""
    found = limits(
        'symbols = ["SPY", "IBM"]\norder_qty_max = "5"\nmax_order_age = "2s"\n'
        '[risk]\nmax_gross_notional = "1000.5"\nmax_order_submit_rate = "100/1s"\n'
        'max_price_age = "3s"\nprice_band_bp = 500\nmay_short = false\n'
        'max_daily_loss_on_breach = "halt-and-cancel"\nparticipation_window = "4s"\n'
        'restricted_symbols = ["TSLA", "KO"]\nprice_required = false\n'
    ).total

    assert found == Limits(
        allowed_symbols=("IBM", "SPY"),
        restricted_symbols=("KO", "TSLA"),
        max_order_qty=5 * SCALE,
        max_order_age_ns=2 * SECOND_NS,
        max_gross_notional=1_000 * SCALE + SCALE // 2,
        max_order_submit_rate=CountPerWindow(count=100, window_ns=SECOND_NS),
        max_price_age_ns=3 * SECOND_NS,
        price_band_bp=500,
        may_short=False,
        max_daily_loss_on_breach=OnBreach.HALT_AND_CANCEL,
        participation_window_ns=4 * SECOND_NS,
        price_required=False,
    )


def test_a_users_section_replaces_the_keys_that_it_writes() -> None:
    """The others are those of each user; a section of another user does not matter."""
    found = limits(
        '[risk.each_user]\nmax_position = "10"\nself_trade = "reject"\n'
        '[risk.each_user.symbols.SPY]\nmax_position = "3"\n'
        '[risk.users.maker]\nmax_position = "0"\n'
        '[risk.users.news]\nactive_order_limit = 4\n[risk.users.news.symbols.IBM]\nlot_size = "1"\n'
    )

    maker, news, other = (found.of_user(user) for user in ("maker", "news", "other"))

    assert (maker.limits.max_position, maker.limits.self_trade) == (0, SelfTrade.REJECT)
    assert maker.symbols["SPY"].max_position == 3 * SCALE
    assert (news.limits.max_position, news.limits.active_order_limit) == (10 * SCALE, 4)
    assert (set(news.symbols), news.symbols["IBM"].lot_size) == ({"IBM"}, SCALE)
    assert (other.limits.max_position, other.limits.active_order_limit) == (
        10 * SCALE,
        ACTIVE_ORDERS_OF_USER,
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[risk]\nmax_position = "-1"', "x.toml: risk.max_position: '-1' is out of range; allowed"),
        ("[risk]\nmax_postion = 1", "x.toml: risk.max_postion: unknown key; did you mean max_pos"),
        ("[risk]\nmax_order_qty = 1", "x.toml: risk.max_order_qty: unknown key"),
        ('[risk.users.news]\nself_trade = "no"', "x.toml: risk.users.news.self_trade: 'no' is"),
        ("[risk.users.toolong]\n", "x.toml: risk.users.toolong: is not a name that is allowed"),
        ('[risk.symbols."S Y"]\n', "x.toml: risk.symbols.S Y: is not a name that is allowed"),
        (
            "[risk.users.news.symbols.SPY]\nmax_daily_loss = 1",
            "x.toml: risk.users.news.symbols.SPY.max_daily_loss: unknown key",
        ),
        (
            '[risk]\nmax_cancel_rate = "100"',
            "x.toml: risk.max_cancel_rate: '100' is not valid; allowed is a number up to 10000 "
            'and a time up to 1d, as in "100/1s", or "0" for no limit',
        ),
        ('[risk]\nmax_cancel_rate = "10001/1s"', "x.toml: risk.max_cancel_rate: '10001/1s' is out"),
        ('[risk]\nmax_cancel_rate = "1/25h"', "x.toml: risk.max_cancel_rate: '1/25h' is out"),
        ('[risk]\nmax_cancel_rate = "0/1s"', "x.toml: risk.max_cancel_rate: '0/1s' is out"),
        (
            '[risk.users.news]\nduplicate_order_limit = "101/1s"',
            "x.toml: risk.users.news.duplicate",
        ),
        ("[risk]\nmax_cancel_rate = 5", "x.toml: risk.max_cancel_rate: 5 is not a text"),
        ("[risk]\nprice_band_bp = 10001", "x.toml: risk.price_band_bp: 10001 is out of range"),
        ('[risk]\nmay_short = "no"', "x.toml: risk.may_short: 'no' is not valid; allowed is true"),
        ("[risk]\nloss_confirm_ticks = 0", "x.toml: risk.loss_confirm_ticks: 0 is out of range"),
    ],
)
def test_faults_name_section_and_key(text: str, message: str) -> None:
    """And what is allowed there."""
    with pytest.raises(OperatorFault) as caught:
        parse(text)

    assert str(caught.value).startswith(message)


def test_a_described_config_means_the_same() -> None:
    """What GetConfig shows, put into a file, sets the same limits."""
    config = parse(
        '[risk]\nmax_cancel_rate = "5/1min"\n[risk.users.news]\nmay_short = false\n'
        '[risk.symbols.SPY]\nlot_size = "0.5"\n'
    )
    described = {
        name: value for name, value in describe_config(config).items() if value is not None
    }

    again = parse_config(OrderManagerConfig, described, source="y.toml")

    assert again == config
    assert again.risk_limits.hash == config.risk_limits.hash
    assert described["risk"]["users"] == {"news": {"may_short": False}}  # type: ignore[index]


@pytest.mark.parametrize("text", ["0", "1/1s", "10000/1d", "7/1500ms"])
def test_counts_in_windows_are_written_as_they_were_read(text: str) -> None:
    """With the shortest unit that is whole."""
    parser = WindowCount()

    assert parser.format(parser.parse(text)) == text

"""The table of checks: complete, consistent, and printed for documents."""

from tests.kit.documents import PROTOCOL
from tradestack.trading.risk.check import Judged
from tradestack.trading.risk.check_table import check_table
from tradestack.trading.risk.checks import CHECKS
from tradestack.trading.risk.codes import REASONS, Code
from tradestack.trading.risk.limits import Limits

ROWS = {check.key: check for check in CHECKS if check.key}


def test_the_table_has_every_code_and_every_limit() -> None:
    """Codes, FIX reasons, rows and fields of Limits are the same things."""
    keys = {name.removesuffix("_ns") for name in Limits.__struct_fields__}
    belongs = {"loss_confirm_ticks", "participation_window"}

    assert {check.code for check in CHECKS} == set(Code) == REASONS.keys()
    assert keys == ROWS.keys() | belongs | {key for key in keys if key.endswith("_on_breach")}
    assert len(ROWS) == len([check for check in CHECKS if check.key])


def test_the_table_is_consistent() -> None:
    """A row measures in one way; what is judged without an order says what a breach does."""
    for check in CHECKS:
        assert (check.of_order is None) is not (check.of_account is None), check.key
        assert (check.judged is Judged.ORDER) is (check.of_account is None), check.key
        assert (check.judged is Judged.ORDER_AND_FILL) is (check.on_breach is not None), check.key


def test_the_table_is_printed_for_documents() -> None:
    """One line a check, in their order."""
    lines = check_table().splitlines()

    assert len(lines) == len(CHECKS) + 2
    assert lines[2].startswith("|  | `TRADING_HALTED` | `EXCHANGE_CLOSED` | no |  | order | ")
    assert len({line.count("|") for line in lines}) == 1


def test_the_table_is_in_the_specification() -> None:
    """PROTOCOL.md has it as it is printed."""
    assert f"\n{check_table()}\n" in PROTOCOL.read_text()

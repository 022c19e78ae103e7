"""The tables between FIX and the stack: complete, and valid in FIX 4.4's own dictionary."""

import enum
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from typing import Any

import pytest

from tests.interop.fix_judge import dictionary
from tests.kit.prerequisites import need_package
from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.order import (
    CxlRejReason,
    CxlRejResponseTo,
    ExecRestatementReason,
    ExecType,
    MassCancelRequestType,
    OrdRejReason,
    OrdStatus,
    OrdType,
    Side,
    TimeInForce,
)
from tradestack_fix.codec import tags
from tradestack_fix.mapping import codes
from tradestack_fix.mapping.definitions import DEFINITIONS, MESSAGE_TYPES
from tradestack_fix.mapping.reports import report_message

TO_FIX: dict[int, tuple[type[enum.StrEnum], Mapping[Any, str]]] = {
    tags.EXEC_TYPE: (ExecType, codes.EXEC_TYPES),
    tags.ORD_STATUS: (OrdStatus, codes.ORD_STATUSES),
    tags.ORD_REJ_REASON: (OrdRejReason, codes.ORD_REJ_REASONS),
    tags.CXL_REJ_REASON: (CxlRejReason, codes.CXL_REJ_REASONS),
    tags.CXL_REJ_RESPONSE_TO: (CxlRejResponseTo, codes.CXL_REJ_RESPONSES),
    tags.EXEC_RESTATEMENT_REASON: (ExecRestatementReason, codes.EXEC_RESTATEMENT_REASONS),
}
FROM_FIX: dict[int, tuple[type[enum.StrEnum], Mapping[str, Any]]] = {
    tags.SIDE: (Side, codes.SIDES),
    tags.ORD_TYPE: (OrdType, codes.ORD_TYPES),
    tags.TIME_IN_FORCE: (TimeInForce, codes.TIMES_IN_FORCE),
    tags.MASS_CANCEL_REQUEST_TYPE: (MassCancelRequestType, codes.MASS_CANCEL_REQUEST_TYPES),
}


@pytest.fixture(scope="module")
def words() -> dict[int, dict[str, str]]:
    """FIX 4.4's values of each tag: code → FIX's word."""
    need_package("fixcore")
    root = ElementTree.parse(dictionary()).getroot()
    return {
        int(field.attrib["number"]): {
            value.attrib["enum"]: value.attrib["description"] for value in field.iter("value")
        }
        for field in root.iterfind("fields/field")
    }


@pytest.mark.parametrize("name", [None, "", "OrderMassCancelRequest", "Register"])
@pytest.mark.parametrize("cl_ord_id", ["", "a"])
def test_a_rejection_of_no_order_says_what_it_is_of(name: str | None, cl_ord_id: str) -> None:
    """A mass cancel gets FIX's r, whatever else a j; the ClOrdID is repeated if there is one."""
    report = ExecutionReport(
        cl_ord_id=cl_ord_id,
        exec_id="1",
        exec_type=ExecType.REJECTED,
        ord_status=OrdStatus.REJECTED,
        ref_msg_type=name,
        transact_time_ns=0,
    )

    msg_type, fields = report_message(report)

    told = dict(fields)
    if name in (None, "OrderMassCancelRequest"):
        assert msg_type == tags.ORDER_MASS_CANCEL_REPORT
        assert (told[tags.CL_ORD_ID], told[tags.ORDER_ID]) == (cl_ord_id, cl_ord_id or "NONE")
    else:
        assert msg_type == tags.BUSINESS_MESSAGE_REJECT
        assert told[tags.BUSINESS_REJECT_REF_ID] == cl_ord_id
        assert told[tags.REF_MSG_TYPE] == (name or "?")


@pytest.mark.parametrize("tag", TO_FIX)
def test_each_word_of_the_stack_has_a_code_of_fix(
    tag: int, words: dict[int, dict[str, str]]
) -> None:
    """No report can lack one; 99 says other."""
    kind, table = TO_FIX[tag]

    assert set(table) == set(kind)
    assert set(table.values()) - {"99"} <= set(words[tag])


@pytest.mark.parametrize("tag", FROM_FIX)
def test_each_word_that_is_taken_is_that_of_fix(tag: int, words: dict[int, dict[str, str]]) -> None:
    """And each of the stack can be said."""
    kind, table = FROM_FIX[tag]

    assert set(table.values()) == set(kind)
    assert set(table) <= set(words[tag])


def test_the_message_types_are_those_of_fix(words: dict[int, dict[str, str]]) -> None:
    """What FIX 4.4 does not have is refused as such."""
    assert set(DEFINITIONS) <= MESSAGE_TYPES
    assert set(words[tags.MSG_TYPE]) - {"n"} <= MESSAGE_TYPES

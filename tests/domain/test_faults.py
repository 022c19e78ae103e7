"""OperatorFault: one line with place, problem and remedy."""

from hypothesis import given
from hypothesis import strategies as st

from tradestack.domain.faults import EXIT_STATUS_OPERATOR_FAULT, OperatorFault


def test_message_has_place_problem_and_remedy() -> None:
    """Each part can be read from the exception as well."""
    fault = OperatorFault("gateway.toml: pace", "'fast' is not valid", "allowed is 1x")

    assert str(fault) == "gateway.toml: pace: 'fast' is not valid; allowed is 1x"
    assert (fault.where, fault.problem, fault.remedy) == (
        "gateway.toml: pace",
        "'fast' is not valid",
        "allowed is 1x",
    )


@given(st.text(), st.text(), st.text())
def test_message_is_one_printable_line(where: str, problem: str, remedy: str) -> None:
    """Whatever input it quotes, it cannot forge a second line of a log."""
    assert str(OperatorFault(where, problem, remedy)).isprintable()


def test_exit_status_is_that_of_sysexits() -> None:
    """The units name EX_CONFIG in RestartPreventExitStatus=."""
    assert EXIT_STATUS_OPERATOR_FAULT == 78

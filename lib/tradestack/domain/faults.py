"""The three kinds of fault, by who can repair them, and the end that is none.

- ours: any other exception; the process ends and recovers from its files;
- a peer's: `tradestack.wire.errors.ProtocolError`; only that session ends;
- the operator's: `OperatorFault`; the daemon exits 78 (EX_CONFIG, sysexits.h) and stays down until
  an operator acts, because a restart would meet the same fault.

`StartAgain` is no fault: the process ends in order, and the supervisor starts it again.
"""

EXIT_STATUS_OPERATOR_FAULT = 78


def words_of(error: OSError) -> str:
    """Return what the error is and, if it knows one, of which file."""
    what = error.strerror or str(error)
    return what if error.filename is None else f"{error.filename}: {what}"


class StartAgain(Exception):
    """The daemon has to begin anew, which its next start does; the text says why."""


class OperatorFault(Exception):
    """A fault that an operator can repair, with place, problem and remedy in its message.

    where: file and key, or file and line ("/etc/tradestack/gateway.toml: pace").
    problem: what is wrong there.
    remedy: what to do, or what is allowed there.
    """

    def __init__(self, where: str, problem: str, remedy: str) -> None:
        text = f"{where}: {problem}; {remedy}"
        # It may quote any input, and becomes one line of a log.
        super().__init__("".join(c if c.isprintable() else "?" for c in text))
        self.where = where
        self.problem = problem
        self.remedy = remedy

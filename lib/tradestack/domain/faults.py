"""what went wrong → who has to act: the operator's faults.

There are three kinds of fault, told apart by who can mend them:

- ours: any other exception; the process dies and recovers from its files;
- a peer's: `tradestack.wire.errors.ProtocolError`; that session ends, nothing else;
- the operator's: `OperatorFault`; the daemon exits 78 (EX_CONFIG, sysexits.h) and stays down until
  somebody acts, because a restart would meet the same fault.
"""

EXIT_STATUS_OPERATOR_FAULT = 78


class OperatorFault(Exception):
    """Something outside the program must be mended: the message says what, where and how.

    where: file and key, or file and line ("/etc/tradestack/gateway.toml: pace").
    problem: what was found there.
    remedy: what to do, or what is allowed there.
    """

    def __init__(self, where: str, problem: str, remedy: str) -> None:
        text = f"{where}: {problem}; {remedy}"
        # It may quote what was found, and becomes one line of a log.
        super().__init__("".join(c if c.isprintable() else "?" for c in text))
        self.where = where
        self.problem = problem
        self.remedy = remedy

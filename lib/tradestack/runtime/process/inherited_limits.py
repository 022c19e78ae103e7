"""The limits that the parent process has left, and what a daemon needs of them at least."""

from dataclasses import dataclass

from tradestack.domain.faults import OperatorFault
from tradestack.store.process_limits import Limit, read_limit


@dataclass(frozen=True, slots=True)
class Need:
    """What is needed of a limit, its name for people, and what raises it."""

    limit: Limit
    minimum: int
    name: str
    command: str
    directive: str

    @property
    def remedy(self) -> str:
        """What raises the limit."""
        return f"raise it by `{self.command}` in a shell, or {self.directive} in a unit"


# Files, sockets and the event loop of a daemon, and what connections leave to files.
DESCRIPTORS_MIN = 64
OPEN_FILES = Need(Limit.OPEN_FILES, DESCRIPTORS_MIN, "open files", "ulimit -n 1024", "LimitNOFILE=")
# The books, and the beginning of a log or journal.
FILE_SIZE = Need(
    Limit.FILE_SIZE_BYTES, 1 << 20, "file sizes in bytes", "ulimit -f unlimited", "LimitFSIZE="
)
# Interpreter and libraries map this much before a daemon does anything.
ADDRESS_SPACE = Need(
    Limit.ADDRESS_SPACE_BYTES, 192 << 20, "memory in bytes", "ulimit -v unlimited", "LimitAS="
)


def no_more_processes() -> OperatorFault:
    """Return the fault of a process that cannot start another one (BlockingIOError)."""
    return OperatorFault(
        "the limit of processes",
        "no more can be started",
        "raise it by `ulimit -u` in a shell, TasksMax= in a unit, --pids-limit for a container",
    )


def check_limit(need: Need) -> None:
    """Raise OperatorFault if the limit is too low for a daemon to start."""
    limit = read_limit(need.limit)
    if limit < need.minimum:
        raise OperatorFault(
            f"the limit of {need.name}",
            f"is {limit:,}, and at least {need.minimum:,} are needed",
            need.remedy,
        )

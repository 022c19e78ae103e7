"""The reasons why a row could not be measured; each makes `--check` fail."""


class CountWrong(Exception):
    """A message was lost or came twice, or the stack counts otherwise than its clients."""


class NotMeasured(Exception):
    """A program of the row ended early, or its answer was invalid or late."""


def expect_count(what: str, expected: int, counted: int) -> None:
    """Raise CountWrong unless both counts are equal."""
    if counted != expected:
        raise CountWrong(f"{what}: {counted:,} where {expected:,} were expected")

"""What keeps a row from being measured; either makes `--check` fail."""


class CountWrong(Exception):
    """A message was lost or came twice, or the stack's own count is another than ours."""


class NotMeasured(Exception):
    """A program of the row ended early, answered nonsense, or not in time."""


def expect_count(what: str, expected: int, counted: int) -> None:
    """Raises CountWrong."""
    if counted != expected:
        raise CountWrong(f"{what}: {counted:,} where {expected:,} were expected")

"""Standard output that cannot be written, or that nothing reads any more."""

import os

STDOUT, STDERR = 1, 2


class OutputFault(OSError):
    """Standard output does not take what is written to it: a full disk, for instance."""


def discard_output(*streams: int) -> None:
    """Discard all further and all buffered output to these descriptors.

    Otherwise the interpreter would try again at its end, complain and change the exit status.
    """
    null = os.open(os.devnull, os.O_WRONLY)
    for stream in streams:
        os.dup2(null, stream)
    os.close(null)

"""What a parent process has left of its handling of signals."""

import signal


def restore_signals() -> None:
    """Let every signal arrive, and children be waited for.

    A mask and ignored signals outlast exec: without this, a blocked SIGTERM would end no daemon,
    and with an ignored SIGCHLD the end of a child would never be seen.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())

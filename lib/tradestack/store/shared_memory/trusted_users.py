"""The users whose processes and files on this host are trusted.

A port of the loopback address and a name in /dev/shm are free to every local user. What is found
there is trusted if it belongs to this process's own user, to root, or to the user of the services.
"""

import os
import pwd
from collections.abc import Container

SERVICE_USER = "tradestack"
TRUSTED_USERS = ("root", SERVICE_USER)


def is_trusted(uid: int, users: Container[str] = TRUSTED_USERS) -> bool:
    """Return whether this is the user of this process or one of the users, by their names."""
    if uid == os.geteuid():
        return True  # without a question to the user database, which may be on another host
    try:
        return pwd.getpwuid(uid).pw_name in users
    except KeyError:
        return False

"""The users whose processes and files on this host are trusted.

A port of the loopback address and a name in /dev/shm are free to every local user. What is found
there is trusted if it belongs to this process's own user, to root, or to the user of the services.
"""

import os
import pwd
from collections.abc import Iterable

SERVICE_USER = "tradestack"
TRUSTED_USERS = ("root", SERVICE_USER)


def trusted_uids(users: Iterable[str] = TRUSTED_USERS) -> frozenset[int]:
    """Return the uids of this process and of the users that exist on this host."""
    uids = {os.geteuid()}
    for user in users:
        try:
            uids.add(pwd.getpwnam(user).pw_uid)
        except KeyError:
            continue  # where nothing is installed there is no service user
    return frozenset(uids)

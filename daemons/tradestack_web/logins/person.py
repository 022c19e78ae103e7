"""The local user who acts: the number, the name, and whether the groups allow it."""

import os
import pwd
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """A local user."""

    uid: int
    name: str

    @classmethod
    def of(cls, uid: int) -> "Person":
        """Return the user with this number; one without a name is called by the number."""
        try:
            return cls(uid, pwd.getpwuid(uid).pw_name)
        except KeyError:
            return cls(uid, str(uid))

    def may_act(self, group: int | None) -> bool:
        """Return whether this is root, the server's own user, or a member of the group now."""
        if self.uid in (0, os.geteuid()):
            return True
        try:
            entry = pwd.getpwuid(self.uid)
        except KeyError:
            return False
        return group is not None and group in os.getgrouplist(entry.pw_name, entry.pw_gid)

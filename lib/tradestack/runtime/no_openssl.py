"""a strategy's process → without OpenSSL, which hashlib would load for its SHA-256.

`__main__` imports this first, after runtime/lean.py. hashlib does as well with its own code, and
without that library of 6 MB the daemon is 1 MB smaller. The servers need it: scrypt, by which
passwords are hashed, is nowhere else. A Python that was built without SHA-256 of its own keeps it.
"""

import sys
from importlib.util import find_spec
from types import ModuleType
from typing import cast

if find_spec("_sha2") or find_spec("_sha256"):  # of Python 3.12 and later, of 3.11
    sys.modules.setdefault("_hashlib", cast("ModuleType", None))  # makes its import an ImportError

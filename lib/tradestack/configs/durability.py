"""Durability: what an acknowledged order survives."""

import enum


class Durability(enum.Enum):
    """When an order may be answered."""

    OS = "os"  # it is in the page cache: survives the death of any process, not of the machine
    DISK = "disk"  # fdatasync returned: survives a power cut as well
    REPLICATED = "replicated"  # most servers of a stream have stored it: survives the host as well

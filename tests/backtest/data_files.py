"""The small files that strategies are tested on."""

from pathlib import Path
from typing import TypedDict


class DataFiles(TypedDict):
    """The files of a run."""

    prices: Path
    sentiment: Path

"""The sample data that is used where no files are named."""

import sys
from collections.abc import Mapping
from pathlib import Path

SAMPLES = ("prices", "sentiment")


def sample_files() -> Mapping[str, str] | None:
    """Return the paths of the sample files by key of the gateway; None if none are installed."""
    for directory in _directories():
        samples = {name: directory / f"{name}.csv" for name in SAMPLES}
        if all(path.exists() for path in samples.values()):
            return {name: str(path) for name, path in samples.items()}
    return None


def _directories() -> list[Path]:
    """List where sample data may be: in a checkout, or under the share/ of an installation."""
    checkout = Path(__file__).resolve().parents[3]
    installed = Path(sys.prefix).resolve().parents
    shares = [*(parent / "share" for parent in installed[:4]), Path("/usr/share")]
    return [checkout / "data", *(share / "tradestack" / "data" for share in shares)]

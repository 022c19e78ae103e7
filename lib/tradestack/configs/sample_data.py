"""The sample data, which is used if no files are named."""

from collections.abc import Mapping

from tradestack.configs.shipped import shipped_directories

SAMPLES = ("prices", "sentiment")


def sample_files() -> Mapping[str, str] | None:
    """Return the paths of the sample files by key of the gateway; None if none are installed."""
    for directory in shipped_directories("data", "data"):
        samples = {name: directory / f"{name}.csv" for name in SAMPLES}
        if all(path.exists() for path in samples.values()):
            return {name: str(path) for name, path in samples.items()}
    return None

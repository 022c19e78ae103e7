"""add-strategy and remove-strategy, as tests call them."""

from pathlib import Path

from tradestack.ctl.main import run


def add(config: Path, *arguments: str | Path) -> int:
    """Run add-strategy in this installation; return its exit status."""
    options = ["--config-dir", config, "--state-dir", config.parent / "state", "--no-start"]
    return run(["add-strategy", *map(str, [*options, *arguments])])


def remove(config: Path, name: str) -> int:
    """Run remove-strategy; return its exit status."""
    options = ["--config-dir", config, "--state-dir", config.parent / "state"]
    return run(["remove-strategy", *map(str, options), name])


def files_in(directory: Path) -> dict[str, bytes]:
    """All files below a directory, with their bytes."""
    return {str(path): path.read_bytes() for path in directory.rglob("*") if path.is_file()}

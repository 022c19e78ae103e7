"""Pages of the manual as people see them, and as programs that check pages judge them."""

import functools
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.kit.documents import ROOT
from tradestack.ctl.manual.page import Page
from tradestack.ctl.manual.pages import all_pages

DATE = "2026-01-31"
PAGES = {page.title: page for page in all_pages(ROOT / "etc")}


def run(*command: str, width: int = 80) -> "subprocess.CompletedProcess[str]":
    """Run a program that reads pages; skip the test where it is not installed."""
    if shutil.which(command[0]) is None and not os.environ.get("CI"):
        pytest.skip(f"{command[0]} is not installed")
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": str(width)}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def written(page: Page, directory: Path) -> str:
    """Write the page as man(1) reads it, and return its path."""
    path = directory / f"{page.name}.{page.section}"
    path.write_text(page.text(DATE))
    return str(path)


@functools.cache
def shown(title: str, directory: Path, width: int = 80) -> str:
    """Return what man shows of the page."""
    path = written(PAGES[title], directory)
    return run("man", "-l", "--warnings", "-E", "UTF-8", path, width=width).stdout

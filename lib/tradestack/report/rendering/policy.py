"""The document's scripts and styles, and the policy that allows these and nothing else.

A browser that reads the document loads nothing, sends nothing, and executes only the programs whose
hashes the policy names. A server that shows the document sends the same policy as a header.
"""

import base64
import hashlib
from functools import cache
from pathlib import Path

ASSETS = Path(__file__).parents[1] / "assets"
SCRIPTS = ("uPlot.iife.min.js", "report.js")
STYLES = ("uPlot.min.css", "report.css")


@cache
def asset(name: str) -> str:
    """Return the text of a file that belongs to the document."""
    return (ASSETS / name).read_text(encoding="utf-8")


@cache
def content_security_policy() -> str:
    """Return the value of the header Content-Security-Policy for the document."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {_hashes(SCRIPTS)}",
            f"style-src {_hashes(STYLES)}",
            "img-src data:",  # the empty icon, so that none is asked for
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _hashes(names: tuple[str, ...]) -> str:
    digests = (hashlib.sha256(asset(name).encode()).digest() for name in names)
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)

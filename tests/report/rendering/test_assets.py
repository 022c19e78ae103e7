"""What is vendored is what its project has published, and the policy allows nothing else."""

import base64
import hashlib
import re

from tradestack.report.rendering.policy import (
    ASSETS,
    SCRIPTS,
    STYLES,
    asset,
    content_security_policy,
)

SUMS = ASSETS / "uPlot.SHA256SUMS"


def test_vendored_files_are_unchanged() -> None:
    """Each file of uPlot has the checksum that it had in the package of npm."""
    lines = (line.split() for line in SUMS.read_text().splitlines())
    sums = {name: digest for digest, name in lines}
    vendored = {path.name for path in ASSETS.glob("uPlot.*")} - {SUMS.name}

    assert set(sums) == vendored
    for name, digest in sums.items():
        assert hashlib.sha256((ASSETS / name).read_bytes()).hexdigest() == digest, name


def test_the_licence_is_with_it() -> None:
    """MIT asks for its text beside the program."""
    assert "The MIT License" in asset("uPlot.LICENSE")
    assert "Leon Sorokin" in asset("uPlot.LICENSE")


def test_the_policy_names_each_program_and_style() -> None:
    """A hash each, and nothing from elsewhere."""
    hashes = set(re.findall(r"'sha256-([^']+)'", content_security_policy()))

    assert hashes == {
        base64.b64encode(hashlib.sha256(asset(name).encode()).digest()).decode()
        for name in (*SCRIPTS, *STYLES)
    }
    assert content_security_policy().startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in content_security_policy()


def test_programs_do_not_end_their_element() -> None:
    """None has the text that would end a script or style element."""
    for name in (*SCRIPTS, *STYLES):
        assert "</s" not in asset(name).lower(), name

"""A certificate for localhost, made by openssl."""

import subprocess
from pathlib import Path

from tests.kit.prerequisites import need_program


def make_certificate(directory: Path) -> tuple[Path, Path]:
    """Make a certificate that signs itself; return its file and that of its key."""
    need_program("openssl")
    certificate, key = directory / "server.pem", directory / "server.key"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "2", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=DNS:localhost", "-out", certificate, "-keyout", key),
        ],
        check=True,
        capture_output=True,
    )
    return certificate, key

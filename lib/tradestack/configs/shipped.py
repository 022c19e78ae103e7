"""The files that come with the programs: in a checkout, or below share/."""

import sys
from pathlib import Path


def shipped_directories(in_checkout: str, in_share: str) -> list[Path]:
    """List where a directory may be: in a checkout, or in share/tradestack of an installation."""
    checkout = Path(__file__).resolve().parents[3]
    installed = Path(sys.prefix).resolve().parents
    shares = [*(parent / "share" for parent in installed[:4]), Path("/usr/share")]
    return [checkout / in_checkout, *(share / "tradestack" / in_share for share in shares)]

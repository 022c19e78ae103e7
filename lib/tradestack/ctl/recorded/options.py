"""The options of the verbs about accounts and orders that let files answer."""

import argparse

from tradestack.ctl.recorded.moment import parse_at
from tradestack.ctl.state_option import add_state_option


def add_recorded(parser: argparse.ArgumentParser) -> None:
    """Declare the session, --at and --state-dir."""
    add_session(parser)
    parser.add_argument(
        "--at",
        type=parse_at,
        metavar="SEQ|TIME",
        help="as it was after this message of the feed, or after the last one whose event time "
        "is not later than this: ISO 8601 with a zone",
    )


def add_session(parser: argparse.ArgumentParser) -> None:
    """Declare the session and --state-dir, for an answer of the present alone."""
    parser.add_argument(
        "session",
        nargs="?",
        metavar="SESSION",
        help="id of a feed session: answer from its files (default: ask the order manager, or "
        "the newest session that is kept)",
    )
    add_state_option(parser)
    parser.set_defaults(at=None)


def is_recorded(args: argparse.Namespace) -> bool:
    """Return whether the files are to answer, and not the order manager."""
    return (args.session, args.at, args.state_dir) != (None, None, None)

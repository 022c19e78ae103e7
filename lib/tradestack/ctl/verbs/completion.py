"""Print a script that completes the verbs and options of tradestackctl in a shell.

install.sh installs the script for bash.

examples:
  source <(tradestackctl completion bash)
  tradestackctl completion zsh > ~/.zfunc/_tradestackctl
  tradestackctl completion fish > ~/.config/fish/completions/tradestackctl.fish
"""

import argparse

from tradestack.ctl.exit_status import ExitStatus

SHELLS = ("bash", "zsh", "fish", "tcsh")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the argument."""
    parser.add_argument("shell", choices=SHELLS, help="shell that is to run the script")


def run(args: argparse.Namespace) -> int:
    """Print the script."""
    # Both are imported here: main imports this module while it builds its parser.
    import shtab

    from tradestack.ctl.main import VERBS, build_parser

    parser = build_parser([verb.name for verb in VERBS])
    print(shtab.complete(parser, args.shell), end="")
    return ExitStatus.DONE

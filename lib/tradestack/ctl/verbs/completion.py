"""A script that completes tradestackctl's verbs and options in bash, zsh or fish.

install.sh installs the one for bash.

examples:
  source <(tradestackctl completion bash)
  tradestackctl completion zsh > ~/.zfunc/_tradestackctl
  tradestackctl completion fish > ~/.config/fish/completions/tradestackctl.fish
"""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tradestack.ctl.exit_status import ExitStatus

PROGRAM = "tradestackctl"


@dataclass(frozen=True, slots=True)
class Words:
    """What may follow a verb: options and fixed words, and where a file is meant."""

    summary: str
    options: Mapping[str, str]  # option → its help
    choices: tuple[str, ...]
    file_options: tuple[str, ...]  # those followed by a file or directory
    takes_file: bool  # as its argument


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the argument."""
    parser.add_argument("shell", choices=SHELLS)


def run(args: argparse.Namespace) -> int:
    # Here alone every verb is imported; main imports this module, but only to run it.
    from tradestack.ctl.main import VERBS, build_parser

    parser = build_parser([verb.name for verb in VERBS])
    print(SHELLS[args.shell](_tree(parser)), end="")
    return ExitStatus.DONE


def _tree(parser: argparse.ArgumentParser) -> dict[str, Words]:
    subparsers = next(a for a in parser._actions if isinstance(a, argparse._SubParsersAction))  # noqa: SLF001
    summaries = {action.dest: action.help or "" for action in subparsers._choices_actions}  # noqa: SLF001
    return {name: _words(one, summaries[name]) for name, one in subparsers.choices.items()}


def _words(parser: argparse.ArgumentParser, summary: str) -> Words:
    options: dict[str, str] = {}
    choices: list[str] = []
    file_options: list[str] = []
    takes_file = False
    for action in parser._actions:  # noqa: SLF001 - argparse offers no other view of its tree
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for nested in (_words(one, "") for one in action.choices.values()):
                options |= nested.options
                takes_file |= nested.takes_file
        options |= dict.fromkeys(action.option_strings, action.help or "")
        choices += action.choices or ()
        if action.metavar in ("FILE", "DIR"):
            file_options += action.option_strings
            takes_file |= not action.option_strings
    return Words(summary, options, tuple(choices), tuple(file_options), takes_file)


def _bash(tree: Mapping[str, Words]) -> str:
    cases = "".join(
        f"        {name}) words={_quoted(' '.join((*words.options, *words.choices)))}"
        f" file_options={_quoted(' '.join(words.file_options))}"
        f"{' files=yes' if words.takes_file else ''} ;;\n"
        for name, words in tree.items()
    )
    return f"""\
# bash completion of {PROGRAM}, made by `{PROGRAM} completion bash`.
_{PROGRAM}() {{
    local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD - 1]}}
    local verb='' words='' file_options='' files='' word
    for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
        case $word in
            {" | ".join(tree)})
                verb=$word
                break
                ;;
        esac
    done
    case $verb in
        '') words={_quoted(" ".join((*tree, "--help", "--runtime-dir", "--version")))} ;;
{cases}    esac
    if [[ " $file_options " == *" $previous "* ]]; then
        words='' files=yes
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
    if [[ $files && $current != -* ]]; then
        compopt -o filenames
        mapfile -t -O "${{#COMPREPLY[@]}}" COMPREPLY < <(compgen -f -- "$current")
    fi
}}
complete -F _{PROGRAM} {PROGRAM}
"""


def _zsh(tree: Mapping[str, Words]) -> str:
    verbs = "\n".join(
        f"        {_quoted(f'{name}:{words.summary}')}" for name, words in tree.items()
    )
    cases = "".join(
        f"        {name}) compadd -- {' '.join((*words.options, *words.choices))}"
        f"{'; _files' if words.takes_file or words.file_options else ''} ;;\n"
        for name, words in tree.items()
    )
    return f"""\
#compdef {PROGRAM}
# zsh completion of {PROGRAM}, made by `{PROGRAM} completion zsh`.
_{PROGRAM}() {{
    local -a verbs
    verbs=(
{verbs}
    )
    if ((CURRENT == 2)); then
        _describe verb verbs
        return
    fi
    case $words[2] in
{cases}    esac
}}
compdef _{PROGRAM} {PROGRAM}
"""


def _fish(tree: Mapping[str, Words]) -> str:
    lines = [f"# fish completion of {PROGRAM}, made by `{PROGRAM} completion fish`."]
    lines.append(f"complete -c {PROGRAM} -f")
    for name, words in tree.items():
        lines.append(
            f"complete -c {PROGRAM} -n __fish_use_subcommand -a {name} -d {_quoted(words.summary)}"
        )
        seen = f"complete -c {PROGRAM} -n '__fish_seen_subcommand_from {name}'"
        if words.takes_file:
            lines.append(f"{seen} -F")
        if words.choices:
            lines.append(f"{seen} -a {_quoted(' '.join(words.choices))}")
        for option, explanation in words.options.items():
            kind = "-l" if option.startswith("--") else "-s"
            file = " -r -F" if option in words.file_options else ""
            lines.append(f"{seen} {kind} {option.lstrip('-')}{file} -d {_quoted(explanation)}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "’") + "'"


SHELLS: Mapping[str, Callable[[Mapping[str, Words]], str]] = {
    "bash": _bash,
    "zsh": _zsh,
    "fish": _fish,
}

#!/usr/bin/env bash
# Installs, upgrades, uninstalls or tries out tradestack; see `./install.sh --help`.
#
# PREFIX/lib/tradestack/<id> is a virtual environment whose id is a digest of the sources and of the
# Python interpreter. The link PREFIX/lib/tradestack/current points to the one in use, and the links
# in PREFIX/bin point to its commands. An upgrade is therefore one rename, and a failed upgrade
# changes nothing.
set -euo pipefail

CHECKOUT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
DESTDIR=${DESTDIR:-}
COMMANDS=(tradestackctl tradestack-{exporter,fix,gateway,grpc,metrics,order-manager,strategy,web})
PYTHON_NEEDED="3.11 or later"
pip_conf='' # the settings that were taken from one

usage() {
    cat <<'TEXT'
usage: ./install.sh [--user] [--prefix DIR] [--now] [EXTRAS]         install or upgrade
       ./install.sh [--user] [--prefix DIR] --uninstall [--purge]    uninstall
       ./install.sh --try [EXTRAS] [-- ARGUMENTS]                    run without installing

  --now         also start the daemons (an upgrade restarts running daemons in any case, while
                their sockets stay open)
  --user        install for the calling user, under systemd --user; otherwise root is required
  --prefix DIR  installation prefix (default: /usr/local; with --user: ~/.local)
  --uninstall   remove programs and units; keep configuration, state and logs, moved ports, and
                which strategies are enabled, for another installation
  --purge       with --uninstall: also remove these, and for a system installation the user and
                groups
  --try         create a virtual environment in .venv and run `tradestackctl up ARGUMENTS`

Extras, which no daemon that trades needs, are installed unless they are refused. If one cannot be
installed, a message says so and the rest is installed:
  --without-report  no Polars (200 MB): no `tradestackctl report` and `export`, no files in Parquet
  --without-web     no starlette and uvicorn (3 MB): no page in the browser
  --without-nats    no nats-py (1 MB): no feed on NATS JetStream
  --without-grpc    no grpcio and protobuf (20 MB): no clients by gRPC

For packagers: --without-programs, with DESTDIR, installs all but the programs, which are in
PREFIX/bin and PREFIX/lib/python3/dist-packages already (systemd/debian).

Environment:
  PYTHON        Python interpreter to use
  PIP_*         settings of pip for network, indexes and versions, as in a pip.conf; those of where to
                install are ignored; to install offline: PIP_NO_INDEX=1 PIP_FIND_LINKS=WHEELHOUSE,
                a directory with the wheels of the project, its extras and what builds it
  DESTDIR       install into this directory tree; no user is created, nothing is started

Progress and errors are printed to stderr.
TEXT
}

# Settings of the calling shell must not lead Python to other modules, or pip elsewhere than into the
# environment made here; those of the network, of indexes and of versions stay. `su` leaves PATH
# without the directories of userdel.
PIP_IGNORED=(PIP_{TARGET,PREFIX,ROOT,REQUIREMENT,EDITABLE,PYTHON,REPORT,SRC,HELP,VERSION,CONFIG_SETTINGS}
    PIP_{PLATFORM,PYTHON_VERSION,ABI,IMPLEMENTATION})
unset "${PIP_IGNORED[@]}" CDPATH VIRTUAL_ENV __PYVENV_LAUNCHER__
for name in "${!PYTHON@}"; do
    [[ $name == PYTHON ]] || unset "$name"
done
export PIP_USER=0 PIP_DRY_RUN=0 PIP_NO_DEPS=0 PIP_REQUIRE_HASHES=0
PATH=${PATH:-/usr/bin:/bin}:/usr/local/sbin:/usr/sbin:/sbin
if [[ -z ${HOME:-} ]]; then # cron, containers and supervisors may leave it out
    HOME=$(getent passwd "$(id -u)" | cut -d : -f 6) || HOME=/
    export HOME
fi

say() { printf 'install.sh: %s\n' "$*" >&2; }
fail() {
    say "$*"
    exit 1
}

# ---- arguments --------------------------------------------------------------------------------------

parse_arguments() {
    scope=system action=install now=no purge=no prefix='' up_arguments=() report=yes web=yes nats=yes grpc=yes programs=yes
    while (($#)); do
        case $1 in
            --now) now=yes ;;
            --user) scope=user ;;
            --prefix)
                [[ -n ${2:-} ]] || fail "--prefix needs a directory"
                prefix=$2
                shift
                ;;
            --prefix=*)
                prefix=${1#*=}
                [[ -n $prefix ]] || fail "--prefix needs a directory"
                ;;
            --uninstall | --try)
                [[ $action == install || $action == "${1#--}" ]] || fail "--$action and $1 cannot be used together"
                action=${1#--}
                ;;
            --purge) purge=yes ;;
            --without-report) report=no ;;
            --without-web) web=no ;;
            --without-nats) nats=no ;;
            --without-grpc) grpc=no ;;
            --without-programs) programs=no ;;
            --help | -h)
                usage
                exit 0
                ;;
            --)
                shift
                up_arguments=("$@")
                break
                ;;
            *) fail "unknown argument: $1; see ./install.sh --help" ;;
        esac
        shift
    done
    [[ $purge == no || $action == uninstall ]] || fail "--purge can only be used with --uninstall"
    [[ $action == try || ${#up_arguments[@]} == 0 ]] || fail "arguments after -- can only be used with --try"
    [[ $action == install || $now == no ]] || fail "--$action and --now cannot be used together"
    [[ $action != uninstall || $report$web$nats$grpc == yesyesyesyes ]] || fail "--without-… cannot be used with --uninstall"
    [[ $programs == yes || $scope$action == systeminstall && -n $DESTDIR ]] ||
        fail "--without-programs can only be used with DESTDIR, to install for the system"
    extras=()
    [[ $report == no ]] || extras+=(report)
    [[ $web == no ]] || extras+=(web)
    [[ $nats == no ]] || extras+=(nats)
    [[ $grpc == no ]] || extras+=(grpc)
}

# Set the paths of a system installation or of a user's.
set_places() {
    if [[ $scope == user ]]; then
        prefix=${prefix:-$HOME/.local}
        etc=$HOME/.config
        own_units=${XDG_CONFIG_HOME:-$etc}/systemd/user # links of enabled units and the operator's drop-ins
        unit_directory=${XDG_DATA_HOME:-$HOME/.local/share}/systemd/user
        runtime_directory=${XDG_RUNTIME_DIR:-/run/user/$(id -u)}/tradestack
        state_directory=$HOME/.local/state/tradestack
        log_directory=$state_directory/log
        systemctl=(systemctl --user)
        journalctl='journalctl --user -e'
    else
        prefix=${prefix:-/usr/local}
        etc=/etc
        own_units=/etc/systemd/system
        unit_directory=/etc/systemd/system
        vendor_directory=/usr/local/lib
        if [[ $prefix == /usr || $prefix == /usr/local ]]; then
            vendor_directory=$prefix/lib
            unit_directory=$prefix/lib/systemd/system
        fi
        runtime_directory=/run/tradestack
        state_directory=/var/lib/tradestack
        log_directory=/var/log/tradestack
        systemctl=(systemctl)
        journalctl='journalctl -e'
    fi
    [[ $prefix == /* ]] || fail "--prefix: $prefix is not an absolute path"
    prefix=$(realpath -m -- "$prefix")
    if [[ $scope == system && $prefix =~ ^/(home|root|run/user)(/|$) ]]; then
        fail "--prefix: the daemons cannot access $prefix (ProtectHome=yes); use another directory, or --user"
    fi
    bin=$prefix/bin
    lib=$prefix/lib/tradestack
    [[ $programs == yes ]] || lib=$prefix/lib/python3/dist-packages
    share=$prefix/share/tradestack
    doc=$prefix/share/doc/tradestack
    man=$prefix/share/man
    completion=$prefix/share/bash-completion/completions/tradestackctl
    config=$etc/tradestack
}

# Fail if the units belong to an installation with another prefix: both would use the same units,
# configuration, state and ports, and to uninstall one would end both.
refuse_second_prefix() {
    local directory unit other
    for directory in "$unit_directory" "$own_units" \
        $([[ $scope == user ]] || echo /{etc,usr/local/lib,usr/lib}/systemd/system); do
        unit=$DESTDIR$directory/tradestack-gateway.service
        other=$(sed -n 's|^ExecStart=\(.*\)/bin/tradestack-gateway .*|\1|p' "$unit" 2>/dev/null) || continue
        [[ -z $other || -n $DESTDIR ]] || ! dpkg -S "$unit" >/dev/null 2>&1 ||
            fail "tradestack is installed as a Debian package, which has the units in $directory: use" \
                "apt-get to upgrade or remove it"
        [[ -z $other || $other == "$prefix" ]] ||
            fail "--prefix: the installation in $other has the units in $directory; there can be one:" \
                "use --prefix $other, also to uninstall it"
    done
}

# Whether systemd runs here and is to be used: not in a plain container, not for DESTDIR.
is_live() {
    [[ -z $DESTDIR && -d /run/systemd/system ]] || return 1
    [[ $scope == system ]] || "${systemctl[@]}" show-environment >/dev/null 2>&1
}

# ---- Python and the environment ------------------------------------------------------------------------

is_usable_python() { # system daemons cannot run an interpreter from a home directory
    "$1" - "$scope-$action" <<'PYTHON' 2>/dev/null
import re, sys
in_home = re.match(r"/(home|root)(/|$)", sys.base_prefix)
sys.exit(sys.version_info < (3, 11) or bool(in_home and sys.argv[1] == "system-install"))
PYTHON
}

find_python() {
    local candidate
    for candidate in ${PYTHON:+"$PYTHON"} python3 /usr/bin/python3 python3.{14,13,12,11}; do
        if is_usable_python "$candidate"; then
            python=$candidate
            return 0
        fi
    done
    return 1
}

install_packages() {
    if ((EUID != 0)); then
        fail "these packages are required: $*; install them as root (Debian: apt-get install $*) and run this again"
    elif command -v apt-get >/dev/null; then
        say "installing $* with apt-get"
        apt_install "$@" || { apt-get -qq update >&2 && apt_install "$@"; } ||
            fail "apt-get could not install $*"
    elif command -v dnf >/dev/null; then
        say "installing python3 and python3-pip with dnf"
        dnf -q -y install python3 python3-pip >&2 || fail "dnf could not install Python"
    else
        fail "these packages are required: $*; found neither apt-get nor dnf to install them"
    fi
}

apt_install() {
    DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends \
        -o Dpkg::Use-Pty=0 install "$@" >&2
}

need_python() {
    if ! find_python; then
        install_packages python3 python3-venv
        find_python || fail "found no Python $PYTHON_NEEDED; set PYTHON to the path of one"
    fi
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        install_packages "$("$python" -c 'import sys
print("python3-venv" if sys.executable == "/usr/bin/python3" else "python3.%d-venv" % sys.version_info[1])')"
    fi
}

# Whether the environment works and has all packages: after an upgrade of the operating system its
# interpreter may be missing or of another version.
is_healthy() {
    [[ -x $1/bin/python ]] && "$1/bin/python" -c '
import sys, daemon, msgspec, numpy, sdnotify, shtab, uvloop
import tradestack.ctl.main, tradestack_exporter, tradestack_fix, tradestack_gateway, tradestack_grpc
import tradestack_metrics, tradestack_order_manager, tradestack_strategy, tradestack_web
sys.exit(not sys.prefix.startswith(sys.argv[1]))' "$1" >/dev/null 2>&1
}

digest_of() { # FILE_OR_DIRECTORY…: of their contents, interpreter and extras, 12 hexadecimal digits
    {
        "$python" -c 'import sys; print(sys.version, sys.base_prefix)'
        echo "${extras[@]}"
        find "$@" -type f ! -name '*.pyc' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
    } | sha256sum | cut -c 1-12
}

make_environment() { # DIRECTORY PIP_ARGUMENT…
    local directory=$1
    rm -rf -- "$directory"
    mkdir -p -- "$(dirname -- "$directory")"
    run_noting "$python" -m venv "$directory" || fail_without "$directory"
    take_pip_conf "$directory/bin/python"
    pip_install "$@" || fail_without "$directory"
}

fail_without() { # DIRECTORY: an environment that could not be made
    local reason
    reason=$(reason_of_failure "$(dirname -- "$1")")
    rm -rf -- "$1"
    fail "$reason"
}

# Add the extras to an environment; the stack runs without them.
add_extras() { # DIRECTORY
    local extra missing
    for extra in "${extras[@]}"; do
        missing=$(missing_of "$1" "$extra")
        [[ -n $missing ]] || continue
        mapfile -t missing <<<"$missing"
        take_pip_conf "$1/bin/python"
        pip_install "$1" "${missing[@]}" ||
            say "going on without the extra $extra: $(reason_of_failure "$1"); or use --without-$extra"
    done
}

missing_of() { # DIRECTORY EXTRA: print the requirements of the extra that are not installed
    "$1/bin/python" -c '
import importlib.metadata, re, sys, tomllib
for each in tomllib.load(sys.stdin.buffer)["project"]["optional-dependencies"][sys.argv[1]]:
    try:
        importlib.metadata.version(re.match(r"[\w.-]+", each)[0])
    except importlib.metadata.PackageNotFoundError:
        print(each)' "$2" <"$CHECKOUT/pyproject.toml"
}

pip_install() { # DIRECTORY PIP_ARGUMENT…
    run_noting "$1/bin/python" -m pip --disable-pip-version-check --quiet install "${@:2}"
}

run_noting() { # COMMAND…: its output goes to stderr, and is kept for reason_of_failure
    local line
    said='' # not its status alone: pip has the same for all faults
    while IFS= read -r line; do
        printf '%s\n' "$line" >&2
        said+=$line$'\n'
    done < <("$@" 2>&1)
    wait "$!"
}

reason_of_failure() { # DIRECTORY: what was run there last failed; print why in a sentence with a remedy
    local what release
    release=$("$python" -c 'import platform; print(*platform.python_version_tuple()[:2], sep=".")')
    case $said in
        *'No space left on device'* | *'Disk quota exceeded'*) say_of_full_disk "$1" ;;
        *'connection broken by'* | *'Network is unreachable'* | *'timed out'*)
            echo "pip has no network: set PIP_NO_INDEX=1 and PIP_FIND_LINKS=WHEELHOUSE, a directory of" \
                "the wheels$(whose_settings)"
            ;;
        *'No matching distribution found for '*)
            what=$(sed -n 's/.*No matching distribution found for \([^ ]*\).*/\1/p' <<<"$said" | head -n 1)
            if [[ -n ${PIP_NO_INDEX:-} ]]; then
                echo "the wheelhouse has no $what for Python $release on $(uname -m): add it, on a host" \
                    "with network, by pip download -d WHEELHOUSE '$what'$(whose_settings)"
            else
                echo "there is no $what for Python $release on $(uname -m): set PYTHON to an interpreter" \
                    "that it is made for$(whose_settings)"
            fi
            ;;
        *'Failed to build'* | *'Failed building wheel'* | *'subprocess-exited-with-error'*)
            echo "there is no wheel for Python $release on $(uname -m), and what pip built instead failed" \
                "as above: set PYTHON to an interpreter that there are wheels for$(whose_settings)"
            ;;
        *) # the pip in a new environment is put there by a program that does not say why it fails
            if is_full "$1" || is_full "${TMPDIR:-/tmp}"; then
                say_of_full_disk "$1"
            else
                echo "Python or pip failed for the reason above$(whose_settings)"
            fi
            ;;
    esac
}

say_of_full_disk() { # DIRECTORY
    echo "the disk is full: have 600 MB free in $1 and in ${TMPDIR:-/tmp} (or set TMPDIR to a directory" \
        "that has them), then run this again"
}

is_full() { # DIRECTORY: of less than 1 MiB
    (($(df --output=avail -- "$1" | tail -n 1) < 1024))
}

whose_settings() {
    [[ -z $pip_conf ]] || echo "; if it is a pip.conf, correct or remove what it sets:$pip_conf"
}

# Take the settings of pip.conf as variables, without those of where to install: only an environment
# without the file makes the pips that build packages leave those out, too.
take_pip_conf() { # PYTHON
    local setting
    [[ ${PIP_CONFIG_FILE:-} != /dev/null ]] || return 0 # they are taken
    while IFS= read -r -d '' setting; do
        [[ " ${PIP_IGNORED[*]} " != *" ${setting%%=*} "* && ! -v ${setting%%=*} ]] || continue
        export "${setting?}"
        pip_conf+=" ${setting%%=*}"
    done < <("$1" -m pip --disable-pip-version-check config list | "$1" -c '
import ast, sys
for line in sys.stdin:
    section, _, rest = line.partition(".")
    name, _, value = rest.partition("=")
    if section in ("global", "install"):
        print(f"PIP_{name.upper().replace(chr(45), chr(95))}={ast.literal_eval(value)}", end="\0")')
    export PIP_CONFIG_FILE=/dev/null
}

# Have the commands ignore PYTHON* and the user's own modules: what a shell has set for other programs
# must not lead them to other modules. pip names the interpreter in the first line, or in the second
# if its path is long or has a space.
isolate_commands() { # DIRECTORY
    local command
    for command in "${COMMANDS[@]}"; do
        sed -i -E -e '1s|^(#!.*/python[0-9.]*)$|\1 -I|' \
            -e '2s|^(.{3}exec. .*/python[0-9.]*"?) (".0" )|\1 -I \2|' -- "$1/bin/$command"
    done
}

# ---- --try -------------------------------------------------------------------------------------------------

try_it() {
    local environment=$CHECKOUT/.venv stamp
    find_python || need_python
    stamp=$(digest_of "$CHECKOUT/pyproject.toml")
    if [[ $(cat "$environment/.tradestack" 2>/dev/null) != "$stamp" ]] ||
        ! is_healthy "$environment"; then
        need_python
        say "creating $environment; the packages take a minute or two"
        make_environment "$environment" --editable "$CHECKOUT"
        add_extras "$environment"
        echo "$stamp" >"$environment/.tradestack"
    fi
    isolate_commands "$environment"
    exec "$environment/bin/tradestackctl" up "${up_arguments[@]}"
}

# ---- programs ----------------------------------------------------------------------------------------------

install_programs() {
    local id
    environment=kept
    id=$(digest_of "$CHECKOUT/pyproject.toml" "$CHECKOUT/lib" "$CHECKOUT/daemons")
    if is_healthy "$DESTDIR$lib/$id"; then
        say "the programs in $lib/$id are up to date"
    else
        say "installing the programs into $lib/$id; the packages take a minute or two"
        environment=new
        make_environment "$DESTDIR$lib/$id" "$CHECKOUT"
        is_healthy "$DESTDIR$lib/$id" || fail "the programs installed into $lib/$id do not run"
    fi
    add_extras "$DESTDIR$lib/$id" # also to one that is kept: the last time it may have failed
    [[ -z $DESTDIR || $environment == kept ]] || forget_destdir "$DESTDIR$lib/$id"
    isolate_commands "$DESTDIR$lib/$id"
    ln -sfn -- "$id" "$DESTDIR$lib/current.new"
    mv -T -- "$DESTDIR$lib/current.new" "$DESTDIR$lib/current"
    mkdir -p -- "$DESTDIR$bin"
    local command
    for command in "${COMMANDS[@]}"; do
        ln -sfn -- "$lib/current/bin/$command" "$DESTDIR$bin/$command"
    done
}

forget_destdir() { # DIRECTORY: scripts and byte code contain the path they were made in
    grep -rlIF --null -- "$DESTDIR" "$1/bin" "$1/pyvenv.cfg" |
        xargs -0r sed -i "s|$DESTDIR$lib|$lib|g"
    "$1/bin/python3" -m compileall -q -f -s "$DESTDIR" "$1/lib" >&2 || true
}

remove_old_programs() {
    find "$DESTDIR$lib" -mindepth 1 -maxdepth 1 -type d \
        ! -name "$(readlink -- "$DESTDIR$lib/current")" -exec rm -rf -- {} +
}

# ---- files ---------------------------------------------------------------------------------------------------

fill() { # FILE: print it with its placeholders replaced
    sed -e "s|@bindir@|$bin|g; s|@libdir@|$lib|g; s|@sysconfdir@|$etc|g; s|@docdir@|$doc|g" \
        -e "s|@rundir@|$runtime_directory|g; s|@statedir@|$state_directory|g" \
        -e "s|@systemctl@|${systemctl[*]}|g" -- "$1"
}

put() { # MODE FILE: replace the file with stdin, atomically
    local target=$DESTDIR$2
    mkdir -p -- "$(dirname -- "$target")"
    cat >"$target.tmp"
    chmod -- "$1" "$target.tmp"
    mv -- "$target.tmp" "$target"
}

# With another modification time it would be another source, and the gateway would begin a new feed
# session. A package has the times of its build.
put_source() { # FILE TARGET
    ! cmp -s -- "$1" "$DESTDIR$2" || return 0
    put 0644 "$2" <"$1"
    [[ $programs == no ]] || touch -r "$1" -- "$DESTDIR$2"
}

install_files() {
    local file
    for file in README.md CHANGELOG.md CONTRIBUTING.md LICENSE .github/SECURITY.md data/README.md \
        data/pictures/{page,report}.png; do
        [[ ! -e $CHECKOUT/$file ]] || put 0644 "$doc/$file" <"$CHECKOUT/$file"
    done
    link_documents
    for file in prices.csv sentiment.csv; do
        [[ ! -e $CHECKOUT/data/$file ]] || put_source "$CHECKOUT/data/$file" "$share/data/$file"
    done
    put 0644 "$share/tradestack.proto" <"$CHECKOUT/daemons/tradestack_grpc/protocol/tradestack.proto"
    for file in "$CHECKOUT"/etc/{prometheus,grafana}/*; do
        put 0644 "$share/${file#"$CHECKOUT"/etc/}" <"$file"
    done
    command_line completion bash | put 0644 "$completion"
    install_units
    if [[ $scope == system ]]; then
        fill "$CHECKOUT/systemd/sysusers.d/tradestack.conf" |
            put 0644 "$vendor_directory/sysusers.d/tradestack.conf"
        fill "$CHECKOUT/systemd/tmpfiles.d/tradestack.conf" |
            put 0644 "$vendor_directory/tmpfiles.d/tradestack.conf"
        fill "$CHECKOUT/systemd/tradestack.catalog" |
            put 0644 "$vendor_directory/systemd/catalog/tradestack.catalog"
        put 0644 /etc/logrotate.d/tradestack <"$CHECKOUT/systemd/logrotate.d/tradestack"
    fi
}

# Run the installed tradestackctl. Within DESTDIR, the first line of the script names another path.
command_line() {
    if [[ $programs == no ]]; then
        PYTHONPATH=$DESTDIR$lib python3 -B "$DESTDIR$bin/tradestackctl" "$@"
    else
        "$DESTDIR$lib/current/bin/python" "$DESTDIR$lib/current/bin/tradestackctl" "$@"
    fi
}

# Replace all pages: an earlier version may have had others.
install_manual() {
    rm -f -- "$DESTDIR$man"/man[1578]/tradestack*.gz
    command_line manual --output "$DESTDIR$man" --defaults "$CHECKOUT/etc"
}

# Make the links of the documents live: what they lead to is installed elsewhere.
link_documents() {
    local packages=$lib package
    [[ $programs == no ]] ||
        packages=$lib/current/$(cd -- "$DESTDIR$lib/current" && echo lib/python3*/site-packages)
    mkdir -p -- "$DESTDIR$doc/lib" "$DESTDIR$doc/daemons"
    for package in lib/tradestack daemons/tradestack_{exporter,fix,gateway,grpc,order_manager,strategy,web}; do
        ln -sfn -- "$packages/${package##*/}" "$DESTDIR$doc/$package"
    done
    ln -sfn -- "$share/default" "$DESTDIR$doc/etc"
}

install_units() {
    local file name version service
    for file in "$CHECKOUT"/systemd/tradestack*.{target,slice,socket,service,timer}; do
        name=$(basename -- "$file")
        [[ $scope == system || $name != *-textfile.* ]] || continue # node_exporter is the system's
        fill "$file" | adapted | put 0644 "$unit_directory/$name"
    done
    version=$(systemctl --version 2>/dev/null | sed -n '1s/^systemd \([0-9]*\).*/\1/p')
    [[ $programs == yes ]] || version=257 # that of Debian 13
    for service in exporter fix gateway grpc order-manager strategy@ web; do
        name=$unit_directory/tradestack-$service.service.d/since-254.conf
        rm -f -- "$DESTDIR$name"
        ((${version:-0} < 254)) || put 0644 "$name" <"$CHECKOUT/systemd/since-254.conf"
    done
}

# Remove the settings that a user's systemd may not apply: users, mounts, devices, OOM score.
adapted() {
    if [[ $scope == system ]]; then
        cat
        return
    fi
    sed -E -e '/^#/d' \
        -e '/^(User|Group|SocketUser|SocketGroup|OOMScoreAdjust|CapabilityBoundingSet|AmbientCapabilities)=/d' \
        -e '/^(Protect[A-Za-z]+|Private[A-Za-z]+|Device[A-Za-z]+|ProcSubset|(No)?ExecPaths|IPAddress[A-Za-z]+)=/d' \
        -e '/^((State|Logs)Directory(Mode)?|KeyringMode|Symlinks)=/d' \
        -e 's/^WantedBy=multi-user.target/WantedBy=default.target/' \
        -e '/^Environment=/s| HOME=/tmp$||' \
        -e "s/^(ListenStream=127\.0\.0\.1:)8999$/\1$feed_port/" \
        -e "s/^(ListenStream=127\.0\.0\.1:)8998$/\1$order_port/" \
        -e "s/^(ListenStream=127\.0\.0\.1:)8997$/\1$web_port/" \
        -e "s/^(ListenStream=127\.0\.0\.1:)8996$/\1$fix_port/"
}

# ---- configuration -----------------------------------------------------------------------------------------

install_config() {
    local file name
    while IFS= read -r -d '' file; do
        name=${file#"$CHECKOUT"/etc/}
        install_config_file "$file" "$name"
    done < <(find "$CHECKOUT/etc" -name '*.toml' -print0 | sort -z)
}

# Install a new default unless the file was edited; a copy of the last default tells.
install_config_file() { # SOURCE NAME
    local target=$config/$2 default=$share/default/$2 new=$work/config
    configured "$1" >"$new"
    if [[ ! -e $DESTDIR$target ]] || cmp -s -- "$DESTDIR$default" "$DESTDIR$target"; then
        put 0644 "$target" <"$new"
    elif ! cmp -s -- "$DESTDIR$default" "$new" && ! cmp -s -- "$DESTDIR$target" "$new"; then
        say "kept $target, which was edited; the new default is $target.new"
        put 0644 "$target.new" <"$new"
    fi
    put 0644 "$default" <"$new"
}

configured() { # FILE: print it with the paths and ports of this installation
    if [[ $scope == system ]]; then
        sed -e "s|/usr/local/share/tradestack|$share|g" -- "$1"
        return
    fi
    # Defaults that do not fit a user's installation are set explicitly.
    sed -E -e "s|/usr/local/share/tradestack|$share|g" \
        -e '/^#[a-z_]+ = ".*(\/(etc|run|var\/lib|var\/log)\/tradestack|127\.0\.0\.1:899[56789])/s/^#//' \
        -e "s|/etc/tradestack|$config|g; s|/run/tradestack|$runtime_directory|g" \
        -e "s|/var/lib/tradestack|$state_directory|g; s|/var/log/tradestack|$log_directory|g" \
        -e "s|127\.0\.0\.1:8999|127.0.0.1:$feed_port|g" \
        -e "s|127\.0\.0\.1:8998|127.0.0.1:$order_port|g" \
        -e "s|127\.0\.0\.1:8997|127.0.0.1:$web_port|g" \
        -e "s|127\.0\.0\.1:8996|127.0.0.1:$fix_port|g" \
        -e "s|127\.0\.0\.1:8995|127.0.0.1:$grpc_port|g" \
        -e "s|^#?segment_suffix = \"\"|segment_suffix = \"$segment_suffix\"|" -- "$1"
}

# Of the operator's own strategies, which only the services' user can read.
make_strategies_directory() {
    mkdir -p -- "$DESTDIR$config/strategies"
    chmod 0750 -- "$DESTDIR$config/strategies"
    [[ $scope == user || -n $DESTDIR ]] || chgrp -- tradestack "$config/strategies"
}

# Create the passwords of the strategies, and their lines in the servers' users file, if missing.
install_credentials() {
    local owner=
    [[ $scope == user ]] || owner=tradestack
    say "passwords are in $config/credentials, their hashes are in $config/users"
    "$lib/current/bin/python" -m tradestack.ctl.installation.credentials "$config" $owner
}

free_ports() { # COUNT
    "$python" -c '
import socket, sys
sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(sys.argv[1]))]
print(*(each.getsockname()[1] for each in sockets))' "$1"
}

# Those of the existing installation, else of the configuration that an earlier one has left, else free.
choose_user_ports() {
    segment_suffix=-$(id -un)
    read -r feed_port order_port web_port grpc_port fix_port < <(free_ports 5)
    feed_port=$(kept_port gateway || echo "$feed_port")
    order_port=$(kept_port order-manager || echo "$order_port")
    web_port=$(kept_port web || echo "$web_port")
    grpc_port=$(kept_port grpc || echo "$grpc_port")
    fix_port=$(kept_port fix || echo "$fix_port")
}

kept_port() { # DAEMON: print its port; fail if there is none
    {
        sed -n 's/^ListenStream=127.0.0.1:\([0-9]*\)$/\1/p; s/^listen = .*:\([0-9]*\)"$/\1/p' \
            "$unit_directory/tradestack-$1.socket" "$share/default/$1.toml" "$config/$1.toml" 2>/dev/null ||
            true # not all of them exist
    } | grep -m 1 .
}

# ---- the running system --------------------------------------------------------------------------------------

fingerprint() { # of everything that takes effect at a restart
    {
        readlink -- "$DESTDIR$lib/current" || true
        cat -- "$DESTDIR$unit_directory"/tradestack*.{service,target,slice} \
            "$DESTDIR$unit_directory"/tradestack*.service.d/since-254.conf \
            "$DESTDIR$config"/*.toml "$DESTDIR$config"/strategy/*.toml || true
    } 2>/dev/null | sha256sum
}

update_systemd() { # first | upgrade
    "${systemctl[@]}" daemon-reload
    if [[ $1 == first ]]; then
        "${systemctl[@]}" --quiet enable tradestack.target
        [[ -d $own_units/tradestack.target.wants ]] || # left by an earlier installation
            "${systemctl[@]}" --quiet enable tradestack-strategy@news.service
    elif "${systemctl[@]}" --quiet is-enabled tradestack.target 2>/dev/null; then
        "${systemctl[@]}" --quiet enable tradestack.target # with what is new in its Also=
    fi
    if [[ $scope == system ]]; then
        journalctl --update-catalog || true
    fi
}

# They may be meant to stand still, or have been enabled by an installation before this one.
name_disabled_strategies() {
    local file unit
    for file in "$config"/strategy/*.toml; do
        unit=tradestack-strategy@$(basename -- "$file" .toml).service
        "${systemctl[@]}" --quiet is-enabled "$unit" 2>/dev/null ||
            say "$file is not enabled; to start it now and with the others: ${systemctl[*]} enable --now $unit"
    done
}

restart_services() { # the sockets stay open, and connections wait in their queues
    "${systemctl[@]}" --quiet is-active 'tradestack-*.service' || return 0
    say "restarting the services"
    "${systemctl[@]}" try-restart tradestack-{exporter,fix,gateway,grpc,metrics,order-manager}.service \
        'tradestack-strategy@*.service' tradestack-web.service ||
        fail "the restart failed; see $journalctl -u 'tradestack-*'"
    ! "${systemctl[@]}" --quiet is-active tradestack.target ||
        "${systemctl[@]}" start tradestack-web.socket # after an upgrade from before the page
}

start_it() {
    local user=()
    [[ $scope == system ]] || user=(--user)
    say "starting tradestack.target"
    command_line start all "${user[@]}" || fail "not all daemons are running, for the reason above"
    say "all daemons are running; see tradestackctl status, or ${systemctl[*]} status 'tradestack-*'"
}

install_it() {
    [[ $scope == user || $EUID == 0 || -n $DESTDIR ]] ||
        fail "run this as root, or use --user to install for yourself, or --try to run without installing"
    [[ $now == no ]] || is_live || fail "--now: systemd is not running here; use ./install.sh --try instead"
    [[ $programs == no ]] || need_python
    [[ $scope == system ]] || choose_user_ports
    local occasion=first before
    [[ ! -e $DESTDIR$unit_directory/tradestack.target ]] || occasion=upgrade
    before=$(fingerprint)
    [[ $programs == no ]] || install_programs
    install_files
    install_config
    install_manual
    if [[ $programs == no ]]; then
        say "installed all but the programs into $DESTDIR"
        return
    fi
    if [[ -n $DESTDIR ]]; then
        say "installed into $DESTDIR; run install.sh on the target system to create the user and passwords"
    else
        if [[ $scope == system ]]; then
            systemd-sysusers "$vendor_directory/sysusers.d/tradestack.conf"
            systemd-tmpfiles --create "$vendor_directory/tmpfiles.d/tradestack.conf"
        else
            (umask 077 && mkdir -p -- "$log_directory" "$state_directory"/{gateway,order-manager})
        fi
        install_credentials
    fi
    make_strategies_directory
    if is_live; then
        update_systemd "$occasion"
        name_disabled_strategies
        [[ $environment == kept && $before == "$(fingerprint)" ]] || restart_services
        [[ $now == no ]] || start_it
    fi
    remove_old_programs
    say "done; the configuration is in $config"
}

# ---- removal --------------------------------------------------------------------------------------------------

uninstall_it() {
    [[ $scope == user || $EUID == 0 || -n $DESTDIR ]] || fail "run this as root to remove a system installation"
    if is_live; then
        say "stopping the daemons"
        "${systemctl[@]}" stop tradestack.target 'tradestack-*.service' 'tradestack-*.socket' \
            tradestack.slice 2>/dev/null || true
    fi
    # tradestack.target.wants stays, like the drop-ins: what is enabled there is the operator's choice.
    rm -f -- "$DESTDIR$own_units"/{default,multi-user,sockets}.target.wants/tradestack{.target,-*.socket}
    say "removing programs and units"
    rm -rf -- "$DESTDIR$unit_directory"/tradestack*.{service.d/since-254.conf,service,socket,target,slice,timer} \
        "$DESTDIR$lib" "$DESTDIR$share" "$DESTDIR$doc" "$DESTDIR$completion" \
        "$DESTDIR$man"/man[1578]/tradestack*.gz "${COMMANDS[@]/#/$DESTDIR$bin/}"
    if [[ $scope == system ]]; then
        rm -f -- "$DESTDIR$vendor_directory"/{sysusers.d,tmpfiles.d}/tradestack.conf \
            "$DESTDIR$vendor_directory/systemd/catalog/tradestack.catalog" \
            "$DESTDIR/etc/logrotate.d/tradestack"
    fi
    [[ $purge == no ]] || purge_it
    remove_empty_directories
    if is_live; then
        "${systemctl[@]}" daemon-reload
        "${systemctl[@]}" reset-failed 'tradestack*' 2>/dev/null || true
        [[ $scope == user ]] || journalctl --update-catalog || true
    fi
    say "done"
    [[ $purge == yes ]] || say "kept: $config, $state_directory, $log_directory, and in $own_units ports and what is enabled"
}

purge_it() {
    say "removing configuration, state, logs and shared memory"
    rm -rf -- "$DESTDIR$config" "$DESTDIR$state_directory" "$DESTDIR$log_directory" \
        "$DESTDIR$own_units"/tradestack*
    [[ -z $DESTDIR ]] || return 0
    rm -rf -- "$runtime_directory"
    if [[ $scope == user ]]; then
        rm -rf -- "/dev/shm/tradestack-$(id -un)"
        return
    fi
    rm -rf -- /dev/shm/tradestack
    say "removing the user and groups"
    ! getent passwd tradestack >/dev/null || userdel tradestack
    local group
    for group in tradestack tradestack-ops; do
        ! getent group "$group" >/dev/null || groupdel "$group"
    done
}

remove_empty_directories() { # that a new system does not have
    local directories=("$share" "$doc" "$prefix/share/doc" "$prefix/share/bash-completion/completions"
        "$prefix/share/bash-completion" "$man"/man{1,5,7,8}
        "$unit_directory"/tradestack-{exporter,fix,gateway,grpc,order-manager,strategy@,web}.service.d
        "$own_units"/tradestack-{fix,gateway,order-manager,web}.socket.d
        "$own_units/tradestack-gateway.service.d" "$own_units/sockets.target.wants")
    [[ $prefix == /usr || $prefix == /usr/local ]] || directories+=("$man")
    if [[ $prefix == /usr/local ]]; then
        directories+=(/usr/local/lib/{sysusers.d,tmpfiles.d}
            /usr/local/lib/systemd/{system,catalog} /usr/local/lib/systemd)
    fi
    rmdir --ignore-fail-on-non-empty -- "${directories[@]/#/$DESTDIR}" 2>/dev/null || true
}

main() {
    parse_arguments "$@"
    if [[ $action == try ]]; then
        try_it
    fi
    set_places
    refuse_second_prefix
    work=$(mktemp -d)
    trap 'rm -rf -- "$work"' EXIT
    umask 022
    case $action in
        install) install_it ;;
        uninstall) uninstall_it ;;
    esac
}

main "$@"

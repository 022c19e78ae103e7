#!/usr/bin/env bash
# Installs, upgrades, removes or just tries tradestack. `./install.sh --help` says how.
#
# Layout: PREFIX/lib/tradestack/<id> is a virtual environment, its id a digest of sources and Python;
# PREFIX/lib/tradestack/current points to the one in use, PREFIX/bin to the commands in it. So an
# upgrade is one rename, and a failed one changes nothing.
set -euo pipefail

CHECKOUT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
DESTDIR=${DESTDIR:-}
COMMANDS=(tradestackctl tradestack-gateway tradestack-order-manager tradestack-strategy)
PYTHON_NEEDED="3.11 or later"

usage() {
    cat <<'TEXT'
usage: ./install.sh [--user] [--prefix DIR] [--now]        install or upgrade
       ./install.sh [--user] [--prefix DIR] --uninstall [--purge]
       ./install.sh --try [-- ARGS]                        run it from here, installing nothing

  --now         start it, too (an upgrade restarts what runs in any case; sockets stay open)
  --user        for the calling user's own systemd; without it root is needed
  --prefix DIR  default /usr/local, with --user ~/.local
  --uninstall   remove programs and units; configuration, state and logs stay
  --purge       remove these as well, and the user and group tradestack
  --try         private environment in .venv, then `tradestackctl up ARGS`

Environment: PYTHON (which interpreter), PIP_* (pip's own, e.g. PIP_NO_INDEX and PIP_FIND_LINKS for
a wheelhouse), DESTDIR (install into a tree; no user is made, nothing is started).
What it does is said on stderr.
TEXT
}

say() { printf 'install.sh: %s\n' "$*" >&2; }
fail() {
    say "$*"
    exit 1
}

# ---- arguments --------------------------------------------------------------------------------------

parse_arguments() {
    scope=system action=install now=no purge=no prefix='' up_arguments=()
    while (($#)); do
        case $1 in
            --now) now=yes ;;
            --user) scope=user ;;
            --prefix)
                (($# > 1)) || fail "--prefix wants a directory"
                prefix=$2
                shift
                ;;
            --prefix=*) prefix=${1#*=} ;;
            --uninstall) action=uninstall ;;
            --purge) purge=yes ;;
            --try) action=try ;;
            --help | -h)
                usage
                exit 0
                ;;
            --)
                shift
                up_arguments=("$@")
                break
                ;;
            *) fail "unknown argument $1; see ./install.sh --help" ;;
        esac
        shift
    done
    [[ $purge == no || $action == uninstall ]] || fail "--purge goes with --uninstall"
    [[ $action == try || ${#up_arguments[@]} == 0 ]] || fail "arguments after -- go with --try"
    [[ $action != try || $now == no ]] || fail "--try installs nothing that --now could start"
}

# Where everything goes, for root and for a user.
set_places() {
    if [[ $scope == user ]]; then
        prefix=${prefix:-$HOME/.local}
        etc=$HOME/.config
        own_units=${XDG_CONFIG_HOME:-$etc}/systemd/user # links of enabled units, drop-ins of the operator
        unit_directory=${XDG_DATA_HOME:-$HOME/.local/share}/systemd/user
        runtime_directory=${XDG_RUNTIME_DIR:-/run/user/$(id -u)}/tradestack
        state_directory=$HOME/.local/state/tradestack
        log_directory=$state_directory/log
        systemctl=(systemctl --user)
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
    fi
    [[ $prefix == /* ]] || fail "--prefix: $prefix is not absolute"
    prefix=$(realpath -m -- "$prefix")
    if [[ $scope == system && $prefix =~ ^/(home|root|run/user)(/|$) ]]; then
        fail "--prefix: the daemons cannot see $prefix (ProtectHome=yes); take /opt/..., or --user"
    fi
    bin=$prefix/bin
    lib=$prefix/lib/tradestack
    share=$prefix/share/tradestack
    doc=$prefix/share/doc/tradestack
    completion=$prefix/share/bash-completion/completions/tradestackctl
    config=$etc/tradestack
}

# Whether a systemd is there to be told (not in a plain container, not for DESTDIR).
is_live() {
    [[ -z $DESTDIR && -d /run/systemd/system ]] || return 1
    [[ $scope == system ]] || "${systemctl[@]}" show-environment >/dev/null 2>&1
}

# ---- Python and the environment ------------------------------------------------------------------------

is_usable_python() { # system daemons cannot run an interpreter that lives in somebody's home
    "$1" - "$scope-$action" <<'PYTHON' 2>/dev/null
import re, sys
homely = re.match(r"/(home|root)(/|$)", sys.base_prefix)
sys.exit(sys.version_info < (3, 11) or bool(homely and sys.argv[1] == "system-install"))
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
        fail "missing: $*; install it as root (Debian: apt-get install $*), then run this again"
    elif command -v apt-get >/dev/null; then
        say "installing $* by apt-get"
        apt_install "$@" || { apt-get -qq update >&2 && apt_install "$@"; } ||
            fail "apt-get could not install $*"
    elif command -v dnf >/dev/null; then
        say "installing python3 and python3-pip by dnf"
        dnf -q -y install python3 python3-pip >&2 || fail "dnf could not install Python"
    else
        fail "missing: $*, and neither apt-get nor dnf is here to install it"
    fi
}

apt_install() {
    DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends \
        -o Dpkg::Use-Pty=0 install "$@" >&2
}

need_python() {
    if ! find_python; then
        install_packages python3 python3-venv
        find_python || fail "no Python $PYTHON_NEEDED (set PYTHON= to name one)"
    fi
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        install_packages "$("$python" -c 'import sys
print("python3-venv" if sys.executable == "/usr/bin/python3" else "python3.%d-venv" % sys.version_info[1])')"
    fi
}

# Whether the environment runs and holds what tradestack imports: an upgraded OS leaves one whose
# interpreter is gone or has become another version.
is_healthy() {
    [[ -x $1/bin/python ]] && "$1/bin/python" -c '
import sys, daemon, msgspec, numpy, sdnotify, shtab, uvloop, tradestack.ctl.main
sys.exit(not sys.prefix.startswith(sys.argv[1]))' "$1" >/dev/null 2>&1
}

digest_of() { # files and directories, and the interpreter → 12 hexadecimal digits
    {
        "$python" -c 'import sys; print(sys.version, sys.base_prefix)'
        find "$@" -type f ! -name '*.pyc' -print0 | sort -z | xargs -0 sha256sum
    } | sha256sum | cut -c 1-12
}

make_environment() { # directory, then pip's arguments
    local directory=$1
    shift
    rm -rf -- "$directory"
    mkdir -p -- "$(dirname -- "$directory")"
    "$python" -m venv "$directory" >&2
    "$directory/bin/python" -m pip --disable-pip-version-check --quiet install "$@" >&2 || {
        rm -rf -- "$directory"
        fail "pip failed; offline, set PIP_NO_INDEX=1 and PIP_FIND_LINKS=<wheelhouse>"
    }
}

# ---- --try -------------------------------------------------------------------------------------------------

try_it() {
    local environment=$CHECKOUT/.venv stamp
    find_python || need_python
    stamp=$(digest_of "$CHECKOUT/pyproject.toml")
    if [[ $(cat "$environment/.tradestack" 2>/dev/null) != "$stamp" ]] ||
        ! is_healthy "$environment"; then
        need_python
        say "making $environment"
        make_environment "$environment" --editable "$CHECKOUT"
        echo "$stamp" >"$environment/.tradestack"
    fi
    exec "$environment/bin/tradestackctl" up "${up_arguments[@]}"
}

# ---- programs ----------------------------------------------------------------------------------------------

install_programs() {
    local id
    programs=kept
    id=$(digest_of "$CHECKOUT/pyproject.toml" "$CHECKOUT/lib" "$CHECKOUT/daemons")
    if is_healthy "$DESTDIR$lib/$id"; then
        say "programs are up to date in $lib/$id"
    else
        say "installing programs into $lib/$id"
        programs=new
        make_environment "$DESTDIR$lib/$id" "$CHECKOUT"
        is_healthy "$DESTDIR$lib/$id" || fail "what was installed into $lib/$id does not run"
        [[ -z $DESTDIR ]] || forget_destdir "$DESTDIR$lib/$id"
    fi
    ln -sfn -- "$id" "$DESTDIR$lib/current.new"
    mv -T -- "$DESTDIR$lib/current.new" "$DESTDIR$lib/current"
    mkdir -p -- "$DESTDIR$bin"
    local command
    for command in "${COMMANDS[@]}"; do
        ln -sfn -- "$lib/current/bin/$command" "$DESTDIR$bin/$command"
    done
}

forget_destdir() { # scripts and byte code name the place they were made in
    grep -rlIF --null -- "$DESTDIR" "$1/bin" "$1/pyvenv.cfg" |
        xargs -0r sed -i "s|$DESTDIR$lib|$lib|g"
    "$1/bin/python3" -m compileall -q -f -s "$DESTDIR" "$1/lib" >&2 || true
}

remove_old_programs() {
    find "$DESTDIR$lib" -mindepth 1 -maxdepth 1 -type d \
        ! -name "$(readlink -- "$DESTDIR$lib/current")" -exec rm -rf -- {} +
}

# ---- files ---------------------------------------------------------------------------------------------------

fill() { # file → its text with the places filled in
    sed -e "s|@bindir@|$bin|g; s|@libdir@|$lib|g; s|@sysconfdir@|$etc|g; s|@docdir@|$doc|g" \
        -e "s|@rundir@|$runtime_directory|g; s|@statedir@|$state_directory|g" \
        -e "s|@systemctl@|${systemctl[*]}|g" -- "$1"
}

put() { # mode, target: stdin → file, in one step
    local target=$DESTDIR$2
    mkdir -p -- "$(dirname -- "$target")"
    cat >"$target.tmp"
    chmod -- "$1" "$target.tmp"
    mv -- "$target.tmp" "$target"
}

install_files() {
    local file
    for file in README.md CHANGELOG.md; do
        [[ ! -e $CHECKOUT/$file ]] || put 0644 "$doc/$file" <"$CHECKOUT/$file"
    done
    for file in prices.csv sentiment.csv; do
        [[ ! -e $CHECKOUT/data/$file ]] || put 0644 "$share/data/$file" <"$CHECKOUT/data/$file"
    done
    # By name of its interpreter: inside a DESTDIR the script's first line is not right yet.
    "$DESTDIR$lib/current/bin/python" "$DESTDIR$lib/current/bin/tradestackctl" completion bash |
        put 0644 "$completion"
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

install_units() {
    local file name version service
    for file in "$CHECKOUT"/systemd/tradestack*.{target,slice,socket,service}; do
        name=$(basename -- "$file")
        fill "$file" | adapted | put 0644 "$unit_directory/$name"
    done
    version=$(systemctl --version 2>/dev/null | sed -n '1s/^systemd \([0-9]*\).*/\1/p')
    for service in gateway order-manager strategy@; do
        name=$unit_directory/tradestack-$service.service.d/since-254.conf
        rm -f -- "$DESTDIR$name"
        ((${version:-0} < 254)) || put 0644 "$name" <"$CHECKOUT/systemd/since-254.conf"
    done
}

# A user's manager may not change users, mounts, devices, or make a process dearer to the kernel.
adapted() {
    if [[ $scope == system ]]; then
        cat
        return
    fi
    sed -E -e '/^#/d' \
        -e '/^(User|Group|SocketUser|SocketGroup|OOMScoreAdjust|CapabilityBoundingSet|AmbientCapabilities)=/d' \
        -e '/^(Protect[A-Za-z]+|Private[A-Za-z]+|Device[A-Za-z]+|ProcSubset|(No)?ExecPaths|IPAddress[A-Za-z]+)=/d' \
        -e '/^((State|Logs)Directory(Mode)?|KeyringMode)=/d' \
        -e 's/^WantedBy=multi-user.target/WantedBy=default.target/' \
        -e "s/^(ListenStream=127\.0\.0\.1:)8999$/\1$feed_port/" \
        -e "s/^(ListenStream=127\.0\.0\.1:)8998$/\1$order_port/"
}

# ---- configuration -----------------------------------------------------------------------------------------

install_config() {
    local file name
    while IFS= read -r -d '' file; do
        name=${file#"$CHECKOUT"/etc/}
        install_config_file "$file" "$name"
    done < <(find "$CHECKOUT/etc" -name '*.toml' -print0 | sort -z)
}

# The shipped text is kept beside the data, to know an edited file from an old default.
install_config_file() { # source, name
    local target=$config/$2 default=$share/default/$2 new=$work/config
    configured "$1" >"$new"
    if [[ ! -e $DESTDIR$target ]] || cmp -s -- "$DESTDIR$default" "$DESTDIR$target"; then
        put 0644 "$target" <"$new"
    elif ! cmp -s -- "$DESTDIR$default" "$new" && ! cmp -s -- "$DESTDIR$target" "$new"; then
        say "$target was edited and stays; the new default is in $target.new"
        put 0644 "$target.new" <"$new"
    fi
    put 0644 "$default" <"$new"
}

configured() { # shipped config → with this installation's places and ports
    if [[ $scope == system ]]; then
        sed -e "s|/usr/local/share/tradestack|$share|g" -- "$1"
        return
    fi
    # A default that does not fit a user's installation becomes a setting.
    sed -E -e "s|/usr/local/share/tradestack|$share|g" \
        -e '/^#[a-z_]+ = ".*(\/(etc|run|var\/lib|var\/log)\/tradestack|127\.0\.0\.1:899[89])/s/^#//' \
        -e "s|/etc/tradestack|$config|g; s|/run/tradestack|$runtime_directory|g" \
        -e "s|/var/lib/tradestack|$state_directory|g; s|/var/log/tradestack|$log_directory|g" \
        -e "s|127\.0\.0\.1:8999|127.0.0.1:$feed_port|g" \
        -e "s|127\.0\.0\.1:8998|127.0.0.1:$order_port|g" \
        -e "s|^#?segment_suffix = \"\"|segment_suffix = \"$segment_suffix\"|" -- "$1"
}

# Makes what is missing of each strategy's password and of its line in the servers' file of users.
install_credentials() {
    local owner=
    [[ $scope == user ]] || owner=tradestack
    say "passwords are in $config/credentials, their hashes in $config/users"
    "$lib/current/bin/python" -m tradestack.ctl.installation.credentials "$config" $owner
}

choose_user_ports() { # keeps the ports of an earlier installation
    local socket=$unit_directory/tradestack-gateway.socket
    segment_suffix=-$(id -un)
    if [[ -e $socket ]]; then
        feed_port=$(sed -n 's/^ListenStream=.*://p' "$socket")
        order_port=$(sed -n 's/^ListenStream=.*://p' "$unit_directory/tradestack-order-manager.socket")
        return
    fi
    read -r feed_port order_port < <("$python" -c '
import socket
sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
print(*(each.getsockname()[1] for each in sockets))')
}

# ---- the running system --------------------------------------------------------------------------------------

fingerprint() { # changes when a restart would bring something new
    {
        readlink -- "$DESTDIR$lib/current" || true
        cat -- "$DESTDIR$unit_directory"/tradestack*.{service,target,slice} \
            "$DESTDIR$unit_directory"/tradestack*.service.d/since-254.conf \
            "$DESTDIR$config"/*.toml "$DESTDIR$config"/strategy/*.toml || true
    } 2>/dev/null | sha256sum
}

tell_systemd() { # first installation or upgrade
    "${systemctl[@]}" daemon-reload
    [[ $1 != first ]] ||
        "${systemctl[@]}" --quiet enable tradestack.target tradestack-strategy@news.service
    if [[ $scope == system ]]; then
        journalctl --update-catalog || true
    fi
}

restart_what_runs() { # services only: the sockets stay open and connections wait in them
    "${systemctl[@]}" --quiet is-active 'tradestack-*.service' || return 0
    say "restarting the services"
    "${systemctl[@]}" try-restart tradestack-gateway.service tradestack-order-manager.service \
        'tradestack-strategy@*.service' || fail "restart failed: journalctl -e -u 'tradestack-*'"
}

start_it() {
    say "starting tradestack.target"
    "${systemctl[@]}" start tradestack.target
    local unit
    for unit in tradestack-gateway tradestack-order-manager tradestack-strategy@news; do
        "${systemctl[@]}" --quiet is-active "$unit.service" ||
            ! "${systemctl[@]}" --quiet is-enabled "$unit.service" 2>/dev/null ||
            fail "$unit does not run: journalctl -e -u $unit"
    done
    say "running; try: tradestackctl status, or systemctl status 'tradestack-*'"
}

install_it() {
    [[ $scope == user || $EUID == 0 || -n $DESTDIR ]] ||
        fail "a system installation needs root; ./install.sh --user does not, --try installs nothing"
    [[ $now == no ]] || is_live || fail "--now: no systemd runs here; try ./install.sh --try"
    need_python
    [[ $scope == system ]] || choose_user_ports
    local occasion=first before
    [[ ! -e $DESTDIR$unit_directory/tradestack.target ]] || occasion=upgrade
    before=$(fingerprint)
    install_programs
    install_files
    install_config
    if [[ -n $DESTDIR ]]; then
        say "installed into $DESTDIR; on the target system run install.sh, which makes user and passwords"
    else
        if [[ $scope == system ]]; then
            systemd-sysusers "$vendor_directory/sysusers.d/tradestack.conf"
            systemd-tmpfiles --create "$vendor_directory/tmpfiles.d/tradestack.conf"
        else
            (umask 077 && mkdir -p -- "$log_directory" "$state_directory"/{gateway,order-manager})
        fi
        install_credentials
    fi
    if is_live; then
        tell_systemd "$occasion"
        [[ $programs == kept && $before == "$(fingerprint)" ]] || restart_what_runs
        [[ $now == no ]] || start_it
    fi
    remove_old_programs
    say "done; configuration is in $config"
}

# ---- removal --------------------------------------------------------------------------------------------------

uninstall_it() {
    [[ $scope == user || $EUID == 0 || -n $DESTDIR ]] || fail "removing a system installation needs root"
    if is_live; then
        say "stopping what runs"
        "${systemctl[@]}" stop tradestack.target 'tradestack-*.service' 'tradestack-*.socket' \
            tradestack.slice 2>/dev/null || true
    fi
    rm -rf -- "$DESTDIR$own_units"/{tradestack.target.wants,*.target.wants/tradestack.target}
    say "removing programs and units"
    rm -rf -- "$DESTDIR$unit_directory"/tradestack*.{service.d/since-254.conf,service,socket,target,slice} \
        "$DESTDIR$lib" "$DESTDIR$share" "$DESTDIR$doc" "$DESTDIR$completion" "${COMMANDS[@]/#/$DESTDIR$bin/}"
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
    [[ $purge == yes ]] || say "kept: $config, $state_directory, $log_directory"
}

purge_it() {
    say "removing configuration, state, logs and shared memory"
    rm -rf -- "$DESTDIR$config" "$DESTDIR$state_directory" "$DESTDIR$log_directory" \
        "$DESTDIR$own_units"/tradestack*
    [[ -z $DESTDIR ]] || return 0
    rm -rf -- "$runtime_directory"
    if [[ $scope == user ]]; then
        rm -f -- /dev/shm/tradestack-{prices,news}-"$(id -un)"
        return
    fi
    rm -f -- /dev/shm/tradestack-{prices,news}
    say "removing user and groups"
    ! getent passwd tradestack >/dev/null || userdel tradestack
    local group
    for group in tradestack tradestack-ops; do
        ! getent group "$group" >/dev/null || groupdel "$group"
    done
}

remove_empty_directories() { # of those that a fresh system does not have
    local directories=("$share" "$doc" "$prefix/share/doc" "$prefix/share/bash-completion/completions"
        "$prefix/share/bash-completion"
        "$unit_directory"/tradestack-{gateway,order-manager,strategy@}.service.d)
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
    work=$(mktemp -d)
    trap 'rm -rf -- "$work"' EXIT
    umask 022
    case $action in
        install) install_it ;;
        uninstall) uninstall_it ;;
    esac
}

main "$@"

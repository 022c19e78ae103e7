# shellcheck shell=bash
# The environment that install.sh --try makes, with the test tools added; to be sourced.

# Make or complete it; CHECKOUT is the root of the checkout.
make_environment() {
    local environment=$CHECKOUT/.venv stamp
    "$CHECKOUT/install.sh" --try -- --help >/dev/null
    stamp=$(sha256sum <"$CHECKOUT/pyproject.toml")
    [[ $(cat "$environment/.tests" 2>/dev/null) != "$stamp" ]] || return 0
    printf 'installing the test tools into %s\n' "$environment" >&2
    "$environment/bin/python" -c 'import sys, tomllib
print(*tomllib.load(sys.stdin.buffer)["dependency-groups"]["test"], sep="\n")' \
        <"$CHECKOUT/pyproject.toml" >"$environment/test-requirements.txt"
    "$environment/bin/python" -m pip --disable-pip-version-check --quiet install \
        --requirement "$environment/test-requirements.txt" >&2
    printf '%s\n' "$stamp" >"$environment/.tests"
}

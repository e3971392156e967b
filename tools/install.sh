#!/bin/sh
# tools/install.sh PYTHON VENV: everything of requirements.lock into VENV, by uv when it is on PATH, else by pip.
# Said in one sentence when it can't be done: a python3 that is too old, no venv module, a full disk.
set -eu
python=$1
venv=$2
fail() { echo "make: $1" >&2; exit 2; }

command -v "$python" >/dev/null 2>&1 || fail "no $python on PATH; install Python 3.11, 3.12 or 3.13."
"$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
    || fail "$("$python" --version) is not supported; run 'make PYTHON=python3.13 …' with Python 3.11, 3.12 or 3.13."
free=$(df -Pk . | awk 'NR == 2 { print $4 }')
[ "${free:-900000}" -ge 900000 ] || fail "only $((free / 1024)) MB free here; the tools and the embedded PostgreSQL need 900 MB."

echo "Installing into $venv (once) …"
quiet=--quiet
[ ! -t 1 ] || quiet=
log=$(mktemp)
trap 'rm -f "$log"' EXIT
run() { # a step whose output is shown only when it fails
    if [ -z "$quiet" ]; then "$@"; else "$@" >"$log" 2>&1 || { cat "$log" >&2; return 1; }; fi
}
if command -v uv >/dev/null 2>&1; then
    run uv venv --quiet --clear --no-project --python "$python" "$venv" || fail "uv could not make $venv."
    run env VIRTUAL_ENV="$venv" uv pip install --quiet --compile-bytecode --require-hashes --only-binary :all: \
        -r requirements.lock || fail "uv could not install requirements.lock."
    run env VIRTUAL_ENV="$venv" uv pip install --quiet --no-deps --no-build-isolation --editable . \
        || fail "uv could not install the project itself."
else
    run "$python" -m venv --clear "$venv" \
        || fail "$python can't make a virtual environment; on Debian and Ubuntu: apt install python3-venv."
    run "$venv/bin/python" -m pip install $quiet --disable-pip-version-check --no-deps --require-hashes \
        --only-binary :all: -r requirements.lock || fail "pip could not install requirements.lock."
    run "$venv/bin/python" -m pip install $quiet --disable-pip-version-check --no-deps --no-build-isolation \
        --editable . || fail "pip could not install the project itself."
fi

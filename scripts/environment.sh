#!/bin/sh
# environment.sh PYTHON VENV LOCK: brings VENV in line with LOCK and installs govinteract into it,
# editable. Every package must have a hash that LOCK names. Keeps what VENV has besides.
set -eu
python=$1 venv=$2 lock=$3

say() { printf '%s\n' "$*" >&2; }

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    say "govinteract needs Python 3.11 or later; '$python' is not. Set PYTHON=/path/to/python3.11."
    exit 1
fi
if [ ! -x "$venv/bin/python" ] || ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    say "Making $venv"
    if ! "$python" -m venv "$venv"; then
        say "Python has no venv. On Debian: apt-get install python3-venv"
        exit 1
    fi
fi

say "Installing $lock into $venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input \
    --require-hashes --no-deps --use-pep517 -r "$lock"
# hatchling and Babel come from the lock too, so the build fetches nothing of its own.
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input \
    --no-deps --no-build-isolation -e .

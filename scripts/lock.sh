#!/bin/sh
# Resolves what pyproject.toml asks for into requirements/: every version with every hash, for each
# platform and Python that we support, and no address of a registry.
set -eu
cd "$(dirname "$0")/.."

tool=build/lock
[ -x "$tool/bin/uv" ] || { python3 -m venv "$tool" && "$tool/bin/python" -m pip install -q uv; }

compile() {
    "$tool/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-annotate --custom-compile-command 'make lock' \
        --no-emit-package govinteract ${UPGRADE:+--upgrade} "$@" pyproject.toml
}

compile --all-extras --group dev --output-file requirements/dev.txt
# The demonstration takes the same versions as the tests.
compile --extra all --group run --constraint requirements/dev.txt --output-file requirements/run.txt

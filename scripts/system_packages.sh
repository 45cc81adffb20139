#!/bin/sh
# What the tests need from the machine and no Python package brings: a browser, Debian's
# PostgreSQL 15, strace and SoftHSM. Does nothing when they are there; installs them when it may; says what
# to install when it may not.
set -eu

say() { printf '%s\n' "$*" >&2; }
has() { command -v "$1" >/dev/null 2>&1; }

missing=
if [ -z "${GOVINTERACT_TEST_CHROMIUM:-}" ] && ! has chromium; then
    missing="$missing chromium fonts-dejavu-core" # the font has every Vietnamese letter
fi
[ -x "${GOVINTERACT_TEST_PG15:-/usr/lib/postgresql/15/bin}/postgres" ] || missing="$missing postgresql-15"
has strace || missing="$missing strace"
[ -e "/usr/lib/softhsm/libsofthsm2.so" ] || missing="$missing softhsm2"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ] || ! has apt-get; then
    say "The tests need packages that this machine does not have:$missing"
    say "On Debian 12:  sudo apt-get install$missing"
    say "Elsewhere: name Chromium with GOVINTERACT_TEST_CHROMIUM=/path/to/chromium, the folder of"
    say "PostgreSQL 15's programs with GOVINTERACT_TEST_PG15=/path/to/bin, and install strace and SoftHSM."
    exit 1
fi

# The tests start servers of their own: keep Debian from making and starting one too.
cluster=/etc/postgresql-common/createcluster.conf
case $missing in *postgresql*)
    if [ ! -e "$cluster" ]; then
        mkdir -p "${cluster%/*}"
        echo 'create_main_cluster = false' >"$cluster"
    fi ;;
esac

say "Installing$missing"
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
# shellcheck disable=SC2086  # a list of names
apt-get install -q -y --no-install-recommends -o Dpkg::Options::=--force-confold $missing

#!/usr/bin/env bash
# Everything that must hold, from formatting to a real browser. `tests/run.sh quick` stops after the tests
# on SQLite; `tests/run.sh peers` runs only those with other programs (tests/peers). On a Debian machine
# where it is root it installs what is missing; elsewhere it says what is. Nothing is skipped: what cannot run is a failure.
set -euo pipefail
cd "$(dirname "$0")/.."

mode=${1:-all}
case "$mode" in
    all | quick | peers) ;;
    *) echo "usage: tests/run.sh [quick | peers]" >&2; exit 2 ;;
esac
began=$SECONDS
step() { printf '\n== %s (%d s)\n' "$1" "$((SECONDS - began))"; }
missing() { echo "missing: $1 — $2" >&2; exit 2; }

# Debian packages for a command that is not there yet.
need() {
    local command=$1
    shift
    command -v "$command" >/dev/null && return
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        if [ -z "${updated:-}" ]; then apt-get update -qq; updated=1; fi
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
        command -v "$command" >/dev/null && return
    fi
    missing "$command" "install the Debian package(s): $*"
}
postgres_bin() {
    local found
    found=$(command -v initdb || true)
    if [ -n "$found" ]; then dirname "$found"; return; fi
    find /usr/lib/postgresql -name initdb -path '*/bin/*' 2>/dev/null | sort -V | tail -n 1 | xargs -r dirname
}

need cargo cargo
need cc gcc libc6-dev

# Others' programs beside ours: each folder of tests/peers has a script that installs what it needs.
peers() {
    local script
    for script in tests/peers/*/run.sh; do
        [ -e "$script" ] || continue
        step "peers: $(basename "$(dirname "$script")")"
        "$script"
    done
}
if [ "$mode" = peers ]; then
    compgen -G 'tests/peers/*/run.sh' >/dev/null || missing tests/peers "there is no script to run yet"
    step "the binary that users run"
    cargo build --release --locked
    export SYSTEMBRUKER_BIN="${CARGO_TARGET_DIR:-$PWD/target}/release/systembruker"
    peers
    echo "peers: all passed in $((SECONDS - began)) s"
    exit 0
fi

step "format"
cargo fmt --check
step "clippy"
cargo clippy --all-targets --locked -- -D warnings
step "tests on SQLite"
cargo test --locked

if [ "$mode" = quick ]; then
    echo "quick: all passed in $((SECONDS - began)) s"
    exit 0
fi

step "tests on PostgreSQL"
if [ -z "$(postgres_bin)" ]; then
    need pg_ctlcluster postgresql
fi
bin=$(postgres_bin)
[ -n "$bin" ] || missing initdb "install PostgreSQL 15 or newer"
scratch=$(mktemp -d)
as_postgres() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
[ "$(id -u)" != 0 ] || chown postgres "$scratch"
cleanup() {
    as_postgres "$bin/pg_ctl" -D "$scratch/data" -m immediate stop >/dev/null 2>&1 || true
    rm -rf "$scratch"
}
trap cleanup EXIT
as_postgres "$bin/initdb" -D "$scratch/data" --no-sync --auth=trust --username=postgres \
    --encoding=UTF8 --locale=C >/dev/null
as_postgres "$bin/pg_ctl" -D "$scratch/data" -l "$scratch/log" -w start -o \
    "-c listen_addresses='' -c unix_socket_directories='$scratch' -c max_connections=400 \
     -c fsync=off -c synchronous_commit=off -c full_page_writes=off" >/dev/null
export TEST_POSTGRES="postgres:///postgres?host=$scratch&user=postgres"
cargo test --locked --test it -- --ignored

step "a sample of every page"
mkdir "$scratch/samples"
tests/samples.sh "$scratch/samples"

step "the binary that users run"
cargo build --release --locked
export SYSTEMBRUKER_BIN="${CARGO_TARGET_DIR:-$PWD/target}/release/systembruker"

step "schemathesis"
need curl curl
need python3 python3 python3-venv
# Debian has it in a package of its own.
if ! python3 -c 'import venv, ensurepip' 2>/dev/null; then
    [ "$(id -u)" = 0 ] || missing python3-venv "install the Debian package: python3-venv"
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv >/dev/null
fi
tests/schemathesis/run.sh

peers

step "browser tests"
need node nodejs
need npm npm
need chromium chromium
npm ci --no-audit --no-fund --loglevel=error
PAGE_SAMPLES=$scratch/samples npm run test:e2e

step "HTML of every page"
need java default-jre-headless
PAGE_SAMPLES=$scratch/samples tests/html.sh

step "bans, licences and sources"
if ! command -v cargo-deny >/dev/null; then
    CARGO_PROFILE_RELEASE_LTO=off cargo install cargo-deny --locked --quiet
fi
cargo deny --locked check bans licenses sources

echo
echo "all passed in $((SECONDS - began)) s"

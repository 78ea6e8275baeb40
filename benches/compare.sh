#!/usr/bin/env bash
# Runs `drf-harden check` and its peer on the same trees in turn, and prints the ratios.
#
#   benches/compare.sh [FOLDER ...]      without folders: every project of the corpus (scripts/corpus.sh)
#
# Peer: `ruff check --select S,DJ --no-cache --output-format json`, fetched into a virtual environment under target/.
# Needs Rust and Python 3 with venv; on Debian as root the latter is installed when it is missing. RUNS=20 runs longer.
# Wall time tells nothing on a busy machine: then look at the CPU column.
set -euo pipefail
cd "$(dirname "$0")/.."

RUFF_VERSION=0.17.6
python=${PYTHON:-python3}

venv=target/venvs/peers
if [ ! -x "$venv/bin/ruff" ]; then
  if ! "$python" -c 'import ensurepip' 2>/dev/null; then
    if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
      apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null
    else
      echo "$python cannot make virtual environments: install the package python3-venv" >&2
      exit 2
    fi
  fi
  "$python" -m venv "$venv"
  "$venv/bin/pip" install -q "ruff==$RUFF_VERSION"
fi

# DRF_HARDEN names a binary that was built before.
tool=${DRF_HARDEN:-}
if [ -z "$tool" ]; then
  cargo build --release --locked --quiet
  tool=${CARGO_TARGET_DIR:-target}/release/drf-harden
fi

if [ $# -eq 0 ]; then
  scripts/corpus.sh >&2
  set -- .corpus/*/
fi
exec "$venv/bin/python" benches/compare.py "$tool" "$venv/bin/ruff" "$@"

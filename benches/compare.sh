#!/usr/bin/env bash
# Runs `drf-harden check` and its peer on the same trees, side by side, and prints the ratio for each.
#
#   benches/compare.sh [FOLDER ...]      without folders: every project of the corpus (scripts/corpus.sh)
#
# Peer: `ruff check --select S,DJ --no-cache --output-format json`. Needs hyperfine (Debian package of that name, or
# `cargo install --locked hyperfine`) and Python 3 for the peer's virtual environment, which is made under target/.
set -euo pipefail
cd "$(dirname "$0")/.."

RUFF_VERSION=0.17.6

command -v hyperfine >/dev/null || {
  if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    apt-get install -y -qq hyperfine >/dev/null
  else
    echo "hyperfine is not installed: install the Debian package, or run 'cargo install --locked hyperfine'" >&2
    exit 2
  fi
}
cargo build --release --quiet
tool=$PWD/target/release/drf-harden
venv=target/venvs/peers
[ -x "$venv/bin/ruff" ] || { python3 -m venv "$venv" && "$venv/bin/pip" install -q "ruff==$RUFF_VERSION"; }
ruff=$PWD/$venv/bin/ruff

if [ $# -eq 0 ]; then
  [ -d .corpus ] || scripts/corpus.sh
  set -- .corpus/*/
fi

printf '%-24s %8s %12s %12s %8s %10s\n' project files drf-harden ruff ratio 'peak MB'
for folder in "$@"; do
  files=$(find "$folder" -name '*.py' | wc -l)
  out=$(mktemp)
  hyperfine --warmup 2 --runs 10 --ignore-failure --export-json "$out" \
    "$tool check $folder --format json" \
    "$ruff check $folder --select S,DJ --no-cache --isolated --output-format json" >/dev/null 2>&1
  peak=$(python3 - "$tool" "$folder" <<'PY'
import resource, subprocess, sys
subprocess.run([sys.argv[1], "check", sys.argv[2], "--format", "json"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
PY
)
  python3 - "$out" "$(basename "$folder")" "$files" "$peak" <<'PY'
import json, sys
ours, peer = (r["median"] for r in json.load(open(sys.argv[1]))["results"])
print(f"{sys.argv[2]:<24} {sys.argv[3]:>8} {ours * 1000:>9.0f} ms {peer * 1000:>9.0f} ms {ours / peer:>8.2f} {sys.argv[4]:>10}")
PY
  rm -f "$out"
done

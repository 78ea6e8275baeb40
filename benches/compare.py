"""The table of `compare.sh`: our time and memory beside the peer's, one row a folder.

The peer leaves out folders such as `dist` and `build` by their names. "same files" is the ratio when it is told to leave
out nothing: it differs where a project keeps the libraries that it bundles in such a folder.

    benches/compare.py DRF_HARDEN RUFF FOLDER ...
"""
import os
import sys
from pathlib import Path

from measure import best

RUNS = int(os.environ.get("RUNS", "10"))


def main() -> None:
    tool, peer, folders = sys.argv[1], sys.argv[2], sys.argv[3:]
    tool, peer = os.path.abspath(tool), os.path.abspath(peer)
    print(f"{'project':<24} {'.py files':>9} {'wall':>9} {'peer':>9} {'ratio':>6} {'CPU ratio':>9} {'same files':>10} {'peak MB':>8}")
    for folder in folders:
        files = sum(1 for _ in Path(folder).rglob("*.py"))
        run_peer = [peer, "check", folder, "--select", "S,DJ", "--no-cache", "--isolated", "--output-format", "json"]
        ours, theirs, whole = best(
            [
                [tool, "check", folder, "--format", "json"],
                run_peer,
                [*run_peer, "--config", "exclude = []"],
            ],
            RUNS,
        )
        print(
            f"{Path(folder).name:<24} {files:>9} {ours[0] * 1000:>6.0f} ms {theirs[0] * 1000:>6.0f} ms"
            f" {ours[0] / theirs[0]:>6.2f} {ours[1] / theirs[1]:>9.2f} {ours[0] / whole[0]:>10.2f}"
            f" {ours[2]:>8.0f}",
            flush=True,
        )


main()

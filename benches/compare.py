"""The table of `compare.sh`: our time and memory beside the peer's, one row a folder.

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
    print(f"{'project':<24} {'.py files':>9} {'wall':>9} {'peer':>9} {'ratio':>6} {'CPU ratio':>9} {'peak MB':>8}")
    for folder in folders:
        files = sum(1 for _ in Path(folder).rglob("*.py"))
        ours, theirs = best(
            [
                [tool, "check", folder, "--format", "json"],
                [peer, "check", folder, "--select", "S,DJ", "--no-cache", "--isolated", "--output-format", "json"],
            ],
            RUNS,
        )
        print(
            f"{Path(folder).name:<24} {files:>9} {ours[0] * 1000:>6.0f} ms {theirs[0] * 1000:>6.0f} ms"
            f" {ours[0] / theirs[0]:>6.2f} {ours[1] / theirs[1]:>9.2f} {ours[2]:>8.0f}",
            flush=True,
        )


main()

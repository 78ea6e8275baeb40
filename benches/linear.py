#!/usr/bin/env python3
"""Whether `check` takes twice the time for twice the code. Lays out 1, 2, 4 and 8 copies of a tree in a temporary
folder, in two ways: as packages of one project (beside its `manage.py`, where there is one), and as projects of one
repository. Prints the times, and what one copy takes relative to the first row: near 1 is linear.

    benches/linear.py target/release/drf-harden FOLDER
"""
import os
import shutil
import sys
import tempfile
from pathlib import Path

from measure import best

RUNS = int(os.environ.get("RUNS", "5"))


def lay_out(tree: Path, root: Path, copies: int, layout: str) -> None:
    # The metadata of a wheel would make its folder one of installed packages, which nobody judges.
    never = [".git", "__pycache__", "node_modules", "*.dist-info"]
    # Only code: a second set of settings would be another project.
    own = ["settings*", "manage.py", "*.toml", "*.cfg"]
    for number in range(copies):
        if layout == "projects":
            target, ignored = root / "services" / f"s{number}", never
        else:
            target, ignored = (root, never) if number == 0 else (root / f"copy{number}", never + own)
        shutil.copytree(tree, target, ignore=shutil.ignore_patterns(*ignored), dirs_exist_ok=True)


def main() -> None:
    tool, tree = os.path.abspath(sys.argv[1]), Path(sys.argv[2]).resolve()
    for layout in ("packages", "projects"):
        print(f"{layout:<10} {'files':>7} {'wall':>9} {'CPU':>9} {'peak MB':>8} {'per copy':>9}")
        first = None
        for copies in (1, 2, 4, 8):
            with tempfile.TemporaryDirectory() as folder:
                root = Path(folder) / "tree"
                lay_out(tree, root, copies, layout)
                files = sum(1 for _ in root.rglob("*.py"))
                [(wall, cpu, peak)] = best([[tool, "check", str(root), "--format", "json"]], RUNS)
            first = first or cpu
            print(
                f"{copies:>9}x {files:>7} {wall * 1000:>6.0f} ms {cpu * 1000:>6.0f} ms {peak:>8.0f}"
                f" {cpu / copies / first:>9.2f}",
                flush=True,
            )


main()

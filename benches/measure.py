"""Runs commands and says what they took: wall time, CPU time, peak memory. Runs of different commands alternate, so
that a busy moment meets all of them, and the smallest figure of several runs counts."""
import os
import subprocess
import time


def once(command: list[str]) -> tuple[float, float, float]:
    """Wall seconds, CPU seconds, peak megabytes of one run."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    # 0 and 1 are results; anything else would be a measurement of a failure.
    if process.returncode not in (0, 1):
        raise SystemExit(f"{' '.join(command)}: exit code {process.returncode}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def best(commands: list[list[str]], runs: int) -> list[tuple[float, float, float]]:
    """The smallest figures of each command in `runs` alternating runs, after one that warms the caches."""
    for command in commands:
        once(command)
    figures = [[once(command) for command in commands] for _ in range(runs)]
    return [tuple(min(column) for column in zip(*of_one)) for of_one in zip(*figures)]

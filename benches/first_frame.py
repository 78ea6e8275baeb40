#!/usr/bin/env python3
"""Time from start to the first frame of the session, in a pseudo-terminal, for each folder given.

    benches/first_frame.py target/release/drf-harden FOLDER ...

The first frame is the first output that draws something (after the alternate screen was entered). Prints the median
of 15 starts in milliseconds.
"""
import fcntl
import os
import pty
import select
import signal
import statistics
import struct
import sys
import tempfile
import termios
import time


def first_frame(tool: str, folder: str, state: str) -> float:
    start = time.perf_counter()
    pid, fd = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 160, 0, 0))
        environment = {"PATH": os.environ["PATH"], "HOME": state, "XDG_STATE_HOME": state, "TERM": "xterm-256color", "LANG": "C.UTF-8"}
        os.execvpe(tool, [tool, "session", folder], environment)
    seen = b""
    while b"drf-harden" not in seen:
        if not select.select([fd], [], [], 10)[0]:
            raise SystemExit(f"no frame from {folder}: {seen[:200]!r}")
        seen += os.read(fd, 65536)
    elapsed = time.perf_counter() - start
    os.kill(pid, signal.SIGTERM)
    os.waitpid(pid, 0)
    os.close(fd)
    return elapsed * 1000


def main() -> None:
    tool, folders = os.path.abspath(sys.argv[1]), sys.argv[2:]
    for folder in folders:
        with tempfile.TemporaryDirectory() as state:
            times = [first_frame(tool, folder, state) for _ in range(15)]
        print(f"{os.path.basename(folder.rstrip('/')):<24} {statistics.median(times):8.1f} ms (worst {max(times):.1f})")


main()

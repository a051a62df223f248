"""Starts one command, waits for it, and tells what it cost, as JSON on file descriptor 3.

A process of its own, and a small one: a process counts the memory of the one that it was forked from as its own peak.
"""

import json
import os
import sys
import time

started = time.monotonic()
child = os.fork()
if child == 0:
    os.close(3)
    try:
        os.execvp(sys.argv[1], sys.argv[1:])
    except OSError as error:
        os.write(2, f"{sys.argv[1]}: {error}\n".encode())
        os._exit(127)
_, status, usage = os.wait4(child, 0)
told = {
    "exit_status": os.waitstatus_to_exitcode(status),
    "wall_seconds": time.monotonic() - started,
    "cpu_seconds": usage.ru_utime + usage.ru_stime,
    # The kernel counts it in KiB.
    "peak_bytes": usage.ru_maxrss * 1024,
}
os.write(3, json.dumps(told).encode())

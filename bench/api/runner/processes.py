"""What processes use, from /proc."""

import os
import pathlib

TICKS = os.sysconf("SC_CLK_TCK")


def tree(pid):
    """A process and all below it."""
    children = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            fields = stat(int(entry.name))
            if fields:
                children.setdefault(int(fields[1]), []).append(int(entry.name))
    found, left = [], [pid]
    while left:
        one = left.pop()
        found.append(one)
        left += children.get(one, [])
    return found


def stat(pid):
    """The fields of /proc/PID/stat from the third on; none where the process is gone."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def cpu_seconds(pid):
    """What a process and all below it have used until now, those that have ended included."""
    total = 0
    for one in tree(pid):
        fields = stat(one)
        if fields:
            # User and system time, its own and that of children it has waited for.
            total += sum(int(field) for field in fields[11:15])
    return total / TICKS


def memory_bytes(pid):
    """What a process and all below it hold, what they share counted once."""
    total = 0
    for one in tree(pid):
        try:
            lines = pathlib.Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total

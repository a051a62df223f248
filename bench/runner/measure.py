"""What a command costs: wall-clock time, processor time and peak memory, from the kernel's own accounts of it."""

import dataclasses
import json
import os
import pathlib
import statistics
import subprocess
import sys

LAUNCHER = str(pathlib.Path(__file__).resolve().parent / "launch.py")


@dataclasses.dataclass
class Cost:
    wall_seconds: float
    cpu_seconds: float
    peak_bytes: int

    @staticmethod
    def median(costs):
        return Cost(
            statistics.median(cost.wall_seconds for cost in costs),
            statistics.median(cost.cpu_seconds for cost in costs),
            int(statistics.median(cost.peak_bytes for cost in costs)),
        )

    @staticmethod
    def sum(costs):
        return Cost(
            sum(cost.wall_seconds for cost in costs),
            sum(cost.cpu_seconds for cost in costs),
            max(cost.peak_bytes for cost in costs),
        )


class Failed(Exception):
    """A command that did not end well."""


def run(command, log):
    """Runs a command to its end, its words going to a log."""
    command = [str(word) for word in command]
    reader, writer = os.pipe()
    with open(log, "ab") as out:
        out.write(f"$ {' '.join(command)}\n".encode())
        out.flush()
        # File descriptor 3 is where the launcher tells the cost; nothing else is passed on.
        launcher = ["sh", "-c", f'exec "$@" 3>&{writer} {writer}>&-', "sh", sys.executable, "-S", "-E", LAUNCHER]
        subprocess.run([*launcher, *command], stdout=out, stderr=subprocess.STDOUT, pass_fds=[writer], check=False)
    os.close(writer)
    with os.fdopen(reader) as told:
        told = json.loads(told.read() or '{"exit_status": "no word"}')
    if told.pop("exit_status") != 0:
        with open(log, errors="replace") as words:
            tail = "".join(words.readlines()[-20:])
        raise Failed(f"{' '.join(command)}\ndid not end well; {log} ends:\n{tail}")
    return Cost(**told)

"""Load on one server: oha, over connections that are kept open."""

import dataclasses
import json
import subprocess

import processes

CONNECTIONS = 64


class Failed(Exception):
    """An answer that is none."""


@dataclasses.dataclass
class Load:
    per_second: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float
    """Of the server and its database, for each request."""


def drive(oha, server, database, bodies, seconds, per_second=None):
    """As many requests as it takes, or so many a second. At a fixed rate a request's time begins when it was due, not when
    it could be sent: a server that stalls does not hide the requests that it keeps waiting."""
    command = [oha, "--no-tui", "--output-format", "json", "-z", f"{seconds}s", "-c", str(CONNECTIONS), "-m", "POST"]
    for name, value in server.headers.items():
        command += ["-H", f"{name}: {value}"]
    command += ["-Z", str(bodies), "-w"]
    if per_second:
        command += ["-q", str(max(1, round(per_second))), "--latency-correction"]
    pids = [server.process.pid] + ([database.process.pid] if server.has_database else [])
    before = sum(processes.cpu_seconds(pid) for pid in pids)
    told = subprocess.run([*command, server.url], check=True, stdout=subprocess.PIPE).stdout
    used = sum(processes.cpu_seconds(pid) for pid in pids) - before
    told = json.loads(told)
    answered = told["statusCodeDistribution"]
    others = {error: count for error, count in told["errorDistribution"].items() if error != "aborted due to deadline"}
    if set(answered) != {"200"} or others:
        raise Failed(f"{server.name} answers {answered} and fails {others}")
    latency = told["latencyPercentiles"]
    return Load(
        told["summary"]["requestsPerSec"],
        latency["p50"] * 1000,
        latency["p99"] * 1000,
        used / answered["200"] * 1000,
    )

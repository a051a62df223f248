"""docs/benchmarks-api.md out of the figures."""

import os
import platform


PEERS = ["PostGraphile", "Seaography"]
SHOWN = {
    "Peerband-anew": "… working each answer out",
    "Peerband-cold": "… and reading each row anew",
    "axum": "axum, a constant",
}


def machine():
    with open("/proc/meminfo", encoding="ascii") as lines:
        kib = int(next(line for line in lines if line.startswith("MemTotal")).split()[1])
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(kib / 2**20),
        "architecture": platform.machine(),
        "load_before": round(os.getloadavg()[0], 1),
    }


def page(results, queries):
    parts = [INTRODUCTION, measured(results)]
    parts += [query_part(query, results["queries"][query.name]) for query in queries]
    parts.append(memory(results["memory"]))
    return "\n\n".join(parts) + "\n"


INTRODUCTION = """# Benchmarks of the API

<!-- Written by bench/api/run; changes made here are lost with its next run. -->

Peerband's GraphQL API beside PostGraphile and Seaography over the same PostgreSQL tables, and beside axum answering a constant of as
many bytes. Repeat it with

```
bench/api/run        # --scale, --rounds, --seconds, --only; --help
```

- **Values are equal before any figure counts**: every request that is measured is asked of every server first, and their values,
  bands, ranks, peers and partners are compared.
- The peers answer whoever asks, without keys, rights, limits or prices, and are asked by the numbers of rows; their tables have the
  foreign keys and indexes of `bench/api/runner/indexes.sql`. Peerband looks up the key, the rights, the newest snapshot and the
  sender's ids, and charges each request.
- PostGraphile runs as many processes as the machine has cores. Each server has 8 connections to the database. The servers take turns
  within each round; what is shown are medians over the rounds. oha keeps 64 connections open and sends the requests in turn; it runs on
  the same machine, and takes its share of it.
- **Peerband keeps answers** until something they are made of changes, for whoever has the same rights; whether anything has changed is
  looked up for every request (ADR 8). The requests come again and again, so that it answers from what it keeps after the first turn. Below
  it stands the same server with `graphql.kept_megabytes = 0`, which works each answer out, from rows that it keeps where they are
  looked up by a key; and then with `graphql.kept_rows_megabytes = 0` besides, which reads each of them each time.
- **At half load**: half of a server's own most, at a fixed rate. A request's time begins when it was due, so that a stall is not
  hidden by the requests that wait for it.
- Processor time is user and system time of the server and of PostgreSQL, for each request. Requests a second depend on the machine; the
  ratios hardly do."""


def measured(results):
    machine, program, versions = (results[name] for name in ["machine", "program", "versions"])
    return (
        f"Measured on {results['measured_on']}: {machine['cores']} cores ({machine['architecture']}), {machine['memory_gib']} GiB of "
        f"memory, load {machine['load_before']} before the run; medians of {results['rounds']} rounds of {results['seconds']} s. "
        f"PostGraphile {versions['PostGraphile']}; Seaography {versions['Seaography']}; axum {versions['axum']}; PostgreSQL "
        f"{versions['PostgreSQL']}; oha {versions['oha']}.\n\n"
        f"Scale {results['scale']}: {program['partners']:,} partners, {program['snapshots']} monthly snapshots, "
        f"{program['scorecards']:,} scorecards, {program['peer_bands']:,} peer bands, {program['bytes'] / 2**20:,.0f} MiB. "
        f"{results['variants']} different requests of each query come in turn."
    )


def query_part(query, figures):
    servers = figures["servers"]
    ours, constant = servers["Peerband"], servers["axum"]
    fastest = max(server["per_second"] for name, server in servers.items() if name in PEERS)
    lines = [
        f"## {query.title}",
        "",
        f"{query.what[0].upper()}{query.what[1:]}; {figures['bytes']:,} bytes.",
        "",
        "| | requests a second | of Peerband's | processor | p50 at half load | p99 at half load |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, server in servers.items():
        shown = SHOWN.get(name, name)
        lines.append(
            f"| {shown} | {server['per_second']:,.0f} | {server['per_second'] / ours['per_second']:.3f} | {server['cpu_ms']:.3f} ms | "
            f"{server['half_p50_ms']:.2f} ms | {server['half_p99_ms']:.2f} ms |"
        )
    lines += [
        "",
        f"Peerband answers **{ours['per_second'] / fastest:.1f}** times as many as the faster peer, and "
        f"**{ours['per_second'] / constant['per_second']:.2f}** of what axum does with a constant.",
    ]
    return "\n".join(lines)


def memory(found):
    lines = ["## Memory", "", "Of the servers after all of it, without PostgreSQL's.", "", "| | |", "| --- | ---: |"]
    lines += [f"| {SHOWN.get(name, name)} | {held / 2**20:,.0f} MiB |" for name, held in found.items()]
    return "\n".join(lines)

"""docs/benchmarks.md out of the figures of every scale."""

import os
import platform

ORDER = ["XS", "S", "M", "L"]
STEPS = {
    "recompute": "Full recompute",
    "daily": "Daily step: one new day of facts, then the recompute",
    "backfill": "Backfill of twelve month ends",
}
NAMES = {
    "duckdb": "DuckDB, from Parquet",
    "duckdb-preloaded": "DuckDB, from its own preloaded integers",
    "polars": "Polars, from Parquet",
    "chdb": "chDB, from Parquet",
    "postgres": "PostgreSQL, from its own preloaded integers",
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


def page(results):
    results = sorted(results, key=lambda result: ORDER.index(result["scale"]))
    parts = [INTRODUCTION]
    parts += [scale(result) for result in results]
    return "\n\n".join(parts) + "\n"


INTRODUCTION = """# Benchmarks

<!-- Written by bench/run; changes made here are lost with its next run. -->

Peerband beside DuckDB, Polars, chDB and PostgreSQL: eight metrics of every partner in every slice, with bands and ranks, on the
same generated facts, on one machine in one run. Repeat it with

```
bench/run --scale S        # or M, or L; --help names what can be left out
```

- The program: `peerband bench generate`, deterministic, Parquet packed with Snappy in monthly files. Facts reach from 2025-10 to
  2026-10; the as-of date is 2026-10-31.
- **Results are equal before any figure counts.** Every value, band, rank, percentile and peer count of every scorecard a peer
  computes is held against `peerband export scorecards`; a peer that differs in one of them has no figures here.
- Each pair takes turns, so that whatever else the machine does hits both; medians are shown. **Every run is a cold process.** Files
  are in the page cache for both sides.
- The peers read the raw Parquet files and write a Parquet file of scorecards. They are spared two things that Peerband does: to
  settle keys that were sent twice (none was), and to keep what it computed in a database that can be queried.
- **scored**: to every measure, band and rank in memory (`peerband bench score`). **published**: to a snapshot in SQLite
  that is served. Both start from the fact store, as the peers start from the raw files; reading the raw files is Peerband's ingest.
- Ratios are the peer's cost divided by Peerband's: above 1, Peerband is ahead. Processor time is user and system of all threads.
  Memory is the largest resident set; PostgreSQL's is that of its largest process only."""


def scale(result):
    machine = result["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in result["versions"].items())
    program = result["program"]
    others = sum(program[name] for name in ["revenue", "seat_changes", "subscriptions", "instances", "surveys"])
    others += program["certifications"]
    ingest = result["ingest"]
    lines = [
        f"## Scale {result['scale']}",
        f"{program['partners']:,} partners, {program['customers']:,} customers, {program['usage']:,} usage rows, {others:,} other "
        f"facts, {mebibytes(program['bytes'])} of Parquet; {result['scorecards']:,} scorecards.",
        f"Measured on {result['measured_on']}: {machine['cores']} cores ({machine['architecture']}), {machine['memory_gib']} GiB "
        f"of memory, load {machine['load_before']} before the run; medians of {result['pairs']}. {versions}.",
        f"Ingest: {cost(ingest)}; the data directory then holds {mebibytes(result['ingested_bytes'])}.",
    ]
    if "decode" in result:
        lines.append(
            "Merely decoding the needed columns with pyarrow, the floor of a recompute: "
            f"{cost(result['decode']['fact-store'])} from the fact store; the raw usage files alone: "
            f"{cost(result['decode']['raw-usage'])}."
        )
    for step, title in STEPS.items():
        rows = []
        for name, peer in result["peers"].items():
            found = peer.get("steps", {}).get(step)
            if not found:
                continue
            theirs = found[name]
            rows.append(f"| {NAMES[name]} | {' | '.join(cells(theirs))} | | | |")
            for way in ("scored", "published"):
                if way in found:
                    rows.append(f"| … Peerband, {way} | {' | '.join(cells(found[way]))} | {' | '.join(ratios(theirs, found[way]))} |")
        if rows:
            head = "| | wall | processor | memory | wall ratio | processor ratio | memory ratio |\n" + "| --- |" + " ---: |" * 6
            lines.append(f"### {title}\n\n{head}\n" + "\n".join(rows))
    single = single_pass(result)
    if single:
        lines.append(single)
    prepared = [
        f"- {NAMES[name]}: {cost(peer['prepare'])}" for name, peer in result["peers"].items() if peer.get("prepare")
    ]
    if prepared:
        lines.append("### Loading, before the first recompute\n\n" + "\n".join(prepared))
    for word, told in (("differences", "Not equal, so not shown"), ("failed", "Did not end well")):
        names = [NAMES[name] for name, peer in result["peers"].items() if word in peer]
        if names:
            lines.append(f"**{told}: {', '.join(names)}.**")
    if "publish" in result:
        rates = result["publish"]
        rows = [f"| {name} | {rate:,.0f} |" for name, rate in rates.items() if name != "scorecards"]
        lines.append(
            "### Publishing\n\nScorecards a second, into an indexed table. Peerband's is what publishing adds to scoring, its "
            "peer bands and groups included.\n\n| | scorecards a second |\n| --- | ---: |\n" + "\n".join(rows)
        )
    return "\n\n".join(lines)


def single_pass(result):
    """Ingest and recompute together beside a peer's one pass over the raw files."""
    rows = []
    for name, peer in result["peers"].items():
        found = peer.get("steps", {}).get("recompute")
        if not found or peer.get("prepare"):
            continue
        ours = {
            key: result["ingest"][key] + found["published"][key] for key in ("wall_seconds", "cpu_seconds")
        }
        theirs = found[name]
        rows.append(
            f"| {NAMES[name]} | {theirs['wall_seconds']:.2f} s | {ours['wall_seconds']:.2f} s | "
            f"{theirs['wall_seconds'] / ours['wall_seconds']:.2f} | {theirs['cpu_seconds'] / ours['cpu_seconds']:.2f} |"
        )
    if not rows:
        return None
    head = "| | the peer's pass | Peerband | wall ratio | processor ratio |\n| --- | ---: | ---: | ---: | ---: |"
    return (
        "### Ingest and a published recompute beside one pass over the raw files\n\n" + head + "\n" + "\n".join(rows)
    )


def cost(figures):
    wall, processor, memory = cells(figures)
    return f"{wall}, {processor} of processor, {memory}"


def cells(figures):
    return (
        f"{figures['wall_seconds']:.2f} s",
        f"{figures['cpu_seconds']:.2f} s",
        mebibytes(figures["peak_bytes"]),
    )


def ratios(theirs, ours):
    return [f"**{theirs[key] / ours[key]:.2f}**" for key in ("wall_seconds", "cpu_seconds", "peak_bytes")]


def mebibytes(count):
    return f"{count / 2**20:,.0f} MiB"

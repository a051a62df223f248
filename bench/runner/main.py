"""The runner: steps in pairs, Peerband and a peer taking turns, so that what else the machine does hits both."""

import argparse
import datetime
import json
import os
import pathlib
import subprocess

import compare
import contenders
import program_files
import publish
import report
from measure import Cost, Failed

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "peerband"

AS_OF = "2026-10-31"
NEXT_DAY = "2026-11-01"
MONTH_ENDS = [
    "2025-11-30",
    "2025-12-31",
    "2026-01-31",
    "2026-02-28",
    "2026-03-31",
    "2026-04-30",
    "2026-05-31",
    "2026-06-30",
    "2026-07-31",
    "2026-08-31",
    "2026-09-30",
    "2026-10-31",
]
STEPS = ["ingest", "recompute", "daily", "backfill", "publish"]
SCALES = ["S", "M", "L"]
PEERS = ["duckdb", "duckdb-preloaded", "polars", "chdb", "postgres"]


def main():
    arguments = parse()
    folder = CACHE / "bench" / arguments.scale
    folder.mkdir(parents=True, exist_ok=True)
    binary = arguments.binary or build()
    program = program_files.generate(binary, arguments.scale, folder)
    day_folder = program_files.generate(binary, arguments.scale, folder, NEXT_DAY)

    peerband = contenders.Peerband(binary, folder, program)
    results = {
        "scale": arguments.scale,
        "measured_on": datetime.date.today().isoformat(),
        "pairs": arguments.pairs,
        "machine": report.machine(),
        "versions": contenders.versions(),
        "program": program_files.describe(program),
        "ingest": {},
        "peers": {},
    }
    tell("ingest: Peerband takes the program in")
    runs = arguments.pairs if "ingest" in arguments.only else 1
    ingest = Cost.median([peerband.ingest() for _ in range(runs)])
    results["ingest"] = vars(ingest)
    results["ingested_bytes"] = program_files.size_of(peerband.ingested)
    show("peerband", ingest)

    tell("decode: the columns that a recompute needs, and nothing else")
    results["decode"] = {}
    for what in ("fact-store", "raw-usage"):
        decode = Cost.median([peerband.decode(what) for _ in range(arguments.pairs)])
        results["decode"][what] = vars(decode)
        show(what, decode)

    tell("Peerband publishes what the peers must equal")
    peerband.recompute(AS_OF)
    exported = peerband.export(AS_OF)
    results["scorecards"] = count_rows(exported)

    for name in arguments.peers:
        peer = contenders.make_peer(name, folder, program)
        if peer is None:
            tell(f"{name}: not on this machine")
            continue
        try:
            results["peers"][name] = side_by_side(arguments, peerband, peer, day_folder, exported)
        except Failed as failed:
            print(failed)
            results["peers"][name] = {"failed": str(failed).splitlines()[-1]}
    if "publish" in arguments.only:
        tell("publish: rows a second")
        results["publish"] = publish.rates(peerband, exported, folder, AS_OF, arguments.pairs)
    store(results)


def side_by_side(arguments, peerband, peer, day_folder, exported):
    """A peer's figures beside Peerband's of the same minutes; none where the results differ."""
    tell(f"{peer.name}: check that its scorecards equal Peerband's")
    prepared = peer.prepare()
    peer.score([AS_OF])
    differences = compare.differences(exported, peer.scorecards(AS_OF))
    if differences:
        print("\n".join(differences))
        return {"differences": differences}
    found = {"prepare": vars(prepared) if prepared else None, "steps": {}}

    def pair(step, ours, theirs, pairs=arguments.pairs):
        """`ours` are the ways in which Peerband does what the peer does in one."""
        costs = {way: [] for way in [*ours, peer.name]}
        for _ in range(pairs):
            for way, measured in [*ours.items(), (peer.name, theirs)]:
                costs[way].append(measured())
        medians = {way: Cost.median(of_way) for way, of_way in costs.items()}
        tell(f"{step}: medians of {pairs}")
        for way, cost in medians.items():
            show(way, cost)
        found["steps"][step] = {way: vars(cost) for way, cost in medians.items()}

    if "recompute" in arguments.only:
        ours = {"scored": lambda: peerband.score(AS_OF), "published": lambda: peerband.recompute(AS_OF)}
        pair("recompute", ours, lambda: peer.score([AS_OF]))
    if "daily" in arguments.only and peer.reads_files:
        ours = {
            "scored": lambda: peerband.daily_scored(day_folder, NEXT_DAY),
            "published": lambda: peerband.daily(day_folder, NEXT_DAY),
        }
        pair("daily", ours, lambda: peer.score([NEXT_DAY], [day_folder]))
        daily = compare.differences(peerband.export(NEXT_DAY), peer.scorecards(NEXT_DAY))
        if daily:
            print("\n".join(daily))
            return {"differences": daily}
    if "backfill" in arguments.only and peer.reads_files:
        ours = {"published": lambda: peerband.backfill(MONTH_ENDS)}
        pair("backfill", ours, lambda: peer.score(MONTH_ENDS), max(1, arguments.pairs // 2))
        early = compare.differences(peerband.export(MONTH_ENDS[5]), peer.scorecards(MONTH_ENDS[5]))
        if early:
            print("\n".join(early))
            return {"differences": early}
    return found


def parse():
    parser = argparse.ArgumentParser(
        prog="bench/run", description="Measures Peerband beside its peers and writes docs/benchmarks.md."
    )
    parser.add_argument("--scale", choices=["XS", *SCALES], default="S")
    parser.add_argument("--pairs", type=int, default=3, help="how often each pair is measured; the median counts")
    parser.add_argument("--only", type=chosen(STEPS), default=STEPS, help=f"some of {','.join(STEPS)}")
    parser.add_argument("--peers", type=chosen(PEERS), help=f"some of {','.join(PEERS)}")
    parser.add_argument("--binary", type=pathlib.Path, help="a release build to measure, instead of building one")
    arguments = parser.parse_args()
    if arguments.peers is None:
        # PostgreSQL takes several times as long as the others: S tells enough.
        arguments.peers = [peer for peer in PEERS if peer != "postgres" or arguments.scale in ("XS", "S")]
    return arguments


def chosen(names):
    def of(text):
        picked = [name for name in text.split(",") if name]
        unknown = [name for name in picked if name not in names]
        if unknown:
            raise argparse.ArgumentTypeError(f"{unknown[0]} is none of {', '.join(names)}")
        return picked

    return of


def build():
    tell("build a release")
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR") or CACHE / "target")
    command = ["cargo", "build", "--release", "--locked", "--bin", "peerband"]
    subprocess.run(command, cwd=ROOT, env={**os.environ, "CARGO_TARGET_DIR": str(target)}, check=True)
    return target / "release" / "peerband"


def count_rows(csv):
    with open(csv, "rb") as lines:
        return sum(1 for _ in lines) - 1


def store(results):
    """Beside the page lie the figures of each scale; the page is made of all of them. XS only shows that all runs."""
    if results["scale"] == "XS":
        print(report.page([results]))
        return
    folder = ROOT / "docs" / "benchmarks"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{results['scale'].lower()}.json").write_text(json.dumps(results, indent=2) + "\n")
    kept = [folder / f"{scale.lower()}.json" for scale in SCALES]
    page = report.page([json.loads(path.read_text()) for path in kept if path.exists()])
    (ROOT / "docs" / "benchmarks.md").write_text(page)
    print(page)


def tell(what):
    print(f"{datetime.datetime.now():%H:%M:%S} {what}", flush=True)


def show(who, cost):
    print(
        f"         {who}: {cost.wall_seconds:.2f} s, {cost.cpu_seconds:.2f} s of processor, "
        f"{cost.peak_bytes / 2**20:.0f} MiB",
        flush=True,
    )


if __name__ == "__main__":
    main()

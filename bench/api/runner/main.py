"""The runner: for each query the servers take turns, so that what else the machine does hits all of them."""

import argparse
import contextlib
import datetime
import json
import os
import pathlib
import statistics
import subprocess
import sys

import database
import install
import load
import queries
import report
import servers

ROOT = install.ROOT
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "peerband"
FOLDER = CACHE / "bench" / "api"
PAGE, FIGURES = ROOT / "docs" / "benchmarks-api.md", ROOT / "docs" / "benchmarks" / "api.json"


def main():
    arguments = parse()
    FOLDER.mkdir(parents=True, exist_ok=True)
    database.find_programs()
    binary = arguments.binary or install.peerband(pathlib.Path(os.environ.get("CARGO_TARGET_DIR") or CACHE / "target"))
    built = install.servers(FOLDER)
    oha = install.oha(FOLDER)
    package = install.postgraphile(FOLDER)
    with contextlib.ExitStack() as running:
        store = running.enter_context(database.Database(FOLDER, arguments.scale))
        tell("the database")
        key = store.fill(binary, arguments.scale)
        places, snapshots = queries.places(store)
        asked = [query(places, snapshots) for query in queries.QUERIES if query.name in arguments.only]
        peerband = running.enter_context(servers.Peerband("Peerband", FOLDER, binary, store, key))
        # The same, without what makes the same question cheap, and without what makes another one about the same rows so.
        anew = {"PEERBAND_GRAPHQL_KEPT_MEGABYTES": "0"}
        cold = {**anew, "PEERBAND_GRAPHQL_KEPT_ROWS_MEGABYTES": "0"}
        ours = [peerband] + [
            running.enter_context(servers.Peerband(name, FOLDER, binary, store, key, settings))
            for name, settings in [("Peerband-anew", anew), ("Peerband-cold", cold)]
        ]
        peers = [
            running.enter_context(servers.PostGraphile(FOLDER, package, store)),
            running.enter_context(servers.Seaography(FOLDER, built / "seaography", store)),
        ]
        results = {
            "scale": arguments.scale,
            "measured_on": datetime.date.today().isoformat(),
            "rounds": arguments.rounds,
            "seconds": arguments.seconds,
            "machine": report.machine(),
            "versions": versions(oha),
            "program": described(store),
            "variants": len(places),
            "queries": {},
        }
        for query in asked:
            tell(f"{query.title}: are the values equal?")
            bodies = equal(query, peerband, peers)
            results["queries"][query.name] = measure(arguments, query, bodies, oha, store, [*ours, *peers], built)
        results["memory"] = {server.name: server.memory_bytes() for server in [*ours, *peers]}
    if arguments.out:
        arguments.out.write_text(report.page(results, asked))
        tell(f"{arguments.out} is written")
        return
    FIGURES.write_text(json.dumps(results, indent=1) + "\n")
    PAGE.write_text(report.page(results, asked))
    tell(f"{PAGE} is written")


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scale", default="S", choices=["XS", "S"], help="of `peerband bench generate`")
    parser.add_argument("--rounds", type=int, default=3, help="how often each server has its turn")
    parser.add_argument("--seconds", type=int, default=5, help="of each measurement")
    parser.add_argument("--binary", type=pathlib.Path, help="a release of Peerband instead of a fresh one")
    parser.add_argument("--out", type=pathlib.Path, help="a page other than docs/benchmarks-api.md")
    names = [query.name for query in queries.QUERIES]
    split = lambda text: [name for name in names if name in text.split(",")]  # noqa: E731
    parser.add_argument("--only", type=split, default=names, help="some of " + ",".join(names))
    return parser.parse_args()


def equal(query, peerband, peers):
    """Asks everybody for every place, and stops where one says anything else. Gives the requests by server."""
    bodies = {server.name: [] for server in [peerband, *peers]}
    for place in query.places:
        request = {"query": query.peerband, "variables": query.variables(place)}
        bodies[peerband.name].append(request)
        ours = query.of_peerband(peerband.data(request))
        for peer in peers:
            document = getattr(query, peer.name.lower())
            request = {"query": document, "variables": query.peer_variables(place)}
            bodies[peer.name].append(request)
            theirs = query.of_peer(peer.data(request))
            if theirs != ours:
                raise SystemExit(f"{peer.name} differs for {place}:\n{theirs}\nwhere Peerband has\n{ours}")
    return bodies


def measure(arguments, query, bodies, oha, store, servers_, built):
    peerband, anew, cold, *_ = servers_
    # The constant has as many bytes as Peerband's answers have in the middle.
    sizes = sorted((len(peerband.ask(body)), at) for at, body in enumerate(bodies[peerband.name]))
    answer = peerband.ask(bodies[peerband.name][sizes[len(sizes) // 2][1]])
    files = {}
    for name, requests in bodies.items():
        files[name] = FOLDER / f"{query.name}-{name}.ndjson"
        files[name].write_text("".join(json.dumps(request, separators=(",", ":")) + "\n" for request in requests))
    found = {}
    with servers.Constant(query.name, FOLDER, built / "constant", answer) as constant:
        for server in [constant, anew, cold]:
            files[server.name] = files[peerband.name]
        contenders = [*servers_, constant]
        for server in contenders:
            # Warm: compiled, connected, and with what it keeps kept.
            load.drive(oha, server, store, files[server.name], 2)
        for turn in range(arguments.rounds):
            for server in contenders:
                loads = found.setdefault("axum" if server is constant else server.name, [])
                most = load.drive(oha, server, store, files[server.name], arguments.seconds)
                half = load.drive(oha, server, store, files[server.name], arguments.seconds, most.per_second / 2)
                loads.append((most, half))
                tell(
                    f"{query.name} {turn + 1}/{arguments.rounds} {server.name}: {most.per_second:.0f}/s, {most.cpu_ms:.3f} ms of "
                    f"processor each; at half load p50 {half.p50_ms:.2f} ms, p99 {half.p99_ms:.2f} ms"
                )
    medians = {name: summary(loads) for name, loads in found.items()}
    return {"bytes": len(answer), "servers": medians}


def summary(loads):
    middle = lambda figures: statistics.median(figures)  # noqa: E731
    return {
        "per_second": middle(most.per_second for most, _ in loads),
        "cpu_ms": middle(most.cpu_ms for most, _ in loads),
        "half_p50_ms": middle(half.p50_ms for _, half in loads),
        "half_p99_ms": middle(half.p99_ms for _, half in loads),
        "rounds": [most.per_second for most, _ in loads],
    }


def versions(oha):
    def first_line(*command):
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[0]

    lock = (ROOT / "bench/api/servers/Cargo.lock").read_text()
    crate = lambda name: lock.split(f'name = "{name}"\nversion = "')[1].split('"')[0]  # noqa: E731
    package = json.loads((ROOT / "bench/api/postgraphile/package.json").read_text())
    return {
        "PostGraphile": f"{package['dependencies']['postgraphile']} on Node {package['dependencies']['node']}",
        "Seaography": f"{crate('seaography')} on SeaORM {crate('sea-orm')} and async-graphql {crate('async-graphql')}",
        "axum": crate("axum"),
        "PostgreSQL": first_line("postgres", "--version").split()[2],
        "oha": first_line(oha, "--version").split()[1],
    }


def described(store):
    (row,) = store.rows(
        "SELECT (SELECT count(*) FROM partner), (SELECT count(*) FROM snapshot), (SELECT count(*) FROM scorecard), "
        "(SELECT count(*) FROM peer_band), pg_database_size(current_database())"
    )
    return dict(zip(["partners", "snapshots", "scorecards", "peer_bands", "bytes"], map(int, row)))


def tell(what):
    print(f"{datetime.datetime.now():%H:%M:%S} {what}", flush=True)


if __name__ == "__main__":
    try:
        main()
    except load.Failed as error:
        sys.exit(str(error))

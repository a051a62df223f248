"""How fast rows are published, beside the bulk loaders of the databases themselves."""

import statistics

import contenders
import measure
from postgres_server import Server

COLUMNS = ["as_of", "partner_id", "product_id", "workload_id", "location_id"]


def rates(peerband, exported, folder, as_of, pairs):
    """Scorecards a second of each. Peerband's is what publishing adds to scoring: peer bands and groups included."""
    with open(exported, encoding="utf-8") as lines:
        header = lines.readline().strip().split(",")
        scorecards = sum(1 for _ in lines)
    columns = ", ".join(f"{name} {'text' if name in COLUMNS else 'numeric'}" for name in header)
    index = "create unique index place on scorecards (product_id, workload_id, location_id, partner_id);"
    found = {"scorecards": scorecards}

    def rate(name, seconds):
        found[name] = scorecards / max(statistics.median(seconds), 1e-9)
        print(f"         {name}: {found[name]:,.0f} scorecards a second", flush=True)

    costs = []
    for _ in range(pairs):
        scored, published = peerband.score(as_of), peerband.recompute(as_of)
        costs.append(published.wall_seconds - scored.wall_seconds)
    rate("peerband", costs)

    database = folder / "import.db"
    script = folder / "import.sql"
    script.write_text(
        f"pragma journal_mode = wal;\npragma synchronous = full;\n"
        f"create table scorecards ({columns});\n{index}\n.import --csv --skip 1 {exported} scorecards\n"
    )
    costs = []
    for _ in range(pairs):
        for path in folder.glob("import.db*"):
            path.unlink()
        costs.append(measure.run(["sqlite3", database, f".read {script}"], folder / "import.log").wall_seconds)
    rate("sqlite3 .import", costs)

    if contenders.has_postgres():
        with Server(folder / "publish-postgres") as server:
            costs = []
            for _ in range(pairs):
                server.psql(f"drop table if exists scorecards; create table scorecards ({columns}); {index}")
                costs.append(server.psql(f"\\copy scorecards from '{exported}' with (format csv, header)"))
            rate("psql \\copy", costs)
    return found

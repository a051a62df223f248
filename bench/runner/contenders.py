"""Who is measured: Peerband and its peers, each with the steps that it can do."""

import pathlib
import shutil
import subprocess
import sys

import measure

RUNNER_DIR = pathlib.Path(__file__).resolve().parent
PEERS_DIR = RUNNER_DIR.parent / "peers"


class Peerband:
    """The binary, on a data directory that each step takes a fresh copy of."""

    name = "peerband"

    def __init__(self, binary, folder, program):
        self.binary, self.folder, self.program = binary, folder, program
        self.log = folder / "peerband.log"
        self.ingested = folder / "ingested"
        self.work = folder / "work"

    def command(self, data, *arguments):
        return [self.binary, "--data-dir", data, "--config", self.program / "peerband.toml", *arguments]

    def ingest(self):
        """The whole program into an empty data directory, which the other steps start from."""
        shutil.rmtree(self.ingested, ignore_errors=True)
        return measure.run(self.command(self.ingested, "ingest", "--dir", self.program), self.log)

    def fresh(self):
        """A copy of the ingested data directory. Files of facts never change, so that links will do."""
        shutil.rmtree(self.work, ignore_errors=True)
        for path in sorted(self.ingested.rglob("*")):
            target = self.work / path.relative_to(self.ingested)
            if path.is_dir():
                target.mkdir(parents=True, exist_ok=True)
            elif path.suffix == ".parquet":
                target.parent.mkdir(parents=True, exist_ok=True)
                target.hardlink_to(path)
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, target)

    def score(self, as_of):
        self.fresh()
        return measure.run(self.command(self.work, "bench", "score", "--as-of", as_of), self.log)

    def recompute(self, as_of):
        self.fresh()
        return measure.run(self.command(self.work, "recompute", "--as-of", as_of), self.log)

    def daily(self, day_folder, as_of):
        """One more day of facts, then the snapshot of that day."""
        self.fresh()
        ingest = measure.run(self.command(self.work, "ingest", "--dir", day_folder), self.log)
        recompute = measure.run(self.command(self.work, "recompute", "--as-of", as_of), self.log)
        return measure.Cost.sum([ingest, recompute])

    def daily_scored(self, day_folder, as_of):
        self.fresh()
        ingest = measure.run(self.command(self.work, "ingest", "--dir", day_folder), self.log)
        score = measure.run(self.command(self.work, "bench", "score", "--as-of", as_of), self.log)
        return measure.Cost.sum([ingest, score])

    def backfill(self, dates):
        self.fresh()
        dates = ["--from", dates[0], "--to", dates[-1], "--every", "month-end"]
        return measure.run(self.command(self.work, "recompute", *dates), self.log)

    def decode(self, what):
        """Decodes what a recompute needs, in the raw usage files or in the fact store, and does nothing else."""
        folder = self.program if what == "raw-usage" else self.ingested / "facts"
        return measure.run([sys.executable, RUNNER_DIR / "decode.py", what, folder], self.log)

    def export(self, as_of):
        """The scorecards of the last published snapshot as CSV."""
        out = self.folder / f"exported-{as_of}.csv"
        command = self.command(self.work, "export", "scorecards", "--as-of", as_of, "-o", out)
        measure.run(command, self.log)
        return out


class Peer:
    """A script that reads the raw files and writes a Parquet file of scorecards for each date."""

    #: Whether it starts from the raw files, so that a new day is only more of them.
    reads_files = True

    def __init__(self, name, script, folder, program):
        self.name, self.script, self.folder, self.program = name, script, folder, program
        self.options = []
        self.log = folder / f"{name}.log"
        self.out = folder / name

    def prepare(self):
        """What has to be done once before it can score; its cost, if there is any."""
        return None

    def score(self, dates, more_folders=()):
        self.out.mkdir(exist_ok=True)
        command = [sys.executable, PEERS_DIR / self.script, "--program", self.program, *more_folders]
        command += ["--as-of", *dates, "--out", self.out, *self.options]
        return measure.run(command, self.log)

    def scorecards(self, as_of):
        return self.out / f"scorecards-{as_of}.parquet"


class Preloaded(Peer):
    """A peer that first copies the raw files into a store of its own, as integers."""

    reads_files = False

    def __init__(self, name, script, folder, program, store):
        super().__init__(name, script, folder, program)
        self.store = folder / store
        self.options = ["--store", self.store]

    def prepare(self):
        if self.store.is_dir():
            shutil.rmtree(self.store)
        self.store.unlink(missing_ok=True)
        command = [sys.executable, PEERS_DIR / self.script, "--program", self.program, "--load", *self.options]
        return measure.run(command, self.log)


def make_peer(name, folder, program):
    """A peer by its name; none where this machine does not have it."""
    match name:
        case "duckdb":
            return Peer(name, "duckdb_peer.py", folder, program)
        case "duckdb-preloaded":
            return Preloaded(name, "duckdb_peer.py", folder, program, "preloaded.duckdb")
        case "polars":
            return Peer(name, "polars_peer.py", folder, program)
        case "chdb":
            return Peer(name, "chdb_peer.py", folder, program)
        case "postgres" if has_postgres():
            return Preloaded(name, "postgres_peer.py", folder, program, "postgres")
    return None


def has_postgres():
    return bool(shutil.which("postgres") and shutil.which("initdb"))


def versions():
    """The peers' own words on their versions."""
    import chdb
    import duckdb
    import polars

    postgres = subprocess.run(["postgres", "--version"], capture_output=True, text=True, check=False).stdout
    return {
        "DuckDB": duckdb.__version__,
        "Polars": polars.__version__,
        "chDB": chdb.__version__,
        "PostgreSQL": postgres.split()[2] if postgres else "absent",
    }

"""The PostgreSQL of the benchmark: one program with twelve monthly snapshots, kept from run to run."""

import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
sys.path.insert(0, str(ROOT / "bench" / "peers"))

from postgres_server import Server  # noqa: E402

FIRST, LAST = "2025-11-30", "2026-10-31"
MONTHS = 12


def find_programs():
    """PostgreSQL's programs lie where scripts/with-postgres finds them."""
    found = subprocess.run([ROOT / "scripts/with-postgres", "--check"], check=True, capture_output=True, text=True)
    os.environ["PATH"] = f"{found.stdout.strip()}:{os.environ['PATH']}"


class Database(Server):
    """Its tables are Peerband's own; the peers get foreign keys and indexes besides, as their users would give them."""

    def __init__(self, folder, scale):
        super().__init__(folder / f"postgres-{scale}")
        self.kept = folder / f"product-{scale}"
        self.config = self.kept / "peerband.toml"
        self.url = f"postgres://bench@localhost/postgres?host={self.folder}"

    def fill(self, binary, scale):
        """Takes the program in and publishes its months, unless that is done and all there is. Gives an analyst's key."""
        key = self.kept / "key"
        if not key.exists() or self.rows("SELECT count(*) FROM snapshot") != [[str(MONTHS)]]:
            shutil.rmtree(self.kept, ignore_errors=True)
            self.kept.mkdir(parents=True)
            # What is asked for is not what is measured: nobody is made to wait for having asked too much.
            settings = ["[graphql]", "cost_per_minute = 4000000000", "[database]", f'url = "{self.url}"']
            self.config.write_text("\n".join(settings) + "\n")
            self.psql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
            program = self.kept / "program"
            subprocess.run([binary, "bench", "generate", "--scale", scale, "--out", program], check=True)
            self.peerband(binary, "ingest", "--dir", program)
            shutil.rmtree(program)
            self.peerband(binary, "recompute", "--from", FIRST, "--to", LAST, "--every", "month-end")
            self.psql((HERE / "indexes.sql").read_text())
            told = self.peerband(binary, "keys", "create", "--role", "analyst", "--name", "bench", "--quiet")
            key.write_text(told.strip())
        self.psql("ANALYZE")
        return key.read_text()

    def peerband(self, binary, *words):
        command = [binary, "--data-dir", self.kept / "data", "--config", self.config, *words]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout

    def rows(self, statement):
        """The rows of a statement, as texts."""
        command = [*self.psql_command(statement), "-A", "-t", "-F", "\t"]
        told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        return [line.split("\t") for line in told.splitlines()]

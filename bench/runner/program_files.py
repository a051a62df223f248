"""The generated programs on disk, made once for each scale."""

import pathlib
import shutil
import subprocess

import pyarrow.parquet

FACTS = ["revenue", "seat_changes", "subscriptions", "usage", "instances", "surveys", "certifications"]


def generate(binary, scale, folder, day=None):
    """The folder of the program, or of one more day of it. It is complete once it bears its name."""
    target = folder / (f"day-{day}" if day else "program")
    if not target.exists():
        part = folder / f"{target.name}.part"
        shutil.rmtree(part, ignore_errors=True)
        command = [binary, "bench", "generate", "--scale", scale, "--out", part]
        command += ["--day", day] if day else []
        subprocess.run(command, check=True)
        part.rename(target)
    return target


def describe(program):
    """How large it is."""
    rows = {dataset: 0 for dataset in FACTS}
    for path in program.rglob("*.parquet"):
        dataset = path.stem if path.parent == program else path.parent.name
        if dataset in rows:
            rows[dataset] += pyarrow.parquet.read_metadata(path).num_rows
    references = {
        dataset: pyarrow.parquet.read_metadata(program / f"{dataset}.parquet").num_rows
        for dataset in ["partners", "customers", "locations", "associations"]
    }
    return {**references, **rows, "bytes": size_of(program)}


def size_of(folder):
    return sum(path.stat().st_size for path in pathlib.Path(folder).rglob("*") if path.is_file())

"""chDB: the whole job from Parquet files to a Parquet file of scorecards."""

import argparse
import datetime
import pathlib
import shutil
import string
import tempfile
import time

from chdb import session

import program

HERE = pathlib.Path(__file__).parent
EPOCH = datetime.date(1970, 1, 1)
TABLES = "offering offering_above mask location location_above partner numbered_customer association reign customer "
TABLES += "reign_of own total certified scorecard"
METRICS = [
    "revenue",
    "new_customers",
    "net_paid_seats",
    "certified_people",
    "production_instances",
    "monthly_active_users",
    "mau_per_assigned_seat",
    "net_promoter_score",
]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    program.add_arguments(parser)
    arguments = parser.parse_args()
    files = program.Program(arguments.program)
    scratch = tempfile.mkdtemp()
    words = {dataset: reader(scratch, dataset, files.files(dataset)) for dataset in program.DATASETS}
    words["precedence"] = str(files.association_precedence)
    words["gap_days"] = str(files.new_customer_gap_days)
    try:
        connection = session.Session(f"{scratch}/session")
        connection.query("create database work engine = Atomic")
        connection.query("use work")
        for as_of in arguments.as_of:
            words["as_of"] = str((as_of - EPOCH).days)
            words["window_first"] = str((program.window_first(as_of) - EPOCH).days)
            score(connection, words, program.out_file(arguments.out, as_of))
        connection.close()
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def reader(scratch, dataset, files):
    """One pattern for all files of a dataset, wherever they lie."""
    folder = pathlib.Path(scratch) / "raw" / dataset
    folder.mkdir(parents=True)
    for place, path in enumerate(files):
        (folder / f"{place}.parquet").symlink_to(pathlib.Path(path).resolve())
    return f"file('{folder}/*.parquet', Parquet)"


def score(connection, words, out):
    pathlib.Path(out).unlink(missing_ok=True)
    for table in TABLES.split():
        connection.query(f"drop table if exists {table}")
    script = string.Template((HERE / "chdb.sql").read_text()).substitute(words)
    for statement in program.statements(script):
        started = time.monotonic()
        connection.query(statement)
        print(f"{time.monotonic() - started:8.3f} s  {statement.splitlines()[0]}")
    largest = connection.query("select max(greatest(users, 12 * seats_assigned, responses)) from total", "CSV")
    if int(str(largest)) >= 2**26:
        raise SystemExit(f"ratios of numbers up to {largest} cannot be compared as floats; widen the comparison")
    started = time.monotonic()
    connection.query(f"insert into function file('{out}', Parquet) {standings()}")
    print(f"{time.monotonic() - started:8.3f} s  standings")


def standings():
    positions, columns = [], []
    for metric in METRICS:
        slice_of = "partition by offering, location"
        positions.append(
            f"rank() over ({slice_of} order by {metric} asc nulls last) - 1 as {metric}_less, "
            f"count({metric}) over ({slice_of} order by {metric} asc nulls last) as {metric}_up_to, "
            f"count({metric}) over ({slice_of}) as {metric}_peers, "
            f"min({metric}) over ({slice_of}) < max({metric}) over ({slice_of}) as {metric}_differs"
        )
        banded = f"{metric}_peers >= 4 and {metric}_differs and {metric} is not null"
        shown = f"{metric} / 12" if metric == "monthly_active_users" else metric
        columns.append(
            f"{shown} as {metric}_value, "
            f"if({banded}, 1 + intDiv(4 * {metric}_less, {metric}_peers), null) as {metric}_band, "
            f"if({banded}, 1 + {metric}_peers - {metric}_up_to, null) as {metric}_rank, "
            f"if({banded}, 100 * {metric}_less / {metric}_peers, null) as {metric}_percentile, "
            f"{metric}_peers"
        )
    names = [f"{m}_value as {m}, {m}_band, {m}_rank, {m}_percentile, {m}_peers" for m in METRICS]
    return f"""
        select p.partner_id as partner_id, nullIf(o.product_id, '') as product_id,
               nullIf(o.workload_id, '') as workload_id, nullIf(l.location_id, '') as location_id, {", ".join(names)}
        from (
          select offering, location, partner, {", ".join(columns)}
          from (select *, {", ".join(positions)} from scorecard)
        ) s
        join partner p on p.partner = s.partner
        left join offering o on o.offering = s.offering
        left join location l on l.location = s.location
    """


if __name__ == "__main__":
    main()

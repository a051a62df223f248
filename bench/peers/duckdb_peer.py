"""DuckDB: the whole job from Parquet files to a Parquet file of scorecards, and from its own preloaded integers.

`--load` copies the raw files once into a DuckDB database as integers, the way one would prepare them for a query that
runs every night; without it `--store` scores from that database.
"""

import argparse
import pathlib
import string
import time

import duckdb

import program

HERE = pathlib.Path(__file__).parent


# How a fact names its customer, offering and user: in the raw files, and in the preloaded tables.
RAW = {"key": "customer_id, product_id, workload_id", "user": "user_id", "person": "hash(u.user_id)"}
LOADED = {"key": "customer, offering", "user": "person", "person": "u.person"}
for alias in "ues":
    RAW[f"customer_of_{alias}"] = f"c.customer_id = {alias}.customer_id"
    RAW[f"offering_of_{alias}"] = (
        f"o.product_id = {alias}.product_id and o.workload_id is not distinct from {alias}.workload_id"
    )
    LOADED[f"customer_of_{alias}"] = f"c.customer = {alias}.customer"
    LOADED[f"offering_of_{alias}"] = f"o.offering = {alias}.offering"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    program.add_arguments(parser)
    parser.add_argument("--store", help="a database of preloaded integers to score from")
    parser.add_argument("--load", action="store_true", help="make that database and score nothing")
    arguments = parser.parse_args()
    program_files = program.Program(arguments.program)
    connection = duckdb.connect()
    connection.execute("set preserve_insertion_order = false")
    make_views(connection, program_files)
    if arguments.load:
        load(connection, arguments.store)
        return
    words = RAW
    if arguments.store:
        words = LOADED
        connection.execute(f"attach '{arguments.store}' as store (read_only)")
        for dataset in program.DATASETS:
            connection.execute(f"create or replace view raw_{dataset} as select * from store.{dataset}")
    make_precedence(connection, program_files)
    for as_of in arguments.as_of:
        score(connection, program_files, words, as_of, arguments.out)


def make_views(connection, program_files):
    for dataset in program.DATASETS:
        files = program_files.files(dataset)
        connection.execute(f"create view raw_{dataset} as select * from read_parquet({files!r})")


def make_precedence(connection, program_files):
    types = ", ".join(f"('{name}', {place})" for place, name in enumerate(program_files.association_precedence))
    connection.execute(
        f"create temp table precedence as select * from (values {types}) t(association_type, strength)"
    )


def load(connection, store):
    """Reference data as it is; facts by the numbers that duckdb.sql gives customers and offerings."""
    connection.execute(f"attach '{store}' as store")
    offering = next(text for text in script(RAW) if text.startswith("create temp table offering as"))
    connection.execute(offering)
    connection.execute(
        "create temp table customer as "
        "select customer_id, row_number() over (order by customer_id)::integer as customer from raw_customers"
    )
    for dataset in program.DATASETS:
        if dataset not in program.FACTS:
            connection.execute(f"create table store.{dataset} as select * from raw_{dataset}")
            continue
        kept = [column for column in program.FACTS[dataset] if column != "user_id"]
        columns = ["c.customer", "o.offering::smallint as offering", *(f"u.{column}" for column in kept)]
        columns += ["hash(u.user_id) as person"] if dataset == "usage" else []
        connection.execute(
            f"create table store.{dataset} as select {', '.join(columns)} from raw_{dataset} u "
            f"join customer c on {RAW['customer_of_u']} join offering o on {RAW['offering_of_u']}"
        )


def script(words):
    return program.statements(string.Template((HERE / "duckdb.sql").read_text()).substitute(words))


def score(connection, program_files, words, as_of, out):
    connection.execute(f"set variable as_of = date '{as_of}'")
    connection.execute(f"set variable window_first = date '{program.window_first(as_of)}'")
    connection.execute(f"set variable gap_days = {program_files.new_customer_gap_days}")
    for statement in script(words):
        started = time.monotonic()
        connection.execute(statement.replace("create temp table", "create or replace temp table", 1))
        print(f"{time.monotonic() - started:8.3f} s  {statement.splitlines()[0]}")
    largest = connection.execute("select largest from ratio_part").fetchone()[0] or 0
    if largest >= 2**26:
        raise SystemExit(f"ratios of numbers up to {largest} cannot be compared as floats; widen the comparison")
    started = time.monotonic()
    connection.execute(f"copy ({standings_sql()}) to '{program.out_file(out, as_of)}' (format parquet)")
    print(f"{time.monotonic() - started:8.3f} s  standings")


# The metric, its column in `scorecard`, and how its value is handed out.
METRICS = [
    ("revenue", "revenue", "cast(revenue as decimal(38, 0))"),
    ("new_customers", "new_customers", "new_customers"),
    ("net_paid_seats", "seats_net", "seats_net"),
    ("certified_people", "certified_people", "certified_people"),
    ("production_instances", "instances", "instances"),
    ("monthly_active_users", "users", "users / 12"),
    ("mau_per_assigned_seat", "users_per_seat", "users_per_seat"),
    ("net_promoter_score", "nps", "nps"),
]


def standings_sql():
    """Bands, ranks and percentiles: one sort for each metric; what a whole slice shares is grouped and joined."""
    windows, less, shared, columns = [], [], [], []
    for name, value, shown in METRICS:
        windows.append(f"{name}_order as (partition by offering, location order by {value} nulls last)")
        less.append(
            f"rank() over {name}_order - 1 as {name}_less, count({value}) over {name}_order as {name}_up_to"
        )
        shared.append(
            f"count({value}) as {name}_peers, count({value}) >= 4 and min({value}) < max({value}) as {name}_banded"
        )
        banded = f"{name}_banded and {value} is not null"
        columns.append(
            f"{shown} as {name}, "
            f"case when {banded} then 1 + 4 * {name}_less // {name}_peers end as {name}_band, "
            f"case when {banded} then 1 + {name}_peers - {name}_up_to end as {name}_rank, "
            f"case when {banded} then 100 * {name}_less / {name}_peers end as {name}_percentile, "
            f"{name}_peers"
        )
    return f"""
        with standing as (
          select *, {", ".join(less)} from scorecard window {", ".join(windows)}
        ), slice as (
          select offering, location, {", ".join(shared)} from scorecard group by offering, location
        )
        select p.partner_id, o.product_id, o.workload_id, l.location_id, {", ".join(columns)}
        from standing s
        join slice using (offering, location)
        join partner p using (partner)
        join offering o using (offering)
        left join location l on l.location = s.location
    """


if __name__ == "__main__":
    main()

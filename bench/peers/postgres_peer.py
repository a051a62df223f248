"""PostgreSQL: `--load` brings the raw files in as integers (DuckDB reads Parquet for it), `--as-of` does the job in SQL."""

import argparse
import pathlib
import re
import subprocess

import duckdb

import duckdb_peer
import program
from postgres_server import Server

HERE = pathlib.Path(__file__).parent
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

# Each table: its columns in PostgreSQL, and the rows as DuckDB reads them.
FACT = "from raw_{0} u join customer c on c.customer_id = u.customer_id join offering o on o.product_id = u.product_id "
FACT += "and o.workload_id is not distinct from u.workload_id"
TABLES = {
    "offering": (
        "product_id text, workload_id text, offering integer, bit bigint",
        "select product_id, workload_id, offering, bit from offering",
    ),
    "offering_above": ("offering integer, above integer", "select * from offering_above"),
    "location": ("location_id text, location integer", "select location_id, location from location"),
    "location_above": ("location integer, above integer", "select * from location_above"),
    "partner": ("partner_id text, partner integer", "select * from partner"),
    "customer": (
        "customer integer, location integer",
        "select c.customer, l.location from customer c join location l using (location_id)",
    ),
    "association": (
        "customer integer, partner integer, strength integer, workload integer, starts_on date, ends_on date",
        "select c.customer, a.partner, a.strength, a.workload, a.starts_on, a.ends_on "
        "from association a join customer c using (customer_id)",
    ),
    "fx_rates": (
        "currency text, rate_date date, rate bigint",
        "select currency, rate_date, (rate::decimal(38, 9) * 1000000000)::bigint from raw_fx_rates",
    ),
    "exams": (
        "exam_id text, offering integer, counts_until date",
        "select e.exam_id, o.offering, e.counts_until from raw_exams e join offering o using (workload_id)",
    ),
    "certifications": (
        "person_id text, partner integer, exam_id text, passed_on date, expires_on date",
        "select person_id, partner, exam_id, passed_on, expires_on from raw_certifications join partner using (partner_id)",
    ),
    "revenue": (
        "customer integer, offering integer, occurred_on date, amount bigint, currency text, counts_as_new boolean",
        "select c.customer, o.offering, u.occurred_on, (u.amount::decimal(38, 4) * 10000)::bigint, u.currency, "
        "coalesce(u.counts_as_new, true) " + FACT.format("revenue"),
    ),
    "seat_changes": (
        "customer integer, offering integer, occurred_on date, seats_added integer, seats_lost integer, paid boolean",
        "select c.customer, o.offering, u.occurred_on, u.seats_added, u.seats_lost, coalesce(u.paid, true) "
        + FACT.format("seat_changes"),
    ),
    "subscriptions": (
        "customer integer, offering integer, subscription_id text, status text, seats_assigned integer, observed_on date",
        "select c.customer, o.offering, u.subscription_id, u.status, u.seats_assigned, u.observed_on "
        + FACT.format("subscriptions"),
    ),
    "usage": (
        "customer integer, offering integer, person bigint, active_on date",
        "select c.customer, o.offering, (hash(u.user_id) >> 1)::bigint, u.active_on " + FACT.format("usage"),
    ),
    "instances": (
        "customer integer, offering integer, production_instances integer, observed_on date",
        "select c.customer, o.offering, u.production_instances, u.observed_on " + FACT.format("instances"),
    ),
    "surveys": (
        "customer integer, offering integer, responded_on date, score integer",
        "select c.customer, o.offering, u.responded_on, u.score " + FACT.format("surveys"),
    ),
}
PREPARED = ["offering", "offering_above", "location", "location_above", "partner", "association"]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    program.add_arguments(parser)
    parser.add_argument("--store", required=True, help="the name of the server's folder")
    parser.add_argument("--load", action="store_true")
    arguments = parser.parse_args()
    files = program.Program(arguments.program)
    server = Server(arguments.store)
    if arguments.load:
        server.remove()
    with server:
        if arguments.load:
            load(server, files)
        for as_of in arguments.as_of:
            score(server, files, as_of, arguments.out)


def load(server, files):
    connection = duckdb.connect()
    duckdb_peer.make_views(connection, files)
    duckdb_peer.make_precedence(connection, files)
    connection.execute(
        "create table customer as select customer_id, location_id, "
        "row_number() over (order by customer_id)::integer as customer from raw_customers"
    )
    for text in duckdb_peer.script(duckdb_peer.RAW):
        if any(text.startswith(f"create temp table {table} as") for table in PREPARED):
            connection.execute(text)
    for table, (columns, rows) in TABLES.items():
        server.psql(f"create table {table} ({columns})")
        copy = f"\\copy {table} from pstdin with (format csv)"
        with subprocess.Popen(server.psql_command(copy), stdin=subprocess.PIPE) as loading:
            reader = connection.sql(rows).to_arrow_reader(1_000_000)
            write_csv(reader, loading.stdin)
            loading.stdin.close()
        if loading.returncode != 0:
            raise SystemExit(f"cannot load {table}")
    server.psql("vacuum analyze")


def write_csv(reader, out):
    from pyarrow import csv

    options = csv.WriteOptions(include_header=False)
    for batch in reader:
        csv.write_csv(batch, out, options)


def score(server, files, as_of, out):
    words = {
        "as_of": f"date '{as_of}'",
        "window_first": f"date '{program.window_first(as_of)}'",
        "gap_days": str(files.new_customer_gap_days),
    }
    script = (HERE / "postgres.sql").read_text()
    for word, value in words.items():
        script = re.sub(rf"(?<!:):{word}\b", value, script)
    for statement in program.statements(script):
        seconds = server.psql(statement)
        print(f"{seconds:8.3f} s  {statement.splitlines()[0]}", flush=True)
    target = program.out_file(out, as_of)
    csv = target.replace(".parquet", ".csv")
    seconds = server.psql("\\copy (" + " ".join(standings().split()) + f") to '{csv}' with (format csv, header)")
    print(f"{seconds:8.3f} s  standings", flush=True)
    duckdb.sql(f"copy (select * from read_csv('{csv}', all_varchar = true)) to '{target}' (format parquet)")


def standings():
    positions, columns = [], []
    for metric in METRICS:
        slice_of = "partition by offering, location"
        positions.append(
            f"rank() over ({slice_of} order by {metric} nulls last) - 1 as {metric}_less, "
            f"count({metric}) over ({slice_of} order by {metric} nulls last) as {metric}_up_to, "
            f"count({metric}) over ({slice_of}) as {metric}_peers, "
            f"min({metric}) over ({slice_of}) < max({metric}) over ({slice_of}) as {metric}_differs"
        )
        banded = f"{metric}_peers >= 4 and {metric}_differs and {metric} is not null"
        shown = f"{metric}::float8 / 12 as {metric}" if metric == "monthly_active_users" else metric
        columns.append(
            f"{shown}, case when {banded} then 1 + 4 * {metric}_less / {metric}_peers end as {metric}_band, "
            f"case when {banded} then 1 + {metric}_peers - {metric}_up_to end as {metric}_rank, "
            f"case when {banded} then (100 * {metric}_less)::float8 / {metric}_peers end as {metric}_percentile, "
            f"{metric}_peers"
        )
    return f"""
        select partner_id, product_id, workload_id, location_id, {", ".join(columns)}
        from (select *, {", ".join(positions)} from scorecard) s
        join partner using (partner)
        join offering using (offering)
        left join location using (location)
    """


if __name__ == "__main__":
    main()

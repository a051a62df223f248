"""Holds a peer's scorecards against those that Peerband exports: every value, band, rank, percentile and peer count."""

import duckdb

SLICE = ["partner_id", "product_id", "workload_id", "location_id"]
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
STANDING = ["band", "rank", "percentile", "peers"]


def differences(exported, computed, examples=3):
    """What differs between an export (CSV) and a peer's Parquet file, as sentences; none where they are equal."""
    connection = duckdb.connect()
    columns = METRICS + [f"{metric}_{what}" for metric in METRICS for what in STANDING]
    ours = ", ".join(f"cast({column} as {sql_type(column)}) as {column}" for column in columns)
    theirs = ", ".join(f"cast({shown(column)} as {sql_type(column)}) as {column}" for column in columns)
    keys = ", ".join(f"coalesce({key}, '') as {key}" for key in SLICE)
    connection.execute(
        f"create table ours as select {keys}, {ours} from read_csv('{exported}', header = true, all_varchar = true)"
    )
    connection.execute(f"create table theirs as select {keys}, {theirs} from read_parquet('{computed}')")
    found = []
    for left, right, who in [("ours", "theirs", "only Peerband has"), ("theirs", "ours", "only the peer has")]:
        rows = connection.execute(
            f"select {', '.join(SLICE)}, count(*) over () from {left} anti join {right} using ({', '.join(SLICE)}) "
            f"limit {examples}"
        ).fetchall()
        if rows:
            found.append(f"{who} {rows[0][-1]} scorecards, such as {[row[:-1] for row in rows]}")
    for column in columns:
        rows = connection.execute(
            f"select {', '.join(SLICE)}, ours.{column}, theirs.{column}, count(*) over () "
            f"from ours join theirs using ({', '.join(SLICE)}) "
            f"where ours.{column} is distinct from theirs.{column} limit {examples}"
        ).fetchall()
        if rows:
            found.append(f"{column} differs in {rows[0][-1]} scorecards, such as {[row[:-1] for row in rows]}")
    if connection.execute("select count(*) from ours").fetchone()[0] == 0:
        found.append("the export has no scorecard, so that nothing was compared")
    return found


def sql_type(column):
    if column == "revenue":
        return "decimal(38, 4)"
    if column in METRICS or column.endswith("_percentile"):
        return "double"
    return "bigint"


def shown(column):
    """Peers hand revenue out in ten-thousandths."""
    return "cast(revenue as decimal(38, 4)) / 10000" if column == "revenue" else column


if __name__ == "__main__":
    import sys

    told = differences(sys.argv[1], sys.argv[2])
    print("\n".join(told) or "equal")
    sys.exit(bool(told))

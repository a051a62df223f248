"""Polars: the whole job from Parquet files to a Parquet file of scorecards.

The same plan as duckdb.sql, in the words of Polars: ids become integers at the scan, partners of record are intervals
worked out once, users are grouped once with a bit for each offering. Facts are read lazily by the streaming engine.
"""

import argparse
import datetime
import functools
import operator

import polars as pl

import program

FOREVER = datetime.date(9999, 12, 31)
SLICE = ["offering", "location"]
SUMS = ["users", "new_customers", "revenue", "seats_net", "instances", "seats_assigned"]
SUMS += ["promoters", "detractors", "responses"]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    program.add_arguments(parser)
    arguments = parser.parse_args()
    files = program.Program(arguments.program)
    for as_of in arguments.as_of:
        Score(files, as_of).write(program.out_file(arguments.out, as_of))


class Score:
    """One date."""

    def __init__(self, files, as_of):
        self.files, self.as_of = files, as_of
        self.first = program.window_first(as_of)
        self.offerings()
        self.locations()
        self.partners = self.read("partners").select(pl.col("partner_id").sort()).with_row_index("partner", 1)
        self.reigns()

    def scan(self, dataset):
        return pl.scan_parquet(self.files.files(dataset))

    def read(self, dataset):
        return self.scan(dataset).collect()

    def in_window(self, dataset, day):
        return self.scan(dataset).filter(pl.col(day).is_between(self.first, self.as_of))

    def offerings(self):
        """Everything is offering 0. An offering's bit is its number."""
        products = self.read("products").select("product_id", pl.lit(None, pl.String).alias("workload_id"))
        workloads = self.read("workloads").select("product_id", "workload_id")
        named = pl.concat([products, workloads]).sort("product_id", "workload_id", nulls_last=False)
        everything = pl.DataFrame({"product_id": [None], "workload_id": [None]}, schema=named.schema)
        self.offering = (
            pl.concat([everything, named])
            .with_row_index("offering")
            .with_columns(pl.col("offering").cast(pl.Int32))
            .with_columns(
                bit=pl.lit(2, pl.Int64).pow(pl.col("offering")).cast(pl.Int64),
                product=pl.col("offering").min().over("product_id"),
            )
        )
        self.offering_above = pl.concat(
            [
                self.offering.select("offering", above="offering"),
                self.offering.select("offering", above="product"),
                self.offering.select("offering", above=pl.lit(0, pl.Int32)),
            ]
        ).unique()
        self.facts_offering = self.offering.filter(pl.col("offering") > 0).select(
            "product_id", "workload_id", "offering", "bit"
        )

    def locations(self):
        """The world is location 0."""
        table = self.read("locations").sort("location_id").with_row_index("location", 1)
        self.location = table.select("location_id", "location")
        parents = dict(table.select("location_id", "parent_id").iter_rows())
        numbers = dict(table.select("location_id", "location").iter_rows())
        above = []
        for place, number in numbers.items():
            above.append((number, 0))
            while place is not None:
                above.append((number, numbers[place]))
                place = parents[place]
        schema = {"location": pl.UInt32, "above": pl.UInt32}
        self.location_above = pl.DataFrame(above, schema=schema, orient="row")

    def reigns(self):
        """Who is the partner of record of each customer from which day to which."""
        types = self.files.association_precedence
        strength = pl.DataFrame({"association_type": types, "strength": range(len(types))})
        workloads = self.offering.drop_nulls("workload_id").select("workload_id", workload="offering")
        customers = (
            self.read("customers")
            .select("customer_id", "location_id")
            .sort("customer_id")
            .with_row_index("customer")
            .join(self.location, on="location_id")
        )
        association = (
            self.read("associations")
            .with_columns(pl.col("ends_on").fill_null(FOREVER))
            .filter(pl.col("starts_on") < pl.col("ends_on"))
            .join(strength, on="association_type")
            .join(customers.select("customer_id", "customer"), on="customer_id")
            .join(self.partners, on="partner_id")
            .join(workloads, on="workload_id", how="left")
            .select("customer", "partner", "strength", pl.col("workload").fill_null(0), "starts_on", "ends_on")
        )
        key = ["customer", "timeline"]
        timelines = pl.concat(
            [
                association.select("customer", timeline=pl.lit(0, pl.Int32)),
                association.select("customer", timeline="workload"),
            ]
        ).unique()
        covering = timelines.join(association, on="customer").filter(
            (pl.col("workload") == 0) | (pl.col("workload") == pl.col("timeline"))
        )
        turns = pl.concat(
            [covering.select(*key, day="starts_on"), covering.select(*key, day="ends_on")]
        ).unique()
        winners = (
            turns.join(covering, on=key)
            .filter((pl.col("starts_on") <= pl.col("day")) & (pl.col("day") < pl.col("ends_on")))
            .sort("strength", pl.col("workload") == 0, "starts_on", "partner", descending=[False, False, True, False])
            .group_by(*key, "day", maintain_order=True)
            .agg(pl.col("partner").first())
        )
        reign = (
            turns.join(winners, on=[*key, "day"], how="left")
            .sort(*key, "day")
            .with_columns(until=pl.col("day").shift(-1).over(key).fill_null(FOREVER))
            .filter(
                pl.col("partner").is_not_null()
                & (pl.col("day") <= self.as_of)
                & (pl.col("until") > self.first)
            )
        )
        # A customer with one partner for the whole window and no named workload needs no look at days.
        is_whole = (pl.col("day").min() <= self.first) & (pl.col("until").max() > self.as_of)
        sole = reign.group_by("customer").agg(
            sole_partner=pl.when((pl.len() == 1) & (pl.col("timeline").min() == 0) & is_whole).then(
                pl.col("partner").min()
            )
        )
        named = (
            association.filter(pl.col("workload") > 0)
            .join(self.offering.select("bit", workload="offering"), on="workload")
            .group_by("customer")
            .agg(named=pl.col("bit").bitwise_or())
        )
        self.customers = (
            customers.join(sole, on="customer")
            .join(named, on="customer", how="left")
            .select("customer_id", "customer", "location", "sole_partner", pl.col("named").fill_null(0))
        )
        self.reign_of = reign.join(
            sole.filter(pl.col("sole_partner").is_null()).select("customer"), on="customer", how="semi"
        ).select("customer", "timeline", "day", "until", of_record="partner")

    def attributed(self, facts, day):
        """Facts of customers with a partner of record on the day, with `partner`, `location` and `offering`."""
        placed = facts.join(self.customers.lazy(), on="customer_id").join(
            self.facts_offering.lazy(), on=["product_id", "workload_id"], nulls_equal=True
        )
        sole = placed.filter(pl.col("sole_partner").is_not_null()).with_columns(partner="sole_partner")
        others = (
            placed.filter(pl.col("sole_partner").is_null())
            .with_columns(
                timeline=pl.when(pl.col("named") & pl.col("bit") != 0).then("offering").otherwise(pl.lit(0, pl.Int32))
            )
            .join(self.reign_of.lazy().rename({"day": "from_day"}), on=["customer", "timeline"])
            .filter((pl.col("from_day") <= day) & (day < pl.col("until")))
            .with_columns(partner="of_record")
            .drop("timeline", "from_day", "until", "of_record")
        )
        return pl.concat([sole, others])

    def users(self):
        """How many users each partner has by offering and location."""
        used = self.in_window("usage", "active_on").with_columns(person=pl.col("user_id").hash()).drop("user_id")
        groups = (
            self.attributed(used, pl.col("active_on"))
            .group_by("customer", "location", "partner", "person")
            .agg(bits=pl.col("bit").bitwise_or())
            .group_by("partner", "location", "bits")
            .agg(people=pl.len())
            .collect(engine="streaming")
        )
        bits = dict(self.offering.select("offering", "bit").iter_rows())
        below = {}
        for offering, above in self.offering_above.iter_rows():
            below[above] = below.get(above, 0) | bits[offering]
        counts = [
            pl.col("people").filter(pl.col("bits") & mask != 0).sum().cast(pl.Int64).alias(str(offering))
            for offering, mask in below.items()
        ]
        return (
            groups.group_by("partner", "location")
            .agg(counts)
            .unpivot(index=["partner", "location"], variable_name="offering", value_name="users")
            .filter(pl.col("users") > 0)
            .with_columns(pl.col("offering").cast(pl.Int32))
        )

    def added(self):
        """Customers added. A total changes only on days with rows, so that only these can be days of an add."""
        paid = (
            self.scan("seat_changes")
            .filter(pl.col("paid").fill_null(True) & (pl.col("occurred_on") <= self.as_of))
            .select("customer_id", "product_id", "workload_id", "seats_added", "seats_lost", day="occurred_on")
        )
        daily = (
            paid.join(self.customers.select("customer_id", "customer").lazy(), on="customer_id")
            .join(self.facts_offering.lazy(), on=["product_id", "workload_id"], nulls_equal=True)
            .join(self.offering_above.lazy(), on="offering")
            .group_by("customer", "above", "day")
            .agg(net=(pl.col("seats_added").cast(pl.Int64) - pl.col("seats_lost")).sum())
            .sort("customer", "above", "day")
            .collect(engine="streaming")
        )
        key = ["customer", "above"]
        add_days = (
            daily.with_columns(
                total=pl.col("net").cum_sum().over(key),
                held_until=pl.col("day").shift(-1).over(key) - datetime.timedelta(days=1),
            )
            .with_columns(held_until=pl.when(pl.col("total") >= 1).then("held_until"))
            .with_columns(
                last_held=pl.col("held_until").cum_max().forward_fill().shift(1).over(key),
            )
            .filter(
                (pl.col("total") >= 1)
                & (pl.col("day") >= self.first)
                & (
                    pl.col("last_held").is_null()
                    | (
                        pl.col("last_held")
                        < pl.col("day") - datetime.timedelta(days=self.files.new_customer_gap_days)
                    )
                )
            )
            .select(*key, "day")
        )
        adding = paid.filter((pl.col("seats_added") > 0) & (pl.col("day") >= self.first))
        return (
            self.attributed(adding, pl.col("day"))
            .join(self.offering_above.lazy(), on="offering")
            .join(add_days.lazy(), on=[*key, "day"])
            .group_by("partner", "location", offering="above")
            .agg(new_customers=pl.col("customer").n_unique())
            .collect(engine="streaming")
        )

    def money(self):
        """Revenue in ten-thousandths, rounded half to even."""
        rates = self.read("fx_rates").with_columns(rate=pl.col("rate").to_physical().cast(pl.Int128))
        days = pl.DataFrame({"occurred_on": pl.date_range(self.first, self.as_of, eager=True)})
        by_day = (
            days.join(rates.select("currency").unique(), how="cross")
            .sort("occurred_on")
            .join_asof(
                rates.sort("rate_date"),
                left_on="occurred_on",
                right_on="rate_date",
                by="currency",
                check_sortedness=False,
            )
            .select("occurred_on", "currency", "rate")
        )
        billion = pl.lit(10**9, pl.Int128)
        product = pl.col("amount").to_physical().cast(pl.Int128) * pl.col("rate").fill_null(billion)
        whole, rest = pl.col("product") // billion, pl.col("product") % billion
        half = pl.lit(5 * 10**8, pl.Int128)
        up = (rest > half) | ((rest == half) & (whole % 2 != 0))
        return (
            self.in_window("revenue", "occurred_on")
            .join(by_day.lazy(), on=["currency", "occurred_on"], how="left")
            .with_columns(product=product)
            .with_columns(
                revenue=pl.when(pl.col("counts_as_new").fill_null(True))
                .then((whole + up.cast(pl.Int128)).cast(pl.Int64))
                .otherwise(0)
            )
            .select("customer_id", "product_id", "workload_id", "revenue", day="occurred_on")
        )

    def facts(self):
        """Sums of the small facts by partner, location and offering."""
        fact = ["customer_id", "product_id", "workload_id"]
        seats = self.in_window("seat_changes", "occurred_on").select(
            *fact,
            seats_net=pl.when(pl.col("paid").fill_null(True))
            .then(pl.col("seats_added").cast(pl.Int64) - pl.col("seats_lost"))
            .otherwise(0),
            day="occurred_on",
        )
        newest = pl.all().get(pl.col("observed_on").arg_max())
        subscriptions = (
            self.in_window("subscriptions", "observed_on")
            .group_by("subscription_id")
            .agg(newest)
            .select(
                *fact,
                seats_assigned=pl.when(pl.col("status").is_in(["active", "grace"]))
                .then(pl.col("seats_assigned").cast(pl.Int64))
                .otherwise(0),
                day=pl.lit(self.as_of),
            )
        )
        instances = (
            self.in_window("instances", "observed_on")
            .group_by(fact)
            .agg(instances=pl.col("production_instances").get(pl.col("observed_on").arg_max()).cast(pl.Int64))
            .with_columns(day=pl.lit(self.as_of))
        )
        surveys = self.in_window("surveys", "responded_on").select(
            *fact,
            promoters=(pl.col("score") >= 9).cast(pl.Int64),
            detractors=(pl.col("score") <= 6).cast(pl.Int64),
            responses=pl.lit(1, pl.Int64),
            day="responded_on",
        )
        found = []
        for facts in [self.money(), seats, subscriptions, instances, surveys]:
            sums = [name for name in facts.collect_schema().names() if name in SUMS]
            found.append(
                self.attributed(facts, pl.col("day"))
                .group_by("partner", "location", "offering")
                .agg(pl.col(name).sum() for name in sums)
                .join(self.offering_above.lazy(), on="offering")
                .drop("offering")
                .rename({"above": "offering"})
            )
        return pl.collect_all(found, engine="streaming")

    def certified(self):
        """Certified people by partner and offering."""
        passes = self.scan("certifications").filter(
            (pl.col("passed_on") <= self.as_of)
            & (pl.col("expires_on").is_null() | (pl.col("expires_on") > self.as_of))
        )
        exams = self.scan("exams").filter(pl.col("counts_until").is_null() | (pl.col("counts_until") > self.as_of))
        return (
            passes.join(exams, on="exam_id")
            .join(self.offering.select("workload_id", "offering").lazy(), on="workload_id")
            .join(self.offering_above.lazy(), on="offering")
            .join(self.partners.lazy(), on="partner_id")
            .group_by("partner", offering="above")
            .agg(certified_people=pl.col("person_id").n_unique())
            .collect(engine="streaming")
        )

    def write(self, path):
        own = (
            pl.concat([self.users(), self.added(), *self.facts()], how="diagonal_relaxed")
            .lazy()
            .group_by("partner", "location", "offering")
            .agg(pl.col(name).sum() for name in SUMS)
        )
        total = (
            own.join(self.location_above.lazy(), on="location")
            .group_by("offering", "partner", location="above")
            .agg(pl.col(name).sum() for name in SUMS)
            .collect(engine="streaming")
        )
        certified = self.certified()
        # Ratios are compared as floats, which is exact below 2^26 as duckdb.sql explains.
        largest = total.select(pl.max_horizontal(pl.col("users").max(), pl.col("seats_assigned").max() * 12)).item()
        if largest >= 2**26:
            raise SystemExit(f"ratios of numbers up to {largest} cannot be compared as floats; widen the comparison")
        seats = pl.col("seats_assigned") * 12
        scorecard = total.join(certified, on=["partner", "offering"], how="left").with_columns(
            pl.col("certified_people").fill_null(0),
            mau_per_assigned_seat=pl.when(seats > 0).then(pl.col("users") / seats),
            net_promoter_score=pl.when(pl.col("responses") > 0).then(
                (pl.col("promoters") - pl.col("detractors")) / pl.col("responses")
            ),
        )
        world = certified.with_columns(location=pl.lit(0, pl.UInt32))
        holders = world.join(total, on=["offering", "location", "partner"], how="anti")
        scorecard = pl.concat([scorecard, holders], how="diagonal_relaxed").rename(
            {"seats_net": "net_paid_seats", "instances": "production_instances", "users": "monthly_active_users"}
        )
        # Division by a literal multiplies by its reciprocal, which is not the nearest float: twelve is a column.
        standings = scorecard.lazy().with_columns(twelve=pl.col("location").cast(pl.Int64).clip(12, 12)).with_columns(
            functools.reduce(operator.add, (positions(metric) for metric in METRICS))
        )
        (
            standings.select(
                *["partner", *SLICE], *functools.reduce(operator.add, (columns(metric) for metric in METRICS))
            )
            .join(self.partners.lazy(), on="partner")
            .join(self.offering.select("offering", "product_id", "workload_id").lazy(), on="offering")
            .join(self.location.lazy(), on="location", how="left")
            .drop("partner", *SLICE)
            .collect()
            .write_parquet(path)
        )


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


def positions(metric):
    value = pl.col(metric)
    return [
        (value.rank("min").over(SLICE).cast(pl.Int64) - 1).alias(f"{metric}_less"),
        value.rank("max").over(SLICE).cast(pl.Int64).alias(f"{metric}_up_to"),
        value.count().over(SLICE).cast(pl.Int64).alias(f"{metric}_peers"),
    ]


def columns(metric):
    less, up_to, peers = (pl.col(f"{metric}_{what}") for what in ["less", "up_to", "peers"])
    value = pl.col(metric)
    differs = (value.min() < value.max()).over(SLICE)
    banded = pl.when((peers >= 4) & differs & value.is_not_null())
    return [
        (value / pl.col("twelve") if metric == "monthly_active_users" else value).alias(metric),
        banded.then(1 + 4 * less // peers).alias(f"{metric}_band"),
        banded.then(1 + peers - up_to).alias(f"{metric}_rank"),
        banded.then(100 * less / peers).alias(f"{metric}_percentile"),
        peers,
    ]


if __name__ == "__main__":
    main()

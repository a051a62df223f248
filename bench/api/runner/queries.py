"""The four queries, as each server is asked them, and what their answers say in one form for all.

Peerband is asked by the sender's ids and for the newest snapshot, as a front end asks; the peers by the numbers of their rows, which
spares them look-ups. Peerband works percentiles out; the peers hand out how many are less and how many there are.
"""

import fractions

METRICS = [
    "REVENUE",
    "NEW_CUSTOMERS",
    "NET_PAID_SEATS",
    "CERTIFIED_PEOPLE",
    "PRODUCTION_INSTANCES",
    "MONTHLY_ACTIVE_USERS",
    "MAU_PER_ASSIGNED_SEAT",
    "NET_PROMOTER_SCORE",
]
# What the peers call them.
CAMEL = ["".join(word.capitalize() if at else word for at, word in enumerate(metric.lower().split("_"))) for metric in METRICS]
PAGE, LEADERS = 50, 20
# So many requests differ, and come in turn.
VARIANTS = 200


class Query:
    name = title = what = ""

    def __init__(self, places, snapshots):
        self.places, self.snapshots = places, snapshots

    def variables(self, place):
        """Peerband's."""
        slice_ = {name: place[name] for name in ["product", "workload", "location"] if place[name]}
        return {"slice": slice_}


class Scorecard(Query):
    name, title = "scorecard", "A scorecard with its bands"
    what = "one partner in one slice: 8 metrics with value, band, rank, percentile and peers, and up to 4 bands of each"
    peerband = (
        "query Scorecard($partner: String!, $slice: SliceFilter) { scorecard(partnerId: $partner, slice: $slice) "
        "{ measures { metric value band rank percentile peers bands { band min max partners } } } }"
    )
    bands = "metric band minNumerator minDenominator maxNumerator maxDenominator partners"
    columns = " ".join(f"{name} {name}Band {name}Rank {name}Less" for name in CAMEL)
    postgraphile = (
        "query Scorecard($snapshot: BigInt!, $slice: Int!, $partner: Int!) { "
        f"scorecard: scorecardBySnapshotAndSliceAndPartner(snapshot: $snapshot, slice: $slice, partner: $partner) {{ {columns} }} "
        "groups: allPeerGroups(condition: {snapshot: $snapshot, slice: $slice}) { nodes { metric peers } } "
        f"bands: allPeerBands(condition: {{snapshot: $snapshot, slice: $slice}}) {{ nodes {{ {bands} }} }} }}"
    )
    seaography = (
        "query Scorecard($snapshot: Int!, $slice: Int!, $partner: Int!) { "
        "scorecard: scorecard(filters: {snapshot: {eq: $snapshot}, slice: {eq: $slice}, partner: {eq: $partner}}) "
        f"{{ nodes {{ {columns} }} }} "
        "groups: peerGroup(filters: {snapshot: {eq: $snapshot}, slice: {eq: $slice}}) { nodes { metric peers } } "
        f"bands: peerBand(filters: {{snapshot: {{eq: $snapshot}}, slice: {{eq: $slice}}}}) {{ nodes {{ {bands} }} }} }}"
    )

    def variables(self, place):
        return {"partner": place["partner_id"], **super().variables(place)}

    def peer_variables(self, place):
        return {"snapshot": self.snapshots[-1], "slice": place["slice"], "partner": place["partner"]}

    def of_peerband(self, data):
        return {
            measure["metric"]: (
                *(measure[name] for name in ["value", "band", "rank", "percentile", "peers"]),
                sorted(tuple(band[name] for name in ["band", "min", "max", "partners"]) for band in measure["bands"]),
            )
            for measure in data["scorecard"]["measures"]
        }

    def of_peer(self, data):
        row = data["scorecard"]["nodes"][0] if "nodes" in data["scorecard"] else data["scorecard"]
        peers = {group["metric"]: group["peers"] for group in data["groups"]["nodes"]}
        found = {}
        for at, (metric, name) in enumerate(zip(METRICS, CAMEL)):
            less, count = row[f"{name}Less"], peers.get(at, 0)
            bands = [
                (band["band"], end(at, band, "min"), end(at, band, "max"), band["partners"])
                for band in data["bands"]["nodes"]
                if band["metric"] == at
            ]
            percentile = None if less is None else 100 * less / count
            found[metric] = (number(row[name]), row[f"{name}Band"], row[f"{name}Rank"], percentile, count, sorted(bands))
        return found


class Page(Query):
    name, title = "page", "A page of 50 scorecards with partners"
    what = "the first 50 scorecards of a slice: 8 metrics with value, band and rank, and the partner's id, name and country"
    peerband = (
        f"query Page($slice: SliceFilter) {{ scorecards(slice: $slice, first: {PAGE}) {{ nodes {{ "
        "partner { partnerId name country } measures { metric value band rank } } } }"
    )
    columns = " ".join(f"{name} {name}Band {name}Rank" for name in CAMEL)
    postgraphile = (
        "query Page($snapshot: BigInt!, $slice: Int!) { page: allScorecards(condition: {snapshot: $snapshot, slice: $slice}, "
        f"first: {PAGE}, orderBy: [PARTNER_ASC]) {{ nodes {{ of: partnerByPartner {{ partnerId name country }} {columns} }} }} }}"
    )
    seaography = (
        "query Page($snapshot: Int!, $slice: Int!) { page: scorecard(filters: {snapshot: {eq: $snapshot}, slice: {eq: $slice}}, "
        f"pagination: {{offset: {{offset: 0, limit: {PAGE}}}}}, orderBy: {{partner: ASC}}) "
        f"{{ nodes {{ of: ofPartner {{ partnerId name country }} {columns} }} }} }}"
    )

    def peer_variables(self, place):
        return {"snapshot": self.snapshots[-1], "slice": place["slice"]}

    def of_peerband(self, data):
        return [
            (
                tuple(card["partner"].values()),
                [tuple(measure[name] for name in ["value", "band", "rank"]) for measure in card["measures"]],
            )
            for card in data["scorecards"]["nodes"]
        ]

    def of_peer(self, data):
        return [
            (
                tuple(row["of"].values()),
                [(number(row[name]), row[f"{name}Band"], row[f"{name}Rank"]) for name in CAMEL],
            )
            for row in data["page"]["nodes"]
        ]


class Leaderboard(Query):
    name, title = "leaderboard", "A leaderboard filtered by band"
    what = "the 20 greatest in band 4 of net new revenue in a slice: value, rank, and the partner's id, name, country and tier"
    peerband = (
        "query Leaderboard($slice: SliceFilter) { scorecards(slice: $slice, filter: {measure: {metric: REVENUE, band: [4]}}, "
        f"orderBy: [{{field: VALUE, metric: REVENUE, direction: DESC}}], first: {LEADERS}) {{ nodes {{ "
        "partner { partnerId name country tier } measure(metric: REVENUE) { value rank } } } }"
    )
    postgraphile = (
        "query Leaderboard($snapshot: BigInt!, $slice: Int!) { page: allScorecards(condition: {snapshot: $snapshot, slice: $slice, "
        f"revenueBand: 4}}, first: {LEADERS}, orderBy: [REVENUE_DESC, PARTNER_ASC]) {{ nodes {{ "
        "of: partnerByPartner { partnerId name country tier } revenue revenueRank } } }"
    )
    seaography = (
        "query Leaderboard($snapshot: Int!, $slice: Int!) { page: scorecard(filters: {snapshot: {eq: $snapshot}, slice: {eq: $slice}, "
        f"revenueBand: {{eq: 4}}}}, pagination: {{offset: {{offset: 0, limit: {LEADERS}}}}}, orderBy: {{revenue: DESC}}) "
        "{ nodes { of: ofPartner { partnerId name country tier } revenue revenueRank } } }"
    )

    def peer_variables(self, place):
        return {"snapshot": self.snapshots[-1], "slice": place["slice"]}

    def of_peerband(self, data):
        return [
            (tuple(card["partner"].values()), card["measure"]["value"], card["measure"]["rank"])
            for card in data["scorecards"]["nodes"]
        ]

    def of_peer(self, data):
        return [(tuple(row["of"].values()), row["revenue"], row["revenueRank"]) for row in data["page"]["nodes"]]


class Trend(Query):
    name, title = "trend", "A 12-month trend"
    what = "net new revenue of one partner in one slice at the last 12 month ends: value, band and rank"
    peerband = (
        "query Trend($partner: String!, $slice: SliceFilter) { scorecard(partnerId: $partner, slice: $slice) "
        "{ measure(metric: REVENUE) { trend(last: 12, every: MONTH) { snapshot { asOf } measure { value band rank } } } } }"
    )
    postgraphile = (
        "query Trend($slice: Int!, $partner: Int!) { points: allScorecards(condition: {partner: $partner, slice: $slice}, "
        "orderBy: [SNAPSHOT_ASC]) { nodes { snapshot revenue revenueBand revenueRank } } }"
    )
    seaography = (
        "query Trend($slice: Int!, $partner: Int!) { points: scorecard(filters: {partner: {eq: $partner}, slice: {eq: $slice}}, "
        "orderBy: {snapshot: ASC}) { nodes { snapshot revenue revenueBand revenueRank } } }"
    )

    def variables(self, place):
        return {"partner": place["partner_id"], **super().variables(place)}

    def peer_variables(self, place):
        return {"slice": place["slice"], "partner": place["partner"]}

    def of_peerband(self, data):
        points = data["scorecard"]["measure"]["trend"]
        return [tuple(point["measure"][name] for name in ["value", "band", "rank"]) for point in points if point["measure"]]

    def of_peer(self, data):
        return [(row["revenue"], row["revenueBand"], row["revenueRank"]) for row in data["points"]["nodes"]]


QUERIES = [Scorecard, Page, Leaderboard, Trend]


def number(value):
    """A value; PostGraphile writes 64-bit integers as texts."""
    return int(value) if isinstance(value, str) else value


def end(metric, band, which):
    """The end of a band as the nearest float. Revenue's is in ten-thousandths."""
    numerator, denominator = int(band[f"{which}Numerator"]), int(band[f"{which}Denominator"])
    return float(fractions.Fraction(numerator, denominator))


def places(database):
    """Slices with whole pages of scorecards in every month, each with one of its partners."""
    snapshots = [int(row[0]) for row in database.rows("SELECT id FROM snapshot WHERE state = 'published' ORDER BY as_of")]
    found = database.rows(
        f"""
        WITH slices AS (
            SELECT slice FROM scorecard WHERE snapshot = {snapshots[-1]} AND revenue_band IS NOT NULL
            GROUP BY slice HAVING count(*) >= {PAGE} ORDER BY slice LIMIT {VARIANTS}
        ), numbered AS (
            SELECT slice, row_number() OVER (ORDER BY slice) - 1 AS place, count(*) OVER () AS places FROM slices
        ), turns AS (
            SELECT turn, numbered.* FROM numbered JOIN generate_series(0, {VARIANTS - 1}) AS turn ON turn % places = place
        )
        SELECT turn, turns.slice, card.partner, partner.partner_id, offering.product_id, offering.workload_id, location.location_id
        FROM turns
        CROSS JOIN LATERAL (
            SELECT partner FROM scorecard
            WHERE scorecard.slice = turns.slice AND snapshot = {snapshots[-1]} AND revenue_band IS NOT NULL
            ORDER BY partner OFFSET turn % {PAGE} LIMIT 1
        ) AS card
        JOIN partner ON partner.id = card.partner
        JOIN slice ON slice.id = turns.slice
        JOIN offering ON offering.id = slice.offering
        JOIN location ON location.id = slice.location
        ORDER BY turn
        """
    )
    names = ["turn", "slice", "partner", "partner_id", "product", "workload", "location"]
    rows = [dict(zip(names, row)) for row in found]
    numbers = {"slice", "partner", "turn"}
    return [{name: int(value) if name in numbers else value for name, value in row.items()} for row in rows], snapshots

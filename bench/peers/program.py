"""The generated program as the peers read it: its files by dataset, its settings, the window of an as-of date."""

import calendar
import datetime
import pathlib
import tomllib

DATASETS = [
    "products",
    "workloads",
    "locations",
    "partners",
    "customers",
    "exams",
    "fx_rates",
    "associations",
    "revenue",
    "seat_changes",
    "subscriptions",
    "usage",
    "instances",
    "surveys",
    "certifications",
]

# The columns of facts besides customer_id, product_id and workload_id.
FACTS = {
    "revenue": ["event_id", "license_type", "occurred_on", "amount", "currency", "counts_as_new"],
    "seat_changes": ["event_id", "license_type", "occurred_on", "seats_added", "seats_lost", "paid"],
    "subscriptions": ["subscription_id", "status", "seats_assigned", "observed_on"],
    "usage": ["user_id", "active_on"],
    "instances": ["production_instances", "observed_on"],
    "surveys": ["response_id", "responded_on", "score"],
}


class Program:
    """One or more folders of files; the first one has the settings, later ones add days."""

    def __init__(self, folders):
        self.folders = [pathlib.Path(folder) for folder in folders]
        settings = tomllib.loads((self.folders[0] / "peerband.toml").read_text())["program"]
        self.association_precedence = settings["association_precedence"]
        self.new_customer_gap_days = settings.get("new_customer_gap_days", 31)
        self.reporting_currency = settings.get("reporting_currency", "USD")

    def files(self, dataset):
        found = []
        for folder in self.folders:
            single = folder / f"{dataset}.parquet"
            found += [single] if single.exists() else []
            found += sorted((folder / dataset).glob("*.parquet"))
        return [str(path) for path in found]


def add_arguments(parser):
    parser.add_argument("--program", nargs="+", required=True, help="folders of the program's files")
    parser.add_argument("--as-of", nargs="+", default=[], type=datetime.date.fromisoformat)
    parser.add_argument("--out", help="a folder for scorecards-<as-of>.parquet")


def out_file(folder, as_of):
    return str(pathlib.Path(folder) / f"scorecards-{as_of}.parquet")


def window_first(as_of):
    """The day after the as-of date minus twelve months, the day clamped to the month's length."""
    day = min(as_of.day, calendar.monthrange(as_of.year - 1, as_of.month)[1])
    return datetime.date(as_of.year - 1, as_of.month, day) + datetime.timedelta(days=1)


def statements(script):
    """The statements of a SQL script; a semicolon stands only at their ends."""
    lines = (line for line in script.splitlines() if not line.lstrip().startswith("--"))
    return [text for text in (part.strip() for part in "\n".join(lines).split(";")) if text]

"""The floor: decoding the columns that a recompute needs, from the fact store and from the raw usage files, and no more.

Run as a process of its own by the runner; what it reads is thrown away batch by batch.
"""

import pathlib
import sys

import pyarrow.parquet

# By dataset: what a bucket and the settling of keys read of the fact store.
NEEDED = {
    "revenue": ["key", "customer", "offering", "occurred_on", "amount_ten_thousandths", "currency", "counts_as_new"],
    "seat_changes": ["key", "customer", "offering", "occurred_on", "seats_added", "seats_lost", "paid"],
    "subscriptions": ["subscription", "customer", "offering", "status", "seats_assigned", "observed_on"],
    "usage": ["customer", "user", "offering", "month", "days"],
    "instances": ["customer", "offering", "production_instances", "observed_on"],
    "surveys": ["key", "customer", "offering", "responded_on", "score"],
    "certifications": None,
}


def decode(folder, columns):
    rows = values = 0
    for path in sorted(pathlib.Path(folder).rglob("*.parquet")):
        with pyarrow.parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=65536, columns=columns):
                rows += batch.num_rows
                values += batch.num_rows * batch.num_columns
    return rows, values


def main():
    what, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    if what == "raw-usage":
        print("usage", *decode(folder / "usage", None))
    else:
        for dataset, columns in NEEDED.items():
            print(dataset, *decode(folder / dataset, columns))


if __name__ == "__main__":
    main()

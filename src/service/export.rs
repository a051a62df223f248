//! Exports of a snapshot, as DATA.md's 'What goes out' has them: exact, for program staff.

use std::io::Write;

use kernel::{Day, Metric};

use crate::app::App;
use crate::store::StoreError;
use crate::store::dump::{Dump, SliceIds};

/// What is exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Export {
    Scorecards,
    PeerBands,
}

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    Csv,
    Ndjson,
}

/// Why nothing, or not everything, was exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error("no snapshot of {0} is published; `peerband recompute --as-of {0}` makes one")]
    NoSnapshot(Day),
    #[error("cannot read the database")]
    Store(#[from] StoreError),
    #[error("cannot write the export")]
    Io(#[from] std::io::Error),
    #[error("cannot write the export")]
    Csv(#[from] csv::Error),
}

/// A cell: none is an empty field, and null in JSON.
enum Cell {
    Text(String),
    Number(String),
    None,
}

/// Writes the newest published snapshot of the date.
///
/// # Errors
/// Where the date has no snapshot, or reading or writing fails.
pub async fn export(
    app: &App,
    what: Export,
    as_of: Day,
    format: Format,
    out: impl Write + Send,
) -> Result<u64, ExportError> {
    let dump = Dump::open(app.db(), as_of.0)
        .await?
        .ok_or(ExportError::NoSnapshot(as_of))?;
    let columns = match what {
        Export::Scorecards => scorecard_columns(),
        Export::PeerBands => peer_band_columns(),
    };
    let mut rows = Rows::new(out, format, columns)?;
    for slice in &dump.slices {
        match what {
            Export::Scorecards => {
                let peers = dump.peers(slice).await?;
                for (partner_id, row) in dump.scorecards(slice).await? {
                    rows.write(&scorecard_cells(as_of, slice, &partner_id, &row, peers))?;
                }
            }
            Export::PeerBands => {
                for row in dump.peer_bands(slice).await? {
                    rows.write(&peer_band_cells(as_of, slice, &row)?)?;
                }
            }
        }
    }
    rows.finish()
}

fn scorecard_columns() -> Vec<String> {
    let slice = [
        "as_of",
        "partner_id",
        "product_id",
        "workload_id",
        "location_id",
    ];
    let mut columns: Vec<String> = slice.map(str::to_owned).to_vec();
    for metric in Metric::ALL {
        let name = metric.name().to_ascii_lowercase();
        columns.push(name.clone());
        columns
            .extend(["band", "rank", "percentile", "peers"].map(|what| format!("{name}_{what}")));
    }
    columns
}

fn peer_band_columns() -> Vec<String> {
    let columns = [
        "as_of",
        "product_id",
        "workload_id",
        "location_id",
        "metric",
        "band",
        "min",
        "max",
        "partners",
    ];
    columns.map(str::to_owned).to_vec()
}

fn scorecard_cells(
    as_of: Day,
    slice: &SliceIds,
    partner_id: &str,
    row: &entity::scorecard::Model,
    peers: [i32; 8],
) -> Vec<Cell> {
    let mut cells = vec![
        Cell::Text(as_of.to_string()),
        Cell::Text(partner_id.to_owned()),
        text(&slice.product_id),
        text(&slice.workload_id),
        text(&slice.location_id),
    ];
    let revenue = row
        .revenue_ten_thousandths
        .as_deref()
        .and_then(|text| text.parse().ok());
    let metrics = [
        (
            revenue.map(|revenue| kernel::Value::money(revenue).to_four_places()),
            row.revenue_band,
            row.revenue_rank,
            row.revenue_less,
        ),
        (
            row.new_customers.map(|value| value.to_string()),
            row.new_customers_band,
            row.new_customers_rank,
            row.new_customers_less,
        ),
        (
            row.net_paid_seats.map(|value| value.to_string()),
            row.net_paid_seats_band,
            row.net_paid_seats_rank,
            row.net_paid_seats_less,
        ),
        (
            Some(row.certified_people.to_string()),
            row.certified_people_band,
            row.certified_people_rank,
            row.certified_people_less,
        ),
        (
            row.production_instances.map(|value| value.to_string()),
            row.production_instances_band,
            row.production_instances_rank,
            row.production_instances_less,
        ),
        (
            row.monthly_active_users.map(|value| value.to_string()),
            row.monthly_active_users_band,
            row.monthly_active_users_rank,
            row.monthly_active_users_less,
        ),
        (
            row.mau_per_assigned_seat.map(|value| value.to_string()),
            row.mau_per_assigned_seat_band,
            row.mau_per_assigned_seat_rank,
            row.mau_per_assigned_seat_less,
        ),
        (
            row.net_promoter_score.map(|value| value.to_string()),
            row.net_promoter_score_band,
            row.net_promoter_score_rank,
            row.net_promoter_score_less,
        ),
    ];
    for ((value, band, rank, less), peers) in metrics.into_iter().zip(peers) {
        let percentile =
            less.map(|less| kernel::percentile(less.unsigned_abs(), peers.unsigned_abs()));
        cells.push(number(value));
        cells.push(number(band));
        cells.push(number(rank));
        cells.push(number(percentile));
        cells.push(number(Some(peers)));
    }
    cells
}

fn peer_band_cells(
    as_of: Day,
    slice: &SliceIds,
    row: &entity::peer_band::Model,
) -> Result<Vec<Cell>, ExportError> {
    let corrupt = || StoreError::Corrupt(format!("a peer band of slice {slice:?}"));
    let metric = usize::try_from(row.metric)
        .ok()
        .and_then(|at| Metric::ALL.get(at).copied());
    let metric = metric.ok_or_else(corrupt)?;
    let end = |numerator: &str, denominator: i64| -> Result<String, ExportError> {
        let numerator: i128 = numerator.parse().map_err(|_| corrupt())?;
        if metric == Metric::Revenue {
            return Ok(kernel::Value::money(numerator).to_four_places());
        }
        let numerator = i64::try_from(numerator).map_err(|_| corrupt())?;
        let value = kernel::Value::ratio(numerator, denominator).ok_or_else(corrupt)?;
        Ok(value.to_f64().to_string())
    };
    Ok(vec![
        Cell::Text(as_of.to_string()),
        text(&slice.product_id),
        text(&slice.workload_id),
        text(&slice.location_id),
        Cell::Text(metric.name().to_owned()),
        number(Some(row.band)),
        number(Some(end(&row.min_numerator, row.min_denominator)?)),
        number(Some(end(&row.max_numerator, row.max_denominator)?)),
        number(Some(row.partners)),
    ])
}

fn text(id: &str) -> Cell {
    if id.is_empty() {
        Cell::None
    } else {
        Cell::Text(id.to_owned())
    }
}

fn number(value: Option<impl ToString>) -> Cell {
    value.map_or(Cell::None, |value| Cell::Number(value.to_string()))
}

/// Rows on their way out.
struct Rows<Out: Write> {
    columns: Vec<String>,
    sink: Sink<Out>,
    count: u64,
}

enum Sink<Out: Write> {
    Csv(Box<csv::Writer<Out>>),
    Ndjson(Out),
}

impl<Out: Write> Rows<Out> {
    fn new(out: Out, format: Format, columns: Vec<String>) -> Result<Rows<Out>, ExportError> {
        let sink = match format {
            Format::Csv => {
                let mut writer = csv::WriterBuilder::new()
                    .terminator(csv::Terminator::CRLF)
                    .from_writer(out);
                writer.write_record(&columns)?;
                Sink::Csv(Box::new(writer))
            }
            Format::Ndjson => Sink::Ndjson(out),
        };
        Ok(Rows {
            columns,
            sink,
            count: 0,
        })
    }

    fn write(&mut self, cells: &[Cell]) -> Result<(), ExportError> {
        self.count += 1;
        match &mut self.sink {
            Sink::Csv(writer) => writer.write_record(cells.iter().map(|cell| match cell {
                Cell::Text(text) | Cell::Number(text) => text.as_str(),
                Cell::None => "",
            }))?,
            Sink::Ndjson(out) => {
                let fields: Vec<String> = self
                    .columns
                    .iter()
                    .zip(cells)
                    .map(|(column, cell)| match cell {
                        Cell::Text(text) => {
                            format!("\"{column}\":{}", serde_json::Value::from(text.as_str()))
                        }
                        // Decimal digits are a JSON number as they stand, without a detour over a float.
                        Cell::Number(digits) => format!("\"{column}\":{digits}"),
                        Cell::None => format!("\"{column}\":null"),
                    })
                    .collect();
                writeln!(out, "{{{}}}", fields.join(","))?;
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<u64, ExportError> {
        match self.sink {
            Sink::Csv(mut writer) => writer.flush()?,
            Sink::Ndjson(mut out) => out.flush()?,
        }
        Ok(self.count)
    }
}

//! Databases that an earlier version made are opened, and what it had published is handed out unchanged.

use std::fmt::Write;
use std::path::Path;

use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, Statement, Value};

use crate::harness::sender::{Sender, stderr};

/// The step that rewrites scorecards on SQLite (docs/adr/0009).
const PACKED: &str = "m2026_11_23_000020_packed_scorecards";
const AS_OF: &str = "2026-10-31";
const METRICS: [&str; 8] = [
    "revenue",
    "new_customers",
    "net_paid_seats",
    "certified_people",
    "production_instances",
    "monthly_active_users",
    "mau_per_assigned_seat",
    "net_promoter_score",
];

/// Revenue of each partner, in ten-thousandths and as it is handed out: what is stored whole, what lies beyond floats, and
/// what lies beyond 64 bits.
const REVENUE: [(&str, &str); 14] = [
    (
        "-123456789012345678901234567890",
        "-12345678901234567890123456.7890",
    ),
    ("-9223372036854775809", "-922337203685477.5809"),
    ("-9223372036854775808", "-922337203685477.5808"),
    ("-9007199254740993", "-900719925474.0993"),
    ("-9007199254740992", "-900719925474.0992"),
    ("-1", "-0.0001"),
    ("0", "0.0000"),
    ("15000", "1.5000"),
    ("9007199254740992", "900719925474.0992"),
    ("9007199254740993", "900719925474.0993"),
    ("9223372036854775807", "922337203685477.5807"),
    ("9223372036854775808", "922337203685477.5808"),
    ("18446744073709551616", "1844674407370955.1616"),
    (
        "123456789012345678901234567890",
        "12345678901234567890123456.7890",
    ),
];

/// Everything else of each partner's row but the last, which has passes of exams and nothing else.
const PARTS: &str = "7, 3, 5, 6, 12";
const WHOLE_VALUES: &str = "2, -4, 9, 2147483648";

#[tokio::test]
async fn scorecards_of_before_they_were_packed_are_exported_byte_for_byte() {
    let sender = Sender::new();
    let file = sender.data().sqlite_file();
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    let before = {
        let db = earlier(&file).await;
        fill(&db).await;
        let before = rows(&db).await;
        db.close().await.unwrap();
        before
    };
    assert_eq!(before.lines().count(), REVENUE.len() + 1);

    let exported = sender.run(&["export", "scorecards", "--as-of", AS_OF]);
    assert!(exported.status.success(), "{}", stderr(&exported));
    assert_eq!(String::from_utf8(exported.stdout).unwrap(), expected());

    let db = Database::connect(url(&file)).await.unwrap();
    let pending = Migrator::get_pending_migrations(&db).await.unwrap();
    assert!(pending.is_empty());
    // Whoever reads with SQL finds what was there as well, to the last bit and of the same type.
    assert_eq!(rows(&db).await, before);
    let small = "SELECT count(*) AS number FROM packed_scorecard WHERE large_revenue IS NULL";
    assert_eq!(texts(&db, small).await, "6\n");
}

/// A database as the version before the step had it.
async fn earlier(file: &Path) -> DatabaseConnection {
    let db = Database::connect(url(file)).await.unwrap();
    let steps = Migrator::migrations();
    let before = steps.iter().position(|step| step.name() == PACKED).unwrap();
    Migrator::up(&db, Some(before as u32)).await.unwrap();
    db
}

fn url(file: &Path) -> String {
    format!("sqlite://{}?mode=rwc", file.to_str().unwrap())
}

/// One published snapshot with one slice, everything in the whole world, as that version wrote it.
async fn fill(db: &DatabaseConnection) {
    let partners = REVENUE.len();
    let scorecards = partners + 1;
    let mut sql = format!(
        "INSERT INTO offering VALUES (0, '', '', 'Everything');
         INSERT INTO location VALUES (0, '', NULL, 'World', FALSE, FALSE);
         INSERT INTO slice VALUES (1, 0, 0);
         INSERT INTO snapshot (id, as_of, revision, state, settings, last_sequence, fact_rows, slices, scorecards, peer_bands,
             created_at, published_at)
         VALUES (1, 20757, 1, 'published', '{{}}', 0, 0, 1, {scorecards}, 0, '2026-11-01T02:00:00Z', '2026-11-01T02:00:01Z');"
    );
    for (metric, name) in METRICS.into_iter().enumerate() {
        let peers = if name == "certified_people" {
            scorecards
        } else {
            partners
        };
        write!(
            sql,
            "INSERT INTO peer_group (snapshot, slice, metric, peers, released) VALUES (1, 1, {metric}, {peers}, TRUE);"
        )
        .unwrap();
    }
    for partner in 1..=scorecards {
        write!(
            sql,
            "INSERT INTO partner (id, partner_id, name, country) VALUES ({partner}, 'p{partner:02}', 'P', 'FR');"
        )
        .unwrap();
    }
    db.execute_unprepared(&sql).await.unwrap();
    for (partner, (ten_thousandths, amount)) in (1..).zip(REVENUE) {
        // Where it stands differs from partner to partner, up to what a standing holds.
        let standing = |metric: usize| {
            let less = if metric == 0 {
                (1_u32 << 30) - 1
            } else {
                partner - 1
            };
            format!("{}, {}, {less}", partner % 4 + 1, (1_u32 << 31) - partner)
        };
        let standings: Vec<String> = (0..METRICS.len()).map(standing).collect();
        let sql = format!(
            "INSERT INTO scorecard VALUES (1, 1, {partner}, $1, {PARTS}, $2, {WHOLE_VALUES}, $3, $4, $5, {})",
            standings.join(", ")
        );
        let values: [Value; 5] = [
            ten_thousandths.into(),
            amount.parse::<f64>().unwrap().into(),
            (7.0 / 12.0).into(),
            (7.0 / 36.0).into(),
            (-1.0 / 12.0).into(),
        ];
        let insert = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
        db.execute_raw(insert).await.unwrap();
    }
    let last = format!(
        "INSERT INTO scorecard (snapshot, slice, partner, certified_people, certified_people_band, certified_people_rank,
             certified_people_less)
         VALUES (1, 1, {scorecards}, 3, 1, 15, 0)"
    );
    db.execute_unprepared(&last).await.unwrap();
}

/// What that version exported.
fn expected() -> String {
    let mut csv = "as_of,partner_id,product_id,workload_id,location_id".to_owned();
    for metric in METRICS {
        write!(
            csv,
            ",{metric},{metric}_band,{metric}_rank,{metric}_percentile,{metric}_peers"
        )
        .unwrap();
    }
    csv += "\r\n";
    let peers = REVENUE.len();
    for (partner, (_, revenue)) in (1_u32..).zip(REVENUE) {
        write!(csv, "{AS_OF},p{partner:02},,,").unwrap();
        let values = [
            revenue,
            "2",
            "-4",
            "9",
            "2147483648",
            "0.5833333333333334",
            "0.19444444444444445",
            "-0.08333333333333333",
        ];
        for (metric, value) in METRICS.into_iter().zip(values) {
            let peers = if metric == "certified_people" {
                peers + 1
            } else {
                peers
            };
            let less = if metric == "revenue" {
                (1_u32 << 30) - 1
            } else {
                partner - 1
            };
            let percentile = 100.0 * f64::from(less) / peers as f64;
            let (band, rank) = (partner % 4 + 1, (1_u32 << 31) - partner);
            write!(csv, ",{value},{band},{rank},{percentile},{peers}").unwrap();
        }
        csv += "\r\n";
    }
    let nothing = format!(",,,,,{peers}");
    write!(
        csv,
        "{AS_OF},p15,,,{},3,1,15,0,15{}\r\n",
        nothing.repeat(3),
        nothing.repeat(4)
    )
    .unwrap();
    csv
}

/// Every column of that version's table with its type, floats to the last bit.
async fn rows(db: &DatabaseConnection) -> String {
    let mut columns: Vec<String> = ["snapshot", "slice", "partner", "revenue_ten_thousandths"]
        .into_iter()
        .chain([
            "yearly_users",
            "assigned_seats",
            "promoters",
            "detractors",
            "responses",
        ])
        .chain(METRICS)
        .map(str::to_owned)
        .collect();
    for metric in METRICS {
        columns.extend(["band", "rank", "less"].map(|part| format!("{metric}_{part}")));
    }
    let told = columns.iter().map(|column| {
        format!("typeof({column}) || CASE typeof({column}) WHEN 'real' THEN printf('%!.20g', {column}) ELSE quote({column}) END")
    });
    let told: Vec<String> = told.collect();
    let row = told.join(" || ' ' || ");
    texts(
        db,
        &format!("SELECT {row} AS number FROM scorecard ORDER BY partner"),
    )
    .await
}

async fn texts(db: &DatabaseConnection, sql: &str) -> String {
    let sql = format!("SELECT CAST(number AS text) AS text FROM ({sql})");
    let found = db
        .query_all_raw(Statement::from_string(db.get_database_backend(), sql))
        .await
        .unwrap();
    found.iter().fold(String::new(), |all, row| {
        all + &row.try_get::<String>("", "text").unwrap() + "\n"
    })
}

//! What runs read copies of: no run is ever computed from a copy of what is not so any more.

use std::collections::BTreeSet;

use peerband::app::App;
use peerband::config::{Config, DataDir};
use peerband::service::audit::Actor;
use peerband::service::export::Export;
use peerband::service::recompute::recompute;
use peerband::service::run::Stopper;
use sea_orm::{ConnectionTrait, EntityTrait};

use crate::agree::{exported, send};
use crate::harness::database;

const ASSOCIATIONS: &str = "customer_id,partner_id,association_type,starts_on,ends_on\n";

/// Two partners with a customer each.
async fn program(folder: &std::path::Path, url: &str) -> App {
    let env = [("PEERBAND_DATABASE_URL".to_owned(), url.to_owned())];
    let config = Config::load(None, env).unwrap();
    let app = App::open(config, DataDir::new(folder.join("data")))
        .await
        .unwrap();
    let associations =
        format!("{ASSOCIATIONS}c1,alder,DPOR,2020-01-01,\nc2,birch,DPOR,2020-01-01,\n");
    let revenue = "event_id,customer_id,product_id,license_type,occurred_on,amount,currency\n\
                   r1,c1,suite,CSP,2026-03-01,100,USD\nr2,c2,suite,CSP,2026-03-01,20,USD\n";
    for (dataset, csv) in [
        ("products", "product_id,name\nsuite,Suite\n"),
        (
            "partners",
            "partner_id,name,country\nalder,Alder,GB\nbirch,Birch,FR\n",
        ),
        ("customers", "customer_id,location_id\nc1,GB\nc2,FR\n"),
        ("associations", associations.as_str()),
        ("revenue", revenue),
    ] {
        send(&app, folder, dataset, "first", csv).await;
    }
    app
}

async fn copied(app: &App) -> BTreeSet<String> {
    let copies = entity::input_copy::Entity::find();
    let copies = copies.all(app.db().read()).await.unwrap();
    copies.into_iter().map(|copy| copy.of_table).collect()
}

/// What a run of now publishes of everything, all over the world and in France: partner, location and revenue.
async fn published(app: &App) -> BTreeSet<String> {
    let day = "2026-10-31".parse().unwrap();
    let asked = Stopper::default().listen();
    (recompute(app, &Actor::command_line(), day, None, asked).await).unwrap();
    let csv = exported(app, Export::Scorecards, day).await;
    let fields = csv.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let of_everything = fields.filter(|fields| fields[2].is_empty());
    let told = of_everything.filter(|fields| ["", "FR"].contains(&fields[4]));
    told.map(|fields| format!("{} {} {}", fields[1], fields[4], fields[5]))
        .collect()
}

fn lines(lines: &[&str]) -> BTreeSet<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

#[tokio::test]
async fn a_run_sees_what_was_sent_after_the_copies_were_made() {
    let folder = tempfile::tempdir().unwrap();
    let url = database::url().await;
    let app = program(folder.path(), &url).await;
    assert_eq!(copied(&app).await, lines(&[]));
    let at_first = lines(&["alder  100.0000", "birch  20.0000", "birch FR 20.0000"]);
    assert_eq!(published(&app).await, at_first);
    assert_eq!(copied(&app).await, lines(&["association", "customer"]));
    // From copies, the same.
    assert_eq!(published(&app).await, at_first);

    // A row that replaces another.
    let ended = format!("{ASSOCIATIONS}c1,alder,DPOR,2020-01-01,2026-02-01\n");
    send(&app, folder.path(), "associations", "second", &ended).await;
    assert_eq!(copied(&app).await, lines(&["customer"]));
    let without_alder = lines(&["birch  20.0000", "birch FR 20.0000"]);
    assert_eq!(published(&app).await, without_alder);

    // A new one.
    let follows = format!("{ASSOCIATIONS}c1,birch,DPOR,2026-02-01,\n");
    send(&app, folder.path(), "associations", "third", &follows).await;
    assert_eq!(
        published(&app).await,
        lines(&["birch  120.0000", "birch FR 20.0000"])
    );

    let moved = "customer_id,location_id\nc1,FR\n";
    send(&app, folder.path(), "customers", "second", moved).await;
    assert_eq!(copied(&app).await, lines(&["association"]));
    assert_eq!(
        published(&app).await,
        lines(&["birch  120.0000", "birch FR 120.0000"])
    );
    assert_eq!(copied(&app).await, lines(&["association", "customer"]));

    // Whoever changes it.
    let txn = app.db().begin().await.unwrap();
    txn.execute_unprepared("DELETE FROM association WHERE starts_on > 20000")
        .await
        .unwrap();
    txn.commit().await.unwrap();
    assert_eq!(published(&app).await, without_alder);

    // A change that is taken back changes nothing.
    let txn = app.db().begin().await.unwrap();
    txn.execute_unprepared("DELETE FROM association")
        .await
        .unwrap();
    txn.rollback().await.unwrap();
    assert_eq!(copied(&app).await, lines(&["association", "customer"]));
    assert_eq!(published(&app).await, without_alder);
    drop(app);
    database::remove(&url).await;
}

/// On PostgreSQL, where somebody else can write meanwhile. SQLite has one writer, whom a run waits for anyway.
#[tokio::test]
async fn a_run_goes_on_without_copies_while_somebody_changes_the_tables() {
    let folder = tempfile::tempdir().unwrap();
    let url = database::url().await;
    let app = program(folder.path(), &url).await;
    if !app.db().is_sqlite() {
        let txn = app.db().begin().await.unwrap();
        txn.execute_unprepared("UPDATE association SET ends_on = 0")
            .await
            .unwrap();
        let as_before = lines(&["alder  100.0000", "birch  20.0000", "birch FR 20.0000"]);
        assert_eq!(published(&app).await, as_before);
        assert_eq!(copied(&app).await, lines(&[]));
        txn.commit().await.unwrap();
        assert_eq!(published(&app).await, lines(&[]));
        assert_eq!(copied(&app).await, lines(&["association", "customer"]));
    }
    drop(app);
    database::remove(&url).await;
}

#[tokio::test]
async fn a_damaged_copy_stops_the_run_and_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let url = database::url().await;
    let app = program(folder.path(), &url).await;
    published(&app).await;
    let txn = app.db().begin().await.unwrap();
    let cut = if app.db().is_sqlite() {
        "UPDATE input_copy SET content = x'00' WHERE of_table = 'customer'"
    } else {
        r"UPDATE input_copy SET content = '\x00' WHERE of_table = 'customer'"
    };
    txn.execute_unprepared(cut).await.unwrap();
    txn.commit().await.unwrap();
    let day = "2026-10-31".parse().unwrap();
    let asked = Stopper::default().listen();
    let stopped = recompute(&app, &Actor::command_line(), day, None, asked).await;
    let error = std::error::Error::source(&stopped.unwrap_err()).map(ToString::to_string);
    assert!(
        error
            .as_ref()
            .is_some_and(|told| told.contains("the copy of table customer")),
        "{error:?}"
    );
    drop(app);
    database::remove(&url).await;
}

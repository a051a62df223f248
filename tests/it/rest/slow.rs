//! Clients that do not read what they ask for.

use std::time::Duration;

use entity::{partner, scorecard, snapshot};
use peerband::store::api_key::Role;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseBackend, DatabaseTransaction,
    EntityTrait, IdenStatic, IntoActiveModel, Iterable, QueryFilter, Set, Statement,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::harness::{Server, database, keys};

/// Rows of some megabytes: more than what lies between two programs.
const PARTNERS: i32 = 1_200;
const SLICES: std::ops::RangeInclusive<i32> = 1..=12;

/// Those of scorecards that are not worked out from others.
async fn stored_columns(txn: &DatabaseTransaction) -> Vec<String> {
    if txn.get_database_backend() != DatabaseBackend::Sqlite {
        let columns = scorecard::Column::iter();
        return columns.map(|column| column.as_str().to_owned()).collect();
    }
    let table = database::scorecard_table();
    let text = format!("SELECT name FROM pragma_table_info('{table}')");
    let text = Statement::from_string(DatabaseBackend::Sqlite, text);
    let rows = txn.query_all_raw(text).await.unwrap();
    let names = rows.iter().map(|row| row.try_get("", "name").unwrap());
    names.collect()
}

async fn enlarge(server: &Server) {
    let txn = server.db.begin().await.unwrap();
    let sample = partner::Entity::find().one(&txn).await.unwrap().unwrap();
    let card = scorecard::Entity::find().one(&txn).await.unwrap().unwrap();
    let numbers: Vec<i32> = (10_000..10_000 + PARTNERS).collect();
    let partners = numbers.iter().map(|number| {
        let mut partner = sample.clone().into_active_model();
        partner.id = Set(*number);
        partner.partner_id = Set(format!("more-{number}"));
        partner.reset_all()
    });
    partner::Entity::insert_many(partners)
        .exec_without_returning(&txn)
        .await
        .unwrap();
    let columns = stored_columns(&txn).await;
    let select = |column: &String| match column.as_str() {
        "snapshot" => "3".to_owned(),
        "slice" => "slice.id".to_owned(),
        "partner" => "partner.id".to_owned(),
        column => format!("card.{column}"),
    };
    let table = database::scorecard_table();
    let text = format!(
        "INSERT INTO {table} ({}) SELECT {} FROM {table} AS card, slice, partner
         WHERE card.snapshot = {} AND card.slice = {} AND card.partner = {}
         AND slice.id BETWEEN {} AND {} AND partner.id >= 10000",
        columns.join(", "),
        columns.iter().map(select).collect::<Vec<_>>().join(", "),
        card.snapshot,
        card.slice,
        card.partner,
        SLICES.start(),
        SLICES.end(),
    );
    txn.execute_unprepared(&text).await.unwrap();
    let more = i64::from(PARTNERS) * SLICES.count() as i64;
    snapshot::Entity::update_many()
        .col_expr(
            snapshot::Column::Scorecards,
            Expr::col(snapshot::Column::Scorecards).add(more),
        )
        .filter(snapshot::Column::Id.eq(3))
        .exec(&txn)
        .await
        .unwrap();
    database::number_on(&txn).await;
    txn.commit().await.unwrap();
}

async fn open(server: &Server, key: &str) -> TcpStream {
    let address = server.address.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "GET /exports/scorecards.ndjson HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {key}\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    // It has begun.
    let mut status = [0; 15];
    stream.read_exact(&mut status).await.unwrap();
    assert_eq!(&status, b"HTTP/1.1 200 OK");
    stream
}

#[tokio::test]
async fn two_exports_of_a_key_at_a_time_and_a_client_that_leaves_ends_its_own() {
    let server = Server::start().await;
    enlarge(&server).await;
    let (key, other) = (
        keys::key(&server.db, Role::Analyst, &[]).await,
        keys::key(&server.db, Role::Integrator, &[]).await,
    );
    let get = async |key: &str| {
        let url = format!("{}/exports/scorecards.ndjson", server.address);
        let request = reqwest::Client::new().get(url).bearer_auth(key);
        request.send().await.unwrap()
    };
    let (one, two) = (open(&server, &key).await, open(&server, &key).await);
    let third = get(&key).await;
    assert_eq!(third.status(), 429);
    assert!(third.headers().contains_key("retry-after"));
    let problem: serde_json::Value = third.json().await.unwrap();
    assert_eq!(problem["code"], "RATE_LIMITED");
    // Others are not kept waiting by them.
    let whole = get(&other).await.text().await.unwrap();
    assert!(whole.len() > 10_000_000 && whole.ends_with("}\n"));

    drop((one, two));
    let freed = async {
        loop {
            let answer = get(&key).await;
            if answer.status() == 200 {
                return answer.text().await.unwrap();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let again = tokio::time::timeout(Duration::from_secs(10), freed).await;
    assert!(again.unwrap() == whole);
}

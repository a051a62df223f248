//! What the store does with reference data that is sent again.

use peerband::app::App;
use peerband::config::{Config, DataDir};
use peerband::store::reference::{
    self, Customer, Exam, Ids, Kind, Partner, Product, Tree, Workload,
};
use rustc_hash::FxHashMap;
use sea_orm::ConnectionTrait;

use crate::harness::database;

async fn ids(db: &impl ConnectionTrait) -> Ids {
    let mut ids = Ids::default();
    let kinds = [
        Kind::Offerings,
        Kind::Locations,
        Kind::Partners,
        Kind::Customers,
        Kind::Exams,
    ];
    ids.load_missing(db, &kinds).await.unwrap();
    ids
}

async fn send(app: &App, partners: &[&str]) {
    let txn = app.db().begin().await.unwrap();
    let product = Product {
        product_id: "suite".to_owned(),
        name: "Suite".to_owned(),
    };
    reference::upsert_products(&txn, vec![product])
        .await
        .unwrap();
    let workloads = ["mail", "chat"].map(|workload_id| Workload {
        product_id: "suite".to_owned(),
        workload_id: workload_id.to_owned(),
        name: workload_id.to_owned(),
    });
    reference::upsert_workloads(&txn, workloads.to_vec())
        .await
        .unwrap();
    reference::replace_tree(&txn, &Tree::built_in())
        .await
        .unwrap();
    let ids = ids(&txn).await;
    let rows = partners.iter().map(|id| Partner {
        partner_id: (*id).to_owned(),
        name: (*id).to_owned(),
        country: "FR".to_owned(),
        partner_type: None,
        tier: None,
        group_id: None,
    });
    reference::upsert_partners(&txn, rows.collect())
        .await
        .unwrap();
    let rows = partners.iter().map(|id| Customer {
        customer_id: (*id).to_owned(),
        location: ids.locations["FR"],
        name: None,
    });
    reference::upsert_customers(&txn, rows.collect())
        .await
        .unwrap();
    let rows = partners.iter().map(|id| Exam {
        exam_id: (*id).to_owned(),
        offering: ids.workloads["mail"].0,
        counts_until: None,
    });
    reference::upsert_exams(&txn, rows.collect()).await.unwrap();
    txn.commit().await.unwrap();
}

/// Numbers are places in lists held in memory, and 32 bits wide: a nightly upload of everything must not use them up.
#[tokio::test]
async fn what_is_sent_again_keeps_its_number_and_uses_none_up() {
    let folder = tempfile::tempdir().unwrap();
    let url = database::url().await;
    let config = Config::load(None, [("PEERBAND_DATABASE_URL".to_owned(), url)]).unwrap();
    let app = App::open(config, DataDir::new(folder.path().to_owned()))
        .await
        .unwrap();
    send(&app, &["b", "a"]).await;
    let first = ids(app.db().read()).await;
    for _ in 0..3 {
        send(&app, &["a", "b"]).await;
    }
    send(&app, &["b", "c", "a"]).await;
    let last = ids(app.db().read()).await;

    assert_eq!(last.products, first.products);
    assert_eq!(last.workloads, first.workloads);
    assert_eq!(last.locations, first.locations);
    let customers = |ids: &Ids| -> FxHashMap<String, i32> {
        let rows = ids.customers.iter().map(Result::unwrap);
        rows.map(|(id, number)| (id.to_owned(), number)).collect()
    };
    for (first, last) in [
        (&first.partners, &last.partners),
        (&customers(&first), &customers(&last)),
        (&first.exams, &last.exams),
    ] {
        assert_eq!((last["a"], last["b"]), (first["a"], first["b"]));
        assert_eq!(last["c"], first.values().max().unwrap() + 1);
    }
}

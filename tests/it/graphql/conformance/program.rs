//! A program with something of everything that answers can have, asked without HTTP.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_graphql::extensions::{
    Extension, ExtensionContext, ExtensionFactory, NextResolve, ResolveInfo,
};
use async_graphql::{PathSegment, Request, Response, ServerError, ServerResult, Value};
use peerband::app::App;
use peerband::config::DataDir;
use peerband::gate::Spender;
use peerband::gate::budget::Budget;
use peerband::graphql::session::Charge;
use peerband::graphql::{Schema, schema_builder};
use peerband::service::audit::Actor;
use peerband::service::identity::{Principal, authenticate_key};
use peerband::service::operation::Operations;
use peerband::service::recompute::recompute;
use peerband::service::run::Stopper;
use peerband::store::Db;
use peerband::store::api_key::Role;
use sea_orm::ConnectionTrait;

use crate::harness::database;
use crate::harness::keys::key;
use crate::harness::product::Product;

pub(super) const INJECTED: &str = "injected by the test";

pub(super) struct Program {
    pub(super) schema: Schema,
    pub(super) product: Product,
    /// An admin, who asks unless it is said otherwise.
    pub(super) principal: Arc<Principal>,
    /// The partner `p`.
    pub(super) partner: Arc<Principal>,
    /// The statements of readers since they were last taken.
    reads: Arc<Mutex<Vec<String>>>,
}

/// What is resolved in one request, and where it fails.
#[derive(Clone, Default)]
pub(super) struct Wire {
    fail_at: Option<Vec<PathSegment>>,
    pub(super) seen: Arc<Mutex<Vec<Seen>>>,
}

#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) path: Vec<PathSegment>,
    /// `Type.field`, or that of a list with `[]` for its items.
    pub(super) field: String,
    pub(super) is_nullable: bool,
    /// A field that may be null must not hand its failure to its parent.
    pub(super) has_failed: bool,
}

struct Wiretap;

impl ExtensionFactory for Wiretap {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Wiretap)
    }
}

#[async_trait::async_trait]
impl Extension for Wiretap {
    async fn resolve(
        &self,
        ctx: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<Value>> {
        let Some(wire) = ctx.data_opt::<Wire>().cloned() else {
            return next.run(ctx, info).await;
        };
        let parts = info.path_node.to_string_vec();
        let path = parts.into_iter().map(|part| match part.parse() {
            Ok(index) => PathSegment::Index(index),
            Err(_) => PathSegment::Field(part),
        });
        let path: Vec<PathSegment> = path.collect();
        let is_item = matches!(path.last(), Some(PathSegment::Index(_)));
        let field = if is_item {
            format!("{} {}[]", info.parent_type, info.name)
        } else {
            format!("{}.{}", info.parent_type, info.name)
        };
        let is_nullable = !info.return_type.ends_with('!');
        let pos = info.field.name.pos;
        let found = next.run(ctx, info).await;
        wire.seen.lock().unwrap().push(Seen {
            path: path.clone(),
            field,
            is_nullable,
            has_failed: found.is_err(),
        });
        if wire.fail_at.as_ref() == Some(&path) {
            let mut error = ServerError::new(INJECTED, Some(pos));
            error.path = path;
            return Err(error);
        }
        found
    }
}

impl Wire {
    pub(super) fn failing(path: &[PathSegment]) -> Wire {
        Wire {
            fail_at: Some(path.to_vec()),
            ..Wire::default()
        }
    }
}

impl Program {
    pub(super) async fn start() -> Program {
        let product = Product::start(&[
            ("PEERBAND_GRAPHQL_COMPLEXITY_MAX", "1000000000"),
            ("PEERBAND_GRAPHQL_DEPTH_MAX", "40"),
            // So that there is a report of what is withheld.
            ("PEERBAND_RELEASE_RANGES", "protected"),
            ("PEERBAND_GRAPHQL_COST_PER_MINUTE", "4000000000"),
        ])
        .await;
        let each = |line: fn(usize) -> String| (1..=8).map(line).collect::<String>();
        let workloads = "workload_id,product_id,name\nmail,suite,Mail\n";
        product.send("workloads", "w", workloads).await;
        let partners = each(|at| format!("p{at},P {at},FR,gold,reseller,g{at}\n"));
        let partners = format!("partner_id,name,country,tier,partner_type,group_id\n{partners}");
        product.send("partners", "more", &partners).await;
        let customers = each(|at| format!("c{at},FR,C {at}\n"));
        let customers = format!("customer_id,location_id,name\n{customers}");
        product.send("customers", "more", &customers).await;
        let associations = each(|at| format!("c{at},p{at},DPOR,2020-01-01\n"));
        let associations =
            format!("customer_id,partner_id,association_type,starts_on\n{associations}");
        product.send("associations", "more", &associations).await;
        let revenue = each(|at| format!("e{at},c{at},suite,mail,WEB,2026-10-0{at},{at}00.5,USD\n"));
        let revenue = format!(
            "event_id,customer_id,product_id,workload_id,license_type,occurred_on,amount,currency\n\
             own,c,suite,mail,WEB,2026-10-01,250,USD\n{revenue}"
        );
        product.send("revenue", "r", &revenue).await;
        let subscription = "subscription_id,customer_id,product_id,workload_id,status,seats_assigned,observed_on\n\
             s,c,suite,mail,active,12,2026-10-01\n";
        product.send("subscriptions", "s", subscription).await;
        let partner = key(product.app.db(), Role::Partner, &["p"]).await;
        let admin = key(product.app.db(), Role::Admin, &[]).await;
        let reads = Arc::new(Mutex::new(Vec::new()));
        let app = watched(&product, reads.clone()).await;
        let principal = Arc::new(authenticate_key(app.db(), &admin).await.unwrap());
        let partner = Arc::new(authenticate_key(app.db(), &partner).await.unwrap());
        let schema = schema_builder(&Operations::new(&app)).extension(Wiretap);
        let program = Program {
            schema: schema.finish(),
            principal,
            partner,
            product,
            reads,
        };
        for as_of in ["2026-10-29", "2026-10-30", "2026-10-31"] {
            program.recompute(as_of).await;
        }
        program
    }

    /// Publishes the snapshot of a date.
    pub(super) async fn recompute(&self, as_of: &str) {
        let (app, by) = (&self.product.app, Actor::command_line());
        let day = as_of.parse().unwrap();
        recompute(app, &by, day, None, Stopper::default().listen())
            .await
            .unwrap();
    }

    /// What was read since this was last asked.
    pub(super) fn take_reads(&self) -> Vec<String> {
        std::mem::take(&mut self.reads.lock().unwrap())
    }

    pub(super) fn request(&self, query: &str, wire: &Wire) -> Request {
        Program::request_of(&self.principal, query, wire)
    }

    fn request_of(principal: &Arc<Principal>, query: &str, wire: &Wire) -> Request {
        let charge = Charge::new(
            Budget::new(4_000_000_000),
            vec![Spender::Address([192, 0, 2, 1].into())],
        );
        Request::new(query)
            .data(principal.clone())
            .data(charge)
            .data(wire.clone())
    }

    pub(super) async fn ask(&self, query: &str, wire: &Wire) -> Response {
        self.schema.execute(self.request(query, wire)).await
    }

    pub(super) async fn ask_as(
        &self,
        principal: &Arc<Principal>,
        query: &str,
        wire: &Wire,
    ) -> Response {
        let request = Program::request_of(principal, query, wire);
        self.schema.execute(request).await
    }

    /// Every text below a key of an answer.
    pub(super) async fn texts(&self, query: &str, key: &str) -> Vec<String> {
        fn add(data: &serde_json::Value, key: &str, found: &mut Vec<String>) {
            match data {
                serde_json::Value::Object(fields) => {
                    for (name, value) in fields {
                        match value {
                            serde_json::Value::String(text) if name == key => {
                                found.push(text.clone());
                            }
                            other => add(other, key, found),
                        }
                    }
                }
                serde_json::Value::Array(items) => {
                    items.iter().for_each(|item| add(item, key, found));
                }
                _ => {}
            }
        }
        let answer = self.ask(query, &Wire::default()).await;
        assert!(answer.is_ok(), "{:?}", answer.errors);
        let mut found = Vec::new();
        add(&serde_json::to_value(answer.data).unwrap(), key, &mut found);
        found
    }

    /// Lets whatever reads the table fail.
    pub(super) async fn take_away(&self, table: &str) {
        let table = stored(table);
        self.rename(table, &format!("{table}_gone")).await;
    }

    pub(super) async fn give_back(&self, table: &str) {
        let table = stored(table);
        self.rename(&format!("{table}_gone"), table).await;
    }

    async fn rename(&self, from: &str, to: &str) {
        if self.product.app.db().is_sqlite() {
            // The view of a table that is renamed would follow it.
            self.sql("PRAGMA legacy_alter_table = ON").await;
        }
        self.sql(&format!("ALTER TABLE {from} RENAME TO {to}"))
            .await;
    }

    pub(super) async fn sql(&self, statement: &str) {
        let transaction = self.product.app.db().begin().await.unwrap();
        transaction.execute_unprepared(statement).await.unwrap();
        transaction.commit().await.unwrap();
    }

    /// Waits until no run is under way.
    pub(super) async fn settle(&self) {
        let query = "{jobRuns(first: 1, filter: {state: [RUNNING]}) {nodes {id}}}";
        while !self.texts(query, "id").await.is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// The same stores, with what is read of the database written down.
async fn watched(product: &Product, reads: Arc<Mutex<Vec<String>>>) -> App {
    let config = product.app.config().clone();
    let data_dir = DataDir::new(product.data_dir());
    let database = &config.database;
    let file = data_dir.sqlite_file();
    let db = Db::open(&database.url, &file, database.connections).await;
    let mut db = db.unwrap();
    db.watch_reads(move |sql| reads.lock().unwrap().push(sql.to_owned()));
    App::over(config, data_dir, db).unwrap()
}

/// The table behind what may be a view.
fn stored(table: &str) -> &str {
    match table {
        "scorecard" => database::scorecard_table(),
        table => table,
    }
}

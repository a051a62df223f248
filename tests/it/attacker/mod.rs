//! A rational attacker: partners ask a server for everything that they may, over 30 snapshots, and work out what they can
//! of others' figures. Under protected ranges that is nothing within 10 %.

mod answers;
mod attack;
mod program;
mod side;
mod system;

use std::time::Instant;

use peerband::app::App;
use peerband::config::{Config, DataDir};
use peerband::service::audit::Actor;
use peerband::service::operation::Operations;
use peerband::service::recompute::recompute_dates;
use peerband::service::run::Stopper;
use peerband::store::api_key::Role;
use tempfile::TempDir;

use crate::agree::send;
use crate::harness::{database, keys, serve};
use answers::{Answers, Asker};
use attack::{Attacker, Found, shown};
use side::Figures;

/// A large one, a middling one, one of a group, and one with everything in one place.
const VIEWERS: [usize; 4] = [38, 21, 24, 30];

/// The program, published under one kind of ranges and served.
struct Served {
    app: App,
    address: String,
    _folder: TempDir,
}

impl Served {
    async fn start(ranges: &str) -> Served {
        let folder = tempfile::tempdir().unwrap();
        let settings = [
            ("PEERBAND_RELEASE_RANGES", ranges.to_owned()),
            ("PEERBAND_DATABASE_URL", database::url().await),
            ("PEERBAND_GRAPHQL_COST_PER_MINUTE", "1000000000".to_owned()),
        ];
        let settings = settings.map(|(name, value)| (name.to_owned(), value));
        let config = Config::load(None, settings).unwrap();
        let data_dir = DataDir::new(folder.path().join("data"));
        let app = App::open(config, data_dir).await.unwrap();
        for (dataset, csv) in program::files() {
            send(&app, folder.path(), dataset, "all", &csv).await;
        }
        // A gap of ten days is filled last.
        let days = program::days();
        for dates in [&days[..10], &days[20..], &days[10..20]] {
            let asked = Stopper::default().listen();
            let by = Actor::command_line();
            recompute_dates(&app, &by, dates, asked, |_| {})
                .await
                .unwrap();
        }
        let address = serve(&Operations::new(&app)).await;
        Served {
            app,
            address,
            _folder: folder,
        }
    }

    /// Everything that a partner is told.
    async fn answers(&self, partner: usize) -> Vec<Answers> {
        let key = keys::key(
            self.app.db(),
            Role::Partner,
            &[&program::partner_id(partner)],
        )
        .await;
        let asker = Asker {
            address: &self.address,
            key: &key,
            partner,
            client: reqwest::Client::new(),
        };
        let mut answers = Vec::new();
        for day in program::days() {
            answers.push(asker.answers(day).await);
        }
        answers
    }
}

/// What all viewers found, and how much each of them was shown.
async fn attacked(ranges: &str) -> (Served, Found, [usize; 3]) {
    let begun = Instant::now();
    let served = Served::start(ranges).await;
    let mut figures: Vec<Figures> = Vec::new();
    for day in program::days() {
        figures.push(side::figures(&served.app, day).await);
    }
    let tree = program::Tree::new();
    let (mut all, mut released) = (Found::default(), [0; 3]);
    for viewer in VIEWERS {
        let answers = served.answers(viewer).await;
        let (asked, bands, ranks) = shown(&answers);
        let attacker = Attacker {
            viewer,
            tree: &tree,
            answers: &answers,
            figures: &figures,
            ends_are_beyond: ranges == "protected",
        };
        let found = attacker.attack();
        all.values += found.values;
        all.bounded += found.bounded;
        all.tied += found.tied;
        for (sum, one) in released.iter_mut().zip([asked, bands, ranks]) {
            *sum += one;
        }
    }
    let Found {
        values,
        bounded,
        tied,
    } = all;
    let [asked, bands, ranks] = released;
    eprintln!(
        "{ranges}: of {values} values of others {bounded} are known within 10 %, and {tied} more are known to equal \
         one's own; of {asked} metrics of slices {bands} are shown with bands, {ranks} with one's own rank \
         ({:.0?})",
        begun.elapsed()
    );
    (served, all, released)
}

#[tokio::test]
async fn exact_ranges_tell_others_figures() {
    let (_, found, _) = attacked("exact").await;
    assert!(found.bounded > 0 && found.tied > 0, "{found:?}");
}

#[tokio::test]
async fn rounded_ranges_tell_others_figures() {
    let (_, found, _) = attacked("rounded").await;
    assert!(found.bounded > 0 && found.tied > 0, "{found:?}");
}

#[tokio::test]
async fn protected_ranges_tell_nothing_within_ten_percent() {
    let (served, found, [asked, bands, ranks]) = attacked("protected").await;
    assert_eq!((found.bounded, found.tied), (0, 0), "{found:?}");
    // It is worth while to ask all the same.
    assert!(10 * bands > asked, "{bands} of {asked}");
    assert!(ranks > 0);
    check_report(&served).await;
}

/// Staff reads what was withheld and why, and partners do not.
async fn check_report(served: &Served) {
    let day = program::days()[29];
    let query = format!(
        "{{snapshot(asOf: \"{day}\") {{releaseReport {{
            metrics {{metric values boundedBefore boundedAfter}}
            counts {{metric rule attack showsBands slices}}
            withheld(first: 200) {{totalCount nodes {{slice {{location {{locationId}}}} metric showsBands rule attack values}}}}
        }}}}}}"
    );
    let ask = async |role, partners: &[&str]| {
        let key = keys::key(served.app.db(), role, partners).await;
        let asker = Asker {
            address: &served.address,
            key: &key,
            partner: 0,
            client: reqwest::Client::new(),
        };
        asker.ask(&query).await["snapshot"]["releaseReport"].clone()
    };
    assert!(ask(Role::Partner, &["p03"]).await.is_null());
    assert!(ask(Role::Operator, &[]).await.is_null());
    let report = ask(Role::Analyst, &[]).await;
    let sum = |list: &serde_json::Value, name: &str| -> u64 {
        let list = list.as_array().unwrap().iter();
        list.map(|one| one[name].as_u64().unwrap()).sum()
    };
    let metrics = &report["metrics"];
    assert_eq!(metrics.as_array().unwrap().len(), 8);
    assert!(sum(metrics, "boundedBefore") > 0);
    assert_eq!(sum(metrics, "boundedAfter"), 0);
    let withheld = &report["withheld"];
    let total = withheld["totalCount"].as_u64().unwrap();
    assert_eq!(sum(&report["counts"], "slices"), total);
    let nodes = withheld["nodes"].as_array().unwrap();
    assert_eq!(nodes.len() as u64, total.min(200));
    for node in nodes {
        assert_eq!(
            node["rule"] == "ATTACK",
            node["attack"].is_string(),
            "{node}"
        );
    }
    let rules: Vec<&str> = nodes
        .iter()
        .filter_map(|node| node["rule"].as_str())
        .collect();
    assert!(
        rules.contains(&"ATTACK") && rules.contains(&"MIN_PEERS"),
        "{rules:?}"
    );
}

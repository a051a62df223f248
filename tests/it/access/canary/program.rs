//! A program in which everything that somebody must not see can be recognised wherever it turns up.
//!
//! Every figure of a partner is a number of nine digits or more that nothing else has, or is derived from one; every id
//! and name is a text that nothing else has. What DATA.md lets a partner see of its peers, ranges of two significant
//! digits and counts, holds none of them.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use intake::{Reject, Source};
use peerband::app::App;
use peerband::config::{Config, DataDir};
use peerband::service::audit::Actor;
use peerband::service::hashing::HashingKey;
use peerband::service::ingest::{OnReject, Outcome, Request, Watcher, delete_batch, ingest};
use peerband::service::recompute::{StoppedAt, recompute_dates};
use peerband::service::run::Stopper;
use tempfile::TempDir;

use crate::harness::database;

/// The first two are those that keys are made for; all others are foreign to them.
pub(super) const PARTNERS: usize = 16;
/// Of these two is a slice in which nothing is released.
const FEW: [usize; 3] = [0, 2, 3];
pub(super) const EARLIER: &str = "2026-09-30";
pub(super) const NEWEST: &str = "2026-10-31";

/// A text or number that somebody must not see.
#[derive(Clone, Debug)]
pub(super) struct Canary {
    pub(super) text: String,
    pub(super) of: Of,
}

/// Whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Of {
    /// Kept from everybody: people's ids and their hashes, keys and their hashes.
    Nobody,
    /// Who a partner is.
    Partner(usize),
    /// A published figure of a partner.
    Figure(usize),
    /// A fact that is a partner's.
    Fact(usize),
    /// A customer of a partner's.
    Customer(usize),
    /// Batches and runs.
    Operation,
    /// Who has keys, and what was done with them.
    Key,
}

pub(super) struct CanaryProgram {
    pub(super) app: App,
    pub(super) canaries: Vec<Canary>,
    _folder: TempDir,
}

/// What a partner has of each metric that can be told from all others.
#[derive(Clone, Copy, Debug)]
struct Figures {
    /// Before the first date, and between the dates, in whole dollars.
    revenue: [u64; 2],
    few_revenue: u64,
    seats_added: u64,
    seats_lost: u64,
    instances: [u64; 2],
    assigned: u64,
    promoters: u64,
    responses: u64,
}

struct Quiet;

impl Watcher for Quiet {
    fn rejected(&self, file: &str, reject: &Reject) {
        panic!("{file}: {reject}");
    }

    fn progressed(&self, _bytes: u64) {}
}

pub(super) fn partner_id(at: usize) -> String {
    format!("ptnr{at:02}xq")
}

/// As a partner that does not exist would be called.
pub(super) fn absent_partner_id() -> String {
    partner_id(99)
}

pub(super) fn batch_id(dataset: &str) -> String {
    format!("btch-{dataset}-kw")
}

impl CanaryProgram {
    pub(super) async fn publish() -> CanaryProgram {
        let folder = tempfile::tempdir().unwrap();
        let env = [
            ("PEERBAND_DATABASE_URL", &*database::url().await),
            ("PEERBAND_HTTP_TRUSTED_PROXIES", "1"),
            ("PEERBAND_GRAPHQL_COST_PER_MINUTE", "4000000000"),
            ("PEERBAND_GRAPHQL_COMPLEXITY_MAX", "1000000000"),
        ];
        let env = env.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let ranges = ("PEERBAND_RELEASE_RANGES", "protected");
        let ranges = (ranges.0.to_owned(), ranges.1.to_owned());
        let protected = env.iter().cloned().chain([ranges]);
        let open = async |config: Config| {
            let data_dir = DataDir::new(folder.path().join("data"));
            App::open(config, data_dir).await.unwrap()
        };
        let protected = open(Config::load(None, protected).unwrap()).await;
        let app = open(Config::load(None, env).unwrap()).await;
        let figures = figures();
        for (dataset, csv) in files(&figures) {
            send(&app, dataset, &batch_id(dataset), &csv).await;
        }
        // A run that fails.
        let unrated = format!("{REVENUE}unrated,cust00vj,suite,mail,CSP,2026-05-10,1,CHF\n");
        send(&app, "revenue", "unrated", &unrated).await;
        assert!(try_to_publish(&app, EARLIER).await.is_err());
        let by = Actor::command_line();
        delete_batch(&app, &by, "revenue".parse().unwrap(), "unrated")
            .await
            .unwrap();
        // With a report of what is withheld, for staff.
        publish(&protected, EARLIER).await;
        // The facts of the earlier date are no longer there; the newest one has an earlier revision, which is for staff.
        for (dataset, csv) in files(&figures) {
            if dataset == "surveys" {
                send(&app, dataset, &batch_id(dataset), &csv).await;
            }
        }
        publish(&app, NEWEST).await;
        publish(&app, NEWEST).await;
        let mut canaries = texts(&app);
        canaries.extend(numbers(&figures));
        CanaryProgram {
            app,
            canaries,
            _folder: folder,
        }
    }
}

async fn send(app: &App, dataset: &str, batch_id: &str, csv: &str) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sent.csv");
    std::fs::write(&file, csv).unwrap();
    let request = Request {
        by: Actor::command_line(),
        dataset: dataset.parse().unwrap(),
        batch_id: batch_id.to_owned(),
        files: vec![Source::from_path(&file).unwrap()],
        on_reject: OnReject::Batch,
    };
    let outcome = ingest(app, request, Arc::new(Quiet)).await;
    assert!(
        matches!(outcome, Ok(Outcome::Stored { .. })),
        "{dataset}: {outcome:?}"
    );
}

pub(super) async fn publish(app: &App, date: &str) {
    try_to_publish(app, date).await.unwrap();
}

async fn try_to_publish(app: &App, date: &str) -> Result<(), StoppedAt> {
    let dates = [date.parse().unwrap()];
    let asked = Stopper::default().listen();
    recompute_dates(app, &Actor::command_line(), &dates, asked, |_| {}).await
}

/// Numbers that nobody else has: primes, and so strewn that no two of them differ by what others do.
fn figures() -> Vec<Figures> {
    let mut strewn = (1_u64..).map(|at| {
        // The mixing of splitmix64: numbers in steps would have sums and differences in common.
        let mut mixed = at.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let number = 100_000_000 + (mixed ^ (mixed >> 31)) % 900_000_000;
        (number..).find(|number| is_prime(*number)).unwrap()
    });
    let mut next = || strewn.next().unwrap();
    let mut responses = (11..).filter(|number| is_prime(*number));
    let figures = (0..PARTNERS).map(|_| Figures {
        revenue: [next(), next()],
        few_revenue: next(),
        seats_added: 1_100_000_000 + next(),
        seats_lost: next(),
        instances: [next(), next()],
        assigned: next(),
        promoters: 7,
        responses: responses.next().unwrap(),
    });
    figures.collect()
}

fn is_prime(number: u64) -> bool {
    (2..)
        .take_while(|divisor| divisor * divisor <= number)
        .all(|divisor| !number.is_multiple_of(divisor))
}

/// Every dataset with its rows.
fn files(figures: &[Figures]) -> Vec<(&'static str, String)> {
    let mut partners = "partner_id,name,country,partner_type,tier,group_id\n".to_owned();
    let mut customers = "customer_id,location_id,name\n".to_owned();
    let mut associations = "customer_id,partner_id,association_type,starts_on,ends_on\n".to_owned();
    let of = "event_id,customer_id,product_id,workload_id,license_type,occurred_on";
    let mut revenue = REVENUE.to_owned();
    let mut seats = format!("{of},seats_added,seats_lost\n");
    let mut subscriptions =
        "subscription_id,customer_id,product_id,workload_id,status,seats_assigned,observed_on\n"
            .to_owned();
    let mut usage = "customer_id,user_id,product_id,workload_id,active_on\n".to_owned();
    let mut instances =
        "customer_id,product_id,workload_id,production_instances,observed_on\n".to_owned();
    let mut surveys =
        "response_id,customer_id,product_id,workload_id,responded_on,score\n".to_owned();
    let mut certifications = "person_id,partner_id,exam_id,passed_on\n".to_owned();
    for (at, one) in figures.iter().enumerate() {
        let (partner, customer) = (partner_id(at), format!("cust{at:02}vj"));
        let location = if at < 14 { "FR" } else { "JP" };
        let what = format!("{customer},suite,mail");
        // Two foreign ones are of one owner.
        let group = if at < 4 { at } else { at.max(5) };
        writeln!(
            partners,
            "{partner},Namen{at:02}zv,FR,type{at:02}nq,tier{at:02}mz,grup{group:02}wk"
        )
        .unwrap();
        writeln!(customers, "{customer},{location},Kunde{at:02}hy").unwrap();
        writeln!(associations, "{customer},{partner},DPOR,2020-01-01,").unwrap();
        let mut sell = |event: &str, what: &str, day: &str, amount: u64| {
            writeln!(
                revenue,
                "evnt{event}{at:02}uq,{what},CSP,{day},{amount},USD"
            )
            .unwrap();
        };
        sell("a", &what, "2026-05-10", one.revenue[0]);
        sell("b", &what, "2026-10-10", one.revenue[1]);
        if FEW.contains(&at) {
            let what = format!("{customer},cloud,store");
            sell("c", &what, "2026-06-10", one.few_revenue);
        }
        let (added, lost) = (one.seats_added, one.seats_lost);
        writeln!(seats, "sadd{at:02}uq,{what},CSP,2026-04-01,{added},0").unwrap();
        writeln!(seats, "slos{at:02}uq,{what},CSP,2026-10-05,0,{lost}").unwrap();
        let assigned = one.assigned;
        writeln!(
            subscriptions,
            "subs{at:02}uq,{what},active,{assigned},2026-08-01"
        )
        .unwrap();
        for (user, day) in [("a", "2026-07-01"), ("b", "2026-10-15")] {
            writeln!(usage, "{customer},user{user}{at:02}fb,suite,mail,{day}").unwrap();
        }
        let [before, after] = one.instances;
        writeln!(instances, "{what},{before},2026-06-01").unwrap();
        writeln!(instances, "{what},{after},2026-10-20").unwrap();
        for response in 0..one.responses {
            let score = if response < one.promoters { 10 } else { 7 };
            writeln!(
                surveys,
                "resp{response}x{at:02}uq,{what},2026-06-15,{score}"
            )
            .unwrap();
        }
        for person in 0..=at % 3 {
            writeln!(
                certifications,
                "pers{person}{at:02}gd,{partner},exam,2026-01-15"
            )
            .unwrap();
        }
    }
    // A customer that went from a foreign partner to the first one: what it bought before stays the other's.
    customers += "wandered,FR,Wandered\n";
    writeln!(
        associations,
        "wandered,{},DPOR,2020-01-01,2026-03-01",
        partner_id(2)
    )
    .unwrap();
    writeln!(associations, "wandered,{},DPOR,2026-03-01,", partner_id(0)).unwrap();
    for (event, day, amount) in [
        ("before", "2026-01-10", MOVED[0]),
        ("after", "2026-05-20", MOVED[1]),
    ] {
        writeln!(
            revenue,
            "{event},wandered,suite,mail,CSP,{day},{amount},USD"
        )
        .unwrap();
    }
    vec![
        (
            "products",
            "product_id,name\nsuite,Suite\ncloud,Cloud\n".to_owned(),
        ),
        (
            "workloads",
            "workload_id,product_id,name\nmail,suite,Mail\nstore,cloud,Store\n".to_owned(),
        ),
        ("partners", partners),
        ("customers", customers),
        ("exams", "exam_id,workload_id\nexam,mail\n".to_owned()),
        ("associations", associations),
        ("revenue", revenue),
        ("seat_changes", seats),
        ("subscriptions", subscriptions),
        ("usage", usage),
        ("instances", instances),
        ("surveys", surveys),
        ("certifications", certifications),
    ]
}

/// The columns of revenue.
const REVENUE: &str =
    "event_id,customer_id,product_id,workload_id,license_type,occurred_on,amount,currency\n";
/// What the customer that moved bought before, and after.
const MOVED: [u64; 2] = [217_645_199, 226_354_873];

fn texts(app: &App) -> Vec<Canary> {
    let mut canaries = Vec::new();
    let mut add = |of: Of, text: String| canaries.push(Canary { text, of });
    let hashing = app.data_dir().hashing_key();
    add(
        Of::Nobody,
        std::fs::read_to_string(&hashing)
            .map_or("no text".to_owned(), |text| text.trim().to_owned()),
    );
    let hashing = HashingKey::load(&hashing).unwrap();
    for at in 0..PARTNERS {
        add(Of::Partner(at), partner_id(at));
        for word in [("Namen", "zv"), ("type", "nq"), ("tier", "mz")] {
            add(Of::Partner(at), format!("{}{at:02}{}", word.0, word.1));
        }
        let group = if at < 4 { at } else { at.max(5) };
        add(Of::Partner(at), format!("grup{group:02}wk"));
        add(Of::Customer(at), format!("cust{at:02}vj"));
        add(Of::Customer(at), format!("Kunde{at:02}hy"));
        for event in ["evnta", "evntb", "evntc", "sadd", "slos", "subs"] {
            add(Of::Fact(at), format!("{event}{at:02}uq"));
        }
        for user in ["a", "b"] {
            let user = format!("user{user}{at:02}fb");
            let hash = hashing.hash_64(&user);
            add(Of::Nobody, format!("{hash:x}"));
            add(Of::Nobody, hash.to_string());
            add(Of::Nobody, hash.cast_signed().to_string());
            add(Of::Nobody, user);
        }
        for person in 0..=at % 3 {
            let person = format!("pers{person}{at:02}gd");
            let hash = hashing.hash_128(&person);
            add(Of::Nobody, format!("{hash:x}"));
            add(Of::Nobody, hash.to_string());
            add(Of::Nobody, person);
        }
    }
    for (dataset, _) in files(&figures()) {
        add(Of::Operation, batch_id(dataset));
    }
    canaries
}

/// The digits of every figure, of every difference that two dates or two partners make, and of every amount.
fn numbers(figures: &[Figures]) -> Vec<Canary> {
    let mut canaries = Vec::new();
    // A number of two would be seen rightly by one of them.
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    let mut add = |of: Of, digits: String| {
        let (Of::Figure(at) | Of::Fact(at)) = of else {
            return;
        };
        let owner = *known.entry(digits.clone()).or_insert(at);
        if digits.len() >= 9 && owner == at {
            canaries.push(Canary { text: digits, of });
        }
    };
    let mut published = Vec::new();
    for (at, one) in figures.iter().enumerate() {
        let moved = match at {
            0 => MOVED[1],
            2 => MOVED[0],
            _ => 0,
        };
        let few = if FEW.contains(&at) {
            one.few_revenue
        } else {
            0
        };
        let earlier = [
            one.revenue[0] + moved + few,
            one.seats_added,
            one.instances[0],
        ];
        let newest = [
            earlier[0] + one.revenue[1],
            one.seats_added - one.seats_lost,
            one.instances[1],
        ];
        published.push([earlier, newest]);
        // In the slices of one product.
        let suite = [earlier[0] - few, newest[0] - few];
        for figure in earlier.into_iter().chain(newest).chain(suite).chain([few]) {
            add(Of::Figure(at), figure.to_string());
        }
        for (newest, earlier) in newest.into_iter().zip(earlier) {
            add(Of::Figure(at), newest.abs_diff(earlier).to_string());
        }
        add(Of::Figure(at), one.assigned.to_string());
        for users in [1_u64, 2] {
            add(
                Of::Figure(at),
                digits(users as f64 / 12.0 / one.assigned as f64),
            );
        }
        add(
            Of::Figure(at),
            digits(one.promoters as f64 / one.responses as f64),
        );
        for amount in [one.revenue[0], one.revenue[1], one.seats_lost, few] {
            add(Of::Fact(at), amount.to_string());
        }
        for amount in one.instances.into_iter().chain([one.seats_added]) {
            add(Of::Fact(at), amount.to_string());
        }
    }
    add(Of::Fact(2), MOVED[0].to_string());
    add(Of::Fact(0), MOVED[1].to_string());
    // How far it is from one's own value to another's tells the other's.
    for (own, foreign) in [0, 1]
        .into_iter()
        .flat_map(|own| (1..PARTNERS).map(move |foreign| (own, foreign)))
        .filter(|(own, foreign)| own != foreign)
    {
        let own = published[own].as_flattened();
        let other = published[foreign].as_flattened();
        for (own, other) in own.iter().zip(other) {
            add(Of::Figure(foreign), own.abs_diff(*other).to_string());
            add(Of::Figure(foreign), (own + other).to_string());
        }
    }
    canaries
}

/// The first digits of a ratio: enough to know it, few enough to be there however it is written.
fn digits(ratio: f64) -> String {
    let digits: String = format!("{ratio:.14e}")
        .chars()
        .take_while(|letter| *letter != 'e')
        .filter(char::is_ascii_digit)
        .collect();
    digits[..10].to_owned()
}

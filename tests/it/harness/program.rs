//! A small program with everything that makes lists hard: ties, missing values, ids whose byte order is not that of
//! any language, slices with few peers, partners that only hold certificates, and revisions.
//!
//! Its scorecards are computed by the kernel and kept, so that tests can say what an answer must be.

use super::database;
use entity::{
    batch, job_run, location, offering, partner, peer_band, peer_group, scorecard, slice, snapshot,
};
use kernel::{
    Catalog, Certification, Customer, Day, Exams, Location, Metric, Offering, Partner, Scorecard,
    Scoring, Slice, SliceScores, Totals, certified_people,
};
use peerband::config::Settings;
use peerband::store::Db;
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DatabaseBackend, DatabaseTransaction, EntityTrait,
    IntoActiveModel,
};

/// By the bytes of their ids, as the kernel numbers them.
const OFFERINGS: [(&str, &str, &str, u32); 6] = [
    ("", "", "Everything", 0),
    ("cloud", "", "Contoso Cloud", 0),
    ("cloud", "analytics", "Analytics", 1),
    ("cloud", "storage", "Storage", 1),
    ("office", "", "Office", 0),
    ("office", "mail", "Mail", 4),
];
const LOCATIONS: [(&str, &str, u32); 6] = [
    ("", "World", 0),
    ("DE", "Germany", 5),
    ("FR", "France", 5),
    ("JP", "Japan", 4),
    ("asia", "Asia", 0),
    ("europe", "Europe", 0),
];
/// The ids of the partners that only hold certificates come last.
const PARTNERS: [&str; 26] = [
    "A-1", "A-10", "A-2", "B", "Z", "_", "a-1", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k",
    "l", "m", "n", "o", "é", "Łódź", "日本", "😀", "😁",
];
const HOLDERS_ONLY: std::ops::Range<usize> = 23..26;

/// The date of each snapshot, its revision, and whether it is published.
const SNAPSHOTS: [(&str, i32, bool); 4] = [
    ("2026-11-20", 1, true),
    ("2026-11-21", 1, true),
    ("2026-11-21", 2, true),
    ("2026-11-22", 1, false),
];

pub(crate) struct Program {
    pub(crate) partners: Vec<partner::Model>,
    snapshots: Vec<Vec<SliceScores>>,
}

/// The newest published snapshot's place.
const NEWEST: usize = 2;

impl Program {
    pub(crate) fn sample() -> Program {
        let partners = PARTNERS
            .iter()
            .enumerate()
            .map(|(at, id)| partner_row(at, id))
            .collect();
        Program {
            partners,
            snapshots: (0..SNAPSHOTS.len()).map(scores).collect(),
        }
    }

    /// The newest published scorecards of a slice, named as `SliceFilter` does, with empty for absent.
    pub(crate) fn scorecards(&self, product: &str, workload: &str, location: &str) -> &[Scorecard] {
        self.slice(NEWEST, product, workload, location)
            .map_or(&[], |scores| &scores.scorecards)
    }

    pub(crate) fn scores(&self, product: &str, workload: &str, location: &str) -> &SliceScores {
        self.slice(NEWEST, product, workload, location).unwrap()
    }

    /// The scores of a slice in one of the snapshots, by its place.
    pub(crate) fn scores_in(
        &self,
        snapshot: usize,
        product: &str,
        workload: &str,
        location: &str,
    ) -> &SliceScores {
        self.slice(snapshot, product, workload, location).unwrap()
    }

    fn slice(
        &self,
        snapshot: usize,
        product: &str,
        workload: &str,
        location: &str,
    ) -> Option<&SliceScores> {
        let offering = OFFERINGS
            .iter()
            .position(|(p, w, ..)| (*p, *w) == (product, workload))
            .unwrap();
        let location = LOCATIONS
            .iter()
            .position(|(id, ..)| *id == location)
            .unwrap();
        let slice = Slice {
            offering: Offering(offering as u32),
            location: Location(location as u32),
        };
        self.snapshots[snapshot]
            .iter()
            .find(|scores| scores.slice == slice)
    }

    pub(crate) fn partner(&self, partner: Partner) -> &partner::Model {
        &self.partners[partner.0 as usize]
    }

    pub(crate) async fn store(&self, db: &Db, settings: &Settings) {
        let transaction = db.begin().await.unwrap();
        for (at, (product_id, workload_id, name, _)) in OFFERINGS.into_iter().enumerate() {
            let row = offering::Model {
                id: at as i32,
                product_id: product_id.to_owned(),
                workload_id: workload_id.to_owned(),
                name: name.to_owned(),
            };
            insert(row, &transaction).await;
        }
        // Those above come first, as the foreign key wants it.
        for at in [0, 4, 5, 1, 2, 3] {
            let (location_id, name, parent) = LOCATIONS[at];
            let row = location::Model {
                id: at as i32,
                location_id: location_id.to_owned(),
                parent: (at > 0).then_some(parent as i32),
                name: name.to_owned(),
                built_in: false,
                retired: false,
            };
            insert(row, &transaction).await;
        }
        for row in self.partners.clone() {
            insert(row, &transaction).await;
        }
        for offering in 0..OFFERINGS.len() as i32 {
            for location in 0..LOCATIONS.len() as i32 {
                let row = slice::Model {
                    id: slice_row(offering as u32, location as u32),
                    offering,
                    location,
                };
                insert(row, &transaction).await;
            }
        }
        for at in 0..SNAPSHOTS.len() {
            self.store_snapshot(at, settings, &transaction).await;
        }
        store_runs(&transaction).await;
        database::number_on(&transaction).await;
        transaction.commit().await.unwrap();
    }

    async fn store_snapshot(
        &self,
        at: usize,
        settings: &Settings,
        transaction: &DatabaseTransaction,
    ) {
        let (as_of, revision, is_published) = SNAPSHOTS[at];
        let slices = &self.snapshots[at];
        let id = at as i64 + 1;
        let moment = "2026-11-23T02:00:00Z".parse().unwrap();
        let row = snapshot::Model {
            id,
            as_of: day(as_of).0,
            revision,
            state: if is_published {
                snapshot::State::Published
            } else {
                snapshot::State::Building
            },
            settings: serde_json::to_string(settings).unwrap(),
            last_sequence: 3,
            fact_rows: 1_000,
            slices: slices.len() as i64,
            scorecards: slices
                .iter()
                .map(|scores| scores.scorecards.len() as i64)
                .sum(),
            peer_bands: slices.iter().map(|scores| scores.bands.len() as i64).sum(),
            created_at: moment,
            published_at: is_published.then_some(moment),
            run: None,
        };
        insert(row, transaction).await;
        for scores in slices {
            let slice = slice_row(scores.slice.offering.0, scores.slice.location.0);
            for card in &scores.scorecards {
                let place = (id, slice, self.partner(card.partner).id);
                insert_scorecard(place, card, transaction).await;
            }
            let groups = Metric::ALL
                .into_iter()
                .filter(|metric| scores.peers[metric.index()] > 0);
            let groups = groups.map(|metric| {
                let row = peer_group::Model {
                    snapshot: id,
                    slice,
                    metric: metric.index() as i16,
                    peers: scores.peers[metric.index()] as i32,
                    released: scores.released[metric.index()],
                    ranked: true,
                    rule: None,
                    told: None,
                };
                row.into_active_model()
            });
            peer_group::Entity::insert_many(groups)
                .exec_without_returning(transaction)
                .await
                .unwrap();
            for band in &scores.bands {
                let row = peer_band::Model {
                    snapshot: id,
                    slice,
                    metric: band.metric.index() as i16,
                    band: band.band.into(),
                    min_numerator: band.min.numerator().to_string(),
                    min_denominator: band.min.denominator() as i64,
                    max_numerator: band.max.numerator().to_string(),
                    max_denominator: band.max.denominator() as i64,
                    partners: band.partners as i32,
                };
                insert(row, transaction).await;
            }
        }
    }
}

fn partner_row(at: usize, id: &str) -> partner::Model {
    let one_of = |texts: &[&str]| texts[at % texts.len()].to_owned();
    partner::Model {
        // Not in the order of the ids.
        id: ((at * 7) % PARTNERS.len()) as i32 + 1,
        partner_id: id.to_owned(),
        // Names are shared by two partners each.
        name: format!(
            "{} 100%_{}",
            one_of(&["Adatum", "contoso", "Fabrikam"]),
            at / 2
        ),
        country: one_of(&["FR", "DE", "JP"]),
        partner_type: (!at.is_multiple_of(4)).then(|| one_of(&["reseller", "integrator"])),
        tier: (!at.is_multiple_of(3)).then(|| one_of(&["gold", "silver"])),
        group_id: (at < 2).then(|| "group".to_owned()),
    }
}

/// Facts of a partner at one workload and location, told apart by a number.
fn totals(number: i64) -> Totals {
    Totals {
        // The first two differ by less than a float can tell.
        revenue_ten_thousandths: match number {
            0 | 1 => (1 << 60) + i128::from(number),
            _ => i128::from((number * 37) % 9 - 2) * 12_345,
        },
        new_customers: number % 3,
        net_paid_seats: (number * 13) % 11 - 5,
        production_instances: number % 5,
        yearly_users: (number * 3) % 10,
        assigned_seats: if number % 4 == 1 { 0 } else { number % 6 },
        promoters: number % 4,
        detractors: number % 3,
        responses: if number % 5 == 2 { 0 } else { 8 },
    }
}

fn scores(snapshot: usize) -> Vec<SliceScores> {
    let offering_parents = OFFERINGS
        .iter()
        .map(|(.., parent)| Offering(*parent))
        .collect();
    let location_parents = LOCATIONS
        .iter()
        .map(|(.., parent)| Location(*parent))
        .collect();
    let catalog = Catalog::new(offering_parents, location_parents, vec![Location::WORLD; 1]);
    assert_eq!(catalog.location_of(Customer(0)), Location::WORLD);

    let mut rows: Vec<(Slice, Partner, Totals)> = Vec::new();
    for at in 0..HOLDERS_ONLY.start {
        let number = at as i64 + snapshot as i64 / 2;
        let workload = Offering([2, 2, 3, 5][at % 4]);
        let location = Location(if at < 3 { 3 } else { [1, 2][at % 2] });
        for offering in catalog.offerings_above(workload) {
            rows.push((
                Slice { offering, location },
                Partner(at as u32),
                totals(number),
            ));
        }
    }
    rows.sort_unstable_by_key(|(slice, partner, _)| (*slice, *partner));

    let exams = Exams {
        workloads: vec![vec![(Offering(2), Day::FOREVER)]],
    };
    let passes: Vec<Certification> = (0..PARTNERS.len())
        .filter(|at| at % 5 == 0 || HOLDERS_ONLY.contains(at))
        .flat_map(|at| {
            (0..=at % 3).map(move |person| Certification {
                partner: Partner(at as u32),
                person: (at * 10 + person) as u128,
                exam: 0,
                passed_on: Day::FIRST,
                expires_on: Day::FOREVER,
            })
        })
        .collect();
    let certified = certified_people(&catalog, &exams, &passes, day(SNAPSHOTS[snapshot].0));
    let mut owners: Vec<u32> = (0..PARTNERS.len() as u32).collect();
    owners[1] = 0;
    let release = kernel::ReleaseRules {
        min_peers: 10,
        min_band_members: 3,
        ranges: kernel::Ranges::Rounded,
    };
    let scoring = Scoring {
        catalog: &catalog,
        certified: &certified,
        release: &release,
        owners: &owners,
    };
    scoring.score(&rows).collect()
}

fn slice_row(offering: u32, location: u32) -> i32 {
    (1 + offering * LOCATIONS.len() as u32 + location) as i32
}

/// As the store has it: SQLite stores the columns from which the others follow.
async fn insert_scorecard(
    place: (i64, i32, i32),
    card: &Scorecard,
    transaction: &DatabaseTransaction,
) {
    let (snapshot, slice, partner) = place;
    if transaction.get_database_backend() != DatabaseBackend::Sqlite {
        insert(scorecard_row(snapshot, slice, partner, card), transaction).await;
        return;
    }
    let null = || "NULL".to_owned();
    let of_totals = |part: fn(&Totals) -> i128| {
        let part = card.totals.as_ref().map(part);
        part.map_or_else(null, |part| part.to_string())
    };
    let mut values = vec![
        snapshot.to_string(),
        slice.to_string(),
        partner.to_string(),
        of_totals(|totals| totals.revenue_ten_thousandths),
        of_totals(|totals| totals.yearly_users.into()),
        of_totals(|totals| totals.assigned_seats.into()),
        of_totals(|totals| totals.promoters.into()),
        of_totals(|totals| totals.detractors.into()),
        of_totals(|totals| totals.responses.into()),
        of_totals(|totals| totals.new_customers.into()),
        of_totals(|totals| totals.net_paid_seats.into()),
        card.certified_people.to_string(),
        of_totals(|totals| totals.production_instances.into()),
    ];
    values.extend(Metric::ALL.iter().map(|metric| {
        card.standing(*metric)
            .as_ref()
            .map_or_else(null, |standing| {
                let (less, rank) = (i64::from(standing.less), i64::from(standing.rank));
                (less << 33 | rank << 2 | i64::from(standing.band - 1)).to_string()
            })
    }));
    let standings = Metric::ALL.map(|metric| format!("{metric}_standing").to_lowercase());
    let text = format!(
        "INSERT INTO packed_scorecard (snapshot, slice, partner, small_revenue, yearly_users, assigned_seats, \
         promoters, detractors, responses, new_customers, net_paid_seats, certified_people, \
         production_instances, {}) VALUES ({})",
        standings.join(", "),
        values.join(", ")
    );
    transaction.execute_unprepared(&text).await.unwrap();
}

fn scorecard_row(snapshot: i64, slice: i32, partner: i32, card: &Scorecard) -> scorecard::Model {
    let totals = card.totals;
    let values = card.values();
    let float = |metric: Metric| values[metric.index()].map(kernel::Value::to_f64);
    let band = |metric: Metric| {
        card.standing(metric)
            .map(|standing| i16::from(standing.band))
    };
    let rank = |metric: Metric| card.standing(metric).map(|standing| standing.rank as i32);
    let less = |metric: Metric| card.standing(metric).map(|standing| standing.less as i32);
    scorecard::Model {
        snapshot,
        slice,
        partner,
        revenue_ten_thousandths: totals.map(|totals| totals.revenue_ten_thousandths.to_string()),
        yearly_users: totals.map(|totals| totals.yearly_users),
        assigned_seats: totals.map(|totals| totals.assigned_seats),
        promoters: totals.map(|totals| totals.promoters),
        detractors: totals.map(|totals| totals.detractors),
        responses: totals.map(|totals| totals.responses),
        revenue: float(Metric::Revenue),
        new_customers: totals.map(|totals| totals.new_customers),
        net_paid_seats: totals.map(|totals| totals.net_paid_seats),
        certified_people: card.certified_people,
        production_instances: totals.map(|totals| totals.production_instances),
        monthly_active_users: float(Metric::MonthlyActiveUsers),
        mau_per_assigned_seat: float(Metric::MauPerAssignedSeat),
        net_promoter_score: float(Metric::NetPromoterScore),
        revenue_band: band(Metric::Revenue),
        revenue_rank: rank(Metric::Revenue),
        revenue_less: less(Metric::Revenue),
        new_customers_band: band(Metric::NewCustomers),
        new_customers_rank: rank(Metric::NewCustomers),
        new_customers_less: less(Metric::NewCustomers),
        net_paid_seats_band: band(Metric::NetPaidSeats),
        net_paid_seats_rank: rank(Metric::NetPaidSeats),
        net_paid_seats_less: less(Metric::NetPaidSeats),
        certified_people_band: band(Metric::CertifiedPeople),
        certified_people_rank: rank(Metric::CertifiedPeople),
        certified_people_less: less(Metric::CertifiedPeople),
        production_instances_band: band(Metric::ProductionInstances),
        production_instances_rank: rank(Metric::ProductionInstances),
        production_instances_less: less(Metric::ProductionInstances),
        monthly_active_users_band: band(Metric::MonthlyActiveUsers),
        monthly_active_users_rank: rank(Metric::MonthlyActiveUsers),
        monthly_active_users_less: less(Metric::MonthlyActiveUsers),
        mau_per_assigned_seat_band: band(Metric::MauPerAssignedSeat),
        mau_per_assigned_seat_rank: rank(Metric::MauPerAssignedSeat),
        mau_per_assigned_seat_less: less(Metric::MauPerAssignedSeat),
        net_promoter_score_band: band(Metric::NetPromoterScore),
        net_promoter_score_rank: rank(Metric::NetPromoterScore),
        net_promoter_score_less: less(Metric::NetPromoterScore),
    }
}

/// Three batches, and five runs of the nightly job of which one failed.
async fn store_runs(transaction: &DatabaseTransaction) {
    let moment = "2026-11-23T02:00:00Z".parse().unwrap();
    for (at, dataset) in ["partners", "revenue", "revenue"].into_iter().enumerate() {
        let row = batch::Model {
            id: at as i64 + 1,
            dataset: dataset.to_owned(),
            batch_id: format!("batch {at}"),
            sequence: at as i64 + 1,
            rows: 100,
            rejected: at as i64,
            committed_at: moment,
        };
        insert(row, transaction).await;
    }
    for at in 0..5 {
        let failed = at == 3;
        let row = job_run::Model {
            id: at + 1,
            job: "recompute_snapshot".to_owned(),
            as_of: day("2026-11-18").0 + at as i32,
            slot: Some(format!("2026-11-{} 2026-11-{}", 19 + at, 18 + at)),
            trigger: job_run::Trigger::Schedule,
            state: if failed {
                job_run::State::Failed
            } else {
                job_run::State::Succeeded
            },
            started_at: moment,
            ended_at: Some(moment),
            fence: 1,
            lease_until: 0,
            cancel_requested: false,
            fact_rows: Some(1_000),
            scorecards: Some(26),
            peer_bands: Some(30),
            snapshot: (at == 2).then_some(1),
            error: failed.then(|| "REVENUE: no rate for CHF from 2026-11-01".to_owned()),
        };
        insert(row, transaction).await;
    }
}

async fn insert<Model>(row: Model, transaction: &DatabaseTransaction)
where
    Model: sea_orm::ModelTrait + IntoActiveModel<<Model::Entity as EntityTrait>::ActiveModel>,
    <Model::Entity as EntityTrait>::ActiveModel: ActiveModelTrait<Entity = Model::Entity>,
{
    Model::Entity::insert(row.into_active_model())
        .exec_without_returning(transaction)
        .await
        .unwrap();
}

pub(crate) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

//! A program with a month of history: values that move and values that stay, credits, zeros, ties, companies of one owner,
//! slices with few peers, and partners whose facts all lie in one place.

use std::fmt::Write;

/// The leaf places of facts.
const PLACES: [&str; 3] = ["n1", "n2", "s1"];
const WORKLOADS: [(&str, &str); 3] = [("suite", "mail"), ("suite", "files"), ("cloud", "compute")];

pub(super) const PARTNERS: usize = 40;

/// Each slice: product, workload and location, empty for none.
pub(super) fn slices() -> Vec<[&'static str; 3]> {
    let offerings = [
        ["", ""],
        ["suite", ""],
        ["suite", "mail"],
        ["suite", "files"],
        ["cloud", ""],
        ["cloud", "compute"],
    ];
    let locations = ["", "north", "n1", "n2", "south", "s1"];
    let of = |[product, workload]: [&'static str; 2]| {
        locations.map(|location| [product, workload, location])
    };
    offerings.into_iter().flat_map(of).collect()
}

/// The slices, and which of them lie one step above and below which: by location, and by offering.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) slices: Vec<[&'static str; 3]>,
    pub(super) above: Vec<[Option<usize>; 2]>,
    pub(super) below: Vec<[Vec<usize>; 2]>,
}

impl Tree {
    pub(super) fn new() -> Tree {
        let slices = slices();
        let place = |wanted: [&str; 3]| slices.iter().position(|one| *one == wanted);
        let above = slices.iter().map(|[product, workload, location]| {
            let wider = match *location {
                "" => None,
                "n1" | "n2" => Some("north"),
                "s1" => Some("south"),
                _ => Some(""),
            };
            let offering = match (*product, *workload) {
                ("", _) => None,
                (_, "") => Some(""),
                _ => Some(*product),
            };
            [
                wider.and_then(|wider| place([product, workload, wider])),
                offering.and_then(|product| place([product, "", location])),
            ]
        });
        let above: Vec<[Option<usize>; 2]> = above.collect();
        let mut below = vec![[Vec::new(), Vec::new()]; slices.len()];
        for (slice, above) in above.iter().enumerate() {
            for (tree, above) in above.iter().enumerate() {
                if let Some(above) = above {
                    below[*above][tree].push(slice);
                }
            }
        }
        Tree {
            slices,
            above,
            below,
        }
    }
}

pub(super) fn partner_id(partner: usize) -> String {
    format!("p{partner:02}")
}

/// Companies with the same number have one owner.
pub(super) fn owner(partner: usize) -> usize {
    match partner {
        11 | 12 => 11,
        23..=25 => 23,
        other => other,
    }
}

/// The days whose snapshots are published: the 30 that end with 2026-11-22.
pub(super) fn days() -> Vec<kernel::Day> {
    let last: kernel::Day = "2026-11-22".parse().unwrap();
    (0..30).rev().map(|ago| kernel::Day(last.0 - ago)).collect()
}

/// Numbers that look random, and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// Each dataset as a file.
pub(super) fn files() -> Vec<(&'static str, String)> {
    let mut files = Files::default();
    let mut dice = Dice(7);
    for partner in 0..PARTNERS {
        for (place, location) in PLACES.iter().enumerate() {
            for (at, workload) in WORKLOADS.iter().enumerate() {
                // Some have everything in one place, and the third workload has few partners in the south.
                let is_single = partner.is_multiple_of(5);
                let is_rare = at == 2 && place == 2 && !partner.is_multiple_of(4);
                let is_there = if is_single {
                    (place, at) == (partner / 5 % 3, partner / 5 % 2)
                } else {
                    !is_rare && dice.below(9) < 5
                };
                if is_there {
                    files.cell(&mut dice, partner, location, *workload);
                }
            }
        }
    }
    files.finish()
}

#[derive(Default)]
struct Files {
    customers: String,
    associations: String,
    revenue: String,
    seat_changes: String,
    subscriptions: String,
    usage: String,
    instances: String,
    surveys: String,
    events: usize,
}

impl Files {
    /// The facts of a partner with one customer, of one workload at one location.
    fn cell(
        &mut self,
        dice: &mut Dice,
        partner: usize,
        location: &str,
        (product, workload): (&str, &str),
    ) {
        let customer = format!("c{partner:02}-{location}-{workload}");
        writeln!(self.customers, "{customer},{location}").unwrap();
        writeln!(
            self.associations,
            "{customer},{},DPOR,2020-01-01",
            partner_id(partner)
        )
        .unwrap();
        // From 60 to 20,000, with several of about the same size.
        let size = (60.0 * 1.16_f64.powf(partner as f64)) as u64;
        let offering = match dice.below(8) {
            0 => format!("{product},"),
            _ => format!("{product},{workload}"),
        };
        let has_little = partner % 7 == 3;
        self.pay(
            &customer,
            &offering,
            "2026-03-05",
            (size + dice.below(size)) as i64,
        );
        self.pay(&customer, &offering, "2025-11-10", (size / 3 + 1) as i64);
        if dice.below(3) == 0 {
            self.pay(&customer, &offering, "2026-06-01", -((size / 4) as i64));
        }
        if !has_little {
            self.seats(
                &customer,
                &offering,
                "2026-02-02",
                size / 2 + dice.below(9),
                dice.below(size / 4 + 1),
            );
            let day = if dice.below(2) == 0 {
                "2026-05-05"
            } else {
                "2026-01-09"
            };
            let count = (size / 5 + dice.below(20)) / 10 * 10;
            writeln!(self.instances, "{customer},{offering},{count},{day}").unwrap();
        }
        let users = 4 + size.ilog2() as u64 * 4 + dice.below(30);
        for user in 0..users {
            writeln!(
                self.usage,
                "{customer},u{user},{offering},2026-04-0{}",
                1 + user % 9
            )
            .unwrap();
        }
        writeln!(
            self.subscriptions,
            "s-{customer},{customer},{offering},active,{},2026-04-04",
            users * (2 + dice.below(3))
        )
        .unwrap();
        for response in 0..5 + dice.below(12) {
            let score = dice.below(11);
            writeln!(
                self.surveys,
                "r{response}-{customer},{customer},{offering},2026-07-07,{score}"
            )
            .unwrap();
        }
        for day in days() {
            // Most values stay as they are from one night to the next.
            if dice.below(9) == 0 {
                self.pay(
                    &customer,
                    &offering,
                    &day.to_string(),
                    (1 + dice.below(size)) as i64,
                );
            }
            if dice.below(14) == 0 && !has_little {
                self.seats(
                    &customer,
                    &offering,
                    &day.to_string(),
                    dice.below(size / 3 + 2),
                    dice.below(4),
                );
                let count = size / 5 + dice.below(60);
                writeln!(self.instances, "{customer},{offering},{count},{day}").unwrap();
            }
            if dice.below(12) == 0 {
                for user in 0..dice.below(6) {
                    writeln!(self.usage, "{customer},n{day}-{user},{offering},{day}").unwrap();
                }
            }
        }
    }

    fn pay(&mut self, customer: &str, offering: &str, day: &str, amount: i64) {
        self.events += 1;
        let event = self.events;
        writeln!(
            self.revenue,
            "e{event},{customer},{offering},CSP,{day},{amount}.25,USD"
        )
        .unwrap();
    }

    fn seats(&mut self, customer: &str, offering: &str, day: &str, added: u64, lost: u64) {
        self.events += 1;
        let event = self.events;
        writeln!(
            self.seat_changes,
            "e{event},{customer},{offering},CSP,{day},{added},{lost}"
        )
        .unwrap();
    }

    fn finish(self) -> Vec<(&'static str, String)> {
        let lines = |header: &str, lines: &str| format!("{header}\n{lines}");
        let mut partners = String::new();
        let mut certifications = String::new();
        let mut dice = Dice(11);
        for partner in 0..PARTNERS {
            let group = if owner(partner) != partner || [11, 23].contains(&partner) {
                format!("g{}", owner(partner))
            } else {
                String::new()
            };
            let id = partner_id(partner);
            writeln!(partners, "{id},Partner {partner},FR,{group}").unwrap();
            for person in 0..dice.below(4 + 3 * partner as u64) {
                let exam = ["x-mail", "x-files", "x-compute"][dice.below(3) as usize];
                // Some pass on one of the days that are published.
                let day = match dice.below(12) {
                    0 => days()[dice.below(30) as usize].to_string(),
                    _ => "2025-02-02".to_owned(),
                };
                writeln!(certifications, "h{partner}-{person},{id},{exam},{day}").unwrap();
            }
        }
        let exams = WORKLOADS.map(|(_, workload)| format!("x-{workload},{workload}\n"));
        let workloads =
            WORKLOADS.map(|(product, workload)| format!("{workload},{product},{workload}\n"));
        vec![
            ("products", "product_id,name\nsuite,Suite\ncloud,Cloud\n".to_owned()),
            ("workloads", lines("workload_id,product_id,name", &workloads.concat())),
            (
                "locations",
                "location_id,parent_id,name\nnorth,,North\nsouth,,South\nn1,north,N1\nn2,north,N2\ns1,south,S1\n".to_owned(),
            ),
            ("partners", lines("partner_id,name,country,group_id", &partners)),
            ("customers", lines("customer_id,location_id", &self.customers)),
            ("exams", lines("exam_id,workload_id", &exams.concat())),
            ("associations", lines("customer_id,partner_id,association_type,starts_on", &self.associations)),
            ("revenue", lines("event_id,customer_id,product_id,workload_id,license_type,occurred_on,amount,currency", &self.revenue)),
            ("seat_changes", lines("event_id,customer_id,product_id,workload_id,license_type,occurred_on,seats_added,seats_lost", &self.seat_changes)),
            ("subscriptions", lines("subscription_id,customer_id,product_id,workload_id,status,seats_assigned,observed_on", &self.subscriptions)),
            ("usage", lines("customer_id,user_id,product_id,workload_id,active_on", &self.usage)),
            ("instances", lines("customer_id,product_id,workload_id,production_instances,observed_on", &self.instances)),
            ("surveys", lines("response_id,customer_id,product_id,workload_id,responded_on,score", &self.surveys)),
            ("certifications", lines("person_id,partner_id,exam_id,passed_on", &certifications)),
        ]
    }
}

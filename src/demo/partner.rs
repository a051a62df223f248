//! Partners: how large they are, how well they work and where they are heading.

use super::Program;
use super::dice::{Dice, sums};
use super::names::{Names, code};
use super::places::{COUNTRIES, any_country};
use super::sheet::{Cell, Folder, Layout};

/// A partner of the program.
#[derive(Debug)]
pub(super) struct Partner {
    pub(super) id: String,
    pub(super) name: String,
    /// Its place in [`COUNTRIES`].
    pub(super) country: usize,
    partner_type: &'static str,
    tier: &'static str,
    group_id: Option<String>,
    pub(super) traits: Traits,
}

/// What nobody sees of a partner, and what its facts come from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Traits {
    /// Pareto; most partners are below 1, the largest far above.
    pub(super) size: f64,
    /// From 0, its customers are let down, to 1, they are delighted.
    pub(super) quality: f64,
    /// Growth a year before and after the turn, such as 0.2.
    growth: (f64, f64),
    /// How far into the span its fortune turns.
    turn: f64,
    /// It has trained people but no customers.
    pub(super) only_certified: bool,
}

impl Traits {
    /// What customers without a partner are like.
    pub(super) const NOBODY: Traits = Traits {
        size: 0.5,
        quality: 0.4,
        growth: (0.0, 0.0),
        turn: 0.5,
        only_certified: false,
    };

    /// Growth a year at some part of the span.
    pub(super) fn growth_at(&self, part: f64) -> f64 {
        if part < self.turn {
            self.growth.0
        } else {
            self.growth.1
        }
    }

    /// Whether it does better after its turn than before.
    pub(super) fn recovers(&self) -> bool {
        self.growth.1 > self.growth.0
    }

    pub(super) fn mean_growth(&self) -> f64 {
        self.growth.0 * self.turn + self.growth.1 * (1.0 - self.turn)
    }
}

/// The largest size, so that one partner of thousands does not hold the program.
const SIZE_MAX: f64 = 120.0;
/// The smaller, the heavier the tail. At 1.4 the top tenth holds about half.
const TAIL: f64 = 1.4;

pub(super) fn make(count: u32, seed: u64) -> Vec<Partner> {
    let mut dice = Dice::of(seed, "partners");
    let mut names = Names::default();
    // Evenly spaced quantiles instead of draws: the program is as skewed with every seed.
    let mut sizes: Vec<f64> = (0..count)
        .map(|rank| {
            let quantile = (f64::from(rank) + 0.5) / f64::from(count);
            ((1.0 - quantile).powf(-1.0 / TAIL) - 0.75).min(SIZE_MAX)
        })
        .collect();
    dice.shuffle(&mut sizes);
    let mut partners: Vec<Partner> = sizes
        .into_iter()
        .enumerate()
        .map(|(place, size)| make_one(place, size, count, &mut names, &mut dice))
        .collect();
    make_groups(&mut partners, &mut dice);
    partners
}

fn make_one(place: usize, size: f64, count: u32, names: &mut Names, dice: &mut Dice) -> Partner {
    let country = any_country(dice);
    let growth = 0.07 + 0.2 * dice.normal();
    // A third keeps its course; the others turn better or worse.
    let turned = if dice.chance(0.33) {
        growth
    } else {
        0.07 + 0.3 * dice.normal()
    };
    let only_certified = count >= 20 && size < 0.5 && dice.chance(0.07);
    Partner {
        id: format!("VP-{}", code(place)),
        name: names.partner(COUNTRIES[country].company_form, dice),
        country,
        partner_type: partner_type(size, dice),
        tier: tier(size, dice),
        group_id: None,
        traits: Traits {
            size,
            quality: (0.55 + 0.2 * dice.normal()).clamp(0.05, 0.98),
            growth: (growth.clamp(-0.45, 0.7), turned.clamp(-0.6, 0.9)),
            turn: dice.range(0.25, 0.85),
            only_certified,
        },
    }
}

fn partner_type(size: f64, dice: &mut Dice) -> &'static str {
    let large = if size > 3.0 { 3.0 } else { 1.0 };
    let kinds = [
        "Reseller",
        "Managed Service Provider",
        "System Integrator",
        "Software Vendor",
    ];
    kinds[dice.weighted(&[4.0, 3.0, large, 1.0])]
}

/// The program's tiers follow size, though not to the letter.
fn tier(size: f64, dice: &mut Dice) -> &'static str {
    match size * dice.log_normal(1.0, 0.3) {
        size if size > 8.0 => "Elite",
        size if size > 2.0 => "Preferred",
        size if size > 0.8 => "Select",
        _ => "Registered",
    }
}

/// A few owners hold two or three partners each.
fn make_groups(partners: &mut [Partner], dice: &mut Dice) {
    let groups = partners.len() / 35;
    for group in 1..=groups {
        for _ in 0..dice.between(2, 3) {
            let place = dice.place(partners.len());
            partners[place].group_id = Some(format!("owner-{group:03}"));
        }
    }
}

/// How attractive partners with customers are to a customer that looks for one: see [`Dice::by_sums`].
pub(super) fn attraction(partners: &[Partner]) -> Vec<f64> {
    sums(partners.iter().map(|partner| {
        let traits = &partner.traits;
        if traits.only_certified {
            0.0
        } else {
            (traits.size + 0.2) * (1.5 * traits.mean_growth() + traits.quality).exp()
        }
    }))
}

const LAYOUT: Layout = Layout {
    dataset: "partners",
    endings: &["csv"],
    columns: &[
        "partner_id",
        "name",
        "country",
        "partner_type",
        "tier",
        "group_id",
    ],
};

/// Writes `partners`.
pub(super) fn write(folder: &mut Folder, program: &Program) -> anyhow::Result<()> {
    folder.one(LAYOUT, &program.partners, |sheet, partner| {
        sheet.row(&[
            Cell::Text(&partner.id),
            Cell::Text(&partner.name),
            Cell::Text(COUNTRIES[partner.country].id),
            Cell::Text(partner.partner_type),
            Cell::Text(partner.tier),
            Cell::text(partner.group_id.as_deref()),
        ])
    })
}

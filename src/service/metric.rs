//! The catalogue of metrics: what each figure means, for the API and the pages alike.

mod english;
mod french;

use kernel::{Currency, Group, Metric};

use super::language::Language;
use super::next_band::NextBand;

/// Of the distance to the next band: those of revenue.
const DISTANCE_PLACES: u32 = 4;

/// What a metric counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Units of the reporting currency of the snapshot's settings.
    Currency,
    /// Customers.
    Customers,
    /// Paid seats.
    Seats,
    /// People of the partner.
    People,
    /// Production instances.
    Instances,
    /// Users of customers.
    Users,
    /// Users for each seat.
    UsersPerSeat,
    /// A share from −1 to 1.
    Score,
}

/// What a metric means. The same for every snapshot.
#[derive(Clone, Copy, Debug)]
pub struct MetricDefinition {
    pub metric: Metric,
    /// Its name as people say it.
    pub name: &'static str,
    /// The part of the scorecard it stands in, as people say it.
    pub group_label: &'static str,
    /// What its values count.
    pub unit: Unit,
    /// The same as people say it.
    pub unit_label: &'static str,
    /// What it says about a partner, in a sentence.
    pub definition: &'static str,
    /// How its value is computed.
    pub formula: &'static str,
    /// Which days it looks at.
    pub window: &'static str,
}

/// What a metric is called and how it is explained, in one language.
struct Texts {
    name: &'static str,
    definition: &'static str,
    formula: &'static str,
    window: &'static str,
}

/// The definition of a metric.
#[must_use]
pub fn definition(metric: Metric, language: Language) -> MetricDefinition {
    let unit = unit(metric);
    let (texts, unit_label) = match language {
        Language::English => (english::texts(metric), english::unit(unit)),
        Language::French => (french::texts(metric), french::unit(unit)),
    };
    MetricDefinition {
        metric,
        name: texts.name,
        group_label: group_label(metric.group(), language),
        unit,
        unit_label,
        definition: texts.definition,
        formula: texts.formula,
        window: texts.window,
    }
}

/// What reaches the next band, in a sentence such as `3 more certified people reach band 3`.
#[must_use]
pub fn reaching(metric: Metric, next: &NextBand, currency: Currency, language: Language) -> String {
    let distance = next.rounded_up(metric, DISTANCE_PLACES);
    let distance = match metric {
        Metric::Revenue => format!("{currency} {distance}"),
        _ => distance,
    };
    let reaching = match language {
        Language::English => english::reaching,
        Language::French => french::reaching,
    };
    reaching(metric, &distance, next.band, !next.is_exact)
}

/// A part of the scorecard, as people say it.
#[must_use]
pub fn group_label(group: Group, language: Language) -> &'static str {
    match language {
        Language::English => english::group(group),
        Language::French => french::group(group),
    }
}

/// What a metric counts.
#[must_use]
pub fn unit(metric: Metric) -> Unit {
    use Metric::*;
    match metric {
        Revenue => Unit::Currency,
        NewCustomers => Unit::Customers,
        NetPaidSeats => Unit::Seats,
        CertifiedPeople => Unit::People,
        ProductionInstances => Unit::Instances,
        MonthlyActiveUsers => Unit::Users,
        MauPerAssignedSeat => Unit::UsersPerSeat,
        NetPromoterScore => Unit::Score,
    }
}

#[cfg(test)]
mod tests {
    use kernel::Value;

    use super::*;

    fn check(metric: Metric, distance: Value, is_exact: bool, english: &str, french: &str) {
        let next = NextBand {
            band: 3,
            value: kernel::Bound::Exact(distance),
            must_exceed: false,
            distance,
            is_exact,
        };
        for (language, text) in [(Language::English, english), (Language::French, french)] {
            let found = reaching(metric, &next, Currency(*b"EUR"), language);
            assert_eq!(found, text);
        }
    }

    #[test]
    fn distances_are_put_into_words() {
        check(
            Metric::CertifiedPeople,
            Value::whole(3),
            true,
            "3 more certified people reach band 3",
            "3 personnes certifiées de plus font atteindre la tranche 3",
        );
        check(
            Metric::NewCustomers,
            Value::whole(1),
            false,
            "At least 1 more new customer reaches band 3",
            "Au moins 1 nouveau client de plus fait atteindre la tranche 3",
        );
        check(
            Metric::Revenue,
            Value::money(12_345_000),
            true,
            "EUR 1234.5 more net new revenue reaches band 3",
            "EUR 1234,5 de chiffre d’affaires nouveau net de plus fait atteindre la tranche 3",
        );
    }

    #[test]
    fn each_metric_has_texts_of_its_own_in_each_language() {
        let mut names = std::collections::BTreeSet::new();
        let (mut units, mut groups) = (names.clone(), names.clone());
        for language in [Language::English, Language::French] {
            for metric in Metric::ALL {
                let found = definition(metric, language);
                assert!(names.insert(found.name), "{metric}: {}", found.name);
                units.insert(found.unit_label);
                groups.insert(found.group_label);
                for text in [found.definition, found.formula, found.window] {
                    assert!(
                        text.ends_with('.') && !text.contains("  "),
                        "{metric}: {text}"
                    );
                }
            }
        }
        assert_eq!(units.len(), 2 * Metric::ALL.len(), "{units:?}");
        // Performance is called so in both languages.
        assert_eq!(groups.len(), 5, "{groups:?}");
    }
}

//! Which partners, and in which order.

use async_graphql::{Enum, InputObject};

use super::order::{Direction, check_parts};
use crate::graphql::error::Failure;
use crate::store::partner as store;
use crate::store::partner::{PartnerField, TextTest};

/// Tests of one text. All that are given must hold; none given holds always.
#[derive(InputObject, Clone, Debug, Default)]
pub struct TextFilter {
    /// The text is this, byte by byte.
    eq: Option<String>,
    /// The text is one of these, byte by byte; at most 1,000.
    #[graphql(name = "in")]
    one_of: Option<Vec<String>>,
    /// The text contains this; the letters A to Z match whatever their case.
    contains: Option<String>,
    /// True: there is no text. False: there is one.
    is_null: Option<bool>,
}

/// Tests of a partner. All that are given must hold; none given holds always.
#[derive(InputObject, Clone, Debug, Default)]
pub struct PartnerFilter {
    /// The sender's id.
    partner_id: Option<TextFilter>,
    /// The name.
    name: Option<TextFilter>,
    /// The country.
    country: Option<TextFilter>,
    /// The partner type.
    partner_type: Option<TextFilter>,
    /// The tier.
    tier: Option<TextFilter>,
    /// The group of companies of one owner.
    group_id: Option<TextFilter>,
    /// Each of these holds.
    and: Option<Vec<PartnerFilter>>,
    /// At least one of these holds; none does where the list is empty.
    or: Option<Vec<PartnerFilter>>,
    /// This does not hold.
    not: Option<Box<PartnerFilter>>,
}

/// What partners can be sorted by.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartnerOrderField {
    /// The sender's id, by its bytes.
    PartnerId,
    /// The name.
    Name,
    /// The country.
    Country,
    /// The partner type.
    PartnerType,
    /// The tier.
    Tier,
    /// The group of companies of one owner.
    GroupId,
}

/// One part of an order of partners. The sender's id decides between equals.
#[derive(InputObject, Clone, Copy, Debug)]
pub struct PartnerOrder {
    /// What is compared.
    field: PartnerOrderField,
    /// Which way.
    #[graphql(default)]
    direction: Direction,
}

/// How much of a filter is left before it is refused as too large.
pub(super) struct Budget {
    tests: usize,
}

impl Budget {
    const TESTS_MAX: usize = 200;
    const LIST_MAX: usize = 1_000;

    pub(super) fn new() -> Budget {
        Budget {
            tests: Budget::TESTS_MAX,
        }
    }

    /// Pays for one test or one combination of tests.
    pub(super) fn spend(&mut self) -> Result<(), Failure> {
        self.tests = self.tests.checked_sub(1).ok_or_else(|| {
            Failure::BadInput(format!(
                "filter has more than {} tests; ask for less at once",
                Budget::TESTS_MAX
            ))
        })?;
        Ok(())
    }
}

impl PartnerFilter {
    /// The filter as the store knows it.
    pub(in crate::graphql) fn resolve(self) -> Result<store::PartnerFilter, Failure> {
        self.resolve_within(&mut Budget::new())
    }

    pub(super) fn resolve_within(
        self,
        budget: &mut Budget,
    ) -> Result<store::PartnerFilter, Failure> {
        let fields = [
            (PartnerField::PartnerId, self.partner_id),
            (PartnerField::Name, self.name),
            (PartnerField::Country, self.country),
            (PartnerField::PartnerType, self.partner_type),
            (PartnerField::Tier, self.tier),
            (PartnerField::GroupId, self.group_id),
        ];
        budget.spend()?;
        let mut all = Vec::new();
        for (field, filter) in fields {
            for test in filter.map(TextFilter::tests).unwrap_or_default() {
                budget.spend()?;
                if matches!(&test, TextTest::In(texts) if texts.len() > Budget::LIST_MAX) {
                    let message = format!(
                        "in has more than {} entries; ask for less at once",
                        Budget::LIST_MAX
                    );
                    return Err(Failure::BadInput(message));
                }
                all.push(store::PartnerFilter::Text(field, test));
            }
        }
        for filter in self.and.unwrap_or_default() {
            all.push(filter.resolve_within(budget)?);
        }
        if let Some(filters) = self.or {
            let any = filters
                .into_iter()
                .map(|filter| filter.resolve_within(budget));
            all.push(store::PartnerFilter::Any(any.collect::<Result<_, _>>()?));
        }
        if let Some(filter) = self.not {
            all.push(store::PartnerFilter::Not(Box::new(
                filter.resolve_within(budget)?,
            )));
        }
        Ok(store::PartnerFilter::All(all))
    }
}

impl TextFilter {
    fn tests(self) -> Vec<TextTest> {
        let eq = self.eq.map(|text| TextTest::In(vec![text]));
        let one_of = self.one_of.map(TextTest::In);
        let contains = self.contains.map(TextTest::Contains);
        let is_null = self.is_null.map(TextTest::IsNull);
        [eq, one_of, contains, is_null]
            .into_iter()
            .flatten()
            .collect()
    }
}

/// The order as the store knows it.
pub(in crate::graphql) fn resolve_order(
    order: Vec<PartnerOrder>,
) -> Result<Vec<store::PartnerOrder>, Failure> {
    check_parts(order.len())?;
    let resolve = |part: PartnerOrder| {
        let field = match part.field {
            PartnerOrderField::PartnerId => PartnerField::PartnerId,
            PartnerOrderField::Name => PartnerField::Name,
            PartnerOrderField::Country => PartnerField::Country,
            PartnerOrderField::PartnerType => PartnerField::PartnerType,
            PartnerOrderField::Tier => PartnerField::Tier,
            PartnerOrderField::GroupId => PartnerField::GroupId,
        };
        (field, part.direction.into())
    };
    Ok(order.into_iter().map(resolve).collect())
}

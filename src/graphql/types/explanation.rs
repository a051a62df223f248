//! What a value is made of.

use std::sync::Arc;

use async_graphql::{Context, Enum, Error, Object};
use kernel::{ExplainedFact as Fact, Metric, Sums, Value};

use super::measure::exact;
use super::metric::Metric as MetricName;
use super::product::{Product, Workload, product_of};
use crate::graphql::error::{Failure, Nullable, nullable};
use crate::graphql::pagination::list_price;
use crate::graphql::reader::reader;
use crate::graphql::scalars::{Count, Date};
use crate::service::explain::{self, CustomerShare, Explained, Unexplained};
use crate::store::customer::CustomerKey;
use crate::store::offering::OfferingKey;

/// What an explanation is priced at besides its fields: it reads facts.
pub(super) const PRICE: usize = 2_000;
/// Facts and customers that are told unless more are asked for, and the most.
const FIRST: i32 = 50;
const FIRST_MAX: i32 = 200;

/// What a fact is a row of.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "kernel::FactKind")]
pub enum FactKind {
    /// An amount of revenue.
    Revenue,
    /// Seats added and lost.
    SeatChange,
    /// An observation of a subscription.
    Subscription,
    /// A user's days of one month in one offering.
    Usage,
    /// An observation of production instances.
    Instances,
    /// A survey response.
    Survey,
    /// A pass of an exam, for one workload that the exam counts for.
    Certification,
}

/// What became of a fact. The first that applies is told.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "kernel::FactReason")]
pub enum FactReason {
    /// It is part of the value.
    Counted,
    /// It would count, and its customer, user or person has been counted for another fact.
    AlreadyCounted,
    /// A later batch has a row of the same key.
    Superseded,
    /// Another partner was of record. Only program staff is told of these.
    OtherPartner,
    /// The fact, or the observation, is not of the twelve months.
    OutsideWindow,
    /// Nobody was partner of record. A partner is told of these only for days of its own: observations made while it was of
    /// record, of customers that have no partner of record on the as-of date.
    NoPartnerOfRecord,
    /// Revenue that does not count as new.
    NotNew,
    /// A seat change that is not paid.
    Unpaid,
    /// A seat change that adds none.
    NoSeatsAdded,
    /// The customer was without a seat at the day's end.
    NoSeatsHeld,
    /// The customer had held seats in the new-customer gap days before.
    SeatsHeldBefore,
    /// A newer observation stands for it.
    OlderObservation,
    /// A subscription whose seats are not assigned: neither active nor in grace.
    NotAssigned,
    /// The amount has no exchange rate.
    NoRate,
    /// The pass was made after the as-of date.
    NotPassedYet,
    /// The pass no longer counts on the as-of date.
    Expired,
    /// The exam no longer counts for the workload on the as-of date.
    ExamRetired,
}

/// Why a value is not explained.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "Unexplained")]
pub enum UnexplainedReason {
    /// A batch that the snapshot was computed from was replaced or deleted.
    FactsChanged,
    /// Reference data was sent since, so that the facts add up to another value now.
    ReferenceChanged,
}

/// The explanation of one value, or why there is none.
#[derive(Clone, Debug)]
pub struct Explanation {
    pub(super) metric: Metric,
    pub(super) value: Option<Value>,
    pub(super) found: Arc<Explained>,
}

impl Explanation {
    fn explained(&self) -> Option<&explain::Explanation> {
        self.found.as_ref().as_ref().ok()
    }

    fn figures(&self, sums: Sums) -> Figures {
        Figures {
            metric: self.metric,
            sums,
        }
    }
}

/// What a value is made of: the facts that count and those left out, of the customers that the partner is or was
/// associated with, in the slice. The numerators and denominators of all lines add up to those of the value.
#[Object]
impl Explanation {
    /// The metric.
    async fn metric(&self) -> MetricName {
        self.metric.into()
    }

    /// The value exactly, as `Measure.exact` writes it.
    async fn exact(&self) -> Option<String> {
        self.value.map(|value| exact(self.metric, value))
    }

    /// What the lines' numerators add up to: revenue with 4 places, and customers, seats, people, instances, users, or
    /// promoters less detractors as whole numbers. Null where nothing is explained.
    async fn numerator(&self) -> Option<String> {
        let sums = self.explained()?.sums;
        Some(self.figures(sums).written_numerator())
    }

    /// What the lines' denominators add up to: assigned seats or responses. Null for the other metrics, and where nothing
    /// is explained.
    async fn denominator(&self) -> Option<String> {
        let sums = self.explained()?.sums;
        self.figures(sums).written_denominator()
    }

    /// By what the numerator is divided besides the denominator: 12 months for the metrics of active users; else 1.
    async fn months(&self) -> i32 {
        match self.metric {
            Metric::MonthlyActiveUsers | Metric::MauPerAssignedSeat => 12,
            _ => 1,
        }
    }

    /// The facts by kind and by what became of them.
    #[graphql(complexity = "list_price(8, child_complexity)")]
    async fn lines(&self) -> Vec<ExplanationLine> {
        let lines = self.explained().map(|explained| &explained.lines);
        let lines = lines.into_iter().flatten();
        lines
            .map(|((kind, reason), line)| ExplanationLine {
                kind: (*kind).into(),
                reason: (*reason).into(),
                facts: line.facts,
                figures: self.figures(line.sums),
            })
            .collect()
    }

    /// How many customers have a fact that counts. Null where nothing is explained.
    async fn customer_count(&self) -> Option<Count> {
        let count = self.explained().map(|explained| explained.customer_count);
        count.map(Count::from)
    }

    /// The customers whose facts add most, the most first.
    #[graphql(complexity = "list_price(usize::try_from(first).unwrap_or(0), child_complexity)")]
    async fn customers(
        &self,
        #[graphql(desc = "How many: 0 to 200.", default_with = "FIRST")] first: i32,
    ) -> Nullable<Vec<ExplainedCustomer>> {
        let customers = check_first(first).map(|first| {
            let explained = self.explained()?;
            let shares = explained.customers.iter().take(first);
            let shares = shares.map(|share| ExplainedCustomer {
                figures: self.figures(share.sums),
                share: *share,
            });
            Some(shares.collect())
        });
        nullable(customers)
    }

    /// The facts that add most, the most first, then those left out, the newest first. Of each reason at most 200 are told, which
    /// `reasons` picks; `lines` adds up all there are.
    #[graphql(complexity = "list_price(usize::try_from(first).unwrap_or(0), child_complexity)")]
    async fn facts(
        &self,
        #[graphql(desc = "How many: 0 to 200.", default_with = "FIRST")] first: i32,
        #[graphql(
            desc = "Only those that one of these became of, `COUNTED` for what is part of the value; all where it is absent."
        )]
        reasons: Option<Vec<FactReason>>,
    ) -> Nullable<Vec<ExplainedFact>> {
        let facts = check_first(first).map(|first| {
            let explained = self.explained()?;
            let is_asked = |fact: &&Fact| {
                let became = FactReason::from(fact.reason);
                reasons
                    .as_ref()
                    .is_none_or(|reasons| reasons.contains(&became))
            };
            let facts = explained.facts.iter().filter(is_asked).take(first);
            let facts = facts.map(|fact| {
                let mut sums = Sums::default();
                sums.add(fact);
                ExplainedFact {
                    fact: *fact,
                    figures: self.figures(sums),
                    offering: explained.offering(fact.offering),
                }
            });
            Some(facts.collect())
        });
        nullable(facts)
    }

    /// Why nothing is explained; null where the value is.
    async fn unexplained(&self) -> Option<UnexplainedReason> {
        let reason = self.found.as_ref().as_ref().err();
        reason.map(|reason| UnexplainedReason::from(*reason))
    }
}

fn check_first(first: i32) -> Result<usize, Failure> {
    usize::try_from(first)
        .ok()
        .filter(|_| first <= FIRST_MAX)
        .ok_or_else(|| Failure::BadInput(format!("first is {first}; it must be 0 to {FIRST_MAX}")))
}

/// Sums of facts, as the metric writes them.
#[derive(Clone, Copy, Debug)]
struct Figures {
    metric: Metric,
    sums: Sums,
}

impl Figures {
    fn written_numerator(self) -> String {
        match self.metric {
            Metric::Revenue => Value::money(self.sums.numerator).to_four_places(),
            _ => self.sums.numerator.to_string(),
        }
    }

    fn written_denominator(self) -> Option<String> {
        let is_ratio = matches!(
            self.metric,
            Metric::MauPerAssignedSeat | Metric::NetPromoterScore
        );
        is_ratio.then(|| self.sums.denominator.to_string())
    }
}

/// The facts of one kind that became of the same.
#[derive(Clone, Copy, Debug)]
pub struct ExplanationLine {
    kind: FactKind,
    reason: FactReason,
    facts: u64,
    figures: Figures,
}

/// The facts of one kind that the same became of.
#[Object]
impl ExplanationLine {
    /// What they are rows of.
    async fn kind(&self) -> FactKind {
        self.kind
    }

    /// What became of them.
    async fn reason(&self) -> FactReason {
        self.reason
    }

    /// How many there are.
    async fn facts(&self) -> Count {
        self.facts.into()
    }

    /// What they add to the numerator.
    async fn numerator(&self) -> String {
        self.figures.written_numerator()
    }

    /// What they add to the denominator; null where the metric has none.
    async fn denominator(&self) -> Option<String> {
        self.figures.written_denominator()
    }
}

/// What one customer's facts add.
#[derive(Clone, Copy, Debug)]
pub struct ExplainedCustomer {
    share: CustomerShare,
    figures: Figures,
}

/// What the facts of one customer add to a value.
#[Object]
impl ExplainedCustomer {
    /// The sender's id.
    async fn customer_id(&self, ctx: &Context<'_>) -> Result<String, Error> {
        Ok(customer(ctx, self.share.customer).await?.customer_id)
    }

    /// The name; null where the sender gave none.
    async fn name(&self, ctx: &Context<'_>) -> Nullable<String> {
        let found = customer(ctx, self.share.customer).await;
        nullable(found.map(|customer| customer.name))
    }

    /// How many of its facts count.
    async fn facts(&self) -> Count {
        self.share.facts.into()
    }

    /// What they add to the numerator.
    async fn numerator(&self) -> String {
        self.figures.written_numerator()
    }

    /// What they add to the denominator; null where the metric has none.
    async fn denominator(&self) -> Option<String> {
        self.figures.written_denominator()
    }
}

/// One fact and what became of it.
#[derive(Clone, Copy, Debug)]
pub struct ExplainedFact {
    fact: Fact,
    figures: Figures,
    offering: OfferingKey,
}

/// One fact and what became of it.
#[Object]
impl ExplainedFact {
    /// What it is a row of.
    async fn kind(&self) -> FactKind {
        self.fact.kind.into()
    }

    /// What became of it.
    async fn reason(&self) -> FactReason {
        self.fact.reason.into()
    }

    /// Its day; for usage the first of its month.
    async fn day(&self) -> Date {
        self.fact.day.into()
    }

    /// The sender's id of the customer; null for certifications.
    async fn customer_id(&self, ctx: &Context<'_>) -> Nullable<String> {
        let number = self.fact.customer?;
        let found = customer(ctx, number).await;
        nullable(found.map(|customer| Some(customer.customer_id)))
    }

    /// The product.
    async fn product(&self, ctx: &Context<'_>) -> Nullable<Product> {
        let find = async {
            let offering = reader(ctx).get(self.offering).await?;
            if offering.workload_id.is_empty() {
                return Ok(Some(Product(offering)));
            }
            product_of(ctx, &offering).await.map(Some)
        };
        nullable(find.await)
    }

    /// The workload; null where the fact names none.
    async fn workload(&self, ctx: &Context<'_>) -> Nullable<Workload> {
        let offering = reader(ctx).get(self.offering).await;
        nullable(offering.map(|row| (!row.workload_id.is_empty()).then_some(Workload(row))))
    }

    /// What it adds to the numerator.
    async fn numerator(&self) -> String {
        self.figures.written_numerator()
    }

    /// What it adds to the denominator; null where the metric has none.
    async fn denominator(&self) -> Option<String> {
        self.figures.written_denominator()
    }
}

async fn customer(
    ctx: &Context<'_>,
    customer: kernel::Customer,
) -> Result<crate::store::customer::Customer, Failure> {
    // Facts name customers by the number of their row.
    reader(ctx).get(CustomerKey(customer.0.cast_signed())).await
}

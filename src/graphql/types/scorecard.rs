//! Scorecards.

use std::sync::Arc;

use async_graphql::{Context, Error, ID, Object};

use super::measure::{Measure, MeasureGroup};
use super::metric::{Metric, metrics_price};
use super::partner::Partner;
use super::scorecard_filter::{ScorecardFilter, ScorecardOrder, resolve_order};
use super::slice::{Slice, SliceFilter};
use super::snapshot::Snapshot;
use crate::graphql::error::Failure;
use crate::graphql::global_id::GlobalId;
use crate::graphql::pagination::{Counted, PageArgs, Total, connection, list_price};
use crate::graphql::reader::reader;
use crate::graphql::scope::{Scope, check_figures};
use crate::store::loader::SharedError;
use crate::store::paging::Rows;
use crate::store::partner::{Partner as PartnerRow, PartnerKey};
use crate::store::scorecard::{
    CountOfScorecards, PageOfScorecards, Scorecard as Row, ScorecardKey, ScorecardsOf,
};
use crate::store::slice::SliceKey;

/// One partner's measures in one slice of one snapshot.
#[derive(Clone, Debug)]
pub struct Scorecard {
    row: Arc<Row>,
    scope: Scope,
    /// Where it is known already.
    partner: Option<PartnerRow>,
}

impl Scorecard {
    pub(in crate::graphql) fn new(
        row: impl Into<Arc<Row>>,
        scope: Scope,
        partner: Option<PartnerRow>,
    ) -> Scorecard {
        Scorecard {
            row: row.into(),
            scope,
            partner,
        }
    }

    fn measure_of(&self, metric: kernel::Metric) -> Measure {
        Measure {
            metric,
            scorecard: self.row.clone(),
            scope: self.scope.clone(),
        }
    }
}

/// One partner's measures in one slice of one snapshot.
#[Object]
impl Scorecard {
    /// The global id. In a partner's preview another one than in one's own view, as its figures are others.
    pub async fn id(&self) -> ID {
        let id = GlobalId::Scorecard {
            key: self.row.key,
            is_preview: self.scope.previewed().is_some(),
        };
        id.encode()
    }

    /// The partner.
    async fn partner(&self, ctx: &Context<'_>) -> Result<Partner, Error> {
        let row = match &self.partner {
            Some(row) => row.clone(),
            None => Box::pin(reader(ctx).get(self.row.key.partner)).await?,
        };
        Ok(Partner(row))
    }

    /// The slice.
    async fn slice(&self) -> Slice {
        Slice::new(self.row.key.slice)
    }

    /// The snapshot, through the same eyes.
    async fn snapshot(&self) -> Snapshot {
        Snapshot::new(self.scope.clone())
    }

    /// The measures by the parts of the scorecard, in its order.
    #[graphql(complexity = "list_price(3, child_complexity)")]
    async fn groups(&self) -> Vec<MeasureGroup> {
        let groups = [
            kernel::Group::Performance,
            kernel::Group::Capability,
            kernel::Group::CustomerSuccess,
        ];
        let measures = |group| {
            let metrics = kernel::Metric::ALL
                .into_iter()
                .filter(move |metric| metric.group() == group);
            metrics.map(|metric| self.measure_of(metric)).collect()
        };
        let groups = groups.map(|group| MeasureGroup {
            group,
            measures: measures(group),
        });
        groups.into()
    }

    /// All measures, or those of some metrics, in the scorecard's order.
    #[graphql(complexity = "metrics_price(metrics.as_deref(), child_complexity)")]
    async fn measures(
        &self,
        #[graphql(desc = "The metrics; all where it is absent.")] metrics: Option<Vec<Metric>>,
    ) -> Vec<Measure> {
        let asked: Option<Vec<kernel::Metric>> =
            metrics.map(|metrics| metrics.into_iter().map(Into::into).collect());
        let is_asked =
            |metric: &kernel::Metric| asked.as_ref().is_none_or(|asked| asked.contains(metric));
        let metrics = kernel::Metric::ALL.into_iter().filter(is_asked);
        metrics.map(|metric| self.measure_of(metric)).collect()
    }

    /// The measure of one metric.
    async fn measure(&self, #[graphql(desc = "The metric.")] metric: Metric) -> Measure {
        self.measure_of(metric.into())
    }
}

/// The scorecard of a partner in a slice, if it has one there.
pub(in crate::graphql) async fn find_scorecard(
    ctx: &Context<'_>,
    scope: &Scope,
    partner: PartnerRow,
    slice: Option<SliceFilter>,
) -> Result<Option<Scorecard>, Failure> {
    check_figures(scope)?;
    let reader = reader(ctx);
    let slice = slice.unwrap_or_default().resolve(ctx).await?;
    let Some(slice) = reader.find(slice).await? else {
        return Ok(None);
    };
    let Some(scope) = scope.for_figures_of(PartnerKey(partner.id)) else {
        return Ok(None);
    };
    let key = ScorecardKey {
        snapshot: scope.snapshot.key,
        slice: SliceKey(slice.id),
        partner: PartnerKey(partner.id),
    };
    let found = reader.find(key).await?;
    Ok(found.map(|row| Scorecard::new(row, scope, Some(partner))))
}

/// Which scorecards of a snapshot, as they were asked for.
#[derive(Default)]
pub(in crate::graphql) struct ScorecardArgs {
    pub(in crate::graphql) slice: Option<SliceFilter>,
    pub(in crate::graphql) filter: Option<ScorecardFilter>,
    pub(in crate::graphql) order: Option<Vec<ScorecardOrder>>,
    pub(in crate::graphql) page: PageArgs,
}

/// One page of the scorecards of a slice that match.
pub(in crate::graphql) async fn page_of_scorecards(
    ctx: &Context<'_>,
    scope: Scope,
    args: ScorecardArgs,
) -> Result<Counted<Scorecard>, Failure> {
    check_figures(&scope)?;
    let reader = reader(ctx);
    if !scope.sees_everything() && (args.filter.is_some() || args.order.is_some()) {
        // Which cards a band picks, and the cursors of a rank, would tell what is withheld.
        let message = "filter and orderBy: a partner's view holds its own scorecard only";
        return Err(Failure::BadInput(message.to_owned()));
    }
    let filter = args.filter.unwrap_or_default().resolve()?;
    let order = resolve_order(args.order.unwrap_or_default())?;
    let order_name = format!("scorecards {order:?}");
    let page = args.page.page(reader.limits(), &order_name)?;
    let slice = args.slice.unwrap_or_default().resolve(ctx).await?;
    let slice = reader.find(slice).await?.map(|slice| SliceKey(slice.id));
    let of = slice.map(|slice| ScorecardsOf {
        snapshot: scope.snapshot.key,
        slice,
        visible: scope.visible(),
    });
    let rows = match of.clone() {
        Some(of) => {
            let filter = filter.clone();
            let asked = PageOfScorecards {
                of,
                filter,
                order,
                page,
            };
            let rows = reader.get(asked).await?;
            Rows::clone(&rows)
        }
        None => Rows::default(),
    };
    let counting = of.map(|of| CountOfScorecards { of, filter });
    let loader = reader.rows().clone();
    let total = Total::new(move || {
        let (loader, counting) = (loader.clone(), counting.clone());
        async move {
            let count = match counting {
                Some(counting) => loader.load_one(counting).await?,
                None => None,
            };
            Ok::<_, SharedError>(count.unwrap_or(0))
        }
    });
    Ok(connection(rows, &order_name, total, |(row, partner)| {
        Scorecard::new(row, scope.clone(), Some(partner))
    }))
}

//! Partners.

use async_graphql::{Context, ID, Object, OneofObject};

use super::partner_filter::{PartnerFilter, PartnerOrder, resolve_order};
use super::scorecard::{Scorecard, find_scorecard};
use super::slice::{Slice, SliceFilter, resolve_offering};
use crate::graphql::error::{Failure, Nullable, nullable};
use crate::graphql::global_id::GlobalId;
use crate::graphql::pagination::{Counted, PageArgs, Total, connection, list_price};
use crate::graphql::reader::reader;
use crate::graphql::scalars::Date;
use crate::graphql::scope::{Audience, check_figures, open};
use crate::store::partner::{Partner as Row, PartnerId, PartnerKey, count_partners, list_partners};
use crate::store::partner_slice::SlicesOf;

/// How many slices of an offering are priced.
const PRICED_SLICES: usize = 20;

/// Names one partner.
#[derive(OneofObject, Clone, Debug)]
pub enum PartnerBy {
    /// By its global id.
    Id(ID),
    /// By the sender's id.
    PartnerId(String),
}

/// A partner.
#[derive(Clone, Debug)]
pub struct Partner(pub Row);

/// A whole company that sells or services. Its own data is as it was last sent, not as of a snapshot.
#[Object]
impl Partner {
    /// The global id.
    pub async fn id(&self) -> ID {
        GlobalId::Partner(PartnerKey(self.0.id)).encode()
    }

    /// The sender's id.
    async fn partner_id(&self) -> &str {
        &self.0.partner_id
    }

    /// The name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The country.
    async fn country(&self) -> &str {
        &self.0.country
    }

    /// The partner type; null where the sender gave none.
    async fn partner_type(&self) -> Option<&str> {
        self.0.partner_type.as_deref()
    }

    /// The tier; null where the sender gave none.
    async fn tier(&self) -> Option<&str> {
        self.0.tier.as_deref()
    }

    /// The group that companies of one owner share; null for a company of its own.
    async fn group_id(&self) -> Option<&str> {
        self.0.group_id.as_deref()
    }

    /// Its scorecard in a slice; null where it has none there. The same whichever way the partner was reached: of the
    /// newest snapshot and one's own view, unless the arguments say otherwise.
    async fn scorecard(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The slice; everything in the whole world where it is absent.")]
        slice: Option<SliceFilter>,
        #[graphql(desc = "The as-of date; the newest published one where it is absent.")]
        as_of: Option<Date>,
        #[graphql(desc = "Whose eyes the figures are for.", default)] audience: Audience,
    ) -> Nullable<Scorecard> {
        let find = async {
            let scope = open(ctx, as_of.map(|date| date.0), audience).await?;
            find_scorecard(ctx, &scope, self.0.clone(), slice).await
        };
        // Boxed, so that the other fields do not take as much room.
        nullable(Box::pin(find).await)
    }

    /// The slices of one offering in which it has a scorecard: in the whole world first, then by the location's id.
    #[graphql(complexity = "list_price(PRICED_SLICES, child_complexity)")]
    async fn slices(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The sender's id of a product; all products where it is absent.")]
        product: Option<String>,
        #[graphql(
            desc = "The sender's id of a workload. Its product need not be given; if it is, the workload must belong to it."
        )]
        workload: Option<String>,
        #[graphql(desc = "The as-of date; the newest published one where it is absent.")]
        as_of: Option<Date>,
    ) -> Nullable<Vec<Slice>> {
        let find = async {
            let scope = open(ctx, as_of.map(|date| date.0), Audience::Staff).await?;
            check_figures(&scope)?;
            let of = SlicesOf {
                snapshot: scope.snapshot.key,
                offering: resolve_offering(ctx, "", product.as_deref(), workload.as_deref())
                    .await?,
                partner: PartnerKey(self.0.id),
            };
            let slices = reader(ctx).get(of).await?;
            Ok(Some(slices.iter().copied().map(Slice::new).collect()))
        };
        nullable(Box::pin(find).await)
    }
}

/// The partner that is named, if there is one.
pub(in crate::graphql) async fn find_partner(
    ctx: &Context<'_>,
    by: PartnerBy,
) -> Result<Option<Partner>, Failure> {
    let found = match by {
        PartnerBy::Id(id) => match GlobalId::decode(&id) {
            Some(GlobalId::Partner(key)) => reader(ctx).find(key).await?,
            _ => None,
        },
        PartnerBy::PartnerId(id) => reader(ctx).find(PartnerId(id)).await?,
    };
    Ok(found.map(Partner))
}

/// One page of the partners that match.
pub(in crate::graphql) async fn page_of_partners(
    ctx: &Context<'_>,
    filter: Option<PartnerFilter>,
    order: Option<Vec<PartnerOrder>>,
    page: PageArgs,
) -> Result<Counted<Partner>, Failure> {
    let reader = reader(ctx);
    let filter = filter.unwrap_or_default().resolve()?;
    let order = resolve_order(order.unwrap_or_default())?;
    let order_name = format!("partners {order:?}");
    let page = page.page(reader.limits(), &order_name)?;
    let visible = reader.rights().partners().clone();
    let rows = list_partners(&reader.db, &visible, &filter, &order, &page).await?;
    let db = reader.db.clone();
    let total = Total::new(move || {
        let (db, visible, filter) = (db.clone(), visible.clone(), filter.clone());
        async move { count_partners(&db, &visible, &filter).await }
    });
    Ok(connection(rows, &order_name, total, Partner))
}

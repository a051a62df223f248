//! Partners.

use async_graphql::{Context, ID, Object, OneofObject};

use super::partner_filter::{PartnerFilter, PartnerOrder, resolve_order};
use super::scorecard::{Scorecard, find_scorecard};
use super::slice::SliceFilter;
use crate::graphql::error::{Failure, Nullable, nullable};
use crate::graphql::global_id::GlobalId;
use crate::graphql::pagination::{Counted, PageArgs, Total, connection};
use crate::graphql::reader::reader;
use crate::graphql::scope::{Audience, Scope, open};
use crate::store::partner::{Partner as Row, PartnerId, PartnerKey, count_partners, list_partners};

/// Names one partner.
#[derive(OneofObject, Clone, Debug)]
pub enum PartnerBy {
    /// By its global id.
    Id(ID),
    /// By the sender's id.
    PartnerId(String),
}

/// A partner, and the snapshot it was reached through.
#[derive(Clone, Debug)]
pub struct Partner {
    row: Row,
    scope: Option<Scope>,
}

impl Partner {
    /// `scope` is none where the partner was not reached through a snapshot.
    pub(in crate::graphql) fn new(row: Row, scope: Option<Scope>) -> Partner {
        Partner { row, scope }
    }
}

/// A whole company that sells or services. Its own data is as it was last sent, not as of a snapshot.
#[Object]
impl Partner {
    /// The global id.
    pub async fn id(&self) -> ID {
        GlobalId::Partner(PartnerKey(self.row.id)).encode()
    }

    /// The sender's id.
    async fn partner_id(&self) -> &str {
        &self.row.partner_id
    }

    /// The name.
    async fn name(&self) -> &str {
        &self.row.name
    }

    /// The country.
    async fn country(&self) -> &str {
        &self.row.country
    }

    /// The partner type; null where the sender gave none.
    async fn partner_type(&self) -> Option<&str> {
        self.row.partner_type.as_deref()
    }

    /// The tier; null where the sender gave none.
    async fn tier(&self) -> Option<&str> {
        self.row.tier.as_deref()
    }

    /// The group that companies of one owner share; null for a company of its own.
    async fn group_id(&self) -> Option<&str> {
        self.row.group_id.as_deref()
    }

    /// Its scorecard in a slice, of the snapshot that the partner was reached through, else of the newest one. Null
    /// where it has none there.
    async fn scorecard(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The slice; everything in the whole world where it is absent.")]
        slice: Option<SliceFilter>,
    ) -> Nullable<Scorecard> {
        let find = async {
            let scope = match &self.scope {
                Some(scope) => scope.clone(),
                None => open(ctx, None, Audience::Staff).await?,
            };
            find_scorecard(ctx, &scope, self.row.clone(), slice).await
        };
        // Boxed, so that the other fields do not take as much room.
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
    Ok(found.map(|row| Partner::new(row, None)))
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
    Ok(connection(rows, &order_name, total, |row| {
        Partner::new(row, None)
    }))
}

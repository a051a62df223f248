//! Reference data: rows that are stored by their keys.

use async_graphql::{Context, InputObject, InputType, Object};
use serde::Serialize;

use super::upload::{OnReject, Upload, UploadPayload, upload};
use crate::graphql::error::{Failure, Nullable, nullable};
use crate::graphql::scalars::Date;
use crate::graphql::types::settings::AssociationType;

/// Declares the rows of a dataset, and the input of the mutation that takes them.
macro_rules! rows {
    ($(
        $(#[doc = $doc:literal])+
        $row:ident, $input:ident { $($(#[doc = $field_doc:literal])+ $field:ident: $kind:ty,)+ }
    )+) => { $(
        $(#[doc = $doc])+
        #[derive(InputObject, Serialize, Clone, Debug)]
        pub struct $row {
            $($(#[doc = $field_doc])+ $field: $kind,)+
        }

        /// Rows to be stored, each in place of the earlier row of its key.
        #[derive(InputObject, Clone, Debug)]
        pub struct $input {
            /// The sender's name for the upload, which `batches` lists.
            batch_id: String,
            /// The rows. Of several with one key the last counts.
            rows: Vec<$row>,
            /// What a rejected row does.
            #[graphql(default)]
            on_reject: OnReject,
        }

        impl From<$input> for Sent<$row> {
            fn from(input: $input) -> Sent<$row> {
                Sent {
                    batch_id: input.batch_id,
                    rows: input.rows,
                    on_reject: input.on_reject,
                }
            }
        }
    )+ };
}

rows! {
    /// A product.
    ProductRow, UpsertProductsInput {
        /// The key.
        product_id: String,
        /// The name.
        name: String,
    }

    /// A workload, which belongs to one product for good.
    WorkloadRow, UpsertWorkloadsInput {
        /// The key.
        workload_id: String,
        /// The product it belongs to.
        product_id: String,
        /// The name.
        name: String,
    }

    /// A node of the location tree.
    LocationRow, UpsertLocationsInput {
        /// The key.
        location_id: String,
        /// The location above it, which may be a later row; directly under the world where it is absent.
        parent_id: Option<String>,
        /// The name.
        name: String,
    }

    /// A partner.
    PartnerRow, UpsertPartnersInput {
        /// The key.
        partner_id: String,
        /// The name.
        name: String,
        /// The country.
        country: String,
        /// The partner type.
        partner_type: Option<String>,
        /// The tier.
        tier: Option<String>,
        /// What companies of one owner share.
        group_id: Option<String>,
    }

    /// A customer.
    CustomerRow, UpsertCustomersInput {
        /// The key.
        customer_id: String,
        /// Where the customer is.
        location_id: String,
        /// The name.
        name: Option<String>,
    }

    /// A workload that an exam counts for.
    ExamRow, UpsertExamsInput {
        /// The first part of the key.
        exam_id: String,
        /// The second part of the key.
        workload_id: String,
        /// The first day on which passes of it no longer count.
        counts_until: Option<Date>,
    }

    /// A rate to the reporting currency.
    FxRateRow, UpsertFxRatesInput {
        /// ISO 4217. The first part of the key.
        currency: String,
        /// The first day it is for. The second part of the key.
        rate_date: Date,
        /// The reporting currency for one unit, such as `"1.125"`: above 0, at most 9 decimals.
        rate: String,
    }

    /// How a partner stands to a customer. All but the end are the key.
    AssociationRow, UpsertAssociationsInput {
        /// The customer.
        customer_id: String,
        /// The partner.
        partner_id: String,
        /// The association type.
        association_type: AssociationType,
        /// The workload it is for; all where it is absent.
        workload_id: Option<String>,
        /// The first day that it holds.
        starts_on: Date,
        /// The first day that it no longer holds. The same as the first takes the association back.
        ends_on: Option<Date>,
    }
}

/// Changes of reference data.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReferenceMutation;

#[Object]
impl ReferenceMutation {
    /// Stores products. They are there at once, and count from the next snapshot on.
    async fn upsert_products(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows to be stored.")] input: UpsertProductsInput,
    ) -> Nullable<UploadPayload> {
        nullable(store(ctx, intake::Dataset::Products, input).await)
    }

    /// Stores workloads. They are there at once, and count from the next snapshot on.
    async fn upsert_workloads(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows to be stored.")] input: UpsertWorkloadsInput,
    ) -> Nullable<UploadPayload> {
        nullable(store(ctx, intake::Dataset::Workloads, input).await)
    }

    /// Stores locations. The first that are sent take the place of the tree that is built in.
    async fn upsert_locations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows to be stored.")] input: UpsertLocationsInput,
    ) -> Nullable<UploadPayload> {
        nullable(store(ctx, intake::Dataset::Locations, input).await)
    }

    /// Stores partners. They are there at once, and count from the next snapshot on.
    async fn upsert_partners(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows to be stored.")] input: UpsertPartnersInput,
    ) -> Nullable<UploadPayload> {
        nullable(store(ctx, intake::Dataset::Partners, input).await)
    }

    /// Stores customers. A new location applies to the whole history from the next snapshot on.
    async fn upsert_customers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows to be stored.")] input: UpsertCustomersInput,
    ) -> Nullable<UploadPayload> {
        nullable(store(ctx, intake::Dataset::Customers, input).await)
    }

    /// Stores the workloads that exams count for. They count from the next snapshot on.
    async fn upsert_exams(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows to be stored.")] input: UpsertExamsInput,
    ) -> Nullable<UploadPayload> {
        nullable(store(ctx, intake::Dataset::Exams, input).await)
    }

    /// Stores exchange rates. They count from the next snapshot on.
    async fn upsert_fx_rates(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows to be stored.")] input: UpsertFxRatesInput,
    ) -> Nullable<UploadPayload> {
        nullable(store(ctx, intake::Dataset::FxRates, input).await)
    }

    /// Stores associations. They count from the next snapshot on.
    async fn upsert_associations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows to be stored.")] input: UpsertAssociationsInput,
    ) -> Nullable<UploadPayload> {
        nullable(store(ctx, intake::Dataset::Associations, input).await)
    }
}

/// The input of one of the mutations.
struct Sent<Row> {
    batch_id: String,
    rows: Vec<Row>,
    on_reject: OnReject,
}

async fn store<Row: InputType + Serialize>(
    ctx: &Context<'_>,
    dataset: intake::Dataset,
    sent: impl Into<Sent<Row>>,
) -> Result<Option<UploadPayload>, Failure> {
    let sent = sent.into();
    let mut content = String::new();
    for row in &sent.rows {
        content += &serde_json::to_string(row).map_err(Failure::server)?;
        content.push('\n');
    }
    let rows = Upload {
        dataset,
        batch_id: sent.batch_id,
        on_reject: sent.on_reject,
        ending: ".ndjson",
        content,
    };
    upload(ctx, rows).await.map(Some)
}

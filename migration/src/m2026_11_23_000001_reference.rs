//! Reference data.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use super::by_primary_key;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut offering = Table::create();
        offering
            .table("offering")
            .col(pk_auto("id"))
            .col(text("product_id"))
            .col(text("workload_id"))
            .col(text("name"));
        manager.create_table(offering).await?;
        unique(manager, "offering", &["product_id", "workload_id"]).await?;

        let mut location = Table::create();
        location
            .table("location")
            .col(pk_auto("id"))
            .col(text("location_id"))
            .col(integer_null("parent"))
            .col(text("name"))
            .col(boolean("built_in"))
            .col(boolean("retired"))
            .foreign_key(
                ForeignKey::create()
                    .from("location", "parent")
                    .to("location", "id"),
            );
        manager.create_table(location).await?;
        unique(manager, "location", &["location_id"]).await?;

        let mut partner = Table::create();
        partner
            .table("partner")
            .col(pk_auto("id"))
            .col(text("partner_id"))
            .col(text("name"))
            .col(text("country"))
            .col(text_null("partner_type"))
            .col(text_null("tier"))
            .col(text_null("group_id"));
        manager.create_table(partner).await?;
        unique(manager, "partner", &["partner_id"]).await?;

        let mut customer = Table::create();
        customer
            .table("customer")
            .col(pk_auto("id"))
            .col(text("customer_id"))
            .col(integer("location"))
            .col(text_null("name"))
            .foreign_key(
                ForeignKey::create()
                    .from("customer", "location")
                    .to("location", "id"),
            );
        manager.create_table(customer).await?;
        unique(manager, "customer", &["customer_id"]).await?;

        let mut exam = Table::create();
        exam.table("exam").col(pk_auto("id")).col(text("exam_id"));
        manager.create_table(exam).await?;
        unique(manager, "exam", &["exam_id"]).await?;

        let mut exam_workload = Table::create();
        exam_workload
            .table("exam_workload")
            .col(integer("exam"))
            .col(integer("offering"))
            .col(integer_null("counts_until"))
            .primary_key(Index::create().col("exam").col("offering"))
            .foreign_key(
                ForeignKey::create()
                    .from("exam_workload", "exam")
                    .to("exam", "id"),
            )
            .foreign_key(
                ForeignKey::create()
                    .from("exam_workload", "offering")
                    .to("offering", "id"),
            );
        manager
            .create_table(by_primary_key(manager, &mut exam_workload))
            .await?;

        let mut fx_rate = Table::create();
        fx_rate
            .table("fx_rate")
            .col(text("currency"))
            .col(integer("rate_date"))
            .col(big_integer("digits"))
            .col(small_integer("places"))
            .primary_key(Index::create().col("currency").col("rate_date"));
        manager
            .create_table(by_primary_key(manager, &mut fx_rate))
            .await?;

        let mut association = Table::create();
        association
            .table("association")
            .col(integer("customer"))
            .col(integer("partner"))
            .col(text("association_type"))
            .col(integer("offering"))
            .col(integer("starts_on"))
            .col(integer_null("ends_on"))
            .primary_key(
                Index::create()
                    .col("customer")
                    .col("partner")
                    .col("association_type")
                    .col("offering")
                    .col("starts_on"),
            )
            .foreign_key(
                ForeignKey::create()
                    .from("association", "customer")
                    .to("customer", "id"),
            )
            .foreign_key(
                ForeignKey::create()
                    .from("association", "partner")
                    .to("partner", "id"),
            )
            .foreign_key(
                ForeignKey::create()
                    .from("association", "offering")
                    .to("offering", "id"),
            );
        manager
            .create_table(by_primary_key(manager, &mut association))
            .await
    }
}

async fn unique(
    manager: &SchemaManager<'_>,
    table: &'static str,
    columns: &[&'static str],
) -> Result<(), DbErr> {
    let mut index = Index::create();
    index
        .name(format!("{table}_{}", columns.join("_")))
        .table(table)
        .unique();
    for column in columns {
        index.col(*column);
    }
    manager.create_index(index).await
}

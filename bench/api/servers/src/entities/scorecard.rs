//! Scorecards.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "scorecard")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub snapshot: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub slice: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub partner: i32,
    pub revenue_ten_thousandths: Option<String>,
    pub yearly_users: Option<i64>,
    pub assigned_seats: Option<i64>,
    pub promoters: Option<i64>,
    pub detractors: Option<i64>,
    pub responses: Option<i64>,
    pub revenue: Option<f64>,
    pub new_customers: Option<i64>,
    pub net_paid_seats: Option<i64>,
    pub certified_people: i64,
    pub production_instances: Option<i64>,
    pub monthly_active_users: Option<f64>,
    pub mau_per_assigned_seat: Option<f64>,
    pub net_promoter_score: Option<f64>,
    pub revenue_band: Option<i16>,
    pub revenue_rank: Option<i32>,
    pub revenue_less: Option<i32>,
    pub new_customers_band: Option<i16>,
    pub new_customers_rank: Option<i32>,
    pub new_customers_less: Option<i32>,
    pub net_paid_seats_band: Option<i16>,
    pub net_paid_seats_rank: Option<i32>,
    pub net_paid_seats_less: Option<i32>,
    pub certified_people_band: Option<i16>,
    pub certified_people_rank: Option<i32>,
    pub certified_people_less: Option<i32>,
    pub production_instances_band: Option<i16>,
    pub production_instances_rank: Option<i32>,
    pub production_instances_less: Option<i32>,
    pub monthly_active_users_band: Option<i16>,
    pub monthly_active_users_rank: Option<i32>,
    pub monthly_active_users_less: Option<i32>,
    pub mau_per_assigned_seat_band: Option<i16>,
    pub mau_per_assigned_seat_rank: Option<i32>,
    pub mau_per_assigned_seat_less: Option<i32>,
    pub net_promoter_score_band: Option<i16>,
    pub net_promoter_score_rank: Option<i32>,
    pub net_promoter_score_less: Option<i32>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::partner::Entity",
        from = "Column::Partner",
        to = "super::partner::Column::Id"
    )]
    Partner,
}

impl Related<super::partner::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Partner.def()
    }
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelatedEntity)]
pub enum RelatedEntity {
    // The column has the plain name.
    #[sea_orm(entity = "super::partner::Entity", def = "Relation::Partner.def()")]
    OfPartner,
}

impl ActiveModelBehavior for ActiveModel {}

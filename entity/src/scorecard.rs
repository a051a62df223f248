//! A partner's measures in one slice of one snapshot: one row is one scorecard for a reader.
//!
//! On SQLite most columns follow from fewer that are stored (step `packed_scorecards`): rows are read as this entity and
//! written by `store::publication` alone.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "scorecard")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub snapshot: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub slice: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub partner: i32,

    // What the values are made of. All but certified people are none where the partner has a counting pass and no
    // fact.
    /// A decimal integer, which can exceed 64 bits.
    pub revenue_ten_thousandths: Option<String>,
    /// Distinct users of the twelve months.
    pub yearly_users: Option<i64>,
    pub assigned_seats: Option<i64>,
    pub promoters: Option<i64>,
    pub detractors: Option<i64>,
    pub responses: Option<i64>,

    // The values, for filters and orders: whole numbers as they are, the others as the nearest float.
    pub revenue: Option<f64>,
    pub new_customers: Option<i64>,
    pub net_paid_seats: Option<i64>,
    pub certified_people: i64,
    pub production_instances: Option<i64>,
    pub monthly_active_users: Option<f64>,
    pub mau_per_assigned_seat: Option<f64>,
    pub net_promoter_score: Option<f64>,

    // Where each value stands: none where there is no value or no bands.
    pub revenue_band: Option<i16>,
    pub revenue_rank: Option<i32>,
    /// How many peers are strictly smaller.
    pub revenue_less: Option<i32>,
    pub new_customers_band: Option<i16>,
    pub new_customers_rank: Option<i32>,
    /// How many peers are strictly smaller.
    pub new_customers_less: Option<i32>,
    pub net_paid_seats_band: Option<i16>,
    pub net_paid_seats_rank: Option<i32>,
    /// How many peers are strictly smaller.
    pub net_paid_seats_less: Option<i32>,
    pub certified_people_band: Option<i16>,
    pub certified_people_rank: Option<i32>,
    /// How many peers are strictly smaller.
    pub certified_people_less: Option<i32>,
    pub production_instances_band: Option<i16>,
    pub production_instances_rank: Option<i32>,
    /// How many peers are strictly smaller.
    pub production_instances_less: Option<i32>,
    pub monthly_active_users_band: Option<i16>,
    pub monthly_active_users_rank: Option<i32>,
    /// How many peers are strictly smaller.
    pub monthly_active_users_less: Option<i32>,
    pub mau_per_assigned_seat_band: Option<i16>,
    pub mau_per_assigned_seat_rank: Option<i32>,
    /// How many peers are strictly smaller.
    pub mau_per_assigned_seat_less: Option<i32>,
    pub net_promoter_score_band: Option<i16>,
    pub net_promoter_score_rank: Option<i32>,
    /// How many peers are strictly smaller.
    pub net_promoter_score_less: Option<i32>,
}

impl ActiveModelBehavior for ActiveModel {}

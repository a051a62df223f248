//! A scorecard as it is stored: PostgreSQL stores every column, SQLite those that the others follow from.

use kernel::{Metric, Scorecard, Standing, Totals, Value};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ConnectionTrait, DatabaseBackend, sqlx};

use super::rows::Place;
use crate::store::StoreError;
use crate::store::bulk::{Row, Values};

/// The largest amount, in ten-thousandths, whose quotient by 10,000 is the float nearest to it. Larger ones, which hardly
/// occur, are stored as text and float on SQLite.
const LARGEST_EXACT: i128 = 1 << 53;

pub(super) struct ScorecardRow<'a> {
    pub(super) place: Place,
    /// The partner's number.
    pub(super) partner: i32,
    pub(super) card: &'a Scorecard,
}

impl Row for ScorecardRow<'_> {
    const TABLE: &'static str = "scorecard";

    const COLUMNS: &'static [&'static str] = &[
        "snapshot",
        "slice",
        "partner",
        "revenue_ten_thousandths",
        "yearly_users",
        "assigned_seats",
        "promoters",
        "detractors",
        "responses",
        "revenue",
        "new_customers",
        "net_paid_seats",
        "certified_people",
        "production_instances",
        "monthly_active_users",
        "mau_per_assigned_seat",
        "net_promoter_score",
        "revenue_band",
        "revenue_rank",
        "revenue_less",
        "new_customers_band",
        "new_customers_rank",
        "new_customers_less",
        "net_paid_seats_band",
        "net_paid_seats_rank",
        "net_paid_seats_less",
        "certified_people_band",
        "certified_people_rank",
        "certified_people_less",
        "production_instances_band",
        "production_instances_rank",
        "production_instances_less",
        "monthly_active_users_band",
        "monthly_active_users_rank",
        "monthly_active_users_less",
        "mau_per_assigned_seat_band",
        "mau_per_assigned_seat_rank",
        "mau_per_assigned_seat_less",
        "net_promoter_score_band",
        "net_promoter_score_rank",
        "net_promoter_score_less",
    ];

    fn put(&self, to: &mut impl Values) -> Result<(), sqlx::Error> {
        self.put_key(to)?;
        let totals = self.card.totals.as_ref();
        match totals {
            Some(totals) => to.text(&totals.revenue_ten_thousandths.to_string())?,
            None => to.none()?,
        }
        self.put_parts(to)?;
        let values = self.card.values();
        let float = |metric: Metric| values[metric.index()].map(Value::to_f64);
        put(to, float(Metric::Revenue), Values::float)?;
        self.put_whole_values(to)?;
        put(to, float(Metric::MonthlyActiveUsers), Values::float)?;
        put(to, float(Metric::MauPerAssignedSeat), Values::float)?;
        put(to, float(Metric::NetPromoterScore), Values::float)?;
        for metric in Metric::ALL {
            let Some(standing) = self.card.standing(metric) else {
                to.none()?;
                to.none()?;
                to.none()?;
                continue;
            };
            to.small(standing.band.into())?;
            to.int(standing.rank.cast_signed())?;
            to.int(standing.less.cast_signed())?;
        }
        Ok(())
    }

    const TABLE_ON_SQLITE: &'static str = "packed_scorecard";

    const COLUMNS_ON_SQLITE: &'static [&'static str] = &[
        "snapshot",
        "slice",
        "partner",
        "small_revenue",
        "large_revenue",
        "large_revenue_float",
        "yearly_users",
        "assigned_seats",
        "promoters",
        "detractors",
        "responses",
        "new_customers",
        "net_paid_seats",
        "certified_people",
        "production_instances",
        "revenue_standing",
        "new_customers_standing",
        "net_paid_seats_standing",
        "certified_people_standing",
        "production_instances_standing",
        "monthly_active_users_standing",
        "mau_per_assigned_seat_standing",
        "net_promoter_score_standing",
    ];

    fn put_on_sqlite(&self, to: &mut impl Values) -> Result<(), sqlx::Error> {
        self.put_key(to)?;
        let revenue = (self.card.totals.as_ref()).map(|totals| totals.revenue_ten_thousandths);
        let small =
            revenue.filter(|revenue| revenue.unsigned_abs() <= LARGEST_EXACT.unsigned_abs());
        // It fits: it is far below 2^63.
        put(to, small.map(|revenue| revenue as i64), Values::big)?;
        match revenue.filter(|_| small.is_none()) {
            Some(large) => {
                to.text(&large.to_string())?;
                to.float(Value::money(large).to_f64())?;
            }
            None => {
                to.none()?;
                to.none()?;
            }
        }
        self.put_parts(to)?;
        self.put_whole_values(to)?;
        for metric in Metric::ALL {
            put(to, self.card.standing(metric).map(packed), Values::big)?;
        }
        Ok(())
    }
}

/// Removes all scorecards of a snapshot.
pub(super) async fn delete_all(
    txn: &impl ConnectionTrait,
    snapshot: i64,
) -> Result<(), StoreError> {
    let table = match txn.get_database_backend() {
        DatabaseBackend::Sqlite => ScorecardRow::TABLE_ON_SQLITE,
        _ => ScorecardRow::TABLE,
    };
    let mut delete = Query::delete();
    delete
        .from_table(table)
        .and_where(Expr::col(entity::scorecard::Column::Snapshot).eq(snapshot));
    txn.execute(&delete).await?;
    Ok(())
}

impl ScorecardRow<'_> {
    fn put_key(&self, to: &mut impl Values) -> Result<(), sqlx::Error> {
        to.big(self.place.snapshot)?;
        to.int(self.place.slice)?;
        to.int(self.partner)
    }

    /// What ratios are made of.
    fn put_parts(&self, to: &mut impl Values) -> Result<(), sqlx::Error> {
        let totals = self.card.totals.as_ref();
        let parts: [fn(&Totals) -> i64; 5] = [
            |totals| totals.yearly_users,
            |totals| totals.assigned_seats,
            |totals| totals.promoters,
            |totals| totals.detractors,
            |totals| totals.responses,
        ];
        for part in parts {
            put(to, totals.map(part), Values::big)?;
        }
        Ok(())
    }

    fn put_whole_values(&self, to: &mut impl Values) -> Result<(), sqlx::Error> {
        let totals = self.card.totals.as_ref();
        put(to, totals.map(|totals| totals.new_customers), Values::big)?;
        put(to, totals.map(|totals| totals.net_paid_seats), Values::big)?;
        to.big(self.card.certified_people)?;
        let instances = totals.map(|totals| totals.production_instances);
        put(to, instances, Values::big)
    }
}

/// As the schema step `packed_scorecards` says.
fn packed(standing: Standing) -> i64 {
    let band = u64::from(standing.band - 1);
    let packed = u64::from(standing.less) << 33 | u64::from(standing.rank) << 2 | band;
    packed.cast_signed()
}

fn put<V, T>(
    to: &mut V,
    value: Option<T>,
    some: impl FnOnce(&mut V, T) -> Result<(), sqlx::Error>,
) -> Result<(), sqlx::Error>
where
    V: Values,
{
    match value {
        Some(value) => some(to, value),
        None => to.none(),
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::{IdenStatic, Iterable};

    use super::*;

    #[test]
    fn all_columns_of_the_entity_are_written() {
        let columns = entity::scorecard::Column::iter().map(|column| column.as_str());
        assert_eq!(ScorecardRow::COLUMNS, columns.collect::<Vec<_>>());
    }
}

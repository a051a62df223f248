//! The rows of a snapshot as bulk writes take them.

use entity::{peer_band, peer_group};
use sea_orm::sqlx;

use super::{Row, Values};

/// Names the columns of an entity, each of which is the field of that name.
macro_rules! row {
    ($entity:ident: $($column:ident)+) => {
        impl Row for $entity::Model {
            const TABLE: &'static str = stringify!($entity);
            const COLUMNS: &'static [&'static str] = &[$(stringify!($column)),+];

            fn put(&self, to: &mut impl Values) -> Result<(), sqlx::Error> {
                $(self.$column.put(to)?;)+
                Ok(())
            }
        }
    };
}

row! { peer_group: snapshot slice metric peers released ranked rule told }

row! {
    peer_band: snapshot slice metric band min_numerator min_denominator max_numerator max_denominator partners
}

/// The value of a column, sent as the type that its column has.
trait Value {
    fn put(&self, to: &mut impl Values) -> Result<(), sqlx::Error>;
}

macro_rules! value {
    ($($of:ty => $as:ident),+ $(,)?) => {$(
        impl Value for $of {
            fn put(&self, to: &mut impl Values) -> Result<(), sqlx::Error> {
                to.$as(*self)
            }
        }
    )+};
}

value! { bool => flag, i16 => small, i32 => int, i64 => big, f64 => float }

impl Value for String {
    fn put(&self, to: &mut impl Values) -> Result<(), sqlx::Error> {
        to.text(self)
    }
}

impl<V: Value> Value for Option<V> {
    fn put(&self, to: &mut impl Values) -> Result<(), sqlx::Error> {
        match self {
            Some(value) => value.put(to),
            None => to.none(),
        }
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::{EntityTrait, IdenStatic, Iterable};

    use super::*;

    fn check<E: EntityTrait>()
    where
        E::Model: Row,
    {
        let of_entity: Vec<_> = E::Column::iter().map(|column| column.as_str()).collect();
        assert_eq!(E::Model::COLUMNS, of_entity);
        assert_eq!(E::Model::TABLE, E::default().table_name());
    }

    #[test]
    fn all_columns_of_an_entity_are_written() {
        check::<peer_group::Entity>();
        check::<peer_band::Entity>();
    }
}

//! Whole numbers that can outgrow GraphQL's Int, which has 32 bits.

use std::borrow::Cow;

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{ContextSelectionSet, Error, OutputType, Positioned, ServerResult, Value};

use crate::graphql::error::Failure;

/// A number that is an Int of the schema. One that is beyond 32 bits is an error of its field, as the specification wants
/// it, and never a number that clients cannot hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count(i128);

impl From<i64> for Count {
    fn from(count: i64) -> Count {
        Count(count.into())
    }
}

impl From<u64> for Count {
    fn from(count: u64) -> Count {
        Count(count.into())
    }
}

impl OutputType for Count {
    fn type_name() -> Cow<'static, str> {
        <i32 as OutputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <i32 as OutputType>::create_type_info(registry)
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        match i32::try_from(self.0) {
            Ok(count) => Ok(Value::from(count)),
            Err(_) => {
                let error = Error::from(Failure::BeyondInt).into_server_error(field.pos);
                Err(ctx.set_error_path(error))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::{EmptyMutation, EmptySubscription, Object, Schema};
    use serde_json::{Value, json};

    use super::*;

    struct Numbers;

    #[Object]
    impl Numbers {
        async fn least(&self) -> Count {
            i64::from(i32::MIN).into()
        }

        async fn most(&self) -> Option<Count> {
            Some(u64::from(i32::MAX.unsigned_abs()).into())
        }

        async fn more(&self) -> Option<Count> {
            Some((i64::from(i32::MAX) + 1).into())
        }

        async fn much_more(&self) -> Count {
            u64::MAX.into()
        }

        async fn below(&self) -> Option<Numbers> {
            Some(Numbers)
        }
    }

    async fn ask(query: &str) -> Value {
        let schema = Schema::new(Numbers, EmptyMutation, EmptySubscription);
        assert!(
            schema
                .sdl()
                .contains("\tmuchMore: Int!\n\tbelow: Numbers\n"),
            "{}",
            schema.sdl()
        );
        serde_json::to_value(schema.execute(query).await).unwrap()
    }

    #[tokio::test]
    async fn what_an_int_holds_is_told() {
        let told = ask("{least most}").await;
        assert_eq!(
            told,
            json!({ "data": { "least": -2_147_483_648, "most": 2_147_483_647 } })
        );
    }

    #[tokio::test]
    async fn what_it_does_not_hold_is_an_error_of_its_field() {
        let told = ask("{most more}").await;
        assert_eq!(told["data"], json!({ "most": 2_147_483_647, "more": null }));
        assert_eq!(told["errors"][0]["path"], json!(["more"]));
        assert_eq!(told["errors"][0]["extensions"]["code"], "INTERNAL");
        let told = ask("{most below {muchMore}}").await;
        assert_eq!(
            told["data"],
            json!({ "most": 2_147_483_647, "below": null })
        );
        assert_eq!(told["errors"][0]["path"], json!(["below", "muchMore"]));
    }
}

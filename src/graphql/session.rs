//! The frame around each request: what it reads through, and how its errors leave.

use std::any::TypeId;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use async_graphql::extensions::{
    Extension, ExtensionContext, ExtensionFactory, NextExecute, NextParseQuery, NextPrepareRequest,
    NextRequest, NextResolve, NextSubscribe, NextValidation, ResolveInfo,
};
use async_graphql::parser::types::{ExecutableDocument, OperationType};
use async_graphql::{
    Error, PathSegment, Pos, QueryPathNode, QueryPathSegment, Request, Response, ServerError,
    ServerResult, ValidationResult, Value, Variables,
};
use futures_util::stream::{BoxStream, StreamExt};

use super::collect::collect;
use super::cost::{Cost, Owed};
use super::error::{Code, Failure};
use super::guard;
use super::reader::Reader;
use crate::config::Config;
use crate::gate::budget::Budget;
use crate::gate::{Seen, Spender};
use crate::service::explain::Explaining;
use crate::service::identity::Principal;
use crate::store::Db;
use crate::store::kept::KeptRows;

/// The most errors of one answer.
const ERRORS_MAX: usize = 10;

/// Gives each request a [`Reader`], and each error a code.
#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) db: Db,
    pub(super) config: Arc<Config>,
    pub(super) explaining: Explaining,
    /// What requests share that were recognised at the same counts of changes.
    pub(super) kept: KeptRows,
    /// Of the request at hand; none until it is known.
    pub(super) cost: Arc<Mutex<Option<Cost>>>,
}

/// Whether a request came as far as execution. A caller that wants to know puts one into its request.
#[derive(Clone, Debug, Default)]
pub struct Executed(Arc<AtomicBool>);

impl Executed {
    #[must_use]
    pub fn get(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What a request is paid from, by its cost. A caller that wants it paid puts one into its request.
#[derive(Clone, Debug)]
pub struct Charge {
    budget: Budget<Spender>,
    spenders: Vec<Spender>,
    /// What could not be paid.
    owed: Arc<Mutex<Option<Owed>>>,
    cost: Arc<AtomicUsize>,
}

/// What a request costs, and what is left for the next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Balance {
    pub cost: usize,
    /// Of a minute.
    pub limit: f64,
    pub remaining: f64,
}

impl Charge {
    #[must_use]
    pub fn new(budget: Budget<Spender>, spenders: Vec<Spender>) -> Charge {
        Charge {
            budget,
            spenders,
            owed: Arc::default(),
            cost: Arc::default(),
        }
    }

    /// What could not be paid; none where it has been, or the request did not come so far.
    #[must_use]
    pub fn owed(&self) -> Option<Owed> {
        *self.owed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The price of the request, and what its spenders have left of what they may spend in a minute.
    #[must_use]
    pub fn balance(&self) -> Balance {
        let (limit, remaining) = self.budget.left(&self.spenders, Instant::now());
        Balance {
            cost: self.cost.load(Ordering::Relaxed),
            limit,
            remaining,
        }
    }

    pub(super) fn pay(&self, cost: usize) -> Result<(), Owed> {
        self.cost.store(cost, Ordering::Relaxed);
        let paid = self.budget.spend(&self.spenders, cost, Instant::now());
        paid.map_err(|wait| {
            let owed = Owed {
                requested: cost,
                available: self.balance().remaining,
                wait,
            };
            *self.owed.lock().unwrap_or_else(PoisonError::into_inner) = Some(owed);
            owed
        })
    }
}

impl ExtensionFactory for Session {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Session {
            cost: Arc::default(),
            ..self.clone()
        })
    }
}

#[async_trait::async_trait]
impl Extension for Session {
    async fn request(&self, ctx: &ExtensionContext<'_>, next: NextRequest<'_>) -> Response {
        let response = finished(next.run(ctx).await);
        match *self.cost.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(cost) => response.extension("cost", cost.told()),
            None => response,
        }
    }

    fn subscribe<'s>(
        &self,
        ctx: &ExtensionContext<'_>,
        stream: BoxStream<'s, Response>,
        next: NextSubscribe<'_>,
    ) -> BoxStream<'s, Response> {
        next.run(ctx, stream).map(finished).boxed()
    }

    async fn prepare_request(
        &self,
        ctx: &ExtensionContext<'_>,
        request: Request,
        next: NextPrepareRequest<'_>,
    ) -> ServerResult<Request> {
        let principal = request.data.get(&TypeId::of::<Arc<Principal>>());
        let Some(principal) = principal.and_then(|data| data.downcast_ref::<Arc<Principal>>())
        else {
            // HTTP has refused it before; whatever else may call must too.
            let failure = Failure::Unauthenticated;
            return Err(Error::from(failure).into_server_error(Pos::default()));
        };
        let principal = principal.clone();
        let seen = request.data.get(&TypeId::of::<Seen>());
        let seen = seen.and_then(|data| data.downcast_ref::<Seen>());
        let kept = seen.and_then(|seen| self.kept.at(seen.0));
        let mut request = request;
        guard::admit(&ctx.schema_env.registry, &mut request)?;
        let mut request = next.run(ctx, request).await?;
        let mut reader = Reader::new(
            self.db.clone(),
            self.config.clone(),
            principal,
            self.explaining.clone(),
            kept,
        );
        if is_subscription(request.parsed_query()?) {
            reader = reader.forgetful();
        }
        Ok(request.data(reader))
    }

    async fn parse_query(
        &self,
        ctx: &ExtensionContext<'_>,
        query: &str,
        variables: &Variables,
        next: NextParseQuery<'_>,
    ) -> ServerResult<ExecutableDocument> {
        let document = next.run(ctx, query, variables).await?;
        collect(&ctx.schema_env.registry, document)
    }

    async fn resolve(
        &self,
        ctx: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<Value>> {
        let place = info.path_node;
        next.run(ctx, info)
            .await
            .map_err(|error| placed(error, place))
    }

    async fn validation(
        &self,
        ctx: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        let result = next.run(ctx).await?;
        let requested = result.complexity.max(1);
        let maximum = self.config.graphql.complexity_max;
        let (cost, failure) = if requested > maximum {
            // Not left to async-graphql, whose refusal does not say what the price is.
            let cost = Cost::TooComplex { requested, maximum };
            let message = format!(
                "the request costs {requested}, and at most {maximum} is answered; ask for less at once"
            );
            (cost, Some(Failure::TooComplex(message)))
        } else {
            let charge = ctx.data_opt::<Charge>();
            match charge.map_or(Ok(()), |charge| charge.pay(requested)) {
                Ok(()) => (Cost::Paid(requested), None),
                Err(owed) => (Cost::Owed(owed), Some(Failure::RateLimited)),
            }
        };
        *self.cost.lock().unwrap_or_else(PoisonError::into_inner) = Some(cost);
        match failure {
            Some(failure) => Err(vec![Error::from(failure).into_server_error(Pos::default())]),
            None => Ok(result),
        }
    }

    async fn execute(
        &self,
        ctx: &ExtensionContext<'_>,
        operation_name: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        if let Some(executed) = ctx.data_opt::<Executed>() {
            executed.0.store(true, Ordering::Relaxed);
        }
        next.run(ctx, operation_name).await
    }
}

/// Where the place of an error is kept while it is on its way.
const PLACE: &str = "\u{0}place";

/// Keeps the place of an error, as the field that fails knows it: each list that it passes on its way up writes the place
/// of its own item over it.
fn placed(mut error: ServerError, place: &QueryPathNode<'_>) -> ServerError {
    let extensions = error.extensions.get_or_insert_default();
    if extensions.get(PLACE).is_none() {
        let nodes = std::iter::successors(Some(place), |node| node.parent);
        let mut parts: Vec<Value> = nodes
            .map(|node| match node.segment {
                QueryPathSegment::Index(at) => Value::from(at),
                QueryPathSegment::Name(name) => Value::from(name),
            })
            .collect();
        parts.reverse();
        extensions.set(PLACE, Value::List(parts));
    }
    error
}

/// Puts the place back that was kept.
fn put_back(error: &mut ServerError) {
    let Some(extensions) = &mut error.extensions else {
        return;
    };
    if let Some(Value::List(parts)) = extensions.get(PLACE) {
        let parts = parts.iter().filter_map(|part| match part {
            Value::Number(at) => Some(PathSegment::Index(usize::try_from(at.as_u64()?).ok()?)),
            Value::String(name) => Some(PathSegment::Field(name.clone())),
            _ => None,
        });
        error.path = parts.collect();
    }
    extensions.unset(PLACE);
}

/// An answer as it leaves.
fn finished(mut response: Response) -> Response {
    response.errors.truncate(ERRORS_MAX);
    response.errors.iter_mut().for_each(finish);
    response
}

/// Whether the document has a subscription, even beside other operations.
fn is_subscription(document: &ExecutableDocument) -> bool {
    let mut operations = document.operations.iter();
    operations.any(|(_, operation)| operation.node.ty == OperationType::Subscription)
}

/// Logs what only the log may know, and gives a code to the errors of async-graphql, which all speak of the request.
fn finish(error: &mut ServerError) {
    put_back(error);
    if let Some(chain) = error.source::<Failure>().and_then(Failure::chain) {
        tracing::error!(path = ?error.path, "a field failed: {chain}");
    }
    let extensions = error.extensions.get_or_insert_default();
    if extensions.get("code").is_none() {
        let too_complex = error.message.starts_with("Query is nested too deep")
            || error
                .message
                .starts_with("The recursion depth of the query")
            || error.message.starts_with("The number of directives");
        let code = if too_complex {
            Code::TooComplex
        } else {
            Code::BadInput
        };
        extensions.set("code", code.name());
    }
}

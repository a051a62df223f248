//! A GraphQL request from what HTTP carries.

use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, OperationType};
use async_graphql::{Request, Variables};
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, header};
use serde_json::{Map, Value};

use super::Refusal;
use super::accept::is_utf8;
use super::documents::{self, Documents};

/// What is asked, before it is parsed.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) query: String,
    pub(super) operation_name: Option<String>,
    /// An object, or null.
    pub(super) variables: Value,
    /// The text comes with the name that the document is to be remembered by.
    pub(super) is_persisting: bool,
}

/// How it is asked: the bytes as they came.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Asking {
    /// The body.
    Post(Bytes),
    /// The query of the address.
    Get(Bytes),
}

/// What is asked for. By GET subscriptions are taken too where the caller takes events.
pub(super) fn read(documents: &Documents, asking: &Asking, events: bool) -> Result<Asked, Refusal> {
    match asking {
        Asking::Post(body) => from_post(documents, body),
        Asking::Get(query) => from_get(documents, query, |operation| match operation {
            None | Some(OperationType::Query) => true,
            Some(OperationType::Subscription) => events,
            Some(OperationType::Mutation) => false,
        }),
    }
}

impl From<Asked> for Request {
    fn from(asked: Asked) -> Request {
        let mut request = Request::new(asked.query);
        request.operation_name = asked.operation_name;
        request.variables = Variables::from_json(asked.variables);
        request
    }
}

/// From the body of a POST, which must be one JSON object.
fn from_post(documents: &Documents, body: &[u8]) -> Result<Asked, Refusal> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(parameters)) => from_parameters(documents, parameters),
        Ok(Value::Array(_)) => Err(bad("batches are not taken: send one request at a time")),
        Ok(_) | Err(_) => Err(bad("the body is no JSON object")),
    }
}

/// From the query of a GET, in which variables and extensions are JSON texts. Operations that are not taken are refused
/// here, before anything runs.
fn from_get(
    documents: &Documents,
    query: &[u8],
    takes: impl Fn(Option<OperationType>) -> bool,
) -> Result<Asked, Refusal> {
    let mut parameters = Map::new();
    for (name, value) in form_urlencoded::parse(query) {
        let value = match &*name {
            "variables" | "extensions" if !value.is_empty() => serde_json::from_str(&value)
                .map_err(|_| bad("variables and extensions must be JSON objects"))?,
            "variables" | "extensions" => Value::Null,
            _ => Value::String(value.into_owned()),
        };
        parameters.insert(name.into_owned(), value);
    }
    let asked = from_parameters(documents, parameters)?;
    if takes(operation_type(&mut asked.clone().into())) {
        return Ok(asked);
    }
    let message = "only queries are taken by GET: send mutations by POST";
    Err(Refusal::bad(StatusCode::METHOD_NOT_ALLOWED, message))
}

/// What kind of operation would run; none where none would, of which GraphQL itself tells why.
pub(super) fn operation_type(request: &mut Request) -> Option<OperationType> {
    // What the guard would refuse is left to it, unparsed.
    if !super::super::guard::is_parsable(&request.query) {
        return None;
    }
    let operation_name = request.operation_name.clone();
    let document = request.parsed_query().ok()?;
    running(document, operation_name.as_deref())
}

pub(super) fn from_parameters(
    documents: &Documents,
    mut parameters: Map<String, Value>,
) -> Result<Asked, Refusal> {
    let is_persisting = parameters.contains_key("query") && documents::is_named(&parameters);
    let query = documents.text(&mut parameters)?;
    let operation_name = match parameters.remove("operationName") {
        None | Some(Value::Null) => None,
        Some(Value::String(name)) => Some(name),
        Some(_) => return Err(bad("operationName is no string")),
    };
    let variables = match parameters.remove("variables") {
        None | Some(Value::Null) => Value::Null,
        Some(variables @ Value::Object(_)) => variables,
        Some(_) => return Err(bad("variables is no object")),
    };
    match parameters.remove("extensions") {
        // Of these only the name of a document is read, above.
        None | Some(Value::Null | Value::Object(_)) => Ok(Asked {
            query,
            operation_name,
            variables,
            is_persisting,
        }),
        Some(_) => Err(bad("extensions is no object")),
    }
}

/// The operation that would run, also where the document has others.
fn running(document: &ExecutableDocument, operation_name: Option<&str>) -> Option<OperationType> {
    let operation = match (&document.operations, operation_name) {
        (DocumentOperations::Single(operation), _) => Some(operation),
        (DocumentOperations::Multiple(operations), Some(name)) => operations.get(name),
        (DocumentOperations::Multiple(operations), None) if operations.len() == 1 => {
            operations.values().next()
        }
        (DocumentOperations::Multiple(_), None) => None,
    };
    operation.map(|operation| operation.node.ty)
}

/// Whether the body is what it has to be.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let Some(content_type) = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
    else {
        return false;
    };
    let mut parts = content_type.split(';').map(str::trim);
    let is_json = parts
        .next()
        .is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"));
    is_json
        && parts.all(|parameter| match parameter.split_once('=') {
            Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
                is_utf8(value.trim().trim_matches('"'))
            }
            _ => true,
        })
}

fn bad(message: &'static str) -> Refusal {
    Refusal::bad(StatusCode::BAD_REQUEST, message)
}

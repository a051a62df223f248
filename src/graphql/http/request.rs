//! A GraphQL request from what HTTP carries.

use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, OperationType};
use async_graphql::{Request, Variables};
use axum::http::{HeaderMap, StatusCode, header};
use serde_json::{Map, Value};

use super::Refusal;
use super::accept::is_utf8;
use super::documents::Documents;

/// What is asked, before it is parsed.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) query: String,
    pub(super) operation_name: Option<String>,
    /// An object, or null.
    pub(super) variables: Value,
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
pub(super) fn from_post(
    documents: &Documents,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Asked, Refusal> {
    if !is_json(headers) {
        let message = "send the request as application/json in UTF-8";
        return Err(Refusal::bad(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(parameters)) => from_parameters(documents, parameters),
        Ok(Value::Array(_)) => Err(bad("batches are not taken: send one request at a time")),
        Ok(_) | Err(_) => Err(bad("the body is no JSON object")),
    }
}

/// From the query of a GET, in which variables and extensions are JSON texts. Operations that are not taken are refused
/// here, before anything runs.
pub(super) fn from_get(
    documents: &Documents,
    query: &str,
    takes: impl Fn(Option<OperationType>) -> bool,
) -> Result<Asked, Refusal> {
    let mut parameters = Map::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
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

fn is_json(headers: &HeaderMap) -> bool {
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

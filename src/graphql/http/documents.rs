//! Documents that clients name by a hash instead of sending them.
//!
//! Without a manifest, clients persist their own by Apollo's protocol, and each may come with its text besides. With one,
//! its documents are all that is taken, by their name or by their text.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use axum::http::StatusCode;
use moka::sync::Cache;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::{Code, Refusal};
use crate::config;
use crate::graphql::guard;

/// What can be named. Cheap to clone.
#[derive(Clone)]
pub(super) enum Documents {
    /// By the hash of their text.
    Remembered(Cache<String, Arc<str>>),
    Listed(Arc<Listed>),
}

pub(super) struct Listed {
    by_name: HashMap<String, Arc<str>>,
    texts: HashSet<Arc<str>>,
}

/// A manifest that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    #[error("documents.manifest: cannot read {path}")]
    Unreadable {
        path: String,
        #[source]
        source: std::io::Error,
    },
    #[error(
        "documents.manifest: {path} is none of graphql-codegen, the Relay compiler or Apollo: a JSON object of names and \
         documents, or one with operations"
    )]
    Unknown { path: String },
}

impl Documents {
    /// # Errors
    /// Where there is a manifest and it cannot be used.
    pub(super) fn new(config: &config::Documents) -> Result<Documents, ManifestError> {
        if config.manifest.as_os_str().is_empty() {
            return Ok(Documents::Remembered(Cache::new(config.remembered_max)));
        }
        read(&config.manifest).map(|listed| Documents::Listed(Arc::new(listed)))
    }

    /// The text of the document that a request means.
    pub(super) fn text(&self, parameters: &mut Map<String, Value>) -> Result<String, Refusal> {
        let query = match parameters.remove("query") {
            None | Some(Value::Null) => None,
            Some(Value::String(query)) => Some(query),
            Some(_) => return Err(Refusal::bad(StatusCode::BAD_REQUEST, NO_QUERY)),
        };
        let name = name(parameters)?;
        match self {
            Documents::Listed(listed) => listed.text(query.as_deref(), name.as_ref()),
            Documents::Remembered(remembered) => remember(remembered, query, name),
        }
    }
}

impl Listed {
    fn text(&self, query: Option<&str>, name: Option<&Name>) -> Result<String, Refusal> {
        let found = match (query, name) {
            (Some(query), _) => self.texts.get(query.trim()),
            (None, Some(name)) => self.by_name.get(&name.0),
            (None, None) => return Err(Refusal::bad(StatusCode::BAD_REQUEST, NO_QUERY)),
        };
        let found = found.map(ToString::to_string);
        found.ok_or(Refusal {
            status: StatusCode::BAD_REQUEST,
            code: Code::PersistedQueryNotSupported,
            message: "PersistedQueryNotSupported: this server takes the documents of its manifest only",
        })
    }
}

const NO_QUERY: &str = "query is missing, or is no string";

/// How a request names its document.
struct Name(String);

/// The members of a request that name a document.
const NAMES: [&str; 3] = ["documentId", "doc_id", "id"];

/// Whether the request names its document, well or not.
pub(super) fn is_named(parameters: &Map<String, Value>) -> bool {
    let extensions = parameters.get("extensions");
    NAMES.iter().any(|name| parameters.contains_key(*name))
        || extensions.is_some_and(|extensions| extensions.get("persistedQuery").is_some())
}

/// By `documentId`, as the draft of GraphQL over HTTP has it, by `id` or `doc_id`, as Relay's clients do, or by Apollo's
/// extension.
fn name(parameters: &mut Map<String, Value>) -> Result<Option<Name>, Refusal> {
    let bad = |message| Err(Refusal::bad(StatusCode::BAD_REQUEST, message));
    for key in NAMES {
        match parameters.remove(key) {
            None | Some(Value::Null) => {}
            Some(Value::String(name)) => {
                let name = name.strip_prefix("sha256:").unwrap_or(&name);
                return Ok(Some(Name(name.to_owned())));
            }
            Some(_) => return bad("documentId is no string"),
        }
    }
    let Some(Value::Object(extensions)) = parameters.get("extensions") else {
        return Ok(None);
    };
    let Some(persisted) = extensions.get("persistedQuery") else {
        return Ok(None);
    };
    if persisted["version"] != 1 {
        return bad("extensions.persistedQuery: only version 1 is known");
    }
    match &persisted["sha256Hash"] {
        Value::String(hash) => Ok(Some(Name(hash.clone()))),
        _ => bad("extensions.persistedQuery.sha256Hash is no string"),
    }
}

fn remember(
    remembered: &Cache<String, Arc<str>>,
    query: Option<String>,
    name: Option<Name>,
) -> Result<String, Refusal> {
    match (query, name) {
        (None, None) => Err(Refusal::bad(StatusCode::BAD_REQUEST, NO_QUERY)),
        (Some(query), None) => Ok(query),
        (None, Some(Name(hash))) => {
            let found = remembered.get(&hash).map(|text| text.to_string());
            // Apollo's clients know this answer by its code and send the text then, whatever the status.
            found.ok_or(Refusal {
                status: StatusCode::OK,
                code: Code::PersistedQueryNotFound,
                message: "PersistedQueryNotFound",
            })
        }
        (Some(query), Some(Name(hash))) => {
            if hash_of(&query) != hash {
                let message = "the query is not the one that its sha256Hash names";
                return Err(Refusal::bad(StatusCode::BAD_REQUEST, message));
            }
            // What the guard refuses is not worth remembering.
            if guard::is_parsable(&query) {
                remembered.insert(hash, query.as_str().into());
            }
            Ok(query)
        }
    }
}

/// The hash of a text, as lower-case hexadecimal digits.
fn hash_of(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn read(path: &Path) -> Result<Listed, ManifestError> {
    let shown = || path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|source| ManifestError::Unreadable {
        path: shown(),
        source,
    })?;
    let unknown = || ManifestError::Unknown { path: shown() };
    let manifest: Map<String, Value> = serde_json::from_str(&text).map_err(|_| unknown())?;
    let pairs: Option<Vec<(String, Arc<str>)>> = match manifest.get("operations") {
        Some(Value::Array(operations)) => operations
            .iter()
            .map(|one| {
                Some((
                    one["id"].as_str()?.to_owned(),
                    one["body"].as_str()?.trim().into(),
                ))
            })
            .collect(),
        _ => manifest
            .iter()
            .map(|(name, text)| Some((name.clone(), text.as_str()?.trim().into())))
            .collect(),
    };
    let by_name: HashMap<String, Arc<str>> = pairs.ok_or_else(unknown)?.into_iter().collect();
    Ok(Listed {
        texts: by_name.values().cloned().collect(),
        by_name,
    })
}

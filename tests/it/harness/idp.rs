//! An identity provider that speaks OpenID Connect over loopback, with keys of its own that are made when a test starts.
//!
//! It lets in whoever comes to its authorization endpoint, and checks what a real one checks: the client, the code, where
//! it leads back to, and the challenge of PKCE.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use peerband::clock;
use rsa::pkcs1::EncodeRsaPrivateKey;
use rsa::traits::PublicKeyParts;
use rsa::{RsaPrivateKey, RsaPublicKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub(crate) const CLIENT: &str = "peerband pages";
pub(crate) const CLIENT_SECRET: &str = "a secret: of the + client";
pub(crate) const AUDIENCE: &str = "peerband-api";

/// Made once for all tests of a process: making them takes a while.
static KEYS: LazyLock<[RsaPrivateKey; 3]> = LazyLock::new(|| {
    [(); 3].map(|()| RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048).unwrap())
});

/// An identity provider on a port of its own.
#[derive(Clone)]
pub(crate) struct Idp {
    pub(crate) issuer: String,
    shared: Arc<Shared>,
}

struct Shared {
    /// The ids of the keys that are told, and their places.
    told: Mutex<Vec<(String, usize)>>,
    fetches: AtomicUsize,
    /// No keys are told.
    is_away: AtomicBool,
    /// What was asked for with each code that has not been used.
    codes: Mutex<HashMap<String, HashMap<String, String>>>,
    /// What the next tokens say besides.
    claims: Mutex<Value>,
}

impl Idp {
    pub(crate) async fn start() -> Idp {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let idp = Idp {
            issuer: format!("http://{}", listener.local_addr().unwrap()),
            shared: Arc::new(Shared {
                told: Mutex::new(vec![("first".to_owned(), 0)]),
                fetches: AtomicUsize::new(0),
                is_away: AtomicBool::new(false),
                codes: Mutex::default(),
                claims: Mutex::new(json!({})),
            }),
        };
        let routes = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/keys", get(keys))
            .route("/authorize", get(authorize))
            .route("/token", post(token))
            .with_state(idp.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        idp
    }

    /// What makes a server believe it.
    pub(crate) fn settings(&self) -> Vec<(&str, &str)> {
        vec![
            ("PEERBAND_OIDC_ISSUER", &self.issuer),
            ("PEERBAND_OIDC_AUDIENCE", AUDIENCE),
            (
                "PEERBAND_OIDC_ROLES",
                "program-staff=analyst,reseller=partner,boss=admin",
            ),
            ("PEERBAND_OIDC_ROLE_CLAIM", "realm.roles"),
            ("PEERBAND_OIDC_PARTNER_CLAIM", "partner_ids"),
        ]
    }

    /// The claims of a token that holds.
    pub(crate) fn claims(&self, role: &str, partner_ids: &[&str]) -> Value {
        let now = clock::now().timestamp();
        json!({
            "iss": self.issuer,
            "aud": AUDIENCE,
            "sub": "somebody",
            "name": "Some Body",
            "iat": now,
            "nbf": now,
            "exp": now + 300,
            "realm": { "roles": ["other", role] },
            "partner_ids": partner_ids,
        })
    }

    /// Signs with the key at a place, under any id.
    pub(crate) fn sign(&self, claims: &Value, kid: Option<&str>, key: usize) -> String {
        let mut header = Header::new(Algorithm::RS256);
        header.kid = kid.map(str::to_owned);
        self.sign_as(claims, &header, key)
    }

    pub(crate) fn sign_as(&self, claims: &Value, header: &Header, key: usize) -> String {
        let der = KEYS[key].to_pkcs1_der().unwrap();
        encode(header, claims, &EncodingKey::from_rsa_der(der.as_bytes())).unwrap()
    }

    /// The public key, as anybody may have it.
    pub(crate) fn public_key(&self, key: usize) -> RsaPublicKey {
        KEYS[key].to_public_key()
    }

    /// Tells other keys from now on.
    pub(crate) fn rotate(&self, told: &[(&str, usize)]) {
        let told = told.iter().map(|(kid, key)| ((*kid).to_owned(), *key));
        *self.shared.told.lock().unwrap() = told.collect();
    }

    /// Tells no keys from now on.
    pub(crate) fn go_away(&self) {
        self.shared.is_away.store(true, Ordering::Relaxed);
    }

    /// How often its keys have been fetched.
    pub(crate) fn fetches(&self) -> usize {
        self.shared.fetches.load(Ordering::Relaxed)
    }

    /// What the token of the next browser says over what it says otherwise; null takes a claim away.
    pub(crate) fn say(&self, claims: Value) {
        *self.shared.claims.lock().unwrap() = claims;
    }
}

async fn discovery(State(idp): State<Idp>) -> Json<Value> {
    let issuer = &idp.issuer;
    Json(json!({
        "issuer": issuer,
        "jwks_uri": format!("{issuer}/keys"),
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
    }))
}

async fn keys(State(idp): State<Idp>) -> Result<Json<Value>, StatusCode> {
    idp.shared.fetches.fetch_add(1, Ordering::Relaxed);
    if idp.shared.is_away.load(Ordering::Relaxed) {
        return Err(StatusCode::BAD_GATEWAY);
    }
    let told = idp.shared.told.lock().unwrap().clone();
    let keys = told.iter().map(|(kid, key)| {
        let public = KEYS[*key].to_public_key();
        json!({
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "kid": kid,
            "n": URL_SAFE_NO_PAD.encode(public.n().to_bytes_be()),
            "e": URL_SAFE_NO_PAD.encode(public.e().to_bytes_be()),
        })
    });
    Ok(Json(json!({ "keys": keys.collect::<Vec<_>>() })))
}

async fn authorize(
    State(idp): State<Idp>,
    Query(asked): Query<HashMap<String, String>>,
) -> Response {
    let is = |name: &str, expected: &str| asked.get(name).is_some_and(|value| value == expected);
    let is_fine = is("response_type", "code")
        && is("client_id", CLIENT)
        && is("code_challenge_method", "S256")
        && asked
            .get("scope")
            .is_some_and(|scope| scope.split(' ').any(|part| part == "openid"))
        && ["state", "nonce", "code_challenge", "redirect_uri"]
            .iter()
            .all(|name| asked.get(*name).is_some_and(|value| !value.is_empty()));
    if !is_fine {
        return (StatusCode::BAD_REQUEST, format!("{asked:?}")).into_response();
    }
    let mut codes = idp.shared.codes.lock().unwrap();
    let code = format!("code {}", codes.len());
    let place = form_urlencoded::Serializer::new(format!("{}?", asked["redirect_uri"]))
        .append_pair("code", &code)
        .append_pair("state", &asked["state"])
        .append_pair("iss", &idp.issuer)
        .finish();
    codes.insert(code, asked);
    Redirect::to(&place).into_response()
}

async fn token(
    State(idp): State<Idp>,
    headers: HeaderMap,
    Form(sent): Form<HashMap<String, String>>,
) -> Response {
    let encoded =
        |text: &str| -> String { form_urlencoded::byte_serialize(text.as_bytes()).collect() };
    let user = STANDARD.encode(format!("{}:{}", encoded(CLIENT), encoded(CLIENT_SECRET)));
    let is_client = headers
        .get("authorization")
        .is_some_and(|found| *found == format!("Basic {user}"));
    let text = |name: &str| sent.get(name).cloned().unwrap_or_default();
    let asked = idp.shared.codes.lock().unwrap().remove(&text("code"));
    let refused =
        |why: &str| (StatusCode::BAD_REQUEST, Json(json!({ "error": why }))).into_response();
    let Some(asked) = asked.filter(|_| is_client && text("grant_type") == "authorization_code")
    else {
        return refused("invalid_grant");
    };
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(text("code_verifier")));
    if asked["code_challenge"] != challenge || asked["redirect_uri"] != text("redirect_uri") {
        return refused("invalid_grant");
    }
    let mut claims = idp.claims("program-staff", &[]);
    claims["aud"] = json!(CLIENT);
    claims["nonce"] = json!(asked["nonce"]);
    let more = idp.shared.claims.lock().unwrap().clone();
    for (name, value) in more.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims
        .as_object_mut()
        .unwrap()
        .retain(|_, value| !value.is_null());
    let id_token = idp.sign(&claims, Some("first"), 0);
    let answer = json!({ "id_token": id_token, "access_token": "x", "token_type": "Bearer" });
    Json(answer).into_response()
}

//! Bearer tokens of an issuer: the one that holds, and the attacks that must not.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use jsonwebtoken::{Algorithm, Header};
use peerband::clock;
use rsa::pkcs1::EncodeRsaPublicKey;
use rsa::pkcs8::EncodePublicKey;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::harness::Server;
use crate::harness::idp::Idp;

/// Locks would stop a test that sends one bad token after the other; each comes from an address of its own.
async fn status(server: &Server, token: &str, from: u8) -> u16 {
    let request = reqwest::Client::new()
        .post(format!("{}/graphql", server.address))
        .bearer_auth(token)
        .header("x-forwarded-for", format!("192.0.2.{from}"))
        .json(&json!({ "query": "{viewer {role}}" }));
    request.send().await.unwrap().status().as_u16()
}

async fn start(idp: &Idp) -> Server {
    let mut settings = idp.settings();
    settings.push(("PEERBAND_HTTP_TRUSTED_PROXIES", "1"));
    Server::start_with(&settings).await
}

#[tokio::test]
async fn a_token_has_the_role_and_the_partners_that_its_claims_mean() {
    let idp = Idp::start().await;
    let server = start(&idp).await;
    let query = "{viewer {name role partners {partnerId} expiresAt} partners {totalCount}}";
    for (role, partner_ids, expected, seen) in [
        ("program-staff", &["k"][..], "ANALYST", 26),
        ("boss", &[], "ADMIN", 26),
        // Of the partners those that this program knows.
        ("reseller", &["k", "B", "nobody"], "PARTNER", 2),
    ] {
        let token = idp.sign(&idp.claims(role, partner_ids), Some("first"), 0);
        let data = server.ask_as(&token, query, json!({})).await.data();
        assert_eq!(data["viewer"]["role"], expected);
        assert_eq!(data["viewer"]["name"], "Some Body");
        assert_eq!(data["partners"]["totalCount"], seen);
        assert!(data["viewer"]["expiresAt"].is_string());
    }
    assert_eq!(idp.fetches(), 1, "keys are kept");
    // A partner that names none that this program knows is nobody, and so is one without a role.
    for (from, (role, partner_ids)) in [
        ("reseller", &["nobody"][..]),
        ("reseller", &[]),
        ("other", &["k"]),
    ]
    .into_iter()
    .enumerate()
    {
        let token = idp.sign(&idp.claims(role, partner_ids), Some("first"), 0);
        assert_eq!(status(&server, &token, from as u8).await, 401, "{role}");
    }
    // What it changes is told with who it is.
    let token = idp.sign(&idp.claims("boss", &[]), Some("first"), 0);
    let made = "mutation {createApiKey(input: {name: \"x\", role: ANALYST}) {secret}}";
    server.ask_as(&token, made, json!({})).await.data();
    let log = server
        .ask("{auditLog(first: 1) {nodes {who}}}")
        .await
        .data();
    let who = format!("subject \"somebody\" of {}", idp.issuer);
    assert_eq!(log["auditLog"]["nodes"][0]["who"], who);
}

fn unsigned(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", part(header), part(claims))
}

/// Signed by a secret that everybody can read.
fn signed_with_public_key(header: &Value, claims: &Value, key: &[u8]) -> String {
    let text = unsigned(header, claims);
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text.as_bytes());
    let signature = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
    format!("{text}.{signature}")
}

#[tokio::test]
async fn attacks_are_refused() {
    let idp = Idp::start().await;
    let server = start(&idp).await;
    let fine = idp.claims("boss", &[]);
    let with = |changes: Value| {
        let mut claims = fine.clone();
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims
            .as_object_mut()
            .unwrap()
            .retain(|_, value| !value.is_null());
        idp.sign(&claims, Some("first"), 0)
    };
    let now = clock::now().timestamp();
    let public = idp.public_key(0);
    let pkcs1 = public.to_pkcs1_der().unwrap().as_bytes().to_vec();
    let pem = public
        .to_public_key_pem(rsa::pkcs8::LineEnding::LF)
        .unwrap();
    let hs256 = json!({ "alg": "HS256", "typ": "JWT", "kid": "first" });
    let none = json!({ "alg": "none", "kid": "first" });
    let holds = idp.sign(&fine, Some("first"), 0);
    let (text, signature) = holds.rsplit_once('.').unwrap();
    let (head, _) = text.split_once('.').unwrap();
    let swapped = format!(
        "{head}.{}.{signature}",
        URL_SAFE_NO_PAD.encode(idp.claims("program-staff", &[]).to_string())
    );
    let other_algorithm = |algorithm| {
        let mut header = Header::new(algorithm);
        header.kid = Some("first".to_owned());
        idp.sign_as(&fine, &header, 0)
    };
    assert_eq!(status(&server, &holds, 0).await, 200);
    let attacks = [
        (
            "HS256 with the public key",
            signed_with_public_key(&hs256, &fine, &pkcs1),
        ),
        (
            "HS256 with the public key as PEM",
            signed_with_public_key(&hs256, &fine, pem.as_bytes()),
        ),
        ("no algorithm", format!("{}.", unsigned(&none, &fine))),
        (
            "an algorithm that is not set",
            other_algorithm(Algorithm::RS512),
        ),
        ("another padding", other_algorithm(Algorithm::PS256)),
        ("no kid", idp.sign(&fine, None, 0)),
        ("an unknown kid", idp.sign(&fine, Some("second"), 0)),
        (
            "another key under this kid",
            idp.sign(&fine, Some("first"), 1),
        ),
        ("another audience", with(json!({ "aud": "another" }))),
        ("no audience", with(json!({ "aud": null }))),
        (
            "another issuer",
            with(json!({ "iss": "https://login.example.com" })),
        ),
        ("no issuer", with(json!({ "iss": null }))),
        ("expired", with(json!({ "exp": now - 61 }))),
        ("no end", with(json!({ "exp": null }))),
        (
            "an end that is no number",
            with(json!({ "exp": "tomorrow" })),
        ),
        ("not yet", with(json!({ "nbf": now + 120 }))),
        (
            "a beginning that is no number",
            with(json!({ "nbf": "yesterday" })),
        ),
        ("no subject", with(json!({ "sub": null }))),
        ("an empty subject", with(json!({ "sub": "" }))),
        ("other claims under the signature", swapped),
        ("no signature", text.to_owned()),
        ("half a signature", holds[..holds.len() - 40].to_owned()),
        ("far too long", format!("{holds}{}", "A".repeat(7_000))),
    ];
    for (from, (name, token)) in attacks.iter().enumerate() {
        assert_eq!(status(&server, token, from as u8 + 1).await, 401, "{name}");
    }
    // Several audiences, and clocks that differ a little.
    for claims in [
        json!({ "aud": ["another", "peerband-api"] }),
        json!({ "exp": now - 20 }),
        json!({ "nbf": now + 30 }),
        json!({ "nbf": null }),
    ] {
        assert_eq!(
            status(&server, &with(claims.clone()), 0).await,
            200,
            "{claims}"
        );
    }
    assert!(
        idp.fetches() <= 2,
        "unknown kids make it ask at most once a minute: {}",
        idp.fetches()
    );
}

#[tokio::test]
async fn keys_that_the_issuer_changes_are_fetched_once_a_minute() {
    let idp = Idp::start().await;
    // Nothing is fetched before the first token.
    let server = start(&idp).await;
    assert_eq!(idp.fetches(), 0);
    let claims = idp.claims("boss", &[]);
    // The issuer has other keys by the time that the first token comes.
    idp.rotate(&[("second", 1), ("third", 2)]);
    assert_eq!(
        status(&server, &idp.sign(&claims, Some("second"), 1), 1).await,
        200
    );
    assert_eq!(
        status(&server, &idp.sign(&claims, Some("third"), 2), 2).await,
        200
    );
    assert_eq!(
        status(&server, &idp.sign(&claims, Some("first"), 0), 3).await,
        401
    );
    assert_eq!(idp.fetches(), 1);
    // Changed once more within the minute: known keys go on, new ones have to wait.
    idp.rotate(&[("first", 0)]);
    for from in 10..20 {
        assert_eq!(
            status(&server, &idp.sign(&claims, Some("first"), 0), from).await,
            401
        );
    }
    assert_eq!(
        status(&server, &idp.sign(&claims, Some("second"), 1), 4).await,
        200
    );
    assert_eq!(idp.fetches(), 1);
}

#[tokio::test]
async fn two_keys_of_one_id_are_both_not_believed() {
    let idp = Idp::start().await;
    let server = start(&idp).await;
    idp.rotate(&[("first", 0), ("first", 1)]);
    let token = idp.sign(&idp.claims("boss", &[]), Some("first"), 0);
    assert_eq!(status(&server, &token, 1).await, 401);
}

#[tokio::test]
async fn without_an_issuer_no_token_is_believed_and_keys_work_when_it_is_away() {
    let idp = Idp::start().await;
    let token = idp.sign(&idp.claims("boss", &[]), Some("first"), 0);
    let server = Server::start().await;
    assert_eq!(status(&server, &token, 1).await, 401);

    // Nobody listens there.
    let settings = [
        ("PEERBAND_OIDC_ISSUER", "http://127.0.0.1:1"),
        ("PEERBAND_OIDC_AUDIENCE", "peerband-api"),
    ];
    let server = Server::start_with(&settings).await;
    assert_eq!(status(&server, &token, 1).await, 503);
    assert_eq!(status(&server, &server.key, 1).await, 200);
}

#[tokio::test]
async fn good_tokens_lock_nobody_out_while_the_issuers_keys_cannot_be_had() {
    let idp = Idp::start().await;
    idp.go_away();
    let server = start(&idp).await;
    let token = idp.sign(&idp.claims("boss", &[]), Some("first"), 0);
    // More than are free before an address has to wait.
    for _ in 0..15 {
        assert_eq!(status(&server, &token, 1).await, 503);
    }
    assert_eq!(idp.fetches(), 1, "it is asked once a minute");
    assert_eq!(status(&server, &server.key, 1).await, 200);
}

//! Signing in by an identity provider: the authorization code flow with PKCE.

use reqwest::header::{LOCATION, SET_COOKIE};
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};

use crate::harness::Server;
use crate::harness::idp::{CLIENT, CLIENT_SECRET, Idp};

const PUBLIC: &str = "http://scores.test";

async fn start(idp: &Idp) -> Server {
    let mut settings = idp.settings();
    settings.extend([
        ("PEERBAND_OIDC_CLIENT_ID", CLIENT),
        ("PEERBAND_OIDC_CLIENT_SECRET", CLIENT_SECRET),
        ("PEERBAND_HTTP_PUBLIC_URL", PUBLIC),
    ]);
    Server::start_with(&settings).await
}

fn client() -> Client {
    let client = Client::builder().redirect(reqwest::redirect::Policy::none());
    client.build().unwrap()
}

async fn get(url: &str, cookie: &str) -> Response {
    client()
        .get(url)
        .header("cookie", cookie)
        .send()
        .await
        .unwrap()
}

fn cookie(answer: &Response, name: &str) -> Option<String> {
    let mut set = answer.headers().get_all(SET_COOKIE).iter();
    let found = set.find(|set| set.to_str().unwrap().starts_with(&format!("{name}=")));
    let pair = found?
        .to_str()
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    (!pair.ends_with('=')).then_some(pair)
}

fn location(answer: &Response) -> String {
    answer.headers()[LOCATION].to_str().unwrap().to_owned()
}

/// A browser's way to the issuer and back to this server's door: the place it comes back to, and what it carries.
async fn journey(server: &Server, next: &str) -> (String, String) {
    let departed = get(&format!("{}/sign-in/oidc?next={next}", server.address), "").await;
    assert_eq!(departed.status(), StatusCode::SEE_OTHER);
    let carried = cookie(&departed, "peerband-journey").unwrap();
    let allowed = get(&location(&departed), "").await;
    assert_eq!(
        allowed.status(),
        StatusCode::SEE_OTHER,
        "{}",
        allowed.text().await.unwrap()
    );
    let back = location(&allowed);
    let back = back.strip_prefix(PUBLIC).unwrap().to_owned();
    (format!("{}{back}", server.address), carried)
}

#[tokio::test]
async fn a_browser_signs_in_by_the_issuer() {
    let idp = Idp::start().await;
    let server = start(&idp).await;
    let form = get(&format!("{}/sign-in?next=/scorecard/k", server.address), "").await;
    let html = form.text().await.unwrap();
    assert!(
        html.contains("href=\"/sign-in/oidc?next=%2Fscorecard%2Fk\""),
        "{html}"
    );

    idp.say(json!({ "realm": { "roles": ["reseller"] }, "partner_ids": "k" }));
    let (back, carried) = journey(&server, "%2Fscorecard%2Fk").await;
    let entered = get(&back, &carried).await;
    assert_eq!(
        entered.status(),
        StatusCode::SEE_OTHER,
        "{}",
        entered.text().await.unwrap()
    );
    assert_eq!(location(&entered), "/scorecard/k");
    let session = cookie(&entered, "peerband-session").unwrap();
    assert_eq!(cookie(&entered, "peerband-journey"), None);
    let page = get(&format!("{}/scorecard/k", server.address), &session).await;
    assert_eq!(page.status(), 200);
    assert!(page.text().await.unwrap().contains("Some Body"));
    let other = get(&format!("{}/scorecard/l", server.address), &session).await;
    assert_eq!(other.status(), 404);
    let who = get(
        &format!("{}/graphql?query={{viewer{{role}}}}", server.address),
        &session,
    )
    .await;
    let who: Value = who.json().await.unwrap();
    assert_eq!(who["data"]["viewer"]["role"], "PARTNER");

    // The same place once more: the code has been used.
    assert_eq!(get(&back, &carried).await.status(), 401);
}

#[tokio::test]
async fn another_browsers_journey_is_not_taken_up() {
    let idp = Idp::start().await;
    let server = start(&idp).await;
    let (attackers, _) = journey(&server, "/").await;
    let (_, victims_cookie) = journey(&server, "/").await;
    // A link that signs the victim in as the attacker.
    for carried in [
        "",
        &victims_cookie,
        "peerband-journey=x",
        "peerband-journey=.",
    ] {
        let refused = get(&attackers, carried).await;
        assert_eq!(refused.status(), 401, "{carried}");
        assert_eq!(cookie(&refused, "peerband-session"), None);
    }
    // A code that was stolen, in a journey of one's own: PKCE and the nonce bind it to the browser that began.
    let code = attackers
        .split("code=")
        .nth(1)
        .unwrap()
        .split('&')
        .next()
        .unwrap();
    let (own, own_cookie) = journey(&server, "/").await;
    let own_code = own
        .split("code=")
        .nth(1)
        .unwrap()
        .split('&')
        .next()
        .unwrap();
    let stolen = own.replace(own_code, code);
    assert_eq!(get(&stolen, &own_cookie).await.status(), 401);
    // Another issuer's answer, a failure, and nothing.
    let (own, own_cookie) = journey(&server, "/").await;
    let (place, query) = own.split_once('?').unwrap();
    for query in [
        format!("{query}&iss=https%3A%2F%2Fother.example.com")
            .replace(&format!("iss={}", encoded(&idp.issuer)), "x=y"),
        "error=access_denied".to_owned(),
        String::new(),
    ] {
        let refused = get(&format!("{place}?{query}"), &own_cookie).await;
        assert_eq!(refused.status(), 401, "{query}");
    }
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[tokio::test]
async fn a_token_that_does_not_hold_signs_nobody_in() {
    let idp = Idp::start().await;
    let server = start(&idp).await;
    for claims in [
        json!({ "nonce": "another" }),
        json!({ "nonce": null }),
        json!({ "aud": "peerband-api" }),
        json!({ "aud": [CLIENT, "another"] }),
        json!({ "azp": "another" }),
        json!({ "iss": "https://login.example.com" }),
        json!({ "exp": 1 }),
        json!({ "realm": { "roles": ["other"] } }),
    ] {
        idp.say(claims.clone());
        let (back, carried) = journey(&server, "/").await;
        let refused = get(&back, &carried).await;
        assert_eq!(refused.status(), 401, "{claims}");
        assert_eq!(cookie(&refused, "peerband-session"), None);
    }
    idp.say(json!({ "aud": [CLIENT, "another"], "azp": CLIENT }));
    let (back, carried) = journey(&server, "https%3A%2F%2Fexample.com").await;
    let entered = get(&back, &carried).await;
    assert_eq!(
        (entered.status().as_u16(), location(&entered)),
        (303, "/".to_owned())
    );
}

#[tokio::test]
async fn without_an_issuer_there_is_no_such_way_in() {
    let server = Server::start().await;
    for path in ["/sign-in/oidc", "/sign-in/oidc/callback?code=a&state=b"] {
        let answer = get(&format!("{}{path}", server.address), "").await;
        assert_eq!(answer.status(), 404, "{path}");
    }
    let form = get(&format!("{}/sign-in", server.address), "").await;
    assert!(!form.text().await.unwrap().contains("oidc"));
}

#[tokio::test]
async fn whoever_comes_back_with_bad_codes_has_to_wait_and_whoever_was_sent_here_does_not() {
    let idp = Idp::start().await;
    let server = start(&idp).await;
    idp.say(json!({ "realm": { "roles": ["program-staff"] } }));
    let (back, carried) = journey(&server, "/").await;
    // A page of another site can make a browser do this, which costs its owner nothing.
    for _ in 0..20 {
        assert_eq!(get(&back, "").await.status(), 401);
    }
    let code = back.split("code=").nth(1).unwrap();
    let code = code.split('&').next().unwrap();
    let guessed = back.replace(code, "guessed");
    for _ in 0..10 {
        assert_eq!(get(&guessed, &carried).await.status(), 401);
    }
    let locked = get(&guessed, &carried).await;
    assert_eq!(locked.status(), 429);
    assert!(locked.headers().contains_key("retry-after"));
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    assert_eq!(get(&back, &carried).await.status(), 303);
}

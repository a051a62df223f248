//! Browser sessions: signing in and out, and what other sites and planted cookies cannot do.

use chrono::TimeDelta;
use peerband::clock;
use peerband::service::audit::Actor;
use peerband::service::identity::session::make_link;
use peerband::service::identity::{KeyRequest, create_key, revoke_key};
use peerband::store::api_key::{ApiKeyKey, Named, Role};
use reqwest::Client;
use reqwest::header::{LOCATION, SET_COOKIE};

use crate::harness::browser::Browser;
use crate::harness::{Server, keys};

#[tokio::test]
async fn a_partner_signs_in_reads_its_scorecard_and_signs_out() {
    let server = Server::start().await;
    let key = keys::key(&server.db, Role::Partner, &["k"]).await;
    let mut browser = Browser::new(&server);
    let refused = browser.get("/scorecard/k?location=FR").await;
    assert_eq!(refused.status, 401);
    assert!(
        refused
            .html
            .contains("href=\"/sign-in?next=%2Fscorecard%2Fk%3Flocation%3DFR\""),
        "{}",
        refused.html
    );

    let entered = browser.sign_in(&key, "/scorecard/k?location=FR").await;
    assert_eq!(
        (entered.status.as_u16(), &entered.headers[LOCATION]),
        (303, &"/scorecard/k?location=FR".parse().unwrap())
    );
    let set = entered.headers.get_all(SET_COOKIE).iter();
    let set: Vec<&str> = set.map(|value| value.to_str().unwrap()).collect();
    assert!(
        set[0].starts_with("peerband-session=")
            && set[0].ends_with("; Path=/; HttpOnly; SameSite=Lax"),
        "{set:?}"
    );
    assert!(!set.iter().any(|set| set.contains("Secure")));

    let page = browser.get("/scorecard/k").await;
    assert_eq!(page.status, 200);
    assert!(page.html.contains("test partner") && page.html.contains("Sign out"));
    assert_eq!(browser.get("/scorecard/l").await.status, 404);
    assert_eq!(
        browser.get("/graphql?query={viewer{role}}").await.html,
        "{\"data\":{\"viewer\":{\"role\":\"PARTNER\"}},\"extensions\":{\"cost\":{\"requested\":2}}}"
    );

    let token = browser.cookie("peerband-session").unwrap().to_owned();
    let left = browser
        .post("/sign-out", &[("form", &page.form())], &[])
        .await;
    assert_eq!(left.status, 303);
    assert_eq!(browser.cookie("peerband-session"), None);
    // Nor does the token work any more where somebody has kept it.
    browser.plant("peerband-session", &token);
    assert_eq!(browser.get("/").await.status, 401);
}

#[tokio::test]
async fn a_bad_key_signs_nobody_in() {
    let server = Server::start().await;
    let mut browser = Browser::new(&server);
    for key in ["", "nonsense", &format!("{}x", server.key)] {
        let refused = browser.sign_in(key, "/").await;
        assert_eq!(refused.status, 401);
        assert!(
            refused
                .html
                .contains("This key is unknown, expired or revoked.")
        );
        assert_eq!(browser.cookie("peerband-session"), None);
    }
    // A key with spaces around it, as it is copied.
    let entered = browser
        .sign_in(&format!(" {}\n", server.key), "https://example.com/")
        .await;
    assert_eq!(
        (entered.status.as_u16(), &entered.headers[LOCATION]),
        (303, &"/".parse().unwrap())
    );
}

#[tokio::test]
async fn guessing_at_the_form_is_locked_out() {
    let server = Server::start().await;
    let mut browser = Browser::new(&server);
    for _ in 0..10 {
        assert_eq!(browser.sign_in("nonsense", "/").await.status, 401);
    }
    let locked = browser.sign_in("other nonsense", "/").await;
    assert_eq!(locked.status, 429);
    assert!(locked.headers.contains_key("retry-after"));
    // Whoever has a key is not kept out by what a neighbour mistypes.
    assert_eq!(browser.sign_in(&server.key, "/").await.status, 303);
}

#[tokio::test]
async fn a_planted_session_is_not_taken_up() {
    let server = Server::start().await;
    let planted = "a".repeat(43);
    let mut browser = Browser::new(&server);
    browser.plant("peerband-session", &planted);
    assert_eq!(browser.get("/").await.status, 401);
    browser.sign_in(&server.key, "/").await;
    let token = browser.cookie("peerband-session").unwrap().to_owned();
    assert_ne!(token, planted);
    assert_eq!(browser.get("/").await.status, 200);

    let mut attacker = Browser::new(&server);
    attacker.plant("peerband-session", &planted);
    assert_eq!(attacker.get("/").await.status, 401);

    // Signing in once more makes another session; whoever planted the first one knows the second one not.
    browser.sign_in(&server.key, "/").await;
    assert_ne!(browser.cookie("peerband-session"), Some(token.as_str()));
    attacker.plant("peerband-session", &token);
    assert_eq!(
        attacker.get("/").await.status,
        401,
        "the first session has ended"
    );
    // Of two sessions, one of them planted by another host, none is believed.
    let twice = format!("peerband-session={token}; peerband-session={planted}");
    let request = reqwest::Client::new()
        .get(&server.address)
        .header("cookie", twice);
    assert_eq!(request.send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn forms_of_other_sites_are_refused() {
    let server = Server::start().await;
    let mut victim = Browser::new(&server);
    let mut attacker = Browser::new(&server);
    let foreign = attacker.get("/sign-in").await.form();
    let key = server.key.clone();
    // Without the cookie, with another browser's form, and with none.
    for form in [foreign.as_str(), "", "0"] {
        let fields = [("form", form), ("key", key.as_str())];
        assert_eq!(
            victim.post("/sign-in", &fields, &[]).await.status,
            403,
            "{form}"
        );
    }
    let own = victim.get("/sign-in").await.form();
    assert_ne!(own, foreign);
    let fields = [("form", foreign.as_str()), ("key", key.as_str())];
    assert_eq!(victim.post("/sign-in", &fields, &[]).await.status, 403);
    // The right form, from a page of another site, as browsers say.
    let fields = [("form", own.as_str()), ("key", key.as_str())];
    for header in [
        ("origin", "https://example.com"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        assert_eq!(
            victim.post("/sign-in", &fields, &[header]).await.status,
            403,
            "{header:?}"
        );
    }
    let origin = server.address.clone();
    let ours = [
        ("origin", origin.as_str()),
        ("sec-fetch-site", "same-origin"),
    ];
    assert_eq!(victim.post("/sign-in", &fields, &ours).await.status, 303);

    // Nobody else signs the victim out, or changes anything in its name.
    let page = victim.get("/").await;
    for (form, headers) in [
        (String::new(), &[][..]),
        (foreign.clone(), &[]),
        (page.form(), &[("origin", "https://example.com")]),
    ] {
        let left = victim.post("/sign-out", &[("form", &form)], headers).await;
        assert_eq!(left.status, 403, "{form} {headers:?}");
    }
    assert_eq!(victim.get("/").await.status, 200);
    let session = victim.cookie("peerband-session").unwrap();
    let cookie = format!("peerband-session={session}");
    let query =
        "{\"query\": \"mutation {createApiKey(input: {name: \\\"x\\\", role: ADMIN}) {secret}}\"}";
    for (content_type, origin, status) in [
        ("text/plain", "https://example.com", 401),
        ("application/json", "https://example.com", 401),
        ("text/plain", server.address.as_str(), 415),
        ("application/json", server.address.as_str(), 200),
    ] {
        let request = Client::new()
            .post(format!("{}/graphql", server.address))
            .header("cookie", &cookie)
            .header("content-type", content_type)
            .header("origin", origin)
            .body(query);
        let found = request.send().await.unwrap().status().as_u16();
        assert_eq!(found, status, "{content_type} {origin}");
    }
}

#[tokio::test]
async fn a_session_ends_with_its_key_and_with_its_time() {
    let server = Server::start().await;
    let request = |name: &str, expires_at| KeyRequest {
        name: name.to_owned(),
        role: Role::Analyst,
        partner_ids: Vec::new(),
        exports: Vec::new(),
        expires_at,
    };
    let by = Actor::command_line();
    let (key, secret) = create_key(&server.db, &by, request("a", None), clock::now())
        .await
        .unwrap();
    let mut browser = Browser::new(&server);
    browser.sign_in(secret.reveal(), "/").await;
    assert_eq!(browser.get("/").await.status, 200);
    let named = Named::Number(ApiKeyKey(key.row.id));
    revoke_key(&server.db, &by, named, clock::now())
        .await
        .unwrap();
    assert_eq!(browser.get("/").await.status, 401);

    let soon = clock::now() + TimeDelta::milliseconds(1_500);
    let (_, secret) = create_key(&server.db, &by, request("b", Some(soon)), clock::now())
        .await
        .unwrap();
    browser.sign_in(secret.reveal(), "/").await;
    assert_eq!(browser.get("/").await.status, 200);
    tokio::time::sleep(std::time::Duration::from_millis(1_600)).await;
    assert_eq!(browser.get("/").await.status, 401);
}

#[tokio::test]
async fn a_link_signs_in_once() {
    let server = Server::start().await;
    let by = Actor::command_line();
    let request = KeyRequest {
        name: "a".to_owned(),
        role: Role::Analyst,
        partner_ids: Vec::new(),
        exports: Vec::new(),
        expires_at: None,
    };
    let (key, _) = create_key(&server.db, &by, request, clock::now())
        .await
        .unwrap();
    let link = |life| make_link(&server.db, ApiKeyKey(key.row.id), life, clock::now());
    let token = link(TimeDelta::hours(1)).await.unwrap();
    let path = format!("/sign-in?link={}", token.reveal());
    let mut browser = Browser::new(&server);
    // Looking at it does not use it up, and it is no session by itself.
    browser.get(&path).await;
    let form = browser.get(&path).await.form();
    browser.plant("peerband-session", token.reveal());
    assert_eq!(browser.get("/").await.status, 401);
    let fields = [("form", form.as_str()), ("link", token.reveal())];
    assert_eq!(browser.post("/sign-in", &fields, &[]).await.status, 303);
    assert_eq!(browser.get("/").await.status, 200);

    let mut other = Browser::new(&server);
    let form = other.get(&path).await.form();
    let used = other
        .post(
            "/sign-in",
            &[("form", &form), ("link", token.reveal())],
            &[],
        )
        .await;
    assert_eq!(used.status, 401);
    let late = link(TimeDelta::seconds(-1)).await.unwrap();
    let late = other
        .post("/sign-in", &[("form", &form), ("link", late.reveal())], &[])
        .await;
    assert_eq!(late.status, 401);
}

#[tokio::test]
async fn over_https_cookies_are_kept_from_everything_else() {
    let server =
        Server::start_with(&[("PEERBAND_HTTP_PUBLIC_URL", "https://scores.example.com")]).await;
    let mut browser = Browser::new(&server);
    let form = browser.get("/sign-in").await.form();
    let fields = [("form", form.as_str()), ("key", server.key.as_str())];
    let refused = browser
        .post("/sign-in", &fields, &[("origin", &server.address)])
        .await;
    assert_eq!(refused.status, 403);
    let ours = [("origin", "https://scores.example.com")];
    let entered = browser.post("/sign-in", &fields, &ours).await;
    assert_eq!(entered.status, 303);
    for set in entered.headers.get_all(SET_COOKIE) {
        let set = set.to_str().unwrap();
        assert!(set.starts_with("__Host-peerband-"), "{set}");
        assert!(
            set.contains("; Path=/; HttpOnly; SameSite=Lax; Secure"),
            "{set}"
        );
    }
}

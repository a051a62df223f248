//! What the pages show to a partner, for which sign-in has no way in yet.

use std::sync::Arc;

use axum::Extension;
use axum::body::to_bytes;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use peerband::config::Config;
use peerband::service::scope::Viewer;
use peerband::store::partner::PartnerKey;
use peerband::web::{Pages, home, scorecard};

use crate::harness::Server;

fn pages(server: &Server) -> State<Pages> {
    let config = Config::load(None, []).unwrap();
    State(Pages {
        db: server.db.clone(),
        config: Arc::new(config),
    })
}

async fn read(answer: impl IntoResponse) -> (u16, String) {
    let answer: Response = answer.into_response();
    let status = answer.status().as_u16();
    let body = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

async fn scorecard(server: &Server, viewer: Viewer, partner_id: &str) -> (u16, String) {
    let path = Ok(Path(partner_id.to_owned()));
    let query = Ok(Query(Default::default()));
    read(scorecard::show(pages(server), Extension(viewer), path, query).await).await
}

fn key(server: &Server, partner_id: &str) -> PartnerKey {
    let mut partners = server.program.partners.iter();
    let found = partners.find(|partner| partner.partner_id == partner_id);
    PartnerKey(found.unwrap().id)
}

#[tokio::test]
async fn a_partner_reads_its_own_scorecard_and_no_other() {
    let server = Server::start().await;
    let viewer = Viewer::Partner(key(&server, "k"));
    let (status, own) = scorecard(&server, viewer, "k").await;
    assert_eq!(status, 200);
    let (_, staff) = scorecard(&server, Viewer::Staff, "k").await;
    assert_eq!(own, staff, "staff sees what the partner sees");

    let (status, other) = scorecard(&server, viewer, "l").await;
    assert_eq!(status, 404);
    let (_, nobody) = scorecard(&server, viewer, "nobody").await;
    assert_eq!(
        other.replace("“l”", "“nobody”"),
        nobody,
        "what is hidden looks as if it did not exist"
    );
}

#[tokio::test]
async fn only_staff_reads_the_list_of_partners() {
    let server = Server::start().await;
    for (viewer, links) in [
        (Viewer::Staff, 26),
        (Viewer::AnyPartner, 0),
        (Viewer::Partner(key(&server, "k")), 0),
    ] {
        let asked = Ok(Query(home::Asked::default()));
        let (status, html) = read(home::show(pages(&server), Extension(viewer), asked).await).await;
        assert_eq!(status, 200);
        let found = html.matches("<a href=\"/scorecard/").count();
        assert_eq!(found, links, "{viewer:?}");
        assert_eq!(html.contains("Search"), links > 0);
    }
}

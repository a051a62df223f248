//! The audit log.

use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::harness::{Server, keys};
use peerband::store::api_key::Role;

const ENTRY: &str = "{auditLog {totalCount nodes {at who address action subject before after}}}";

#[tokio::test]
async fn every_change_is_told_with_who_what_and_from_where() {
    let server = Server::start().await;
    let made = server
        .ask("mutation {createApiKey(input: {name: \"crm\", role: INTEGRATOR, exports: [SCORECARDS]}) {secret apiKey {id}}}")
        .await
        .data();
    let id = made["createApiKey"]["apiKey"]["id"].as_str().unwrap();
    server
        .ask(&format!(
            "mutation {{rotateApiKey(input: {{id: \"{id}\"}}) {{secret}}}}"
        ))
        .await
        .data();
    server
        .ask(&format!(
            "mutation {{revokeApiKey(input: {{id: \"{id}\"}}) {{apiKey {{id}}}}}}"
        ))
        .await
        .data();
    // Nothing is changed by these.
    server
        .ask(&format!(
            "mutation {{revokeApiKey(input: {{id: \"{id}\"}}) {{apiKey {{id}}}}}}"
        ))
        .await
        .data();
    server
        .ask(&format!(
            "mutation {{rotateApiKey(input: {{id: \"{id}\"}}) {{secret}}}}"
        ))
        .await
        .error();

    let log = server.ask(ENTRY).await.data();
    let entries = log["auditLog"]["nodes"].as_array().unwrap();
    let told: Vec<_> = entries
        .iter()
        .map(|entry| {
            let text = |field: &str| entry[field].as_str().unwrap_or("-").to_owned();
            (
                text("who"),
                text("address"),
                text("action"),
                text("subject"),
            )
        })
        .collect();
    let (admin, address) = ("key 1 \"test admin\"", "127.0.0.1");
    let entry = |who: &str, address: &str, action: &str, subject: &str| {
        (
            who.to_owned(),
            address.to_owned(),
            action.to_owned(),
            subject.to_owned(),
        )
    };
    assert_eq!(
        told,
        [
            entry(admin, address, "api_key.revoke", "api_key 2"),
            entry(admin, address, "api_key.rotate", "api_key 2"),
            entry(admin, address, "api_key.create", "api_key 3"),
            entry(admin, address, "api_key.create", "api_key 2"),
            entry("command line", "-", "api_key.create", "api_key 1"),
        ]
    );
    let part = |entry: &Value, field: &str| -> Value {
        serde_json::from_str(entry[field].as_str().unwrap()).unwrap()
    };
    assert_eq!(entries[3]["before"], Value::Null);
    assert_eq!(part(&entries[3], "after")["exports"], "scorecards");
    assert_eq!(part(&entries[0], "before")["revoked_at"], Value::Null);
    assert!(part(&entries[0], "after")["revoked_at"].is_string());
    assert_eq!(part(&entries[1], "after")["replaced_by"], 3);

    let some = server
        .ask("{auditLog(filter: {action: \"api_key.create\", who: \"command line\"}, first: 1) {totalCount nodes {subject}}}")
        .await
        .data();
    assert_eq!(
        some["auditLog"],
        json!({ "totalCount": 1, "nodes": [{ "subject": "api_key 1" }] })
    );
    let secret = made["createApiKey"]["secret"].as_str().unwrap();
    assert!(!log.to_string().contains(&secret[12..]));
}

#[tokio::test]
async fn the_log_is_read_by_admins_alone() {
    let server = Server::start().await;
    for (role, partner_ids) in [
        (Role::Operator, &[][..]),
        (Role::Analyst, &[]),
        (Role::Partner, &["k"]),
        (Role::Integrator, &[]),
    ] {
        let key = keys::key(&server.db, role, partner_ids).await;
        let answer = server.ask_as(&key, ENTRY, json!({})).await;
        answer.fails("FORBIDDEN", "for the role admin");
    }
}

#[tokio::test]
async fn the_database_itself_keeps_the_log() {
    let server = Server::start().await;
    for statement in [
        "UPDATE audit_entry SET who = 'somebody else'",
        "DELETE FROM audit_entry",
        "DELETE FROM audit_entry WHERE id = 1",
    ] {
        let transaction = server.db.begin().await.unwrap();
        let refused = transaction.execute_unprepared(statement).await.unwrap_err();
        assert!(refused.to_string().contains("append-only"), "{refused}");
        transaction.rollback().await.unwrap();
    }
    if !server.db.is_sqlite() {
        let transaction = server.db.begin().await.unwrap();
        let refused = transaction.execute_unprepared("TRUNCATE audit_entry").await;
        assert!(refused.unwrap_err().to_string().contains("append-only"));
        transaction.rollback().await.unwrap();
    }
    let log = server.ask(ENTRY).await.data();
    assert_eq!(log["auditLog"]["totalCount"], 1);
}

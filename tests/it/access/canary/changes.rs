//! Every change, as one that can be made: refused to whoever may not make it, as if there were nothing to change, and made by an
//! admin, who may see everything but secrets.

use std::fmt::Write;

use peerband::app::App;
use peerband::service::lock::computing;
use peerband::store::api_key::Role;
use sha2::{Digest, Sha256};

use super::asking::Answer;
use super::pools::pools;
use super::program::{NEWEST, partner_id};
use super::schema::{Document, Schema};
use super::viewers::{Surface, Viewer};
use super::{Findings, Walk};

/// What stands in documents where an input will.
const INPUT: &str = "GIVEN_INPUT";

/// What was answered, and what was asked.
struct Told {
    asked: String,
    bytes: Vec<u8>,
}

impl Walk<'_> {
    /// Asks for every mutation of the schema. One that nobody has said here how to make is never seen to be made.
    pub(super) async fn changes(&self, app: &App, schema: &Schema, findings: &mut Findings) {
        // Runs wait as long as somebody else computes, so that there is something to stop.
        let computing = computing(app.data_dir()).await.unwrap();
        let admin = &self.viewers.known[0];
        let is_refused =
            |viewer: &&Viewer| !matches!(viewer.role, Some(Role::Admin | Role::Operator));
        let mut pools = pools(&self.ids, false);
        pools.given.insert("input", INPUT.to_owned());
        let mut documents = schema.documents("mutation", &pools);
        documents.retain(|document| document.way.len() <= 2);
        let mut told = Vec::new();
        for document in &documents {
            for input in self.given(&document.root, &mut told).await {
                let text = document.text.replace(INPUT, &input);
                let document = Document {
                    text,
                    ..document.clone()
                };
                let alone = std::slice::from_ref(&document);
                for viewer in self.viewers.known.iter().filter(is_refused) {
                    self.documents(viewer, alone, findings).await;
                }
                self.strangers(alone, findings).await;
                let answer = self.asking.graphql(admin, &document.text).await;
                let (root, text) = (&document.root, &document.text);
                findings.search(self, admin, Surface::Pages, root, text, &answer);
                findings.note(admin, &document, &answer);
                let id = answer.json()["data"][root]["jobRun"]["id"].take();
                if let Some(id) = id.as_str() {
                    let stop = format!(
                        "mutation {{cancelJobRun(input: {{id: {id:?}}}) {{jobRun {{id}}}}}}"
                    );
                    self.asking.graphql(admin, &stop).await;
                }
                told.push(Told::new(text, &answer));
            }
        }
        // With every argument, too; those that end keys, perhaps the admin's own, come last.
        let mut others = schema.documents("mutation", &super::pools(&self.ids, true));
        others.retain(|document| document.way.len() <= 2);
        others.sort_by_key(|document| document.root.ends_with("ApiKey"));
        for document in &others {
            let answer = self.asking.graphql(admin, &document.text).await;
            let (root, text) = (&document.root, &document.text);
            findings.search(self, admin, Surface::Pages, root, text, &answer);
            findings.note(admin, document, &answer);
            told.push(Told::new(text, &answer));
        }
        drop(computing);
        findings.leaks.extend(shown_again(&told));
    }

    /// Inputs with which a mutation does something.
    async fn given(&self, root: &str, told: &mut Vec<Told>) -> Vec<String> {
        let rows = |row: &str| format!("{{batchId: \"changed\", rows: [{row}]}}");
        let partner = partner_id(0);
        let revenue = |line: &str| {
            let columns = "event_id,customer_id,product_id,workload_id,license_type,occurred_on,amount,currency";
            let content = format!("{columns}\n{line}\n");
            format!("{{dataset: REVENUE, batchId: \"changed\", format: CSV, content: {content:?}}}")
        };
        let good = revenue("changed,cust00vj,suite,mail,CSP,2026-05-11,1,USD");
        match root {
            "createApiKey" => vec![format!(
                "{{name: \"changed\", role: PARTNER, partnerIds: [{partner:?}]}}"
            )],
            "rotateApiKey" | "revokeApiKey" => {
                let id = self.made(
                    "createApiKey(input: {name: \"changed\", role: ANALYST}) {secret apiKey {id}}",
                    "/createApiKey/apiKey/id",
                    told,
                );
                vec![format!("{{id: {:?}}}", id.await)]
            }
            "runJob" => vec![format!("{{job: \"recompute_snapshot\", asOf: {NEWEST:?}}}")],
            "cancelJobRun" => {
                let run = format!(
                    "runJob(input: {{job: \"recompute_snapshot\", asOf: {NEWEST:?}}}) {{jobRun {{id}}}}"
                );
                let id = self.made(&run, "/runJob/jobRun/id", told).await;
                vec![format!("{{id: {id:?}}}")]
            }
            "deleteBatch" => {
                let store = format!("replaceBatch(input: {good}) {{outcome}}");
                assert_eq!(
                    self.made(&store, "/replaceBatch/outcome", told).await,
                    "STORED"
                );
                vec!["{dataset: REVENUE, batchId: \"changed\"}".to_owned()]
            }
            // Stored, refused for its rows, and not readable.
            "replaceBatch" => vec![
                good,
                revenue("changed,nobody,suite,mail,CSP,2026-05-11,1,USD"),
                "{dataset: REVENUE, batchId: \"changed\", format: CSV, content: \"nothing,known\"}"
                    .to_owned(),
            ],
            "upsertAssociations" => vec![rows(&format!(
                "{{customerId: \"cust00vj\", partnerId: {partner:?}, associationType: DPOR, startsOn: \"2020-01-01\"}}"
            ))],
            "upsertCustomers" => vec![rows("{customerId: \"cust00vj\", locationId: \"FR\"}")],
            "upsertExams" => vec![rows("{examId: \"exam\", workloadId: \"mail\"}")],
            "upsertFxRates" => vec![rows(
                "{currency: \"EUR\", rateDate: \"2026-01-01\", rate: \"1.1\"}",
            )],
            // The tree that customers lie in, and one that they do not.
            "upsertLocations" => vec![
                rows(
                    "{locationId: \"FR\", name: \"France\"}, {locationId: \"JP\", name: \"Japan\"}",
                ),
                rows("{locationId: \"DE\", name: \"Germany\", parentId: \"DE\"}"),
            ],
            "upsertPartners" => vec![rows(&format!(
                "{{partnerId: {partner:?}, name: \"Changed\", country: \"FR\"}}"
            ))],
            "upsertProducts" => vec![rows("{productId: \"suite\", name: \"Suite\"}")],
            "upsertWorkloads" => vec![rows(
                "{workloadId: \"mail\", productId: \"suite\", name: \"Mail\"}",
            )],
            _ => Vec::new(),
        }
    }

    /// Makes something that another mutation is to change, and gives what its answer says at a place.
    async fn made(&self, mutation: &str, at: &str, told: &mut Vec<Told>) -> String {
        let asked = format!("mutation {{{mutation}}}");
        let answer = self.asking.graphql(&self.viewers.known[0], &asked).await;
        told.push(Told::new(&asked, &answer));
        let json = answer.json();
        let found = json["data"].pointer(at).and_then(|found| found.as_str());
        found
            .unwrap_or_else(|| panic!("{asked}: {json}"))
            .to_owned()
    }
}

impl Told {
    fn new(asked: &str, answer: &Answer) -> Told {
        Told {
            asked: asked.to_owned(),
            bytes: answer.bytes(),
        }
    }

    fn says(&self, text: &str) -> bool {
        self.bytes
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    }
}

/// Keys that an answer shows a second time, or a part of, or the hash of.
fn shown_again(told: &[Told]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut made = 0;
    for (at, one) in told.iter().enumerate() {
        let text = String::from_utf8_lossy(&one.bytes);
        let Some((_, secret)) = text.split_once("\"secret\":\"") else {
            continue;
        };
        let secret = secret.split('"').next().unwrap_or_default();
        assert!(secret.starts_with("pbk_"), "{text}");
        made += 1;
        let mut hash = String::new();
        for byte in Sha256::digest(secret) {
            write!(hash, "{byte:02x}").unwrap();
        }
        for (other_at, other) in told.iter().enumerate() {
            // Its beginning names it to admins.
            if other.says(&hash) || (other_at != at && other.says(&secret[12..])) {
                faults.push(format!(
                    "the key that was made by {} is told by {}",
                    one.asked, other.asked
                ));
            }
        }
    }
    assert!(made > 5, "only {made} keys were made");
    faults
}

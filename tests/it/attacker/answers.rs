//! What the server tells a partner: every range and every standing of every slice and date, over GraphQL with its own key.

use kernel::Day;
use serde_json::{Value, json};

use super::program;

/// Of one date, what is told of each slice, as a place in [`program::slices`].
#[derive(Clone, Debug)]
pub(super) struct Answers {
    /// By slice and metric.
    pub(super) peers: Vec<Vec<Value>>,
    /// The viewer's own measures; none where it has no scorecard.
    pub(super) own: Vec<Option<Vec<Value>>>,
}

/// As many as one document takes.
const SLICES_AT_ONCE: usize = 18;

const PEERS: &str = "fragment P on PeerGroup {peers noRangesReason bands {band min max partners}}";
const OWN: &str = "fragment S on Scorecard {measures {value band rank percentile peers sameValuePeers noRankReason}}";

pub(super) struct Asker<'a> {
    pub(super) address: &'a str,
    pub(super) key: &'a str,
    pub(super) partner: usize,
    pub(super) client: reqwest::Client,
}

impl Asker<'_> {
    pub(super) async fn ask(&self, query: &str) -> Value {
        let request = self
            .client
            .post(format!("{}/graphql", self.address))
            .bearer_auth(self.key)
            .json(&json!({ "query": query }));
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        assert!(answer.get("errors").is_none(), "{answer:#}");
        answer["data"].clone()
    }

    /// Everything that is told of a date.
    pub(super) async fn answers(&self, day: Day) -> Answers {
        let slices = program::slices();
        let mut answers = Answers {
            peers: Vec::new(),
            own: Vec::new(),
        };
        for some in slices.chunks(SLICES_AT_ONCE) {
            let fields = some
                .iter()
                .enumerate()
                .map(|(at, [product, workload, location])| {
                    let named = [
                        ("product", product),
                        ("workload", workload),
                        ("location", location),
                    ];
                    let named = named.into_iter().filter(|(_, id)| !id.is_empty());
                    let named: Vec<_> = named
                        .map(|(name, id)| format!("{name}: \"{id}\""))
                        .collect();
                    let slice = named.join(", ");
                    let partner = program::partner_id(self.partner);
                    format!(
                        "p{at}: peerBands(slice: {{{slice}}}) {{...P}} \
                     o{at}: scorecard(partnerId: \"{partner}\", slice: {{{slice}}}) {{...S}}"
                    )
                });
            let fields: Vec<String> = fields.collect();
            let query = format!(
                "{{snapshot(asOf: \"{day}\") {{{}}}}} {PEERS} {OWN}",
                fields.join(" ")
            );
            let data = self.ask(&query).await;
            for at in 0..some.len() {
                let list = |value: &Value| value.as_array().cloned();
                let peers = &data["snapshot"][format!("p{at}")];
                answers.peers.push(list(peers).unwrap());
                let own = &data["snapshot"][format!("o{at}")]["measures"];
                answers.own.push(list(own));
            }
        }
        answers
    }
}

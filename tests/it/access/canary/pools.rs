//! What is asked for by name: ids of everything there is, their owners, and the ids of nothing.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use peerband::store::api_key::Role;
use serde_json::Value;

use super::asking::Asking;
use super::program::{EARLIER, NEWEST, Of, absent_partner_id, batch_id, partner_id};
use super::schema::Pools;
use super::viewers::{Surface, Viewer};

/// The foreign partner that is asked for by name.
const FOREIGN: usize = 12;

/// Everything that has an id, found by an admin.
pub(super) struct Ids {
    /// By type; of a partner's things the partner's place, and whether staff alone may have it.
    all: Vec<Id>,
    cursors: Vec<String>,
}

struct Id {
    kind: String,
    id: String,
    of: Option<Of>,
    /// A revision that a later one has taken the place of.
    is_superseded: bool,
}

impl Ids {
    pub(super) async fn gather(asking: &Asking, admin: &Viewer) -> Ids {
        let (own, foreign) = (partner_id(0), partner_id(FOREIGN));
        let preview = "scorecard(audience: PARTNER) {id snapshot {id}}";
        let query = format!(
            "{{products {{id}} workloads {{id}} locations {{id}}
               snapshots(superseded: true) {{nodes {{id asOf revision}}}}
               batches(first: 2) {{nodes {{id}}}} jobRuns(first: 2) {{nodes {{id}}}} apiKeys {{nodes {{id}}}}
               own: scorecard(partnerId: \"{own}\") {{id partner {{id {preview}}}}}
               foreign: scorecard(partnerId: \"{foreign}\") {{id partner {{id {preview}}}}}
               partners(first: 20) {{edges {{cursor}}}}
               scorecards(first: 20, orderBy: [{{field: VALUE, metric: REVENUE}}]) {{edges {{cursor}}}}}}"
        );
        let answer = asking.graphql(admin, &query).await.json();
        let data = &answer["data"];
        let text = |value: &Value| {
            value
                .as_str()
                .unwrap_or_else(|| panic!("{answer:#}"))
                .to_owned()
        };
        let mut all = Vec::new();
        let mut add = |kind: &str, id: &Value, of: Option<Of>, is_superseded: bool| {
            all.push(Id {
                kind: kind.to_owned(),
                id: text(id),
                of,
                is_superseded,
            });
        };
        for (whose, at) in [("own", 0), ("foreign", FOREIGN)] {
            let card = &data[whose];
            add(
                "Partner",
                &card["partner"]["id"],
                Some(Of::Partner(at)),
                false,
            );
            let preview = &card["partner"]["scorecard"];
            let figure = Some(Of::Figure(at));
            // What is added last is asked for first, and with everything below it.
            add("Scorecard", &preview["id"], figure, false);
            add("Snapshot", &preview["snapshot"]["id"], figure, false);
            add("Scorecard", &card["id"], figure, false);
        }
        for (kind, list) in [("Product", "products"), ("Workload", "workloads")] {
            for one in data[list].as_array().unwrap() {
                add(kind, &one["id"], None, false);
            }
        }
        add("Location", &data["locations"][0]["id"], None, false);
        for one in data["snapshots"]["nodes"].as_array().unwrap() {
            let is_superseded = one["asOf"] == NEWEST && one["revision"] == 1;
            add("Snapshot", &one["id"], None, is_superseded);
        }
        for (kind, list, of) in [
            ("Batch", "batches", Of::Operation),
            ("JobRun", "jobRuns", Of::Operation),
            ("ApiKey", "apiKeys", Of::Key),
        ] {
            for one in data[list]["nodes"].as_array().unwrap().iter().take(2) {
                add(kind, &one["id"], Some(of), false);
            }
        }
        let edges = ["partners", "scorecards"].map(|list| data[list]["edges"].as_array().unwrap());
        let cursors = edges.map(|edges| text(&edges[edges.len() / 2]["cursor"]));
        Ids {
            all,
            cursors: cursors.into(),
        }
    }

    /// The same request by the names of what is not there, where it names what is hidden; and all those names.
    pub(super) fn twin(&self, viewer: &Viewer, asked: &str) -> (Option<String>, Vec<String>) {
        let mut twin = asked.to_owned();
        let mut words = Vec::new();
        let mut replace = |hidden: String, absent: String| {
            if asked.contains(&hidden) {
                twin = twin.replace(&hidden, &absent);
                words.extend([hidden, absent]);
            }
        };
        if !viewer.may_see(Surface::Pages, Of::Partner(FOREIGN)) {
            replace(partner_id(FOREIGN), absent_partner_id());
        }
        let is_staff = !matches!(viewer.role, None | Some(Role::Partner | Role::Integrator));
        for one in &self.all {
            let is_seen = one.of.is_none_or(|of| viewer.may_see(Surface::Pages, of));
            if !is_seen || (one.is_superseded && !is_staff) {
                replace(one.id.clone(), absent(&one.id));
            }
        }
        let has_changed = !words.is_empty();
        (has_changed.then_some(twin), words)
    }
}

/// What arguments are filled with, the viewers' own first or what is foreign to them.
pub(super) fn pools(ids: &Ids, is_own: bool) -> Pools {
    let mut by_kind: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for one in &ids.all {
        let all = by_kind.entry(one.kind.clone()).or_default();
        let is_foreign = matches!(one.of, Some(Of::Partner(FOREIGN) | Of::Figure(FOREIGN)));
        // Of what there is a lot of a few are enough.
        let at = if (is_foreign || one.is_superseded) != is_own {
            0
        } else {
            all.len()
        };
        all.insert(at.min(all.len()), one.id.clone());
    }
    for all in by_kind.values_mut() {
        all.truncate(4);
    }
    let mut partner_ids = vec![partner_id(0), partner_id(FOREIGN), partner_id(1)];
    if !is_own {
        partner_ids.swap(0, 1);
    }
    Pools {
        ids: by_kind,
        texts: vec![partner_ids[0].clone(), "a".to_owned()],
        partner_ids,
        cursors: ids.cursors.clone(),
        batch_ids: vec![batch_id("revenue"), "x".to_owned()],
        dates: [EARLIER, NEWEST, "1999-01-01"].map(str::to_owned).to_vec(),
        given: BTreeMap::new(),
    }
}

impl Pools {
    /// The same for a slice in which too few are to release anything, at a date whose facts are no longer there.
    pub(super) fn of_few(mut self) -> Pools {
        let slice = "{workload: \"store\", location: \"FR\"}";
        self.given.insert("slice", slice.to_owned());
        self.given.insert("asOf", format!("{EARLIER:?}"));
        self
    }
}

/// The id of nothing that is of the same kind.
fn absent(id: &str) -> String {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(id).unwrap()).unwrap();
    // Of a scorecard in a preview the partner is another one, not what the preview is called.
    let (key, preview) = match text.strip_suffix(".preview") {
        Some(key) => (key, ".preview"),
        None => (&*text, ""),
    };
    let end = key.rfind([':', '.']).unwrap() + 1;
    URL_SAFE_NO_PAD.encode(format!("{}{}{preview}", &key[..end], 987_654))
}

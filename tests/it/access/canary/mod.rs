//! Nobody sees what is not theirs, on any path: a program of canaries, everybody who may ask, every way through the schema
//! and every route, and a search through every byte of every answer.

mod asking;
mod changes;
mod log;
mod pools;
mod program;
mod routes;
mod schema;
mod search;
mod table;
mod viewers;

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt, stream};
use peerband::service::operation::Operations;
use reqwest::Method;
use serde_json::Value;

use crate::harness::serve;
use asking::{Answer, Asking};
use log::Log;
use pools::{Ids, pools};
use program::{Canary, CanaryProgram, NEWEST, Of};
use schema::{Document, INTROSPECTION, Schema};
use search::Search;
use viewers::{Surface, Viewer, Viewers};

/// Requests at a time.
const TOGETHER: usize = 8;
/// One in so many documents is asked by those who are answered the same to all of them.
const SAMPLED: usize = 25;
/// What the program of canaries has no value for. Whatever else the schema has must be seen by somebody, or it is not
/// known whether it is hidden from the others: give the program what it takes, or say here why it cannot have it.
const UNSEEN: [&str; 0] = [];

/// What was found out on the way.
#[derive(Default)]
struct Findings {
    /// Who has seen what they must not, and where.
    leaks: Vec<String>,
    /// Where hidden and absent did not look the same.
    differences: Vec<String>,
    /// What everybody has seen, by the root field or route and by whom.
    seen: BTreeMap<(String, &'static str), BTreeSet<Of>>,
    /// Where somebody was let in.
    opened: BTreeSet<(String, &'static str)>,
    /// The fields that had a value for somebody.
    fields: BTreeSet<String>,
    asked: usize,
}

struct Walk<'a> {
    asking: Asking,
    viewers: &'a Viewers,
    search: Search<'a>,
    ids: Ids,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_shown_what_is_not_theirs() {
    let program = CanaryProgram::publish().await;
    let operations = Operations::new(&program.app);
    let viewers = Viewers::make(program.app.db()).await;
    let canaries: Vec<Canary> = [&program.canaries[..], &viewers.canaries].concat();
    let asking = Asking::new(serve(&operations).await);
    let admin = &viewers.known[0];
    let introspected = asking.graphql(admin, INTROSPECTION).await.json();
    let schema = Schema::read(&introspected["data"]);
    let ids = Ids::gather(&asking, admin).await;
    let walk = Walk {
        asking,
        viewers: &viewers,
        search: Search::new(&canaries),
        ids,
    };
    let mut findings = Findings::default();

    let mut queries = Vec::new();
    for pools in [
        pools(&walk.ids, true),
        pools(&walk.ids, false),
        pools(&walk.ids, true).of_few(),
    ] {
        queries.extend(schema.documents("query", &pools));
    }
    let mut known = BTreeSet::new();
    queries.retain(|document| known.insert(document.text.clone()));
    // First, so that the audit log tells of exports, too.
    for viewer in viewers.known.iter().chain(&viewers.strangers) {
        walk.routes(viewer, &mut findings).await;
    }
    for viewer in &viewers.known {
        walk.documents(viewer, &queries, &mut findings).await;
    }
    walk.strangers(&queries, &mut findings).await;
    // Those that are let in change what the others are asked about; the operator comes last, and admins below.
    let mut mutations = schema.documents("mutation", &pools(&walk.ids, false));
    mutations.retain(|document| document.way.len() <= 2);
    let refused = viewers.known[2..].iter().chain(&viewers.known[1..2]);
    for viewer in refused {
        walk.documents(viewer, &mutations, &mut findings).await;
    }
    walk.strangers(&mutations, &mut findings).await;
    walk.subscriptions(&schema, &program, &mut findings).await;
    walk.changes(&program.app, &schema, &mut findings).await;

    let mut wrong = findings.summary();
    // The search finds what is there: whoever may see a canary has.
    let seen_by = |viewer: &str| -> BTreeSet<Of> {
        let seen = findings.seen.iter().filter(|((_, who), _)| *who == viewer);
        seen.flat_map(|(_, of)| of).copied().collect()
    };
    let all = (0..program::PARTNERS).flat_map(|at| [Of::Partner(at), Of::Figure(at)]);
    let all = all.chain([Of::Fact(0), Of::Customer(0)]);
    let expected = [
        ("admin", vec![Of::Operation, Of::Key]),
        ("analyst", all.collect()),
        ("operator", vec![Of::Partner(2), Of::Operation]),
        (
            "partner",
            vec![Of::Partner(0), Of::Figure(0), Of::Customer(0)],
        ),
        ("partner of two", vec![Of::Figure(0), Of::Figure(1)]),
        ("integrator", vec![Of::Partner(2), Of::Figure(2)]),
        ("integrator of bands", vec![Of::Figure(2)]),
    ];
    for (viewer, of) in expected {
        let seen = seen_by(viewer);
        let missed = of.into_iter().filter(|of| !seen.contains(of));
        wrong.extend(missed.map(|of| format!("{viewer} has not seen {of:?}")));
    }
    // And it was looked everywhere.
    let mut unseen = schema.reachable(&["query", "mutation"]);
    unseen.retain(|field| !findings.fields.contains(field));
    if !unseen.iter().map(String::as_str).eq(UNSEEN) {
        wrong.push(format!("no value was seen of {unseen:#?}"));
    }
    wrong.extend(table::fault(&schema, &findings));
    assert!(findings.asked > 10_000, "{}", findings.asked);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Operators read the log: it holds nothing that is kept from them, however much is logged.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_of_everything_holds_no_figure_and_no_secret() {
    let log = Log::keep();
    let program = CanaryProgram::publish().await;
    let operations = Operations::new(&program.app);
    let viewers = Viewers::make(program.app.db()).await;
    let canaries: Vec<Canary> = [&program.canaries[..], &viewers.canaries].concat();
    let asking = Asking::new(serve(&operations).await);
    let introspected = asking.graphql(&viewers.known[0], INTROSPECTION).await;
    let schema = Schema::read(&introspected.json()["data"]);
    let ids = Ids::gather(&asking, &viewers.known[0]).await;
    let documents = schema.documents("query", &pools(&ids, true));
    for viewer in viewers.known.iter().chain(&viewers.strangers) {
        for document in documents.iter().step_by(SAMPLED) {
            asking.graphql(viewer, &document.text).await;
        }
        for (_, path) in routes::paths() {
            let none = String::new();
            asking.ask(viewer, Method::GET, &path, &[], none).await;
        }
    }
    let told = log.take();
    let begins: String = told.chars().take(2_000).collect();
    assert!(told.contains("/scorecard/"), "nothing is logged: {begins}");
    let operator = &viewers.known[1];
    let search = Search::new(&canaries);
    for line in told.lines() {
        let found = search.find("", line.as_bytes());
        let hidden = found.into_iter().find(|canary| {
            canary.of != Of::Key
                && (matches!(canary.of, Of::Customer(_))
                    || !operator.may_see(Surface::Pages, canary.of))
        });
        assert!(hidden.is_none(), "{hidden:?} in {line}");
    }
}

impl Walk<'_> {
    async fn documents(&self, viewer: &Viewer, documents: &[Document], findings: &mut Findings) {
        let answers = documents.iter().map(async |document| {
            let answer = self.asking.graphql(viewer, &document.text).await;
            // What is hidden is asked for once more by the name of something that is not there.
            let (twin, words) = self.ids.twin(viewer, &document.text);
            let other = match twin {
                Some(twin) => Some(self.asking.graphql(viewer, &twin).await),
                None => None,
            };
            (document, answer, other, words)
        });
        let mut answers = stream::iter(answers).buffer_unordered(TOGETHER);
        while let Some((document, answer, other, words)) = answers.next().await {
            let place = &document.root;
            findings.search(self, viewer, Surface::Pages, place, &document.text, &answer);
            if let Some(other) = other {
                let (hidden, absent) = (answer.clone().without(&words), other.without(&words));
                if hidden != absent {
                    findings.differences.push(format!(
                        "{}: {}\n{}\n{}",
                        viewer.name,
                        document.text,
                        String::from_utf8_lossy(&hidden.bytes()),
                        String::from_utf8_lossy(&absent.bytes())
                    ));
                }
            }
            findings.note(viewer, document, &answer);
        }
    }

    /// Whoever is nobody is told the same, whatever it asks for and shows.
    async fn strangers(&self, documents: &[Document], findings: &mut Findings) {
        let nobody = &self.viewers.strangers[0];
        let expected = self.asking.graphql(nobody, "{viewer {name}}").await;
        assert_eq!(expected.status, 401);
        for stranger in &self.viewers.strangers {
            for document in documents.iter().step_by(SAMPLED) {
                let answer = self.asking.graphql(stranger, &document.text).await;
                findings.asked += 1;
                let (answer, expected) = (answer.without(&[]), expected.clone().without(&[]));
                assert_eq!(answer, expected, "{}: {}", stranger.name, document.text);
            }
        }
    }

    async fn routes(&self, viewer: &Viewer, findings: &mut Findings) {
        for (route, path) in routes::paths() {
            let surface = routes::surface(route, &path);
            for method in [Method::GET, Method::HEAD, Method::POST] {
                let ask = async |path: &str| {
                    let (method, none) = (method.clone(), String::new());
                    self.asking.ask(viewer, method, path, &[], none).await
                };
                let answer = ask(&path).await;
                findings.search(self, viewer, surface, route, &path, &answer);
                if method == Method::GET && answer.status < 300 {
                    findings.opened.insert((route.to_owned(), viewer.name));
                }
                let (twin, words) = self.ids.twin(viewer, &path);
                // The form is another one each time.
                if let Some(twin) = twin.filter(|_| route != "/sign-in") {
                    let other = ask(&twin).await.without(&words);
                    let answer = answer.without(&words);
                    if other != answer {
                        findings.differences.push(format!(
                            "{}: {method} {path}\n{}\n{}",
                            viewer.name,
                            String::from_utf8_lossy(&answer.bytes()),
                            String::from_utf8_lossy(&other.bytes())
                        ));
                    }
                }
            }
        }
    }

    /// What everybody hears while a snapshot is published.
    async fn subscriptions(
        &self,
        schema: &Schema,
        program: &CanaryProgram,
        findings: &mut Findings,
    ) {
        let (published, hears) = tokio::sync::watch::channel(false);
        let mut documents = schema.documents("subscription", &pools(&self.ids, false));
        // Each way once: a key has twenty connections.
        let mut ways = BTreeSet::new();
        documents.retain(|document| document.way.len() <= 2 && ways.insert(document.way.clone()));
        assert!(documents.len() <= 20);
        let mut listening = Vec::new();
        for viewer in self.viewers.known.iter().chain(&self.viewers.strangers) {
            for document in &documents {
                let mut hears = hears.clone();
                listening.push(async move {
                    let end = async move {
                        let _ = hears.wait_for(|published| *published).await;
                    };
                    let told = self.asking.listen(viewer, &document.text, end).await;
                    (viewer, document, told)
                });
            }
        }
        let publishing = async {
            // Once everybody listens.
            tokio::time::sleep(std::time::Duration::from_secs(2)).await;
            program::publish(&program.app, NEWEST).await;
            published.send_replace(true);
        };
        let (told, ()) = tokio::join!(futures_util::future::join_all(listening), publishing);
        let mut heard = 0;
        for (viewer, document, told) in told {
            heard += usize::from(String::from_utf8_lossy(&told).contains("event: next"));
            let answer = Answer {
                status: 200,
                headers: BTreeMap::new(),
                body: told,
            };
            let (place, asked) = (&document.root, &document.text);
            findings.search(self, viewer, Surface::Pages, place, asked, &answer);
            let text = String::from_utf8_lossy(&answer.body);
            if viewer.role.is_some() && text.contains("\"data\":{") {
                findings.opened.insert((place.clone(), viewer.name));
            }
        }
        assert!(heard > self.viewers.known.len(), "nobody hears anything");
    }
}

impl Findings {
    fn search(
        &mut self,
        walk: &Walk<'_>,
        viewer: &Viewer,
        surface: Surface,
        place: &str,
        asked: &str,
        answer: &Answer,
    ) {
        self.asked += 1;
        let found = walk.search.find(asked, &answer.bytes());
        // What is a fact can be a figure as well, and is seen as that.
        let allowed = found
            .iter()
            .filter(|canary| viewer.may_see(surface, canary.of));
        let allowed: BTreeSet<&str> = allowed.map(|canary| &*canary.text).collect();
        let figures = found
            .iter()
            .filter(|canary| matches!(canary.of, Of::Figure(_)));
        let figures: BTreeSet<&str> = figures.map(|canary| &*canary.text).collect();
        for canary in found {
            if allowed.contains(&*canary.text) {
                // And is told of as that.
                let is_figure = matches!(canary.of, Of::Fact(_)) && figures.contains(&*canary.text);
                if !is_figure {
                    let seen = self.seen.entry((place.to_owned(), viewer.name));
                    seen.or_default().insert(canary.of);
                }
            } else {
                self.leaks.push(format!(
                    "{} sees {:?} of {:?} by {asked}: {}",
                    viewer.name,
                    canary.text,
                    canary.of,
                    shown(&answer.bytes(), &canary.text)
                ));
            }
        }
    }

    /// One example of each fault.
    fn summary(&self) -> Vec<String> {
        let mut faults: BTreeMap<String, String> = BTreeMap::new();
        for leak in &self.leaks {
            let kind = leak.split(" by ").next().unwrap_or(leak);
            faults
                .entry(kind.to_owned())
                .or_insert_with(|| leak.clone());
        }
        let differences = self.differences.iter().take(10).cloned();
        let faults = faults.into_values().take(20).chain(differences);
        faults.collect()
    }

    /// Notes what had a value, along the way of the document.
    fn note(&mut self, viewer: &Viewer, document: &Document, answer: &Answer) {
        let json = answer.json();
        let codes = answer.codes();
        let is_refused = codes.iter().any(|code| code == "FORBIDDEN");
        // Whoever may change something can still be told that this cannot be.
        let is_answered = match document.text.starts_with("mutation") {
            true => !json["data"].is_null(),
            false => !json["data"][&document.root].is_null(),
        };
        if is_answered && !is_refused {
            self.opened.insert((document.root.clone(), viewer.name));
        }
        let mut here = vec![&json["data"]];
        for name in &document.way {
            here = here.iter().flat_map(|value| flat(&value[name])).collect();
        }
        if let Some(last) = document.way.last().filter(|_| !here.is_empty()) {
            self.fields.insert(format!("{}.{last}", document.parent));
        }
        for value in here {
            let Some(fields) = value.as_object() else {
                continue;
            };
            for (name, value) in fields {
                if !value.is_null() {
                    self.fields.insert(format!("{}.{name}", document.end));
                }
            }
        }
    }
}

/// All that is in lists of lists, but for what is null.
fn flat(value: &Value) -> Vec<&Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(all) => all.iter().flat_map(flat).collect(),
        value => vec![value],
    }
}

/// Where a text stands, with what is around it.
fn shown(bytes: &[u8], text: &str) -> String {
    let all = String::from_utf8_lossy(bytes);
    let at = all.find(text).unwrap_or(0);
    let from = all.floor_char_boundary(at.saturating_sub(150));
    let to = all.floor_char_boundary(all.len().min(at + 150));
    all[from..to].to_owned()
}

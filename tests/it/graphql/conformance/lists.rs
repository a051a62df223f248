//! How many statements lists take: below every list of the schema no field takes one for each item.

use std::collections::BTreeMap;

use super::assert_none;
use super::narrow::{Path, asked, nested, reached, two_levels};
use super::program::{Program, Wire};
use super::sdl::{Sdl, base};

const FEW: usize = 2;
const MANY: usize = 8;

/// Slices whose scorecards differ in all they refer to, those with something of everything first.
const SLICES: [&str; 6] = [
    r#"workload: "mail", location: "FR""#,
    "",
    r#"product: "suite", location: "europe""#,
    r#"workload: "mail""#,
    r#"location: "europe""#,
    r#"product: "suite""#,
];

/// A program in which each list has so many items, and no two of them refer to the same.
async fn wide_program() -> Program {
    let program = Program::start().await;
    let each = |line: fn(usize) -> String| (1..=MANY).map(line).collect::<String>();
    let product = &program.product;
    let products = each(|at| format!("suite{at},Suite {at}\n"));
    product
        .send("products", "wide", &format!("product_id,name\n{products}"))
        .await;
    let workloads = each(|at| format!("mail{at},suite{at},Mail {at}\n"));
    let workloads = format!("workload_id,product_id,name\n{workloads}");
    product.send("workloads", "wide", &workloads).await;
    let customers = each(|at| format!("of_p{at},FR,C {at}\n"));
    let customers = format!("customer_id,location_id,name\n{customers}");
    product.send("customers", "wide", &customers).await;
    let associations = each(|at| format!("of_p{at},p,DPOR,2020-01-01\n"));
    let associations = format!("customer_id,partner_id,association_type,starts_on\n{associations}");
    product.send("associations", "wide", &associations).await;
    let revenue = each(|at| format!("w{at},of_p{at},suite{at},mail{at},WEB,2026-10-01,{at},USD\n"));
    let revenue = format!(
        "event_id,customer_id,product_id,workload_id,license_type,occurred_on,amount,currency\n{revenue}"
    );
    product.send("revenue", "wide", &revenue).await;
    for at in 0..MANY {
        program.recompute(&format!("2026-11-{:02}", at + 1)).await;
        let key = format!(
            r#"mutation {{createApiKey(input: {{name: "k", role: PARTNER, partnerIds: ["p{}"]}}) {{apiKey {{id}}}}}}"#,
            at + 1
        );
        let id = program.texts(&key, "id").await.remove(0);
        let rotated = format!("mutation {{rotateApiKey(input: {{id: {id:?}}}) {{apiKey {{id}}}}}}");
        program.texts(&rotated, "id").await;
    }
    program
}

/// Ids of things of one type, as many as there may be.
async fn ids(program: &Program, kind: &str) -> Vec<String> {
    let page = match kind {
        "ApiKey" => "apiKeys",
        "Batch" => "batches",
        "JobRun" => "jobRuns",
        "Partner" => "partners",
        "Snapshot" => "snapshots",
        "Location" => {
            let of_europe = r#"{locations(parentId: "europe") {id}}"#;
            let mut ids = program.texts("{locations {id}}", "id").await;
            ids.truncate(1);
            ids.extend(program.texts(of_europe, "id").await);
            return ids;
        }
        "Product" => return program.texts("{products {id}}", "id").await,
        "Workload" => return program.texts("{workloads {id}}", "id").await,
        "Scorecard" => {
            let mut ids = Vec::new();
            for (at, slice) in SLICES.iter().cycle().take(MANY).enumerate() {
                let cards = format!("scorecards(first: 1, slice: {{{slice}}}) {{nodes {{id}}}}");
                let of_each = format!("{{snapshots(first: {MANY}) {{nodes {{{cards}}}}}}}");
                ids.push(program.texts(&of_each, "id").await.remove(at));
            }
            return ids;
        }
        other => panic!("nothing is known of the ids of {other}"),
    };
    let query = format!("{{{page}(first: {MANY}) {{nodes {{id}}}}}}");
    program.texts(&query, "id").await
}

/// How often each statement was made, however long the lists of its values were.
fn times(statements: &[String]) -> BTreeMap<String, usize> {
    let mut times = BTreeMap::new();
    for sql in statements {
        // Values are written as `?` or `$1`, lists of them in brackets with commas.
        let mut words: Vec<&str> = sql
            .split([' ', ',', '(', ')'])
            .filter(|word| !word.is_empty() && *word != "?" && !word.starts_with('$'))
            .collect();
        words.dedup();
        *times.entry(words.join(" ")).or_insert(0) += 1;
    }
    times
}

#[tokio::test]
async fn no_field_below_a_list_takes_a_statement_for_each_item() {
    let (sdl, program) = (Sdl::read(), wide_program().await);
    // The ways to each list, few and many, and what its items are.
    let mut lists: Vec<([Path; 2], String)> = Vec::new();
    let from_root = [FEW, MANY].map(|count| reached(&sdl, "Query", count));
    for kind in from_root[0].keys() {
        for field in sdl.fields(kind) {
            let name = field.name.node.as_str();
            if asked(kind, name, FEW) == asked(kind, name, MANY) {
                continue;
            }
            let ways = [(0, FEW), (1, MANY)].map(|(at, count)| {
                let mut way = from_root[at][kind].clone();
                way.push(asked(kind, name, count));
                way
            });
            lists.push((ways, base(&field.ty.node).to_string()));
        }
    }
    assert!(lists.len() >= 12, "{lists:?}");
    for kind in sdl.implementors("Node") {
        let ids = ids(&program, kind).await;
        assert!(ids.len() >= MANY, "{kind}: {ids:?}");
        let ways = [FEW, MANY].map(|count| {
            let nodes = format!("nodes(ids: {:?})", &ids[..count]);
            vec![nodes, format!("... on {kind}")]
        });
        lists.push((ways, kind.clone()));
    }
    let mut wrong = Vec::new();
    let mut compared = 0;
    for (ways, items) in &lists {
        for kind in reached(&sdl, items, FEW).keys() {
            let mut statements = Vec::new();
            for (way, count) in ways.iter().zip([FEW, MANY]) {
                let mut way = way.clone();
                way.extend(reached(&sdl, items, count)[kind].iter().cloned());
                let query = format!(
                    "{{{}}}",
                    nested(&way, &two_levels(&sdl, kind, count, |_| true))
                );
                program.take_reads();
                let answer = program.ask(&query, &Wire::default()).await;
                assert!(answer.is_ok(), "{query}: {:?}", answer.errors);
                statements.push((query, program.take_reads()));
            }
            compared += 1;
            let [(_, few), (query, many)] = &statements[..] else {
                unreachable!("two are compared");
            };
            let (few, many) = (times(few), times(many));
            for (sql, times) in many {
                // What the first items have no use for may be read for the others, and items that need something else
                // first ask later than others; but nothing is read for each of them.
                let before = few.get(&sql).copied().unwrap_or(0);
                if times >= before + (MANY - FEW) / 2 {
                    wrong.push(format!("{before} and {times} times {sql:.200}: {query}"));
                }
            }
        }
    }
    assert_none(&wrong);
    assert!(compared > 300, "{compared} were compared");
}

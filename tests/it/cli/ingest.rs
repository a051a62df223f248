//! `peerband ingest`.

use super::{HEADER, Sender, row, stderr, text};

#[test]
fn a_rejected_row_refuses_its_batch_or_only_itself() {
    let sender = Sender::new();
    let file = format!(
        "{HEADER}{}{}",
        row("e1", "c", "10.5", "USD"),
        row("e2", "nobody", "1", "USD")
    );
    let rejects = sender.path("rejects.csv");
    let refused = sender.ingest("revenue", "a.csv", &file, &["--rejects", text(&rejects)]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("line 3"), "{}", stderr(&refused));
    let told = std::fs::read_to_string(&rejects).unwrap();
    assert_eq!(
        told,
        "dataset,file,line,column,value,reason\nrevenue,a.csv,3,customer_id,nobody,is unknown\n"
    );
    let listed = sender.run(&["batches", "list", "revenue"]);
    assert_eq!(String::from_utf8(listed.stdout).unwrap().lines().count(), 1);

    let stored = sender.ingest("revenue", "a.csv", &file, &["--on-reject", "row"]);
    assert_eq!(stored.status.code(), Some(2));
    assert_eq!(sender.revenue(), "10.5000");
}

#[test]
fn files_that_cannot_be_taken_are_refused_with_the_reason() {
    let sender = Sender::new();
    let unknown = sender.ingest(
        "products",
        "p.csv",
        "product_id,name,colour\nx,X,red\n",
        &[],
    );
    assert_eq!(unknown.status.code(), Some(2));
    assert!(stderr(&unknown).contains("colour"), "{}", stderr(&unknown));

    let circle = "location_id,parent_id,name\na,b,A\nb,a,B\n";
    let refused = sender.ingest("locations", "l.csv", circle, &[]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("circle"), "{}", stderr(&refused));

    // The customer in France must lie in the sent tree.
    let homeless = sender.ingest("locations", "l.csv", "location_id,name\nx,X\n", &[]);
    assert_eq!(homeless.status.code(), Some(2));
    assert!(stderr(&homeless).contains("FR"), "{}", stderr(&homeless));
    let sent = sender.ingest(
        "locations",
        "l.csv",
        "location_id,name\nFR,Frankreich\n",
        &[],
    );
    assert_eq!(sent.status.code(), Some(0), "{}", stderr(&sent));
}

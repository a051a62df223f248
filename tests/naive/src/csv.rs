//! RFC 4180 lines.

/// What ends a line. RFC 4180 asks for CRLF; a comparison maps the other side's ends to this one.
pub const LINE_END: &str = "\n";

/// One record with its line end; a cell is quoted where it has to be.
pub fn line<Cell: AsRef<str>>(cells: &[Cell]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| quoted(cell.as_ref())).collect();
    cells.join(",") + LINE_END
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn only_what_has_to_be_is_quoted() {
        assert_eq!(line(&["a", "", "b c"]), "a,,b c\n");
        assert_eq!(
            line(&["a,b", "say \"x\"", "two\nlines"]),
            "\"a,b\",\"say \"\"x\"\"\",\"two\nlines\"\n"
        );
    }
}

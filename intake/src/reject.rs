//! A row that was not taken, and why.

use std::fmt;

/// One rejected row: where it stands, what is wrong and with which value. It goes back to the sender.
#[derive(Clone, PartialEq, Eq)]
pub struct Reject {
    /// In CSV the line on which the record begins (the header is on line 1), in NDJSON the line, in Parquet the row,
    /// all counted from 1.
    pub line: u64,
    /// The column at fault; empty where it is the row as a whole.
    pub column: &'static str,
    /// What the file holds there, cut to [`Reject::VALUE_BYTES`].
    pub value: String,
    /// Reads on after the column's name, such as "is required".
    pub reason: String,
}

impl Reject {
    /// Longer values are cut: enough to find the place, and a file of rejects stays small.
    pub const VALUE_BYTES: usize = 200;

    /// Also for rejects that only the caller can see, such as an unknown id.
    #[must_use]
    pub fn new(line: u64, column: &'static str, value: &str, reason: impl Into<String>) -> Reject {
        let cut = value.floor_char_boundary(Reject::VALUE_BYTES);
        let value = if cut < value.len() {
            format!("{}…", &value[..cut])
        } else {
            value.to_owned()
        };
        Reject {
            line,
            column,
            value,
            reason: reason.into(),
        }
    }
}

impl fmt::Display for Reject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Reject {
            line,
            column,
            value,
            reason,
        } = self;
        match (column.is_empty(), value.is_empty()) {
            (true, _) => write!(f, "line {line}: {reason}"),
            (false, true) => write!(f, "line {line}: {column} {reason}"),
            (false, false) => write!(f, "line {line}: {column} {value:?} {reason}"),
        }
    }
}

/// Without the value: it may be personal data, and what is printed for debugging ends up in logs.
impl fmt::Debug for Reject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Reject");
        debug
            .field("line", &self.line)
            .field("column", &self.column)
            .field("reason", &self.reason);
        debug.finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_are_cut_between_characters() {
        let reject = Reject::new(7, "name", &"é".repeat(101), "is too long");
        assert_eq!(reject.value, format!("{}…", "é".repeat(100)));
        let reject = Reject::new(7, "name", &format!("a{}", "é".repeat(100)), "is too long");
        assert_eq!(reject.value, format!("a{}…", "é".repeat(99)));
        assert_eq!(Reject::new(7, "name", "short", "").value, "short");
    }

    #[test]
    fn a_reject_reads_as_a_sentence_and_debug_hides_the_value() {
        let reject = Reject::new(3, "user_id", "ann ", "begins or ends with a space");
        assert_eq!(
            reject.to_string(),
            "line 3: user_id \"ann \" begins or ends with a space"
        );
        assert_eq!(
            Reject::new(3, "user_id", "", "is required").to_string(),
            "line 3: user_id is required"
        );
        assert!(!format!("{reject:?}").contains("ann"));
    }
}

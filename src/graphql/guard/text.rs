//! The scan before parsing: size, tokens, brackets and directives of the text.

/// The most bytes of a query.
const BYTES_MAX: usize = 16 * 1024;
const TOKENS_MAX: usize = 2_000;
/// The deepest nesting of brackets of any kind.
const NESTING_MAX: usize = 32;
const DIRECTIVES_MAX: usize = 50;

/// Refuses a text that is too long or too deeply nested to be parsed.
///
/// Where the text is not GraphQL, more may be counted than a parser would see, never less: a string without an end is
/// refused here, because a parser could go on after its first quote.
pub(super) fn check(text: &str) -> Result<(), String> {
    if text.len() > BYTES_MAX {
        return Err(format!(
            "the query has {} bytes; at most {BYTES_MAX} are read",
            text.len()
        ));
    }
    let mut rest = text.as_bytes();
    let (mut tokens, mut nesting, mut directives) = (0, 0usize, 0);
    while let [first, ..] = rest {
        let length = match first {
            b' ' | b'\t' | b'\r' | b'\n' | b',' => {
                rest = &rest[1..];
                continue;
            }
            b'#' => {
                rest = &rest[line_length(rest)..];
                continue;
            }
            b'"' => string_length(rest).ok_or("a string in the query has no end")?,
            b'.' if rest.starts_with(b"...") => 3,
            first if is_word(*first) => rest.iter().take_while(|byte| is_word(**byte)).count(),
            _ => 1,
        };
        match first {
            b'(' | b'[' | b'{' => nesting += 1,
            b')' | b']' | b'}' => nesting = nesting.saturating_sub(1),
            b'@' => directives += 1,
            _ => {}
        }
        tokens += 1;
        if tokens > TOKENS_MAX {
            return Err(format!("the query has more than {TOKENS_MAX} tokens"));
        }
        if nesting > NESTING_MAX {
            return Err(format!(
                "the query nests brackets more than {NESTING_MAX} deep"
            ));
        }
        if directives > DIRECTIVES_MAX {
            return Err(format!(
                "the query has more than {DIRECTIVES_MAX} directives"
            ));
        }
        rest = &rest[length..];
    }
    Ok(())
}

/// Letters, digits and whatever is not ASCII, which a parser refuses or skips.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

fn line_length(text: &[u8]) -> usize {
    let end = text.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
    end.unwrap_or(text.len())
}

/// The length of the string that begins here, its quotes included.
fn string_length(text: &[u8]) -> Option<usize> {
    if text.starts_with(b"\"\"\"") {
        return block_string_length(text);
    }
    let mut at = 1;
    loop {
        match text.get(at)? {
            b'"' => return Some(at + 1),
            b'\r' | b'\n' => return None,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

fn block_string_length(text: &[u8]) -> Option<usize> {
    let mut at = 3;
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with(b"\"\"\"") {
            return Some(at + 3);
        }
        at += if rest.starts_with(b"\\\"\"\"") { 4 } else { 1 };
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(text: &str) {
        assert_eq!(check(text), Ok(()), "{text}");
    }

    fn refused(text: &str, reason: &str) {
        let message = check(text).unwrap_err();
        assert!(message.contains(reason), "{message}");
    }

    #[test]
    fn nesting_of_any_brackets_is_bounded() {
        allowed(&format!("{{a(x:{}{})}}", "[".repeat(30), "]".repeat(30)));
        refused(&format!("{{a(x:{}", "[".repeat(31)), "nests");
        refused(&"{a".repeat(33), "nests");
        refused(&"([{".repeat(5_000), "nests");
        // What closes too much does not buy depth.
        refused(&format!("{}{}", "}".repeat(100), "[".repeat(33)), "nests");
    }

    #[test]
    fn brackets_in_strings_and_comments_do_not_nest() {
        let many = "[({".repeat(50);
        allowed(&format!(r#"{{a(x:"{many}")}}"#));
        allowed(&format!(r#"{{a(x:"\"{many}")}}"#));
        allowed(&format!(
            r#"{{a(x:"""{many}
            \""" {many} " "" {many}""")}}"#
        ));
        allowed(&format!("{{a # {many}\n}}"));
        allowed(&format!("{{a # \" {many}\r}}"));
        allowed(&format!("{{a(x:\"\u{201c}{many}\u{1f600}\")}}"));
    }

    #[test]
    fn brackets_after_strings_and_comments_do() {
        let many = "[({".repeat(50);
        refused(&format!(r#"{{a(x:"\\" {many}"#), "nests");
        refused(&format!(r#"{{a(x:"" {many}"#), "nests");
        refused(&format!("{{a(x:\"\"\"\"\"\" {many}"), "nests");
        refused(&format!("{{a # \"\n{many}"), "nests");
        refused(&format!("{{a # \"\r{many}"), "nests");
    }

    #[test]
    fn a_string_without_an_end_hides_nothing() {
        let many = "[({".repeat(50);
        refused(&format!("{{a(x:[\"\"\"b\" {many}"), "no end");
        refused(&format!("{{a(x:\"b\n {many}"), "no end");
        refused("{a(x:\"b\\", "no end");
    }

    #[test]
    fn size_tokens_and_directives_are_bounded() {
        allowed(&"a ".repeat(2_000));
        refused(&"a ".repeat(2_001), "tokens");
        refused(&"!".repeat(2_001), "tokens");
        refused(&" ".repeat(BYTES_MAX + 1), "bytes");
        allowed(&"@a ".repeat(50));
        refused(&"@a ".repeat(51), "directives");
        allowed(&format!("{{a(x:\"{}\")}}", "@".repeat(100)));
    }
}

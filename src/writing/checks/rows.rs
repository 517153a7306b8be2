//! The rows and the paragraphs of a text.

/// Paragraphs: runs of lines that are not blank.
pub(super) fn paragraphs_of(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut open = false;
    for line in text.lines() {
        if line.trim().is_empty() {
            open = false;
        } else if let (true, Some(last)) = (open, out.last_mut()) {
            last.push('\n');
            last.push_str(line);
        } else {
            out.push(line.to_owned());
            open = true;
        }
    }
    out
}

/// The lines that are not blank, with their numbers.
pub(super) fn filled(text: &str) -> Vec<(usize, &str)> {
    let lines = text.lines().enumerate().map(|(n, line)| (n + 1, bare(line)));
    lines.filter(|(_, line)| line.chars().any(char::is_alphanumeric)).collect()
}

/// A line without what Markdown puts around it.
fn bare(line: &str) -> &str {
    line.trim().trim_start_matches(['#', '>', ' ']).trim_matches(['*', '_', ' '])
}

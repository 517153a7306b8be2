//! Fenced code in Markdown, line by line.

/// Follows the fences of a text. A block begins with three or more backticks or tildes and ends with at least as many
/// of the same mark and nothing behind them (CommonMark 0.31, section 4.5).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Fences {
    open: Option<(char, usize)>,
}

impl Fences {
    /// Whether `line` belongs to a block of code, its fences included.
    pub(crate) fn takes(&mut self, line: &str) -> bool {
        let text = line.trim_start().trim_end_matches(['\n', '\r']);
        let mark = text.chars().next().filter(|c| matches!(c, '`' | '~'));
        let length = mark.map_or(0, |mark| text.chars().take_while(|c| *c == mark).count());
        let rest = &text[length..];
        match (self.open, mark) {
            (Some((open, least)), Some(mark)) if mark == open && length >= least && rest.trim().is_empty() => {
                self.open = None;
                true
            }
            (Some(_), _) => true,
            // Backticks after backticks are code within a line.
            (None, Some(mark)) if length >= 3 && !(mark == '`' && rest.contains('`')) => {
                self.open = Some((mark, length));
                true
            }
            (None, _) => false,
        }
    }

    /// The fence that would end the block that is open.
    pub(crate) fn missing(&self) -> Option<String> {
        self.open.map(|(mark, length)| mark.to_string().repeat(length))
    }
}

#[cfg(test)]
mod tests {
    use super::Fences;

    fn code(text: &str) -> String {
        let mut fences = Fences::default();
        text.lines().map(|line| if fences.takes(line) { 'c' } else { '.' }).collect()
    }

    #[test]
    fn a_block_ends_with_its_own_mark_at_least_as_long() {
        assert_eq!(code("a\n```\n## b\n```\nc"), ".ccc.");
        assert_eq!(code("````md\n```\nx\n```\n````\ny"), "ccccc.");
        assert_eq!(code("~~~\n```\n~~\n~~~~\ny"), "cccc.");
        assert_eq!(code("```\n``` rust\n   ```  \ny"), "ccc.", "an end has nothing behind it");
        assert_eq!(code("```not` code\ny\n``\n~~"), "....");
        let mut fences = Fences::default();
        assert!(fences.takes("~~~~") && fences.missing().as_deref() == Some("~~~~"));
    }
}

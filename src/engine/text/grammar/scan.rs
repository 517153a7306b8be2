//! The words of GBNF: names, characters, classes, numbers.

use std::cell::Cell;

use super::Bad;
use super::rules::CharSet;
use crate::lang::{Both, both};

/// Highest number in `{m,n}`.
const MOST_TIMES: usize = 10_000;

/// A grammar's text and how far it is read.
pub struct Scanner<'t> {
    text: &'t str,
    /// Where we are, in bytes.
    pub at: usize,
    /// A line and where in the text it was asked for: counting from the start each time would take a square of the
    /// time.
    counted: Cell<(usize, usize)>,
}

impl<'t> Scanner<'t> {
    pub fn new(text: &'t str) -> Self {
        Self { text, at: 0, counted: Cell::new((1, 0)) }
    }

    pub fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    pub fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub fn take(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }

    /// The line that we are in, from 1.
    pub fn line(&self) -> usize {
        let (line, from) = self.counted.get();
        let line = line + self.text[from..self.at].matches('\n').count();
        self.counted.set((line, self.at));
        line
    }

    pub fn bad(&self, reason: Both) -> Bad {
        Bad::new(self.line(), reason)
    }

    /// What is here, for messages.
    fn here(&self) -> Both {
        let start: String = self.rest().chars().take(20).collect();
        if start.is_empty() { Both::new("the end", "结尾") } else { Both::same(format!("{start:?}")) }
    }

    pub fn expected(&self, what: &Both) -> Bad {
        let here = self.here();
        self.bad(Both::new(
            format!("expected {}, found {}", what.en, here.en),
            format!("此处应为{}，而不是{}", what.zh, here.zh),
        ))
    }

    /// Goes over blanks and comments; over line ends too where a rule may continue in the next line.
    pub fn space(&mut self, lines: bool) {
        while let Some(c) = self.peek() {
            match c {
                ' ' | '\t' => self.at += 1,
                '\n' | '\r' if lines => self.at += 1,
                '#' => self.at += self.rest().find(['\n', '\r']).unwrap_or(self.rest().len()),
                _ => break,
            }
        }
    }

    pub fn name(&mut self) -> Result<&'t str, Bad> {
        let rest = self.rest();
        let end = rest.find(|c: char| !is_name(c)).unwrap_or(rest.len());
        if end == 0 {
            return Err(self.expected(&Both::new("a name", "名称")));
        }
        self.at += end;
        Ok(&rest[..end])
    }

    /// `[a-z]`, `[^"\\]`; a minus before the end is itself.
    pub fn class(&mut self) -> Result<CharSet, Bad> {
        self.at += 1;
        let negated = self.take('^');
        let mut ranges = Vec::new();
        while !self.take(']') {
            let from = self.character()?;
            let mut to = from;
            if self.peek() == Some('-') && !self.rest().starts_with("-]") {
                self.at += 1;
                to = self.character()?;
            }
            if to < from {
                return Err(self.bad(both!("the range {from:?} to {to:?} is empty", "{from:?} 到 {to:?} 的范围是空的")));
            }
            ranges.push((from, to));
        }
        if ranges.is_empty() {
            return Err(self.bad(Both::new("a class has no characters", "字符类中没有字符")));
        }
        let set = CharSet::new(ranges);
        Ok(if negated { set.negated() } else { set })
    }

    /// One character, escapes read.
    pub fn character(&mut self) -> Result<char, Bad> {
        let Some(c) = self.peek() else {
            return Err(
                self.bad(Both::new("it ends in the middle of a literal or a class", "它在文字或字符类中间结束"))
            );
        };
        self.at += c.len_utf8();
        if c != '\\' {
            return Ok(c);
        }
        let Some(escape) = self.peek() else {
            return Err(self.bad(Both::new("it ends in the middle of an escape", "它在转义中间结束")));
        };
        let digits = match escape {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => {
                let read = match escape {
                    't' => '\t',
                    'r' => '\r',
                    'n' => '\n',
                    '\\' | '"' | '[' | ']' | '-' => escape,
                    _ => {
                        return Err(self.bad(both!(
                            "the escape \\{} is not known",
                            "不认识转义 \\{}",
                            escape.escape_default()
                        )));
                    }
                };
                self.at += 1;
                return Ok(read);
            }
        };
        let hex = self.rest().get(1..=digits).filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()));
        let code = hex.and_then(|hex| u32::from_str_radix(hex, 16).ok());
        let Some(code) = code else {
            return Err(self.bad(both!(
                "\\{escape} needs {digits} hexadecimal digits",
                "\\{escape} 需要 {digits} 位十六进制数字"
            )));
        };
        self.at += 1 + digits;
        char::from_u32(code)
            .ok_or_else(|| self.bad(both!("there is no character U+{code:04X}", "没有字符 U+{code:04X}")))
    }

    pub fn integer(&mut self) -> Result<Option<usize>, Bad> {
        let rest = self.rest();
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        if end == 0 {
            return Ok(None);
        }
        match rest[..end].parse() {
            Ok(n) if n <= MOST_TIMES => {
                self.at += end;
                Ok(Some(n))
            }
            _ => Err(self.bad(both!("a repetition is of more than {MOST_TIMES} times", "重复次数超过 {MOST_TIMES}"))),
        }
    }
}

pub fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-'
}

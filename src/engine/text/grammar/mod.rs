//! Answers of a given form: grammars in llama.cpp's notation (GBNF), and JSON Schemas, which become such grammars.
//!
//! ```text
//! JSON Schema -> schema/ -> GBNF -> parse -> rules -> machine -> constraint: which tokens may come next
//! ```
//! A grammar may come from anyone: every step is bounded in time and memory, and none recurses over its input further
//! than a fixed depth.
//!
//! | file | what is in it |
//! |---|---|
//! | `scan`, `parse` | GBNF to definitions |
//! | `rules` | definitions checked and laid flat; sets of characters |
//! | `machine` | all parses of a text at once, byte by byte |
//! | `constraint` | tokens: one, or all of a vocabulary |
//! | `schema/` | JSON Schema to GBNF |

mod checker;
mod constraint;
mod machine;
mod parse;
mod rules;
mod scan;
mod schema;

#[cfg(test)]
mod fixture_tests;

pub use self::checker::{Checked, GrammarChecker};
pub use self::constraint::Constraint;
use self::rules::Rules;
use crate::domain::Grammar;
use crate::error::{Cause, Result};
use crate::lang::{Both, both};

/// Longest grammar or schema that is read, in bytes.
const LONGEST: usize = 1 << 20;

/// What is wrong with a grammar, and in which line (from 1; 0 where no line is to blame).
#[derive(Clone, Debug, PartialEq)]
pub struct Bad {
    pub line: usize,
    pub reason: Both,
}

impl Bad {
    pub fn new(line: usize, reason: Both) -> Self {
        Self { line, reason }
    }
}

impl From<Bad> for Cause {
    fn from(bad: Bad) -> Self {
        Self::BadGrammar { line: bad.line, reason: bad.reason }
    }
}

/// Reads a grammar of either kind.
fn compile(grammar: &Grammar) -> Result<Rules> {
    let (Grammar::Gbnf(text) | Grammar::JsonSchema(text)) = grammar;
    // The byte order mark of a file whose text was pasted.
    let text = text.trim_start_matches('\u{feff}');
    if text.len() > LONGEST {
        return Err(
            Cause::from(Bad::new(0, both!("it is longer than {LONGEST} bytes", "它超过 {LONGEST} 字节"))).into()
        );
    }
    let rules = match grammar {
        Grammar::Gbnf(_) => parse::parse(text).and_then(Rules::new),
        Grammar::JsonSchema(_) => schema::read(text),
    };
    rules.map_err(|bad| Cause::from(bad).into())
}

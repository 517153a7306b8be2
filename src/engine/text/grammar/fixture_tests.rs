//! Which tokens may come next, against llama.cpp (`tests/fixtures/text/make_sampling.py`).

use serde::Deserialize;

use super::Constraint;
use crate::domain::Grammar;
use crate::engine::text::testing::{self, Vocabulary};

#[derive(Deserialize)]
struct Case {
    grammar: String,
    bytes: Vec<u8>,
    next: Vec<(u32, u32)>,
}

/// llama.cpp lets bytes pass that no character has in it (longer spellings of shorter characters too), and takes NUL
/// for the end of the token.
fn is_comparable(last: Option<&u8>, id: u32) -> bool {
    match last {
        Some(0xE0) => !matches!(id, 0x80..=0x9F),
        Some(0xF0) => !matches!(id, 0x80..=0x8F),
        _ => !matches!(id, 0 | 0xC0 | 0xC1 | 0xF5..=0xFF),
    }
}

#[test]
fn next_tokens_equal_llama_cpp() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tiny.gguf");
    testing::tiny_gguf(&path).unwrap();
    let vocabulary = Vocabulary::open(&path, None).unwrap();
    let pieces = vocabulary.pieces();
    let cases: Vec<Case> = serde_json::from_str(include_str!("../../../../tests/fixtures/text/grammar.json")).unwrap();
    for case in &cases {
        let mut constraint = Constraint::new(&Grammar::Gbnf(case.grammar.clone())).unwrap();
        for &byte in &case.bytes {
            assert!(constraint.allows(&[byte]).unwrap(), "{:?} after {:?}", byte, case.grammar);
            constraint.accept(&[byte]).unwrap();
        }
        let mut logits = vec![0.0; pieces.len()];
        let left = constraint.mask(&mut logits, &pieces, |id| vocabulary.is_end(id)).unwrap();
        assert_eq!(left, logits.iter().filter(|l| **l == 0.0).count());
        let allowed = (0..).zip(&logits).filter(|(id, l)| **l == 0.0 && is_comparable(case.bytes.last(), *id));
        let allowed: Vec<u32> = allowed.map(|(id, _)| id).collect();
        let expected = case.next.iter().flat_map(|&(from, to)| from..=to);
        let expected: Vec<u32> = expected.filter(|&id| is_comparable(case.bytes.last(), id)).collect();
        assert_eq!(allowed, expected, "{:?} after {:?}", case.grammar, String::from_utf8_lossy(&case.bytes));
    }
}

//! Loops that are compiled for several processors, read from the source.

use crate::imports::Sources;

/// Functions that compile the closure they are given for each kind of processor.
const COMPILED_FOR_EACH: [&str; 4] = ["for_rows(", "mapped(", "in_place(", ".dispatch("];

/// The closure that a call takes, with what stands before it; `rest` begins after the call's parenthesis.
fn closure(rest: &str) -> Option<&str> {
    let mut depth = 0;
    for (at, c) in rest.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' if depth == 0 => return None,
            ')' | ']' | '}' => depth -= 1,
            '|' if depth == 0 => return Some(&rest[..at]),
            _ => {}
        }
    }
    None
}

/// A closure is a function of its own, without the caller's instructions: only what is inlined gets them. Regression: a
/// build for every processor wrote text at a third of the speed, for one closure in the middle of attention.
#[test]
fn closures_that_are_compiled_for_each_processor_are_inlined() {
    let (mut seen, mut wrong) = (0, Vec::new());
    for (file, code) in Sources::read().all.values().filter(|(file, _)| file.starts_with("engine")) {
        for call in COMPILED_FOR_EACH {
            for (at, _) in code.match_indices(call) {
                let Some(before) = closure(&code[at + call.len()..]) else { continue };
                seen += 1;
                if !before.trim_end().ends_with("#[inline(always)]") {
                    wrong.push(format!("{}, line {}: {call}", file.display(), code[..at].lines().count()));
                }
            }
        }
    }
    assert!(seen > 20, "only {seen} calls were found");
    assert!(wrong.is_empty(), "closures without #[inline(always)]:\n{}", wrong.join("\n"));
}

#[test]
fn a_call_that_lacks_it_is_found() {
    assert_eq!(
        closure("&mut x[a..b], f(1), #[inline(always)] |i| {})"),
        Some("&mut x[a..b], f(1), #[inline(always)] ")
    );
    assert_eq!(closure("&mut x, |i| {})"), Some("&mut x, "));
    assert_eq!(closure("from, f) || g(|x| x)"), None);
}

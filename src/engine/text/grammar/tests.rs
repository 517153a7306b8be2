use std::time::{Duration, Instant};

use super::*;

fn gbnf(text: &str) -> Result<Constraint> {
    Constraint::new(&Grammar::Gbnf(text.to_owned()))
}

/// Whether the whole text is one of the grammar.
fn reads(grammar: &str, text: &str) -> bool {
    let mut constraint = gbnf(grammar).unwrap();
    text.bytes().all(|byte| {
        let fits = constraint.allows(&[byte]).unwrap();
        constraint.accept(&[byte]).unwrap();
        fits
    }) && constraint.may_end()
}

fn complaint(grammar: &str) -> (usize, String) {
    match gbnf(grammar).err().map(|error| error.cause().clone()) {
        Some(Cause::BadGrammar { line, reason }) => (line, reason.en),
        other => panic!("{grammar:.100}: {other:?}"),
    }
}

#[test]
fn texts_are_read_as_the_notation_says() {
    for (grammar, good, bad) in [
        (r#"root ::= "a""#, &["a"][..], &["", "b", "aa"][..]),
        (r#"root ::= "a" | "b" "c" | "#, &["", "a", "bc"], &["b", "c", "abc"]),
        (r#"root ::= "ab"*"#, &["", "ab", "abab"], &["a", "aba"]),
        (r#"root ::= "ab"+ "c"?"#, &["ab", "ababc"], &["", "c", "abcc"]),
        (r#"root ::= "a"{2} "b"{1,} "c"{0,2}"#, &["aab", "aabbbcc"], &["ab", "aaabccc", "aaab", "aabccc"]),
        (r#"root ::= ("a" ("b" | "c")){2}"#, &["abac"], &["ab", "abacab"]),
        (r#"root ::= "ab"{2}{2}?"#, &["", "abababab"], &["abab"]),
        (r"root ::= [a-cx] [^a-c\n] .", &["xd\n", "a漢é"], &["da.", "ab.", "a\n."]),
        (r#"root ::= "\x41\u00e9\U0001F600\t\"\\""#, &["Aé😀\t\"\\"], &["Aé"]),
        (r"root ::= [^é] .", &["êx", "xé", "漢字"], &["éx"]),
        (
            "# a comment\nroot ::= (\n  # inside\n  a |\n  b\n)\r\n\r\na ::=\n  \"x\" # end\nb ::= \"y\"",
            &["x", "y"],
            &["xy"],
        ),
        (r#"root ::= "(" root ")" | "x""#, &["x", "((x))"], &["((x)", "()"]),
        (r#"root ::= "" ""* "a""#, &["a"], &["aa"]),
        // Ambiguous on purpose.
        ("root ::= e\ne ::= n (\"+\" e)? | \"(\" e \")\"\nn ::= [0-9]+ | [0-9]", &["1+2", "(1+(23))"], &["1+", "(1"]),
    ] {
        good.iter().for_each(|text| assert!(reads(grammar, text), "{grammar} should read {text:?}"));
        bad.iter().for_each(|text| assert!(!reads(grammar, text), "{grammar} should not read {text:?}"));
    }
}

#[test]
fn a_token_may_end_inside_a_character() {
    let mut constraint = gbnf("root ::= [à-ï] [^😀-😏]").unwrap();
    let bytes = "ê😐".as_bytes();
    assert!(constraint.allows(&bytes[..1]).unwrap());
    assert!(!constraint.allows(&[0xC4]).unwrap(), "no character there begins so");
    assert!(!constraint.allows(&[0xC3, 0x80]).unwrap());
    assert!(constraint.allows(&bytes[..4]).unwrap());
    constraint.accept(&bytes[..5]).unwrap();
    assert!(!constraint.may_end(), "a character is not whole");
    assert!(!constraint.allows(&[0x80]).unwrap(), "U+1F600 is not allowed");
    assert!(constraint.allows(&[0x90]).unwrap());
    constraint.accept(&[0x90]).unwrap();
    assert!(constraint.must_end());
    for never in [&[0xC0, 0x80][..], &[0xED, 0xA0], &[0xF5], &[0xFF], &[0x80], &[0xF4, 0x90], &[0xE0, 0x80]] {
        assert!(!gbnf("root ::= .").unwrap().allows(never).unwrap(), "{never:x?} begins no character");
    }
}

#[test]
fn all_tokens_are_tried_as_each_alone() {
    let words: Vec<Vec<u8>> =
        ["", "a", "ab", "abc", "b", "\"a", "é", "{", "<end>"].map(|w| w.as_bytes().to_vec()).into();
    for text in ["", "a", "ab", "abb"] {
        let mut fresh = gbnf(r#"root ::= "ab" [b-é]* | "a" "#).unwrap();
        fresh.accept(text.as_bytes()).unwrap();
        let mut logits = vec![1.0; words.len() + 3];
        let left = fresh.mask(&mut logits, &words, |id| id == 8).unwrap();
        assert_eq!(left, logits.iter().filter(|l| l.is_finite()).count());
        for (id, word) in words.iter().enumerate().take(8) {
            assert_eq!(logits[id].is_finite(), fresh.allows(word).unwrap(), "{text} {word:?}");
        }
        assert_eq!(logits[8].is_finite(), fresh.may_end());
        assert!(logits[9..].iter().all(|l| l.is_infinite()), "ids without a word");
    }
    let mut fresh = gbnf("root ::= [a]*").unwrap();
    assert!(!fresh.allows(b"").unwrap(), "a token that shows nothing brings nothing on");
}

/// As many tokens as large models have, inside of a JSON text, where nearly all of them fit.
#[test]
fn a_large_vocabulary_is_tried_in_time() {
    let letters: Vec<char> = " etaoinshrdlucmfwygpbvk\"\\{}0123é漢字😀".chars().collect();
    let mut x: u32 = 3;
    let mut random = |below: usize| {
        x = x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (x >> 8) as usize % below
    };
    let words: Vec<Vec<u8>> = (0..150_000)
        .map(|_| (0..1 + random(9)).map(|_| letters[random(letters.len())]).collect::<String>().into_bytes())
        .collect();
    let schema = "{\"type\":\"array\",\"items\":{\"type\":\"string\"}}".to_owned();
    let mut constraint = Constraint::new(&Grammar::JsonSchema(schema)).unwrap();
    constraint.accept(b"[\"").unwrap();
    let mut took = Vec::new();
    for _ in 0..3 {
        let started = Instant::now();
        let mut logits = vec![0.0; words.len()];
        let left = constraint.mask(&mut logits, &words, |_| false).unwrap();
        took.push(started.elapsed());
        assert!(left > 20_000 && left < words.len(), "{left}");
        constraint.accept(b"a").unwrap();
    }
    println!("{took:?}");
    assert!(took.iter().all(|t| *t < Duration::from_secs(5)), "{took:?}");
}

#[test]
fn errors_name_the_line_and_the_reason() {
    for (grammar, line, words) in [
        ("", 0, "no rule called root"),
        ("a ::= \"x\"\n", 0, "no rule called root"),
        ("\n\nroot ::= [a", 3, "middle"),
        ("root ::= \"a", 1, "middle"),
        ("root ::= a\n", 1, "a is used but not defined"),
        ("root ::= \"a\"\nroot ::= \"b\"\n", 2, "twice"),
        ("root ::= \"a\" )\n", 1, "end of the line"),
        ("root ::= (\"a\"\n\n", 3, "expected"),
        ("root = \"a\"\n", 1, "::="),
        ("root ::= *\n", 1, "nothing comes before"),
        ("root ::= \"a\"{3,2}\n", 1, "above"),
        ("root ::= \"a\"{x}\n", 1, "number"),
        ("root ::= \"a\"{1\n", 1, "expected"),
        ("root ::= \"\\q\"\n", 1, "escape"),
        ("root ::= \"\\x4\"\n", 1, "hexadecimal"),
        ("root ::= \"\\x漢\"\n", 1, "hexadecimal"),
        ("root ::= \"\\ud800\"\n", 1, "U+D800"),
        ("root ::= \"\\UFFFFFFFF\"\n", 1, "no character"),
        ("root ::= [z-a]\n", 1, "empty"),
        ("root ::= []\n", 1, "no characters"),
        ("root ::= <[5]>\n", 1, "tokens by name"),
        ("root ::= a\na ::= a \"x\" | \"y\"\n", 2, "a begins with itself"),
        ("root ::= \"x\"? root \"y\" | \"z\"\n", 1, "root begins with itself"),
        ("root ::= a\na ::= b? c\nb ::= \"b\"\nc ::= \"c\" | a\n", 2, "a begins with itself"),
        ("root ::= (\"a\"*)*\n", 1, "root begins with itself"),
        ("root ::= \"a\"?*\n", 1, "root begins with itself"),
    ] {
        let (at, reason) = complaint(grammar);
        assert!(at == line && reason.contains(words), "{grammar:?}: line {at}: {reason}");
    }
}

/// None of them may hang, eat the memory or end the program.
#[test]
fn hostile_grammars_end_quickly() {
    let chain: String = (0..40_000).map(|i| format!("r{i} ::= r{} | r{}\n", i + 1, i + 1)).collect();
    let names: String = (0..90_000).map(|i| format!(" n{i}")).collect();
    let mut x: u32 = 1;
    let junk: String = std::iter::repeat_with(|| {
        x = x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from(b" \n\"[](){}|*+?:=\\#-ar09,"[(x >> 24) as usize % 23])
    })
    .take(1_000_000)
    .collect();
    for (what, grammar) in [
        ("deep groups", format!("root ::= {}\"a\"{}", "(".repeat(100_000), ")".repeat(100_000))),
        ("open groups", format!("root ::= {}", "(".repeat(1_000_000))),
        ("a huge repetition", "root ::= \"a\"{99999999999999999999}".to_owned()),
        ("many repetitions", format!("root ::= {}", "\"a\"{10000} ".repeat(1000))),
        ("a long chain", format!("root ::= r0\n{chain}r40000 ::= root\n")),
        ("many names", format!("root ::={names}")),
        ("too long", format!("root ::= \"{}\"", "a".repeat(2_000_000))),
        ("junk", junk.clone()),
        ("junk in a rule", format!("root ::= {}", junk.replace('\n', " "))),
        ("stars", format!("root ::= \"a\"{}", "*".repeat(500_000))),
        ("NULs", "\0".repeat(1_000_000)),
    ] {
        let started = Instant::now();
        let (_, reason) = complaint(&grammar);
        assert!(reason.len() < 300, "{what}: {reason}");
        assert!(started.elapsed() < Duration::from_secs(5), "{what}: {:?}", started.elapsed());
    }
}

/// Grammars that are right, but have too many ways to read a text: an error at the latest when they are followed.
#[test]
fn explosions_are_stopped() {
    let doubling: String = (0..60).map(|i| format!("r{i} ::= r{0} \"a\" | r{0} \"b\"\n", i + 1)).collect();
    for (what, grammar) in [
        ("nested repetitions", "root ::= ((\"a\"?){5000}){5000} \"b\"".to_owned()),
        ("bounded nests", "root ::= ((\"a\"{0,5000}){0,5000}){0,5000} \"b\"".to_owned()),
        ("doubling", format!("root ::= r0\n{doubling}r60 ::= \"c\"\n")),
    ] {
        let started = Instant::now();
        let result = gbnf(&grammar).and_then(|mut constraint| (0..200).try_for_each(|_| constraint.accept(b"a")));
        let cause = result.expect_err(what).cause().clone();
        assert!(
            matches!(&cause, Cause::BadGrammar { reason, .. } if reason.en.contains("too ambiguous")),
            "{what}: {cause:?}"
        );
        assert!(started.elapsed() < Duration::from_secs(5), "{what}: {:?}", started.elapsed());
    }
    // A long text of a list or a nest is no explosion.
    let mut list = gbnf("root ::= \"[\" (item (\",\" item)*)? \"]\"\nitem ::= [0-9]+ | root").unwrap();
    for _ in 0..20_000 {
        assert!(list.allows(b"[1,").unwrap());
        list.accept(b"[1,").unwrap();
    }
}

/// Good grammars with characters changed, added and taken out: an error or a grammar that can be followed.
#[test]
fn damaged_grammars_do_no_harm() {
    let good = "root ::= \"[\" ws (item (\",\" ws item)*)? \"]\" # a list\nitem ::= [0-9]{1,3} | root | \"\\u00e9\"+\nws ::= | \" \" ws?\n";
    assert!(reads(good, "[12, [é]]"));
    let mut x: u32 = 7;
    let mut random = |below: usize| {
        x = x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (x >> 8) as usize % below
    };
    let mut read = 0;
    for _ in 0..20_000 {
        let mut text: Vec<char> = good.chars().collect();
        for _ in 0..=random(3) {
            let at = random(text.len());
            let c = ['"', '[', ']', '(', ')', '{', '}', '*', '+', '?', '|', '\\', '\n', '9', 'é', '-', '^', '.']
                [random(18)];
            match random(3) {
                0 => text[at] = c,
                1 => text.insert(at, c),
                _ => drop(text.remove(at)),
            }
        }
        let text: String = text.into_iter().collect();
        if let Ok(mut constraint) = gbnf(&text) {
            read += 1;
            for byte in "[12, [é]]".bytes() {
                let _ = constraint.allows(&[byte]);
                let _ = constraint.accept(&[byte]);
            }
        }
    }
    assert!(read > 1000, "{read}");
}

/// The forms' own grammars: each can be followed, and what the checks of its form want is a text of it.
#[test]
fn the_grammars_of_forms_read_what_the_forms_ask_for() {
    use crate::lang::Lang;
    use crate::writing::checks::check;
    use crate::writing::forms::{FieldKind, Values, find, forms};

    let topic = |more: &[(&str, &str)]| -> Values {
        let all = [&[("topic", "snow")], more].concat();
        all.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    };
    let text_of = |grammar: Option<Grammar>| match grammar {
        Some(Grammar::Gbnf(text)) => text,
        other => panic!("{other:?}"),
    };
    let mut strict = 0;
    for form in forms() {
        for field in &form.fields {
            let FieldKind::Choice { choices, .. } = &field.kind else { continue };
            for (choice, lang) in choices.iter().flat_map(|choice| Lang::ALL.map(|lang| (choice, lang))) {
                let grammar = form.grammar(&topic(&[("topic", "x"), (&field.id, &choice.id)]), lang);
                strict += usize::from(grammar.is_some());
                assert!(grammar.is_none_or(|grammar| Constraint::new(&grammar).is_ok()), "{} {}", form.id, choice.id);
            }
        }
    }
    assert!(strict >= 12, "{strict}");
    let poem = find("poem").unwrap();
    for (kind, lang, good, bad) in [
        (
            "haiku",
            Lang::En,
            "The first cold snow falls\nupon the roof and garden\nand the cat sits still",
            "The first cold snow falls\nupon the roof and garden",
        ),
        ("haiku", Lang::Zh, "初雪落无声，\n屋顶花园一片白，\n小猫静静坐。", "初雪落无声，\n屋顶花园，\n小猫静静坐。"),
        (
            "jueju5",
            Lang::En,
            "床前明月光，\n疑是地上霜。\n举头望明月，\n低头思故乡。",
            "床前明月光，\n疑是地上霜。\n举头望明月，\n低头思。",
        ),
        (
            "quatrain",
            Lang::En,
            "The snow came down at break of day\nand filled the street with silver light\nit hid the hills and fields of hay\nand shone all through the quiet night",
            "Here is a poem:\nThe snow came down",
        ),
    ] {
        let values = topic(&[("kind", kind)]);
        let grammar = text_of(poem.grammar(&values, lang));
        assert!(reads(&grammar, good) && !reads(&grammar, bad), "{kind}: {grammar}");
        let wrong = check(good, &poem.checks(&values, lang), lang);
        assert!(wrong.is_empty(), "{kind}: {wrong:?}");
    }
    let blog = find("blog").unwrap();
    let outline = text_of(blog.grammar(&topic(&[("sections", "2")]), Lang::En));
    assert!(reads(&outline, "Basil in winter\n1. Light\n2. Water"));
    for bad in ["Basil in winter\n1. Light", "1. Light\n2. Water", "Basil\n1. Light\n2. Water\n3. Warmth"] {
        assert!(!reads(&outline, bad), "{bad}");
    }
    let section = text_of(blog.section_grammar(&topic(&[]), Lang::En, "The \"best\" light"));
    assert!(reads(&section, "## The \"best\" light\n\nMuch of it.\n\nAnd more."));
    assert!(!reads(&section, "The light\n\nMuch.") && !reads(&section, "## The \"best\" light\n\nMuch.\n\n## Water"));
    let news = text_of(find("news").unwrap().grammar(&topic(&[]), Lang::En));
    assert!(reads(&news, "Town library opens again\n\nThe library opened on Monday.\nIt was full."));
    assert!(!reads(&news, &format!("{}\n\nText.", "word ".repeat(13).trim())), "thirteen words are too many");
    let letter = find("letter").unwrap();
    let email = text_of(letter.grammar(&topic(&[("kind", "email")]), Lang::En));
    assert!(
        reads(&email, "Subject: Heating\n\nDear all,\n\nit is cold.\n\nAnn") && !reads(&email, "Dear all,\n\ncold")
    );
}

use serde_json::json;

use super::*;
use crate::domain::Grammar;
use crate::engine::text::grammar::Constraint;
use crate::error::Cause;

fn constraint(schema: &Value) -> Constraint {
    Constraint::new(&Grammar::JsonSchema(schema.to_string())).unwrap_or_else(|error| panic!("{schema}: {error:?}"))
}

fn reads(schema: &Value, text: &str) -> bool {
    let mut constraint = constraint(schema);
    text.is_empty()
        || constraint.allows(text.as_bytes()).unwrap() && {
            constraint.accept(text.as_bytes()).unwrap();
            constraint.may_end()
        }
}

fn check(schema: Value, good: &[&str], bad: &[&str]) {
    good.iter().for_each(|text| assert!(reads(&schema, text), "{schema} should allow {text}"));
    bad.iter().for_each(|text| assert!(!reads(&schema, text), "{schema} should not allow {text}"));
    for text in good {
        serde_json::from_str::<Value>(text).unwrap();
    }
}

#[test]
fn simple_types() {
    check(
        json!({"type": "string"}),
        &[r#""""#, r#""a\n\u00e9漢""#],
        &["a", r#""a"#, "\"a\nb\"", r#""\q""#, r#""\ud83d""#],
    );
    check(json!({"type": "integer"}), &["0", "-12", "123"], &["01", "1.0", "-", "+1", "12345678901234567"]);
    check(json!({"type": "number"}), &["0", "-1.5", "2e10", "1.0E-3"], &[".5", "1.", "1e", "00"]);
    check(json!({"type": "boolean"}), &["true", "false"], &["True", "null"]);
    check(json!({"type": ["null", "integer"]}), &["null", "3"], &["nul", "\"\""]);
    let anything = ["1", "\"a\"", "[]", "[1, {\"a\": [true]}]", "{}", "{\"a\":null, \"b\":{}}"];
    check(json!({}), &anything, &["", "[1,]", "{a:1}"].map(|bad| if bad.is_empty() { "," } else { bad }));
    check(json!(true), &anything, &[]);
    check(json!({"title": "t", "description": "d", "default": 3, "$schema": "s"}), &anything, &[]);
}

#[test]
fn fixed_values() {
    check(json!({"const": {"a": ["\"\n\\", 1.5]}}), &[r#"{"a":["\"\n\\",1.5]}"#], &["{}"]);
    check(json!({"enum": ["a", 1, null, "漢"]}), &["\"a\"", "1", "null", "\"漢\""], &["a", "2"]);
    check(json!({"type": "string", "enum": ["a", 1]}), &["\"a\""], &["1"]);
}

#[test]
fn objects_keep_order_and_commas() {
    let schema = json!({
        "type": "object",
        "properties": {"a": {"type": "integer"}, "b": {"type": "string"}, "c": {"type": "boolean"}},
        "required": ["b"],
        "additionalProperties": false,
    });
    check(
        schema,
        &[r#"{"b":"x"}"#, r#"{"a":1,"b":"x"}"#, r#"{ "a": 1, "b": "x", "c": true }"#, r#"{"b":"x","c":false}"#],
        &["{}", r#"{"a":1}"#, r#"{"b":"x","a":1}"#, r#"{"b":"x",}"#, r#"{,"b":"x"}"#, r#"{"b":"x","d":1}"#],
    );
    let optional = json!({"properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}});
    check(optional, &["{}", r#"{"a":1}"#, r#"{"b":1}"#, r#"{"a":1,"b":2}"#], &[r#"{"a":1"b":2}"#, r#"{"c":1}"#]);
    check(json!({"type": "object"}), &["{}", r#"{"x":{"y":[]}}"#], &["[]"]);
    check(json!({"required": ["x", "a b"]}), &[r#"{"a b":1,"x":[]}"#], &["{}", r#"{"x":1}"#]);
}

#[test]
fn other_properties_have_other_names() {
    let schema = json!({
        "type": "object",
        "properties": {"ab": {"type": "integer"}, "abc": {"type": "integer"}, "é": {}},
        "required": ["ab"],
        "additionalProperties": {"type": "boolean"},
    });
    check(
        schema,
        &[r#"{"ab":1}"#, r#"{"ab":1,"a":true,"abx":false,"":true,"abcd":true,"b":true,"e":true,"éé":true}"#],
        &[r#"{"ab":1,"ab":true}"#, r#"{"ab":1,"abc":true}"#, r#"{"ab":1,"x":1}"#, r#"{"ab":1,"\u0061b":true}"#],
    );
    check(json!({"additionalProperties": {"type": "null"}}), &["{}", r#"{"a":null,"b":null}"#], &[r#"{"a":1}"#]);
}

#[test]
fn required_names_that_are_not_described_are_as_the_others_are() {
    let of = |others: Value| json!({"properties": {"b": {"type": "null"}}, "required": ["a"], "additionalProperties": others});
    check(
        of(json!({"type": "integer"})),
        &[r#"{"a":1}"#, r#"{"b":null,"a":1,"c":2}"#],
        &["{}", r#"{"a":"x"}"#, r#"{"a":1.5}"#],
    );
    check(of(json!(true)), &[r#"{"a":"x","c":[]}"#], &["{}"]);
    check(json!({"required": ["a"]}), &[r#"{"a":[]}"#], &[r#"{"a":1,"b":1}"#]);
    let known = json!({"properties": {"a": {"type": "null"}}, "required": ["a"], "additionalProperties": false});
    check(known, &[r#"{"a":null}"#], &["{}", r#"{"a":1}"#]);
}

/// What nothing satisfies is left out where something else is possible.
#[test]
fn impossible_ways_are_never_gone() {
    let no = json!({"type": "string", "minLength": 2, "maxLength": 1});
    check(
        json!({"properties": {"a": no, "b": {"type": "null"}}}),
        &["{}", r#"{"b":null}"#],
        &[r#"{"a":"x"}"#, r#"{"a":""}"#],
    );
    check(json!({"properties": {"a": false}}), &["{}"], &[r#"{"a":1}"#]);
    check(json!({"additionalProperties": no}), &["{}"], &[r#"{"a":1}"#]);
    check(json!({"anyOf": [no, {"const": 1}, false]}), &["1"], &["\"x\""]);
    check(json!({"type": ["string", "integer"], "minLength": 2, "maxLength": 1}), &["1"], &["\"x\""]);
    check(json!({"type": "array", "items": no}), &["[]"], &["[\"x\"]"]);
    check(json!({"prefixItems": [{"type": "null"}, no, {"type": "null"}]}), &["[null]"], &["[]", "[null,\"x\",null]"]);
    // A list that must go on for ever, or end with null.
    let node = json!({"properties": {"next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}}, "required": ["next"]});
    check(node, &[r#"{"next":{"next":null}}"#], &["{}"]);
    check(
        json!({"anyOf": [{"type": "array", "items": {"$ref": "#"}, "minItems": 1}, {"const": 0}]}),
        &["[[0],0]"],
        &["[]"],
    );
    check(json!({"type": "integer", "enum": [1.0, 1.5, 2]}), &["1.0", "2"], &["1.5"]);
}

#[test]
fn what_nothing_satisfies_is_refused_with_the_reason() {
    let no = json!({"type": "string", "minLength": 2, "maxLength": 1});
    for (schema, words) in [
        (json!({"required": ["a"], "additionalProperties": false}), "\"a\" is required"),
        (json!({"properties": {"b": {}}, "required": ["b", "a"], "additionalProperties": false}), "\"a\" is required"),
        (json!({"required": ["a"], "additionalProperties": {"enum": []}}), "\"a\" is required"),
        (json!({"properties": {"a": false}, "required": ["a"]}), "the schema false allows nothing"),
        (json!({"properties": {"a": no}, "required": ["a"]}), "maxLength 1 is below minLength 2"),
        (json!({"properties": {"a": {"$ref": "#/$defs/no"}}, "required": ["a"], "$defs": {"no": no}}), "minLength 2"),
        (json!({"enum": []}), "no value of enum"),
        (json!({"type": "string", "enum": [1, null]}), "no value of enum is of its type"),
        (json!({"type": "integer", "const": "x"}), "no value of const is of its type"),
        (json!({"type": "integer", "const": 1.5}), "no value of const is of its type"),
        (json!({"type": "array", "minItems": 3, "maxItems": 2}), "maxItems 2 is below minItems 3"),
        (json!({"prefixItems": [{}], "maxItems": 1, "minItems": 2}), "maxItems 1 is below minItems 2"),
        (json!({"prefixItems": [{}], "items": false, "minItems": 2}), "minItems asks for 2 items, and there may be 1"),
        (json!({"prefixItems": [{}, false], "minItems": 2}), "minItems asks for 2 items, and there may be 1"),
        (json!({"items": no, "minItems": 1}), "minItems asks for 1 items, and there may be 0"),
        (json!({"type": "integer", "minimum": 5, "maximum": 4}), "no integer is at least 5 and at most 4"),
        (json!({"type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 1}), "no integer"),
        (json!({"type": "integer", "minimum": 0.2, "maximum": 0.8}), "no integer is at least 0.2 and at most 0.8"),
        (json!({"minimum": 1.5, "maximum": 1.6}), "without a type, bounds ask for an integer: widen the bounds"),
        (json!({"anyOf": [false, no]}), "allows nothing; maxLength 1 is below minLength 2"),
        (
            json!({"type": ["string", "array"], "minLength": 2, "maxLength": 1, "minItems": 2, "maxItems": 0}),
            "minItems 2",
        ),
        (json!({"properties": {"next": {"$ref": "#"}}, "required": ["next"]}), "contains itself without an end"),
        (json!({"type": "array", "items": {"$ref": "#"}, "minItems": 1}), "contains itself without an end"),
    ] {
        match Constraint::new(&Grammar::JsonSchema(schema.to_string())).err().map(|e| e.cause().clone()) {
            Some(Cause::BadGrammar { line: 0, reason }) => {
                assert!(
                    reason.en.starts_with("nothing can satisfy the schema: ") && reason.en.contains(words),
                    "{schema}: {reason:?}"
                );
            }
            other => panic!("{schema}: {other:?}"),
        }
    }
}

#[test]
fn dates_are_real_dates() {
    let schema = json!({"type": "string", "format": "date"});
    let leap = |year: u32| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    for year in [0, 1, 4, 9, 96, 100, 400, 999, 1000, 1900, 2000, 2023, 2024, 2026, 2100, 9996, 9999] {
        for month in 0..=13 {
            let last = match month {
                2 => 28 + u32::from(leap(year)),
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            for day in [0, 1, 28, 29, 30, 31, 32] {
                let real = year > 0 && (1..=12).contains(&month) && (1..=last).contains(&day);
                let text = format!("\"{year:04}-{month:02}-{day:02}\"");
                assert_eq!(reads(&schema, &text), real, "{text}");
            }
        }
    }
    let moment = json!({"type": "string", "format": "date-time"});
    check(
        moment,
        &["\"2024-02-29T23:59:59Z\"", "\"2026-11-30T00:00:00.250-23:59\""],
        &[
            "\"2026-02-29T00:00:00Z\"",
            "\"2026-11-31T00:00:00Z\"",
            "\"2026-11-30T24:00:00Z\"",
            "\"2026-11-30T00:60:00Z\"",
            "\"2026-11-30T00:00:00\"",
        ],
    );
    check(
        json!({"type": "string", "format": "time"}),
        &["\"00:00:00Z\""],
        &["\"00:00:60Z\"", "\"00:00:00+24:00\"", "\"0:00:00Z\""],
    );
}

#[test]
fn references_are_percent_decoded_and_unescaped() {
    let defs = json!({"a b": {"const": 1}, "é": {"const": 2}, "a/b": {"const": 3}, "m~n": {"const": 4}, "%": {"const": 5}, "~1": {"const": 6}});
    for (reference, value) in [
        ("#/$defs/a%20b", "1"),
        ("#/%24defs/a b", "1"),
        ("#/$defs/%C3%A9", "2"),
        ("#/$defs/a~1b", "3"),
        ("#/$defs/a%7E1b", "3"),
        ("#/$defs/m~0n", "4"),
        ("#/$defs/%25", "5"),
        ("#/$defs/~01", "6"),
    ] {
        check(json!({"$ref": reference, "$defs": defs}), &[value], &["0"]);
    }
    for wrong in ["#/$defs/%", "#/$defs/%4", "#/$defs/%zz", "#/$defs/%C3", "#/$defs/a%2520b", "#/$defs/+1"] {
        let schema = json!({"$ref": wrong, "$defs": defs}).to_string();
        let error = Constraint::new(&Grammar::JsonSchema(schema)).err().expect(wrong);
        assert!(matches!(error.cause(), Cause::BadGrammar { reason, .. } if reason.en.contains(wrong)), "{error:?}");
    }
}

#[test]
fn a_byte_order_mark_is_passed_over() {
    let mut schema = Constraint::new(&Grammar::JsonSchema("\u{feff}{\"const\":1}".to_owned())).unwrap();
    assert!(schema.allows(b"1").unwrap());
    let mut grammar = Constraint::new(&Grammar::Gbnf("\u{feff}root ::= \"a\"".to_owned())).unwrap();
    assert!(grammar.allows(b"a").unwrap());
}

#[test]
fn arrays_count() {
    let of = |extra: Value| {
        let mut schema = json!({"type": "array", "items": {"type": "integer"}});
        schema.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        schema
    };
    check(of(json!({})), &["[]", "[1]", "[1, 2,3]"], &["[,]", "[1,]", "[\"a\"]"]);
    check(of(json!({"minItems": 2})), &["[1,2]", "[1,2,3]"], &["[]", "[1]"]);
    check(of(json!({"maxItems": 2})), &["[]", "[1,2]"], &["[1,2,3]"]);
    check(of(json!({"minItems": 1, "maxItems": 1})), &["[1]"], &["[]", "[1,2]"]);
    check(of(json!({"maxItems": 0})), &["[]"], &["[1]"]);
    let pair = json!({"prefixItems": [{"type": "integer"}, {"type": "string"}]});
    check(pair, &["[1,\"a\"]"], &["[]", "[1]", "[1,\"a\",2]"]);
    let more = json!({"prefixItems": [{"type": "integer"}], "items": {"type": "string"}, "minItems": 2, "maxItems": 3});
    check(more, &["[1,\"a\"]", "[1,\"a\",\"b\"]"], &["[1]", "[1,2]", "[1,\"a\",\"b\",\"c\"]"]);
    check(json!({"items": [{"type": "null"}]}), &["[null]"], &["[]"]);
}

#[test]
fn strings_have_lengths_and_formats() {
    check(json!({"type": "string", "minLength": 1, "maxLength": 3}), &["\"a\"", r#""\n漢😀""#], &["\"\"", "\"abcd\""]);
    check(json!({"type": "string", "format": "date"}), &["\"2026-11-24\""], &["\"2026-13-01\"", "\"26-1-1\""]);
    check(
        json!({"type": "string", "format": "time"}),
        &["\"23:59:59Z\"", "\"00:00:00.123+01:30\""],
        &["\"24:00:00Z\""],
    );
    check(json!({"type": "string", "format": "date-time"}), &["\"2026-11-24T10:00:00Z\""], &["\"2026-11-24\""]);
    let id = "\"01234567-89ab-cdef-0123-456789abcdef\"";
    check(json!({"type": "string", "format": "uuid"}), &[id], &["\"0123\""]);
}

#[test]
fn integers_have_bounds() {
    for (low, high) in
        [(0, 0), (0, 9), (3, 7), (0, 100), (7, 10), (95, 105), (-3, 4), (-120, -99), (-10, -10), (187, 1213)]
    {
        let schema = json!({"type": "integer", "minimum": low, "maximum": high});
        let constraint = constraint(&schema);
        drop(constraint);
        for n in (low - 30..=high + 30).chain([-1213, 1214, 99_999]) {
            assert_eq!(reads(&schema, &n.to_string()), (low..=high).contains(&n), "{n} in {low} to {high}");
        }
    }
    check(json!({"type": "integer", "minimum": 18}), &["18", "99", "100", "1234567890123456"], &["17", "0", "-18"]);
    check(json!({"type": "integer", "maximum": -5}), &["-5", "-100"], &["-4", "5"]);
    check(json!({"type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 3}), &["1", "2"], &["0", "3"]);
    check(json!({"type": "integer", "minimum": 0.5, "maximum": 2.5}), &["1", "2"], &["0", "3"]);
}

#[test]
fn choices_and_references() {
    check(json!({"anyOf": [{"type": "null"}, {"const": 5}]}), &["null", "5"], &["6"]);
    check(json!({"oneOf": [{"type": "null"}, {"const": 5}]}), &["null", "5"], &["6"]);
    let tree = json!({
        "$ref": "#/$defs/a~1node",
        "$defs": {"a/node": {"type": "object", "properties": {
            "name": {"type": "string"}, "kids": {"type": "array", "items": {"$ref": "#/$defs/a~1node"}}
        }, "required": ["name"]}},
    });
    check(tree, &[r#"{"name":"a","kids":[{"name":"b"},{"name":"c","kids":[]}]}"#], &[r#"{"kids":[]}"#]);
    check(
        json!({"type": "array", "items": {"anyOf": [{"type": "null"}, {"$ref": "#"}]}}),
        &["[]", "[[null, []]]"],
        &["[1]"],
    );
}

#[test]
fn what_is_not_supported_is_named() {
    for (schema, words) in [
        (json!({"type": "string", "pattern": "a+"}), "\"pattern\""),
        (json!({"allOf": [{}]}), "\"allOf\""),
        (json!({"not": {}}), "\"not\""),
        (json!({"type": "number", "minimum": 1}), "\"minimum\""),
        (json!({"type": "integer", "multipleOf": 2}), "\"multipleOf\""),
        (json!({"type": "array", "uniqueItems": true}), "\"uniqueItems\""),
        (json!({"type": "object", "patternProperties": {}}), "\"patternProperties\""),
        (json!({"anyOf": [{}], "properties": {}}), "\"properties\""),
        (json!({"type": "string", "format": "email"}), "email"),
        (json!({"type": "text"}), "\"text\""),
        (json!({"type": 3}), "type"),
        (json!({"$ref": "http://example.org/a"}), "example.org"),
        (json!({"$ref": "#/$defs/none"}), "none"),
        (
            json!({"$ref": "#"}),
            "begins with itself: its $ref leads back to it before any value is written; put the $ref",
        ),
        (json!(false), "nothing"),
        (json!(7), "not a schema"),
        (json!({"type": "array", "minItems": 2, "maxItems": 1}), "below"),
        (json!({"type": "array", "items": false, "minItems": 1}), "minItems"),
        (json!({"type": "string", "minLength": 2, "maxLength": 1}), "below"),
        (json!({"type": "string", "maxLength": -1}), "maxLength"),
        (json!({"type": "string", "maxLength": 1e9}), "maxLength"),
        (json!({"type": "integer", "minimum": 3, "maximum": 2}), "no integer"),
        (json!({"type": "integer", "minimum": 1e300}), "digits"),
        (json!({"type": "null", "enum": [1]}), "of its type"),
        (json!({"enum": []}), "of its type"),
        (json!({"properties": []}), "properties"),
        (json!({"required": [1]}), "required"),
    ] {
        match Constraint::new(&Grammar::JsonSchema(schema.to_string())).err().map(|e| e.cause().clone()) {
            Some(Cause::BadGrammar { line: 0, reason }) => assert!(reason.en.contains(words), "{schema}: {reason:?}"),
            other => panic!("{schema}: {other:?}"),
        }
    }
    let error = Constraint::new(&Grammar::JsonSchema("{\n\"type\":\n}".to_owned())).err().unwrap();
    assert!(matches!(error.cause(), Cause::BadGrammar { line: 3, .. }), "{error:?}");
}

/// Deep, long and repeated: an error or a grammar, soon.
#[test]
fn hostile_schemas_end_quickly() {
    let started = std::time::Instant::now();
    let chain: Map<String, Value> =
        (0..20_000).map(|i| (format!("d{i}"), json!({"$ref": format!("#/$defs/d{}", i + 1)}))).collect();
    let wide: Map<String, Value> = (0..10_000).map(|i| (format!("same name {}", i % 2 + i), json!({}))).collect();
    let long = json!({"properties": {"x".repeat(100_000): {}}, "additionalProperties": true});
    let counts = json!({"type": "array", "items": {"type": "array", "items": {"type": "string", "maxLength": 10_000},
        "maxItems": 10_000}, "maxItems": 10_000});
    for schema in [
        json!({"$ref": "#/$defs/d0", "$defs": chain}).to_string(),
        json!({"properties": wide, "additionalProperties": true}).to_string(),
        long.to_string(),
        counts.to_string(),
        format!("{}{{}}{}", "{\"items\":".repeat(100_000), "}".repeat(100_000)),
        "[".repeat(1_000_000),
        "x".repeat(1_000_000),
    ] {
        if let Err(error) = Constraint::new(&Grammar::JsonSchema(schema)) {
            assert!(matches!(error.cause(), Cause::BadGrammar { .. }), "{error:?}");
        }
    }
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

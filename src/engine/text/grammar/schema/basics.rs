//! Rules that need no schema: JSON's own values, and formats of strings.

/// Rules that others use, added when first needed. Blanks are bounded: a model may otherwise write nothing else.
pub const BASICS: [(&str, &str); 17] = [
    ("space", r#"| " " | "\n" [ \t]{0,20}"#),
    ("value", "object | array | string | number | boolean | null"),
    (
        "object",
        r#""{" space (string space ":" space value space ("," space string space ":" space value space)*)? "}""#,
    ),
    ("array", r#""[" space (value space ("," space value space)*)? "]""#),
    ("string", r#""\"" char* "\"""#),
    // No half of a pair behind \u: many readers refuse it alone.
    ("char", r#"[^"\\\x7F\x00-\x1F] | "\\" (["\\/bfnrt] | "u" ([0-9a-cefA-CEF] hex{3} | [dD] [0-7] hex{2}))"#),
    ("number", r#""-"? digits ("." [0-9]{1,16})? ([eE] [-+]? [0-9]{1,2})?"#),
    ("integer", r#""-"? digits"#),
    ("digits", r#""0" | [1-9] [0-9]{0,15}"#),
    ("boolean", r#""true" | "false""#),
    ("null", r#""null""#),
    ("hex", "[0-9a-fA-F]"),
    // From year 1 on: the year 0 is not one in all calendars.
    ("year", r#""000" [1-9] | "00" [1-9] [0-9] | "0" [1-9] [0-9]{2} | [1-9] [0-9]{3}"#),
    ("leap-year", r#"[0-9]{2} fourth | fourth "00""#),
    // Two digits that four divides, without 00.
    ("fourth", r#""0" [48] | [2468] [048] | [13579] [26]"#),
    ("to-28", r#""0" [1-9] | "1" [0-9] | "2" [0-8]"#),
    // What has no end is written by nothing.
    ("never", ". never"),
];

/// Formats of strings, without the quotes.
pub const FORMATS: [(&str, &str); 4] = [
    (
        "date",
        r#"year "-" ("02-" to-28 | ("0" [13-9] | "1" [0-2]) "-" (to-28 | "29" | "30") | ("0" [13578] | "1" [02]) "-31") | leap-year "-02-29""#,
    ),
    (
        "time",
        r#"([01] [0-9] | "2" [0-3]) ":" [0-5] [0-9] ":" [0-5] [0-9] ("." [0-9]{3})? ("Z" | [-+] ([01] [0-9] | "2" [0-3]) ":" [0-5] [0-9])"#,
    ),
    ("date-time", r#"date "T" time"#),
    ("uuid", r#"hex{8} "-" hex{4} "-" hex{4} "-" hex{4} "-" hex{12}"#),
];

//! Rules that need no schema: JSON's own values, and formats of strings.

/// Rules that others use, added when first needed. Blanks are bounded: a model may otherwise write nothing else.
pub const BASICS: [(&str, &str); 12] = [
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
];

/// Formats of strings, without the quotes.
pub const FORMATS: [(&str, &str); 4] = [
    ("date", r#"[0-9]{4} "-" ("0" [1-9] | "1" [0-2]) "-" ("0" [1-9] | [12] [0-9] | "3" [01])"#),
    (
        "time",
        r#"([01] [0-9] | "2" [0-3]) ":" [0-5] [0-9] ":" [0-5] [0-9] ("." [0-9]{3})? ("Z" | [-+] ([01] [0-9] | "2" [0-3]) ":" [0-5] [0-9])"#,
    ),
    ("date-time", r#"date "T" time"#),
    ("uuid", r#"hex{8} "-" hex{4} "-" hex{4} "-" hex{4} "-" hex{12}"#),
];

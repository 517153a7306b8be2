//! Chat templates that were made to hurt: whatever the template, no panic, a bounded time, and memory bounded by the
//! length of the conversation.

use std::path::Path;
use std::time::Duration;

use crate::common::{Alone, alone, measured};
use aigc_studio::engine::text::Chat;
use aigc_studio::engine::text::testing::render;
use aigc_studio::error::Cause;
use proptest::prelude::*;
use serde_json::{Value, json};

/// Fuel pays for 64 MB of data; copies in making and what lists take beside it are the rest.
const MEMORY_MOST: usize = 192 << 20;
const LONGEST: Duration = Duration::from_secs(15);

/// Renders within bounds; a refusal has its reason in both languages.
fn hold(alone: &Alone, template: &str, chat: &Chat) {
    let (made, memory, time) = measured(alone, || render(template, "<s>", "</s>", chat));
    assert!(memory < MEMORY_MOST, "{} MB for {template:.2000}", memory >> 20);
    assert!(time < LONGEST, "{time:?} for {template:.2000}");
    match made {
        Ok(text) => assert!(text.len() <= (17 << 20), "{}", text.len()),
        Err(error) => match error.cause() {
            Cause::BadTemplate { reason } => {
                assert!(!reason.en.is_empty() && !reason.zh.is_empty());
                assert!(!reason.en.contains("the engine stopped"), "a panic: {template:.2000}");
            }
            other => panic!("{other:?}"),
        },
    }
}

fn chat(messages: Vec<Value>) -> Chat {
    Chat { messages, ..Chat::default() }
}

/// An expression; deeper ones are made of those less deep.
fn any_expression() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "messages",
        "messages[0]",
        "messages[-1].content",
        "m",
        "m.content",
        "m['role']",
        "x",
        "y",
        "ns",
        "ns.a",
        "ns.b",
        "loop",
        "loop.index",
        "loop.previtem",
        "tools",
        "bos_token",
        "none",
        "true",
        "0",
        "1",
        "-1",
        "2",
        "9999999",
        "10 ** 9",
        "1e308",
        "''",
        "'x'",
        "'a b\\nc'",
        "'{:>9}{}'",
        "'%s%9d'",
        "'%Y-%m-%d'",
        "[]",
        "[0]",
        "{}",
        "{'a': 1}",
        "(1, 2)",
        "range(9)",
        "range(99999)",
        "f",
        "caller",
        "namespace",
        "self",
    ]);
    let filter = prop::sample::select(vec![
        "list",
        "string",
        "tojson",
        "tojson(indent=16)",
        "tojson(indent=x, separators=(x, x), sort_keys=true)",
        "tojson(true, 999999999)",
        "indent(x)",
        "default(x, boolean=true)",
        "sort(true)",
        "dictsort(x, 'value')",
        "join",
        "join('xxxxxxxx')",
        "upper",
        "lower",
        "title",
        "trim",
        "length",
        "first",
        "last",
        "reverse",
        "sort",
        "unique",
        "map('string')",
        "map(attribute='content')",
        "map('upper')",
        "select",
        "selectattr('role', 'equalto', 'user')",
        "reject('in', [1])",
        "groupby('role')",
        "batch(2)",
        "batch(1, 'x')",
        "slice(3)",
        "slice(999999)",
        "items",
        "dictsort",
        "default('d')",
        "indent(99)",
        "indent(9999999)",
        "replace('x', 'xxxxxxxxxxxxxxxx')",
        "replace('', 'y')",
        "format('x', 1)",
        "split",
        "split('x')",
        "lines",
        "escape",
        "safe",
        "urlencode",
        "pprint",
        "sum",
        "min",
        "max",
        "int",
        "float",
        "abs",
        "round(9)",
        "bool",
        "capitalize",
        "zip([1, 2])",
        "chain([1])",
        "attr('a')",
    ]);
    let method = prop::sample::select(vec![
        "strip()",
        "split('x')",
        "split()",
        "splitlines()",
        "splitlines(true)",
        "rsplit('x', 1)",
        "split(sep=x, maxsplit=2)",
        "partition(x)",
        "center(999)",
        "ljust(9, 'é')",
        "zfill(99999999)",
        "find('x', 1, -1)",
        "count(x, -2)",
        "index(x)",
        "copy()",
        "removeprefix(x)",
        "upper()",
        "title()",
        "count('x')",
        "replace('x', 'yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy')",
        "join(x)",
        "join(messages)",
        "format(x, 1)",
        "format(a=1)",
        "items()",
        "keys()",
        "values()",
        "get('a')",
        "get('a', x)",
        "startswith('x')",
        "endswith(['x', 'y'])",
        "find('x')",
        "isdigit()",
        "append(1)",
        "a",
        "a.a",
    ]);
    let operator = prop::sample::select(vec![
        "+", "-", "*", "/", "//", "%", "**", "~", "==", "!=", "<", "<=", ">", ">=", "in", "not in", "and", "or",
    ]);
    let test = prop::sample::select(vec![
        "defined",
        "none",
        "string",
        "mapping",
        "iterable",
        "sequence",
        "number",
        "eq(x)",
        "in(messages)",
        "true",
        "divisibleby(2)",
        "startingwith('x')",
        "sameas(x)",
        "lower",
    ]);
    leaf.prop_map(str::to_owned).prop_recursive(5, 30, 3, move |inner| {
        prop_oneof![
            (inner.clone(), filter.clone()).prop_map(|(e, f)| format!("({e})|{f}")),
            (inner.clone(), method.clone()).prop_map(|(e, m)| format!("({e}).{m}")),
            (inner.clone(), operator.clone(), inner.clone()).prop_map(|(a, o, b)| format!("({a} {o} {b})")),
            (inner.clone(), test.clone()).prop_map(|(e, t)| format!("({e} is {t})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("[{a}, {b}]")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{{'a': {a}, {b}: 1}}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a})[{b}]")),
            inner.clone().prop_map(|e| format!("({e})[1:]")),
            inner.clone().prop_map(|e| format!("({e})[::-1]")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} if {b} else x)")),
            inner.clone().prop_map(|e| format!("f({e})")),
            inner.clone().prop_map(|e| format!("dict(a={e})")),
            inner.clone().prop_map(|e| format!("namespace(a={e}, b=x)")),
            inner.clone().prop_map(|e| format!("strftime_now({e})")),
            inner.clone().prop_map(|e| format!("loop.cycle({e}, x)")),
            inner.prop_map(|e| format!("f(*{e})")),
        ]
    })
}

fn any_template() -> impl Strategy<Value = String> {
    let e = any_expression;
    let leaf = prop_oneof![
        e().prop_map(|e| format!("{{{{ {e} }}}}")),
        e().prop_map(|e| format!("{{% set x = {e} %}}")),
        e().prop_map(|e| format!("{{% set y = {e} %}}")),
        e().prop_map(|e| format!("{{% set ns.a = {e} %}}")),
        e().prop_map(|e| format!("{{% set ns.b = {e} %}}")),
        // Growth is what a random walk finds too seldom by itself.
        prop::sample::select(vec![
            "{% set ns.a = [ns.a, ns.b] %}",
            "{% set ns.b = [ns.a, ns.b, ns.a] %}",
            "{% set ns.a = ns.a ~ ns.a %}",
            "{% set ns.a = ns.b + ns.b %}",
            "{% set ns.a = {'a': ns.a, 'b': ns.b} %}",
            "{% set ns.a = messages + [ns.a] %}",
            "{% set x = [x, x] %}",
            "{% set x = x ~ x %}",
            "{% set x = x + x %}",
            "{% set x = x * 3 %}",
            "{% break %}",
            "{% continue %}",
            " text\n",
        ])
        .prop_map(str::to_owned),
    ];
    let body = leaf.prop_recursive(4, 40, 6, move |inner| {
        let body = || prop::collection::vec(inner.clone(), 1..5).prop_map(|all| all.concat());
        let over = prop::sample::select(vec![
            "range(9)",
            "range(99)",
            "range(9999)",
            "messages",
            "messages[1:]",
            "ns.a",
            "ns.items()",
            "x",
            "'abc'",
            "x recursive",
            "messages if m.content",
        ]);
        prop_oneof![
            (over.clone(), body()).prop_map(|(over, b)| format!("{{% for m in {over} %}}{b}{{% endfor %}}")),
            (over, body()).prop_map(|(over, b)| format!("{{% for m in {over} %}}{b}{{{{ loop(x) }}}}{{% endfor %}}")),
            (e(), body()).prop_map(|(e, b)| format!("{{% if {e} %}}{b}{{% elif x %}}{b}{{% else %}}y{{% endif %}}")),
            body().prop_map(|b| format!("{{% macro f(x, y=1) %}}{b}{{% endmacro %}}{{{{ f(1) }}}}")),
            body().prop_map(|b| format!(
                "{{% macro f(x=[1], y=1) %}}{b}{{{{ f([x, x], y + 1) }}}}{{% endmacro %}}{{{{ f() }}}}"
            )),
            body().prop_map(|b| format!("{{% set x %}}{b}{{% endset %}}")),
            body().prop_map(|b| format!("{{% generation %}}{b}{{% endgeneration %}}")),
            body().prop_map(|b| format!("{{% set ns.a | upper %}}{b}{{% endset %}}")),
            body().prop_map(|b| format!("{{% filter replace('x', 'yyyyyyyyyyyyyyyy') %}}{b}{{% endfilter %}}")),
            body().prop_map(|b| format!("{{% with x = ns.a %}}{b}{{% endwith %}}")),
            body().prop_map(|b| format!("{{% autoescape true %}}{b}{{% endautoescape %}}")),
            body().prop_map(|b| format!("{{% call f(1) %}}{b}{{% endcall %}}")),
            body().prop_map(|b| format!("{{% block b %}}{b}{{% endblock %}}{{{{ self.b() }}}}")),
        ]
    });
    prop::collection::vec(body, 1..4)
        .prop_map(|all| format!("{{% set ns = namespace(a='x', b=[1]) %}}{{% set x = 'x' %}}{}", all.concat()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: crate::common::cases(400), max_shrink_time: 5000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_template_it_ends(template in any_template(), texts in prop::collection::vec("\\PC{0,12}", 0..4)) {
        let alone = alone();
        let roles = ["user", "assistant", "system"];
        let messages = texts.iter().zip(roles.iter().cycle()).map(|(text, role)| json!({"role": role, "content": text}));
        hold(&alone, &template, &chat(messages.collect()));
    }

    #[test]
    fn whatever_the_letters_it_ends(template in "([{}%#|()\\[\\].~ 'a1]|\\{\\{|\\}\\}|\\{% |%\\}| for | in | if |\\PC){0,60}") {
        let alone = alone();
        hold(&alone, &template, &chat(vec![json!({"role": "user", "content": "Hi"})]));
    }
}

#[test]
fn what_once_broke_the_engine_is_refused() {
    let alone = alone();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/fuzz/templates");
    let mut n = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let template = std::fs::read_to_string(&path).unwrap();
        let chat = chat(vec![json!({"role": "user", "content": "Hi"})]);
        hold(&alone, &template, &chat);
        assert!(render(&template, "", "", &chat).is_err(), "{}", path.display());
        n += 1;
    }
    assert!(n >= 10, "{n}");
}

/// The work of a template grows with the conversation, and so does what it may use.
#[test]
fn a_long_conversation_is_no_attack() {
    let _alone = alone();
    let template = "{% set ns = namespace(last=-1, all=[]) %}{% for m in messages %}{% if m.role == 'user' %}\
                    {% set ns.last = loop.index0 %}{% endif %}{% endfor %}{% for m in messages %}\
                    {% if m.content is string and not (m.content.startswith('<tool>') and m.content.endswith('</tool>')) %}\
                    {{ '<|im_start|>' + m.role + '\n' + m.content|trim + '<|im_end|>' + '\n' }}{% endif %}\
                    {% if loop.index0 == messages|length - 1 or messages[loop.index0 + 1].role == 'user' %}-{% endif %}\
                    {% endfor %}";
    let long = |n: usize, text: &str| {
        let role = |i| if i % 2 == 0 { "user" } else { "assistant" };
        chat((0..n).map(|i| json!({"role": role(i), "content": text})).collect())
    };
    for (n, text) in [(20_000, "Hi"), (100, &*"word ".repeat(10_000)), (1, &*"word ".repeat(400_000))] {
        let text = render(template, "", "", &long(n, text)).unwrap();
        assert!(text.len() > n * 20);
    }
}

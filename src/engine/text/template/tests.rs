use super::*;
use crate::domain::Role;

fn say(role: Role, content: &str) -> Message {
    Message { role, content: content.to_owned() }
}

fn render(source: &str, messages: &[Message]) -> Result<String> {
    ChatTemplate::new(source, "<s>", "</s>").render(messages)
}

#[test]
fn chatml_is_as_its_models_know_it() {
    let turns = [say(Role::System, "Be kind."), say(Role::User, " Hi\n")];
    assert_eq!(
        render(CHATML, &turns).unwrap(),
        "<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\n Hi\n<|im_end|>\n<|im_start|>assistant\n"
    );
}

#[test]
fn blocks_are_trimmed_and_python_is_spoken() {
    let source = "{{ bos_token }}\n  {% for m in messages %}\n{{ m['content'].strip().upper() }}|\n{% endfor %}\n\
                  {{ {'a': [1, '<é>'], 'b': none}|tojson }}{{ eos_token }}";
    assert_eq!(render(source, &[say(Role::User, " hi ")]).unwrap(), "<s>\nHI|\n{\"a\": [1, \"<é>\"], \"b\": null}</s>");
}

/// Why `source` is refused, in English.
fn refused(source: &str) -> String {
    let Err(error) = render(source, &[say(Role::User, "Hi")]) else { panic!("{source} is not refused") };
    match error.cause() {
        Cause::BadTemplate { reason } => {
            assert!(!reason.zh.is_empty() && error.details().chars().count() <= 4000);
            reason.en.clone()
        }
        other => panic!("{source}: {other:?}"),
    }
}

#[test]
fn a_template_that_refuses_is_quoted() {
    assert_eq!(
        refused("{{ raise_exception('roles must alternate') }}"),
        "roles must alternate (line 1 of the template)"
    );
    assert!(refused("{% for %}").contains("line 1"));
    assert!(refused("\n\n{{ 1 + none }}").contains("line 3"));
    assert!(refused("{% include 'x' %}").contains("another template"));
    for (open, close) in [("with x = 1", "endwith"), ("filter upper", "endfilter"), ("set x", "endset")] {
        let leaving = format!(
            "{{% for i in [1] %}}{{% {open} %}}{{% if i %}}{{% break %}}{{% endif %}}{{% {close} %}}{{% endfor %}}"
        );
        assert!(refused(&leaving).contains("leaves a loop"), "{leaving}");
        let staying = format!("{{% {open} %}}{{% for i in [1] %}}{{% break %}}{{% endfor %}}{{% {close} %}}ok");
        assert_eq!(render(&staying, &[]).unwrap(), "ok");
    }
    let long = refused("{{ raise_exception('no' * 100000) }}");
    assert!(long.len() < 600, "{}", long.len());
}

#[test]
fn endless_work_and_endless_text_run_out_of_fuel() {
    for source in [
        "{% for a in range(9999) %}{% for b in range(9999) %}{{ a }}{% endfor %}{% endfor %}",
        "{{ 'x' * 10**9 }}",
        "{{ 'a\nb'|indent(999999999) }}",
        "{{ '%999999999s'|format('x') }}",
        "{{ ('a,' * 1000000)|replace(',', 'x' * 1000000) }}",
        "{{ ('a,' * 1000000).replace(',', 'x' * 1000000) }}",
        "{% for i in range(50000) %}{{ (messages * 99)|tojson }}{% endfor %}",
        "{% set s = 'x' * 1000000 %}{% for i in range(50000) %}{{ s.count('y') }}{% endfor %}",
        "{% set l = [0] * 80000 %}{% for i in range(50000) %}{{ l == l + [] }}{% endfor %}",
        "{% set l = [0] * 80000 %}{% for i in range(50000) %}{{ messages[0][l] }}{% endfor %}",
    ] {
        let why = refused(source);
        assert!(why.contains("more steps"), "{source}: {why}");
    }
}

/// Each of these once took memory, time or the stack without end, or could.
#[test]
fn values_without_end_are_refused_where_they_come_to_be() {
    let doubled = "{% set ns = namespace(s='x', l=[0], m={}) %}{% for a in range(60) %}";
    let bombs: [(&str, &str); 27] = [
        ("{% set ns.s = ns.s ~ ns.s %}{% endfor %}", "more than 4 MB"),
        ("{% set ns.s = ns.s + ns.s %}{% endfor %}", "more than 4 MB"),
        ("{% set ns.l = ns.l + ns.l %}{% endfor %}", "more than 4 MB"),
        ("{% set ns.l = [ns.l, ns.l] %}{% endfor %}", "more than 4 MB"),
        ("{% set ns.l = {'a': ns.l, 'b': ns.l} %}{% endfor %}", "more than 4 MB"),
        ("{% set ns.l = (ns.l, ns.l) %}{% endfor %}", "more than 4 MB"),
        ("{% set ns.l = ns.l|map('list')|list + ns.l %}{% endfor %}", ""),
        ("{% set ns.m = dict(ns.m, a=ns.m, b=ns.m) %}{% endfor %}", "more than 4 MB"),
        ("{% set ns.s = '%s%s'|format(ns.s, ns.s) %}{% endfor %}", "more than 4 MB"),
        ("{% set ns.s = ns.s.join([ns.s, ns.s, ns.s]) %}{% endfor %}", "more than 4 MB"),
        ("{% set ns.s = [ns.s, ns.s, ns.s]|join(ns.s) %}{% endfor %}", "more than 4 MB"),
        ("{% endfor %}{{ ([0] * 100000000) == ([0] * 100000000) }}", "more than 4 MB"),
        ("{% endfor %}{{ {[0] * 100000000: 1} }}", "more than 4 MB"),
        ("{% endfor %}{{ ''.join(['x' * 10000] * 1000000) }}", "more than 4 MB"),
        ("{% endfor %}{{ (['x' * 10000] * 1000000)|tojson }}", "more than 4 MB"),
        ("{% endfor %}{{ (['x' * 10000] * 1000000)|join }}", "more than 4 MB"),
        (
            "{% set ns.l = [ns.l] %}{% endfor %}{% set ns.l = [0] * 9000 %}{% for i in range(150) %}{% set ns.l = [ns.l] %}\
          {% endfor %}{{ ns.l|tojson(indent=16) }}",
            "more than 4 MB",
        ),
        ("{% endfor %}{{ '{:999999999}'.format('x') }}", "width"),
        ("{% endfor %}{{ '{:{}}'.format('x', 999999999) }}", "width"),
        ("{% endfor %}{{ strftime_now('%Y' * 1000) }}", "2000 bytes"),
        ("{% endfor %}{{ range(10**9) }}", "too many"),
        ("{% endfor %}{% for i in range(300) %}{% set ns.l = [ns.l] %}{% endfor %}", "192 deep"),
        ("{% endfor %}{% for i in range(300) %}{% set ns.m = {'a': ns.m} %}{% endfor %}", "192 deep"),
        ("{% endfor %}{% set ns.l = [ns] %}", "namespace"),
        ("{% endfor %}{% set ns.l = ns %}", "namespace"),
        ("{% endfor %}{{ namespace(a=namespace(b=ns)) }}", "namespace"),
        ("{% endfor %}{% macro f(x) %}{{ f([x, x]) }}{% endmacro %}{{ f(1) }}", ""),
    ];
    for (bomb, says) in bombs {
        let started = std::time::Instant::now();
        let why = refused(&format!("{doubled}{bomb}"));
        assert!(why.contains(says), "{bomb}: {why}");
        assert!(started.elapsed().as_secs() < 10, "{bomb}: {:?}", started.elapsed());
    }
}

#[test]
fn sources_too_long_or_too_deep_are_refused_before_they_are_compiled() {
    for part in ["+a", ".a", "|d", "**1", " and a", "()", "[0]", " is defined", "~a"] {
        let why = refused(&format!("{{{{ a{} }}}}", part.repeat(50_000)));
        assert!(why.contains("2048 parts"), "{part}: {why}");
    }
    for part in ["not ", "1 if 1 else ", "-"] {
        let why = refused(&format!("{{{{ {}1 }}}}", part.repeat(50_000)));
        assert!(why.contains("2048 parts"), "{part}: {why}");
    }
    assert!(refused(&format!("{{% if 1 %}}{}{{% endif %}}", "{% elif 1 %}".repeat(50_000))).contains("2048 parts"));
    assert!(refused(&"{% if 1 %}".repeat(50_000)).contains("recursion"));
    assert!(refused(&" ".repeat((1 << 20) + 1)).contains("1048577 bytes"));
    // As deep as it may be, and done.
    for part in ["+a", "|d", " and a", "[0]"] {
        let _ = render(&format!("{{% set a = 1 %}}{{{{ a{} }}}}", part.repeat(600)), &[]);
    }
    let slices = "{% set x = x[0:] %}".repeat(40_000);
    assert_eq!(render(&format!("{{% set x = [1] %}}{slices}{{{{ x }}}}"), &[]).unwrap(), "[1]");
}

#[test]
fn what_is_lazy_and_what_is_kept_mean_the_same() {
    let source = "{% set ns = namespace(l=[], n=0) %}{% for m in messages[::-1] %}{% set ns.l = ns.l + [m.content] %}\
                  {% set ns.n = ns.n + 1 %}{% endfor %}{{ ns.l|join('-') }} {{ ns.n }} {{ (1, 2)[0:1] }} {{ [1] * 2 }} \
                  {{ {'a': 1}.items()|list }} {{ range(3) }} {{ x is defined }} {{ '<b>' ~ 1 }} {{ 'b' in {'b': 1} }}\
                  {% macro f(a, b=2) %}{{ a }}{{ b }}{{ caller() if caller }}{% endmacro %}{{ f(*[1], **{'b': 3}) }}\
                  {% call f(1) %}c{% endcall %}{% filter upper %}x{{ f(1) }}{% endfilter %}{% set y | trim %} z {% endset %}{{ y }}";
    let turns = [say(Role::User, "a"), say(Role::Assistant, "b"), say(Role::User, "c")];
    assert_eq!(render(source, &turns).unwrap(), "c-b-a 3 (1,) [1, 1] [('a', 1)] [0, 1, 2] False <b>1 True1312cX12z");
}

#[test]
fn the_date_is_told() {
    let year = render("{{ strftime_now('%Y') }}", &[]).unwrap();
    assert!(year.parse::<u32>().unwrap() >= 2026);
    assert!(render("{{ strftime_now('%!') }}", &[]).is_err());
}

#[test]
fn a_greeting_before_any_question_is_read_by_strict_templates_too() {
    let say = |role: &str, content: &str| json!({"role": role, "content": content});
    let turns =
        [say("system", "s"), say("assistant", "Hello."), say("assistant", "Well?"), say("user", "a"), say("user", "b")];
    let told = roles::in_turns(&turns);
    let roles: Vec<_> = told.iter().map(|turn| turn["role"].as_str().unwrap().chars().next().unwrap()).collect();
    assert_eq!(roles.iter().collect::<String>(), "suauau");
    assert_eq!(told[5]["content"], "a\n\nb");
    assert_eq!(roles::in_turns(&turns[..1]), turns[..1]);
}

#[test]
fn the_tags_of_training_are_passed_over_and_their_body_stays() {
    let turns = [say(Role::User, "a"), say(Role::Assistant, "b"), say(Role::User, "c")];
    for (source, want) in [
        ("{% for m in messages %}{% generation %}{{ m.content }}{% endgeneration %};{% endfor %}", "a;b;c;"),
        ("{% for m in messages %} {%- generation -%} {{ m.content }} {%- endgeneration -%} {% endfor %}", "abc"),
        ("A {% generation %}\n b \n{% endgeneration %}\nC", "A  b \nC"),
        ("{%+ generation +%} x {%+ endgeneration +%} y", " x  y"),
        ("{% set a = 1 %}{% generation %}{% set a = 2 %}{{ a }}{% endgeneration %}{{ a }}", "21"),
        ("{% for m in messages %}{%generation%}{{ loop.index }}{%endgeneration%}{% endfor %}", "123"),
        ("{% set generation = 3 %}{{ generation }}{{ '{% generation %}' }}", "3{% generation %}"),
        ("{% raw %}{% generation %}{% endraw %}{# {% endgeneration %} #}", "{% generation %}"),
    ] {
        assert_eq!(render(source, &turns).unwrap(), want, "{source}");
    }
    assert!(refused("{% generation %}x").contains("end of input"));
    assert!(refused("\n{% endgeneration %}").contains("line 2"));
    assert!(refused("{% other %}").contains("unknown statement other"));
}

/// Each with what Python's Jinja2 makes of it.
#[test]
fn tests_filters_and_methods_are_python_s() {
    for (source, want) in [
        (
            "{{ none is iterable }} {{ 'a' is iterable }} {{ x is iterable }} {{ 1 is iterable }}",
            "False True True False",
        ),
        ("{%- if tools is iterable and tools | length > 0 %}T{% endif %}N", "N"),
        (
            "{{ 'a' is sequence }} {{ {} is sequence }} {{ none is sequence }} {{ [] is sequence }}",
            "True True False True",
        ),
        ("{{ raise_exception is callable }} {{ 'a' is callable }}", "True False"),
        ("{{ ''|default('d', boolean=true) }}{{ x|default(none) }}{{ none|d('q', true) }}{{ 0|d(7) }}", "dNoneq0"),
        ("{{ 'x'|int }} {{ 'x'|int(5) }} {{ '1.9'|int }} {{ [1]|int }} {{ 'x'|float }}", "0 5 1 0 0.0"),
        (
            "{{ 'a\nb\n'|indent(2) }}|{{ 'a\n\nb'|indent('> ', blank=true) }}|{{ 'a'|indent(first=true) }}",
            "a\n  b\n|a\n> \n> b|    a",
        ),
        (
            "{{ [1, 3, 2]|sort(true) }} {{ {'b': 1, 'a': 2}|dictsort(false, 'value') }}",
            "[3, 2, 1] [('b', 1), ('a', 2)]",
        ),
        ("{{ 1e16 }} {{ 1e-5 }} {{ 1e-5|string }} {{ 1.0 }} {{ 10/4 }} {{ 1e400 }}", "1e+16 1e-05 1e-05 1.0 2.5 inf"),
        ("{{ '%s-%d' % ('a', 3) }} {{ '%.2f' % 1.234 }} {{ -7 % 3 }}", "a-3 1.23 2"),
        (
            "{{ 'a,b,c'.rsplit(',', 1) }} {{ 'a b c'.split(maxsplit=1) }} {{ ' a  b '.rsplit() }}",
            "['a,b', 'c'] ['a', 'b c'] ['a', 'b']",
        ),
        ("{{ 'abc'.removeprefix('a') }}{{ 'abc'.removesuffix('c') }}{{ 'abc'.removeprefix('x') }}", "bcababc"),
        (
            "{{ 'a-b-c'.partition('-') }} {{ 'a-b-c'.rpartition('-') }} {{ 'a'.rpartition('-') }}",
            "('a', '-', 'b-c') ('a-b', '-', 'c') ('', '', 'a')",
        ),
        (
            "{{ '-7'.zfill(4) }}|{{ 'a'.ljust(3) }}|{{ 'a'.rjust(3, '*') }}|{{ 'ab'.center(5, '-') }}",
            "-007|a  |**a|--ab-",
        ),
        (
            "{{ 'abcabc'.find('c', 3) }} {{ 'abcabc'.count('b', 3) }} {{ 'abc'.startswith('b', 1) }} {{ 'éa'.index('a') }}",
            "5 1 True 1",
        ),
        (
            "{{ 'a\nb\r\nc\rd\u{2028}e\n'.splitlines() }} {{ 'a\r\nb'.splitlines(true) }}",
            "['a', 'b', 'c', 'd', 'e'] ['a\\r\\n', 'b']",
        ),
        ("{{ {'a': 1}.copy() }} {{ [1, 2].index(2) }} {{ {'items': 1}.items()|list }}", "{'a': 1} 1 [('items', 1)]"),
        ("{{ 'abc'[::-1] }} {{ [1, 2, 3, 4][::-2] }} {{ messages[::-1][0].content }}", "cba [4, 2] Hi"),
    ] {
        assert_eq!(render(source, &[say(Role::User, "Hi")]).unwrap(), want, "{source}");
    }
    for bad in [
        "{{ 'abc'.index('z') }}",
        "{{ 'a'.zfill(9999999) }}",
        "{{ 'a'.split('') }}",
        "{{ [1].index(2) }}",
        "{{ [].append(1) }}",
    ] {
        refused(bad);
    }
}

#[test]
fn json_is_written_as_python_writes_it() {
    let value = "{'b': 1, 'a': [1e-05, 'é', {}, []]}";
    for (args, want) in [
        ("", r#"{"b": 1, "a": [1e-05, "é", {}, []]}"#),
        ("(separators=(',', ':'), sort_keys=True, ensure_ascii=True)", r#"{"a":[1e-05,"\u00e9",{},[]],"b":1}"#),
        ("(true)", r#"{"b": 1, "a": [1e-05, "\u00e9", {}, []]}"#),
        ("(indent=2)", "{\n  \"b\": 1,\n  \"a\": [\n    1e-05,\n    \"é\",\n    {},\n    []\n  ]\n}"),
        (
            "(indent='\t', separators=[', ', ':'])",
            "{\n\t\"b\":1, \n\t\"a\":[\n\t\t1e-05, \n\t\t\"é\", \n\t\t{}, \n\t\t[]\n\t]\n}",
        ),
        ("(indent=0, sort_keys=true)", "{\n\"a\": [\n1e-05,\n\"é\",\n{},\n[]\n],\n\"b\": 1\n}"),
        (
            "(indent=none, separators=none, ensure_ascii=false, sort_keys=false)",
            r#"{"b": 1, "a": [1e-05, "é", {}, []]}"#,
        ),
    ] {
        assert_eq!(render(&format!("{{{{ {value}|tojson{args} }}}}"), &[]).unwrap(), want, "{args}");
    }
    let floats = "[1.0, 1e16, 1e15, 0.0001, -0.00001, 0.1, -0.0, 1e300, 1.5e-7, 1e22, 1e400, -1e400, 1e400 - 1e400]";
    assert_eq!(
        render(&format!("{{{{ {floats}|tojson }}}}"), &[]).unwrap(),
        "[1.0, 1e+16, 1000000000000000.0, 0.0001, -1e-05, 0.1, -0.0, 1e+300, 1.5e-07, 1e+22, Infinity, -Infinity, NaN]"
    );
    assert_eq!(render("{{ {1: 2, none: 3, 1.5: true}|tojson }}", &[]).unwrap(), r#"{"1": 2, "null": 3, "1.5": true}"#);
    let said = [say(Role::User, "<b>&'\"\\/\n\t\u{8}\u{c}\u{1}\u{7f}\u{2028}😀")];
    let content = "{{ messages[0].content|tojson }}{{ messages[0].content|tojson(ensure_ascii=1) }}";
    assert_eq!(
        render(content, &said).unwrap(),
        "\"<b>&'\\\"\\\\/\\n\\t\\b\\f\\u0001\u{7f}\u{2028}😀\"\"<b>&'\\\"\\\\/\\n\\t\\b\\f\\u0001\\u007f\\u2028\\ud83d\\ude00\""
    );
    assert!(refused("{{ 1|tojson(separators=',') }}").contains("two texts"));
    assert!(refused("{{ [1]|tojson(indent=999999999999) }}").contains("indent"));
    assert!(refused("{{ raise_exception|tojson }}").contains("not JSON"));
}

/// Refuses a system message, as Gemma 2's.
const NO_SYSTEM: &str = "{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}\
    {% endif %}{% for m in messages %}{% if (m['role'] == 'user') != (loop.index0 % 2 == 0) %}\
    {{ raise_exception('roles must alternate') }}{% endif %}{{ m.role }}: {{ m.content }}\n{% endfor %}";
/// Wants turns, as Mistral 0.1's.
const TURNS: &str = "{% for m in messages %}{% if (m['role'] == 'user') != (loop.index0 % 2 == 0) %}\
    {{ raise_exception('roles must alternate') }}{% endif %}{{ m.role }}: {{ m.content }}\n{% endfor %}";
/// Passes over what is no question and no answer.
const DEAF: &str = "{% for m in messages %}{% if m.role in ['user', 'assistant'] %}{{ m.role }}: {{ m.content|trim }}\n\
    {% endif %}{% endfor %}";
/// Reads parts only, as SmolVLM's.
const PARTS: &str = "{% for m in messages %}{{ m.role }}:{% for part in m.content %}{% if part.type == 'text' %} \
    {{ part.text }}{% endif %}{% endfor %};{% endfor %}";

#[test]
fn without_a_system_role_its_text_goes_before_the_first_question() {
    let (system, user, answer) = (Role::System, Role::User, Role::Assistant);
    let asked = [say(system, "Be brief."), say(user, "Hi"), say(answer, "Ho"), say(user, "So?")];
    let greeted = [say(system, "Be brief."), say(answer, "Welcome."), say(user, "Hi")];
    for template in [NO_SYSTEM, TURNS, DEAF] {
        assert_eq!(
            render(template, &asked).unwrap(),
            "user: Be brief.\n\nHi\nassistant: Ho\nuser: So?\n",
            "{template}"
        );
        assert_eq!(
            render(template, &greeted).unwrap(),
            "user: Be brief.\nassistant: Welcome.\nuser: Hi\n",
            "{template}"
        );
        assert_eq!(render(template, &asked[1..2]).unwrap(), "user: Hi\n");
        assert_eq!(render(template, &asked[..1]).unwrap(), "user: Be brief.\n");
    }
    assert_eq!(render(NO_SYSTEM, &greeted[1..]).unwrap(), "user: …\nassistant: Welcome.\nuser: Hi\n");
    assert_eq!(render(PARTS, &asked[..2]).unwrap(), "system: Be brief.;user: Hi;");
    // One that knows the role keeps it where it is.
    let knows = "{% for m in messages %}{{ m.role }}={{ m.content }};{% endfor %}";
    assert_eq!(render(knows, &asked[..2]).unwrap(), "system=Be brief.;user=Hi;");
    // What it refuses for other reasons is told in its own words.
    assert!(refused("{{ raise_exception('never') }}").contains("never"));
    // As transformers has it: nothing is moved.
    let chat = Chat { messages: vec![json!({"role": "system", "content": "s"})], ..Chat::default() };
    assert!(ChatTemplate::new(NO_SYSTEM, "", "").render_chat(&chat).is_err());
}

#[test]
fn several_system_messages_each_go_before_what_follows() {
    let say = |role: &str, content: &str| json!({"role": role, "content": content});
    let all = [
        say("system", "a"),
        say("developer", "b"),
        say("user", "c"),
        say("system", "d"),
        say("assistant", "e"),
        say("system", "f"),
    ];
    let told = roles::without_system(&all);
    let want = [say("user", "a\n\nb\n\nc"), say("user", "d"), say("assistant", "e"), say("user", "f")];
    assert_eq!(told, want);
    let parts = [say("system", "a"), json!({"role": "user", "content": [{"type": "image"}]})];
    let content = &roles::without_system(&parts)[0]["content"];
    assert_eq!(*content, json!([{"type": "text", "text": "a\n\n"}, {"type": "image"}]));
}

/// Regression: they were counted as marks between the messages.
#[test]
fn instructions_of_the_template_itself_are_told_apart() {
    let own = "{% for m in messages %}{% if loop.first and m['role'] != 'system' %}<|im_start|>system\nYou are Smol.<|im_end|>\n\
               {% endif %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}";
    let instructions =
        |source: &str| ChatTemplate::new(source, "<s>", "</s>").own_instructions(&[say(Role::User, "Hi")]);
    assert_eq!(instructions(own).as_deref(), Some("You are Smol."));
    assert_eq!(instructions(CHATML), None);
    // A system message goes into the first question.
    let merged = "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{% set first = messages[0]['content'] + '\n\n' %}\
                  {% set rest = messages[1:] %}{% else %}{% set first = '' %}{% set rest = messages %}{% endif %}\
                  {% for m in rest %}<{{ m['role'] }}>{{ first if loop.first else '' }}{{ m['content'] }}{% endfor %}";
    assert_eq!(instructions(merged), None);
}

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
        assert!(why.contains("more work"), "{source}: {why}");
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
    let say = |role, content: &str| Message { role, content: content.to_owned() };
    let turns = [
        say(Role::System, "s"),
        say(Role::Assistant, "Hello."),
        say(Role::Assistant, "Well?"),
        say(Role::User, "a"),
        say(Role::User, "b"),
    ];
    let told = in_turns(&turns);
    let roles: Vec<_> = told.iter().map(|turn| turn.role.as_str().chars().next().unwrap()).collect();
    assert_eq!(roles.iter().collect::<String>(), "suauau");
    assert_eq!(told[5].content, "a\n\nb");
    assert_eq!(in_turns(&turns[..1]), turns[..1]);
}

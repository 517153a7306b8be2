use super::*;
use crate::domain::{Grammar, MAX_TOKENS, TEMPERATURE};
use crate::error::Cause;
use crate::lang::Lang;
use crate::writing::checks::{Check, check};

fn full(form: &Form, lang: Lang) -> Values {
    let fill = |field: &Field| match &field.kind {
        FieldKind::Number { min, .. } => min.to_string(),
        FieldKind::Choice { choices, .. } => choices.last().unwrap().id.clone(),
        _ => format!("{} {{{{ raw }}}} {{% for %}}", field.label(lang)),
    };
    form.fields.iter().map(|f| (f.id.clone(), fill(f))).collect()
}

fn least(form: &Form) -> Values {
    form.fields.iter().filter(|f| f.required).map(|f| (f.id.clone(), "MARK".to_owned())).collect()
}

#[test]
fn every_form_is_whole_in_both_languages() {
    let mut ids: Vec<_> = forms().iter().map(|f| f.id.as_str()).collect();
    assert_eq!(ids.len(), 12);
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 12);
    for form in forms() {
        assert!(std::ptr::eq(find(&form.id).unwrap(), form));
        TEMPERATURE.check(form.sampling.temperature.into()).unwrap();
        MAX_TOKENS.check(form.sampling.max_tokens.into()).unwrap();
        assert!(form.fields.iter().any(|f| f.required), "{}", form.id);
        for lang in Lang::ALL {
            assert!(!form.name(lang).is_empty() && !form.about(lang).is_empty());
            for field in &form.fields {
                assert!(!field.label(lang).is_empty());
                assert!(field.hint.is_empty() == field.hint_zh.is_empty(), "{}.{}", form.id, field.id);
            }
        }
    }
}

#[test]
fn every_form_renders_with_least_and_with_full_fields() {
    for form in forms() {
        for lang in Lang::ALL {
            let short = form.render(&least(form), lang).unwrap();
            let long = form.render(&full(form, lang), lang).unwrap();
            assert!(short.user.contains("MARK") && short.system.is_some(), "{}", form.id);
            assert!(long.user.len() > short.user.len(), "{}", form.id);
            // What is typed is text and nothing else.
            assert!(long.user.contains("{{ raw }} {% for %}"), "{}", form.id);
            for prompt in [&short.user, &long.user] {
                assert!(!prompt.contains("\n\n\n") && !prompt.contains(" \n"), "{}: {prompt}", form.id);
            }
            for field in
                form.fields.iter().filter(|f| !f.required && matches!(f.kind, FieldKind::Text | FieldKind::Long))
            {
                assert!(
                    !short.user.contains(field.label(lang)) || field.label(lang).len() < 8,
                    "{}.{}: {}",
                    form.id,
                    field.id,
                    short.user
                );
            }
            let han = short.user.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
            assert!(han == (lang == Lang::Zh) || form.id == "poem", "{}", form.id);
        }
    }
}

#[test]
fn every_choice_of_every_form_renders() {
    for form in forms() {
        for field in &form.fields {
            let FieldKind::Choice { choices, .. } = &field.kind else { continue };
            for choice in choices {
                for lang in Lang::ALL {
                    let mut values = least(form);
                    values.insert(field.id.clone(), choice.id.clone());
                    form.render(&values, lang).unwrap();
                    assert!(form.checks(&values, lang).len() >= 2);
                }
            }
        }
    }
}

#[test]
fn a_wrong_field_is_refused_by_its_name() {
    let news = find("news").unwrap();
    for (id, value, says) in [
        ("topic", " \n", "empty"),
        ("words", "many", "60 to 1500"),
        ("words", "59", "60 to 1500"),
        ("words", "NaN", "60 to 1500"),
        ("words", "99999999999999999999", "60 to 1500"),
        ("tone", "rude", "choices"),
        ("facts", &"x".repeat(200_001), "too long"),
    ] {
        let mut values = least(news);
        values.insert(id.to_owned(), value.to_owned());
        let error = news.render(&values, Lang::En).unwrap_err();
        assert!(matches!(error.cause(), Cause::BadField { .. }) && error.summary(Lang::En).contains(says), "{error}");
    }
    let mut values = least(news);
    values.insert("facts".into(), "字".repeat(60_000));
    assert!(news.render(&values, Lang::Zh).unwrap().user.len() > 180_000, "fuel pays for long fields");
    values.insert("unknown".into(), "x".into());
    news.render(&values, Lang::En).unwrap();
}

#[test]
fn a_blog_is_planned_and_then_written_by_sections() {
    let blog = find("blog").unwrap();
    assert!(blog.has_sections() && !find("news").unwrap().has_sections());
    let outline = "Basil in winter\n\n1. Light\n2. **Water**\n   - not this\n3) Warmth:\n";
    assert_eq!(outline_sections(outline), ["Light", "Water", "Warmth"]);
    assert_eq!(outline_sections("标题\n一、光照\n二、浇水"), ["光照", "浇水"]);
    assert_eq!(outline_sections("## A\n## B"), ["A", "B"]);
    assert_eq!(outline_sections("A\n\nB"), ["A", "B"]);
    assert_eq!(outline_sections(""), Vec::<String>::new());
    assert_eq!(outline_sections(&"- x\n".repeat(999)).len(), 20);
    for lang in Lang::ALL {
        let prompt = blog.render_section(&least(blog), lang, outline, "Light").unwrap();
        assert!(prompt.user.contains("## Light") && prompt.user.contains("3) Warmth"), "{}", prompt.user);
    }
}

#[test]
fn checks_follow_the_fields() {
    let news = find("news").unwrap();
    let mut values = least(news);
    values.insert("words".into(), "100".into());
    assert!(news.checks(&values, Lang::En).contains(&Check::Length { min: 65, max: 135, about: Some(100) }));
    assert!(news.checks(&least(news), Lang::Zh).contains(&Check::Length { min: 260, max: 540, about: Some(400) }));

    let poem = find("poem").unwrap();
    let kind = |kind: &str| Values::from([("topic".to_owned(), "x".to_owned()), ("kind".to_owned(), kind.to_owned())]);
    let jueju = poem.checks(&kind("jueju5"), Lang::En);
    let moon = "床前明月光，\n疑是地上霜。\n举头望明月，\n低头思故乡。";
    assert_eq!(check(moon, &jueju, Lang::En), [], "a Chinese form is Chinese in an English window");
    assert!(!check(moon, &poem.checks(&kind("haiku"), Lang::En), Lang::En).is_empty());

    let translation = find("translation").unwrap();
    let to_en = Values::from([("text".to_owned(), "你好".to_owned()), ("to".to_owned(), "en".to_owned())]);
    let checks = translation.checks(&to_en, Lang::Zh);
    assert_eq!(check("Hello to all of you.", &checks, Lang::Zh), []);
    assert_eq!(check("大家好，欢迎你们来到这里。", &checks, Lang::Zh).len(), 1);
}

/// Every form with its least fields, and with each choice of each of its fields.
fn ways() -> Vec<(&'static Form, Values)> {
    let mut all = Vec::new();
    for form in forms() {
        all.push((form, least(form)));
        for field in &form.fields {
            let FieldKind::Choice { choices, .. } = &field.kind else { continue };
            for choice in choices {
                let mut values = least(form);
                values.insert(field.id.clone(), choice.id.clone());
                all.push((form, values));
            }
        }
    }
    all
}

#[test]
fn prompt_and_check_say_the_same_number() {
    const WORDS: [(usize, &str, &str); 7] = [
        (2, "two", "两"),
        (3, "three", "三"),
        (4, "four", "四"),
        (5, "five", "五"),
        (7, "seven", "七"),
        (8, "eight", "八"),
        (12, "twelve", "十二"),
    ];
    for (form, values) in ways() {
        for lang in Lang::ALL {
            let prompt = form.render(&values, lang).unwrap().user.to_lowercase();
            let says = |n: usize| {
                let words = WORDS.iter().find(|(number, ..)| *number == n);
                prompt.contains(&n.to_string())
                    || words.is_some_and(|(_, en, zh)| prompt.contains(lang.pick(en, zh)) || prompt.contains(en))
            };
            for check in form.checks(&values, lang) {
                let numbers = match &check {
                    Check::Length { about, .. } => about.iter().copied().collect(),
                    Check::AtMost { max } => vec![*max],
                    Check::Headline { words, chars } => vec![lang.pick(*words, *chars)],
                    Check::Lines { min, max } | Check::Stanzas { min, max } => vec![*min, *max],
                    // None, and paragraphs are as many as it takes.
                    Check::Headings { max: 0, .. } | Check::Paragraphs { .. } => Vec::new(),
                    Check::Headings { min, max } => vec![*min, *max],
                    Check::Syllables { lines } => lines.clone(),
                    Check::Rhyme { .. } | Check::Subject | Check::NoMeta | Check::NoLoops | Check::Language { .. } => {
                        Vec::new()
                    }
                };
                for n in numbers {
                    assert!(n > 0 && says(n), "{} {values:?} {lang:?}: {n} of {check:?} is not in\n{prompt}", form.id);
                }
            }
        }
    }
}

#[test]
fn a_strict_form_has_a_grammar_for_what_was_chosen() {
    let poem = |kind: &str, lang| {
        let values = Values::from([("topic".to_owned(), "x".to_owned()), ("kind".to_owned(), kind.to_owned())]);
        find("poem").unwrap().grammar(&values, lang)
    };
    let Some(Grammar::Gbnf(jueju)) = poem("jueju5", Lang::En) else { panic!("strict") };
    assert!(jueju.contains("{5}") && !jueju.contains("{7}"), "{jueju}");
    assert_eq!(poem("free", Lang::En), None, "free is free");
    assert_eq!(find("explain").unwrap().grammar(&least(find("explain").unwrap()), Lang::En), None);
    let blog = find("blog").unwrap();
    let mut values = least(blog);
    values.insert("sections".into(), "3".into());
    let Some(Grammar::Gbnf(outline)) = blog.grammar(&values, Lang::En) else { panic!("strict") };
    assert!(outline.contains("\"\\n3. \"") && !outline.contains("\"\\n4. \""), "{outline}");
    let Some(Grammar::Gbnf(section)) = blog.section_grammar(&values, Lang::Zh, r#"The "big" \ one"#) else { panic!() };
    assert!(section.contains(r###""## The \"big\" \\ one\n\n""###), "{section}");
}

//! A form and its fields to a prompt.

use std::collections::BTreeMap;

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior};

use super::form::{Field, FieldKind, Form, Values};
use crate::domain::Grammar;
use crate::error::{Cause, Result, StudioError};
use crate::lang::{Both, Lang, both};

/// What a template may use up beside a share for each byte of the fields.
const FUEL: u64 = 100_000;
/// Longest field, in bytes: more than a novel's chapter.
const MAX_FIELD: usize = 200_000;
/// Sections that are read from an outline.
const MAX_SECTIONS: usize = 20;

/// What a model is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt {
    pub system: Option<String>,
    pub user: String,
}

impl Form {
    /// The prompt for these fields. A field that is missing or blank has its default, and without one the sections
    /// of the template that speak of it are left out. Errors: a required field without content, a number that is
    /// none or out of range, a choice that is none of the choices, a text longer than 200 000 bytes.
    pub fn render(&self, values: &Values, lang: Lang) -> Result<Prompt> {
        self.run(lang.pick(&self.prompt, &self.prompt_zh), values, lang, &[])
    }

    /// The prompt for one section of an outline that a model wrote, in a form that [`has_sections`](Form::has_sections).
    ///
    /// # Errors
    /// As for [`Self::render`].
    pub fn render_section(&self, values: &Values, lang: Lang, outline: &str, section: &str) -> Result<Prompt> {
        let more = [("outline", outline), ("section", section)];
        self.run(lang.pick(&self.section, &self.section_zh), values, lang, &more)
    }

    /// The grammar that the answer to [`Self::render`] is held to, where the form is strict.
    pub fn grammar(&self, values: &Values, lang: Lang) -> Option<Grammar> {
        let zh = if self.grammar_zh.is_empty() { &self.grammar } else { &self.grammar_zh };
        self.gbnf(lang.pick(&self.grammar, zh), values, lang, &[])
    }

    /// The same for [`Self::render_section`].
    pub fn section_grammar(&self, values: &Values, lang: Lang, section: &str) -> Option<Grammar> {
        // It stands in a literal.
        let section = section.replace('\\', "\\\\").replace('"', "\\\"");
        self.gbnf(&self.section_grammar, values, lang, &[("section", &section)])
    }

    fn gbnf(&self, template: &str, values: &Values, lang: Lang, more: &[(&str, &str)]) -> Option<Grammar> {
        let text = self.run(template, values, lang, more).ok()?.user;
        (!text.is_empty()).then_some(Grammar::Gbnf(text))
    }

    fn run(&self, template: &str, values: &Values, lang: Lang, more: &[(&str, &str)]) -> Result<Prompt> {
        let mut scope: BTreeMap<&str, String> = BTreeMap::new();
        let mut ids: BTreeMap<&str, String> = BTreeMap::new();
        for field in &self.fields {
            let typed = values.get(&field.id).map_or("", |v| v.trim());
            let (shown, id) = field.take(typed, lang)?;
            scope.insert(&field.id, shown);
            ids.insert(&field.id, id);
        }
        for (name, text) in more {
            if text.len() > MAX_FIELD {
                return Err(StudioError::other(Both::new("the outline is too long", "提纲过长")));
            }
            scope.insert(name, (*text).to_owned());
        }
        let bytes: usize = scope.values().map(String::len).sum();
        let mut context: BTreeMap<&str, minijinja::Value> =
            scope.into_iter().map(|(k, v)| (k, minijinja::Value::from(v))).collect();
        context.insert("id", minijinja::Value::from_pairs(ids));

        let mut env = Environment::new();
        env.set_undefined_behavior(UndefinedBehavior::Strict);
        let failed = |e: minijinja::Error| {
            StudioError::other(both!("the form {} could not be filled in", "表单 {} 无法填写", self.id))
                .with_details(format!("{e:#}"))
        };
        env.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build().map_err(failed)?);
        env.set_fuel(Some(FUEL + bytes as u64));
        let system = lang.pick(&self.system, &self.system_zh);
        let system = env.template_from_str(system).and_then(|t| t.render(&context)).map_err(failed)?;
        let user = env.template_from_str(template).and_then(|t| t.render(&context)).map_err(failed)?;
        let system = system.trim();
        Ok(Prompt { system: (!system.is_empty()).then(|| system.to_owned()), user: tidy(&user) })
    }
}

impl Field {
    /// The value as the prompt shows it, and as templates compare it.
    fn take(&self, typed: &str, lang: Lang) -> Result<(String, String)> {
        let bad = |en: String, zh: String| {
            let label = Both::new(self.label.as_str(), self.label_zh.as_str());
            StudioError::from(Cause::BadField { label, reason: Both::new(en, zh) })
        };
        if typed.len() > MAX_FIELD {
            let bytes = typed.len();
            return Err(bad(
                format!("is too long ({bytes} bytes of {MAX_FIELD})"),
                format!("过长（{bytes} 字节，最多 {MAX_FIELD}）"),
            ));
        }
        let default = self.default(lang);
        let value = if typed.is_empty() { default.as_ref() } else { typed };
        if value.is_empty() {
            if self.required {
                return Err(bad("is empty".into(), "还是空的".into()));
            }
            return Ok(Default::default());
        }
        match &self.kind {
            FieldKind::Text => {
                let line = value.split_whitespace().collect::<Vec<_>>().join(" ");
                Ok((line.clone(), line))
            }
            FieldKind::Long => Ok((value.to_owned(), value.to_owned())),
            FieldKind::Number { min, max, .. } => match value.parse::<i64>() {
                Ok(n) if (*min..=*max).contains(&n) => Ok((n.to_string(), n.to_string())),
                _ => Err(bad(
                    format!("must be a whole number from {min} to {max}"),
                    format!("应为 {min} 到 {max} 的整数"),
                )),
            },
            FieldKind::Choice { choices, .. } => match choices.iter().find(|c| c.id == value) {
                Some(choice) => Ok((choice.label(lang).to_owned(), choice.id.clone())),
                None => Err(bad("is none of its choices".into(), "不是可选项之一".into())),
            },
        }
    }
}

/// No space at the ends of lines, and never two empty lines: what left-out sections leave behind.
fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut empty = true;
    for line in text.lines().map(str::trim_end) {
        if line.is_empty() && empty {
            continue;
        }
        empty = line.is_empty();
        out.push_str(line);
        out.push('\n');
    }
    out.trim_end().to_owned()
}

/// The sections of an outline as models write them: headings, numbered or dashed lines of the first level, at most
/// 20. Without any such line, each line that is not blank.
pub fn outline_sections(outline: &str) -> Vec<String> {
    let marked = |line: &str| -> Option<String> {
        if line.starts_with([' ', '\t']) {
            return None;
        }
        let numbered = line.trim_start_matches(|c: char| c.is_ascii_digit() || "一二三四五六七八九十".contains(c));
        let rest = if numbered.len() < line.len() {
            numbered.strip_prefix(['.', '、', ')', '．', '）'])?
        } else if line.starts_with("##") {
            line.trim_start_matches('#')
        } else {
            line.strip_prefix(['-', '*', '•']).filter(|rest| rest.starts_with(' '))?
        };
        Some(clean(rest)).filter(|s| !s.is_empty())
    };
    let found: Vec<String> = outline.lines().filter_map(marked).take(MAX_SECTIONS).collect();
    if !found.is_empty() {
        return found;
    }
    outline.lines().map(clean).filter(|line| !line.is_empty()).take(MAX_SECTIONS).collect()
}

fn clean(line: &str) -> String {
    line.trim().trim_matches(['*', '#', ' ', '_']).trim_end_matches([':', '：']).trim().to_owned()
}

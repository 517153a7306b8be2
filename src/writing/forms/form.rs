//! What a form's file holds, and what a person puts into its fields.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;

use super::super::checks::Check;
use crate::domain::TextParams;
use crate::lang::Lang;

/// What a person put into the fields, by their ids. A choice is named by its id.
pub type Values = BTreeMap<String, String>;

/// A form. Names ending in `_zh` are the Chinese wording of what comes before.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    pub id: String,
    /// The icon's name in Phosphor.
    pub icon: String,
    pub name: String,
    pub name_zh: String,
    pub about: String,
    pub about_zh: String,
    #[serde(default)]
    pub(super) system: String,
    #[serde(default)]
    pub(super) system_zh: String,
    pub(super) prompt: String,
    pub(super) prompt_zh: String,
    /// Where `prompt` asks for an outline: the prompt for each of its sections.
    #[serde(default)]
    pub(super) section: String,
    #[serde(default)]
    pub(super) section_zh: String,
    /// Where the form is strict: a template of the GBNF grammar that holds the answer to it. Without a Chinese one the
    /// same holds for both. What comes out empty (another choice of a field) is no grammar.
    #[serde(default)]
    pub(super) grammar: String,
    #[serde(default)]
    pub(super) grammar_zh: String,
    #[serde(default)]
    pub(super) section_grammar: String,
    pub sampling: Sampling,
    pub fields: Vec<Field>,
    #[serde(default)]
    pub(super) checks: Vec<FormCheck>,
    /// Choices that decide the language of the result; else it is the one asked in.
    #[serde(default)]
    pub(super) languages: Vec<LanguageRule>,
}

/// Sampling that suits the form.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sampling {
    pub temperature: f32,
    pub max_tokens: u32,
}

impl Sampling {
    /// `params` with these two values in the place of its own.
    pub fn apply(self, params: &TextParams) -> TextParams {
        TextParams { temperature: self.temperature, max_tokens: self.max_tokens, ..params.clone() }
    }
}

/// A question of a form.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "FieldFile")]
pub struct Field {
    pub id: String,
    pub label: String,
    pub label_zh: String,
    pub kind: FieldKind,
    pub hint: String,
    pub hint_zh: String,
    pub required: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldFile {
    id: String,
    label: String,
    label_zh: String,
    kind: String,
    #[serde(default)]
    hint: String,
    #[serde(default)]
    hint_zh: String,
    #[serde(default)]
    required: bool,
    min: Option<i64>,
    max: Option<i64>,
    /// A choice's id.
    #[serde(default)]
    default: String,
    number: Option<i64>,
    number_zh: Option<i64>,
    #[serde(default)]
    choices: Vec<Choice>,
}

impl TryFrom<FieldFile> for Field {
    type Error = String;

    fn try_from(file: FieldFile) -> Result<Self, String> {
        let kind = match (file.kind.as_str(), file.min, file.max) {
            ("text", ..) => FieldKind::Text,
            ("long", ..) => FieldKind::Long,
            ("number", Some(min), Some(max)) if min <= max => {
                let default = file.number.map(|en| Pick { en, zh: file.number_zh.unwrap_or(en) });
                if default.is_some_and(|d| !(min..=max).contains(&d.en) || !(min..=max).contains(&d.zh)) {
                    return Err(format!("the default of {} is outside its range", file.id));
                }
                FieldKind::Number { min, max, default }
            }
            ("choice", ..) if file.choices.iter().any(|c| c.id == file.default) => {
                FieldKind::Choice { choices: file.choices, default: file.default }
            }
            (kind, ..) => return Err(format!("{} is not a whole field of the kind {kind}", file.id)),
        };
        let FieldFile { id, label, label_zh, hint, hint_zh, required, .. } = file;
        Ok(Self { id, label, label_zh, kind, hint, hint_zh, required })
    }
}

/// What a field takes.
#[derive(Clone, Debug, PartialEq)]
pub enum FieldKind {
    /// A line.
    Text,
    /// Several lines.
    Long,
    /// A whole number, in words for English and characters for Chinese where it is a length.
    Number { min: i64, max: i64, default: Option<Pick<i64>> },
    /// One of several.
    Choice { choices: Vec<Choice>, default: String },
}

/// A value for each language.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pick<T> {
    pub en: T,
    pub zh: T,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    pub id: String,
    pub en: String,
    pub zh: String,
}

impl Choice {
    pub fn label(&self, lang: Lang) -> &str {
        lang.pick(&self.en, &self.zh)
    }
}

/// A choice (`field=choice`) whose text is in a language of its own.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LanguageRule {
    pub(super) when: String,
    pub(super) lang: Lang,
}

/// A check of a form, perhaps only for one choice of a field or one language.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct FormCheck {
    /// `field=choice`
    #[serde(default)]
    pub(super) when: String,
    pub(super) lang: Option<Lang>,
    #[serde(flatten)]
    pub(super) check: Check,
    /// The number field that says how long or how many, and for lengths by which share that may be missed.
    #[serde(default)]
    pub(super) field: String,
    #[serde(default)]
    pub(super) slack: f64,
}

impl Form {
    pub fn name(&self, lang: Lang) -> &str {
        lang.pick(&self.name, &self.name_zh)
    }

    pub fn about(&self, lang: Lang) -> &str {
        lang.pick(&self.about, &self.about_zh)
    }

    /// Whether the prompt asks for an outline whose sections are asked for one by one.
    pub fn has_sections(&self) -> bool {
        !self.section.is_empty()
    }

    pub fn field(&self, id: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.id == id)
    }

    /// What it is about: the field that a person must fill in.
    pub fn topic<'a>(&self, values: &'a Values) -> &'a str {
        let field = self.fields.iter().find(|field| field.required);
        field.and_then(|field| values.get(&field.id)).map_or("", |value| value.trim())
    }

    /// What the fields hold before a person changes them.
    pub fn defaults(&self, lang: Lang) -> Values {
        self.fields.iter().map(|f| (f.id.clone(), f.default(lang).into_owned())).collect()
    }

    /// What a finished text is to be checked against, for these fields. In a form with sections that is the whole text,
    /// its sections put together below a title, not the outline.
    pub fn checks(&self, values: &Values, lang: Lang) -> Vec<Check> {
        let value = |id: &str| match values.get(id).map(|v| v.trim()).filter(|v| !v.is_empty()) {
            Some(value) => value.to_owned(),
            None => self.field(id).map(|f| f.default(lang).into_owned()).unwrap_or_default(),
        };
        let holds = |when: &str| when.split_once('=').is_none_or(|(id, wanted)| value(id) == wanted);
        let target = self.languages.iter().find(|rule| holds(&rule.when)).map_or(lang, |rule| rule.lang);
        let mut out = vec![Check::Language { asked: Some(target) }, Check::NoMeta, Check::NoLoops];
        for item in &self.checks {
            if !holds(&item.when) || item.lang.is_some_and(|l| l != target) {
                continue;
            }
            let mut check = item.check.clone();
            if let Ok(number) = value(&item.field).parse::<f64>() {
                check.ask(number.max(0.0), item.slack);
            }
            out.push(check);
        }
        out
    }
}

impl Field {
    pub fn label(&self, lang: Lang) -> &str {
        lang.pick(&self.label, &self.label_zh)
    }

    pub fn hint(&self, lang: Lang) -> &str {
        lang.pick(&self.hint, &self.hint_zh)
    }

    pub fn default(&self, lang: Lang) -> Cow<'_, str> {
        match &self.kind {
            FieldKind::Choice { default, .. } => default.into(),
            FieldKind::Number { default: Some(pick), .. } => lang.pick(pick.en, pick.zh).to_string().into(),
            _ => "".into(),
        }
    }
}

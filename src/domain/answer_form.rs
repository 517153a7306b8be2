//! The form of an answer as a person chooses it; the engine knows grammars only.

use serde::{Deserialize, Serialize};

use super::Grammar;

/// A schema that every JSON object satisfies.
const ANY_JSON: &str = r#"{"$comment":"any object","type":"object"}"#;

/// What is in the editor at first.
const SCHEMA: &str = r#"{
  "type": "object",
  "properties": {
    "title": { "type": "string" },
    "tags": { "type": "array", "items": { "type": "string" } }
  },
  "required": ["title", "tags"]
}"#;
const GBNF: &str = "root ::= \"yes\" | \"no\"";

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AnswerForm {
    #[default]
    Free,
    Json,
    Schema,
    Gbnf,
}

impl AnswerForm {
    pub const ALL: [Self; 4] = [Self::Free, Self::Json, Self::Schema, Self::Gbnf];

    /// The form of a grammar.
    pub fn of(grammar: Option<&Grammar>) -> Self {
        match grammar {
            None => Self::Free,
            Some(Grammar::JsonSchema(text)) if text == ANY_JSON => Self::Json,
            Some(Grammar::JsonSchema(_)) => Self::Schema,
            Some(Grammar::Gbnf(_)) => Self::Gbnf,
        }
    }
}

/// What was written in the editors last: it is there again when its form is chosen again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AnswerForms {
    pub schema: String,
    pub gbnf: String,
}

impl Default for AnswerForms {
    fn default() -> Self {
        Self { schema: SCHEMA.to_owned(), gbnf: GBNF.to_owned() }
    }
}

impl AnswerForms {
    /// The grammar of a form.
    pub fn grammar(&self, form: AnswerForm) -> Option<Grammar> {
        match form {
            AnswerForm::Free => None,
            AnswerForm::Json => Some(Grammar::JsonSchema(ANY_JSON.to_owned())),
            AnswerForm::Schema => Some(Grammar::JsonSchema(self.schema.clone())),
            AnswerForm::Gbnf => Some(Grammar::Gbnf(self.gbnf.clone())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_is_known_by_its_grammar() {
        let forms = AnswerForms::default();
        for form in AnswerForm::ALL {
            assert_eq!(AnswerForm::of(forms.grammar(form).as_ref()), form);
        }
    }
}

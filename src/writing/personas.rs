//! The characters that come with the program: TOML files in `assets/personas/`, in both languages.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::domain::{KeptPersona, Persona, PersonaId};
use crate::lang::Lang;

const FILES: [&str; 4] = [
    include_str!("../../assets/personas/assistant.toml"),
    include_str!("../../assets/personas/editor.toml"),
    include_str!("../../assets/personas/storyteller.toml"),
    include_str!("../../assets/personas/teacher.toml"),
];

/// One file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Both {
    id: String,
    en: Texts,
    zh: Texts,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Texts {
    name: String,
    notes: String,
    system: String,
    greeting: String,
    examples: String,
}

static BUILT_IN: LazyLock<[Vec<KeptPersona>; 2]> = LazyLock::new(|| {
    let parse = |text: &&str| toml::from_str::<Both>(text).expect("a test of this file reads them all");
    let files: Vec<Both> = FILES.iter().map(parse).collect();
    Lang::ALL.map(|lang| files.iter().map(|file| kept(&file.id, lang.pick(&file.en, &file.zh))).collect())
});

fn kept(id: &str, texts: &Texts) -> KeptPersona {
    let trimmed = |text: &str| text.trim().to_owned();
    let greetings = Some(trimmed(&texts.greeting)).filter(|text| !text.is_empty()).into_iter().collect();
    let persona = Persona {
        name: trimmed(&texts.name),
        system: trimmed(&texts.system),
        greetings,
        examples: trimmed(&texts.examples),
        notes: trimmed(&texts.notes),
        ..Persona::default()
    };
    KeptPersona { id: PersonaId(id.to_owned()), persona, avatar: None }
}

/// All of them, in the wording of `lang`.
pub fn built_in(lang: Lang) -> &'static [KeptPersona] {
    lang.pick(&BUILT_IN[0], &BUILT_IN[1])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Role;
    use crate::writing::cards;

    #[test]
    fn each_is_whole_in_both_languages() {
        for lang in Lang::ALL {
            let all = built_in(lang);
            assert_eq!(all.len(), FILES.len());
            for kept in all {
                let Persona { name, system, notes, examples, .. } = &kept.persona;
                assert!(!name.is_empty() && !system.is_empty() && !notes.is_empty(), "{name}");
                let han = system.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
                assert_eq!(han, lang == Lang::Zh, "{name}");
                for block in cards::examples(examples, name, "") {
                    assert_eq!(block[0].role, Role::User, "{name}");
                    assert!(block.iter().any(|turn| turn.role == Role::Assistant), "{name}");
                }
            }
            let names = |lang| built_in(lang).iter().map(|kept| kept.id.clone()).collect::<Vec<_>>();
            assert_eq!(names(Lang::En), names(Lang::Zh));
        }
    }
}

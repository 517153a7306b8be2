//! Forms: what to ask a person so that a model can write a news item, a poem, a letter. Each is a TOML file in
//! `assets/forms/` inside the program.
//!
//! A form's prompt is a Jinja template. What a person typed reaches it as values and is never read as a template;
//! the work of a template is bounded by fuel all the same.

mod form;
mod render;

use std::sync::LazyLock;

pub use form::{Choice, Field, FieldKind, Form, Pick, Sampling, Values};
pub use render::{Prompt, outline_sections};

const BUILT_IN: [&str; 12] = [
    include_str!("../../../assets/forms/news.toml"),
    include_str!("../../../assets/forms/blog.toml"),
    include_str!("../../../assets/forms/poem.toml"),
    include_str!("../../../assets/forms/story.toml"),
    include_str!("../../../assets/forms/chapter.toml"),
    include_str!("../../../assets/forms/product.toml"),
    include_str!("../../../assets/forms/speech.toml"),
    include_str!("../../../assets/forms/reply.toml"),
    include_str!("../../../assets/forms/translation.toml"),
    include_str!("../../../assets/forms/explain.toml"),
    include_str!("../../../assets/forms/social.toml"),
    include_str!("../../../assets/forms/letter.toml"),
];

static FORMS: LazyLock<Vec<Form>> = LazyLock::new(|| {
    let parse = |text: &&str| toml::from_str(text).expect("the program's own forms are read by a test of this room");
    BUILT_IN.iter().map(parse).collect()
});

/// The forms that come with the program, in the order they are shown.
pub fn forms() -> &'static [Form] {
    &FORMS
}

/// The form with this id.
pub fn find(id: &str) -> Option<&'static Form> {
    forms().iter().find(|form| form.id == id)
}

#[cfg(test)]
mod tests;

//! What the program is made of beside Rust packages, and the texts of our own licences. `assets/README.md` and
//! `models/*/README.md` say where each is from.

use serde::Serialize;

use crate::lang::Lang;

/// What kind of thing a component is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Group {
    /// The program and the models that were made for it.
    Own,
    /// Fonts, vocabularies, and what our models were made from.
    Data,
    /// Rust packages.
    Packages,
}

impl Group {
    pub const ALL: [Self; 3] = [Self::Own, Self::Data, Self::Packages];

    pub fn name(self, lang: Lang) -> &'static str {
        match self {
            Self::Own => lang.pick("The program and its models", "本软件及其模型"),
            Self::Data => lang.pick("Fonts, vocabularies and training data", "字体、词表和训练数据"),
            Self::Packages => lang.pick("Rust packages", "Rust 软件包"),
        }
    }
}

/// Something in the program that is no Rust package.
pub struct Part {
    pub group: Group,
    pub name: &'static str,
    pub licence: &'static str,
    /// What it is for, in English and Chinese.
    pub about: Option<(&'static str, &'static str)>,
    pub files: &'static [File],
}

/// A licence text, or a notice with the licence's address.
pub struct File {
    pub name: &'static str,
    pub text: &'static str,
    pub copyright: &'static [&'static str],
}

const fn file(name: &'static str, text: &'static str) -> File {
    File { name, text, copyright: &[] }
}

const fn mit(copyright: &'static [&'static str]) -> File {
    File { name: "MIT", text: include_str!("../../assets/licences/MIT.txt"), copyright }
}

const APACHE: File = file("Apache-2.0", include_str!("../../assets/licences/Apache-2.0.txt"));
const NOTICES: File = file("models/sticker-64/LICENSE", include_str!("../../models/sticker-64/LICENSE"));
const OUR_MIT: File = file("LICENSE-MIT", include_str!("../../LICENSE-MIT"));
const OUR_APACHE: File = file("LICENSE-APACHE", include_str!("../../LICENSE-APACHE"));

const FONT: Option<(&str, &str)> = Some(("font", "字体"));
const VOCABULARY: Option<(&str, &str)> = Some(("vocabulary of text encoders", "文本编码器的词表"));
const LEARNED: Option<(&str, &str)> =
    Some(("the built-in picture models were made from it", "内置绘图模型由它制作而来"));

const fn own(name: &'static str, about: Option<(&'static str, &'static str)>, files: &'static [File]) -> Part {
    Part { group: Group::Own, name, licence: "MIT OR Apache-2.0", about, files }
}

const fn data(
    name: &'static str,
    licence: &'static str,
    about: Option<(&'static str, &'static str)>,
    files: &'static [File],
) -> Part {
    Part { group: Group::Data, name, licence, about, files }
}

/// Names and licences are not translated.
pub const PARTS: &[Part] = &[
    own(super::NAME, None, &[OUR_MIT, OUR_APACHE]),
    own("Sticker 64", Some(("the built-in picture model", "内置的绘图模型")), &[OUR_MIT, OUR_APACHE, NOTICES]),
    own("crisp-8x", Some(("enlarges its drawings", "放大它画的图")), &[OUR_MIT, OUR_APACHE, NOTICES]),
    data(
        "Inter (The Inter Project Authors)",
        "OFL-1.1",
        FONT,
        &[file("OFL-1.1", include_str!("../../assets/licences/Inter-OFL.txt"))],
    ),
    data(
        "Noto Sans SC (Adobe)",
        "OFL-1.1",
        FONT,
        &[file("OFL-1.1", include_str!("../../assets/licences/NotoSansSC-OFL.txt"))],
    ),
    data(
        "Twemoji Mozilla (Mozilla, Twitter)",
        "OFL-1.1 AND CC-BY-4.0",
        FONT,
        &[file("OFL-1.1", include_str!("../../assets/licences/Twemoji.txt"))],
    ),
    data(
        "KaTeX fonts (Khan Academy, Design Science)",
        "OFL-1.1",
        FONT,
        &[file("OFL-1.1", include_str!("../../assets/licences/KaTeX-OFL.txt"))],
    ),
    data("Phosphor Icons", "MIT", FONT, &[file("MIT", include_str!("../../assets/licences/Phosphor-MIT.txt"))]),
    data(
        "CLIP (OpenAI, open_clip)",
        "MIT",
        VOCABULARY,
        &[file("MIT", include_str!("../../assets/licences/open_clip-MIT.txt"))],
    ),
    data("T5 v1.1 (Google)", "Apache-2.0", VOCABULARY, &[APACHE]),
    data("Qwen3 (Alibaba Cloud)", "Apache-2.0", VOCABULARY, &[APACHE]),
    data("Fluent Emoji (Microsoft)", "MIT", LEARNED, &[mit(&["Copyright (c) Microsoft Corporation."]), NOTICES]),
    data("Noto Emoji (Google)", "Apache-2.0", LEARNED, &[NOTICES, APACHE]),
    data("Twemoji (Twitter)", "CC-BY-4.0", LEARNED, &[NOTICES]),
    data("FxEmojis (Mozilla)", "Apache-2.0", LEARNED, &[NOTICES, APACHE]),
    data("EmojiOne 2 (EmojiOne)", "CC-BY-4.0", LEARNED, &[NOTICES]),
    data("emojibase-data (Miles Johnson)", "MIT", LEARNED, &[mit(&["Copyright (c) Miles Johnson"]), NOTICES]),
    data("all-MiniLM-L6-v2 (sentence-transformers)", "Apache-2.0", LEARNED, &[NOTICES, APACHE]),
    data(
        "multilingual-e5-small (Microsoft)",
        "MIT",
        LEARNED,
        &[mit(&["Copyright (c) Microsoft Corporation."]), NOTICES],
    ),
    data("jieba (Sun Junyi)", "MIT", LEARNED, &[mit(&["Copyright (c) Sun Junyi"]), NOTICES]),
    data("WordNet 3.1 (Princeton University)", "WordNet", LEARNED, &[NOTICES]),
    Part {
        group: Group::Packages,
        name: "Rust standard library",
        licence: "MIT OR Apache-2.0",
        about: None,
        files: &[mit(&["Copyright (c) The Rust Project Contributors"]), APACHE],
    },
];

#[cfg(test)]
mod tests {
    use super::super::MARK;
    use super::*;

    /// Each text in `assets/licences` is shown with the part that it belongs to.
    #[test]
    fn no_licence_in_the_assets_is_left_out() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/licences");
        let shown: Vec<&str> = PARTS.iter().flat_map(|part| part.files).map(|file| file.text).collect();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|ending| ending == "txt") {
                let text = std::fs::read_to_string(&path).unwrap();
                assert!(shown.contains(&text.as_str()), "{}", path.display());
            }
        }
    }

    #[test]
    fn shared_texts_get_their_copyright_lines() {
        for file in PARTS.iter().flat_map(|part| part.files) {
            assert_eq!(file.text.matches(MARK).count(), file.copyright.len(), "{}", file.name);
        }
    }
}

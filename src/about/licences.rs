//! The licences of everything in the program. Models that are fetched have their own, which their cards name.
//!
//! Those of the Rust packages are in `assets/licences/dependencies.json.gz`, which `packaging/licences.py` writes and
//! describes. Texts that many packages share are in it once.

use flate2::read::GzDecoder;
use serde::{Deserialize, Serialize};

use super::parts::{self, Group};
use crate::lang::{Both, Lang};

const PACKAGES: &[u8] = include_bytes!("../../assets/licences/dependencies.json.gz");
/// Where a component's copyright lines go in a text that others share.
pub const MARK: &str = "{copyright}";

/// Something with a licence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Component {
    pub group: Group,
    pub name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// An SPDX expression where there is one.
    pub licence: String,
    /// What it is for, where its name does not say it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<Both>,
    pub files: Vec<LicenceFile>,
}

impl Component {
    /// The name, with the version where there is one.
    pub fn title(&self) -> String {
        format!("{} {}", self.name, self.version).trim_end().to_owned()
    }
}

/// A licence text as one component has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LicenceFile {
    /// The file's name, or that of the licence.
    pub name: String,
    /// The number of its text in [`Licences::texts`].
    pub text: usize,
    /// The copyright lines for each [`MARK`] in the text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub copyright: Vec<String>,
    /// The package of the same repository that the file is from, where this one has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// No package of the repository has the file: this is the licence's usual text.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub standard: bool,
}

/// All components with their texts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Licences {
    /// Group by group.
    pub components: Vec<Component>,
    /// Each once.
    pub texts: Vec<String>,
}

/// A part of what is shown of a component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Passage {
    /// The name of a file.
    File(String),
    /// Where the file is from.
    Note(String),
    Text(String),
}

/// The file of the packages.
#[derive(Deserialize)]
struct Written {
    texts: Vec<String>,
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    licence: String,
    files: Vec<LicenceFile>,
}

impl Licences {
    /// Unpacks all of them: some milliseconds.
    pub fn read() -> Self {
        let written: Written =
            serde_json::from_reader(GzDecoder::new(PACKAGES)).expect("the file in the program is whole: it is tested");
        let mut all = Self { components: Vec::new(), texts: written.texts };
        for part in parts::PARTS {
            let files = part.files.iter().map(|file| all.file(file)).collect();
            let about = part.about.map(|(en, zh)| Both::new(en, zh));
            let (name, licence) = (part.name.to_owned(), part.licence.to_owned());
            all.components.push(Component { group: part.group, name, version: String::new(), licence, about, files });
        }
        all.components.extend(written.packages.into_iter().map(|package| {
            let Package { name, version, licence, files } = package;
            Component { group: Group::Packages, name, version, licence, about: None, files }
        }));
        all
    }

    /// Takes in the text of a part, if it is not there yet.
    fn file(&mut self, file: &parts::File) -> LicenceFile {
        let wanted = file.text.trim();
        let text = self.texts.iter().position(|text| text == wanted).unwrap_or_else(|| {
            self.texts.push(wanted.to_owned());
            self.texts.len() - 1
        });
        let copyright = file.copyright.iter().map(|line| (*line).to_owned()).collect();
        LicenceFile { name: file.name.to_owned(), text, copyright, from: None, standard: false }
    }

    /// The components of a group.
    pub fn of(&self, group: Group) -> impl Iterator<Item = (usize, &Component)> {
        self.components.iter().enumerate().filter(move |(_, component)| component.group == group)
    }

    /// The text of a file, with its copyright lines.
    pub fn text(&self, file: &LicenceFile) -> String {
        let text = self.texts.get(file.text).map_or("", String::as_str);
        let mut groups = file.copyright.iter();
        let mut parts = text.split(MARK);
        let mut whole = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            whole.push_str(groups.next().map_or("", String::as_str));
            whole.push_str(part);
        }
        whole.trim().to_owned()
    }

    /// All that is shown of a component, to be copied.
    pub fn whole(&self, component: &Component, lang: Lang) -> String {
        let mut whole = format!("{}\n{}\n", component.title(), component.licence);
        for file in &component.files {
            let note = file.note(lang).map(|note| format!("{note}\n")).unwrap_or_default();
            whole.push_str(&format!("\n{}\n{note}\n{}\n", file.name, self.text(file)));
        }
        whole
    }

    /// What is shown of a component: its files, in passages that are short enough to be laid out one by one.
    pub fn passages(&self, component: &Component, lang: Lang) -> Vec<Passage> {
        let mut all = Vec::new();
        for file in &component.files {
            all.push(Passage::File(file.name.clone()));
            if let Some(note) = file.note(lang) {
                all.push(Passage::Note(note));
            }
            let text = self.text(file);
            let passages = text.split("\n\n").map(|passage| passage.trim_matches('\n').trim_end());
            all.extend(passages.filter(|passage| !passage.trim().is_empty()).map(|p| Passage::Text(p.to_owned())));
        }
        all
    }
}

impl LicenceFile {
    /// Where the text is from, if not from the package itself.
    pub fn note(&self, lang: Lang) -> Option<String> {
        match (&self.from, self.standard) {
            (Some(from), _) => Some(match lang {
                Lang::En => format!("From {from}, of the same repository."),
                Lang::Zh => format!("来自同一代码库的 {from}。"),
            }),
            (None, true) => Some(
                lang.pick(
                    "The package has no licence file: this is the usual text.",
                    "该软件包没有许可证文件：这是通用文本。",
                )
                .to_owned(),
            ),
            (None, false) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_component_has_a_name_a_licence_and_its_texts_in_full() {
        let all = Licences::read();
        for group in Group::ALL {
            assert!(all.of(group).count() > 1, "{group:?}");
        }
        for component in &all.components {
            assert!(!component.name.is_empty() && !component.licence.is_empty(), "{component:?}");
            assert!(!component.files.is_empty(), "{component:?}");
            for file in &component.files {
                let text = all.text(file);
                assert!(text.len() > 60 && !text.contains(MARK), "{}: {text}", component.name);
                for line in file.copyright.iter().flat_map(|group| group.lines()) {
                    assert!(text.contains(line), "{}: {line}", component.name);
                }
            }
        }
    }

    #[test]
    fn copyright_lines_go_to_their_marks_and_none_leaves_no_mark() {
        let texts = vec![format!("{MARK}\n\none\n\n{MARK}\n\ntwo")];
        let all = Licences { components: Vec::new(), texts };
        let file = |copyright: &[&str]| LicenceFile {
            name: "LICENSE".into(),
            text: 0,
            copyright: copyright.iter().map(|line| (*line).to_owned()).collect(),
            from: None,
            standard: false,
        };
        assert_eq!(all.text(&file(&["A", "B"])), "A\n\none\n\nB\n\ntwo");
        assert_eq!(all.text(&file(&[])), "one\n\n\n\ntwo");
        let component = Component {
            group: Group::Packages,
            name: "a".into(),
            version: "1.0.0".into(),
            licence: "MIT".into(),
            about: None,
            files: vec![LicenceFile { standard: true, ..file(&["A"]) }],
        };
        let passages = all.passages(&component, Lang::En);
        let text = |text: &str| Passage::Text(text.into());
        assert_eq!(passages[0], Passage::File("LICENSE".into()));
        assert!(matches!(&passages[1], Passage::Note(note) if note.contains("usual text")), "{passages:?}");
        assert_eq!(passages[2..], [text("A"), text("one"), text("two")]);
    }
}

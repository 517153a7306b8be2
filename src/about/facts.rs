//! The facts that a bug report needs.

use std::path::Path;

use crate::lang::Lang;

/// The program's name: the same in every language.
pub const NAME: &str = "AIGC Studio";
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The commit that was built, 12 digits; `build.rs` names it.
pub const COMMIT: &str = match option_env!("AIGC_STUDIO_COMMIT") {
    Some(commit) => commit,
    None => "unknown",
};

/// What is known of the program where it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts<'a> {
    /// The instruction sets that the kernels use, for example `AVX2`.
    pub kernels: &'a str,
    /// For example `CPU` or `GPU (CUDA)`.
    pub device: &'a str,
    /// The folder of conversations and fetched models.
    pub data: &'a Path,
}

impl Facts<'_> {
    /// The operating system and the processor that this build is for, for example `linux x86_64`.
    pub fn system() -> String {
        format!("{} {}", std::env::consts::OS, std::env::consts::ARCH)
    }

    /// Each fact with its name.
    pub fn rows(&self, lang: Lang) -> Vec<(&'static str, String)> {
        let mut rows = self.public(lang);
        rows.push((lang.pick("Data folder", "数据文件夹"), self.data.display().to_string()));
        rows
    }

    /// The text for a bug report. Without the folder, which has the person's name in it.
    pub fn report(&self, lang: Lang) -> String {
        let rows = self.public(lang).into_iter();
        rows.fold(NAME.to_owned(), |text, (name, value)| text + "\n" + name + lang.pick(": ", "：") + &value)
    }

    fn public(&self, lang: Lang) -> Vec<(&'static str, String)> {
        vec![
            (lang.pick("Version", "版本"), VERSION.to_owned()),
            (lang.pick("Commit", "提交"), COMMIT.to_owned()),
            (lang.pick("System", "系统"), Self::system()),
            (lang.pick("CPU kernels", "CPU 内核"), self.kernels.to_owned()),
            (lang.pick("Device", "设备"), self.device.to_owned()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_has_all_facts_but_the_folder() {
        let facts = Facts { kernels: "AVX2", device: "CPU", data: Path::new("/home/mei/studio") };
        for lang in Lang::ALL {
            let (rows, report) = (facts.rows(lang), facts.report(lang));
            assert_eq!(rows.len(), 6);
            assert_eq!(rows.iter().filter(|(_, value)| report.contains(value.as_str())).count(), 5);
            assert!(!report.contains("mei") && report.contains(COMMIT), "{report}");
        }
        assert!(!COMMIT.is_empty() && !COMMIT.contains(char::is_whitespace));
    }
}

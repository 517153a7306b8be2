//! The imports of the source files, read as the compiler reads them: over several lines, in groups, by `super` and `self`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A module's path from the crate's root, as in `["ui", "create", "stage"]`.
pub type Module = Vec<String>;

/// Each module below `src` with its file's path there and its code, without comments and without its tests.
pub struct Sources {
    pub all: BTreeMap<Module, (PathBuf, String)>,
    /// Modules that are crates of their own: there `crate` means them.
    crates: Vec<Module>,
}

impl Sources {
    pub fn read() -> Self {
        let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut files = Vec::new();
        rust_files(&src, &mut files);
        let of = |file: PathBuf| {
            let relative = file.strip_prefix(&src).expect("below src").to_owned();
            let code = code(&std::fs::read_to_string(&file).expect("a source file"));
            (module_of(&relative), (relative, code))
        };
        let is_crate = |file: &PathBuf| file.ends_with("mod.rs") && file.with_file_name("Cargo.toml").exists();
        let crates = files.iter().filter(|file| is_crate(file));
        let crates = crates.map(|file| module_of(file.strip_prefix(&src).expect("below src"))).collect();
        Self { crates, all: files.into_iter().map(of).collect() }
    }

    /// The modules that a module names, itself and the root left out.
    pub fn imports(&self, module: &Module) -> BTreeSet<Module> {
        let code = &self.all[module].1;
        let named = paths(code).into_iter().filter_map(|path| self.meant(module, &path));
        named.filter(|found| found != module && !found.is_empty()).collect()
    }

    /// The module that a path leads into, seen from another.
    fn meant(&self, from: &Module, path: &[String]) -> Option<Module> {
        let mut at = from.clone();
        let mut rest = path;
        match path.first().map(String::as_str) {
            Some("crate") => {
                let own = self.crates.iter().find(|root| from.starts_with(root));
                (at, rest) = (own.cloned().unwrap_or_default(), &path[1..]);
            }
            Some("self" | "super") => {
                while let Some((first, more)) =
                    rest.split_first().filter(|(first, _)| *first == "self" || *first == "super")
                {
                    if first == "super" {
                        at.pop();
                    }
                    rest = more;
                }
            }
            Some(child) => {
                at.push(child.to_owned());
                if !self.all.contains_key(&at) {
                    return None;
                }
                rest = &path[1..];
            }
            None => return None,
        }
        let mut found = self.all.contains_key(&at).then(|| at.clone());
        for name in rest {
            at.push(name.clone());
            if self.all.contains_key(&at) {
                found = Some(at.clone());
            }
        }
        found
    }
}

pub fn rust_files(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("src can be read") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            rust_files(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

fn module_of(relative: &Path) -> Module {
    let mut names: Module =
        relative.with_extension("").iter().map(|name| name.to_string_lossy().into_owned()).collect();
    if names.last().is_some_and(|name| ["mod", "lib", "main"].contains(&name.as_str())) {
        names.pop();
    }
    names
}

/// Without comments and strings of one line, and without what stands behind the first `#[cfg(test)]`.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// Every path that the code imports or names from `crate`, `super` or `self` on.
pub fn paths(code: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let mut rest = code;
    let mut plain = String::new();
    while let Some(at) = word(rest, "use") {
        let (before, from) = rest.split_at(at);
        plain.push_str(before);
        let (tree, after) = from["use".len()..].split_once(';').unwrap_or((&from["use".len()..], ""));
        expand(&[], tree, &mut found);
        rest = after;
    }
    plain.push_str(rest);
    for start in ["crate::", "super::", "self::"] {
        for (at, _) in plain.match_indices(start) {
            let before = plain[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':' || c == '$') {
                continue;
            }
            let end =
                plain[at..].find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).unwrap_or(plain.len() - at);
            let names = plain[at..at + end].split("::").filter(|name| !name.is_empty());
            found.push(names.map(str::to_owned).collect());
        }
    }
    found
}

/// Where a word stands by itself.
fn word(text: &str, word: &str) -> Option<usize> {
    let is_letter = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '!' || c == '"');
    let alone = |at: &usize| {
        !is_letter(text[..*at].chars().next_back()) && text[at + word.len()..].starts_with(char::is_whitespace)
    };
    text.match_indices(word).map(|(at, _)| at).find(alone)
}

/// Writes out `a::{b, c::{d, e}}`.
fn expand(before: &[String], tree: &str, out: &mut Vec<Vec<String>>) {
    let mut depth = 0;
    let parts = tree.split(|c| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        c == ',' && depth == 0
    });
    for part in parts.map(str::trim).filter(|part| !part.is_empty()) {
        let (path, group) = match part.split_once('{') {
            Some((path, group)) => (path, Some(group.trim_end().strip_suffix('}').unwrap_or(group))),
            None => (part, None),
        };
        let path = path.split(" as ").next().unwrap_or_default();
        let names = path.split("::").map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
        let whole: Vec<String> = before.iter().cloned().chain(names).collect();
        match group {
            Some(group) => expand(&whole, group, out),
            None => out.push(whole),
        }
    }
}

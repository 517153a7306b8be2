//! The rooms of the house, and who may look into whom: read from the imports themselves.

use std::path::{Path, PathBuf};

/// Each room with the rooms it may import. `app` and `cli` wire all of them.
const ROOMS: [(&str, &[&str]); 12] = [
    ("lang", &[]),
    ("error", &["lang"]),
    ("disk", &["error"]),
    ("scene", &[]),
    ("domain", &["error", "lang"]),
    ("formats", &["domain", "error", "lang"]),
    ("engine", &["writing", "scene", "formats", "domain", "error", "lang"]),
    ("catalog", &["formats", "domain", "error", "lang", "disk"]),
    ("store", &["writing", "domain", "error", "lang", "disk"]),
    ("writing", &["domain", "error", "lang"]),
    ("state", &["scene", "writing", "domain", "error", "lang"]),
    ("ui", &["state", "writing", "scene", "domain", "error", "lang"]),
];

/// Crates that only some rooms may use.
const CRATES: [(&str, &[&str]); 14] = [
    ("visioncortex", &["store"]),
    ("egui", &["ui", "app"]),
    ("eframe", &["app"]),
    ("rfd", &["app"]),
    ("zbus", &["app"]),
    ("candle_core", &["engine", "formats"]),
    ("candle_nn", &["engine"]),
    ("candle_transformers", &["engine"]),
    ("ureq", &["catalog"]),
    ("pinyin", &["writing"]),
    ("unicode_bidi", &["ui"]),
    ("pulldown_cmark", &["writing"]),
    ("crossbeam_channel", &["engine", "catalog", "store", "app", "cli"]),
    ("clap", &["cli"]),
];

fn rust_files(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("src can be read") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            rust_files(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

/// The room of a file below `src`: its first folder, or its own name (`error_texts` belongs to `error`).
fn room_of(relative: &Path) -> String {
    let first = relative.iter().next().expect("a name").to_string_lossy();
    let name = first.trim_end_matches(".rs");
    name.strip_suffix("_texts").unwrap_or(name).to_owned()
}

/// The lines of code without comments and test modules' own strings.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(|line| line.split("//").next().unwrap_or_default())
}

/// The rooms that a line names behind `crate::`, in `use crate::{a, b::c}` too.
fn named_rooms(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in line.match_indices("crate::") {
        let rest = &line[at + "crate::".len()..];
        let group = rest.strip_prefix('{').map(|r| r.split('}').next().unwrap_or_default());
        let names: Vec<&str> = group.map_or_else(|| vec![rest], |g| g.split(',').collect());
        for name in names {
            let end = name.trim().find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(name.trim().len());
            found.push(name.trim()[..end].to_owned());
        }
    }
    found
}

#[test]
fn no_room_looks_the_wrong_way() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&src, &mut files);
    assert!(files.len() > 40, "the walk found {} files", files.len());
    let mut wrong = Vec::new();
    for file in files {
        let relative = file.strip_prefix(&src).expect("below src");
        let room = room_of(relative);
        let allowed = ROOMS.iter().find(|(name, _)| *name == room).map(|(_, allowed)| *allowed);
        let text = std::fs::read_to_string(&file).expect("a source file");
        for line in code(&text) {
            if let Some(allowed) = allowed {
                for name in named_rooms(line) {
                    let is_room = ROOMS.iter().any(|(r, _)| *r == name) || name == "app" || name == "cli";
                    if is_room && name != room && !allowed.contains(&name.as_str()) {
                        wrong.push(format!("{}: {room} imports {name}", relative.display()));
                    }
                }
            }
            for (library, rooms) in CRATES {
                let used = line.contains(&format!("use {library}::")) || line.contains(&format!("{library}::"));
                let own_word = line.contains(&format!("_{library}::"));
                let exempt = ["main", "lib"].contains(&room.as_str()) || rooms.contains(&room.as_str());
                if used && !own_word && !exempt {
                    wrong.push(format!("{}: {room} uses {library}", relative.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// `println!` and `eprintln!` panic where nobody reads or the disk is full: the shell prints through `cli::out`.
#[test]
fn the_shell_prints_where_nothing_panics() {
    let mut files = Vec::new();
    rust_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli"), &mut files);
    assert!(files.len() > 5);
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a source file");
        let line = code(&text).find(|line| ["println!(", "print!("].iter().any(|call| line.contains(call)));
        assert_eq!(line, None, "{}", file.display());
    }
}

#[test]
fn the_guard_sees_what_it_should() {
    assert_eq!(named_rooms("use crate::{domain::X, ui}; crate::store::y()"), ["domain", "ui", "store"]);
    assert_eq!(room_of(Path::new("engine/text/mod.rs")), "engine");
    assert_eq!(room_of(Path::new("error_texts.rs")), "error");
}

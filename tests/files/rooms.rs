//! The rooms of the house, who may look into whom, and that no two files look into each other: read from the imports
//! themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::imports::{Module, Sources, paths, rust_files};

/// Each room with the rooms it may import. `app` and `cli` wire all of them.
const ROOMS: [(&str, &[&str]); 17] = [
    ("lang", &[]),
    ("about", &["lang"]),
    ("numbers", &["lang"]),
    ("error", &["numbers", "lang"]),
    ("disk", &["error"]),
    ("chunks", &[]),
    ("logs", &["about"]),
    ("scene", &[]),
    ("lab", &[]),
    ("domain", &["error", "numbers", "lang"]),
    ("formats", &["domain", "error", "lang"]),
    ("engine", &["writing", "scene", "formats", "domain", "error", "lang"]),
    ("catalog", &["formats", "domain", "error", "lang", "disk"]),
    ("store", &["logs", "writing", "domain", "error", "lang", "disk", "chunks"]),
    ("writing", &["domain", "error", "lang", "chunks"]),
    ("state", &["about", "scene", "writing", "domain", "error", "lang"]),
    ("ui", &["state", "about", "writing", "scene", "domain", "error", "lang"]),
];

/// Crates that only some rooms may use.
const CRATES: [(&str, &[&str]); 20] = [
    ("visioncortex", &["store"]),
    ("egui", &["ui", "app"]),
    ("eframe", &["app"]),
    ("winit", &["app"]),
    ("egui_system_font_provider", &["app"]),
    ("fontconfig_sys", &["app"]),
    ("rfd", &["app"]),
    ("zbus", &["app"]),
    ("candle_core", &["engine", "formats", "lab"]),
    ("candle_nn", &["engine", "lab"]),
    ("candle_transformers", &["engine"]),
    ("ureq", &["catalog"]),
    ("pinyin", &["writing"]),
    ("unicode_bidi", &["ui"]),
    ("pulldown_cmark", &["writing"]),
    ("crossbeam_channel", &["logs", "engine", "catalog", "store", "app", "cli"]),
    ("clap", &["cli"]),
    ("tracing_subscriber", &["logs"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
];

/// The room of a module: its first name.
fn room_of(module: &Module) -> &str {
    module.first().map_or("lib", String::as_str)
}

#[test]
fn imports_are_read_over_lines_in_groups_and_by_super() {
    let read = |code: &str| -> Vec<String> { paths(code).iter().map(|path| path.join("::")).collect() };
    assert_eq!(
        read("use crate::{\n    ui::{self, theme::{S1, SMALL}},\n    state,\n};"),
        ["crate::ui::self", "crate::ui::theme::S1", "crate::ui::theme::SMALL", "crate::state"]
    );
    assert_eq!(read("pub(super) use super::super::cards::Card as C;"), ["super::super::cards::Card"]);
    assert_eq!(read("fn f() -> crate::error::Result { super::g() }"), ["crate::error::Result", "super::g"]);
    assert_eq!(read("fn reuse(x: u8) { unused(x) }"), Vec::<String>::new());
    for module in ["error", "error::summary", "error::names"] {
        let module: Module = module.split("::").map(str::to_owned).collect();
        assert_eq!(room_of(&module), "error");
    }
}

#[test]
fn no_room_looks_the_wrong_way() {
    let sources = Sources::read();
    assert!(sources.all.len() > 300, "the walk found {} files", sources.all.len());
    let mut wrong = Vec::new();
    for (module, (file, code)) in &sources.all {
        let room = room_of(module);
        if let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| *name == room) {
            for found in sources.imports(module) {
                let name = room_of(&found);
                let is_room = ROOMS.iter().any(|(r, _)| *r == name) || name == "app" || name == "cli";
                if is_room && name != room && !allowed.contains(&name) {
                    wrong.push(format!("{}: {room} imports {name}", file.display()));
                }
            }
        }
        for (library, rooms) in CRATES {
            let from = format!("{library}::");
            let used = code
                .match_indices(&from)
                .any(|(at, _)| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'));
            if used && room != "lib" && !rooms.contains(&room) {
                wrong.push(format!("{}: {room} uses {library}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A folder's own module and what is in it may see each other; all else has an above and a below.
#[test]
fn no_files_import_each_other_directly_or_round_about() {
    let sources = Sources::read();
    let apart = |a: &Module, b: &Module| !a.starts_with(b) && !b.starts_with(a);
    let of = |module: &Module| -> BTreeSet<Module> {
        sources.imports(module).into_iter().filter(|other| apart(module, other)).collect()
    };
    let imports: BTreeMap<&Module, BTreeSet<Module>> = sources.all.keys().map(|module| (module, of(module))).collect();
    // What has no import left is below all others: taken away again and again, only rings remain.
    let mut left: BTreeSet<&Module> = imports.keys().copied().collect();
    loop {
        let free = |module: &&Module| !imports[*module].iter().any(|other| left.contains(other));
        let (low, rest): (BTreeSet<&Module>, BTreeSet<&Module>) = left.iter().partition(|module| free(module));
        if low.is_empty() {
            break;
        }
        left = rest;
    }
    // What only stands above a ring is none of it.
    loop {
        let wanted = |module: &&Module| left.iter().any(|other| imports[*other].contains(*module));
        let (ring, above): (BTreeSet<&Module>, BTreeSet<&Module>) = left.iter().partition(|module| wanted(module));
        if above.is_empty() {
            break;
        }
        left = ring;
    }
    let path = |module: &Module| sources.all[module].0.display().to_string();
    let told = left.iter().map(|module| {
        let others: Vec<String> = imports[*module].iter().filter(|other| left.contains(other)).map(path).collect();
        format!("{} imports {}", path(module), others.join(", "))
    });
    assert!(left.is_empty(), "{}", told.collect::<Vec<_>>().join("\n"));
}

/// `println!` and `eprintln!` panic where nobody reads or the disk is full: the shell prints through `cli::out`.
#[test]
fn the_shell_prints_where_nothing_panics() {
    let mut files = Vec::new();
    rust_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli"), &mut files);
    assert!(files.len() > 5);
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a source file");
        let line = text
            .lines()
            .map(|line| line.split("//").next().unwrap_or_default())
            .find(|line| ["println!(", "print!("].iter().any(|call| line.contains(call)));
        assert_eq!(line, None, "{}", file.display());
    }
}

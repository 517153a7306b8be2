//! The licences that the program shows belong to the packages that it is built from.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::Path;

use aigc_studio::about::{Group, Licences};
use aigc_studio::catalog::Catalog;

const AGAIN: &str = "run `python3 packaging/licences.py`, look at what changed, and commit assets/licences";
/// Bytes that the file may take in the repository and in the program.
const MOST: u64 = 150_000;

fn path(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn read_toml(name: &str) -> toml::Table {
    std::fs::read_to_string(path(name)).expect(name).parse().expect(name)
}

/// The packages of Cargo.lock from elsewhere, as `name version`.
fn locked() -> BTreeSet<String> {
    let lock = read_toml("Cargo.lock");
    let packages = lock["package"].as_array().expect("a list of packages");
    let text = |package: &toml::Value, key: &str| package[key].as_str().expect("a text").to_owned();
    let foreign = packages.iter().filter(|package| package.get("source").is_some());
    foreign.map(|package| format!("{} {}", text(package, "name"), text(package, "version"))).collect()
}

/// The packages that the file names as not being in the program.
fn aside() -> BTreeSet<String> {
    let file = std::fs::File::open(path("assets/licences/dependencies.json.gz")).expect("the file");
    assert!(file.metadata().expect("its size").len() <= MOST, "the file is larger than {MOST} bytes");
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).expect("it is compressed");
    let written: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    let names = written["aside"].as_array().expect("a list").iter();
    names.map(|name| name.as_str().expect("a name").to_owned()).collect()
}

fn shown() -> BTreeSet<String> {
    let all = Licences::read();
    let packages = all.of(Group::Packages).filter(|(_, component)| !component.version.is_empty());
    packages.map(|(_, component)| component.title()).collect()
}

#[test]
fn every_package_of_the_lock_file_is_shown_or_set_aside() {
    let (locked, shown, aside) = (locked(), shown(), aside());
    assert!(locked.len() > 300, "{} packages were read from Cargo.lock", locked.len());
    let gone: Vec<_> = shown.union(&aside).filter(|package| !locked.contains(*package)).collect();
    assert!(gone.is_empty(), "no longer in Cargo.lock: {gone:?}; {AGAIN}");
    let new: Vec<_> = locked.iter().filter(|package| !shown.contains(*package) && !aside.contains(*package)).collect();
    assert!(new.is_empty(), "new in Cargo.lock: {new:?}; {AGAIN}");
    let both: Vec<_> = shown.intersection(&aside).collect();
    assert!(both.is_empty(), "{both:?}");
}

/// What only tests used may become a dependency of the program without a change of the lock file.
#[test]
fn every_direct_dependency_of_the_program_is_shown() {
    let shown = shown();
    let mut seen = 0;
    for manifest in ["Cargo.toml", "src/engine/kernels/Cargo.toml", "src/lab/Cargo.toml", "src/scene/Cargo.toml"] {
        let manifest = read_toml(manifest);
        let targets = manifest.get("target").and_then(toml::Value::as_table);
        let targets =
            targets.into_iter().flat_map(|table| table.values()).filter_map(|target| target.get("dependencies"));
        let tables = manifest.get("dependencies").into_iter().chain(targets).filter_map(toml::Value::as_table);
        for (name, dependency) in tables.flatten() {
            if dependency.get("path").is_some() {
                continue;
            }
            let name = dependency.get("package").and_then(toml::Value::as_str).unwrap_or(name);
            seen += 1;
            let found = shown.iter().any(|package| package.split(' ').next() == Some(name));
            assert!(found, "{name} is missing; {AGAIN}");
        }
    }
    assert!(seen > 40, "only {seen} dependencies were found");
}

/// The models inside the program are listed with the licences that their cards name.
#[test]
fn the_models_in_the_program_have_the_licences_of_their_cards() {
    let all = Licences::read();
    let catalog = Catalog::built_in(Path::new("/nowhere"));
    let inside: Vec<_> = catalog.cards().iter().filter(|card| card.is_embedded()).collect();
    assert!(!inside.is_empty());
    for card in inside {
        let own = all.of(Group::Own).find(|(_, component)| component.name == card.name);
        // ELIZA is a part of the program.
        let licence = own.map_or(all.components[0].licence.as_str(), |(_, component)| component.licence.as_str());
        assert!(own.is_some() || card.id == "eliza", "{} is not listed", card.name);
        assert_eq!(licence, card.licence, "{}", card.name);
    }
}

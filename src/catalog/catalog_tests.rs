use std::fs;

use super::*;
use crate::domain::{ModelFiles, SMOLLM_ID, STICKER_ID};

fn small_card(home: &Path) -> Catalog {
    let hash = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(b"hello"));
    let card = format!(
        "id = \"mine\"\nname = \"Mine\"\nmakes = \"text\"\nfamily = \"llama\"\nabout = \"x\"\nabout_zh = \"x\"\n\
         licence = \"MIT\"\nmemory = 10\n[[files]]\nname = \"m.gguf\"\nbytes = 5\nsha256 = \"{hash}\"\nsources = []\n"
    );
    fs::write(home.join("mine.toml"), card).unwrap();
    Catalog::load(home)
}

#[test]
fn the_embedded_model_is_always_there() {
    let home = tempfile::tempdir().unwrap();
    let catalog = Catalog::load(&home.path().join("nowhere"));
    let card = catalog.card(STICKER_ID).unwrap();
    assert_eq!(catalog.presence(card), ModelPresence::Embedded);
    let model = catalog.resolve(STICKER_ID, Makes::Image).unwrap();
    assert_eq!(model.files, ModelFiles::Embedded);
    assert!(catalog.check(card, |_| true).unwrap());
    assert!(catalog.problems().is_empty());
}

#[test]
fn unknown_names_name_the_known_ones() {
    let catalog = Catalog::load(Path::new("/nowhere"));
    let texts = catalog.cards().iter().filter(|card| card.makes == Makes::Text).map(|card| card.id.as_str());
    let texts: Vec<_> = texts.collect();
    let error = catalog.resolve("smolm", Makes::Text).unwrap_err();
    assert_eq!(error.cause(), &Cause::UnknownModel { id: "smolm".into(), known: texts.join(", ") });
    assert_eq!(texts[..3], [SMOLLM_ID, "gemma3-270m", "eliza"]);
    let error = catalog.resolve("/no/such/file.gguf", Makes::Text).unwrap_err();
    assert!(matches!(error.cause(), Cause::FileMissing { .. }));
    let error = catalog.resolve("file.GGUF", Makes::Text).unwrap_err();
    assert!(matches!(error.cause(), Cause::FileMissing { .. }));
    let error = catalog.resolve(SMOLLM_ID, Makes::Text).unwrap_err();
    assert_eq!(error.cause(), &Cause::NotFetched { id: SMOLLM_ID.into(), bytes: 98_362_432 });
    let error = catalog.resolve(SMOLLM_ID, Makes::Image).unwrap_err();
    assert_eq!(error.cause(), &Cause::WrongKind { id: SMOLLM_ID.into(), wanted: "picture" });
}

#[test]
fn paths_are_taken_as_they_are() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("my model.gguf");
    fs::write(&path, "").unwrap();
    let catalog = Catalog::load(home.path());
    let model = catalog.resolve(path.to_str().unwrap(), Makes::Text).unwrap();
    assert_eq!(model, ModelRef { id: "my model.gguf".into(), files: ModelFiles::File(path), sha256: None });
    let model = catalog.resolve(home.path().to_str().unwrap(), Makes::Image).unwrap();
    assert_eq!(model.files, ModelFiles::Folder(home.path().to_owned()));
}

#[test]
fn presence_goes_from_absent_over_partial_to_here() {
    let home = tempfile::tempdir().unwrap();
    let catalog = small_card(home.path());
    let card = catalog.card("mine").unwrap();
    assert_eq!(catalog.presence(card), ModelPresence::Absent);
    let folder = home.path().join("mine");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("m.gguf.part"), "he").unwrap();
    assert_eq!(catalog.presence(card), ModelPresence::Partial { bytes: 2 });
    let path = folder.join("m.gguf");
    fs::write(&path, "hal").unwrap();
    assert_eq!(catalog.presence(card), ModelPresence::Partial { bytes: 2 }, "a cut file is not here");
    fs::write(&path, "hello").unwrap();
    // Copied here by hand: it runs once its hash was taken.
    assert_eq!(catalog.presence(card), ModelPresence::Unchecked { path: path.clone() });
    let error = catalog.resolve("mine", Makes::Text).unwrap_err();
    assert_eq!(error.cause(), &Cause::NotChecked { id: "mine".into() });
    assert!(catalog.check(card, |_| true).unwrap());
    assert_eq!(catalog.presence(card), ModelPresence::Here { path: path.clone() });
    let model = catalog.resolve("mine", Makes::Text).unwrap();
    assert_eq!(model.sha256, Some(card.files[0].sha256.clone()));
    assert_eq!(model.files, ModelFiles::File(path.clone()));
    fs::write(&path, "hallo").unwrap();
    let error = catalog.check(card, |_| true).unwrap_err();
    assert!(matches!(error.cause(), Cause::BadModelFile { .. }));
    assert!(!catalog.check(card, |_| false).unwrap());
    assert_eq!(catalog.presence(card), ModelPresence::Unchecked { path }, "known to be damaged, it does not run");
}

#[test]
fn a_card_of_the_folder_cannot_take_the_place_of_our_own() {
    let home = tempfile::tempdir().unwrap();
    small_card(home.path());
    let text = fs::read_to_string(home.path().join("mine.toml")).unwrap();
    fs::write(home.path().join("other.toml"), text.replace("\"mine\"", &format!("\"{STICKER_ID}\""))).unwrap();
    let catalog = Catalog::load(home.path());
    assert_eq!(catalog.cards().len(), card::built_in().len() + 1);
    assert_eq!(catalog.problems().len(), 1);
    assert!(catalog.card(STICKER_ID).unwrap().is_embedded());
}

fn card_paths(card: &ModelCard, folder: &Path) -> (PathBuf, Vec<PathBuf>) {
    let here = ModelPresence::Here { path: card.place_in(folder) };
    match card.resolve(&here, Makes::Image).unwrap().files {
        ModelFiles::Checkpoint(files) => (files.main, files.parts),
        other => panic!("{other:?}"),
    }
}

#[test]
fn starters_say_what_they_take_and_run_with_their_parts() {
    let catalog = Catalog::load(Path::new("/nowhere"));
    let open = |card: &&ModelCard| card.files.iter().any(hub::is_open);
    let starters: Vec<_> = catalog.cards().iter().filter(open).collect();
    assert_eq!(starters.len(), 12, "and Qwen2.5-Coder, whose hash is known");
    for card in starters {
        assert!(!card.licence.is_empty() && card.memory > card.bytes(), "{}", card.id);
        assert_eq!(catalog.presence(card), ModelPresence::Absent);
        let error = catalog.resolve(&card.id, card.makes).unwrap_err();
        assert!(matches!(error.cause(), Cause::NotFetched { .. }), "{error:?}");
    }
    let folder = Path::new("/m/z-image-turbo");
    let (main, parts) = card_paths(catalog.card("z-image-turbo").unwrap(), folder);
    assert_eq!(main, folder.join("z_image_turbo-Q4_K.gguf"));
    assert_eq!(parts, ["Qwen3-4B-Instruct-2507-Q4_K_M.gguf", "ae.safetensors"].map(|name| folder.join(name)));
    // The encoder is the very file of the model to talk with, the VAE that of FLUX.
    let file = |id: &str, name: &str| catalog.card(id).unwrap().files.iter().find(|f| f.name == name).cloned();
    assert_eq!(
        file("z-image-turbo", "Qwen3-4B-Instruct-2507-Q4_K_M.gguf"),
        catalog.card("qwen3-4b").unwrap().files.first().cloned()
    );
    assert_eq!(file("z-image-turbo", "ae.safetensors"), file("flux1-schnell", "ae.safetensors"));
    let (main, parts) = card_paths(catalog.card("sd-1.5").unwrap(), Path::new("/m/sd-1.5"));
    assert_eq!((main, parts.len()), (PathBuf::from("/m/sd-1.5/v1-5-pruned-emaonly-fp16.safetensors"), 0));
}

/// A file of the right size whose hash nobody has asked the hub for yet is not believed.
#[test]
fn a_file_by_hand_of_a_card_without_a_hash_is_not_checked() {
    let home = tempfile::tempdir().unwrap();
    let mut catalog = small_card(home.path());
    fs::create_dir(home.path().join("mine")).unwrap();
    fs::write(home.path().join("mine/m.gguf"), "hello").unwrap();
    let card = catalog.cards.iter_mut().find(|card| card.id == "mine").unwrap();
    card.files[0].sha256.clear();
    let source = crate::domain::Source::Hub { repo: "a/b".into(), revision: "main".into(), path: "m.gguf".into() };
    card.files[0].sources = vec![source];
    let card = catalog.card("mine").unwrap();
    assert!(matches!(catalog.presence(card), ModelPresence::Unchecked { .. }));
}

#[test]
fn a_fetched_model_is_removed_and_comes_back() {
    let home = tempfile::tempdir().unwrap();
    let catalog = small_card(home.path());
    fs::create_dir(home.path().join("mine")).unwrap();
    fs::write(home.path().join("mine/m.gguf"), "hello").unwrap();
    let removed = catalog.remove("mine").unwrap();
    assert_eq!(removed.bytes, 5);
    assert_eq!(catalog.presence(catalog.card("mine").unwrap()), ModelPresence::Absent);
    trash::restore(home.path(), &removed).unwrap();
    assert!(matches!(catalog.presence(catalog.card("mine").unwrap()), ModelPresence::Unchecked { .. }));
}

//! Which files and folders of the models folder become models.

use super::*;
use crate::catalog::Catalog;
use crate::domain::{ModelFiles, ModelPresence};

#[test]
fn diffusers_folders_become_models_that_can_be_used() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/pipelines");
    let cards = scan(&fixtures);
    let family = |id: &str| cards.iter().find(|c| c.id == id).map(|c| (c.family.as_str(), c.defaults.steps));
    assert_eq!(family("sd15"), Some(("stable-diffusion-1", Some(20))));
    assert_eq!(family("sdxl"), Some(("stable-diffusion-xl", Some(20))));
    assert_eq!(family("sd3"), Some(("sd3", Some(28))));
    assert_eq!(family("flux-schnell"), Some(("flux", Some(4))));
    assert_eq!(family("flux-dev"), Some(("flux", Some(28))));
    assert_eq!(family("zimage"), Some(("z-image", Some(8))));
    assert_eq!(family("turbo"), Some(("stable-diffusion-1", Some(4))), "its scheduler is one of few steps");
    let catalog = Catalog::load(&fixtures);
    let card = catalog.card("sd15").unwrap();
    assert!(matches!(catalog.presence(card), ModelPresence::Here { .. }));
    let model = catalog.resolve("sd15", Makes::Image).unwrap();
    assert_eq!(model.files, ModelFiles::Folder(fixtures.join("sd15")));
    assert!(catalog.resolve("sd15", Makes::Text).is_err());
}

/// Cuts a file of safetensors into two with an index, as Hugging Face's libraries do.
fn shard(file: &Path, folder: &Path) {
    let bytes = fs::read(file).unwrap();
    let (len, rest) = bytes.split_first_chunk().unwrap();
    let (header, data) = rest.split_at(u64::from_le_bytes(*len) as usize);
    let header: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(header).unwrap();
    let mut places = serde_json::Map::new();
    for n in 0..2 {
        let name = format!("m-{:05}-of-00002.safetensors", n + 1);
        let (mut part, mut weights) = (serde_json::Map::new(), Vec::new());
        let tensors = header.iter().filter(|(name, _)| *name != "__metadata__").enumerate();
        for (_, (tensor, entry)) in tensors.filter(|(i, _)| i % 2 == n) {
            let place = |i: usize| entry["data_offsets"][i].as_u64().unwrap() as usize;
            let begin = weights.len();
            weights.extend_from_slice(&data[place(0)..place(1)]);
            let mut entry = entry.clone();
            entry["data_offsets"] = serde_json::json!([begin, weights.len()]);
            part.insert(tensor.clone(), entry);
            places.insert(tensor.clone(), name.clone().into());
        }
        let part = serde_json::to_vec(&part).unwrap();
        fs::write(folder.join(&name), [&(part.len() as u64).to_le_bytes()[..], &part, &weights].concat()).unwrap();
    }
    let index = format!("\u{feff}{}", serde_json::json!({"metadata": {}, "weight_map": places}));
    fs::write(folder.join("m.safetensors.index.json"), index).unwrap();
}

#[test]
fn a_model_in_shards_is_one_model() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/single");
    let folder = tempfile::tempdir().unwrap();
    shard(&fixtures.join("sd15.safetensors"), folder.path());
    let mut catalog = Catalog::load(folder.path());
    catalog.look_closer(&|_| Ok(()));
    let found: Vec<_> = catalog.cards().iter().filter(|card| card.local.is_some()).collect();
    let ids: Vec<_> = found.iter().map(|card| card.id.as_str()).collect();
    assert_eq!(ids, ["m"]);
    let size = |n: u32| fs::metadata(folder.path().join(format!("m-{n:05}-of-00002.safetensors"))).unwrap().len();
    assert_eq!((found[0].bytes(), found[0].lacks()), (size(1) + size(2), None));
}

#[test]
fn what_is_no_model_is_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let make = |name: &str, text: &str| {
        let place = folder.path().join(name);
        fs::create_dir_all(&place).unwrap();
        fs::write(place.join(INDEX), text).unwrap();
    };
    make("broken", "{");
    make("other", r#"{"_class_name": "AudioLDMPipeline"}"#);
    make("empty", r#"{"_class_name": "StableDiffusionPipeline"}"#);
    fs::create_dir_all(folder.path().join("odd").join(INDEX)).unwrap();
    assert!(scan(folder.path()).is_empty());
    assert!(scan(&folder.path().join("missing")).is_empty());
}

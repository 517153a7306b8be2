//! What the shapes of full-size checkpoints tell of their configurations.

use std::collections::BTreeMap;

use aigc_studio::formats::{Header, layout};
use serde_json::Value;

use crate::made::{fixtures, full_sizes, hollow};

/// The published sizes: what we read off their shapes is the configuration that made them.
#[test]
fn shapes_of_full_size_checkpoints_tell_their_configurations() {
    let all = full_sizes();
    assert_eq!(all.len(), 7);
    let home = tempfile::tempdir().unwrap();
    for (name, model) in all {
        let shapes: BTreeMap<String, Vec<u64>> = serde_json::from_value(model["shapes"].clone()).unwrap();
        let path = home.path().join(format!("{name}.safetensors"));
        hollow(&path, &shapes);
        let header = Header::read(&path).unwrap();
        let parts = layout::parts(&header);
        assert_eq!(parts.len(), 1, "{name}: {parts:?}");
        let config = parts[0].config(&parts[0].tensors(&header).unwrap()).unwrap_or_else(|| panic!("{name}"));
        let theirs = &model["config"];
        let mut seen = 0;
        for (key, ours) in config.as_object().unwrap() {
            // One number for all levels says the same as a list of it.
            let same = match (&theirs[key], ours) {
                (Value::Number(one), Value::Array(all)) => all.iter().all(|n| n == &Value::Number(one.clone())),
                (Value::Null, Value::Number(_)) => matches!(key.as_str(), "time_embedding_dim" | "out_channels"),
                (theirs, ours) => theirs == ours,
            };
            assert!(same, "{name}: {key} is {ours}, should be {}", theirs[key]);
            seen += 1;
        }
        assert!(seen >= 10, "{name}");
        std::fs::remove_file(path).unwrap();
    }
}

/// What a Qwen3's shapes tell is the configuration that made it.
#[test]
fn shapes_of_a_qwen3_tell_its_configuration() {
    let folder = fixtures().join("zimage/text_encoder");
    let header = Header::read(&folder.join("model.safetensors")).unwrap();
    let parts = layout::parts(&header);
    let config = parts[0].config(&parts[0].tensors(&header).unwrap()).unwrap();
    let theirs: Value = serde_json::from_str(&std::fs::read_to_string(folder.join("config.json")).unwrap()).unwrap();
    for (key, ours) in config.as_object().unwrap().iter().filter(|(key, _)| *key != "rope_theta") {
        assert_eq!(&theirs[key], ours, "{key}");
    }
}

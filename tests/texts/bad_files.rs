//! Files that are not models, or not ours to run: each is refused with its reason, none takes memory or panics.

use std::path::PathBuf;

use aigc_studio::engine::text::inspect;
use aigc_studio::engine::text::testing::{GgufFile, Meta, Tensor};
use aigc_studio::error::{Cause, StudioError};

fn refuse(bytes: &[u8]) -> StudioError {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bad.gguf");
    std::fs::write(&path, bytes).unwrap();
    inspect(&path).unwrap_err()
}

/// The reason why a file is no model.
fn reason(bytes: &[u8]) -> String {
    match refuse(bytes).cause() {
        Cause::BadModelFile { reason, .. } => reason.en.clone(),
        other => panic!("{other:?}"),
    }
}

fn changed(change: impl FnOnce(&mut GgufFile)) -> Vec<u8> {
    let mut file = GgufFile::tiny_llama();
    change(&mut file);
    file.bytes()
}

fn meta(key: &str, value: Meta) -> Vec<u8> {
    changed(|file| {
        file.set(key, value);
    })
}

#[test]
fn the_tiny_model_is_described() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("good.gguf");
    GgufFile::tiny_llama().write(&path).unwrap();
    let info = inspect(&path).unwrap();
    assert_eq!((info.name.as_str(), info.architecture.as_str(), info.quantization.as_str()), ("Tiny", "llama", "F32"));
    assert_eq!((info.context_length, info.vocabulary, info.layers), (512, 300, 2));
    assert_eq!(info.parameters, 2 * 300 * 32 + 2 * (2 * 32 * 32 + 2 * 16 * 32 + 3 * 64 * 32 + 2 * 32) + 32);
    assert_eq!(info.bytes, std::fs::metadata(&path).unwrap().len());
    assert!(info.has_template);
}

#[test]
fn files_that_are_cut_or_something_else() {
    assert!(reason(b"").contains("0 bytes"));
    assert!(reason(b"GG").contains("ends at byte 2"));
    assert!(reason(b"PK\x03\x04 and so on, a zip file").contains("504b0304"));
    assert!(reason(b"GGUF\x01\0\0\0aaaaaaaaaaaaaaaa").contains("version 1"));
    assert!(reason(b"GGUF\0\0\0\x03aaaaaaaaaaaaaaaa").contains("big-endian"));
    let whole = GgufFile::tiny_llama().bytes();
    let half = reason(&whole[..whole.len() / 2]);
    assert!(half.contains("cut off") && half.contains(&format!("{}", whole.len() / 2)), "{half}");
    assert!(reason(&whole[..2000]).contains("ends at byte 2000"));
}

#[test]
fn a_missing_file_and_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().join("none.gguf");
    assert_eq!(inspect(&path).unwrap_err().cause(), &Cause::FileMissing { path });
    assert!(matches!(inspect(folder.path()).unwrap_err().cause(), Cause::BadModelFile { .. }));
}

#[test]
fn headers_that_claim_too_much() {
    let claim = reason(&changed(|f| f.tensor_count = Some(1 << 60)));
    assert!(claim.contains("1152921504606846976 tensors"), "{claim}");
    let mut entries = GgufFile::tiny_llama().bytes();
    entries[16..24].copy_from_slice(&(1_u64 << 60).to_le_bytes());
    assert!(reason(&entries).contains("1152921504606846976 metadata entries"));
    // A string of 2^63 bytes where the first key stands.
    let mut string = GgufFile::tiny_llama().bytes();
    string[24..32].copy_from_slice(&(1_u64 << 63).to_le_bytes());
    assert!(reason(&string).contains("claims a string"));
    // An array of 2^40 numbers.
    let mut array = meta("zzz", Meta::I32s(vec![1, 2, 3]));
    let at = array.windows(3).position(|w| w == b"zzz").unwrap() + 3 + 8;
    array[at..at + 8].copy_from_slice(&(1_u64 << 40).to_le_bytes());
    assert!(reason(&array).contains("zzz claims 1099511627776 elements"));
    // An array of arrays.
    array[at - 4..at].copy_from_slice(&9_u32.to_le_bytes());
    assert!(reason(&array).contains("array of arrays"));
    assert!(reason(&changed(|f| f.tensors[0].shape = vec![1 << 40, 1 << 40])).contains("impossible shape"));
    assert!(reason(&changed(|f| f.tensors[0].shape = vec![32, 0])).contains("impossible shape"));
    assert!(reason(&changed(|f| f.tensors[0].shape = vec![2; 5])).contains("5 dimensions"));
    assert!(reason(&changed(|f| f.tensors[0].shape = vec![32, 1 << 30])).contains("cut off"));
    assert!(reason(&changed(|f| f.tensors[0].shape = vec![32, 301])).contains("overlap"));
    assert!(reason(&meta("general.alignment", Meta::U32(3))).contains("general.alignment"));
    assert!(reason(&meta("llama.block_count", Meta::U32(60_000))).contains("60000 layers"));
    assert!(reason(&meta("llama.block_count", Meta::U32(u32::MAX))).contains("llama.block_count is 4294967295"));
    let heads = changed(|f| {
        f.set("llama.attention.head_count", Meta::U64(1 << 50)).set("llama.attention.key_length", Meta::U64(1 << 50));
    });
    assert!(reason(&heads).contains("1125899906842624"));
    assert!(reason(&meta("llama.block_count", Meta::U64(u64::MAX))).contains("out of range"));
    assert!(reason(&changed(|f| f.tensors[1].name = f.tensors[0].name.clone())).contains("twice"));
}

/// Types and values that no model needs, and what is said where one stands in the place of a number.
#[test]
fn odd_metadata_refuses_a_file_only_where_it_is_read() {
    let array = |kind: u32, len: u64, elements: &[u8]| [&kind.to_le_bytes()[..], &len.to_le_bytes(), elements].concat();
    let text = |text: &[u8]| [&(text.len() as u64).to_le_bytes()[..], text].concat();
    let many = (1_u64 << 22) + 1;
    let texts = array(8, 2, &[text(b"a"), text(b"bc")].concat());
    let odd = [
        (10, u64::MAX.to_le_bytes().to_vec(), "18446744073709551615, which is out of range"),
        (1, vec![0xFF], "-1"),
        (12, 0.5_f64.to_le_bytes().to_vec(), "not a number"),
        (12, f64::NAN.to_le_bytes().to_vec(), "not a number"),
        (7, vec![1], "not a number"),
        (7, vec![7], "7, where true or false belongs"),
        (8, text(b"\xFF\xFE"), "not a number"),
        (8, text(&vec![b'x'; (16 << 20) + 1]), "a text of 16777217 bytes"),
        (9, array(7, 3, &[0, 1, 9]), "an array with 9, where true or false belongs"),
        (9, array(10, 2, &[[0xFF; 8], [0; 8]].concat()), "18446744073709551615, which is out of range"),
        (9, array(8, 1, &text(&vec![b'x'; (16 << 20) + 1])), "a text of 16777217 bytes"),
        (9, array(1, many, &vec![0; many as usize]), "an array of 4194305 elements"),
        (9, array(9, 0, &[]), "an array of arrays of 0 elements"),
        (9, array(9, 2, &[array(5, 1, &[1, 0, 0, 0]), texts.clone()].concat()), "an array of arrays of 2 elements"),
        (9, array(9, 1, &array(9, 2, &[texts.clone(), array(9, 1, &array(0, 0, &[]))].concat())), "an array of arrays"),
    ];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("odd.gguf");
    for (kind, bytes, words) in odd {
        std::fs::write(&path, meta("zzz", Meta::Raw(kind, bytes.clone()))).unwrap();
        inspect(&path).unwrap_or_else(|error| panic!("{words}: {error:?}"));
        let why = reason(&meta("llama.block_count", Meta::Raw(kind, bytes)));
        assert!(why.contains("llama.block_count is ") && why.contains(words), "{words}: {why}");
    }
    // What claims more than the file has is cut off or made up: nothing can be passed over.
    let deep = array(9, 1 << 40, &array(9, 1, &[]));
    assert!(reason(&meta("zzz", Meta::Raw(9, deep))).contains("claims 1099511627776 elements"));
    assert!(
        reason(&meta("zzz", Meta::Raw(9, array(9, 1, &array(8, 1, &[0xFF; 8]))))).contains("the file ends at byte")
    );
    assert!(reason(&meta("zzz", Meta::Raw(9, array(9, 1, &array(77, 0, &[]))))).contains("unknown type 77"));
    assert!(reason(&meta("zzz", Meta::Raw(13, vec![0; 8]))).contains("unknown type 13"));
}

#[test]
fn what_is_not_supported_is_named_with_what_is() {
    let error = refuse(&meta("general.architecture", Meta::Text("mamba".into())));
    assert!(
        matches!(error.cause(), Cause::UnsupportedArchitecture { found, supported } if found.en == "mamba" && supported.contains("gemma3"))
    );
    for (kind, name) in [(23, "IQ4_XS"), (39, "MXFP4"), (99, "type 99")] {
        let error = refuse(&changed(|f| f.tensor("blk.0.ffn_up.weight").kind = kind));
        assert!(
            matches!(error.cause(), Cause::UnsupportedQuantization { found, supported } if found == name && supported.contains("Q4_K")),
            "{error:?}"
        );
    }
    let error = refuse(&meta("tokenizer.ggml.model", Meta::Text("t5".into())));
    assert!(matches!(error.cause(), Cause::UnsupportedTokenizer { found, .. } if found.en == "t5"));
    let error = refuse(&meta("tokenizer.ggml.pre", Meta::Text("deepseek-llm".into())));
    assert!(
        matches!(error.cause(), Cause::UnsupportedTokenizer { found, supported } if found.en == "gpt2 with deepseek-llm" && supported.zh.contains("smollm"))
    );
    let error = refuse(&changed(|f| {
        f.remove("tokenizer.ggml.pre");
    }));
    assert!(matches!(error.cause(), Cause::UnsupportedTokenizer { .. }));
    for (key, value) in
        [("llama.rope.scaling.type", Meta::Text("yarn".into())), ("llama.attention.value_length", Meta::U32(99))]
    {
        assert!(matches!(refuse(&meta(key, value)).cause(), Cause::UnsupportedArchitecture { .. }));
    }
    // A weight that this network has no place for would change what comes out.
    let error = refuse(&changed(|f| f.tensors.push(Tensor::f32("blk.0.attn_sinks", &[4], vec![0.0; 4]))));
    assert!(matches!(error.cause(), Cause::UnsupportedArchitecture { found, .. } if found.en.contains("attn_sinks")));
}

#[test]
fn wrong_shapes_and_missing_parts_are_named() {
    let error = refuse(&changed(|f| f.tensor("blk.1.ffn_down.weight").shape = vec![32, 64]));
    assert_eq!(
        error.cause(),
        &Cause::WrongShape {
            tensor: "blk.1.ffn_down.weight".into(),
            expected: "32 x 64".into(),
            found: "64 x 32".into()
        }
    );
    // More tokens than the matrix has rows.
    let error = refuse(&changed(|f| {
        for (_, value) in &mut f.metadata {
            match value {
                Meta::Texts(all) if all.len() == 300 => all.push("extra".into()),
                Meta::I32s(all) => all.push(1),
                _ => {}
            }
        }
    }));
    assert!(matches!(error.cause(), Cause::WrongShape { tensor, .. } if tensor == "token_embd.weight"), "{error:?}");
    for key in [
        "general.architecture",
        "llama.block_count",
        "llama.context_length",
        "llama.embedding_length",
        "llama.attention.head_count",
        "llama.attention.layer_norm_rms_epsilon",
        "tokenizer.ggml.model",
        "tokenizer.ggml.tokens",
    ] {
        let why = reason(&changed(|f| {
            f.remove(key);
        }));
        assert!(why.contains(key), "{key}: {why}");
    }
    assert!(
        reason(&changed(|f| f.tensors.retain(|t| t.name != "blk.1.attn_v.weight"))).contains("blk.1.attn_v.weight")
    );
    assert!(reason(&meta("llama.attention.head_count", Meta::U32(5))).contains("5 heads"));
    assert!(reason(&meta("llama.rope.dimension_count", Meta::U32(7))).contains("rope.dimension_count"));
    assert!(reason(&meta("llama.context_length", Meta::Text("many".into()))).contains("context_length"));
}

#[test]
fn no_damage_to_a_header_makes_a_panic() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("damaged.gguf");
    let whole = GgufFile::tiny_llama().bytes();
    let header = whole.windows(18).position(|w| w == b"output_norm.weight").unwrap() + 60;
    let mut state = 1_u64;
    let mut random = |below: usize| {
        // An LCG is random enough here and the same everywhere.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for _ in 0..1500 {
        let mut bytes = whole.clone();
        for _ in 0..1 + random(3) {
            let (at, value) = (random(header), [0, 1, 0x7F, 0xFF, random(256) as u8][random(5)]);
            bytes[at] = value;
        }
        if random(4) == 0 {
            bytes.truncate(random(bytes.len()));
        }
        std::fs::write(&path, &bytes).unwrap();
        let _ = inspect(&path);
    }
}

//! A model in several files.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use aigc_studio::domain::{EventKind, ModelFiles, News, TextNews};
use aigc_studio::engine::CancelToken;
use aigc_studio::engine::text::inspect;
use aigc_studio::engine::text::testing::{GgufFile, Meta, request, run};
use aigc_studio::error::Cause;
use aigc_studio::formats::Header;

use super::{Model, answer, failure, model_of, params, pipeline, raw};

/// Writes a model in two files; the paths of both.
fn write_parts(file: &GgufFile, folder: &std::path::Path, at: usize) -> [PathBuf; 2] {
    let paths = [1, 2].map(|n| folder.join(format!("tiny-{n:05}-of-00002.gguf")));
    file.split(at).iter().zip(&paths).for_each(|(part, path)| part.write(path).unwrap());
    paths
}

#[test]
fn a_model_in_two_files_writes_what_the_whole_one_writes() {
    let whole = GgufFile::tiny_llama();
    let (expected, _) = answer(&mut pipeline(), &model_of(&whole), raw("abc"), params(), 1);
    for at in [0, 1, 9, whole.tensors.len()] {
        let folder = tempfile::tempdir().unwrap();
        let paths = write_parts(&whole, folder.path(), at);
        let bytes: u64 = paths.iter().map(|path| std::fs::metadata(path).unwrap().len()).sum();
        let mut pipeline = pipeline();
        for (i, path) in paths.iter().enumerate() {
            let mut request = request(path, raw("abc"), params(), 1);
            let text = Arc::new(Mutex::new(String::new()));
            let mut told = |request: &_| {
                let sink = text.clone();
                sink.lock().unwrap().clear();
                let stats = run(&mut pipeline, request, &CancelToken::new(), move |event| {
                    if let EventKind::News(News::Text(TextNews::Token { text })) = event {
                        sink.lock().unwrap().push_str(text);
                    }
                });
                (text.lock().unwrap().clone(), stats.unwrap().load_s)
            };
            let (text, load_s) = told(&request);
            assert_eq!(text, expected, "{at}, {}", path.display());
            assert_eq!(load_s > 0.0, i == 0, "both parts are one model, which is read once");
            request.model.files = ModelFiles::Folder(folder.path().to_owned());
            assert_eq!(told(&request), (expected.clone(), 0.0));
            let info = inspect(path).unwrap();
            assert_eq!((info.name.as_str(), info.bytes), ("Tiny", bytes));
            let header = Header::read(path).unwrap();
            let places: Vec<usize> = whole.tensors.iter().map(|t| header.tensors[&t.name].file).collect();
            assert_eq!(places, (0..whole.tensors.len()).map(|i| usize::from(i >= at)).collect::<Vec<_>>());
            assert!(header.files.iter().map(|file| &file.path).eq(&paths) && header.len() == bytes);
        }
        // Another second part is another model.
        let mut other = whole.clone();
        other.tensor("output_norm.weight").data[..4].copy_from_slice(&f32::NAN.to_le_bytes());
        write_parts(&other, folder.path(), at);
        let (_, result) =
            answer(&mut pipeline, &Model { _folder: folder, path: paths[0].clone() }, raw("abc"), params(), 1);
        assert_eq!(failure(result).cause(), &Cause::BadLogits { step: 0 });
    }
}

#[test]
fn parts_that_do_not_make_a_model_are_told() {
    let whole = GgufFile::tiny_llama();
    let folder = tempfile::tempdir().unwrap();
    let paths = write_parts(&whole, folder.path(), 9);
    let cause = |path: &PathBuf| inspect(path).unwrap_err().cause().clone();
    let reason = |path: &PathBuf| match cause(path) {
        Cause::BadModelFile { reason, .. } => reason.en,
        other => panic!("{other:?}"),
    };
    let [first, second] = whole.split(9);
    // Of another cut: what is in both, and what is in none.
    whole.split(8)[1].write(&paths[1]).unwrap();
    assert!(reason(&paths[0]).contains("is in another part too"));
    whole.split(10)[1].write(&paths[1]).unwrap();
    assert!(reason(&paths[1]).contains("have 20 tensors, not 21"), "{}", reason(&paths[1]));
    first.write(&paths[1]).unwrap();
    assert!(reason(&paths[0]).contains("not part 2 of 2"));
    whole.write(&paths[1]).unwrap();
    assert!(reason(&paths[0]).contains("not part 2 of 2"));
    std::fs::write(&paths[1], b"GGUF\x03\0\0\0").unwrap();
    assert!(matches!(cause(&paths[0]), Cause::BadModelFile { path, .. } if path == paths[1]));
    // Missing, from either side; under a name that does not tell where the others are.
    std::fs::remove_file(&paths[1]).unwrap();
    let missing = |part, missing: &str, path: &PathBuf| Cause::MissingParts {
        path: path.clone(),
        part,
        count: 2,
        missing: vec![missing.to_owned()],
    };
    assert_eq!(cause(&paths[0]), missing(1, "tiny-00002-of-00002.gguf", &paths[0]));
    second.write(&paths[1]).unwrap();
    std::fs::rename(&paths[0], folder.path().join("a.gguf")).unwrap();
    assert_eq!(cause(&paths[1]), missing(2, "tiny-00001-of-00002.gguf", &paths[1]));
    let renamed = folder.path().join("a.gguf");
    assert_eq!(cause(&renamed), missing(1, "*-00002-of-00002.gguf", &renamed));
    for (no, count) in [(2, 2_u16), (0, 5000)] {
        let mut odd = first.clone();
        odd.set("split.no", Meta::U32(no)).set("split.count", Meta::U32(count.into()));
        odd.write(&renamed).unwrap();
        assert!(reason(&renamed).contains(&format!("part {} of {count}", no + 1)));
    }
    // A whole model may be called like a part.
    let mut alone = whole.clone();
    alone.set("split.count", Meta::U32(1));
    alone.write(&paths[0]).unwrap();
    assert!(inspect(&paths[0]).is_ok());
}

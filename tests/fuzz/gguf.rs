//! The GGUF reader on files that were made to hurt it: no panic, no memory beyond a small multiple of the file, no
//! long wait; and what is right is read as it was written.

use std::path::Path;
use std::time::Duration;

use crate::common::{Alone, alone, measured};
use aigc_studio::engine::text::testing::GgufFile;
use aigc_studio::error::Cause;
use aigc_studio::formats::gguf::Gguf;
use proptest::prelude::*;
use proptest::sample::Index;

/// The reader's buffer, and what the test's own files take.
const MEMORY_BASE: usize = 3 << 20;
/// A header's bytes may take so many times their length.
const MEMORY_TIMES: usize = 32;
const LONGEST: Duration = Duration::from_secs(2);

#[derive(Clone, Debug)]
enum Entry {
    /// A `gguf_metadata_value_type` of whole numbers, and the number.
    Int(u32, i64),
    F32(f32),
    F64(f64),
    Bool(bool),
    Text(String),
    Ints(u32, Vec<i64>),
    F32s(Vec<f32>),
    Bools(Vec<bool>),
    Texts(Vec<String>),
}

/// A weight: name, shape as the file has it, `ggml_type`, bytes.
type Weight = (String, Vec<u64>, u32, usize);

/// A file that is right.
#[derive(Clone, Debug)]
struct Model {
    version: u32,
    entries: Vec<(String, Entry)>,
    weights: Vec<Weight>,
}

fn text(out: &mut Vec<u8>, text: &str) {
    out.extend((text.len() as u64).to_le_bytes());
    out.extend(text.as_bytes());
}

fn int(out: &mut Vec<u8>, kind: u32, n: i64) {
    let bytes = n.to_le_bytes();
    out.extend(&bytes[..[1, 1, 2, 2, 4, 4, 0, 0, 0, 0, 8, 8][kind as usize]]);
}

impl Entry {
    fn put(&self, out: &mut Vec<u8>) {
        let kind = |out: &mut Vec<u8>, n: u32| out.extend(n.to_le_bytes());
        let array = |out: &mut Vec<u8>, n: u32, len: usize| {
            kind(out, 9);
            kind(out, n);
            out.extend((len as u64).to_le_bytes());
        };
        match self {
            Self::Int(n, value) => {
                kind(out, *n);
                int(out, *n, *value);
            }
            Self::F32(x) => {
                kind(out, 6);
                out.extend(x.to_le_bytes());
            }
            Self::F64(x) => {
                kind(out, 12);
                out.extend(x.to_le_bytes());
            }
            Self::Bool(b) => {
                kind(out, 7);
                out.push(u8::from(*b));
            }
            Self::Text(t) => {
                kind(out, 8);
                text(out, t);
            }
            Self::Ints(n, all) => {
                array(out, *n, all.len());
                all.iter().for_each(|value| int(out, *n, *value));
            }
            Self::F32s(all) => {
                array(out, 6, all.len());
                all.iter().for_each(|x| out.extend(x.to_le_bytes()));
            }
            Self::Bools(all) => {
                array(out, 7, all.len());
                out.extend(all.iter().map(|b| u8::from(*b)));
            }
            Self::Texts(all) => {
                array(out, 8, all.len());
                all.iter().for_each(|t| text(out, t));
            }
        }
    }
}

impl Model {
    fn bytes(&self) -> Vec<u8> {
        let mut out = b"GGUF".to_vec();
        out.extend(self.version.to_le_bytes());
        out.extend((self.weights.len() as u64).to_le_bytes());
        out.extend((self.entries.len() as u64).to_le_bytes());
        for (key, value) in &self.entries {
            text(&mut out, key);
            value.put(&mut out);
        }
        let mut offset = 0;
        for (name, shape, kind, bytes) in &self.weights {
            text(&mut out, name);
            out.extend((shape.len() as u32).to_le_bytes());
            shape.iter().for_each(|d| out.extend(d.to_le_bytes()));
            out.extend(kind.to_le_bytes());
            out.extend((offset as u64).to_le_bytes());
            offset += bytes.next_multiple_of(32);
        }
        for (_, _, _, bytes) in &self.weights {
            out.resize(out.len().next_multiple_of(32), 0);
            out.resize(out.len() + bytes, 7);
        }
        out
    }

    /// Holds what was read to what was written.
    fn hold(&self, gguf: &Gguf) -> Result<(), TestCaseError> {
        for (key, entry) in &self.entries {
            match entry {
                Entry::Int(_, n) => match usize::try_from(*n) {
                    Ok(n) => prop_assert_eq!(gguf.count(key).unwrap(), Some(n)),
                    Err(_) => prop_assert!(gguf.count(key).is_err()),
                },
                Entry::F32(x) => prop_assert_eq!(gguf.float(key).unwrap(), Some(f64::from(*x))),
                Entry::F64(x) => prop_assert_eq!(gguf.float(key).unwrap(), Some(*x)),
                Entry::Bool(b) => prop_assert_eq!(gguf.flag(key), Some(*b)),
                Entry::Text(t) => prop_assert_eq!(gguf.text(key), Some(t.as_str())),
                Entry::Ints(_, all) => prop_assert_eq!(gguf.ints(key), Some(&all[..])),
                Entry::F32s(all) => prop_assert_eq!(gguf.floats(key), Some(&all[..])),
                Entry::Bools(_) => prop_assert!(gguf.texts(key).is_none() && gguf.flag(key).is_none()),
                Entry::Texts(all) => prop_assert_eq!(gguf.texts(key), Some(&all[..])),
            }
        }
        prop_assert_eq!(gguf.tensors().count(), self.weights.len());
        for (name, shape, kind, bytes) in &self.weights {
            let tensor = gguf.tensor(name).unwrap();
            prop_assert!(tensor.shape.iter().rev().map(|&d| d as u64).eq(shape.iter().copied()));
            prop_assert_eq!((tensor.kind, tensor.bytes), (*kind, *bytes as u64));
        }
        Ok(())
    }
}

fn any_int() -> impl Strategy<Value = (u32, i64)> {
    prop_oneof![
        any::<u8>().prop_map(|n| (0, i64::from(n))),
        any::<i8>().prop_map(|n| (1, i64::from(n))),
        any::<u16>().prop_map(|n| (2, i64::from(n))),
        any::<i16>().prop_map(|n| (3, i64::from(n))),
        any::<u32>().prop_map(|n| (4, i64::from(n))),
        any::<i32>().prop_map(|n| (5, i64::from(n))),
        (0..i64::MAX).prop_map(|n| (10, n)),
        any::<i64>().prop_map(|n| (11, n)),
    ]
}

fn any_entry() -> impl Strategy<Value = Entry> {
    let finite = -1e30_f32..1e30;
    let many = 0..12_usize;
    prop_oneof![
        any_int().prop_map(|(kind, n)| Entry::Int(kind, n)),
        finite.clone().prop_map(Entry::F32),
        (-1e300..1e300).prop_map(Entry::F64),
        any::<bool>().prop_map(Entry::Bool),
        "\\PC{0,20}".prop_map(Entry::Text),
        prop::collection::vec(any::<i8>(), many.clone())
            .prop_map(|all| Entry::Ints(1, all.into_iter().map(i64::from).collect())),
        prop::collection::vec(any::<i64>(), many.clone()).prop_map(|all| Entry::Ints(11, all)),
        prop::collection::vec(finite, many.clone()).prop_map(Entry::F32s),
        prop::collection::vec(any::<bool>(), many.clone()).prop_map(Entry::Bools),
        prop::collection::vec("\\PC{0,8}", many).prop_map(Entry::Texts),
    ]
}

fn any_model() -> impl Strategy<Value = Model> {
    // Types with their block: values and bytes.
    let kind = prop::sample::select(vec![(0_u32, 1_u64, 4_usize), (1, 1, 2), (2, 32, 18), (8, 32, 34), (14, 256, 210)]);
    let weights =
        (kind, 1..4_u64, prop::collection::vec(1..4_u64, 0..4)).prop_map(|((kind, block, size), rows, more)| {
            let elements: u64 = rows * more.iter().product::<u64>();
            let shape: Vec<u64> = std::iter::once(rows * block).chain(more).collect();
            (shape, kind, elements as usize * size)
        });
    let entries = prop::collection::vec(any_entry(), 0..8);
    (2..4_u32, entries, prop::collection::vec(weights, 0..5)).prop_map(|(version, entries, weights)| Model {
        version,
        entries: entries.into_iter().enumerate().map(|(i, entry)| (format!("general.k{i}"), entry)).collect(),
        weights: weights
            .into_iter()
            .enumerate()
            .map(|(i, (shape, kind, bytes))| (format!("blk.{i}"), shape, kind, bytes))
            .collect(),
    })
}

/// One thing that goes wrong with a file.
#[derive(Clone, Debug)]
enum Harm {
    Flip(Index, u8),
    Cut(Index),
    /// Bytes written over what is there.
    Over(Index, Vec<u8>),
    /// Bytes put in between.
    In(Index, Vec<u8>),
    /// A stretch of the file again, elsewhere: keys and names that are there twice, arrays within arrays.
    Again(Index, Index, u8),
}

fn any_harm() -> impl Strategy<Value = Harm> {
    let huge = prop::sample::select(vec![
        u64::MAX,
        1 << 63,
        (1 << 63) - 1,
        u64::MAX / 8,
        u64::MAX / 4 + 1,
        1 << 32,
        (1 << 22) + 1,
        1 << 22,
        1 << 16,
        (16 << 20) + 1,
        0,
    ]);
    let bytes = prop_oneof![
        huge.prop_map(|n| n.to_le_bytes().to_vec()),
        (0..14_u32).prop_map(|n| n.to_le_bytes().to_vec()),
        Just([9_u32.to_le_bytes(), 9_u32.to_le_bytes()].concat().repeat(6)),
        Just(b"\xff\xfe\xc0\x80\xed\xa0\x80".to_vec()),
        prop::collection::vec(any::<u8>(), 1..9),
    ];
    prop_oneof![
        (any::<Index>(), 1..=u8::MAX).prop_map(|(at, bits)| Harm::Flip(at, bits)),
        any::<Index>().prop_map(Harm::Cut),
        (any::<Index>(), bytes.clone()).prop_map(|(at, bytes)| Harm::Over(at, bytes)),
        (any::<Index>(), bytes).prop_map(|(at, bytes)| Harm::In(at, bytes)),
        (any::<Index>(), any::<Index>(), any::<u8>()).prop_map(|(from, to, len)| Harm::Again(from, to, len)),
    ]
}

impl Harm {
    fn apply(&self, file: &mut Vec<u8>) {
        if file.is_empty() {
            return;
        }
        match self {
            Self::Flip(at, bits) => {
                let at = at.index(file.len());
                file[at] ^= bits;
            }
            Self::Cut(at) => file.truncate(at.index(file.len())),
            Self::Over(at, bytes) => {
                let at = at.index(file.len());
                for (old, new) in file[at..].iter_mut().zip(bytes) {
                    *old = *new;
                }
            }
            Self::In(at, bytes) => {
                let at = at.index(file.len());
                file.splice(at..at, bytes.iter().copied());
            }
            Self::Again(from, to, len) => {
                let (from, to) = (from.index(file.len()), to.index(file.len()));
                let part = file[from..file.len().min(from + usize::from(*len))].to_vec();
                file.splice(to..to, part);
            }
        }
    }
}

/// Reads the bytes as a file, within bounds of memory and time.
fn read(alone: &Alone, path: &Path, bytes: &[u8]) -> aigc_studio::error::Result<Gguf> {
    std::fs::write(path, bytes).unwrap();
    let (read, memory, time) = measured(alone, || Gguf::open(path));
    let most = MEMORY_BASE + MEMORY_TIMES * bytes.len();
    assert!(memory <= most, "{memory} bytes for a file of {}", bytes.len());
    assert!(time < LONGEST, "{time:?}");
    if let Err(error) = &read {
        assert!(matches!(error.cause(), Cause::BadModelFile { .. }), "{error:?}");
        assert!(error.details().len() < 4096);
    }
    read
}

proptest! {
    #![proptest_config(ProptestConfig { cases: crate::common::cases(600), max_shrink_time: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_right_is_read_as_it_was_written(model in any_model()) {
        let alone = alone();
        let folder = tempfile::tempdir().unwrap();
        model.hold(&read(&alone, &folder.path().join("right.gguf"), &model.bytes()).unwrap())?;
    }

    #[test]
    fn no_harm_goes_further_than_an_error(model in any_model(), harms in prop::collection::vec(any_harm(), 1..5)) {
        let alone = alone();
        let folder = tempfile::tempdir().unwrap();
        let mut bytes = model.bytes();
        harms.iter().for_each(|harm| harm.apply(&mut bytes));
        let _ = read(&alone, &folder.path().join("harmed.gguf"), &bytes);
    }

    #[test]
    fn no_bytes_behind_the_magic_number_panic(rest in prop::collection::vec(any::<u8>(), 0..300)) {
        let alone = alone();
        let folder = tempfile::tempdir().unwrap();
        let _ = read(&alone, &folder.path().join("any.gguf"), &[b"GGUF\x03\0\0\0".as_slice(), &rest].concat());
    }
}

#[test]
fn a_whole_model_survives_a_flip_of_any_byte_of_its_header() {
    let alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flipped.gguf");
    let whole = GgufFile::tiny_llama().bytes();
    // Up to the weights; then every 97th byte, to stay quick.
    for at in (0..4_000.min(whole.len())).step_by(3).chain((4_000..whole.len()).step_by(997)) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x81;
        if let Ok(gguf) = read(&alone, &path, &bytes) {
            // What opens is looked at further: the tokenizer, the counts.
            let _ = aigc_studio::engine::text::inspect(&gguf.path);
        }
    }
}

#[test]
fn arrays_of_the_smallest_elements_take_no_more_than_their_share() {
    let alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.gguf");
    let n = 1 << 20;
    for entry in [Entry::Ints(1, vec![-1; n]), Entry::Texts(vec![String::new(); n]), Entry::Bools(vec![true; n])] {
        let model = Model { version: 3, entries: vec![("k".to_owned(), entry)], weights: Vec::new() };
        model.hold(&read(&alone, &path, &model.bytes()).unwrap()).unwrap();
    }
    let entries = (0..20_000).map(|i| (format!("{i}"), Entry::Bool(true))).collect();
    let model = Model { version: 2, entries, weights: Vec::new() };
    model.hold(&read(&alone, &path, &model.bytes()).unwrap()).unwrap();
}

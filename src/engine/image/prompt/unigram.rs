//! `spiece.model`: SentencePiece's own file, a protocol buffer (sentencepiece_model.proto), read far enough for T5.

use serde_json::{Value, json};
use tokenizers::Tokenizer;

type Read<T> = Result<T, String>;

/// Pieces beyond this many are no vocabulary.
const MAX_PIECES: usize = 1 << 20;
/// T5's reserved words, behind the pieces: `<extra_id_99>` to `<extra_id_0>`.
const EXTRA: u32 = 100;

/// Fields of a message, one after another.
struct Fields<'a>(&'a [u8]);

enum Field<'a> {
    Number(u64),
    Bytes(&'a [u8]),
    Fixed(u32),
}

impl<'a> Fields<'a> {
    fn varint(&mut self) -> Read<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.0.split_first().ok_or("it is cut")?;
            self.0 = rest;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err("a number is too long".into())
    }

    fn take(&mut self, n: u64) -> Read<&'a [u8]> {
        let n = usize::try_from(n).ok().filter(|n| *n <= self.0.len()).ok_or("it is cut")?;
        let (taken, rest) = self.0.split_at(n);
        self.0 = rest;
        Ok(taken)
    }

    /// The next field with its number; `None` at the end.
    fn next(&mut self) -> Read<Option<(u64, Field<'a>)>> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let key = self.varint()?;
        let field = match key & 7 {
            0 => Field::Number(self.varint()?),
            1 => Field::Bytes(self.take(8)?),
            2 => {
                let n = self.varint()?;
                Field::Bytes(self.take(n)?)
            }
            5 => {
                let bytes = self.take(4)?;
                Field::Fixed(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
            }
            other => return Err(format!("wire type {other} is unknown")),
        };
        Ok(Some((key >> 3, field)))
    }
}

#[derive(Default)]
struct ModelProto {
    pieces: Vec<(String, f64)>,
    /// Those that stand for themselves: control, unknown, user defined.
    special: Vec<u32>,
    unknown: Option<u64>,
    unigram: bool,
    charsmap: Vec<u8>,
}

fn piece(bytes: &[u8], model: &mut ModelProto) -> Read<()> {
    let (mut text, mut score, mut kind) = (String::new(), 0.0f32, 1);
    let mut fields = Fields(bytes);
    while let Some((number, field)) = fields.next()? {
        match (number, field) {
            (1, Field::Bytes(b)) => text = std::str::from_utf8(b).map_err(|_| "a piece is not UTF-8")?.to_owned(),
            (2, Field::Fixed(bits)) => score = f32::from_bits(bits),
            (3, Field::Number(n)) => kind = n,
            _ => {}
        }
    }
    if model.pieces.len() == MAX_PIECES {
        return Err(format!("it has more than {MAX_PIECES} pieces"));
    }
    let id = model.pieces.len() as u32;
    match kind {
        2 => {
            model.unknown.get_or_insert(id.into());
            model.special.push(id);
        }
        3 | 4 => model.special.push(id),
        _ => {}
    }
    if !score.is_finite() {
        return Err(format!("the score of piece {id} is {score}"));
    }
    model.pieces.push((text, score.into()));
    Ok(())
}

fn read(bytes: &[u8]) -> Read<ModelProto> {
    let mut model = ModelProto { unigram: true, ..ModelProto::default() };
    let mut fields = Fields(bytes);
    while let Some((number, field)) = fields.next()? {
        match (number, field) {
            (1, Field::Bytes(b)) => piece(b, &mut model)?,
            (2, Field::Bytes(b)) => {
                let mut trainer = Fields(b);
                while let Some((number, field)) = trainer.next()? {
                    if let (3, Field::Number(kind)) = (number, field) {
                        model.unigram = kind == 1;
                    }
                }
            }
            (3, Field::Bytes(b)) => {
                let mut normalizer = Fields(b);
                while let Some((number, field)) = normalizer.next()? {
                    if let (2, Field::Bytes(map)) = (number, field) {
                        model.charsmap = map.to_vec();
                    }
                }
            }
            _ => {}
        }
    }
    Ok(model)
}

/// The tokenizer that transformers makes of it for T5. `Err` is the reason, without the path.
pub fn tokenizer(bytes: &[u8]) -> Read<Tokenizer> {
    let model = read(bytes)?;
    if !model.unigram {
        return Err("it is not a unigram model".into());
    }
    let unknown = model.unknown.ok_or("it has no piece for what is unknown")?;
    let mut pieces = model.pieces;
    let own = pieces.len() as u32;
    let mut special: Vec<(u32, String)> = model.special.iter().map(|&id| (id, pieces[id as usize].0.clone())).collect();
    for (id, n) in (own..).zip((0..EXTRA).rev()) {
        let word = format!("<extra_id_{n}>");
        if !pieces.iter().rev().take(EXTRA as usize + 8).any(|(text, _)| *text == word) {
            special.push((id, word.clone()));
            pieces.push((word, 0.0));
        }
    }
    let added: Vec<Value> = special
        .iter()
        .map(|(id, word)| {
            json!({"id": id, "content": word, "single_word": false, "lstrip": false, "rstrip": false,
                   "normalized": false, "special": true})
        })
        .collect();
    let mut steps = Vec::new();
    if !model.charsmap.is_empty() {
        steps.push(json!({"type": "Precompiled", "precompiled_charsmap": base64(&model.charsmap)}));
    }
    steps.push(json!({"type": "Strip", "strip_left": false, "strip_right": true}));
    steps.push(json!({"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "}));
    let whole = json!({
        "version": "1.0",
        "added_tokens": added,
        "normalizer": {"type": "Sequence", "normalizers": steps},
        "pre_tokenizer": {"type": "Metaspace", "replacement": "\u{2581}", "prepend_scheme": "always", "split": true},
        "model": {"type": "Unigram", "unk_id": unknown, "vocab": pieces, "byte_fallback": false},
    });
    serde_json::from_value(whole).map_err(|e| e.to_string())
}

/// RFC 4648, the form in which `tokenizer.json` keeps bytes.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let n = three.iter().chain([&0, &0]).take(3).fold(0u32, |n, b| n << 8 | u32::from(*b));
        for i in 0..4 {
            let letter = char::from(LETTERS[(n >> (18 - 6 * i) & 63) as usize]);
            out.push(if i <= three.len() { letter } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_the_standards() {
        for (bytes, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn damaged_files_are_refused() {
        for bad in [&b""[..], &[0x0a], &[0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f], &[0xff; 40], b"hello", &[0x0b, 1]] {
            assert!(tokenizer(bad).is_err(), "{bad:?}");
        }
    }
}

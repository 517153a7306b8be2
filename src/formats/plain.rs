//! Plain words for a file that is not a model. What its reader reported goes to the details.

use std::fs;
use std::io::Read;
use std::path::Path;

use super::{file, gguf, safetensors};
use crate::domain::text_of;
use crate::error::{Cause, StudioError};
use crate::lang::Both;

/// Bytes that tell a text from anything else.
const START: u64 = 512;

/// The error of reading the model at `path` in plain words, where what its reader saw says little to a person. Others
/// come back as they are.
pub fn plainly(path: &Path, error: StudioError) -> StudioError {
    let Cause::BadModelFile { path: told, reason } = error.cause() else { return error };
    if told != path || !path.is_file() {
        return error;
    }
    let seen = grouped(&reason.en);
    let cause = match (part(path), what(path)) {
        (Some((here, whole)), _) => Cause::CutModel { path: path.to_owned(), here, whole },
        (None, Some(what)) => Cause::NoModel { path: path.to_owned(), what },
        (None, None) => return error,
    };
    let known = error.details().lines().filter(|line| *line != reason.en).collect::<Vec<_>>().join("\n");
    let plain = StudioError::from(cause).with_details(seen);
    if known.is_empty() { plain } else { plain.with_details(known) }
}

/// The bytes that are here and all that its header promises, of a file that was cut off.
fn part(path: &Path) -> Option<(u64, u64)> {
    let here = fs::metadata(path).ok()?.len();
    let whole = gguf::whole(path).or_else(|| safetensors::whole(path))?;
    (whole > here).then_some((here, whole))
}

/// What it is instead of a model; `None` where it looks like one, whatever is wrong with it.
fn what(path: &Path) -> Option<Both> {
    const KNOWN: [(&[u8], &str, &str); 16] = [
        (
            b"version https://git-lfs",
            "This is only a pointer to a model (Git LFS); the model itself was not fetched",
            "这只是指向模型的指针（Git LFS），模型本身没有下载",
        ),
        (b"<!DOCTYPE", PAGE.0, PAGE.1),
        (b"<!doctype", PAGE.0, PAGE.1),
        (b"<html", PAGE.0, PAGE.1),
        (b"\x89PNG", PICTURE.0, PICTURE.1),
        (b"\xff\xd8\xff", PICTURE.0, PICTURE.1),
        (b"GIF8", PICTURE.0, PICTURE.1),
        (b"RIFF", "This is a picture, a sound or a film, not a model", "这是图片、声音或视频，不是模型"),
        (b"%PDF", "This is a PDF, not a model", "这是 PDF 文件，不是模型"),
        (b"\x7fELF", PROGRAM.0, PROGRAM.1),
        (b"MZ", PROGRAM.0, PROGRAM.1),
        (b"\x1f\x8b", ARCHIVE.0, ARCHIVE.1),
        (b"7z\xbc\xaf", ARCHIVE.0, ARCHIVE.1),
        (b"Rar!", ARCHIVE.0, ARCHIVE.1),
        (b"GGUF", CUT.0, CUT.1),
        (b"PK\x03\x04", CUT.0, CUT.1),
    ];
    const PAGE: (&str, &str) = ("This is a web page that was saved in a model's place", "这是保存下来的网页，不是模型");
    const PICTURE: (&str, &str) = ("This is a picture, not a model", "这是图片，不是模型");
    const PROGRAM: (&str, &str) = ("This is a program, not a model", "这是程序，不是模型");
    const ARCHIVE: (&str, &str) =
        ("This is a packed archive: unpack the model in it first", "这是压缩包：请先解压其中的模型");
    const CUT: (&str, &str) =
        ("This model file is damaged, or only its beginning is here", "模型文件已损坏，或只有开头一部分");
    let mut start = Vec::new();
    let (source, len) = file::open(path).ok()?;
    source.take(START).read_to_end(&mut start).ok()?;
    let both = |(en, zh): (&str, &str)| Some(Both::new(en, zh));
    if len == 0 {
        return both(("The file is empty", "文件是空的"));
    }
    if let Some((magic, en, zh)) = KNOWN.iter().find(|(magic, ..)| start.starts_with(magic)) {
        // Of what begins as a model does, only the reader knows whether it is whole: its words are taken but for numbers.
        let is_model = [&b"GGUF"[..], b"PK\x03\x04"].contains(magic);
        return if is_model && super::Header::read(path).is_ok() { None } else { both((en, zh)) };
    }
    if is_text(&start) {
        return both(("This is a text file, not a model", "这是文本文件，不是模型"));
    }
    // The header of safetensors is JSON behind eight bytes.
    let model = start.get(8) == Some(&b'{');
    if model && super::Header::read(path).is_ok() {
        return None;
    }
    both(if model {
        CUT
    } else {
        ("No model that the studio knows is in this file", "文件中没有可识别的模型")
    })
}

/// Whether this is the beginning of a text: its last letter may be cut.
fn is_text(start: &[u8]) -> bool {
    let whole = (0..4).filter_map(|cut| start.len().checked_sub(cut)).map(|end| &start[..end]);
    let text = whole.filter_map(|bytes| text_of(bytes.to_vec()).ok()).next();
    text.is_some_and(|text| !text.is_empty() && text.chars().all(|c| !c.is_control() || c.is_whitespace()))
}

/// Numbers of five digits and more in groups of three: `1,234,567`.
fn grouped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut digits = String::new();
    let mut joined = false;
    for c in text.chars().chain(['\n']) {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        let plain = joined || c.is_ascii_alphanumeric() || digits.len() < 5;
        for (i, digit) in digits.chars().enumerate() {
            if !plain && i > 0 && (digits.len() - i).is_multiple_of(3) {
                out.push(',');
            }
            out.push(digit);
        }
        digits.clear();
        joined = c.is_ascii_alphabetic() || matches!(c, '_' | '.' | '-');
        out.push(c);
    }
    out.pop();
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::Lang;

    fn gguf() -> Vec<u8> {
        let mut bytes = b"GGUF".to_vec();
        bytes.extend(3_u32.to_le_bytes());
        for count in [1_u64, 0, 1] {
            bytes.extend(count.to_le_bytes());
        }
        bytes.push(b'a');
        bytes.extend(1_u32.to_le_bytes());
        bytes.extend(1024_u64.to_le_bytes());
        bytes.extend(0_u32.to_le_bytes());
        bytes.extend(0_u64.to_le_bytes());
        bytes.resize(bytes.len().next_multiple_of(32) + 4096, 0);
        bytes
    }

    fn safetensors() -> Vec<u8> {
        let json = br#"{"a":{"dtype":"F32","shape":[1000],"data_offsets":[0,4000]}}"#;
        let mut bytes = (json.len() as u64).to_le_bytes().to_vec();
        bytes.extend(json);
        bytes.resize(bytes.len() + 4000, 0);
        bytes
    }

    #[test]
    fn a_wrong_file_is_named_in_plain_words_and_what_was_seen_is_in_the_details() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("m.gguf");
        let told = |bytes: &[u8]| {
            fs::write(&path, bytes).unwrap();
            let error = super::super::Header::read(&path).map(|_| ()).unwrap_err();
            let reason = error.summary(Lang::En);
            let plain = plainly(&path, error);
            assert_ne!(plain.summary(Lang::En), reason);
            assert!(!plain.details().is_empty());
            [plain.summary(Lang::En), plain.summary(Lang::Zh), plain.details().to_owned()]
        };
        for (bytes, en, zh) in [
            (&b"Hello, this is a text log.\r\n"[..], "This is a text file, not a model", "这是文本文件，不是模型"),
            ("一首诗，不是模型。".as_bytes(), "This is a text file", "这是文本文件"),
            (b"<!DOCTYPE html><html>", "This is a web page", "网页"),
            (b"\x89PNG\r\n\x1a\n0000", "This is a picture", "图片"),
            (b"%PDF-1.7 \x00\x01\x02\xff 00000000", "This is a PDF", "PDF"),
            (b"", "The file is empty", "空的"),
            (b"\x00\x01\x02\x03\x04\x05\x06\xff\x00\xfe\x00", "No model that the studio knows", "没有可识别的模型"),
            (&gguf()[..30], "only its beginning is here", "只有开头一部分"),
            (&gguf()[..2000], "Only part of m.gguf is here: 2.0 KB of 4.2 KB", "m.gguf 只有一部分：4.2 KB 中的 2.0 KB"),
            (&safetensors()[..2034], "Only part of m.gguf is here: 2.0 KB of 4.1 KB", "4.1 KB 中的 2.0 KB"),
        ] {
            let [said, said_zh, _] = told(bytes);
            assert!(said.contains(en), "{said}");
            assert!(said_zh.contains(zh), "{said_zh}");
            assert!(said.contains("m.gguf") && said_zh.contains("m.gguf"), "{said} {said_zh}");
        }
        let details = &told(b"Hello, this is a text log.\r\n")[2];
        assert!(details.contains("8,367,736,964,726,416,712"), "{details}");
    }

    #[test]
    fn what_says_enough_stays() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("m.gguf");
        fs::write(&path, gguf()).unwrap();
        let error = file::bad(&path, Both::new("it is a VAE", "它是 VAE"));
        assert_eq!(plainly(&path, error.clone()).cause(), error.cause());
        let error = file::bad(home.path(), Both::new("2 GGUF files are in it: open one", "其中有 2 个 GGUF 文件"));
        assert_eq!(plainly(&path, error.clone()).cause(), error.cause());
    }

    #[test]
    fn long_numbers_are_grouped_and_names_are_not() {
        assert_eq!(grouped("claims 750210116190826329 bytes"), "claims 750,210,116,190,826,329 bytes");
        assert_eq!(grouped("from byte 56128, 8192"), "from byte 56,128, 8192");
        assert_eq!(grouped("blk.12345.w a12345 12345b 6e6f74"), "blk.12345.w a12345 12345b 6e6f74");
    }
}

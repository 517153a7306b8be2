use std::fs;
use std::io::Cursor;
use std::path::Path;

use super::head::read_head;
use super::write::on_white;
use super::*;
use crate::domain::{ImageParams, Picture, PictureRecord, Sampler, Seed};
use crate::error::Cause;
use crate::store::dialects::{Foreign, Program, a1111};

fn picture(width: u32, height: u32) -> Picture {
    let rgba = (0..width * height * 4).map(|i| (i * 37 % 251) as u8).collect();
    Picture { width, height, rgba }
}

fn record(prompt: &str) -> PictureRecord {
    PictureRecord {
        params: ImageParams {
            prompt: prompt.into(),
            negative: "blurry, 模糊".into(),
            model: "sticker-64".into(),
            seed: Seed::Fixed(4_294_967_295),
            steps: 24,
            guidance: 3.1,
            width: 5,
            height: 7,
            sampler: Sampler::Midpoint,
            ..PictureRecord::default().params
        },
        model_hash: "ab".repeat(32),
        version: "AIGC Studio 0.1.0".into(),
        ..PictureRecord::default()
    }
}

fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    // CRC-32 as the PNG specification gives it, bit by bit.
    let mut crc = u32::MAX;
    for byte in kind.iter().chain(data) {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { 0xEDB8_8320 ^ (crc >> 1) } else { crc >> 1 };
        }
    }
    let mut bytes = (data.len() as u32).to_be_bytes().to_vec();
    bytes.extend(kind);
    bytes.extend(data);
    bytes.extend((!crc).to_be_bytes());
    bytes
}

/// A PNG with one chunk more, after the header.
fn with_chunk(extra: &[u8]) -> Vec<u8> {
    let plain = encode_png(&picture(2, 2), None).unwrap();
    [&plain[..33], extra, &plain[33..]].concat()
}

fn temp(bytes: &[u8]) -> (tempfile::TempDir, std::path::PathBuf) {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("a.png");
    fs::write(&path, bytes).unwrap();
    (home, path)
}

fn read_head_bytes(bytes: &[u8]) -> Option<Head> {
    read_head(&mut Cursor::new(bytes))
}

#[test]
fn pixels_alpha_and_settings_come_back() {
    for prompt in ["a red apple", "caf\u{e9}", "彩虹 🌈", "", "a\nNegative prompt: b\nSteps: 20, Sampler: x", " \0 "]
    {
        let (picture, record) = (picture(5, 7), record(prompt));
        let bytes = encode_png(&picture, Some(&record)).unwrap();
        let (_home, path) = temp(&bytes);
        assert_eq!(open(&path).unwrap(), picture);
        assert_eq!(*read_record(&path).unwrap(), record);
        assert_eq!(bytes, encode_png(&picture, Some(&record)).unwrap(), "the same bytes each time");
    }
}

#[test]
fn latin1_goes_into_text_and_the_rest_into_itxt() {
    let holds = |bytes: &[u8], what: &[u8]| bytes.windows(what.len()).any(|w| w == what);
    let mut latin = record("caf\u{e9} \u{c3}\u{a9}");
    latin.negative.clear();
    let bytes = encode_png(&picture(5, 7), Some(&latin)).unwrap();
    assert!(holds(&bytes, b"tEXtparameters\0caf\xe9 "));
    assert_eq!(*read_head_bytes(&bytes).unwrap().record().unwrap(), latin, "not taken for UTF-8");
    let bytes = encode_png(&picture(5, 7), Some(&record("猫"))).unwrap();
    assert!(holds(&bytes, "iTXtparameters\0\0\0\0\0猫\nNegative prompt: ".as_bytes()));
}

#[test]
fn compressed_texts_are_read() {
    for utf8 in [false, true] {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, 1, 1);
        encoder.set_color(png::ColorType::Rgba);
        let text = "a hill\nSteps: 9, Sampler: Heun, CFG scale: 2";
        if utf8 {
            let mut chunk = png::text_metadata::ITXtChunk::new("parameters", text);
            chunk.compressed = true;
            let mut writer = encoder.write_header().unwrap();
            writer.write_text_chunk(&chunk).unwrap();
            writer.write_image_data(&[0; 4]).unwrap();
        } else {
            encoder.add_ztxt_chunk("parameters".into(), text.into()).unwrap();
            encoder.write_header().unwrap().write_image_data(&[0; 4]).unwrap();
        }
        let record = read_head_bytes(&bytes).unwrap().record().unwrap();
        assert_eq!((record.prompt.as_str(), record.steps), ("a hill", 9));
        assert_eq!((record.width, record.height), (1, 1), "the picture's own size where the text tells none");
    }
}

#[test]
fn texts_after_the_pixels_are_found_too() {
    let plain = encode_png(&picture(2, 2), None).unwrap();
    let end = plain.len() - 12;
    let text = chunk(b"tEXt", b"parameters\0late\nSteps: 1, Seed: 2, Sampler: Euler");
    let bytes = [&plain[..end], &text, &plain[end..]].concat();
    assert_eq!(read_head_bytes(&bytes).unwrap().record().unwrap().prompt, "late");
}

#[test]
fn utf8_in_a_text_chunk_of_another_program_is_read_as_such() {
    let bytes = with_chunk(&chunk(b"tEXt", "parameters\0猫\nSteps: 1, Seed: 2, Sampler: Euler".as_bytes()));
    assert_eq!(read_head_bytes(&bytes).unwrap().record().unwrap().prompt, "猫");
}

#[test]
fn a_compression_bomb_in_a_text_is_not_unpacked() {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 1, 1);
    encoder.set_color(png::ColorType::Rgba);
    encoder.add_ztxt_chunk("parameters".into(), "x".repeat(50 << 20)).unwrap();
    encoder.write_header().unwrap().write_image_data(&[0; 4]).unwrap();
    assert!(bytes.len() < 1 << 20);
    assert_eq!(read_head_bytes(&bytes).unwrap().text, None);
}

#[test]
fn swarm_json_is_refused_politely() {
    let bytes = with_chunk(&chunk(b"tEXt", b"parameters\0{\"sui_image_params\": {\"prompt\": \"cat\"}}"));
    let (_home, path) = temp(&bytes);
    assert_eq!(read_record(&path).unwrap_err().cause(), &Cause::NoSettingsInside { path: path.clone() });
    assert!(read_head_of(&path).unwrap().unwrap().text.unwrap().starts_with('{'), "the raw text stays to be had");
    open(&path).unwrap();
}

#[test]
fn hostile_files_are_errors() {
    let good = encode_png(&picture(20, 20), Some(&record("x"))).unwrap();
    let mut huge = good.clone();
    huge[16..24].copy_from_slice(&[0x80, 0, 0, 0, 0x80, 0, 0, 0]);
    let mut large = good.clone();
    large[16..24].copy_from_slice(&[0, 0, 0x40, 0, 0, 0, 0x40, 0]); // 16384 x 16384
    let mut claims = good[..33].to_vec();
    claims.extend(100_000_000u32.to_be_bytes());
    claims.extend(b"tEXtparameters\0hello");
    for (name, bytes) in [
        ("zero bytes", Vec::new()),
        ("cut in the signature", good[..5].to_vec()),
        ("cut in the header", good[..20].to_vec()),
        ("cut in the pixels", good[..good.len() - 40].to_vec()),
        ("2^31 x 2^31", huge),
        ("16384 x 16384", large),
        ("a text of 100 MB claimed", claims),
        ("not a picture", b"hello, I am a text".to_vec()),
        ("a GIF", b"GIF89a\x01\0\x01\0\0\0\0;".to_vec()),
        ("a JPEG of two bytes", vec![0xff, 0xd8]),
        ("a WebP without a body", b"RIFF\x04\0\0\0WEBP".to_vec()),
    ] {
        let (_home, path) = temp(&bytes);
        let error = open(&path).expect_err(name);
        assert!(matches!(error.cause(), Cause::BadPicture { .. } | Cause::CutPicture { .. }), "{name}: {error:?}");
        // Regression: half of the Chinese message was the decoder's English, and the remedy for a PNG was to choose one.
        if name.starts_with("cut in the pixels") || name.starts_with("cut in the header") {
            assert_eq!(*error.cause(), Cause::CutPicture { path: path.clone() }, "{name}");
            assert!(error.remedy(crate::lang::Lang::En).contains("copy it again"));
        }
        let chinese = error.summary(crate::lang::Lang::Zh).replace(&*path.display().to_string(), "");
        assert!(!chinese.to_lowercase().contains("unexpected") && !chinese.contains("error"), "{name}: {chinese}");
        thumbnail(&path, 256).expect_err(name);
        let _ = read_record(&path);
    }
    let missing = open(Path::new("/nowhere/at/all.png")).unwrap_err();
    assert!(matches!(missing.cause(), Cause::FileMissing { .. }));
    let home = tempfile::tempdir().unwrap();
    assert!(matches!(open(home.path()).unwrap_err().cause(), Cause::BadPicture { .. } | Cause::Io { .. }));
}

#[test]
fn every_flipped_or_cut_byte_is_survived() {
    let good = encode_png(&picture(6, 6), Some(&record("猫"))).unwrap();
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("a.png");
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 0xff;
        let _ = read_head_bytes(&bad).map(|head| head.record());
        let _ = read_head_bytes(&good[..at]).map(|head| head.record());
        if at % 7 == 0 {
            fs::write(&path, &bad).unwrap();
            let _ = open(&path);
        }
    }
}

#[test]
fn exports_to_each_format() {
    let (mut picture, record) = (picture(8, 8), record("x"));
    picture.rgba[..4].copy_from_slice(&[10, 20, 30, 0]);
    let home = tempfile::tempdir().unwrap();
    for ending in ["png", "PNG", "jpg", "jpeg", "webp"] {
        let path = home.path().join(format!("a.{ending}"));
        fs::write(&path, encode_as(ending, &picture, Some(&record)).unwrap()).unwrap();
        let back = open(&path).unwrap();
        assert_eq!(*read_record(&path).unwrap(), record, "{ending} keeps the settings");
        if ending.starts_with('j') {
            assert_eq!(back.rgba[3], 255);
        } else {
            assert_eq!(back, picture, "{ending} keeps alpha");
        }
    }
    assert_eq!(on_white(&[10, 20, 30, 0, 10, 20, 30, 255, 0, 0, 0, 128]), [255, 255, 255, 10, 20, 30, 127, 127, 127]);
    // A prompt that JPEG has no room for costs the settings, not the picture, and is told; WebP has the room.
    let long = self::record(&"x".repeat(100_000));
    let path = home.path().join("long.webp");
    fs::write(&path, encode_as("webp", &picture, Some(&long)).unwrap()).unwrap();
    assert_eq!(*read_record(&path).unwrap(), long);
    assert!(too_long(&path, Some(&long)).is_none() && too_long(Path::new("a.png"), Some(&long)).is_none());
    let path = home.path().join("long.jpg");
    assert!(matches!(too_long(&path, Some(&long)).unwrap().cause(), Cause::SettingsTooLong { most: 65_527, .. }));
    assert!(too_long(&path, Some(&record)).is_none() && too_long(&path, None).is_none());
    fs::write(&path, encode_as("jpg", &picture, Some(&long)).unwrap()).unwrap();
    open(&path).unwrap();
    assert!(matches!(read_record(&path).unwrap_err().cause(), Cause::NoSettingsInside { .. }));
    let error = encode_as("bmp", &picture, None).unwrap_err();
    assert!(matches!(error.cause(), Cause::BadChoice { .. }));
    encode_png(&Picture { width: 2, height: 2, rgba: vec![0; 3] }, None).unwrap_err();
    encode_png(&Picture { width: 0, height: 0, rgba: Vec::new() }, None).unwrap_err();
}

/// The longest settings that a JPEG holds come back, one letter more is too long: a segment has 65,535 bytes.
#[test]
fn a_jpeg_holds_settings_up_to_its_segments_length() {
    let picture = picture(8, 8);
    let mut record =
        PictureRecord { params: ImageParams { negative: String::new(), ..record("").params }, ..record("") };
    let empty = exif::write(&a1111::write(&record)).len();
    record.prompt = "x".repeat((exif::JPEG_MOST - empty) / 2);
    let (_home, path) = temp(&encode_as("jpg", &picture, Some(&record)).unwrap());
    assert_eq!(*read_record(&path).unwrap(), record);
    assert!(too_long(Path::new("a.JPG"), Some(&record)).is_none());
    record.prompt.push('x');
    assert!(too_long(Path::new("a.JPEG"), Some(&record)).is_some());
}

fn head_with(keyword: &str, text: &str) -> Head {
    read_head_bytes(&with_chunk(&chunk(b"tEXt", &[keyword.as_bytes(), b"\0", text.as_bytes()].concat()))).unwrap()
}

#[test]
fn settings_under_other_keywords_are_read_with_their_program() {
    let invoke = r#"{"positive_prompt": "a cat", "steps": 5, "seed": 6, "scheduler": "euler_a"}"#;
    let graph = r#"{"1": {"class_type": "KSampler", "inputs": {"seed": 7, "steps": 5, "sampler_name": "euler"}}}"#;
    let a1111 = "a cat\nSteps: 5, Sampler: Euler a, CFG scale: 2";
    for (keyword, text, program) in [
        ("invokeai_metadata", invoke, Program::InvokeAi),
        ("prompt", graph, Program::ComfyUi),
        ("Comment", a1111, Program::A1111),
    ] {
        let head = head_with(keyword, text);
        let Some(Foreign::Record(record, found)) = head.read() else { panic!("{keyword}") };
        assert_eq!((found, record.steps), (program, 5), "{keyword}");
        assert_eq!((record.width, record.height), (2, 2), "the picture's own size");
    }
    let workflow = head_with("workflow", r#"{"nodes": [], "links": []}"#);
    assert!(matches!(workflow.read(), Some(Foreign::Known(Program::ComfyUi))) && workflow.record().is_none());
    assert!(head_with("Comment", "made by hand").read().is_none());
}

#[test]
fn a_copy_says_what_another_programs_picture_said() {
    let text = "caf\u{e9}\nSteps: 5, Sampler: DPM++ 2S a, CFG scale: 2, Hires upscale: 2";
    for ending in ["png", "webp", "jpg"] {
        let first = encode_with(ending, &picture(2, 2), Some(text)).unwrap();
        let (_home, path) = temp(&first);
        let head = read_head_of(&path).unwrap().unwrap();
        assert_eq!(head.settings_text().as_deref(), Some(text), "{ending}");
        assert_eq!(head.record().unwrap().prompt, "caf\u{e9}");
    }
    let json = head_with("invokeai_metadata", r#"{"positive_prompt": "a cat", "steps": 5, "seed": 6, "cfg_scale": 2}"#);
    let written = json.settings_text().unwrap();
    assert!(written.starts_with("a cat\nSteps: 5, Sampler: Euler, CFG scale: 2, Seed: 6, Size: 2x2"), "{written}");
    assert_eq!(head_with("Comment", "hello").settings_text(), None);
}

#[test]
fn a_pngs_own_exif_is_read() {
    let exif = exif::write("a cat\nSteps: 5, Sampler: Euler a, CFG scale: 2");
    for bytes in [exif.clone(), [b"Exif\0\0", &exif[..]].concat()] {
        let head = read_head_bytes(&with_chunk(&chunk(b"eXIf", &bytes))).unwrap();
        assert_eq!(head.record().unwrap().sampler, Sampler::EulerAncestral);
    }
    let named = exif::write("parameters: a cat\nSteps: 5, Sampler: Euler a, CFG scale: 2");
    let head = read_head_bytes(&with_chunk(&chunk(b"eXIf", &named))).unwrap();
    assert_eq!(head.record().unwrap().prompt, "a cat");
}

#[test]
fn thumbnails_are_bounded_and_edges_stay_clean() {
    // White where it shows, black where it is clear: black must not bleed into the edge.
    let (width, height) = (600, 300);
    let rgba = (0..width * height).flat_map(|i| if i % width < 301 { [255; 4] } else { [0; 4] }).collect();
    let (_home, path) = temp(&encode_png(&Picture { width, height, rgba }, None).unwrap());
    let small = thumbnail(&path, 256).unwrap();
    assert_eq!((small.width, small.height), (256, 128));
    for pixel in small.rgba.chunks_exact(4).filter(|p| p[3] > 8) {
        assert!(pixel[0] > 245, "{pixel:?}");
    }
    let (_home, path) = temp(&encode_png(&picture(64, 64), None).unwrap());
    assert_eq!(thumbnail(&path, 256).unwrap(), picture(64, 64), "small ones stay as they are");
}

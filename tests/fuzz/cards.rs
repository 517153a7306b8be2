//! Cards and chats that were made to hurt: no panic, memory within a multiple of the file, no long wait.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use crate::common::{Alone, alone, measured};
use aigc_studio::error::Cause;
use aigc_studio::lang::Lang;
use aigc_studio::writing::cards::{is_card, persona, spoken};
use aigc_studio::writing::chats::chats as chat;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

const LONGEST: Duration = Duration::from_secs(5);

fn chunk(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    [&(body.len() as u32).to_be_bytes(), kind.as_slice(), body, &[0; 4]].concat()
}

/// A PNG's frame with a card in it.
fn picture(key: &str, text: &[u8]) -> Vec<u8> {
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    out.extend(chunk(b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 6, 0, 0, 0]));
    out.extend(chunk(b"tEXt", &[key.as_bytes(), b"\0", text].concat()));
    out.extend(chunk(b"IDAT", b"pixels"));
    out.extend(chunk(b"IEND", b""));
    out
}

/// Reads the bytes as a card and as a chat within bounds; what is refused is told in both languages.
fn hold(alone: &Alone, bytes: &[u8]) {
    let ((card, talk), memory, time) = measured(alone, || (persona(bytes), (chat(bytes), is_card(bytes))));
    assert!(memory <= (260 << 20) + 8 * bytes.len(), "{} MB for {} bytes", memory >> 20, bytes.len());
    assert!(time < LONGEST, "{time:?} for {} bytes", bytes.len());
    for error in [card.err(), talk.0.err()].into_iter().flatten() {
        assert!(matches!(error.cause(), Cause::BadImport { .. }), "{error:?}");
        assert!(!error.summary(Lang::Zh).is_empty() && error.summary(Lang::En).len() < 500, "{error:?}");
    }
}

fn card() -> Value {
    json!({ "spec": "chara_card_v2", "data": { "name": "Ada", "description": "{{char}} keeps bees for {{user}}.",
        "first_mes": "Hello, <USER>.", "alternate_greetings": ["One.", "{{// two }}"], "tags": ["bees"] } })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: crate::common::cases(500), max_shrink_time: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn harmed_pictures_are_refused_or_read(
        ccv3 in any::<bool>(),
        flips in prop::collection::vec((any::<Index>(), 1..=u8::MAX), 0..4),
        over in prop::option::of((any::<Index>(), prop::sample::select(vec![0_u32, 1, 0x7fff_ffff, 0xffff_ffff, 0xffff_fff4]))),
        again in prop::option::of((any::<Index>(), any::<Index>(), any::<u8>())),
        cut in prop::option::of(any::<Index>()),
    ) {
        let alone = alone();
        let key = if ccv3 { "ccv3" } else { "chara" };
        let mut bytes = picture(key, STANDARD.encode(card().to_string()).as_bytes());
        for (at, bits) in flips {
            let at = at.index(bytes.len());
            bytes[at] ^= bits;
        }
        if let Some((at, n)) = over {
            let at = at.index(bytes.len() - 4);
            bytes[at..at + 4].copy_from_slice(&n.to_be_bytes());
        }
        if let Some((from, to, len)) = again {
            let (from, to) = (from.index(bytes.len()), to.index(bytes.len()));
            let part = bytes[from..bytes.len().min(from + usize::from(len))].to_vec();
            bytes.splice(to..to, part);
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        hold(&alone, &bytes);
    }

    #[test]
    fn harmed_base64_and_harmed_json_are_refused_or_read(
        text in "([A-Za-z0-9+/=\\s_-]|\\PC){0,80}",
        flips in prop::collection::vec((any::<Index>(), 1..=u8::MAX), 0..4),
    ) {
        let alone = alone();
        hold(&alone, &picture("chara", text.as_bytes()));
        let mut json = card().to_string().into_bytes();
        for (at, bits) in flips {
            let at = at.index(json.len());
            json[at] ^= bits;
        }
        hold(&alone, &json);
        hold(&alone, &picture("ccv3", STANDARD.encode(&json).as_bytes()));
    }

    #[test]
    fn macros_never_make_more_than_they_may(parts in prop::collection::vec(prop::sample::select(vec![
        "{{char}}", "{{user}}", "<BOT>", "<user", "{{", "}}", "{{//", "{", "}", "<", " ", "char", "字", "{{original}}",
    ]), 0..60), name in "[a-z{}<>字]{1,12}") {
        let alone = alone();
        let text = parts.concat();
        let card = json!({ "name": name, "description": format!("x{text}"), "first_mes": text });
        hold(&alone, card.to_string().as_bytes());
        let read = persona(card.to_string().as_bytes()).unwrap().persona;
        let persona = spoken(&read, "Lin").unwrap();
        prop_assert!(persona.system.len() <= 1 + parts.len() * (name.len() + 16));
    }
}

/// Chats of each program that is read.
const CHATS: [&str; 11] = [
    r#"[{"title":"T","mapping":{"r":{"id":"r","message":null,"parent":null,"children":["a"]},"a":{"id":"a","message":{"author":{"role":"user"},"content":{"content_type":"text","parts":["Hi"]}},"parent":"r","children":["b"]},"b":{"id":"b","message":{"author":{"role":"assistant"},"content":{"content_type":"text","parts":["Hello",{"content_type":"image"}]}},"parent":"a","children":[]}},"current_node":"b"}]"#,
    r#"[{"uuid":"1","name":"T","chat_messages":[{"uuid":"a","sender":"human","text":"Hi","content":[{"type":"text","text":"Hi"}]},{"uuid":"b","sender":"assistant","text":"Ho","parent_message_uuid":"a"}]}]"#,
    r#"[{"id":"1","chat":{"title":"T","messages":[{"id":"a","role":"user","content":"Hi"}],"history":{"messages":{"a":{"id":"a","parentId":null,"childrenIds":["b"],"role":"user","content":"Hi"},"b":{"id":"b","parentId":"a","role":"assistant","content":"Ho"}},"currentId":"b"}}}]"#,
    r#"{"name":"T","messages":[{"versions":[{"type":"multiStep","role":"assistant","steps":[{"type":"contentBlock","content":[{"type":"text","text":"Hello"}]}]}],"currentlySelected":0}]}"#,
    r#"{"title":"T","messages":[{"messageId":"a","parentMessageId":"0","isCreatedByUser":true,"text":"Hi","children":[{"messageId":"b","parentMessageId":"a","isCreatedByUser":false,"text":"Ho","children":[]}]}]}"#,
    r#"{"gamestarted":true,"prompt":"{{[INPUT]}}Hi{{[OUTPUT]}}","memory":"S","actions":["Hello","{{[INPUT]}}Bye"],"savedsettings":{"chatname":"Lin","chatopponent":"Ada||$||Bo"}}"#,
    r#"{"internal":[["Hi","Hello"]],"visible":[["Hi","Hello"]],"metadata":{"assistant_0":{"versions":[{"content":"Ho"}],"current_version_index":0}}}"#,
    "{\"user_name\":\"Lin\",\"chat_metadata\":{}}\n{\"name\":\"Ada\",\"is_user\":false,\"mes\":\"Ho\",\"swipes\":[\"Ho\",\"Hm\"],\"swipe_id\":0}\n",
    r#"{"messages":[{"role":"assistant","content":[{"type":"text","text":{"value":"A","annotations":[]}}]}]}"#,
    "# T\n\n> S\n\n## User\n\n````md\n```\n## User\n````\n\n## Ada <!-- assistant -->\n\nHello\n",
    "You: Hi\nAda: Hello\nBo Li: Yes\n~~~\nUser: no\n~~~~\n",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: crate::common::cases(300), max_shrink_time: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn harmed_chats_are_refused_or_read(
        which in any::<Index>(),
        flips in prop::collection::vec((any::<Index>(), prop::sample::select(b"{}[]\",:\\n0 at`~#u".to_vec())), 0..5),
        swap in prop::option::of((any::<Index>(), any::<Index>())),
        again in prop::option::of((any::<Index>(), any::<Index>(), any::<u8>())),
    ) {
        let alone = alone();
        let mut bytes = which.get(&CHATS).as_bytes().to_vec();
        // Keys and ids of one chat in the place of another's.
        if let Some((a, b)) = swap {
            let text = String::from_utf8(bytes).unwrap();
            let words: Vec<&str> = text.split('"').collect();
            let (a, b) = (a.index(words.len()), b.index(words.len()));
            let mut words: Vec<&str> = words.clone();
            words.swap(a, b);
            bytes = words.join("\"").into_bytes();
        }
        for (at, byte) in flips {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some((from, to, len)) = again {
            let (from, to) = (from.index(bytes.len()), to.index(bytes.len()));
            let part = bytes[from..bytes.len().min(from + usize::from(len))].to_vec();
            bytes.splice(to..to, part);
        }
        hold(&alone, &bytes);
    }

    #[test]
    fn harmed_webp_cards_are_refused_or_read(
        flips in prop::collection::vec((any::<Index>(), any::<u8>()), 0..6),
        cut in prop::option::of(any::<Index>()),
    ) {
        let alone = alone();
        let comment = card().to_string();
        let mut tiff = b"MM\0*\0\0\0\x08\0\x01\x87\x69\0\x04\0\0\0\x01\0\0\0\x1a\0\0\0\0\0\x01\x92\x86\0\x07".to_vec();
        tiff.extend((comment.len() as u32).to_be_bytes());
        tiff.extend(b"\0\0\0\x2c\0\0\0\0");
        tiff.extend(comment.as_bytes());
        let mut bytes = b"RIFF\0\0\0\0WEBPEXIF".to_vec();
        bytes.extend((tiff.len() as u32).to_le_bytes());
        bytes.extend(&tiff);
        prop_assert!(flips.len() + usize::from(cut.is_some()) > 0 || is_card(&bytes));
        for (at, byte) in flips {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        hold(&alone, &bytes);
    }
}

#[test]
fn the_seeds_are_read() {
    for text in CHATS {
        chat(text.as_bytes()).unwrap_or_else(|e| panic!("{text}: {e}"));
    }
}

/// Each once took memory or time far beyond the file's size.
#[test]
fn what_once_took_too_much_is_refused() {
    let alone = alone();
    let name = "n".repeat(1 << 20);
    let bomb = json!({ "name": name, "nickname": name, "description": "<bot>".repeat(200_000) });
    let filled = persona(bomb.to_string().as_bytes()).unwrap_err().summary(Lang::En);
    assert!(filled.contains("more than 32 MB"), "{filled}");
    hold(&alone, bomb.to_string().as_bytes());
    let many = json!({ "name": "Ada", "alternate_greetings": vec!["{{char}}".repeat(8000); 200], "nickname": name });
    hold(&alone, many.to_string().as_bytes());
    let beginnings = json!({ "name": "Ada", "description": "{{//".repeat(250_000) });
    hold(&alone, beginnings.to_string().as_bytes());
    for value in ["0,", "[],", "{},", "\"\",", "{\"a\":0},"] {
        let values = format!("[{}0]", value.repeat((12 << 20) / value.len()));
        hold(&alone, values.as_bytes());
        hold(&alone, format!("{{\"name\":\"A\",\"x\":{values}}}").as_bytes());
        hold(&alone, format!("{{\"messages\":{values}}}").as_bytes());
    }
    for deep in ["[", "{\"a\":", "[{\"messages\":", "{\"chat\":", "{\"children\":[", "{\"messages\":[{\"children\":["] {
        hold(&alone, deep.repeat(200_000).as_bytes());
        hold(&alone, format!("{}{}", deep.repeat(100), "]".repeat(100)).as_bytes());
    }
    let mut zeros = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    zeros.write_all(&vec![0; 32 << 20]).unwrap();
    let mut packed = picture("chara", b"");
    packed.splice(33..33, chunk(b"zTXt", &[b"chara\0\0".as_slice(), &zeros.finish().unwrap()].concat()));
    hold(&alone, &packed);
}

#[test]
fn the_corpus_does_no_harm() {
    let alone = alone();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/fuzz/cards");
    let files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() >= 2);
    for path in files {
        let bytes = std::fs::read(&path).unwrap();
        hold(&alone, &bytes);
        assert!(persona(&bytes).is_err() || chat(&bytes).is_err(), "{}", path.display());
    }
}

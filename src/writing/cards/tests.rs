use base64::engine::general_purpose::STANDARD as BASE64;
use proptest::prelude::*;

use super::fields::MAX_FIELD;
use super::*;
use crate::domain::{CardKind, StoryCard};
use crate::error::Cause;
use crate::lang::Lang;
use crate::writing::chats::chats as chat;

const V1: &str = r#"{"name":"Ada","description":"{{char}} keeps bees.","personality":"calm","scenario":"A garden.",
    "first_mes":"Hello, {{user}}.","mes_example":"<START>\n{{user}}: Hi\n{{char}}: Hm."}"#;

fn v2() -> Value {
    json!({ "spec": "chara_card_v2", "spec_version": "2.0", "data": {
        "name": "Ada", "description": "{{char}} keeps bees.", "personality": "calm", "scenario": "A garden.",
        "first_mes": "Hello, {{user}}.", "mes_example": "", "creator_notes": "For {{user}}s.", "system_prompt": "Stay kind.",
        "post_history_instructions": "x", "alternate_greetings": ["One.", "", "{{CHAR}}."], "tags": ["bees"],
        "creator": "Mo", "character_book": { "entries": [{}, {}] }, "extensions": {} } })
}

fn chunk(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut out = (body.len() as u32).to_be_bytes().to_vec();
    out.extend_from_slice(kind);
    out.extend_from_slice(body);
    out.extend_from_slice(&[0; 4]);
    out
}

/// A PNG's frame around text chunks; nothing here looks at its pixels.
fn picture(texts: &[(&str, &str)]) -> Vec<u8> {
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    out.extend(chunk(b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 6, 0, 0, 0]));
    for (key, json) in texts {
        out.extend(chunk(b"tEXt", format!("{key}\0{}", BASE64.encode(json)).as_bytes()));
    }
    out.extend(chunk(b"IDAT", b"pixels"));
    out.extend(chunk(b"IEND", b""));
    out
}

/// A card as it is read, with the names put in.
fn persona(bytes: &[u8], user: &str) -> Result<Imported> {
    let read = super::persona(bytes)?;
    Ok(Imported { persona: spoken(&read.persona, user)?, ..read })
}

fn why(bytes: &[u8]) -> String {
    let error = persona(bytes, "Lin").unwrap_err();
    assert!(matches!(error.cause(), Cause::BadImport { .. }) && !error.summary(Lang::Zh).is_empty());
    error.summary(Lang::En)
}

#[test]
fn a_v1_card_becomes_a_persona() {
    let Imported { persona, left_out } = persona(V1.as_bytes(), "Lin").unwrap();
    assert_eq!(persona.system, "Ada keeps bees.\n\nPersonality: calm\n\nScenario: A garden.");
    assert_eq!(persona.greetings, ["Hello, Lin."]);
    assert_eq!(persona.examples, "<START>\nLin: Hi\nAda: Hm.");
    assert!(left_out.is_empty() && persona.avatar.is_none());
}

#[test]
fn a_v2_card_tells_what_it_leaves_out() {
    let Imported { persona, left_out } = persona(v2().to_string().as_bytes(), "Lin").unwrap();
    assert!(persona.system.starts_with("Stay kind.\n\nAda keeps bees."));
    assert_eq!(persona.greetings, ["Hello, Lin.", "One.", "Ada."]);
    assert_eq!((persona.notes.as_str(), persona.creator.as_str()), ("For {{user}}s.", "Mo"));
    assert_eq!(persona.tags, ["bees"]);
    assert_eq!(left_out.len(), 1, "{left_out:?}");
}

#[test]
fn in_a_picture_the_newer_card_counts_and_the_avatar_is_clean() {
    let mut v3 = v2();
    v3["spec"] = "chara_card_v3".into();
    v3["data"]["nickname"] = "Bee".into();
    let bytes = picture(&[("chara", V1), ("ccv3", &v3.to_string()), ("Comment", "x")]);
    let persona = persona(&bytes, "Lin").unwrap().persona;
    assert!(persona.name == "Ada" && persona.system.contains("Bee keeps bees."), "{persona:?}");
    assert_eq!(persona.avatar.unwrap(), picture(&[]));

    let old = picture(&[("chara", "{}"), ("chara", V1)]);
    assert_eq!(super::persona(&old).unwrap().persona.name, "Ada", "the last of a kind");
}

#[test]
fn what_is_no_card_is_refused_with_its_reason() {
    let whole = picture(&[("chara", V1)]);
    for cut in [9, 30, 60, whole.len() - 1] {
        assert!(why(&whole[..cut]).contains("cut short"), "{cut}");
    }
    assert!(why(&picture(&[])).contains("no character inside"));
    let mut lies = b"\x89PNG\r\n\x1a\n".to_vec();
    lies.extend([0xff; 12]);
    assert!(why(&lies).contains("cut short"));
    let mut broken = b"\x89PNG\r\n\x1a\n".to_vec();
    broken.extend(chunk(b"tEXt", b"chara\0!!!"));
    broken.extend(chunk(b"IEND", b""));
    assert!(why(&broken).contains("not base64"));
    let mut huge = b"\x89PNG\r\n\x1a\n".to_vec();
    huge.extend(chunk(b"tEXt", &[b"chara\0".as_slice(), &vec![b'A'; 24 << 20]].concat()));
    huge.extend(chunk(b"IEND", b""));
    assert!(why(&huge).contains("too large"));

    assert!(why(b"").contains("empty"));
    assert!(why(b"\xff\xfe").contains("UTF-8"));
    assert!(why(b"[1]").contains("not a card"));
    assert!(why(br#"{"name": NaN}"#).contains("not JSON"));
    assert!(why("[".repeat(100_000).as_bytes()).contains("not JSON"));
    assert!(why(br#"{"description":"x"}"#).contains("no name"));
    assert!(why(br#"{"name":"A"}"#).contains("says nothing"));
    assert!(why(br#"{"name":7,"description":"x"}"#).contains("\u{201c}name\u{201d}"));
    assert!(why(br#"{"name":"A","description":{}}"#).contains("\u{201c}description\u{201d}"));
    assert!(why(br#"{"spec":"chara_card_v2","data":"A"}"#).contains("\u{201c}data\u{201d}"));
    let many = json!({ "name": "A", "description": "x", "tags": vec!["t"; 257] }).to_string();
    assert!(why(many.as_bytes()).contains("257 entries"));
    let long = json!({ "name": "A", "description": "x".repeat(MAX_FIELD + 1) }).to_string();
    assert!(why(long.as_bytes()).contains("longer than 1 MB"));
}

fn told(left_out: &[Both]) -> String {
    left_out.iter().map(|part| part.en.as_str()).collect::<Vec<_>>().join("; ")
}

/// Regression: one odd field refused the whole card.
#[test]
fn what_can_be_read_of_a_card_is_read_and_the_rest_is_told() {
    let with = |field: &str, value: Value| {
        let mut card = v2();
        card["data"][field] = value;
        persona(card.to_string().as_bytes(), "Lin").unwrap()
    };
    let usual = told(&persona(v2().to_string().as_bytes(), "Lin").unwrap().left_out);
    let read = with("tags", json!([null, "x", 7, ""]));
    assert_eq!((read.persona.tags, told(&read.left_out)), (vec!["x".to_owned(), "7".to_owned()], usual.clone()));
    assert_eq!(with("alternate_greetings", json!([null, "hi"])).persona.greetings, ["Hello, Lin.", "hi"]);
    assert_eq!(with("alternate_greetings", json!("only")).persona.greetings, ["Hello, Lin.", "only"]);
    assert_eq!(with("alternate_greetings", Value::Null).persona.greetings, ["Hello, Lin."]);
    for field in ["tags", "alternate_greetings", "personality", "creator", "creator_notes", "nickname", "mes_example"] {
        let read = with(field, json!({ "a": 1 }));
        assert_eq!(read.persona.name, "Ada");
        assert_eq!(told(&read.left_out), format!("{usual}; fields of a wrong type (\u{201c}{field}\u{201d})"));
        assert_eq!(told(&with(field, Value::Null).left_out), usual, "{field}");
    }
    let read = with("tags", json!([["a"], "b"]));
    assert!(read.persona.tags == ["b"] && told(&read.left_out).contains("tags"));
    for field in ["extensions", "character_book", "assets", "group_only_greetings", "spec_version"] {
        for value in [Value::Null, json!(7), json!("x"), json!([null]), json!({ "entries": 7 })] {
            assert_eq!(with(field, value).persona.name, "Ada", "{field}");
        }
    }
    // Fields at the top stand in for those that are missing or odd below.
    let both = json!({ "spec": "chara_card_v2", "name": "Ada", "description": "top", "data": { "name": "Ada", "description": 7 } });
    let read = persona(both.to_string().as_bytes(), "Lin").unwrap();
    assert_eq!((read.persona.system.as_str(), told(&read.left_out).contains("description")), ("top", true));
    let flat = json!({ "spec": "chara_card_v2", "name": "Ada", "description": "top", "data": "A" });
    assert!(told(&persona(flat.to_string().as_bytes(), "Lin").unwrap().left_out).contains("data"));
}

#[test]
fn keys_of_older_programs_are_known() {
    let old = r#"{"char_name":"Pyg","char_persona":"A persona","world_scenario":"W","char_greeting":"Hi",
        "example_dialogue":"You: a\nPyg: b"}"#;
    let Imported { persona: read, left_out } = persona(old.as_bytes(), "Lin").unwrap();
    assert_eq!((read.name.as_str(), read.system.as_str()), ("Pyg", "A persona\n\nScenario: W"));
    assert_eq!((read.greetings, read.examples.as_str()), (vec!["Hi".to_owned()], "You: a\nPyg: b"));
    assert!(left_out.is_empty());
    let webui = r#"{"name":"Bo","greeting":"Hi","context":"Bo's Persona: kind"}"#;
    assert_eq!(persona(webui.as_bytes(), "Lin").unwrap().persona.system, "Bo's Persona: kind");
    let chat = r#"{"name":"Bo","context":"x","messages":[]}"#;
    assert!(why(chat.as_bytes()).contains("not a card"));
}

#[test]
fn notes_at_depth_and_unknown_macros_are_told() {
    let mut card = v2();
    card["data"]["extensions"] = json!({ "depth_prompt": { "prompt": "Stay calm.", "depth": 3, "role": "system" } });
    card["data"]["first_mes"] = "{{user}} rolls {{roll:d20}}, {{time}} {{random::a::b}}".into();
    let read = persona(card.to_string().as_bytes(), "Lin").unwrap();
    assert_eq!(read.persona.greetings[0], "Lin rolls {{roll:d20}}, {{time}} {{random::a::b}}");
    let told = told(&read.left_out);
    assert!(told.contains("a note at depth 3"), "{told}");
    assert!(told.contains("unknown macros, which stay as text ({{random}}, {{roll}}, {{time}})"), "{told}");
    card["data"]["extensions"] = json!({ "depth_prompt": { "prompt": " ", "depth": 4 } });
    card["data"]["first_mes"] = "Hi".into();
    assert_eq!(persona(card.to_string().as_bytes(), "Lin").unwrap().left_out.len(), 1);
}

#[test]
fn a_broken_card_does_not_hide_the_good_one_beside_it() {
    let coded = |json: &str| BASE64.encode(json);
    let with = |texts: &[(&[u8; 4], Vec<u8>)]| {
        let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
        for (kind, body) in texts {
            out.extend(chunk(kind, body));
        }
        out.extend(chunk(b"IEND", b""));
        out
    };
    let of = |key: &str, text: &str| format!("{key}\0{text}").into_bytes();
    for broken in ["!!!notbase64".to_owned(), coded("{"), coded("{\"name\":7}"), String::new()] {
        let bytes = with(&[(b"tEXt", of("chara", &coded(V1))), (b"tEXt", of("ccv3", &broken))]);
        let read = persona(&bytes, "Lin").unwrap();
        assert_eq!(read.persona.name, "Ada");
        assert!(told(&read.left_out).contains("a broken card (ccv3)"), "{:?}", read.left_out);
        let bytes = with(&[(b"tEXt", of("chara", &coded(V1))), (b"tEXt", of("chara", &broken))]);
        assert!(told(&persona(&bytes, "Lin").unwrap().left_out).contains("a broken card (chara)"));
    }
    // Other capitals, and the other kinds of text.
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut packed, coded(V1).as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    for (kind, body) in [
        (b"tEXt", of("Chara", &coded(V1))),
        (b"tEXt", of("CHARA", &coded(V1))),
        (b"tEXt", of("CCv3", V1)),
        (b"zTXt", [b"chara\0\0".as_slice(), &packed].concat()),
        (b"iTXt", [b"chara\0\0\0\0\0".as_slice(), coded(V1).as_bytes()].concat()),
        (b"iTXt", [b"ccv3\0\x01\0en\0x\0".as_slice(), &packed].concat()),
    ] {
        let bytes = with(&[(kind, body)]);
        assert!(is_card(&bytes));
        assert_eq!(persona(&bytes, "Lin").unwrap().persona.name, "Ada");
    }
}

/// A WebP's frame around EXIF with one comment.
fn webp(comment: &[u8], big: bool) -> Vec<u8> {
    let short = |n: u16| if big { n.to_be_bytes() } else { n.to_le_bytes() };
    let long = |n: u32| if big { n.to_be_bytes() } else { n.to_le_bytes() };
    let mut tiff = if big { b"MM\0*".to_vec() } else { b"II*\0".to_vec() };
    tiff.extend(long(8));
    for (tag, kind, count, value) in [(0x8769, 4, 1, 26), (0x9286, 7, comment.len() as u32, 44)] {
        tiff.extend([short(1), short(tag), short(kind)].concat());
        tiff.extend([long(count), long(value), long(0)].concat());
    }
    tiff.extend(comment);
    let mut out = b"RIFF\0\0\0\0WEBPVP8 \x01\0\0\0x\0EXIF".to_vec();
    out.extend((tiff.len() as u32).to_le_bytes());
    out.extend(tiff);
    out
}

#[test]
fn a_webp_is_read_by_its_comment_or_named() {
    let numbers: Vec<String> = V1.bytes().map(|b| b.to_string()).collect();
    let wide: Vec<u8> = V1.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for comment in [
        V1.as_bytes().to_vec(),
        [b"ASCII\0\0\0", BASE64.encode(V1).as_bytes()].concat(),
        [&[0; 8], V1.as_bytes()].concat(),
        numbers.join(",").into_bytes(),
        format!("[{}]", numbers.join(", ")).into_bytes(),
        [b"UNICODE\0".as_slice(), &wide].concat(),
    ] {
        let bytes = webp(&comment, true);
        assert!(is_card(&bytes));
        assert_eq!(persona(&bytes, "Lin").unwrap().persona.greetings, ["Hello, Lin."]);
    }
    assert!(is_card(&webp(V1.as_bytes(), false)));
    for comment in [&b"a cat\nSteps: 20"[..], b"", b"1,2,3", b"[", b"eyJhbc"] {
        assert!(is_card(&webp(comment, true)) == (comment == b"eyJhbc"));
    }
    assert!(why(&webp(b"a cat", true)).contains("WebP picture has no character"));
    assert!(why(b"RIFF\x10\0\0\0WEBPVP8 \0\0\0\0").contains("WebP"));
    let whole = webp(V1.as_bytes(), true);
    for cut in 0..whole.len() {
        let _ = persona(&whole[..cut], "Lin");
    }
    assert!(why(b"PK\x03\x04charx").contains("ZIP"));
    assert!(why(b"\xff\xd8\xff\xe0").contains("JPEG"));
}

#[test]
fn a_persona_comes_back_from_its_own_export() {
    let persona = Persona {
        name: "阿达 🐝".into(),
        system: "Quotes \" and \\ and <b>\nlines".into(),
        greetings: vec!["你好".into(), "Hi".into()],
        examples: "e".into(),
        notes: "n".into(),
        creator: "c".into(),
        tags: vec!["t".into()],
        nickname: "Ada".into(),
        lore: vec![StoryCard {
            id: 1,
            kind: CardKind::Lore,
            name: "The Hive".into(),
            aliases: "bees, 蜂巢".into(),
            about: "It hums when {{user}} is near {{char}}.".into(),
            looks: String::new(),
            always: true,
        }],
        ..Default::default()
    };
    assert_eq!(super::persona(to_v2(&persona).as_bytes()).unwrap(), Imported { persona, left_out: vec![] });
}

#[test]
fn macros_stay_in_a_card_and_become_names_when_it_speaks() {
    let raw = super::persona(V1.as_bytes()).unwrap().persona;
    assert_eq!(raw.greetings, ["Hello, {{user}}."]);
    assert!(to_v2(&raw).contains("Hello, {{user}}.") && to_v2(&raw).contains("{{char}} keeps bees."));
    assert_eq!((about(&raw, "Lin").as_str(), person_of(&raw)), ("Ada keeps bees.", "User"));
    assert_eq!(person_of(&Persona { system: "你好".into(), ..Persona::default() }), "用户");
    let bee = Persona { nickname: "Bee".into(), ..raw };
    let spoken = spoken(&bee, "Lin").unwrap();
    assert_eq!((spoken.greetings[0].as_str(), spoken.name.as_str()), ("Hello, Lin.", "Ada"));
    assert!(spoken.system.starts_with("Bee keeps bees."));
}

#[test]
fn a_lore_book_becomes_cards() {
    let mut card = v2();
    card["data"]["character_book"] = json!({ "entries": [
        { "keys": ["hive", "bees, wild"], "name": "The Hive", "content": "{{char}}'s hive.", "enabled": true },
        { "keys": ["mill"], "content": "An old mill.", "constant": true, "secondary_keys": ["night"] },
        { "keys": ["x"], "content": "off", "enabled": false },
        { "keys": ["empty"], "content": " " },
        { "content": "No words call it up." },
        { "keys": 7, "content": 7 }, 7, null,
    ] });
    let Imported { persona: read, left_out } = persona(card.to_string().as_bytes(), "Lin").unwrap();
    let cards: Vec<_> =
        read.lore.iter().map(|c| (c.id, c.name.as_str(), c.aliases.as_str(), c.about.as_str(), c.always)).collect();
    assert_eq!(
        cards,
        [
            (1, "The Hive", "hive, bees  wild", "Ada's hive.", false),
            (2, "mill", "", "An old mill.", true),
            (3, "3", "", "No words call it up.", true)
        ]
    );
    let told = told(&left_out);
    assert!(told.contains("switched off (1)") && told.contains("second keywords and patterns of lore entries (1)"));
    // The other way of writing it.
    card["data"]["character_book"] =
        json!({ "entries": { "0": { "key": ["mill"], "content": "Old.", "disable": false } } });
    assert_eq!(persona(card.to_string().as_bytes(), "Lin").unwrap().persona.lore[0].name, "mill");
}

/// JSON with the keys that cards and chats use, in any place and of any type.
fn any_json() -> impl Strategy<Value = Value> {
    let key = prop::sample::select(vec![
        "name",
        "data",
        "spec",
        "description",
        "first_mes",
        "alternate_greetings",
        "tags",
        "character_book",
        "entries",
        "mes",
        "is_user",
        "role",
        "content",
        "from",
        "value",
        "messages",
        "conversations",
        "text",
        "title",
        "chat_metadata",
    ]);
    let word =
        prop::sample::select(vec!["user", "assistant", "{{char}}", "{{user", "<USER>", "chara_card_v2", "", "字🙂"]);
    let leaf = prop_oneof![
        word.prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
        ".{0,20}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..6)
                .prop_map(|pairs| Value::Object(pairs.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, max_shrink_time: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_an_import_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), text in "\\PC{0,200}") {
        let _ = persona(&bytes, "x");
        let _ = persona(&[b"\x89PNG\r\n\x1a\n".as_slice(), &bytes].concat(), "x");
        let _ = persona(&picture(&[("chara", &text)]), &text);
        let _ = chat(&bytes);
        let _ = chat(text.as_bytes());
        let _ = chat(format!("User: {text}\n## User\n{text}").as_bytes());
    }

    #[test]
    fn no_json_makes_an_import_panic(value in any_json(), other in any_json()) {
        let text = value.to_string();
        let _ = persona(text.as_bytes(), "{{char}}");
        let _ = persona(&picture(&[("ccv3", &text)]), "x");
        let _ = chat(text.as_bytes());
        let _ = chat(format!("{text}\n{other}").as_bytes());
    }
}

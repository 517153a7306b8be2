use base64::engine::general_purpose::STANDARD as BASE64;
use proptest::prelude::*;

use super::*;
use crate::domain::{Message, Role};
use crate::lang::Lang;

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
    assert!(left_out[0].en.contains("2 entries") && left_out.len() == 2, "{left_out:?}");
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
    assert_eq!(super::persona(&old, "Lin").unwrap().persona.name, "Ada", "the last of a kind");
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
    assert!(why(br#"{"name":"A","description":"x","tags":[1]}"#).contains("\u{201c}tags\u{201d}"));
    let many = json!({ "name": "A", "description": "x", "tags": vec!["t"; 257] }).to_string();
    assert!(why(many.as_bytes()).contains("257 entries"));
    let long = json!({ "name": "A", "description": "x".repeat(MAX_FIELD + 1) }).to_string();
    assert!(why(long.as_bytes()).contains("longer than 1 MB"));
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
        ..Default::default()
    };
    assert_eq!(super::persona(to_v2(&persona).as_bytes(), "x").unwrap(), Imported { persona, left_out: vec![] });
}

fn said(chat: &Chat) -> Vec<(Role, &str)> {
    chat.messages.iter().map(|m| (m.role, m.content.as_str())).collect()
}

#[test]
fn chats_of_many_programs_are_read() {
    let two = [(Role::User, "Hi\nyou"), (Role::Assistant, "Hello.")];
    let tavern = "{\"user_name\":\"Lin\",\"character_name\":\"Ada\",\"chat_metadata\":{}}\n\
                  {\"name\":\"Lin\",\"is_user\":true,\"mes\":\"Hi\\nyou\"}\n\
                  {\"name\":\"x\",\"is_system\":true,\"mes\":\"note\"}\n\n\
                  {\"name\":\"Ada\",\"is_user\":false,\"mes\":\"Hello.\",\"swipes\":[\"Hello.\",\"Ho\"]}\n";
    let read = chat(tavern.as_bytes()).unwrap();
    assert_eq!((said(&read), read.title.as_str(), read.left_out.len()), (two.to_vec(), "Ada", 1));

    let openai = r#"[{"role":"user","content":[{"type":"text","text":"Hi\nyou"},{"type":"image_url"}]},
        {"role":"tool","content":"x"},{"role":"assistant","content":"Hello."}]"#;
    let read = chat(openai.as_bytes()).unwrap();
    assert_eq!((said(&read), read.left_out.len()), (two.to_vec(), 2));
    let wrapped = format!("{{\"title\":\"T\",\"messages\":{openai}}}");
    assert_eq!(chat(wrapped.as_bytes()).unwrap().title, "T");
    let line = format!("{{\"messages\":{}}}\n", openai.replace('\n', ""));
    let read = chat(line.repeat(3).as_bytes()).unwrap();
    assert!(said(&read) == two && read.left_out.iter().any(|l| l.en.starts_with("2 further")), "{:?}", read.left_out);

    let share = r#"[{"id":"1","conversations":[{"from":"system","value":"S"},{"from":"human","value":"Hi\nyou"},{"from":"gpt","value":"Hello."}]},{}]"#;
    let read = chat(share.as_bytes()).unwrap();
    assert_eq!(said(&read), [&[(Role::System, "S")], &two[..]].concat());

    let markdown = "# Title\n\n> S\n> T\n\n## User\n\nHi\nyou\n\n## Assistant\n\nHello.\n";
    let read = chat(markdown.as_bytes()).unwrap();
    assert_eq!((said(&read), read.title.as_str()), ([&[(Role::System, "S\nT")], &two[..]].concat(), "Title"));
    assert_eq!(said(&chat(b"[a note]\n\nUser: Hi").unwrap()), [(Role::User, "Hi")]);
    let code = chat(b"## User\n\n```\n## Assistant\n```\n").unwrap();
    assert_eq!(code.messages.len(), 1);

    let plain = "Title\n\nSystem:\nS\n\nUser:\nHi\nyou\n\nAssistant:\nHello.\n";
    let read = chat(plain.as_bytes()).unwrap();
    assert_eq!((said(&read), read.title.as_str()), ([&[(Role::System, "S")], &two[..]].concat(), "Title"));
    assert_eq!(
        said(&chat("用户：你好\n助手：您好".as_bytes()).unwrap()),
        [(Role::User, "你好"), (Role::Assistant, "您好")]
    );
}

#[test]
fn what_is_no_chat_is_refused_with_its_reason() {
    let refused: [(&[u8], &str); 12] = [
        (b"", "no turn"),
        (b"just some text", "no turn"),
        (b"\xff", "UTF-8"),
        (b"[]", "no message"),
        (b"{\"messages\":[]}", "no message"),
        (b"{\"messages\":7}", "wrong type"),
        (b"[{\"role\":\"king\",\"content\":\"x\"}]", "king"),
        (b"[{\"content\":\"x\"}]", "no role"),
        (b"[7]", "not an object"),
        (b"[{\"role\":\"user\",\"content\":NaN}]", "not JSON"),
        (b"{\"mes\":\"x\"}\n{\"mes\":", "line 2"),
        (b"{\"mes\":7}", "wrong type"),
    ];
    for (bytes, says) in refused {
        let error = chat(bytes).unwrap_err().summary(Lang::En);
        assert!(error.contains(says), "{}: {error}", String::from_utf8_lossy(bytes));
    }
    assert!(chat("{\"a\":".repeat(50_000).as_bytes()).is_err());
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

    #[test]
    fn messages_come_back_from_json(texts in prop::collection::vec("[a-z字 \\n]{1,20}", 1..6)) {
        let turns: Vec<Message> = texts.iter().filter(|t| !t.trim().is_empty())
            .map(|t| Message { role: Role::User, content: t.trim().to_owned() }).collect();
        prop_assume!(!turns.is_empty());
        let text = serde_json::to_string(&turns).unwrap();
        prop_assert_eq!(chat(text.as_bytes()).unwrap().messages, turns);
    }
}

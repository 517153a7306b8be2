//! Chats of other programs: logs, Markdown and JSON, and what is no chat.

mod branches;

use proptest::prelude::*;

use super::*;
use crate::domain::Message;
use crate::lang::Lang;

fn chat(bytes: &[u8]) -> Result<ImportedChat> {
    chats(bytes).map(|mut read| read.chats.remove(0))
}

fn left_out(text: &str) -> Vec<String> {
    chats(text.as_bytes()).unwrap().left_out.into_iter().map(|part| part.en).collect()
}

/// The system text and the path that is shown.
fn said(chat: &ImportedChat) -> Vec<(Role, &str)> {
    let mut path = Vec::new();
    let mut at = chat.shown.or(chat.turns.len().checked_sub(1));
    while let Some(turn) = at.map(|at| &chat.turns[at]) {
        path.push((turn.role, turn.text.as_str()));
        at = turn.after;
    }
    path.extend(Some((Role::System, chat.system.as_str())).filter(|(_, text)| !text.is_empty()));
    path.reverse();
    path
}

/// The other turns in the place of each turn on the path.
fn versions(chat: &ImportedChat) -> Vec<(&str, Vec<&str>)> {
    fn beside<'a>(chat: &'a ImportedChat, turn: &ImportedTurn) -> Vec<&'a str> {
        let others = chat.turns.iter().filter(|t| t.after == turn.after && t.text != turn.text);
        others.map(|t| t.text.as_str()).collect()
    }
    let path = said(chat);
    let turns = chat.turns.iter().filter(|turn| path.contains(&(turn.role, turn.text.as_str())));
    turns.map(|turn| (turn.text.as_str(), beside(chat, turn))).collect()
}

/// Who says what.
fn by_name(chat: &ImportedChat) -> Vec<String> {
    let name = |turn: &ImportedTurn| match turn.role {
        _ if !turn.name.is_empty() => turn.name.clone(),
        Role::User => format!("({})", chat.person),
        _ => format!("[{}]", chat.speaker),
    };
    chat.turns.iter().map(|turn| format!("{} {}", name(turn), turn.text)).collect()
}

const TWO: [(Role, &str); 2] = [(Role::User, "Hi"), (Role::Assistant, "Hello")];

#[test]
fn chats_of_many_programs_are_read() {
    let two = [(Role::User, "Hi\nyou"), (Role::Assistant, "Hello.")];
    let tavern = "{\"user_name\":\"Lin\",\"character_name\":\"Ada\",\"chat_metadata\":{}}\n\
                  {\"name\":\"Lin\",\"is_user\":true,\"mes\":\"Hi\\nyou\"}\n\
                  {\"name\":\"x\",\"is_system\":true,\"mes\":\"note\"}\n\n\
                  {\"name\":\"Ada\",\"is_user\":false,\"mes\":\"Hello.\",\"swipes\":[\"Hello.\",\"Ho\"]}\n";
    let read = chat(tavern.as_bytes()).unwrap();
    assert_eq!((said(&read), read.title.as_str(), left_out(tavern).len()), (two.to_vec(), "Ada", 1));

    let openai = r#"[{"role":"user","content":[{"type":"text","text":"Hi\nyou"},{"type":"image_url"}]},
        {"role":"tool","content":"x"},{"role":"assistant","content":"Hello."}]"#;
    let read = chat(openai.as_bytes()).unwrap();
    assert_eq!((said(&read), left_out(openai).len()), (two.to_vec(), 2));
    let wrapped = format!("{{\"title\":\"T\",\"messages\":{openai}}}");
    assert_eq!(chat(wrapped.as_bytes()).unwrap().title, "T");
    let line = format!("{{\"messages\":{}}}\n", openai.replace('\n', ""));
    let read = chats(line.repeat(3).as_bytes()).unwrap();
    assert!(read.chats.len() == 3 && read.chats.iter().all(|chat| said(chat) == two), "{read:?}");
    let many = left_out(&line.repeat(25));
    assert!(many.iter().any(|l| l.starts_with("5 further")), "without titles they are data: {many:?}");

    let share = r#"[{"id":"1","conversations":[{"from":"system","value":"S"},{"from":"human","value":"Hi\nyou"},{"from":"gpt","value":"Hello."}]},{}]"#;
    let read = chat(share.as_bytes()).unwrap();
    assert_eq!(said(&read), [&[(Role::System, "S")], &two[..]].concat());

    let markdown = "# Title\n\n> S\n> T\n\n## User\n\nHi\nyou\n\n## Assistant\n\nHello.\n";
    let read = chat(markdown.as_bytes()).unwrap();
    assert_eq!((said(&read), read.title.as_str()), ([&[(Role::System, "S\nT")], &two[..]].concat(), "Title"));
    assert_eq!(said(&chat(b"[a note]\n\nUser: Hi").unwrap()), [(Role::User, "Hi")]);
    let code = chat(b"## User\n\n```\n## Assistant\n```\n").unwrap();
    assert_eq!(code.turns.len(), 1);

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

/// Regression: a fence of four was ended by one of three, and tildes were no fence.
#[test]
fn a_block_of_code_keeps_headings_and_names_inside() {
    let answer = "````markdown\n```\n## User\nhi\n```\n````\n\nDone.";
    let text = format!("# T\n\n## User\n\nHow?\n\n## Assistant\n\n{answer}\n");
    assert_eq!(said(&chat(text.as_bytes()).unwrap()), [(Role::User, "How?"), (Role::Assistant, answer)]);
    let tildes = "~~~\n```\nUser: no\n## User\n~~~~";
    for text in [format!("## User\n{tildes}\n## Assistant\nb"), format!("User:\n{tildes}\nAssistant: b")] {
        assert_eq!(said(&chat(text.as_bytes()).unwrap()), [(Role::User, tildes), (Role::Assistant, "b")]);
    }
    // A block that nothing ends swallows nothing.
    let cut = chat(b"## User\na\n## Assistant\n```rust\nfn\n## User\nb\n").unwrap();
    assert_eq!(cut.turns.len(), 3);
}

/// Regression: the line of a third speaker joined the turn before it.
#[test]
fn whoever_speaks_in_a_log_is_a_speaker() {
    let read = |text: &str| by_name(&chat(text.as_bytes()).unwrap());
    assert_eq!(read("You: Hi\nAda: Hello\nYou: Bye"), ["() Hi", "[Ada] Hello", "() Bye"]);
    assert_eq!(read("User: Hi\nAssistant: Hello\nAda: Hm\n\nBo Li: Yes"), ["() Hi", "[] Hello", "Ada Hm", "Bo Li Yes"]);
    assert_eq!(read("用户：你好\n阿达：您好\n小李：嗯"), ["() 你好", "[阿达] 您好", "小李 嗯"]);
    assert_eq!(
        read("Ada: Hello.\n(She nods.)\n\nYou: Hi\nand\n\nBo: Ho\nhum\n\nBo: Ha"),
        ["[Ada] Hello.\n(She nods.)", "() Hi\nand", "Bo Ho\nhum", "Bo Ha"]
    );
    assert_eq!(read("**You:** Hi\n**Ada**: Hello"), ["() Hi", "[Ada] Hello"]);
    assert_eq!(read("## User\n\nHi\n\n## Ada <!-- assistant -->\n\nHo"), ["() Hi", "[Ada] Ho"]);
    // Words before a colon that speak to nobody stay in the text.
    let text = "User: Hi\nAssistant: Hello\nNote: all is well.\nsee: this\nhttps://x\nat 10:30";
    assert_eq!(chat(text.as_bytes()).unwrap().turns.len(), 2);
    let once = "User: Hi\nAssistant: Hello\nand more\nParis: a town";
    assert_eq!(chat(once.as_bytes()).unwrap().turns.len(), 2);
    assert!(left_out(once)[0].contains("\u{201c}Paris\u{201d} as speakers"), "{:?}", left_out(once));
    let error = chat(b"Bo: Hi\nAda: Hello\nBo: Bye").unwrap_err().summary(Lang::En);
    assert!(error.contains("Ada, Bo speak in it"), "{error}");
}

#[test]
fn parts_of_all_kinds_are_text() {
    for content in [
        r#""Hi""#,
        r#"[{"type":"text","text":{"value":"Hi","annotations":[]}}]"#,
        r#"[{"type":"input_text","text":"Hi"},{"type":"input_image","image_url":"x"}]"#,
        r#"{"type":"text","text":"Hi"}"#,
        r#"{"content_type":"text","parts":["Hi"]}"#,
        r#"["Hi"]"#,
        r#"[{"type":"thinking","thinking":"hm"},{"type":"text","text":"Hi"},null]"#,
    ] {
        let one = format!("{{\"role\":\"user\",\"content\":{content}}}");
        for text in [format!("[{one}]"), format!("{{\"messages\":[{one}]}}"), one.clone(), format!("{one}\n{one}")] {
            let read = chat(text.as_bytes()).unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!(said(&read)[0], (Role::User, "Hi"), "{text}");
        }
    }
    let jan = "{\"id\":\"1\",\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":{\"value\":\"Hi\"}}]}\n\
               {\"id\":\"2\",\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":{\"value\":\"Hello\"}}]}";
    assert_eq!(said(&chat(jan.as_bytes()).unwrap()), TWO);
    let gemini = r#"{"systemInstruction":{"parts":[{"text":"S"}]},"contents":[{"role":"user","parts":[{"text":"Hi"}]},{"role":"model","parts":[{"text":"hm","thought":true},{"text":"Hello"}]}]}"#;
    assert_eq!(said(&chat(gemini.as_bytes()).unwrap()), [&[(Role::System, "S")], &TWO[..]].concat());
    assert_eq!(left_out(gemini), ["1 thought of the model"]);
    let late =
        r#"[{"role":"user","content":"Hi"},{"role":"system","content":"now"},{"role":"assistant","content":"Hello"}]"#;
    assert_eq!((said(&chat(late.as_bytes()).unwrap()), left_out(late).len()), (TWO.to_vec(), 1));
}

#[test]
fn what_is_known_but_no_chat_is_named() {
    for (text, says) in [
        (r#"{"entries":{"0":{"key":["a"],"content":"b"}}}"#, "lore book"),
        (r#"{"temperature":1,"top_p":1}"#, "preset"),
        ("{}", "ChatGPT"),
        ("[{\"title\":\"x\",\"mapping\":{}}]", "no message"),
        (r#"{"internal":[["Hi"]]}"#, "wrong type"),
        (r#"{"messages":[{"versions":[7]}]}"#, "wrong type"),
        ("PK\u{3}\u{4}", "ZIP"),
    ] {
        let error = chat(text.as_bytes()).unwrap_err();
        assert!(error.summary(Lang::En).contains(says), "{text}: {error}");
    }
}

/// Once a text of many beginnings was walked again from each.
#[test]
fn long_and_hostile_chats_do_not_take_long() {
    let started = std::time::Instant::now();
    for part in ["```a\n", "~~~\n", "User: a\n", "A B: c\nUser: x\n", "## User\n", "Ada: \n\n"] {
        let _ = chats(part.repeat((1 << 20) / part.len()).as_bytes());
    }
    let node = |n: usize| format!("{{\"id\":\"{n}\",\"parentId\":\"{}\",\"role\":\"user\",\"content\":\"x\"}}", n / 2);
    let nodes = (1..40_000).map(node).collect::<Vec<_>>().join(",");
    assert_eq!(chat(format!("[{nodes}]").as_bytes()).unwrap().turns.len(), 39_999);
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, max_shrink_time: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn messages_come_back_from_json(texts in prop::collection::vec("[a-z字 \\n]{1,20}", 1..6)) {
        let turns: Vec<Message> = texts.iter().filter(|t| !t.trim().is_empty())
            .map(|t| Message { role: Role::User, content: t.trim().to_owned() }).collect();
        prop_assume!(!turns.is_empty());
        let text = serde_json::to_string(&turns).unwrap();
        let read: Vec<String> = chat(text.as_bytes()).unwrap().turns.into_iter().map(|turn| turn.text).collect();
        prop_assert_eq!(read, turns.into_iter().map(|turn| turn.content).collect::<Vec<_>>());
    }
}

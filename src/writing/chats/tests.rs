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
fn chatgpt_claude_and_web_uis_bring_their_branches() {
    let chatgpt = r#"[{"title":"My talk","mapping":{
        "r":{"id":"r","message":null,"parent":null,"children":["s"]},
        "s":{"id":"s","message":{"author":{"role":"system"},"content":{"content_type":"text","parts":[""]}},"parent":"r","children":["a"]},
        "a":{"id":"a","message":{"author":{"role":"user"},"content":{"content_type":"text","parts":["Hi"]}},"parent":"s","children":["b","c","t"]},
        "b":{"id":"b","message":{"author":{"role":"assistant"},"content":{"content_type":"text","parts":["Hello"]}},"parent":"a","children":["d"]},
        "c":{"id":"c","message":{"author":{"role":"assistant"},"content":{"content_type":"text","parts":["Ho"]}},"parent":"a","children":[]},
        "t":{"id":"t","message":{"author":{"role":"assistant"},"recipient":"python","content":{"content_type":"code","text":"1"}},"parent":"a","children":["u"]},
        "u":{"id":"u","message":{"author":{"role":"tool","name":"python"},"content":{"content_type":"execution_output","text":"1"}},"parent":"t","children":["v"]},
        "v":{"id":"v","message":{"author":{"role":"assistant"},"content":{"content_type":"multimodal_text","parts":[{"content_type":"image_asset_pointer"},"One"]}},"parent":"u","children":[]},
        "d":{"id":"d","message":{"author":{"role":"user"},"content":{"content_type":"text","parts":["Bye"]}},"parent":"b","children":[]}},
        "current_node":"d"},
        {"title":"Other","mapping":{"x":{"message":{"author":{"role":"user"},"content":{"content_type":"text","parts":["Yo"]}}}}}]"#;
    let read = chats(chatgpt.as_bytes()).unwrap();
    assert_eq!(read.chats.iter().map(|chat| chat.title.as_str()).collect::<Vec<_>>(), ["My talk", "Other"]);
    assert_eq!(said(&read.chats[0]), [&TWO[..], &[(Role::User, "Bye")]].concat());
    assert_eq!(versions(&read.chats[0])[1], ("Hello", vec!["Ho", "One"]));
    assert_eq!(left_out(chatgpt), ["1 picture or other part that is not text", "2 messages of tools"]);
    assert_eq!(said(&read.chats[1]), [(Role::User, "Yo")]);

    let claude = r#"[{"uuid":"1","name":"T","chat_messages":[
        {"uuid":"a","sender":"human","text":"Hi","content":[{"type":"text","text":"Hi"}],"attachments":[{"file_name":"x"}],"parent_message_uuid":"00000000-0000-4000-8000-000000000000"},
        {"uuid":"b","sender":"assistant","text":"Ho","content":[],"parent_message_uuid":"a"},
        {"uuid":"c","sender":"assistant","text":"Hello","content":[{"type":"tool_use"},{"type":"text","text":"Hello"}],"parent_message_uuid":"a"}]}]"#;
    let read = chat(claude.as_bytes()).unwrap();
    assert_eq!((said(&read), read.title.as_str(), versions(&read)[1].1.clone()), (TWO.to_vec(), "T", vec!["Ho"]));
    assert_eq!(left_out(claude), ["1 attached file", "1 message of a tool"]);
    let flat = r#"[{"uuid":"1","name":"","chat_messages":[{"uuid":"a","sender":"human","text":"Hi"},{"uuid":"b","sender":"assistant","text":"Hello"}]}]"#;
    assert_eq!(said(&chat(flat.as_bytes()).unwrap()), TWO);

    let messages = r#"[{"id":"a","role":"user","content":"Hi"},{"id":"b","role":"assistant","content":"Hello"}]"#;
    let open = format!(
        r#"[{{"id":"1","title":"T","chat":{{"models":["m"],"params":{{"system":"S"}},"messages":{messages},"history":{{"messages":{{}},"currentId":"b"}}}}}}]"#
    );
    let read = chat(open.as_bytes()).unwrap();
    assert_eq!((said(&read), read.title.as_str()), ([&[(Role::System, "S")], &TWO[..]].concat(), "T"));
    let tree = r#"{"a":{"id":"a","parentId":null,"childrenIds":["b","c"],"role":"user","content":"Hi"},
        "b":{"id":"b","parentId":"a","childrenIds":[],"role":"assistant","content":"Hello"},
        "c":{"id":"c","parentId":"a","childrenIds":[],"role":"assistant","content":"Ho"}}"#;
    let open = format!(
        r#"[{{"chat":{{"title":"T","messages":{messages},"history":{{"messages":{tree},"currentId":"b"}}}}}}]"#
    );
    assert_eq!(versions(&chat(open.as_bytes()).unwrap()), [("Hi", vec![]), ("Hello", vec!["Ho"])]);

    let libre = r#"{"conversationId":"1","title":"T","messages":[
        {"messageId":"a","parentMessageId":"00000000-0000-0000-0000-000000000000","sender":"User","isCreatedByUser":true,"text":"Hi",
         "children":[{"messageId":"b","parentMessageId":"a","sender":"GPT-4","isCreatedByUser":false,"text":"Hello","children":[]}]}]}"#;
    assert_eq!(said(&chat(libre.as_bytes()).unwrap()), TWO);
    // Circles, lost parents, a leaf that is not there.
    let odd = r#"[{"id":"a","parentId":"b","role":"user","content":"Hi"},{"id":"b","parentId":"a","role":"assistant","content":"Hello"},
        {"id":"c","parentId":"zz","role":"user","content":"Yo"},{"id":"c","parentId":"c","role":"user","content":"Self"}]"#;
    assert!(chat(odd.as_bytes()).unwrap().turns.len() >= 3);
}

#[test]
fn local_programs_bring_their_versions_and_names() {
    let studio = r#"{"name":"T","systemPrompt":"S","messages":[
        {"versions":[{"type":"singleStep","role":"user","content":[{"type":"text","text":"Hi"}]}],"currentlySelected":0},
        {"versions":[
          {"type":"multiStep","role":"assistant","steps":[{"type":"contentBlock","style":{"type":"thinking"},"content":[{"type":"text","text":"hm"}]},{"type":"contentBlock","content":[{"type":"text","text":"Hello"}]},{"type":"debugInfoBlock"}]},
          {"type":"multiStep","role":"assistant","steps":[{"type":"contentBlock","content":[{"type":"text","text":"Ho"}]}]}],"currentlySelected":0}]}"#;
    let read = chat(studio.as_bytes()).unwrap();
    assert_eq!((said(&read), read.title.as_str()), ([&[(Role::System, "S")], &TWO[..]].concat(), "T"));
    assert_eq!(versions(&read)[1], ("Hello", vec!["Ho"]));

    let tavern = "{\"user_name\":\"Lin\",\"character_name\":\"unused\",\"chat_metadata\":{\"note_prompt\":\"Be brief.\"}}\n\
        {\"name\":\"Ada\",\"is_user\":false,\"mes\":\"Yes?\"}\n\
        {\"name\":\"Lin\",\"is_user\":true,\"mes\":\"Hi\"}\n\
        {\"name\":\"Bo\",\"is_user\":false,\"mes\":\"Hello!\",\"swipe_id\":1,\"swipes\":[\"Ho\",\"Hello\",\"Hey\",null]}\n\
        {\"name\":\"Ada\",\"is_user\":false,\"mes\":\"Oh\"}";
    let read = chat(tavern.as_bytes()).unwrap();
    assert_eq!(by_name(&read), ["[Ada] Yes?", "(Lin) Hi", "Bo Ho", "Bo Hello!", "Bo Hey", "[Ada] Oh"]);
    assert_eq!(versions(&read)[2], ("Hello!", vec!["Ho", "Hey"]), "the message as it stands now");
    assert_eq!(left_out(tavern), ["an author's note"]);

    let kobold = r#"{"gamestarted":true,"prompt":"\n{{[INPUT]}}\nHi\n{{[OUTPUT]}}\n","memory":"S","authorsnote":"n","worldinfo":[{}],"actions":["Hello","\n{{[INPUT]}}\nBye"]}"#;
    let read = chat(kobold.as_bytes()).unwrap();
    assert_eq!(said(&read), [(Role::System, "S"), TWO[0], TWO[1], (Role::User, "Bye")]);
    assert_eq!(left_out(kobold), ["an author's note", "a lore book of 1 entry"]);
    let tagged = r#"{"prompt":"\n### Instruction:\nHi\n### Response:\n","actions":["Hello"],"savedsettings":{"instruct_starttag":"\\n### Instruction:\\n","instruct_endtag":"\\n### Response:\\n"}}"#;
    assert_eq!(said(&chat(tagged.as_bytes()).unwrap()), TWO);
    let named = r#"{"prompt":"\nLin: Hi\nAda: Hello\n","actions":["Bo: Ho\nhum"],"savedsettings":{"opmode":3,"chatname":"Lin","chatopponent":"Ada||$||Bo"}}"#;
    assert_eq!(by_name(&chat(named.as_bytes()).unwrap()), ["(Lin) Hi", "[Ada] Hello", "Bo Ho\nhum"]);
    let story = chat(br#"{"prompt":"It rained.","actions":[" And rained."]}"#).unwrap_err().summary(Lang::En);
    assert!(story.contains("KoboldCpp story of 22 letters"), "{story}");

    let webui = r#"{"internal":[["<|BEGIN-VISIBLE-CHAT|>","Yes?"],["Hi","Hello"]],"visible":[["","Yes?"],["Hi","Hello"]],
        "metadata":{"assistant_1":{"versions":[{"content":"Hello"},{"content":"Ho"}],"current_version_index":0}}}"#;
    let read = chat(webui.as_bytes()).unwrap();
    assert_eq!(said(&read), [(Role::Assistant, "Yes?"), TWO[0], TWO[1]]);
    assert_eq!(versions(&read)[2], ("Hello", vec!["Ho"]));
    let old = r#"{"data":[["Hi","Hello"]],"data_visible":[["Hi","Hello"]]}"#;
    assert_eq!(said(&chat(old.as_bytes()).unwrap()), TWO);
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

#[test]
fn versions_keep_their_order_and_the_chosen_one_is_shown() {
    let text = "{\"user_name\":\"Lin\",\"character_name\":\"Ada\",\"chat_metadata\":{}}\n\
        {\"name\":\"Lin\",\"is_user\":true,\"mes\":\"Hi\"}\n\
        {\"name\":\"Ada\",\"is_user\":false,\"mes\":\"b\",\"swipe_id\":1,\"swipes\":[\"a\",\"b\",\"c\"]}\n";
    let read = chat(text.as_bytes()).unwrap();
    let texts: Vec<&str> = read.turns.iter().map(|turn| turn.text.as_str()).collect();
    assert_eq!((texts, read.shown), (vec!["Hi", "a", "b", "c"], Some(2)));
    let more = format!("{text}{{\"name\":\"Lin\",\"is_user\":true,\"mes\":\"More\"}}\n");
    let read = chat(more.as_bytes()).unwrap();
    assert_eq!((read.turns[4].after, read.shown), (Some(2), None), "what comes next stands after the chosen one");
    let tree = r#"{"title":"T","current_node":"b","mapping":{
        "r":{"id":"r","message":{"author":{"role":"user"},"content":{"parts":["q"]}},"parent":null,"children":["a","b","c"]},
        "a":{"id":"a","message":{"author":{"role":"assistant"},"content":{"parts":["one"]}},"parent":"r","children":[]},
        "b":{"id":"b","message":{"author":{"role":"assistant"},"content":{"parts":["two"]}},"parent":"r","children":[]},
        "c":{"id":"c","message":{"author":{"role":"assistant"},"content":{"parts":["three"]}},"parent":"r","children":[]}}}"#;
    let read = chat(tree.as_bytes()).unwrap();
    let texts: Vec<&str> = read.turns.iter().map(|turn| turn.text.as_str()).collect();
    assert_eq!((texts, read.shown), (vec!["q", "one", "two", "three"], Some(2)));
}

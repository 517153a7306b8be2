//! Chats that keep several answers: their branches, their versions, and which one is shown.

use super::super::*;
use super::{TWO, by_name, chat, left_out, said, versions};
use crate::lang::Lang;

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

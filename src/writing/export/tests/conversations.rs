//! Conversations go out with who speaks, and come back as they were.

use super::super::*;
use super::{docx_text, part, say, turns};
use crate::domain::{Manner, Message, Role, Speaker};
use crate::lang::Lang;
use crate::writing::chats::chats;

/// The chat of a file as messages, with its title.
fn read_back(text: &str) -> (Vec<Message>, String) {
    let chat = chats(text.as_bytes()).unwrap().chats.remove(0);
    let system = Some(say(Role::System, &chat.system)).filter(|m| !m.content.is_empty());
    (system.into_iter().chain(chat.turns.iter().map(|t| say(t.role, &t.text))).collect(), chat.title)
}

#[test]
fn conversations_go_out_and_come_back() {
    let messages = [
        say(Role::System, "Be *kind*."),
        say(Role::User, "Hi\n\n- a\n- b"),
        say(Role::Assistant, "```\n## User\n```\n\n好。"),
    ];
    let turns = turns(&messages[1..]);
    for lang in Lang::ALL {
        let document = Document::from_turns("Talk", &messages[0].content, &turns, &[], &Manner::default(), lang);
        let (read, title) = read_back(&to_markdown(&document));
        assert_eq!((read.as_slice(), title.as_str()), (&messages[..], "Talk"));
        assert!(to_html(&document).contains("<section class=\"turn user\">"));
        assert!(docx_text(&to_docx(&document).unwrap()).contains(lang.pick("Assistant\n", "助手\n")));
        let plain = read_back(&to_plain_text(&document)).0;
        assert_eq!(
            plain.iter().map(|m| m.role).collect::<Vec<_>>(),
            messages.iter().map(|m| m.role).collect::<Vec<_>>()
        );
    }
}

/// Regression: every answer was "Assistant"'s.
#[test]
fn exports_name_who_speaks() {
    let messages =
        [say(Role::User, "Hi"), say(Role::Assistant, "Hello."), say(Role::Assistant, "Ho."), say(Role::User, "Bye")];
    let speaker = Speaker { name: "Ada <b>".into(), ..Speaker::default() };
    let manner = Manner { speaker: Some(speaker), names: [(3, "Bo".to_owned())].into(), ..Manner::default() };
    let named = Manner { person: "Lin".into(), ..manner.clone() };
    let document = |manner: &Manner| Document::from_turns("T", "", &turns(&messages), &[], manner, Lang::En);
    let speakers = |manner: &Manner| {
        let blocks = document(manner).blocks.into_iter();
        let names = blocks.map(|block| if let Block::Turn { speaker, .. } = block { speaker } else { panic!() });
        names.collect::<Vec<_>>()
    };
    assert_eq!(speakers(&manner), ["User", "Ada <b>", "Bo", "User"]);
    assert_eq!(speakers(&named), ["Lin", "Ada <b>", "Bo", "Lin"]);
    let document = document(&named);
    assert!(to_html(&document).contains("<p class=\"speaker\">Ada &lt;b&gt;</p>"));
    assert!(docx_text(&to_docx(&document).unwrap()).contains("Ada <b>\nHello."));
    assert!(to_plain_text(&document).contains("Bo:\nHo.\n"));
    let markdown = to_markdown(&document);
    assert!(markdown.contains("## Bo <!-- assistant -->\n\nHo.\n") && !markdown.contains("Assistant\n"), "{markdown}");
    let chat = chats(markdown.as_bytes()).unwrap().chats.remove(0);
    assert_eq!((chat.person.as_str(), chat.turns[2].name.as_str(), chat.turns.len()), ("Lin", "Bo", 4));
    // A persona's turns come back from plain text too.
    let plain = to_plain_text(&Document::from_turns(
        "T",
        "",
        &turns(&messages[..2]),
        &[],
        &Manner { names: Default::default(), ..manner },
        Lang::En,
    ));
    assert_eq!(read_back(&plain.replace(" <b>", "")).0, messages[..2]);
}

/// Regression: the lines of a haiku became one.
#[test]
fn lines_stay_lines_and_markdown_stays_as_it_was_written() {
    let haiku = "An old pond\na frog jumps\n水の音\n终";
    let text = format!("{haiku}\n\n* one\n+ two\n   with _it_ & <b>\n\n1) x\n\n```\n  code\n");
    let messages = [say(Role::User, haiku), say(Role::Assistant, &text)];
    let document = Document::from_turns("T", "", &turns(&messages), &[], &Manner::default(), Lang::En);
    let pages = [Document::from_page("T", &text, &[], Lang::En), document];
    for document in &pages {
        assert!(to_markdown(document).contains(text.trim_end()), "{}", to_markdown(document));
        assert!(to_plain_text(document).contains(&format!("{haiku}\n")));
        assert!(to_html(document).contains("An old pond<br>a frog jumps<br>水の音<br>终"));
        let docx = String::from_utf8(part(&to_docx(document).unwrap(), "word/document.xml")).unwrap();
        assert!(
            docx.contains("An old pond</w:t><w:br/><w:t xml:space=\"preserve\">a frog jumps</w:t><w:br/>"),
            "{docx}"
        );
    }
    assert!(to_markdown(&pages[1]).ends_with("  code\n```\n"), "a block that was cut short ends with its turn");
    let page = Document::from_page("Night", "# Night\n\nA fox\nran.", &[], Lang::En);
    assert_eq!(to_markdown(&page), "# Night\n\nA fox\nran.\n", "the title once");
    assert_eq!(to_html(&page).matches("Night</h1>").count(), 1);
}

/// Regression: an answer in JSON was Markdown, which ate its asterisks and the spaces before its lines.
#[test]
fn json_goes_out_as_it_was_written() {
    let json = "{\n    \"a*b*\": [\n        \"# one_two_\"\n    ]\n}";
    let talk = [say(Role::User, "As JSON"), say(Role::Assistant, json)];
    let documents = [
        Document::from_turns("t", "", &turns(&talk), &[], &Manner::default(), Lang::En),
        Document::from_page("t", json, &[], Lang::En),
    ];
    for document in documents {
        assert!(to_markdown(&document).contains(&format!("```json\n{json}\n```")));
        let indented: String = json.lines().map(|line| format!("    {line}\n")).collect();
        assert!(to_plain_text(&document).contains(&indented));
        assert!(to_html(&document).contains("&quot;a*b*&quot;: [\n        &quot;# one_two_&quot;"));
    }
}

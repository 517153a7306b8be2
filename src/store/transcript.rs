//! A conversation as a text to keep elsewhere.

use crate::domain::{ConversationData, Role, Turn};
use crate::lang::Lang;

fn speaker(turn: &Turn, lang: Lang) -> &'static str {
    match turn.message.role {
        Role::System => lang.pick("System", "系统"),
        Role::User => lang.pick("You", "你"),
        Role::Assistant => lang.pick("Assistant", "助手"),
    }
}

/// Markdown: the title, then a heading for each turn. The texts stay as they are, for models write Markdown.
pub fn to_markdown(data: &ConversationData, lang: Lang) -> String {
    let mut text = String::new();
    if !data.title.is_empty() {
        text += &format!("# {}\n\n", data.title.replace(['\r', '\n'], " "));
    }
    if !data.system.is_empty() {
        for line in data.system.lines() {
            text += &format!("> {line}\n");
        }
        text.push('\n');
    }
    for turn in &data.turns {
        text += &format!("## {}\n\n{}\n\n", speaker(turn, lang), turn.message.content.trim_end());
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

/// Plain text: who speaks, then what is said.
pub fn to_plain(data: &ConversationData, lang: Lang) -> String {
    let mut parts = Vec::new();
    if !data.title.is_empty() {
        parts.push(data.title.clone());
    }
    if !data.system.is_empty() {
        parts.push(format!("[{}]\n{}", lang.pick("System", "系统"), data.system));
    }
    for turn in &data.turns {
        parts.push(format!("[{}]\n{}", speaker(turn, lang), turn.message.content.trim_end()));
    }
    parts.join("\n\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ConversationId, Message};

    fn data() -> ConversationData {
        let turn =
            |id, role, content: &str| Turn { id, message: Message { role, content: content.into() }, info: None };
        ConversationData {
            id: ConversationId("a".into()),
            title: "Rain".into(),
            system: "Be brief.\nBe kind.".into(),
            turns: vec![turn(1, Role::User, "A haiku?"), turn(2, Role::Assistant, "Soft **rain**\nfalls\n")],
            changed_ms: 0,
        }
    }

    #[test]
    fn markdown_has_headings_and_keeps_the_texts() {
        assert_eq!(
            to_markdown(&data(), Lang::En),
            "# Rain\n\n> Be brief.\n> Be kind.\n\n## You\n\nA haiku?\n\n## Assistant\n\nSoft **rain**\nfalls\n"
        );
        assert!(to_markdown(&data(), Lang::Zh).contains("## 助手\n"));
    }

    #[test]
    fn plain_text_names_the_speakers() {
        assert_eq!(
            to_plain(&data(), Lang::En),
            "Rain\n\n[System]\nBe brief.\nBe kind.\n\n[You]\nA haiku?\n\n[Assistant]\nSoft **rain**\nfalls\n"
        );
    }

    #[test]
    fn an_empty_conversation_is_an_empty_line() {
        let empty = ConversationData { title: String::new(), system: String::new(), turns: Vec::new(), ..data() };
        assert_eq!(to_markdown(&empty, Lang::En), "\n");
        assert_eq!(to_plain(&empty, Lang::En), "\n");
    }
}

//! Conversations as files for other programs.

use super::OpenConversation;
use crate::domain::Role;

/// Markdown: the title as a heading, a heading for each speaker.
pub fn to_markdown(conversation: &OpenConversation) -> String {
    let mut out = format!("# {}\n", conversation.title);
    if !conversation.system.trim().is_empty() {
        out.push_str(&format!("\n> {}\n", conversation.system.trim().replace('\n', "\n> ")));
    }
    for turn in &conversation.turns {
        out.push_str(&format!("\n## {}\n\n{}\n", speaker(turn.message.role), turn.message.content.trim()));
    }
    out
}

/// Plain text: each turn after its speaker's name.
pub fn to_plain_text(conversation: &OpenConversation) -> String {
    let mut out = format!("{}\n", conversation.title);
    if !conversation.system.trim().is_empty() {
        out.push_str(&format!("\nSystem:\n{}\n", conversation.system.trim()));
    }
    for turn in &conversation.turns {
        out.push_str(&format!("\n{}:\n{}\n", speaker(turn.message.role), turn.message.content.trim()));
    }
    out
}

fn speaker(role: Role) -> &'static str {
    match role {
        Role::System => "System",
        Role::User => "User",
        Role::Assistant => "Assistant",
    }
}

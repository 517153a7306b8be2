//! Documents made of what a person has: Markdown, a page, a conversation.

use super::shared::text_of;
use super::{json, parse};
use crate::domain::document::{Block, Document, Image};
use crate::domain::{Illustration, Manner, Message, Role, Turn};
use crate::lang::Lang;

/// Letters of a passage that describe its picture.
const ALT: usize = 160;

impl Document {
    /// A page of Markdown: CommonMark with tables and strike-through. HTML inside is text. Pictures are kept where
    /// they are PNG inside a `data:` address; others become links. A first heading that repeats the title is left out.
    pub fn from_markdown(title: &str, markdown: &str, lang: Lang) -> Self {
        Self::titled(title, parse::blocks(markdown), lang)
    }

    fn titled(title: &str, mut blocks: Vec<Block>, lang: Lang) -> Self {
        let title = title.trim();
        let first = match blocks.first_mut() {
            Some(Block::Written { blocks, .. }) => blocks,
            _ => &mut blocks,
        };
        if let Some(Block::Heading { level: 1, text }) = first.first()
            && text_of(text) == title
        {
            first.remove(0);
        }
        Self { title: title.to_owned(), lang, blocks }
    }

    /// A text as a person sees it: each line stays a line. Markdown's headings, lists and stresses are read. Each
    /// picture is placed below the line in which its passage ends.
    pub fn from_page(title: &str, text: &str, pictures: &[Illustration], lang: Lang) -> Self {
        let below = |picture: &Illustration| {
            let (end, _) = picture.passage.find(text);
            text[end..].find('\n').map_or(text.len(), |at| end + at + 1)
        };
        let mut places: Vec<(usize, &Illustration)> = pictures.iter().map(|p| (below(p), p)).collect();
        places.sort_by_key(|(at, picture)| (*at, picture.id));
        let read = |part: &str| {
            if let Some(code) = json::block(part) {
                return Some(code);
            }
            // A line that is set in would be code.
            let lines = part.lines().map(|line| format!("{}\n", line.trim_matches([' ', '\t'])));
            let blocks = parse::blocks(&lines.collect::<String>());
            let source = part.trim_matches('\n').to_owned();
            Some(Block::Written { source, blocks }).filter(|_| !part.trim().is_empty())
        };
        let (mut blocks, mut from) = (Vec::new(), 0);
        for (at, picture) in places {
            blocks.extend(read(&text[from..at]));
            blocks.push(Block::of(picture));
            from = at;
        }
        blocks.extend(read(&text[from..]));
        Self::titled(title, blocks, lang)
    }

    /// A conversation: each message is Markdown and becomes a turn, its pictures below it. Speakers are called as they
    /// are in `manner`.
    pub fn from_turns(
        title: &str,
        system: &str,
        turns: &[Turn],
        pictures: &[Illustration],
        manner: &Manner,
        lang: Lang,
    ) -> Self {
        let say = |message: &Message, name: Option<&str>| {
            let source = message.said().trim_matches('\n').to_owned();
            let written =
                json::block(&source).unwrap_or_else(|| Block::Written { blocks: parse::blocks(&source), source });
            Block::Turn {
                role: message.role,
                speaker: name.unwrap_or_else(|| speaker(message.role, lang)).to_owned(),
                named: name.is_some(),
                blocks: Some(written).filter(|_| !message.said().trim().is_empty()).into_iter().collect(),
            }
        };
        let mut blocks = Vec::with_capacity(turns.len() + 1);
        if !system.trim().is_empty() {
            blocks.push(say(&Message { role: Role::System, content: system.to_owned() }, None));
        }
        for turn in turns {
            let mut block = say(&turn.message, manner.name_of(turn.id, turn.message.role));
            if let Block::Turn { blocks, .. } = &mut block {
                blocks.extend(pictures.iter().filter(|p| p.passage.turn == turn.id).map(Block::of));
            }
            blocks.push(block);
        }
        Self { title: title.trim().to_owned(), lang, blocks }
    }
}

impl Block {
    fn of(picture: &Illustration) -> Self {
        let words: String = picture.passage.text.split_whitespace().collect::<Vec<_>>().join(" ");
        let cut = words.char_indices().nth(ALT).map(|(at, _)| at);
        let alt = cut.map_or_else(|| words.clone(), |at| format!("{}…", &words[..at]));
        Self::Picture { image: Image::File(picture.path.clone()), alt }
    }
}

fn speaker(role: Role, lang: Lang) -> &'static str {
    match role {
        Role::System => lang.pick("System", "系统"),
        Role::User => lang.pick("User", "用户"),
        Role::Assistant => lang.pick("Assistant", "助手"),
    }
}

//! Pictures: kept, linked, and below the lines that they show.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::*;
use super::{docx_text, png};
use crate::domain::{Illustration, Manner, Message, Passage, Role, Turn};
use crate::lang::Lang;

#[test]
fn pictures_in_markdown_are_kept_or_become_links() {
    let data = format!("before ![two dots](data:image/png;base64,{}) after", STANDARD.encode(png()));
    let document = Document::from_markdown("", &data, Lang::En);
    assert_eq!(document.blocks[1], Block::Picture { image: Image::Png(png()), alt: "two dots".into() });
    let document = Document::from_markdown("", "![a](http://x/y.png) ![b](data:image/png;base64,zzzz)", Lang::En);
    let Block::Paragraph(spans) = &document.blocks[0] else { panic!() };
    assert_eq!((spans[0].link.as_deref(), spans[1].text.as_str(), spans.len()), (Some("http://x/y.png"), " b", 2));
}

fn illustration(id: u64, turn: u64, at: usize, text: &str) -> Illustration {
    Illustration { id, passage: Passage { turn, at, text: text.into() }, path: format!("{id} (a).png").into() }
}

#[test]
fn pictures_stand_below_the_lines_that_they_show() {
    let text = "Ada woke. It rained.\n\nThe mill\nturned.";
    let pictures =
        [illustration(2, 0, 31, "turned."), illustration(1, 0, 0, "Ada woke."), illustration(3, 0, 0, "a changed one")];
    let document = Document::from_page("Mill", text, &pictures, Lang::En);
    let shown = to_markdown(&document);
    let order = ["It rained.", "1 (a).png", "a changed one", "The mill", "turned.", "2 (a).png"];
    let places: Vec<usize> =
        order.iter().map(|part| shown.find(part).unwrap_or_else(|| panic!("{part}: {shown}"))).collect();
    assert!(places.is_sorted(), "{shown}");
    assert!(shown.contains("![Ada woke.](<1 (a).png>)"), "{shown}");
    assert!(to_plain_text(&document).contains("[Ada woke.]") && to_html(&document).contains("[Ada woke.]"));
    assert!(docx_text(&to_docx(&document).unwrap()).contains("[Ada woke.]"));

    let say = |id, content: &str| Turn {
        id,
        message: Message { role: Role::Assistant, content: content.to_owned() },
        info: None,
        parent: None,
    };
    let turns = [say(1, "One."), say(2, "Two.")];
    let mut document = Document::from_turns(
        "T",
        "",
        &turns,
        &[illustration(7, 1, 0, &"long ".repeat(90))],
        &Manner::default(),
        Lang::En,
    );
    let shown = to_markdown(&document);
    assert!(shown.find("One.") < shown.find("7 (a).png") && shown.find("7 (a).png") < shown.find("Two."), "{shown}");
    let pictures = document.pictures_mut();
    let [Block::Picture { alt, .. }] = &pictures[..] else { panic!("{pictures:?}") };
    assert_eq!((alt.chars().count(), alt.ends_with('…')), (161, true));
}

//! A page in each format: what it holds, and that hostile text stays text.

mod conversations;
mod formulas;
mod pictures;

use std::io::{Cursor, Read as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

use super::*;
use crate::domain::{Manner, Message, Role, Turn};
use crate::lang::Lang;

const PAGE: &str = "# Garden\n\nA **bold**, *slanted*, ~~struck~~ and `code` word, a [link](https://example.org/?a=1&b=2).\n\n\
                    - one\n- two\n  1. deep\n  2. deeper\n\n3. three\n4. four\n\n> quoted\n>\n> twice\n\n```rust\nfn main() {}\n\n  \"x\";\n```\n\n\
                    | a | b |\n| --- | --- |\n| 1 | **2** |\n\n* * *\n\nline\\\nbreak 中文 🙂";

fn png() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 2, 1);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.write_header().unwrap().write_image_data(&[0, 255]).unwrap();
    bytes
}

fn page() -> Document {
    let mut document = Document::from_markdown("Title & more", PAGE, Lang::En);
    document.blocks.push(Block::Picture { image: Image::Png(png()), alt: "two \"dots\"".into() });
    document
}

/// A file of the archive.
fn part(docx: &[u8], name: &str) -> Vec<u8> {
    let mut zip = zip::ZipArchive::new(Cursor::new(docx)).unwrap();
    let mut bytes = Vec::new();
    zip.by_name(name).unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

/// The text of the document's paragraphs; every XML part is parsed on the way.
fn docx_text(docx: &[u8]) -> String {
    let zip = zip::ZipArchive::new(Cursor::new(docx)).unwrap();
    let names: Vec<String> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
    let mut text = String::new();
    for name in names.iter().filter(|n| n.ends_with(".xml") || n.ends_with(".rels")) {
        let bytes = part(docx, name);
        let xml = std::str::from_utf8(&bytes).unwrap();
        let mut reader = quick_xml::Reader::from_str(xml);
        loop {
            match reader.read_event().unwrap_or_else(|e| panic!("{name}: {e}")) {
                quick_xml::events::Event::Eof => break,
                quick_xml::events::Event::Text(t) if name == "word/document.xml" => text.push_str(&t.decode().unwrap()),
                quick_xml::events::Event::GeneralRef(r) if name == "word/document.xml" => {
                    text.push_str(match r.decode().unwrap().as_ref() {
                        "amp" => "&",
                        "lt" => "<",
                        "gt" => ">",
                        "quot" => "\"",
                        "#39" => "'",
                        other => panic!("{other}"),
                    });
                }
                quick_xml::events::Event::End(e) if e.name().as_ref() == b"w:p".as_slice() => text.push('\n'),
                _ => {}
            }
        }
    }
    text
}

#[test]
fn markdown_reads_back_as_the_same_document() {
    let document = page();
    let text = to_markdown(&document);
    let again = Document::from_markdown("", &text, Lang::En);
    assert!(matches!(&again.blocks[0], Block::Heading { level: 1, .. }));
    assert_eq!(again.blocks[1..], document.blocks[..], "{text}");
}

#[test]
fn signs_of_markdown_stay_text() {
    for line in [
        "# no",
        "- no",
        "1. no",
        "1) no",
        "> no",
        "*a* _b_ `c` [d](e) <b> &amp; ~~f~~ \\",
        "***",
        "===",
        "+ x",
        "| a | b |",
        "![a](b)",
    ] {
        let document = Document { blocks: vec![Block::Paragraph(vec![Span::plain(line)])], ..Default::default() };
        let text = to_markdown(&document);
        assert_eq!(Document::from_markdown("", &text, Lang::En), document, "{line} -> {text}");
    }
}

#[test]
fn lists_in_a_row_stay_apart_and_a_title_is_not_said_twice() {
    let item = |text: &str| vec![Block::Paragraph(vec![Span::plain(text)])];
    let list = |text: &str| Block::List { start: None, items: vec![item(text)] };
    let document = Document { blocks: vec![list("a"), list("b")], ..Default::default() };
    assert_eq!(Document::from_markdown("", &to_markdown(&document), Lang::En), document);
    assert_eq!(Document::from_markdown("T", "# T\n\n# T", Lang::En).blocks.len(), 1);
}

#[test]
fn plain_text_reads_well() {
    let text = to_plain_text(&page());
    for piece in [
        "Title & more\n\nGarden\n",
        "code word, a link (https://example.org/?a=1&b=2).",
        "- one\n- two\n",
        "  1. deep\n",
        "3. three\n4. four\n",
        "> quoted\n>\n> twice\n",
        "    fn main() {}\n",
        "1\t2\n",
        "line\nbreak 中文 🙂\n",
        "[two \"dots\"]",
    ] {
        assert!(text.contains(piece), "{piece:?} in\n{text}");
    }
}

#[test]
fn html_escapes_everything_and_is_whole() {
    let html = to_html(&page());
    for piece in [
        "<html lang=\"en\">",
        "<title>Title &amp; more</title>",
        "<strong>bold</strong>",
        "<em>slanted</em>",
        "<s>struck</s>",
        "<code>code</code>",
        "href=\"https://example.org/?a=1&amp;b=2\"",
        "<ol start=\"3\">",
        "<blockquote>",
        "class=\"language-rust\"",
        "<th>a</th>",
        "line<br>break",
        "alt=\"two &quot;dots&quot;\"",
        "prefers-color-scheme: dark",
    ] {
        assert!(html.contains(piece), "{piece} in\n{html}");
    }
    assert!(html.contains(&format!("data:image/png;base64,{}", STANDARD.encode(png()))));

    let hostile = "<script>alert(1)</script> <img src=x onerror=y> \"'& [x](javascript:alert(1)) [y](\"onclick=z) \u{1}\u{8}\u{1b}\n\n```\"><script>\n</script>\n```\n\n<div onload=x>\n\n[x](javascript:alert(1)) [z](<https://a\" onclick=\"b>)";
    let document = Document::from_markdown("</title><script>", hostile, Lang::Zh);
    let html = to_html(&document);
    assert!(html.contains("lang=\"zh-Hans\"") && html.contains("&lt;script&gt;alert(1)"));
    for bad in ["<script", "<img src=x", "href=\"javascript:", "<div", "\u{1}", "\u{8}", "\u{1b}"] {
        assert!(!html.contains(bad), "{bad} in\n{html}");
    }
}

#[test]
fn a_docx_holds_text_styles_and_pictures() {
    let docx = to_docx(&page()).unwrap();
    let text = docx_text(&docx);
    for piece in [
        "Title & more\nGarden\nA bold, slanted, struck and code word, a link.\n",
        "one\ntwo\ndeep\ndeeper\nthree\nfour\nquoted\ntwice\n",
        "fn main() {}",
        "line",
        "break 中文 🙂",
    ] {
        assert!(text.contains(piece), "{piece} in\n{text}");
    }
    let body = String::from_utf8(part(&docx, "word/document.xml")).unwrap();
    assert!(
        body.contains("<w:pStyle w:val=\"Heading1\"/>")
            && body.contains("r:embed=")
            && body.contains("descr=\"two &quot;dots&quot;\"")
    );
    let styles = String::from_utf8(part(&docx, "word/styles.xml")).unwrap();
    assert!(styles.contains("w:val=\"heading 1\"") && styles.contains("w:eastAsia=\"Microsoft YaHei\""));
    assert!(String::from_utf8(part(&docx, "word/numbering.xml")).unwrap().contains("<w:startOverride w:val=\"3\"/>"));
    assert!(String::from_utf8(part(&docx, "word/_rels/document.xml.rels")).unwrap().contains("?a=1&amp;b=2"));
    assert_eq!(part(&docx, "word/media/image1.png"), png());
    assert_eq!(docx, to_docx(&page()).unwrap(), "the same bytes");
}

#[test]
fn hostile_text_stays_text_in_docx() {
    let text = "</w:t><w:evil/> ]]> &#0; \u{0}\u{1}\u{b}\u{fffe}\u{1f600} \"'";
    let document = Document {
        title: text.to_owned(),
        lang: Lang::Zh,
        blocks: vec![
            Block::Paragraph(vec![Span { link: Some("https://x/\"><a".into()), ..Span::plain(text) }]),
            Block::Picture { image: Image::Png(b"no picture".to_vec()), alt: text.to_owned() },
            Block::Picture { image: Image::Png(png()), alt: text.to_owned() },
            Block::Picture { image: Image::File(text.into()), alt: text.to_owned() },
            Block::Code { language: text.to_owned(), text: text.to_owned() },
            Block::Table { sides: vec![Side::End], rows: vec![vec![], vec![vec![Span::plain(text)], vec![]]] },
            Block::Table { sides: vec![], rows: vec![] },
            Block::List { start: Some(u64::MAX), items: vec![vec![], vec![Block::Rule]] },
            Block::Heading { level: 200, text: vec![] },
        ],
    };
    let shown = docx_text(&to_docx(&document).unwrap());
    assert!(shown.contains("</w:t><w:evil/> ]]> &#0; 😀 \"'"), "{shown}");
    assert!(!to_html(&document).contains("<w:evil"));
    let _ = (to_markdown(&document), to_plain_text(&document));
}

#[test]
fn nothing_and_much_can_be_exported() {
    let empty = Document::default();
    assert_eq!((to_markdown(&empty), to_plain_text(&empty)), (String::new(), String::new()));
    assert!(to_html(&empty).contains("<main>\n</main>"));
    assert_eq!(docx_text(&to_docx(&empty).unwrap()).trim(), "");

    let start = std::time::Instant::now();
    let much = "一段**文字** with words, and 🙂 more of them.\n\n".repeat(20_000);
    let deep = format!("{}x\n\n{}y", "> ".repeat(3000), "- ".repeat(3000));
    for text in [&much, &deep, &"*a ".repeat(100_000), &"[".repeat(100_000), &"字".repeat(400_000)] {
        let document = Document::from_markdown("T", text, Lang::Zh);
        let docx = to_docx(&document).unwrap();
        assert!(docx_text(&docx).len() > 2 && to_html(&document).len() > 1000);
        assert!(!to_markdown(&document).is_empty() && !to_plain_text(&document).is_empty());
    }
    assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
}

fn say(role: Role, content: &str) -> Message {
    Message { role, content: content.to_owned() }
}

fn turns(messages: &[Message]) -> Vec<Turn> {
    let turn = |(id, message): (u64, &Message)| Turn { id, message: message.clone(), info: None, parent: None };
    (1..).zip(messages).map(turn).collect()
}

#[test]
fn text_from_right_to_left_says_so() {
    let text = "# ח\n\nשלום, **world**! (בדיקה)\n\nHi שלום\n\n- א\n- b\n\n> ב\n\n| א | ב |\n|---|---|\n| 1 | 2 |\n";
    let messages = [say(Role::User, text)];
    let speaker = Manner { person: "דן".into(), ..Manner::default() };
    let document = Document::from_turns("כותרת", "", &turns(&messages), &[], &speaker, Lang::En);
    let html = to_html(&document);
    for piece in [
        "<h1 dir=\"auto\">כותרת",
        "<p dir=\"auto\">שלום",
        "<p dir=\"auto\">Hi",
        "<ul dir=\"rtl\">",
        "<li dir=\"auto\">א",
        "<blockquote dir=\"rtl\">",
        "<table dir=\"rtl\">",
        "<th dir=\"auto\">א",
        "<p class=\"speaker\" dir=\"auto\">דן",
    ] {
        assert!(html.contains(piece), "{piece} in\n{html}");
    }
    let docx = to_docx(&document).unwrap();
    docx_text(&docx);
    let body = String::from_utf8(part(&docx, "word/document.xml")).unwrap();
    for piece in [
        "<w:pStyle w:val=\"Title\"/><w:bidi/></w:pPr><w:r><w:rPr><w:rtl/></w:rPr><w:t xml:space=\"preserve\">כותרת",
        "<w:p><w:pPr><w:bidi/></w:pPr><w:r><w:rPr><w:rtl/></w:rPr><w:t xml:space=\"preserve\">שלום, </w:t>",
        "<w:r><w:rPr><w:b/></w:rPr><w:t xml:space=\"preserve\">world</w:t>",
        "<w:p><w:pPr></w:pPr><w:r><w:t xml:space=\"preserve\">Hi </w:t></w:r><w:r><w:rPr><w:rtl/></w:rPr>",
        "<w:numId w:val=\"1\"/></w:numPr><w:bidi/></w:pPr>",
        "<w:tblStyle w:val=\"TableGrid\"/><w:bidiVisual/><w:tblW",
        "<w:b/><w:bCs/><w:rtl/>",
    ] {
        assert!(body.contains(piece), "{piece} in\n{body}");
    }
    // Without such letters nothing of it is written.
    let plain = page();
    assert!(!to_html(&plain).contains("dir="));
    let body = String::from_utf8(part(&to_docx(&plain).unwrap(), "word/document.xml")).unwrap();
    assert!(!body.contains("<w:bidi") && !body.contains("<w:rtl"));
}

/// Found by the test below: marks of two kinds beside a letter.
#[test]
fn struck_bold_beside_a_letter_stays_struck_and_bold() {
    let span = |text: &str, bold, struck| Span { bold, struck, ..Span::plain(text) };
    let spans = vec![span("a", false, false), span("1", true, true), span("a", false, false)];
    let document = Document { blocks: vec![Block::Paragraph(spans)], ..Default::default() };
    assert_eq!(Document::from_markdown("", &to_markdown(&document), Lang::En), document);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, max_shrink_time: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_exported(text in "[-#>*_`~|a字🙂\\[\\]()<>&!.1 \\t\\n\\\\]{0,120}") {
        let document = Document::from_markdown(&text, &text, Lang::En);
        let html = to_html(&document);
        prop_assert_eq!(html.matches("<script").count(), 0);
        docx_text(&to_docx(&document).unwrap());
        let _ = (to_markdown(&document), to_plain_text(&document));
    }

    #[test]
    fn emphasis_survives_markdown(parts in prop::collection::vec(("[a字。,“!1]{1,4}", any::<[bool; 4]>()), 1..6)) {
        let mut spans: Vec<Span> = Vec::new();
        for (text, [bold, italic, struck, code]) in parts {
            let span = Span { text, bold, italic, struck, code, formula: false, link: None };
            match spans.last_mut() {
                Some(last) if last.like(&span) => last.text.push_str(&span.text),
                _ => spans.push(span),
            }
        }
        let document = Document { blocks: vec![Block::Paragraph(spans)], ..Default::default() };
        let text = to_markdown(&document);
        prop_assert_eq!(Document::from_markdown("", &text, Lang::En), document, "{}", text);
    }

    #[test]
    fn a_plain_paragraph_survives_markdown(text in "[-#>*_`~|a字🙂\\[\\]()<>&!.1+=:]{1,40}") {
        let document = Document { blocks: vec![Block::Paragraph(vec![Span::plain(text)])], ..Default::default() };
        prop_assert_eq!(Document::from_markdown("", &to_markdown(&document), Lang::En), document);
    }
}

/// Writes the page for a check with another program: `DOCX_OUT=page.docx cargo test --lib -- --ignored docx_for`.
#[test]
#[ignore = "writes a file for a check by hand"]
fn docx_for_another_program() {
    let path = std::env::var_os("DOCX_OUT").expect("DOCX_OUT names the file");
    std::fs::write(path, to_docx(&page()).unwrap()).unwrap();
}

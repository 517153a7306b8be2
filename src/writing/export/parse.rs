//! Markdown to blocks, with pulldown-cmark.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pulldown_cmark::{Alignment, CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use super::shared::png_size;
use crate::domain::document::{Block, Image, MAX_DEPTH, Side, Span};

/// What is read beside CommonMark.
pub(in crate::writing) const OPTIONS: Options = Options::ENABLE_TABLES.union(Options::ENABLE_STRIKETHROUGH);

/// Largest picture inside a `data:` address, in letters.
const MAX_DATA: usize = 64 << 20;

/// An open container and what it holds so far.
enum Open {
    Quote(Vec<Block>),
    List(Option<u64>, Vec<Vec<Block>>),
    Item(Vec<Block>),
    /// Deeper than is kept: its content goes to what holds it.
    Passed,
}

/// Rows of cells.
type Rows = Vec<Vec<Vec<Span>>>;

#[derive(Default)]
struct Builder {
    done: Vec<Block>,
    open: Vec<Open>,
    spans: Vec<Span>,
    manner: Span,
    bold: usize,
    italic: usize,
    struck: usize,
    heading: Option<u8>,
    code: Option<(String, String)>,
    table: Option<(Vec<Side>, Rows)>,
    /// The next text begins a span of its own.
    apart: bool,
    /// A picture's address, and the letters of its text so far.
    image: Option<(String, String)>,
}

pub(super) fn blocks(markdown: &str) -> Vec<Block> {
    read(&super::math::shield(markdown, OPTIONS, ("", "")))
}

/// Blocks as the window draws them: with formulas as spans of their own.
pub(in crate::writing) fn for_window(markdown: &str) -> Vec<Block> {
    const { assert!(BEGIN.len_utf8() == 3 && END.len_utf8() == 3) };
    let (mut begin, mut end) = ([0; 3], [0; 3]);
    let marks = (&*BEGIN.encode_utf8(&mut begin), &*END.encode_utf8(&mut end));
    if markdown.contains([BEGIN, END]) {
        return read(&super::math::shield(&markdown.replace([BEGIN, END], ""), OPTIONS, marks));
    }
    read(&super::math::shield(markdown, OPTIONS, marks))
}

/// Around a formula on its way through the parser: no characters of any text.
const BEGIN: char = '\u{fdd0}';
const END: char = '\u{fdd1}';

fn read(shielded: &str) -> Vec<Block> {
    let mut builder = Builder::default();
    for event in Parser::new_ext(shielded, OPTIONS) {
        builder.take(event);
    }
    builder.flush();
    while !builder.open.is_empty() {
        builder.close();
    }
    builder.done
}

/// Comments are for nobody; our own Markdown sets marks apart with them.
fn is_comment(html: &str) -> bool {
    let html = html.trim();
    html.starts_with("<!--") && html.ends_with("-->")
}

/// The one tag that models write where Markdown has no break: in tables.
fn is_break(html: &str) -> bool {
    ["<br>", "<br/>", "<br />"].iter().any(|tag| html.eq_ignore_ascii_case(tag))
}

impl Builder {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Html(text) | Event::InlineHtml(text) if is_comment(&text) => {}
            Event::InlineHtml(text) if is_break(&text) => self.text("\n"),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => self.text(&text),
            // Not switched on: mathematics is shielded and comes as text.
            Event::InlineMath(text) | Event::DisplayMath(text) => self.text(&text),
            Event::Code(text) => {
                self.manner.code = true;
                self.text(&text);
                self.manner.code = false;
            }
            // People who end a line mean it.
            Event::SoftBreak | Event::HardBreak => self.text("\n"),
            Event::Rule => {
                self.flush();
                self.add(Block::Rule);
            }
            Event::FootnoteReference(name) => self.text(&name),
            Event::TaskListMarker(done) => self.text(if done { "[x] " } else { "[ ] " }),
        }
    }

    fn text(&mut self, text: &str) {
        if let Some((_, code)) = &mut self.code {
            code.push_str(text);
            return;
        }
        if let Some((_, alt)) = &mut self.image {
            alt.extend(text.chars().filter(|c| ![BEGIN, END].contains(c)));
            return;
        }
        let mut rest = text;
        while let Some(at) = rest.find([BEGIN, END]) {
            self.run(&rest[..at]);
            self.manner.formula = rest[at..].starts_with(BEGIN);
            self.apart = true;
            rest = &rest[at + BEGIN.len_utf8()..];
        }
        self.run(rest);
    }

    fn run(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        let span = Span {
            text: text.to_owned(),
            bold: self.bold > 0,
            italic: self.italic > 0,
            struck: self.struck > 0,
            ..self.manner.clone()
        };
        match self.spans.last_mut() {
            Some(last) if last.like(&span) && !self.apart => last.text.push_str(text),
            _ => self.spans.push(span),
        }
        self.apart = false;
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Heading { level, .. } => {
                self.flush();
                self.heading = Some(level as u8);
            }
            Tag::BlockQuote(_) => self.begin(Open::Quote(Vec::new())),
            Tag::List(start) => self.begin(Open::List(start, Vec::new())),
            Tag::Item => {
                self.flush();
                let kept = matches!(self.open.last(), Some(Open::List(..)));
                self.open.push(if kept { Open::Item(Vec::new()) } else { Open::Passed });
            }
            Tag::CodeBlock(kind) => {
                self.flush();
                let language = match kind {
                    CodeBlockKind::Fenced(info) => info.split_whitespace().next().unwrap_or_default().to_owned(),
                    CodeBlockKind::Indented => String::new(),
                };
                self.code = Some((language, String::new()));
            }
            Tag::Table(columns) => {
                self.flush();
                let side = |column: &Alignment| match column {
                    Alignment::Center => Side::Centre,
                    Alignment::Right => Side::End,
                    Alignment::Left | Alignment::None => Side::Start,
                };
                self.table = Some((columns.iter().map(side).collect(), Vec::new()));
            }
            Tag::TableHead | Tag::TableRow => {
                if let Some((_, rows)) = &mut self.table {
                    rows.push(Vec::new());
                }
            }
            Tag::Strong => self.bold += 1,
            Tag::Emphasis => self.italic += 1,
            Tag::Strikethrough => self.struck += 1,
            Tag::Link { dest_url, .. } => self.manner.link = Some(dest_url.into_string()),
            Tag::Image { dest_url, .. } if self.image.is_none() => {
                self.image = Some((dest_url.into_string(), String::new()));
            }
            Tag::Paragraph | Tag::HtmlBlock => self.flush(),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::HtmlBlock => self.flush(),
            TagEnd::BlockQuote(_) | TagEnd::List(_) | TagEnd::Item => {
                self.flush();
                self.close();
            }
            TagEnd::CodeBlock => {
                if let Some((language, mut text)) = self.code.take() {
                    if text.ends_with('\n') {
                        text.pop();
                    }
                    self.add(Block::Code { language, text });
                }
            }
            TagEnd::TableCell => {
                let cell = std::mem::take(&mut self.spans);
                if let Some(row) = self.table.as_mut().and_then(|(_, rows)| rows.last_mut()) {
                    row.push(cell);
                }
            }
            TagEnd::Table => {
                if let Some((sides, rows)) = self.table.take() {
                    self.add(Block::Table { sides, rows });
                }
            }
            TagEnd::Strong => self.bold = self.bold.saturating_sub(1),
            TagEnd::Emphasis => self.italic = self.italic.saturating_sub(1),
            TagEnd::Strikethrough => self.struck = self.struck.saturating_sub(1),
            TagEnd::Link => self.manner.link = None,
            TagEnd::Image => self.picture(),
            _ => {}
        }
    }

    /// A picture is a block between paragraphs; in a heading or a table, and from elsewhere, it is a link.
    fn picture(&mut self) {
        let Some((url, alt)) = self.image.take() else { return };
        let png = url
            .strip_prefix("data:image/png;base64,")
            .filter(|data| data.len() <= MAX_DATA && self.table.is_none() && self.heading.is_none())
            .and_then(|data| STANDARD.decode(data).ok())
            .filter(|png| png_size(png).is_some());
        if let Some(png) = png {
            self.flush();
            self.add(Block::Picture { image: Image::Png(png), alt });
            return;
        }
        let shown = if alt.is_empty() { "picture".to_owned() } else { alt };
        let before = self.manner.link.replace(url).filter(|u| !u.starts_with("data:"));
        if self.manner.link.as_deref().is_some_and(|u| u.starts_with("data:")) {
            self.manner.link = None;
        }
        self.text(&shown);
        self.manner.link = before;
    }

    fn begin(&mut self, open: Open) {
        self.flush();
        let depth = self.open.iter().filter(|o| !matches!(o, Open::Passed | Open::Item(_))).count();
        self.open.push(if depth >= MAX_DEPTH { Open::Passed } else { open });
    }

    fn close(&mut self) {
        match self.open.pop() {
            Some(Open::Quote(blocks)) => self.add(Block::Quote(blocks)),
            Some(Open::List(start, items)) => self.add(Block::List { start, items }),
            Some(Open::Item(blocks)) => {
                if let Some(Open::List(_, items)) = self.open.last_mut() {
                    items.push(blocks);
                }
            }
            Some(Open::Passed) | None => {}
        }
    }

    /// Ends the paragraph or heading that is being read.
    fn flush(&mut self) {
        let heading = self.heading.take();
        let mut spans = std::mem::take(&mut self.spans);
        if let Some(last) = spans.last_mut() {
            last.text.truncate(last.text.trim_end().len());
        }
        if let Some(first) = spans.first_mut() {
            first.text = first.text.trim_start().to_owned();
        }
        spans.retain(|s| !s.text.is_empty());
        if spans.is_empty() {
            return;
        }
        self.add(match heading {
            Some(level) => Block::Heading { level, text: spans },
            None => Block::Paragraph(spans),
        });
    }

    fn add(&mut self, block: Block) {
        for open in self.open.iter_mut().rev() {
            match open {
                Open::Quote(blocks) | Open::Item(blocks) => return blocks.push(block),
                Open::List(_, items) => return items.push(vec![block]),
                Open::Passed => {}
            }
        }
        self.done.push(block);
    }
}

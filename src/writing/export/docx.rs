//! DOCX (ECMA-376, WordprocessingML), as far as a text needs it: real styles, lists, tables, links, pictures.
//!
//! Written here and not with a library: the part of the format that is needed is small, the `zip` crate is there
//! already, and the libraries bring a second `zip` and their own picture decoders.

use std::io::{Cursor, Write as _};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::direction::{pieces, spans_rtl};
use super::docx_parts as parts;
use super::shared::{escape, is_safe_link, png_size};
use crate::domain::document::{Block, Document, Image, Span};
use crate::error::{Result, StudioError};
use crate::lang::Both;

/// English Metric Units: of a pixel at 96 dpi, and of the text's width and a page's height.
const EMU_PIXEL: u64 = 9525;
const EMU_WIDTH: u64 = 5_731_510;
const EMU_HEIGHT: u64 = 8_000_000;
/// List levels that Word knows.
const MAX_LEVEL: usize = 8;

/// The document as the bytes of a `.docx`; the same document gives the same bytes. What XML may not hold (control
/// characters) is left out; bytes that are not a PNG are replaced by their description.
///
/// Errors: only if the archive cannot be put together (a document of more than 4 GB).
pub fn to_docx(document: &Document) -> Result<Vec<u8>> {
    let mut writer = Writer::default();
    if !document.title.is_empty() {
        writer.paragraph("Title", &[Span::plain(document.title.as_str())]);
    }
    writer.blocks(&document.blocks, &Place::default());

    let failed = |e: &dyn std::fmt::Display| {
        StudioError::other(Both::new("the DOCX could not be written", "DOCX 无法生成")).with_details(e)
    };
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let mut add = |name: &str, bytes: &[u8]| -> Result<()> {
        zip.start_file(name, SimpleFileOptions::default()).map_err(|e| failed(&e))?;
        zip.write_all(bytes).map_err(|e| failed(&e))
    };
    add("[Content_Types].xml", parts::CONTENT_TYPES.as_bytes())?;
    add("_rels/.rels", parts::RELATIONS.as_bytes())?;
    add("docProps/core.xml", parts::core(document).as_bytes())?;
    add("word/document.xml", parts::body(&writer.body).as_bytes())?;
    add("word/styles.xml", parts::styles(document.lang).as_bytes())?;
    add("word/numbering.xml", parts::numbering(&writer.starts).as_bytes())?;
    add("word/_rels/document.xml.rels", parts::document_relations(&writer.relations).as_bytes())?;
    for (n, png) in writer.pictures.iter().enumerate() {
        add(&format!("word/media/image{}.png", n + 1), png)?;
    }
    Ok(zip.finish().map_err(|e| failed(&e))?.into_inner())
}

/// The containers of a paragraph.
#[derive(Clone, Default)]
struct Place {
    quotes: usize,
    /// Lists around it.
    level: usize,
    /// The list's number in `numbering.xml`, for the paragraph that carries the mark.
    mark: Option<usize>,
}

#[derive(Default)]
struct Writer<'a> {
    body: String,
    /// First number and level of each numbered list.
    starts: Vec<(u64, usize)>,
    relations: String,
    relation: usize,
    pictures: Vec<&'a [u8]>,
}

impl<'a> Writer<'a> {
    fn blocks(&mut self, blocks: &'a [Block], place: &Place) {
        for block in blocks {
            self.block(block, place);
        }
    }

    fn block(&mut self, block: &'a Block, place: &Place) {
        match block {
            Block::Heading { level, text } => self.paragraph(&format!("Heading{}", (*level).clamp(1, 6)), text),
            Block::Paragraph(text) => self.placed("", text, place),
            Block::Written { blocks, .. } => self.blocks(blocks, place),
            Block::List { start, items } => self.list(*start, items, place),
            Block::Code { text, .. } => {
                let span = Span::plain(text.as_str());
                self.placed("SourceCode", std::slice::from_ref(&span), place);
            }
            Block::Quote(inner) => self.blocks(inner, &Place { quotes: place.quotes + 1, ..place.clone() }),
            Block::Table { rows, .. } => self.table(rows),
            Block::Turn { speaker, blocks, .. } => {
                self.paragraph("Speaker", &[Span::plain(speaker.as_str())]);
                self.blocks(blocks, place);
            }
            Block::Picture { image: Image::Png(png), alt } => self.picture(png, alt, place),
            Block::Picture { image: Image::File(_), alt } => {
                self.placed("", &[Span::plain(format!("[{alt}]"))], place);
            }
            Block::Rule => {
                self.body.push_str("<w:p><w:pPr><w:pBdr><w:bottom w:val=\"single\" w:sz=\"6\" w:space=\"1\" w:color=\"auto\"/></w:pBdr></w:pPr></w:p>");
            }
        }
    }

    fn paragraph(&mut self, style: &str, spans: &[Span]) {
        self.placed(style, spans, &Place::default());
    }

    fn placed(&mut self, style: &str, spans: &[Span], place: &Place) {
        let rtl = spans_rtl(spans);
        self.begin(style, rtl, place);
        for span in spans {
            self.span(span, rtl);
        }
        self.body.push_str("</w:p>");
    }

    /// A paragraph's beginning with its properties, in the order that the schema asks for.
    fn begin(&mut self, style: &str, rtl: bool, place: &Place) {
        let style = match style {
            "" if place.quotes > 0 => "Quote",
            "" if place.level > 0 => "ListParagraph",
            style => style,
        };
        self.body.push_str("<w:p><w:pPr>");
        if !style.is_empty() {
            self.body.push_str(&format!("<w:pStyle w:val=\"{style}\"/>"));
        }
        let level = place.level.saturating_sub(1).min(MAX_LEVEL);
        if let Some(mark) = place.mark {
            self.body.push_str(&format!("<w:numPr><w:ilvl w:val=\"{level}\"/><w:numId w:val=\"{mark}\"/></w:numPr>"));
        }
        self.body.push_str(if rtl { "<w:bidi/>" } else { "" });
        if place.mark.is_none() && (place.level > 0 || place.quotes > 1) {
            let left = 720 * (level + usize::from(place.level > 0)) + 360 * place.quotes;
            self.body.push_str(&format!("<w:ind w:left=\"{left}\"/>"));
        }
        self.body.push_str("</w:pPr>");
    }

    /// A span of a paragraph that runs from right to left, or does not: a run for each direction in it.
    fn span(&mut self, span: &Span, paragraph: bool) {
        let link = span.link.as_deref().filter(|url| is_safe_link(url));
        if let Some(url) = link {
            let id = self.relate("hyperlink", url, true);
            self.body.push_str(&format!("<w:hyperlink r:id=\"{id}\">"));
        }
        for (text, rtl) in pieces(&span.text, paragraph) {
            self.run(text, span, link.is_some(), rtl);
        }
        if link.is_some() {
            self.body.push_str("</w:hyperlink>");
        }
    }

    fn run(&mut self, text: &str, span: &Span, link: bool, rtl: bool) {
        self.body.push_str("<w:r>");
        let style = if span.code { Some("CodeText") } else { link.then_some("Hyperlink") };
        if style.is_some() || span.bold || span.italic || span.struck || rtl {
            self.body.push_str("<w:rPr>");
            if let Some(style) = style {
                self.body.push_str(&format!("<w:rStyle w:val=\"{style}\"/>"));
            }
            // Letters that run from right to left have their own bold and italic.
            for (on, tag) in [
                (span.bold, "<w:b/>"),
                (span.bold && rtl, "<w:bCs/>"),
                (span.italic, "<w:i/>"),
                (span.italic && rtl, "<w:iCs/>"),
                (span.struck, "<w:strike/>"),
                (rtl, "<w:rtl/>"),
            ] {
                self.body.push_str(if on { tag } else { "" });
            }
            self.body.push_str("</w:rPr>");
        }
        for (n, line) in text.split('\n').enumerate() {
            if n > 0 {
                self.body.push_str("<w:br/>");
            }
            for (n, part) in line.split('\t').enumerate() {
                if n > 0 {
                    self.body.push_str("<w:tab/>");
                }
                if !part.is_empty() {
                    self.body.push_str("<w:t xml:space=\"preserve\">");
                    escape(part, &mut self.body);
                    self.body.push_str("</w:t>");
                }
            }
        }
        self.body.push_str("</w:r>");
    }

    fn list(&mut self, start: Option<u64>, items: &'a [Vec<Block>], place: &Place) {
        let level = place.level + 1;
        let number = match start {
            None => parts::BULLETS,
            Some(first) => {
                self.starts.push((first.min(i32::MAX as u64), (level - 1).min(MAX_LEVEL)));
                parts::BULLETS + self.starts.len()
            }
        };
        for item in items {
            let inside = Place { level, mark: None, ..place.clone() };
            let marked = Place { mark: Some(number), ..inside.clone() };
            // The mark is at the first paragraph, at an empty one where the item begins with something else.
            let rest = match item.split_first() {
                Some((Block::Paragraph(text), rest)) => {
                    self.placed("ListParagraph", text, &marked);
                    rest
                }
                _ => {
                    self.placed("ListParagraph", &[], &marked);
                    &item[..]
                }
            };
            self.blocks(rest, &inside);
        }
    }

    fn table(&mut self, rows: &[Vec<Vec<Span>>]) {
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0).min(63);
        if columns == 0 {
            return;
        }
        self.body.push_str("<w:tbl><w:tblPr><w:tblStyle w:val=\"TableGrid\"/>");
        let first = rows.iter().flatten().find(|cell| cell.iter().any(|span| !span.text.trim().is_empty()));
        self.body.push_str(if first.is_some_and(|cell| spans_rtl(cell)) { "<w:bidiVisual/>" } else { "" });
        self.body.push_str("<w:tblW w:w=\"0\" w:type=\"auto\"/></w:tblPr><w:tblGrid>");
        let width = 9026 / columns;
        self.body.push_str(&format!("<w:gridCol w:w=\"{width}\"/>").repeat(columns));
        self.body.push_str("</w:tblGrid>");
        for (n, row) in rows.iter().enumerate() {
            self.body.push_str("<w:tr>");
            if n == 0 {
                self.body.push_str("<w:trPr><w:tblHeader/></w:trPr>");
            }
            for column in 0..columns {
                self.body.push_str(&format!("<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/></w:tcPr>"));
                let cell = row.get(column).map_or(&[][..], Vec::as_slice);
                let bold: Vec<Span> = cell.iter().map(|s| Span { bold: s.bold || n == 0, ..s.clone() }).collect();
                self.paragraph("", &bold);
                self.body.push_str("</w:tc>");
            }
            self.body.push_str("</w:tr>");
        }
        // Two tables in a row would become one.
        self.body.push_str("</w:tbl><w:p/>");
    }

    fn picture(&mut self, png: &'a [u8], alt: &str, place: &Place) {
        let Some((width, height)) = png_size(png) else {
            let shown = if alt.is_empty() { "picture" } else { alt };
            return self.placed("", &[Span { italic: true, ..Span::plain(format!("[{shown}]")) }], place);
        };
        self.pictures.push(png);
        let n = self.pictures.len();
        let id = self.relate("image", &format!("media/image{n}.png"), false);
        let (mut w, mut h) = (u64::from(width) * EMU_PIXEL, u64::from(height) * EMU_PIXEL);
        if w > EMU_WIDTH {
            (w, h) = (EMU_WIDTH, (h as f64 * EMU_WIDTH as f64 / w as f64) as u64);
        }
        if h > EMU_HEIGHT {
            (w, h) = ((w as f64 * EMU_HEIGHT as f64 / h as f64) as u64, EMU_HEIGHT);
        }
        self.begin("", false, place);
        let mut shown = String::new();
        escape(&alt.replace(['\n', '\t'], " "), &mut shown);
        self.body.push_str(&parts::drawing(n, &id, w.max(1), h.max(1), &shown));
        self.body.push_str("</w:p>");
    }

    /// A relation to a link or a picture; its id.
    fn relate(&mut self, kind: &str, target: &str, outside: bool) -> String {
        self.relation += 1;
        let id = format!("r{}", self.relation);
        let mut shown = String::new();
        escape(target, &mut shown);
        let mode = if outside { " TargetMode=\"External\"" } else { "" };
        self.relations.push_str(&format!(
            "<Relationship Id=\"{id}\" Type=\"{}{kind}\" Target=\"{shown}\"{mode}/>",
            parts::OFFICE
        ));
        id
    }
}

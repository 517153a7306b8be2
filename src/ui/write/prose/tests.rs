//! What is measured of laid-out text.

use egui::{Color32, Context, RawInput, Rect, Ui, pos2, vec2};

use super::inline::{Look, lay};
use super::look;
use crate::ui::theme::{self, Palette};
use crate::writing::export::{Block, Span};
use crate::writing::formula;
use crate::writing::reading::Reading;

fn in_window(test: impl Fn(&mut Ui)) {
    let ctx = Context::default();
    theme::setup(&ctx);
    let input =
        RawInput { screen_rect: Some(Rect::from_min_size(pos2(0.0, 0.0), vec2(800.0, 600.0))), ..Default::default() };
    // Fonts are there from the second frame on.
    for _ in 0..2 {
        ctx.run_ui(input.clone(), |ui| test(ui)).drop_without_applying_deltas();
    }
}

fn plain() -> Look {
    look(Color32::WHITE)
}

fn spans(markdown: &str) -> Vec<Span> {
    let mut reading = Reading::default();
    reading.update(markdown, false);
    match reading.blocks().next() {
        Some(Block::Paragraph(spans)) => spans.clone(),
        block => panic!("{markdown}: {block:?}"),
    }
}

#[test]
fn emoji_of_many_letters_are_one_sign_in_colour() {
    in_window(|ui| {
        let p = Palette::of(ui);
        let wide = |text: &str| lay(ui, p, &[Span::plain(text)], plain(), 800.0).size().x;
        let one = wide("😀");
        for text in ["👨‍👩‍👧‍👦", "🇫🇷", "👍🏽", "❤️", "🏳️‍🌈"] {
            let laid = lay(ui, p, &[Span::plain(text)], plain(), 800.0);
            let glyphs = &laid.galley.rows[0].glyphs;
            let shown = glyphs.iter().filter(|glyph| !glyph.uv_rect.is_nothing()).count();
            assert_eq!(shown, 1, "{text} is drawn in {shown} pieces");
            assert!(glyphs[0].is_color, "{text} has no colour");
            assert!((laid.size().x - one).abs() < 1.0, "{text}: {} and {one} points", laid.size().x);
        }
    });
}

#[test]
fn quotation_marks_are_as_wide_as_their_language_has_them() {
    in_window(|ui| {
        let p = Palette::of(ui);
        let mark = |text: &str| {
            let laid = lay(ui, p, &[Span::plain(text)], plain(), 800.0);
            let row = &laid.galley.rows[0];
            let glyph = row.glyphs.iter().find(|glyph| glyph.chr == '“').expect("a mark");
            (glyph.advance_width, glyph.pos.y, laid.size().y)
        };
        let (chinese, english) = (mark("他说“好”。"), mark("He said “well”."));
        assert!((chinese.0 - 14.0).abs() < 0.6, "full width: {} points", chinese.0);
        assert!(english.0 < 8.0, "half width: {} points", english.0);
        assert_eq!(chinese.2, english.2, "a line is as high");
    });
}

#[test]
fn no_line_is_wider_than_the_page() {
    in_window(|ui| {
        let p = Palette::of(ui);
        for text in [
            "https://example.org/".repeat(30),
            "一个很长的句子没有空格".repeat(20),
            format!("A formula: \\({}\\) and more.", "a+b+".repeat(60)),
            format!("A formula: \\({}\\) and more.", "a=b\\le".repeat(60)),
            format!("`{}`", "x".repeat(400)),
            "👨‍👩‍👧‍👦".repeat(90),
        ] {
            for width in [120.0, 400.0] {
                let laid = lay(ui, p, &spans(&text), plain(), width);
                // The longest formula without a relation is shrunk, to a half at most.
                let most = if text.contains("a+b+") { f32::INFINITY } else { width + 1.0 };
                assert!(laid.size().x <= most, "{} of {width} points: {text}", laid.size().x);
            }
        }
    });
}

#[test]
fn formulas_have_the_size_of_what_is_in_them() {
    in_window(|ui| {
        let setter = super::Setter { painter: ui.painter(), ink: Color32::WHITE, size: 16.0 };
        let set = |source: &str, display| setter.set(&formula::read(source), display);
        let x = set("x", false);
        assert!(x.width > 5.0 && x.up > 5.0 && x.up < 10.0 && x.down < 2.0, "{} {} {}", x.width, x.up, x.down);
        let half = set(r"\frac{x}{y}", true);
        assert!(half.up > 2.0 * x.up && half.down > x.up, "a fraction goes above and below the line");
        let sum = set(r"\sum_{i=1}^n", true);
        let inline = set(r"\sum_{i=1}^n", false);
        assert!(sum.up > inline.up + 5.0 && sum.width < inline.width, "bounds are above, or beside");
        let flat = set("(x)", false);
        let high = set(r"\left(\frac{x}{y}\right)", true);
        assert!(high.up > flat.up + 4.0, "brackets grow");
        let rows = |n: usize| set(&format!(r"\begin{{matrix}}{}\end{{matrix}}", r"a & b \\".repeat(n)), true);
        assert!(rows(3).up + rows(3).down > 2.5 * (rows(1).up + rows(1).down));
    });
}

#[test]
fn a_formula_in_a_line_stands_on_its_baseline_and_can_be_read_out() {
    in_window(|ui| {
        let laid = lay(ui, Palette::of(ui), &spans("So \\(x_1 = \\frac{a}{b}\\) holds."), plain(), 800.0);
        assert!(laid.size().y > 21.0, "the line has room for the fraction");
        assert_eq!(laid.said, "So x₁ = a/b holds.");
        let copied = laid.galley.text().replace('\u{a0}', " ");
        assert!(copied.contains("\\(x_1 = \\frac{a}{b}\\) holds."), "the source is copied: {copied}");
    });
}

#[test]
fn what_runs_from_right_to_left_begins_there_and_keeps_its_looks() {
    in_window(|ui| {
        let p = Palette::of(ui);
        let laid = lay(ui, p, &spans("שלום **עולם** ו`code` [קישור](https://a.b)"), plain(), 300.0);
        assert_eq!(laid.galley.job.halign, egui::Align::RIGHT);
        let fonts: Vec<_> = laid.galley.job.sections.iter().map(|section| section.format.font_id.clone()).collect();
        assert!(
            fonts.contains(&theme::strong(14.0))
                || fonts.iter().any(|font| font.family == theme::told(&theme::strong(14.0).family))
        );
        assert!(fonts.iter().any(|font| font.family == egui::FontFamily::Monospace), "{fonts:?}");
        assert_eq!(laid.said, "שלום עולם וcode קישור");
        let latin = lay(ui, p, &spans("Hello שלום"), plain(), 300.0);
        assert_eq!(latin.galley.job.halign, egui::Align::LEFT);
    });
}

/// One mechanism for every text: the window's own words by its language, what people type by the letters around.
#[test]
fn quotation_marks_of_labels_and_fields_are_chinese_where_their_text_is() {
    use crate::lang::Lang;
    use crate::ui::quotes;
    let ctx = Context::default();
    theme::setup(&ctx);
    for (lang, label) in [(Lang::En, 8.0), (Lang::Zh, 14.0), (Lang::En, 8.0)] {
        for _ in 0..3 {
            let input = RawInput::default();
            ctx.run_ui(input, |ui| {
                theme::speak(ui.ctx(), lang);
                let wide = |galley: &egui::Galley| {
                    galley.rows[0].glyphs.iter().find(|glyph| glyph.chr == '“').expect("a mark").advance_width
                };
                let typed = |text: &str| wide(&quotes::typed(ui, text, Some(300.0), egui::Align::LEFT, quotes::PLAIN));
                assert!((typed("他说“好”。") - 14.0).abs() < 0.6, "{lang:?}: typed Chinese");
                assert!(typed("He said “well”.") < 8.0, "{lang:?}: typed English");
                let job = quotes::line(ui, "She said “well”.", theme::strong(14.0), Color32::WHITE);
                assert!(wide(&ui.painter().layout_job(job)) < 9.0, "{lang:?}: an English title");
            })
            .drop_without_applying_deltas();
        }
        ctx.run_ui(RawInput::default(), |ui| {
            for font in [theme::body(), theme::strong(14.0)] {
                let galley = ui.painter().layout_no_wrap("“".into(), font.clone(), Color32::WHITE);
                let wide = galley.rows[0].glyphs[0].advance_width;
                let good = if label > 10.0 { (wide - 14.0).abs() < 0.6 } else { wide < 9.0 };
                assert!(good, "{lang:?} {font:?}: {wide} points");
            }
        })
        .drop_without_applying_deltas();
    }
}

//! Colours, sizes and fonts. No other file names a colour.
#![expect(clippy::disallowed_methods, reason = "here colours are made")]

use std::sync::Arc;

use egui::epaint::text::FontTweak;
use egui::style::{HandleShape, Selection, WidgetVisuals, Widgets};
use egui::{
    Color32, Context, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Id, Margin, RichText, Stroke, Style,
    TextStyle, Visuals, vec2,
};

use super::packed_fonts;
use crate::domain::{LAYER_COLOURS, Theme};
use crate::lang::Lang;

/// Spacing in steps of four.
pub const S1: f32 = 4.0;
pub const S2: f32 = 8.0;
pub const S3: f32 = 12.0;
pub const S4: f32 = 16.0;
pub const S6: f32 = 24.0;

/// The two text sizes, and the one for headings.
pub const BODY: f32 = 14.0;
pub const SMALL: f32 = 12.0;
pub const HEADING: f32 = 20.0;

/// Height of buttons, fields and chips.
pub const CONTROL: f32 = 28.0;
pub const RADIUS: u8 = 6;

/// All colours of one theme.
#[derive(Debug, PartialEq)]
pub struct Palette {
    /// Behind pictures and text being read.
    pub canvas: Color32,
    /// Panels with controls.
    pub panel: Color32,
    /// Cards, fields and buttons on a panel.
    pub raised: Color32,
    /// Buttons, so that they stand out on cards too.
    pub button: Color32,
    pub button_line: Color32,
    pub hover: Color32,
    pub press: Color32,
    pub line: Color32,
    pub line_strong: Color32,
    /// Borders of inputs, tracks and marks: what carries meaning without being text.
    pub edge: Color32,
    /// Decoration only: not readable as text.
    pub faint: Color32,
    /// Second-rank text.
    pub muted: Color32,
    pub text: Color32,
    pub strong: Color32,
    pub accent: Color32,
    pub accent_hover: Color32,
    pub on_accent: Color32,
    /// The accent as a background of selected things.
    pub accent_soft: Color32,
    /// The accent as text.
    pub accent_text: Color32,
    pub good: Color32,
    pub warn: Color32,
    pub warn_soft: Color32,
    pub bad: Color32,
    pub bad_soft: Color32,
    /// The two squares behind transparent pictures.
    pub checker: [Color32; 2],
    /// Kinds of a whole that is cut into parts; told apart without red or green too.
    pub parts: [Color32; 5],
}

const fn grey(n: u32) -> Color32 {
    Color32::from_rgb((n >> 16) as u8, (n >> 8) as u8, n as u8)
}

/// Red to white, as [`crate::domain::LAYER_COLOURS`] has them after "none": what they look like, roughly.
pub const SWATCHES: [Color32; LAYER_COLOURS.len() - 1] = [
    grey(0xe5_39_35),
    grey(0xfb_8c_00),
    grey(0xfd_d8_35),
    grey(0x43_a0_47),
    grey(0x26_c6_da),
    grey(0x1e_88_e5),
    grey(0x8e_24_aa),
    grey(0xf4_8f_b1),
    grey(0x79_55_48),
    grey(0x26_26_2a),
    grey(0x9e_9e_9e),
    grey(0xfa_fa_fa),
];

static DARK: Palette = Palette {
    canvas: grey(0x0e_0f_12),
    panel: grey(0x15_16_1a),
    raised: grey(0x1c_1d_22),
    button: grey(0x28_2a_31),
    button_line: grey(0x34_36_3f),
    hover: grey(0x2f_32_3a),
    press: grey(0x38_3b_44),
    line: grey(0x26_28_2e),
    line_strong: grey(0x3a_3d_46),
    edge: grey(0x6b_6f_7b),
    faint: grey(0x5c_60_6b),
    muted: grey(0x9a_9e_aa),
    text: grey(0xd6_d8_de),
    strong: grey(0xf4_f5_f7),
    accent: grey(0x5a_67_d8),
    accent_hover: grey(0x67_74_e6),
    on_accent: grey(0xff_ff_ff),
    accent_soft: grey(0x26_2a_48),
    accent_text: grey(0xa3_ae_ff),
    good: grey(0x63_c3_8e),
    warn: grey(0xe0_b0_58),
    warn_soft: grey(0x2f_28_18),
    bad: grey(0xf0_7c_79),
    bad_soft: grey(0x34_1d_1f),
    checker: [grey(0x1a_1b_20), grey(0x22_24_2a)],
    parts: [grey(0x56_b4_e9), grey(0xf5_ea_6a), grey(0xc0_6a_a0), grey(0x00_a3_7a), grey(0xd9_77_06)],
};

static LIGHT: Palette = Palette {
    canvas: grey(0xf3_f4_f6),
    panel: grey(0xfa_fa_fb),
    raised: grey(0xff_ff_ff),
    button: grey(0xff_ff_ff),
    button_line: grey(0xd3_d6_dc),
    hover: grey(0xee_ef_f2),
    press: grey(0xe3_e5_ea),
    line: grey(0xe3_e5_e9),
    line_strong: grey(0xc6_c9_d1),
    edge: grey(0x84_88_93),
    faint: grey(0xa4_a8_b2),
    muted: grey(0x62_66_72),
    text: grey(0x2b_2e_36),
    strong: grey(0x12_14_18),
    accent: grey(0x4f_5b_d0),
    accent_hover: grey(0x43_4e_bd),
    on_accent: grey(0xff_ff_ff),
    accent_soft: grey(0xe6_e8_fb),
    accent_text: grey(0x43_4e_bd),
    good: grey(0x1d_7f_4e),
    warn: grey(0x8f_62_0b),
    warn_soft: grey(0xfb_f2_dd),
    bad: grey(0xb8_33_30),
    bad_soft: grey(0xfb_e9_e8),
    checker: [grey(0xff_ff_ff), grey(0xe9_eb_ef)],
    parts: [grey(0x1c_86_c9), grey(0x97_8a_00), grey(0x8c_2f_70), grey(0x00_69_4a), grey(0x8a_3a_00)],
};

impl Palette {
    pub fn of(ui: &egui::Ui) -> &'static Self {
        Self::dark(ui.visuals().dark_mode)
    }

    pub fn dark(dark: bool) -> &'static Self {
        if dark { &DARK } else { &LIGHT }
    }
}

/// Fonts and both themes' styles; once, when the window opens.
pub fn setup(ctx: &Context) {
    ctx.set_fonts(fonts(Lang::En));
    // The text's size is a setting, which the shortcuts change.
    ctx.options_mut(|options| options.zoom_with_keyboard = false);
    ctx.set_style_of(egui::Theme::Dark, style(&DARK, true));
    ctx.set_style_of(egui::Theme::Light, style(&LIGHT, false));
}

/// The zoom of a chosen text size.
pub fn factor(zoom: Option<f32>) -> f32 {
    zoom.unwrap_or(1.0).clamp(0.5, 3.0)
}

/// Brings the context to the chosen theme and text size. Cheap where nothing changed.
pub fn apply(ctx: &Context, theme: Theme, zoom: Option<f32>) {
    let wanted = match theme {
        Theme::Dark => egui::ThemePreference::Dark,
        Theme::Light => egui::ThemePreference::Light,
        Theme::System => egui::ThemePreference::System,
    };
    if ctx.options(|o| o.theme_preference) != wanted {
        ctx.set_theme(wanted);
    }
    let zoom = factor(zoom);
    if (ctx.zoom_factor() - zoom).abs() > 1e-3 {
        ctx.set_zoom_factor(zoom);
    }
}

/// Brings the fonts to the window's language, in whose manner its own words have their quotation marks. Cheap where
/// nothing changed.
pub fn speak(ctx: &Context, lang: Lang) {
    let id = Id::unique("language-of-fonts");
    if ctx.data(|d| d.get_temp::<Lang>(id)).unwrap_or(Lang::En) != lang {
        ctx.data_mut(|d| d.insert_temp(id, lang));
        ctx.set_fonts(fonts(lang));
        ctx.request_repaint();
    }
}

/// Latin in Inter, Chinese in Noto Sans SC, the rest in egui's own fonts.
fn fonts(lang: Lang) -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let mut add = |name: &str, bytes: &'static [u8], tweak: FontTweak| {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes).tweak(tweak)));
    };
    add("inter", include_bytes!("../../assets/fonts/Inter-Regular-Subset.ttf"), FontTweak::default());
    add("inter-strong", include_bytes!("../../assets/fonts/Inter-SemiBold-Subset.ttf"), FontTweak::default());
    add("inter-reading", include_bytes!("../../assets/fonts/Reading-Subset.ttf"), FontTweak::default());
    // Noto's Chinese sits a little low beside Inter's capitals.
    let chinese = FontTweak { y_offset_factor: -0.06, ..FontTweak::default() };
    add("noto-sc", packed_fonts::chinese(), chinese.clone());
    add("noto-marks", include_bytes!("../../assets/fonts/NotoSansSC-Marks.ttf"), chinese);
    // Somewhat larger than the letters around them, and otherwise too high on the line.
    let emoji = FontTweak { scale: 0.95, y_offset_factor: 0.04, ..FontTweak::default() };
    add("emoji", packed_fonts::emoji(), emoji);
    for (name, bytes) in formula_fonts() {
        add(name, bytes, FontTweak::default());
    }
    add("phosphor", include_bytes!("../../assets/fonts/Phosphor-Subset.ttf"), FontTweak::default());

    let own = |first: &str, rest: &[String]| {
        let mut names = vec![first.to_owned(), "noto-sc".to_owned()];
        names.extend(rest.iter().cloned());
        names
    };
    let last = ["emoji".to_owned(), "phosphor".to_owned()];
    let mut proportional = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    proportional.extend(last.clone());
    let marks = (lang == Lang::Zh).then(|| "noto-marks".to_owned());
    let window = |first: &str| marks.iter().cloned().chain(own(first, &proportional)).collect::<Vec<_>>();
    fonts.families.insert(FontFamily::Proportional, window("inter"));
    fonts.families.insert(strong_family(), window("inter-strong"));
    fonts.families.insert(told_family(), own("inter", &proportional));
    fonts.families.insert(told_strong_family(), own("inter-strong", &proportional));
    fonts.families.insert(reading_family(), own("inter-reading", &proportional));
    fonts.families.insert(icon_family(), own("phosphor", &proportional));
    fonts.families.insert(chinese_family(), own("noto-sc", &proportional));
    fonts.families.insert(emoji_family(), own("emoji", &proportional));
    for (name, _) in formula_fonts() {
        let mut rest = ["katex-main", "katex-ams", "inter"].map(str::to_owned).to_vec();
        rest.extend(proportional.iter().cloned());
        fonts.families.insert(FontFamily::Name(name.into()), own(name, &rest));
    }
    let mono = fonts.families.entry(FontFamily::Monospace).or_default();
    let after_first = mono.len().min(1);
    mono.insert(after_first, "noto-sc".to_owned());
    mono.extend(last);
    fonts
}

pub fn icon_family() -> FontFamily {
    FontFamily::Name("icons".into())
}

/// Chinese first: for quotation marks and dots in Chinese, which other languages write narrower.
pub fn chinese_family() -> FontFamily {
    FontFamily::Name("chinese".into())
}

/// The family in which people's and models' words are set, for one of the window's own words: whatever the window's
/// language, marks that are not Chinese are Latin; see [`super::quotes`].
pub fn told(family: &FontFamily) -> FontFamily {
    match family {
        FontFamily::Proportional => told_family(),
        family if *family == strong_family() => told_strong_family(),
        family => family.clone(),
    }
}

fn told_family() -> FontFamily {
    FontFamily::Name("told".into())
}

fn told_strong_family() -> FontFamily {
    FontFamily::Name("told-strong".into())
}

/// Emoji first: for `1️⃣`, whose figure other fonts have too.
pub fn emoji_family() -> FontFamily {
    FontFamily::Name("emoji".into())
}

/// The fonts of formulas, each with the name of its family: letters upright and slanted, big signs in three sizes.
fn formula_fonts() -> [(&'static str, &'static [u8]); 6] {
    [
        ("katex-main", include_bytes!("../../assets/fonts/KaTeX_Main-Regular.ttf")),
        ("katex-italic", include_bytes!("../../assets/fonts/KaTeX_Math-Italic.ttf")),
        ("katex-ams", include_bytes!("../../assets/fonts/KaTeX_AMS-Regular.ttf")),
        ("katex-1", include_bytes!("../../assets/fonts/KaTeX_Size1-Regular.ttf")),
        ("katex-2", include_bytes!("../../assets/fonts/KaTeX_Size2-Regular.ttf")),
        ("katex-4", include_bytes!("../../assets/fonts/KaTeX_Size4-Regular.ttf")),
    ]
}

fn strong_family() -> FontFamily {
    FontFamily::Name("strong".into())
}

/// The same letters on taller lines.
fn reading_family() -> FontFamily {
    FontFamily::Name("reading".into())
}

/// For text of many lines: answers and messages.
pub fn reading() -> FontId {
    FontId::new(BODY, reading_family())
}

pub fn body() -> FontId {
    FontId::proportional(BODY)
}

pub fn small() -> FontId {
    FontId::proportional(SMALL)
}

pub fn strong(size: f32) -> FontId {
    FontId::new(size, strong_family())
}

pub fn icon_font(size: f32) -> FontId {
    FontId::new(size, icon_family())
}

/// An icon as text, to be put into buttons and labels.
pub fn icon(code: &str, size: f32) -> RichText {
    RichText::new(code).font(icon_font(size))
}

fn style(p: &Palette, dark: bool) -> Style {
    let text_styles = [
        (TextStyle::Heading, strong(HEADING)),
        (TextStyle::Body, body()),
        (TextStyle::Button, body()),
        (TextStyle::Small, small()),
        (TextStyle::Monospace, FontId::monospace(13.0)),
    ];
    let mut style = Style {
        text_styles: text_styles.into(),
        animation_time: 0.08,
        explanation_tooltips: false,
        ..Style::default()
    };
    style.interaction.tooltip_delay = 0.4;
    style.interaction.selectable_labels = false;
    style.scroll_animation = egui::style::ScrollAnimation::none();

    let spacing = &mut style.spacing;
    spacing.item_spacing = vec2(S2, S2);
    spacing.button_padding = vec2(10.0, S1);
    spacing.interact_size = vec2(CONTROL, CONTROL);
    spacing.menu_margin = Margin::same(4);
    spacing.window_margin = Margin::same(12);
    spacing.combo_width = 0.0;
    spacing.combo_height = 320.0;
    spacing.icon_spacing = 6.0;
    spacing.slider_rail_height = 4.0;
    spacing.tooltip_width = 300.0;
    spacing.scroll.bar_width = 8.0;
    spacing.scroll.floating_width = 4.0;
    spacing.scroll.dormant_handle_opacity = 0.35;
    // The strongest ink whole would be a black line down a light window.
    spacing.scroll.active_handle_opacity = 0.5;
    spacing.scroll.interact_handle_opacity = 0.6;
    spacing.scroll.fade.strength = 0.0;
    spacing.scroll.kinetic.rubber_band = false;

    style.visuals = visuals(p, dark);
    style
}

/// What cannot be used now is fainter, yet still to be read: it tells what there is.
const DISABLED: f32 = 0.75;

fn visuals(p: &Palette, dark: bool) -> Visuals {
    let mut v = if dark { Visuals::dark() } else { Visuals::light() };
    let state = |fill: Color32, weak: Color32, line: Color32, text: Color32| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: weak,
        bg_stroke: Stroke::new(1.0, line),
        corner_radius: CornerRadius::same(RADIUS),
        fg_stroke: Stroke::new(1.0, text),
        expansion: 0.0,
    };
    v.widgets = Widgets {
        noninteractive: state(p.panel, p.panel, p.line, p.text),
        inactive: state(p.press, p.button, p.button_line, p.text),
        hovered: state(p.press, p.hover, p.line_strong, p.strong),
        active: state(p.press, p.press, p.line_strong, p.strong),
        open: state(p.press, p.hover, p.line_strong, p.strong),
    };
    v.selection = Selection { bg_fill: p.accent_soft, stroke: Stroke::new(1.0, p.accent_text) };
    v.weak_text_color = Some(p.muted);
    v.hyperlink_color = p.accent_text;
    v.faint_bg_color = p.raised;
    v.extreme_bg_color = p.canvas;
    v.text_edit_bg_color = Some(p.raised);
    v.code_bg_color = p.raised;
    v.warn_fg_color = p.warn;
    v.error_fg_color = p.bad;
    v.window_fill = p.raised;
    v.window_stroke = Stroke::new(1.0, p.line_strong);
    v.panel_fill = p.panel;
    v.window_corner_radius = CornerRadius::same(8);
    v.menu_corner_radius = CornerRadius::same(8);
    let shadow = egui::Shadow {
        offset: [0, 4],
        blur: 16,
        spread: 0,
        color: Color32::from_black_alpha(if dark { 96 } else { 28 }),
    };
    v.popup_shadow = shadow;
    v.window_shadow = shadow;
    v.slider_trailing_fill = true;
    v.handle_shape = HandleShape::Circle;
    v.indent_has_left_vline = false;
    v.text_cursor.stroke = Stroke::new(2.0, p.accent_text);
    // A blinking cursor would repaint the window for ever.
    v.text_cursor.blink = false;
    v.disabled_alpha = DISABLED;
    v
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(c: Color32) -> f64 {
        let lin = |u: u8| {
            let x = f64::from(u) / 255.0;
            if x <= 0.040_45 { x / 12.92 } else { ((x + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * lin(c.r()) + 0.7152 * lin(c.g()) + 0.0722 * lin(c.b())
    }

    /// WCAG 2 contrast ratio.
    fn contrast(a: Color32, b: Color32) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// Linear red, green and blue as an eye without one kind of cones gives them (Machado, Oliveira, Fernandes 2009,
    /// full strength); the first is the eye that has all.
    const EYES: [[[f64; 3]; 3]; 4] = [
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
    ];

    /// CIE L*a*b* of a colour as one of [`EYES`] has it.
    fn lab(c: Color32, eye: &[[f64; 3]; 3]) -> [f64; 3] {
        let rgb = [c.r(), c.g(), c.b()].map(|u| {
            let x = f64::from(u) / 255.0;
            if x <= 0.040_45 { x / 12.92 } else { ((x + 0.055) / 1.055).powf(2.4) }
        });
        let dot = |row: &[f64; 3], v: &[f64; 3]| row.iter().zip(v).map(|(a, b)| a * b).sum::<f64>();
        let seen = [0, 1, 2].map(|i| dot(&eye[i], &rgb).clamp(0.0, 1.0));
        let f = |t: f64| if t > 0.008_856 { t.cbrt() } else { 7.787 * t + 16.0 / 116.0 };
        let x = f(dot(&[0.4124, 0.3576, 0.1805], &seen) / 0.950_47);
        let y = f(dot(&[0.2126, 0.7152, 0.0722], &seen));
        let z = f(dot(&[0.0193, 0.1192, 0.9505], &seen) / 1.088_83);
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }

    #[test]
    fn the_parts_of_a_whole_are_told_apart_by_every_eye() {
        for p in [&DARK, &LIGHT] {
            for (i, a) in p.parts.iter().enumerate() {
                assert!(contrast(*a, p.panel) >= 3.0, "{a:?}");
                for b in &p.parts[i + 1..] {
                    for eye in &EYES {
                        let (a, b) = (lab(*a, eye), lab(*b, eye));
                        let far = a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
                        assert!(far >= 13.0, "{a:?} {b:?}: {far}");
                    }
                }
            }
        }
    }

    #[test]
    fn every_text_colour_is_readable_where_it_is_used() {
        for p in [&DARK, &LIGHT] {
            for ground in [p.canvas, p.panel, p.raised] {
                for (name, colour) in [
                    ("muted", p.muted),
                    ("text", p.text),
                    ("accent", p.accent_text),
                    ("good", p.good),
                    ("warn", p.warn),
                    ("bad", p.bad),
                ] {
                    assert!(contrast(colour, ground) >= 4.5, "{name} {colour:?} on {ground:?}");
                }
            }
            assert!(contrast(p.on_accent, p.accent) >= 4.5);
            assert!(contrast(p.accent_text, p.accent_soft) >= 4.5);
            assert!(contrast(p.bad, p.bad_soft) >= 4.5);
            assert!(contrast(p.warn, p.warn_soft) >= 4.5);
        }
    }

    /// WCAG 1.4.11: what is no text but carries meaning.
    #[test]
    fn borders_tracks_and_marks_are_seen_where_they_are_drawn() {
        for p in [&DARK, &LIGHT] {
            let grounds = [p.canvas, p.panel, p.raised];
            for ground in grounds {
                for (name, colour) in [
                    ("borders of inputs, tracks of sliders and switches", p.edge),
                    ("the focus ring, what is chosen, handles of sliders", p.accent_text),
                    ("the main button, the way of a slider", p.accent),
                ] {
                    assert!(contrast(colour, ground) >= 3.0, "{name}: {colour:?} on {ground:?}");
                }
                for (name, ink) in [("text", p.text), ("second text and icons", p.muted)] {
                    let faded = mixed(ink, ground, DISABLED);
                    assert!(contrast(faded, ground) >= 3.0, "disabled {name}: {faded:?} on {ground:?}");
                }
            }
            assert!(contrast(p.accent_text, p.press) >= 3.0, "how far a bar has come");
            assert!(contrast(p.accent_text, p.accent_soft) >= 3.0, "the edge of what is on");
            for knob in [contrast(p.on_accent, p.accent), contrast(p.muted, p.press)] {
                assert!(knob >= 3.0, "the knob of a switch, the word of a button that is not ready");
            }
            // A disabled button is fainter as a whole, on a card or a panel.
            let button = mixed(p.button, p.raised, DISABLED);
            assert!(contrast(mixed(p.text, button, DISABLED), button) >= 3.0);
        }
    }

    fn mixed(ink: Color32, ground: Color32, part: f32) -> Color32 {
        let mix = |a: u8, b: u8| (f32::from(a) * part + f32::from(b) * (1.0 - part)).round() as u8;
        Color32::from_rgb(mix(ink.r(), ground.r()), mix(ink.g(), ground.g()), mix(ink.b(), ground.b()))
    }
}

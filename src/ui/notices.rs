//! Notes. What passes is said in the status bar, in one place, so that it covers nothing; what waits for the person is at
//! the top of its room.

mod words;

use egui::{
    Align, Button, Frame, Id, Label, Layout, Margin, RichText, Role, Sense, Stroke, Ui, UiBuilder, WidgetInfo, vec2,
};

use super::cx::Cx;
use super::texts::T;
use super::theme::{self, BODY, RADIUS, S1, S2, SMALL};
use super::{ask, elide, error_card, eye, frames, icons, layout, widgets};
use crate::domain::{PanicReport, Room, Waiting};
use crate::error::StudioError;
use crate::state::{Command, CreateCommand, Notice, NoticeKind, SettingsCommand};
use words::{file_name, words};

/// Width and height of a note that passes.
const NOTE: egui::Vec2 = vec2(380.0, 22.0);
/// Share of the height that what waits may take; beyond that it scrolls.
const SHARE: f32 = 1.0 / 3.0;
const COLUMN: f32 = 760.0;

/// Where a room has what waits for the person, so that nothing moves under the pointer when it comes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// Above a canvas or a talk, beside the controls.
    Top,
    /// Below what begins at the top and scrolls.
    Bottom,
}

/// A card of what waits.
#[derive(Clone, Copy)]
enum Card<'a> {
    /// What became of the last job of Create.
    Job(&'a StudioError),
    /// Its decoding was stopped.
    Undecoded,
    Notice(&'a Notice),
}

impl Card<'_> {
    fn id(self) -> u64 {
        match self {
            Self::Job(_) => u64::MAX,
            Self::Undecoded => u64::MAX - 1,
            Self::Notice(notice) => notice.id,
        }
    }
}

/// What waits for the person in this room, the newest first.
pub fn waiting(ui: &mut Ui, cx: &mut Cx<'_>, edge: Edge) {
    let state = cx.state;
    let create = Some(&state.create).filter(|_| state.room() == Room::Create);
    let failed = create.and_then(|create| create.error.as_ref().map(Card::Job));
    let job = failed.or_else(|| create.filter(|create| create.offers_decoding()).map(|_| Card::Undecoded));
    let notices = state.waiting_in(state.room()).rev();
    let mut cards: Vec<Card<'_>> = job.into_iter().chain(notices.map(Card::Notice)).collect();
    // What comes while a button is down is shown when it is up again: a click ends where it began.
    let key = Id::unique("notices-that-wait");
    let before = ui.data(|d| d.get_temp::<Vec<u64>>(key)).unwrap_or_default();
    if ui.input(|input| input.pointer.any_down()) {
        cards.retain(|card| before.contains(&card.id()));
    }
    ui.data_mut(|d| d.insert_temp(key, cards.iter().map(|card| card.id()).collect::<Vec<u64>>()));
    if cards.is_empty() {
        return;
    }
    let frame = Frame::new().fill(cx.p.panel).inner_margin(Margin::symmetric(16, 8));
    let list = |ui: &mut Ui| {
        layout::column(ui, COLUMN, |ui| {
            ui.spacing_mut().item_spacing.y = S2;
            let count = cards.len();
            let key = Id::unique("all-notices");
            let mut all = count > 1 && ui.data(|d| d.get_temp::<bool>(key)).unwrap_or(false);
            if count > 1 {
                layout::flow(ui, |ui| {
                    if widgets::button(ui, icons::X, &cx.with(T::DismissAll, &[&count])).clicked() {
                        cx.push(Command::DismissProblems);
                        if job.is_some() {
                            cx.push(Command::Create(CreateCommand::DismissError));
                        }
                    }
                    let (icon, name) =
                        if all { (icons::CARET_UP, T::NewestOnly) } else { (icons::CARET_DOWN, T::ShowAllOf) };
                    let button = widgets::button(ui, icon, &cx.with(name, &[&count]));
                    eye::expanded(&button, all);
                    all ^= button.clicked();
                });
            }
            ui.data_mut(|d| d.insert_temp(key, all));
            // The room keeps its place: the newest is in sight, the others one click away.
            for card in cards.into_iter().take(if all { count } else { 1 }) {
                ui.push_id(card.id(), |ui| match card {
                    Card::Job(error) => job_failed(ui, cx, error),
                    Card::Undecoded => undecoded(ui, cx),
                    Card::Notice(notice) => wait(ui, cx, notice),
                });
            }
        });
    };
    match edge {
        Edge::Top => layout::head(ui, "waiting", frame, SHARE, list),
        Edge::Bottom => layout::foot(ui, "waiting", frame, SHARE, list),
    }
}

const DECODE_AGAIN: (T, Command) = (T::DecodeAgain, Command::Create(CreateCommand::DecodeAgain));

fn job_failed(ui: &mut Ui, cx: &mut Cx<'_>, error: &StudioError) {
    let again = !cx.state.create.undecoded.is_empty();
    let again = again.then_some(DECODE_AGAIN);
    error_card::show(ui, cx, error, again, Some(Command::Create(CreateCommand::DismissError)));
}

fn undecoded(ui: &mut Ui, cx: &mut Cx<'_>) {
    let text = cx.t(T::DecodingStopped).to_owned();
    told(ui, cx, (icons::INFO, text), vec![DECODE_AGAIN], None, Command::Create(CreateCommand::DismissError));
}

fn wait(ui: &mut Ui, cx: &mut Cx<'_>, notice: &Notice) {
    let dismiss = Command::DismissNotice(notice.id);
    if let NoticeKind::Problem(problem) = &notice.kind {
        return error_card::show(ui, cx, &problem.0, None, Some(dismiss));
    }
    let (icon, text, action) = words(cx, &notice.kind);
    let second = match &notice.kind {
        NoticeKind::PicturesLeft { folder, .. } => {
            Some((T::BackToFolder, Command::Settings(SettingsCommand::LibraryFolderChosen(folder.clone()))))
        }
        NoticeKind::ReportLeft(PanicReport { path, .. }) => {
            path.parent().map(|folder| (T::OpenReports, Command::Reveal(folder.to_owned())))
        }
        NoticeKind::JobsLeft => {
            let [_, leave] = ask::WAYS;
            Some(leave)
        }
        _ => None,
    };
    let actions = action.into_iter().chain(second).collect();
    told(ui, cx, (icon, text), actions, Some(dismiss.clone()), dismiss);
}

/// What waits, with what can be done about it; `after` comes with each of that.
fn told(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    (icon, text): (&str, String),
    actions: Vec<(T, Command)>,
    after: Option<Command>,
    dismiss: Command,
) {
    frames::card(cx.p).show(ui, |ui| {
        ui.set_width(ui.available_width());
        // Beside the buttons the text keeps the room of a few words; else they are below it.
        let below = ui.available_width() < 220.0 + 150.0 * actions.len() as f32;
        let buttons = |ui: &mut Ui, cx: &mut Cx<'_>| {
            for (label, command) in actions {
                if widgets::text_button(ui, cx.t(label)).clicked() {
                    cx.push(command);
                    after.clone().into_iter().for_each(|command| cx.push(command));
                }
            }
        };
        let mut buttons = Some(buttons);
        ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
            if widgets::icon_button(ui, icons::X, cx.t(T::Dismiss)).clicked() {
                cx.push(dismiss);
            }
            if !below && let Some(buttons) = buttons.take() {
                buttons(ui, cx);
            }
            ui.with_layout(Layout::left_to_right(Align::Min), |ui| {
                ui.add(Label::new(theme::icon(icon, 18.0).color(cx.p.good)));
                ui.vertical(|ui| {
                    eye::said(&ui.add(Label::new(RichText::new(text).size(BODY).color(cx.p.text)).wrap()));
                });
            });
        });
        if let Some(buttons) = buttons {
            layout::flow(ui, |ui| buttons(ui, cx));
        }
    });
}

/// The newest note that passes, and how many others there are: for the status bar, from the right. A long one takes what
/// the bar's own `items` leave.
pub fn passing(ui: &mut Ui, cx: &mut Cx<'_>, items: f32) {
    let mut notices = cx.state.notices.list.iter().filter(|notice| !notice.kind.stays());
    let Some(notice) = notices.next_back() else { return };
    let others = notices.count();
    let dismiss = Command::DismissNotice(notice.id);
    let (icon, text, action) = words(cx, &notice.kind);
    let p = cx.p;
    let wide =
        |ui: &Ui, text: &str| ui.painter().layout_no_wrap(text.to_owned(), theme::small(), p.text).size().x + 14.0;
    let more = cx.with(T::MoreNotes, &[&others]);
    let button = action.as_ref().map_or(0.0, |(label, _)| widgets::button_width(ui, cx.t(*label)));
    let most = ui.available_width();
    let whole = wide(ui, &text) + if others > 0 { wide(ui, &more) } else { 0.0 } + button + 32.0;
    let size = vec2(whole.clamp(NOTE.x, (most - items).max(NOTE.x)).min(most), NOTE.y);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    ui.painter().rect(rect, RADIUS, p.accent_soft, Stroke::new(1.0, p.line_strong), egui::StrokeKind::Inside);
    let builder = UiBuilder::new().scope_id(Id::unique(("note", notice.id)));
    let layout = Layout::right_to_left(Align::Center);
    ui.scope_builder(builder.max_rect(rect.shrink2(vec2(S1, 1.0))).layout(layout), |ui| {
        ui.spacing_mut().item_spacing.x = S1;
        ui.spacing_mut().interact_size.y = NOTE.y - 2.0;
        ui.spacing_mut().button_padding = vec2(6.0, 0.0);
        let cross = Button::new(theme::icon(icons::X, 12.0)).frame(false);
        let name = cx.t(T::Dismiss);
        if ui.add(cross).accessible_name(name).on_hover_text(name).clicked() {
            cx.push(dismiss.clone());
        }
        if let Some((label, command)) = action
            && widgets::text_button(ui, cx.t(label)).clicked()
        {
            cx.push(command);
            cx.push(dismiss);
        }
        // The newest is not cut for the others' sake.
        if others > 0 && wide(ui, &text) + wide(ui, &more) + 4.0 * S1 <= ui.available_width() {
            let text = more;
            ui.add(Label::new(RichText::new(text).size(SMALL).color(p.muted)));
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let ink = if icon == icons::TRASH { p.text } else { p.good };
            ui.add(Label::new(theme::icon(icon, 14.0).color(ink)));
            let shown = fitted(ui, cx, &notice.kind, &text);
            let label = Label::new(RichText::new(shown).size(SMALL).color(p.strong)).truncate();
            let said = ui.add(label.show_tooltip_when_elided(false));
            said.widget_info(|| WidgetInfo::labeled(Role::Label, true, &text));
            eye::said(&said);
            said.on_hover_text(&text);
        });
    });
}

/// A note cut to the rest of its line: its name is shortened in the middle, a path at its beginning.
fn fitted(ui: &Ui, cx: &Cx<'_>, kind: &NoticeKind, text: &str) -> String {
    let (font, room) = (theme::small(), ui.available_width());
    let name = inserted(cx, kind).unwrap_or_default();
    let shown = match kind {
        // Why nobody was asked is for those who look.
        NoticeKind::SavedUnasked(_) => {
            let whole = elide::path(ui, text, &name, &font, room);
            if whole == text {
                return text.to_owned();
            }
            return elide::path(ui, &cx.with(T::SavedAs, &[&name]), &name, &font, room).into_owned();
        }
        NoticeKind::CopiesSaved { .. } => elide::path(ui, text, &name, &font, room),
        _ => elide::within(ui, text, &name, &font, room),
    };
    shown.into_owned()
}

/// The name in a note, which is shortened where the note is too long for its place.
fn inserted(cx: &Cx<'_>, kind: &NoticeKind) -> Option<String> {
    match kind {
        NoticeKind::Exported(path) | NoticeKind::LatentsKept(path) => Some(file_name(path)),
        NoticeKind::CopiesSaved { folder, .. } => Some(folder.display().to_string()),
        NoticeKind::SavedUnasked(path) => Some(path.display().to_string()),
        NoticeKind::PersonaKept { name, .. } => Some(name.clone()),
        NoticeKind::PicturesCancelled(left) => match &**left {
            Waiting::Pictures { params, .. } => Some(elide::letters(params.prompt.trim(), 40).to_string()),
            _ => None,
        },
        NoticeKind::ModelFetched(id) | NoticeKind::ModelUsed(id) => Some(super::model_words::name(cx, id)),
        NoticeKind::ModelRemoved(removed) => Some(removed.name.clone()),
        NoticeKind::ModelForgotten { name, .. } => Some(name.clone()),
        _ => None,
    }
}

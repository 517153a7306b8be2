//! Keyboard shortcuts: one table, which the handlers and the list in the window (F1) both read; and files that are
//! dropped on the window. Here alone, for drawing sees each of them once.

use egui::{Event, Id, Key, KeyboardShortcut, Modifiers, Ui};

use super::cx::Cx;
use super::{fields, letters};
use crate::domain::{Page, Role, Room};
use crate::state::{
    AskCommand, Command, CreateCommand, GalleryCommand, LayersCommand, LayersFormat, ModelsCommand, PageCommand,
    PersonaCommand, SettingsCommand, Shown, Stage, TrashCommand, WriteCommand,
};
use crate::writing::export::TextFormat;

/// What a shortcut does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    Go(Room),
    NewTalk,
    NewPage,
    Open,
    Save,
    Leave,
    Next,
    Larger,
    Smaller,
    Usual,
    List,
    Menu,
    Generate,
    Fit,
    Send,
    NewLine,
    Finish,
    EditLast,
    VersionBefore,
    VersionAfter,
    Rename,
    PageWrite,
    PageAgain,
    PageUndo,
    PageRedo,
    Left,
    Right,
    Up,
    Down,
    Trash,
    Undo,
    Redo,
    MarkAll,
    Extend,
    Walk,
    Toggle,
    Full,
    Ends,
    Information,
    ZoomIn,
    ZoomOut,
}

/// Where a shortcut works: heads of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Everywhere,
    Create,
    Talk,
    Form,
    Page,
    Gallery,
}

/// One shortcut; any of its keys does it.
pub struct Shortcut {
    pub act: Act,
    pub keys: &'static [KeyboardShortcut],
    pub place: Place,
    pub english: &'static str,
    pub chinese: &'static str,
}

const fn plain(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::NONE, key)
}

const fn shift(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::SHIFT, key)
}

const fn ctrl(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND, key)
}

const fn ctrl_shift(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), key)
}

macro_rules! shortcuts {
    ($($place:ident { $($act:expr, [$($key:expr),+], $english:literal, $chinese:literal;)* })*) => {
        /// All shortcuts of the window.
        pub const SHORTCUTS: &[Shortcut] = &[$($(Shortcut {
            act: $act,
            keys: &[$($key),+],
            place: Place::$place,
            english: $english,
            chinese: $chinese,
        },)*)*];
    };
}

shortcuts! {
    Everywhere {
        Act::Go(Room::Create), [ctrl(Key::Num1)], "Go to Create", "前往绘图";
        Act::Go(Room::Write), [ctrl(Key::Num2)], "Go to Write", "前往写作";
        Act::Go(Room::Gallery), [ctrl(Key::Num3)], "Go to Gallery", "前往图库";
        Act::Go(Room::Models), [ctrl(Key::Num4)], "Go to Models", "前往模型";
        Act::Go(Room::Settings), [ctrl(Key::Num5)], "Go to Settings", "前往设置";
        Act::NewTalk, [ctrl(Key::N)], "New conversation", "新对话";
        Act::NewPage, [ctrl_shift(Key::N)], "New page", "新文稿";
        Act::Open, [ctrl(Key::O)], "Open a file", "打开文件";
        Act::Save, [ctrl(Key::S)], "Save or export what is shown", "保存或导出当前内容";
        Act::Undo, [ctrl(Key::Z)], "Undo the last action in this room", "撤销此处的上一步操作";
        Act::Redo, [ctrl_shift(Key::Z), ctrl(Key::Y)], "Redo what was undone", "重做被撤销的操作";
        Act::Leave, [plain(Key::Escape)], "Stop what runs here, or leave what is open", "停止当前任务，或离开打开的内容";
        Act::Next, [plain(Key::Tab), shift(Key::Tab)], "Next control, previous control", "下一个控件，上一个控件";
        Act::Larger, [ctrl(Key::Plus), ctrl(Key::Equals)], "Larger text", "放大文字";
        Act::Smaller, [ctrl(Key::Minus)], "Smaller text", "缩小文字";
        Act::Usual, [ctrl(Key::Num0)], "Reset the text size", "文字恢复原大小";
        Act::List, [plain(Key::F1), shift(Key::Questionmark)], "This list", "此列表";
        Act::Menu, [shift(Key::F10), plain(Key::Menu)], "Menu of what is chosen or has the focus", "打开所选内容的菜单";
    }
    Create {
        Act::Generate, [ctrl(Key::Enter)], "Generate", "生成图片";
        Act::Fit, [ctrl(Key::Num9)], "Fit the picture", "图片适应窗口";
        Act::Left, [plain(Key::ArrowLeft)], "Move the layer to the left (in Layers)", "图层左移（图层编辑时）";
        Act::Right, [plain(Key::ArrowRight)], "Move the layer to the right (in Layers)", "图层右移（图层编辑时）";
        Act::Up, [plain(Key::ArrowUp)], "Move the layer up (in Layers)", "图层上移（图层编辑时）";
        Act::Down, [plain(Key::ArrowDown)], "Move the layer down (in Layers)", "图层下移（图层编辑时）";
        Act::ZoomIn, [plain(Key::Plus), shift(Key::Plus), plain(Key::Equals)], "Make the layer larger (in Layers)", "放大图层（图层编辑时）";
        Act::ZoomOut, [plain(Key::Minus)], "Make the layer smaller (in Layers)", "缩小图层（图层编辑时）";
        Act::Trash, [plain(Key::Delete)], "Hide the layer, or show it again (in Layers)", "隐藏或重新显示图层（图层编辑时）";
    }
    Talk {
        Act::Send, [plain(Key::Enter), ctrl(Key::Enter)], "Send", "发送";
        Act::NewLine, [shift(Key::Enter)], "New line", "换行";
        Act::EditLast, [plain(Key::ArrowUp)], "Edit your last message (while the field is empty)", "编辑上一条消息（输入框为空时）";
        Act::VersionBefore, [plain(Key::ArrowLeft)], "Previous version (while the field is empty)", "上一个版本（输入框为空时）";
        Act::VersionAfter, [plain(Key::ArrowRight)], "Next version (while the field is empty)", "下一个版本（输入框为空时）";
        Act::Rename, [plain(Key::F2)], "Rename the conversation", "重命名对话";
    }
    Form {
        Act::Finish, [ctrl(Key::Enter)], "Write the form, or save the persona", "按表单书写，或保存角色";
    }
    Page {
        Act::PageWrite, [ctrl(Key::Enter)], "Continue writing at the cursor", "从光标处续写";
        Act::PageAgain, [ctrl(Key::R)], "Write the last passage again", "重写上一段";
        Act::PageUndo, [ctrl(Key::Z)], "Undo", "撤销";
        Act::PageRedo, [ctrl_shift(Key::Z), ctrl(Key::Y)], "Redo", "重做";
    }
    Gallery {
        Act::Left, [plain(Key::ArrowLeft)], "The picture to the left", "左边的图片";
        Act::Right, [plain(Key::ArrowRight)], "The picture to the right", "右边的图片";
        Act::Up, [plain(Key::ArrowUp)], "The picture above", "上面的图片";
        Act::Down, [plain(Key::ArrowDown)], "The picture below", "下面的图片";
        Act::Ends, [plain(Key::Home), plain(Key::End)], "The first picture, the last one", "第一张，最后一张";
        Act::Full, [plain(Key::Space), plain(Key::Enter)], "Show the picture in full", "全屏查看图片";
        Act::Information, [plain(Key::I)], "The picture's information (in the full view)", "图片信息（全屏查看时）";
        Act::Fit, [ctrl(Key::Num9)], "Fit the picture (in the full view)", "图片适应窗口（全屏查看时）";
        Act::ZoomIn, [plain(Key::Plus), plain(Key::Equals)], "Zoom in (in the full view)", "放大（全屏查看时）";
        Act::ZoomOut, [plain(Key::Minus)], "Zoom out (in the full view)", "缩小（全屏查看时）";
        Act::MarkAll, [ctrl(Key::A)], "Select all", "全选";
        Act::Extend, [shift(Key::ArrowLeft), shift(Key::ArrowRight), shift(Key::ArrowUp), shift(Key::ArrowDown)], "Extend the selection", "扩展选择";
        Act::Walk, [ctrl(Key::ArrowLeft), ctrl(Key::ArrowRight), ctrl(Key::ArrowUp), ctrl(Key::ArrowDown)], "Move and keep the selection", "移动而不改变选择";
        Act::Toggle, [ctrl(Key::Space)], "Add this picture to the selection, or remove it", "把这张图片加入或移出选择";
        Act::Trash, [plain(Key::Delete)], "Move the picture to the trash", "把图片移到回收站";
    }
}

impl Shortcut {
    /// Its keys as they are written on a keyboard, such as `Ctrl+Shift+N`.
    pub fn names(&self) -> Vec<String> {
        self.keys.iter().filter(|key| key.logical_key != Key::Equals).map(name).collect()
    }
}

fn name(keys: &KeyboardShortcut) -> String {
    let Modifiers { command, shift, .. } = keys.modifiers;
    let key = match keys.logical_key {
        Key::Questionmark => return "?".to_owned(),
        Key::ArrowLeft => "←",
        Key::ArrowRight => "→",
        Key::ArrowUp => "↑",
        Key::ArrowDown => "↓",
        Key::Escape => "Esc",
        Key::Plus => "+",
        Key::Minus => "-",
        key => key.name(),
    };
    let mut name = String::new();
    if command {
        name.push_str(if cfg!(target_os = "macos") { "⌘" } else { "Ctrl+" });
    }
    if shift {
        name.push_str("Shift+");
    }
    name + key
}

fn keys(act: Act) -> impl Iterator<Item = &'static KeyboardShortcut> {
    SHORTCUTS.iter().filter(move |shortcut| shortcut.act == act).flat_map(|shortcut| shortcut.keys)
}

/// A key that is named after the sign that it types.
fn is_sign(key: Key) -> bool {
    matches!(key, Key::Plus | Key::Equals | Key::Minus | Key::Questionmark)
}

/// Where in the events of this frame a key of the table was pressed.
fn find(ui: &Ui, act: Act) -> Option<usize> {
    // A question mark in a text is one.
    let typing = ui.ctx().text_edit_focused();
    let is = |event: &egui::Event| {
        let egui::Event::Key { key, pressed: true, modifiers, .. } = event else { return false };
        let known = |of: &KeyboardShortcut| {
            // Whether a sign takes Shift is the keyboard's matter: + does on an American one, and not on a German one.
            let shift = of.modifiers.shift || (modifiers.shift && is_sign(*key));
            of.logical_key == *key && modifiers.matches_exact(Modifiers { shift, ..of.modifiers })
        };
        keys(act).any(known) && !(typing && *key == Key::Questionmark)
    };
    ui.input(|input| input.events.iter().position(is))
}

/// Whether a question or a list is over the room of `ui` and has the keyboard for itself.
pub fn is_behind(ui: &Ui) -> bool {
    ui.memory(|memory| memory.top_modal_layer()).is_some_and(|top| top != ui.layer_id())
}

/// [`pressed`] for a part of a room.
pub fn pressed_in(ui: &Ui, act: Act) -> bool {
    !is_behind(ui) && pressed(ui, act)
}

/// Whether a shortcut of the window itself was pressed; its key is used up.
pub fn pressed(ui: &Ui, act: Act) -> bool {
    let at = find(ui, act);
    if let Some(at) = at {
        ui.input_mut(|input| input.events.remove(at));
    }
    at.is_some()
}

/// Reads the shortcuts before any field can take their keys.
/// `list` is whether the shortcuts are shown.
pub fn run(ui: &Ui, cx: &mut Cx<'_>, list: &mut bool) {
    if find(ui, Act::Leave).is_some() {
        let frame = ui.ctx().cumulative_frame_nr();
        ui.data_mut(|data| data.insert_temp(escape_id(), frame));
    }
    // Every field takes what was typed before the window closes over it.
    if ui.input(|input| input.viewport().close_requested()) {
        leave_field(ui);
    }
    if pressed(ui, Act::List) {
        *list = !*list;
    }
    // The list takes Esc for itself.
    if *list {
        return;
    }
    // A question over the window has the keyboard for itself, but for the Esc that leaves it.
    if cx.state.ask.path.is_some() || cx.state.ask.folder.is_some() {
        if !egui::Popup::is_any_open(ui.ctx()) && find(ui, Act::Leave).is_some() {
            escape(cx, None);
        }
        return take_dropped(ui, cx);
    }
    note_letters(ui, cx);
    for room in Room::ALL {
        if pressed(ui, Act::Go(room)) {
            leave_field(ui);
            cx.push(Command::Go(room));
        }
    }
    if pressed(ui, Act::NewPage) {
        leave_field(ui);
        cx.push(Command::Go(Room::Write));
        cx.push(Command::Write(WriteCommand::Page(PageCommand::New)));
    }
    // A sheet of its own way back, or a field that was typed into since then, has the key for itself.
    let undo = |event: &Event| match event {
        // As it was with the key: Ctrl may be up again by the end of the frame.
        Event::Key { key: Key::Z, pressed: true, modifiers, .. } => modifiers.command && !modifiers.shift,
        _ => false,
    };
    if ui.input(|i| i.events.iter().any(undo)) && undoes_action(ui, cx) {
        pressed(ui, Act::Undo);
        cx.push(Command::Undo);
    }
    if find(ui, Act::Redo).is_some() && redoes_action(ui, cx) {
        pressed(ui, Act::Redo);
        cx.push(Command::Redo);
    }
    if pressed(ui, Act::NewTalk) {
        leave_field(ui);
        cx.push(Command::Go(Room::Write));
        cx.push(Command::Write(WriteCommand::NewConversation));
    }
    if pressed(ui, Act::Open) {
        cx.push(Command::ChooseFile);
    }
    if pressed(ui, Act::Save) {
        save(cx);
    }
    zoom(ui, cx);
    let here = cx.state.room();
    if here == Room::Create && pressed(ui, Act::Generate) {
        cx.push(Command::Create(CreateCommand::Generate));
    }
    // The trash covers the room: the room's shortcuts do nothing.
    let trash = cx.state.trash.shown.is_some();
    if here == Room::Write && !trash && cx.state.write.form.is_some() && pressed(ui, Act::Generate) {
        cx.push(Command::Write(WriteCommand::WriteForm));
    }
    // An open menu takes Esc and the arrows for itself.
    let popup = egui::Popup::is_any_open(ui.ctx());
    if !popup && find(ui, Act::Leave).is_some() && !super::number::is_typed(ui.ctx()) {
        // The field gave the focus up at this key.
        let search = super::focus::search(cx.state).filter(|(id, text, _)| {
            !text.is_empty() && ui.memory(|memory| memory.has_focus(*id) || memory.had_focus_last_frame(*id))
        });
        escape(cx, search.map(|(.., clear)| clear));
    }
    if !popup && !trash && is_free(ui, cx) {
        talk(ui, cx);
    }
    let typing = ui.ctx().text_edit_focused();
    if here == Room::Gallery && !trash && !typing && !popup && pressed(ui, Act::Trash) {
        let gallery = &cx.state.gallery;
        match (gallery.marked.len(), &gallery.selected) {
            (2.., _) => cx.push(Command::Gallery(GalleryCommand::TrashItems(gallery.marked.iter().cloned().collect()))),
            (_, Some(path)) => cx.push(Command::Gallery(GalleryCommand::TrashItem(path.clone()))),
            (_, None) => {}
        }
    }
    take_dropped(ui, cx);
}

fn take_dropped(ui: &Ui, cx: &mut Cx<'_>) {
    let dropped: Vec<_> = ui.input(|i| i.raw.dropped_files.iter().map(|f| f.path().to_owned()).collect());
    for path in dropped {
        cx.push(Command::OpenFile(path));
    }
}

/// Sizes of the text, one step from the next.
const ZOOMS: [f32; 9] = [0.75, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0, 2.5];

fn zoom(ui: &Ui, cx: &mut Cx<'_>) {
    let now = cx.state.settings.zoom.unwrap_or(1.0);
    let near = |zoom: f32| (zoom - now).abs() < 0.01;
    let steps = [
        (Act::Larger, ZOOMS.into_iter().find(|zoom| *zoom > now && !near(*zoom))),
        (Act::Smaller, ZOOMS.into_iter().rev().find(|zoom| *zoom < now && !near(*zoom))),
    ];
    for (act, to) in steps {
        if pressed(ui, act)
            && let Some(to) = to
        {
            cx.push(Command::Settings(SettingsCommand::SetZoom(to)));
        }
    }
    if pressed(ui, Act::Usual) {
        cx.push(Command::Settings(SettingsCommand::SetZoom(1.0)));
    }
}

fn escape_id() -> Id {
    Id::unique("escape")
}

/// Whether Esc was pressed in this frame or the one before: egui tells in both that a field has lost the focus by it.
/// Where it draws a frame twice, only the first drawing sees the key itself.
pub fn escaped(ui: &Ui) -> bool {
    let frame = ui.ctx().cumulative_frame_nr();
    ui.data(|data| data.get_temp::<u64>(escape_id())).is_some_and(|at| frame <= at + 1)
}

/// Takes the focus off the field that has it, before it is drawn: it takes what was typed.
fn leave_field(ui: &Ui) {
    ui.memory_mut(|memory| {
        if let Some(id) = memory.focused() {
            memory.surrender_focus(id);
        }
    });
}

/// Whether a talk is shown whose field is empty, and nothing else has the focus: the arrows are the talk's.
fn is_free(ui: &Ui, cx: &Cx<'_>) -> bool {
    let shown = cx.state.room() == Room::Write && fields::typing_id(cx.state) == fields::draft_id(cx.state);
    let focused = ui.memory(|memory| memory.focused());
    let idle = !cx.state.write.is_writing_here() && cx.state.write.draft.is_empty();
    shown && idle && focused.is_none_or(|id| id == fields::draft_id(cx.state))
}

fn talk(ui: &Ui, cx: &mut Cx<'_>) {
    if [Act::EditLast, Act::VersionBefore, Act::VersionAfter].iter().all(|act| find(ui, *act).is_none()) {
        return;
    }
    let open = &cx.state.write.open;
    if let Some(turn) = open.turns.iter().rev().find(|turn| turn.message.role == Role::User)
        && pressed(ui, Act::EditLast)
    {
        cx.push(Command::Write(WriteCommand::BeginEdit(turn.id)));
    }
    let Some(last) = open.turns.last() else { return };
    let versions = open.shelf.siblings(last);
    let Some(at) = versions.iter().position(|id| *id == last.id) else { return };
    let before = at.checked_sub(1).and_then(|at| versions.get(at));
    for (act, to) in [(Act::VersionBefore, before), (Act::VersionAfter, versions.get(at + 1))] {
        if let Some(to) = to
            && pressed(ui, act)
        {
            cx.push(Command::Write(WriteCommand::SelectBranch(*to)));
        }
    }
}

/// The page whose own way back and forth the keys take, if any.
fn sheet<'a>(ui: &Ui, cx: &Cx<'a>) -> Option<&'a Page> {
    let state = cx.state;
    let page = state.write.open.page.as_deref().filter(|_| state.room() == Room::Write && state.trash.shown.is_none());
    page.filter(|_| ui.memory(|memory| memory.focused()).is_none_or(|id| id == fields::sheet_id()))
}

/// Whether Ctrl+Z undoes the newest action of the room, not typing: once an action was undone, it continues with
/// actions until something is typed again.
fn undoes_action(ui: &Ui, cx: &Cx<'_>) -> bool {
    let (undo, here) = (&cx.state.undo, cx.state.undo_here());
    let fresh = undo.is_fresh(here.room) && !has_letters(ui, cx);
    let newest = undo.newest(here);
    if newest.is_some() && fresh {
        return true;
    }
    if let Some(page) = sheet(ui, cx) {
        return page.undo().is_none();
    }
    // Nothing is left: that is said, and no text goes instead, but for the letters that an example took the place of.
    if fresh && !undo.gave_back_letters(here) || !ui.ctx().text_edit_focused() {
        return true;
    }
    // A field without letters to take back lets the room have the key.
    let focused = ui.memory(|memory| memory.focused());
    newest.is_some() && focused.is_some_and(|id| !letters::can_undo(ui.ctx(), id))
}

/// Whether the keys do an action of the room again, not what was typed.
fn redoes_action(ui: &Ui, cx: &Cx<'_>) -> bool {
    if has_letters(ui, cx) {
        return false;
    }
    if cx.state.can_redo() {
        return true;
    }
    let focused = ui.memory(|memory| memory.focused()).filter(|_| ui.ctx().text_edit_focused());
    let letters = focused.is_some_and(|id| letters::can_redo(ui.ctx(), id));
    let others = focused.is_none() || cx.state.undo.is_fresh(cx.state.room());
    others && !letters && sheet(ui, cx).is_none()
}

fn letters_id() -> Id {
    Id::unique("letters-of-a-field")
}

/// Notes the field that letters go into: until the next action they are its own to take back and to do again, also where
/// it keeps them to itself until it is left, as the fields of numbers do.
fn note_letters(ui: &Ui, cx: &Cx<'_>) {
    let types = |event: &Event| match event {
        Event::Text(_) | Event::Paste(_) | Event::Cut | Event::Ime(egui::ImeEvent::Commit(_)) => true,
        Event::Key { key: Key::Backspace | Key::Delete, pressed, .. } => *pressed,
        _ => false,
    };
    if ui.ctx().text_edit_focused() && ui.input(|input| input.events.iter().any(types)) {
        let typed = (ui.memory(|memory| memory.focused()), cx.state.undo.steps());
        ui.data_mut(|data| data.insert_temp(letters_id(), typed));
    }
}

/// Whether the field that has the focus is the one that letters went into since the last action.
fn has_letters(ui: &Ui, cx: &Cx<'_>) -> bool {
    let focused = ui.memory(|memory| memory.focused());
    let typed = ui.data(|data| data.get_temp::<(Option<Id>, u64)>(letters_id()));
    ui.ctx().text_edit_focused() && typed == Some((focused, cx.state.undo.steps()))
}

/// `search` clears the search that has the keyboard: what was searched for goes before the room does.
fn escape(cx: &mut Cx<'_>, search: Option<Command>) {
    let gallery = &cx.state.gallery;
    let trash = &cx.state.trash;
    if cx.state.ask.path.is_some() || cx.state.ask.folder.is_some() {
        return cx.push(Command::Ask(AskCommand::Leave));
    }
    if trash.shown.is_some() {
        let kept = match (&trash.asking, &trash.looked) {
            (Some(_), _) => TrashCommand::Keep,
            (None, Some(_)) => TrashCommand::Look(None),
            (None, None) => TrashCommand::Close,
        };
        return cx.push(Command::Trash(kept));
    }
    if let Some(clear) = search {
        return cx.push(clear);
    }
    match cx.state.room() {
        Room::Models if let Some(entry) = cx.state.catalogue.entries.iter().find(|entry| entry.asking) => {
            cx.push(Command::Models(ModelsCommand::AnswerTerms(entry.card.id.clone(), false)));
        }
        Room::Write if cx.state.write.titling.is_some() => cx.push(Command::Write(WriteCommand::LeaveTitle)),
        Room::Create if let Some(layers) = &cx.state.create.layers => {
            cx.push(Command::Create(CreateCommand::Layers(if layers.is_drawn() {
                LayersCommand::Stop
            } else {
                LayersCommand::Done
            })));
        }
        Room::Create if cx.state.create.running().is_some() => cx.push(Command::CancelCurrent),
        Room::Write if cx.state.personas.editing.is_some() => cx.push(Command::Persona(PersonaCommand::Leave)),
        Room::Write if cx.state.personas.shown => cx.push(Command::Persona(PersonaCommand::Show(false))),
        Room::Write if cx.state.write.editing.is_some() => cx.push(Command::Write(WriteCommand::CancelEdit)),
        Room::Write if cx.state.write.form.is_some() => cx.push(Command::Write(WriteCommand::CloseForm)),
        Room::Write if cx.state.write.is_writing_here() => cx.push(Command::CancelCurrent),
        Room::Create
            if let Stage::Shot(shot) = cx.state.create.stage()
                && cx.state.create.batch().is_none()
                && cx.state.create.is_batch(shot.key.0) =>
        {
            cx.push(Command::Create(CreateCommand::Show(Shown::Batch(shot.key.0))));
        }
        Room::Gallery if gallery.full => cx.push(Command::Gallery(GalleryCommand::ShowFull(false))),
        Room::Gallery if !gallery.marked.is_empty() => cx.push(Command::Gallery(GalleryCommand::Unmark)),
        Room::Gallery if gallery.selected.is_some() => cx.push(Command::Gallery(GalleryCommand::Select(None))),
        Room::Gallery if !gallery.search.is_empty() => {
            cx.push(Command::Gallery(GalleryCommand::SetSearch(String::new())))
        }
        Room::Write if !cx.state.write.search.is_empty() => {
            cx.push(Command::Write(WriteCommand::SetSearch(String::new())))
        }
        Room::Create | Room::Write | Room::Gallery | Room::Models | Room::Settings => {
            newest_error(cx).into_iter().for_each(|command| cx.push(command))
        }
    }
}

/// What takes away the error that is shown in this room: its own, else the newest that waits.
fn newest_error(cx: &Cx<'_>) -> Option<Command> {
    let state = cx.state;
    let own = match state.room() {
        Room::Create => {
            let waits = state.create.error.is_some() || state.create.offers_decoding();
            waits.then_some(Command::Create(CreateCommand::DismissError))
        }
        Room::Write => state.write.error.as_ref().map(|_| Command::Write(WriteCommand::DismissError)),
        Room::Models => state.models.error.as_ref().map(|_| Command::Models(ModelsCommand::DismissError)),
        Room::Gallery | Room::Settings => None,
    };
    own.or_else(|| state.waiting_in(state.room()).next_back().map(|notice| Command::DismissNotice(notice.id)))
}

fn save(cx: &mut Cx<'_>) {
    if cx.state.trash.shown.is_some() {
        return;
    }
    match cx.state.room() {
        Room::Create if cx.state.create.layers.is_some() => {
            cx.push(Command::Create(CreateCommand::Layers(LayersCommand::Export(LayersFormat::Png))));
        }
        Room::Create => {
            if let Stage::Shot(shot) = cx.state.create.stage() {
                cx.push(Command::Create(CreateCommand::SavePictureAs(shot.key)));
            }
        }
        Room::Gallery => {
            if let Some(path) = &cx.state.gallery.selected {
                cx.push(Command::Gallery(GalleryCommand::SaveItemAs(path.clone())));
            }
        }
        Room::Write if !cx.state.write.open.is_blank() => {
            cx.push(Command::Write(WriteCommand::ExportConversation(TextFormat::Markdown)));
        }
        _ => {}
    }
}

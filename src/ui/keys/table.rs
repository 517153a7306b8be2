//! The table of shortcuts: what each does, where, and how its keys are written.

use egui::{Key, KeyboardShortcut, Modifiers};

use crate::domain::Room;

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

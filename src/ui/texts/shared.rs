//! Texts of several rooms.

texts! {
    // Rooms
    Create: "Create", "绘图";
    Write: "Write", "写作";
    Gallery: "Gallery", "图库";
    Models: "Models", "模型";
    Settings: "Settings", "设置";
    RoomShortcut: "{0} (Ctrl+{1})", "{0}（Ctrl+{1}）";

    // Everywhere
    Cancel: "Cancel", "取消";
    Close: "Close", "关闭";
    Dismiss: "Dismiss", "知道了";
    ShowAllOf: "Show all {0}", "显示全部 {0} 个";
    NewestOnly: "Only the newest of {0}", "只显示 {0} 个中最新的";
    DismissAll: "Dismiss all {0}", "{0} 条全部知道了";
    PanelWidth: "Width of the panel; double-click resets it", "面板宽度；双击恢复默认";
    MoreNotes: "and {0} more", "另有 {0} 条";
    ProblemsHere: "{0}: something went wrong here", "{0}：这里出了问题";
    Picture: "Picture", "图片";
    Details: "Details", "详细信息";
    CopyDetails: "Copy details", "复制详细信息";
    CopyPath: "Copy path", "复制路径";
    CopyAddress: "Copy address", "复制地址";
    Undo: "Undo", "撤销";
    TryAgain: "Try again", "重试";
    KeepEdit: "Keep", "保留";
    Copied: "Copied", "已复制";
    Copy: "Copy", "复制";
    SaveAs: "Save as", "另存为";
    ShowInFolder: "Show in folder", "在文件夹中显示";
    DeleteToTrash: "Move to the trash", "移到回收站";
    NothingFound: "Nothing found", "没有找到";
    Esc: "Esc", "Esc 键";

    // Keyboard and screen reader
    Shortcuts: "Keyboard shortcuts", "键盘快捷键";
    Everywhere: "Everywhere", "任何地方";
    You: "You", "你";
    SaidBy: "{0} says: {1}", "{0}说：{1}";
    WritingAnswer: "Writing the answer", "正在写回答";
    ReadingPercent: "Reading, {0} percent", "正在读取，百分之 {0}";
    DrawingPercent: "Drawing, {0} percent", "正在绘图，百分之 {0}";
    PictureDone: "The picture is done: {0}", "图片已完成：{0}";
    DropHere: "Drop a picture, chat, persona or model", "松开鼠标，打开图片、对话、角色或模型";

    // Remedies
    OpenSettings: "Open Settings", "打开设置";
    ChooseAnotherFolder: "Choose another folder", "选择另一个文件夹";
    ChooseAnotherModel: "Choose another model", "选择另一个模型";
    FreeMemory: "Free memory", "释放内存";
}

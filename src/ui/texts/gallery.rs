//! Texts of Gallery.

texts! {
    SearchPictures: "Search prompts", "搜索提示词";
    PictureCount: "{0} {0:picture|pictures}", "{0} 张图片";
    OnePicture: "1 picture", "1 张图片";
    ClearSearch: "Clear the search (Esc)", "清除搜索（Esc）";
    ThumbnailSize: "Size of the thumbnails", "缩略图大小";
    MarkedCount: "{0} {0:picture|pictures} selected", "已选择 {0} 张图片";
    MarkOn: "Select with others (Ctrl+click)", "加入选择（Ctrl+点击）";
    MarkOff: "Remove from the selection", "移出选择";
    SaveCopies: "Save copies to…", "保存副本到…";
    Compare: "Compare", "比较";
    CompareHover: "Side by side, with the settings that differ (2 to 4 pictures)", "并排显示，并列出不同的设置（2 到 4 张）";
    Unmark: "Clear the selection (Esc)", "取消选择（Esc）";
    OpenFull: "Full view (Space)", "全屏查看（空格）";
    CloseFull: "Back to the grid (Esc)", "返回网格（Esc）";
    PreviousPicture: "Previous picture (Left)", "上一张（左方向键）";
    NextPicture: "Next picture (Right)", "下一张（右方向键）";
    PlaceOf: "{0} of {1}", "第 {0} 张，共 {1} 张";
    Information: "Information (I)", "信息（I）";
    SameSettings: "The same settings", "设置相同";
    Refresh: "Read the folder again", "重新读取文件夹";
    OpenLibraryFolder: "Open the folder", "打开文件夹";
    OpenPicture: "Open a picture…", "打开图片…";
    OpenPictureHover: "Bring back prompt and settings of a picture (Ctrl+O)", "恢复一张图片的提示词和设置（Ctrl+O）";
    ReadingLibrary: "Reading the library…", "正在读取图库…";
    GalleryEmptyTitle: "No pictures yet", "还没有图片";
    GalleryEmptyText: "Every picture you make is kept here with its settings.", "生成的每张图片都会连同设置保存在这里。";
    GoCreate: "Draw the first one", "去画第一张";
    NoSettingsInside: "This file has no settings.", "这个文件里没有设置。";
    Made: "Created", "制作时间";
    File: "File", "文件";
    PictureDetailsHint: "Choose a picture to see its settings here.", "选择一张图片，这里会显示它的设置。";
    NothingFoundFor: "No prompt or file name contains “{0}”.", "没有提示词或文件名含有“{0}”。";
    ShowAllPictures: "Clear the search", "清除搜索";
    BrokenPicture: "Damaged", "已损坏";
    DifferIn: "Different: {0}", "不同之处：{0}";
}

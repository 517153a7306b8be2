//! Texts of Settings and of the status bar.

texts! {
    // Settings
    Appearance: "Appearance", "外观";
    Language: "Language", "语言";
    Theme: "Theme", "主题";
    Dark: "Dark", "深色";
    Light: "Light", "浅色";
    AsSystem: "System", "跟随系统";
    TextSize: "Interface size", "界面大小";
    TextSizeNow: "Now {0}%", "当前 {0}%";
    Folders: "Folders", "文件夹";
    LibraryFolder: "Pictures", "图片";
    LibraryFolderNote: "Finished pictures are written here at once.", "生成的图片会立即保存到这里。";
    ModelsFolder: "Models", "模型";
    ModelsFolderNote: "Fetched models are kept here.", "下载的模型保存在这里。";
    Choose: "Choose…", "选择…";
    OpenFolder: "Open", "打开";
    Machine: "This machine", "这台电脑";
    Device: "Device", "设备";
    DeviceNote: "Where models run.", "模型在哪里运行。";
    DeviceAuto: "Automatic", "自动";
    DeviceCpu: "CPU only", "仅 CPU";
    DeviceNow: "Now: {0}", "当前：{0}";
    Memory: "Memory", "内存";
    MemoryNote: "Models stay loaded so that the next job starts at once.", "模型保持加载，下一个任务可以立即开始。";
    Network: "Network", "网络";
    OfflineNote: "Used only for models that you ask for.", "仅用于下载你要求的模型。";
    StayOffline: "Stay offline", "保持离线";
    About: "About", "关于";
    AboutText: "A studio for pictures and text that runs on this machine alone.", "完全在这台电脑上运行的图片与文字工作室。";
    FirstFrame: "The window opened in {0} s.", "窗口在 {0} 秒内打开。";
    CopyFacts: "Copy for a bug report", "复制（用于反馈问题）";
    CopyFactsHover: "Version, commit, system, kernels and device", "版本、提交、系统、内核和设备";
    Licences: "Licences", "许可证";
    LicencesAbout: "All of it is inside the program and can be read offline. Models that you fetch have licences of their own, shown in Models.", "这些内容都在软件内，可离线阅读。你下载的模型有各自的许可证，见“模型”。";
    LicencesReading: "Unpacking…", "正在读取…";
    LicencesPackages: "Rust packages: {0}", "Rust 软件包：{0} 个";
    CopyLicence: "Copy these licences", "复制这些许可证";
    BackToLicences: "All licences", "所有许可证";

    // Status bar
    DeviceHover: "Where models run", "模型运行的设备";
    MemoryHover: "Memory in use / available to models", "已用内存 / 模型可用内存";
    Widened: "{0} {0:prediction overflowed half precision and was|predictions overflowed half precision and were} recomputed in full precision", "有 {0} 次预测在半精度下溢出，已用全精度重算";
    NextRun: "next picture: {0}", "下一张图：{0}";
    NextRunTooLarge: "next picture: {0}, more than is free", "下一张图：{0}，超出可用内存";
    NextRunHover: "Memory that the chosen model and size will take", "所选模型和尺寸将占用的内存";
    ModelHover: "The model chosen in this room, and what it is doing", "当前选择的模型及其状态";
    QueueHover: "Picture jobs that wait", "等待中的绘图任务";
    SpeedHover: "Speed of the last job", "最近任务的速度";
    WaitingJobs: "{0} waiting", "{0} 个等待";
    DrawingNow: "drawing {0}%", "绘图中 {0}%";
    DrawingBegins: "drawing", "绘图中";
    WritingNow: "writing, tokens so far: {0}", "写作中，已写 {0} 个词元";
    OtherRoomHover: "What runs in the other room", "另一处正在进行的任务";
    SecondsPerStep: "{0} a step", "每步 {0}";
    Loading: "loading", "加载中";
    LoadingPercent: "loading {0}%", "加载中 {0}%";
    Running: "running", "运行中";
    InMemory: "in memory", "已加载";
    NotHere: "not fetched", "未下载";
    Ready: "ready", "就绪";
}

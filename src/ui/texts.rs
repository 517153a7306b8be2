//! Every text of the window, in every language. Nothing that a person reads is written anywhere else in `ui`.
//!
//! `{0}`, `{1}` are places that [`T::with`] fills in; `{0:turn|turns}` is the word that goes with the number in `{0}`.

use std::fmt::Display;

use crate::lang::Lang;

macro_rules! texts {
    ($($name:ident: $en:literal, $zh:literal;)*) => {
        /// One text of the window.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[allow(missing_docs, reason = "each name stands beside its wording")]
        pub enum T { $($name,)* }

        impl T {
            /// All texts, for tests.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The wording in `lang`.
            pub const fn tr(self, lang: Lang) -> &'static str {
                match (self, lang) {
                    $((Self::$name, Lang::En) => $en, (Self::$name, Lang::Zh) => $zh,)*
                }
            }
        }
    };
}

impl T {
    /// The wording with its places filled in.
    pub fn with(self, lang: Lang, args: &[&dyn Display]) -> String {
        let mut rest = self.tr(lang);
        let mut out = String::with_capacity(rest.len() + 16);
        // One pass: an argument that has `{0}` in it (a prompt may) is not filled in again.
        while let Some(at) = rest.find('{') {
            out.push_str(&rest[..at]);
            let (place, after) = rest[at + 1..].split_once('}').unwrap_or((&rest[at + 1..], ""));
            let (place, words) = place.split_once(':').unwrap_or((place, ""));
            if let Some(arg) = place.parse::<usize>().ok().and_then(|i| args.get(i)) {
                let arg = arg.to_string();
                match words.split_once('|') {
                    Some((one, more)) => out.push_str(if arg == "1" { one } else { more }),
                    None => out.push_str(&arg),
                }
            }
            rest = after;
        }
        out.push_str(rest);
        out
    }
}

texts! {
    // Layers of a scene
    Layers: "Layers", "图层";
    LayersHover: "Move, scale, flip, recolour or redraw each thing of this picture", "移动、缩放、翻转、改色或重画图中的每样东西";
    LayersDone: "Done", "完成";
    LayersDoneHover: "Leaves the layers. What you changed becomes a new picture; the old one stays.", "退出图层。改动会存为新图片，原图不变。";
    LayersUndo: "Take back the last change (Ctrl+Z)", "撤销上一步改动（Ctrl+Z）";
    LayersRedo: "Do it again (Ctrl+Shift+Z)", "重做（Ctrl+Shift+Z）";
    LayersOf: "Of the picture “{0}”", "图片“{0}”";
    LayersStep: "Drawing the layers: step {0} of {1} · {2} left", "正在绘制图层：第 {0} 步，共 {1} 步 · 剩余 {2}";
    LayersWait: "The layers are drawn when it is their turn", "轮到时会绘制图层";
    LayersNothingMade: "The picture is not put together. Change something to try again.", "图片尚未合成。做任意改动即可重试。";
    LayerSeenAs: "Drawn as “{0}”", "绘制为“{0}”";
    LayersReset: "Arrange everything as the prompt says", "按提示词重新排布全部图层";
    LayersComposing: "Putting the picture together…", "正在合成图片…";
    LayersComing: "The layers are being drawn…", "正在绘制图层…";
    LayersGround: "Background", "背景";
    LayersChoose: "Choose a layer, here or in the picture. Drag it to move it, its corners to scale it.", "在此处或图中选择一个图层。拖动可移动，拖动四角可缩放。";
    LayersCanvas: "The scene. Choose a layer to change it.", "场景。选择一个图层后可以修改。";
    LayersCanvasOf: "The scene. {0} is chosen: arrow keys move it, plus and minus scale it, Delete hides it.", "场景。已选择{0}：方向键移动，加减键缩放，Delete 键隐藏。";
    LayersSaveHover: "Save the picture, or its layers", "保存图片或其图层";
    LayersPng: "The picture (PNG, JPEG, WebP or SVG)…", "图片（PNG、JPEG、WebP 或 SVG）…";
    LayersEach: "A PNG of each layer…", "每个图层一个 PNG…";
    LayersOra: "With layers, for GIMP and Krita (OpenRaster)…", "保留图层，用于 GIMP 和 Krita（OpenRaster）…";
    Arranged: "Layers as arranged", "图层已排布";
    ArrangedHover: "The layers are placed as in the picture that these settings are from. Click to lay them out anew.", "图层按设置所属图片排布。点击可恢复自动排布。";
    ArrangedForget: "Lay out the layers anew", "恢复自动排布";
    LayerShow: "Show {0}", "显示{0}";
    LayerHide: "Hide {0}", "隐藏{0}";
    LayerForward: "Bring forward", "前移一层";
    LayerBackward: "Send backward", "后移一层";
    LayerLarger: "Larger", "放大";
    LayerSmaller: "Smaller", "缩小";
    LayerFlip: "Flip", "翻转";
    LayerFlipHover: "Exchanges left and right", "左右翻转";
    LayerRedraw: "Another one", "换一个";
    LayerRedrawHover: "Draws another of the same thing; the other layers stay", "重画同样的东西，其他图层不变";
    LayerColour: "Colour", "颜色";
    LayerColourHover: "Gives this layer another colour", "更改此图层的颜色";
    ColourOfPrompt: "As the prompt says", "按提示词";
    ColourNone: "As it was drawn", "保持原色";
    ColourRed: "Red", "红色";
    ColourOrange: "Orange", "橙色";
    ColourYellow: "Yellow", "黄色";
    ColourGreen: "Green", "绿色";
    ColourCyan: "Cyan", "青色";
    ColourBlue: "Blue", "蓝色";
    ColourPurple: "Purple", "紫色";
    ColourPink: "Pink", "粉色";
    ColourBrown: "Brown", "棕色";

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
    PanelWidth: "Width of the panel; a double click brings the usual one back", "面板宽度；双击恢复默认";
    MoreNotes: "and {0} more", "另有 {0} 条";
    ProblemsHere: "{0}: something went wrong here", "{0}：这里出了问题";
    Picture: "Picture", "图片";
    ShowConversations: "Show the conversations", "显示对话列表";
    PictureDetailsHint: "Choose a picture to see its settings here.", "选择一张图片，这里会显示它的设置。";
    Details: "Details", "详细信息";
    CopyDetails: "Copy details", "复制详细信息";
    CopyPath: "Copy path", "复制路径";
    CopyAddress: "Copy address", "复制地址";
    Undo: "Undo", "撤销";
    TryAgain: "Try again", "重试";
    Vae: "VAE", "VAE 解码器";
    PreviousBranch: "The version before", "上一个版本";
    NextBranch: "The next version", "下一个版本";
    EditAnswer: "Edit the answer", "编辑回答";
    KeepEdit: "Keep", "保留";
    EditAnswerHint: "The old answer stays beside it", "原来的回答会保留";
    WithAForm: "Or with a form", "或使用写作模板";
    WriteForm: "Write it", "开始写作";
    OpenAsPage: "Open as a page", "作为页面打开";
    SectionsToPage: "Put the sections together as a page", "把各节合成一个页面";
    WriteSection: "Write section {0} of {1}", "写第 {0} 节（共 {1} 节）";
    ChecksFound: "The form's checks", "检查结果";
    WriteThatAgain: "Write that again", "重写此处";
    ImprovePrompt: "Improve this prompt", "改进提示词";
    StopImproving: "Stop", "停止改进";
    WritingPrompt: "The language model is writing…", "语言模型正在改写…";
    PromptWritten: "A prompt for the passage stands in Create", "已为这段文字写好提示词";
    ProposedPrompt: "The language model proposes", "语言模型的建议";
    UseProposal: "Use it", "采用";
    KeepPrompt: "Keep mine", "保留原文";
    Styles: "Style and colour", "风格与颜色";
    StyleAdds: "Adds \u{201c}{0}\u{201d} to the prompt", "在提示词里加上“{0}”";
    StyleTakes: "Takes \u{201c}{0}\u{201d} out of the prompt", "从提示词里去掉“{0}”";
    PromptNotes: "Notes on the prompt", "关于提示词的说明";
    PromptNotesEmpty: "Notes on the prompt appear here", "关于提示词的说明会显示在这里";
    PictureOfTurn: "A picture of this", "为这段配图";
    LookInside: "Look inside: what else was weighed", "查看内部：还考虑过哪些词";
    NoTokensKept: "No tokens are kept of this answer: it was cut, changed or written before they were kept. Write it again to look inside.", "这个回答没有保存词元：它被截断、修改过，或写于开始保存之前。重写一次即可查看。";
    TokenNamed: "token {0}, {1}", "词元 {0}，{1}";
    MightHaveBeen: "Might have been; click to go on from there", "还可能是（点击可从此处重写）";
    Sure: "sure", "确定";
    Doubtful: "in doubt", "犹豫";
    Surprising: "surprising", "意外";
    ImportChat: "Open a chat, a character card or a lore book", "打开对话、角色卡或世界书";
    TermsOf: "Terms of {0}", "{0} 的使用条款";
    AgreeAndFetch: "Agree and fetch", "同意并下载";
    NotNow: "Not now", "暂不";
    DecodeAgain: "Decode again with the model in use", "用当前模型重新解码";
    LatentsKept: "All steps are kept in {0}", "所有步骤的结果已保存到 {0}";
    Copied: "Copied", "已复制";
    Copy: "Copy", "复制";
    SaveAs: "Save as", "另存为";
    ShowInFolder: "Show in folder", "在文件夹中显示";
    DeleteToTrash: "Move to the trash", "移到回收站";
    NothingFoundFor: "No prompt and no file name has “{0}”.", "没有提示词或文件名含有“{0}”。";
    ShowAllPictures: "Clear the search", "清除搜索";
    BrokenPicture: "Damaged", "已损坏";
    DifferIn: "Different: {0}", "不同之处：{0}";
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

    // Create: sliders
    Prompt: "Prompt", "提示词";
    PromptHint: "What would you like to see?", "想看到什么？";
    NegativePrompt: "Negative prompt", "反向提示词";
    NegativeHint: "What should not be there", "不希望出现的内容";
    Draws: "Draws", "将画";
    MeaningHover: "Choose what this word means", "选择这个词指什么";
    MeaningBack: "As it was read", "恢复原来的理解";
    InsteadOf: "Near \"{0}\":", "与“{0}”相近：";
    InsteadHover: "Draw this for the word", "用它来画这个词";
    LeftOutAsAsked: "Left out, as asked: {0}", "按要求不画：{0}";
    OneGround: "Only one background is drawn, left out: {0}", "只画一个背景，略去：{0}";
    OneColour: "One colour for each thing, left out: {0}", "每样东西只用一种颜色，略去：{0}";
    Contradicted: "Contradicts what was said before, left out: {0}", "与前面矛盾，略去：{0}";
    TooManyThings: "Too many things, the rest is left out: {0}", "东西太多，其余略去：{0}";
    SceneGround: "Behind: {0}", "背景：{0}";
    Meanings: "Meaning of words", "词义";
    WordsUnknown: "Unknown to this model, left out: {0}", "模型不认识，将略去：{0}";
    NoThingKnown: "The model does not know what to draw for: {0}", "模型不知道该怎么画：{0}";
    UnknownWords: "Not seen by the model: {0}", "模型没有看到：{0}";
    ReadWords: "{0}: the model read the first {1} of {2} {2:word|words}.", "{0}：模型只读取了前 {1} 个词（共 {2} 个）。";
    ReadTokens: "{0}: the model read the first {1} of {2} {2:token|tokens}.", "{0}：模型只读取了前 {1} 个词元（共 {2} 个）。";
    NotReadFrom: "Not read from “{0}” on.", "从“{0}”起未读取。";
    PromptMissing: "Write here what you would like to see", "请在这里写下想看到的内容";
    Model: "Model", "模型";
    Size: "Size", "尺寸";
    Width: "Width", "宽度";
    Height: "Height", "高度";
    SwapSides: "Swap width and height", "交换宽和高";
    SizeHover: "Sides in multiples of {0}. The model was trained on about {1}×{1} pixels; much more or less draws worse.", "边长须为 {0} 的倍数。模型约以 {1}×{1} 像素训练；相差太多会变差。";
    SizeIsFar: "Far from the {0}×{0} pixels that this model was trained on: things may repeat or blur.", "与模型训练时的 {0}×{0} 像素相差很大，画面可能重复或模糊。";
    OneSize: "{0}, the only size that this model draws", "{0}，这个模型只能画这个尺寸";
    Steps: "Steps", "步数";
    StepsHover: "More steps draw finer and take longer; past some thirty little changes.", "步数越多画得越细，也越慢；超过三十步变化很小。";
    Guidance: "Guidance", "引导强度";
    GuidanceHover: "Higher follows the prompt more closely; too high makes colours harsh and shapes stiff. 0 and 1 are off: the prompt alone.", "越高越贴近提示词；过高会使颜色刺眼、形状生硬。0 和 1 为关闭：只用提示词。";
    Seed: "Seed", "种子";
    SeedHover: "The same seed with the same settings makes the same picture or answer again.", "相同的种子和设置会得到相同的图片或回答。";
    SeedDigits: "A seed is a whole number: only its digits were taken.", "种子是整数：只保留了数字。";
    SeedTooLarge: "The largest seed is {0}: it took the place of what was typed.", "种子最大为 {0}：已用它代替输入的数字。";
    RandomSeed: "Random", "随机";
    RollSeed: "Roll a new seed and keep it", "掷出一个新种子并固定";
    PinSeed: "Keep this seed", "固定这个种子";
    UnpinSeed: "A new seed each time", "每次使用新种子";
    Count: "Pictures", "张数";
    CountHover: "How many pictures to make, each with the next seed.", "一次生成几张，每张使用下一个种子。";
    More: "More", "更多";
    Sampler: "Sampler", "采样器";
    SamplerHover: "The algorithm that turns noise into an image.", "把噪声变成图片的算法。";
    Schedule: "Schedule", "噪声调度";
    ScheduleHover: "How the noise is spread over the steps.", "噪声在各步之间如何分布。";
    Automatic: "Automatic", "自动";
    EulerHover: "The plain way: one look a step, quick.", "最简单：每步计算一次，速度快。";
    HeunHover: "Looks twice a step: finer at few steps, half as fast.", "每步计算两次：步数少时更细，速度减半。";
    MidpointHover: "Looks ahead to the middle of each step: smooth, half as fast.", "每步先看中点：更平滑，速度减半。";
    NoiseSource: "Noise source (RNG)", "噪声来源（RNG）";
    NoiseSourceHover: "Who turns the seed into noise. PyTorch makes the pictures of diffusers, and of A1111 on the CPU, again.", "由谁把种子变成噪声。PyTorch 可重现 diffusers 以及 A1111（CPU 噪声）的图片。";
    NoiseNative: "This program", "本程序";
    NoiseTorch: "PyTorch", "PyTorch 生成";
    GuidanceRescale: "Soften guidance (rescale)", "柔化引导（rescale）";
    GuidanceRescaleHover: "Takes back the glare of strong guidance (guidance rescale, CFG rescale); 0 is off.", "减轻高引导强度造成的过曝（guidance rescale / CFG rescale）；0 为关闭。";
    ClipSkip: "Text layer (clip skip)", "文本层（clip skip）";
    ClipSkipHover: "Which layer of the text encoder CLIP is read, counted from the last: 1 is the last. Many models of drawn figures want 2.", "读取文本编码器 CLIP 的哪一层，从最后一层数起：1 为最后一层。许多动漫模型适合用 2。";
    NotUsedHere: "The chosen model does not use it", "所选模型不使用此项";
    ResetSliders: "Reset sliders", "恢复默认值";
    DoubleClickResets: "Double click: back to {0}", "双击恢复为 {0}";
    ValueOf: "{0}: value", "{0}：数值";
    Generate: "Generate", "生成";
    GenerateHover: "Draws the prompt. While a picture forms, the next one waits in the queue.", "按提示词绘图。正在绘图时，新任务会排队等候。";
    OneRunning: "One job running", "一个任务正在运行";
    RunningAndWaiting: "One job running, {0} waiting", "一个任务正在运行，{0} 个等待";

    // Create: stage
    CreateEmptyTitle: "What would you like to see?", "想画点什么？";
    CreateEmptyText: "{0} draws on this machine. Pick an example, or type your own prompt.", "{0} 在这台电脑上绘图。点选例子，或自己输入。";
    MakeFirstPicture: "Draw a picture", "画一张";
    WaitingForTurn: "Waiting for its turn", "等待中";
    Stopping: "Stopping…", "正在停止…";
    LoadingModel: "Loading the model…", "正在加载模型…";
    LoadingModelPercent: "Loading the model, {0}%", "正在加载模型，{0}%";
    Starting: "Starting…", "正在开始…";
    StepOf: "Step {0} of {1} · {2} left", "第 {0} 步，共 {1} 步 · 剩余 {2}";
    PictureOf: "Picture {0} of {1}", "第 {0} 张，共 {1} 张";
    PictureForming: "The picture as it forms", "正在形成的图片";
    PictureNamed: "Picture: {0}", "图片：{0}";
    RunningNamed: "Running: {0}", "正在运行：{0}";
    WaitingNamed: "Waiting: {0}", "等待中：{0}";
    CancelNamed: "Cancel: {0}", "取消：{0}";
    SaveAsHover: "Save a copy as PNG, JPEG, WebP or SVG (Ctrl+S)", "另存为 PNG、JPEG、WebP 或 SVG（Ctrl+S）";
    CopyHover: "Copy the picture", "复制图片";
    SaveAtSize: "Save as, in another size or as SVG", "以其他尺寸或 SVG 另存";
    SaveAtOne: "×{0}: {1}, as it is", "×{0}：{1}，原样";
    SaveAtSmooth: "×{0}: {1}, smooth (Lanczos)", "×{0}：{1}，平滑（Lanczos）";
    SaveAtSvg: "SVG: outlines, sharp at any size", "SVG：矢量轮廓，任意放大都清晰";
    SaveAtPixels: "×{0}: {1}, pixels as squares (nearest)", "×{0}：{1}，保留像素方块（最近邻）";
    Pixels: "Pixels", "像素";
    PixelsHover: "Show small pictures as their pixels, in whole multiples; else smooth", "以整数倍显示小图的像素；关闭则平滑显示";
    SaveAll: "Save all to…", "全部保存到…";
    SaveMarked: "Save {0} to…", "保存 {0} 张到…";
    DiscardAll: "Move all to the trash", "全部移到回收站";
    DiscardMarked: "Move the selected ones to the trash", "把选中的移到回收站";
    SelectAll: "Select all", "全选";
    SelectNone: "Select none", "取消选择";
    SelectOne: "Select picture {0}", "选择第 {0} 张图片";
    PicturesOf: "{0} {0:picture|pictures}: {1}", "{0} 张图片：{1}";
    MarkedOf: "{0} of {1} selected", "已选 {0} / {1}";
    StripEmpty: "Pictures of this session will be here.", "本次绘制的图片会列在这里。";
    BackToBatch: "All pictures of this job (Esc)", "这个任务的所有图片（Esc）";
    OpenThisPicture: "Open this picture", "打开这张图片";
    UseSettings: "Use settings", "使用设置";
    UseSettingsHover: "Bring back this picture's prompt, sliders and seed", "恢复这张图片的提示词、参数和种子";
    Vary: "Vary", "变化";
    VaryHover: "The same again with another seed", "换一个种子再画一张";
    ShowSettings: "Settings of this picture", "这张图片的设置";
    Saving: "Saving…", "正在保存…";
    NotSaved: "Not saved", "未保存";
    MadeWith: "Made with", "制作软件";

    // Write
    NewConversation: "New conversation", "新建对话";
    NewConversationHover: "Start a new conversation (Ctrl+N)", "开始新的对话（Ctrl+N）";
    SearchConversations: "Search conversations", "搜索对话";
    NoConversations: "Your conversations will be listed here.", "对话会列在这里。";
    Untitled: "Untitled", "无标题";
    Title: "Title", "标题";
    FormsAndPersonas: "Forms and personas", "表单与角色";
    RenameNamed: "Rename: {0}", "重命名：{0}";
    RenameHover: "Click to rename", "点击重命名";
    DeleteNamed: "Delete: {0}", "删除：{0}";
    Today: "Today", "今天";
    Yesterday: "Yesterday", "昨天";
    Earlier: "Earlier", "更早";
    ExportMarkdown: "Export as Markdown", "导出为 Markdown";
    ExportText: "Export as plain text", "导出为纯文本";
    ExportHtml: "Export as a web page", "导出为网页";
    ExportDocx: "Export as Word document", "导出为 Word 文档";
    Export: "Export", "导出";
    TokensReused: "{0} of {1} prompt {1:token|tokens} {0:was|were} still in memory", "提示词的 {1} 个词元中有 {0} 个仍在内存中";
    TurnsLeftOut: "{0} {0:older turn|older turns} left out", "省略了较早的 {0} 轮";
    AdvancedSampling: "Advanced sampling", "高级采样";
    DraftModel: "Draft model (speculative decoding)", "草稿模型（推测解码）";
    DraftModelHover: "A smaller model of the same vocabulary that runs ahead. The answer stays the same; it comes faster where the small model often guesses right.", "用一个词表相同的小模型先行猜测。回答保持不变；小模型猜得准时会更快。";
    NoDraftModel: "None", "无";
    DraftAccepted: "Draft model: {0} of {1} proposed {1:token|tokens} {0:was|were} right", "草稿模型：提出的 {1} 个词元中有 {0} 个被采用";
    KvCache: "Memory of what was read (KV cache)", "上下文缓存（KV）精度";
    KvCacheHover: "f16 takes half the memory of f32, q8_0 about a quarter, each a little less exact.", "f16 占用 f32 一半的内存，q8_0 约四分之一，精度依次略低。";
    WhenFull: "When the context is full", "上下文已满时";
    OverflowStop: "Stop and say so", "停止并提示";
    OverflowRoll: "Leave out the oldest turns", "省略最早的对话";
    OverflowMiddle: "Leave out the middle", "省略中间的对话";
    PresencePenalty: "Presence penalty", "存在惩罚";
    PresencePenaltyHover: "Lowers tokens that are there already, once. 0 is off.", "降低已出现词元的概率（只算一次）。0 为关闭。";
    FrequencyPenalty: "Frequency penalty", "频率惩罚";
    FrequencyPenaltyHover: "Lowers tokens by how often they came. 0 is off.", "按出现次数降低词元的概率。0 为关闭。";
    DryMultiplier: "DRY strength", "DRY 强度";
    DryMultiplierHover: "Lowers what would repeat a longer passage. 0 is off.", "抑制重复较长的片段。0 为关闭。";
    DryBase: "DRY base", "DRY 底数";
    DryBaseHover: "How fast DRY grows with each repeated token.", "每多重复一个词元，DRY 增长的倍数。";
    DryAllowedLength: "DRY allowed length", "DRY 允许长度";
    DryAllowedLengthHover: "Repetitions up to this many tokens are free.", "不超过这个长度的重复不受惩罚。";
    DryPenaltyLastN: "DRY window", "DRY 范围";
    DryPenaltyLastNHover: "How many of the last tokens DRY looks through for repetitions. 0 is off.", "DRY 在最近多少个词元中查找重复。0 为关闭。";
    TopNSigma: "Top-n sigma", "Top-n 标准差";
    TopNSigmaHover: "Keeps tokens within n standard deviations of the likeliest. Off at 0 and below.", "只保留与最大值相差 n 个标准差以内的词元。0 及以下为关闭。";
    TypicalP: "Typical p", "典型采样 p";
    TypicalPHover: "Keeps tokens that are about as surprising as can be expected. 1 is off.", "保留意外程度适中的词元。1 为关闭。";
    XtcProbability: "XTC probability", "XTC 概率";
    XtcProbabilityHover: "How often the likeliest choices are skipped, for livelier texts. 0 is off.", "跳过最可能选项的频率，让文字更活泼。0 为关闭。";
    XtcThreshold: "XTC threshold", "XTC 阈值";
    XtcThresholdHover: "Only tokens at least this likely are skipped.", "只跳过概率不低于此值的词元。";
    DynatempRange: "Dynamic temperature", "动态温度";
    DynatempRangeHover: "How far the temperature moves with the model's uncertainty. 0 is off.", "温度随模型不确定性变化的幅度。0 为关闭。";
    Mirostat: "Mirostat", "Mirostat 采样";
    MirostatHover: "Keeps the surprise steady, in the place of the other links. 0 off, 1 or 2.", "保持意外程度稳定，取代其他采样环节。0 关闭，可选 1 或 2。";
    MirostatTau: "Mirostat target", "Mirostat 目标";
    MirostatTauHover: "The surprise that Mirostat aims at.", "Mirostat 期望的意外程度。";
    MirostatEta: "Mirostat rate", "Mirostat 速率";
    MirostatEtaHover: "How fast Mirostat adapts.", "Mirostat 调整的速度。";
    ShowSliders: "Show the sliders", "显示参数";
    WriteEmptyTitle: "What shall we write?", "写点什么？";
    WriteEmptyText: "The model runs on this machine; nothing you type leaves it.", "模型在这台电脑上运行，你输入的内容不会外传。";
    Message: "Message", "消息";
    MessageHint: "Type here; Enter sends, Shift+Enter starts a new line", "在此输入；按 Enter 发送，Shift+Enter 换行";
    Send: "Send", "发送";
    SendHover: "Send (Enter)", "发送（Enter）";
    SendAgain: "Send again", "重新发送";
    Stop: "Stop", "停止";
    CopyTurn: "Copy this message", "复制这条消息";
    CopyAnswer: "Copy this answer", "复制这个回答";
    EditTurn: "Edit this message", "编辑这条消息";
    EditHint: "The old one stays.", "将作为新版本发送，原来的会保留。";
    Regenerate: "Write it again", "重新生成";
    ContinueWriting: "Go on writing", "继续写";
    CopyCode: "Copy this code", "复制这段代码";
    TokenCount: "{0} {0:token|tokens}", "{0} 个词元";
    TokensPerSecond: "{0} tok/s", "{0} 词元/秒";
    ToFirstToken: "{0} to the first", "首个词元 {0}";
    Thinking: "Thinking… {0} {0:token|tokens}", "正在思考… {0} 个词元";
    ThoughtFor: "Thought for {0} {0:token|tokens}", "思考了 {0} 个词元";
    ThoughtCut: "Thought for {0} {0:token|tokens}, stopped", "思考了 {0} 个词元，已停止";
    ThoughtLetters: "Thought, {0} {0:character|characters}", "思考过程，{0} 个字符";
    SeedAndModel: "{0}, seed {1}", "{0}，种子 {1}";
    EndedLength: "stopped at the token limit", "已达到词元上限";
    EndedContext: "the context is full", "上下文已满";
    EndedEarly: "stopped", "已停止";
    PageRepeats: "The model came to repeat itself and was stopped", "模型的文字反复重复，已停止";
    EndedRepetition: "stopped: it repeats itself", "内容反复重复，已停止";
    EndedThought: "stopped at the token limit while thinking, before the answer's form began", "思考时已达到词元上限，尚未开始按格式回答";
    ReadingPrompt: "Reading the prompt, {0} of {1} {1:token|tokens}", "正在读取提示词，{0} / {1} 个词元";
    TokensSoFar: "Tokens so far: {0}", "已写 {0} 个词元";
    WritingAt: "{0} {0:token|tokens} · {1} tok/s", "{0} 个词元 · {1} 词元/秒";
    WillBeFetched: "{0} ({1}) will be fetched when you first send. It stays on this machine.", "首次发送时会下载 {0}（{1}），之后一直保存在这台电脑上。";
    NotFetchedOffline: "{0} is not on this machine, and the studio is set to stay offline.", "{0} 不在这台电脑上，而当前为离线模式。";
    FetchNow: "Fetch now", "现在下载";
    FetchingModel: "Fetching {0}", "正在下载 {0}";
    PageStopHover: "Stops the model. What you type does so too.", "停止续写。你一打字也会停下。";
    SpeakerWaits: "Write the first message: {0} answers.", "先写第一条消息，{0} 会回答。";
    EnterHolds: "Enter sends it once this answer is complete.", "按 Enter，会在本次回答完成后发送。";
    MessageHeld: "Your message is sent once this answer is complete.", "本次回答完成后会发送你的消息。";
    HoldNot: "Not yet", "先不发送";
    CheckingModel: "Checking {0}", "正在校验 {0}";
    SystemPrompt: "System prompt", "系统提示词";
    SystemHere: "For this conversation alone", "仅用于这个对话";
    SystemOfAll: "For every new conversation", "用于之后的每个新对话";
    SystemHint: "How the model should behave, such as: answer in one sentence", "希望模型怎样回答，例如：用一句话回答";
    Temperature: "Temperature", "温度";
    TemperatureHover: "Low keeps to the likeliest words, high dares more; 0 always takes the likeliest.", "低则稳妥，高则大胆；0 总是选最可能的词。";
    MaxTokens: "Longest answer", "最长回答";
    MaxTokensHover: "The answer stops after this many tokens (a token is about three quarters of a word).", "回答在这么多词元后停止（一个汉字约一到两个词元）。";
    Context: "Context", "上下文";
    ContextHover: "How many tokens the model may look back on; more takes more memory.", "模型最多回看多少词元；越多越占内存。";
    MoreSampling: "More sliders", "更多参数";
    TopK: "Top-k", "Top-k 候选数";
    TopKHover: "Only this many of the likeliest words are considered; 0 considers all.", "只考虑最可能的这么多个词；0 为不限。";
    TopP: "Top-p", "Top-p 概率和";
    TopPHover: "Only the likeliest words that together reach this share are considered; 1 considers all.", "只考虑概率之和达到此值的词；1 为不限。";
    MinP: "Min-p", "Min-p 下限";
    MinPHover: "Words less likely than this share of the likeliest are dropped; 0 drops none.", "舍去概率低于最高者此比例的词；0 为不舍。";
    RepeatPenalty: "Repetition penalty", "重复惩罚";
    RepeatPenaltyHover: "Higher makes the model avoid words it just used; 1 is off.", "越高越避免重复刚用过的词；1 为关闭。";
    RepeatLastN: "Penalty window", "惩罚范围";
    RepeatLastNHover: "How many of the last tokens count as just used.", "最近多少个词元算作刚用过。";

    StopTexts: "Stop texts", "停止文本";
    StopTextsHover: "An answer ends where one of these would come.", "回答遇到其中任何一个就停止。";
    StopTextsHint: "One a line", "每行一个";

    // Write: the list
    Pinned: "Pinned", "已置顶";
    Pin: "Pin to the top", "置顶";
    Unpin: "Unpin", "取消置顶";
    PinNamed: "Pin to the top: {0}", "置顶：{0}";
    UnpinNamed: "Unpin: {0}", "取消置顶：{0}";
    Rename: "Rename", "重命名";
    InTexts: "In the texts", "正文中";
    SearchingTexts: "Searching the texts…", "正在搜索正文…";
    FoundIn: "{0}, in the text: {1}", "{0}，正文：{1}";
    Branches: "Branches", "分支";
    BranchesHover: "All versions of this conversation as a tree", "以树状显示这个对话的所有版本";
    TurnCount: "{0} {0:turn|turns}", "{0} 轮";
    NoWords: "(no words)", "（空）";

    // Write: the form of the answer
    AnswerForm: "Form of the answer", "回答的格式";
    AnswerFormHover: "Only tokens that keep to this form may come.", "只允许符合该格式的词元。";
    FormFree: "Free", "自由";
    FormJson: "JSON", "任意 JSON";
    FormSchema: "JSON schema", "JSON Schema 约束";
    FormGbnf: "GBNF grammar", "GBNF 语法";
    FormReads: "It can be read", "格式有效";

    // Write: characters
    Personas: "Personas", "角色";
    PersonasHover: "Characters to talk with, each with its own system prompt, model and sliders", "可以对话的角色，各有自己的系统提示词、模型和参数";
    PersonasAbout: "Each brings its own instructions, greeting, model and sliders, for its conversations only.", "每个角色自带指令、开场白、模型和参数，只用于与它的对话。";
    SearchPersonas: "Search personas", "搜索角色";
    NewPersona: "New", "新建";
    ImportCard: "Import a card", "导入角色卡";
    ImportCardHover: "A character card of SillyTavern and its kin, PNG or JSON", "SillyTavern 等程序的角色卡，PNG 或 JSON";
    Talk: "Talk", "对话";
    TalkWith: "Talk with {0}", "与{0}对话";
    MoreFor: "More: {0}", "更多：{0}";
    Edit: "Edit", "编辑";
    Duplicate: "Duplicate", "复制一份";
    ExportCard: "Export as a card", "导出为角色卡";
    BuiltInPersonas: "Come with the program", "随程序提供";
    OwnPersonas: "Your own", "你的角色";
    EditPersona: "Edit the persona", "编辑角色";
    CreatePersona: "A new persona", "新角色";
    PersonaName: "Name", "名字";
    PersonaNameHint: "Ada", "阿达";
    PersonaSystem: "Who it is (system prompt)", "它是谁（系统提示词）";
    PersonaSystemHint: "You are Ada, a clockmaker of sixty who never lies.", "你是阿达，六十岁的钟表匠，从不说谎。";
    PersonaGreeting: "Greeting", "开场白";
    PersonaGreetingHint: "The first thing it says", "它说的第一句话";
    OtherGreeting: "Another greeting", "另一个开场白";
    GreetingNumber: "Greeting {0}", "开场白 {0}";
    AddGreeting: "Add a greeting", "添加开场白";
    RemoveGreeting: "Remove greeting {0}", "删除开场白 {0}";
    PersonaFace: "Picture", "图片";
    ChooseFace: "Choose a picture…", "选择图片…";
    RemoveFace: "Remove the picture", "移除图片";
    PersonaLore: "What it knows (lore book)", "它知道的事（世界书）";
    PersonaLoreHover: "Each conversation begins with these cards; the model reads one when it is named.", "每个对话都带有这些卡片；提到名字时模型会读到。";
    ConversationCards: "Cast, places, lore", "人物、地点与设定";
    PersonaMacros: "{{char}} stands for its name, {{user}} for yours.", "{{char}} 代表它的名字，{{user}} 代表你的名字。";
    YourName: "Your name", "你的名字";
    YourNameHint: "What characters call you ({{user}})", "角色怎样称呼你（{{user}}）";
    PersonaExamples: "Examples of how it speaks", "说话方式的例子";
    PersonaExamplesHint: "<START> and then lines that begin with User: or with its name", "先写 <START>，然后每行以“用户：”或角色名开头";
    PersonaModel: "Model", "模型";
    AnyModel: "The one in use", "当前使用的模型";
    PersonaSliders: "Bring the sliders as they are now", "带上当前的参数";
    PersonaKept: "{0} is in the library", "“{0}”已加入角色库";
    ChatKept: "The chat is in the list", "对话已加入列表";
    ChatsKept: "{0} chats are in the list", "{0} 个对话已加入列表";
    LoreKept: "{0} lore cards were added here", "已在此添加 {0} 张设定卡片";
    LoreKeptOne: "1 lore card was added here", "已在此添加 1 张设定卡片";
    LeftOut: "Left out: {0}", "未导入：{0}";
    CardDeleted: "Card deleted", "卡片已删除";
    PersonaTrashed: "Persona moved to the trash", "角色已移到回收站";
    Save: "Save", "保存";
    OwnSliders: "Sliders of this conversation alone", "仅用于这个对话的参数";
    LedgerExamples: "Examples of the persona", "角色的例子";

    // Models
    PictureModels: "Pictures", "图片模型";
    TextModels: "Text", "文字模型";
    BuiltIn: "Built in", "内置";
    OnThisMachine: "On this machine", "已在本机";
    NotChecked: "On this machine, not checked", "已在本机，尚未校验";
    NotCheckedAbout: "Its files have the right sizes, but were put here by hand or have changed since they were checked. Checking compares each with the SHA-256 of its card; nothing is fetched unless one differs.", "文件大小正确，但是手动放入的，或在校验后有过改动。校验会把每个文件与模型卡中的 SHA-256 比对；只有不一致时才会下载。";
    CheckFiles: "Check the files", "校验文件";
    NotFetchedYet: "Not fetched yet, {0}", "尚未下载，{0}";
    PartlyFetched: "{0} of {1} fetched", "已下载 {0} / {1}";
    NeedsMemory: "needs {0} of memory", "需要 {0} 内存";
    LacksParts: "Lacks {0}", "缺少 {0}";
    Fetch: "Fetch", "下载";
    GoOnFetching: "Go on fetching", "继续下载";
    Fetching: "fetching", "下载中";
    Checking: "checking", "校验中";
    FetchedOf: "{0} of {1} from {2}", "{0} / {1}，来自 {2}";
    FetchedSoFar: "{0} so far from {1}", "已下载 {0}，来自 {1}";
    LookingForSource: "Looking for a source…", "正在寻找来源…";
    AskingSource: "Asking {0}…", "正在连接 {0}…";
    SkippedSource: "Skipped {0}: {1}", "已跳过 {0}：{1}";
    Verifying: "Checking the file…", "正在校验文件…";
    Use: "Use", "使用";
    InUse: "In use", "使用中";
    OpenModelFile: "Open a model file…", "打开模型文件…";
    OpenModelFileHover: "A GGUF language model, or a picture model as .safetensors, .ckpt, .pt or .gguf: it is looked into first", "GGUF 语言模型，或 .safetensors、.ckpt、.pt、.gguf 格式的图片模型：打开前会先检查";
    OpenModelFolder: "Open a folder…", "打开文件夹…";
    OpenModelFolderHover: "A diffusers folder (with model_index.json), or a folder with one GGUF model", "diffusers 文件夹（含 model_index.json），或只有一个 GGUF 模型的文件夹";
    LookingIntoModel: "Looking into {0}…", "正在检查 {0}…";
    BrokenModels: "Cannot be used", "无法使用";
    Remove: "Remove", "移除";
    RemoveModel: "Remove {0}", "移除 {0}";
    ForgetModel: "Take off the list (the file stays)", "从列表中去掉（文件保留）";
    ModelRemoved: "Removed {0} ({1}, in the trash)", "已移除 {0}（{1}，在回收站）";
    FileFrom: "{0}, {1}: from {2}", "{0}，{1}：来自 {2}";
    ElseFrom: ", or where that cannot be reached from ", "，无法访问时来自 ";
    TakenByHash: "Taken only if its SHA-256 is {0}", "仅当 SHA-256 为 {0} 时才会使用";
    ModelOpened: "{0} can be used. {1}", "{0} 可以使用。{1}";
    UseInWrite: "Use it in Write", "在“写作”中使用";
    UseInCreate: "Use it in Create", "在“绘图”中使用";
    WriteUses: "Write uses {0} now", "“写作”现在使用 {0}";
    CreateUses: "Create uses {0} now", "“绘图”现在使用 {0}";
    ModelForgotten: "{0} is off the list; its file stays", "{0} 已从列表中去掉，文件保留";
    ModelGone: "Not in the list any more", "已不在列表中";
    ModelTrash: "Removed models still take {0} of the disk.", "已移除的模型仍占用 {0} 磁盘空间。";
    EmptyModelTrash: "Empty the trash", "清空回收站";
    EmptyModelTrashHover: "Deletes removed models for good", "永久删除已移除的模型";
    ModelsShown: "Which models are shown", "显示哪些模型";
    AllModels: "All", "全部";
    ModelsToFetch: "To fetch", "可下载";
    MoreModels: "More models…", "更多模型…";
    FitsHere: "fits this machine", "本机内存足够";
    TooLargeHere: "too large for the {0} that are free here", "超出本机可用内存 {0}";
    ChooseMissingPart: "Choose the missing part…", "选择缺少的部件…";
    CannotDrawUnchecked: "{0} cannot draw yet: its files were not checked.", "{0} 还不能绘图：文件尚未校验。";
    CannotDrawWithout: "{0} cannot draw yet: it lacks {1}.", "{0} 还不能绘图：缺少 {1}。";
    BetterModels: "Better ones", "更好的模型";
    BetterModelsHover: "Models to fetch, with what each takes", "可下载的模型，以及各自的要求";
    NoChinese: "{0} has no Chinese: its answer would make no sense. Write in English, or choose a model that has it.", "{0} 不会中文，回答会不知所云。请用英文，或换用支持中文的模型。";
    ChineseBefore: "This conversation has Chinese in it, which {0} does not know. A new conversation gives better answers.", "这段对话里有 {0} 不会的中文，新开一个对话效果更好。";
    PromptNotChinese: "{0} reads no Chinese. Write the prompt in English, or choose a model that reads it.", "{0} 看不懂中文。请用英文写提示词，或换用支持中文的模型。";
    SeveralThings: "{0} draws one thing at a time. These {1} would blend into one: {2}.", "{0} 一次只画一个物件，这 {1} 样会混成一团：{2}。";
    ManyThings: "{0} draws one thing at a time and does not count: not {1} of “{2}”.", "{0} 一次只画一个物件，不会数数：画不出 {1} 个“{2}”。";
    NoGround: "{0} draws single things on a clear ground: no place behind them.", "{0} 只画透明底上的单个物件，画不出背景。";
    PeopleRough: "{0} draws people roughly ({1}). Larger models draw them well.", "{0} 画人物比较粗糙（{1}）。更大的模型画得好。";
    NoPhotos: "{0} draws stickers, no photographs.", "{0} 画的是贴纸，不能生成照片。";
    NoLogos: "{0} draws stickers, no logos.", "{0} 画的是贴纸，不能设计标志。";
    NoWriting: "{0} cannot write in a picture.", "{0} 不能在图片里写字。";
    NoPaintings: "{0} draws stickers, no paintings.", "{0} 画的是贴纸，不能画绘画作品。";
    AnotherCan: "{0} can: {1} to fetch.", "{0} 可以，需下载 {1}。";
    AnotherCanHere: "{0} can, and is here.", "{0} 可以，已在本机。";
    ShowThat: "Show {0}", "查看 {0}";
    UseThat: "Use {0}", "使用 {0}";
    OfflineHint: "The studio is set to stay offline", "当前为离线模式";

    // Gallery
    SearchPictures: "Search prompts", "搜索提示词";
    PictureCount: "{0} {0:picture|pictures}", "{0} 张图片";
    OnePicture: "1 picture", "1 张图片";
    ClearSearch: "Clear the search (Esc)", "清除搜索（Esc）";
    ThumbnailSize: "Size of the thumbnails", "缩略图大小";
    MarkedCount: "{0} {0:picture|pictures} selected", "已选择 {0} 张图片";
    MarkOn: "Select with others (Ctrl+click)", "加入选择（Ctrl+点击）";
    MarkOff: "Take out of the selection", "移出选择";
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
    NoSettingsInside: "This file carries no settings.", "这个文件里没有设置。";
    Made: "Made", "制作时间";
    File: "File", "文件";

    // Context ledger
    LedgerTitle: "The model reads", "模型将读取的内容";
    LedgerUsed: "{0} of {1} {1:token|tokens}", "{0} / {1} 词元";
    LedgerText: "Text so far", "光标前的正文";
    LedgerTurns: "What was said", "之前的对话";
    LedgerDraft: "Your message", "你的消息";
    LedgerOwn: "The model's own instructions", "模型自带的指令";
    LedgerTemplate: "Marks between messages", "消息之间的标记";
    LedgerAnswer: "Room for the answer", "留给回答";
    LedgerPart: "{0} + {1} left out", "{0}，另有 {1} 放不下";
    LedgerFree: "{0} {0:token is|tokens are} free", "剩余 {0} 词元";
    LedgerTooLong: "{0} {0:token|tokens} too many: the answer will be cut short. A larger context or a shorter text helps.", "超出 {0} 词元，回答会被截断。可以加大上下文或缩短文字。";
    LedgerRefused: "{0} {0:token|tokens} more than the context holds: nothing can be sent like this.", "超出上下文 {0} 词元，这样无法发送。";
    LedgerLeftOut: "About {0} {0:token has no room and is not read|tokens have no room and are not read}.", "约 {0} 词元放不下，不会被读取。";

    // Write: what is asked, what waits, what is read
    AnsweredOnceChecked: "Is answered as soon as {0} is checked", "{0} 校验完成后就会回答";
    NeedsTerms: "Is answered once you agree to the terms of {0}", "同意 {0} 的条款后就会回答";
    FetchCancelled: "The fetch of {0} was cancelled", "已取消下载 {0}";
    FetchAndAnswer: "Fetch and answer", "下载并回答";
    CheckCancelled: "The check of {0} was cancelled", "已取消校验 {0}";
    CheckAndAnswer: "Check and answer", "校验并回答";
    ReadTerms: "Read the terms", "阅读条款";
    AgreeAndAnswer: "Agree and answer", "同意并回答";
    AgreeAndCheck: "Agree and check the files", "同意并校验文件";
    WriterGone: "This conversation was written with {0}, which is not on this machine any more.", "此对话由 {0} 写成，而这台电脑上已没有它。";
    UseInstead: "Use {0}", "改用 {0}";
    NotAnswered: "Not answered", "尚未回答";
    AnsweredOnceHere: "Is answered as soon as {0} is here", "{0} 就绪后就会回答";
    WritingIn: "Writing in “{0}”", "正在写“{0}”";
    WaitsForTalk: "Waits until “{0}” is written", "等“{0}”写完";
    GoThere: "Go there", "前往";
    ReadFromHere: "The model reads from here on: {0} earlier messages have no room", "模型从这里开始读：前面 {0} 条消息放不下";
    ReadFromHereOne: "The model reads from here on: one earlier message has no room", "模型从这里开始读：前面 1 条消息放不下";
    LeftOutFromHere: "Not read from here on: {0} messages have no room", "从这里起有 {0} 条消息放不下，不会被读取";
    LeftOutFromHereOne: "Not read: one message has no room", "有 1 条消息放不下，不会被读取";
    ReadOnFromHere: "The model reads on from here", "模型从这里继续读";
    UseForNew: "Use for new conversations", "用于新对话";
    UseForNewHover: "New conversations begin with these sliders, and those whose sliders were never moved take them too.", "新对话会以这些参数开始，从未调过参数的对话也会采用。";
    UsedForNew: "New conversations begin with these", "新对话以这些参数开始";
    RestWillBeFetched: "{0} of {1} of {2} are on this machine. The rest is fetched when you first send.", "{2} 已有 {0}（共 {1}）在这台电脑上，其余部分会在首次发送时下载。";
    FetchRest: "Fetch the rest", "继续下载";
    ComparingVocabularies: "Comparing vocabularies…", "正在比较词表…";
    NoDraftHere: "No smaller model with the same vocabulary is on this machine.", "本机没有词表相同的更小模型。";
    HalfLetter: "{0} (part of a character)", "{0}（半个字符）";

    // Page
    Chat: "Chat", "对话";
    Page: "Page", "文稿";
    NewPage: "New page", "新文稿";
    NewPageHover: "A story or any long text, written together with the model (Ctrl+Shift+N)", "与模型一起写故事或长文（Ctrl+Shift+N）";
    PageText: "The text of the page", "文稿正文";
    PageHint: "Write here. The model goes on where the cursor stands.", "在这里写。模型会从光标处接着写。";
    PageBegin: "Or begin with a line", "或者从一句话开始";
    PageBegin1: "The lighthouse keeper had not spoken to anyone for eleven days.", "守塔人已经十一天没有和任何人说过话了。";
    PageBegin2: "On the morning of the flood, the cat came home with a key.", "发大水的那天早上，猫叼着一把钥匙回家了。";
    PageBegin3: "Nobody in the village remembered who had planted the tree.", "村里没有人记得那棵树是谁种的。";
    PageGoOn: "Go on", "接着写";
    PageGoOnHover: "The model writes on from the cursor", "模型从光标处接着写";
    PageAgain: "Write that again; the old words stay in the history (Ctrl+R)", "重写这一段，旧文字保留在历史中（Ctrl+R）";
    PageUndo: "Undo (Ctrl+Z)", "撤销（Ctrl+Z）";
    PageRedo: "Redo (Ctrl+Y)", "重做（Ctrl+Y）";
    PictureOfPassage: "A picture of the selected passage", "为选中的段落配图";
    TellApart: "Show which words are the model's", "显示哪些文字出自模型";
    WordCount: "{0} {0:word|words}", "{0} 词";
    CharacterCount: "{0} {0:character|characters}", "{0} 字";
    PageHistory: "History", "历史";
    BlankPage: "The blank page", "空白文稿";
    DeletedWords: "deleted: {0}", "删除：{0}";
    Story: "Story", "故事";
    Sliders: "Sliders", "参数";
    StoryMemory: "Memory", "背景设定";
    StoryMemoryHint: "What is always true: genre, setting, what happened before", "始终成立的事：体裁、背景、前情";
    AuthorsNote: "Author's note", "作者按";
    AuthorsNoteHint: "What matters now: mood, style, what is to come", "此刻要紧的事：气氛、文风、接下来的走向";
    NoteDepth: "Lines after the note", "作者按之后的行数";
    NoteDepthHover: "The note stands this many lines before the cursor. Nearer weighs more.", "作者按放在光标前多少行，越近影响越大。";
    StoryCards: "Cast and places", "人物与地点";
    StoryCardsAbout: "A card is read by the model when its name comes up, and lends its looks to pictures.", "提到名字时模型会读到卡片，配图时会用到外貌。";
    AddCast: "Character", "人物";
    AddPlace: "Place", "地点";
    AddLore: "Lore", "设定";
    Cast: "character", "人物";
    Place: "place", "地点";
    Lore: "lore", "设定";
    Unnamed: "Unnamed", "未命名";
    ReadNow: "read now", "正在被读取";
    CardName: "Name", "名字";
    CardNameHint: "Ada", "阿达";
    CardAliases: "Other names", "别名";
    CardAliasesHint: "the clockmaker, A. L.", "钟表匠，老阿";
    CardAbout: "What the model should know", "模型需要知道的事";
    CardAboutHint: "A clockmaker of sixty who never lies", "六十岁的钟表匠，从不说谎";
    CardLooks: "Looks, for pictures", "外貌（用于配图）";
    CardLooksHint: "grey braid, one blue eye, oil on her hands", "灰色长辫，一只蓝眼睛，满手机油";
    CardAlways: "Read always", "始终读取";
    IllustrationOf: "A picture of this passage", "这一段的配图";
    IllustrationStale: "The text has changed since this picture was made", "配图之后文字已改动";
    Stale: "out of date", "已过时";
    IllustrateAgain: "A new picture of the text as it is now", "按现在的文字重新配图";
    RemoveIllustration: "Take the picture out of the text", "从文中移除这张图";
    PictureFor: "For: {0}", "配图：{0}";
    PictureForHover: "Pictures made now are put beside this passage. Click to go there.", "现在生成的图片会放在这一段旁边，点击可前往。";
    NotForPassage: "No longer for this passage", "不再为这一段配图";

    // Settings
    Appearance: "Appearance", "外观";
    Language: "Language", "语言";
    Theme: "Theme", "主题";
    Dark: "Dark", "深色";
    Light: "Light", "浅色";
    AsSystem: "As the system", "跟随系统";
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
    MadeOf: "Made with", "使用了";

    // Status bar
    DeviceHover: "Where models run", "模型运行的设备";
    MemoryHover: "Memory in use, of what models may take", "已用内存 / 模型可用内存";
    Widened: "{0} {0:prediction overflowed half precision and was|predictions overflowed half precision and were} made again in full", "有 {0} 次预测在半精度下溢出，已用全精度重算";
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

    // Notices
    SavedAs: "Saved as {0}", "已保存为 {0}";
    CopySaved: "One copy saved in {0}", "已在 {0} 中保存 1 个副本";
    CopiesSaved: "{0} copies saved in {1}", "已在 {1} 中保存 {0} 个副本";
    PictureTrashed: "Picture moved to the trash", "图片已移到回收站";
    PicturesTrashed: "{0} pictures moved to the trash", "{0} 张图片已移到回收站";
    PictureGone: "The picture was already gone: moved or deleted outside", "图片已不在：在程序外被移动或删除";
    PicturesGone: "{0} pictures were already gone: moved or deleted outside", "{0} 张图片已不在：在程序外被移动或删除";
    PictureSavedLate: "A picture that could not be saved last time is saved now", "上次未能保存的图片现已保存";
    PicturesSavedLate: "{0} pictures that could not be saved last time are saved now", "上次未能保存的 {0} 张图片现已保存";
    PictureKeptAside: "Not saved yet. The program keeps it and saves it by itself once the folder can be written.", "尚未保存。程序会保留它，文件夹可写后自动保存。";
    PictureLeft: "One picture is still in {0}.", "还有 1 张图片在 {0} 中。";
    PicturesLeft: "{0} pictures are still in {1}.", "还有 {0} 张图片在 {1} 中。";
    BackToFolder: "Go back to that folder", "回到那个文件夹";
    CopyThemHere: "Copy them here", "复制到这里";
    JobsForgotten: "Will not be finished; what is there stays", "不再继续，已有的内容保留";
    StoppedByClosing: "Stopped when the window was closed", "关闭窗口时中断";
    DraftDiscarded: "Thrown away", "已丢弃";
    OpenElsewhere: "AIGC Studio is open already with {0}: its window was told, and comes to the front where the desktop allows it.", "AIGC Studio 已使用 {0} 打开：已通知那个窗口，在桌面允许时它会显示到最前面。";
    OpenAlready: "AIGC Studio was started again: it is open here", "AIGC Studio 又启动了一次：它已在此窗口打开";
    PictureCancelled: "Picture cancelled: {0}", "图片已取消：{0}";
    PicturesCancelled: "{0} pictures cancelled: {1}", "已取消 {0} 张图片：{1}";
    DrawAgain: "Draw again", "重新绘制";
    NothingToUndo: "Nothing to undo in this room", "此处没有可撤销的操作";
    NothingToRedo: "Nothing to redo in this room", "此处没有可重做的操作";
    SavedUnasked: "Saved as {0} (no file dialog can open here)", "已保存为 {0}（这里无法打开文件对话框）";

    // What was left, deleted or begun
    Trash: "Trash", "回收站";
    TrashAbout: "What was deleted stays here until you delete it for good.", "删除的内容会一直留在这里，直到你将其永久删除。";
    TrashPictures: "Pictures", "图片";
    TrashConversations: "Texts", "文字";
    TrashEmpty: "Nothing here", "这里是空的";
    ReadingTrash: "Reading the trash…", "正在读取回收站…";
    EmptyTrash: "Empty", "清空";
    Restore: "Restore", "恢复";
    RestoreAll: "Restore all", "全部恢复";
    BackToTrash: "Back to the list", "返回列表";
    LookAt: "Look at {0}", "查看 {0}";
    NothingWritten: "Nothing is written in it.", "里面没有文字。";
    CopyFormula: "Copy as LaTeX", "复制为 LaTeX";
    RestoreNamed: "Restore {0}", "恢复 {0}";
    DeleteForGood: "Delete for good", "永久删除";
    DeleteForGoodNamed: "Delete {0} for good", "永久删除 {0}";
    PurgeOne: "Delete “{0}” for good? This cannot be undone.", "永久删除“{0}”？此操作无法撤销。";
    PurgeAll: "Delete all {0} for good? This cannot be undone.", "永久删除全部 {0} 项？此操作无法撤销。";
    DraftKept: "Not saved yet. Esc leaves it here as a draft.", "尚未保存。按 Esc 离开后草稿会保留。";
    DiscardDraft: "Discard", "丢弃";
    KeepDraft: "Keep as a draft", "留作草稿";
    KeepDraftHover: "Leaves the editor; what you typed is here when you come back (Esc)", "离开编辑；再次打开时，输入的内容还在（Esc）";
    KeptAsDraft: "Kept as a draft", "已留作草稿";
    WithDraft: "{0}: kept as a draft", "{0}：已留作草稿";
    JobsWait: "Not finished when the window was closed: {0}.", "上次关闭窗口时尚未完成：{0}。";
    WaitingPicture: "{0} picture", "{0} 张图片";
    WaitingPictures: "{0} pictures", "{0} 张图片";
    WaitingText: "{0} text", "{0} 段文字";
    WaitingTexts: "{0} texts", "{0} 段文字";
    WaitingModel: "{0} model to fetch", "{0} 个待下载的模型";
    WaitingModels: "{0} models to fetch", "{0} 个待下载的模型";
    ResumeJobs: "Continue", "继续";
    DiscardJobs: "Leave as it is", "保持现状";
    ReadOnlyWindow: "Read-only: another window uses the same folder and does not answer. Nothing is saved here.", "只读：另一个窗口正在使用同一文件夹且没有响应。此处不会保存任何内容。";
    Path: "Path", "路径";
    PathHint: "The full path", "完整路径";
    PathAbout: "No file dialog can open on this desktop. Type or paste the full path.", "此桌面无法打开文件对话框。请输入或粘贴完整路径。";
    PathOfFile: "Open a file", "打开文件";
    PathOfModel: "Open a model", "打开模型";
    FolderOfPictures: "Choose the folder for pictures", "选择保存图片的文件夹";
    FolderOfModels: "Choose the folder for models", "选择保存模型的文件夹";
    FolderOfCopies: "Choose the folder for the copies", "选择保存副本的文件夹";
    FolderOfLayers: "Choose the folder for the layers", "选择保存图层的文件夹";
    OpenPath: "Open", "打开";
    ChooseThisFolder: "Choose this folder", "选择此文件夹";
    FolderMissing: "There is no folder {0}.", "文件夹 {0} 不存在。";
    MakeFolder: "Make it and save", "新建并保存";
    DoNotSave: "Do not save", "不保存";

    ConversationTrashed: "Conversation moved to the trash", "对话已移到回收站";
    SettingsRestored: "Prompt and settings restored", "已恢复提示词和设置";
    SettingsRestoredBut: "Prompt and settings restored, but:\n{0}", "已恢复提示词和设置，但：\n{0}";
    NotMatched: "Not as in the picture", "与图片不同";
    ModelFetched: "{0} is ready", "{0} 已就绪";
    MemoryWaits: "Memory is freed after the running jobs", "运行中的任务结束后释放内存";
    MemoryFreed: "Memory freed", "内存已释放";
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_chinese(c: char) -> bool {
        ('\u{4e00}'..='\u{9fff}').contains(&c)
    }

    #[test]
    fn every_text_is_there_in_both_languages() {
        for text in T::ALL {
            assert!(!text.tr(Lang::En).trim().is_empty(), "{text:?}");
            assert!(!text.tr(Lang::En).chars().any(is_chinese), "{text:?}");
            let zh = text.tr(Lang::Zh);
            let bare = *text == T::RoomShortcut;
            assert!(bare || zh.chars().any(is_chinese), "{text:?}: {zh}");
        }
    }

    #[test]
    fn both_languages_fill_in_the_same_places() {
        for text in T::ALL {
            for place in ["{0}", "{1}", "{2}", "{3}"] {
                let [en, zh] = Lang::ALL.map(|lang| text.tr(lang).matches(place).count());
                assert_eq!(en, zh, "{text:?} {place}");
            }
        }
    }

    /// The list of shortcuts names keys as they are on the keyboard, and so do all texts.
    #[test]
    fn keys_have_one_name_in_all_texts() {
        for text in T::ALL {
            assert!(!text.tr(Lang::Zh).contains("回车"), "{text:?}: the key is called Enter");
        }
    }

    #[test]
    fn arguments_are_filled_in_once() {
        assert_eq!(T::StepOf.with(Lang::En, &[&12, &"{0}", &"1 s"]), "Step 12 of {0} · 1 s left");
        assert_eq!(T::StepOf.with(Lang::En, &[]), "Step  of  ·  left");
    }

    #[test]
    fn words_go_with_their_numbers() {
        let said = |text: T, n: usize| text.with(Lang::En, &[&n]);
        assert_eq!([0, 1, 2].map(|n| said(T::TurnCount, n)), ["0 turns", "1 turn", "2 turns"]);
        assert_eq!([1, 21].map(|n| said(T::LedgerFree, n)), ["1 token is free", "21 tokens are free"]);
        assert_eq!(T::LedgerUsed.with(Lang::En, &[&1, &512]), "1 of 512 tokens");
    }

    /// A number with a noun has a word for one, or a text of its own for it.
    #[test]
    fn no_text_counts_one_things() {
        const ONES: [(T, T); 13] = [
            (T::ChatsKept, T::ChatKept),
            (T::LoreKept, T::LoreKeptOne),
            (T::ReadFromHere, T::ReadFromHereOne),
            (T::LeftOutFromHere, T::LeftOutFromHereOne),
            (T::CopiesSaved, T::CopySaved),
            (T::PicturesTrashed, T::PictureTrashed),
            (T::PicturesGone, T::PictureGone),
            (T::PicturesSavedLate, T::PictureSavedLate),
            (T::PicturesLeft, T::PictureLeft),
            (T::PicturesCancelled, T::PictureCancelled),
            (T::WaitingPictures, T::WaitingPicture),
            (T::WaitingTexts, T::WaitingText),
            (T::WaitingModels, T::WaitingModel),
        ];
        const NOUNS: [&str; 9] =
            ["pictures", "tokens", "words", "turns", "characters", "messages", "copies", "cards", "chats"];
        for text in T::ALL.iter().filter(|text| ONES.iter().all(|(more, _)| more != *text)) {
            let en = text.with(Lang::En, &[&1, &1, &1, &1]);
            for noun in NOUNS {
                assert!(!en.contains(&format!("1 {noun}")), "{text:?}: {en}");
            }
        }
    }

    /// Renders nothing: asks the fonts themselves.
    #[test]
    fn the_bundled_fonts_have_every_letter_of_the_window() {
        let ctx = egui::Context::default();
        crate::ui::theme::setup(&ctx);
        ctx.run_ui(egui::RawInput::default(), |_| {}).textures_delta.clear();
        let errors = [include_str!("../error_texts.rs"), include_str!("../error_names.rs")];
        let letters = T::ALL.iter().flat_map(|t| Lang::ALL.map(|l| t.tr(l))).chain(errors).flat_map(str::chars);
        let mut missing: Vec<char> = letters.filter(|c| !c.is_control() && !has(&ctx, *c)).collect();
        missing.dedup();
        assert!(missing.is_empty(), "no glyph for {missing:?}");
    }

    fn has(ctx: &egui::Context, c: char) -> bool {
        ctx.fonts_mut(|fonts| fonts.has_glyph(&crate::ui::theme::body(), c))
    }
}

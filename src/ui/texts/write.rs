//! Texts of Write: conversations and what the model reads of them.

texts! {
    // Conversations
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
    TokensReused: "{0} of {1} prompt {1:token|tokens} {0:was|were} in the KV cache", "提示词的 {1} 个词元中有 {0} 个已在 KV 缓存中";
    TurnsLeftOut: "{0} {0:older turn|older turns} left out", "省略了较早的 {0} 轮";
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
    EditHint: "Sent as a new version.", "将作为新版本发送，原来的会保留。";
    Regenerate: "Regenerate", "重新生成";
    ContinueWriting: "Continue writing", "继续写";
    CopyCode: "Copy this code", "复制这段代码";
    TokenCount: "{0} {0:token|tokens}", "{0} 个词元";
    TokensPerSecond: "{0} tok/s", "{0} 词元/秒";
    ToFirstToken: "{0} to first token", "首个词元 {0}";
    Thinking: "Thinking… {0} {0:token|tokens}", "正在思考… {0} 个词元";
    ThoughtFor: "Thought for {0} {0:token|tokens}", "思考了 {0} 个词元";
    ThoughtCut: "Thought for {0} {0:token|tokens}, stopped", "思考了 {0} 个词元，已停止";
    ThoughtLetters: "Thought, {0} {0:character|characters}", "思考过程，{0} 个字符";
    SeedAndModel: "{0}, seed {1}", "{0}，种子 {1}";
    EndedLength: "stopped at the token limit", "已达到词元上限";
    EndedContext: "the context is full", "上下文已满";
    EndedEarly: "stopped", "已停止";
    PageRepeats: "The model started to repeat itself and was stopped", "模型的文字反复重复，已停止";
    EndedRepetition: "stopped: it repeats itself", "内容反复重复，已停止";
    EndedThought: "stopped at the token limit while thinking, before the answer's form began", "思考时已达到词元上限，尚未开始按格式回答";
    ReadingPrompt: "Reading the prompt, {0} of {1} {1:token|tokens}", "正在读取提示词，{0} / {1} 个词元";
    TokensSoFar: "Tokens so far: {0}", "已写 {0} 个词元";
    WritingAt: "{0} {0:token|tokens} · {1} tok/s", "{0} 个词元 · {1} 词元/秒";
    WillBeFetched: "{0} ({1}) will be fetched when you first send. It stays on this machine.", "首次发送时会下载 {0}（{1}），之后一直保存在这台电脑上。";
    NotFetchedOffline: "{0} is not on this machine, and the studio is set to stay offline.", "{0} 不在这台电脑上，而当前为离线模式。";
    FetchNow: "Fetch now", "现在下载";
    FetchingModel: "Fetching {0}", "正在下载 {0}";
    PageStopHover: "Stops the model. Typing stops it too.", "停止续写。打字也会停止。";
    SpeakerWaits: "Write the first message: {0} answers.", "先写第一条消息，{0} 会回答。";
    EnterHolds: "Enter sends it once this answer is complete.", "按 Enter，会在本次回答完成后发送。";
    MessageHeld: "Your message is sent once this answer is complete.", "本次回答完成后会发送你的消息。";
    HoldNot: "Not yet", "先不发送";
    CheckingModel: "Checking {0}", "正在校验 {0}";

    // Answers
    ShowConversations: "Show the conversations", "显示对话列表";
    PreviousBranch: "Previous version", "上一个版本";
    NextBranch: "Next version", "下一个版本";
    EditAnswer: "Edit the answer", "编辑回答";
    EditAnswerHint: "The old version is kept", "原来的回答会保留";
    PictureOfTurn: "A picture of this", "为这段配图";
    UseRecord: "Use the settings and the seed that wrote this", "使用写出这个回答的参数和种子";
    LookInside: "Look inside: other likely tokens", "查看内部：其他可能的词元";
    NoTokensKept: "This answer has no saved tokens: it was cut off, ended at a stop text, was edited, or was written by an older version. Regenerate the answer to look inside.", "这个回答没有保存词元：它被截断、遇到停止文本、编辑过，或由旧版本写成。重新生成即可查看。";
    NoTokensOfEliza: "Nothing to look inside: ELIZA follows rules. It has no tokens and no probabilities.", "没有内部可看：ELIZA 按规则回答，没有词元，也没有概率。";
    TokenNamed: "token {0}, {1}", "词元 {0}，{1}";
    MightHaveBeen: "Alternative; click to continue from it", "备选；点击可从此处重写";
    Sure: "sure", "确定";
    Doubtful: "unsure", "不确定";
    Surprising: "surprising", "意外";
    ImportChat: "Open a chat, a character card or a lore book", "打开对话、角色卡或世界书";

    // Forms
    WithAForm: "Or with a form", "或使用写作表单";
    WriteForm: "Write it", "开始写作";
    OpenAsPage: "Open as a page", "作为页面打开";
    SectionsToPage: "Combine the sections into a page", "把各节合成一个页面";
    WriteSection: "Write section {0} of {1}", "写第 {0} 节（共 {1} 节）";
    ChecksFound: "The form's checks", "检查结果";
    WriteThatAgain: "Write that again", "重写此处";

    // The list
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

    // What the model reads
    LedgerTitle: "The model reads", "模型将读取的内容";
    LedgerUsed: "{0} of {1} {1:token|tokens}", "{0} / {1} 词元";
    LedgerText: "Text so far", "光标前的正文";
    LedgerTurns: "Earlier messages", "之前的消息";
    LedgerDraft: "Your message", "你的消息";
    LedgerOwn: "The model's own instructions", "模型自带的指令";
    LedgerTemplate: "Chat template", "对话模板标记";
    LedgerAnswer: "Room for the answer", "留给回答";
    LedgerPart: "{0} + {1} left out", "{0}，另有 {1} 放不下";
    LedgerFree: "{0} {0:token is|tokens are} free", "剩余 {0} 词元";
    LedgerTooLong: "{0} {0:token|tokens} too many: the answer will be cut short. A larger context or a shorter text helps.", "超出 {0} 词元，回答会被截断。可以加大上下文或缩短文字。";
    LedgerRefused: "{0} {0:token|tokens} more than the context holds: this cannot be sent.", "超出上下文 {0} 词元，这样无法发送。";
    LedgerLeftOut: "About {0} {0:token does not fit and is left out|tokens do not fit and are left out}.", "约 {0} 词元放不下，不会被读取。";
    LedgerExamples: "Examples of the persona", "角色的例子";

    // What is asked, what waits
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
    ReadFromHere: "The model reads from here on: {0} earlier messages do not fit", "模型从这里开始读：前面 {0} 条消息放不下";
    ReadFromHereOne: "The model reads from here on: one earlier message does not fit", "模型从这里开始读：前面 1 条消息放不下";
    LeftOutFromHere: "Not read from here on: {0} messages do not fit", "从这里起有 {0} 条消息放不下，不会被读取";
    LeftOutFromHereOne: "Not read: one message does not fit", "有 1 条消息放不下，不会被读取";
    ReadOnFromHere: "The model reads on from here", "模型从这里继续读";
    RestWillBeFetched: "{0} of {1} of {2} are on this machine. The rest is fetched when you first send.", "{2} 已有 {0}（共 {1}）在这台电脑上，其余部分会在首次发送时下载。";
    FetchRest: "Fetch the rest", "继续下载";
    HalfLetter: "{0} (part of a character)", "{0}（半个字符）";
}

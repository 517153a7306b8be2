//! What to do about it, for each cause, in every language.

use super::names::called;
use super::summary::show;
use super::{Cause, Doing, FolderOf, Handed, Reader};
use crate::lang::Lang;

pub(super) fn remedy(cause: &Cause, lang: Lang, reader: Reader) -> String {
    let named = |name: &str| called(name, lang, reader);
    let (en, zh) = match cause {
        Cause::EmptyPrompt => {
            ("Type what you would like to see or read.".into(), "请输入想要看到或读到的内容。".into())
        }
        Cause::PromptTooLong { .. } | Cause::ContextFull { .. } => (
            "Shorten the prompt, start a new conversation, or raise the context length.".into(),
            "请缩短提示词、新建对话，或调大上下文长度。".into(),
        ),
        Cause::OutOfRange { min, max, .. } => {
            (format!("Choose a value from {min} to {max}."), format!("请选择 {min} 到 {max} 之间的值。"))
        }
        Cause::BadChoice { choices, .. } => (format!("Choose: {}.", choices.en), format!("请选择：{}。", choices.zh)),
        Cause::NoLayers { name } => (
            format!("Name things that the built-in model knows (\u{201c}a cat on a box\u{201d}), at 512x512, or leave --{name} out."),
            format!("请写内置模型认识的东西（如“盒子上有一只猫”），尺寸 512x512，或去掉 --{name}。"),
        ),
        Cause::NoEffect { name, .. } => {
            let name = named(name);
            (format!("Leave out {name}, or choose another model."), format!("请去掉 {name}，或选择另一个模型。"))
        }
        Cause::UnknownModel { known, .. } => (
            format!("Known models: {known}. A path to a model's file works too."),
            format!("已知的模型：{known}。也可以给出模型文件的路径。"),
        ),
        Cause::NotFetched { id, .. } => (
            format!("Fetch it in Models, or with `aigc-studio models fetch {id}`."),
            format!("请在“模型”页下载，或运行 `aigc-studio models fetch {id}`。"),
        ),
        Cause::NotChecked { id, .. } => (
            format!("Check them in Models, or with `aigc-studio models fetch {id}`: damaged files are fetched again."),
            format!("请在“模型”页校验，或运行 `aigc-studio models fetch {id}`：损坏的文件会重新下载。"),
        ),
        Cause::WrongKind { .. } => ("Choose another model.".into(), "请选择另一个模型。".into()),
        Cause::FileMissing { .. } => {
            ("Check the path, or choose another file.".into(), "请检查路径，或选择另一个文件。".into())
        }
        Cause::PicturesLeftOut { .. } => (
            "The text was written, with their descriptions in their places. Put the files back, or take the pictures out of the text, and export it again.".into(),
            "文字已导出，缺少的图片以说明代替。请放回这些文件，或从文中移除图片，再导出一次。".into(),
        ),
        Cause::BadModelFile { .. } => {
            ("Fetch the file again, or choose another one.".into(), "请重新下载，或选择另一个文件。".into())
        }
        Cause::NoModel { .. } => (
            "Choose a model's file: GGUF, safetensors, .ckpt or .pt.".into(),
            "请选择模型文件：GGUF、safetensors、.ckpt 或 .pt。".into(),
        ),
        Cause::CutModel { .. } => ("Fetch the whole file again.".into(), "请重新完整下载该文件。".into()),
        Cause::MissingParts { .. } => (
            "Fetch the missing parts and put all of them into one folder, under the names that they were published with."
                .into(),
            "请下载缺少的部分，把所有部分以发布时的文件名放入同一个文件夹。".into(),
        ),
        Cause::NotUsed { .. } => (
            "Leave it out, or name a file that this model reads.".into(),
            "请去掉它，或指定这个模型会读取的文件。".into(),
        ),
        Cause::LacksParts { lacks, .. } if reader == Reader::Window => (
            format!("Put files with {lacks} into the models folder, or choose the missing part in Models."),
            format!("请把含有 {lacks} 的文件放入模型文件夹，或在“模型”页选择缺少的部件。"),
        ),
        Cause::LacksParts { lacks, .. } => (
            format!("Put files with {lacks} into the models folder, or name them with --with FILE."),
            format!("请把含有 {lacks} 的文件放入模型文件夹，或用 --with FILE 指定。"),
        ),
        Cause::UnsupportedArchitecture { supported, .. } => (
            format!("Choose a model of one of these architectures: {supported}."),
            format!("请选择这些架构的模型：{supported}。"),
        ),
        Cause::UnsupportedOption { option, supported, .. } => (
            format!("Choose a model whose {option} is one of: {}.", supported.en),
            format!("请选择 {option} 为以下之一的模型：{}。", supported.zh),
        ),
        Cause::UnsupportedQuantization { supported, .. } => (
            format!("Choose the same model as one of: {supported}."),
            format!("请选择该模型的这些格式之一：{supported}。"),
        ),
        Cause::UnsupportedTokenizer { supported, .. } => (
            format!("Choose a model with one of these tokenizers: {}.", supported.en),
            format!("请选择使用这些分词器的模型：{}。", supported.zh),
        ),
        Cause::WrongShape { .. } => (
            "The file belongs to another model or is damaged: choose another file.".into(),
            "文件属于另一个模型或已损坏：请选择另一个文件。".into(),
        ),
        Cause::NoTemplate if reader == Reader::Shell => (
            "Give it the beginning of a text with --raw, or choose a model for chats.".into(),
            "请用 --raw 给出文字的开头，或选择对话模型。".into(),
        ),
        Cause::BadTemplate { .. } if reader == Reader::Shell => (
            "Send the prompt as it is with --raw, or choose another model.".into(),
            "请用 --raw 原样发送提示词，或选择另一个模型。".into(),
        ),
        Cause::BadTemplate { .. } | Cause::NoTemplate => (
            "Send the prompt as plain text (raw), or choose another model.".into(),
            "请以纯文本（raw）方式发送，或选择另一个模型。".into(),
        ),
        Cause::BadGrammar { .. } => (
            "Correct the grammar or the JSON schema, or ask without it.".into(),
            "请修改语法或 JSON Schema，或不使用它。".into(),
        ),
        Cause::NotEnoughMemory { .. } => (
            "Unload the other model, close other programs, or choose a smaller model.".into(),
            "请卸载另一个模型、关闭其他程序，或选择更小的模型。".into(),
        ),
        Cause::TooLarge { largest: (width, height), .. } => (
            format!("Choose a smaller size, at most {width}x{height} in these proportions, or close other programs."),
            format!("请选择更小的尺寸（此比例下最大 {width}x{height}），或关闭其他程序。"),
        ),
        Cause::UnlikeDraft { .. } => (
            "Choose a smaller model of the same family as the draft, or none.".into(),
            "请选择同一系列中更小的模型作为草稿模型，或不使用草稿模型。".into(),
        ),
        Cause::DraftLeftOut { .. } => (
            "Close other programs, shorten the context, or choose a smaller draft model or none.".into(),
            "请关闭其他程序、缩短上下文，或选择更小的草稿模型，或不使用。".into(),
        ),
        Cause::NotANumber { .. } => {
            ("Lower the guidance, or try another seed.".into(), "请降低引导强度，或换一个种子。".into())
        }
        Cause::Diverged { .. } => {
            ("Lower the learning rate and start anew.".into(), "请降低学习率，然后重新开始。".into())
        }
        Cause::BadLogits { .. } => (
            "Set the KV cache to f32 (--kv f32). If that does not help, the file is damaged: fetch it again, or \
             choose another quantisation."
                .into(),
            "请把 KV 缓存设为 f32（--kv f32）；若仍然如此，则文件已损坏：请重新下载，或选择另一种量化。".into(),
        ),
        Cause::BadDecode { .. } => (
            "Decode the latents again with another VAE or model.".into(),
            "请换一个 VAE 或模型，重新解码潜变量。".into(),
        ),
        Cause::NotOpened { what: Handed::Folder, .. } => (
            "Copy the path and open it in a terminal or another program, or install a file manager.".into(),
            "请复制路径，用终端或其他程序打开，或安装一个文件管理器。".into(),
        ),
        Cause::NotOpened { what: Handed::Link, .. } => (
            "Copy the address and open it in a browser, here or on another machine.".into(),
            "请复制地址，在浏览器中打开，也可以在另一台电脑上打开。".into(),
        ),
        Cause::Io { doing: Doing::Reading, .. } => {
            ("Check that the file may be read.".into(), "请检查是否有读取权限。".into())
        }
        Cause::Io { .. } if reader == Reader::Shell => (
            "Allow writing there, or name another place: a file (of a picture: --out FILE), or another folder for all of \
             the program's files (AIGC_STUDIO_HOME=FOLDER)."
                .into(),
            "请允许写入，或指定别处：另一个文件（图片用 --out FILE），或用 AIGC_STUDIO_HOME=FOLDER 为本程序的所有文件指定另一个文件夹。"
                .into(),
        ),
        Cause::Io { .. } => {
            ("Choose another folder, or allow writing there.".into(), "请选择另一个文件夹，或允许写入。".into())
        }
        Cause::DiskFull { .. } => (
            "Free some space or choose another folder; nothing that was made is lost.".into(),
            "请腾出空间或选择另一个文件夹；已生成的内容没有丢失。".into(),
        ),
        Cause::BadFolder { of, .. } => {
            let (en, zh) = match of {
                FolderOf::Pictures => ("Pictures", "图片"),
                FolderOf::Models => ("Models", "模型"),
            };
            (
                format!("{en} stay where they were. Choose a folder that is there and may be written into."),
                format!("{zh}仍保存在原来的文件夹。请选择一个已有且可写入的文件夹。"),
            )
        }
        Cause::Unsaved { refusal } => {
            let (en, zh) = match refusal.as_deref() {
                Some(Cause::DiskFull { path, .. }) => (
                    format!("Free some disk space for {}", show(path)),
                    format!("请为 {} 腾出磁盘空间", show(path)),
                ),
                Some(Cause::Io { path, reason, .. }) => (
                    format!("Allow the program to write {} ({})", show(path), reason.en),
                    format!("请允许程序写入 {}（{}）", show(path), reason.zh),
                ),
                _ => (
                    "See that the disk takes files again".to_owned(),
                    "请让磁盘恢复可写".to_owned(),
                ),
            };
            (
                format!("{en}; the rest is then saved automatically. Close the window again to close it anyway."),
                format!("{zh}，随后会自动保存。若仍要关闭，请再次关闭窗口。"),
            )
        }
        Cause::ReadOnly => (
            "Close both windows and start the program again; this window saves nothing.".into(),
            "请关闭两个窗口后重新启动程序；此窗口不会写入任何内容。".into(),
        ),
        Cause::NotAFile { .. } => ("Choose the name of a file.".into(), "请指定一个文件名。".into()),
        Cause::OutputClosed | Cause::OutputFailed { full: false, .. } => {
            ("Send the output elsewhere.".into(), "请将输出改到别处。".into())
        }
        Cause::OutputFailed { .. } => (
            "Free some space there, or send the output elsewhere, and run the command again.".into(),
            "请在那里腾出空间，或将输出改到别处，再运行一次。".into(),
        ),
        Cause::SettingsBroken { kept, .. } => {
            (format!("The old file is kept at {}.", show(kept)), format!("旧文件保存在 {}。", show(kept)))
        }
        Cause::SettingsReplaced { kept, .. } => (
            format!("The file as it was is kept at {}; set the values again in Settings or in the file.", show(kept)),
            format!("原文件保存在 {}；请在“设置”或文件中重新设定这些值。", show(kept)),
        ),
        Cause::CharacterBroken { .. } => (
            "The file stays as it is: correct it in a text editor, or move it out of the folder.".into(),
            "文件保持原样：请用文本编辑器修正，或将其移出该文件夹。".into(),
        ),
        Cause::NewerLines { .. } => (
            "They stay in the file; open it with the newer version to see them.".into(),
            "这些内容仍保留在文件中；请用较新版本打开查看。".into(),
        ),
        Cause::NoSettingsInside { .. } => (
            "Open the file as the studio, A1111, ComfyUI or another image program saved it; editors and web sites often take the settings out.".into(),
            "请打开由本软件、A1111、ComfyUI 等程序直接保存的文件；图片编辑器和网站常会去掉设置。".into(),
        ),
        Cause::SettingsTooLong { .. } => (
            "Save it as PNG or WebP, which hold settings of any length.".into(),
            "请保存为 PNG 或 WebP，它们可以容纳任意长度的设置。".into(),
        ),
        Cause::CutPicture { .. } => {
            ("Make it again, or copy it again from a complete file.".into(), "请重新生成，或从完整的来源重新复制。".into())
        }
        Cause::BadPicture { .. } => {
            ("Choose a PNG, JPEG or WebP file.".into(), "请选择 PNG、JPEG 或 WebP 文件。".into())
        }
        Cause::TermsFirst { id, url, .. } => (
            format!("Read them in full at {url}; to agree: aigc-studio models fetch {id} --agree"),
            format!("全文见 {url}；同意请运行：aigc-studio models fetch {id} --agree"),
        ),
        Cause::BadImport { .. } => (
            "Choose a character card (PNG or JSON), or a chat as JSON, JSONL, Markdown or text.".into(),
            "请选择角色卡（PNG 或 JSON），或 JSON、JSONL、Markdown、文本格式的对话。".into(),
        ),
        Cause::BadField { .. } => ("Change what is in it.".into(), "请修改该栏的内容。".into()),
        Cause::Offline { .. } => ("Switch offline mode off in Settings.".into(), "请在“设置”中关闭离线模式。".into()),
        Cause::SourceFailed { .. } => ("The next source is tried.".into(), "将尝试下一个来源。".into()),
        Cause::NoSourceAnswered { tried, .. } => (
            format!("Check the network and try again; what has come so far is kept. Tried: {}", tried.en),
            format!("请检查网络后重试；已下载的部分会保留。已尝试：{}", tried.zh),
        ),
        Cause::WrongHash { .. } => ("Fetch it again.".into(), "请重新下载。".into()),
        Cause::NotUtf8 { .. } => (
            "Set the terminal to UTF-8, or send a prompt through a pipe: iconv -f GB18030 -t UTF-8 prompt.txt | \
             aigc-studio image -. A file of such a name: rename it."
                .into(),
            "请把终端设为 UTF-8，或通过管道输入提示词：iconv -f GB18030 -t UTF-8 prompt.txt | aigc-studio image -。若是文件名，请重命名该文件。"
                .into(),
        ),
        Cause::NoThread => (
            "Raise the limit on the program's memory or threads (ulimit -v, ulimit -u, or that of its container), or close other programs.".into(),
            "请调高本程序的内存或线程上限（ulimit -v、ulimit -u，或容器的限制），或关闭其他程序。".into(),
        ),
        Cause::QueueFull { .. } => {
            ("Wait for some to finish, or cancel them.".into(), "请等待部分任务完成，或取消它们。".into())
        }
        Cause::Panicked { .. } => (
            "Try again; if it happens twice, choose another model or other settings.".into(),
            "请重试；若再次发生，请换一个模型或设置。".into(),
        ),
        Cause::EngineGone => ("Start the studio again.".into(), "请重新启动软件。".into()),
        Cause::NoWindow { why } => {
            let todo = why.remedy();
            (todo.en, todo.zh)
        }
        Cause::Other { .. } => ("Try again.".into(), "请重试。".into()),
    };
    lang.pick(en, zh)
}

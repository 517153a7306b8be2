//! What went wrong, in a sentence for each cause, in every language.

use std::path::Path;

use super::names::{before_chinese, called};
use super::{Cause, Doing, FolderFault, Handed, Reader};
use crate::lang::Lang;
use crate::numbers::{self, plural};

pub(super) fn show(path: &Path) -> String {
    path.display().to_string()
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// The first names of a list, and how many there are beside.
fn list(names: &[String]) -> String {
    const SHOWN: usize = 5;
    let more = if names.len() > SHOWN { format!(" (+{})", names.len() - SHOWN) } else { String::new() };
    names.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ") + &more
}

pub(super) fn summary(cause: &Cause, lang: Lang, reader: Reader) -> String {
    let named = |name: &str| called(name, lang, reader);
    let (en, zh) = match cause {
        Cause::EmptyPrompt => ("The prompt is empty.".to_owned(), "提示词是空的。".to_owned()),
        Cause::PromptTooLong { tokens, context } => {
            let over = tokens.saturating_sub(*context);
            (
                format!("The prompt has {tokens} tokens, {over} more than the context of {context} holds."),
                format!("提示词有 {tokens} 个词元，比 {context} 的上下文多出 {over} 个。"),
            )
        }
        Cause::OutOfRange { name, value, min, max } => (
            format!("{} is {value}; it must be between {min} and {max}.", named(name)),
            format!("{}为 {value}，应在 {min} 与 {max} 之间。", before_chinese(&named(name))),
        ),
        Cause::BadChoice { name, value, .. } => (
            format!("{}: \u{201c}{}\u{201d} cannot be used here.", named(name), value.en),
            format!("{}：“{}”在这里不可用。", named(name), value.zh),
        ),
        Cause::NoLayers { name } => (
            format!("--{name} needs a scene, and this picture is drawn whole: it has no layers."),
            format!("--{name} 需要场景，而这张图是整体绘制的，没有图层。"),
        ),
        Cause::NoEffect { name, value, model } => (
            format!("{} {value} has no effect on {model}.", named(name)),
            format!("{} {value} 对 {model} 不起作用。", named(name)),
        ),
        Cause::UnknownModel { id, .. } => (
            format!("No model is called \u{201c}{id}\u{201d}, and no file or folder of that name is here."),
            format!("没有名为“{id}”的模型，也没有这个名字的文件或文件夹。"),
        ),
        Cause::NotFetched { id, bytes } => (
            format!("The model {id} ({}) is not on this machine yet.", numbers::bytes(*bytes)),
            format!("模型 {id}（{}）还不在这台电脑上。", numbers::bytes(*bytes)),
        ),
        Cause::NotChecked { id } => (
            format!("The files of {id} were changed or added by hand, and are not checked."),
            format!("模型 {id} 的文件被改动过或是手动放入的，尚未校验。"),
        ),
        Cause::WrongKind { id, wanted } => (
            format!("{id} does not make {wanted}s."),
            format!("{id} 不能生成{}。", if *wanted == "text" { "文字" } else { "图片" }),
        ),
        Cause::FileMissing { path } => (format!("{} is not there.", show(path)), format!("找不到 {}。", show(path))),
        Cause::PicturesLeftOut { count, path, reason } => (
            format!("{count} of the text's pictures could not be read; the first is {}: {}", show(path), reason.en),
            format!("文中有 {count} 张图片读不出来，第一张是 {}：{}", show(path), reason.zh),
        ),
        Cause::BadModelFile { path, reason } => (
            format!("{} cannot be used as a model: {}.", show(path), reason.en),
            format!("{} 不能作为模型使用：{}。", show(path), reason.zh),
        ),
        Cause::NoModel { path, what } => {
            let name = name(path);
            (format!("{}: {name}.", what.en), format!("{}：{name}。", what.zh))
        }
        Cause::CutModel { path, here, whole } => {
            let (name, here, whole) = (name(path), numbers::bytes(*here), numbers::bytes(*whole));
            (
                format!("Only part of {name} is here: {here} of {whole}."),
                format!("{name} 只有一部分：{whole} 中的 {here}。"),
            )
        }
        Cause::MissingParts { path, part, count, missing } => {
            let names = list(missing);
            (
                format!("{} is part {part} of {count} of a model; missing beside it: {names}.", show(path)),
                format!("{} 是模型的第 {part} 部分（共 {count} 部分），同一文件夹中缺少：{names}。", show(path)),
            )
        }
        Cause::NotUsed { path, reason } => (
            format!("{} is not used: {}.", show(path), reason.en),
            format!("{} 没有被使用：{}。", show(path), reason.zh),
        ),
        Cause::LacksParts { path, family, lacks } => (
            format!("{} is a {family} model. Missing: {lacks}.", show(path)),
            format!("{} 是 {family} 模型，缺少：{lacks}。", show(path)),
        ),
        Cause::UnsupportedArchitecture { found, .. } => (
            format!("This model's architecture is \u{201c}{}\u{201d}, which the studio cannot run yet.", found.en),
            format!("这个模型的架构是“{}”，目前还不能运行。", found.zh),
        ),
        Cause::UnsupportedOption { option, value, .. } => (
            format!("This model's configuration has {option} = {value}, which the studio cannot run yet."),
            format!("这个模型的配置中 {option} = {value}，目前还不能运行。"),
        ),
        Cause::UnsupportedQuantization { found, .. } => (
            format!("This model is quantised as {found}, which the studio cannot run yet."),
            format!("这个模型的量化格式是 {found}，目前还不能运行。"),
        ),
        Cause::UnsupportedTokenizer { found, .. } => (
            format!("The studio does not support this model's tokenizer \u{201c}{}\u{201d}.", found.en),
            format!("还不支持这个模型的分词器“{}”。", found.zh),
        ),
        Cause::WrongShape { tensor, expected, found } => (
            format!("The weight {tensor} should be {expected} but is {found}."),
            format!("权重 {tensor} 应为 {expected}，实际是 {found}。"),
        ),
        Cause::BadTemplate { reason } => (
            format!("The chat template inside the model does not run: {}.", reason.en),
            format!("模型自带的对话模板无法运行：{}。", reason.zh),
        ),
        Cause::NoTemplate => (
            "This model has no chat template: it continues a text, and was not trained to answer.".to_owned(),
            "这个模型没有对话模板：它用于续写文字，没有经过对话训练。".to_owned(),
        ),
        Cause::BadGrammar { line: 0, reason } => {
            (format!("The grammar cannot be used: {}.", reason.en), format!("无法按照该语法生成：{}。", reason.zh))
        }
        Cause::BadGrammar { line, reason } => (
            format!("The grammar cannot be used (line {line}): {}.", reason.en),
            format!("无法按照该语法生成（第 {line} 行）：{}。", reason.zh),
        ),
        Cause::NotEnoughMemory { needed, free } => (
            format!("This model needs {}, {} are free.", numbers::bytes(*needed), numbers::bytes(*free)),
            format!("这个模型需要 {}，可用 {}。", numbers::bytes(*needed), numbers::bytes(*free)),
        ),
        Cause::TooLarge { width, height, needed, free, .. } => (
            format!(
                "A picture of {width}x{height} needs {} of memory with this model, {} are available.",
                numbers::bytes(*needed),
                numbers::bytes(*free)
            ),
            format!(
                "用这个模型画 {width}x{height} 的图像需要 {} 内存，可用 {}。",
                numbers::bytes(*needed),
                numbers::bytes(*free)
            ),
        ),
        Cause::UnlikeDraft { draft, reason } => (
            format!("{draft} cannot draft for this model: {}.", reason.en),
            format!("{draft} 不能作为这个模型的草稿模型：{}。", reason.zh),
        ),
        Cause::DraftLeftOut { draft, needed, free } => (
            format!(
                "The draft model {draft} needs {}, {} are free: the answer is written without it, the same but slower.",
                numbers::bytes(*needed),
                numbers::bytes(*free)
            ),
            format!(
                "草稿模型 {draft} 需要 {}，可用 {}：回答将不使用它，内容相同，只是更慢。",
                numbers::bytes(*needed),
                numbers::bytes(*free)
            ),
        ),
        Cause::NotANumber { step } => (
            format!("The picture model produced NaN or infinity at step {step}."),
            format!("图片模型在第 {step} 步产生了 NaN 或无穷大。"),
        ),
        Cause::Diverged { step } => (
            format!("The loss is not a number (NaN) any more after step {step}."),
            format!("第 {step} 步之后，损失变成了无效的数（NaN）。"),
        ),
        Cause::BadLogits { step } => (
            format!("The model's output is not a number (NaN) at token {}.", step + 1),
            format!("模型在第 {} 个词元输出了无效数值（NaN）。", step + 1),
        ),
        Cause::ContextFull { context, written: 0 } => (
            format!("The prompt fills the context of {context} tokens: there is no room for an answer."),
            format!("提示词占满了 {context} 个词元的上下文，没有空间生成回答。"),
        ),
        Cause::ContextFull { context, written } => (
            format!(
                "The answer was cut after {written} {}: the context of {context} tokens is full.",
                plural(*written, "token", "tokens")
            ),
            format!("上下文（{context} 个词元）已满，回答在 {written} 个词元后被截断。"),
        ),
        Cause::BadDecode { bad, of } => (
            format!(
                "The VAE produced NaN in {bad} of {of} {}: its weights do not fit this model or are damaged.",
                plural(*of, "value", "values")
            ),
            format!("VAE 在 {of} 个值中产生了 {bad} 个无效数值（NaN）：权重不匹配或已损坏。"),
        ),
        Cause::NotOpened { what: Handed::Folder, target } => {
            (format!("No file manager opened {target}."), format!("没有文件管理器能打开 {target}。"))
        }
        Cause::NotOpened { what: Handed::Link, target } => {
            (format!("No browser opened {target}."), format!("没有浏览器能打开 {target}。"))
        }
        Cause::Io { doing, path, reason } => {
            let (en, zh) = match doing {
                Doing::Reading => ("read", "读取"),
                Doing::Writing => ("write", "写入"),
                Doing::Creating => ("create", "创建"),
                Doing::Deleting => ("delete", "删除"),
            };
            (
                format!("Could not {en} {}: {}.", show(path), reason.en),
                format!("无法{zh} {}：{}。", show(path), reason.zh),
            )
        }
        Cause::DiskFull { path, needed, free } => {
            if *needed == 0 {
                (format!("The disk that holds {} is full.", show(path)), format!("{} 所在的磁盘已满。", show(path)))
            } else {
                (
                    format!(
                        "{} are needed in {}, {} are free.",
                        numbers::bytes(*needed),
                        show(path),
                        numbers::bytes(*free)
                    ),
                    format!("{} 需要 {}，可用 {}。", show(path), numbers::bytes(*needed), numbers::bytes(*free)),
                )
            }
        }
        Cause::BadFolder { path, why, .. } => {
            let path = show(path);
            match why {
                FolderFault::Missing => (format!("There is no folder {path}."), format!("文件夹 {path} 不存在。")),
                FolderFault::File => {
                    (format!("This is a file, not a folder: {path}."), format!("这是一个文件，不是文件夹：{path}。"))
                }
                FolderFault::ReadOnly(reason) => (
                    format!("Nothing can be written into the folder {path}: {}.", reason.en),
                    format!("无法写入文件夹 {path}：{}。", reason.zh),
                ),
            }
        }
        Cause::Unsaved { .. } => (
            "Some of what you wrote is not saved yet: closing the window now would lose it.".to_owned(),
            "你写的部分内容还没有存到磁盘上：现在关闭窗口会丢失。".to_owned(),
        ),
        Cause::ReadOnly => (
            "This window is read-only: another window uses the same folder and does not answer.".to_owned(),
            "此窗口只能查看：另一个窗口正在使用同一文件夹，且没有响应。".to_owned(),
        ),
        Cause::NotAFile { path, what } => (
            format!("{} cannot be written: {}.", show(path), what.en),
            format!("无法写入 {}：{}。", show(path), what.zh),
        ),
        Cause::OutputClosed => ("Nobody reads the output any more.".to_owned(), "输出已无人读取。".to_owned()),
        Cause::OutputFailed { full: true, .. } => (
            "The output could not be written: the disk that it goes to is full.".to_owned(),
            "输出无法写入：目标磁盘已满。".to_owned(),
        ),
        Cause::OutputFailed { reason, .. } => {
            (format!("The output could not be written: {}.", reason.en), format!("输出无法写入：{}。", reason.zh))
        }
        Cause::SettingsBroken { reason, .. } => (
            format!("The settings file could not be read ({}); the defaults are used.", reason.en),
            format!("设置文件无法读取（{}），已改用默认设置。", reason.zh),
        ),
        Cause::SettingsReplaced { names, reason, .. } => (
            format!("Values of the settings file could not be used, and were replaced: {names} ({}).", reason.en),
            format!("设置文件中有些值不能使用，已替换：{names}（{}）。", reason.zh),
        ),
        Cause::CharacterBroken { path } => (
            format!("The character in {} could not be read, and is not shown.", show(path)),
            format!("{} 中的角色无法读取，因此没有显示。", show(path)),
        ),
        Cause::NewerLines { path, lines } => (
            format!("A newer version of the program wrote parts of {} that are not shown: {lines}.", show(path)),
            format!("{} 中有 {lines} 处由较新版本的程序写入，这里无法显示。", show(path)),
        ),
        Cause::NoSettingsInside { path } => (
            format!("{} has no settings that can be restored.", show(path)),
            format!("{} 中没有可以恢复的设置。", show(path)),
        ),
        Cause::SettingsTooLong { path, bytes, most } => (
            format!(
                "{} was written without its settings: they take {bytes} bytes, a JPEG has room for {most}.",
                show(path)
            ),
            format!("{} 中没有写入设置：设置有 {bytes} 字节，JPEG 最多容纳 {most} 字节。", show(path)),
        ),
        Cause::CutPicture { path } => (
            format!("The picture {} is cut off: the end of the file is missing.", show(path)),
            format!("图片 {} 不完整：文件的末尾缺失。", show(path)),
        ),
        Cause::BadPicture { path, reason } => (
            format!("{} cannot be opened as a picture: {}.", show(path), reason.en),
            format!("{} 不能作为图片打开：{}。", show(path), reason.zh),
        ),
        Cause::TermsFirst { id, text, .. } => {
            (format!("{id} has terms of use. {}", text.en), format!("{id} 有使用条款。{}", text.zh))
        }
        Cause::BadImport { reason } => {
            (format!("This cannot be imported: {}.", reason.en), format!("无法导入：{}。", reason.zh))
        }
        Cause::BadField { label, reason } => (
            format!("The field \u{201c}{}\u{201d} {}.", label.en, reason.en),
            format!("“{}”一栏{}。", label.zh, reason.zh),
        ),
        Cause::Offline { id } => (
            format!("{id} must be fetched first, and the studio is set to stay offline."),
            format!("需要下载 {id}，但现在是离线模式。"),
        ),
        Cause::SourceFailed { source, reason } => {
            (format!("{source} failed: {}.", reason.en), format!("{source} 未能提供文件：{}。", reason.zh))
        }
        Cause::NoSourceAnswered { id, .. } => (
            format!("{id} could not be fetched: none of its sources answered."),
            format!("{id} 下载失败：所有来源都没有响应。"),
        ),
        Cause::WrongHash { file, expected, found } => (
            format!("{file} does not match its card (SHA-256 {:.12}…, not {:.12}…); it was deleted.", found, expected),
            format!("{file} 与模型卡不符（SHA-256 为 {:.12}…，应为 {:.12}…），已删除。", found, expected),
        ),
        Cause::NotUtf8 { place, flag, shown } => {
            let (en, zh) = match flag {
                Some(flag) => (format!("The value of {flag}"), format!("{flag} 的值")),
                None => (format!("Argument {place}"), format!("第 {place} 个参数")),
            };
            (format!("{en} is not in UTF-8: \u{201c}{shown}\u{201d}."), format!("{zh}不是 UTF-8 编码：“{shown}”。"))
        }
        Cause::NoThread => (
            "A thread could not be started: the system gave the program no more threads or memory.".to_owned(),
            "无法启动线程：系统没有再给程序分配线程或内存。".to_owned(),
        ),
        Cause::QueueFull { waiting } => {
            let jobs = plural(*waiting, "job waits", "jobs wait");
            (format!("{waiting} {jobs} already."), format!("已有 {waiting} 个任务在排队。"))
        }
        Cause::Panicked { what } => {
            (format!("The model's code stopped unexpectedly: {what}."), "模型代码意外停止。".to_owned())
        }
        Cause::EngineGone => ("The engine has stopped.".to_owned(), "引擎已停止。".to_owned()),
        Cause::NoWindow { why } => {
            let said = why.summary();
            (said.en, said.zh)
        }
        Cause::Other { what } => (format!("{}.", what.en), format!("{}。", what.zh)),
    };
    lang.pick(en, zh)
}

//! What an error calls a setting: by the window's name in the person's language, or by its flag in the shell.
//!
//! Causes hold the flag (`clip-skip`). The window's sliders have these names too: a test in `ui/params.rs` compares them.

use crate::lang::{Both, Lang};

/// Who reads an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    Window,
    Shell,
}

/// A setting: the name in a [`Cause`](super::Cause), whether that is a flag, the English and the Chinese name.
type Row = (&'static str, bool, &'static str, &'static str);

const FLAG: bool = true;
const NO_FLAG: bool = false;

const ROWS: &[Row] = &[
    // Pictures
    ("model", FLAG, "Model", "模型"),
    ("size", FLAG, "Size", "尺寸"),
    ("steps", FLAG, "Steps", "步数"),
    ("guidance", FLAG, "Guidance", "引导强度"),
    ("seed", FLAG, "Seed", "种子"),
    ("count", FLAG, "Pictures", "张数"),
    ("sampler", FLAG, "Sampler", "采样器"),
    ("schedule", FLAG, "Schedule", "噪声调度"),
    ("rng", FLAG, "Noise source (RNG)", "噪声来源（RNG）"),
    ("guidance-rescale", FLAG, "Guidance rescale", "引导重标（rescale）"),
    ("clip-skip", FLAG, "Clip skip", "CLIP 跳过层数"),
    ("thing", FLAG, "Meaning of words", "词义"),
    ("arrange", FLAG, "Layers", "图层"),
    ("precision", FLAG, "Precision", "精度"),
    ("decode", FLAG, "Latents", "潜变量"),
    ("out", FLAG, "Output file", "输出文件"),
    ("picture format", NO_FLAG, "Picture format", "图片格式"),
    ("scheduler", NO_FLAG, "Scheduler", "调度器"),
    ("prompt", NO_FLAG, "Prompt", "提示词"),
    ("prompt weight", NO_FLAG, "Prompt weight", "提示词权重"),
    ("stdin", NO_FLAG, "Standard input", "标准输入"),
    ("prompt, bytes", NO_FLAG, "Prompt length in bytes", "提示词长度（字节）"),
    ("command", NO_FLAG, "Command", "命令"),
    ("exhibit", NO_FLAG, "Exhibit", "展品"),
    ("set", FLAG, "Control", "控件"),
    ("thumbnail", NO_FLAG, "Size of the thumbnails", "缩略图大小"),
    // Texts
    ("temperature", FLAG, "Temperature", "温度"),
    ("max-tokens", FLAG, "Longest answer", "最长回答"),
    ("context", FLAG, "Context", "上下文"),
    ("top-k", FLAG, "Top-k", "Top-k 候选数"),
    ("top-p", FLAG, "Top-p", "Top-p 概率和"),
    ("min-p", FLAG, "Min-p", "Min-p 下限"),
    ("repeat-penalty", FLAG, "Repetition penalty", "重复惩罚"),
    ("repeat-last-n", FLAG, "Penalty window", "惩罚范围"),
    ("presence-penalty", FLAG, "Presence penalty", "存在惩罚"),
    ("frequency-penalty", FLAG, "Frequency penalty", "频率惩罚"),
    ("dry-multiplier", FLAG, "DRY strength", "DRY 强度"),
    ("dry-base", FLAG, "DRY base", "DRY 底数"),
    ("dry-allowed-length", FLAG, "DRY allowed length", "DRY 允许长度"),
    ("dry-penalty-last-n", FLAG, "DRY window", "DRY 范围"),
    ("dry-sequence-breaker", FLAG, "DRY sequence breaker", "DRY 序列中断符"),
    ("top-nsigma", FLAG, "Top-n sigma", "Top-n 标准差"),
    ("typical", FLAG, "Typical p", "典型采样 p"),
    ("xtc-probability", FLAG, "XTC probability", "XTC 概率"),
    ("xtc-threshold", FLAG, "XTC threshold", "XTC 阈值"),
    ("dynatemp-range", FLAG, "Dynamic temperature", "动态温度"),
    ("dynatemp-exp", FLAG, "Dynamic temperature exponent", "动态温度指数"),
    ("mirostat", FLAG, "Mirostat", "Mirostat 采样"),
    ("mirostat-ent", FLAG, "Mirostat target", "Mirostat 目标"),
    ("mirostat-lr", FLAG, "Mirostat rate", "Mirostat 速率"),
    ("draft-max", FLAG, "Most draft tokens", "最多草稿词元"),
    ("draft-p-min", FLAG, "Least draft probability", "草稿最低概率"),
    ("kv", FLAG, "KV cache precision", "KV 缓存精度"),
    ("stop", FLAG, "Stop texts", "停止文本"),
    ("samplers", FLAG, "Sampler chain", "采样器链"),
    ("logit-bias", FLAG, "Logit bias", "Logit 偏置"),
    ("messages", NO_FLAG, "Messages", "消息"),
    ("note-depth", NO_FLAG, "Lines after the note", "作者按之后的行数"),
    ("page, bytes", NO_FLAG, "Page length in bytes", "文稿长度（字节）"),
    // Measurements of speed
    ("lengths", FLAG, "Prompt lengths", "提示词长度"),
    ("write", FLAG, "Tokens to write", "生成词元数"),
    ("runs", FLAG, "Runs", "运行次数"),
];

/// The window's name of a setting in both languages; `None` for one that has none.
pub fn name_of(setting: &str) -> Option<Both> {
    ROWS.iter().find(|row| row.0 == setting).map(|(.., en, zh)| Both::new(*en, *zh))
}

impl super::StudioError {
    /// The name of the cause without its values, which may be the person's: for the log.
    pub fn kind(&self) -> String {
        let cause = format!("{:?}", self.cause());
        let name = |text: &str| text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_owned();
        match self.cause() {
            super::Cause::Io { doing, .. } => format!("{} ({doing:?})", name(&cause)),
            _ => name(&cause),
        }
    }
}

/// What a sentence calls a setting. One without a row keeps its own name.
pub(super) fn called(setting: &str, lang: Lang, reader: Reader) -> String {
    let row = ROWS.iter().find(|row| row.0 == setting);
    match (row, reader) {
        (Some((_, FLAG, ..)), Reader::Shell) => format!("--{setting}"),
        (Some((.., en, zh)), _) => lang.pick(*en, *zh).to_owned(),
        (None, _) => setting.to_owned(),
    }
}

/// The name before a Chinese word: with a space where it ends in a Latin letter.
pub(super) fn before_chinese(name: &str) -> String {
    let space = if name.ends_with(|c: char| c.is_ascii_alphanumeric()) { " " } else { "" };
    format!("{name}{space}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Cause, StudioError};

    #[test]
    fn the_kind_of_an_error_has_none_of_its_values() {
        let kind = |cause: Cause| StudioError::from(cause).with_details("a cat").kind();
        assert_eq!(kind(Cause::EmptyPrompt), "EmptyPrompt");
        assert_eq!(kind(Cause::FileMissing { path: "/home/mei/a cat.png".into() }), "FileMissing");
        assert_eq!(kind(Cause::Panicked { what: "a cat".into() }), "Panicked");
    }

    #[test]
    fn each_setting_has_one_row() {
        for (at, row) in ROWS.iter().enumerate() {
            assert!(ROWS[..at].iter().all(|other| other.0 != row.0), "{}", row.0);
            assert!(!row.1 || row.0.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{} is no flag", row.0);
        }
    }
}

//! `aigc-studio models check PATH`: the model doctor on the command line.

use std::path::Path;

use serde_json::json;

use super::Context;
use super::out;
use super::values::{parse_size, short_count};
use crate::catalog::doctor::{PartFacts, Report};
use crate::domain::bytes;
use crate::engine::MemoryBudget;
use crate::error::Result;
use crate::formats::family::Variant;
use crate::formats::memory::Need;

/// Prints `report`, on stdout.
pub fn run(context: &Context, report: Report, size: Option<&str>, as_json: bool) -> Result<()> {
    let lang = context.lang;
    let path = &report.path;
    let side = report.kind.as_ref().map_or(1024, Variant::side);
    let (width, height) = size.map_or(Ok((side, side)), parse_size)?;
    let fits: Vec<(&str, &Path, &PartFacts)> = report
        .lacks
        .iter()
        .filter_map(|lack| context.catalog.loose().fitting(&report, *lack).map(|(p, part)| (lack.name(), p, part)))
        .collect();
    let with: Vec<PartFacts> = fits.iter().map(|(.., part)| (*part).clone()).collect();
    let free = MemoryBudget::of_this_machine().total();
    let need = report.kind.is_some().then(|| report.need(width, height, &with));
    if as_json {
        let mut made = report.json();
        made["fits"] =
            fits.iter().map(|(lack, path, _)| ((*lack).to_owned(), json!(path.display().to_string()))).collect();
        made["size"] = json!([width, height]);
        made["free"] = json!(free);
        made["memory"] = need.map_or(json!(null), |n| stages(&n));
        made["fits_memory"] = need.map_or(json!(null), |n| json!(n.total() <= free));
        out::line(made)?;
        return report.trouble.map_or(Ok(()), Err);
    }
    out::line(format_args!("{}: {}", path.display(), report.sentence(lang)))?;
    for part in &report.parts {
        let (parameters, size) = (short_count(part.parameters), bytes(part.bytes));
        out::line(format_args!("  {:12} {parameters:>8}  {:8} {size:>9}", part.name(), part.precision))?;
    }
    for (lack, path, _) in &fits {
        let path = path.display();
        out::line(lang.pick(format!("{lack}: {path} fits."), format!("{lack}：{path} 可用。")))?;
    }
    for lack in report.lacks.iter().filter(|lack| !fits.iter().any(|(name, ..)| *name == lack.name())) {
        let name = lack.name();
        out::line(lang.pick(
            format!("{name}: none in the models folder fits. Put one there, or name one with --with FILE."),
            format!("{name}：模型文件夹中没有合适的文件。请放入一个，或用 --with FILE 指定。"),
        ))?;
    }
    if let Some(need) = need {
        tell(&need, (width, height), free, lang)?;
    }
    report.trouble.map_or(Ok(()), Err)
}

fn stages(need: &Need) -> serde_json::Value {
    json!({
        "text": need.text, "denoiser": need.denoiser, "vae": need.vae, "step": need.step, "decode": need.decode,
        "total": need.total(),
    })
}

fn tell(need: &Need, (width, height): (u32, u32), free: u64, lang: crate::lang::Lang) -> Result<()> {
    let all = [need.text, need.denoiser, need.step, need.vae, need.decode, need.total(), free].map(bytes);
    let [text, denoiser, step, vae, decode, total, free_text] = &all;
    out::line(lang.pick(
        format!(
            "Memory for {width}x{height}: text encoders {text}, denoiser {denoiser} and {step} a step, VAE {vae} \
                 and {decode} to decode; {total} in all, {free_text} are free."
        ),
        format!(
            "{width}x{height} 所需内存：文本编码器 {text}，去噪网络 {denoiser}（每步另需 {step}），VAE {vae}（解码另需 \
                 {decode}）；共 {total}，可用 {free_text}。"
        ),
    ))?;
    if need.total() > free {
        out::line(lang.pick(
            "It does not fit: choose the transformer as a GGUF (Q4_K, Q5_K, Q8_0), a smaller size, or free memory.",
            "内存不足：请选用 GGUF 量化（Q4_K、Q5_K、Q8_0）的去噪网络、更小的尺寸，或释放内存。",
        ))?;
    } else if need.decode > free.saturating_sub(need.weights()) {
        out::line(lang.pick("The picture will be decoded in tiles.", "图像将分块解码。"))?;
    }
    Ok(())
}

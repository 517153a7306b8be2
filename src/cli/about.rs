//! `aigc-studio about`.

use std::fmt::Write;

use clap::Args;
use serde_json::json;

use super::{Context, out};
use crate::about::{COMMIT, Facts, Group, Licences, MARK, NAME, VERSION};
use crate::engine::{Stop, device_name, kernels};
use crate::lang::Lang;

#[derive(Args)]
pub struct AboutArgs {
    /// Print the licences of everything in the program too, with their texts.
    #[arg(long, alias = "licenses")]
    licences: bool,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

pub fn run(context: &Context, args: &AboutArgs) -> Result<(), Stop> {
    let facts = Facts {
        kernels: kernels::processor_name(),
        device: device_name(context.settings.device),
        data: context.paths.data(),
    };
    let licences = args.licences.then(Licences::read);
    let text =
        if args.json { object(&facts, licences.as_ref()) } else { words(&facts, licences.as_ref(), context.lang) };
    out::bytes(text.as_bytes())?;
    Ok(())
}

fn object(facts: &Facts<'_>, licences: Option<&Licences>) -> String {
    let mut object = json!({
        "name": NAME,
        "version": VERSION,
        "commit": COMMIT,
        "system": Facts::system(),
        "kernels": facts.kernels,
        "device": facts.device,
        "data": facts.data.display().to_string(),
    });
    if let Some(licences) = licences {
        object["licences"] = json!(licences);
    }
    format!("{object}\n")
}

fn words(facts: &Facts<'_>, licences: Option<&Licences>, lang: Lang) -> String {
    let mut text = format!("{NAME}\n");
    for (name, value) in facts.rows(lang) {
        // Chinese letters are two columns wide.
        let wide: usize = name.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
        let _ = writeln!(text, "{name}{:1$} {value}", "", 17_usize.saturating_sub(wide));
    }
    if let Some(licences) = licences {
        list(licences, lang, &mut text);
        texts(licences, lang, &mut text);
    }
    text
}

fn list(licences: &Licences, lang: Lang, text: &mut String) {
    for group in Group::ALL {
        let _ = writeln!(text, "\n{}", group.name(lang));
        for (_, component) in licences.of(group) {
            let about = component.about.as_ref().map(|about| format!(" ({})", about.get(lang))).unwrap_or_default();
            let _ = writeln!(text, "  {}: {}{about}", component.title(), component.licence);
        }
    }
    let note = lang.pick(
        "Models that you fetch have licences of their own: `aigc-studio models list`.",
        "你下载的模型有各自的许可证：`aigc-studio models list`。",
    );
    let _ = writeln!(text, "\n{note}");
}

/// Each text once, after those who have it, with their copyright lines.
fn texts(licences: &Licences, lang: Lang, text: &mut String) {
    for (number, shared) in licences.texts.iter().enumerate() {
        let _ = writeln!(text, "\n{}", "=".repeat(100));
        for component in &licences.components {
            for file in component.files.iter().filter(|file| file.text == number) {
                let note = file.note(lang).map(|note| format!(" ({note})")).unwrap_or_default();
                let _ = writeln!(text, "{}: {}{note}", component.title(), file.name);
                for line in file.copyright.iter().flat_map(|lines| lines.lines()) {
                    let _ = writeln!(text, "    {line}");
                }
            }
        }
        let mark = lang.pick("[the copyright lines above]", "[上列版权声明]");
        let _ = writeln!(text, "\n{}", shared.replace(MARK, mark));
    }
}

//! Exhibits and what they show, as words and as JSON.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::lab::{Control, Exhibit, Kind, Row, Show, What, Words};
use crate::lang::Lang;

fn pick((en, zh): Words, lang: Lang) -> &'static str {
    lang.pick(en, zh)
}

/// What values a control takes.
fn values(control: &Control, lang: Lang) -> String {
    match control.kind {
        Kind::Choice(choices) => {
            choices.iter().map(|choice| pick(*choice, lang)).collect::<Vec<_>>().join(lang.pick(", ", "、"))
        }
        _ => {
            let (least, most) = control.range();
            format!("{least} {} {most}", lang.pick("to", "到"))
        }
    }
}

/// The lines of an exhibit in a list.
pub fn listed(exhibit: &Exhibit, lang: Lang) -> String {
    let mut text = format!("{}  {}\n", exhibit.id, pick(exhibit.name, lang));
    for control in exhibit.controls {
        let usual = match control.kind {
            Kind::Choice(choices) => choices.get(control.usual as usize).map(|it| pick(*it, lang).to_owned()),
            _ => None,
        };
        let usual = usual.unwrap_or_else(|| control.usual.to_string());
        let (about, values) = (pick(control.about, lang), values(control, lang));
        let _ = writeln!(text, "    {}={usual}  ({values})  {about}", control.id);
    }
    text
}

/// An exhibit as JSON.
pub fn described(exhibit: &Exhibit, lang: Lang) -> Value {
    let controls = exhibit.controls.iter().map(|control| {
        let (least, most) = control.range();
        let choices = match control.kind {
            Kind::Choice(choices) => choices.iter().map(|choice| pick(*choice, lang)).collect(),
            _ => Vec::new(),
        };
        json!({
            "id": control.id, "name": pick(control.name, lang), "about": pick(control.about, lang), "least": least,
            "most": most, "usual": control.usual, "choices": choices, "live": control.live,
        })
    });
    json!({
        "id": exhibit.id, "name": pick(exhibit.name, lang), "about": pick(exhibit.about, lang),
        "fails": pick(exhibit.fails, lang), "controls": controls.collect::<Vec<_>>(),
        "questions": exhibit.questions.iter().map(|question| pick(*question, lang)).collect::<Vec<_>>(),
        "tries": exhibit.tries.iter().map(|it| json!({
            "name": pick(it.name, lang), "about": pick(it.about, lang),
            "set": it.set.iter().map(|(id, value)| ((*id).to_owned(), json!(value))).collect::<serde_json::Map<_, _>>(),
        })).collect::<Vec<_>>(),
    })
}

/// What is shown, in one line or some; `None` for what only a picture can show.
pub fn told(show: &Show, lang: Lang) -> Option<String> {
    let name = pick(show.name, lang);
    match &show.what {
        What::Number { value, digits } => Some(format!("{name}: {value:.digits$}")),
        What::Curves(lines) | What::Graph { lines, .. } => {
            let last = lines.iter().filter_map(|line| {
                let [_, value] = line.points.last()?;
                Some(format!("{} {value:.3}", pick(line.name, lang)))
            });
            Some(format!("{name}: {}", last.collect::<Vec<_>>().join(lang.pick(", ", "，"))))
        }
        What::Text(text) => Some(format!("{name}:\n{text}")),
        What::Table(table) => {
            let columns = || table.columns.iter().map(|column| pick(*column, lang));
            let row = |row: &Row| {
                let of = columns().zip(&row.values).map(|(column, value)| format!("{column} {value:.*}", row.digits));
                format!("{}: {}", pick(row.name, lang), of.collect::<Vec<_>>().join(lang.pick(", ", "，")))
            };
            Some(format!("{name}:\n{}", table.rows.iter().map(row).collect::<Vec<_>>().join("\n")))
        }
        What::Notes(notes) => Some(format!("{name}: {}", notes.notes.len())),
        What::Plane { .. } | What::Pictures(_) | What::Matrix(_) => None,
    }
}

/// What is shown, as JSON; pictures are files.
pub fn figures(show: &Show) -> Value {
    let figures = match &show.what {
        What::Number { value, .. } => json!(value),
        What::Curves(lines) | What::Graph { lines, .. } => {
            json!(lines.iter().map(|line| json!({ "name": line.name.0, "points": line.points })).collect::<Vec<_>>())
        }
        What::Text(text) => json!(text),
        What::Plane { clouds, .. } => {
            json!(
                clouds.iter().map(|cloud| json!({ "name": cloud.name.0, "points": cloud.points })).collect::<Vec<_>>()
            )
        }
        What::Pictures(pictures) => json!({ "side": pictures.side }),
        What::Table(table) => json!({
            "columns": table.columns.iter().map(|column| column.0).collect::<Vec<_>>(),
            "rows": table.rows.iter().map(|row| json!({ "name": row.name.0, "values": row.values })).collect::<Vec<_>>(),
        }),
        What::Matrix(matrix) => json!({ "columns": matrix.columns, "values": matrix.values }),
        What::Notes(notes) => json!(
            notes
                .notes
                .iter()
                .map(|it| json!({ "voice": it.voice, "start": it.start, "length": it.length, "pitch": it.pitch }))
                .collect::<Vec<_>>()
        ),
    };
    json!({ "id": show.id, "name": show.name.0, "shows": figures })
}

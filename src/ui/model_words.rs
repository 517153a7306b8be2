//! What is said of a model in a few words: its name, where its files are, and how they come here.

use super::cx::Cx;
use super::texts::T;
use crate::domain::{ModelPresence, Room, bytes};
use crate::state::{Command, ModelEntry, ModelsCommand};

/// The name that a person knows a model by: its card's, or its file's.
pub fn name(cx: &Cx<'_>, id: &str) -> String {
    if let Some(entry) = cx.state.catalogue.entry(id) {
        return entry.card.name.clone();
    }
    std::path::Path::new(id).file_name().map_or_else(|| id.to_owned(), |n| n.to_string_lossy().into_owned())
}

/// Where a model's files are, in a few words.
pub fn presence(cx: &Cx<'_>, entry: &ModelEntry) -> String {
    match &entry.presence {
        ModelPresence::Embedded => cx.t(T::BuiltIn).to_owned(),
        ModelPresence::Here { .. } => cx.t(T::OnThisMachine).to_owned(),
        ModelPresence::Unchecked { .. } => cx.t(T::NotChecked).to_owned(),
        ModelPresence::Partial { bytes: n } => cx.with(T::PartlyFetched, &[&bytes(*n), &bytes(entry.card.bytes())]),
        ModelPresence::Absent => cx.with(T::NotFetchedYet, &[&bytes(entry.card.bytes())]),
    }
}

/// Whether a model would have to be fetched and the studio stays offline. Files that are here are checked in any case.
pub fn is_kept_offline(cx: &Cx<'_>, entry: &ModelEntry) -> bool {
    cx.state.settings.offline && !entry.is_here() && !entry.is_unchecked()
}

/// The button that fetches a model, or that leads to the setting that keeps it from being fetched.
pub fn way_to_fetch(cx: &Cx<'_>, id: &str, label: T) -> (T, Command) {
    match cx.state.catalogue.entry(id) {
        Some(entry) if is_kept_offline(cx, entry) => (T::OpenSettings, Command::Go(Room::Settings)),
        _ => (label, Command::Models(ModelsCommand::Fetch(id.to_owned()))),
    }
}

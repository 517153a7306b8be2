//! What the trashes of pictures, conversations and personas hold, and how it is deleted for good.

use std::fs;
use std::path::{Path, PathBuf};

use super::journal::Journals;
use super::library::{self, Scan};
use super::personas::Personas;
use crate::domain::{ConversationId, LibraryItem, Persona, PersonaId, TrashKind, Trashed};
use crate::error::{Result, StudioError};
use crate::lang::{Both, Lang};
use crate::writing::export::{Document, TextFormat};

/// The pictures that a walk through a library's trash has found.
pub fn pictures(scan: Scan, library: &Path) -> Vec<Trashed> {
    let trashed = |item: LibraryItem| {
        let id = library::old_place(library, &item.path)?;
        let name = item.record.map(|record| record.params.prompt).unwrap_or_default();
        let LibraryItem { path, bytes, made_ms, .. } = item;
        Some(Trashed { kind: TrashKind::Pictures, id, name, path, bytes, made_ms })
    };
    scan.finish(Vec::new(), &[]).came.into_iter().filter_map(trashed).collect()
}

/// The conversations in the trash.
pub fn conversations(journals: &Journals) -> Vec<Trashed> {
    let trash = Journals::new(journals.trash_folder());
    let files = trash.files();
    let trashed = |head: crate::domain::ConversationHead| {
        let (.., path) = files.iter().find(|(_, id, _)| *id == head.id)?;
        Some(Trashed {
            kind: TrashKind::Conversations,
            id: PathBuf::from(&head.id.0),
            name: head.title,
            path: path.clone(),
            bytes: size(path),
            made_ms: head.changed_ms,
        })
    };
    trash.list().into_iter().filter_map(trashed).collect()
}

/// The characters in the trash.
pub fn personas(personas: &Personas) -> Vec<Trashed> {
    let trash = Personas::new(personas.trash_folder());
    let trashed = |kept: crate::domain::KeptPersona| {
        let path = trash.file(&kept.id)?;
        let changed = fs::metadata(&path).and_then(|about| about.modified());
        Some(Trashed {
            kind: TrashKind::Personas,
            id: PathBuf::from(&kept.id.0),
            name: kept.persona.name,
            bytes: size(&path),
            path,
            made_ms: changed.map_or(0, super::disk_time_ms),
        })
    };
    trash.list().into_iter().filter_map(trashed).collect()
}

/// What a conversation, a page or a character of the trash says, as Markdown; nothing of it is written.
///
/// # Errors
/// A picture, or a file that cannot be read.
pub fn text(kind: TrashKind, id: &Path, lang: Lang, journals: &Journals, people: &Personas) -> Result<String> {
    let name = id.to_string_lossy().into_owned();
    let document = match kind {
        TrashKind::Pictures => return Err(StudioError::other(Both::new("a picture is not a text", "图片不是文字"))),
        TrashKind::Conversations => {
            let talk = Journals::new(journals.trash_folder()).read_only(true).load(&ConversationId(name))?;
            match &talk.page {
                Some(page) => Document::from_page("", page.text.as_str(), &[], lang),
                None => Document::from_turns("", &talk.system, &talk.turns, &[], &talk.manner, lang),
            }
        }
        TrashKind::Personas => {
            let persona = Personas::new(people.trash_folder()).read(&PersonaId(name))?.persona;
            Document::from_markdown("", &sheet(&persona), lang)
        }
    };
    Ok(String::from_utf8_lossy(&TextFormat::Markdown.write(&document)?).into_owned())
}

/// All texts of a character, part by part.
fn sheet(persona: &Persona) -> String {
    let lore = persona.lore.iter().map(|card| format!("**{}** {}", card.name, card.about));
    let parts = [persona.system.clone()].into_iter().chain(persona.greetings.clone());
    let parts = parts.chain([persona.examples.clone()]).chain(lore).chain([persona.notes.clone()]);
    parts.filter(|part| !part.trim().is_empty()).collect::<Vec<_>>().join("\n\n---\n\n")
}

fn size(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |about| about.len())
}

/// Deletes for good. Nothing outside of the trash is touched.
///
/// # Errors
/// The first file that cannot be deleted.
pub fn purge(
    kind: TrashKind,
    ids: Vec<PathBuf>,
    library: &Path,
    journals: &mut Journals,
    people: &Personas,
) -> Result<()> {
    let mut outcome = Ok(());
    for id in ids {
        let name = || id.to_string_lossy().into_owned();
        let done = match kind {
            TrashKind::Pictures => library::purge(library, &id),
            TrashKind::Conversations => journals.purge(&ConversationId(name())),
            TrashKind::Personas => people.purge(&PersonaId(name())),
        };
        outcome = outcome.and(done);
    }
    outcome
}

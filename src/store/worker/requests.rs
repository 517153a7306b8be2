//! Each request, to its event.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::Worker;
use crate::domain::{
    Desk, Enlarge, Face, PanicReport, Persona, Picture, PictureRecord, Room, StoreEvent, StoreRequest,
};
use crate::error::{Cause, Doing, Result, StudioError};
use crate::lang::Both;
use crate::logs;
use crate::store::dialects::a1111;
use crate::store::library;
use crate::store::search::Search;
use crate::store::{atomic, desk, export, failed, guarded, latents, layers, picture_files, settings, trash};

/// Pictures that a new window shows of those before it.
const RECENT: usize = 24;
/// Longest side of a character's picture, in pixels.
const FACE: u32 = 1024;

impl Worker {
    pub(super) fn handle(&mut self, request: StoreRequest) -> Result<()> {
        if self.read_only && request.about().changes {
            return Err(Cause::ReadOnly.into());
        }
        let event = match request {
            StoreRequest::SavePicture { job, index, picture, record, folder } => {
                let item = self.save_picture(Some((job, index)), picture, record, folder.as_deref())?;
                self.events.tell(StoreEvent::PictureSaved { job, index, item });
                // The folder takes pictures: those that wait go there too.
                let _ = self.retry_pictures();
                return Ok(());
            }
            StoreRequest::KeepLatents(kept) => {
                let path = latents::save(&self.library, &kept, SystemTime::now(), &self.zone)?;
                StoreEvent::LatentsKept { path }
            }
            StoreRequest::ExportPicture { picture, record, path, enlarge } => {
                let left_out = export_picture(&picture, record.as_deref(), &path, enlarge)?;
                self.events.tell(StoreEvent::Exported { path });
                return left_out.map_or(Ok(()), Err);
            }
            StoreRequest::ExportFile { from, path, enlarge } => {
                let left_out = export_file(&from, &path, enlarge)?;
                self.events.tell(StoreEvent::Exported { path });
                return left_out.map_or(Ok(()), Err);
            }
            StoreRequest::ExportLayers { scene, picture, path, lang } => {
                atomic::write(&path, &layers::open_raster(&scene, &picture, lang)?)?;
                StoreEvent::Exported { path }
            }
            StoreRequest::ExportEachLayer { scene, folder, lang } => {
                let count = layers::write_each(&scene, &folder, lang)?;
                StoreEvent::CopiesSaved { folder, count }
            }
            StoreRequest::CopyFiles { from, folder } => {
                let (done, outcome) = for_each(from, |path| export::copy_into(path, &folder));
                if !done.is_empty() {
                    self.events.tell(StoreEvent::CopiesSaved { folder, count: done.len() });
                }
                return outcome;
            }
            StoreRequest::CopyLibrary(from) => {
                let files = library::left_in(&from, &self.library);
                let (done, outcome) = for_each(files, |path| library::copy_from(&from, path, &self.library));
                if !done.is_empty() {
                    self.events.tell(StoreEvent::CopiesSaved { folder: self.library.clone(), count: done.len() });
                }
                self.begin_scan(false);
                return outcome;
            }
            StoreRequest::WriteFile { path, bytes } => {
                atomic::write(&path, &bytes)?;
                StoreEvent::Exported { path }
            }
            StoreRequest::ExportText { path, document, format } => {
                let left_out = export::write_text(*document, format, &path)?;
                self.events.tell(StoreEvent::Exported { path });
                return left_out.map_or(Ok(()), Err);
            }
            StoreRequest::ListRecent => StoreEvent::Recent(library::newest(&self.library, &self.zone, RECENT)),
            StoreRequest::ScanLibrary => {
                self.begin_scan(false);
                return Ok(());
            }
            StoreRequest::RescanLibrary => {
                // A walk that is under way reports everything that this one would.
                if self.scan.is_none() {
                    self.begin_scan(true);
                }
                return Ok(());
            }
            StoreRequest::SetLibraryFolder(folder) => {
                let old = std::mem::replace(&mut self.library, folder);
                self.begin_scan(false);
                let count = library::left_in(&old, &self.library).len();
                if count > 0 {
                    self.events.tell(StoreEvent::LibraryLeft { folder: old, count });
                }
                if !self.read_only {
                    atomic::check_writable(&self.library)?;
                    let _ = self.retry_pictures();
                }
                return Ok(());
            }
            StoreRequest::TrashPictures(paths) => {
                let is_gone = |path: &PathBuf| library::is_gone(&self.library, path);
                let (gone, paths): (Vec<_>, Vec<_>) = paths.into_iter().partition(is_gone);
                if !gone.is_empty() {
                    self.known.retain(|path, _| !gone.contains(path));
                    if let Some(running) = &mut self.scan {
                        running.gone.extend(gone.iter().cloned());
                    }
                    self.events.tell(StoreEvent::Gone { paths: gone });
                }
                let (done, outcome) = for_each(paths, |path| library::trash(&self.library, path));
                self.known.retain(|path, _| !done.contains(path));
                if let Some(running) = &mut self.scan {
                    running.extra.retain(|item| !done.contains(&item.path));
                    running.gone.extend(done.iter().cloned());
                }
                if !done.is_empty() {
                    self.events.tell(StoreEvent::Trashed { paths: done });
                }
                return outcome;
            }
            StoreRequest::RestorePictures(paths) => {
                let (done, outcome) = for_each(paths, |path| library::restore(&self.library, path));
                let items: Vec<_> = done.iter().filter_map(|path| library::item_of(path, &self.zone)).collect();
                done.iter().for_each(|path| self.note_known(path));
                if let Some(running) = &mut self.scan {
                    running.gone.retain(|path| !done.contains(path));
                    running.extra.extend(items.iter().cloned());
                }
                if !items.is_empty() {
                    self.events.tell(StoreEvent::Restored { items });
                }
                return outcome;
            }
            StoreRequest::ListConversations => StoreEvent::Conversations(self.journals.list()),
            StoreRequest::LoadConversation(id) => {
                let (data, newer) = self.journals.load_and_tell(&id)?;
                self.events.tell(StoreEvent::Conversation(Box::new(data)));
                return newer.map_or(Ok(()), Err);
            }
            StoreRequest::Journal { id, entry } => {
                // Where it fails, the lines wait: the next sync tries again, and reports.
                return self.journals.append(&id, &entry).or_else(|error| self.note_journal(Err(error)));
            }
            StoreRequest::KeepConversations(all) => {
                // One that cannot be written does not cost the others.
                let kept: Vec<_> = all.iter().map(|(id, entries)| self.journals.keep(id, entries)).collect();
                return kept.into_iter().collect();
            }
            StoreRequest::TrashConversation(id) => {
                // The window took it off its list at once.
                if let Err(error) = self.journals.delete(&id) {
                    self.events.tell(StoreEvent::Conversations(self.journals.list()));
                    return Err(error);
                }
                StoreEvent::ConversationTrashed(id)
            }
            StoreRequest::RestoreConversation(id) => return self.journals.restore(&id),
            StoreRequest::SearchTexts { serial, words } => {
                self.search = Search::new(&self.journals, serial, &words);
                return Ok(());
            }
            StoreRequest::ListPersonas => {
                let (list, broken) = self.persona_list();
                self.events.tell(StoreEvent::Personas(list));
                return broken.into_iter().next().map_or(Ok(()), Err);
            }
            StoreRequest::SavePersona { id, persona, face } => {
                let picture = match &face {
                    Face::Keep => None,
                    Face::Of(other) => self.personas.picture(other),
                    Face::File(path) => {
                        match guarded(|| picture_files::encode_png(&picture_files::thumbnail(path, FACE)?, None)) {
                            Ok(picture) => Some(picture),
                            // Its texts are kept all the same.
                            Err(error) => {
                                self.events.tell(StoreEvent::Failed(Some(Room::Write), error));
                                None
                            }
                        }
                    }
                    Face::Gone => {
                        if let Err(error) = self.personas.remove_picture(&id) {
                            self.events.tell(StoreEvent::Failed(Some(Room::Write), error));
                        }
                        None
                    }
                };
                let unsaved = self.unsaved_personas.remove(&id).and_then(|old| old.avatar);
                let persona = Persona {
                    avatar: picture.or(persona.avatar.clone()).or(unsaved.filter(|_| face != Face::Gone)),
                    ..*persona
                };
                match self.personas.save(&id, &persona) {
                    Ok(kept) => StoreEvent::PersonaKept(Box::new(kept)),
                    Err(error) => {
                        self.unsaved_personas.insert(id.clone(), persona);
                        StoreEvent::PersonaFailed { id, error }
                    }
                }
            }
            StoreRequest::TrashPersona(id) => {
                // What is in memory alone has no file to move.
                let unsaved = self.unsaved_personas.remove(&id).is_some();
                match self.personas.delete(&id) {
                    Ok(()) => StoreEvent::PersonaTrashed(id),
                    Err(_) if unsaved => return Ok(()),
                    Err(error) => {
                        self.events.tell(StoreEvent::Personas(self.persona_list().0));
                        return Err(error);
                    }
                }
            }
            StoreRequest::RestorePersona(id) => StoreEvent::PersonaKept(Box::new(self.personas.restore(&id)?)),
            StoreRequest::SaveSettings(new) => {
                self.unsaved_settings = None;
                if let Err(error) = settings::save(&self.settings_file, &new) {
                    self.unsaved_settings = Some(new);
                    return Err(error);
                }
                StoreEvent::SettingsSaved
            }
            StoreRequest::LoadDesk => {
                let (desk, error) =
                    desk::load(&self.desk_file, !self.read_only).unwrap_or_else(|error| (Desk::default(), Some(error)));
                if let Some(error) = error {
                    self.events.tell(StoreEvent::Failed(None, error));
                }
                StoreEvent::Desk(Box::new(desk))
            }
            StoreRequest::SaveDesk(new) => {
                let saved = desk::save(&self.desk_file, &new);
                let before = std::mem::replace(&mut self.unsaved_desk, saved.is_err().then_some(new));
                if before.is_some() && saved.is_ok() {
                    self.events.tell(StoreEvent::WrittenAtLast { path: self.desk_file.clone() });
                }
                return saved;
            }
            StoreRequest::BeginRun => match logs::begin(&self.logs) {
                Some((path, ended)) => StoreEvent::ReportLeft(PanicReport { path, ended }),
                None => return Ok(()),
            },
            StoreRequest::EndRun => {
                logs::end(&self.logs);
                return Ok(());
            }
            StoreRequest::ReadReport(path) => {
                let text = logs::read(&path).map_err(|e| StudioError::io(Doing::Reading, &path, &e))?;
                StoreEvent::ReportRead { path, text }
            }
            StoreRequest::ReportSeen(path) => {
                logs::seen(&path);
                return Ok(());
            }
            StoreRequest::ListTrash(kind) => return self.list_trash(kind),
            StoreRequest::ReadTrashed { kind, id, lang } => {
                let text = trash::text(kind, &id, lang, &self.journals, &self.personas);
                StoreEvent::TrashRead { id, text }
            }
            StoreRequest::Purge { kind, ids } => {
                let purged = trash::purge(kind, ids, &self.library, &mut self.journals, &self.personas);
                return purged.and(self.list_trash(kind));
            }
            // The decoder's; they get here only when it is gone.
            request @ (StoreRequest::Thumbnail(_) | StoreRequest::OpenFile(_) | StoreRequest::ViewPicture(_)) => {
                failed(&request, StudioError::other(Both::new("pictures cannot be opened any more", "无法再打开图片")))
            }
        };
        self.events.tell(event);
        Ok(())
    }
}

/// Does all that can be done; the first error is reported.
fn for_each(paths: Vec<PathBuf>, mut work: impl FnMut(&Path) -> Result<()>) -> (Vec<PathBuf>, Result<()>) {
    let mut outcome = Ok(());
    let mut done = Vec::new();
    for path in paths {
        match work(&path) {
            Ok(()) => done.push(path),
            Err(error) => outcome = outcome.and(Err(error)),
        }
    }
    (done, outcome)
}

/// Writes a picture at the person's path in the format of its ending; PNG where it has none. Settings that the format
/// has no room for are left out and told.
fn export_picture(
    picture: &Picture,
    record: Option<&PictureRecord>,
    path: &Path,
    enlarge: Enlarge,
) -> Result<Option<StudioError>> {
    write_picture(picture, record.map(a1111::write), path, enlarge)
}

fn write_picture(
    picture: &Picture,
    text: Option<String>,
    path: &Path,
    enlarge: Enlarge,
) -> Result<Option<StudioError>> {
    let text = text.map(|text| a1111::note_enlarged(text, enlarge));
    let (text, picture) = (text.as_deref(), &picture.enlarged(enlarge));
    let ending = path.extension().and_then(|e| e.to_str()).unwrap_or("png");
    atomic::write(path, &picture_files::encode_with(ending, picture, text)?)?;
    Ok(picture_files::too_long_text(path, text))
}

/// A copy of a file, converted where the ending is another; the same bytes where it is not.
fn export_file(from: &Path, path: &Path, enlarge: Enlarge) -> Result<Option<StudioError>> {
    let picture = picture_files::open(from)?;
    let same = from.extension().zip(path.extension()).is_some_and(|(a, b)| a.eq_ignore_ascii_case(b));
    if same && enlarge.times == 1 {
        let bytes = std::fs::read(from).map_err(|e| StudioError::io(Doing::Reading, from, &e))?;
        return atomic::write(path, &bytes).map(|()| None);
    }
    let text = picture_files::read_head_of(from)?.and_then(|head| head.settings_text());
    write_picture(&picture, text, path, enlarge)
}

//! The store's thread: takes requests in order, and uses idle moments for the library's list and for syncing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TryRecvError};
use jiff::tz::TimeZone;

use super::dialects::a1111;
use super::journal::Journals;
use super::library::{self, Known, Scan};
use super::pending::{Key, Pending};
use super::personas::Personas;
use super::search::Search;
use super::{Events, Paths, atomic, desk, export, failed, guarded, latents, layers, picture_files, settings, trash};
use crate::domain::{
    Desk, Enlarge, Face, KeptPersona, LibraryItem, Persona, PersonaId, Picture, PictureRecord, Room, Settings,
    StoreEvent, StoreRequest, TrashKind,
};
use crate::error::{Cause, Result, StudioError};
use crate::lang::Both;

/// A slice of the library's list: requests wait at most this long for it.
const SLICE: Duration = Duration::from_millis(20);
/// How soon what could not be written is tried again.
const RETRY: Duration = Duration::from_secs(2);
/// Pictures that a new window shows of those before it.
const RECENT: usize = 24;
/// Longest side of a character's picture, in pixels.
const FACE: u32 = 1024;

/// What waits in the thread's queue.
pub enum Work {
    Request(Box<StoreRequest>),
    /// Answers once everything before it is on the disk.
    Flush(Sender<()>),
    /// A bug, as far as the thread can tell.
    #[cfg(test)]
    Panic,
}

pub struct Worker {
    settings_file: PathBuf,
    desk_file: PathBuf,
    /// Another window has the folders: nothing is changed.
    read_only: bool,
    library: PathBuf,
    journals: Journals,
    personas: Personas,
    zone: TimeZone,
    events: Events,
    scan: Option<Running>,
    /// A walk through the pictures that were deleted.
    trash_scan: Option<Scan>,
    /// The library's files as the window knows them.
    known: Known,
    search: Option<Search>,
    /// A conversation could not be written: reported once, until it works again.
    journal_failed: bool,
    /// Settings and characters that could not be written, newest of each.
    unsaved_settings: Option<Box<Settings>>,
    unsaved_desk: Option<Box<Desk>>,
    unsaved_personas: BTreeMap<PersonaId, Persona>,
    /// Pictures that the library did not take.
    pending: Pending,
    retried: Instant,
}

/// A scan of the library that is under way, and what happened meanwhile.
struct Running {
    scan: Scan,
    /// Only what has changed is reported.
    again: bool,
    extra: Vec<LibraryItem>,
    gone: Vec<PathBuf>,
}

impl Worker {
    pub fn new(paths: &Paths, settings: &Settings, events: Events, read_only: bool) -> Self {
        Self {
            settings_file: paths.settings().to_owned(),
            desk_file: paths.desk(),
            read_only,
            library: paths.library(settings),
            journals: Journals::new(paths.conversations()).read_only(read_only),
            personas: Personas::new(paths.personas()),
            zone: TimeZone::system(),
            events,
            scan: None,
            trash_scan: None,
            known: Known::new(),
            search: None,
            journal_failed: false,
            unsaved_settings: None,
            unsaved_desk: None,
            unsaved_personas: BTreeMap::new(),
            pending: Pending::new(paths.unsaved()),
            retried: Instant::now(),
        }
    }

    /// Whether something of the person's is in memory alone, since it could not be written.
    fn has_unsaved(&self) -> bool {
        self.journal_failed
            || self.unsaved_settings.is_some()
            || self.unsaved_desk.is_some()
            || !self.unsaved_personas.is_empty()
            || self.pending.is_in_memory()
    }

    /// Tries again to write settings, drafts and characters; what works is reported as if it had worked at once.
    fn retry(&mut self) {
        self.retried = Instant::now();
        let _ = self.retry_pictures();
        if let Some(settings) = &self.unsaved_settings
            && settings::save(&self.settings_file, settings).is_ok()
        {
            self.unsaved_settings = None;
            self.events.tell(StoreEvent::SettingsSaved);
        }
        if self.unsaved_desk.take_if(|desk| desk::save(&self.desk_file, desk).is_ok()).is_some() {
            self.events.tell(StoreEvent::WrittenAtLast { path: self.desk_file.clone() });
        }
        for (id, persona) in std::mem::take(&mut self.unsaved_personas) {
            match self.personas.save(&id, &persona) {
                Ok(kept) => self.events.tell(StoreEvent::PersonaKept(Box::new(kept))),
                Err(_) => drop(self.unsaved_personas.insert(id, persona)),
            }
        }
    }

    /// Tries again to save pictures; what works is reported.
    fn retry_pictures(&mut self) -> Result<()> {
        let (done, outcome) = self.pending.retry(&self.library, &self.zone);
        let mut late = Vec::new();
        for (key, item) in done {
            match key {
                Some((job, index)) => {
                    self.note_saved(&item);
                    self.events.tell(StoreEvent::PictureSaved { job, index, item });
                }
                None => late.push(item),
            }
        }
        if !late.is_empty() {
            late.iter().for_each(|item| self.note_saved(item));
            self.events.tell(StoreEvent::SavedAtLast { items: late });
        }
        outcome
    }

    /// A file of the library that is reported to the window, also during a walk.
    fn note_saved(&mut self, item: &LibraryItem) {
        self.note_known(&item.path);
        if let Some(running) = self.scan.as_mut().filter(|r| item.path.starts_with(r.scan.library())) {
            running.extra.push(item.clone());
        }
    }

    fn save_picture(
        &mut self,
        key: Key,
        picture: Arc<Picture>,
        record: Box<PictureRecord>,
        folder: Option<&Path>,
    ) -> Result<LibraryItem> {
        let to = folder.unwrap_or(&self.library);
        let saved = guarded(|| library::save(to, &picture, &record, SystemTime::now(), &self.zone));
        self.pending.forget(key);
        match &saved {
            Ok(item) => self.note_saved(item),
            Err(_) => self.pending.keep(key, picture, record, &self.zone),
        }
        saved
    }

    /// All characters by name, with those that could not be written yet.
    fn persona_list(&self) -> Vec<KeptPersona> {
        let mut list = self.personas.list();
        for (id, persona) in &self.unsaved_personas {
            let at = list.iter().position(|kept| kept.id == *id);
            let avatar = at.and_then(|at| list.remove(at).avatar);
            let persona = Persona { avatar: None, ..persona.clone() };
            list.push(KeptPersona { id: id.clone(), persona, avatar });
        }
        list.sort_by_cached_key(|kept| (kept.persona.name.to_lowercase(), kept.id.clone()));
        list
    }

    /// Works until the queue is closed and empty; then everything is on the disk.
    pub fn run(mut self, queue: &Receiver<Work>) {
        if !self.read_only {
            self.pending.find();
            if let Err(error) = self.retry_pictures() {
                self.events.tell(StoreEvent::Failed(Some(Room::Gallery), error));
            }
        }
        loop {
            match queue.try_recv() {
                Ok(work) => {
                    self.serve(work);
                    self.sync_due();
                    self.note_unsaved();
                    continue;
                }
                Err(TryRecvError::Disconnected) => break,
                Err(TryRecvError::Empty) => {}
            }
            self.sync_due();
            if self.retried.elapsed() >= RETRY {
                self.retry();
            }
            self.note_unsaved();
            // The person waits for what was searched; the library's list can wait.
            if self.search.is_some() {
                self.search_on();
                continue;
            }
            if self.scan.is_some() {
                self.scan_on();
                continue;
            }
            if self.trash_scan.is_some() {
                self.trash_scan_on();
                continue;
            }
            let pause = if self.has_unsaved() || !self.pending.is_empty() {
                RETRY
            } else {
                self.journals.next_sync().map_or(Duration::MAX, |at| at.saturating_duration_since(Instant::now()))
            };
            match wait(queue, pause) {
                Ok(work) => self.serve(work),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        self.retry();
        if let Err(error) = self.journals.sync_all() {
            tracing::error!("a conversation could not be written at the end: {error}");
        }
        if self.unsaved_settings.is_some() || self.unsaved_desk.is_some() || !self.unsaved_personas.is_empty() {
            tracing::error!("settings, drafts or characters could not be written at the end");
        }
        if self.pending.is_in_memory() {
            tracing::error!("pictures could not be saved at the end");
        }
    }

    /// One piece of work, to its event. A panic in it is its failure.
    fn serve(&mut self, work: Work) {
        // Only what names the request in a failure is needed after it is gone.
        let request = match &work {
            Work::Request(request) => Some(&**request),
            _ => None,
        };
        let room = request.and_then(|request| request.about().room);
        let label = match request {
            Some(StoreRequest::SavePicture { job, index, .. }) => Some((*job, *index)),
            _ => None,
        };
        let outcome = guarded(|| match work {
            Work::Request(request) => self.handle(*request),
            Work::Flush(done) => self.flush(&done),
            #[cfg(test)]
            Work::Panic => panic!("as asked"),
        });
        if let Err(error) = outcome {
            self.events.tell(match label {
                Some((job, index)) => StoreEvent::PictureFailed { job, index, error },
                None => StoreEvent::Failed(room, error),
            });
        }
    }

    fn flush(&mut self, done: &Sender<()>) -> Result<()> {
        let outcome = self.journals.sync_all();
        let outcome = self.note_journal(outcome);
        self.retry();
        self.note_unsaved();
        let _ = done.try_send(());
        outcome
    }

    fn handle(&mut self, request: StoreRequest) -> Result<()> {
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
            StoreRequest::LoadConversation(id) => StoreEvent::Conversation(Box::new(self.journals.load(&id)?)),
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
            StoreRequest::ListPersonas => StoreEvent::Personas(self.persona_list()),
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
                        self.events.tell(StoreEvent::Personas(self.persona_list()));
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
            StoreRequest::LoadDesk => StoreEvent::Desk(Box::new(desk::load(&self.desk_file).or_else(|error| {
                self.events.tell(StoreEvent::Failed(None, error));
                Ok::<_, StudioError>(Desk::default())
            })?)),
            StoreRequest::SaveDesk(new) => {
                let saved = desk::save(&self.desk_file, &new);
                let before = std::mem::replace(&mut self.unsaved_desk, saved.is_err().then_some(new));
                if before.is_some() && saved.is_ok() {
                    self.events.tell(StoreEvent::WrittenAtLast { path: self.desk_file.clone() });
                }
                return saved;
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

    fn sync_due(&mut self) {
        let outcome = self.journals.sync_due();
        if let Err(error) = self.note_journal(outcome) {
            self.events.tell(StoreEvent::Failed(Some(Room::Write), error));
        }
    }

    /// A full disk fails every word that streams: one message for all of them.
    fn note_journal(&mut self, outcome: Result<()>) -> Result<()> {
        let told = std::mem::replace(&mut self.journal_failed, outcome.is_err());
        if told && outcome.is_ok() {
            self.events.tell(StoreEvent::WrittenAtLast { path: self.journals.any_file() });
        }
        if told { Ok(()) } else { outcome }
    }

    /// Notes for whoever closes the window whether something is in memory alone, and tells when that is over.
    fn note_unsaved(&mut self) {
        let unsaved = self.has_unsaved();
        if self.events.unsaved(unsaved) && !unsaved {
            self.events.tell(StoreEvent::AllWritten);
        }
    }

    /// Pictures are looked for in slices.
    fn list_trash(&mut self, kind: TrashKind) -> Result<()> {
        let items = match kind {
            TrashKind::Pictures => {
                self.trash_scan = Some(Scan::of_trash(&self.library));
                return Ok(());
            }
            TrashKind::Conversations => trash::conversations(&self.journals),
            TrashKind::Personas => trash::personas(&self.personas),
        };
        self.events.tell(StoreEvent::Trash { kind, items });
        Ok(())
    }

    fn trash_scan_on(&mut self) {
        let Some(mut scan) = self.trash_scan.take() else { return };
        match guarded(|| Ok(scan.step(Instant::now() + SLICE))) {
            Ok(false) => self.trash_scan = Some(scan),
            Ok(true) => {
                let items = trash::pictures(scan, &self.library);
                self.events.tell(StoreEvent::Trash { kind: TrashKind::Pictures, items });
            }
            Err(error) => self.events.tell(StoreEvent::Failed(Some(Room::Gallery), error)),
        }
    }

    /// A file that the window is told of by itself, so that no walk tells of it again.
    fn note_known(&mut self, path: &Path) {
        if path.starts_with(&self.library) {
            self.known.extend(library::stamp(path).map(|stamp| (path.to_owned(), stamp)));
        }
    }

    fn begin_scan(&mut self, again: bool) {
        let known = std::mem::take(&mut self.known);
        let scan = Scan::new(&self.library, self.zone.clone(), if again { known } else { Known::new() });
        let scan = if self.read_only { scan.looking_only() } else { scan };
        self.scan = Some(Running { scan, again, extra: Vec::new(), gone: Vec::new() });
    }

    fn search_on(&mut self) {
        let Some(mut search) = self.search.take() else { return };
        let serial = search.serial();
        let (hits, done) = match guarded(|| Ok(search.step(Instant::now() + SLICE))) {
            Ok(step) => step,
            Err(error) => {
                self.events.tell(StoreEvent::Failed(Some(Room::Write), error));
                (Vec::new(), true)
            }
        };
        if done || !hits.is_empty() {
            self.events.tell(StoreEvent::TextsFound { serial, hits, done });
        }
        if !done {
            self.search = Some(search);
        }
    }

    fn scan_on(&mut self) {
        let Some(mut running) = self.scan.take() else { return };
        let step = guarded(|| Ok(running.scan.step(Instant::now() + SLICE)));
        match step {
            Ok(false) => self.scan = Some(running),
            Ok(true) => {
                let Running { scan, again, extra, gone } = running;
                let found = scan.finish(extra, &gone);
                self.known = found.known;
                self.events.tell(if again {
                    StoreEvent::LibraryChanged { came: found.came, gone: found.gone }
                } else {
                    StoreEvent::Library(found.came)
                });
            }
            Err(error) => self.events.tell(StoreEvent::Failed(Some(Room::Gallery), error)),
        }
    }
}

fn wait(queue: &Receiver<Work>, pause: Duration) -> std::result::Result<Work, RecvTimeoutError> {
    if pause == Duration::MAX {
        return queue.recv().map_err(|_| RecvTimeoutError::Disconnected);
    }
    queue.recv_timeout(pause)
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
        let bytes = std::fs::read(from).map_err(|e| StudioError::io(crate::error::Doing::Reading, from, &e))?;
        return atomic::write(path, &bytes).map(|()| None);
    }
    let text = picture_files::read_head_of(from)?.and_then(|head| head.settings_text());
    write_picture(&picture, text, path, enlarge)
}

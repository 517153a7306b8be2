//! Runs the effects that `update` asks for.

use std::collections::HashMap;
use std::path::PathBuf;

use crossbeam_channel::Receiver;

use super::{Studio, runs};
use crate::catalog::{Fetcher, trash};
use crate::domain::{Enlarge, Event, EventKind, FetchEvent, FetchEventKind, Filter, Picture, RemovedWhat};
use crate::engine::{QUESTIONS, device_name};
use crate::error::{Cause, StudioError};
use crate::state::{Command, Effect, Input, ModelNews, PathFor};
use crate::store::Request;

/// Fetches that run, by card.
#[derive(Default)]
pub struct Fetches(HashMap<String, (Fetcher, Receiver<FetchEvent>)>);

impl Fetches {
    /// The next news of any fetch; one that is over is forgotten with its last word.
    pub fn try_recv(&mut self) -> Option<FetchEvent> {
        let event = self.0.values().find_map(|(_, events)| events.try_recv().ok())?;
        if event.kind.is_ending() {
            self.0.remove(&event.id);
        }
        Some(event)
    }

    pub fn cancel_all(&mut self) {
        self.0.clear();
    }
}

impl Studio {
    pub(super) fn perform(&mut self, ctx: &egui::Context, effects: Vec<Effect>) {
        for effect in effects {
            self.perform_one(ctx, effect);
        }
    }

    fn perform_one(&mut self, ctx: &egui::Context, effect: Effect) {
        match effect {
            Effect::Submit { id, task } => match self.engine.submit(id, task) {
                Ok(handle) => {
                    self.jobs.insert(id, handle);
                }
                Err(error) => self.input(ctx, Input::Engine(Event { job: id, kind: EventKind::Failed(error) })),
            },
            Effect::Cancel(id) => {
                if let Some(handle) = self.jobs.get(&id) {
                    handle.cancel();
                }
            }
            Effect::Measure(request) => {
                let serial = request.serial;
                if !self.measurer.ask(*request) {
                    self.input(ctx, Input::Ledger(serial, Err(Cause::QueueFull { waiting: QUESTIONS }.into())));
                }
            }
            Effect::CheckGrammar(grammar) => {
                if !self.grammars.ask(grammar.clone()) {
                    self.input(ctx, Input::Grammar(grammar, Err(Cause::QueueFull { waiting: QUESTIONS }.into())));
                }
            }
            Effect::FindDrafts { model, smaller } => {
                if !self.drafts.ask((*model, smaller)) {
                    self.input(ctx, Input::Drafts(Vec::new()));
                }
            }
            Effect::Unload => {
                if let Err(error) = self.engine.unload() {
                    self.input(ctx, Input::NotUnloaded(error));
                }
            }
            Effect::SetDevice(device) => {
                // A new engine on the new device; jobs of the old one end as cancelled.
                let ended: Vec<_> = self.jobs.drain().map(|(id, _)| id).collect();
                let (engine, events) = (self.start_engine)(device, self.budget.clone(), self.wake.clone());
                (self.engine, self.engine_events) = (engine, events);
                self.state.status.device = device_name(device).to_owned();
                for job in ended {
                    self.input(ctx, Input::Engine(Event { job, kind: EventKind::Cancelled }));
                }
            }
            Effect::Fetch(id) => self.start_fetch(ctx, id),
            Effect::CancelFetch(id) => {
                if let Some((fetch, _)) = self.fetches.0.get(&id) {
                    fetch.cancel();
                }
            }
            Effect::AskModelFile => self.dialogs.model_file(self.state.lang, PathFor::Model, Command::OpenModel),
            Effect::AskModelFolder => {
                self.dialogs.folder(self.state.status.models.clone(), PathFor::Model, Command::OpenModel)
            }
            Effect::AskPartFile(id) => {
                let purpose = PathFor::Part(id.clone());
                self.dialogs.model_file(self.state.lang, purpose, move |path| Command::PartChosen(id, path));
            }
            Effect::OpenModel(ask) => {
                let catalog = self.catalog.clone();
                self.dialogs.aside("doctor", move || {
                    let made = catalog.open(&ask.path, &ask.parts, &runs).map(Box::new);
                    Input::Models(ModelNews::Opened(ask, made))
                });
            }
            Effect::RemoveModel(id) => {
                let catalog = self.catalog.clone();
                self.dialogs.aside("trash", move || Input::Models(ModelNews::Removed(catalog.remove(&id))));
            }
            Effect::RemoveModelFile(path) => {
                let folder = self.catalog.folder().to_owned();
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                self.dialogs.aside("trash", move || {
                    let what = RemovedWhat::File(path.clone());
                    Input::Models(ModelNews::Removed(trash::remove(&folder, &name, what, &[path])))
                });
            }
            Effect::RestoreModel(removed) => {
                let folder = self.catalog.folder().to_owned();
                self.dialogs
                    .aside("trash", move || Input::Models(ModelNews::Restored(trash::restore(&folder, &removed))));
            }
            Effect::EmptyModelTrash => {
                let folder = self.catalog.folder().to_owned();
                self.dialogs.aside("trash", move || Input::Models(ModelNews::Emptied(trash::empty(&folder))));
            }
            Effect::ReadModels => self.load_catalog(self.catalog.folder().to_owned()),

            Effect::SavePicture { job, index, picture, record } => {
                self.store.send(Request::SavePicture { job, index, picture, record, folder: None });
            }
            Effect::KeepLatents(latents) => self.store.send(Request::KeepLatents(latents)),
            Effect::AskExportPicture { picture, record, name, enlarge } => {
                self.dialogs.save_picture(&copy_name(name, enlarge), move |path| Request::ExportPicture {
                    picture,
                    record,
                    path,
                    enlarge,
                });
            }
            Effect::AskExportFile { path: from, enlarge } => {
                let name = from.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                let name = copy_name(name, enlarge);
                self.dialogs.save_picture(&name, move |path| Request::ExportFile { from, path, enlarge });
            }
            Effect::AskExportLayers { name, scene, picture } => {
                let name = format!("{name}.ora");
                self.dialogs.save_file(&name, move |path| Request::ExportLayers { scene, picture, path });
            }
            Effect::AskLayersFolder => {
                let now = self.state.status.library.clone();
                self.dialogs.folder(now, PathFor::LayersFolder, PathFor::layers);
            }
            Effect::ExportEachLayer { scene, folder } => {
                self.once_made(ctx, folder.clone(), Request::ExportEachLayer { scene, folder });
            }
            Effect::AskCopiesFolder => {
                let now = self.state.status.library.clone();
                self.dialogs.folder(now, PathFor::CopiesFolder, Command::CopiesFolderChosen);
            }
            Effect::CopyLibrary(from) => self.store.send(Request::CopyLibrary(from)),
            Effect::CopyFiles { from, folder } => {
                self.once_made(ctx, folder.clone(), Request::CopyFiles { from, folder });
            }
            Effect::CopyPicture(picture) => {
                copy_picture(ctx, &picture);
                self.input(ctx, Input::Copied);
            }
            Effect::CopyText(text) => {
                ctx.copy_text(text);
                self.input(ctx, Input::Copied);
            }
            Effect::OpenPicture(path) => self.store.send(Request::Open(path)),
            Effect::ViewPicture(path) => self.store.send(Request::View(path)),
            Effect::Thumbnail(path) => self.store.send(Request::Thumbnail(path)),
            Effect::TrashPictures(paths) => self.store.send(Request::Trash(paths)),
            Effect::RestorePictures(paths) => self.store.send(Request::Restore(paths)),
            Effect::ListRecent => self.store.send(Request::ListRecent),
            Effect::ScanLibrary => self.store.send(Request::ScanLibrary),
            Effect::RescanLibrary => self.store.send(Request::RescanLibrary),
            Effect::AskOpenFile => self.dialogs.open_picture(self.state.lang),
            Effect::AskFace => self.dialogs.face(self.state.lang),

            Effect::Journal { id, entry } => self.store.send(Request::Journal { id, entry }),
            Effect::KeepConversations(all) => self.store.send(Request::KeepConversations(all)),
            Effect::LoadConversation(id) => self.store.send(Request::LoadConversation(id)),
            Effect::ListConversations => self.store.send(Request::ListConversations),
            Effect::TrashConversation(id) => self.store.send(Request::DeleteConversation(id)),
            Effect::RestoreConversation(id) => self.store.send(Request::RestoreConversation(id)),
            Effect::SearchTexts { serial, words } => self.store.send(Request::SearchTexts { serial, words }),
            Effect::SavePersona { id, persona, face } => {
                self.store.send(Request::SavePersona { id, persona, face });
            }
            Effect::TrashPersona(id) => self.store.send(Request::DeletePersona(id)),
            Effect::RestorePersona(id) => self.store.send(Request::RestorePersona(id)),
            Effect::AskExport { name, bytes } => {
                self.dialogs.save_file(&name, move |path| Request::WriteFile { path, bytes });
            }
            Effect::AskExportText { name, document, format } => {
                self.dialogs.save_file(&name, move |path| Request::ExportText { path, document, format });
            }

            Effect::ListTrash(kind) => self.store.send(Request::ListTrash(kind)),
            Effect::ReadTrashed { kind, id, lang } => self.store.send(Request::ReadTrashed { kind, id, lang }),
            Effect::Purge { kind, ids } => self.store.send(Request::Purge { kind, ids }),
            Effect::MakeFolder(make) => {
                if let Some(request) = self.folderless.take().filter(|_| make) {
                    self.store.send(*request);
                }
            }

            // Where the folders are another window's, what it has set stays.
            Effect::SaveSettings(_) | Effect::SaveDesk(_) if self.state.read_only => {}
            Effect::SaveSettings(settings) => self.store.send(Request::SaveSettings(settings)),
            Effect::SaveDesk(desk) => self.store.send(Request::SaveDesk(desk)),
            Effect::AskLibraryFolder => {
                self.dialogs.folder(
                    self.state.status.library.clone(),
                    PathFor::LibraryFolder,
                    Command::LibraryFolderChosen,
                );
            }
            Effect::AskModelsFolder => {
                self.dialogs.folder(
                    self.state.status.models.clone(),
                    PathFor::ModelsFolder,
                    Command::ModelsFolderChosen,
                );
            }
            Effect::TryFolder(of, path) => self.dialogs.aside("folder", move || {
                let outcome = crate::disk::check_folder(&path, of);
                Input::FolderTried(of, path, outcome)
            }),
            Effect::SetLibraryFolder(path) => self.store.send(Request::SetLibraryFolder(path)),
            Effect::SetModelsFolder(path) => {
                self.load_catalog(path);
            }
            Effect::Reveal(path) => self.dialogs.reveal(path),
            Effect::OpenLink(url) => self.dialogs.open_link(url),
        }
    }

    /// Files for a folder of the person's: whether one that is not there is made is asked first.
    fn once_made(&mut self, ctx: &egui::Context, folder: PathBuf, request: Request) {
        if folder.is_dir() {
            return self.store.send(request);
        }
        self.folderless = Some(Box::new(request));
        self.input(ctx, Input::NoFolder(folder));
    }

    fn start_fetch(&mut self, ctx: &egui::Context, id: String) {
        let Some(card) = self.catalog.card(&id).cloned() else {
            let error = StudioError::from(Cause::UnknownModel { id: id.clone(), known: String::new() });
            return self.input(ctx, Input::Fetch(FetchEvent { id, kind: FetchEventKind::Failed(error) }));
        };
        let offline = self.state.settings.offline;
        let fetch = Fetcher::start(card, self.catalog.folder(), offline, self.wake.clone());
        self.fetches.0.insert(id, fetch);
    }
}

/// `cat-x8` for a copy that is eight times as large.
/// The name of a copy, with the ending of its format.
fn copy_name(name: String, enlarge: Enlarge) -> String {
    match enlarge {
        Enlarge { filter: Filter::Outlines, .. } => format!("{name}.svg"),
        Enlarge { times: ..=1, .. } => format!("{name}.png"),
        Enlarge { times, .. } => format!("{name}-x{times}.png"),
    }
}

fn copy_picture(ctx: &egui::Context, picture: &Picture) {
    let size = [picture.width as usize, picture.height as usize];
    ctx.copy_image(egui::ColorImage::from_rgba_unmultiplied(size, &picture.rgba));
}

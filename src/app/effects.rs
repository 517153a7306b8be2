//! Runs the effects that `update` asks for.

use std::path::PathBuf;

use super::Studio;
use crate::domain::{CatalogueRequest, Enlarge, Event, EventKind, Filter, Picture, StoreRequest};
use crate::engine::{QUESTIONS, device_name};
use crate::error::Cause;
use crate::state::{Command, Effect, GalleryCommand, Input, ModelsCommand, PathFor, SettingsCommand, StatusNews};

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
                self.ask_catalogue(ctx, CatalogueRequest::FindDrafts { model, smaller });
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
                self.input(ctx, Input::Status(StatusNews::Device(device_name(device).to_owned())));
                for job in ended {
                    self.input(ctx, Input::Engine(Event { job, kind: EventKind::Cancelled }));
                }
            }
            Effect::Fetch(id) => self.ask_catalogue(ctx, CatalogueRequest::Fetch(id)),
            Effect::CancelFetch(id) => self.ask_catalogue(ctx, CatalogueRequest::CancelFetch(id)),
            Effect::AskModelFile => self
                .dialogs
                .model_file(self.state.lang, PathFor::Model, |x| Command::Models(ModelsCommand::OpenModel(x))),
            Effect::AskModelFolder => self.dialogs.folder(self.state.status.models.clone(), PathFor::Model, |x| {
                Command::Models(ModelsCommand::OpenModel(x))
            }),
            Effect::AskPartFile(id) => {
                let purpose = PathFor::Part(id.clone());
                self.dialogs.model_file(self.state.lang, purpose, move |path| {
                    Command::Models(ModelsCommand::PartChosen(id, path))
                });
            }
            Effect::OpenModel(ask) => self.ask_catalogue(ctx, CatalogueRequest::OpenModel(ask)),
            Effect::RemoveModel(id) => self.ask_catalogue(ctx, CatalogueRequest::RemoveModel(id)),
            Effect::RemoveModelFile(path) => self.ask_catalogue(ctx, CatalogueRequest::RemoveModelFile(path)),
            Effect::RestoreModel(removed) => self.ask_catalogue(ctx, CatalogueRequest::RestoreModel(removed)),
            Effect::EmptyModelTrash => self.ask_catalogue(ctx, CatalogueRequest::EmptyModelTrash),
            Effect::ReadModels => self.ask_catalogue(ctx, CatalogueRequest::ReadModels),

            Effect::SavePicture { job, index, picture, record } => {
                self.store.send(StoreRequest::SavePicture { job, index, picture, record, folder: None });
            }
            Effect::KeepLatents(latents) => self.store.send(StoreRequest::KeepLatents(latents)),
            Effect::AskExportPicture { picture, record, name, enlarge } => {
                self.dialogs.save_picture(&copy_name(name, enlarge), move |path| StoreRequest::ExportPicture {
                    picture,
                    record,
                    path,
                    enlarge,
                });
            }
            Effect::AskExportFile { path: from, enlarge } => {
                let name = from.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                let name = copy_name(name, enlarge);
                self.dialogs.save_picture(&name, move |path| StoreRequest::ExportFile { from, path, enlarge });
            }
            Effect::AskExportLayers { name, scene, picture } => {
                let name = format!("{name}.ora");
                self.dialogs.save_file(&name, move |path| StoreRequest::ExportLayers { scene, picture, path });
            }
            Effect::AskLayersFolder => {
                let now = self.state.status.library.clone();
                self.dialogs.folder(now, PathFor::LayersFolder, PathFor::layers);
            }
            Effect::ExportEachLayer { scene, folder } => {
                self.once_made(ctx, folder.clone(), StoreRequest::ExportEachLayer { scene, folder });
            }
            Effect::AskCopiesFolder => {
                let now = self.state.status.library.clone();
                self.dialogs
                    .folder(now, PathFor::CopiesFolder, |x| Command::Gallery(GalleryCommand::CopiesFolderChosen(x)));
            }
            Effect::CopyLibrary(from) => self.store.send(StoreRequest::CopyLibrary(from)),
            Effect::CopyFiles { from, folder } => {
                self.once_made(ctx, folder.clone(), StoreRequest::CopyFiles { from, folder });
            }
            Effect::CopyPicture(picture) => {
                copy_picture(ctx, &picture);
                self.input(ctx, Input::Copied);
            }
            Effect::CopyText(text) => {
                ctx.copy_text(text);
                self.input(ctx, Input::Copied);
            }
            Effect::OpenPicture(path) => self.store.send(StoreRequest::OpenFile(path)),
            Effect::ViewPicture(path) => self.store.send(StoreRequest::ViewPicture(path)),
            Effect::Thumbnail(path) => self.store.send(StoreRequest::Thumbnail(path)),
            Effect::TrashPictures(paths) => self.store.send(StoreRequest::TrashPictures(paths)),
            Effect::RestorePictures(paths) => self.store.send(StoreRequest::RestorePictures(paths)),
            Effect::ListRecent => self.store.send(StoreRequest::ListRecent),
            Effect::ScanLibrary => self.store.send(StoreRequest::ScanLibrary),
            Effect::RescanLibrary => self.store.send(StoreRequest::RescanLibrary),
            Effect::AskOpenFile => self.dialogs.open_picture(self.state.lang),
            Effect::AskFace => self.dialogs.face(self.state.lang),

            Effect::Journal { id, entry } => self.store.send(StoreRequest::Journal { id, entry }),
            Effect::KeepConversations(all) => self.store.send(StoreRequest::KeepConversations(all)),
            Effect::LoadConversation(id) => self.store.send(StoreRequest::LoadConversation(id)),
            Effect::ListConversations => self.store.send(StoreRequest::ListConversations),
            Effect::TrashConversation(id) => self.store.send(StoreRequest::TrashConversation(id)),
            Effect::RestoreConversation(id) => self.store.send(StoreRequest::RestoreConversation(id)),
            Effect::SearchTexts { serial, words } => self.store.send(StoreRequest::SearchTexts { serial, words }),
            Effect::SavePersona { id, persona, face } => {
                self.store.send(StoreRequest::SavePersona { id, persona, face });
            }
            Effect::TrashPersona(id) => self.store.send(StoreRequest::TrashPersona(id)),
            Effect::RestorePersona(id) => self.store.send(StoreRequest::RestorePersona(id)),
            Effect::AskExport { name, bytes } => {
                self.dialogs.save_file(&name, move |path| StoreRequest::WriteFile { path, bytes });
            }
            Effect::AskExportText { name, document, format } => {
                self.dialogs.save_file(&name, move |path| StoreRequest::ExportText { path, document, format });
            }

            Effect::ListTrash(kind) => self.store.send(StoreRequest::ListTrash(kind)),
            Effect::ReadTrashed { kind, id, lang } => self.store.send(StoreRequest::ReadTrashed { kind, id, lang }),
            Effect::Purge { kind, ids } => self.store.send(StoreRequest::Purge { kind, ids }),
            Effect::MakeFolder(make) => {
                if let Some(request) = self.folderless.take().filter(|_| make) {
                    self.store.send(*request);
                }
            }

            // Where the folders are another window's, what it has set stays.
            Effect::SaveSettings(_) | Effect::SaveDesk(_) if self.state.read_only => {}
            Effect::SaveSettings(settings) => self.store.send(StoreRequest::SaveSettings(settings)),
            Effect::SaveDesk(desk) => self.store.send(StoreRequest::SaveDesk(desk)),
            Effect::AskLibraryFolder => {
                self.dialogs.folder(self.state.status.library.clone(), PathFor::LibraryFolder, |x| {
                    Command::Settings(SettingsCommand::LibraryFolderChosen(x))
                });
            }
            Effect::AskModelsFolder => {
                self.dialogs.folder(self.state.status.models.clone(), PathFor::ModelsFolder, |x| {
                    Command::Settings(SettingsCommand::ModelsFolderChosen(x))
                });
            }
            Effect::TryFolder(of, path) => self.dialogs.aside("folder", move || {
                let outcome = crate::disk::check_folder(&path, of);
                Input::FolderTried(of, path, outcome)
            }),
            Effect::SetLibraryFolder(path) => self.store.send(StoreRequest::SetLibraryFolder(path)),
            Effect::SetModelsFolder(path) => {
                self.load_catalog(path);
            }
            Effect::Reveal(path) => self.dialogs.reveal(path),
            Effect::OpenLink(url) => self.dialogs.open_link(url),
        }
    }

    /// Files for a folder of the person's: whether one that is not there is made is asked first.
    fn once_made(&mut self, ctx: &egui::Context, folder: PathBuf, request: StoreRequest) {
        if folder.is_dir() {
            return self.store.send(request);
        }
        self.folderless = Some(Box::new(request));
        self.input(ctx, Input::NoFolder(folder));
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

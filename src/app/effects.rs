//! Runs the effects that `update` asks for.

use std::sync::Arc;

use super::{Studio, logged};
use crate::about::Licences;
use crate::domain::{Enlarge, Event, EventKind, Filter, Picture, StoreRequest};
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
            Effect::Submit { id, task } => match (logged::named(&task), self.engine.submit(id, task)) {
                (begins, Ok(handle)) => {
                    self.logged.begun(id, begins);
                    self.jobs.insert(id, handle);
                }
                (_, Err(error)) => {
                    self.input(ctx, Input::Engine(Event { job: id, kind: EventKind::Failed(error) }));
                }
            },
            Effect::Store(request) => self.ask_store(request),
            Effect::Catalogue(request) => self.ask_catalogue(ctx, request),
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
            Effect::CheckText(text) => {
                let serial = text.serial;
                if !self.texts.ask(*text) {
                    self.input(ctx, Input::TextChecked(serial, Vec::new()));
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
                self.input(ctx, Input::Status(StatusNews::Device(device_name(device).to_owned())));
                for job in ended {
                    self.input(ctx, Input::Engine(Event { job, kind: EventKind::Cancelled }));
                }
            }
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
                let lang = self.state.lang;
                self.dialogs.save_file(&name, move |path| StoreRequest::ExportLayers { scene, picture, path, lang });
            }
            Effect::AskLayersFolder => {
                let now = self.state.status.library.clone();
                self.dialogs.folder(now, PathFor::LayersFolder, PathFor::layers);
            }
            Effect::AskCopiesFolder => {
                let now = self.state.status.library.clone();
                self.dialogs
                    .folder(now, PathFor::CopiesFolder, |x| Command::Gallery(GalleryCommand::CopiesFolderChosen(x)));
            }
            Effect::CopyPicture(picture) => {
                copy_picture(ctx, &picture);
                self.input(ctx, Input::Copied);
            }
            Effect::CopyText(text) => {
                ctx.copy_text(text);
                self.input(ctx, Input::Copied);
            }
            Effect::AskOpenFile => self.dialogs.open_picture(self.state.lang),
            Effect::AskFace => self.dialogs.face(self.state.lang),

            Effect::AskExport { name, bytes } => {
                self.dialogs.save_file(&name, move |path| StoreRequest::WriteFile { path, bytes });
            }
            Effect::AskExportText { name, document, format } => {
                self.dialogs.save_file(&name, move |path| StoreRequest::ExportText { path, document, format });
            }

            Effect::MakeFolder(make) => {
                if let Some(request) = self.folderless.take().filter(|_| make) {
                    self.store.send(*request);
                }
            }
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
            Effect::SetModelsFolder(path) => {
                self.load_catalog(path);
            }
            Effect::ReadLicences => {
                self.dialogs.aside("licences", || Input::Licences(Arc::new(Licences::read())));
            }
            Effect::Reveal(path) => self.dialogs.reveal(path),
            Effect::OpenLink(url) => self.dialogs.open_link(url),
        }
    }

    /// Passes a request to the store. A folder of copies is made first, and the person is asked before that; a read-only
    /// window leaves the settings and the desk of the other window as they are.
    fn ask_store(&self, request: StoreRequest) {
        use StoreRequest as R;
        match &request {
            R::ExportEachLayer { folder, .. } | R::CopyFiles { folder, .. } => {
                self.dialogs.once_made(folder.clone(), request);
            }
            R::SaveSettings(_) | R::SaveDesk(_) => {
                if !self.state.read_only {
                    self.store.send(request);
                }
            }
            R::SavePicture { .. }
            | R::KeepLatents(_)
            | R::ExportPicture { .. }
            | R::ExportFile { .. }
            | R::ExportLayers { .. }
            | R::CopyLibrary(_)
            | R::WriteFile { .. }
            | R::ExportText { .. }
            | R::ListRecent
            | R::ScanLibrary
            | R::RescanLibrary
            | R::SetLibraryFolder(_)
            | R::Thumbnail(_)
            | R::OpenFile(_)
            | R::ViewPicture(_)
            | R::TrashPictures(_)
            | R::RestorePictures(_)
            | R::ListConversations
            | R::LoadConversation(_)
            | R::Journal { .. }
            | R::KeepConversations(_)
            | R::TrashConversation(_)
            | R::RestoreConversation(_)
            | R::SearchTexts { .. }
            | R::ListPersonas
            | R::SavePersona { .. }
            | R::TrashPersona(_)
            | R::RestorePersona(_)
            | R::LoadDesk
            | R::BeginRun
            | R::EndRun
            | R::ReadReport(_)
            | R::ReportSeen(_)
            | R::ListTrash(_)
            | R::ReadTrashed { .. }
            | R::Purge { .. } => self.store.send(request),
        }
    }
}

/// The name of a copy, with the ending of its format: `cat-x8.png` for one that is eight times as large.
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

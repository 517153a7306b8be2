//! Walks through the library and its trash, and searches in texts: a slice at a time, while nothing waits.

use std::path::Path;
use std::time::Instant;

use super::{Running, SLICE, Worker};
use crate::domain::{LibraryItem, Room, StoreEvent, TrashKind};
use crate::error::Result;
use crate::store::library::{self, Known, Scan};
use crate::store::{guarded, trash};

impl Worker {
    /// A file of the library that is reported to the window, also during a walk.
    pub(super) fn note_saved(&mut self, item: &LibraryItem) {
        self.note_known(&item.path);
        if let Some(running) = self.scan.as_mut().filter(|r| item.path.starts_with(r.scan.library())) {
            running.extra.push(item.clone());
        }
    }

    /// Pictures are looked for in slices.
    pub(super) fn list_trash(&mut self, kind: TrashKind) -> Result<()> {
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

    pub(super) fn trash_scan_on(&mut self) {
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
    pub(super) fn note_known(&mut self, path: &Path) {
        if path.starts_with(&self.library) {
            self.known.extend(library::stamp(path).map(|stamp| (path.to_owned(), stamp)));
        }
    }

    pub(super) fn begin_scan(&mut self, again: bool) {
        let known = std::mem::take(&mut self.known);
        let scan = Scan::new(&self.library, self.zone.clone(), if again { known } else { Known::new() });
        let scan = if self.read_only { scan.looking_only() } else { scan };
        self.scan = Some(Running { scan, again, extra: Vec::new(), gone: Vec::new() });
    }

    pub(super) fn search_on(&mut self) {
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

    pub(super) fn scan_on(&mut self) {
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

//! The store as the app uses it: requests in, events out.

mod characters;
mod copies;
mod home;
mod library;
mod texts;
mod unwritten;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use aigc_studio::domain::{
    ConversationId, ImageParams, JobId, JournalEntry, Message, Picture, PictureRecord, Role, Sampler, Seed, Settings,
    StoreEvent, StoreRequest, Turn,
};
use aigc_studio::store::{Paths, Store};
use crossbeam_channel::Receiver;

fn picture(side: u32) -> Arc<Picture> {
    let rgba = (0..side * side * 4).map(|i| (i * 31 % 253) as u8).collect();
    Arc::new(Picture { width: side, height: side, rgba })
}

fn record(prompt: &str, seed: u64) -> Box<PictureRecord> {
    Box::new(PictureRecord {
        params: ImageParams {
            prompt: prompt.into(),
            negative: "blurry".into(),
            model: "sticker-64".into(),
            seed: Seed::Fixed(seed),
            steps: 24,
            guidance: 3.0,
            width: 64,
            height: 64,
            sampler: Sampler::Euler,
            ..PictureRecord::default().params
        },
        model_hash: "ab".repeat(32),
        version: "AIGC Studio 0.1.0".into(),
        ..PictureRecord::default()
    })
}

fn save(job: u64, seed: u64) -> StoreRequest {
    StoreRequest::SavePicture {
        job: JobId(job),
        index: 0,
        picture: picture(64),
        record: record("a red apple", seed),
        folder: None,
    }
}

fn start(home: &Path) -> (Store, Receiver<StoreEvent>) {
    Store::start(&Paths::below(home), &Settings::default(), Arc::new(|| {}))
}

fn next(events: &Receiver<StoreEvent>) -> StoreEvent {
    events.recv_timeout(Duration::from_secs(20)).expect("an answer comes")
}

fn journal(id: &str, entry: JournalEntry) -> StoreRequest {
    StoreRequest::Journal { id: ConversationId(id.into()), entry }
}

fn begin(id: u64, role: Role, content: &str) -> JournalEntry {
    JournalEntry::Begin {
        turn: Turn { id, message: Message { role, content: content.into() }, info: None, parent: None },
    }
}

fn pngs(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(pngs(&path));
        } else if path.extension().is_some_and(|e| e == "png") {
            found.push(path);
        }
    }
    found
}

//! Files of other programs: [`open`] distinguishes characters, lore books and chats.

pub use super::untrusted::MAX_FILE;

use super::cards::{self, Imported, World};
use super::chats::{self, Chats};
use crate::error::Result;

/// What a file was.
#[derive(Clone, Debug, PartialEq)]
pub enum Opened {
    Card(Box<Imported>),
    /// A lore book without a character.
    World(World),
    Chats(Chats),
}

/// Reads a character card (PNG, WebP, JSON), a lore book (JSON) or chats (JSON, JSONL, Markdown, plain text).
///
/// Errors ([`Cause::BadImport`](crate::error::Cause::BadImport)): those of [`cards::persona`], [`cards::world`] and
/// [`chats::chats`], whichever the file looks like.
pub fn open(bytes: &[u8]) -> Result<Opened> {
    if let Some(world) = cards::world(bytes) {
        return world.map(Opened::World);
    }
    let card_error = match cards::persona(bytes) {
        Ok(card) => return Ok(Opened::Card(Box::new(card))),
        Err(error) if cards::looks_like_card(bytes) => error,
        Err(_) => return chats::chats(bytes).map(Opened::Chats),
    };
    chats::chats(bytes).map(Opened::Chats).map_err(|_| card_error)
}

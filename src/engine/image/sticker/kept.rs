//! Things that were drawn, so that a scene of which one thing changes does not draw the others again.

use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::Sampler;
use crate::scene::{Square, ThingId};

/// Pictures that are kept, 1 MiB each: more than a scene draws.
const MOST: usize = 40;

/// All that decides how a thing is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// What it shows, where that is known.
    pub thing: Option<ThingId>,
    /// Colour and style of a thing; else the whole prompt and the style.
    pub words: String,
    pub negative: String,
    pub seed: u64,
    pub steps: u32,
    pub guidance: u32,
    pub sampler: Sampler,
}

/// The things that were drawn last, the oldest first.
#[derive(Default)]
pub struct Kept(Mutex<Vec<(Key, Arc<Square>)>>);

impl Kept {
    pub fn get(&self, key: &Key) -> Option<Arc<Square>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = all.iter().position(|(known, _)| known == key)?;
        // Used: the youngest again.
        let it = all.remove(at);
        all.push(it.clone());
        Some(it.1)
    }

    pub fn put(&self, key: Key, picture: Arc<Square>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|(known, _)| *known != key);
        all.push((key, picture));
        let beyond = all.len().saturating_sub(MOST);
        all.drain(..beyond);
    }
}

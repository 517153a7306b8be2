//! The exhibits of the Learn room: generative models, small enough to train while one watches. A crate of its own, which
//! knows nothing of windows, lanes and languages.
//!
//! An [`Exhibit`] is a folder here and a line in [`EXHIBITS`]: its words, its controls, and how it starts. What runs is a
//! [`Run`]. It takes one short step at a time, so that a lane can stop it between two, and says what there is to see as
//! [`Show`]s, which the window and the shell draw without knowing the exhibit.

mod control;
mod draw;
mod gan;
mod gpt;
mod illiac;
mod network;
mod neurons;
mod rnn;
mod shapes;
mod show;
pub mod sound;
mod tangora;
#[cfg(test)]
mod tests;

pub use candle_core::Result;
pub use control::{Control, Kind, Settings, Unfit};
pub use show::{Cloud, Field, Line, Matrix, Note, Notes, Pictures, Row, Show, Table, What};

/// A text in English and in Chinese.
pub type Words = (&'static str, &'static str);

/// All exhibits, in the order of the room.
pub static EXHIBITS: &[&Exhibit] =
    &[&neurons::EXHIBIT, &gan::EXHIBIT, &rnn::EXHIBIT, &gpt::EXHIBIT, &illiac::EXHIBIT, &tangora::EXHIBIT];

/// The exhibit with this id.
pub fn exhibit(id: &str) -> Option<&'static Exhibit> {
    EXHIBITS.iter().copied().find(|exhibit| exhibit.id == id)
}

/// One entry of the room.
pub struct Exhibit {
    /// As the shell names it.
    pub id: &'static str,
    pub name: Words,
    /// A minute's reading: what it is and how it works.
    pub about: Words,
    /// Where it fails.
    pub fails: Words,
    /// Five questions that one can answer after it.
    pub questions: &'static [Words],
    pub tries: &'static [Try],
    pub controls: &'static [Control],
    /// Starts from nothing: the same settings and seed make the same run.
    ///
    /// # Errors
    /// What the mathematics underneath reports.
    pub start: fn(&Settings, u64) -> Result<Box<dyn Run>>,
}

/// A small experiment: a button that sets controls and starts anew.
pub struct Try {
    pub name: Words,
    /// What there is to see.
    pub about: Words,
    /// Controls by their ids, with values; the others get their usual ones.
    pub set: &'static [(&'static str, f64)],
}

/// An exhibit at work.
pub trait Run: Send {
    /// Takes one step, of some milliseconds.
    ///
    /// # Errors
    /// What the mathematics underneath reports.
    fn step(&mut self) -> Result<Step>;

    /// Takes over the controls that can be changed while it runs ([`Control::live`]).
    fn set(&mut self, settings: &Settings);

    /// What there is to see now.
    ///
    /// # Errors
    /// What the mathematics underneath reports.
    fn shows(&self) -> Result<Vec<Show>>;
}

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Taken,
    /// A loss is no number any more: the learning rate is too high. Only a new start helps.
    Diverged,
}

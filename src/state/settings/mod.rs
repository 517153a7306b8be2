//! What a person sets for the whole program.

mod command;
mod update;

pub use command::SettingsCommand;

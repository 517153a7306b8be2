//! AIGC Studio: a native desktop studio for AI-generated content, on the person's own machine.
//!
//! # Data flow
//! ```text
//! prompt panel -> Command -> state::update() -> Effect::Submit -> lane (a thread) -> Backend::run(task, reporter, token)
//!      ^                                                                             |
//!      |         reporter: Started, Loading, Ready, Progress, News (by medium), Finished | Failed | Cancelled
//!   ui draws <- AppState <- update(Event) <- App::logic drains the channels <--------+
//!                              |
//!                              +-> Effect::SavePicture, Journal, ... -> StoreRequest -> store thread -> disk
//!                                                                     (temp file, fsync, rename)
//! ```
//! Views read the state and push commands; they never touch an engine, a file or a channel. `update` is a pure
//! function, so that the program's behaviour can be tested without a window, a GPU or a model.
//!
//! # Rooms, and who may import whom (`tests/files/rooms.rs` checks it)
//! | room | holds | may import |
//! |---|---|---|
//! | [`lang`] | the two languages | - |
//! | [`about`] | version and commit, and the licences of everything in the program | lang |
//! | [`numbers`] | formatted sizes, times and rates | lang |
//! | [`error`] | the error type that crosses rooms, and its wording | numbers, lang |
//! | [`disk`] | free disk space and durable folders, for each room that writes files | error |
//! | [`chunks`] | the chunks of PNG files | - |
//! | [`logs`] | the log file and reports of panics | about |
//! | [`domain`] | the data types: parameters, jobs, requests, events, pictures, conversations, documents, cards, settings | numbers, lang, error |
//! | [`scene`] | parses a prompt for the built-in picture model: things, relations, background; layout and compositing; a crate of its own | - |
//! | [`lab`] | the exhibits of the Learn room: models that train while one watches; a crate of its own | - |
//! | [`formats`] | untrusted model files: headers, layouts, parts | domain, error, lang |
//! | [`engine`] | a lane for each medium, reporter, backends for text and pictures; its kernels are a crate of their own | writing (ELIZA), scene, formats, domain, error, lang |
//! | [`catalog`] | model cards, sources, fetch and verify, the model doctor | formats, domain, disk, error, lang |
//! | [`store`] | pictures, conversations, characters, settings on disk; the only room that writes user files | logs, writing, domain, disk, chunks, error, lang |
//! | [`writing`] | forms, checks, characters, Markdown and formulas as they are read, export and import of texts, ELIZA: bytes in, bytes out | domain, chunks, error, lang |
//! | [`state`] | `AppState`, `Command`, `Effect`, `update` | about, scene, writing, domain, error, lang |
//! | [`ui`] | views, widgets, theme, texts | state, about, writing, scene, domain, error, lang |
//! | `app`, `cli` | put the rooms together | all |

pub mod about;
pub mod app;
pub mod catalog;
pub mod chunks;
pub mod cli;
pub mod disk;
pub mod domain;
pub mod engine;
pub mod error;
pub mod formats;
pub mod lang;
pub mod logs;
pub mod numbers;
pub mod state;
pub mod store;
pub mod ui;
pub mod writing;

pub use aigc_lab as lab;
pub use aigc_scene as scene;

//! Picture models: parity with their references, whole files, and bad ones.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "tests fail aloud and tell figures"
)]

mod bad_files;
mod checkpoints;
mod decode;
mod dit_nets;
mod families;
mod full_size;
mod made;
mod model_doctor;
mod parity;
mod pipeline;
mod prompt;
mod sampling;
mod sd_nets;

/// As the program has it: what is measured here is measured with it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

//! The sheet of fixed prompts that shows how good the embedded model is.

use std::path::Path;

use super::Context;
use super::out as output;
use super::progress::bar;
use crate::engine::Stop;
use crate::error::{Doing, StudioError};
use crate::store;

/// Draws each line of `prompts` with the embedded model and writes them side by side to `out`.
pub fn run(_context: &Context, prompts: &Path, out: &Path, seed: u64) -> Result<(), Stop> {
    store::check_file(out)?;
    let text = std::fs::read_to_string(prompts).map_err(|error| StudioError::io(Doing::Reading, prompts, &error))?;
    let lines: Vec<String> = text.lines().map(str::trim).filter(|l| !l.is_empty()).map(str::to_owned).collect();
    let bar = bar(lines.len() as u64, "{msg:10} [{bar:30}] {pos}/{len}  {eta} left");
    let sheet = crate::engine::image::sticker::grid(&lines, seed, &mut |done, _| bar.set_position(done as u64))?;
    bar.finish_and_clear();
    store::write_file(out, &store::picture_files::encode_png(&sheet, None)?)?;
    Ok(output::line(out.display())?)
}

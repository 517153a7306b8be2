//! A sheet of pictures for fixed prompts: the quickest way to see how good a model is.

use crate::domain::{DeviceChoice, ImageParams, ModelFiles, Picture};
use crate::engine::{CancelToken, MemoryBudget, Stop};
use crate::error::{Cause, StudioError};

use super::ImagePipeline;
use super::pipeline::Drawing;
use super::pixels;
use super::sticker::Sticker;

/// Pictures side by side.
const COLUMNS: u32 = 8;

/// Draws each prompt with the embedded model, its default settings and `seed`, and lays the pictures out on white,
/// eight in a row. `progress` gets how many are done, of how many.
pub fn grid(
    prompts: &[String],
    seed: u64,
    progress: &mut dyn FnMut(usize, usize),
) -> std::result::Result<Picture, StudioError> {
    let pipeline = ImagePipeline::new(MemoryBudget::of_this_machine(), DeviceChoice::Auto);
    draw(&pipeline, &ModelFiles::Embedded, prompts, seed, progress).map_err(|stop| match stop {
        Stop::Failed(error) => error,
        Stop::Cancelled => StudioError::other("the grid was cancelled"),
    })
}

fn draw(
    pipeline: &ImagePipeline,
    files: &ModelFiles,
    prompts: &[String],
    seed: u64,
    progress: &mut dyn FnMut(usize, usize),
) -> std::result::Result<Picture, Stop> {
    if prompts.is_empty() {
        return Err(Cause::EmptyPrompt.into());
    }
    let token = CancelToken::new();
    pipeline.with_sticker(files, &token, |sticker| sheet(sticker, prompts, seed, &token, progress))
}

fn sheet(
    sticker: &Sticker,
    prompts: &[String],
    seed: u64,
    token: &CancelToken,
    progress: &mut dyn FnMut(usize, usize),
) -> std::result::Result<Picture, Stop> {
    let side = sticker.net.config().size as u32;
    let columns = COLUMNS.min(prompts.len() as u32);
    let rows = (prompts.len() as u32).div_ceil(columns);
    let (width, height) = (columns * side, rows * side);
    let mut sheet = Picture { width, height, rgba: vec![255; 4 * width as usize * height as usize] };
    let negative = sticker.words.encode("");
    for (i, prompt) in (0..).zip(prompts) {
        let params = ImageParams { prompt: prompt.clone(), width: side, height: side, ..Default::default() };
        params.check()?;
        let prompt = sticker.words.encode(prompt);
        let mut drawing = Drawing::new(sticker, &params, &prompt, &negative);
        let x = drawing.draw(seed, 0, token, &mut |_, _| {})?;
        pixels::lay_over(&mut sheet, &drawing.decode(&x), i % columns * side, i / columns * side);
        progress(i as usize + 1, prompts.len());
    }
    Ok(sheet)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::image::testing::tiny_sticker;

    #[test]
    fn ten_prompts_make_two_rows_on_white() {
        let folder = tempfile::tempdir().unwrap();
        tiny_sticker(folder.path()).unwrap();
        let pipeline = ImagePipeline::new(MemoryBudget::new(1 << 30), DeviceChoice::Cpu);
        let prompts: Vec<String> = (0..10).map(|i| ["cat", "red apple"][i % 2].to_owned()).collect();
        let mut seen = Vec::new();
        let files = ModelFiles::Folder(folder.path().to_owned());
        let sheet = draw(&pipeline, &files, &prompts, 1, &mut |done, of| seen.push((done, of))).unwrap();
        assert_eq!((sheet.width, sheet.height), (512, 128));
        assert_eq!(seen.last(), Some(&(10, 10)));
        // The last six places stay empty; the first and the third are the same prompt and seed.
        let pixel = |x: u32, y: u32| &sheet.rgba[4 * (y * 512 + x) as usize..][..4];
        assert!((128..512).all(|x| (64..128).all(|y| pixel(x, y) == [255; 4])));
        assert!((0..64).all(|x| (0..64).all(|y| pixel(x, y) == pixel(x + 128, y))));
        assert!((0..64).any(|x| (0..64).any(|y| pixel(x, y) != pixel(x + 64, y))));
    }
}

//! A sheet of pictures for fixed prompts: the quickest way to see how good a model is.

use super::{Drawing, Scene, Sticker, pixels};
use crate::domain::{DeviceChoice, ImageParams, ModelFiles, Picture};
use crate::engine::{CancelToken, MemoryBudget, Stop, device_for};
use crate::error::Cause;

/// Pictures side by side.
const COLUMNS: u32 = 8;
/// Their side on the sheet at most, in pixels.
const TILE: u32 = 128;

/// Draws each prompt as the embedded model draws by default, with `seed`, and lays the pictures out on white, smaller,
/// eight in a row. `progress` gets how many are done, of how many.
pub fn grid(prompts: &[String], seed: u64, progress: &mut dyn FnMut(usize, usize)) -> Result<Picture, Stop> {
    let files = super::open(&ModelFiles::Embedded)?;
    let _memory = MemoryBudget::of_this_machine().reserve(files.config.memory(), &mut |_| {})?;
    let (device, token) = (device_for(DeviceChoice::Auto), CancelToken::new());
    let sticker = Sticker::load(files, true, &device, &token, &mut |_| {})?;
    sheet(&sticker, prompts, seed, &token, progress)
}

fn sheet(
    sticker: &Sticker,
    prompts: &[String],
    seed: u64,
    token: &CancelToken,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Picture, Stop> {
    if prompts.is_empty() {
        return Err(Cause::EmptyPrompt.into());
    }
    let side = sticker.sides()[0];
    let by = (side / TILE).max(1);
    let tile = side / by;
    let columns = COLUMNS.min(prompts.len() as u32);
    let rows = (prompts.len() as u32).div_ceil(columns);
    let mut sheet = white(columns * tile, rows * tile);
    let negative = sticker.words.encode("", None);
    for (i, prompt) in (0..).zip(prompts) {
        let params = ImageParams { prompt: prompt.clone(), width: side, height: side, ..Default::default() };
        params.check()?;
        let picture = if side == sticker.net.config().size as u32 {
            let prompt = sticker.words.encode(prompt, None);
            let mut drawing = Drawing::new(sticker, &params, &prompt, &negative);
            let x = drawing.draw(seed, 0, token, &mut |_, _| {})?;
            drawing.decode(&x)
        } else {
            Scene::new(sticker, &params, false).draw(seed, 0, token, &mut |_, _| {})?
        };
        let mut whole = white(side, side);
        pixels::lay_over(&mut whole, &picture, 0, 0);
        pixels::lay_over(&mut sheet, &mean_of_cells(&whole, by), i % columns * tile, i / columns * tile);
        progress(i as usize + 1, prompts.len());
    }
    Ok(sheet)
}

fn white(width: u32, height: u32) -> Picture {
    Picture { width, height, rgba: vec![255; 4 * width as usize * height as usize] }
}

/// An opaque picture, smaller: each pixel is the mean of `by` x `by`.
fn mean_of_cells(picture: &Picture, by: u32) -> Picture {
    let mut small = white(picture.width / by, picture.height / by);
    let width = small.width;
    for (i, pixel) in (0..).zip(small.rgba.chunks_exact_mut(4)) {
        let (left, top) = (i % width * by, i / width * by);
        for (c, value) in pixel.iter_mut().enumerate() {
            let at = |x: u32, y: u32| u32::from(picture.rgba[4 * (y * picture.width + x) as usize + c]);
            let sum: u32 = (0..by * by).map(|k| at(left + k % by, top + k / by)).sum();
            *value = ((sum + by * by / 2) / (by * by)) as u8;
        }
    }
    small
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::image::sticker::{self, testing::tiny_sticker};
    use candle_core::Device;

    #[test]
    fn a_smaller_picture_has_the_means_of_its_cells() {
        let row = |a: u8, b: u8| [a, a, a, 255, b, b, b, 255];
        let rgba = [row(0, 100), row(50, 250), row(10, 20), row(30, 41)].concat();
        let small = mean_of_cells(&Picture { width: 4, height: 2, rgba }, 2);
        assert_eq!((small.width, small.height), (2, 1));
        assert_eq!(small.rgba, [33, 33, 33, 255, 93, 93, 93, 255]);
    }

    #[test]
    fn ten_prompts_make_two_rows_on_white() {
        let folder = tempfile::tempdir().unwrap();
        tiny_sticker(folder.path()).unwrap();
        let token = CancelToken::new();
        let files = sticker::open(&ModelFiles::Folder(folder.path().to_owned())).unwrap();
        let sticker = Sticker::load(files, false, &Device::Cpu, &token, &mut |_| {}).unwrap();
        let prompts: Vec<String> = (0..10).map(|i| ["cat", "red apple"][i % 2].to_owned()).collect();
        let mut seen = Vec::new();
        let sheet = sheet(&sticker, &prompts, 1, &token, &mut |done, of| seen.push((done, of))).unwrap();
        assert_eq!((sheet.width, sheet.height), (512, 128));
        assert_eq!(seen.last(), Some(&(10, 10)));
        // The last six places stay empty; the first and the third are the same prompt and seed.
        let pixel = |x: u32, y: u32| &sheet.rgba[4 * (y * 512 + x) as usize..][..4];
        assert!((128..512).all(|x| (64..128).all(|y| pixel(x, y) == [255; 4])));
        assert!((0..64).all(|x| (0..64).all(|y| pixel(x, y) == pixel(x + 128, y))));
        assert!((0..64).any(|x| (0..64).any(|y| pixel(x, y) != pixel(x + 64, y))));
    }
}

//! The last stage: latents to a picture, in tiles where memory is short.

use candle_core::{DType, Device, Tensor};

use super::pixels::to_picture;
use super::{Diffusion, Opened};
use crate::domain::{Latents, Picture, PictureRecord};
use crate::engine::image::nets::vae::{Tiling, Vae};
use crate::engine::image::weights::{self, Watch};
use crate::engine::kernels::job;
use crate::engine::{CancelToken, Stop, Stoppable};
use crate::error::Cause;
use crate::formats::layout::Part;
use crate::formats::memory::{self, Widths};
use crate::lang::both;

/// Sides of tiles, in latents: what Stable Diffusion's autoencoder was made for, then what needs ever less memory.
const TILES: [usize; 3] = [64, 32, 16];

/// A VAE alone, to decode kept latents.
pub struct VaeOnly {
    vae: Vae,
    device: Device,
}

impl VaeOnly {
    /// Bytes that the weights take.
    pub fn memory(opened: &Opened) -> u64 {
        memory::weights(Part::Vae, &opened.vae.1, Widths::FULL)
    }

    /// Reads the VAE's weights.
    ///
    /// # Errors
    /// A file that cannot be read, or a cancel.
    pub fn load(opened: Opened, device: &Device, watch: &Watch) -> Stoppable<Self> {
        let (config, header) = opened.vae;
        let vae = weights::load(header, DType::F32, device, &watch.within("vae"), |vb| Vae::load(config, vb, false))?;
        Ok(Self { vae, device: device.clone() })
    }

    pub fn decoder(&self) -> Decoder<'_> {
        Decoder { vae: &self.vae, device: &self.device }
    }
}

impl Diffusion {
    pub fn decoder(&self) -> Decoder<'_> {
        Decoder { vae: &self.vae, device: &self.device }
    }
}

/// Decodes latents with a VAE.
#[derive(Clone, Copy)]
pub struct Decoder<'a> {
    vae: &'a Vae,
    device: &'a Device,
}

impl Decoder<'_> {
    /// The picture of latents `[1, C, h, w]`. `free` bytes may be taken: where the whole needs more, or fails, it is
    /// decoded in tiles, and in smaller ones where those fail.
    ///
    /// # Errors
    /// Where not even the picture itself has room.
    pub fn decode(&self, latents: &Tensor, free: u64, token: &CancelToken) -> Stoppable<Picture> {
        let (_, _, h, w) = latents.dims4()?;
        let config = self.vae.config();
        let picture = memory::picture(h * config.factor(), w * config.factor());
        if picture > free {
            return Err(Cause::NotEnoughMemory { needed: picture, free }.into());
        }
        let fits = config.decode_bytes(h, w).saturating_add(picture) <= free;
        let pixels =
            first_that_works(ways(h.max(w), fits), |tiling| self.vae.decode(latents, tiling, token, &mut |_, _| {}))?;
        check(&pixels)?;
        Ok(to_picture(&pixels)?)
    }

    /// What was kept, back on the device.
    pub fn tensor(&self, latents: &Latents) -> Stoppable<Tensor> {
        let Latents { channels, height, width, numbers, .. } = latents;
        let wanted = self.vae.config().latent_channels;
        if *channels != wanted {
            let (value, choices) = (
                both!("{channels} channels", "{channels} 个通道"),
                both!("latents of {wanted} channels, as its VAE", "{wanted} 个通道的潜变量，与 VAE 相同"),
            );
            return Err(Cause::BadChoice { name: "decode", value, choices }.into());
        }
        Ok(Tensor::from_slice(numbers, (1, *channels, *height, *width), self.device)?)
    }
}

/// Latents to be kept with the settings that made them.
pub fn kept(latents: &Tensor, record: Box<PictureRecord>) -> Stoppable<Latents> {
    let (_, channels, height, width) = latents.dims4()?;
    let numbers = latents.to_dtype(DType::F32)?.flatten_all()?.to_vec1()?;
    Ok(Latents { channels, height, width, numbers, record })
}

/// How to decode latents of this longer side, in the order of trying; `None` is whole.
fn ways(side: usize, fits: bool) -> Vec<Option<Tiling>> {
    let smaller = TILES.into_iter().filter(|&tile| tile < side);
    let tiled = smaller.map(|tile| Some(Tiling { tile, overlap: tile / 4 }));
    let ways: Vec<_> = fits.then_some(None).into_iter().chain(tiled).collect();
    if ways.is_empty() { vec![None] } else { ways }
}

/// The first way's result, or the next one's where that fails; where all do, the first one's error. A cancel ends it.
fn first_that_works<W, T>(ways: Vec<W>, mut run: impl FnMut(W) -> Stoppable<T>) -> Stoppable<T> {
    let mut first = None;
    for way in ways {
        match run(way) {
            Err(Stop::Failed(error)) => {
                tracing::warn!("decoding failed: {}", error.kind());
                first.get_or_insert(error);
            }
            ended => return ended,
        }
    }
    Err(first.map_or_else(|| Cause::EngineGone.into(), Stop::Failed))
}

/// Refuses a picture with NaN or infinity: it would be black, or worse.
fn check(pixels: &Tensor) -> Stoppable<()> {
    let numbers = pixels.to_dtype(DType::F32)?.flatten_all()?.to_vec1::<f32>()?;
    let bad = |part: &[f32]| job::check().map(|()| part.iter().filter(|x| !x.is_finite()).count());
    match numbers.chunks(1 << 24).map(bad).sum::<candle_core::Result<usize>>()? {
        0 => Ok(()),
        bad => Err(Cause::BadDecode { bad, of: numbers.len() }.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::StudioError;
    use crate::lang::Both;

    #[test]
    fn whole_where_it_fits_and_ever_smaller_tiles_after_it() {
        let tiles = |ways: Vec<Option<Tiling>>| ways.iter().map(|w| w.map_or(0, |t| t.tile)).collect::<Vec<_>>();
        assert_eq!(tiles(ways(128, true)), [0, 64, 32, 16]);
        assert_eq!(tiles(ways(128, false)), [64, 32, 16]);
        assert_eq!(tiles(ways(64, true)), [0, 32, 16]);
        assert_eq!(tiles(ways(8, false)), [0], "what is smaller than a tile can only be tried whole");
    }

    #[test]
    fn a_failure_goes_on_to_the_next_way_and_a_cancel_ends_it() {
        let error = |n: i32| Stop::Failed(StudioError::other(Both::same(n.to_string())));
        let mut tried = Vec::new();
        let found = first_that_works(vec![1, 2, 3], |n| {
            tried.push(n);
            if n < 2 { Err(error(n)) } else { Ok(n) }
        });
        assert_eq!((found.ok(), tried), (Some(2), vec![1, 2]));
        let all = first_that_works(vec![1, 2], |n| Err::<(), _>(error(n)));
        assert!(matches!(all, Err(Stop::Failed(e)) if *e.cause() == Cause::Other { what: Both::same("1") }));
        let mut tried = 0;
        let cancelled = first_that_works(vec![1, 2], |_| {
            tried += 1;
            Err::<(), _>(Stop::Cancelled)
        });
        assert!(matches!(cancelled, Err(Stop::Cancelled)) && tried == 1);
    }
}

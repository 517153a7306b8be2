//! Latents on disk: kept when the decoding of a picture fails, so that its steps need not run again.
//!
//! A safetensors file in ComfyUI's form (`latent_tensor` `[B, C, h, w]` in F32, and an empty `latent_format_version_0`
//! that says: as a VAE takes them), so that it can be decoded there too; the settings are in the metadata as
//! `parameters`, as they are in our pictures. Without the second tensor the latents are in ComfyUI's first format,
//! scaled as for Stable Diffusion 1.5.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use super::dialects::a1111::{self, Parsed};
use super::{atomic, library};
use crate::domain::Latents;
use crate::error::{Cause, Doing, Result, StudioError};
use crate::lang::{Both, both};

pub const ENDING: &str = "latent";

const TENSOR: &str = "latent_tensor";
const UNSCALED: &str = "latent_format_version_0";
const METADATA: &str = "parameters";
/// The factor of Stable Diffusion 1.5's latents.
const FIRST_SCALE: f32 = 0.18215;
/// Longest file that is read: more than the latents of 100 pictures of 4096 x 4096 with 16 channels would take.
const LONGEST: u64 = 2 << 30;

/// Whether a file's name says that it holds latents.
pub fn is_latents(path: &Path) -> bool {
    path.extension().is_some_and(|e| e.eq_ignore_ascii_case(ENDING))
}

/// Writes latents into the library, beside the pictures of the day, and returns where.
///
/// # Errors
/// The disk is full, or the folder cannot be written to.
pub fn save(library: &Path, latents: &Latents, now: SystemTime, zone: &TimeZone) -> Result<PathBuf> {
    let time = Timestamp::try_from(now).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(zone.clone());
    let (folder, stem) = library::place(library, &time, &latents.record);
    let name = |attempt: u32| match attempt {
        0 => format!("{stem}.{ENDING}"),
        n => format!("{stem}-{}.{ENDING}", n + 1),
    };
    atomic::write_new(&folder, name, &encode(latents)?)
}

/// The file's bytes.
///
/// # Errors
/// The file cannot be encoded.
pub fn encode(latents: &Latents) -> Result<Vec<u8>> {
    let Latents { channels, height, width, numbers, record } = latents;
    let bytes: Vec<u8> = numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
    let failed = |e: safetensors::SafeTensorError| StudioError::inner(e);
    let tensor = TensorView::new(Dtype::F32, vec![1, *channels, *height, *width], &bytes).map_err(failed)?;
    let mark = TensorView::new(Dtype::F32, vec![0], &[]).map_err(failed)?;
    let metadata = HashMap::from([(METADATA.to_owned(), a1111::write(record))]);
    safetensors::serialize([(TENSOR, tensor), (UNSCALED, mark)], Some(metadata)).map_err(failed)
}

/// Reads a file of latents, ours or ComfyUI's: one for each picture in it.
///
/// # Errors
/// A file that is too long, damaged, or not latents.
pub fn read(path: &Path) -> Result<Vec<Arc<Latents>>> {
    let failed = |e: std::io::Error| StudioError::io(Doing::Reading, path, &e);
    let bad = |reason: Both| StudioError::from(Cause::BadPicture { path: path.to_owned(), reason });
    let mut file = File::open(path).map_err(failed)?;
    let len = file.metadata().map_err(failed)?.len();
    if len > LONGEST {
        return Err(bad(both!(
            "it has {len} bytes, latents have at most {LONGEST}",
            "它有 {len} 字节，潜变量最多 {LONGEST} 字节"
        )));
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(failed)?;
    let no_latents = |e: safetensors::SafeTensorError| {
        bad(Both::new(format!("it is not a file of latents: {e}"), "它不是潜变量文件")).with_details(e)
    };
    let (_, metadata) = SafeTensors::read_metadata(&bytes).map_err(no_latents)?;
    let tensors = SafeTensors::deserialize(&bytes).map_err(no_latents)?;
    let tensor = tensors.tensor(TENSOR).map_err(no_latents)?;
    let &[count, channels, height, width] = tensor.shape() else {
        return Err(bad(both!(
            "its latents have the shape {:?}, not 4 dimensions",
            "潜变量的形状为 {:?}，不是四维",
            tensor.shape()
        )));
    };
    if tensor.dtype() != Dtype::F32 {
        return Err(bad(both!("its latents are {:?}, not F32", "潜变量的类型是 {:?}，不是 F32", tensor.dtype())));
    }
    if tensors.tensor(UNSCALED).is_err() && channels != 4 {
        return Err(bad(both!(
            "it does not say how its {channels} channels are scaled",
            "它没有说明 {channels} 个通道如何缩放"
        )));
    }
    let scale = if tensors.tensor(UNSCALED).is_ok() { 1.0 } else { 1.0 / FIRST_SCALE };
    let numbers: Vec<f32> =
        tensor.data().chunks_exact(4).map(|b| scale * f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
    if let Some(x) = numbers.iter().find(|x| !x.is_finite()) {
        return Err(bad(both!("one of its values is {x}", "其中有数值为 {x}")));
    }
    let one = channels * height * width;
    if one == 0 || count == 0 {
        return Err(bad(Both::new("it holds no latents", "其中没有潜变量")));
    }
    let text = metadata.metadata().as_ref().and_then(|all| all.get(METADATA));
    let record = match text.map(|text| a1111::parse(text)) {
        Some(Parsed::Record(record)) => record,
        _ => Box::default(),
    };
    Ok(numbers
        .chunks_exact(one)
        .map(|numbers| Arc::new(Latents { channels, height, width, numbers: numbers.to_vec(), record: record.clone() }))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ImageParams, PictureRecord, Seed};

    fn latents() -> Latents {
        let record = PictureRecord {
            params: ImageParams {
                prompt: "a fox, 狐狸".into(),
                model: "m".into(),
                seed: Seed::Fixed(7),
                ..PictureRecord::default().params
            },
            ..Default::default()
        };
        let numbers = (0..4 * 2 * 3).map(|i| i as f32 / 7.0 - 1.0).collect();
        Latents { channels: 4, height: 2, width: 3, numbers, record: Box::new(record) }
    }

    #[test]
    fn they_come_back_exactly_with_their_settings() {
        let folder = tempfile::tempdir().unwrap();
        let written = latents();
        let first = save(folder.path(), &written, SystemTime::UNIX_EPOCH, &TimeZone::UTC).unwrap();
        let second = save(folder.path(), &written, SystemTime::UNIX_EPOCH, &TimeZone::UTC).unwrap();
        assert!(first.ends_with("1970-01-01/1970-01-01_000000_seed-7_a-fox-狐狸.latent"), "{}", first.display());
        assert_ne!(first, second);
        assert!(is_latents(&first) && !is_latents(Path::new("a.png")));
        assert_eq!(read(&second).unwrap(), [Arc::new(written)]);
    }

    #[test]
    fn comfyuis_first_form_is_scaled_and_a_batch_is_cut() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c.latent");
        let numbers: Vec<u8> = (0..16).flat_map(|i| (i as f32).to_le_bytes()).collect();
        let tensor = TensorView::new(Dtype::F32, vec![2, 4, 2, 1], &numbers).unwrap();
        std::fs::write(&path, safetensors::serialize([(TENSOR, tensor)], None).unwrap()).unwrap();
        let read = read(&path).unwrap();
        assert_eq!(read.len(), 2);
        assert_eq!((read[1].channels, read[1].height, read[1].width), (4, 2, 1));
        assert!((read[1].numbers[0] - 8.0 / FIRST_SCALE).abs() < 1e-4);
    }

    #[test]
    fn what_is_no_latents_is_refused_with_the_reason() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bad.latent");
        let whole = encode(&latents()).unwrap();
        let nan = encode(&Latents { numbers: vec![f32::NAN; 24], ..latents() }).unwrap();
        let flat = {
            let tensor = TensorView::new(Dtype::F32, vec![2], &[0; 8]).unwrap();
            safetensors::serialize([(TENSOR, tensor)], None).unwrap()
        };
        let half = {
            let tensor = TensorView::new(Dtype::F16, vec![1, 1, 1, 1], &[0; 2]).unwrap();
            safetensors::serialize([(TENSOR, tensor)], None).unwrap()
        };
        let cut = whole[..whole.len() - 1].to_vec();
        for bytes in [Vec::new(), b"hello".to_vec(), vec![255; 64], cut, nan, flat, half] {
            std::fs::write(&path, bytes).unwrap();
            let error = read(&path).unwrap_err();
            assert!(matches!(error.cause(), Cause::BadPicture { .. }), "{error}");
        }
        assert!(matches!(read(&folder.path().join("none.latent")).unwrap_err().cause(), Cause::FileMissing { .. }));
    }
}

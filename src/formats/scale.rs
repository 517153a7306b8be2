//! Weights that are kept smaller than they are: values of 8 bits beside the scales that they are multiplied by.
//!
//! | who | the scale of `x.weight` |
//! |---|---|
//! | ComfyUI, with a marker `scaled_fp8` | `x.scale_weight`, one value |
//! | ComfyUI's newer files, compressed-tensors, fbgemm | `x.weight_scale`, one value or one for each row |
//! | DeepSeek's and Qwen's own files | `x.weight_scale_inv`, one value for each block (multiplied too, whatever its name) |
//!
//! Beside them may be scales of the layer's input (`scale_input`, `input_scale`): they are for products in 8 bits, and
//! none are computed here.

use super::entry::Scale;
use super::file::bad;
use super::header::Header;
use crate::error::Result;
use crate::lang::both;

/// Names that the scale of a tensor may have.
fn names(tensor: &str) -> [Option<String>; 3] {
    let before = tensor.strip_suffix("weight").map(|stem| format!("{stem}scale_weight"));
    [before, Some(format!("{tensor}_scale")), Some(format!("{tensor}_scale_inv"))]
}

/// Gives each tensor the scale that is beside it. The scales are no tensors of their own from then on.
///
/// # Errors
/// A scale of a shape that says nothing about its tensor.
pub(super) fn pair(header: &mut Header) -> Result<()> {
    let scale_of = |name: &str| names(name).into_iter().flatten().find(|scale| header.has(scale));
    let weights = header.tensors.iter().filter(|(_, entry)| entry.dtype.runs(true));
    let pairs: Vec<_> = weights.filter_map(|(name, _)| Some((name.clone(), scale_of(name)?))).collect();
    for (name, scale_name) in pairs {
        let Some(entry) = header.tensors.remove(&scale_name) else { continue };
        let Some(tensor) = header.tensors.get_mut(&name) else { continue };
        let Some(scale) = Scale::of(&scale_name, &entry, &tensor.shape).filter(|_| entry.dtype.is_float()) else {
            let (found, shape) = (&entry.shape, tensor.shape.clone());
            let kind = entry.dtype.name();
            let reason = both!(
                "{scale_name} is {found:?} in {kind}, which cannot scale {name} ({shape:?})",
                "{scale_name} 为 {kind} 的 {found:?}，不是 {name}（{shape:?}）的缩放系数"
            );
            return Err(bad(header.path(), reason));
        };
        tensor.scale = Some(Box::new(scale));
    }
    Ok(())
}

//! The types of tensors' values, in all containers.

use super::gguf::types;

/// The type of a tensor's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dtype {
    F64,
    F32,
    F16,
    BF16,
    /// 8 bits: sign, 4 of exponent, 3 of mantissa; without infinity.
    F8E4M3,
    /// 8 bits: sign, 5 of exponent, 2 of mantissa; the upper half of F16.
    F8E5M2,
    I64,
    I32,
    I16,
    I8,
    U64,
    U32,
    U16,
    U8,
    Bool,
    /// A `ggml_type` number of a GGUF file.
    Ggml(u32),
}

impl Dtype {
    /// Bytes of one value; `None` where values are packed in blocks.
    pub fn size(self) -> Option<u64> {
        Some(match self {
            Self::F64 | Self::I64 | Self::U64 => 8,
            Self::F32 | Self::I32 | Self::U32 => 4,
            Self::F16 | Self::BF16 | Self::I16 | Self::U16 => 2,
            Self::F8E4M3 | Self::F8E5M2 | Self::I8 | Self::U8 | Self::Bool => 1,
            Self::Ggml(_) => return None,
        })
    }

    /// The name as safetensors and model pages write it.
    pub fn name(self) -> String {
        match self {
            Self::F8E4M3 => "F8_E4M3".to_owned(),
            Self::F8E5M2 => "F8_E5M2".to_owned(),
            Self::Bool => "BOOL".to_owned(),
            Self::Ggml(id) => types::name(id),
            plain => format!("{plain:?}"),
        }
    }

    /// Whether weights can have it (the others are for counts and indices).
    pub fn is_float(self) -> bool {
        matches!(self, Self::F64 | Self::F32 | Self::F16 | Self::BF16 | Self::F8E4M3 | Self::F8E5M2 | Self::Ggml(_))
    }

    /// Whether it can run. 8-bit integers can where a scale makes them weights.
    pub fn runs(self, scaled: bool) -> bool {
        match self {
            Self::Ggml(id) => types::runnable(id).is_some(),
            Self::I8 => scaled,
            plain => plain.is_float(),
        }
    }
}

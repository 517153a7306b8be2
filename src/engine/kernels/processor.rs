//! The instruction sets that the kernels are compiled for. The best one that the processor has is chosen at run time.

use std::sync::LazyLock;

/// `plain`, `avx2` or `avx512`: takes these kernels where the processor has more, to compare them.
const LESS: &str = "AIGC_STUDIO_PROCESSOR";

/// A set of instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(dead_code, reason = "each kind of machine makes its own")]
pub enum Processor {
    /// None in particular: arrays that compilers turn into what every processor of the kind has.
    Plain,
    /// Of every 64-bit ARM.
    Neon,
    /// With FMA and F16C.
    Avx2,
    /// F and BW.
    Avx512,
    /// The same with VNNI: dot products of bytes.
    Avx512Vnni,
}

impl Processor {
    /// The best that is there, or a lesser one that [`LESS`] names.
    pub fn best() -> Self {
        static BEST: LazyLock<Processor> = LazyLock::new(|| {
            let there = Processor::there();
            let less = match std::env::var(LESS).as_deref() {
                Ok("plain") => Processor::Plain,
                Ok("avx2") => Processor::Avx2,
                Ok("avx512") => Processor::Avx512,
                _ => there,
            };
            if there.has().contains(&less) { less } else { there }
        });
        *BEST
    }

    /// As a person reads it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Neon => "NEON",
            Self::Avx2 => "AVX2",
            Self::Avx512 => "AVX-512",
            Self::Avx512Vnni => "AVX-512 VNNI",
        }
    }

    fn there() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            use std::arch::is_x86_feature_detected as has;
            let avx2 = has!("avx2") && has!("fma") && has!("f16c");
            return match avx2 && has!("avx512f") && has!("avx512bw") {
                true if has!("avx512vnni") => Self::Avx512Vnni,
                true => Self::Avx512,
                false if avx2 => Self::Avx2,
                false => Self::Plain,
            };
        }
        #[cfg(target_arch = "aarch64")]
        return Self::Neon;
        #[allow(unreachable_code, reason = "of other machines")]
        Self::Plain
    }

    /// All that a processor of this kind can run.
    fn has(self) -> &'static [Self] {
        match self {
            Self::Plain => &[Self::Plain],
            Self::Neon => &[Self::Plain, Self::Neon],
            Self::Avx2 => &[Self::Plain, Self::Avx2],
            Self::Avx512 => &[Self::Plain, Self::Avx2, Self::Avx512],
            Self::Avx512Vnni => &[Self::Plain, Self::Avx2, Self::Avx512, Self::Avx512Vnni],
        }
    }

    /// All that can be run here; says once which of the others are thus not tested.
    #[cfg(test)]
    pub fn all() -> Vec<Self> {
        static TOLD: std::sync::Once = std::sync::Once::new();
        let here = Self::there().has();
        TOLD.call_once(|| {
            let every = [Self::Plain, Self::Neon, Self::Avx2, Self::Avx512, Self::Avx512Vnni];
            for lacking in every.iter().filter(|one| !here.contains(one)) {
                super::skipped(&format!("kernels for {lacking:?}"));
            }
        });
        here.to_vec()
    }
}

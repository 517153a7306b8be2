//! What the kernels are compiled for. Which of it runs is chosen by what the processor has, as the program runs.

use std::sync::LazyLock;

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
    /// The best that is there.
    pub fn best() -> Self {
        static BEST: LazyLock<Processor> = LazyLock::new(|| {
            #[cfg(target_arch = "x86_64")]
            {
                use std::arch::is_x86_feature_detected as has;
                let avx2 = has!("avx2") && has!("fma") && has!("f16c");
                return match avx2 && has!("avx512f") && has!("avx512bw") {
                    true if has!("avx512vnni") => Processor::Avx512Vnni,
                    true => Processor::Avx512,
                    false if avx2 => Processor::Avx2,
                    false => Processor::Plain,
                };
            }
            #[cfg(target_arch = "aarch64")]
            return Processor::Neon;
            #[allow(unreachable_code)]
            Processor::Plain
        });
        *BEST
    }

    /// All that this processor can run, for tests.
    #[cfg(test)]
    pub fn all() -> Vec<Self> {
        match Self::best() {
            Self::Plain => vec![Self::Plain],
            Self::Neon => vec![Self::Plain, Self::Neon],
            Self::Avx2 => vec![Self::Plain, Self::Avx2],
            Self::Avx512 => vec![Self::Plain, Self::Avx2, Self::Avx512],
            Self::Avx512Vnni => vec![Self::Plain, Self::Avx2, Self::Avx512, Self::Avx512Vnni],
        }
    }
}

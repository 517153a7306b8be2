//! Samplers, schedules and noise sources, by A1111's names.

use serde::{Deserialize, Serialize};

/// The algorithm that turns noise into an image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Sampler {
    /// The one that the model's own files name.
    Automatic,
    #[default]
    Euler,
    #[serde(rename = "Euler a")]
    EulerAncestral,
    Heun,
    /// The midpoint rule: second order, two network calls a step.
    #[serde(rename = "DPM2")]
    Midpoint,
    #[serde(rename = "DPM++ 2M")]
    DpmPp2M,
    #[serde(rename = "DPM++ 2M SDE")]
    DpmPp2MSde,
    #[serde(rename = "DPM++ SDE")]
    DpmPpSde,
    #[serde(rename = "DDIM")]
    Ddim,
    #[serde(rename = "PLMS")]
    Plms,
    #[serde(rename = "UniPC")]
    UniPc,
    #[serde(rename = "LCM")]
    Lcm,
}

impl Sampler {
    /// Samplers of flow models: sticker-64, Stable Diffusion 3, FLUX, Z-Image.
    pub const FLOW: [Self; 3] = [Self::Euler, Self::Heun, Self::Midpoint];

    /// Samplers of diffusion models: Stable Diffusion 1.x, 2.x, XL.
    pub const DIFFUSION: [Self; 11] = [
        Self::Euler,
        Self::EulerAncestral,
        Self::Heun,
        Self::Midpoint,
        Self::DpmPp2M,
        Self::DpmPp2MSde,
        Self::DpmPpSde,
        Self::Ddim,
        Self::Plms,
        Self::UniPc,
        Self::Lcm,
    ];

    /// The name that is shown, and written into the picture's settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Automatic => "Automatic",
            Self::Euler => "Euler",
            Self::EulerAncestral => "Euler a",
            Self::Heun => "Heun",
            Self::Midpoint => "DPM2",
            Self::DpmPp2M => "DPM++ 2M",
            Self::DpmPp2MSde => "DPM++ 2M SDE",
            Self::DpmPpSde => "DPM++ SDE",
            Self::Ddim => "DDIM",
            Self::Plms => "PLMS",
            Self::UniPc => "UniPC",
            Self::Lcm => "LCM",
        }
    }

    /// Network evaluations a step.
    pub fn evaluations(self) -> usize {
        match self {
            Self::Heun | Self::Midpoint | Self::DpmPpSde => 2,
            _ => 1,
        }
    }
}

/// The noise schedule: how the noise levels are spread over the steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Schedule {
    /// As the model's own files and the sampler have it.
    #[default]
    Automatic,
    /// Evenly over the training's times.
    Normal,
    /// Karras et al. 2022 (arXiv 2206.00364), rho 7.
    Karras,
    /// Evenly in the logarithm of the noise.
    Exponential,
    /// Evenly over the times, from the very last and without the first.
    #[serde(rename = "SGM Uniform")]
    SgmUniform,
    /// Every n-th of the training's levels.
    Simple,
    /// Beta distribution, alpha = beta = 0.6 (Lee et al. 2024, arXiv 2407.12173).
    Beta,
}

impl Schedule {
    pub const ALL: [Self; 7] =
        [Self::Automatic, Self::Normal, Self::Karras, Self::Exponential, Self::SgmUniform, Self::Simple, Self::Beta];

    pub fn name(self) -> &'static str {
        match self {
            Self::Automatic => "Automatic",
            Self::Normal => "Normal",
            Self::Karras => "Karras",
            Self::Exponential => "Exponential",
            Self::SgmUniform => "SGM Uniform",
            Self::Simple => "Simple",
            Self::Beta => "Beta",
        }
    }
}

/// The random generator of the noise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NoiseSource {
    /// This program's own generator.
    #[default]
    Native,
    /// PyTorch's on the CPU: the pictures of diffusers, and of A1111 with "CPU" as its source, can be made again.
    Torch,
}

impl NoiseSource {
    pub const ALL: [Self; 2] = [Self::Native, Self::Torch];

    pub fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Torch => "torch",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.name().eq_ignore_ascii_case(name.trim()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip_in_any_spelling() {
        for sampler in Sampler::DIFFUSION.into_iter().chain([Sampler::Automatic]) {
            assert_eq!(Sampler::parse(sampler.name()), Some(sampler));
            assert_eq!(Sampler::parse(&sampler.name().to_uppercase().replace(' ', "_")), Some(sampler));
        }
        assert_eq!(Sampler::parse("dpmpp_2m_sde"), Some(Sampler::DpmPp2MSde));
        assert_eq!(Sampler::parse("euler_ancestral"), Some(Sampler::EulerAncestral));
        assert_eq!(Sampler::parse("PNDMScheduler"), Some(Sampler::Plms));
        assert_eq!(Sampler::parse("karras"), None);
        for schedule in Schedule::ALL {
            assert_eq!(Schedule::parse(&schedule.name().to_lowercase().replace(' ', "_")), Some(schedule));
        }
    }
}

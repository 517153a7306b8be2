//! Samplers and schedules by the names that other programs give them.

use super::{Sampler, Schedule};

impl Sampler {
    /// Reads a name as A1111, ComfyUI, k-diffusion, InvokeAI, stable-diffusion.cpp or diffusers spell it, without a
    /// schedule; `None` where it is not ours.
    pub fn parse(name: &str) -> Option<Self> {
        let plain = squeeze(name);
        by_plain_name(&plain).or_else(|| {
            // k-diffusion's functions, its habit of a `k_`, and ComfyUI's noise from the GPU.
            let bare = plain.strip_prefix("sample").unwrap_or(&plain);
            let bare = bare.strip_suffix("gpu").unwrap_or(bare);
            by_plain_name(bare).or_else(|| by_plain_name(bare.strip_prefix('k')?))
        })
    }

    /// The sampler of ours that another is a variant of.
    pub fn kin(name: &str) -> Option<Self> {
        match squeeze(name).as_str() {
            "dpmpp2mv2" => Some(Self::DpmPp2M),
            "unipcbh2" => Some(Self::UniPc),
            _ => None,
        }
    }
}

fn by_plain_name(plain: &str) -> Option<Sampler> {
    let other = match plain {
        "default" => Some(Sampler::Automatic),
        "midpoint" | "kdpm2discretescheduler" => Some(Sampler::Midpoint),
        "eulerancestral" | "eulerancestraldiscretescheduler" => Some(Sampler::EulerAncestral),
        "eulerdiscretescheduler" | "flowmatcheulerdiscretescheduler" => Some(Sampler::Euler),
        "heundiscretescheduler" | "flowmatchheundiscretescheduler" => Some(Sampler::Heun),
        "dpmpp2" | "dpmsolvermultistepscheduler" => Some(Sampler::DpmPp2M),
        "dpmsolversdescheduler" => Some(Sampler::DpmPpSde),
        "ddimscheduler" => Some(Sampler::Ddim),
        "pndm" | "pndmscheduler" => Some(Sampler::Plms),
        "unipcmultistepscheduler" => Some(Sampler::UniPc),
        "lcmscheduler" => Some(Sampler::Lcm),
        _ => None,
    };
    let mut all = Sampler::DIFFUSION.into_iter().chain([Sampler::Automatic]);
    other.or_else(|| all.find(|s| squeeze(s.name()) == plain))
}

impl Schedule {
    /// Reads a name as A1111, ComfyUI, NovelAI or stable-diffusion.cpp spell it.
    pub fn parse(name: &str) -> Option<Self> {
        let plain = squeeze(name);
        match plain.as_str() {
            "auto" | "default" | "native" => Some(Self::Automatic),
            "uniform" | "discrete" => Some(Self::Normal),
            _ => Self::ALL.into_iter().find(|s| squeeze(s.name()) == plain),
        }
    }

    /// What A1111 (1.9 and later) means by "Automatic" with a sampler.
    pub fn automatic_of_a1111(sampler: Sampler) -> Self {
        match sampler {
            Sampler::DpmPp2M | Sampler::DpmPpSde | Sampler::Midpoint => Self::Karras,
            Sampler::DpmPp2MSde => Self::Exponential,
            // They walk over the training's own times, in A1111 as here.
            Sampler::Automatic | Sampler::Ddim | Sampler::Plms | Sampler::Lcm => Self::Automatic,
            Sampler::Euler | Sampler::EulerAncestral | Sampler::Heun | Sampler::UniPc => Self::Normal,
        }
    }
}

/// Endings of a sampler's name that are a schedule, ours or not; the longer of two that fit comes first.
const ENDINGS: [&str; 23] = [
    "align your steps gits",
    "align your steps 11",
    "align your steps",
    "linear quadratic",
    "polyexponential",
    "exponential",
    "bong tangent",
    "ddim uniform",
    "sgm uniform",
    "kl optimal",
    "smoothstep",
    "automatic",
    "trailing",
    "discrete",
    "uniform",
    "normal",
    "simple",
    "karras",
    "turbo",
    "beta57",
    "beta",
    "gits",
    "ays",
];

/// A sampler's name as other programs write it, taken apart: `DPM++ 2M Karras`, `dpmpp_2m_karras` and InvokeAI's
/// `dpmpp_2m_k` are a sampler and a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SamplerName<'a> {
    /// Without the schedule.
    pub name: &'a str,
    pub schedule: Option<&'a str>,
}

impl<'a> SamplerName<'a> {
    /// Splits a sampler's name into sampler and schedule.
    pub fn read(whole: &'a str) -> Self {
        let whole = whole.trim();
        let alone = Self { name: whole, schedule: None };
        if Sampler::parse(whole).is_some() {
            return alone;
        }
        let is_gap = |c: char| matches!(c, ' ' | '_' | '-');
        for ending in ENDINGS {
            let Some(at) = whole.len().checked_sub(ending.len()).filter(|at| whole.is_char_boundary(*at)) else {
                continue;
            };
            let (name, schedule) = whole.split_at(at);
            if name.ends_with(is_gap) && schedule.replace(is_gap, " ").eq_ignore_ascii_case(ending) {
                return Self { name: name.trim_end_matches(is_gap), schedule: Some(schedule) };
            }
        }
        // InvokeAI's and k-diffusion's short forms.
        for (short, schedule) in [("_k", "karras"), ("_ka", "karras"), ("_exp", "exponential")] {
            if let Some(name) = whole.strip_suffix(short).filter(|name| !name.is_empty()) {
                return Self { name, schedule: Some(schedule) };
            }
        }
        alone
    }
}

/// A name without what spellings differ in: `DPM++ 2M`, `dpmpp_2m` and `dpm++2m` are one.
pub(super) fn squeeze(name: &str) -> String {
    let plain = name.to_lowercase().replace("++", "pp");
    plain.chars().filter(|c| !matches!(c, ' ' | '_' | '-')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_other_programs_are_ours() {
        use Sampler::{Ddim, DpmPp2M, DpmPp2MSde, DpmPpSde, Euler, EulerAncestral, Heun, Lcm, Midpoint, Plms, UniPc};
        for (name, sampler) in [
            ("k_euler", Euler),
            ("k_euler_a", EulerAncestral),
            ("k_euler_ancestral", EulerAncestral),
            ("euler_ancestral", EulerAncestral),
            ("sample_euler_ancestral", EulerAncestral),
            ("euler_a", EulerAncestral),
            ("Euler A", EulerAncestral),
            ("k_heun", Heun),
            ("dpm_2", Midpoint),
            ("k_dpm_2", Midpoint),
            ("kdpm_2", Midpoint),
            ("dpm2", Midpoint),
            ("k_dpmpp_2m", DpmPp2M),
            ("sample_dpmpp_2m", DpmPp2M),
            ("k_dpmpp_2", DpmPp2M),
            ("dpm++2m", DpmPp2M),
            ("dpmpp_2m_sde_gpu", DpmPp2MSde),
            ("dpmpp_sde_gpu", DpmPpSde),
            ("k_dpmpp_sde", DpmPpSde),
            ("ddim", Ddim),
            ("plms", Plms),
            ("pndm", Plms),
            ("uni_pc", UniPc),
            ("unipc", UniPc),
            ("lcm", Lcm),
        ] {
            assert_eq!(Sampler::parse(name), Some(sampler), "{name}");
        }
        for name in [
            "DPM++ 2S a",
            "DPM++ 3M SDE",
            "DPM++ 2M SDE Heun",
            "DDIM CFG++",
            "euler_cfg_pp",
            "DPM2 a",
            "dpm_2_ancestral",
            "heunpp2",
            "LMS",
            "Restart",
            "uni_pc_bh2",
            "ddpm",
            "k",
            "",
            "gpu",
        ] {
            assert_eq!(Sampler::parse(name), None, "{name}");
        }
    }

    #[test]
    fn a_schedule_behind_the_name_is_taken_off() {
        for (whole, name, schedule) in [
            ("DPM++ 2M Karras", "DPM++ 2M", Some("Karras")),
            ("dpm++2m karras", "dpm++2m", Some("karras")),
            ("dpmpp_2m_karras", "dpmpp_2m", Some("karras")),
            ("DPM++ 2M SDE SGM Uniform", "DPM++ 2M SDE", Some("SGM Uniform")),
            ("euler_a sgm_uniform", "euler_a", Some("sgm_uniform")),
            ("dpm++2mv2 karras", "dpm++2mv2", Some("karras")),
            ("dpmpp_2m_sde_k", "dpmpp_2m_sde", Some("karras")),
            ("k_dpmpp_2m_ka", "k_dpmpp_2m", Some("karras")),
            ("DPM++ 2M AYS", "DPM++ 2M", Some("AYS")),
            ("euler kl_optimal", "euler", Some("kl_optimal")),
            ("LMS Karras", "LMS", Some("Karras")),
            ("DPM++ 2M SDE Heun", "DPM++ 2M SDE Heun", None),
            ("Euler a", "Euler a", None),
            ("猫 karras", "猫", Some("karras")),
            ("karras", "karras", None),
            ("_k", "_k", None),
            ("", "", None),
        ] {
            assert_eq!(SamplerName::read(whole), SamplerName { name, schedule }, "{whole}");
        }
    }

    #[test]
    fn automatic_is_what_a1111_takes_for_each_sampler() {
        for (sampler, schedule) in [
            (Sampler::DpmPp2M, Schedule::Karras),
            (Sampler::DpmPpSde, Schedule::Karras),
            (Sampler::Midpoint, Schedule::Karras),
            (Sampler::DpmPp2MSde, Schedule::Exponential),
            (Sampler::Euler, Schedule::Normal),
            (Sampler::EulerAncestral, Schedule::Normal),
            (Sampler::Ddim, Schedule::Automatic),
        ] {
            assert_eq!(Schedule::automatic_of_a1111(sampler), schedule, "{sampler:?}");
        }
    }

    #[test]
    fn schedules_of_other_programs_are_ours() {
        assert_eq!(Schedule::parse("discrete"), Some(Schedule::Normal));
        assert_eq!(Schedule::parse("sgm_uniform"), Some(Schedule::SgmUniform));
        assert_eq!(Schedule::parse("Uniform"), Some(Schedule::Normal));
        for unknown in ["KL Optimal", "DDIM Uniform", "ays", "", "linear_quadratic"] {
            assert_eq!(Schedule::parse(unknown), None, "{unknown}");
        }
    }
}

//! A scheduler as a diffusers folder configures it (`scheduler/scheduler_config.json`), key by key.

use std::path::Path;

use super::super::nets::options::Options;
use crate::domain::Sampler;
use crate::error::Result;
use crate::lang::Both;

/// What the network's output means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prediction {
    /// The noise.
    Epsilon,
    /// `alpha noise - sigma picture` (Salimans and Ho 2022).
    Velocity,
    /// The clean picture.
    Sample,
    /// `noise - picture` along a straight flow.
    Flow,
}

/// Timestep spacing: where the steps' times are among the training's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spacing {
    /// From the last time to the first, both included.
    Linspace,
    /// Multiples of a whole step, from `steps_offset`.
    Leading,
    /// From the last time down, the first left out.
    Trailing,
}

/// How noise grows over the training's times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Betas {
    Linear,
    ScaledLinear,
    Cosine,
}

/// How a flow's times are shifted towards noise for larger pictures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FlowShift {
    pub shift: f64,
    /// FLUX dev: the shift grows with the picture's tokens.
    pub dynamic: Option<DynamicShift>,
    pub terminal: Option<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DynamicShift {
    pub base_tokens: f64,
    pub max_tokens: f64,
    pub base: f64,
    pub max: f64,
    /// `exponential`, else `linear`.
    pub exponential: bool,
}

/// The settings of a scheduler, with each class's own defaults (diffusers 0.42).
#[derive(Clone, Debug, PartialEq)]
pub struct SchedulerConfig {
    /// What the class stands for; `Automatic` jobs use it.
    pub sampler: Sampler,
    pub train_steps: usize,
    pub beta_start: f64,
    pub beta_end: f64,
    pub betas: Betas,
    pub zero_snr: bool,
    pub prediction: Prediction,
    pub spacing: Spacing,
    pub steps_offset: usize,
    /// Of the schedules, the one that the file itself switches on.
    pub schedule: crate::domain::Schedule,
    /// DDIM and PLMS: the very end is without noise, rather than at the first training time.
    pub alpha_to_one: bool,
    /// DDIM: the clean picture is kept within this.
    pub clip: Option<f64>,
    /// DPM++ and UniPC: 1 to 3.
    pub order: usize,
    pub lower_order_final: bool,
    pub euler_at_final: bool,
    /// DPM++ and UniPC: the last level is the training's first, rather than no noise.
    pub ends_at_sigma_min: bool,
    /// UniPC: `bh1`, else `bh2`.
    pub bh1: bool,
    /// LCM.
    pub original_steps: usize,
    pub timestep_scaling: f64,
    /// Straight flows; the betas mean nothing then.
    pub flow: Option<FlowShift>,
}

/// Schedulers that we know, for the error.
const KNOWN: &str = "EulerDiscrete, EulerAncestralDiscrete, HeunDiscrete, KDPM2Discrete, DPMSolverMultistep, DPMSolverSDE, \
                     DDIM, PNDM, UniPCMultistep, LCM, FlowMatchEulerDiscrete, FlowMatchHeunDiscrete";

impl SchedulerConfig {
    /// Parses `scheduler_config.json`; `path` is for the error, `chosen` as for [`Self::read`].
    ///
    /// # Errors
    /// Invalid JSON, or values that are not supported.
    pub fn parse(text: &str, path: &Path, chosen: Sampler) -> Result<Self> {
        Self::read(&Options::parse(text, path)?, chosen)
    }

    /// `chosen` takes the place of the file's own class, with that class's defaults for what the file does not say, as
    /// diffusers' `from_config` does; `Automatic` keeps it.
    pub fn read(o: &Options, chosen: Sampler) -> Result<Self> {
        let class = o.text("_class_name", "PNDMScheduler")?;
        let flow = class.starts_with("FlowMatch");
        let own = match class {
            "FlowMatchEulerDiscreteScheduler" => Sampler::Euler,
            "FlowMatchHeunDiscreteScheduler" => Sampler::Heun,
            "DPMSolverMultistepScheduler" if o.text("algorithm_type", "dpmsolver++")? == "sde-dpmsolver++" => {
                Sampler::DpmPp2MSde
            }
            class => Sampler::parse(class).ok_or_else(|| o.unsupported("_class_name", KNOWN))?,
        };
        let sampler = if chosen == Sampler::Automatic { own } else { chosen };
        for (name, off) in [("thresholding", false), ("use_lu_lambdas", false), ("use_flow_sigmas", false)] {
            o.only(name, &[off.into()])?;
        }
        o.only("solver_type", &["midpoint".into(), "bh1".into(), "bh2".into(), "logrho".into()])?;
        o.only("algorithm_type", &["dpmsolver++".into(), "sde-dpmsolver++".into()])?;
        o.only("variance_type", &[])?;
        o.only("interpolation_type", &["linear".into()])?;
        o.only("timestep_type", &["discrete".into()])?;
        o.only("trained_betas", &[])?;
        o.only("stochastic_sampling", &[false.into()])?;
        o.only("invert_sigmas", &[false.into()])?;
        if own == Sampler::Plms {
            o.only("skip_prk_steps", &[true.into()])?;
        }
        let train_steps = o.usize("num_train_timesteps", 1000)?;
        if !(2..=100_000).contains(&train_steps) {
            return Err(o.bad("num_train_timesteps", "which is not within 2 to 100000"));
        }
        let (start, end, betas, spacing) = class_defaults(sampler);
        let betas = match o.text("beta_schedule", betas)? {
            "linear" => Betas::Linear,
            "scaled_linear" => Betas::ScaledLinear,
            "squaredcos_cap_v2" => Betas::Cosine,
            _ => return Err(o.unsupported("beta_schedule", "linear, scaled_linear, squaredcos_cap_v2")),
        };
        let (beta_start, beta_end) = (o.f64("beta_start", start)?, o.f64("beta_end", end)?);
        if !(beta_start > 0.0 && beta_start <= beta_end && beta_end < 1.0) {
            return Err(o.bad("beta_start", "which with beta_end is no range within 0 to 1"));
        }
        let prediction = match o.text("prediction_type", if flow { "flow_prediction" } else { "epsilon" })? {
            _ if flow => Prediction::Flow,
            "epsilon" => Prediction::Epsilon,
            "v_prediction" => Prediction::Velocity,
            "sample" => Prediction::Sample,
            _ => return Err(o.unsupported("prediction_type", "epsilon, v_prediction, sample")),
        };
        let spacing = match o.text("timestep_spacing", spacing)? {
            "linspace" => Spacing::Linspace,
            "leading" => Spacing::Leading,
            "trailing" => Spacing::Trailing,
            _ => return Err(o.unsupported("timestep_spacing", "linspace, leading, trailing")),
        };
        let steps_offset = o.usize("steps_offset", 0)?;
        if steps_offset >= train_steps {
            return Err(o.bad("steps_offset", &format!("which is not below the {train_steps} training times")));
        }
        let clip = match o.bool("clip_sample", matches!(sampler, Sampler::Ddim))? {
            true => Some(o.f64("clip_sample_range", 1.0)?),
            false => None,
        };
        let ends_at_sigma_min = match o.text("final_sigmas_type", "zero")? {
            "zero" => false,
            "sigma_min" => true,
            _ => return Err(o.unsupported("final_sigmas_type", "zero, sigma_min")),
        };
        let order = o.usize("solver_order", 2)?;
        if !(1..=3).contains(&order) || (order == 3 && sampler != Sampler::UniPc) {
            return Err(
                o.unsupported_but("solver_order", Both::new("1 and 2; for UniPC also 3", "1、2；UniPC 还可为 3"))
            );
        }
        Ok(Self {
            sampler,
            train_steps,
            beta_start,
            beta_end,
            betas,
            zero_snr: o.bool("rescale_betas_zero_snr", false)?,
            prediction,
            spacing,
            steps_offset,
            schedule: own_schedule(o)?,
            alpha_to_one: o.bool("set_alpha_to_one", !matches!(sampler, Sampler::Plms))?,
            clip,
            order,
            lower_order_final: o.bool("lower_order_final", true)?,
            euler_at_final: o.bool("euler_at_final", false)?,
            ends_at_sigma_min,
            bh1: o.text("solver_type", "bh2")? == "bh1",
            original_steps: o.usize("original_inference_steps", 50)?.clamp(1, train_steps),
            timestep_scaling: o.f64("timestep_scaling", 10.0)?,
            flow: flow.then(|| flow_shift(o)).transpose()?,
        })
    }
}

/// `beta_start`, `beta_end`, `beta_schedule` and `timestep_spacing` of a class that says nothing.
fn class_defaults(sampler: Sampler) -> (f64, f64, &'static str, &'static str) {
    match sampler {
        Sampler::Ddim | Sampler::Plms => (0.0001, 0.02, "linear", "leading"),
        Sampler::Lcm => (0.00085, 0.012, "scaled_linear", "leading"),
        Sampler::Heun | Sampler::Midpoint | Sampler::DpmPpSde => (0.00085, 0.012, "linear", "linspace"),
        _ => (0.0001, 0.02, "linear", "linspace"),
    }
}

fn own_schedule(o: &Options) -> Result<crate::domain::Schedule> {
    use crate::domain::Schedule;
    for (key, schedule) in [
        ("use_karras_sigmas", Schedule::Karras),
        ("use_exponential_sigmas", Schedule::Exponential),
        ("use_beta_sigmas", Schedule::Beta),
    ] {
        if o.bool(key, false)? {
            return Ok(schedule);
        }
    }
    Ok(Schedule::Automatic)
}

fn flow_shift(o: &Options) -> Result<FlowShift> {
    let shift = o.f64("shift", 1.0)?;
    if !(0.01..=1000.0).contains(&shift) {
        return Err(o.bad("shift", "which is not within 0.01 to 1000"));
    }
    let dynamic = match o.bool("use_dynamic_shifting", false)? {
        false => None,
        true => Some(DynamicShift {
            base_tokens: o.f64("base_image_seq_len", 256.0)?,
            max_tokens: o.f64("max_image_seq_len", 4096.0)?,
            base: o.f64("base_shift", 0.5)?,
            max: o.f64("max_shift", 1.15)?,
            exponential: match o.text("time_shift_type", "exponential")? {
                "exponential" => true,
                "linear" => false,
                _ => return Err(o.unsupported("time_shift_type", "exponential, linear")),
            },
        }),
    };
    Ok(FlowShift { shift, dynamic, terminal: o.optional_f64("shift_terminal")?.filter(|t| *t > 0.0) })
}

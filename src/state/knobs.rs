//! The sliders of text that are off until they are asked for: one list for the window and for what changes them.

use crate::domain::{
    DRY_ALLOWED_LENGTH, DRY_BASE, DRY_MULTIPLIER, DRY_PENALTY_LAST_N, DYNATEMP_RANGE, FREQUENCY_PENALTY, Limit,
    MIROSTAT, MIROSTAT_ETA, MIROSTAT_TAU, PRESENCE_PENALTY, TOP_N_SIGMA, TYPICAL_P, TextParams, XTC_PROBABILITY,
    XTC_THRESHOLD, round_f32,
};

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextKnob {
    PresencePenalty,
    FrequencyPenalty,
    DryMultiplier,
    DryBase,
    DryAllowedLength,
    DryPenaltyLastN,
    TopNSigma,
    TypicalP,
    XtcProbability,
    XtcThreshold,
    DynatempRange,
    Mirostat,
    MirostatTau,
    MirostatEta,
}

impl TextKnob {
    /// In the order of the chain.
    pub const ALL: [Self; 14] = [
        Self::PresencePenalty,
        Self::FrequencyPenalty,
        Self::DryMultiplier,
        Self::DryBase,
        Self::DryAllowedLength,
        Self::DryPenaltyLastN,
        Self::TopNSigma,
        Self::TypicalP,
        Self::XtcProbability,
        Self::XtcThreshold,
        Self::DynatempRange,
        Self::Mirostat,
        Self::MirostatTau,
        Self::MirostatEta,
    ];

    pub fn limit(self) -> &'static Limit {
        match self {
            Self::PresencePenalty => &PRESENCE_PENALTY,
            Self::FrequencyPenalty => &FREQUENCY_PENALTY,
            Self::DryMultiplier => &DRY_MULTIPLIER,
            Self::DryBase => &DRY_BASE,
            Self::DryAllowedLength => &DRY_ALLOWED_LENGTH,
            Self::DryPenaltyLastN => &DRY_PENALTY_LAST_N,
            Self::TopNSigma => &TOP_N_SIGMA,
            Self::TypicalP => &TYPICAL_P,
            Self::XtcProbability => &XTC_PROBABILITY,
            Self::XtcThreshold => &XTC_THRESHOLD,
            Self::DynatempRange => &DYNATEMP_RANGE,
            Self::Mirostat => &MIROSTAT,
            Self::MirostatTau => &MIROSTAT_TAU,
            Self::MirostatEta => &MIROSTAT_ETA,
        }
    }

    pub fn get(self, p: &TextParams) -> f64 {
        match self {
            Self::PresencePenalty => round_f32(p.presence_penalty),
            Self::FrequencyPenalty => round_f32(p.frequency_penalty),
            Self::DryMultiplier => round_f32(p.dry_multiplier),
            Self::DryBase => round_f32(p.dry_base),
            Self::DryAllowedLength => p.dry_allowed_length.into(),
            Self::DryPenaltyLastN => p.dry_penalty_last_n.into(),
            Self::TopNSigma => round_f32(p.top_n_sigma),
            Self::TypicalP => round_f32(p.typical_p),
            Self::XtcProbability => round_f32(p.xtc_probability),
            Self::XtcThreshold => round_f32(p.xtc_threshold),
            Self::DynatempRange => round_f32(p.dynatemp_range),
            Self::Mirostat => p.mirostat.into(),
            Self::MirostatTau => round_f32(p.mirostat_tau),
            Self::MirostatEta => round_f32(p.mirostat_eta),
        }
    }

    pub fn set(self, p: &mut TextParams, value: f64) {
        let value = self.limit().clamp(value);
        let small = value as f32;
        match self {
            Self::PresencePenalty => p.presence_penalty = small,
            Self::FrequencyPenalty => p.frequency_penalty = small,
            Self::DryMultiplier => p.dry_multiplier = small,
            Self::DryBase => p.dry_base = small,
            Self::DryAllowedLength => p.dry_allowed_length = value as u32,
            Self::DryPenaltyLastN => p.dry_penalty_last_n = value as u32,
            Self::TopNSigma => p.top_n_sigma = small,
            Self::TypicalP => p.typical_p = small,
            Self::XtcProbability => p.xtc_probability = small,
            Self::XtcThreshold => p.xtc_threshold = small,
            Self::DynatempRange => p.dynatemp_range = small,
            Self::Mirostat => p.mirostat = value as u32,
            Self::MirostatTau => p.mirostat_tau = small,
            Self::MirostatEta => p.mirostat_eta = small,
        }
    }

    /// Whether it counts tokens, of which there may be very many.
    pub fn is_window(self) -> bool {
        self == Self::DryPenaltyLastN
    }

    /// Whether it does something now.
    pub fn is_on(self, p: &TextParams) -> bool {
        self.get(p) != self.limit().default
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_knob_sets_what_it_gets_and_stays_in_range() {
        for knob in TextKnob::ALL {
            let mut p = TextParams::default();
            assert!(!knob.is_on(&p), "{knob:?} is off at first");
            let limit = knob.limit();
            knob.set(&mut p, limit.max);
            assert_eq!(knob.get(&p), limit.max, "{knob:?}");
            knob.set(&mut p, 1e9);
            assert_eq!(knob.get(&p), limit.max, "{knob:?}");
            assert!(knob.is_on(&p) || limit.default == limit.max);
            p.check().unwrap();
            knob.set(&mut p, f64::NAN);
            assert_eq!(knob.get(&p), limit.default, "{knob:?}");
            let others = TextKnob::ALL.into_iter().filter(|other| *other != knob);
            assert!(others.into_iter().all(|other| !other.is_on(&p)));
        }
    }
}

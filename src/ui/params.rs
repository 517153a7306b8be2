//! What the window says of each number among the parameters, and where its slider is. The compiler asks for a line here
//! for each row of the domain's tables.

use egui::Ui;

use super::cx::Cx;
use super::knob::Knob;
use super::texts::T;
use crate::domain::{ImageParam, Parameter, TextParam};

/// Where a slider of Create is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImagePlace {
    /// Always in sight.
    First,
    /// Under the fold, where the model in use takes it or it is set; named so in the fold's heading.
    More(&'static str),
    /// It has another control.
    Own,
}

/// Name, explanation and place of a number of Create.
pub fn of_image(number: ImageParam) -> (T, T, ImagePlace) {
    use ImagePlace::{First, More, Own};
    match number {
        ImageParam::Steps => (T::Steps, T::StepsHover, First),
        ImageParam::Guidance => (T::Guidance, T::GuidanceHover, First),
        ImageParam::Count => (T::Count, T::CountHover, Own),
        ImageParam::GuidanceRescale => (T::GuidanceRescale, T::GuidanceRescaleHover, More("rescale")),
        ImageParam::ClipSkip => (T::ClipSkip, T::ClipSkipHover, More("clip skip")),
    }
}

/// Where a slider of Write is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextPlace {
    /// Always in sight.
    First,
    /// Under the fold of the sliders that most people know.
    More,
    /// Under the fold of those that are off until they are asked for.
    Advanced,
}

/// A number of Write: name, explanation and whether its range is over several powers of ten; and its place. `None` for
/// those that only the command line has.
pub fn of_text(number: TextParam) -> Option<((T, T, bool), TextPlace)> {
    use TextPlace::{Advanced, First, More};
    Some(match number {
        TextParam::Temperature => ((T::Temperature, T::TemperatureHover, false), First),
        TextParam::MaxTokens => ((T::MaxTokens, T::MaxTokensHover, true), First),
        TextParam::Context => ((T::Context, T::ContextHover, true), First),
        TextParam::TopK => ((T::TopK, T::TopKHover, true), More),
        TextParam::TopP => ((T::TopP, T::TopPHover, false), More),
        TextParam::MinP => ((T::MinP, T::MinPHover, false), More),
        TextParam::RepeatPenalty => ((T::RepeatPenalty, T::RepeatPenaltyHover, false), More),
        TextParam::RepeatLastN => ((T::RepeatLastN, T::RepeatLastNHover, true), More),
        TextParam::PresencePenalty => ((T::PresencePenalty, T::PresencePenaltyHover, false), Advanced),
        TextParam::FrequencyPenalty => ((T::FrequencyPenalty, T::FrequencyPenaltyHover, false), Advanced),
        TextParam::DryMultiplier => ((T::DryMultiplier, T::DryMultiplierHover, false), Advanced),
        TextParam::DryBase => ((T::DryBase, T::DryBaseHover, false), Advanced),
        TextParam::DryAllowedLength => ((T::DryAllowedLength, T::DryAllowedLengthHover, false), Advanced),
        TextParam::DryPenaltyLastN => ((T::DryPenaltyLastN, T::DryPenaltyLastNHover, true), Advanced),
        TextParam::TopNSigma => ((T::TopNSigma, T::TopNSigmaHover, false), Advanced),
        TextParam::TypicalP => ((T::TypicalP, T::TypicalPHover, false), Advanced),
        TextParam::XtcProbability => ((T::XtcProbability, T::XtcProbabilityHover, false), Advanced),
        TextParam::XtcThreshold => ((T::XtcThreshold, T::XtcThresholdHover, false), Advanced),
        TextParam::DynatempRange => ((T::DynatempRange, T::DynatempRangeHover, false), Advanced),
        TextParam::Mirostat => ((T::Mirostat, T::MirostatHover, false), Advanced),
        TextParam::MirostatTau => ((T::MirostatTau, T::MirostatTauHover, false), Advanced),
        TextParam::MirostatEta => ((T::MirostatEta, T::MirostatEtaHover, false), Advanced),
        TextParam::DynatempExponent | TextParam::DraftMax | TextParam::DraftPMin => return None,
    })
}

/// Draws the slider of a number of `now`; a double click brings it back to that of `reset`. Returns the new value where
/// the person changed it.
pub fn slider<P: Parameter>(
    ui: &mut Ui,
    cx: &Cx<'_>,
    number: P,
    (name, about, logarithmic): (T, T, bool),
    now: &P::Params,
    reset: &P::Params,
) -> Option<f64> {
    let (limit, value, reset) = (number.limit(), number.get(now), number.get(reset));
    Knob { name, about, limit, value, reset, logarithmic }.show(ui, cx)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::name_of;
    use crate::lang::Lang;

    /// An error that refuses a number calls it as its slider does.
    #[test]
    fn errors_name_the_sliders_as_the_window_does() {
        let of_images = ImageParam::ALL.iter().map(|number| (number.limit(), of_image(*number).0));
        let of_texts = TextParam::ALL.iter().filter_map(|number| Some((number.limit(), of_text(*number)?.0.0)));
        let others = [
            ("model", T::Model),
            ("size", T::Size),
            ("seed", T::Seed),
            ("sampler", T::Sampler),
            ("schedule", T::Schedule),
            ("rng", T::NoiseSource),
            ("thing", T::Meanings),
            ("thumbnail", T::ThumbnailSize),
            ("kv", T::KvCache),
            ("stop", T::StopTexts),
            ("note-depth", T::NoteDepth),
        ];
        let all = of_images.chain(of_texts).map(|(limit, name)| (limit.name, name)).chain(others);
        for (setting, name) in all {
            let named = name_of(setting).unwrap_or_default();
            for lang in Lang::ALL {
                assert_eq!(named.get(lang), name.tr(lang), "{setting}");
            }
        }
        // Those without a slider have names too.
        for number in TextParam::ALL {
            assert!(name_of(number.limit().name).is_some(), "{}", number.limit().name);
        }
    }
}

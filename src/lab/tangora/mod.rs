//! Tangora: the idea of IBM's voice typewriter of the 1980s. A hidden Markov model hears phones, a trigram language
//! model knows which words follow each other, and a beam search finds the likeliest sentence (Jelinek 1976; Bahl,
//! Jelinek and Mercer 1983). The vocabulary is a toy of some hundred words and the sounds are symbols.

mod chinese;
mod decoder;
mod english;
mod language;
mod lexicon;
mod speech;
#[cfg(test)]
mod tests;
mod views;
mod words;

use std::collections::VecDeque;

use candle_core::Result;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use self::decoder::{Decoder, Hypothesis, Model, errors};
use self::language::Trigram;
use self::lexicon::{Lexicon, Tongue};
use self::speech::{Channel, Sound};
use super::show::Curve;
use super::{Control, Exhibit, Kind, Run, Settings, Show, Step};

pub static EXHIBIT: Exhibit = Exhibit {
    id: "tangora",
    name: ("Tangora: a voice typewriter", "Tangora：语音打字机"),
    about: words::ABOUT,
    fails: words::FAILS,
    questions: &words::QUESTIONS,
    tries: &words::TRIES,
    controls: &[
        Control {
            id: "tongue",
            name: ("Language", "语言"),
            about: (
                "English words, or Chinese characters by their pinyin without tones.",
                "英语单词，或按不带声调的拼音听写的汉字。",
            ),
            kind: Kind::Choice(&[("English", "英语"), ("Chinese", "汉语")]),
            usual: 0.0,
            live: false,
        },
        Control {
            id: "noise",
            name: ("Noise", "噪声"),
            about: (
                "How likely a phone is heard as another one. Counts from the next sentence on.",
                "一个音素被听成别的音素的概率。从下一句起生效。",
            ),
            kind: Kind::Number { least: 0.0, most: 0.6 },
            usual: 0.2,
            live: true,
        },
        Control {
            id: "weight",
            name: ("Language model weight", "语言模型权重"),
            about: (
                "How much the language model counts beside the sounds; 0 is sounds alone. From the next sentence on.",
                "语言模型相对于声音的分量；0 表示只听声音。从下一句起生效。",
            ),
            kind: Kind::Number { least: 0.0, most: 3.0 },
            usual: 1.0,
            live: true,
        },
        Control {
            id: "beam",
            name: ("Beam width", "束宽"),
            about: (
                "How many hypotheses stay after each phone. Counts from the next sentence on.",
                "每听一个音素后保留多少个假设。从下一句起生效。",
            ),
            kind: Kind::Whole { least: 1, most: 1000 },
            usual: 100.0,
            live: true,
        },
        Control {
            id: "order",
            name: ("Words that the language model sees", "语言模型看几个词"),
            about: (
                "1: each word alone. 2: after the one before it. 3: after the two before it (trigram).",
                "1：单独看一个词。2：看前一个词。3：看前两个词，即三元模型。",
            ),
            kind: Kind::Whole { least: 1, most: 3 },
            usual: 3.0,
            live: false,
        },
    ],
    start,
};

/// In the order of the control.
static TONGUES: [&Tongue; 2] = [&english::ENGLISH, &chinese::CHINESE];
/// Sentences that the word error rate looks back at.
const WINDOW: usize = 50;
/// The noise that the decoder reckons with is at least this, so that nothing is impossible for it.
const LEAST_NOISE: f64 = 1e-6;
/// Hypotheses that are shown.
const SHOWN: usize = 6;

struct Tangora {
    tongue: &'static Tongue,
    /// Its channel has the noise of this sentence, as the decoder reckons with it.
    model: Model,
    sentences: Vec<Vec<usize>>,
    /// Sentences of this round that are still to be spoken, the next one last.
    left: Vec<usize>,
    settings: Settings,
    rng: ChaCha8Rng,
    spoken: Vec<usize>,
    sounds: Vec<Sound>,
    /// Sounds that are over.
    at: usize,
    /// With the language model, and with sounds alone.
    decoders: [Decoder; 2],
    best: [Vec<Hypothesis>; 2],
    perplexity: f64,
    finished: usize,
    /// (errors of each decoder, words) of the last [`WINDOW`] sentences.
    marks: VecDeque<([usize; 2], usize)>,
    curves: [Curve; 2],
}

fn start(settings: &Settings, seed: u64) -> Result<Box<dyn Run>> {
    Ok(Box::new(Tangora::new(settings, seed)))
}

impl Tangora {
    fn new(settings: &Settings, seed: u64) -> Self {
        let tongue = TONGUES[settings.whole("tongue").min(1)];
        let lexicon = Lexicon::new(tongue);
        let language = Trigram::new(&lexicon.sentences(tongue.text), lexicon.words.len(), settings.whole("order"));
        let sentences = lexicon.sentences(tongue.spoken);
        let perplexity = language.perplexity(&sentences);
        let channel = Channel::new(&lexicon, tongue.alike, LEAST_NOISE);
        let mut run = Self {
            tongue,
            model: Model { lexicon, language, channel },
            sentences,
            left: Vec::new(),
            settings: settings.clone(),
            rng: ChaCha8Rng::seed_from_u64(seed),
            spoken: Vec::new(),
            sounds: Vec::new(),
            at: 0,
            decoders: [Decoder::new(1.0, 1), Decoder::new(0.0, 1)],
            best: [Vec::new(), Vec::new()],
            perplexity,
            finished: 0,
            marks: VecDeque::new(),
            curves: [Curve::new(("with the language model", "用语言模型")), Curve::new(("sounds alone", "只听声音"))],
        };
        run.speak();
        run
    }

    /// Begins the next sentence, with the settings as they are now.
    fn speak(&mut self) {
        if self.left.is_empty() {
            self.left = (0..self.sentences.len()).collect();
            self.left.shuffle(&mut self.rng);
        }
        let next = self.left.pop().and_then(|at| self.sentences.get(at));
        self.spoken = next.cloned().unwrap_or_default();
        let noise = self.settings.get("noise");
        let lexicon = &self.model.lexicon;
        self.sounds = Channel::new(lexicon, self.tongue.alike, noise).garble(lexicon, &self.spoken, &mut self.rng);
        self.model.channel = Channel::new(lexicon, self.tongue.alike, noise.max(LEAST_NOISE));
        let beam = self.settings.whole("beam");
        self.decoders = [Decoder::new(self.settings.get("weight"), beam), Decoder::new(0.0, beam)];
        self.best = [Vec::new(), Vec::new()];
        self.at = 0;
    }

    /// Counts the errors of the sentence that is over.
    fn mark(&mut self) {
        let count = |best: &Vec<Hypothesis>| {
            let words = best.first().map_or(&[][..], |best| &best.words);
            errors(&self.spoken, words)
        };
        if self.marks.len() == WINDOW {
            self.marks.pop_front();
        }
        self.marks.push_back(([count(&self.best[0]), count(&self.best[1])], self.spoken.len()));
        self.finished += 1;
        for which in 0..2 {
            self.curves[which].push(self.error_rate(which));
        }
    }

    /// Word errors of a decoder for 100 words spoken.
    fn error_rate(&self, which: usize) -> f64 {
        let errors: usize = self.marks.iter().map(|(errors, _)| errors[which]).sum();
        let words: usize = self.marks.iter().map(|(_, words)| words).sum();
        100.0 * errors as f64 / words.max(1) as f64
    }

    /// Whether no phone of the sentence is left to hear.
    fn over(&self) -> bool {
        self.sounds[self.at..].iter().all(|sound| sound.heard.is_none())
    }
}

impl Run for Tangora {
    /// Hears one phone.
    fn step(&mut self) -> Result<Step> {
        if self.over() {
            self.speak();
        }
        while let Some(sound) = self.sounds.get(self.at) {
            self.at += 1;
            if let Some(phone) = sound.heard {
                self.decoders.iter_mut().for_each(|decoder| decoder.hear(&self.model, phone));
                break;
            }
        }
        let over = self.over();
        for (best, decoder) in self.best.iter_mut().zip(&self.decoders) {
            *best = if over { decoder.finish(&self.model, SHOWN) } else { decoder.best(&self.model, SHOWN) };
        }
        if over {
            self.at = self.sounds.len();
            self.mark();
        }
        Ok(Step::Taken)
    }

    fn set(&mut self, settings: &Settings) {
        self.settings = settings.clone();
    }

    fn shows(&self) -> Result<Vec<Show>> {
        Ok(self.views())
    }
}

//! What Tangora shows.

use super::super::{Cloud, Show, What, Words};
use super::Tangora;
use super::decoder::{Hypothesis, Node};

const REACH: f32 = 1.1;
/// Hypotheses of a phone that are drawn.
const DRAWN: usize = 24;
/// How far below the best one a hypothesis is at the bottom of the drawing, in natural logarithms.
const DEPTH: f64 = 25.0;
/// Words that the language model expects, as shown.
const EXPECTED: usize = 5;

fn text(id: &'static str, name: Words, text: String) -> Show {
    Show { id, name, what: What::Text(text) }
}

impl Tangora {
    pub(super) fn views(&self) -> Vec<Show> {
        let phones = |all: Vec<String>| all.join(" ");
        let name = |phone: usize| self.model.lexicon.phones[phone];
        let said = self.sounds.iter().filter(|sound| !sound.again).map(|sound| name(sound.spoken).to_owned());
        let heard = self.sounds[..self.at].iter().map(|sound| match sound.heard {
            None => "_".to_owned(),
            Some(heard) if heard == sound.spoken && !sound.again => name(heard).to_owned(),
            Some(heard) => format!("[{}]", name(heard)),
        });
        vec![
            text("spoken", ("The spoken sentence", "说出的句子"), self.model.lexicon.write(&self.spoken)),
            text("phones", ("Its phones", "它的音素"), phones(said.collect())),
            text(
                "heard",
                ("Heard so far: [ ] wrong or once more, _ lost", "目前听到的：[ ] 听错或多听，_ 漏听"),
                phones(heard.collect()),
            ),
            text(
                "hypotheses",
                ("Best hypotheses, with log-probabilities", "最佳假设及其对数概率"),
                self.list(&self.best[0]),
            ),
            text(
                "sounds_alone",
                ("Best hypothesis of sounds alone", "只听声音的最佳假设"),
                self.list(self.best[1].get(..1).unwrap_or_default()),
            ),
            text("expected", ("What the language model expects next", "语言模型预期的下一个词"), self.expected()),
            Show {
                id: "beam",
                name: (
                    "The beam: phones from left to right, the best hypothesis on top",
                    "搜索束：从左到右是音素，最上面是最佳假设",
                ),
                what: self.lattice(),
            },
            Show::number(
                "error_with",
                ("Word error rate with the language model, %", "用语言模型的词错误率，%"),
                self.error_rate(0),
                1,
            ),
            Show::number(
                "error_without",
                ("Word error rate of sounds alone, %", "只听声音的词错误率，%"),
                self.error_rate(1),
                1,
            ),
            Show::curves(
                "errors",
                ("Word error rate of the last 50 sentences, %", "最近 50 句的词错误率，%"),
                &[&self.curves[0], &self.curves[1]],
            ),
            Show::number("sentences", ("Sentences so far", "已听完的句数"), self.finished as f64, 0),
            Show::number(
                "perplexity",
                ("Perplexity: words to choose from, on average", "困惑度：平均在几个词中选择"),
                self.perplexity,
                1,
            ),
        ]
    }

    /// A hypothesis a line: its score, and its words. Dots follow a last word that is not whole yet.
    fn list(&self, best: &[Hypothesis]) -> String {
        let lines = best.iter().map(|it| {
            let dots = if it.whole { "" } else { "..." };
            format!("{:8.2}  {}{dots}", it.score, self.model.lexicon.write(&it.words))
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// The likeliest words after those of the best hypothesis.
    fn expected(&self) -> String {
        let edge = self.model.language.edge();
        let words = self.best[0].first().map_or(&[][..], |best| &best.words);
        let before = |back: usize| words.len().checked_sub(back).map_or(edge, |at| words[at]);
        let lines = self.model.language.likeliest(before(2), before(1), EXPECTED).into_iter().map(|(word, chance)| {
            let word = if word == edge { "." } else { self.model.lexicon.words[word] };
            format!("{:5.1} %  {word}", 100.0 * chance)
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// A point for each hypothesis: the phone, and how far it was below the best one then. A line leads from each to
    /// what became of it.
    fn lattice(&self) -> What {
        let columns = &self.decoders[0].columns;
        let total = self.sounds.iter().filter(|sound| sound.heard.is_some()).count().max(2);
        let place = |at: usize, node: &Node| {
            let below = (columns[at][0].score - node.score).min(DEPTH) / DEPTH;
            [at as f32 / (total - 1) as f32 * 2.0 - 1.0, 1.0 - 2.0 * below as f32]
        };
        // What led to each hypothesis that is left: 2 for the best one's way, 1 for the others'.
        let mut led: Vec<Vec<u8>> = columns.iter().map(|column| vec![0; column.len()]).collect();
        if let Some(last) = led.last_mut() {
            last.iter_mut().enumerate().for_each(|(at, led)| *led = if at == 0 { 2 } else { 1 });
        }
        for at in (1..columns.len()).rev() {
            for (node, own) in columns[at].iter().enumerate() {
                let mine = led[at][node];
                let before = &mut led[at - 1][own.parent];
                *before = mine.max(*before);
            }
        }
        let mut points = [Vec::new(), Vec::new(), Vec::new()];
        let mut arrows = Vec::new();
        for (at, column) in columns.iter().enumerate() {
            for (rank, node) in column.iter().enumerate() {
                if rank >= DRAWN && led[at][rank] < 2 {
                    continue;
                }
                points[usize::from(led[at][rank])].push(place(at, node));
                if at > 0 {
                    arrows.push([place(at - 1, &columns[at - 1][node.parent]), place(at, node)]);
                }
            }
        }
        const NAMES: [Words; 3] =
            [("dead ends", "走不下去的"), ("still possible", "仍有可能的"), ("way of the best one", "最佳假设的路径")];
        let clouds = NAMES.into_iter().zip(points).map(|(name, points)| Cloud { name, points });
        What::Plane { reach: REACH, field: None, clouds: clouds.collect(), arrows }
    }
}

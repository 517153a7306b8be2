//! GPT: a small transformer that is pre-trained on one text, and then fine-tuned on another.

mod controls;
mod learn;
mod model;
mod ops;
mod student;
#[cfg(test)]
mod tests;
mod text;
mod words;

use candle_core::Result;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::show::Curve;
use super::{Exhibit, Matrix, Run, Settings, Show, Step, Table, What, Words};
use learn::Learner;
use model::{Gpt, Sizes};
use student::{Student, Way};
use text::{Batch, Corpus, Letters, TEXTS};

pub static EXHIBIT: Exhibit = Exhibit {
    id: "gpt",
    name: ("GPT: pre-training and fine-tuning", "GPT：预训练与微调"),
    about: words::ABOUT,
    fails: words::FAILS,
    questions: &words::QUESTIONS,
    tries: &words::TRIES,
    controls: &controls::CONTROLS,
    start,
};

/// What one step of the usual model costs, as layers x width² x letters of a batch: larger models get smaller batches.
const COST: usize = 4 * 64 * 64 * 320;
/// Most pieces that the held-back part of a text is tested with.
const TESTED: usize = 8;
/// A loss on held-back text is taken once in so many steps.
const EVERY: u64 = 10;

struct Tiny {
    letters: Letters,
    /// What is pre-trained on, and what is fine-tuned on.
    texts: [Corpus; 2],
    /// The held-back parts of both.
    tests: [Batch; 2],
    prompt: Vec<u32>,
    sentence: Vec<u32>,
    rows: usize,
    /// Steps of pre-training before the fine-tuning.
    before: u64,
    /// How it is fine-tuned; empty for not at all.
    ways: &'static [Way],
    rank: usize,
    rate: f64,
    temperature: f64,
    shown: (usize, usize),
    seed: u64,
    rng: ChaCha8Rng,
    steps: u64,
    base: Student,
    /// Empty while the model is pre-trained.
    tuned: Vec<Student>,
}

fn start(settings: &Settings, seed: u64) -> Result<Box<dyn Run>> {
    Ok(Box::new(Tiny::new(settings, seed)?))
}

impl Tiny {
    fn new(settings: &Settings, seed: u64) -> Result<Self> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let chosen = ["text", "second"].map(|id| &TEXTS[settings.whole(id).min(TEXTS.len() - 1)]);
        let letters = Letters::of(&chosen);
        let sizes = Sizes {
            letters: letters.len(),
            context: settings.whole("context"),
            layers: settings.whole("layers"),
            heads: settings.whole("heads"),
        };
        let texts = chosen.map(|text| Corpus::new(text, &letters));
        let cost = sizes.layers * sizes.width().pow(2) * sizes.context;
        let model = Gpt::new(sizes, &mut rng)?;
        let prompt = letters.encode(chosen[0].prompt);
        let mut tiny = Self {
            tests: [0, 1].map(|i| texts[i].test(TESTED, sizes.context)),
            sentence: letters.encode(chosen[0].sentence),
            rows: (COST / cost.max(1)).clamp(2, 16),
            before: settings.whole("steps") as u64,
            ways: student::WAYS[settings.whole("way").min(student::WAYS.len() - 1)],
            rank: settings.whole("rank"),
            rate: 0.0,
            temperature: 0.0,
            shown: (0, 0),
            seed,
            rng,
            steps: 0,
            base: Student::new(Way::Base, Learner::all(&model)?, &prompt, seed)?,
            tuned: Vec::new(),
            letters,
            texts,
            prompt,
        };
        tiny.set(settings);
        tiny.base.test(&tiny.tests)?;
        Ok(tiny)
    }

    fn is_tuning(&self) -> bool {
        !self.ways.is_empty() && self.steps >= self.before
    }

    /// Goes from pre-training to fine-tuning: each way starts at the weights that the pre-training came to.
    fn turn(&mut self) -> Result<()> {
        self.base.test(&self.tests)?;
        let base = &self.base.learner.model.frozen()?;
        self.base.write_anew(&self.prompt, self.seed)?;
        for way in self.ways {
            let learner = match way {
                Way::Lora => Learner::lora(base, self.rank, &mut self.rng)?,
                Way::Base | Way::All => Learner::all(base)?,
            };
            let mut student = Student::new(*way, learner, &self.prompt, self.seed)?;
            student.losses = self.base.losses;
            self.tuned.push(student);
        }
        Ok(())
    }
}

impl Run for Tiny {
    fn step(&mut self) -> Result<Step> {
        if self.is_tuning() && self.tuned.is_empty() {
            self.turn()?;
        }
        // Two ways of fine-tuning take turns.
        let turn = self.steps.saturating_sub(self.before) as usize % self.tuned.len().max(1);
        let (student, text) = match self.tuned.get_mut(turn) {
            Some(tuned) => (tuned, &self.texts[1]),
            None => (&mut self.base, &self.texts[0]),
        };
        let context = student.learner.model.sizes().context;
        let batch = text.batch(self.rows, context, &mut self.rng);
        let loss = student.step(&batch, &self.tests, self.rate)?;
        student.write(self.temperature, &self.prompt, self.seed, true)?;
        if !self.tuned.is_empty() {
            self.base.write(self.temperature, &self.prompt, self.seed, false)?;
        }
        self.steps += 1;
        Ok(if loss.is_finite() { Step::Taken } else { Step::Diverged })
    }

    fn set(&mut self, settings: &Settings) {
        self.rate = settings.get("rate");
        self.temperature = settings.get("temperature");
        self.shown = (settings.whole("layer"), settings.whole("head"));
    }

    fn shows(&self) -> Result<Vec<Show>> {
        let now = self.tuned.last().unwrap_or(&self.base);
        let mut shows = vec![self.stage()];
        shows.extend(self.samples());
        let base = &self.base;
        shows.push(Show::curves("loss", ("Pre-training: loss", "预训练：损失"), &[&base.seen, &base.held[0]]));
        shows.push(Show::number(
            "perplexity",
            ("Pre-training: perplexity of held-back text, per letter", "预训练：留出文本的困惑度（每字符）"),
            base.losses[0].exp(),
            2,
        ));
        if !self.tuned.is_empty() {
            let curves: Vec<&Curve> = self.tuned.iter().flat_map(|student| &student.held).collect();
            shows.push(self.table());
            shows.push(Show::curves(
                "tuning",
                ("Fine-tuning: loss of held-back text", "微调：留出文本的损失"),
                &curves,
            ));
        }
        shows.push(self.attention(&now.learner.model)?);
        shows.push(Show::number(
            "parameters",
            ("Parameters of the pre-trained model", "预训练模型的参数量"),
            base.learner.moved as f64,
            0,
        ));
        Ok(shows)
    }
}

impl Tiny {
    fn stage(&self) -> Show {
        let (name, steps) = match (self.tuned.is_empty(), self.ways.is_empty()) {
            (true, true) => (("Pre-training: steps", "预训练：步数"), self.steps),
            (true, false) => (
                ("Pre-training: steps until fine-tuning starts", "预训练：距微调开始还有几步"),
                self.before.saturating_sub(self.steps),
            ),
            (false, _) => (("Fine-tuning: steps", "微调：步数"), self.steps.saturating_sub(self.before)),
        };
        Show::number("stage", name, steps as f64, 0)
    }

    /// The latest whole sample and the one that is being written, each with the step that its weights are of.
    fn samples(&self) -> Vec<Show> {
        let students = std::iter::once(&self.base).chain(&self.tuned);
        let mut shows: Vec<Show> = students
            .map(|student| {
                let texts = student.samples().map(|(step, text)| format!("#{step}\n{}", self.letters.decode(text)));
                let (id, name) = student.sample_name(self.tuned.is_empty());
                Show { id, name, what: What::Text(texts.collect::<Vec<_>>().join("\n\n")) }
            })
            .collect();
        if let (true, Some(first)) = (self.tuned.is_empty(), &self.base.first) {
            let name = ("Sample at the start", "最初的样本");
            shows.push(Show { id: "sample_first", name, what: What::Text(self.letters.decode(first)) });
        }
        shows
    }

    /// Pre-trained and fine-tuned models side by side.
    fn table(&self) -> Show {
        const ROWS: [(Words, usize); 6] = [
            (("Parameters moved", "改动的参数"), 0),
            (("Of all parameters, in %", "占全部参数的百分比"), 1),
            (("Optimiser's memory, in bytes", "优化器占用的字节数"), 0),
            (("Loss, first text", "第一份文本的损失"), 3),
            (("Loss, second text", "第二份文本的损失"), 3),
            (("Perplexity, second text", "第二份文本的困惑度"), 2),
        ];
        let all = self.base.learner.moved as f64;
        let columns: Vec<&Student> = std::iter::once(&self.base).chain(&self.tuned).collect();
        let values = |student: &Student| {
            let (moved, bytes) = match student.way {
                Way::Base => (0.0, 0.0),
                _ => (student.learner.moved as f64, student.learner.optimiser_bytes() as f64),
            };
            let [first, second] = student.losses;
            [moved, 100.0 * moved / all, bytes, first, second, second.exp()]
        };
        let cells: Vec<[f64; 6]> = columns.iter().map(|student| values(student)).collect();
        let table = Table {
            columns: columns.iter().map(|student| student.way.name()).collect(),
            rows: ROWS
                .iter()
                .enumerate()
                .map(|(row, (name, digits))| super::Row {
                    name: *name,
                    digits: *digits,
                    values: cells.iter().map(|column| column[row]).collect(),
                })
                .collect(),
        };
        Show { id: "compared", name: ("Side by side", "并排比较"), what: What::Table(table) }
    }

    /// The attention of the chosen head, or of the last one there is.
    fn attention(&self, model: &Gpt) -> Result<Show> {
        let sizes = model.sizes();
        let (layer, head) = (self.shown.0.min(sizes.layers) - 1, self.shown.1.min(sizes.heads) - 1);
        let values = match model.attention(&self.sentence, layer, head)? {
            Some(attention) => attention.flatten_all()?.to_vec1()?,
            None => Vec::new(),
        };
        let letters: Vec<String> = self.sentence.iter().map(|letter| self.letters.decode(&[*letter])).collect();
        let name = (
            "Attention: how much each letter (row) looks at each earlier one",
            "注意力：每个字符（行）看前面各字符的程度",
        );
        let matrix = Matrix { rows: letters.clone(), columns: letters, values };
        Ok(Show { id: "attention", name, what: What::Matrix(matrix) })
    }
}

//! The Illiac Suite: music by random notes and rules (L. A. Hiller and L. M. Isaacson, ILLIAC, 1956 and 1957; their book
//! "Experimental Music", 1959).
//!
//! Its four experiments as generators of our own. Each file says what is ours and what the paper did.

mod markov;
mod rows;
mod rules;
mod search;
#[cfg(test)]
mod tests;
mod words;

use candle_core::Result;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use self::markov::Chains;
use self::rows::{ROW, Rows};
use self::rules::{On, RULES, Rule, Score, WHITE, broken};
use self::search::{Search, Stuck};
use super::show::Curve;
use super::{Control, Exhibit, Kind, Note, Notes, Run, Settings, Show, Step, What, Words};

/// Beats of a bar. In counterpoint a note is as long as a bar.
const BAR: usize = 4;
/// Least and most MIDI pitch of four voices from the lowest: two octaves each, about those of a string quartet.
const FOUR: [(u8, u8); 4] = [(36, 60), (48, 72), (55, 79), (60, 84)];
/// The same of two voices, of fifteen white notes each, as in the paper.
const TWO: [(u8, u8); 2] = [(48, 72), (60, 84)];
const FOUR_NAMES: [Words; 4] =
    [("cello", "大提琴"), ("viola", "中提琴"), ("second violin", "第二小提琴"), ("first violin", "第一小提琴")];
const TWO_NAMES: [Words; 2] = [("cantus firmus", "定旋律"), ("counterpoint", "对位声部")];

const NO_YES: [Words; 2] = [("no", "否"), ("yes", "是")];

/// The switch of a rule.
const fn switch(rule: Rule) -> Control {
    let law = &RULES[rule as usize];
    let usual = if law.usual { 1.0 } else { 0.0 };
    Control { id: law.id, name: law.name, about: law.about, kind: Kind::Choice(&NO_YES), usual, live: false }
}

pub static EXHIBIT: Exhibit = Exhibit {
    id: "illiac",
    name: ("Illiac Suite: music by dice and rules", "伊利亚克组曲：骰子与规则写的音乐"),
    about: words::ABOUT,
    fails: words::FAILS,
    questions: &words::QUESTIONS,
    tries: &words::TRIES,
    controls: &[
        Control {
            id: "experiment",
            name: ("Experiment", "实验"),
            about: ("Which of the four experiments is run.", "运行四个实验中的哪一个。"),
            kind: Kind::Choice(&[
                ("1: two voices", "一：两个声部"),
                ("2: four voices", "二：四个声部"),
                ("3: rows", "三：音列"),
                ("4: Markov chain", "四：马尔可夫链"),
            ]),
            usual: 0.0,
            live: false,
        },
        Control {
            id: "bars",
            name: ("Bars", "小节数"),
            about: ("How long the piece is.", "乐曲的长度。"),
            kind: Kind::Whole { least: 3, most: 32 },
            usual: 12.0,
            live: false,
        },
        Control {
            id: "tempo",
            name: ("Tempo", "速度"),
            about: ("Beats in a minute.", "每分钟多少拍。"),
            kind: Kind::Whole { least: 40, most: 240 },
            usual: 120.0,
            live: true,
        },
        Control {
            id: "pace",
            name: ("Tries in each step", "每一步试几次"),
            about: ("How many notes are tried in each step.", "每一步尝试多少个音。"),
            kind: Kind::Whole { least: 1, most: 2000 },
            usual: 1.0,
            live: true,
        },
        Control {
            id: "stuck",
            name: ("When no note fits", "没有合适的音时"),
            about: (
                "Start over after fifty failures, as on ILLIAC, or take back the note before.",
                "像 ILLIAC 那样失败五十次就重新开始，或者收回前一个音。",
            ),
            kind: Kind::Choice(&[("start over", "重新开始"), ("go back", "退回一个音")]),
            usual: 1.0,
            live: false,
        },
        switch(Rule::Scale),
        switch(Rule::Opening),
        switch(Rule::Cadence),
        switch(Rule::Range),
        switch(Rule::Leaps),
        switch(Rule::Tritone),
        switch(Rule::Resolve),
        switch(Rule::Repeats),
        switch(Rule::Crossing),
        switch(Rule::Consonance),
        switch(Rule::Parallels),
        switch(Rule::Hidden),
        switch(Rule::Independence),
        switch(Rule::Full),
        switch(Rule::Twelve),
        switch(Rule::Intervals),
        Control {
            id: "rhythm",
            name: ("Random rhythm", "随机节奏"),
            about: (
                "In experiment three, chance says on which beats a note begins.",
                "实验三中，由随机数决定音在哪几拍开始。",
            ),
            kind: Kind::Choice(&NO_YES),
            usual: 1.0,
            live: false,
        },
        Control {
            id: "order",
            name: ("Order of the chain", "链的阶"),
            about: (
                "In experiment four, whether an interval depends on the one before.",
                "实验四中，一个音程是否取决于前一个音程。",
            ),
            kind: Kind::Choice(&[("zeroth", "零阶"), ("first", "一阶")]),
            usual: 1.0,
            live: false,
        },
        Control {
            id: "lean",
            name: ("Weight toward consonance", "协和的权重"),
            about: (
                "In experiment four, 0 prefers near intervals and 1 consonant ones.",
                "实验四中，0 偏爱相近的音程，1 偏爱协和的音程。",
            ),
            kind: Kind::Number { least: 0.0, most: 1.0 },
            usual: 0.5,
            live: true,
        },
    ],
    start,
};

/// What is being written.
enum Piece {
    /// Experiments one and two: this many voices.
    Counterpoint(Box<Search>, usize),
    Rows(Box<Rows>),
    Chains(Box<Chains>),
}

struct Illiac {
    piece: Piece,
    bars: usize,
    on: On,
    tempo: f32,
    pace: usize,
    rng: ChaCha8Rng,
    /// Notes written, or how far a chain is from its weights.
    curve: Curve,
}

fn start(settings: &Settings, seed: u64) -> Result<Box<dyn Run>> {
    let bars = settings.whole("bars");
    let stuck = [Stuck::StartOver, Stuck::GoBack][settings.whole("stuck")];
    let piece = match settings.whole("experiment") {
        0 => Piece::Counterpoint(Box::new(Search::new(stuck, 2 * bars)), 2),
        1 => Piece::Counterpoint(Box::new(Search::new(stuck, 4 * bars)), 4),
        2 => Piece::Rows(Box::new(Rows::new(Search::new(stuck, ROW), settings.whole("rhythm") == 1))),
        _ => Piece::Chains(Box::new(Chains::new(settings.whole("order") == 1, settings.get("lean")))),
    };
    let curve = match piece {
        Piece::Chains(_) => ("distance", "差距"),
        _ => ("notes", "音符数"),
    };
    let mut illiac = Illiac {
        piece,
        bars,
        on: On(RULES.map(|law| settings.whole(law.id) == 1)),
        tempo: 0.0,
        pace: 0,
        rng: ChaCha8Rng::seed_from_u64(seed),
        curve: Curve::new(curve),
    };
    illiac.set(settings);
    Ok(Box::new(illiac))
}

impl Run for Illiac {
    /// Tries some notes of counterpoint or of a row, or writes a bar of the others. A piece that is finished stays as it is.
    fn step(&mut self) -> Result<Step> {
        let (on, bars) = (self.on, self.bars);
        match &mut self.piece {
            Piece::Counterpoint(search, voices) if !search.done() => {
                for _ in 0..self.pace {
                    let (voice, _) = score(&search.written, *voices, bars).place(search.written.len());
                    let candidates = candidates(&on, compass(*voices)[voice.min(*voices - 1)]);
                    let asked = |written: &[u8], note| broken(&on, score(written, *voices, bars), note);
                    search.try_one(&candidates, asked, &mut self.rng);
                }
                self.curve.push(search.written.len() as f64);
            }
            Piece::Rows(rows) if !rows.search.done() => {
                let all: [u8; ROW] = std::array::from_fn(|note| note as u8);
                for _ in 0..self.pace {
                    rows.search.try_one(&all, |row, note| rows::broken(&on, row, note), &mut self.rng);
                }
                self.curve.push(rows.search.written.len() as f64);
            }
            Piece::Rows(rows) if rows.bars < bars => {
                rows.write_bar(&mut self.rng);
                self.curve.push((ROW + rows.notes.len()) as f64);
            }
            Piece::Chains(chains) if chains.bars < bars => {
                chains.write_bar(&mut self.rng);
                self.curve.push(chains.gap());
            }
            _ => {}
        }
        Ok(Step::Taken)
    }

    fn set(&mut self, settings: &Settings) {
        self.tempo = settings.get("tempo") as f32;
        self.pace = settings.whole("pace");
        if let Piece::Chains(chains) = &mut self.piece {
            chains.set_lean(settings.get("lean"));
        }
    }

    fn shows(&self) -> Result<Vec<Show>> {
        let (notes, done, search, rules) = match &self.piece {
            Piece::Counterpoint(search, voices) => {
                let score = score(&search.written, *voices, self.bars);
                let rules = Rule::Opening as usize..if *voices == 2 { Rule::Full } else { Rule::Twelve } as usize;
                (counterpoint(score), score.full_bars(), Some(&**search), rules)
            }
            Piece::Rows(rows) => {
                (rows.notes.clone(), rows.bars, Some(&rows.search), Rule::Twelve as usize..RULES.len())
            }
            Piece::Chains(chains) => (chains.notes.clone(), chains.bars, None, 0..0),
        };
        let two = matches!(self.piece, Piece::Counterpoint(_, 2));
        let names: &[Words] = if two { &TWO_NAMES } else { &FOUR_NAMES };
        let mut shows = vec![self.roll("score", ("The piece", "乐曲"), names, self.bars * BAR, notes)];
        if let Piece::Rows(rows) = &self.piece {
            let row = rows.search.written.iter().enumerate();
            let note = |(i, class): (usize, &u8)| Note { voice: 0, start: i as f32, length: 1.0, pitch: 60 + class };
            shows.push(self.roll("row", ("The row", "音列"), &[("row", "音列")], ROW, row.map(note).collect()));
        }
        shows.push(Show::number("bars", ("Bars written", "写好的小节"), done as f64, 0));
        if let Some(search) = search {
            shows.push(Show::number("tries", ("Notes tried", "试过的音"), search.tries as f64, 0));
            shows.push(Show::number("over", ("Started over", "重新开始的次数"), search.starts_over as f64, 0));
            shows.push(Show::number("back", ("Notes taken back", "收回的音"), search.goes_back as f64, 0));
            for law in RULES[rules].iter().filter(|law| self.on.has(law.rule)) {
                shows.push(Show::number(law.count, law.name, search.rejected[law.rule as usize] as f64, 0));
            }
        }
        if let Piece::Chains(chains) = &self.piece {
            shows.push(Show::number("gap", ("Distance from the weights", "与权重的差距"), chains.gap(), 3));
        }
        let name = match self.piece {
            Piece::Chains(_) => ("Distance of the intervals from their weights", "音程与权重的差距"),
            _ => ("Notes written", "写下的音符"),
        };
        shows.push(Show::curves("curve", name, &[&self.curve]));
        Ok(shows)
    }
}

impl Illiac {
    fn roll(&self, id: &'static str, name: Words, voices: &[Words], beats: usize, notes: Vec<Note>) -> Show {
        let voices = voices.to_vec();
        let what = Notes { voices, bar: BAR as f32, beats: beats as f32, tempo: self.tempo, notes };
        Show { id, name, what: What::Notes(what) }
    }
}

/// The cantus firmus is written before the second voice; four voices grow together.
fn score(written: &[u8], voices: usize, bars: usize) -> Score<'_> {
    Score { written, voices, bars, by_voice: voices == 2 }
}

fn compass(voices: usize) -> &'static [(u8, u8)] {
    if voices == 2 { &TWO } else { &FOUR }
}

/// Notes that are drawn from. The paper drew white notes only; with that rule off, all semitones are.
fn candidates(on: &On, (least, most): (u8, u8)) -> Vec<u8> {
    (least..=most).filter(|pitch| !on.has(Rule::Scale) || WHITE.contains(&(pitch % 12))).collect()
}

/// One note a bar for each voice.
fn counterpoint(score: Score) -> Vec<Note> {
    let places = score.written.iter().enumerate().map(|(n, pitch)| (score.place(n), *pitch));
    let note = |((voice, bar), pitch)| Note { voice, start: (bar * BAR) as f32, length: BAR as f32, pitch };
    places.map(note).collect()
}

//! The rules of strict counterpoint, first species: note against note.
//!
//! The paper's first two experiments use such rules, and add them one by one. The list here is ours, after what textbooks
//! since Fux (1725) have in common; the paper's is longer in some places and its wording is its own. Each rule looks only at
//! notes that are already written, so that a note is accepted or rejected at once.

use super::super::Words;

/// What can be wrong with a note. The order is the order in which rules are asked: a note counts for the first it breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    Scale,
    Opening,
    Cadence,
    Range,
    Leaps,
    Tritone,
    Resolve,
    Repeats,
    Crossing,
    Consonance,
    Parallels,
    Hidden,
    Independence,
    Full,
    Twelve,
    Intervals,
}

/// A rule with the id of its switch, its name and a sentence, and whether it is on at first.
pub struct Law {
    pub rule: Rule,
    pub id: &'static str,
    /// As the shell names the count of notes that it rejected.
    pub count: &'static str,
    pub name: Words,
    pub about: Words,
    pub usual: bool,
}

macro_rules! laws {
    ($($rule:ident $id:literal $usual:literal $name:expr, $about:expr;)*) => {
        /// All rules, in the order of [`Rule`].
        pub const RULES: [Law; 16] = [$(Law {
            rule: Rule::$rule,
            id: $id,
            count: concat!("rejected_", $id),
            name: $name,
            about: $about,
            usual: $usual,
        }),*];
    };
}

laws! {
    Scale "scale" true ("White notes only", "只用白键"),
        ("Only the notes of C major are tried.", "只尝试 C 大调的音。");
    Opening "opening" true ("Opening", "开头"),
        ("The piece begins on C, with notes that rest on it.", "乐曲从 C 开始，其他声部用与它相合的音。");
    Cadence "cadence" true ("Cadence", "终止式"),
        ("The piece ends on C: the note B rises to it, and the lowest voice comes from D or G.",
         "乐曲结束在 C 上：B 上行到 C，最低声部从 D 或 G 进行到 C。");
    Range "range" true ("Range", "音域"),
        ("A voice spans no more than an octave.", "一个声部的音域不超过一个八度。");
    Leaps "leaps" true ("No wide leaps", "不用大跳"),
        ("A melody leaps by no seventh and by no more than an octave.", "旋律不跳七度，也不跳超过八度。");
    Tritone "tritone" true ("No tritone", "不用三全音"),
        ("A melody does not move by three whole tones, in one move or in two.", "旋律不在一步或两步之内走三全音。");
    Resolve "resolve" true ("Leaps are resolved", "跳进要解决"),
        ("After a leap wider than a third the melody steps back.", "跳进超过三度之后，旋律反方向级进。");
    Repeats "repeats" true ("No note three times", "同音不连用三次"),
        ("A voice does not sing a note three times in a row.", "一个声部不连续三次唱同一个音。");
    Crossing "crossing" true ("No crossing", "声部不交叉"),
        ("A higher voice stays above a lower one; they meet only at the ends.", "高声部总在低声部之上，只在首尾可以同音。");
    Consonance "consonance" true ("Consonance only", "只用协和音程"),
        ("Above the lowest voice only thirds, fifths, sixths and octaves; no seconds and sevenths between others.",
         "最低声部之上只用三、五、六、八度；其他声部之间没有二度和七度。");
    Parallels "parallels" true ("No parallel fifths and octaves", "无平行五、八度"),
        ("Two voices do not move from a fifth to a fifth or from an octave to an octave.",
         "两个声部不从五度进行到五度，也不从八度进行到八度。");
    Hidden "hidden" true ("No hidden fifths and octaves", "无隐伏五、八度"),
        ("The outer voices do not move in the same direction into a fifth or an octave.",
         "外声部不同向进行到五度或八度。");
    Independence "independence" true ("Independent voices", "声部独立"),
        ("Two voices make no more than three thirds or sixths in a row; four do not all move in one direction.",
         "两声部不连用三个以上的三度或六度；四声部不全部同向进行。");
    Full "full" true ("Full chords", "和弦完整"),
        ("Four voices sing at least three different notes.", "四个声部至少有三个不同的音。");
    Twelve "twelve" true ("Twelve-tone row", "十二音音列"),
        ("No note comes again before all twelve were there.", "十二个音都出现之前，不重复任何一个。");
    Intervals "intervals" false ("Interval row", "音程列"),
        ("No interval comes twice within a row.", "一条音列里没有相同的音程。");
}

/// Which rules are on, in the order of [`RULES`].
#[derive(Clone, Copy)]
pub struct On(pub [bool; RULES.len()]);

impl On {
    pub fn has(&self, rule: Rule) -> bool {
        self.0[rule as usize]
    }
}

/// The notes of C major, as semitones above C.
pub const WHITE: [u8; 7] = [0, 2, 4, 5, 7, 9, 11];

/// Notes written in some order, seen as voices.
#[derive(Clone, Copy)]
pub struct Score<'a> {
    pub written: &'a [u8],
    pub voices: usize,
    /// One note of each voice in a bar.
    pub bars: usize,
    /// One voice after another; else one bar after another, from the lowest voice up.
    pub by_voice: bool,
}

impl Score<'_> {
    /// The voice and the bar of the `n`-th note.
    pub fn place(&self, n: usize) -> (usize, usize) {
        if self.by_voice { (n / self.bars, n % self.bars) } else { (n % self.voices, n / self.voices) }
    }

    /// How many bars have a note of each voice.
    pub fn full_bars(&self) -> usize {
        let len = self.written.len();
        if self.by_voice { len.saturating_sub((self.voices - 1) * self.bars) } else { len / self.voices }
    }

    /// The note of a voice in a bar, if it is written.
    pub fn get(&self, voice: usize, bar: usize) -> Option<i32> {
        let n = if self.by_voice { voice * self.bars + bar } else { bar * self.voices + voice };
        if bar < self.bars { self.written.get(n).map(|note| i32::from(*note)) } else { None }
    }
}

/// The first rule that `note` breaks as the next one of the score.
pub fn broken(on: &On, score: Score, note: u8) -> Option<Rule> {
    let place = Place::new(score, note);
    let order = RULES.iter().map(|law| law.rule).filter(|rule| on.has(*rule));
    order.into_iter().find(|rule| place.breaks(*rule))
}

/// A note and what is around it. Notes are MIDI pitches.
struct Place<'a> {
    score: Score<'a>,
    voice: usize,
    bar: usize,
    note: i32,
    /// The two notes before it in its voice, the nearest first.
    before: [Option<i32>; 2],
}

impl<'a> Place<'a> {
    fn new(score: Score<'a>, note: u8) -> Self {
        let (voice, bar) = score.place(score.written.len());
        let back = |n: usize| bar.checked_sub(n).and_then(|bar| score.get(voice, bar));
        Self { score, voice, bar, note: i32::from(note), before: [back(1), back(2)] }
    }

    fn last(&self) -> bool {
        self.bar + 1 == self.score.bars
    }

    fn top(&self) -> bool {
        self.voice + 1 == self.score.voices
    }

    /// Semitones above C, from 0 to 11.
    fn class(&self) -> i32 {
        self.note.rem_euclid(12)
    }

    /// Lower voices of this bar: (voice, note).
    fn below(&self) -> impl Iterator<Item = (usize, i32)> + '_ {
        (0..self.voice).filter_map(|voice| Some((voice, self.score.get(voice, self.bar)?)))
    }

    fn breaks(&self, rule: Rule) -> bool {
        let moved = self.before[0].map(|before| self.note - before);
        match rule {
            Rule::Scale => !WHITE.contains(&(self.class() as u8)),
            Rule::Opening => self.bar == 0 && !self.opens(),
            Rule::Cadence => !self.closes(),
            Rule::Range => {
                let sung = (0..self.bar).filter_map(|bar| self.score.get(self.voice, bar));
                sung.into_iter().any(|other| (other - self.note).abs() > 12)
            }
            Rule::Leaps => moved.is_some_and(|moved| matches!(moved.abs(), 10 | 11 | 13..)),
            Rule::Tritone => self.before.iter().flatten().any(|before| (self.note - before).abs() == 6),
            Rule::Resolve => self.before[1].zip(self.before[0]).is_some_and(|(first, second)| {
                let leap = second - first;
                leap.abs() > 4 && !matches!((second - self.note) * leap.signum(), 1 | 2)
            }),
            Rule::Repeats => self.before == [Some(self.note); 2],
            Rule::Crossing => self.below().any(|(_, other)| {
                let between = self.bar > 0 && !self.last();
                other > self.note || (between && other == self.note)
            }),
            Rule::Consonance => self.below().any(|(voice, other)| {
                let interval = (self.note - other).abs() % 12;
                let lowest = matches!(interval, 5 | 6) && voice == 0;
                matches!(interval, 1 | 2 | 10 | 11) || lowest
            }),
            Rule::Parallels => self.below().any(|(voice, other)| self.perfect(voice, other) == Some(true)),
            Rule::Hidden => {
                let mut bass = self.below().filter(|(voice, _)| *voice == 0 && self.top());
                bass.any(|(voice, other)| self.perfect(voice, other) == Some(false))
            }
            Rule::Independence => self.top() && self.dependent(),
            Rule::Full => {
                self.score.voices == 4 && self.top() && {
                    let chord = self.below().map(|(_, note)| note.rem_euclid(12)).chain([self.class()]);
                    chord.collect::<std::collections::BTreeSet<_>>().len() < 3
                }
            }
            Rule::Twelve | Rule::Intervals => false,
        }
    }

    /// Whether the two come to a fifth or an octave: `Some(true)` from another of the same kind, `Some(false)` in the same
    /// direction from something else.
    fn perfect(&self, voice: usize, other: i32) -> Option<bool> {
        let (mine, theirs) = (self.before[0]?, self.score.get(voice, self.bar.checked_sub(1)?)?);
        let (from, to) = ((mine - theirs).rem_euclid(12), (self.note - other).rem_euclid(12));
        let (i, they) = ((self.note - mine).signum(), (other - theirs).signum());
        match to {
            0 | 7 if from == to && i != 0 && they != 0 => Some(true),
            0 | 7 if from != to && i == they && i != 0 => Some(false),
            _ => None,
        }
    }

    /// C in the lowest voice; above it an octave or a fifth, and with four voices a third too.
    fn opens(&self) -> bool {
        match (self.voice, self.class()) {
            (_, 0) => true,
            (0, _) => false,
            (_, 7) => true,
            (_, class) => class == 4 && self.score.voices > 2,
        }
    }

    /// Whether the note fits the ending; true before it.
    fn closes(&self) -> bool {
        let (two, class) = (self.score.voices == 2, self.class());
        if self.last() {
            let leading = self.before[0].is_some_and(|before| before.rem_euclid(12) == 11);
            let tonic = if self.voice == 0 || self.top() { class == 0 } else { matches!(class, 0 | 4 | 7) };
            return tonic && (!leading || self.before[0] == Some(self.note - 1)) && (!two || self.stepped());
        }
        if self.bar + 2 < self.score.bars {
            return true;
        }
        match (two, self.voice) {
            (true, 0) => class == 2,
            (true, _) => class == 11,
            (false, 0) => matches!(class, 2 | 7),
            (false, _) if self.top() => class == 11 || (class == 2 && self.below().any(|it| it.1.rem_euclid(12) == 11)),
            (false, _) => matches!(class, 2 | 5 | 7 | 11),
        }
    }

    fn stepped(&self) -> bool {
        self.before[0].is_none_or(|before| matches!((before - self.note).abs(), 1 | 2))
    }

    fn dependent(&self) -> bool {
        if self.bar == 0 {
            return false;
        }
        if self.score.voices > 2 {
            let moves =
                self.below().map(|(voice, note)| self.score.get(voice, self.bar - 1).map_or(0, |from| note - from));
            let mut all = moves.chain([self.before[0].map_or(0, |from| self.note - from)]).map(i32::signum);
            let first = all.next().unwrap_or(0);
            return first != 0 && all.all(|direction| direction == first);
        }
        // Thirds are one kind, sixths another.
        let kind = |low: i32, high: i32| match (high - low).rem_euclid(12) {
            3 | 4 => Some(3),
            8 | 9 => Some(6),
            _ => None,
        };
        let then = |bar: usize| kind(self.score.get(0, bar)?, self.score.get(1, bar)?);
        let now = self.score.get(0, self.bar).and_then(|low| kind(low, self.note));
        now.is_some() && self.bar >= 3 && (1..=3).all(|back| then(self.bar - back) == now)
    }
}

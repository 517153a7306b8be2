//! What the Illiac Suite teaches.

use super::super::sound;
use super::markov::{SIZES, chances};
use super::*;

/// A finished piece, with the run that made it.
fn piece(set: &[(&str, f64)], seed: u64) -> (Box<dyn Run>, Notes) {
    let mut settings = Settings::of(&EXHIBIT);
    settings.set("pace", 2000.0).unwrap();
    set.iter().for_each(|(id, value)| settings.set(id, *value).unwrap());
    let mut it = start(&settings, seed).unwrap();
    let bars = settings.get("bars");
    let finished = (0..500).any(|_| it.step().unwrap() == Step::Taken && figure(&*it, "bars") == bars);
    assert!(finished, "{set:?} seed {seed}");
    let notes = roll(&*it, "score");
    (it, notes)
}

fn figure(run: &dyn Run, id: &str) -> f64 {
    let show = run.shows().unwrap().into_iter().find(|show| show.id == id).expect(id);
    let What::Number { value, .. } = show.what else { panic!("{id} is no number") };
    value
}

fn roll(run: &dyn Run, id: &str) -> Notes {
    let show = run.shows().unwrap().into_iter().find(|show| show.id == id).expect(id);
    let What::Notes(notes) = show.what else { panic!("{id} are no notes") };
    notes
}

/// The pitches of each voice, in time.
fn voices(notes: &Notes) -> Vec<Vec<i32>> {
    let of = |voice| {
        let mut all: Vec<&Note> = notes.notes.iter().filter(|note| note.voice == voice).collect();
        all.sort_by(|a, b| a.start.total_cmp(&b.start));
        all.iter().map(|note| i32::from(note.pitch)).collect()
    };
    (0..notes.voices.len()).map(of).collect()
}

/// How often a finished piece breaks a rule, counted from the music alone.
fn breaches(rule: Rule, voices: &[Vec<i32>]) -> usize {
    let (bars, top) = (voices[0].len(), voices.len() - 1);
    let pairs: Vec<(usize, usize)> = (0..=top).flat_map(|high| (0..high).map(move |low| (low, high))).collect();
    // Intervals of two voices in each bar, and how each of the two goes on.
    let two = |low: usize, high: usize, bar: usize| (voices[high][bar] - voices[low][bar]).rem_euclid(12);
    let way = |voice: usize, bar: usize| (voices[voice][bar + 1] - voices[voice][bar]).signum();
    let moves = || voices.iter().flat_map(|voice| voice.windows(2).map(|pair| pair[1] - pair[0]));
    let threes = || voices.iter().flat_map(|voice| voice.windows(3));
    let each = |of: &dyn Fn(usize, usize, usize) -> bool| {
        pairs.iter().map(|(low, high)| (0..bars).filter(|bar| of(*low, *high, *bar)).count()).sum()
    };
    match rule {
        Rule::Scale => voices.iter().flatten().filter(|note| [1, 3, 6, 8, 10].contains(&(**note % 12))).count(),
        Rule::Opening => {
            usize::from(voices[0][0] % 12 != 0)
                + each(&|_, high, bar| bar == 0 && ![0, 4, 7].contains(&(voices[high][0] % 12)))
        }
        Rule::Cadence => {
            let end = |voice: usize| (voices[voice][bars - 2] % 12, voices[voice][bars - 1] % 12);
            let falls =
                voices.iter().filter(|voice| voice[bars - 2] % 12 == 11 && voice[bars - 1] != voice[bars - 2] + 1);
            let rises = (0..=top).any(|voice| end(voice) == (11, 0));
            falls.count() + usize::from(!matches!(end(0), (2 | 7, 0))) + usize::from(end(top).1 != 0 || !rises)
        }
        Rule::Range => {
            voices.iter().filter(|voice| voice.iter().max().unwrap() - voice.iter().min().unwrap() > 12).count()
        }
        Rule::Leaps => moves().filter(|step| [10, 11].contains(&step.abs()) || step.abs() > 12).count(),
        Rule::Tritone => {
            moves().filter(|step| step.abs() == 6).count() + threes().filter(|w| (w[2] - w[0]).abs() == 6).count()
        }
        Rule::Resolve => threes()
            .filter(|w| {
                let (leap, next) = (w[1] - w[0], w[2] - w[1]);
                leap.abs() > 4 && (next.abs() > 2 || next == 0 || next.signum() == leap.signum())
            })
            .count(),
        Rule::Repeats => threes().filter(|w| w[0] == w[1] && w[1] == w[2]).count(),
        Rule::Crossing => each(&|low, high, bar| {
            let apart = voices[high][bar] - voices[low][bar];
            apart < 0 || (apart == 0 && bar > 0 && bar + 1 < bars)
        }),
        Rule::Consonance => each(&|low, high, bar| {
            let interval = (voices[high][bar] - voices[low][bar]).abs() % 12;
            [1, 2, 10, 11].contains(&interval) || (low == 0 && [5, 6].contains(&interval))
        }),
        Rule::Parallels => each(&|low, high, bar| {
            bar + 1 < bars
                && [0, 7].contains(&two(low, high, bar))
                && two(low, high, bar + 1) == two(low, high, bar)
                && way(low, bar) != 0
                && way(high, bar) != 0
        }),
        Rule::Hidden => each(&|low, high, bar| {
            (low, high) == (0, top)
                && bar + 1 < bars
                && [0, 7].contains(&two(low, high, bar + 1))
                && two(low, high, bar) != two(low, high, bar + 1)
                && way(low, bar) != 0
                && way(low, bar) == way(high, bar)
        }),
        Rule::Independence if top == 1 => (3..bars)
            .filter(|bar| {
                let kinds: Vec<i32> = (bar - 3..=*bar)
                    .map(|bar| match two(0, 1, bar) {
                        3 | 4 => 3,
                        8 | 9 => 6,
                        _ => 0,
                    })
                    .collect();
                kinds[0] > 0 && kinds.iter().all(|kind| *kind == kinds[0])
            })
            .count(),
        Rule::Independence => (0..bars - 1)
            .filter(|bar| way(0, *bar) != 0 && (1..=top).all(|voice| way(voice, *bar) == way(0, *bar)))
            .count(),
        Rule::Full => (0..bars)
            .filter(|bar| {
                let chord: std::collections::BTreeSet<i32> = voices.iter().map(|voice| voice[*bar] % 12).collect();
                top == 3 && chord.len() < 3
            })
            .count(),
        Rule::Twelve | Rule::Intervals => 0,
    }
}

#[test]
fn each_rule_holds_when_it_is_on_and_is_broken_when_it_is_off() {
    for experiment in [0.0, 1.0] {
        let laws = || RULES[..Rule::Twelve as usize].iter().filter(|law| law.rule != Rule::Full || experiment == 1.0);
        for seed in 0..20 {
            let (_, notes) = piece(&[("experiment", experiment)], seed);
            assert_eq!(notes.notes.len(), 12 * notes.voices.len());
            for law in laws() {
                assert_eq!(breaches(law.rule, &voices(&notes)), 0, "{} seed {seed}", law.id);
            }
        }
        // With all the others on.
        for law in laws() {
            let off = |seed| voices(&piece(&[("experiment", experiment), (law.id, 0.0)], seed).1);
            let broken: usize = (0..20).map(|seed| breaches(law.rule, &off(seed))).sum();
            assert!(broken > 0, "experiment {experiment}: {} is never broken", law.id);
        }
    }
}

#[test]
fn no_parallel_fifths_and_octaves_over_many_seeds() {
    let count = |experiment: f64, rule: f64| -> usize {
        let of = |seed| {
            breaches(Rule::Parallels, &voices(&piece(&[("experiment", experiment), ("parallels", rule)], seed).1))
        };
        (0..100).map(of).sum()
    };
    for experiment in [0.0, 1.0] {
        let (on, off) = (count(experiment, 1.0), count(experiment, 0.0));
        assert!(on == 0 && off >= 20, "experiment {experiment}: {on} with the rule, {off} without");
    }
}

#[test]
fn a_piece_ends_on_the_tonic() {
    for (experiment, seed) in (0..40).map(|seed| ((seed % 2) as f64, seed)) {
        let all = voices(&piece(&[("experiment", experiment)], seed).1);
        let (low, high) = (&all[0], &all[all.len() - 1]);
        assert_eq!((low[11] % 12, high[11] % 12), (0, 0));
        assert!(all.iter().any(|voice| voice[10] % 12 == 11 && voice[11] == voice[10] + 1), "B rises to C");
    }
}

#[test]
fn starting_over_comes_to_a_piece_too_but_tries_more() {
    let tries = |stuck: f64| -> f64 {
        let of = |seed| figure(&*piece(&[("stuck", stuck)], seed).0, "tries");
        (0..20).map(of).sum::<f64>() / 20.0
    };
    let (over, back) = (tries(0.0), tries(1.0));
    assert!(over > 3.0 * back, "{over} {back}");
    let (run, notes) = piece(&[EXHIBIT.tries[1].set, &[("pace", 2000.0)]].concat(), 3);
    assert!(figure(&*run, "over") > 10.0 && RULES[..14].iter().all(|law| breaches(law.rule, &voices(&notes)) == 0));
}

#[test]
fn every_try_is_counted_as_a_rejected_or_a_written_note() {
    let (run, notes) = piece(&[], 5);
    let laws = RULES.iter().filter(|law| (1..13).contains(&(law.rule as usize)));
    let rejected: f64 = laws.map(|law| figure(&*run, law.count)).sum();
    assert_eq!(figure(&*run, "over"), 0.0);
    assert_eq!(figure(&*run, "tries"), rejected + figure(&*run, "back") + notes.notes.len() as f64);
}

#[test]
fn without_rules_nothing_is_rejected() {
    let (run, notes) = piece(EXHIBIT.tries[0].set, 1);
    assert_eq!(figure(&*run, "tries"), 24.0);
    assert!(RULES[..13].iter().skip(1).map(|law| breaches(law.rule, &voices(&notes))).sum::<usize>() > 10);
}

/// Rows that follow each other in a voice, the last one perhaps not whole.
fn rows_of(set: &[(&str, f64)], seed: u64) -> Vec<Vec<i32>> {
    let all = [&[("experiment", 2.0), ("bars", 32.0)], set].concat();
    let (run, notes) = piece(&all, seed);
    let row = voices(&roll(&*run, "row"));
    let rows = row.iter().chain(&voices(&notes)).flat_map(|voice| voice.chunks(12).map(<[i32]>::to_vec)).collect();
    let ends = notes.notes.iter().map(|note| note.start + note.length).fold(0.0, f32::max);
    assert!(
        ends == 128.0
            && notes.notes.iter().all(|note| FOUR[note.voice].0 <= note.pitch && note.pitch <= FOUR[note.voice].1)
    );
    rows
}

#[test]
fn a_row_has_all_twelve_notes_and_an_interval_row_all_eleven_intervals() {
    let distinct = |all: &mut dyn Iterator<Item = i32>| all.collect::<std::collections::BTreeSet<_>>().len();
    let steps = |row: &[i32]| row.windows(2).map(|pair| (pair[1] - pair[0]).rem_euclid(12)).collect::<Vec<_>>();
    for seed in 0..20 {
        for stuck in [0.0, 1.0] {
            let rows = rows_of(&[("stuck", stuck), ("intervals", 1.0)], seed);
            assert!(rows.iter().filter(|row| row.len() == 12).count() > 8);
            for row in rows {
                assert_eq!(distinct(&mut row.iter().map(|note| note % 12)), row.len(), "{row:?}");
                assert_eq!(distinct(&mut steps(&row).into_iter()), row.len() - 1, "{row:?}");
            }
        }
        let plain = rows_of(&[], seed);
        assert!(plain.iter().all(|row| distinct(&mut row.iter().map(|note| note % 12)) == row.len()));
        assert!(plain.iter().any(|row| distinct(&mut steps(row).into_iter()) < row.len() - 1));
    }
    let free = rows_of(&[("twelve", 0.0)], 1);
    assert!(free.iter().any(|row| distinct(&mut row.iter().map(|note| note % 12)) < row.len()));
}

#[test]
fn intervals_come_as_often_as_their_weights_say() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for (first, lean) in [(false, 0.0), (false, 1.0), (true, 0.5)] {
        let mut chains = Chains::new(first, lean);
        (0..10_000).for_each(|_| chains.write_bar(&mut rng));
        // From the notes, not from the chain's own counts.
        let notes = &chains.notes;
        let mut counts = [[0.0_f64; SIZES]; SIZES];
        for (voice, (lowest, highest)) in FOUR.into_iter().enumerate() {
            let pitches: Vec<u8> = notes.iter().filter(|note| note.voice == voice).map(|note| note.pitch).collect();
            assert!(pitches.iter().all(|pitch| (lowest..=highest).contains(pitch)));
            for three in pitches.windows(3) {
                counts[usize::from(three[1].abs_diff(three[0]))][usize::from(three[2].abs_diff(three[1]))] += 1.0;
            }
        }
        for (before, row) in counts.iter().enumerate() {
            let sum: f64 = row.iter().sum();
            for (size, chance) in chances(lean, Some(before).filter(|_| first)).into_iter().enumerate() {
                // Four standard deviations.
                let tolerance = 4.0 * (chance * (1.0 - chance) / sum).sqrt();
                assert!((row[size] / sum - chance).abs() < tolerance, "{before} {size}: {} {chance}", row[size] / sum);
            }
        }
        assert!(chains.gap() < 0.02, "{}", chains.gap());
    }
    // The order of consonance, without a table: fifths before thirds before seconds before the tritone.
    let by = chances(1.0, None);
    assert!(by[0] > by[12] && by[12] > by[7] && by[7] > by[4] && by[4] > by[2] && by[2] > by[6]);
    assert!(chances(0.0, None).is_sorted_by(|near, far| near > far));
}

#[test]
fn the_weights_can_be_moved_while_a_chain_runs() {
    let mut settings = Settings::of(&EXHIBIT);
    settings.set("experiment", 3.0).unwrap();
    settings.set("bars", 32.0).unwrap();
    let mut it = start(&settings, 1).unwrap();
    (0..16).for_each(|_| assert_eq!(it.step().unwrap(), Step::Taken));
    let before = figure(&*it, "gap");
    settings.set("lean", 0.0).unwrap();
    it.set(&settings);
    assert!(before < 1.0 && figure(&*it, "gap") == 1.0, "counts begin again");
}

#[test]
fn each_experiment_is_heard() {
    for experiment in [0.0, 1.0, 2.0, 3.0] {
        let (_, notes) = piece(&[("experiment", experiment), ("bars", 4.0)], 1);
        let samples = sound::synthesise(&notes, sound::RATE);
        // 16 beats at 120 a minute are 8 s.
        assert!((samples.len() as f32 / sound::RATE as f32 - 8.0).abs() < 0.1);
        let power: f32 = samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len() as f32;
        assert!(power.sqrt() > 0.02 && samples.iter().all(|sample| sample.abs() < 0.901), "{experiment}: {power}");
    }
}

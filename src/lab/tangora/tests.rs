//! The language model, the channel and the search, each against what must hold.

use std::collections::BTreeSet;

use super::super::What;
use super::*;

fn model(tongue: &'static Tongue, noise: f64, order: usize) -> Model {
    let lexicon = Lexicon::new(tongue);
    let language = Trigram::new(&lexicon.sentences(tongue.text), lexicon.words.len(), order);
    let channel = Channel::new(&lexicon, tongue.alike, noise);
    Model { lexicon, language, channel }
}

#[test]
fn all_words_of_the_texts_are_known_and_what_is_spoken_is_new() {
    for tongue in TONGUES {
        let lexicon = Lexicon::new(tongue);
        assert!((60..=120).contains(&lexicon.words.len()), "{}", lexicon.words.len());
        let lengths = |text: &'static str| -> usize {
            if tongue.joined {
                text.chars().filter(|c| !c.is_whitespace() && *c != '。').count()
            } else {
                text.replace('.', " ").split_whitespace().count()
            }
        };
        for text in [tongue.text, tongue.spoken] {
            assert_eq!(lexicon.sentences(text).iter().map(Vec::len).sum::<usize>(), lengths(text));
        }
        let learned: BTreeSet<Vec<usize>> = lexicon.sentences(tongue.text).into_iter().collect();
        let spoken = lexicon.sentences(tongue.spoken);
        assert!(spoken.len() >= WINDOW && spoken.iter().all(|sentence| !learned.contains(sentence)));
        for phone in tongue.alike.iter().flat_map(|group| group.split(' ')) {
            assert!(lexicon.phones.contains(&phone), "{phone}");
        }
    }
}

#[test]
fn probabilities_of_the_next_word_sum_to_one() {
    for (tongue, order) in TONGUES.into_iter().flat_map(|tongue| [(tongue, 1), (tongue, 2), (tongue, 3)]) {
        let Model { language, lexicon, .. } = model(tongue, 0.2, order);
        let edge = language.edge();
        let of = |u, v| (0..=edge).map(|w| language.log(u, v, w).exp()).sum::<f64>();
        for (u, v) in (0..=edge).map(|k| (k, (k * 31 + 7) % edge)).chain([(edge, edge), (edge, 0), (0, edge)]) {
            assert!((of(u, v) - 1.0).abs() < 1e-4, "{:?} {}", lexicon.words.get(u), of(u, v));
        }
    }
}

#[test]
fn interpolation_gives_the_value_worked_out_by_hand() {
    // Histories of length 0, 1 and 2 that were seen 10, 4 and 2 times: classes 5, 3 and 2. 20 words.
    let mut weights = [[0.0; language::CLASSES]; 3];
    (weights[0][5], weights[1][3], weights[2][2]) = (0.5, 0.2, 0.75);
    let chances = language::chances([(3, 10), (2, 4), (1, 2)], &weights, 20);
    // 0.5 * 0.3 + 0.5 * 0.05; 0.2 * 0.5 + 0.8 * 0.175; 0.75 * 0.5 + 0.25 * 0.24
    for (chance, by_hand) in chances.into_iter().zip([0.175, 0.24, 0.435]) {
        assert!((chance - by_hand).abs() < 1e-12, "{chance} {by_hand}");
    }
    // Where a always comes first and b always follows, the model is nearly sure.
    let sure = Trigram::new(&vec![vec![0, 1]; 4], 2, 3);
    assert!(sure.log(2, 2, 0).exp() > 0.95 && sure.log(2, 0, 1).exp() > 0.95 && sure.log(0, 1, 2).exp() > 0.95);
}

#[test]
fn other_weights_than_the_learned_ones_predict_left_out_words_worse() {
    let lexicon = Lexicon::new(TONGUES[0]);
    let (counts, events) = language::count(&lexicon.sentences(TONGUES[0].text), lexicon.words.len());
    let learned = language::weights(&counts, &events);
    let fit = |weights: &language::Weights| -> f64 {
        events
            .iter()
            .map(|event| language::chances(counts.left_out(*event), weights, lexicon.words.len() + 1)[2].ln())
            .sum()
    };
    for (level, class) in (0..3).flat_map(|level| (1..language::CLASSES).map(move |class| (level, class))) {
        for change in [-0.1, 0.1] {
            let mut other = learned;
            other[level][class] = (learned[level][class] + change).clamp(0.001, 0.999);
            assert!(fit(&other) <= fit(&learned) + 0.01, "{level} {class}: {:?}", learned[level]);
        }
    }
}

#[test]
fn more_history_predicts_new_sentences_better() {
    for tongue in TONGUES {
        let [one, two, three] = [1, 2, 3].map(|order| {
            let Model { language, lexicon, .. } = model(tongue, 0.2, order);
            language.perplexity(&lexicon.sentences(tongue.spoken))
        });
        assert!(three < two && two < 0.5 * one && one < 110.0, "{one} {two} {three}");
    }
}

#[test]
fn the_channel_garbles_as_often_as_it_says() {
    let Model { lexicon, channel, .. } = model(TONGUES[0], 0.2, 1);
    for spoken in 0..lexicon.phones.len() {
        let sum: f64 = (0..lexicon.phones.len()).map(|heard| channel.sounds(spoken, heard).exp()).sum();
        assert!((sum - 1.0).abs() < 1e-9);
    }
    let words: Vec<usize> = (0..lexicon.words.len()).cycle().take(20_000).collect();
    let sounds = channel.garble(&lexicon, &words, &mut ChaCha8Rng::seed_from_u64(1));
    let share = |of: &dyn Fn(&Sound) -> bool| sounds.iter().filter(|it| of(it)).count() as f64 / sounds.len() as f64;
    assert!((share(&|it| it.heard.is_some_and(|heard| heard != it.spoken)) - 0.2).abs() < 0.01);
    assert!((share(&|it| it.again) - 0.02).abs() < 0.004);
    assert!((0.01..0.02).contains(&share(&|it| it.heard.is_none())), "the first phone of a word is never lost");
}

/// The score of words by themselves: the best of all ways in which they can have made the phones.
fn score(model: &Model, weight: f64, words: &[usize], heard: &[usize]) -> f64 {
    let (edge, flat) = (model.language.edge(), model.language.flat());
    let all: Vec<usize> = [edge, edge].iter().chain(words).chain([&edge]).copied().collect();
    let logs = all.windows(3).map(|it| flat + weight * (model.language.log(it[0], it[1], it[2]) - flat));
    logs.sum::<f64>() + sounded(model, words, 0, 0, heard)
}

/// By recursion over all ways: the word `words[0]` has its state `at` sound next, as `heard[0]` and the ones after it, or
/// not at all. `run`: whether this state has sounded.
fn sounded(model: &Model, words: &[usize], at: usize, run: usize, heard: &[usize]) -> f64 {
    let (slip, keep) = (model.channel.again(), (1.0 - model.channel.again().exp()).ln());
    let Some((word, others)) = words.split_first() else {
        return if heard.is_empty() { 0.0 } else { f64::NEG_INFINITY };
    };
    let states = &model.lexicon.sounds[*word];
    let Some(state) = states.get(at) else { return sounded(model, others, 0, 0, heard) };
    let mut best = f64::NEG_INFINITY;
    if run == 0 && at > 0 {
        best = slip + sounded(model, words, at + 1, 0, heard);
    }
    if let Some((phone, rest)) = heard.split_first() {
        let chosen = match (run, at) {
            (0, 0) => 0.0,
            (0, _) => keep,
            _ => slip,
        };
        best = best.max(chosen + model.channel.sounds(*state, *phone) + sounded(model, words, at, 1, rest));
    }
    if run == 1 {
        best = best.max(keep + sounded(model, words, at + 1, 0, heard));
    }
    best
}

#[test]
fn an_endless_beam_finds_what_brute_force_finds() {
    // Eleven words with homophones and short ones, which fit together in many ways.
    static FEW: Tongue = Tongue {
        words: "a ah\ni ay\nto t uw\ntwo t uw\nbuy b ay\nby b ay\nus ah s\nnew n uw\nthe dh ah\nwe w iy\nsee s iy",
        text: "we see the new. we buy two. i see us. i buy a new. buy two by us. to us a new. we see two. i see the two",
        spoken: "",
        alike: &["t d dh s", "b w n", "ah uw iy ay"],
        joined: false,
    };
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let mut narrow_fails = 0;
    for (weight, order, noise) in [(1.0, 3, 0.3), (0.5, 3, 0.2), (1.0, 2, 0.3), (0.0, 3, 0.3)] {
        let model = model(&FEW, noise, order);
        let count = model.lexicon.words.len();
        for spoken in model.lexicon.sentences("we see. i buy. buy a. by us. two us. see two. i see a") {
            let sounds = model.channel.garble(&model.lexicon, &spoken, &mut rng);
            let heard: Vec<usize> = sounds.iter().filter_map(|sound| sound.heard).take(4).collect();
            let mut best = (f64::NEG_INFINITY, Vec::new());
            for length in 1..=heard.len() as u32 {
                for at in 0..count.pow(length) {
                    let words: Vec<usize> = (0..length).map(|k| at / count.pow(k) % count).collect();
                    let score = score(&model, weight, &words, &heard);
                    if score > best.0 {
                        best = (score, words);
                    }
                }
            }
            let found = |beam: usize| {
                let mut decoder = Decoder::new(weight, beam);
                heard.iter().for_each(|phone| decoder.hear(&model, *phone));
                decoder.finish(&model, 1).remove(0)
            };
            let exact = found(usize::MAX);
            assert!((exact.score - best.0).abs() < 1e-6, "{exact:?} {best:?}");
            assert!((score(&model, weight, &exact.words, &heard) - best.0).abs() < 1e-6);
            narrow_fails += usize::from(found(1).score < best.0 - 1e-6);
        }
    }
    assert!(narrow_fails >= 5, "a beam of one is not exact: {narrow_fails}");
}

#[test]
fn errors_are_counted_as_changes() {
    assert_eq!(errors(&[1, 2, 3], &[1, 2, 3]), 0);
    assert_eq!(errors(&[1, 2, 3], &[1, 3]), 1);
    assert_eq!(errors(&[1, 2, 3], &[4, 1, 2, 5]), 2);
    assert_eq!(errors(&[1, 2], &[]), 2);
}

fn settings(set: &[(&str, f64)]) -> Settings {
    let mut settings = Settings::of(&EXHIBIT);
    set.iter().for_each(|(id, value)| settings.set(id, *value).unwrap());
    settings
}

#[test]
fn without_noise_all_is_right_but_some_words_that_sound_alike() {
    for tongue in [0.0, 1.0] {
        let mut run = Tangora::new(&settings(&[("tongue", tongue), ("noise", 0.0)]), 1);
        for sentence in 0..run.sentences.len() {
            while run.finished == sentence {
                run.step().unwrap();
            }
            let Lexicon { sounds, .. } = &run.model.lexicon;
            let sounds = |words: &[usize]| words.iter().flat_map(|word| sounds[*word].clone()).collect::<Vec<_>>();
            for best in &run.best {
                assert_eq!(sounds(&best[0].words), sounds(&run.spoken), "{}", run.model.lexicon.write(&best[0].words));
            }
        }
        assert!(run.error_rate(0) < 3.0 && run.error_rate(1) > 8.0, "{} {}", run.error_rate(0), run.error_rate(1));
    }
}

#[test]
fn the_beam_grows_by_a_phone_a_step_and_new_settings_wait_for_the_next_sentence() {
    let mut run = Tangora::new(&settings(&[("beam", 20.0)]), 1);
    let shown = |run: &Tangora| {
        let beam = run.views().into_iter().find(|show| show.id == "beam").unwrap();
        let What::Plane { clouds, arrows, reach, .. } = beam.what else { panic!() };
        let points: Vec<[f32; 2]> = clouds.iter().flat_map(|cloud| cloud.points.clone()).collect();
        assert!(points.iter().flatten().all(|x| x.abs() <= reach));
        (points.len(), clouds[2].points.len(), arrows.len())
    };
    assert_eq!(shown(&run), (0, 0, 0));
    for phone in 1..=6 {
        run.step().unwrap();
        assert_eq!(shown(&run), (20 * phone, phone, 20 * (phone - 1)));
    }
    run.set(&settings(&[("beam", 5.0)]));
    while run.finished == 0 {
        run.step().unwrap();
    }
    assert_eq!(run.decoders[0].columns.last().unwrap().len(), 20);
    run.step().unwrap();
    assert_eq!(shown(&run), (5, 1, 0));
}

#[test]
fn each_extreme_of_the_controls_runs_and_steps_are_short() {
    for (noise, weight, beam) in [(0.6, 3.0, 1000.0), (0.6, 0.0, 1.0), (0.0, 3.0, 1000.0), (0.0, 0.0, 1.0)] {
        for tongue in [0.0, 1.0] {
            let set = [("noise", noise), ("weight", weight), ("beam", beam), ("tongue", tongue)];
            let mut run = Tangora::new(&settings(&set), 2);
            let (begun, steps) = (std::time::Instant::now(), 200);
            for _ in 0..steps {
                run.step().unwrap();
                assert!(run.best.iter().flatten().all(|best| best.score.is_finite()));
                run.views();
            }
            let each = begun.elapsed().as_secs_f64() / f64::from(steps);
            assert!(each < 0.05, "{each} s");
        }
    }
}

//! What holds for every exhibit, and what each one teaches.

use std::time::Instant;

use super::*;

fn started(id: &str, set: &[(&str, f64)], seed: u64) -> Box<dyn Run> {
    let exhibit = exhibit(id).unwrap();
    let mut settings = Settings::of(exhibit);
    for (id, value) in set {
        settings.set(id, *value).unwrap();
    }
    (exhibit.start)(&settings, seed).unwrap()
}

fn run(run: &mut dyn Run, steps: usize) {
    for _ in 0..steps {
        assert_eq!(run.step().unwrap(), Step::Taken);
    }
}

fn figure(run: &dyn Run, id: &str) -> f64 {
    let show = run.shows().unwrap().into_iter().find(|show| show.id == id).expect(id);
    let What::Number { value, .. } = show.what else { panic!("{id} is no number") };
    value
}

#[test]
fn each_exhibit_has_its_words_in_both_languages() {
    let mut ids = std::collections::BTreeSet::new();
    for exhibit in EXHIBITS {
        assert!(ids.insert(exhibit.id) && exhibit.questions.len() == 5 && exhibit.tries.len() == 3, "{}", exhibit.id);
        let words = exhibit.about.0.split_whitespace().count();
        assert!((100..=220).contains(&words), "{}: a minute is about 150 words, and these are {words}", exhibit.id);
        let all = [exhibit.name, exhibit.about, exhibit.fails].into_iter().chain(exhibit.questions.iter().copied());
        let controls = exhibit.controls.iter().flat_map(|control| [control.name, control.about]);
        for (en, zh) in all.chain(controls).chain(exhibit.tries.iter().flat_map(|it| [it.name, it.about])) {
            assert!(!en.is_empty() && !zh.is_empty() && en.is_ascii(), "{en}");
        }
        for it in exhibit.tries {
            let mut settings = Settings::of(exhibit);
            it.set.iter().for_each(|(id, value)| settings.set(id, *value).unwrap());
        }
        for control in exhibit.controls {
            Settings::of(exhibit).set(control.id, control.usual).unwrap();
        }
    }
}

#[test]
fn a_seed_repeats_a_run_and_steps_are_short() {
    for exhibit in EXHIBITS {
        let shown = |seed: u64| {
            let mut it = started(exhibit.id, &[], seed);
            let begun = Instant::now();
            run(&mut *it, 20);
            assert!(begun.elapsed().as_secs_f64() < 20.0, "{}", exhibit.id);
            format!("{:?}", it.shows().unwrap())
        };
        assert_eq!(shown(1), shown(1), "{}", exhibit.id);
        assert_ne!(shown(1), shown(2), "{}", exhibit.id);
    }
}

#[test]
fn values_that_do_not_fit_a_control_are_refused() {
    let mut settings = Settings::of(exhibit("gan").unwrap());
    let outside = |least, most, whole| Err(Unfit::Outside { least, most, whole });
    assert_eq!(settings.set("discriminator_steps", 6.0), outside(1.0, 5.0, true));
    assert_eq!(settings.set("discriminator_steps", 1.5), outside(1.0, 5.0, true));
    assert_eq!(settings.set("generator_rate", f64::NAN), outside(0.00001, 0.1, false));
    assert_eq!(settings.set("generator_rate", 0.0), outside(0.00001, 0.1, false));
    assert_eq!(settings.set("shape", 5.0), outside(0.0, 4.0, true));
    assert_eq!(settings.set("colour", 1.0), Err(Unfit::Unknown));
    assert_eq!((settings.get("discriminator_steps"), settings.get("generator_rate")), (1.0, 0.001));
}

#[test]
fn neurons_tell_a_circle_from_a_ring_but_one_border_does_not() {
    let right = |set: &[(&str, f64)], steps| {
        let mut it = started("neurons", set, 1);
        run(&mut *it, steps);
        figure(&*it, "right")
    };
    assert!(right(&[], 600) >= 95.0);
    assert!(right(&[("layers", 0.0)], 600) < 75.0);
    // Without an activation a deep network is one straight border too.
    assert!(right(&[("activation", 3.0), ("layers", 3.0)], 600) < 75.0);
    assert!(right(&[("points", 3.0), ("layers", 3.0), ("neurons", 12.0)], 1500) >= 90.0, "two spirals");
}

#[test]
fn a_learning_rate_that_is_too_high_is_reported() {
    let mut it = started("neurons", &[("rate", 10.0), ("activation", 1.0), ("layers", 4.0), ("neurons", 16.0)], 1);
    let losses: Vec<Step> = (0..300).map(|_| it.step().unwrap()).collect();
    assert!(losses.contains(&Step::Diverged) || figure(&*it, "right") < 90.0);
}

#[test]
fn the_generator_comes_to_the_real_points_and_collapses_when_it_runs_ahead() {
    let mut ring = started("gan", &[], 1);
    let before = figure(&*ring, "distance");
    run(&mut *ring, 1500);
    let after = figure(&*ring, "distance");
    assert!(after < 0.03 && after < before / 5.0, "{before} {after}");

    let heaps = |set: &[(&str, f64)]| {
        let mut it = started("gan", set, 1);
        run(&mut *it, 1000);
        figure(&*it, "heaps")
    };
    let collapsed = heaps(exhibit("gan").unwrap().tries[1].set);
    assert!(collapsed <= 4.0, "{collapsed} of 8");
}

fn graph(run: &dyn Run, id: &str) -> Vec<Line> {
    let show = run.shows().unwrap().into_iter().find(|show| show.id == id).expect(id);
    let What::Graph { lines, .. } = show.what else { panic!("{id} is no graph") };
    lines
}

#[test]
fn lstm_and_gru_remember_what_the_plain_rnn_forgets() {
    let mut it = started("rnn", &[("delay", 30.0)], 1);
    let left: Vec<f64> = graph(&*it, "distances").iter().map(|line| line.points[30][1]).collect();
    assert!(left[0] < -6.0 && left[1] > -2.0 && left[2] > -2.0, "log10 of the gradient that is left: {left:?}");
    run(&mut *it, 200);
    let right = ["right_rnn", "right_lstm", "right_gru"].map(|id| figure(&*it, id));
    assert!(right[0] < 40.0 && right[1] > 95.0 && right[2] > 95.0, "{right:?} of 100");
    let left: Vec<f64> = graph(&*it, "distances").iter().map(|line| line.points[30][1]).collect();
    assert!(left[0] < left[1] - 3.0 && left[0] < left[2] - 3.0, "{left:?}");
}

#[test]
fn gates_that_begin_half_open_forget_and_large_weights_explode() {
    let tries = exhibit("rnn").unwrap().tries;
    let mut shut = started("rnn", tries[0].set, 1);
    run(&mut *shut, 150);
    assert!(["right_rnn", "right_lstm", "right_gru"].iter().all(|id| figure(&*shut, id) < 40.0));
    let large = started("rnn", tries[1].set, 1);
    let rnn = &graph(&*large, "distances")[0].points;
    assert!(rnn[40][1] > 3.0, "the gradient grows on the way back: {:?}", rnn[40]);
}

#[test]
fn the_cells_learn_a_text_and_write_letters_of_it() {
    for (text, most) in [(0.0, 2.1), (1.0, 4.5)] {
        let mut it = started("rnn", &[("task", 1.0), ("text", text), ("rate", 0.01)], 1);
        run(&mut *it, 90);
        let guess = figure(&*it, "frequencies");
        for id in ["loss_rnn", "loss_lstm", "loss_gru"] {
            let loss = figure(&*it, id);
            assert!(loss < most && loss < guess - 0.5, "{id}: {loss} nats a letter, by frequencies {guess}");
        }
        for show in it.shows().unwrap() {
            match show.what {
                What::Text(text) => assert!(text.chars().count() > 50, "{}: {text}", show.id),
                What::Matrix(it) => {
                    assert_eq!(it.values.len(), it.rows.len() * it.columns.len());
                    assert!(it.values.iter().all(|value| value.abs() <= 1.0), "{}", show.id);
                }
                _ => {}
            }
        }
    }
}

#[test]
fn a_language_model_halves_the_errors_of_the_voice_typewriter() {
    // Word error rates, in percent, with the language model and of sounds alone, over 50 sentences.
    let rates = |set: &[(&str, f64)]| {
        let mut it = started("tangora", set, 1);
        while figure(&*it, "sentences") < 50.0 {
            run(&mut *it, 1);
        }
        (figure(&*it, "error_with"), figure(&*it, "error_without"))
    };
    for (tongue, most, least) in [(0.0, 5.0, 12.0), (1.0, 8.0, 35.0)] {
        let tongue = ("tongue", tongue);
        let (with, without) = rates(&[tongue, ("noise", 0.2)]);
        assert!(with < most && without > least, "{with} {without}");
        let (alone, _) = rates(&[tongue, ("noise", 0.2), ("order", 1.0)]);
        assert!(alone > 2.0 * with, "words by themselves: {alone}");
        let (narrow, _) = rates(&[tongue, ("noise", 0.2), ("beam", 1.0)]);
        assert!(narrow > 4.0 * with, "a beam of 1: {narrow}");
        let (heavy, _) = rates(&[tongue, ("noise", 0.2), ("weight", 3.0)]);
        assert!(heavy > with + 2.0, "a language model that counts too much: {heavy}");
    }
    let (with, without) = rates(&[("weight", 0.0)]);
    assert_eq!(with, without);
}

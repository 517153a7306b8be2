//! `aigc-studio learn`: the exhibits of the Learn room, for classrooms and tests.

mod draw;
mod words;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use super::progress::bar;
use super::run::Interrupts;
use super::values::seed_of;
use super::{Context, out};
use crate::domain::CancelToken;
use crate::engine::Stop;
use crate::error::{Cause, Doing, Result, StudioError};
use crate::lab::{self, EXHIBITS, Exhibit, Kind, Run, Settings, Step, Unfit};
use crate::lang::{Both, both};
use crate::store;

/// Steps where none are given.
const STEPS: u32 = 500;

#[derive(Subcommand)]
pub enum LearnCommand {
    /// List the exhibits and what can be set of them.
    List {
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Run an exhibit and print the figures that it shows.
    Run(RunArgs),
}

#[derive(Args)]
pub struct RunArgs {
    /// As `learn list` names it.
    exhibit: String,
    #[arg(long, value_name = "N", default_value_t = STEPS, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    steps: u32,
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    seed: Option<i128>,
    /// A control, as `learn list` names it, and its value.
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// Write the pictures that it shows into this folder.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print one JSON object, with the curves.
    #[arg(long)]
    json: bool,
}

pub fn run(context: &Context, command: &LearnCommand) -> std::result::Result<(), Stop> {
    match command {
        LearnCommand::List { json: true } => out::line(json!({
            "exhibits": EXHIBITS.iter().map(|exhibit| words::described(exhibit, context.lang)).collect::<Vec<_>>()
        }))?,
        LearnCommand::List { json: false } => {
            for exhibit in EXHIBITS {
                out::bytes(words::listed(exhibit, context.lang).as_bytes())?;
            }
        }
        LearnCommand::Run(args) => exhibit(context, args)?,
    }
    Ok(())
}

fn exhibit(context: &Context, args: &RunArgs) -> std::result::Result<(), Stop> {
    let lang = context.lang;
    let exhibit = find(&args.exhibit)?;
    let settings = settings(exhibit, &args.set)?;
    let seed = seed_of(args.seed)?;
    if let Some(folder) = &args.out {
        std::fs::create_dir_all(folder).map_err(|error| StudioError::io(Doing::Writing, folder, &error))?;
    }
    let interrupts = Interrupts::listen();
    let mut run = (exhibit.start)(&settings, seed)?;
    let bar = bar(args.steps.into(), "[{bar:30}] {pos}/{len}  {eta} left");
    take_steps(&mut *run, args.steps, interrupts.token(), &mut |done| bar.set_position(done.into()))?;
    bar.finish_and_clear();
    let shows = run.shows()?;
    let mut files = Vec::new();
    if let Some(folder) = &args.out {
        for (name, bytes) in draw::files(&shows)? {
            let path = folder.join(name);
            store::write_file(&path, &bytes)?;
            files.push(path);
        }
    }
    if args.json {
        let files: Vec<String> = files.iter().map(|path| path.display().to_string()).collect();
        let settings: serde_json::Map<_, _> =
            settings.iter().map(|(control, value)| (control.id.to_owned(), json!(value))).collect();
        out::line(json!({
            "exhibit": exhibit.id, "steps": args.steps, "seed": seed, "settings": settings,
            "shows": shows.iter().map(words::figures).collect::<Vec<_>>(), "files": files,
        }))?;
    } else {
        shows.iter().filter_map(|show| words::told(show, lang)).try_for_each(out::line)?;
        files.iter().try_for_each(|path| out::path(path))?;
    }
    Ok(())
}

fn find(id: &str) -> Result<&'static Exhibit> {
    lab::exhibit(id).ok_or_else(|| {
        let choices = Both::same(EXHIBITS.iter().map(|exhibit| exhibit.id).collect::<Vec<_>>().join(", "));
        Cause::BadChoice { name: "exhibit", value: Both::same(id), choices }.into()
    })
}

/// The usual values, and those of `NAME=VALUE`.
fn settings(exhibit: &Exhibit, given: &[String]) -> Result<Settings> {
    let mut settings = Settings::of(exhibit);
    for text in given {
        let refused =
            |choices: Both| StudioError::from(Cause::BadChoice { name: "set", value: Both::same(text), choices });
        let (name, value) =
            text.split_once('=').map_or((text.as_str(), ""), |(name, value)| (name.trim(), value.trim()));
        let names = || {
            Both::same(exhibit.controls.iter().map(|control| format!("{}=", control.id)).collect::<Vec<_>>().join(", "))
        };
        let control = exhibit.controls.iter().find(|control| control.id == name).ok_or_else(|| refused(names()))?;
        // A choice by its number or by its word.
        let by_word = match control.kind {
            Kind::Choice(choices) => choices.iter().position(|(en, zh)| en.eq_ignore_ascii_case(value) || *zh == value),
            _ => None,
        };
        let number = by_word.map(|at| at as f64).or_else(|| value.parse().ok()).unwrap_or(f64::NAN);
        settings.set(name, number).map_err(|unfit| match unfit {
            Unfit::Unknown => refused(names()),
            Unfit::Outside { least, most, .. } => match control.kind {
                Kind::Choice(choices) => {
                    let all = |pick: fn(&lab::Words) -> &str| choices.iter().map(pick).collect::<Vec<_>>();
                    refused(Both::new(all(|it| it.0).join(", "), all(|it| it.1).join("、")))
                }
                Kind::Whole { .. } => {
                    refused(both!("whole numbers from {least} to {most}", "{least} 到 {most} 的整数"))
                }
                Kind::Rate { .. } | Kind::Number { .. } => refused(both!("{least} to {most}", "{least} 到 {most}")),
            },
        })?;
    }
    Ok(settings)
}

fn take_steps(
    run: &mut dyn Run,
    steps: u32,
    token: &CancelToken,
    seen: &mut dyn FnMut(u32),
) -> std::result::Result<(), Stop> {
    for step in 1..=steps {
        token.check()?;
        if run.step()? == Step::Diverged {
            return Err(Cause::Diverged { step: step.into() }.into());
        }
        seen(step);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(set: &str) -> String {
        let error = settings(lab::exhibit("gan").unwrap(), &[set.to_owned()]).map(drop).unwrap_err();
        let Cause::BadChoice { name: "set", choices, .. } = error.cause() else { panic!("{error:?}") };
        choices.en.clone()
    }

    #[test]
    fn what_cannot_be_set_is_refused_with_what_can() {
        assert_eq!(refused("shape=cube"), "ring, eight heaps, two moons, spiral, line");
        assert_eq!(refused("generator_steps=0.5"), "whole numbers from 1 to 10");
        assert_eq!(refused("generator_rate=fast"), "0.00001 to 0.1");
        assert!(refused("colour=1").starts_with("shape=, ") && refused("shape").starts_with("ring"));
        let set = ["shape=Two Moons".to_owned(), "generator_steps = 3".to_owned()];
        let settings = settings(lab::exhibit("gan").unwrap(), &set).unwrap();
        assert_eq!((settings.whole("shape"), settings.whole("generator_steps")), (2, 3));
        assert!(find("cubism").is_err() && find("gan").is_ok());
    }

    #[test]
    fn a_run_stops_at_a_step_when_it_is_cancelled_or_diverges() {
        struct Bomb(u32);
        impl Run for Bomb {
            fn step(&mut self) -> lab::Result<Step> {
                self.0 += 1;
                Ok(if self.0 == 3 { Step::Diverged } else { Step::Taken })
            }
            fn set(&mut self, _: &Settings) {}
            fn shows(&self) -> lab::Result<Vec<lab::Show>> {
                Ok(Vec::new())
            }
        }
        let token = CancelToken::new();
        let mut bomb = Bomb(0);
        let Err(Stop::Failed(error)) = take_steps(&mut bomb, 5, &token, &mut |_| {}) else { panic!("it diverges") };
        assert_eq!(error.cause(), &Cause::Diverged { step: 3 });
        let stopped = take_steps(&mut Bomb(10), 5, &token, &mut |step| {
            if step == 2 {
                token.cancel();
            }
        });
        assert!(matches!(stopped, Err(Stop::Cancelled)));
    }
}

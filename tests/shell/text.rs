//! Texts written and refused.

use super::*;

#[test]
fn text_streams_to_stdout_and_the_same_seed_writes_the_same() {
    let home = Home::new();
    let model = home.tiny_text_model();
    let args = ["text", "hello", "--model", &model, "--max-tokens", "12", "--seed", "3", "--raw"];
    let first = home.run(&args);
    assert_eq!(first.status.code(), Some(0), "{}", stderr(&first));
    assert!(!first.stdout.is_empty());
    assert_eq!(first.stdout, home.run(&args).stdout);
    assert!(stderr(&first).contains("tok/s"));
}

#[test]
fn text_json_has_the_promised_keys() {
    let home = Home::new();
    let model = home.tiny_text_model();
    let args = ["text", "hello", "--model", &model, "--max-tokens", "5", "--seed", "3", "--raw", "--json"];
    let value = json(&home.run(&[&args[..], &["--ignore-eos"]].concat()));
    for key in [
        "text",
        "prompt_tokens",
        "completion_tokens",
        "load_s",
        "ttft_s",
        "prompt_tok_s",
        "decode_tok_s",
        "read_s",
        "write_s",
        "peak_memory_bytes",
        "drafted_tokens",
        "accepted_tokens",
        "seed",
        "model",
        "finish_reason",
    ] {
        assert!(value.get(key).is_some(), "{key} in {value}");
    }
    assert_eq!(value["seed"], 3);
    assert_eq!(value["completion_tokens"], 5);
    assert_eq!(value["finish_reason"], "length");
    assert!(value["read_s"].as_f64().unwrap() > 0.0 && value["write_s"].as_f64().unwrap() > 0.0, "{value}");
    if cfg!(target_os = "linux") {
        assert!(value["peak_memory_bytes"].as_u64().unwrap() > 1 << 20, "{value}");
    }
}

#[test]
fn a_full_context_is_told() {
    let home = Home::new();
    let model = home.tiny_text_model();
    let long = "x".repeat(70);
    let ask = |prompt: &str, more: &[&str]| {
        home.run(&[&["text", prompt, "--model", &model, "--raw", "--ignore-eos", "--context", "64"], more].concat())
    };
    let exact = ask(&long[..64], &[]);
    assert_eq!((exact.status.code(), exact.stdout.len()), (Some(0), 0));
    assert!(stderr(&exact).contains("The prompt fills the context of 64 tokens"), "{}", stderr(&exact));
    let cut = ask(&long[..60], &["--json"]);
    assert!(stderr(&cut).contains("cut after 4 tokens: the context of 64 tokens is full"), "{}", stderr(&cut));
    assert_eq!(json(&cut)["finish_reason"], "context_full");
    let ended = ask(&long[..60], &["--max-tokens", "3"]);
    assert!(!stderr(&ended).contains("context"), "{}", stderr(&ended));
    refuses(&ask(&long, &[]), 1, &["70 tokens", "6 more than the context of 64"]);
}

#[test]
fn files_with_a_byte_order_mark_are_read() {
    let home = Home::new();
    let model = home.tiny_text_model();
    let utf16: Vec<u8> = "\u{feff}{\"const\": 7}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    std::fs::write(home.path("a.gbnf"), "\u{feff}root ::= \"a\"").unwrap();
    std::fs::write(home.path("b.json"), "\u{feff}{\"const\": 1}").unwrap();
    std::fs::write(home.path("c.json"), utf16).unwrap();
    for (flag, file, answer) in [
        ("--grammar-file", "a.gbnf", "a\n"),
        ("--json-schema-file", "b.json", "1\n"),
        ("--json-schema-file", "c.json", "7\n"),
    ] {
        let output = home.run(&["text", "x", "--model", &model, "--raw", flag, file]);
        assert_eq!(stdout(&output), answer, "{file}: {}", stderr(&output));
    }
    std::fs::write(home.path("d.json"), b"\"\xFF\"").unwrap();
    let args = ["text", "x", "--model", &model, "--raw", "--json-schema-file", "d.json"];
    refuses(&home.run(&args), 1, &["d.json", "UTF-8"]);
    let messages = home.path("messages.json");
    std::fs::write(&messages, "\u{feff}[{\"role\":\"user\",\"content\":\"Hi\"}]").unwrap();
    let mut render = home.command(&["render", "--model", &model]);
    let output = render.stdin(std::fs::File::open(&messages).unwrap()).output().unwrap();
    assert_eq!(stdout(&output), "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n");
}

#[test]
fn a_draft_model_writes_the_same_and_is_counted() {
    let home = Home::new();
    let model = home.tiny_text_model();
    let args = ["text", "hello", "--model", &model, "--max-tokens", "30", "--temperature", "0", "--raw", "--json"];
    let alone = json(&home.run(&args));
    let drafted =
        json(&home.run(&[&args[..], &["--draft", &model, "--draft-max", "4", "--draft-p-min", "0"]].concat()));
    assert_eq!(alone["text"], drafted["text"]);
    assert_eq!((&alone["drafted_tokens"], &drafted["drafted_tokens"]), (&0.into(), &drafted["accepted_tokens"]));
    // 1 and five goes of 4 and 1, then 3 and 1.
    assert_eq!(drafted["accepted_tokens"], 23);
    refuses(&home.run(&[&args[..8], &["--draft", "sticker-64"]].concat()), 1, &["sticker-64"]);
    refuses(&home.run(&[&args[..8], &["--draft", &model, "--draft-max", "0"]].concat()), 2, &["draft-max is 0"]);
}

#[test]
fn bad_text_requests_are_refused_with_the_numbers() {
    let home = Home::new();
    let model = home.tiny_text_model();
    refuses(&home.run(&["text", ""]), 2, &["empty"]);
    refuses(&home.run(&["text", "x", "--temperature", "9"]), 2, &["temperature is 9", "between 0 and 5"]);
    refuses(&home.run(&["text", "x", "--top-p", "1.5"]), 2, &["top-p"]);
    refuses(&home.run(&["text", "x", "--min-p", "nan"]), 2, &["min-p"]);
    refuses(&home.run(&["text", "x", "--max-tokens", "0"]), 2, &["max-tokens"]);
    refuses(&home.run(&["text", "x", "--model", "nope"]), 1, &["nope", "smollm2-135m"]);
    refuses(&home.run(&["text", "x", "--model", "sticker-64"]), 1, &["sticker-64"]);
    let long = "word ".repeat(3000);
    let output = home.run(&["text", &long, "--model", &model, "--raw", "--context", "64"]);
    refuses(&output, 1, &["tokens", "more than the context of 64"]);
}

#[test]
fn language_models_that_are_not_what_they_say() {
    let home = Home::new();
    let path = home.tiny_text_model();
    let good = std::fs::read(&path).unwrap();
    let mut many = good.clone();
    many[8..16].copy_from_slice(&(1u64 << 60).to_le_bytes());
    for (name, bytes) in [("cut", &good[..good.len() / 2]), ("empty", &[][..]), ("2^60 tensors", &many[..])] {
        std::fs::write(&path, bytes).unwrap();
        refuses(&home.run(&["text", "x", "--model", &path, "--raw"]), 1, &["tiny.gguf"]);
        refuses(&home.run(&["models", "check", &path]), 1, &["tiny.gguf"]);
        let _ = name;
    }
}

#[test]
fn tokens_and_rendered_chats_are_printed_without_a_word_more() {
    let home = Home::new();
    let model = home.tiny_text_model();
    let output = with_stdin(&home, &["tokens", "--model", &model], "he the\n\n<|im_end|> 你\nlast");
    let lines: Vec<Vec<u32>> = stdout(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 4, "{}", stderr(&output));
    assert!(lines[0].len() < 6 && lines[1].is_empty() && lines[2][0] == 298 && lines[2].len() > 3);
    let plain = with_stdin(&home, &["tokens", "--no-special", "--model", &model], "<|im_end|>\n");
    assert!(serde_json::from_str::<Vec<u32>>(stdout(&plain).trim()).unwrap().len() > 3, "its letters");

    let chat = r#"[{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hi\n"}]"#;
    let output = with_stdin(&home, &["render", "--model", &model], chat);
    let expected = "<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\nHi\n<|im_end|>\n<|im_start|>assistant\n";
    assert_eq!(stdout(&output), expected);
    refuses(&with_stdin(&home, &["render", "--model", &model], "{"), 2, &["messages", "role"]);
    refuses(&with_stdin(&home, &["tokens", "--model", "nope"], ""), 1, &["nope"]);
}

/// Regression: such bytes became replacement characters without a word.
#[test]
fn tokens_of_what_is_not_utf_8_are_refused_by_the_line() {
    let home = Home::new();
    let model = home.tiny_text_model();
    let mut child = home.command(&["tokens", "--model", &model]);
    let mut child = child.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"he\n\xc4\xe3\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("line 2") && stderr(&output).contains("UTF-8"), "{}", stderr(&output));
}

//! What a shell sees: pipes, signals, flags, languages.

use super::*;

#[cfg(unix)]
#[test]
fn ctrl_c_ends_with_130_within_a_step() {
    let home = Home::new();
    let mut child = home
        .command(&["image", "cat", "--steps", "150", "--count", "64", "--out", "x.png", "--previews", "p"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let until = Instant::now() + Duration::from_secs(60);
    while !home.path("p/01-001.png").exists() {
        assert!(Instant::now() < until, "no step in a minute");
        std::thread::sleep(Duration::from_millis(20));
    }
    let pressed = Instant::now();
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(130));
    assert!(pressed.elapsed() < Duration::from_secs(10), "{:?}", pressed.elapsed());
    assert!(!home.path("x-1.png").exists());
}

#[test]
fn packages_get_manual_pages_and_completions() {
    let home = Home::new();
    let page = home.run(&["man", "models", "fetch"]);
    assert_eq!(page.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&page.stdout).contains(".TH aigc-studio-models-fetch 1"));
    let script = home.run(&["completions", "fish"]);
    assert_eq!(script.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&script.stdout).contains("complete -c aigc-studio"));
    refuses(&home.run(&["man", "fly"]), 2, &["fly", "image"]);
    assert!(!String::from_utf8_lossy(&home.run(&["--help"]).stdout).contains("completions"), "not for beginners");
}

#[test]
fn broken_settings_are_kept_aside_and_said() {
    let home = Home::new();
    let paths = aigc_studio::store::Paths::below(home.0.path());
    std::fs::create_dir_all(paths.settings().parent().unwrap()).unwrap();
    std::fs::write(paths.settings(), b"\xff\xfe not settings").unwrap();
    let output = home.run(&["models", "list"]);
    assert_eq!(output.status.code(), Some(0));
    let err = stderr(&output);
    assert!(err.contains("settings file could not be read") && err.contains("kept at"), "{err}");
    assert!(!stderr(&home.run(&["models", "list"])).contains("settings"), "said once");
}

#[cfg(target_os = "linux")]
#[test]
fn a_window_without_a_display_is_an_error_with_a_way_on() {
    let home = Home::new();
    let output = home.command(&[]).env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").output().unwrap();
    refuses(&output, 1, &["no display", "set DISPLAY", "use the command line"]);
    assert!(!stderr(&output).contains("driver"), "{}", stderr(&output));
}

/// Regression: a driver was to be installed, beside a path of the machine that built the program.
#[cfg(target_os = "linux")]
#[test]
fn a_display_that_cannot_be_reached_is_named_in_both_languages() {
    let home = Home::new();
    for (locale, words) in [("C", "display wayland-99 cannot be reached"), ("zh_CN.UTF-8", "无法连接显示器 wayland-99")]
    {
        let mut command = home.command(&[]);
        command.env_remove("DISPLAY").env_remove("WAYLAND_SOCKET").env("WAYLAND_DISPLAY", "wayland-99");
        let output = command.env("XDG_RUNTIME_DIR", home.0.path()).env("LC_ALL", locale).output().unwrap();
        refuses(&output, 1, &[words, "WAYLAND_DISPLAY=wayland-99", "aigc-studio --help"]);
        assert!(!stderr(&output).contains(".rs"), "{}", stderr(&output));
    }
}

/// Regression: such a name was ignored silently.
#[cfg(target_os = "linux")]
#[test]
fn a_renderer_that_is_none_is_named_and_the_usual_ones_are_tried() {
    let home = Home::new();
    let mut command = home.command(&[]);
    command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").env("AIGC_STUDIO_RENDERER", "foo");
    refuses(&command.output().unwrap(), 1, &["AIGC_STUDIO_RENDERER=foo is neither wgpu nor glow", "no display"]);
}

/// A window that finds no display: it starts and ends as every other.
#[cfg(target_os = "linux")]
fn window(home: &Home) -> Output {
    let mut command = home.command(&[]);
    command.env("HOME", home.0.path()).env_remove("AIGC_STUDIO_LOG");
    command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").output().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn the_window_logs_below_the_data_folder_and_a_command_does_not() {
    let home = Home::new();
    assert!(home.run(&["models", "list"]).status.success());
    assert!(!home.path("logs").exists());
    refuses(&window(&home), 1, &["no display"]);
    let log = std::fs::read_to_string(home.path("logs/studio.log")).unwrap();
    assert!(log.contains(&format!("AIGC Studio {}", env!("CARGO_PKG_VERSION"))) && log.contains(" starts on"), "{log}");
    assert!(log.contains("ends after"), "{log}");
    assert!(!log.contains(home.0.path().to_str().unwrap()), "{log}");
    // Nothing can be written any more, and that stops nobody.
    std::fs::remove_dir_all(home.path("logs")).unwrap();
    std::fs::write(home.path("logs"), "a file in the way").unwrap();
    refuses(&window(&home), 1, &["no display"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_second_window_leaves_the_log_to_the_first() {
    let home = Home::new();
    std::fs::create_dir_all(home.path("window")).unwrap();
    // The first window is there and does not answer.
    let lock = std::fs::File::create(home.path("window/lock")).unwrap();
    lock.try_lock().unwrap();
    refuses(&window(&home), 1, &["no display"]);
    assert!(!home.path("logs").exists());
}

#[test]
fn errors_are_chinese_where_the_locale_is() {
    let home = Home::new();
    let output = home.command(&["image", " "]).env("LC_ALL", "zh_CN.UTF-8").output().unwrap();
    refuses(&output, 2, &["提示词是空的"]);
}

#[test]
fn a_prompt_comes_from_stdin_as_it_would_from_an_argument() {
    let home = Home::new();
    let model = home.tiny_text_model();
    let rest = ["--model", &model, "--max-tokens", "12", "--seed", "3", "--raw"];
    let given = home.run(&[&["text", "hello"], &rest[..]].concat());
    assert!(!given.stdout.is_empty());
    for args in [&["text", "-"][..], &["text"]] {
        let piped = with_stdin(&home, &[args, &rest[..]].concat(), "hello\n");
        assert_eq!(piped.stdout, given.stdout, "{args:?}: {}", stderr(&piped));
    }
    refuses(&with_stdin(&home, &["text", "-"], "  \n"), 2, &["empty"]);
    refuses(&with_stdin(&home, &["text"], ""), 2, &["PROMPT", "stdin"]);

    let model = home.tiny_picture_model();
    let out = home.path("piped.png");
    let args = ["image", "-", "--model", &model, "--steps", "1", "--out", out.to_str().unwrap()];
    assert!(with_stdin(&home, &args, "a red apple\r\n").status.success());
    assert_eq!(aigc_studio::store::picture_files::read_record(&out).unwrap().prompt, "a red apple");
}

#[test]
fn an_unknown_flag_is_wrong_usage_and_no_prompt() {
    let home = Home::new();
    for args in [
        &["text", "--jsn"][..],
        &["text", "--jsn", "hi"],
        &["text", "-x"],
        &["image", "--frobnicate"],
        &["image", "--steps", "1", "--frobnicate"],
        &["models", "list", "--jsn"],
        &["models", "fetch", "--agre"],
        &["models", "check", "--jsn"],
        &["tokens", "--modl"],
        &["render", "--modl"],
        &["bench", "text", "--runz"],
        &["--jsn"],
    ] {
        refuses(&home.run(args), 2, &[args.iter().find(|a| a.starts_with('-') && **a != "--steps").unwrap()]);
    }
    refuses(&home.run(&["txt"]), 2, &["txt"]);
    refuses(&home.run(&["gone.png"]), 1, &["gone.png"]);
}

/// Commands that print, each with a tiny model.
fn printing(home: &Home) -> Vec<Vec<String>> {
    let (text, picture) = (home.tiny_text_model(), home.tiny_picture_model());
    let lines = [
        "--help".to_owned(),
        "models list".to_owned(),
        "models list --json".to_owned(),
        format!("models check {text}"),
        format!("models check {text} --json"),
        format!("text hello --model {text} --max-tokens 9 --raw --ignore-eos"),
        format!("text hello --model {text} --max-tokens 9 --raw --json"),
        format!("tokens --model {text}"),
        format!("render --model {text}"),
        format!("image cat --model {picture} --steps 1 --out kept.png"),
        format!("image cat --model {picture} --steps 1 --out kept.png --json"),
        format!("image cat --model {picture} --steps 1 --out -"),
    ];
    lines.iter().map(|line| line.split(' ').map(str::to_owned).collect()).collect()
}

const CHAT: &str = r#"[{"role": "user", "content": "Hi"}]"#;

/// `aigc-studio ... | true`, and the same for stderr.
#[test]
fn a_closed_pipe_ends_without_a_word() {
    use std::io::Write;
    let home = Home::new();
    let closed = || std::io::pipe().unwrap().1;
    for args in printing(&home) {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let mut child =
            home.command(&args).stdin(Stdio::piped()).stdout(closed()).stderr(Stdio::piped()).spawn().unwrap();
        let _ = child.stdin.take().unwrap().write_all(CHAT.as_bytes());
        let output = child.wait_with_output().unwrap();
        let err = stderr(&output);
        assert_eq!(output.status.code(), Some(0), "{args:?}: {err}");
        assert!(!err.contains("error") && !err.contains("panicked") && !err.contains("pipe"), "{args:?}: {err}");
    }
    assert!(home.path("kept.png").is_file());
    for (args, code) in [(&["text", "hi", "--model", "nope"][..], 1), (&["models", "list"], 0)] {
        let status = home.command(args).stdout(Stdio::null()).stderr(closed()).status().unwrap();
        assert_eq!(status.code(), Some(code), "{args:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_on_stdout_is_told_in_words() {
    use std::io::Write;
    let home = Home::new();
    for args in printing(&home) {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let mut child = home.command(&args).stdin(Stdio::piped()).stdout(full).stderr(Stdio::piped()).spawn().unwrap();
        let _ = child.stdin.take().unwrap().write_all(CHAT.as_bytes());
        let output = child.wait_with_output().unwrap();
        refuses(&output, 1, &["the disk that it goes to is full", "Free some space"]);
    }
    assert!(home.path("kept.png").is_file());
}

#[cfg(unix)]
#[test]
fn out_follows_links_and_writes_into_what_is_no_file() {
    use std::os::unix::fs::{FileTypeExt, symlink};
    let home = Home::new();
    let model = home.tiny_picture_model();
    let draw = ["image", "cat", "--model", &model, "--steps", "1", "--seed", "5", "--out"];
    let run = |rest: &[&str]| home.run(&[&draw[..], rest].concat());
    let is_png = |bytes: &[u8]| bytes.starts_with(b"\x89PNG\r\n");

    // Links to a file, and to one that is not there yet.
    std::fs::create_dir(home.path("far")).unwrap();
    symlink("far/real.png", home.path("link.png")).unwrap();
    for _ in 0..2 {
        assert_eq!(stdout(&run(&["link.png"])).trim(), "link.png");
        assert!(home.path("link.png").is_symlink() && is_png(&std::fs::read(home.path("far/real.png")).unwrap()));
    }
    // A device, under its name and through a link, once and for many pictures.
    symlink("/dev/null", home.path("null.png")).unwrap();
    for rest in [&["/dev/null"][..], &["null.png"], &["null.png", "--count", "2"]] {
        let output = run(rest);
        assert!(output.status.success(), "{}", stderr(&output));
        assert!(std::fs::metadata("/dev/null").unwrap().file_type().is_char_device());
        assert!(home.path("null.png").is_symlink() && !home.path("null-1.png").exists());
        assert!(!Path::new("/dev/null-1").exists());
    }
    // Stdout has the picture and nothing else.
    for name in ["-", "/dev/stdout"] {
        let output = run(&[name]);
        assert!(is_png(&output.stdout), "{name}: {}", stderr(&output));
        assert_eq!(output.stdout, std::fs::read(home.path("far/real.png")).unwrap(), "{name}");
        assert!(!home.path("-").exists());
    }
    refuses(&run(&["-", "--json"]), 2, &["--json prints on stdout"]);
    // A pipe that somebody reads.
    assert!(Command::new("mkfifo").arg(home.path("pipe.png")).status().unwrap().success());
    let reader = Command::new("cat").arg(home.path("pipe.png")).stdout(Stdio::piped()).spawn().unwrap();
    assert!(run(&["pipe.png"]).status.success());
    assert!(is_png(&reader.wait_with_output().unwrap().stdout));
    assert!(std::fs::metadata(home.path("pipe.png")).unwrap().file_type().is_fifo());
    // What cannot be written is told before the first step, and stays.
    symlink("round", home.path("round")).unwrap();
    for name in ["far", "new/", "round"] {
        refuses(&run(&[name]), 1, &["cannot be written", "Choose the name of a file"]);
    }
    assert!(home.path("round").is_symlink());
}

/// A second start hands over to the window that is open, and says what became of it, and with which home.
#[test]
fn a_start_beside_an_open_window_says_that_the_window_was_told() {
    let home = Home::new();
    let paths = aigc_studio::store::Paths::below(home.0.path());
    std::fs::create_dir_all(paths.window()).unwrap();
    let lock = std::fs::File::create(paths.window().join("lock")).unwrap();
    lock.try_lock().unwrap();
    for (locale, words) in
        [("C", ["is already open with", "was asked to come to the front"]), ("zh_CN.UTF-8", ["打开", "已请求那个窗口"])]
    {
        let folder = paths.window();
        // As an open window answers: it takes the call away.
        let answer = std::thread::spawn(move || {
            let until = Instant::now() + Duration::from_secs(30);
            loop {
                let files = std::fs::read_dir(&folder).unwrap().flatten().map(|entry| entry.path());
                let call = files.into_iter().find(|path| path.extension().is_some_and(|e| e == "call"));
                if let Some(call) = call {
                    return std::fs::remove_file(call).unwrap();
                }
                assert!(Instant::now() < until, "nothing was handed over");
                std::thread::sleep(Duration::from_millis(20));
            }
        });
        let output = home.command(&[]).env("LC_ALL", locale).output().unwrap();
        answer.join().unwrap();
        refuses(&output, 0, &words);
        let err = stderr(&output);
        assert!(err.contains(&paths.settings().display().to_string()), "{err}");
        assert_eq!(err.trim().lines().count(), 1, "one line and no log: {err}");
    }
}

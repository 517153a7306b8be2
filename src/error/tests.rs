//! Tests of errors as a whole.

use super::*;

#[test]
fn a_full_disk_is_recognised() {
    let error = StudioError::io(Doing::Writing, "/x", &std::io::ErrorKind::StorageFull.into());
    assert!(matches!(error.cause(), Cause::DiskFull { .. }));
}

#[test]
fn numbers_reach_the_summary_in_both_languages() {
    let error = StudioError::from(Cause::PromptTooLong { tokens: 2300, context: 2048 });
    for lang in Lang::ALL {
        let text = error.summary(lang);
        assert!(text.contains("252") && text.contains("2048"), "{text}");
        assert!(!error.remedy(lang).is_empty());
    }
}

#[test]
fn a_language_models_troubles_have_remedies_for_language_models() {
    let missing: Vec<String> = (2..=9).map(|n| format!("m-{n:05}-of-00009.gguf")).collect();
    let path = PathBuf::from("m-00001-of-00009.gguf");
    for (cause, words) in [
        (Cause::BadLogits { step: 4 }, ["NaN", "5", "--kv f32"]),
        (Cause::ContextFull { context: 512, written: 0 }, ["512", "", ""]),
        (Cause::ContextFull { context: 512, written: 40 }, ["512", "40", ""]),
        (Cause::MissingParts { path, part: 1, count: 9, missing }, ["1", "m-00002-of-00009.gguf", "(+3)"]),
    ] {
        let error = StudioError::from(cause);
        for lang in Lang::ALL {
            let text = error.summary(lang) + &error.remedy(lang);
            assert!(words.iter().all(|word| text.contains(word)), "{text}");
        }
    }
}

/// Regression: the text of the launcher stood where the cause belongs, with advice about reading files.
#[test]
fn what_the_desktop_cannot_open_is_named_with_where_it_is() {
    for (what, target, words) in [
        (Handed::Folder, "/home/mei/图片", [["file manager", "terminal"], ["文件管理器", "终端"]]),
        (Handed::Link, "https://example.org/a", [["browser", "Copy the address"], ["浏览器", "复制地址"]]),
    ] {
        let error = StudioError::from(Cause::NotOpened { what, target: target.into() }).with_details("gio: 512");
        for (lang, words) in Lang::ALL.into_iter().zip(words) {
            let text = error.summary(lang) + &error.remedy(lang);
            assert!(text.contains(target) && words.iter().all(|word| text.contains(word)), "{text}");
            assert!(!text.contains("gio"), "{text}");
        }
    }
}

/// Regression: main sentences said "(os error 20)".
#[test]
fn what_the_system_says_is_in_plain_words_and_its_number_in_the_details() {
    for code in [1, 2, 5, 13, 16, 17, 18, 20, 21, 26, 27, 30, 36, 39, 110, 116] {
        let system = std::io::Error::from_raw_os_error(code);
        let error = StudioError::io(Doing::Writing, "/p/a.png", &system);
        for lang in Lang::ALL {
            let text = error.summary(lang) + &error.remedy(lang);
            assert!(!text.contains("os error") && text.contains("/p/a.png"), "{text}");
            assert!(lang == Lang::En || !text.contains(&system.to_string()), "{text}");
        }
        assert!(error.details().contains("os error"), "{error:?}");
    }
    let error = StudioError::io(Doing::Creating, "/p", &std::io::Error::from_raw_os_error(20));
    assert_eq!(error.summary(Lang::En), "Could not create /p: a file is where a folder should be.");
}

/// Regression: the Chinese window said "clip-skip 为 9", and the shell "clip-skip is 9".
#[test]
fn a_setting_has_its_name_in_the_window_and_its_flag_in_the_shell() {
    let range = StudioError::from(Cause::OutOfRange { name: "clip-skip", value: 9.0, min: 1.0, max: 2.0 });
    assert_eq!(range.summary(Lang::Zh), "CLIP 跳过层数为 9，应在 1 与 2 之间。");
    assert_eq!(range.in_shell(Lang::Zh).0, "--clip-skip 为 9，应在 1 与 2 之间。");
    assert_eq!(range.summary(Lang::En), "Clip skip is 9; it must be between 1 and 2.");
    let (value, choices) = (Both::same("dpm"), Both::same("Euler, Heun"));
    let choice = StudioError::from(Cause::BadChoice { name: "sampler", value, choices });
    assert_eq!(choice.summary(Lang::Zh), "采样器：“dpm”在这里不可用。");
    assert_eq!(choice.in_shell(Lang::En).0, "--sampler: \u{201c}dpm\u{201d} cannot be used here.");
    assert_eq!(choice.in_shell(Lang::En).1, "Choose: Euler, Heun.");
    let format = Cause::BadChoice { name: "picture format", value: Both::same("gif"), choices: Both::same("png") };
    assert_eq!(
        StudioError::from(format).in_shell(Lang::En).0,
        "Picture format: \u{201c}gif\u{201d} cannot be used here."
    );
}

/// Regression: on a read-only disk the window asked for free space.
#[test]
fn what_keeps_work_from_being_saved_is_what_the_remedy_is_about() {
    let refused = |code: i32| StudioError::io(Doing::Writing, "/d/a", &std::io::Error::from_raw_os_error(code));
    for (code, words) in [(28, ["disk space", "腾出"]), (30, ["read-only", "只读"]), (13, ["permission", "权限"])]
    {
        let error = StudioError::from(Cause::Unsaved { refusal: Some(Box::new(refused(code).cause().clone())) });
        for (lang, word) in Lang::ALL.into_iter().zip(words) {
            let remedy = error.remedy(lang);
            assert!(remedy.contains(word) && remedy.contains("/d/a"), "{remedy}");
            assert!(code == 28 || !remedy.contains("space") && !remedy.contains("腾出"), "{remedy}");
        }
    }
    let unknown = StudioError::from(Cause::Unsaved { refusal: None });
    assert!(!unknown.remedy(Lang::En).contains("space"));
}

#[test]
fn details_add_up() {
    let error = StudioError::other(Both::same("a")).with_details("b").with_details("c");
    assert_eq!(error.details(), "b\nc");
}

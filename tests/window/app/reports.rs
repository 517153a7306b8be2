//! A report of a panic is offered by the next window, once.

use std::path::{Path, PathBuf};

use aigc_studio::lang::Lang;
use aigc_studio::state::{Command, SettingsCommand};
use aigc_studio::ui::texts::T;

use super::{Window, home};

fn left(home: &Path) -> PathBuf {
    let logs = home.join("logs");
    std::fs::create_dir_all(&logs).unwrap();
    let report = logs.join("panic-2026-11-30T10-05-00.000Z.txt");
    std::fs::write(&report, "thread: engine-text\nwhat: the brush broke\n").unwrap();
    report
}

fn seen(report: &Path) -> bool {
    !report.exists() && report.with_extension("seen.txt").exists()
}

#[test]
fn a_report_is_offered_shown_and_not_offered_again() {
    for lang in Lang::ALL {
        let home = home();
        let report = left(home.path());
        // No normal end removed it.
        std::fs::write(home.path().join("logs/running"), "2026-11-30T10-00-00.000Z").unwrap();
        let mut window = Window::open(home.path());
        let ctx = window.harness.ctx.clone();
        window.studio().command(&ctx, Command::Settings(SettingsCommand::SetLang(lang)));
        window.until("it is offered", |w| w.shows(T::ReportEnded.tr(lang)));
        window.click(T::ShowReport.tr(lang));
        window.until("it is shown", |w| w.shows("the brush broke"));
        window.until("it is seen", |_| seen(&report));
        assert!(!window.shows(T::ReportEnded.tr(lang)), "the notice is gone");
        window.click(T::Close.tr(lang));
        assert!(!window.shows("the brush broke"));
        window.close();
        assert!(!home.path().join("logs/running").exists(), "a normal end");
    }
}

#[test]
fn a_dismissed_report_stays_dismissed() {
    let home = home();
    let report = left(home.path());
    let mut window = Window::open(home.path());
    // The program went on after it.
    window.until("it is offered", |w| w.shows(T::ReportWrong.tr(Lang::En)));
    window.click(T::Dismiss.tr(Lang::En));
    window.until("it is seen", |_| seen(&report));
    window.close();

    // Nor is it after a power cut, which leaves no report.
    std::fs::write(home.path().join("logs/running"), "2026-11-30T11-00-00.000Z").unwrap();
    let mut window = Window::open(home.path());
    window.until("the window is known to run", |_| {
        std::fs::read_to_string(home.path().join("logs/running"))
            .is_ok_and(|began| !began.starts_with("2026-11-30T11-"))
    });
    for _ in 0..20 {
        window.harness.step();
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert!(window.studio().state.notices.list.is_empty());
    window.close();
}

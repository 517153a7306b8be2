//! Two pictures of the window, pixel by pixel: fonts, icons, colours and layout in one look. They need a graphics
//! adapter (Debian's `mesa-vulkan-drivers` is one); `UPDATE_SNAPSHOTS=1` draws them anew.

use crate::states::*;
use aigc_studio::domain::Theme;
use aigc_studio::lang::Lang;
use egui_kittest::SnapshotOptions;

/// Drivers differ by a shade at the edges of letters.
fn options() -> SnapshotOptions {
    SnapshotOptions::new().threshold(2.0).max_failed_pixels(40)
}

#[test]
#[ignore = "needs a graphics adapter"]
fn create_in_english_dark() {
    let mut harness = rendered(create_done(Lang::En, Theme::Dark), [1280.0, 800.0]);
    harness.run_steps(4);
    harness.snapshot_options("create-en-dark", &options());
}

#[test]
#[ignore = "needs a graphics adapter"]
fn write_in_chinese_light_and_small() {
    let mut harness = rendered(write_chat(Lang::Zh, Theme::Light), [900.0, 600.0]);
    harness.run_steps(4);
    harness.snapshot_options("write-zh-light-small", &options());
}

//! The size of the window on its monitor, in points of the system.

use egui::{Vec2, vec2};

/// Points of a monitor that a window leaves to the desktop: its panels, and the window's own title and edges. No system
/// tells how much that is before a window is open.
const DESKTOP: Vec2 = vec2(32.0, 96.0);
/// The least size of what is inside, where the monitor has room for it.
const LEAST: Vec2 = vec2(860.0, 560.0);

/// The room that the desktop leaves. Half of a monitor is taken in any case.
fn room(monitor: Vec2) -> Vec2 {
    (monitor - DESKTOP).max(monitor / 2.0)
}

/// The least size of a window on a monitor: a larger one would leave it.
pub fn least(monitor: Vec2) -> Vec2 {
    LEAST.min(room(monitor))
}

/// The size that a window of `wanted` points opens with on a monitor.
pub fn fit(wanted: Vec2, monitor: Vec2) -> Vec2 {
    wanted.max(least(monitor)).min(room(monitor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_leaves_the_desktop_its_panels() {
        let usual = vec2(1280.0, 800.0);
        assert_eq!(fit(usual, vec2(1920.0, 1080.0)), usual);
        assert_eq!(fit(usual, vec2(1280.0, 800.0)), vec2(1248.0, 704.0));
        assert_eq!(fit(usual, vec2(1366.0, 768.0)), vec2(1280.0, 672.0));
        // What a larger monitor had room for.
        assert_eq!(fit(vec2(2500.0, 1300.0), vec2(1920.0, 1080.0)), vec2(1888.0, 984.0));
        assert_eq!(fit(usual, vec2(900.0, 600.0)), vec2(868.0, 504.0));
        // What a smaller monitor left of it.
        assert_eq!(fit(vec2(400.0, 300.0), vec2(1920.0, 1080.0)), LEAST);
    }

    /// Regression: at a scale of 1.5 and more the window was larger than the monitor and could not be made smaller.
    #[test]
    fn neither_a_window_nor_its_minimum_is_larger_than_the_monitor() {
        assert_eq!(least(vec2(1920.0, 1080.0)), LEAST);
        // 1280 x 800 at 1.5, 1920 x 1080 at 2 and at 3, a monitor of nearly nothing.
        for (monitor, smallest) in [
            (vec2(853.0, 533.0), vec2(821.0, 437.0)),
            (vec2(960.0, 540.0), vec2(860.0, 444.0)),
            (vec2(640.0, 360.0), vec2(608.0, 264.0)),
            (vec2(40.0, 40.0), vec2(20.0, 20.0)),
        ] {
            assert_eq!(least(monitor), smallest);
            let size = fit(vec2(1280.0, 800.0), monitor);
            assert_eq!(size, size.max(smallest).min(monitor));
        }
    }
}

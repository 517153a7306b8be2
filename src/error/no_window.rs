//! Why there is no window, and what to do about it, in every language.

use crate::lang::{Both, both};

/// Why there is no window.
#[derive(Clone, Debug, PartialEq)]
pub enum NoWindow {
    /// The environment names no display.
    NoDisplay,
    /// No display answers at the `value` of the environment variable `name`.
    DisplayUnreachable { name: &'static str, value: String },
    /// The X server has no such extension.
    ExtensionMissing { extension: &'static str },
    /// The display went away while the window was open.
    DisplayLost,
    /// The system has no such library; `package` has it on Debian.
    LibraryMissing { library: String, package: String },
    /// No renderer works; `reason` says what each of them is missing.
    NoDriver { reason: Both },
    /// The system's or a driver's code failed while the window was opened.
    Failed,
}

impl NoWindow {
    pub(super) fn summary(&self) -> Both {
        match self {
            Self::NoDisplay => Both::new(
                "The window cannot open: there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set).",
                "无法打开窗口：没有显示器（DISPLAY 与 WAYLAND_DISPLAY 都未设置）。",
            ),
            Self::DisplayUnreachable { name, value } => both!(
                "The window cannot open: the display {value} cannot be reached ({name}={value}).",
                "无法打开窗口：无法连接显示器 {value}（{name}={value}）。"
            ),
            Self::ExtensionMissing { extension } => both!(
                "The window cannot open: the X server does not have the extension {extension}.",
                "无法打开窗口：X 服务器没有 {extension} 扩展。"
            ),
            Self::DisplayLost => Both::new(
                "The window was closed: the connection to the display was lost.",
                "窗口已关闭：与显示器的连接中断。",
            ),
            Self::LibraryMissing { library, .. } => {
                both!("The window cannot open: the library {library} is missing.", "无法打开窗口：缺少库 {library}。")
            }
            Self::NoDriver { reason } => Both::new(
                format!("The window cannot be drawn on this machine: {}.", reason.en),
                format!("无法在这台电脑上打开窗口：{}。", reason.zh),
            ),
            Self::Failed => Both::new(
                "The window cannot open: the system's graphics code failed.",
                "无法打开窗口：系统的图形代码出错。",
            ),
        }
    }

    pub(super) fn remedy(&self) -> Both {
        match self {
            Self::NoDisplay => Both::new(
                "Start the program from a desktop session or set DISPLAY, or use the command line: aigc-studio --help.",
                "请在桌面会话中启动程序，或设置 DISPLAY；也可以使用命令行：aigc-studio --help。",
            ),
            Self::DisplayUnreachable { name, .. } => both!(
                "Check {name}, start the program from the desktop, or use the command line: aigc-studio --help.",
                "请检查 {name}，或从桌面启动程序；也可以使用命令行：aigc-studio --help。"
            ),
            Self::ExtensionMissing { .. } => Both::new(
                "Use another display, or use the command line: aigc-studio --help.",
                "请换一个显示器，或使用命令行：aigc-studio --help。",
            ),
            Self::DisplayLost => {
                Both::new("Start the program again once the desktop is back.", "桌面恢复后请重新启动程序。")
            }
            Self::LibraryMissing { package, .. } => both!(
                "Install it (on Debian: {package}), or use the command line: aigc-studio --help.",
                "请安装它（Debian：{package}），或使用命令行：aigc-studio --help。"
            ),
            Self::NoDriver { .. } => Both::new(
                "Install a graphics driver (on Debian: mesa-vulkan-drivers), or use the command line: aigc-studio --help.",
                "请安装显卡驱动（Debian：mesa-vulkan-drivers），或使用命令行：aigc-studio --help。",
            ),
            Self::Failed => Both::new(
                "Update the graphics driver, or use the command line: aigc-studio --help.",
                "请更新显卡驱动，或使用命令行：aigc-studio --help。",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Cause, StudioError};
    use crate::lang::Lang;

    /// Regression: whatever was missing, a graphics driver was to be installed.
    #[test]
    fn each_reason_has_its_values_and_only_a_missing_driver_wants_one() {
        let driver = Both::new("no Vulkan driver was found", "没有找到 Vulkan 驱动程序");
        for (why, words) in [
            (NoWindow::NoDisplay, ["WAYLAND_DISPLAY", "--help"]),
            (NoWindow::DisplayUnreachable { name: "DISPLAY", value: ":555".into() }, ["DISPLAY=:555", "--help"]),
            (NoWindow::ExtensionMissing { extension: "RANDR" }, ["RANDR", "--help"]),
            (NoWindow::DisplayLost, ["", ""]),
            (NoWindow::LibraryMissing { library: "libXi.so.6".into(), package: "libxi6".into() }, ["libXi", "libxi6"]),
            (NoWindow::NoDriver { reason: driver }, ["Vulkan", "mesa-vulkan-drivers"]),
            (NoWindow::Failed, ["", "--help"]),
        ] {
            let wants = matches!(why, NoWindow::NoDriver { .. });
            let error = StudioError::from(Cause::NoWindow { why });
            for lang in Lang::ALL {
                let text = error.summary(lang) + &error.remedy(lang);
                assert!(words.iter().all(|word| text.contains(word)), "{text}");
                assert_eq!(text.contains("mesa"), wants, "{text}");
            }
        }
    }
}

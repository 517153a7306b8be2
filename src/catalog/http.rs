//! One file over HTTP, with resume.
//!
//! The request runs on a thread of its own and hands its bytes over a small channel: a look-up of a name, a
//! connection or a read that hangs cannot be interrupted, but it can be left behind. So cancelling and giving up on
//! a silent server take some milliseconds, whatever the network does.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use super::fetch_error::FetchError;
use super::verify::beside;
use crate::disk;
use crate::domain::CancelToken;
use crate::error::{Doing, StudioError, plain};
use crate::lang::{Both, both};

const BLOCK: usize = 256 << 10;
/// How often the cancel flag and the clock are looked at.
const TICK: Duration = Duration::from_millis(50);
/// Tries in a row that bring nothing new.
const FRUITLESS: u32 = 3;
const PAUSE: Duration = Duration::from_millis(500);

/// What is to come, and how long to wait for it.
pub struct HttpDownload<'a> {
    pub url: &'a str,
    /// The bytes so far; they are added to.
    pub part: &'a Path,
    /// Bytes that the whole file must have.
    pub bytes: u64,
    /// Longest time until the answer begins, name look-up and redirects included.
    pub answer: Duration,
    /// Longest silence after that.
    pub silence: Duration,
}

/// What a server says of a file without sending it. Redirects are reported, not followed.
pub struct About {
    pub status: u16,
    pub location: Option<String>,
    /// Of the model hub: the hash and the size of the large file behind a redirect, and the commit that it is of.
    pub linked_etag: Option<String>,
    pub linked_size: Option<u64>,
    pub commit: Option<String>,
}

/// Asks for the head of `url`, on a thread of its own.
///
/// # Errors
/// No answer in time, or a cancel. Any HTTP status is an answer.
pub fn head(url: &str, answer: Duration, cancel: &CancelToken) -> Result<About, FetchError> {
    let (sender, receiver) = bounded(1);
    let url = url.to_owned();
    let work = move || drop(sender.send(run_head(&url, answer)));
    if thread::Builder::new().name("fetch-head".to_owned()).spawn(work).is_err() {
        return Err(FetchError::Source(Both::new("no thread could be started for the request", "无法启动线程")));
    }
    let until = Instant::now() + answer;
    loop {
        cancel.check()?;
        match receiver.recv_timeout(TICK) {
            Ok(about) => return about.map_err(FetchError::Source),
            Err(RecvTimeoutError::Timeout) if Instant::now() < until => {}
            Err(_) => return Err(FetchError::Source(silent_for(answer))),
        }
    }
}

fn run_head(url: &str, answer: Duration) -> Result<About, Both> {
    let config = config(answer).max_redirects(0).timeout_global(Some(answer)).build();
    let response = ureq::Agent::new_with_config(config).head(url).call().map_err(|e| describe(&e))?;
    let header = |name: &str| response.headers().get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
    Ok(About {
        status: response.status().as_u16(),
        location: header("location"),
        linked_etag: header("x-linked-etag"),
        linked_size: header("x-linked-size").and_then(|v| v.parse().ok()),
        commit: header("x-repo-commit"),
    })
}

fn config(answer: Duration) -> ureq::config::ConfigBuilder<ureq::typestate::AgentScope> {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .accept_encoding("identity")
        .user_agent(concat!("aigc-studio/", env!("CARGO_PKG_VERSION")))
        .timeout_resolve(Some(answer))
        .timeout_connect(Some(answer))
        .timeout_recv_response(Some(answer))
}

enum News {
    Head { status: u16, length: Option<u64>, range: Option<String>, etag: Option<String> },
    Data(Vec<u8>),
    End,
    Failed(Both),
}

/// Brings `wanted.part` to its full length, over as many connections as that takes while each brings something new.
/// `progress` is told the bytes in the file.
///
/// # Errors
/// The server stops, is silent too long or sends another file; a full disk; or a cancel. What has come is kept.
pub fn download(wanted: &HttpDownload, cancel: &CancelToken, progress: &mut dyn FnMut(u64)) -> Result<(), FetchError> {
    let mut best = size(wanted.part);
    let mut fruitless = 0;
    let mut answered = false;
    loop {
        match attempt(wanted, cancel, progress, &mut answered) {
            Ok(()) => return Ok(()),
            Err(FetchError::Broken(reason)) => {
                let now = size(wanted.part);
                fruitless = if now > best { 0 } else { fruitless + 1 };
                best = best.max(now);
                // One that never answered is skipped at once; one that broke off may only have had a bad moment.
                if !answered || fruitless >= FRUITLESS {
                    return Err(FetchError::Source(reason));
                }
                let until = Instant::now() + PAUSE;
                while Instant::now() < until {
                    cancel.check()?;
                    thread::sleep(TICK);
                }
            }
            Err(stop) => return Err(stop),
        }
    }
}

fn size(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |m| m.len())
}

fn etag_path(part: &Path) -> PathBuf {
    beside(part, ".etag")
}

/// Deletes what has come of a file.
pub fn forget(part: &Path) {
    let _ = fs::remove_file(part);
    let _ = fs::remove_file(etag_path(part));
}

fn attempt(
    wanted: &HttpDownload,
    cancel: &CancelToken,
    progress: &mut dyn FnMut(u64),
    answered: &mut bool,
) -> Result<(), FetchError> {
    cancel.check()?;
    let mut have = size(wanted.part);
    if have > wanted.bytes {
        forget(wanted.part);
        have = 0;
    }
    if have == wanted.bytes {
        return Ok(());
    }
    // If the file at the source has changed since, `If-Range` makes it come whole instead of as a wrong rest.
    let etag = fs::read_to_string(etag_path(wanted.part)).ok().filter(|tag| have > 0 && is_strong(tag));
    let news = request(wanted.url.to_owned(), have, etag, wanted.answer, wanted.silence);
    let mut waiter = Waiter { news, cancel, patience: wanted.answer };

    let News::Head { status, length, range, etag } = waiter.next()? else {
        return Err(FetchError::Source(Both::new("its response has no header", "它的答复没有开头")));
    };
    *answered = true;
    let write_error = |e: &std::io::Error| FetchError::Local(disk::write_error(wanted.part, wanted.bytes, e));
    match status {
        200 => {
            if length.is_some_and(|n| n != wanted.bytes) {
                return Err(FetchError::Source(wrong_size(length.unwrap_or(0), wanted.bytes)));
            }
            forget(wanted.part);
            have = 0;
            if let Some(tag) = etag.filter(|tag| is_strong(tag)) {
                fs::write(etag_path(wanted.part), tag).map_err(|e| write_error(&e))?;
            }
        }
        206 => {
            let (start, total) = range.as_deref().and_then(content_range).unwrap_or((u64::MAX, None));
            if let Some(total) = total.filter(|&n| n != wanted.bytes) {
                return Err(FetchError::Source(wrong_size(total, wanted.bytes)));
            }
            if start != have {
                forget(wanted.part);
                return Err(FetchError::Broken(Both::new(
                    "it sent another byte range than was requested",
                    "它发来的不是所要的部分",
                )));
            }
        }
        416 => {
            forget(wanted.part);
            return Err(FetchError::Broken(Both::new("HTTP 416", "服务器答复 HTTP 416")));
        }
        status => return Err(FetchError::Source(both!("HTTP {status}", "服务器答复 HTTP {status}"))),
    }

    let mut file = open_at(wanted.part, have).map_err(|e| FetchError::Local(e.into_error(wanted)))?;
    waiter.patience = wanted.silence;
    loop {
        match waiter.next()? {
            News::Data(data) => {
                if have + data.len() as u64 > wanted.bytes {
                    drop(file);
                    forget(wanted.part);
                    return Err(FetchError::Source(both!(
                        "it sends more than the {} bytes of the card",
                        "它发来的超过模型卡上的 {} 字节",
                        wanted.bytes
                    )));
                }
                file.write_all(&data).map_err(|e| write_error(&e))?;
                have += data.len() as u64;
                progress(have);
            }
            News::End if have == wanted.bytes => {
                return file.sync_all().map_err(|e| write_error(&e));
            }
            News::End => {
                return Err(FetchError::Broken(both!(
                    "it stopped after {have} of {} bytes",
                    "它在 {have} 字节后停止，共 {} 字节",
                    wanted.bytes
                )));
            }
            News::Head { .. } | News::Failed(_) => {
                return Err(FetchError::Broken(Both::new("its response is malformed", "它的答复混乱")));
            }
        }
    }
}

struct OpenError(std::io::Error);

impl OpenError {
    fn into_error(self, wanted: &HttpDownload) -> StudioError {
        StudioError::io(Doing::Writing, wanted.part, &self.0)
    }
}

fn open_at(part: &Path, have: u64) -> Result<File, OpenError> {
    let open = || {
        let mut file = OpenOptions::new().write(true).create(true).truncate(false).open(part)?;
        file.set_len(have)?;
        file.seek(SeekFrom::Start(have))?;
        Ok(file)
    };
    open().map_err(OpenError)
}

pub(super) fn wrong_size(found: u64, wanted: u64) -> Both {
    both!("its file has {found} bytes, the card says {wanted}", "它的文件有 {found} 字节，模型卡上是 {wanted}")
}

fn is_strong(etag: &str) -> bool {
    etag.starts_with('"') && etag.len() < 256 && !etag.contains(['\r', '\n'])
}

/// `bytes 100-199/1000`: where it starts, and the whole.
fn content_range(value: &str) -> Option<(u64, Option<u64>)> {
    let (range, total) = value.trim().strip_prefix("bytes ")?.split_once('/')?;
    let (start, _) = range.split_once('-')?;
    Some((start.trim().parse().ok()?, total.trim().parse().ok()))
}

struct Waiter<'a> {
    news: Receiver<News>,
    cancel: &'a CancelToken,
    patience: Duration,
}

impl Waiter<'_> {
    fn next(&mut self) -> Result<News, FetchError> {
        let until = Instant::now() + self.patience;
        loop {
            self.cancel.check()?;
            match self.news.recv_timeout(TICK) {
                Ok(News::Failed(reason)) => return Err(FetchError::Broken(reason)),
                Ok(news) => return Ok(news),
                Err(RecvTimeoutError::Timeout) if Instant::now() < until => {}
                Err(RecvTimeoutError::Timeout) => {
                    return Err(FetchError::Broken(silent_for(self.patience)));
                }
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(FetchError::Broken(Both::new("it broke off", "连接中断")));
                }
            }
        }
    }
}

/// Starts the request on its thread. Dropping the receiver ends it at its next byte or time limit.
fn request(url: String, from: u64, etag: Option<String>, answer: Duration, silence: Duration) -> Receiver<News> {
    let (news, receiver) = bounded(4);
    let work = move || {
        if let Err(reason) = run_request(&url, from, etag, answer, silence, &news) {
            let _ = news.send(News::Failed(reason));
        }
    };
    if thread::Builder::new().name("fetch-http".to_owned()).spawn(work).is_err() {
        tracing::error!("no thread for a download");
    }
    receiver
}

fn run_request(
    url: &str,
    from: u64,
    etag: Option<String>,
    answer: Duration,
    silence: Duration,
    news: &Sender<News>,
) -> Result<(), Both> {
    let config = config(answer).timeout_per_read(Some(silence)).build();
    let mut request = ureq::Agent::new_with_config(config).get(url);
    if from > 0 {
        request = request.header("Range", format!("bytes={from}-"));
        if let Some(etag) = etag {
            request = request.header("If-Range", etag);
        }
    }
    let response = request.call().map_err(|e| describe(&e))?;
    let header = |name: &str| response.headers().get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
    let head = News::Head {
        status: response.status().as_u16(),
        length: header("content-length").and_then(|v| v.parse().ok()),
        range: header("content-range"),
        etag: header("etag"),
    };
    if news.send(head).is_err() {
        return Ok(());
    }
    let mut body = response.into_body().into_reader();
    loop {
        let mut data = vec![0; BLOCK];
        let read = body.read(&mut data).map_err(|e| of_system(&e))?;
        data.truncate(read);
        let end = data.is_empty();
        if news.send(if end { News::End } else { News::Data(data) }).is_err() || end {
            return Ok(());
        }
    }
}

/// An error in a few words.
fn describe(error: &ureq::Error) -> Both {
    let unknown_name = || Both::new("its address could not be resolved (no network?)", "找不到这个地址（没有网络？）");
    match error {
        ureq::Error::HostNotFound => unknown_name(),
        // The system's look-up has no error kind of its own.
        ureq::Error::Io(e) if e.to_string().contains("lookup address") => unknown_name(),
        ureq::Error::Io(e) => of_system(e),
        ureq::Error::Timeout(what) => both!("no answer in time ({what})", "没有及时答复（{what}）"),
        other => Both::new(other.to_string().trim_end_matches('.'), "网络请求失败"),
    }
}

/// What the system says of a connection.
fn of_system(error: &std::io::Error) -> Both {
    Both::new(error.to_string(), plain(error).zh)
}

/// Nothing came in all that time.
pub(super) fn silent_for(patience: Duration) -> Both {
    both!("no data for {} s", "{} 秒没有回应", patience.as_secs_f32().round())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read() {
        assert_eq!(content_range("bytes 100-199/1000"), Some((100, Some(1000))));
        assert_eq!(content_range("bytes 5-9/*"), Some((5, None)));
        for bad in ["", "bytes", "bytes */1000", "items 1-2/3", "bytes x-2/3"] {
            assert_eq!(content_range(bad), None, "{bad}");
        }
    }

    #[test]
    fn only_strong_tags_are_kept() {
        assert!(is_strong("\"abc\""));
        for bad in ["", "W/\"abc\"", "\"a\r\nX: y\"", "abc"] {
            assert!(!is_strong(bad), "{bad:?}");
        }
    }
}

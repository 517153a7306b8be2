//! What the fetch tests share: a card, a server that misbehaves as told, and a way to wait for the end.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use aigc_studio::catalog::{FetchConfig, Fetcher};
use aigc_studio::domain::{FetchEvent, FetchEventKind, Makes, ModelCard, ModelFile, Source};
use crossbeam_channel::Receiver;
use sha2::{Digest, Sha256};

/// Bytes that are not the same anywhere, so that a piece at the wrong place is noticed.
pub fn content(length: usize) -> Vec<u8> {
    let mut state = 1u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..length).map(|_| next()).collect()
}

pub fn card(id: &str, bytes: &[u8], sources: Vec<Source>) -> ModelCard {
    ModelCard {
        id: id.into(),
        name: id.into(),
        makes: Makes::Text,
        family: "llama".into(),
        about: "x".into(),
        about_zh: "x".into(),
        licence: "MIT".into(),
        terms: None,
        quality: Default::default(),
        memory: 1,
        files: vec![ModelFile {
            name: "m.gguf".into(),
            bytes: bytes.len() as u64,
            sha256: hex::encode(Sha256::digest(bytes)),
            sources,
        }],
        sizes: Vec::new(),
        defaults: Default::default(),
        examples: Vec::new(),
        examples_zh: Vec::new(),
        local: None,
    }
}

/// The card as a file of the models folder.
pub fn to_toml(card: &ModelCard) -> String {
    let file = &card.files[0];
    format!(
        "id = \"{}\"\nname = \"x\"\nmakes = \"text\"\nfamily = \"llama\"\nabout = \"x\"\nabout_zh = \"x\"\n\
         licence = \"MIT\"\nmemory = 1\n[[files]]\nname = \"{}\"\nbytes = {}\nsha256 = \"{}\"\nsources = []\n",
        card.id, file.name, file.bytes, file.sha256
    )
}

/// Short waits, so that the tests are quick.
pub fn config(hub: &str) -> FetchConfig {
    FetchConfig {
        hub: hub.into(),
        python: None,
        answer: Duration::from_secs(2),
        silence: Duration::from_secs(1),
        pip_silence: Duration::from_secs(2),
    }
}

/// Fetches to the end and returns all news.
pub fn run(config: FetchConfig, card: ModelCard, models: &Path) -> Vec<FetchEventKind> {
    let (_fetcher, events) = Fetcher::start_with(config, card, models, false, Arc::new(|| {}));
    finish(&events)
}

/// All news up to the last.
pub fn finish(events: &Receiver<FetchEvent>) -> Vec<FetchEventKind> {
    let mut kinds = Vec::new();
    loop {
        let event = events.recv_timeout(Duration::from_secs(60)).expect("an ending comes");
        kinds.push(event.kind);
        if matches!(
            kinds.last(),
            Some(FetchEventKind::Finished { .. } | FetchEventKind::Failed(_) | FetchEventKind::Cancelled)
        ) {
            return kinds;
        }
    }
}

pub fn sources_failed(events: &[FetchEventKind]) -> Vec<String> {
    let reason = |e: &FetchEventKind| match e {
        FetchEventKind::Skipped { error, .. } => Some(error.to_string()),
        _ => None,
    };
    events.iter().filter_map(reason).collect()
}

/// The commit that a hub's revision names.
pub const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// How a server behaves.
#[derive(Clone, Debug)]
pub enum Manner {
    Good,
    /// Ignores `Range`.
    NoRanges,
    /// Closes each connection after so many bytes of the body.
    BreakAfter(usize),
    /// Like that, and without ranges.
    AlwaysShort(usize),
    Status(u16),
    /// Claims a body of another length.
    Length(usize),
    /// Sends more than there is, without saying how much.
    TooMuch,
    Garbage,
    CloseAtOnce,
    HangBeforeAnswer,
    HangInBody(usize),
    Slow,
    Redirect(String),
    /// As the model hub: its head says hash, size and commit of the file behind a redirect.
    Hub {
        sha256: String,
        bytes: u64,
    },
    /// Other bytes at one path.
    WrongAt(String, Vec<u8>),
}

#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub range_start: Option<u64>,
    pub if_range: Option<String>,
}

pub struct Server {
    pub base: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// Serves `bytes` at every path until the test ends.
    pub fn start(bytes: Vec<u8>, manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = requests.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (bytes, manner, seen) = (bytes.clone(), manner.clone(), seen.clone());
                // A client that goes away is an error of writing: the end of this connection.
                thread::spawn(move || serve(stream, &bytes, &manner, &seen));
            }
        });
        Self { base, requests }
    }

    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

fn read_request(stream: &TcpStream) -> Option<Request> {
    let mut lines = BufReader::new(stream.try_clone().ok()?).lines();
    let first = lines.next()?.ok()?;
    let mut words = first.split(' ').map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let mut request = Request { method, path, range_start: None, if_range: None };
    while let Some(Ok(line)) = lines.next() {
        if line.is_empty() {
            return Some(request);
        }
        let (name, value) = line.split_once(": ")?;
        match name.to_ascii_lowercase().as_str() {
            "range" => request.range_start = value.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok(),
            "if-range" => request.if_range = Some(value.to_owned()),
            _ => {}
        }
    }
    None
}

fn serve(mut stream: TcpStream, bytes: &[u8], manner: &Manner, seen: &Mutex<Vec<Request>>) -> Option<()> {
    let request = read_request(&stream)?;
    seen.lock().unwrap().push(request.clone());
    let mut bytes = bytes;
    match manner {
        Manner::CloseAtOnce => return None,
        Manner::HangBeforeAnswer => thread::sleep(Duration::from_secs(30)),
        Manner::Garbage => return stream.write_all(b"\0\x01hello hello\r\n\r\n").ok(),
        Manner::Status(code) => {
            return stream.write_all(format!("HTTP/1.1 {code} No\r\nContent-Length: 0\r\n\r\n").as_bytes()).ok();
        }
        Manner::Redirect(to) => {
            let head = format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n");
            return stream.write_all(head.as_bytes()).ok();
        }
        Manner::TooMuch => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n").ok()?;
            loop {
                stream.write_all(&[7; 65_536]).ok()?;
            }
        }
        Manner::Hub { sha256, bytes } if request.method == "HEAD" => {
            let head = if request.path.starts_with("/old/") {
                "HTTP/1.1 307 Renamed\r\nLocation: /me/mine/resolve/main/m.gguf\r\n".to_owned()
            } else {
                format!(
                    "HTTP/1.1 302 Found\r\nLocation: http://cdn.invalid/x\r\nX-Repo-Commit: {COMMIT}\r\n\
                     X-Linked-Etag: \"{sha256}\"\r\nX-Linked-Size: {bytes}\r\n"
                )
            };
            return stream.write_all(format!("{head}Content-Length: 0\r\n\r\n").as_bytes()).ok();
        }
        Manner::WrongAt(path, other) if *path == request.path => bytes = other,
        _ => {}
    }
    let ranges = !matches!(manner, Manner::NoRanges | Manner::AlwaysShort(_));
    let fresh = request.if_range.as_deref().is_none_or(|tag| tag == "\"v1\"");
    let start = request.range_start.filter(|_| ranges && fresh).unwrap_or(0) as usize;
    let body = &bytes[start.min(bytes.len())..];
    let length = if let Manner::Length(length) = manner { *length } else { body.len() };
    let head = if start > 0 {
        let (end, total) = (bytes.len() - 1, bytes.len());
        format!("HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {start}-{end}/{total}\r\n")
    } else {
        "HTTP/1.1 200 OK\r\n".to_owned()
    };
    stream.write_all(format!("{head}ETag: \"v1\"\r\nContent-Length: {length}\r\n\r\n").as_bytes()).ok()?;
    match manner {
        Manner::BreakAfter(n) | Manner::AlwaysShort(n) => stream.write_all(&body[..body.len().min(*n)]).ok(),
        Manner::HangInBody(n) => {
            stream.write_all(&body[..body.len().min(*n)]).ok()?;
            thread::sleep(Duration::from_secs(30));
            None
        }
        Manner::Slow => {
            for piece in body.chunks(100_000) {
                stream.write_all(piece).ok()?;
                thread::sleep(Duration::from_millis(20));
            }
            Some(())
        }
        _ => stream.write_all(body).ok(),
    }
}

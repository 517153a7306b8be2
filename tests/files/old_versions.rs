//! Homes as every version wrote them that wrote a file otherwise than the one before open today, with all that is in
//! them: `tests/fixtures/old/README.md` says which they are.

mod newer;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use aigc_studio::domain::{
    ConversationData, ConversationId, Desk, JournalEntry, LibraryItem, Persona, PersonaId, PictureRecord, Role, Seed,
    Settings, StoreEvent, StoreRequest, TrashKind,
};
use aigc_studio::store::{Paths, Store, load_settings, read_latents, save_settings};
use crossbeam_channel::Receiver;
use serde_json::{Value, json};

/// How many generations there are.
const GENERATIONS: usize = 34;

fn fixtures(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

/// A copy of a home that may be written to.
struct Home {
    name: String,
    folder: tempfile::TempDir,
    /// What is in it, by its `expect.json`.
    expect: Value,
}

impl Home {
    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn paths(&self) -> Paths {
        Paths::below(self.path())
    }

    /// The texts of its files with this ending, below a folder.
    fn texts(&self, folder: &str, ending: &str) -> Vec<String> {
        let files = everything(&self.path().join(folder)).into_iter();
        let files = files.filter(|(path, _)| path.extension().is_some_and(|e| e == ending));
        files.map(|(_, bytes)| String::from_utf8(bytes).unwrap()).collect()
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, to) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::copy(&path, &to).unwrap();
        }
    }
}

fn homes() -> Vec<Home> {
    let all = fs::read_dir(fixtures("old")).unwrap().map(|entry| entry.unwrap().path());
    let mut all: Vec<PathBuf> = all.filter(|path| path.join("home").is_dir()).collect();
    all.sort();
    assert_eq!(all.len(), GENERATIONS);
    let home = |path: PathBuf| {
        let folder = tempfile::tempdir().unwrap();
        copy(&path.join("home"), folder.path());
        let expect = serde_json::from_slice(&fs::read(path.join("expect.json")).unwrap()).unwrap();
        Home { name: path.file_name().unwrap().to_string_lossy().into_owned(), folder, expect }
    };
    all.into_iter().map(home).collect()
}

/// All files below a folder, with their bytes.
fn everything(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.path().is_dir() {
                true => folders.push(entry.path()),
                false => all.push((entry.path(), fs::read(entry.path()).unwrap())),
            }
        }
    }
    all.sort();
    all
}

/// Every value of the old file is in the new one, under the same name.
fn assert_carried(old: &Value, new: &Value, at: &str) {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            for (name, old) in old {
                assert_carried(old, new.get(name).unwrap_or(&Value::Null), &format!("{at}.{name}"));
            }
        }
        (Value::Array(old), Value::Array(new)) => {
            assert_eq!(old.len(), new.len(), "{at}");
            old.iter().zip(new).for_each(|(old, new)| assert_carried(old, new, at));
        }
        // It was the default until 231f578, and in files of people who never chose it.
        (Value::String(old), Value::String(new)) if old == "stop" && at.ends_with(".overflow") => {
            assert_eq!(new, "roll", "{at}");
        }
        _ => assert_eq!(old, new, "{at}"),
    }
}

fn toml_of(text: &str) -> Value {
    serde_json::to_value(toml::from_str::<toml::Table>(text).unwrap()).unwrap()
}

#[test]
fn settings_are_carried_over() {
    for home in homes() {
        let (name, paths) = (&home.name, home.paths());
        let text = fs::read_to_string(paths.settings()).unwrap();
        let (settings, error) = load_settings(paths.settings());
        assert!(error.is_none(), "{name}: {error:?}");
        assert_eq!(fs::read_to_string(paths.settings()).unwrap(), text, "{name}");
        let read = |settings: &Settings| toml_of(&toml::to_string(settings).unwrap());
        assert_carried(&toml_of(&text), &read(&settings), name);
        save_settings(paths.settings(), &settings).unwrap();
        assert_carried(&toml_of(&text), &toml_of(&fs::read_to_string(paths.settings()).unwrap()), name);
        assert_eq!(load_settings(paths.settings()).0, settings, "{name}");
    }
}

#[test]
fn every_line_of_a_journal_and_every_value_of_a_character_and_a_desk_is_understood() {
    let mut lines = 0;
    for home in homes() {
        for (at, line) in home.texts("conversations", "jsonl").iter().flat_map(|text| text.lines()).enumerate() {
            let at = format!("{} line {at}", home.name);
            let entry: JournalEntry = serde_json::from_str(line).unwrap_or_else(|e| panic!("{at}: {e}"));
            let again = serde_json::from_str(&serde_json::to_string(&entry).unwrap()).unwrap();
            assert_carried(&serde_json::from_str(line).unwrap(), &again, &at);
            lines += 1;
        }
        for text in home.texts("personas", "toml") {
            let persona: Persona = toml::from_str(&text).unwrap();
            assert_carried(&toml_of(&text), &toml_of(&toml::to_string(&persona).unwrap()), &home.name);
        }
        for text in home.texts("", "json") {
            let desk: Desk = serde_json::from_str(&text).unwrap();
            let again = serde_json::from_str(&serde_json::to_string(&desk).unwrap()).unwrap();
            assert_carried(&serde_json::from_str(&text).unwrap(), &again, &home.name);
        }
    }
    assert!(lines > 150, "{lines}");
}

/// The store of a home with what it has to say.
struct Opened {
    store: Store,
    events: Receiver<StoreEvent>,
}

impl Opened {
    fn new(paths: &Paths, read_only: bool) -> Self {
        let settings = Settings::default();
        let (store, events) = Store::open(paths, &settings, Arc::new(|| {}), read_only);
        Self { store, events }
    }

    fn next(&self) -> StoreEvent {
        self.events.recv_timeout(Duration::from_secs(20)).expect("an answer comes")
    }

    /// What `pick` picks of the answers to a request.
    fn ask<T>(&self, request: StoreRequest, pick: impl Fn(StoreEvent) -> Option<T>) -> T {
        self.store.send(request);
        loop {
            match self.next() {
                StoreEvent::Failed(_, error) => panic!("{error:?}"),
                event => {
                    if let Some(found) = pick(event) {
                        return found;
                    }
                }
            }
        }
    }

    fn conversation(&self, id: &ConversationId) -> ConversationData {
        self.ask(StoreRequest::LoadConversation(id.clone()), |event| match event {
            StoreEvent::Conversation(data) => Some(*data),
            _ => None,
        })
    }

    fn pictures(&self) -> Vec<LibraryItem> {
        self.ask(StoreRequest::ScanLibrary, |event| match event {
            StoreEvent::Library(items) => Some(items),
            _ => None,
        })
    }

    fn desk(&self) -> Desk {
        self.ask(StoreRequest::LoadDesk, |event| match event {
            StoreEvent::Desk(desk) => Some(*desk),
            _ => None,
        })
    }

    fn personas(&self) -> Vec<String> {
        self.ask(StoreRequest::ListPersonas, |event| match event {
            StoreEvent::Personas(all) => Some(all.into_iter().map(|kept| kept.persona.name).collect()),
            _ => None,
        })
    }

    /// Names and ids.
    fn trash(&self, kind: TrashKind) -> Vec<(String, PathBuf)> {
        self.ask(StoreRequest::ListTrash(kind), |event| match event {
            StoreEvent::Trash { kind: of, items } if of == kind => {
                Some(items.into_iter().map(|item| (item.name, item.id)).collect())
            }
            _ => None,
        })
    }
}

/// What a home's `expect.json` says of its conversations is so.
fn check_conversations(home: &Home, opened: &Opened, ids: &BTreeSet<&str>) {
    let heads = opened.ask(StoreRequest::ListConversations, |event| match event {
        StoreEvent::Conversations(heads) => Some(heads),
        _ => None,
    });
    assert_eq!(heads.iter().map(|head| head.id.0.as_str()).collect::<BTreeSet<_>>(), *ids, "{}", home.name);
    for head in heads {
        let (name, says) = (&home.name, &home.expect["conversations"][&head.id.0]);
        let data = opened.conversation(&head.id);
        assert_eq!((head.title.as_str(), head.page), (data.title.as_str(), data.page.is_some()), "{name}");
        assert_eq!(head.pinned, says["pinned"].as_bool().unwrap_or(false), "{name}");
        for (what, is) in said_of(&data) {
            let missing = match &is {
                Value::Array(_) => json!([]),
                Value::Object(_) => json!({}),
                Value::String(_) => json!(""),
                _ => Value::Null,
            };
            assert_eq!(&is, says.get(what).unwrap_or(&missing), "{name}: {what}");
        }
    }
}

fn said_of(data: &ConversationData) -> Vec<(&'static str, Value)> {
    let turn = |turn: &aigc_studio::domain::Turn| json!([turn.message.role.as_str(), turn.message.content]);
    let manner = &data.manner;
    let names: serde_json::Map<_, _> = manner.names.iter().map(|(id, name)| (id.to_string(), json!(name))).collect();
    let weighed: serde_json::Map<_, _> =
        data.weighed.iter().map(|(id, tokens)| (id.to_string(), json!(tokens[0].text()))).collect();
    let others = data.shelf.turns().len();
    let answer = data.turns.iter().find(|turn| turn.message.role == Role::Assistant);
    let info = answer.and_then(|turn| turn.info.as_ref());
    assert!(answer.is_none() || info.is_some_and(|info| info.seed == 7 && info.finish_reason.is_some()));
    vec![
        ("title", json!(data.title)),
        ("system", json!(data.system)),
        ("turns", data.turns.iter().map(turn).collect()),
        ("others", if others == 0 { Value::Null } else { json!(others) }),
        ("page", json!(data.page.as_ref().map(|page| page.text.as_str()))),
        ("pictures", data.pictures.iter().map(|picture| json!(picture.path)).collect()),
        ("speaker", json!(manner.speaker.as_ref().map(|speaker| &speaker.name))),
        ("form", json!(manner.form.as_ref().map(|form| &form.id))),
        (
            "temperature",
            json!(manner.sliders.as_ref().map(|params| params.temperature.to_string().parse::<f64>().unwrap())),
        ),
        ("person", json!(manner.person)),
        ("names", Value::Object(names)),
        ("cards", manner.cards.iter().map(|card| json!(card.name)).collect()),
        ("weighed", Value::Object(weighed)),
        ("made", json!(info.and_then(|info| info.made.as_ref()).map(|made| &made.model_hash))),
    ]
}

/// A value of a picture's settings, as `expect.json` names it.
fn of_record(record: &PictureRecord, what: &str) -> Value {
    let number = |value: f32| json!(value.to_string().parse::<f64>().unwrap());
    match what {
        "prompt" => json!(record.prompt),
        "negative" => json!(record.negative),
        "model" => json!(record.model),
        "width" => json!(record.width),
        "steps" => json!(record.steps),
        "guidance" => number(record.guidance),
        "seed" if record.seed == Seed::Random => Value::Null,
        "seed" => json!(record.seed().to_string()),
        "sampler" => json!(record.sampler.name()),
        "schedule" => json!(record.schedule.name()),
        "noise" => json!(record.noise.name()),
        "guidance_rescale" => number(record.guidance_rescale),
        "clip_skip" => json!(record.clip_skip),
        "vae" => json!(record.vae),
        "hash" => json!(record.model_hash),
        "things" => json!(record.things.to_string()),
        "layers" => json!(record.arrangement.to_string()),
        other => panic!("{other}"),
    }
}

fn check_pictures(home: &Home, items: &[LibraryItem]) {
    let expect = home.expect["pictures"].as_object().unwrap();
    assert_eq!(items.len(), expect.len(), "{}", home.name);
    for (place, says) in expect {
        // What could not be saved then is in the library now.
        let place = place.replacen("unsaved/", "library/", 1);
        let item = items.iter().find(|item| item.path == home.path().join(&place));
        let record = item.and_then(|item| item.record.as_ref()).unwrap_or_else(|| panic!("{}: {place}", home.name));
        for (what, value) in says.as_object().unwrap() {
            let is = of_record(record, what);
            let same = match (value.as_f64(), is.as_f64()) {
                (Some(value), Some(is)) => value == is,
                _ => value == &is || json!(value.to_string()) == is,
            };
            assert!(same, "{} {place}: {what} is {is}, not {value}", home.name);
        }
    }
}

#[test]
fn homes_are_opened_whole_and_nothing_of_them_is_changed_or_lost() {
    for home in homes() {
        let name = &home.name;
        let trashed = |kind: &str| -> BTreeSet<&str> {
            home.expect["trash"][kind].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
        };
        let before = everything(home.path());
        let opened = Opened::new(&home.paths(), false);
        let all: BTreeSet<&str> =
            home.expect["conversations"].as_object().unwrap().keys().map(String::as_str).collect();
        check_conversations(&home, &opened, &all.difference(&trashed("conversations")).copied().collect());
        assert_eq!(json!(opened.personas()), home.expect["personas"], "{name}");
        let pictures = opened.pictures();
        assert_eq!(opened.desk() != Desk::default(), home.path().join("desk.json").exists(), "{name}");
        for (place, prompt) in home.expect["latents"].as_object().into_iter().flatten() {
            let latents = read_latents(&home.path().join(place)).unwrap();
            assert_eq!(json!(latents[0].record.prompt), *prompt, "{name}");
            assert_eq!((latents[0].numbers.len(), latents[0].numbers[5], latents[0].channels), (16, 1.25, 4), "{name}");
        }
        if name.contains("ba1f17c") {
            assert!(pictures.len() == 1 && !home.path().join("unsaved").exists(), "what waited is in the library");
        } else {
            assert!(everything(home.path()) == before, "{name}: opening changed a file");
        }

        // The trashes, as they are and after all came back.
        for kind in TrashKind::ALL {
            let items = opened.trash(kind);
            let ids: Vec<PathBuf> = items.iter().map(|(_, id)| id.clone()).collect();
            let text = |path: &PathBuf| path.to_string_lossy().into_owned();
            let names: BTreeSet<String> = match kind {
                TrashKind::Conversations => ids.iter().map(text).collect(),
                _ => items.into_iter().map(|(name, _)| name).collect(),
            };
            let of = ["pictures", "conversations", "personas"][kind as usize];
            assert_eq!(names.iter().map(String::as_str).collect::<BTreeSet<_>>(), trashed(of), "{name}: {of}");
            match kind {
                TrashKind::Pictures => opened.store.send(StoreRequest::RestorePictures(ids)),
                TrashKind::Conversations => ids
                    .iter()
                    .for_each(|id| opened.store.send(StoreRequest::RestoreConversation(ConversationId(text(id))))),
                TrashKind::Personas => {
                    ids.iter().for_each(|id| opened.store.send(StoreRequest::RestorePersona(PersonaId(text(id)))));
                }
            }
        }
        check_pictures(&home, &opened.pictures());
        check_conversations(&home, &opened, &all);
        assert_eq!(
            opened.personas().len(),
            home.expect["personas"].as_array().unwrap().len() + trashed("personas").len(),
            "{name}"
        );
    }
}

//! Files that are dropped on the window or opened in it: pictures, characters, chats.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aigc_studio::domain::*;
use aigc_studio::state::{Command, CreateCommand, GalleryCommand, Saved};
use aigc_studio::store::picture_files;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use egui::accesskit::Role as Part;

use super::{Window, home};

#[test]
fn dropping_a_picture_of_ours_restores_its_settings() {
    let home = home();
    let mut window = Window::open(home.path());
    window.type_into(Part::MultilineTextInput, "Prompt", "a green snake");
    window.click("Generate");
    window.let_go(24);
    window.until("saved", |w| w.studio().state.create.strip.first().is_some_and(|s| matches!(s.saved, Saved::At(_))));
    let Saved::At(path) = window.studio().state.create.strip[0].saved.clone() else { unreachable!() };
    let seed = window.studio().state.create.strip[0].record.seed();
    let copy: PathBuf = home.path().join("elsewhere.png");
    std::fs::copy(path, &copy).unwrap();
    let ctx = window.harness.ctx.clone();
    for command in [
        Command::Create(CreateCommand::SetImage(aigc_studio::state::ImageEdit::Prompt("something else".into()))),
        Command::Create(CreateCommand::SetImage(aigc_studio::state::ImageEdit::Number(ImageParam::Steps, 3.0))),
        Command::OpenFile(copy),
    ] {
        window.studio().command(&ctx, command);
    }
    window.until("restored", |w| w.studio().state.settings.image.prompt == "a green snake");
    let params = window.studio().state.settings.image.clone();
    assert_eq!((params.steps, params.seed), (24, Seed::Fixed(seed)));
    window.close();
}

/// A file as the window system drops it.
#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &std::path::Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

impl Window {
    /// Drops files on the window, waits until `done`, then as long again as a second one of each could need. The
    /// window is hidden meanwhile: its logic runs without a frame, where egui still shows the last frame's input.
    #[track_caller]
    fn drop_files(&mut self, paths: &[PathBuf], done: impl Fn(&mut Self) -> bool) {
        for path in paths {
            self.harness.input_mut().dropped_files.push(Arc::new(Dropped(path.clone())));
        }
        self.harness.step();
        let ctx = self.harness.ctx.clone();
        for _ in 0..3 {
            self.studio().logic(&ctx);
        }
        self.until("the dropped files are open", done);
        let end = Instant::now() + Duration::from_millis(300);
        while Instant::now() < end {
            self.harness.step();
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

const CHAT: &str = r#"{"messages": [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hi"}]}"#;
const CARD: &str = r#"{"spec": "chara_card_v2", "spec_version": "2.0", "data": {"name": "Ada", "description": "A clockmaker.",
    "first_mes": "Which clock?", "mes_example": "", "personality": "", "scenario": ""}}"#;

#[test]
fn a_dropped_file_of_each_kind_is_opened_once() {
    use aigc_studio::state::NoticeKind;
    let home = home();
    let mut window = Window::open(home.path());
    let put = |name: &str, bytes: &[u8]| {
        let path = home.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let record = PictureRecord {
        params: ImageParams {
            prompt: "a green snake".into(),
            model: STICKER_ID.into(),
            seed: Seed::Fixed(5),
            steps: 9,
            guidance: 3.0,
            width: 64,
            height: 64,
            ..PictureRecord::default().params
        },
        version: "test".into(),
        ..PictureRecord::default()
    };
    let pixels = Picture { width: 64, height: 64, rgba: vec![200; 4 * 64 * 64] };

    let picture = put("snake.png", &picture_files::encode_png(&pixels, Some(&record)).unwrap());
    window.drop_files(&[picture], |w| w.studio().state.settings.image.prompt == "a green snake");
    let restored = |w: &mut Window| {
        let notices = &w.studio().state.notices.list;
        notices.iter().filter(|n| matches!(n.kind, NoticeKind::SettingsRestored(_))).count()
    };
    assert_eq!((restored(&mut window), window.studio().state.create.strip.len()), (1, 1));

    let chat = put("old.json", CHAT.as_bytes());
    window.drop_files(&[chat], |w| !w.studio().state.write.conversations.is_empty());
    assert_eq!(window.studio().state.write.conversations.len(), 1);

    let card = put("ada.json", CARD.as_bytes());
    window.drop_files(&[card], |w| !w.studio().state.personas.kept.is_empty());
    let state = &window.studio().state;
    let talked = state.write.open.manner.speaker.is_some();
    // The talk comes into the list once something is said in it.
    let kept = (state.personas.kept.len(), state.write.conversations.len());
    assert_eq!((kept, talked), ((1, 1), true), "kept, and talked with, once");

    let numbers = vec![0.0; 4 * 8 * 8];
    let latents = Latents { channels: 4, height: 8, width: 8, numbers, record: Box::new(record.clone()) };
    let latents = put("kept.latent", &aigc_studio::store::encode_latents(&latents).unwrap());
    window.drop_files(&[latents], |w| !w.studio().state.create.jobs.is_empty());
    assert_eq!(window.studio().state.create.jobs.len(), 1);

    let model = home.path().join("models/tiny/tiny.gguf");
    let model = if model.exists() { model } else { put("other.gguf", b"GGUF") };
    let opened = |w: &mut Window| {
        let notices = &w.studio().state.notices.list;
        notices.iter().filter(|n| matches!(n.kind, NoticeKind::ModelOpened(_))).count()
    };
    window.drop_files(std::slice::from_ref(&model), |w| opened(w) > 0);
    assert_eq!(opened(&mut window), 1, "it is said, and used where the person wants it");
    window.click("Use it in Write");
    window.until("it is used in Write", |w| w.studio().state.room() == Room::Write);
    let state = &window.studio().state;
    let used = state.catalogue.of_file(&state.text().model).and_then(|entry| entry.presence.path());
    assert_eq!(used, Some(&model));

    // Several at once, of several kinds: each of them.
    let both =
        [put("b.json", CHAT.as_bytes()), put("b.png", &picture_files::encode_png(&pixels, Some(&record)).unwrap())];
    window.drop_files(&both, |w| w.studio().state.create.strip.len() == 2);
    assert_eq!(window.studio().state.write.conversations.len(), 3);
    window.close();
    let files = |folder: &str| std::fs::read_dir(home.path().join(folder)).map_or(0, |files| files.count());
    assert_eq!((files("personas"), files("conversations")), (1, 3), "and on the disk");
}

#[test]
fn a_card_in_the_library_is_looked_at_and_not_imported() {
    let home = home();
    let mut window = Window::open(home.path());
    let library = window.studio().state.status.library.clone();
    std::fs::create_dir_all(&library).unwrap();
    // A picture with a card inside, as character programs write them.
    let card = library.join("ada.png");
    let plain =
        picture_files::encode_png(&Picture { width: 64, height: 64, rgba: vec![90; 4 * 64 * 64] }, None).unwrap();
    let end = plain.len() - 12;
    let text = [b"chara\0".as_slice(), BASE64_STANDARD.encode(CARD).as_bytes()].concat();
    let mut bytes = plain[..end].to_vec();
    bytes.extend_from_slice(&(text.len() as u32).to_be_bytes());
    let chunk = [b"tEXt".as_slice(), &text].concat();
    bytes.extend_from_slice(&chunk);
    bytes.extend_from_slice(&crc(&chunk).to_be_bytes());
    bytes.extend_from_slice(&plain[end..]);
    std::fs::write(&card, bytes).unwrap();
    let ctx = window.harness.ctx.clone();
    for command in [
        Command::Go(Room::Gallery),
        Command::Gallery(GalleryCommand::RefreshLibrary),
        Command::Gallery(GalleryCommand::Select(Some(card.clone()))),
    ] {
        window.studio().command(&ctx, command);
    }
    window.until("it is seen in full", |w| w.studio().state.gallery.opened.as_ref().is_some_and(|(p, _)| *p == card));
    window.studio().command(&ctx, Command::Gallery(GalleryCommand::CopyItem(card.clone())));
    window.until("it is copied", |w| w.shows("Copied"));
    let state = &window.studio().state;
    assert_eq!((state.room(), state.personas.kept.len(), state.write.conversations.len()), (Room::Gallery, 0, 0));
    // Opened, it is what it is.
    window.studio().command(&ctx, Command::OpenFile(card));
    window.until("it is imported", |w| w.studio().state.personas.kept.len() == 1);
    window.close();
}

/// CRC-32 of PNG chunks.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 })
    })
}

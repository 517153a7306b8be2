//! Characters: the library, and conversations with one.

use crate::state::tests::*;
use crate::state::write::tests::harness::{page, say};

fn ada() -> Persona {
    Persona {
        name: "Ada".into(),
        system: "You are Ada.".into(),
        greetings: vec!["Good evening.".into(), "Hm?".into()],
        examples: "<START>\nUser: Hi\nAda: Hello.".into(),
        ..Persona::default()
    }
}

fn kept(id: &str, persona: Persona) -> KeptPersona {
    KeptPersona { id: PersonaId(id.into()), persona, avatar: None }
}

fn persona(s: &mut AppState, command: PersonaCommand) -> Vec<Effect> {
    do_(s, Command::Persona(command))
}

fn names(s: &AppState) -> Vec<&str> {
    s.personas.kept.iter().map(|kept| kept.persona.name.as_str()).collect()
}

fn saved(effects: &[Effect]) -> (&PersonaId, &Persona) {
    let found = effects.iter().find_map(|effect| match effect {
        Effect::Store(StoreRequest::SavePersona { id, persona, .. }) => Some((id, &**persona)),
        _ => None,
    });
    found.expect("it is kept")
}

#[test]
fn a_character_is_made_changed_copied_and_deleted_with_undo() {
    let mut s = state();
    persona(&mut s, PersonaCommand::Show(true));
    persona(&mut s, PersonaCommand::New);
    assert!(persona(&mut s, PersonaCommand::Keep).is_empty(), "it has no name");
    s.settings.text.temperature = 0.3;
    for edit in [
        PersonaEdit::Name("  Zoe  Z ".into()),
        PersonaEdit::System("You are Zoe.".into()),
        PersonaEdit::Greeting(0, "Hi".into()),
        PersonaEdit::Model(Some(SMOLLM_ID.into())),
        PersonaEdit::Sliders(true),
    ] {
        persona(&mut s, PersonaCommand::Set(edit));
    }
    let effects = persona(&mut s, PersonaCommand::Keep);
    let (id, zoe) = saved(&effects);
    assert_eq!((zoe.name.as_str(), zoe.greetings.as_slice()), ("Zoe Z", &["Hi".to_owned()][..]));
    assert_eq!(zoe.params.as_ref().unwrap().temperature, 0.3);
    assert!(s.personas.editing.is_none());
    let id = id.clone();

    persona(&mut s, PersonaCommand::Edit(id.clone()));
    persona(&mut s, PersonaCommand::Set(PersonaEdit::Sliders(false)));
    persona(&mut s, PersonaCommand::Set(PersonaEdit::Name("Ann".into())));
    persona(&mut s, PersonaCommand::Leave);
    assert_eq!(names(&s), ["Zoe Z"], "nothing was kept");
    let effects = persona(&mut s, PersonaCommand::Duplicate(id.clone()));
    let Some(Effect::Store(StoreRequest::SavePersona { id: copy, face, .. })) = effects.first() else {
        panic!("{effects:?}")
    };
    assert!(*copy != id && *face == Face::Of(id.clone()), "with the same picture");
    assert_eq!(names(&s), ["Zoe Z", "Zoe Z 2"]);

    let effects = persona(&mut s, PersonaCommand::Trash(id.clone()));
    assert_eq!(effects, [Effect::Store(StoreRequest::TrashPersona(id.clone()))]);
    assert_eq!(names(&s), ["Zoe Z 2"]);
    assert!(s.notices.list.iter().all(|n| n.kind == NoticeKind::DraftKept), "not before it is in the trash");
    update(&mut s, Input::Store(StoreEvent::PersonaTrashed(id.clone())));
    assert!(s.notices.list.iter().any(|n| n.kind == NoticeKind::PersonaTrashed(id.clone())));
    assert_eq!(
        persona(&mut s, PersonaCommand::Restore(id.clone())),
        [Effect::Store(StoreRequest::RestorePersona(id.clone()))]
    );
    assert!(s.notices.list.iter().all(|n| n.kind == NoticeKind::DraftKept));
    let back = kept(&id.0, Persona { name: "zoe z".into(), ..ada() });
    update(&mut s, Input::Store(StoreEvent::PersonaKept(Box::new(back))));
    assert_eq!(names(&s), ["zoe z", "Zoe Z 2"], "by name");
}

#[test]
fn those_of_the_program_are_copied_but_not_changed() {
    let mut s = state();
    let id = crate::writing::personas::built_in(Lang::En)[1].id.clone();
    persona(&mut s, PersonaCommand::Edit(id.clone()));
    assert!(s.personas.editing.is_none());
    assert!(persona(&mut s, PersonaCommand::Trash(id.clone())).is_empty());
    let effects = persona(&mut s, PersonaCommand::Duplicate(id.clone()));
    assert!(saved(&effects).1.name.ends_with(" 2"));
    persona(&mut s, PersonaCommand::Search("EDIT".into()));
    assert_eq!(s.personas.found(Lang::En).count(), 2, "the copy and its original");
    let effects = persona(&mut s, PersonaCommand::Export(id));
    let [Effect::AskExport { name, bytes }] = &effects[..] else { panic!("{effects:?}") };
    assert!(name.ends_with(".json"));
    let card = crate::writing::cards::persona(bytes).unwrap();
    assert_eq!(card.persona.system, crate::writing::personas::built_in(Lang::En)[1].persona.system);
}

#[test]
fn a_card_is_kept_and_what_was_left_out_is_told() {
    let mut s = state();
    let left_out = vec![Both::new("a lore book of 3 entries", "含 3 条的世界书")];
    let opened =
        |persona: Persona| StoreEvent::PersonaOpened { persona: Box::new(persona), left_out: left_out.clone() };
    let picture = Persona { avatar: Some(vec![1]), ..ada() };
    let effects = update(&mut s, Input::Store(opened(picture.clone())));
    assert_eq!(saved(&effects).1, &picture, "with its picture");
    assert_eq!(names(&s), ["Ada"]);
    let told = NoticeKind::PersonaKept { name: "Ada".into(), left_out: left_out.clone() };
    assert!(s.notices.list.is_empty(), "not before it is on the disk");
    let kept = s.personas.kept[0].clone();
    update(&mut s, Input::Store(StoreEvent::PersonaKept(Box::new(kept))));
    assert!(s.notices.list.iter().any(|n| n.kind == told));
    assert_eq!(page(&s), ["Good evening."], "a conversation begins with it");
    assert_eq!(s.write.open.shelf.turns()[0].message.content, "Hm?", "the other greeting is a version of it");
    // From the library it is only saved.
    persona(&mut s, PersonaCommand::Show(true));
    assert_eq!(persona(&mut s, PersonaCommand::Import), [Effect::AskOpenFile]);
    let before = s.write.conversations.len();
    update(&mut s, Input::Store(opened(ada())));
    assert_eq!((s.write.conversations.len(), s.personas.kept.len(), s.personas.shown), (before, 2, true));
}

#[test]
fn a_talk_has_its_own_model_and_sliders_and_leaves_the_persons_alone() {
    let mut s = state();
    s.catalogue.entries.push(entry("small", Makes::Text, ModelPresence::Here { path: "/m/small.gguf".into() }));
    let own = s.settings.text.clone();
    let params = TextParams { temperature: 0.1, draft: Some("small".into()), ..own.clone() };
    let with = Persona { model: Some("small".into()), params: Some(params), ..ada() };
    s.personas.kept = vec![kept("a", with)];
    persona(&mut s, PersonaCommand::Show(true));
    persona(&mut s, PersonaCommand::Talk(PersonaId("a".into())));
    assert!(!s.personas.shown);
    // It is saved from the first letter on.
    let effects = do_(&mut s, Command::Write(WriteCommand::SetDraft("H".into())));
    let entries = journal(&effects);
    assert!(entries.iter().any(|e| matches!(e, JournalEntry::Speaker { speaker } if speaker.name == "Ada")));
    let sliders =
        entries.iter().find_map(|e| if let JournalEntry::Sliders { params } = e { Some(params) } else { None });
    assert_eq!((sliders.unwrap().model.as_str(), &sliders.unwrap().draft), ("small", &None), "not ahead of itself");
    assert_eq!(s.text().temperature, 0.1);
    let conversation = s.write.open.id.clone().unwrap();

    // Moved sliders belong to the conversation, and are saved when they have settled.
    do_(&mut s, Command::Write(WriteCommand::SetText(TextEdit::Number(TextParam::Temperature, 1.5))));
    assert_eq!((s.text().temperature, &s.settings.text), (1.5, &own));
    assert!(journal(&do_(&mut s, Command::Tick)).is_empty());
    s.now_ms += 1_000;
    let effects = do_(&mut s, Command::Tick);
    assert!(matches!(journal(&effects)[..], [JournalEntry::Sliders { params }] if params.temperature == 1.5));
    assert!(s.write.unkept_sliders().is_none());
    let effects = say(&mut s, "Hello");
    let (id, Task::Text(request)) = submitted(&effects) else { panic!() };
    assert_eq!((request.params.model.as_str(), request.params.temperature), ("small", 1.5));
    let TextPrompt::Played(played) = &request.prompt else { panic!("{:?}", request.prompt) };
    assert_eq!(played.examples[0].iter().map(|m| m.content.as_str()).collect::<Vec<_>>(), ["Hi", "Hello."]);
    assert_eq!(played.turns.iter().map(|m| m.role).collect::<Vec<_>>(), [Role::System, Role::Assistant, Role::User]);
    engine(&mut s, id, EventKind::Cancelled);

    // Another conversation has the general sliders. Unsaved ones are saved on the way out.
    do_(&mut s, Command::Write(WriteCommand::SetText(TextEdit::Number(TextParam::TopK, 7.0))));
    let effects = do_(&mut s, Command::Write(WriteCommand::NewConversation));
    assert!(matches!(journal(&effects)[..], [JournalEntry::Sliders { params }] if params.top_k == 7));
    assert_eq!(s.text(), &own);
    do_(&mut s, Command::Write(WriteCommand::SetText(TextEdit::Number(TextParam::TopK, 9.0))));
    assert_eq!(s.text().top_k, 9);
    assert!(s.write.unkept_sliders().is_none());

    // And back, after a restart.
    let mut data = ConversationData { id: conversation, ..Default::default() };
    data.manner.sliders = Some(TextParams { temperature: 1.5, ..own });
    data.manner.speaker = Some(Speaker { name: "Ada".into(), examples: String::new() });
    do_(&mut s, Command::Write(WriteCommand::OpenConversation(data.id.clone())));
    update(&mut s, Input::Store(StoreEvent::Conversation(Box::new(data))));
    assert_eq!((s.text().temperature, s.text().top_k), (1.5, TOP_K.default as u32));
}

#[test]
fn a_character_for_a_model_that_is_not_known_speaks_with_the_one_in_use() {
    let mut s = state();
    s.personas.kept = vec![kept("a", Persona { model: Some("unheard-of".into()), ..ada() })];
    persona(&mut s, PersonaCommand::Talk(PersonaId("a".into())));
    assert_eq!(s.write.open.manner.sliders, None);
    assert_eq!(s.text().model, SMOLLM_ID);
    assert!(persona(&mut s, PersonaCommand::Talk(PersonaId("gone".into()))).is_empty());
}

/// Regression: the next conversation began with the sliders of the last one.
#[test]
fn a_talk_begins_with_the_persons_sliders_not_with_those_of_another_talk() {
    let mut s = state();
    s.catalogue.entries.push(entry("small", Makes::Text, ModelPresence::Here { path: "/m/small.gguf".into() }));
    let hot = TextParams { temperature: 2.0, ..TextParams::default() };
    s.personas.kept = vec![
        kept("a", Persona { params: Some(hot), ..ada() }),
        kept("b", Persona { model: Some("small".into()), ..ada() }),
    ];
    persona(&mut s, PersonaCommand::Talk(PersonaId("a".into())));
    assert_eq!(s.text().temperature, 2.0);
    persona(&mut s, PersonaCommand::Talk(PersonaId("b".into())));
    assert_eq!((s.text().temperature, s.text().model.as_str()), (0.8, "small"));
}

#[test]
fn names_are_put_in_when_a_talk_begins_and_the_lore_comes_along() {
    let mut s = state();
    let lore = |id: u64, name: &str, about: &str| StoryCard {
        id,
        kind: CardKind::Lore,
        name: name.into(),
        about: about.into(),
        ..StoryCard::default()
    };
    let card = Persona {
        greetings: vec!["Good evening, {{user}}.".into()],
        system: "You are {{char}}.".into(),
        lore: vec![lore(1, "mill", "{{char}} was born there."), lore(2, "sea", "It is cold.")],
        examples: String::new(),
        ..ada()
    };
    s.personas.kept = vec![kept("a", card.clone())];
    persona(&mut s, PersonaCommand::Person("Lin".into()));
    persona(&mut s, PersonaCommand::Talk(PersonaId("a".into())));
    let effects = do_(&mut s, Command::Write(WriteCommand::SetDraft("T".into())));
    assert_eq!((page(&s), s.write.open.system.as_str()), (vec!["Good evening, Lin."], "You are Ada."));
    assert_eq!(s.write.open.manner.person, "Lin");
    assert_eq!(s.personas.kept[0].persona, card, "the card keeps its macros");
    let cards = |effects: &[Effect]| {
        journal(effects)
            .iter()
            .filter(|e| matches!(e, JournalEntry::Card { .. } | JournalEntry::CardGone { .. }))
            .count()
    };
    assert_eq!(cards(&effects), 2);
    let effects = say(&mut s, "Tell me of the mill.");
    let (id, Task::Text(request)) = submitted(&effects) else { panic!() };
    let TextPrompt::Played(played) = &request.prompt else { panic!("{:?}", request.prompt) };
    assert_eq!(played.cards[0].about, "Ada was born there.");
    let no = &mut |_: &[Message]| Ok::<_, ()>(false);
    let (turns, parts) = crate::writing::page::with_lore(played, 400, &mut |text| text.len(), no).unwrap();
    assert_eq!(turns[0].content, "You are Ada.\n\nmill: Ada was born there.", "and not of the sea");
    assert_eq!(parts.len(), 1);
    engine(&mut s, id, EventKind::Cancelled);
    // They belong to the conversation.
    let mut changed = s.write.open.manner.cards[0].clone();
    changed.about = "It burnt down.".into();
    assert_eq!(cards(&do_(&mut s, Command::Write(WriteCommand::Card(CardEdit::Set(changed))))), 1);
    do_(&mut s, Command::Write(WriteCommand::Card(CardEdit::Add(CardKind::Place))));
    do_(&mut s, Command::Write(WriteCommand::Card(CardEdit::Remove(2))));
    let names: Vec<_> = s.write.open.manner.cards.iter().map(|card| (card.id, card.name.as_str())).collect();
    assert_eq!(names, [(1, "mill"), (3, "")]);
    assert_eq!(s.personas.kept[0].persona.lore[0].about, "{{char}} was born there.");
}

#[test]
fn greetings_and_the_picture_of_a_character_are_edited() {
    let mut s = state();
    s.personas.kept = vec![kept("a", ada())];
    persona(&mut s, PersonaCommand::Edit(PersonaId("a".into())));
    assert_eq!(persona(&mut s, PersonaCommand::ChooseFace), [Effect::AskFace]);
    for edit in [
        PersonaEdit::Greeting(1, "Hm!".into()),
        PersonaEdit::Greeting(2, "Hello.".into()),
        PersonaEdit::NoGreeting(0),
        PersonaEdit::NoGreeting(9),
        PersonaEdit::Lore(CardEdit::Add(CardKind::Lore)),
        PersonaEdit::Face(Face::File("/p/ada.png".into())),
    ] {
        persona(&mut s, PersonaCommand::Set(edit));
    }
    let effects = persona(&mut s, PersonaCommand::Keep);
    assert_eq!(saved(&effects).1.greetings, ["Hm!", "Hello."]);
    assert!(saved(&effects).1.lore.is_empty(), "a card of nothing is none");
    assert!(
        matches!(&effects[..], [Effect::Store(StoreRequest::SavePersona { face: Face::File(path), .. })] if path.ends_with("ada.png"))
    );
}

fn world(s: &mut AppState, name: &str, about: &str) -> Vec<Effect> {
    let card = |id, name: &str, about: &str| StoryCard {
        id,
        kind: CardKind::Lore,
        name: name.into(),
        about: about.into(),
        ..StoryCard::default()
    };
    let cards = vec![card(1, "mill", about), card(2, "law", "No lying.")];
    let left_out = vec![Both::new("x", "某")];
    update(s, Input::Store(StoreEvent::WorldOpened { name: name.into(), cards, left_out }))
}

#[test]
fn a_lore_book_becomes_cards_of_what_is_open() {
    let names = |cards: &[StoryCard]| cards.iter().map(|card| (card.id, card.name.clone())).collect::<Vec<_>>();
    let both = |first: u64| vec![(first, "mill".to_owned()), (first + 1, "law".to_owned())];
    // Nothing is open: a conversation with its name.
    let mut s = state();
    do_(&mut s, Command::Persona(PersonaCommand::Show(true)));
    let effects = world(&mut s, "Mill Town", "{{user}} built it, {{char}} burnt it.");
    assert_eq!((s.write.open.title.as_str(), s.room(), s.personas.shown), ("Mill Town", Room::Write, false));
    assert_eq!(names(&s.write.open.manner.cards), both(1));
    assert_eq!(journal(&effects).iter().filter(|entry| matches!(entry, JournalEntry::Card { .. })).count(), 2);
    let lore = |n| NoticeKind::LoreKept { count: n, left_out: vec![Both::new("x", "某")] };
    assert!(s.notices.list.iter().any(|notice| notice.kind == lore(2)));
    // The same book again adds nothing. Another one comes after it, with the names of the speakers.
    world(&mut s, "Mill Town", "{{user}} built it, {{char}} burnt it.");
    assert_eq!(s.write.open.manner.cards.len(), 2);
    s.settings.person = "Lin".into();
    s.write.open.manner.speaker = Some(Speaker { name: "Ada".into(), ..Speaker::default() });
    world(&mut s, "", "{{user}} built it, {{char}} burnt it.");
    assert_eq!(s.write.open.manner.cards[2].about, "Lin built it, Ada burnt it.");
    assert_eq!(s.write.open.manner.cards[2].id, 3);
    // A page.
    do_(&mut s, Command::Write(WriteCommand::Page(PageCommand::New)));
    do_(&mut s, Command::Write(WriteCommand::Page(PageCommand::AddCard(CardKind::Cast))));
    world(&mut s, "", "It turns.");
    assert_eq!(names(&s.write.open.page.as_ref().unwrap().story.cards)[1..], both(2));
    // The character in the editor, which keeps macros.
    do_(&mut s, Command::Persona(PersonaCommand::New));
    world(&mut s, "", "{{user}} built it.");
    let lore = &s.personas.editing.as_ref().expect("the editor stays").persona.lore;
    assert_eq!((names(lore), lore[0].about.as_str()), (both(1), "{{user}} built it."));
}

#[test]
fn a_lore_book_goes_again_by_ctrl_z_and_comes_back_by_redo() {
    let talk = |s: &AppState| s.write.open.manner.cards.len();
    let page = |s: &AppState| s.write.open.page.as_ref().map_or(0, |page| page.story.cards.len());
    let lore = |s: &AppState| s.personas.editing.as_ref().map_or(0, |draft| draft.persona.lore.len());
    let back_and_forth = |s: &mut AppState, count: &dyn Fn(&AppState) -> usize| {
        let mut counts = vec![count(s)];
        let mut written = Vec::new();
        for command in [Command::Undo, Command::Redo, Command::Undo] {
            written.push(journal(&do_(s, command)).len());
            counts.push(count(s));
        }
        (counts, written)
    };
    let mut s = state();
    world(&mut s, "Mill Town", "It turns.");
    assert_eq!(back_and_forth(&mut s, &talk), (vec![2, 0, 2, 0], vec![2, 2, 2]));
    do_(&mut s, Command::Redo);
    let of = s.write.open.id.clone().unwrap();
    do_(&mut s, Command::Write(WriteCommand::Page(PageCommand::New)));
    // If the conversation is not open, only its file changes.
    let effects = do_(&mut s, Command::Undo);
    let gone = |entry: &JournalEntry| matches!(entry, JournalEntry::CardGone { .. });
    assert!(journal(&effects).into_iter().all(gone) && journal(&effects).len() == 2, "{effects:?}");
    assert!(
        effects.iter().all(|effect| matches!(effect, Effect::Store(StoreRequest::Journal { id, .. }) if *id == of))
    );
    do_(&mut s, Command::Write(WriteCommand::Page(PageCommand::AddCard(CardKind::Cast))));
    world(&mut s, "", "It turns.");
    assert_eq!(back_and_forth(&mut s, &page), (vec![3, 1, 3, 1], vec![2, 2, 2]), "the person's own card stays");
    do_(&mut s, Command::Persona(PersonaCommand::New));
    world(&mut s, "", "It turns.");
    assert_eq!(back_and_forth(&mut s, &lore).0, [2, 0, 2, 0]);
    // The same book again adds nothing, and there is nothing to undo.
    do_(&mut s, Command::Redo);
    let newest = s.undo.newest(Room::Write).map(|(what, _)| what.clone());
    world(&mut s, "", "It turns.");
    assert_eq!(s.undo.newest(Room::Write).map(|(what, _)| what.clone()), newest);
}

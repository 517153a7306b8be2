//! Pictures of every room, to be looked at: `SHOTS=/some/folder cargo test --test window looks -- --ignored`.

use crate::states::*;
use aigc_studio::domain::{AnswerForm, NoiseSource, Room, Theme};
use aigc_studio::error::Cause;
use aigc_studio::lang::{Both, Lang};
use aigc_studio::state::{
    AppState, Command, Input, Notice, NoticeKind, PersonaCommand, ProblemBox, Shot, Shown, TextEdit, WriteCommand,
    update,
};
use aigc_studio::ui::texts::T;
use egui_kittest::kittest::Queryable;

const LARGE: [f32; 2] = [1280.0, 800.0];
const SMALL: [f32; 2] = [900.0, 600.0];
const WIDE: [f32; 2] = [1920.0, 1080.0];

fn shoot(name: &str, state: AppState, size: [f32; 2]) {
    let folder = std::env::var("SHOTS").expect("SHOTS names a folder");
    if std::env::var("ONLY").is_ok_and(|only| !name.contains(&only)) {
        return;
    }
    let mut harness = rendered(state, size);
    harness.run_steps(4);
    // A popup is drawn once it is asked for.
    if name.starts_with("shelf-tree") {
        let lang = harness.state().state.lang;
        harness.get_by_label(T::Branches.tr(lang)).click();
        harness.run_steps(4);
    }
    if name.starts_with("create-more") {
        let lang = harness.state().state.lang;
        harness.get_by_role_and_label(egui::accesskit::Role::Button, T::More.tr(lang)).click();
        harness.run_steps(4);
    }
    harness.render().expect("an adapter").save(format!("{folder}/{name}.png")).expect("the folder is there");
}

#[test]
#[ignore = "makes pictures to look at"]
fn rooms() {
    use Lang::{En, Zh};
    use Theme::{Dark, Light};
    for (tag, lang, theme, size) in [
        ("en-dark", En, Dark, LARGE),
        ("zh-light", Zh, Light, LARGE),
        ("en-small", En, Dark, SMALL),
        ("zh-small", Zh, Light, SMALL),
        ("zh-zoomed", Zh, Dark, LARGE),
        ("en-zoomed", En, Light, LARGE),
        ("en-wide", En, Dark, WIDE),
        ("zh-wide", Zh, Light, WIDE),
        ("en-wide-light", En, Light, WIDE),
        ("en-small-zoomed", En, Dark, SMALL),
        ("en-small-light-zoomed", En, Light, SMALL),
    ] {
        let zoom = tag.ends_with("zoomed").then_some(1.5);
        let shot = |name: &str, mut state: AppState| {
            state.settings.zoom = zoom;
            shoot(&format!("{name}-{tag}"), state, size);
        };
        shot("create-empty", fresh(Room::Create, lang, theme));
        shot("create-running", create_running(lang, theme));
        shot("create-done", create_done(lang, theme));
        let mut error = create_done(lang, theme);
        error.create.error = Some(no_source());
        error.create.shown = Shown::Shot((aigc_studio::domain::JobId(7), 0));
        error.notices.list = vec![
            Notice { id: 1, kind: NoticeKind::PicturesTrashed(vec!["/x.png".into()]), born_ms: NOW },
            Notice {
                id: 2,
                kind: NoticeKind::Problem(ProblemBox(Cause::QueueFull { waiting: 64 }.into())),
                born_ms: NOW,
            },
        ];
        shot("create-error", error);
        let (mut batch, one) = (create_done(lang, theme), create_done(lang, theme).create.strip[0].clone());
        let id = one.key.0;
        batch.create.strip = (0..4).map(|n| Shot { key: (id, n), ..one.clone() }).collect();
        batch.desk.waiting = vec![aigc_studio::domain::Waiting::Fetch { model: aigc_studio::domain::SMOLLM_ID.into() }];
        shot("create-batch", batch);
        let mut needy = every::models_in_need(lang, theme);
        needy.catalogue.entries.last_mut().expect("it is there").presence =
            aigc_studio::domain::ModelPresence::Unchecked { path: "/m/xl".into() };
        shot("models-needy", needy.clone());
        (needy.settings.room, needy.settings.image.model) = (Room::Create, "sd".into());
        shot("create-needy", needy);
        let mut rare = fresh(Room::Create, lang, theme);
        let image = &mut rare.settings.image;
        (image.noise, image.guidance_rescale, image.clip_skip) = (NoiseSource::Torch, 0.7, 2);
        shot("create-note", rare.clone());
        shot("create-more", rare.clone());
        rare.catalogue.entries[0].card.family = "stable-diffusion-xl".into();
        shot("create-more-xl", rare);
        let mut troubled = fresh(Room::Gallery, lang, theme);
        let problem = |n| NoticeKind::Problem(ProblemBox(Cause::QueueFull { waiting: n as usize }.into()));
        troubled.notices.list = (0..12).map(|n| Notice { id: n, kind: problem(n), born_ms: NOW }).collect();
        troubled.notices.list.push(Notice { id: 12, kind: NoticeKind::MemoryWaits, born_ms: NOW });
        shot("notices-many", troubled);
        shot("write-empty", fresh(Room::Write, lang, theme));
        shot("write-chat", write_chat(lang, theme));
        shot("shelf-tree", write_shelf(lang, theme));
        shot("shelf-found", write_found(lang, theme));
        shot("shelf-personas", personas(lang, theme));
        let mut edited = personas(lang, theme);
        let edit = PersonaCommand::Edit(edited.personas.kept[0].id.clone());
        let _ = update(&mut edited, Input::Command(Command::Persona(edit)));
        shot("shelf-persona-edit", edited);
        let mut form = write_chat(lang, theme);
        for edit in [TextEdit::Form(AnswerForm::Schema), TextEdit::FormText("{\n  \"type\": \"objekt\"\n}".into())] {
            let _ = update(&mut form, Input::Command(Command::Write(WriteCommand::SetText(edit))));
        }
        let _ = update(&mut form, Input::Command(Command::Write(WriteCommand::CheckGrammar)));
        let bad = Cause::BadGrammar { line: 2, reason: Both::same("\"objekt\" is no type") };
        let grammar = form.text().grammar.clone().expect("it was chosen");
        let _ = update(&mut form, Input::Grammar(grammar, Err(bad.into())));
        let left_out = vec![
            Both::new("a lore book of 12 entries", "含 12 条的世界书"),
            Both::new("greetings for groups", "群聊开场白"),
        ];
        let kept = NoticeKind::PersonaKept { name: "Ada".into(), left_out };
        form.notices.list = vec![Notice { id: 1, kind: kept, born_ms: NOW }];
        shot("shelf-form", form);
        let mut page = write_page(lang, theme);
        page.write.ledger.found = Some(ledger(true));
        shot("write-page", page);
        let mut chat = write_chat(lang, theme);
        chat.write.ledger.found = Some(ledger(false));
        shot("write-ledger", chat);
        let mut blank = write_page(lang, theme);
        blank.write.open = aigc_studio::state::OpenConversation { page: Some(Box::default()), ..Default::default() };
        shot("write-page-empty", blank);
        let mut busy = write_page(lang, theme);
        busy.write.job = write_streaming(lang, theme).write.job;
        shot("write-page-writing", busy);
        let mut source = create_done(lang, theme);
        source.create.subject = Some(aigc_studio::domain::Subject {
            document: aigc_studio::domain::ConversationId("a".into()),
            passage: aigc_studio::domain::Passage::new(0, 0, "She set the kettle on and looked out of the window."),
        });
        shot("create-subject", source);
        for (name, text) in prose::TEXTS {
            shot(&format!("write-prose-{name}"), prose::write_prose(lang, theme, text));
            if size == LARGE && zoom.is_none() {
                shoot(
                    &format!("write-prose-tall-{name}-{tag}"),
                    prose::write_prose(lang, theme, text),
                    [1100.0, 1200.0],
                );
            }
        }
        let mut asked = write_chat(lang, theme);
        let question = lang.pick(
            "Is **this** right: $x^2 \\ge 0$\nor `that`?\n\n1. one\n2. “two”",
            "**这样**对吗：$x^2 \\ge 0$\n还是`那样`？\n\n1. 一\n2. “二”",
        );
        asked.write.open.turns[0].message.content = question.into();
        asked.write.open.turns[1].message.content =
            "# \u{200f}One\n\n\u{200f}Some **bold** words\n\n7. \u{200f}seven\n8. \u{200f}eight `code`\n\n> \u{200f}quoted".into();
        asked.write.draft = lang.pick("She said “well”.", "他说“好”。").into();
        asked.create.jobs = create_running(lang, theme).create.jobs;
        shot("write-asked", asked);
        let mut begun = fresh(Room::Write, lang, theme);
        let _ = update(&mut begun, Input::Command(Command::Write(WriteCommand::OpenForm("poem".into()))));
        let topic = lang.pick("“snow”", "“雪”").into();
        let _ = update(&mut begun, Input::Command(Command::Write(WriteCommand::SetFormField("topic".into(), topic))));
        shot("write-form-begun", begun.clone());
        let _ = update(&mut begun, Input::Command(Command::Write(WriteCommand::CloseForm)));
        shot("write-form-left", begun);
        shot("write-streaming", write_streaming(lang, theme));
        let mut fetching = models_busy(lang, theme);
        shot("models", fetching.clone());
        fetching.settings.room = Room::Write;
        fetching.write.draft = "Write a haiku about rain".into();
        shot("write-fetching", fetching);
        let mut gallery_one = gallery(lang, theme, 60, 40);
        gallery_one.gallery.selected = Some(item(2).path);
        shot("gallery", gallery_one);
        shot("gallery-empty", gallery(lang, theme, 0, 0));
        shot("settings", fresh(Room::Settings, lang, theme));
    }
}

//! What each note says: its icon, its words, and what it offers.

use std::path::Path;

use crate::domain::{Makes, Waiting};
use crate::lang::Both;
use crate::state::{
    AskCommand, Command, CreateCommand, GalleryCommand, ModelsCommand, NoticeKind, PersonaCommand, WaitingCommand,
    WriteCommand,
};
use crate::ui::cx::Cx;
use crate::ui::texts::T;
use crate::ui::{ask, elide, icons, model_words};

/// What a file is called, without its folder.
pub(super) fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

pub(super) fn words(cx: &Cx<'_>, kind: &NoticeKind) -> (&'static str, String, Option<(T, Command)>) {
    match kind {
        NoticeKind::Exported(path) => {
            let show = (T::ShowInFolder, Command::Reveal(path.clone()));
            (icons::CHECK_CIRCLE, cx.with(T::SavedAs, &[&file_name(path)]), Some(show))
        }
        NoticeKind::LatentsKept(path) => {
            let show = (T::ShowInFolder, Command::Reveal(path.clone()));
            (icons::CHECK_CIRCLE, cx.with(T::LatentsKept, &[&file_name(path)]), Some(show))
        }
        NoticeKind::PromptWritten => (
            icons::SPARKLE,
            cx.t(T::PromptWritten).to_owned(),
            Some((T::Undo, Command::Create(CreateCommand::UndoPrompt))),
        ),
        NoticeKind::Copied => (icons::CHECK_CIRCLE, cx.t(T::Copied).to_owned(), None),
        NoticeKind::CopiesSaved { folder, count } => {
            let name = folder.display().to_string();
            let text =
                if *count == 1 { cx.with(T::CopySaved, &[&name]) } else { cx.with(T::CopiesSaved, &[count, &name]) };
            (icons::CHECK_CIRCLE, text, Some((T::OpenFolder, Command::Reveal(folder.clone()))))
        }
        NoticeKind::PicturesGone(count) => {
            let text = if *count == 1 { cx.t(T::PictureGone).to_owned() } else { cx.with(T::PicturesGone, &[count]) };
            (icons::INFO, text, None)
        }
        NoticeKind::PicturesSaved(count) => {
            let (one, more) = (T::PictureSavedLate, T::PicturesSavedLate);
            let text = if *count == 1 { cx.t(one).to_owned() } else { cx.with(more, &[count]) };
            (icons::CHECK_CIRCLE, text, None)
        }
        NoticeKind::PicturesLeft { folder, count } => {
            let folder_name = folder.display();
            let text = if *count == 1 {
                cx.with(T::PictureLeft, &[&folder_name])
            } else {
                cx.with(T::PicturesLeft, &[count, &folder_name])
            };
            (icons::INFO, text, Some((T::CopyThemHere, Command::Gallery(GalleryCommand::CopyLibrary(folder.clone())))))
        }
        NoticeKind::PicturesTrashed(paths) => {
            let text = if paths.len() == 1 {
                cx.t(T::PictureTrashed).to_owned()
            } else {
                cx.with(T::PicturesTrashed, &[&paths.len()])
            };
            (icons::TRASH, text, Some((T::Undo, Command::Gallery(GalleryCommand::RestorePictures(paths.clone())))))
        }
        NoticeKind::ConversationTrashed(id) => {
            let undo = (T::Undo, Command::Write(WriteCommand::RestoreConversation(id.clone())));
            (icons::TRASH, cx.t(T::ConversationTrashed).to_owned(), Some(undo))
        }
        NoticeKind::PersonaKept { name, left_out } => {
            (icons::CHECK_CIRCLE, cx.with(T::PersonaKept, &[name]) + &without(cx, left_out), None)
        }
        NoticeKind::ChatsKept { count, left_out } => {
            let text = if *count == 1 { cx.t(T::ChatKept).to_owned() } else { cx.with(T::ChatsKept, &[count]) };
            (icons::CHECK_CIRCLE, text + &without(cx, left_out), None)
        }
        NoticeKind::LoreKept { count, left_out } => {
            let text = if *count == 1 { cx.t(T::LoreKeptOne).to_owned() } else { cx.with(T::LoreKept, &[count]) };
            (icons::CHECK_CIRCLE, text + &without(cx, left_out), None)
        }
        NoticeKind::DraftKept => (icons::CHECK_CIRCLE, cx.t(T::KeptAsDraft).to_owned(), None),
        NoticeKind::PersonaTrashed(id) => {
            let undo = (T::Undo, Command::Persona(PersonaCommand::Restore(id.clone())));
            (icons::TRASH, cx.t(T::PersonaTrashed).to_owned(), Some(undo))
        }
        NoticeKind::SettingsRestored(notes) => {
            let lines = notes.iter().map(|note| note.get(cx.lang)).collect::<Vec<_>>().join("\n");
            let done = cx.t(T::SettingsRestored);
            let text = if lines.is_empty() { done.to_owned() } else { cx.with(T::SettingsRestoredBut, &[&lines]) };
            (icons::CHECK_CIRCLE, text, Some((T::Undo, Command::Create(CreateCommand::UndoPrompt))))
        }
        NoticeKind::ModelFetched(id) => {
            (icons::CHECK_CIRCLE, cx.with(T::ModelFetched, &[&model_words::name(cx, id)]), None)
        }
        NoticeKind::PageRepeats => (icons::INFO, cx.t(T::PageRepeats).to_owned(), None),
        NoticeKind::ModelRemoved(removed) => {
            let text = cx.with(T::ModelRemoved, &[&removed.name, &crate::domain::bytes(removed.bytes)]);
            (icons::TRASH, text, Some((T::Undo, Command::Models(ModelsCommand::RestoreModel(removed.clone())))))
        }
        NoticeKind::ModelOpened(id) => opened(cx, id),
        NoticeKind::ModelUsed(id) => {
            let image = cx.state.catalogue.entry(id).is_some_and(|entry| entry.card.makes == Makes::Image);
            let text = if image { T::CreateUses } else { T::WriteUses };
            (icons::CHECK_CIRCLE, cx.with(text, &[&model_words::name(cx, id)]), None)
        }
        NoticeKind::ModelForgotten { name, serial } => {
            (icons::X, cx.with(T::ModelForgotten, &[name]), Some((T::Undo, Command::UndoThis(*serial))))
        }
        NoticeKind::MemoryWaits => (icons::CLOCK, cx.t(T::MemoryWaits).to_owned(), None),
        NoticeKind::MemoryFreed => (icons::CHECK_CIRCLE, cx.t(T::MemoryFreed).to_owned(), None),
        NoticeKind::SavedUnasked(path) => {
            let show = (T::ShowInFolder, Command::Reveal(path.clone()));
            (icons::CHECK_CIRCLE, cx.with(T::SavedUnasked, &[&path.display()]), Some(show))
        }
        NoticeKind::DraftDiscarded(serial) => {
            (icons::TRASH, cx.t(T::DraftDiscarded).to_owned(), Some((T::Undo, Command::UndoThis(*serial))))
        }
        NoticeKind::CardDeleted(serial) => {
            (icons::TRASH, cx.t(T::CardDeleted).to_owned(), Some((T::Undo, Command::UndoThis(*serial))))
        }
        NoticeKind::JobsForgotten(serial) => {
            (icons::INFO, cx.t(T::JobsForgotten).to_owned(), Some((T::Undo, Command::UndoThis(*serial))))
        }
        NoticeKind::NothingToRedo => (icons::INFO, cx.t(T::NothingToRedo).to_owned(), None),
        NoticeKind::OpenAlready => (icons::INFO, cx.t(T::OpenAlready).to_owned(), None),
        NoticeKind::PicturesCancelled(left) => {
            let Waiting::Pictures { params, .. } = &**left else { return (icons::INFO, String::new(), None) };
            // Several of these can be told apart.
            let (count, prompt) = (params.count, elide::letters(params.prompt.trim(), 40));
            let text = match count {
                1 => cx.with(T::PictureCancelled, &[&prompt]),
                _ => cx.with(T::PicturesCancelled, &[&count, &prompt]),
            };
            (icons::INFO, text, Some((T::DrawAgain, Command::Waiting(WaitingCommand::Draw(left.clone())))))
        }
        NoticeKind::JobsLeft => {
            let [resume, _] = ask::WAYS;
            let text = ask::jobs_left(cx).map(|(_, text)| text).unwrap_or_default();
            (icons::CLOCK, text, Some(resume))
        }
        NoticeKind::ReportLeft(report) => {
            let text = if report.ended { T::ReportEnded } else { T::ReportWrong };
            let show = (T::ShowReport, Command::Ask(AskCommand::ShowReport(report.path.clone())));
            (icons::INFO, cx.t(text).to_owned(), Some(show))
        }
        NoticeKind::NothingToUndo => (icons::INFO, cx.t(T::NothingToUndo).to_owned(), None),
        NoticeKind::Problem(_) => (icons::WARNING_CIRCLE, String::new(), None),
    }
}

/// What was found in a file that is a model.
fn opened(cx: &Cx<'_>, id: &str) -> (&'static str, String, Option<(T, Command)>) {
    let Some(entry) = cx.state.catalogue.of_file(id) else { return (icons::INFO, String::new(), None) };
    let card = &entry.card;
    let budget = cx.state.status.budget;
    let fits = match budget {
        0 => String::new(),
        _ if card.memory > budget => cx.with(T::TooLargeHere, &[&crate::domain::bytes(budget)]),
        _ => cx.t(T::FitsHere).to_owned(),
    };
    let about = cx.lang.pick(&card.about, &card.about_zh);
    let about = if fits.is_empty() { about.to_owned() } else { format!("{about} ({fits})") };
    let action = if card.makes == Makes::Image { T::UseInCreate } else { T::UseInWrite };
    // Without its parts it draws nothing: its card says which are missing.
    let action = card.lacks().is_none().then(|| (action, Command::Models(ModelsCommand::UseModel(id.to_owned()))));
    (icons::CHECK_CIRCLE, cx.with(T::ModelOpened, &[&card.name, &about]), action)
}

/// The parts of a file that were left out, on a line of their own.
fn without(cx: &Cx<'_>, left_out: &[Both]) -> String {
    if left_out.is_empty() {
        return String::new();
    }
    let parts: Vec<&str> = left_out.iter().map(|part| part.get(cx.lang)).collect();
    format!("\n{}", cx.with(T::LeftOut, &[&parts.join(cx.lang.pick(", ", "、"))]))
}

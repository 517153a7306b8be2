//! The library: files that appear and disappear, the full view, several pictures at once.

use crate::error::FolderOf;
use crate::state::tests::*;

fn item(n: i64) -> LibraryItem {
    let record = Some(record(if n % 2 == 0 { "even" } else { "odd" }));
    LibraryItem { path: path(n), made_ms: n, bytes: 1, width: 1, height: 1, record }
}

fn path(n: i64) -> PathBuf {
    format!("/l/{n}.png").into()
}

/// Gallery with pictures 5 to 1, newest first.
fn library() -> AppState {
    let mut s = state();
    s.settings.room = Room::Gallery;
    s.status.library = "/l".into();
    store(&mut s, StoreEvent::Library((1..=5).rev().map(item).collect()));
    s
}

fn store(s: &mut AppState, event: StoreEvent) -> Vec<Effect> {
    update(s, Input::Store(event))
}

fn shown(s: &AppState) -> Vec<i64> {
    s.gallery.found().iter().map(|item| item.made_ms).collect()
}

fn marked(s: &AppState) -> Vec<i64> {
    s.gallery.marked_items().iter().map(|item| item.made_ms).collect()
}

#[test]
fn new_files_are_seen_on_entering_and_at_a_calm_pace_while_the_room_is_shown() {
    let mut s = state();
    assert_eq!(
        do_(&mut s, Command::Go(Room::Gallery)),
        [Effect::Store(StoreRequest::ScanLibrary)],
        "the first time all of it"
    );
    s.now_ms += 200;
    store(&mut s, StoreEvent::Library(vec![]));
    let wait = |s: &AppState| s.gallery.deadline_ms(s.room()).unwrap() - s.now_ms;
    assert_eq!(wait(&s), 200 * 20, "a slow library is looked at less often");
    assert!(s.next_deadline_ms().is_some(), "the program wakes for it");
    let looks = |s: &mut AppState| do_(s, Command::Tick).contains(&Effect::Store(StoreRequest::RescanLibrary));
    assert!(!looks(&mut s));
    s.now_ms += wait(&s);
    assert!(looks(&mut s));
    assert!(!looks(&mut s), "one look at a time");
    store(&mut s, StoreEvent::LibraryChanged { came: vec![], gone: vec![] });
    assert_eq!(wait(&s), 3_000);
    do_(&mut s, Command::Go(Room::Create));
    s.now_ms += 60_000;
    assert!(!looks(&mut s), "not behind other rooms");
    assert_eq!(
        do_(&mut s, Command::Go(Room::Gallery)),
        [Effect::Store(StoreRequest::RescanLibrary)],
        "at once on entering"
    );
}

#[test]
fn what_came_changed_and_went_is_taken_over() {
    let mut s = library();
    let serial = s.gallery.serial;
    do_(&mut s, Command::Gallery(GalleryCommand::Select(Some(path(3)))));
    store(&mut s, StoreEvent::Viewed { path: path(3), picture: Ok(picture()) });
    for n in [3, 4] {
        store(&mut s, StoreEvent::Thumbnail { path: path(n), picture: picture() });
    }
    let changed = LibraryItem { bytes: 99, ..item(4) };
    let elsewhere = LibraryItem { path: "/other/1.png".into(), ..item(1) };
    store(&mut s, StoreEvent::LibraryChanged { came: vec![item(7), changed, elsewhere], gone: vec![path(3), path(5)] });
    assert_eq!(shown(&s), [7, 4, 2, 1]);
    assert!(s.gallery.serial > serial, "views look again");
    assert_eq!(s.gallery.item(&path(4)).unwrap().bytes, 99);
    assert!(s.gallery.thumbnails.is_due(&path(4)), "its thumbnail is made anew");
    assert_eq!(s.gallery.selected, Some(path(2)), "the neighbour takes the place of what went");
    let serial = s.gallery.serial;
    store(&mut s, StoreEvent::LibraryChanged { came: vec![], gone: vec![] });
    assert_eq!(s.gallery.serial, serial, "no news changes nothing");
}

#[test]
fn several_are_marked_by_ctrl_shift_and_all() {
    let mut s = library();
    do_(&mut s, Command::Gallery(GalleryCommand::Mark(path(4))));
    assert_eq!((s.gallery.selected.clone(), marked(&s)), (Some(path(4)), vec![]), "one alone is selected");
    do_(&mut s, Command::Gallery(GalleryCommand::Mark(path(1))));
    assert_eq!(marked(&s), [4, 1]);
    do_(&mut s, Command::Gallery(GalleryCommand::Mark(path(4))));
    assert_eq!((s.gallery.selected.clone(), marked(&s)), (Some(path(1)), vec![]));
    do_(&mut s, Command::Gallery(GalleryCommand::MarkTo(path(4))));
    assert_eq!(marked(&s), [4, 3, 2, 1], "from the selected one");
    do_(&mut s, Command::Gallery(GalleryCommand::MarkTo(path(2))));
    assert_eq!(marked(&s), [2, 1], "from the same one again");
    do_(&mut s, Command::Gallery(GalleryCommand::Select(Some(path(5)))));
    assert_eq!(marked(&s), Vec::<i64>::new());
    do_(&mut s, Command::Gallery(GalleryCommand::SetSearch("odd".into())));
    do_(&mut s, Command::Gallery(GalleryCommand::MarkAll));
    assert_eq!(marked(&s), [5, 3, 1], "what is found");
    do_(&mut s, Command::Gallery(GalleryCommand::Unmark));
    assert_eq!((s.gallery.selected.clone(), marked(&s)), (Some(path(5)), vec![]));
}

/// Regression: a picture that the search did not find stayed selected, with its buttons and Delete.
#[test]
fn what_is_not_found_is_not_chosen_either() {
    let mut s = library();
    do_(&mut s, Command::Gallery(GalleryCommand::Select(Some(path(4)))));
    do_(&mut s, Command::Gallery(GalleryCommand::SetSearch("even".into())));
    assert_eq!(s.gallery.selected, Some(path(4)), "it is found");
    do_(&mut s, Command::Gallery(GalleryCommand::SetSearch("odd".into())));
    assert_eq!((s.gallery.selected.clone(), s.gallery.opened.is_some()), (None, false));
    // Nor does a picture stay selected that has changed, or that left the list.
    do_(&mut s, Command::Gallery(GalleryCommand::MarkAll));
    assert_eq!(marked(&s), [5, 3, 1], "all, where nothing was selected before");
    do_(&mut s, Command::Gallery(GalleryCommand::Mark(path(1))));
    let other = LibraryItem { record: Some(record("even")), ..item(5) };
    store(&mut s, StoreEvent::LibraryChanged { came: vec![other], gone: vec![] });
    assert_eq!((s.gallery.selected.clone(), marked(&s)), (Some(path(3)), vec![]));
    do_(&mut s, Command::Gallery(GalleryCommand::SetSearch(String::new())));
    do_(&mut s, Command::Gallery(GalleryCommand::Select(Some(path(2)))));
    store(&mut s, StoreEvent::Library(vec![item(1)]));
    assert_eq!(s.gallery.selected, None);
}

#[test]
fn a_search_finds_pictures_by_what_its_words_mean() {
    let mut s = library();
    let cat = LibraryItem { record: Some(record("A cat under a yellow umbrella")), ..item(9) };
    store(&mut s, StoreEvent::LibraryChanged { came: vec![cat], gone: vec![] });
    for search in ["cat", "CAT U", "猫", "黄色的伞", "9.png"] {
        do_(&mut s, Command::Gallery(GalleryCommand::SetSearch(search.into())));
        assert_eq!(shown(&s), [9], "{search}");
    }
    do_(&mut s, Command::Gallery(GalleryCommand::SetSearch("狗".into())));
    assert_eq!(shown(&s), Vec::<i64>::new());
}

#[test]
fn copies_and_the_trash_take_all_that_were_marked() {
    let mut s = library();
    let paths = vec![path(5), path(3)];
    assert_eq!(do_(&mut s, Command::Gallery(GalleryCommand::SaveCopies(paths.clone()))), [Effect::AskCopiesFolder]);
    let copy = Effect::Store(StoreRequest::CopyFiles { from: paths.clone(), folder: "/usb".into() });
    assert_eq!(do_(&mut s, Command::Gallery(GalleryCommand::CopiesFolderChosen("/usb".into()))), [copy]);
    assert!(do_(&mut s, Command::Gallery(GalleryCommand::CopiesFolderChosen("/usb".into()))).is_empty(), "once");
    store(&mut s, StoreEvent::CopiesSaved { folder: "/usb".into(), count: 2 });
    assert!(s.notices.list.iter().any(|n| n.kind == NoticeKind::CopiesSaved { folder: "/usb".into(), count: 2 }));
    assert_eq!(
        do_(&mut s, Command::Gallery(GalleryCommand::TrashItems(paths.clone()))),
        [Effect::Store(StoreRequest::TrashPictures(paths.clone()))]
    );
    do_(&mut s, Command::Gallery(GalleryCommand::Select(Some(path(5)))));
    do_(&mut s, Command::Gallery(GalleryCommand::Mark(path(3))));
    store(&mut s, StoreEvent::Trashed { paths });
    assert_eq!((shown(&s), marked(&s)), (vec![4, 2, 1], vec![]));
    assert_eq!(s.gallery.selected, Some(path(2)), "the next that is still there");
}

#[test]
fn the_full_view_steps_through_what_is_found_and_the_trash_leads_on() {
    let mut s = library();
    do_(&mut s, Command::Gallery(GalleryCommand::SetSearch("odd".into())));
    assert_eq!(
        do_(&mut s, Command::Gallery(GalleryCommand::ShowFull(true))),
        [Effect::Store(StoreRequest::ViewPicture(path(5)))]
    );
    assert!(s.gallery.full);
    do_(&mut s, Command::Gallery(GalleryCommand::Step(1)));
    assert_eq!(s.gallery.selected, Some(path(3)), "evens are not found");
    store(&mut s, StoreEvent::Trashed { paths: vec![path(3)] });
    assert_eq!((s.gallery.selected.clone(), s.gallery.full), (Some(path(1)), true));
    do_(&mut s, Command::Gallery(GalleryCommand::Step(i64::MAX)));
    assert_eq!(s.gallery.selected, Some(path(1)), "the end is the end");
    do_(&mut s, Command::Gallery(GalleryCommand::Step(i64::MIN)));
    assert_eq!(s.gallery.selected, Some(path(5)));
    do_(&mut s, Command::Gallery(GalleryCommand::ShowFull(false)));
    assert!(!s.gallery.full && s.gallery.selected.is_some());
    do_(&mut s, Command::Gallery(GalleryCommand::Select(None)));
    s.gallery.items = Some(vec![]);
    do_(&mut s, Command::Gallery(GalleryCommand::ShowFull(true)));
    assert!(!s.gallery.full, "nothing to show");
}

#[test]
fn marked_pictures_are_compared_in_full_and_let_go() {
    let mut s = library();
    do_(&mut s, Command::Gallery(GalleryCommand::Select(Some(path(5)))));
    do_(&mut s, Command::Gallery(GalleryCommand::Mark(path(2))));
    let effects = do_(&mut s, Command::Gallery(GalleryCommand::ShowFull(true)));
    assert_eq!(
        effects,
        [Effect::Store(StoreRequest::ViewPicture(path(5)))],
        "the other one is selected and on its way"
    );
    assert!(s.gallery.is_comparing());
    for n in [5, 2] {
        store(&mut s, StoreEvent::Viewed { path: path(n), picture: Ok(picture()) });
    }
    assert!(s.gallery.opened.as_ref().is_some_and(|(opened, _)| *opened == path(2)));
    assert_eq!(s.gallery.compared.keys().collect::<Vec<_>>(), [&path(5)]);
    do_(&mut s, Command::Gallery(GalleryCommand::ShowFull(false)));
    assert!(s.gallery.compared.is_empty() && !s.gallery.is_comparing());
    assert_eq!(marked(&s), [5, 2], "still marked in the grid");
}

#[test]
fn looks_of_the_gallery_are_kept_and_stay_in_range() {
    let mut s = library();
    do_(&mut s, Command::Gallery(GalleryCommand::SetThumbnails(10_000.0)));
    assert_eq!(s.settings.thumbnails, Some(256.0));
    do_(&mut s, Command::Gallery(GalleryCommand::SetPixels(true)));
    assert!(s.settings.pixels && s.has_unsaved_settings());
}

#[test]
fn a_picture_that_comes_back_from_the_trash_is_on_the_strip_and_shown_again() {
    let mut s = state();
    for n in 0..3 {
        let saved = Saved::At(path(n));
        let key = (JobId(n as u64), 0);
        s.create.put_on_strip(Shot { key, picture: Some(picture()), record: record("x"), saved, subject: None });
    }
    let keys = |s: &AppState| s.create.strip.iter().map(|shot| shot.key.0.0).collect::<Vec<_>>();
    let before = keys(&s);
    store(&mut s, StoreEvent::Trashed { paths: vec![path(1)] });
    assert_eq!(keys(&s).len(), 2);
    store(&mut s, StoreEvent::Restored { items: vec![item(1)] });
    assert_eq!((keys(&s), s.create.shown), (before, Shown::Shot((JobId(1), 0))));
}

/// Regression: Ctrl+Z after a delete first restored a word of the search, and then the picture behind the filter.
#[test]
fn pictures_that_come_back_are_chosen_and_no_search_hides_them() {
    let mut s = library();
    do_(&mut s, Command::Gallery(GalleryCommand::Select(Some(path(5)))));
    do_(&mut s, Command::Gallery(GalleryCommand::ShowFull(true)));
    store(&mut s, StoreEvent::Trashed { paths: vec![path(5)] });
    do_(&mut s, Command::Gallery(GalleryCommand::SetSearch("odd".into())));
    do_(&mut s, Command::Gallery(GalleryCommand::SetSearch(String::new())));
    do_(&mut s, Command::Gallery(GalleryCommand::SetSearch("even".into())));
    assert_eq!(
        do_(&mut s, Command::Undo),
        [Effect::Store(StoreRequest::RestorePictures(vec![path(5)]))],
        "the delete, not the word"
    );
    do_(&mut s, Command::Gallery(GalleryCommand::ShowFull(true)));
    let effects = store(&mut s, StoreEvent::Restored { items: vec![item(5)] });
    assert_eq!((shown(&s), s.gallery.search.as_str()), (vec![5, 4, 3, 2, 1], ""));
    assert_eq!((s.gallery.selected.clone(), s.gallery.full), (Some(path(5)), true), "the full view shows it");
    assert_eq!(effects, [Effect::Store(StoreRequest::ViewPicture(path(5)))]);
    do_(&mut s, Command::Gallery(GalleryCommand::ShowFull(false)));
    store(&mut s, StoreEvent::Trashed { paths: vec![path(4), path(2)] });
    do_(&mut s, Command::Gallery(GalleryCommand::SetSearch("odd".into())));
    store(&mut s, StoreEvent::Restored { items: vec![item(4), item(2)] });
    assert_eq!((marked(&s), s.gallery.search.as_str()), (vec![4, 2], ""));
}

/// Regression: deleting one picture unmarked the others.
#[test]
fn one_of_several_chosen_pictures_goes_alone() {
    let mut s = library();
    do_(&mut s, Command::Gallery(GalleryCommand::Select(Some(path(5)))));
    do_(&mut s, Command::Gallery(GalleryCommand::MarkTo(path(3))));
    assert_eq!(marked(&s), [5, 4, 3]);
    let one = s.gallery.selected.clone().unwrap();
    store(&mut s, StoreEvent::Trashed { paths: vec![one.clone()] });
    assert_eq!(marked(&s).len(), 2);
    let selected = s.gallery.selected.clone().unwrap();
    assert!(s.gallery.marked.contains(&selected) && !s.gallery.marked.contains(&one));
}

/// Regression: after the fifth picture of the strip came the first one again.
#[test]
fn a_neighbour_on_the_strip_takes_the_place_of_what_went() {
    let mut s = library();
    s.create.strip.clear();
    for n in 1..=4 {
        let picture = Some(picture());
        let saved = Saved::At(path(n));
        s.create.put_on_strip(Shot {
            key: (JobId(n as u64), 0),
            picture,
            record: record("a cat"),
            saved,
            subject: None,
        });
    }
    let shown = |s: &AppState| if let Shown::Shot(key) = s.create.shown { key.0.0 } else { 0 };
    do_(&mut s, Command::Create(CreateCommand::Show(Shown::Shot((JobId(2), 0)))));
    store(&mut s, StoreEvent::Trashed { paths: vec![path(2)] });
    assert_eq!(shown(&s), 1, "the next one");
    store(&mut s, StoreEvent::Trashed { paths: vec![path(1)] });
    assert_eq!(shown(&s), 3, "there is none after the last");
    store(&mut s, StoreEvent::Trashed { paths: vec![path(4)] });
    assert_eq!(shown(&s), 3, "another one's end moves nothing");
}

/// Regression: deleting a picture that somebody else had moved gave an error about a file that does not exist.
#[test]
fn pictures_that_are_gone_leave_the_gallery_with_a_word() {
    let mut s = library();
    do_(&mut s, Command::Gallery(GalleryCommand::Select(Some(path(5)))));
    store(&mut s, StoreEvent::Gone { paths: vec![path(5)] });
    assert_eq!((shown(&s), s.gallery.selected.clone()), (vec![4, 3, 2, 1], Some(path(4))));
    let notes = |s: &AppState| s.notices.list.iter().map(|n| n.kind.clone()).collect::<Vec<_>>();
    assert_eq!(notes(&s), [NoticeKind::PicturesGone(1)], "once");
    // The full view comes across one.
    do_(&mut s, Command::Gallery(GalleryCommand::ShowFull(true)));
    let missing = Err(Cause::FileMissing { path: path(4) }.into());
    let effects = store(&mut s, StoreEvent::Viewed { path: path(4), picture: missing });
    assert_eq!(
        (effects, notes(&s).len()),
        (vec![Effect::Store(StoreRequest::RescanLibrary)], 1),
        "no error about a path"
    );
    store(&mut s, StoreEvent::LibraryChanged { came: vec![], gone: vec![path(4)] });
    assert_eq!((s.gallery.selected.clone(), s.gallery.full), (Some(path(3)), true));
    assert_eq!(notes(&s).last(), Some(&NoticeKind::PicturesGone(1)));
}

/// Regression: pictures vanished without a notice when another folder was chosen.
#[test]
fn pictures_of_the_folder_before_are_told_of_until_it_is_chosen_again() {
    let mut s = library();
    let take = |s: &mut AppState, path: &str| update(s, Input::FolderTried(FolderOf::Pictures, path.into(), Ok(())));
    take(&mut s, "/other");
    store(&mut s, StoreEvent::LibraryLeft { folder: "/l".into(), count: 5 });
    let left = |s: &AppState| {
        let left = NoticeKind::PicturesLeft { folder: "/l".into(), count: 5 };
        s.waiting_in(Room::Settings).filter(|n| n.kind == left).count()
    };
    assert_eq!(left(&s), 1);
    s.now_ms += 60_000;
    do_(&mut s, Command::Tick);
    assert_eq!(left(&s), 1, "it is to be read");
    assert_eq!(
        do_(&mut s, Command::Gallery(GalleryCommand::CopyLibrary("/l".into()))),
        [Effect::Store(StoreRequest::CopyLibrary("/l".into()))]
    );
    take(&mut s, "/l");
    assert_eq!(left(&s), 0);
}

/// Regression: selecting a broken picture put another notice over the room each time, and its own place looked as if it
/// were loading.
#[test]
fn a_broken_picture_says_so_in_its_place_and_nowhere_else() {
    let mut s = library();
    let cut = || StudioError::from(Cause::CutPicture { path: path(4) });
    store(&mut s, StoreEvent::NoThumbnail { path: path(4), error: Some(cut()) });
    assert!(!s.gallery.thumbnails.is_due(&path(4)), "once");
    for _ in 0..2 {
        do_(&mut s, Command::Gallery(GalleryCommand::Select(Some(path(4)))));
        store(&mut s, StoreEvent::Viewed { path: path(4), picture: Err(cut()) });
        do_(&mut s, Command::Gallery(GalleryCommand::Select(Some(path(3)))));
    }
    assert_eq!(s.notices.list, []);
    assert_eq!(s.gallery.thumbnails.broken(&path(4)).map(StudioError::cause), Some(cut().cause()));
    // It was made or copied again.
    store(&mut s, StoreEvent::LibraryChanged { came: vec![item(4)], gone: vec![] });
    assert!(s.gallery.thumbnails.broken(&path(4)).is_none() && s.gallery.thumbnails.is_due(&path(4)));
}

#[test]
fn a_search_is_over_when_the_room_is_left() {
    let mut s = library();
    do_(&mut s, Command::Gallery(GalleryCommand::SetSearch("odd".into())));
    do_(&mut s, Command::Go(Room::Gallery));
    assert_eq!(shown(&s), [5, 3, 1], "not by its own button");
    do_(&mut s, Command::Go(Room::Models));
    do_(&mut s, Command::Go(Room::Gallery));
    assert_eq!(shown(&s), [5, 4, 3, 2, 1]);
}

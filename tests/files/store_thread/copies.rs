//! Copies of pictures: into a folder, larger, in other formats, and of those that are gone.

use std::fs;

use aigc_studio::domain::{Enlarge, Filter, StoreEvent, StoreRequest};
use aigc_studio::error::Cause;
use aigc_studio::lang::Lang;
use aigc_studio::store::picture_files;
use aigc_studio::writing::export::{Document, TextFormat};

use super::{next, picture, pngs, record, save, start};

#[test]
fn copies_of_several_pictures_go_into_a_folder_and_write_nothing_over() {
    let home = tempfile::tempdir().unwrap();
    let (store, events) = start(home.path());
    let paths: Vec<_> = (1..=2)
        .map(|n| {
            store.send(save(n, n));
            let StoreEvent::PictureSaved { item, .. } = next(&events) else { panic!() };
            item.path
        })
        .collect();
    let folder = home.path().join("copies");
    fs::create_dir(&folder).unwrap();
    for round in 1..=2 {
        let from = paths.iter().cloned().chain([home.path().join("gone.png")]).collect();
        store.send(StoreRequest::CopyFiles { from, folder: folder.clone() });
        assert!(matches!(next(&events), StoreEvent::CopiesSaved { count: 2, folder: f } if f == folder));
        let StoreEvent::Failed(_, missing) = next(&events) else { panic!() };
        assert!(missing.summary(Lang::En).contains("gone.png"), "{missing}");
        assert_eq!(pngs(&folder).len(), 2 * round);
    }
    for copy in pngs(&folder) {
        assert_eq!(fs::read(copy).unwrap().len() as u64, fs::metadata(&paths[0]).unwrap().len());
    }
}

#[test]
fn a_copy_is_written_larger_and_says_so_in_its_settings() {
    let home = tempfile::tempdir().unwrap();
    let (store, events) = start(home.path());
    let to = |name: &str| home.path().join(name);
    let small = picture(8);
    for (name, times, filter) in [("a.png", 4, Filter::Nearest), ("b.png", 8, Filter::Lanczos)] {
        let (record, enlarge) = (Some(record("x", 5)), Enlarge { times, filter });
        store.send(StoreRequest::ExportPicture { picture: small.clone(), record, path: to(name), enlarge });
        assert!(matches!(next(&events), StoreEvent::Exported { .. }));
        assert_eq!(picture_files::open(&to(name)).unwrap(), small.enlarged(enlarge));
        let text = picture_files::read_head_of(&to(name)).unwrap().unwrap().text.unwrap();
        let said = format!("Postprocess upscale by: {times}, Postprocess upscaler: {}", filter.name());
        assert!(text.ends_with(&said), "{text}");
        assert_eq!(picture_files::read_record(&to(name)).unwrap().seed(), 5);
    }
    // From a file, into the same format too.
    let enlarge = Enlarge { times: 4, filter: Filter::Lanczos };
    store.send(StoreRequest::ExportFile { from: to("a.png"), path: to("c.png"), enlarge });
    next(&events);
    assert_eq!(picture_files::open(&to("c.png")).unwrap().width, 128);
}

#[test]
fn copies_are_written_in_the_format_of_their_ending() {
    let home = tempfile::tempdir().unwrap();
    let (store, events) = start(home.path());
    let to = |name: &str| home.path().join("out").join(name);
    for name in ["a.png", "a.JPG", "a.webp", "no ending"] {
        let record = Some(record("x", 5));
        store.send(StoreRequest::ExportPicture {
            picture: picture(64),
            record,
            path: to(name),
            enlarge: Enlarge::NONE,
        });
        assert!(matches!(next(&events), StoreEvent::Exported { path } if path == to(name)));
        assert_eq!(picture_files::open(&to(name)).unwrap().width, 64);
    }
    assert_eq!(picture_files::read_record(&to("no ending")).unwrap().seed(), 5);
    store.send(StoreRequest::ExportFile { from: to("a.png"), path: to("same.png"), enlarge: Enlarge::NONE });
    next(&events);
    assert_eq!(fs::read(to("a.png")).unwrap(), fs::read(to("same.png")).unwrap());
    store.send(StoreRequest::ExportFile { from: to("a.png"), path: to("b.webp"), enlarge: Enlarge::NONE });
    next(&events);
    assert_eq!(picture_files::open(&to("b.webp")).unwrap(), *picture(64));
    store.send(StoreRequest::ExportPicture {
        picture: picture(64),
        record: None,
        path: to("a.bmp"),
        enlarge: Enlarge::NONE,
    });
    assert!(matches!(next(&events), StoreEvent::Failed(_, e) if matches!(e.cause(), Cause::BadChoice { .. })));
    assert!(!to("a.bmp").exists());
    let document = Box::new(Document::from_markdown("Hi", "", Lang::En));
    store.send(StoreRequest::ExportText { path: to("a.md"), document, format: TextFormat::Markdown });
    next(&events);
    assert_eq!(fs::read_to_string(to("a.md")).unwrap(), "# Hi\n");
}

#[test]
fn pictures_that_are_gone_or_left_behind_are_told_and_those_can_be_copied() {
    let home = tempfile::tempdir().unwrap();
    let (store, events) = start(home.path());
    let saved: Vec<_> = (1..=3)
        .map(|n| {
            store.send(save(n, n));
            let StoreEvent::PictureSaved { item, .. } = next(&events) else { panic!() };
            item.path
        })
        .collect();
    fs::rename(&saved[0], home.path().join("elsewhere.png")).unwrap();
    store.send(StoreRequest::TrashPictures(saved[..2].to_vec()));
    assert!(matches!(next(&events), StoreEvent::Gone { paths } if paths == saved[..1]));
    assert!(matches!(next(&events), StoreEvent::Trashed { paths } if paths == saved[1..2]));

    let (old, new) = (home.path().join("library"), home.path().join("new"));
    store.send(StoreRequest::SetLibraryFolder(new.clone()));
    assert!(
        matches!(next(&events), StoreEvent::LibraryLeft { folder, count: 1 } if folder == old),
        "not the deleted one"
    );
    assert!(matches!(next(&events), StoreEvent::Library(items) if items.is_empty()));
    for _ in 0..2 {
        store.send(StoreRequest::CopyLibrary(old.clone()));
        assert!(matches!(next(&events), StoreEvent::CopiesSaved { count: 1, folder } if folder == new));
        let copy = new.join(saved[2].strip_prefix(&old).unwrap());
        assert!(matches!(next(&events), StoreEvent::Library(items) if items[0].path == copy));
        assert_eq!(pngs(&new), [copy], "once, in the folder of its day");
    }
}

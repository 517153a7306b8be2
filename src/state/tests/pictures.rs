//! Pictures of the library: trash and thumbnails.

use super::*;

#[test]
fn trash_can_be_undone_and_the_neighbour_is_selected() {
    let mut s = state();
    s.gallery.items = Some(vec![item(3), item(2), item(1)]);
    do_(&mut s, Command::Gallery(GalleryCommand::Select(Some("/l/2.png".into()))));
    assert_eq!(
        do_(&mut s, Command::Gallery(GalleryCommand::TrashItem("/l/2.png".into()))),
        vec![Effect::Store(StoreRequest::TrashPictures(vec!["/l/2.png".into()]))]
    );
    update(&mut s, Input::Store(StoreEvent::Trashed { paths: vec!["/l/2.png".into()] }));
    assert_eq!(s.gallery.selected, Some("/l/1.png".into()));
    let undo = do_(&mut s, Command::Gallery(GalleryCommand::RestorePictures(vec!["/l/2.png".into()])));
    assert_eq!(undo, vec![Effect::Store(StoreRequest::RestorePictures(vec!["/l/2.png".into()]))]);
    assert!(s.notices.list.is_empty());
    update(&mut s, Input::Store(StoreEvent::Restored { items: vec![item(2)] }));
    let order: Vec<i64> = s.gallery.items.as_ref().unwrap().iter().map(|i| i.made_ms).collect();
    assert_eq!(order, [3, 2, 1]);
}

#[test]
fn thumbnails_are_asked_for_once_and_stay_bounded() {
    let mut s = state();
    assert_eq!(do_(&mut s, Command::Gallery(GalleryCommand::NeedThumbnail("/a".into()))).len(), 1);
    assert!(do_(&mut s, Command::Gallery(GalleryCommand::NeedThumbnail("/a".into()))).is_empty());
    for n in 0..THUMBNAILS + 10 {
        let event = StoreEvent::Thumbnail { path: format!("/{n}").into(), picture: picture() };
        update(&mut s, Input::Store(event));
    }
    assert!(s.gallery.thumbnails.get("/0".as_ref()).is_none());
    assert!(s.gallery.thumbnails.get(format!("/{}", THUMBNAILS + 9).as_ref()).is_some());
    assert_eq!(do_(&mut s, Command::Gallery(GalleryCommand::NeedThumbnail("/0".into()))).len(), 1, "can come back");
}

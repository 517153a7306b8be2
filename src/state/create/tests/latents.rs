//! Latents whose decoding failed are kept, and decoded again.

use super::*;

#[test]
fn latents_of_a_failed_decode_are_kept_on_disk_and_decoded_again_with_the_model_in_use() {
    let mut s = state();
    s.catalogue.entries.push(entry("other", Makes::Image, ModelPresence::Here { path: "/m/o".into() }));
    prompt(&mut s, "a cat");
    let (id, _) = submitted(&do_(&mut s, Command::Create(CreateCommand::Generate)));
    let kept = latents(STICKER_ID);
    let effects = engine(&mut s, id, PictureNews::Undecoded { latents: kept.clone() });
    assert_eq!(effects, vec![Effect::Store(StoreRequest::KeepLatents(kept.clone()))]);
    let bad = || EventKind::Failed(Cause::BadDecode { bad: 1, of: 2 }.into());
    engine(&mut s, id, bad());
    assert!(s.create.error.is_some());
    // A notice says where they are.
    update(&mut s, Input::Store(StoreEvent::LatentsKept { path: "/l/a.latent".into() }));
    assert!(s.notices.list.iter().any(|n| n.kind == NoticeKind::LatentsKept("/l/a.latent".into())));

    do_(&mut s, Command::Create(CreateCommand::SetImage(ImageEdit::Model("other".into()))));
    let again = |s: &mut AppState| {
        let effects = do_(s, Command::Create(CreateCommand::DecodeAgain));
        let (id, job) = submitted(&effects);
        let Task::Picture(PictureTask::Decode(request)) = job else { panic!() };
        assert_eq!((request.model.id.as_str(), &request.latents[..]), ("other", &[kept.clone()][..]));
        assert!(s.create.error.is_none());
        id
    };
    // It may fail again. When it works, the picture is like any other.
    let id = again(&mut s);
    engine(&mut s, id, bad());
    let id = again(&mut s);
    let effects = engine(&mut s, id, PictureNews::Picture { index: 0, picture: picture(), record: record("a cat") });
    assert!(matches!(&effects[..], [Effect::Store(StoreRequest::SavePicture { .. })]));
    engine(&mut s, id, EventKind::Finished(Outcome::Image(ImageStats::default())));
    assert!(do_(&mut s, Command::Create(CreateCommand::DecodeAgain)).is_empty(), "nothing is left to decode");
}

#[test]
fn a_file_of_latents_is_decoded_by_its_own_model_or_the_one_in_use() {
    let mut s = state();
    s.catalogue.entries.push(entry("other", Makes::Image, ModelPresence::Here { path: "/m/o".into() }));
    do_(&mut s, Command::Go(Room::Gallery));
    for (model, used) in [("other", "other"), ("gone", STICKER_ID)] {
        let path = PathBuf::from("/l/a.latent");
        assert_eq!(do_(&mut s, Command::OpenFile(path.clone())), vec![Effect::Store(StoreRequest::OpenFile(path))]);
        let opened = StoreEvent::LatentsOpened { latents: vec![latents(model), latents(model)] };
        let effects = update(&mut s, Input::Store(opened));
        let Some((_, Task::Picture(PictureTask::Decode(request)))) = asked_for(&s, &effects).pop() else { panic!() };
        let count = s.create.jobs.last().unwrap().request.params.count;
        assert_eq!((request.model.id.as_str(), request.latents.len(), count), (used, 2, 2));
        assert_eq!(s.room(), Room::Create);
    }
}

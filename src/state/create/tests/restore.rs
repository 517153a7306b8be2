//! Settings are restored from a picture's file.

use super::*;

#[test]
fn a_dropped_picture_restores_prompt_and_sliders_and_is_shown() {
    let mut s = state();
    s.settings.room = Room::Gallery;
    let path = PathBuf::from("/x/one.png");
    assert_eq!(do_(&mut s, Command::OpenFile(path.clone())), vec![Effect::Store(StoreRequest::OpenFile(path.clone()))]);
    let opened = StoreEvent::Opened { path: path.clone(), picture: picture(), record: Some(record("a dog")) };
    update(&mut s, Input::Store(opened));
    let p = &s.settings.image;
    assert_eq!((p.prompt.as_str(), p.negative.as_str(), p.steps, p.seed), ("a dog", "blur", 12, Seed::Fixed(5)));
    assert_eq!(p.sampler, Sampler::Heun);
    assert_eq!(s.room(), Room::Create);
    assert!(matches!(s.create.stage(), Stage::Shot(_)));

    do_(&mut s, Command::OpenFile(path.clone()));
    update(&mut s, Input::Store(StoreEvent::Opened { path, picture: picture(), record: None }));
    assert!(matches!(&s.notices.list.last().unwrap().kind, NoticeKind::Problem(p)
        if matches!(p.0.cause(), Cause::NoSettingsInside { .. })));
}

#[test]
fn what_a_picture_says_beyond_the_sliders_is_told_and_stays() {
    let mut s = state();
    restore(&mut s, &record("a dog"));
    assert_eq!(restored(&s), Vec::<&str>::new());
    let wild = PictureRecord {
        params: ImageParams {
            steps: 200,
            guidance: 45.0,
            seed: Seed::Fixed(648_312_782_957_426),
            ..record("a dog").params
        },
        ..*record("a dog")
    };
    restore(&mut s, &wild);
    let p = &s.settings.image;
    assert_eq!((p.steps, p.guidance, p.seed), (150, 30.0, Seed::Fixed(648_312_782_957_426)));
    assert_eq!(restored(&s).len(), 2);
    assert!(restored(&s)[0].contains("steps 200") && restored(&s)[0].contains("150 is set"));
    s.now_ms += NOTICE_MS;
    do_(&mut s, Command::Tick);
    assert_eq!(s.notices.list.len(), 1, "the plain notice goes, the one with words stays");
    s.create.unknown_words = vec!["zorb".into()];
    restore(
        &mut s,
        &PictureRecord { params: ImageParams { seed: Seed::Random, ..record("a dog").params }, ..*record("a dog") },
    );
    assert_eq!(s.settings.image.seed, Seed::Random);
    assert_eq!((s.notices.list.len(), restored(&s).len()), (1, 0), "what was said of the picture before is gone");
    assert_eq!(s.create.unknown_words, Vec::<String>::new());
}

#[test]
fn a_model_that_is_not_here_is_said_and_leaves_the_size() {
    let mut s = state();
    s.catalogue.entries[0].card.sizes.push(Size { width: 32, height: 32 });
    (s.settings.image.width, s.settings.image.height) = (32, 32);
    restore(
        &mut s,
        &PictureRecord {
            params: ImageParams { model: "dreamshaper_8".into(), width: 512, height: 768, ..record("a dog").params },
            ..*record("a dog")
        },
    );
    let p = &s.settings.image;
    assert_eq!((p.model.as_str(), p.width, p.height, p.prompt.as_str()), (STICKER_ID, 32, 32, "a dog"));
    assert!(matches!(&restored(&s)[..], [said] if said.contains("dreamshaper_8 is not here")), "{:?}", restored(&s));
    // A model that is on the disk but does not draw the size.
    restore(
        &mut s,
        &PictureRecord {
            params: ImageParams { width: 512, height: 768, ..record("a dog").params },
            ..*record("a dog")
        },
    );
    assert_eq!((s.settings.image.width, s.settings.image.height), (64, 64));
    assert_eq!(restored(&s), ["The picture says size 512x768; 64x64 is set instead."]);
}

#[test]
fn a_model_is_known_by_its_file_or_its_hash() {
    let mut s = state();
    let mut other = entry("dreamshaper_8", Makes::Image, ModelPresence::Here { path: "/m/d".into() });
    other.card.files[0].sha256 = "abcdef1234".repeat(6) + "abcd";
    s.catalogue.entries.push(other);
    let named = |model: &str, hash: &str| PictureRecord {
        params: ImageParams { model: model.into(), ..record("x").params },
        model_hash: hash.into(),
        ..*record("x")
    };
    for (model, hash) in [
        ("dreamshaper_8", ""),
        ("dreamshaper_8.safetensors", ""),
        ("SD1.5\\DreamShaper_8.safetensors", ""),
        ("another name", "ABCDEF1234"),
    ] {
        do_(&mut s, Command::Create(CreateCommand::SetImage(ImageEdit::Model(STICKER_ID.into()))));
        restore(&mut s, &named(model, hash));
        assert_eq!(s.settings.image.model, "dreamshaper_8", "{model} {hash}");
    }
    do_(&mut s, Command::Create(CreateCommand::SetImage(ImageEdit::Model(STICKER_ID.into()))));
    restore(&mut s, &named("gone.safetensors", "0000000000"));
    assert!(restored(&s)[0].contains("gone.safetensors is not here"), "{:?}", restored(&s));
    assert_eq!(s.settings.image.model, STICKER_ID);
}

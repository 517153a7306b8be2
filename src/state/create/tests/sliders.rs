//! The sliders of pictures, and the models that they are for.

use super::*;

#[test]
fn sliders_are_kept_in_range() {
    let mut s = state();
    do_(&mut s, Command::Create(CreateCommand::SetImage(ImageEdit::Number(ImageParam::Steps, 0.0))));
    do_(&mut s, Command::Create(CreateCommand::SetImage(ImageEdit::Number(ImageParam::Guidance, f64::NAN))));
    do_(&mut s, Command::Write(WriteCommand::SetText(TextEdit::Number(TextParam::Temperature, -3.0))));
    assert_eq!(s.settings.image.steps, 1);
    assert_eq!(s.settings.image.guidance, 2.0);
    assert_eq!(s.text().temperature, 0.0);
    do_(&mut s, Command::Create(CreateCommand::SetImage(ImageEdit::Reset)));
    assert_eq!(s.settings.image.steps, 20, "the card's own default");
}

#[test]
fn each_picture_model_keeps_its_own_sliders() {
    let mut s = state();
    s.catalogue.entries.push(entry("other", Makes::Image, ModelPresence::Embedded));
    prompt(&mut s, "a cat");
    let choose =
        |s: &mut AppState, id: &str| do_(s, Command::Create(CreateCommand::SetImage(ImageEdit::Model(id.into()))));
    do_(&mut s, Command::Create(CreateCommand::SetImage(ImageEdit::Number(ImageParam::Steps, 33.0))));
    choose(&mut s, "other");
    assert_eq!(s.settings.image.steps, 20, "the card's default the first time");
    do_(&mut s, Command::Create(CreateCommand::SetImage(ImageEdit::Number(ImageParam::Steps, 44.0))));
    do_(&mut s, Command::Create(CreateCommand::SetImage(ImageEdit::Prompt("a dog".into()))));
    choose(&mut s, STICKER_ID);
    assert_eq!((s.settings.image.steps, s.settings.image.prompt.as_str()), (33, "a dog"), "prompts go along");
    choose(&mut s, "other");
    assert_eq!(s.settings.image.steps, 44);
    choose(&mut s, "other");
    assert_eq!(s.settings.image.steps, 44, "the same model again changes nothing");
    assert_eq!(s.settings.image_of.keys().collect::<Vec<_>>(), [STICKER_ID], "the model in use is not kept twice");
}

#[test]
fn an_unknown_model_is_named_with_those_that_are_known() {
    let mut s = state();
    prompt(&mut s, "x");
    do_(&mut s, Command::Create(CreateCommand::SetImage(ImageEdit::Model("nope".into()))));
    do_(&mut s, Command::Create(CreateCommand::Generate));
    let error = s.create.error.as_ref().unwrap();
    assert!(error.remedy(Lang::En).contains(STICKER_ID), "{error}");
    do_(&mut s, Command::Create(CreateCommand::SetImage(ImageEdit::Model(SMOLLM_ID.into()))));
    do_(&mut s, Command::Create(CreateCommand::Generate));
    assert!(matches!(s.create.error.as_ref().unwrap().cause(), Cause::WrongKind { .. }));
}

#[test]
fn what_has_no_effect_on_the_model_is_told_and_not_asked_of_it() {
    let mut s = state();
    s.catalogue.entries[0].card.family = "sticker-flow".into();
    let rich = PictureRecord {
        params: ImageParams {
            sampler: Sampler::DpmPp2M,
            schedule: Schedule::Karras,
            noise: NoiseSource::Torch,
            clip_skip: 2,
            guidance_rescale: 0.5,
            ..record("a dog").params
        },
        ..*record("a dog")
    };
    restore(&mut s, &rich);
    assert_eq!(restored(&s).len(), 5, "{:?}", restored(&s));
    let p = &s.settings.image;
    assert_eq!(
        (p.sampler, p.schedule, p.noise, p.clip_skip),
        (Sampler::Euler, Schedule::Automatic, NoiseSource::Native, 1)
    );
    // A value left by another version of the program is not sent to the model.
    s.settings.image.noise = NoiseSource::Torch;
    let effects = do_(&mut s, Command::Create(CreateCommand::Generate));
    let Task::Picture(PictureTask::Generate(request)) = submitted(&effects).1 else { panic!() };
    assert_eq!(request.params.noise, NoiseSource::Native);
}

#[test]
fn rarer_sliders_are_kept_in_range_and_reset() {
    let mut s = state();
    for edit in [
        ImageEdit::Noise(NoiseSource::Torch),
        ImageEdit::Number(ImageParam::GuidanceRescale, 7.0),
        ImageEdit::Number(ImageParam::ClipSkip, 99.0),
    ] {
        do_(&mut s, Command::Create(CreateCommand::SetImage(edit)));
    }
    let ImageParams { noise, guidance_rescale, clip_skip, .. } = s.settings.image;
    assert_eq!((noise, guidance_rescale, clip_skip), (NoiseSource::Torch, 1.0, 12));
    do_(&mut s, Command::Create(CreateCommand::SetImage(ImageEdit::Reset)));
    let ImageParams { noise, guidance_rescale, clip_skip, .. } = s.settings.image;
    assert_eq!((noise, guidance_rescale, clip_skip), (NoiseSource::Native, 0.0, 1));
}

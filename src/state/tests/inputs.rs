//! The clock, the machine's figures and the models folder are inputs: only `update` changes the state.

use super::*;

#[test]
fn the_clock_and_the_figures_change_themselves_alone() {
    let mut s = state();
    // The passes after an input would clear this mark.
    s.create.prompt_missing = true;
    s.settings.image.prompt = "a cat".into();
    let figures = [StatusNews::Device("GPU".into()), StatusNews::Memory(5), StatusNews::FirstFrame(0.25)];
    assert!(update(&mut s, Input::Clock(2_000_000)).is_empty());
    assert!(figures.into_iter().all(|news| update(&mut s, Input::Status(news)).is_empty()));
    assert_eq!(s.now_ms, 2_000_000);
    let status = Status { device: "GPU".into(), memory: 5, first_frame_s: Some(0.25), ..Status::default() };
    assert_eq!(s.status, status);
    assert!(s.create.prompt_missing, "no pass over the state");
    do_(&mut s, Command::Tick);
    assert!(!s.create.prompt_missing);
}

/// A download may run, and terms may be shown, while the folder is read.
#[test]
fn what_is_read_of_the_models_folder_leaves_alone_what_runs() {
    let mut s = state();
    let opened = "/x/a.gguf";
    s.settings.opened = vec![opened.into()];
    s.settings.room = Room::Models;
    for (id, presence) in [("gemma", ModelPresence::Absent), ("gone", ModelPresence::Absent)] {
        s.catalogue.entries.push(entry(id, Makes::Text, presence));
    }
    s.catalogue.entries.push(entry(opened, Makes::Text, ModelPresence::Here { path: opened.into() }));
    let gemma = s.catalogue.entry_mut("gemma").unwrap();
    gemma.fetch = Some(FetchState { done: 7, ..FetchState::default() });
    gemma.asking = true;
    let smol = s.catalogue.entry_mut(SMOLLM_ID).unwrap();
    (smol.loaded, smol.error) = (true, Some(Cause::EngineGone.into()));

    let mut read = Catalogue { trash: 9, ..Catalogue::default() };
    read.broken.push(BrokenFile { path: "/m/b".into(), bytes: 1, error: Cause::EmptyPrompt.into() });
    read.entries = vec![
        entry(SMOLLM_ID, Makes::Text, ModelPresence::Absent),
        entry("gemma", Makes::Text, ModelPresence::Partial { bytes: 7 }),
        entry("new", Makes::Text, ModelPresence::Absent),
    ];
    assert!(update(&mut s, Input::Catalogue(Box::new(read))).is_empty());
    let ids: Vec<&str> = s.catalogue.entries.iter().map(|entry| entry.card.id.as_str()).collect();
    // A file that was opened while the folder was being read is not in the result, and stays.
    assert_eq!(ids, [SMOLLM_ID, "gemma", "new", opened]);
    assert_eq!((s.catalogue.trash, s.catalogue.broken.len()), (9, 1));
    let smol = s.catalogue.entry(SMOLLM_ID).unwrap();
    assert_eq!((&smol.presence, smol.loaded, smol.error.is_some()), (&ModelPresence::Absent, true, true));
    let gemma = s.catalogue.entry("gemma").unwrap();
    assert_eq!((&gemma.presence, gemma.asking), (&ModelPresence::Partial { bytes: 7 }, true));
    assert_eq!(gemma.fetch.as_ref().map(|fetch| fetch.done), Some(7));
    let new = s.catalogue.entry("new").unwrap();
    assert!(!new.loaded && !new.asking && new.fetch.is_none() && new.error.is_none());
}

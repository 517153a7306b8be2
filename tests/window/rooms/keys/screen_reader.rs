//! What a screen reader is told: names, their order, who speaks, headings, and what is said by itself.

use aigc_studio::domain::*;
use aigc_studio::lang::Lang;
use aigc_studio::state::*;
use aigc_studio::ui::texts::T;
use egui::accesskit::{Live, Role as Part};
use egui_kittest::kittest::{NodeT, Queryable};

use super::{Open, states};
use crate::states::*;

#[test]
fn no_icon_is_read_out() {
    let is_glyph = |c: char| ('\u{e000}'..='\u{f8ff}').contains(&c);
    for lang in Lang::ALL {
        for state in states(lang) {
            let room = state.room();
            let harness = open(state);
            for node in harness.root().children_recursive() {
                let texts = [node.accesskit_node().label(), node.value()];
                for text in texts.into_iter().flatten() {
                    assert!(!text.contains(is_glyph), "{room:?}: {text:?}");
                }
                let empty = node.accesskit_node().role() == Part::Label && node.value().is_none_or(|v| v.is_empty());
                assert!(!empty, "{room:?}: a label that says nothing at {:?}", node.rect());
            }
        }
    }
}

/// Places of nodes in the order in which a screen reader goes through them.
fn order(harness: &Open, names: &[&str]) -> Vec<usize> {
    let all: Vec<String> = harness
        .root()
        .children_recursive()
        .map(|node| node.accesskit_node().label().or_else(|| node.value()).unwrap_or_default())
        .collect();
    let at = |name: &&str| all.iter().position(|text| text == *name).unwrap_or_else(|| panic!("{name} in {all:?}"));
    names.iter().map(at).collect()
}

#[test]
fn a_screen_reader_hears_the_talk_before_the_list_and_names_before_values() {
    let mut state = write_chat(Lang::En, Theme::Dark);
    state.write.ledger.found = Some(ledger(false));
    let harness = open(state);
    let talk = "When Sun and Moon pull along the same line, their pulls add up: a spring tide.";
    let places = order(
        &harness,
        &["Explain tides to a child", talk, "Message", "Write a haiku about rain", "Temperature", "Settings", "中文"],
    );
    assert!(places.is_sorted(), "{places:?}");
    let part = ledger(false).parts.into_iter().find(|part| part.kind == PartKind::Turns).expect("a part");
    let places = order(&harness, &[T::LedgerTurns.tr(Lang::En), &part.tokens.to_string()]);
    assert!(places.is_sorted(), "{places:?}");
    let mut state = gallery(Lang::En, Theme::Dark, 30, 0);
    state.gallery.selected = Some(item(5).path);
    let places = order(&open(state), &[T::Seed.tr(Lang::En), &item(5).record.expect("a record").seed().to_string()]);
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn it_is_said_who_speaks() {
    let harness = open(write_chat(Lang::En, Theme::Dark));
    let turns: Vec<_> =
        harness.root().children_recursive().filter(|n| n.accesskit_node().role() == Part::Article).collect();
    let names: Vec<_> = turns.iter().filter_map(|node| node.accesskit_node().label()).collect();
    assert!(names.ends_with(&["You".into(), "SmolLM2 135M Instruct".into()]), "{names:?}");
    let words = turns.last().expect("a turn").children_recursive().filter_map(|node| node.value()).collect::<String>();
    assert!(words.contains("a spring tide."), "{words}");
    // A character's name stands above its words already.
    let harness = open(write_shelf(Lang::Zh, Theme::Dark));
    let last = harness.root().children_recursive().filter(|n| n.accesskit_node().role() == Part::Article).last();
    let first = last.expect("a turn").children_recursive().find_map(|node| node.value());
    assert_eq!(first.as_deref(), Some("耐心的老师"));
}

#[test]
fn folds_and_menus_say_whether_they_are_open() {
    let mut harness = open(fresh(Room::Create, Lang::En, Theme::Dark));
    let open_of = |harness: &Open, name: &str| {
        harness.get_by_role_and_label(Part::Button, name).accesskit_node().data().is_expanded()
    };
    let fold = T::NegativePrompt.tr(Lang::En);
    assert_eq!(open_of(&harness, fold), Some(false));
    harness.get_by_role_and_label(Part::Button, fold).click();
    harness.run();
    assert_eq!(open_of(&harness, fold), Some(true));
    let model = |harness: &Open| {
        let combo = harness.get_by_role_and_label(Part::ComboBox, "Model: Sticker 64");
        combo.accesskit_node().data().is_expanded()
    };
    assert_eq!(model(&harness), Some(false));
    harness.get_by_role_and_label(Part::ComboBox, "Model: Sticker 64").click();
    harness.run();
    assert_eq!(model(&harness), Some(true));
}

/// What is said without being asked.
fn said(harness: &Open) -> String {
    let live = harness.root().children_recursive().find(|node| node.accesskit_node().role() == Part::Status);
    let live = live.expect("a live region");
    assert_eq!(live.accesskit_node().data().live(), Some(Live::Polite));
    live.accesskit_node().label().unwrap_or_default()
}

#[test]
fn progress_answers_and_problems_are_said() {
    let mut state = write_streaming(Lang::En, Theme::Dark);
    let job = state.write.job.as_mut().expect("a job");
    (job.phase, job.pieces, job.prefill) = (Phase::Running, 0, Some((30, 100)));
    let mut harness = open(state);
    assert_eq!(said(&harness), "Reading, 25 percent");
    // Not every step is worth a word.
    harness.state_mut().state.write.job.as_mut().expect("a job").prefill = Some((40, 100));
    harness.run();
    assert_eq!(said(&harness), "Reading, 25 percent");
    harness.state_mut().state.write.job.as_mut().expect("a job").pieces = 3;
    harness.run();
    assert_eq!(said(&harness), "Writing the answer");
    harness.state_mut().state.write.job = None;
    harness.run();
    let answer = harness.state_mut().state.write.open.turns.last().expect("a turn").message.content.trim().to_owned();
    assert!(said(&harness).ends_with(&answer), "{}", said(&harness));
    // Problems and notes are said where they stand.
    harness.state_mut().state.write.error = Some(no_source());
    harness.state_mut().state.notices.list = vec![Notice { id: 7, kind: NoticeKind::Copied, born_ms: NOW }];
    harness.run();
    for text in [no_source().summary(Lang::En), "Copied".to_owned()] {
        let node = harness.get_by_label(&text);
        assert_eq!(node.accesskit_node().data().live(), Some(Live::Polite), "{text}");
    }
}

/// What stands above a group is told as a heading, painted or not.
#[test]
fn headings_are_told_as_headings() {
    let headings = |state: AppState| -> Vec<String> {
        let harness = open(state);
        let all = harness.root().children_recursive().filter(|node| node.accesskit_node().role() == Part::Heading);
        all.filter_map(|node| node.accesskit_node().label()).collect()
    };
    let has = |state, name: &str| assert!(headings(state).contains(&name.to_owned()), "{name}");
    has(gallery(Lang::En, Theme::Dark, 60, 0), "Today");
    has(write_chat(Lang::En, Theme::Dark), "Today");
    has(fresh(Room::Models, Lang::En, Theme::Dark), "Pictures");
    has(fresh(Room::Settings, Lang::En, Theme::Dark), "Folders");
}

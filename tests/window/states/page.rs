//! Write with a page, and what a context budget reports.

use std::path::PathBuf;

use aigc_studio::domain::*;
use aigc_studio::lang::Lang;
use aigc_studio::state::*;

use super::pictures::sticker;
use super::write::write_chat;

/// A page in the middle of its story, with cards, a picture, and a branch that was left.
pub fn write_page(lang: Lang, theme: Theme) -> AppState {
    let mut state = write_chat(lang, theme);
    let mut page = Page::default();
    let next = |page: &mut Page, text: &str, by: Author| {
        let at = page.text.len();
        let edit =
            Edit { id: page.next_id(), parent: page.at(), at, removed: Vec::new(), text: text.into(), by, info: None };
        page.apply(PageEntry::Edit(edit));
    };
    let (person, model) = (Author::Person, Author::Model);
    next(
        &mut page,
        lang.pick(
            "The lighthouse keeper had not spoken to anyone for eleven days. ",
            "守塔人已经十一天没有和任何人说过话了。",
        ),
        person,
    );
    next(&mut page, lang.pick("He counted them by the loaves.", "他用面包数日子。"), model);
    page.apply(PageEntry::Go { id: 1 });
    next(&mut page, lang.pick("On the twelfth, Ada rowed over from the village with a basket and a letter that the sea had almost read before him.\n\n", "第十二天，阿达从村里划船过来，带着一只篮子和一封差点被海水先读过的信。\n\n"), model);
    next(
        &mut page,
        lang.pick(
            "\u{201c}You look like your own ghost,\u{201d} she said, and set the kettle on.\n\n",
            "\u{201c}你看上去像自己的鬼魂，\u{201d}她说着，把水壶放上了炉子。\n\n",
        ),
        person,
    );
    next(&mut page, lang.pick("He laughed, which surprised them both. Outside the gulls went quiet, one after the other, as they do before weather. The lamp above them turned once, twice, and found nothing to warn.", "他笑了，两个人都吃了一惊。外面的海鸥一只接一只安静下来，像暴风雨前那样。头顶的灯转了一圈又一圈，没有找到任何需要警告的东西。"), model);
    page.story.memory =
        lang.pick("A quiet sea story, told in the past tense.", "一个安静的海边故事，用过去时讲述。").into();
    page.story.note = lang.pick("The storm is near; keep it unspoken.", "暴风雨将至，但不要说破。").into();
    let card = |id, kind, name: &str, about: &str| StoryCard {
        id,
        kind,
        name: name.into(),
        about: about.into(),
        ..Default::default()
    };
    page.story.cards = vec![
        card(
            1,
            CardKind::Cast,
            lang.pick("Ada", "阿达"),
            lang.pick("A clockmaker of sixty who never lies", "六十岁的钟表匠，从不说谎"),
        ),
        card(
            2,
            CardKind::Place,
            lang.pick("Skerry", "礁石岛"),
            lang.pick("A rock with a lighthouse", "一块有灯塔的礁石"),
        ),
    ];
    let title = lang.pick("The lighthouse keeper", "守塔人");
    state.write.conversations[0].title = title.into();
    state.write.conversations[0].page = true;
    let passage = Passage::new(0, 0, lang.pick("set the kettle on.", "把水壶放上了炉子。"));
    let path = PathBuf::from("/p/kettle.png");
    let stale = Illustration { id: 2, passage: Passage::new(0, 0, "A ghost that was here."), path: path.clone() };
    state.write.open = OpenConversation {
        id: Some(ConversationId("a".into())),
        title: title.into(),
        page: Some(Box::new(page)),
        pictures: vec![Illustration { id: 1, passage, path: path.clone() }, stale],
        ..Default::default()
    };
    update(&mut state, Input::Store(StoreEvent::Thumbnail { path, picture: sticker(3, 0.0) }));
    state
}

/// A ledger of a page, or of a conversation, with something left out.
pub fn ledger(page: bool) -> Ledger {
    let part = |kind, name: &str, tokens, left_out| LedgerPart { kind, name: name.into(), tokens, left_out };
    let parts = if page {
        vec![
            part(PartKind::Memory, "", 12, 0),
            part(PartKind::Note, "", 15, 0),
            part(PartKind::Card, "Ada", 21, 0),
            part(PartKind::Text, "", 1310, 5204),
        ]
    } else {
        vec![part(PartKind::System, "", 6, 0), part(PartKind::Turns, "", 214, 0), part(PartKind::Template, "", 31, 0)]
    };
    Ledger { serial: 0, parts, context: 2048, answer: 512, dropped_turns: 0 }
}

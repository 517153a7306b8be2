use super::rhyme::Rhyme;
use super::*;

fn run(text: &str, check_one: Check, lang: Lang) -> Vec<Finding> {
    check(text, &[check_one], lang)
}

fn places(findings: &[Finding]) -> Vec<(Place, Verdict)> {
    findings.iter().map(|f| (f.place, f.verdict)).collect()
}

#[test]
fn syllables_of_common_words() {
    // Counts as dictionaries give them; where they give two, the more careful one or the one poets use.
    let words: [(usize, &str); 6] = [
        (
            1,
            "a the wind rock bird cat dog rain spring house bright loved jumped walked called through thought night stars moon fields \
             breathe strength played eyes world eye hour don't can't I'm you're queue league cake cakes friends",
        ),
        (
            2,
            "water winter summer flower silence ocean wanted needed little table handled roses boxes garden river window \
             moment lovely something sometimes going being flying poem lion quiet diet science create chaos isn't \
             couldn't rhythm prism heaven evening mountain answer believe alone careful homework nation special ancient chocolate's",
        ),
        (
            3,
            "beautiful remember tomorrow idea area museum family memory wonderful adventure together holiday newspaper butterfly elephant radio video happiest \
             easier hospital yesterday energy musical imagine reaction banana violet's employee everything",
        ),
        (
            4,
            "information understanding original political relationship dictionary operation january society variety reality community television watermelon \
             generation independent's impossible",
        ),
        (5, "imaginary imagination university possibility refrigerator"),
        (6, "responsibility"),
    ];
    let (mut all, mut wrong) = (0, Vec::new());
    for (count, list) in words {
        for word in list.split_whitespace() {
            all += 1;
            if syllables::of_word(word) != count {
                wrong.push(format!("{word}: {} not {count}", syllables::of_word(word)));
            }
        }
    }
    assert!(all >= 130, "{all}");
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn a_line_that_nobody_can_count_is_not_counted() {
    assert_eq!(syllables::of_line("An old silent pond"), Some(5));
    assert_eq!(syllables::of_line("床前明月光，"), Some(5));
    assert_eq!(syllables::of_line("Café naïve"), Some(4));
    assert_eq!(syllables::of_line("in 1999"), None);
    assert_eq!(syllables::of_line("Привет"), None);
    assert_eq!(syllables::of_line("—…"), Some(0));
}

#[test]
fn rhymes_are_told_or_left_open() {
    for (a, b) in [
        ("night", "light"),
        ("the bright day", "far away"),
        ("rain", "plane"),
        ("stone cold", "so bold"),
        ("sky's end", "friend of mine, bend"),
        ("nation", "station"),
        ("flying", "crying"),
        ("a tree", "a bee"),
        ("alone in the moon", "soon"),
    ] {
        assert_eq!(rhyme::lines(a, b), Rhyme::Yes, "{a} / {b}");
    }
    for (a, b) in [("night", "day"), ("rain", "cat"), ("moon", "sun"), ("winter", "garden"), ("tree", "fly high, sigh")]
    {
        assert_eq!(rhyme::lines(a, b), Rhyme::No, "{a} / {b}");
    }
    for (a, b) in
        [("love", "move"), ("cough", "bough"), ("have", "save"), ("wind", "kind"), ("month", "orange!"), ("月", "moon")]
    {
        assert_eq!(rhyme::lines(a, b), Rhyme::CannotTell, "{a} / {b}");
    }
    assert_eq!(rhyme::lines("the sea.", "by the Sea"), Rhyme::Same);
}

#[test]
fn a_haiku_is_five_seven_five() {
    let pond = "An old silent pond...\nA frog jumps into the pond,\nsplash! Silence again.";
    let haiku = Check::Syllables { lines: vec![5, 7, 5] };
    assert_eq!(run(pond, haiku.clone(), Lang::En), []);
    let found = run("An old pond\n\nA frog jumps into the pond,\n2 splashes", haiku.clone(), Lang::En);
    assert_eq!(places(&found), [(Place::Line(1), Verdict::Wrong), (Place::Line(4), Verdict::CannotTell)]);
    assert!(found[0].about.en.contains("3 syllables, not 5") && found[0].again.zh.contains("5 个音节"), "{found:?}");
    assert_eq!(places(&run("one line", haiku, Lang::En)), [(Place::Whole, Verdict::Wrong)]);
}

#[test]
fn a_jueju_has_four_even_lines_that_rhyme() {
    let five = Check::Syllables { lines: vec![5; 4] };
    let rhyme = Check::Rhyme { scheme: "_A_A".into() };
    let rows = "床前明月光，\n疑是地上霜。\n举头望明月，\n低头思故乡。";
    let pairs = "床前明月光，疑是地上霜。\n举头望明月，低头思故乡。";
    for text in [rows, pairs] {
        assert_eq!(check(text, &[five.clone(), rhyme.clone()], Lang::Zh), [], "{text}");
    }
    let seven = Check::Syllables { lines: vec![7; 4] };
    assert_eq!(run(rows, seven, Lang::Zh).len(), 4);
    let found = check(&rows.replace("故乡", "青山上啊"), &[five, rhyme], Lang::Zh);
    assert_eq!(places(&found), [(Place::Line(4), Verdict::Wrong), (Place::Line(4), Verdict::Wrong)]);
    assert!(found[1].about.zh.contains("不押韵"), "{found:?}");
}

/// Regression: verses that a wide space parts were one line, and a title was a verse.
#[test]
fn verses_are_found_however_they_are_parted_and_whatever_stands_above() {
    let [five, seven] = [5, 7].map(|n| Check::Syllables { lines: vec![n; 4] });
    let long = Check::Syllables { lines: vec![7; 8] };
    let rhyme = Check::Rhyme { scheme: "_A_A".into() };
    let verses = ["床前明月光", "疑是地上霜", "举头望明月", "低头思故乡"];
    let two = |between: &str| format!("{}{between}{}\n{}{between}{}", verses[0], verses[1], verses[2], verses[3]);
    let four = verses.join("\n");
    let mut poems: Vec<String> =
        ["\u{3000}", "、", "，", " ", "  ", "\t", "/", " / ", "|", "；", "……", "。 "].map(two).to_vec();
    poems.extend([four.clone(), verses.join("\u{3000}"), verses.join("，") + "。", verses.join("\n\n")]);
    let heads = [
        "",
        "静夜思\n\n",
        "静夜思\n李白\n",
        "《静夜思》\n",
        "# 静夜思\n\n",
        "**静夜思**\n\n唐 · 李白\n\n",
        "静夜思\n作者：李白\n",
        "《静夜思》　李白\n",
        "静夜思\n[唐] 李白\n\n",
        "望庐山瀑布\n\n",
    ];
    for head in heads {
        for poem in &poems {
            let text = format!("{head}{poem}");
            assert_eq!(check(&text, &[five.clone(), rhyme.clone()], Lang::Zh), [], "{text}");
            assert_eq!(run(&text, Check::Lines { min: 4, max: 4 }, Lang::Zh), [], "{text}");
        }
    }
    let number =
        run("静夜思\n李白\n床前明月光\u{3000}疑是地上霜\n举头望明月\u{3000}低头思故家乡", five.clone(), Lang::Zh);
    assert_eq!(places(&number), [(Place::Line(4), Verdict::Wrong)], "where it is in the text: {number:?}");
    let lushi = "登高\n唐·杜甫\n风急天高猿啸哀　渚清沙白鸟飞回\n无边落木萧萧下　不尽长江滚滚来\n万里悲秋常作客　百年多病独登台\n艰难苦恨繁霜鬓　潦倒新停浊酒杯";
    assert_eq!(run(lushi, long, Lang::Zh), []);
    assert_eq!(run(&lushi.replace('\u{3000}', "\n"), Check::Syllables { lines: vec![7; 8] }, Lang::Zh), []);

    // A line too many is no title, and one that is missing is missed.
    let found = run(&format!("{four}\n一二三四五"), five.clone(), Lang::Zh);
    assert!(found[0].about.en.contains("has 5 lines"), "{found:?}");
    assert!(run(&format!("一二三四五，\n{four}"), five.clone(), Lang::Zh)[0].about.en.contains("has 5 lines"));
    let found = run("《静夜思》\n李白\n床前明月光　疑是地上霜\n举头望明月", five, Lang::Zh);
    assert!(found[0].about.en.contains("has 3 lines"), "{found:?}");
    assert_eq!(run(&four, seven, Lang::Zh).len(), 4);
    // English is read by its lines.
    let haiku = Check::Syllables { lines: vec![5, 7, 5] };
    let pond = "Pond\n\nAn old silent pond\nA frog jumps into the pond,\nsplash! Silence again.";
    assert!(run(pond, haiku, Lang::En)[0].about.en.contains("has 4 lines"));
}

#[test]
fn couplets_are_compared_in_pairs_over_stanzas() {
    let good = "The cat sat in the rain\nand looked out at the plane.\n\nThe moon was very bright\nand filled the quiet night.";
    let scheme = Check::Rhyme { scheme: "AABB".into() };
    assert_eq!(run(good, scheme.clone(), Lang::En), []);
    let found = run(&good.replace("night", "sun").replace("plane", "rain"), scheme, Lang::En);
    assert_eq!(places(&found), [(Place::Line(2), Verdict::Wrong), (Place::Line(5), Verdict::Wrong)]);
}

#[test]
fn lengths_count_words_or_characters() {
    assert_eq!(length("It's a well-known fact — 3 of 4 say so.", Lang::En), 9);
    assert_eq!(length("我有 3 只 iPhone 手机，真的。", Lang::Zh), 9);
    let check = Check::Length { min: 3, max: 5, about: None };
    assert_eq!(run("one two three", check.clone(), Lang::En), []);
    assert_eq!(run("one", check.clone(), Lang::En)[0].about.en, "The text has 1 word; at least 3 were asked for.");
    assert!(run("一二三四五六", check, Lang::Zh)[0].again.zh.contains("最多 5 字"));
}

#[test]
fn what_was_asked_for_is_said_and_not_the_bound_alone() {
    let mut check = Check::Length { min: 0, max: 0, about: None };
    check.ask(10.0, 0.4);
    assert_eq!(check, Check::Length { min: 6, max: 14, about: Some(10) });
    let found = run("one two", check, Lang::En);
    assert_eq!(found[0].about.en, "The text has 2 words; about 10 were asked for (6 to 14).");
    assert_eq!(found[0].again.en, "Write the text again with more detail, about 10 words.");
}

#[test]
fn a_sentence_again_and_again_is_found_and_a_refrain_is_not() {
    let loops = |text: &str| run(text, Check::NoLoops, Lang::En);
    let found = loops("A cat came.\nThe rain falls down. The rain falls down.\n- The rain falls down!\n");
    assert_eq!(places(&found), [(Place::Line(2), Verdict::Wrong)]);
    assert!(found[0].about.en.contains("\u{201c}the rain falls down\u{201d} comes 3 times"), "{found:?}");
    let verse = |n: usize| format!("Verse number {n} tells a tale.\nRow, row, row your boat.\n");
    assert_eq!(loops(&(1..=4).map(verse).collect::<String>()), []);
    assert_eq!(loops(&(1..=5).map(verse).collect::<String>()).len(), 1);
    assert_eq!(loops("No. No. No. No. No. No."), []);
    assert_eq!(loops("天下雨了。天下雨了。天下雨了。").len(), 1);
}

#[test]
fn headlines_headings_subjects() {
    let headline = Check::Headline { words: 6, chars: 10 };
    assert_eq!(run("# Library opens again\n\nThe library opened.", headline.clone(), Lang::En), []);
    for (text, says) in [
        ("The town library has opened its doors again today\n\nText", "more than 6"),
        ("It opened.\n\nText", "sentence"),
        ("Only a headline", "no text"),
    ] {
        let found = run(text, headline.clone(), Lang::En);
        assert!(found[0].about.en.contains(says) && found[0].place == Place::Line(1), "{found:?}");
    }
    let headings = Check::Headings { min: 2, max: 3 };
    assert_eq!(run("# T\n\n## A\n\nx\n\n## B\n\ny", headings.clone(), Lang::En), []);
    assert_eq!(run("# T\n\n```\n## A\n```\n## B", headings.clone(), Lang::En).len(), 1);
    assert_eq!(run("# T\n\n~~~~\n```\n## A\n~~~\n## B\n~~~~\n## C", headings, Lang::En).len(), 1);
    assert_eq!(run("Subject: Heating\n\nDear", Check::Subject, Lang::En), []);
    assert_eq!(run("Subject:\n\nDear", Check::Subject, Lang::En).len(), 1);
    assert_eq!(run("主题：暖气\n\n您好", Check::Subject, Lang::Zh), []);
}

#[test]
fn talk_about_the_text_is_found_and_kindness_is_not() {
    for text in [
        "Sure, here is a haiku:\n\nOld pond",
        "Here's the poem you asked for:\n\nOld pond",
        "当然！下面是一首诗：\n\n古池",
        "以下是新闻稿：\n\n标题",
        "Old pond\n\n(Word count: 2)",
        "Old pond\n\nLet me know if you\u{2019}d like me to change it.",
        "古池\n\n希望这首诗符合您的要求。",
        "<think>hm</think>\nOld pond",
        "Sure!\n\nOld pond",
        "As an AI, I have no garden.",
    ] {
        assert_eq!(run(text, Check::NoMeta, Lang::En).len(), 1, "{text}");
    }
    for text in [
        "Sure as the sun I came\nand went",
        "Here is the house where I was born",
        "Dear Anna,\n\nLet me know when you arrive.",
        "这是我的家乡\n我爱它",
        "好的一天从早晨开始",
        "Of course, I remember you.",
        "Certainly the rain will end",
        "Dear Anna,\n\nLet me know if you would like me to send a new one.",
    ] {
        assert_eq!(run(text, Check::NoMeta, Lang::En), [], "{text}");
    }
}

#[test]
fn the_language_is_told_by_its_script() {
    let en = Check::Language { asked: Some(Lang::En) };
    let zh = Check::Language { asked: Some(Lang::Zh) };
    assert_eq!(run("The library opened again today.", en.clone(), Lang::En), []);
    assert_eq!(run("市图书馆今天重新开放，名叫 Open Library。", zh.clone(), Lang::Zh), []);
    assert_eq!(
        places(&run("市图书馆今天重新开放，市民很高兴。", en.clone(), Lang::En)),
        [(Place::Whole, Verdict::Wrong)]
    );
    assert_eq!(places(&run("これはとてもおもしろいはなしです。", zh, Lang::Zh)), [(Place::Whole, Verdict::Wrong)]);
    let mixed = "The library opened again today after a long time.\n\n市图书馆今天重新开放，市民们非常高兴。\n\nMany people came to \
                 see it, and they were glad to be there again.";
    assert_eq!(places(&run(mixed, en, Lang::En)), [(Place::Paragraph(2), Verdict::Wrong)]);
    assert_eq!(language_of("🙂 12"), None);
}

#[test]
fn odd_texts_are_judged_without_trouble() {
    let huge = "word 字\n".repeat(200_000);
    let checks = [
        Check::Length { min: 1, max: 2, about: None },
        Check::NoLoops,
        Check::Lines { min: 1, max: 2 },
        Check::Stanzas { min: 1, max: 2 },
        Check::Paragraphs { min: 1, max: 2 },
        Check::Headline { words: 1, chars: 1 },
        Check::Subject,
        Check::Headings { min: 1, max: 2 },
        Check::Syllables { lines: vec![5, 7, 5] },
        Check::Rhyme { scheme: "ABAB".into() },
        Check::Rhyme { scheme: String::new() },
        Check::NoMeta,
        Check::Language { asked: None },
    ];
    for text in ["", " \n", "🙂", "'", "''s", "\u{feff}", "###", "字", "e", "\0", &huge] {
        for lang in Lang::ALL {
            assert!(check(text, &checks, lang).len() <= MAX_FINDINGS);
        }
    }
}

use super::*;

fn bare(text: &str) -> String {
    let kept: String = text.chars().filter(|c| c.is_alphanumeric() || *c == ' ' || *c == '\'').collect();
    kept.to_uppercase()
}

/// The conversation that the paper opens with, all fifteen turns.
#[test]
fn the_papers_conversation() {
    let turns = [
        ("Men are all alike.", "IN WHAT WAY"),
        ("They're always bugging us about something or other.", "CAN YOU THINK OF A SPECIFIC EXAMPLE"),
        ("Well, my boyfriend made me come here.", "YOUR BOYFRIEND MADE YOU COME HERE"),
        ("He says I'm depressed much of the time.", "I AM SORRY TO HEAR YOU ARE DEPRESSED"),
        ("It's true. I am unhappy.", "DO YOU THINK COMING HERE WILL HELP YOU NOT TO BE UNHAPPY"),
        ("I need some help, that much seems certain.", "WHAT WOULD IT MEAN TO YOU IF YOU GOT SOME HELP"),
        ("Perhaps I could learn to get along with my mother.", "TELL ME MORE ABOUT YOUR FAMILY"),
        // The paper prints YOU FAMILY here, a slip of its script.
        ("My mother takes care of me.", "WHO ELSE IN YOUR FAMILY TAKES CARE OF YOU"),
        ("My father.", "YOUR FATHER"),
        ("You are like my father in some ways.", "WHAT RESEMBLANCE DO YOU SEE"),
        (
            "You are not very aggressive but I think you don't want me to notice that.",
            "WHAT MAKES YOU THINK I AM NOT VERY AGGRESSIVE",
        ),
        ("You don't argue with me.", "WHY DO YOU THINK I DON'T ARGUE WITH YOU"),
        ("You are afraid of me.", "DOES IT PLEASE YOU TO BELIEVE I AM AFRAID OF YOU"),
        ("My father is afraid of everybody.", "WHAT ELSE COMES TO MIND WHEN YOU THINK OF YOUR FATHER"),
        ("Bullies.", "DOES THAT HAVE ANYTHING TO DO WITH THE FACT THAT YOUR BOYFRIEND MADE YOU COME HERE"),
    ];
    let mut eliza = Eliza::doctor(Lang::En, 0);
    for (said, expected) in turns {
        assert_eq!(bare(&eliza.reply(said)), expected, "{said}");
    }
}

#[test]
fn chinese_is_answered_with_pronouns_swapped() {
    let turns = [
        ("你好", "你好。是什么事让你来到这里？"),
        ("我最近很难过。", "听到你难过，我很遗憾。"),
        ("我需要你的帮助", "如果得到了我的帮助，对你意味着什么？"),
        ("我的老板总是批评我。", "你的老板总是批评你？"),
        ("我妈妈不理解我", "多说说你的家人吧。"),
        ("你是一个机器", "机器让你不安吗？"),
        ("嗯……天气不错", "你很肯定。"),
        ("雨。", "请继续说。"),
        ("我想回家", "你想回家，是从什么时候开始的？"),
        ("你不喜欢我", "你为什么觉得我不喜欢你？"),
        ("哦", "刚才你说，你的老板总是批评你。这和现在说的有关系吗？"),
    ];
    let mut eliza = Eliza::doctor(Lang::Zh, 0);
    for (said, expected) in turns {
        assert_eq!(eliza.reply(said), expected, "{said}");
    }
}

#[test]
fn any_remark_gets_a_reply_in_little_time() {
    let huge = "my mother and my father i am you ".repeat(40_000);
    let stars = "i ".repeat(5000);
    let han = "我觉得我妈妈像你".repeat(20_000);
    let odd = ["", " \n\t", "🙂🙃", "...", "'''", "{1} {2} {", "\0\u{202e}\u{feff}", "=newkey", &huge, &stars, &han];
    for lang in Lang::ALL {
        let mut eliza = Eliza::doctor(lang, 3);
        let start = std::time::Instant::now();
        for said in odd {
            for _ in 0..3 {
                let reply = eliza.reply(said);
                assert!(!reply.trim().is_empty() && !reply.contains('{'), "{said:.40}: {reply}");
            }
        }
        assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
    }
}

#[test]
fn a_seed_decides_and_only_a_seed() {
    let talk = |seed| {
        let mut eliza = Eliza::doctor(Lang::En, seed);
        ["Hello", "I feel lost", "What is it?", "no", "yes", "x"].map(|said| eliza.reply(said))
    };
    assert_eq!(talk(7), talk(7));
    assert!((1..9).any(|seed| talk(seed) != talk(0)));
}

#[test]
fn every_keyword_of_both_scripts_answers() {
    for lang in Lang::ALL {
        let script = Script::doctor(lang);
        for keyword in &script.keywords {
            let mut eliza = Eliza::new(script.clone(), 0);
            let said = keyword.words.join(script.space());
            for _ in 0..12 {
                let reply = eliza.reply(&said);
                assert!(!reply.is_empty() && !reply.starts_with('='), "{said}: {reply}");
            }
        }
    }
}

#[test]
fn a_broken_script_says_what_is_wrong() {
    let good = "hello='h'\nspaced=true\nnone=['n']\n[groups]\ng=['a']\n[[keywords]]\nwords=['k']\n\
                rules=[{take='* k @g *', say=['x {2}']}]";
    Script::parse(good).unwrap();
    for (find, put, says) in [
        ("@g *", "@h *", "group"),
        ("{2}", "{4}", "piece"),
        ("x {2}", "=gone", "keyword"),
        ("['x {2}']", "[]", "replies"),
        ("* k @g *", "* k * * * *", "stars"),
        ("words=['k']", "words=['!']", ""),
        ("words=['k']", "words=[' ']", "keyword"),
        ("none=['n']", "none=[]", "replies"),
        ("hello", "bye", ""),
    ] {
        assert!(good.contains(find));
        let result = Script::parse(&good.replace(find, put));
        if !says.is_empty() {
            assert!(result.unwrap_err().contains(says), "{put}");
        }
    }
    assert!(Script::parse(&"#".repeat(MAX_BIG)).is_err());
}

const MAX_BIG: usize = (1 << 20) + 1;

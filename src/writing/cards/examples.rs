//! The examples of a card as turns.

use crate::domain::{Message, Role};

/// What cards and people call the person.
const PERSON: [&str; 5] = ["user", "you", "{{user}}", "用户", "你"];
/// Longest word before a colon that is taken for a speaker.
const SPEAKER: usize = 60;
/// Examples that are read.
const BLOCKS: usize = 64;

/// Short conversations out of `text`: blocks that begin with a line `<START>`, in them lines that begin with a speaker
/// (`User:`, what the `person` is called, or `name:`) and continue to the next. Without a line of the character's a block shows nothing, and is left
/// out.
pub fn examples(text: &str, name: &str, person: &str) -> Vec<Vec<Message>> {
    let person = person.trim().to_lowercase();
    let called = nickname(text, name, &person);
    let mut blocks: Vec<Vec<Message>> = vec![Vec::new()];
    for line in text.lines() {
        if line.trim().eq_ignore_ascii_case("<START>") {
            blocks.push(Vec::new());
            continue;
        }
        let Some(block) = blocks.last_mut() else { break };
        let speaker =
            speaker(line).and_then(|(word, rest)| Some((role(word, name, &person, called.as_deref())?, rest)));
        match (speaker, block.last_mut()) {
            // Two lines of one speaker are one turn: templates want them to alternate.
            (Some((role, rest)), Some(last)) if last.role == role => {
                last.content.push('\n');
                last.content.push_str(rest);
            }
            (Some((role, rest)), _) => block.push(Message { role, content: rest.to_owned() }),
            (None, Some(last)) => {
                last.content.push('\n');
                last.content.push_str(line);
            }
            // What comes before the first speaker is about the example, not a part of it.
            (None, None) => {}
        }
    }
    for block in &mut blocks {
        for turn in block.iter_mut() {
            turn.content = turn.content.trim().to_owned();
        }
        block.retain(|turn| !turn.content.is_empty());
    }
    blocks.retain(|block| block.iter().any(|turn| turn.role == Role::Assistant));
    blocks.truncate(BLOCKS);
    blocks
}

/// The word before a line's colon, and what comes after it.
fn speaker(line: &str) -> Option<(&str, &str)> {
    let at = line.find([':', '：']).filter(|at| *at <= SPEAKER)?;
    let word = line[..at].trim();
    let rest = line[at..].trim_start_matches([':', '：']).trim_start();
    (!word.is_empty()).then_some((word, rest))
}

fn role(word: &str, name: &str, person: &str, called: Option<&str>) -> Option<Role> {
    let word = word.to_lowercase();
    if PERSON.contains(&word.as_str()) || word == person {
        return Some(Role::User);
    }
    let character = ["{{char}}", &name.to_lowercase()].contains(&word.as_str()) || called == Some(word.as_str());
    character.then_some(Role::Assistant)
}

/// A card may call its character otherwise in conversations: then the first other speaker of the examples is meant.
fn nickname(text: &str, name: &str, person: &str) -> Option<String> {
    let words = || text.lines().filter_map(|line| speaker(line).map(|(word, _)| word.to_lowercase()));
    let is = |word: &str, wanted| role(word, name, person, None) == Some(wanted);
    let known = words().any(|word| is(&word, Role::Assistant));
    let asked = words().any(|word| is(&word, Role::User));
    (!known && asked).then(|| words().find(|word| !is(word, Role::User)))?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str, name: &str) -> Vec<String> {
        let turn = |turn: &Message| format!("{}={}", turn.role.as_str(), turn.content);
        examples(text, name, "Lin").iter().map(|block| block.iter().map(turn).collect::<Vec<_>>().join("|")).collect()
    }

    #[test]
    fn blocks_become_turns() {
        let text =
            "<START>\nUser: Hi\nAda: Good evening.\nThe clock: it is late.\n<start>\n{{user}}: a\nAda: b\nAda: c";
        let want = ["user=Hi|assistant=Good evening.\nThe clock: it is late.", "user=a|assistant=b\nc"];
        assert_eq!(told(text, "Ada"), want);
        assert_eq!(told("Lin: Hi\nAda: Ho", "Ada"), ["user=Hi|assistant=Ho"], "by the person's own name");
        assert_eq!(told("用户：你好\n阿达：晚上好", "阿达"), ["user=你好|assistant=晚上好"], "no <START> is needed");
    }

    #[test]
    fn what_shows_nothing_of_the_character_is_left_out() {
        assert!(told("", "Ada").is_empty());
        assert!(told("<START>\n<START>\nUser: Hi", "Ada").is_empty());
        assert!(told("She speaks slowly: like this.", "Ada").is_empty());
        assert_eq!(told("A note.\nAda:\nAda: yes", "Ada"), ["assistant=yes"]);
    }

    #[test]
    fn a_nickname_is_found() {
        assert_eq!(
            told("User: Hi\nLove: Hello\nUser: x\nLove: y", "Ada Lovelace"),
            ["user=Hi|assistant=Hello|user=x|assistant=y"]
        );
    }
}

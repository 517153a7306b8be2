//! A conversation for a model that was not trained to answer (a base model, without a chat template): requests with
//! their answers, one after the other, which it continues.

use super::checks::language_of;
use crate::domain::{Message, Role};
use crate::lang::Lang;

/// What such a model is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transcript {
    pub text: String,
    /// Where the next request would begin, the answer has ended.
    pub stop: Vec<String>,
}

/// Two requests with their answers: the model sees what is wanted.
const SHOWN: [[(&str, &str); 2]; 2] = [
    [
        ("Name three fruits that are red.", "Apples, cherries and strawberries."),
        (
            "Write two lines about the sea.",
            "The sea breathes in, the sea breathes out,\nand leaves its shells along the sand.",
        ),
    ],
    [("说出三种红色的水果。", "苹果、樱桃和草莓。"), ("写两句关于大海的话。", "大海一呼一吸，\n把贝壳留在沙滩上。")],
];

/// The conversation as a text, up to where the model is to begin its answer, or to continue the last one. Of a long
/// one the last `letters` or so; the system prompt and the last request always stay. `shown` are examples of its own.
pub fn transcript(messages: &[Message], shown: &[Message], letters: usize) -> Transcript {
    let asked = messages.iter().rev().find(|message| message.role == Role::User);
    let lang = asked.and_then(|message| language_of(&message.content)).unwrap_or(Lang::En);
    let [request, answer] = lang.pick(["Request:", "Answer:"], ["要求：", "回答："]);
    let one = |message: &Message| match message.role {
        Role::System => format!("{}\n\n", message.content.trim()),
        Role::User => format!("{request} {}\n", message.content.trim()),
        Role::Assistant => format!("{answer}\n{}\n\n", message.content.trim()),
    };
    let (system, mut turns): (Vec<&Message>, Vec<&Message>) = messages.iter().partition(|m| m.role == Role::System);
    // The answer that is gone on with has no end yet.
    let begun = turns.pop_if(|last| last.role == Role::Assistant).map_or("", |last| last.content.as_str());
    let mut text: String = system.into_iter().map(one).collect();
    if shown.is_empty() {
        for (asked, answered) in SHOWN[lang.pick(0, 1)] {
            text.push_str(&format!("{request} {asked}\n{answer}\n{answered}\n\n"));
        }
    } else {
        text.extend(shown.iter().map(one));
    }
    let mut room = letters.saturating_sub(text.chars().count());
    let kept = turns.iter().rev().take_while(|message| {
        let long = message.content.chars().count();
        let fits = long <= room;
        room = room.saturating_sub(long);
        fits
    });
    let kept = kept.count().max(1).min(turns.len());
    text.extend(turns[turns.len() - kept..].iter().map(|message| one(message)));
    text.push_str(&format!("{answer}\n{begun}"));
    Transcript { text, stop: vec![format!("\n\n{request}"), format!("\n{request}")] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn say(role: Role, text: &str) -> Message {
        Message { role, content: text.into() }
    }

    #[test]
    fn a_base_model_gets_requests_with_answers_to_go_on_with() {
        let asked = [say(Role::System, "You are a poet."), say(Role::User, "Write a haiku.\nAbout snow.")];
        let Transcript { text, stop } = transcript(&asked, &[], 1000);
        assert!(text.starts_with("You are a poet.\n\nRequest: Name three"), "{text}");
        assert!(text.ends_with("\n\nRequest: Write a haiku.\nAbout snow.\nAnswer:\n"), "{text}");
        assert_eq!(stop, ["\n\nRequest:", "\nRequest:"]);
        let more = [&asked[..], &[say(Role::Assistant, "Snow falls "), say(Role::User, "Again.")]].concat();
        let text = transcript(&more, &[], 1000).text;
        assert!(text.ends_with("Answer:\nSnow falls\n\nRequest: Again.\nAnswer:\n"), "{text}");
        let text = transcript(&more[..3], &[], 1000).text;
        assert!(text.ends_with("About snow.\nAnswer:\nSnow falls "), "it is gone on with as it stands: {text}");
        let text = transcript(&[say(Role::User, "写一首关于雪的俳句。")], &[], 1000).text;
        assert!(text.ends_with("要求： 写一首关于雪的俳句。\n回答：\n"), "{text}");
    }

    #[test]
    fn the_oldest_requests_go_first_and_a_characters_own_examples_are_shown() {
        let turns: Vec<Message> = (0..9)
            .map(|n| {
                say(if n % 2 == 0 { Role::User } else { Role::Assistant }, &format!("turn {n} {}", "x".repeat(90)))
            })
            .collect();
        let text = transcript(&turns, &[say(Role::User, "Hi"), say(Role::Assistant, "Ahoy")], 400).text;
        assert!(text.starts_with("Request: Hi\nAnswer:\nAhoy\n\n") && !text.contains("three fruits"), "{text}");
        assert!(!text.contains("turn 0 ") && text.contains("turn 7 ") && text.contains("turn 8 "), "{text}");
        let text = transcript(&turns, &[], 1).text;
        assert!(text.contains("turn 8 ") && !text.contains("turn 7 "), "the last request stays");
    }
}

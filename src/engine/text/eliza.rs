//! ELIZA as a backend: the same jobs and events, and no network behind them.

use std::time::Instant;

use crate::domain::{
    ELIZA_ID, EventKind, FinishReason, Message, ModelFiles, Outcome, Role, Seed, TextNews, TextPrompt, TextRequest,
    TextStats,
};
use crate::engine::{Backend, CancelToken, Reporter, Stop};
use crate::lang::Lang;
use crate::writing::eliza;

/// The program of 1966, which is built in.
pub struct Eliza;

impl Backend for Eliza {
    type Task = TextRequest;

    fn takes(&self, request: &TextRequest) -> bool {
        request.model.files == ModelFiles::Embedded && request.model.id == ELIZA_ID
    }

    fn run(&mut self, request: &TextRequest, reporter: &Reporter, token: &CancelToken) -> Result<Outcome, Stop> {
        request.check()?;
        reply(request, reporter, token).map(Outcome::Text)
    }
}

/// Its reply to the last thing that was said, after all that was said before.
fn reply(request: &TextRequest, reporter: &Reporter, token: &CancelToken) -> Result<TextStats, Stop> {
    let started = Instant::now();
    reporter.tell(EventKind::Ready { load_s: 0.0 });
    let said: Vec<&str> = match &request.prompt {
        TextPrompt::Raw(text) => vec![text],
        TextPrompt::Page(page) => page.before.lines().last().into_iter().collect(),
        TextPrompt::Chat(turns) => said_by_person(turns),
        TextPrompt::Played(played) => said_by_person(&played.turns),
    };
    let han = said.last().is_some_and(|text| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)));
    // Without a fixed seed it answers as in the paper.
    let seed = if let Seed::Fixed(n) = request.params.seed { n } else { 0 };
    let mut eliza = eliza::Eliza::doctor(if han { Lang::Zh } else { Lang::En }, seed);
    let mut reply = eliza.greeting().to_owned();
    for text in &said {
        token.check()?;
        reply = eliza.reply(text);
    }
    for word in reply.split_inclusive(' ') {
        reporter.tell(TextNews::Token { text: word.to_owned() });
    }
    Ok(TextStats {
        prompt_tokens: 0,
        reused_tokens: 0,
        dropped_turns: 0,
        completion_tokens: 0,
        load_s: 0.0,
        ttft_s: started.elapsed().as_secs_f64(),
        prompt_tok_s: 0.0,
        decode_tok_s: 0.0,
        drafted_tokens: 0,
        accepted_tokens: 0,
        // The one that was used: with it the reply can be made again.
        seed,
        finish_reason: FinishReason::Stop,
    })
}

fn said_by_person(turns: &[Message]) -> Vec<&str> {
    turns.iter().filter(|turn| turn.role == Role::User).map(|turn| turn.content.as_str()).collect()
}

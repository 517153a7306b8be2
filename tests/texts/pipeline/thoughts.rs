//! Thoughts and grammars: what holds the answer, where it ends, and answers in a loop.

use aigc_studio::domain::{FinishReason, Message, Role, TextParams, TextPrompt};
use aigc_studio::engine::text::testing::{GgufFile, Meta, Vocabulary};

use super::{answer, model_of, params, pipeline, say, tiny};

#[test]
fn a_thought_that_the_template_opens_is_told_and_no_grammar_holds_it() {
    let template =
        "{% for m in messages %}{{ m.role + ': ' + m.content + '\n' }}{% endfor %}{{ 'assistant: <think>\n' }}";
    let mut file = GgufFile::tiny_llama();
    file.set("tokenizer.chat_template", Meta::Text(template.to_owned()));
    let model = model_of(&file);
    let ask = |turns: Vec<Message>, grammar: Option<&str>| {
        let grammar = grammar.map(|text| aigc_studio::domain::Grammar::Gbnf(text.to_owned()));
        let params = TextParams { grammar, ..params() };
        answer(&mut pipeline(), &model, TextPrompt::Chat(turns), params, 4)
    };
    let (free, stats) = ask(vec![say(Role::User, "Hi")], None);
    let inside = free.strip_prefix("<think>\n").unwrap_or_else(|| panic!("{free}"));
    // The thought has not ended: a grammar of one letter has not begun.
    let (held, _) = ask(vec![say(Role::User, "Hi")], Some("root ::= \"q\""));
    assert_eq!(held, free);
    // Gone on with, the tag stands in the prompt once, and is not told again.
    let begun = vec![say(Role::User, "Hi"), say(Role::Assistant, "<think>\n")];
    let (more, again) = ask(begun, None);
    assert_eq!(more, inside);
    assert_eq!(again.unwrap().prompt_tokens, stats.unwrap().prompt_tokens);
    // An answer without a thought is gone on with outside of one.
    let (_, plain) = ask(vec![say(Role::User, "Hi"), say(Role::Assistant, "Yes")], None);
    let tokens = |text: &str| Vocabulary::open(&model.path, None).unwrap().begin(text).len();
    assert_eq!(plain.unwrap().prompt_tokens, tokens("user: Hi\nassistant: Yes"));
    // Behind the thought's end the grammar holds.
    let done = vec![say(Role::User, "Hi"), say(Role::Assistant, "<think>\nhm\n</think>\n\n")];
    assert_eq!(ask(done, Some("root ::= \"q\"")).0, "q");
    // A question about the tag opens nothing.
    let plain = "{% for m in messages %}{{ m.content }}{% endfor %}";
    file.set("tokenizer.chat_template", Meta::Text(plain.to_owned()));
    let model = model_of(&file);
    let (text, _) =
        answer(&mut pipeline(), &model, TextPrompt::Chat(vec![say(Role::User, "What is <think>")]), params(), 4);
    assert!(!text.starts_with("<think>\n"), "{text}");
}

#[test]
fn a_grammar_that_waits_behind_a_thought_lets_the_answer_not_end() {
    let template = "{% for m in messages %}{{ m.role + ': ' + m.content + '\n' }}{% endfor %}{{ '<think>\n' }}";
    let mut file = GgufFile::tiny_llama();
    file.set("tokenizer.chat_template", Meta::Text(template.to_owned()));
    let model = model_of(&file);
    // The end is the likeliest token by far.
    let forced = aigc_studio::domain::LogitBias::parse("298+100").unwrap();
    let ask = |grammar: Option<&str>| {
        let grammar = grammar.map(|text| aigc_studio::domain::Grammar::Gbnf(text.to_owned()));
        let params = TextParams { grammar, logit_bias: vec![forced.clone()], ..params() };
        answer(&mut pipeline(), &model, TextPrompt::Chat(vec![say(Role::User, "Hi")]), params, 4).1.unwrap()
    };
    let free = ask(None);
    assert_eq!((free.completion_tokens, free.finish_reason), (0, FinishReason::Stop));
    let held = ask(Some("root ::= \"q\""));
    assert_eq!((held.completion_tokens, held.finish_reason), (40, FinishReason::Thought), "the limit is said");
}

#[test]
fn an_answer_that_is_gone_on_with_keeps_its_place_in_the_grammar() {
    let model = tiny();
    let params = |grammar: &str| TextParams {
        grammar: Some(aigc_studio::domain::Grammar::Gbnf(grammar.to_owned())),
        ..params()
    };
    let begun = vec![say(Role::User, "Hi"), say(Role::Assistant, "ab")];
    let (text, _) = answer(&mut pipeline(), &model, TextPrompt::Chat(begun), params("root ::= \"abcd\""), 4);
    assert_eq!(text, "cd");
}

#[test]
fn an_answer_in_a_loop_ends_and_says_so() {
    let model = tiny();
    let forced = vec![aigc_studio::domain::LogitBias::parse("z+100").unwrap()];
    let params = TextParams { max_tokens: 200, logit_bias: forced, ..params() };
    let ask = |params: TextParams| {
        answer(&mut pipeline(), &model, TextPrompt::Chat(vec![say(Role::User, "Hi")]), params, 4).1.unwrap()
    };
    let stats = ask(params.clone());
    assert_eq!((stats.completion_tokens, stats.finish_reason), (64, FinishReason::Repetition));
    let endless = ask(TextParams { ignore_eos: true, ..params });
    assert_eq!((endless.completion_tokens, endless.finish_reason), (200, FinishReason::Length));
}

#[test]
fn tags_of_thoughts_are_shown_though_the_file_calls_them_control_tokens() {
    let mut file = GgufFile::tiny_llama();
    file.set("tokenizer.ggml.token_type", Meta::I32s([vec![1; 296], vec![3; 4]].concat()));
    let model = model_of(&file);
    let vocabulary = Vocabulary::open(&model.path, None).unwrap();
    let tokens = vocabulary.encode("<|im_start|><think>hm<|im_end|>");
    assert_eq!((tokens[0], tokens[1]), (297, 299));
    assert_eq!(vocabulary.decode(&tokens), "<think>hm");
    // What a person types stays letters.
    assert!(!vocabulary.encode_plain("<think>").contains(&299));
}

//! The flags of `aigc-studio text` that choose tokens, by llama.cpp's names.

use std::path::{Path, PathBuf};

use clap::Args;

use super::numbers::Numbers;
use crate::domain::{Grammar, LogitBias, SamplerLink, TextParam, TextParams, text_of};
use crate::error::{Cause, Doing, Result, StudioError};
use crate::lang::Both;

#[derive(Args)]
pub struct SamplingArgs {
    #[command(flatten)]
    numbers: Numbers<TextParam>,
    /// A text that DRY does not match repetitions across, instead of the default ones; repeatable; "none" for none.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    dry_sequence_breaker: Vec<String>,
    /// Take --stop and --dry-sequence-breaker as they are: \n is a backslash and an n.
    #[arg(long)]
    no_escape: bool,
    /// Adds to a token's logit: 15043+1, 15043-inf, or a text instead of the id; repeatable.
    #[arg(long, value_name = "TOKEN(+/-)BIAS", allow_hyphen_values = true)]
    logit_bias: Vec<String>,
    /// Ignore the end-of-text token: write --max-tokens tokens.
    #[arg(long)]
    ignore_eos: bool,
    /// The samplers to run, in this order: "penalties;dry;top_n_sigma;top_k;typ_p;top_p;min_p;xtc;temperature".
    #[arg(long, value_name = "LINK;LINK", allow_hyphen_values = true)]
    samplers: Option<String>,
    /// A GBNF grammar for the answer.
    #[arg(long, value_name = "GBNF", group = "form", allow_hyphen_values = true)]
    grammar: Option<String>,
    /// A file with a GBNF grammar.
    #[arg(long, value_name = "FILE", group = "form")]
    grammar_file: Option<PathBuf>,
    /// A JSON Schema for the answer.
    #[arg(long, value_name = "JSON", group = "form", allow_hyphen_values = true)]
    json_schema: Option<String>,
    /// A file with a JSON Schema.
    #[arg(long, value_name = "FILE", group = "form")]
    json_schema_file: Option<PathBuf>,
}

impl SamplingArgs {
    /// Puts the flags that were given into `params`; refuses values out of range.
    pub fn apply(&self, params: &mut TextParams) -> Result<()> {
        self.numbers.apply(params)?;
        if !self.dry_sequence_breaker.is_empty() {
            let given = self.dry_sequence_breaker.iter().filter(|text| *text != "none");
            let given = given.map(|text| self.unescape("dry-sequence-breaker", text));
            params.dry_sequence_breakers = given.collect::<Result<_>>()?;
        }
        if let Some(order) = &self.samplers {
            params.order = SamplerLink::parse_order(order)?;
        }
        params.logit_bias = self.logit_bias.iter().map(|given| LogitBias::parse(given)).collect::<Result<_>>()?;
        params.ignore_eos = self.ignore_eos;
        params.grammar = self.form()?;
        Ok(())
    }

    /// The text of the flag `name` with its escapes decoded, as llama.cpp decodes its reverse prompts.
    pub fn unescape(&self, name: &'static str, text: &str) -> Result<String> {
        if self.no_escape {
            return Ok(text.to_owned());
        }
        String::from_utf8(unescape(text)).map_err(|e| {
            let choices = Both::new(
                "bytes (\\xHH) that are UTF-8 together; --no-escape takes the text as it is",
                "合起来是 UTF-8 的字节（\\xHH）；--no-escape 则按原文读取",
            );
            StudioError::from(Cause::BadChoice { name, value: Both::same(text), choices }).with_details(e)
        })
    }

    fn form(&self) -> Result<Option<Grammar>> {
        if let Some(path) = &self.grammar_file {
            return read(path).map(|text| Some(Grammar::Gbnf(text)));
        }
        if let Some(path) = &self.json_schema_file {
            return read(path).map(|text| Some(Grammar::JsonSchema(text)));
        }
        let grammar = self.grammar.clone().map(Grammar::Gbnf);
        Ok(grammar.or_else(|| self.json_schema.clone().map(Grammar::JsonSchema)))
    }
}

/// Decodes `\n \r \t \' \" \\ \xHH`; any other backslash stays.
fn unescape(text: &str) -> Vec<u8> {
    let mut made = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let hex = |digits: &[u8]| std::str::from_utf8(digits).ok().and_then(|two| u8::from_str_radix(two, 16).ok());
        let (read, used) = match after {
            _ if byte != b'\\' => (Some(byte), 0),
            [b'n', ..] => (Some(b'\n'), 1),
            [b'r', ..] => (Some(b'\r'), 1),
            [b't', ..] => (Some(b'\t'), 1),
            [mark @ (b'\'' | b'"' | b'\\'), ..] => (Some(*mark), 1),
            [b'x', a, b, ..] if a.is_ascii_hexdigit() => (hex(&[*a, *b]), 3),
            _ => (None, 0),
        };
        made.push(read.unwrap_or(byte));
        rest = &after[if read.is_some() { used } else { 0 }..];
    }
    made
}

/// Reads a grammar or a schema. Its length is checked when it is compiled.
fn read(path: &Path) -> Result<String> {
    let bytes = std::fs::read(path).map_err(|error| StudioError::io(Doing::Reading, path, &error))?;
    let failed = |reason: Both| Cause::Io { doing: Doing::Reading, path: path.to_owned(), reason }.into();
    text_of(bytes).map_err(failed)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::domain::BiasToken;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        sampling: SamplingArgs,
    }

    fn params(flags: &[&str]) -> Result<TextParams> {
        let line = Line::try_parse_from(std::iter::once(&"text").chain(flags)).map_err(StudioError::inner)?;
        let mut params = TextParams::default();
        line.sampling.apply(&mut params)?;
        params.check()?;
        Ok(params)
    }

    #[test]
    fn no_flag_changes_nothing() {
        assert_eq!(params(&[]).unwrap(), TextParams::default());
    }

    #[test]
    fn every_flag_reaches_its_field() {
        let flags = "--presence-penalty -0.5 --frequency-penalty 0.25 --dry-multiplier 0.8 --dry-base 2 \
                     --dry-allowed-length 3 --dry-penalty-last-n 512 --dry-sequence-breaker none --top-nsigma 1.5 \
                     --typical 0.75 --xtc-probability 0.5 --xtc-threshold 0.25 --dynatemp-range 0.5 --dynatemp-exp 2 \
                     --mirostat 2 --mirostat-lr 0.25 --mirostat-ent 3 --logit-bias 5-inf --logit-bias hi+1 \
                     --draft-max 5 --draft-p-min 0.5 --ignore-eos --samplers temp;top-k --grammar root::=\"a\"";
        let flags: Vec<&str> = flags.split_whitespace().collect();
        let id = LogitBias { token: BiasToken::Id(5), bias: -1e9 };
        let hi = LogitBias { token: BiasToken::Text("hi".into()), bias: 1.0 };
        assert_eq!(
            params(&flags).unwrap(),
            TextParams {
                presence_penalty: -0.5,
                frequency_penalty: 0.25,
                dry_multiplier: 0.8,
                dry_base: 2.0,
                dry_allowed_length: 3,
                dry_penalty_last_n: 512,
                dry_sequence_breakers: Vec::new(),
                top_n_sigma: 1.5,
                typical_p: 0.75,
                xtc_probability: 0.5,
                xtc_threshold: 0.25,
                dynatemp_range: 0.5,
                dynatemp_exponent: 2.0,
                mirostat: 2,
                mirostat_eta: 0.25,
                draft_max: 5,
                draft_p_min: 0.5,
                mirostat_tau: 3.0,
                logit_bias: vec![id, hi],
                ignore_eos: true,
                order: vec![SamplerLink::Temperature, SamplerLink::TopK],
                grammar: Some(Grammar::Gbnf("root::=\"a\"".into())),
                ..TextParams::default()
            }
        );
    }

    #[test]
    fn escapes_are_read_as_llama_cpp_reads_them() {
        for (given, read) in [
            (r"\n", "\n"),
            (r"a\r\n\tb", "a\r\n\tb"),
            (r"\\n", r"\n"),
            (r#"\"\'"#, "\"'"),
            (r"\x41\x7e", "A~"),
            (r"\xe4\xbd\xa0", "你"),
            (r"\x4", r"\x4"),
            (r"\xg1\x+1", r"\xg1\x+1"),
            (r"\q\0", r"\q\0"),
            ("\\", "\\"),
            ("你\\", "你\\"),
        ] {
            assert_eq!(String::from_utf8(unescape(given)).unwrap(), read, "{given}");
        }
        let breakers = |flags: &[&str]| params(flags).unwrap().dry_sequence_breakers;
        assert_eq!(breakers(&["--dry-sequence-breaker", r"\n"]), ["\n"]);
        assert_eq!(breakers(&["--dry-sequence-breaker", r"\n", "--no-escape"]), [r"\n"]);
        let error = params(&["--dry-sequence-breaker", r"\xff"]).unwrap_err();
        assert!(matches!(error.cause(), Cause::BadChoice { name: "dry-sequence-breaker", .. }));
    }

    #[test]
    fn wrong_values_are_refused() {
        for wrong in [
            "--mirostat 3",
            "--draft-max 0",
            "--draft-p-min 1.5",
            "--dry-base 0.5",
            "--typical nan",
            "--samplers top_k;top_k",
            "--logit-bias 5",
            "--dry-penalty-last-n -1",
        ] {
            assert!(params(&wrong.split(' ').collect::<Vec<_>>()).is_err(), "{wrong}");
        }
        assert!(params(&["--grammar", "a", "--json-schema", "{}"]).is_err(), "two forms");
        assert!(params(&["--grammar-file", "/no/such/file"]).is_err());
    }
}

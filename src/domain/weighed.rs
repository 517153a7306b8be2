//! The alternatives to each token of an answer with their probabilities, packed to be stored with the conversation:
//! some 60 bytes a token, where the journal takes 40 for the token's text alone.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::TokenChoice;

/// Other choices that are kept of a token.
const OTHERS: usize = 5;

/// Tokens as a line of letters; `None` where one of them is longer than any vocabulary has.
pub fn pack(tokens: &[TokenChoice]) -> Option<String> {
    let mut bytes = Vec::with_capacity(tokens.len() * 48);
    for token in tokens {
        put(&mut bytes, token)?;
        let others = &token.others[..token.others.len().min(OTHERS)];
        bytes.push(others.len() as u8);
        others.iter().try_for_each(|other| put(&mut bytes, other))?;
    }
    Some(STANDARD_NO_PAD.encode(bytes))
}

fn put(out: &mut Vec<u8>, token: &TokenChoice) -> Option<()> {
    let long = u8::try_from(token.bytes.len()).ok()?;
    out.push(long);
    out.extend_from_slice(&token.bytes);
    // A share of a whole in 16 bits: people read it in tenths of a percent.
    out.extend_from_slice(&((token.probability.clamp(0.0, 1.0) * f32::from(u16::MAX)).round() as u16).to_le_bytes());
    Some(())
}

/// The tokens of such a line; `None` where it is none.
pub fn unpack(line: &str) -> Option<Vec<TokenChoice>> {
    let bytes = STANDARD_NO_PAD.decode(line).ok()?;
    let (mut rest, mut tokens) = (&bytes[..], Vec::new());
    while !rest.is_empty() {
        let mut token = take(&mut rest)?;
        let (count, after) = rest.split_first()?;
        rest = after;
        token.others = (0..*count).map(|_| take(&mut rest)).collect::<Option<_>>()?;
        tokens.push(token);
    }
    Some(tokens)
}

fn take(rest: &mut &[u8]) -> Option<TokenChoice> {
    let (long, after) = rest.split_first()?;
    let (bytes, after) = after.split_at_checked(usize::from(*long))?;
    let (share, after) = after.split_first_chunk::<2>()?;
    *rest = after;
    let probability = f32::from(u16::from_le_bytes(*share)) / f32::from(u16::MAX);
    Some(TokenChoice { bytes: bytes.to_vec(), probability, others: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(text: &str, probability: f32) -> TokenChoice {
        TokenChoice { bytes: text.into(), probability, others: Vec::new() }
    }

    #[test]
    fn tokens_come_back_as_they_were_in_some_sixty_bytes_each() {
        let others: Vec<TokenChoice> = (0..6).map(|n| token(&format!(" oth{n}"), 0.1 / (n + 1) as f32)).collect();
        let mut tokens: Vec<TokenChoice> =
            (0..100).map(|_| TokenChoice { others: others.clone(), ..token(" word", 0.731) }).collect();
        tokens.push(TokenChoice { bytes: vec![0xe6, 0x9c], probability: 1.0, others: vec![] });
        let line = pack(&tokens).unwrap();
        assert!(line.len() < 70 * tokens.len(), "{} bytes a token", line.len() / tokens.len());
        let back = unpack(&line).unwrap();
        assert_eq!(back.len(), 101);
        assert_eq!((back[0].bytes.as_slice(), back[0].others.len()), (b" word".as_slice(), OTHERS));
        assert!((back[0].probability - 0.731).abs() < 1e-4 && (back[0].others[4].probability - 0.02).abs() < 1e-4);
        assert_eq!(back[100], tokens[100], "half a character too");
        assert_eq!(unpack(&pack(&[]).unwrap()), Some(Vec::new()));
        assert_eq!(pack(&[token(&"x".repeat(256), 0.5)]), None);
    }

    #[test]
    fn a_spoiled_line_is_none() {
        let line = pack(&[TokenChoice { others: vec![token("b", 0.5)], ..token("a", 0.5) }]).unwrap();
        for bad in ["!", "A", &line[..line.len() - 3], "/w"] {
            assert_eq!(unpack(bad), None, "{bad}");
        }
    }
}

//! The end of a text that is longer than the room for it.

/// Bytes that are counted at a time.
const PIECE: usize = 512;

/// Where the part begins that is read, how many tokens it takes, and about how many are left out before it.
///
/// While the text grows the beginning stays where it is for some pages, so that the model finds what it has read.
pub fn fit(text: &str, room: usize, count: &mut dyn FnMut(&str) -> usize) -> (usize, usize, usize) {
    // A token is a byte at least.
    if text.len() <= room {
        return (0, count(text), 0);
    }
    let mut pieces = Vec::new();
    let (mut start, mut tokens) = (text.len(), 0);
    while start > 0 {
        let from = piece_start(text, start);
        let more = count(&text[from..start]);
        if tokens + more > room {
            break;
        }
        (start, tokens) = (from, tokens + more);
        pieces.push((from, more));
    }
    if start == 0 {
        return (0, tokens, 0);
    }
    // Rounded up to a step that is about a quarter of what has room.
    let step = room.next_power_of_two().max(PIECE);
    let rounded = text.ceil_char_boundary(start.next_multiple_of(step).min(text.len()));
    let line = text[rounded..].find('\n').map(|at| rounded + at + 1).filter(|&at| at - rounded <= step);
    let begin = line.unwrap_or(rounded);
    let begin = if begin + (text.len() - start) / 4 >= text.len() { start } else { begin };
    let kept = if begin == start { tokens } else { count(&text[begin..]) };
    // What was not counted is estimated from what was.
    let pace = tokens.max(1) as f64 / (text.len() - start).max(1) as f64;
    (begin, kept, (begin as f64 * pace).round() as usize)
}

/// Where the piece before `end` begins: at a line or a word where there is one.
fn piece_start(text: &str, end: usize) -> usize {
    let from = text.floor_char_boundary(end.saturating_sub(PIECE));
    if from == 0 {
        return 0;
    }
    let piece = &text[from..end];
    let line = piece[..piece.floor_char_boundary(piece.len() - 1)].find('\n').map(|at| from + at + 1);
    line.or_else(|| piece.find(' ').map(|at| from + at)).filter(|&at| at > from && at < end).unwrap_or(from)
}

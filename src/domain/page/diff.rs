//! The one place where two texts differ.

/// Where `new` differs from `old`: the place, the bytes that are gone there, and what came instead. `None` where they
/// are the same.
pub fn between<'a>(old: &str, new: &'a str) -> Option<(usize, usize, &'a str)> {
    if old == new {
        return None;
    }
    let (a, b) = (old.as_bytes(), new.as_bytes());
    let mut front = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    while !(old.is_char_boundary(front) && new.is_char_boundary(front)) {
        front -= 1;
    }
    let most = a.len().min(b.len()) - front;
    let mut back = a.iter().rev().zip(b.iter().rev()).take(most).take_while(|(x, y)| x == y).count();
    while !(old.is_char_boundary(a.len() - back) && new.is_char_boundary(b.len() - back)) {
        back -= 1;
    }
    Some((front, a.len() - back - front, &new[front..b.len() - back]))
}

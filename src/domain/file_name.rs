//! File names from a person's words.

/// Characters of a [`slug`].
const SLUG_CHARS: usize = 40;
/// And bytes, since file systems count those (255 for a whole name).
const SLUG_BYTES: usize = 120;

/// Letters and digits of any script, all else as single dashes; bounded.
pub fn slug(text: &str) -> String {
    let mut slug = String::new();
    for (count, c) in text.chars().enumerate() {
        if count >= 4 * SLUG_CHARS || slug.chars().count() >= SLUG_CHARS || slug.len() + c.len_utf8() > SLUG_BYTES {
            break;
        }
        if c.is_alphanumeric() {
            slug.extend(c.to_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_safe_and_bounded() {
        assert_eq!(slug("../../etc/passwd"), "etc-passwd");
        assert_eq!(slug("CON: a\\b*c?\"<>|\0\n"), "con-a-b-c");
        assert_eq!(slug("彩虹，猫 立体"), "彩虹-猫-立体");
        assert_eq!(slug("🍎🍎"), "");
        assert_eq!(slug(""), "");
        for long in ["word ".repeat(1000), "猫".repeat(1000), "🍎".repeat(100_000), "a".repeat(1 << 20)] {
            let slug = slug(&long);
            assert!(slug.len() <= SLUG_BYTES && slug.chars().count() <= SLUG_CHARS && !slug.ends_with('-'), "{slug}");
        }
    }
}

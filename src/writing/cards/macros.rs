//! The macros of cards: names, and comments that nobody should see.

/// `text` with `{{char}}`, `{{user}}`, `<BOT>`, `<USER>` replaced, in any case of letters; `{{original}}` and
/// comments `{{// ...}}` are left out. What is put in is not looked at again.
pub(super) fn fill(text: &str, name: &str, user: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['{', '<']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        match replaced(rest, name, user) {
            Some((put, length)) => {
                out.push_str(put);
                rest = &rest[length..];
            }
            None => {
                out.push_str(&rest[..1]);
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out.trim().to_owned()
}

/// What the macro at the beginning becomes, and its length.
fn replaced<'a>(text: &str, name: &'a str, user: &'a str) -> Option<(&'a str, usize)> {
    for (tag, put) in [("<bot>", name), ("<char>", name), ("<user>", user)] {
        if text.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag)) {
            return Some((put, tag.len()));
        }
    }
    let inner = text.strip_prefix("{{")?;
    // Macros are short; comments may be long but end somewhere.
    let comment = inner.trim_start().starts_with("//");
    let reach = if comment { 4000 } else { 20 };
    let close = inner.char_indices().take(reach).find(|(at, _)| inner[*at..].starts_with("}}"))?.0;
    let word = inner[..close].trim().to_ascii_lowercase();
    let put = match word.as_str() {
        "char" | "bot" => name,
        "user" => user,
        "original" => "",
        _ if comment => "",
        _ => return None,
    };
    Some((put, close + 4))
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn names_are_put_in() {
        let fill = |text| fill(text, "Ada", "Lin");
        assert_eq!(fill("{{char}} meets {{ User }}, <BOT> and <user>."), "Ada meets Lin, Ada and Lin.");
        assert_eq!(fill("{{// secret }}{{original}}x {{random:a,b}} {{"), "x {{random:a,b}} {{");
        assert_eq!(fill("{{{char}}} <b> {"), "{Ada} <b> {");
        assert_eq!(super::fill("{{char}}", "{{user}}", "x"), "{{user}}", "names are no macros");
    }
}

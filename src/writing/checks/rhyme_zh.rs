//! Chinese rhyme: characters rhyme whose readings are of one class of the modern fourteen (中华新韵, 2005), tones
//! aside. Classical rhyme books (平水韵) know other classes; poems after them may be told wrongly here.

use pinyin::ToPinyinMulti;

use super::rhyme_answer::Rhyme;

/// The classes that the readings of a character belong to, without repetition; empty where none is known.
pub(super) fn classes(c: char) -> Vec<u8> {
    let mut out: Vec<u8> = c.to_pinyin_multi().into_iter().flatten().filter_map(|p| class(p.plain())).collect();
    out.sort_unstable();
    out.dedup();
    out
}

/// The class of a syllable without its tone, 1 (麻) to 14 (姑).
fn class(syllable: &str) -> Option<u8> {
    let first = syllable.find(|c| "aeiouüv".contains(c))?;
    let (initial, finals) = syllable.split_at(first);
    let class = match finals {
        "a" | "ia" | "ua" => 1,
        "o" | "e" | "uo" => 2,
        "ie" | "üe" | "ve" => 3,
        // j, q, x, y write ü as u: jue is üe.
        "ue" => 3,
        "ai" | "uai" => 4,
        "ei" | "ui" | "uei" => 5,
        "ao" | "iao" => 6,
        "ou" | "iu" | "iou" => 7,
        "an" | "ian" | "uan" | "üan" => 8,
        "en" | "in" | "un" | "uen" | "ün" => 9,
        "ang" | "iang" | "uang" => 10,
        "eng" | "ing" | "ong" | "iong" | "ueng" => 11,
        "i" if matches!(initial, "zh" | "ch" | "sh" | "r" | "z" | "c" | "s") => 13,
        "i" | "ü" | "v" | "er" => 12,
        "u" if matches!(initial, "j" | "q" | "x" | "y") => 12,
        "u" => 14,
        _ => return None,
    };
    // ye is ie; yan is ian.
    Some(if initial == "y" && finals == "e" { 3 } else { class })
}

/// Several readings: the characters rhyme if any of theirs do.
pub(super) fn characters(a: char, b: char) -> Rhyme {
    if a == b {
        return Rhyme::Same;
    }
    let (a, b) = (classes(a), classes(b));
    if a.is_empty() || b.is_empty() {
        return Rhyme::CannotTell;
    }
    if a.iter().any(|class| b.contains(class)) { Rhyme::Yes } else { Rhyme::No }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_fall_into_their_classes() {
        for (word, class) in [
            ("家", 1),
            ("花", 1),
            ("波", 2),
            ("歌", 2),
            ("国", 2),
            ("夜", 3),
            ("月", 3),
            ("雪", 3),
            ("开", 4),
            ("飞", 5),
            ("水", 5),
            ("高", 6),
            ("鸟", 6),
            ("楼", 7),
            ("流", 7),
            ("山", 8),
            ("天", 8),
            ("远", 8),
            ("人", 9),
            ("春", 9),
            ("云", 9),
            ("霜", 10),
            ("光", 10),
            ("乡", 10),
            ("风", 11),
            ("红", 11),
            ("声", 11),
            ("衣", 12),
            ("雨", 12),
            ("居", 12),
            ("诗", 13),
            ("思", 13),
            ("枝", 13),
            ("湖", 14),
            ("路", 14),
        ] {
            let c = word.chars().next().unwrap();
            assert!(classes(c).contains(&class), "{word}: {:?}", classes(c));
        }
    }

    #[test]
    fn old_poems_rhyme_where_the_sounds_are_still_the_same() {
        for (a, b) in [('光', '霜'), ('霜', '乡'), ('流', '楼'), ('山', '还'), ('晓', '少'), ('天', '眠')] {
            assert_eq!(characters(a, b), Rhyme::Yes, "{a}{b}");
        }
        for (a, b) in [('光', '山'), ('鸟', '流'), ('月', '光'), ('诗', '雨')] {
            assert_eq!(characters(a, b), Rhyme::No, "{a}{b}");
        }
        assert_eq!(characters('月', '月'), Rhyme::Same);
        assert_eq!(characters('月', 'x'), Rhyme::CannotTell);
    }
}

//! Syllables of a line. Chinese: one for each Han character. English: by rules on the spelling, with a list of
//! words that the rules get wrong.
//!
//! Compared with the CMU pronouncing dictionary, English is counted correctly for 97.8 % of the 10 000 most frequent
//! words (from whose errors the list was chosen), and for 95.4 % of the next 6000, many of them names and
//! abbreviations.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Words that the rules would miscount.
const EXCEPTIONS: [(usize, &str); 4] = [
    (
        1,
        "'tis aisle aye bye drawer dye e'er else eye eyed eyes fire girl guide hour isle league lyre ne'er o'er \
     our prayer priest queue rogue rye suave tongue vague wire world",
    ),
    (
        2,
        "acre acres ancient antique argue asia awesome backyard baseball beauty being beyond bias blessed \
     boutique business business's cafe canyon cement centre chaos chocolate chocolates choir choirs cliche \
     coed colonel courage courtyard crayon create creates creature crooked cruel desire dial diamond diet \
     dissuade doing druid duel evening every facebook fatigue fireworks flower fluent fluid forecast forehead \
     fuel genre georgia giant going goodbye graveyard guidelines handsome hatred heaven homemade household \
     hundred into iron jagged jewel kayak lawyer lawyers layer lifestyle likewise lion livestock lonesome \
     loyal maybe mayor moonlight movement mr mrs naive naked nowhere ocean oceans ok onto opaque ourselves \
     people persuade phoenix pipeline player poem poet posse power premier prism quiet ragged react rescue \
     rhythm riot royal rugged ruin ruined russia sacred safety science seeing shakespeare shoulder skiing \
     soldier someday somehow something sometime sometimes somewhere sovereign statue stoic technique \
     techniques therefore timeline tiresome tissue tower trademark trial triumph tuesday tv tying unique \
     value venue via vineyard voyage warehouse wednesday wholesale wholesome wicked wretched yoyo",
    ),
    (
        3,
        "affluent alien annual anywhere archaic area australia avenue barbecue barrier beautiful beloved \
     butterfly cameo camera carrier casual comfortable complement continue courier coyote coyotes created \
     creation creator deity different element elements entire everyday everyone everything everywhere family \
     favorite favourite fiery finale genuine heroic heroin heroine idea implement influence interesting ivory \
     laity linear malaysia memory moreover mosaic museum mutual nuclear papaya patio piety poetic poetry \
     radio ratio reaction realise realize recipe reunion rodeo sesame several shareholder simile soviet \
     stereo studio suicide supplement theater theatre usual vegetable video violet violin virginia visual \
     whatever whoever",
    ),
    (
        4,
        "apostrophe california catastrophe coalition coincidence cooperate coordinate epitome etc european \
     everybody hyperbole karaoke momentary nevertheless realistic reality scientific siberia society ukulele \
     variety zoology",
    ),
];

/// The syllables of a line; `None` where it holds digits or signs that are spoken in a way nobody can count.
pub fn of_line(line: &str) -> Option<usize> {
    if line.chars().any(|c| c.is_numeric() || "%$€£¥&@#+=".contains(c)) {
        return None;
    }
    let mut count = 0;
    let mut word = String::new();
    for c in line.chars().chain([' ']) {
        if c.is_ascii_alphabetic() || matches!(c, '\'' | '\u{2019}') {
            word.push(if c == '\u{2019}' { '\'' } else { c });
            continue;
        }
        count += of_word(&word);
        word.clear();
        if super::is_han(c) {
            count += 1;
        } else if c.is_alphabetic() {
            // A letter with an accent belongs to a word; which one it stands for decides.
            match plain(c) {
                Some(letter) => word.push(letter),
                None => return None,
            }
        }
    }
    Some(count)
}

/// The letter below the accent.
fn plain(c: char) -> Option<char> {
    let c = c.to_lowercase().next().unwrap_or(c);
    Some(match c {
        'à'..='å' | 'ā' => 'a',
        'ç' => 'c',
        'è'..='ë' | 'ē' => 'e',
        'ì'..='ï' | 'ī' => 'i',
        'ñ' => 'n',
        'ò'..='ö' | 'ō' => 'o',
        'ù'..='ü' | 'ū' => 'u',
        _ => return None,
    })
}

/// The syllables of one English word; 0 for no letters.
pub fn of_word(word: &str) -> usize {
    let word = word.to_ascii_lowercase();
    let word = word.trim_matches('\'');
    if word.is_empty() {
        return 0;
    }
    if let Some(count) = exception(word) {
        return count;
    }
    // A plural or a genitive adds a syllable only behind a hiss.
    if let Some(stem) = word.strip_suffix("'s") {
        return of_word(stem) + usize::from(hisses(stem));
    }
    if let Some(stem) = word.strip_suffix('s')
        && let Some(count) = exception(stem)
    {
        return count + usize::from(hisses(stem));
    }
    let contracted =
        ["n't", "'ve", "'ll", "'re", "'d", "'m"].iter().find_map(|tail| word.strip_suffix(tail).map(|s| (s, *tail)));
    if let Some((stem, tail)) = contracted {
        let own = match tail {
            "n't" => !matches!(stem, "do" | "ca" | "wo" | "are" | "were" | "ai" | "sha"),
            "'ve" => !ends_with_vowel(stem),
            "'ll" => !ends_with_vowel(stem),
            "'re" => !ends_with_vowel(stem),
            "'d" => stem.ends_with(['d', 't']),
            _ => false,
        };
        return of_word(stem).max(1) + usize::from(own);
    }
    by_rules(&word.bytes().filter(u8::is_ascii_lowercase).collect::<Vec<_>>()).max(1)
}

fn exception(word: &str) -> Option<usize> {
    static BY_WORD: LazyLock<HashMap<&str, usize>> = LazyLock::new(|| {
        EXCEPTIONS.iter().flat_map(|(count, words)| words.split(' ').map(|word| (word, *count))).collect()
    });
    BY_WORD.get(word).copied()
}

fn hisses(stem: &str) -> bool {
    ["s", "x", "z", "ch", "sh", "ce", "ge", "se", "ze"].iter().any(|end| stem.ends_with(end))
}

fn ends_with_vowel(stem: &str) -> bool {
    stem.ends_with(['a', 'e', 'i', 'o', 'u', 'y', 'w'])
}

fn is_vowel(letters: &[u8], at: usize) -> bool {
    match letters[at] {
        b'a' | b'e' | b'i' | b'o' => true,
        b'u' => at == 0 || letters[at - 1] != b'q',
        // At the beginning, and between vowels, y is a consonant.
        b'y' => {
            at > 0 && !(at + 1 < letters.len() && b"aou".contains(&letters[at + 1]) && is_plain_vowel(letters[at - 1]))
        }
        _ => false,
    }
}

fn is_plain_vowel(letter: u8) -> bool {
    b"aeiou".contains(&letter)
}

/// Groups of vowels, with the corrections that English spelling asks for.
fn by_rules(w: &[u8]) -> usize {
    let n = w.len();
    let ends = |tail: &str| w.ends_with(tail.as_bytes());
    let mut count = 0isize;
    let mut inside = false;
    for at in 0..n {
        let vowel = is_vowel(w, at);
        if vowel && !inside {
            count += 1;
        }
        // Two vowels that are said one after the other.
        if vowel && inside && splits(w, at) {
            count += 1;
        }
        inside = vowel;
    }
    let before = |back: usize| if n > back { w[n - 1 - back] } else { 0 };
    let consonant = |letter: u8| letter.is_ascii_lowercase() && !is_plain_vowel(letter) && letter != b'y';
    // The silent e, alone and before s and d.
    let syllabic_l = |l_back: usize| before(l_back) == b'l' && b"bcdfgkpstz".contains(&before(l_back + 1));
    if ends("e")
        && count > 1
        && (consonant(before(1)) || before(1) == b'u' && b"gq".contains(&before(2)))
        && !syllabic_l(1)
    {
        count -= 1;
    } else if ends("es") && count > 1 && consonant(before(2)) && !syllabic_l(2) {
        let hiss = b"sxzcg".contains(&before(2)) || (before(2) == b'h' && b"cs".contains(&before(3)));
        count -= isize::from(!hiss);
    } else if ends("ed") && count > 1 && consonant(before(2)) && !b"td".contains(&before(2)) && !syllabic_l(2) {
        count -= 1;
    }
    // A silent e inside, before an ending or in a compound.
    let tails = [
        "ly", "ful", "less", "ment", "ments", "ness", "some", "thing", "times", "time", "where", "one", "body", "work",
        "fully", "fulness", "land", "man", "men", "place", "town", "town's", "way", "wife",
    ];
    for tail in tails {
        if let Some(stem) = w.strip_suffix(tail.as_bytes())
            && stem.len() >= 3
            && stem.ends_with(b"e")
            && consonant(stem[stem.len() - 2])
            && !(stem[stem.len() - 2] == b'l' && b"bcdfgkpstz".contains(&stem[stem.len() - 3]))
            && stem[..stem.len() - 1].iter().any(|l| is_plain_vowel(*l) || *l == b'y')
        {
            count -= 1;
            break;
        }
    }
    // A consonant that carries a syllable of its own.
    if ends("sm") || ends("sms") || ends("thm") || ends("thms") {
        count += 1;
    }
    count.max(1) as usize
}

/// Whether the vowel at `at` begins a new syllable although a vowel comes before it.
fn splits(w: &[u8], at: usize) -> bool {
    let n = w.len();
    let (a, b) = (w[at - 1], w[at]);
    let before = if at >= 2 { w[at - 2] } else { 0 };
    let tail = &w[at..];
    match (a, b) {
        // -cial, -tial, -cian, -sian, -tian, -giance, -iage
        (b'i', b'a') => {
            let soft = b"ct".contains(&before) && (tail.starts_with(b"al") || tail.starts_with(b"an"));
            !(soft || b"sg".contains(&before) && tail.starts_with(b"an") || tail.starts_with(b"age"))
        }
        // -tion, -sion, -gion, -cious; -lion and -nion in million, union
        (b'i', b'o') => !(b"tscgxh".contains(&before) || tail.starts_with(b"on") && at > 3 && b"ln".contains(&before)),
        (b'i', b'u') => before != b's',
        (b'i', b'e') => {
            let compares = tail == b"er" || tail == b"ers" || tail == b"est";
            compares && before != b't' && n > 5
                || tail.starts_with(b"et")
                || (tail.starts_with(b"ent") || tail.starts_with(b"enc")) && !b"ct".contains(&before)
        }
        (b'e', b'o') => {
            !tail.starts_with(b"op") && !tail.starts_with(b"ous") && before != b'g'
                || tail.starts_with(b"ogr")
                || tail.starts_with(b"olo")
                || tail.starts_with(b"ome")
        }
        (b'e' | b'o' | b'u', b'i') => tail == b"ing" || tail == b"ings",
        (b'y', b'i') => true,
        (b'u', b'a') => !b"gq".contains(&before),
        (b'u', b'o') => before != 0,
        (b'u', b'e') => (tail.starts_with(b"el") || tail.starts_with(b"en")) && !b"gq".contains(&before),
        (b'i', b'i') => true,
        // employee, player; but played, enjoyed
        (b'y', b'e') => at > 1 && (tail.starts_with(b"er") || tail.starts_with(b"ee")),
        (b'y', b'a' | b'o') => at > 1 && !is_plain_vowel(before),
        (b'a', b'o') => true,
        (b'o', b'e') => tail.starts_with(b"em") || tail.starts_with(b"et"),
        (b'e', b'a') => {
            before == b'r' && at == 2 && (tail.starts_with(b"act") || tail.starts_with(b"ali"))
                || before == b'r' && w.starts_with(b"creat")
                || tail.starts_with(b"ation")
        }
        _ => false,
    }
}

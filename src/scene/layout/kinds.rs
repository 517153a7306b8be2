//! Classifies items for the layout, by the English label of what is drawn.

use super::super::Item;
use super::super::things::things;

fn label(item: &Item) -> &'static str {
    things().get(item.senses[0]).en
}

/// Whether the label has one of these words.
fn has_word(item: &Item, words: &[&str]) -> bool {
    label(item).split([' ', '-', ':']).any(|word| words.contains(&word))
}

/// Whether the item is up in the sky if there are other things in the picture.
pub fn is_sky(item: &Item) -> bool {
    const SKY: [&str; 30] = [
        "sun",
        "sun with face",
        "moon",
        "full moon",
        "full moon face",
        "crescent moon",
        "new moon face",
        "first quarter moon",
        "first quarter moon face",
        "last quarter moon face",
        "star",
        "glowing star",
        "shooting star",
        "cloud",
        "sun behind cloud",
        "sun behind small cloud",
        "sun behind large cloud",
        "sun behind rain cloud",
        "cloud with rain",
        "cloud with snow",
        "cloud with lightning",
        "cloud with lightning and rain",
        "rainbow",
        "ringed planet",
        "comet",
        "airplane",
        "small airplane",
        "satellite",
        "helicopter",
        "kite",
    ];
    SKY.contains(&label(item))
}

/// Whether the item can fly: if it is alone in a sky, it does not stand on the ground.
pub fn flies(item: &Item) -> bool {
    const FLIERS: [&str; 22] = [
        "bird",
        "dove",
        "eagle",
        "owl",
        "duck",
        "parrot",
        "goose",
        "bat",
        "butterfly",
        "honeybee",
        "dragon",
        "phoenix",
        "balloon",
        "rocket",
        "parachute",
        "saucer",
        "superhero",
        "fairy",
        "angel",
        "kite",
        "airplane",
        "streamer",
    ];
    is_sky(item) || has_word(item, &FLIERS)
}

/// Whether the item is weather above the things that are "in" it.
pub fn is_weather(item: &Item) -> bool {
    is_sky(item) && has_word(item, &["cloud", "rainbow"])
}

pub fn is_rainbow(item: &Item) -> bool {
    label(item) == "rainbow"
}

/// Whether things are inside the item, so that its front hides a part of them.
pub fn is_vessel(item: &Item) -> bool {
    const VESSELS: [&str; 23] = [
        "package",
        "gift",
        "cup",
        "glass",
        "bowl",
        "vase",
        "amphora",
        "basket",
        "bag",
        "bucket",
        "pot",
        "pan",
        "bathtub",
        "boat",
        "canoe",
        "ship",
        "automobile",
        "car",
        "hole",
        "box",
        "bus",
        "trolley",
        "bed",
    ];
    has_word(item, &VESSELS)
}

/// Whether the item is a vessel for flowers, with a narrow mouth.
pub fn is_vase(item: &Item) -> bool {
    has_word(item, &["vase", "amphora"])
}

/// How far below the top of a vessel's picture its rim is, as a share of the height. The spoon in a bowl and the bow on
/// a gift are above the rim.
pub fn rim(item: &Item) -> f32 {
    if has_word(item, &["bowl", "spoon"]) { 0.3 } else { 0.2 }
}

/// Whether something under the item stands at its foot, and does not carry it.
pub fn is_tall(item: &Item) -> bool {
    let name = label(item);
    ["tree", "umbrella", "tower", "castle", "rainbow", "sun", "moon", "cloud", "star"].iter().any(|t| name.contains(t))
}

/// Whether the item is an umbrella that is held over somebody.
pub fn is_umbrella(item: &Item) -> bool {
    has_word(item, &["umbrella"]) && !is_scenic(item)
}

/// Whether the item is a picture of a whole place: things on it are drawn in it, in front of its lower middle.
pub fn is_scenic(item: &Item) -> bool {
    const PLACES: [&str; 23] = [
        "motorway",
        "track",
        "mountain",
        "mountains",
        "volcano",
        "fuji",
        "landslide",
        "camping",
        "beach",
        "desert",
        "island",
        "park",
        "stadium",
        "cityscape",
        "bridge",
        "sunrise",
        "sunset",
        "night",
        "milky",
        "foggy",
        "houses",
        "springs",
        "station",
    ];
    // "mountain cableway" and "mountain railway" are vehicles.
    let is_vehicle = has_word(item, &["cableway", "railway"]) && label(item) != "railway track";
    has_word(item, &PLACES) && !is_vehicle
}

/// Whether the item is drawn as seen from above: things on it are on its middle.
pub fn is_plate(item: &Item) -> bool {
    has_word(item, &["plate"])
}

pub fn is_seat(item: &Item) -> bool {
    has_word(item, &["couch", "chair", "bed", "seat"])
}

/// Where things sit or stand on the item, as a share of the height from the top; `None` if they stand on its top.
pub fn surface(item: &Item) -> Option<f32> {
    if is_seat(item) {
        Some(0.66)
    } else {
        // It is drawn with candles.
        (label(item) == "birthday cake").then_some(0.32)
    }
}

/// Where something is worn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worn {
    OnTheHead,
    OverTheEars,
    BeforeTheEyes,
    AtTheNeck,
    /// Stands beside its wearer: in front of a body that was drawn without it, a garment looks wrong.
    Garment,
    /// Small, at the feet or in a hand.
    AtTheFeet,
}

/// Where the item is worn; `None` if it is nothing to wear.
pub fn worn(item: &Item) -> Option<Worn> {
    const HEAD: &[&str] = &["hat", "crown", "helmet", "cap", "flower", "blossom", "rose", "hibiscus", "pick"];
    const EARS: &[&str] = &["headphone"];
    const EYES: &[&str] = &["glasses", "sunglasses", "goggles", "mask", "performing"];
    const NECK: &[&str] = &["scarf", "necktie", "tie", "beads", "necklace", "ribbon", "medal", "bell", "stethoscope"];
    const BODY: &[&str] = &[
        "dress", "shirt", "coat", "kimono", "sari", "jeans", "trousers", "shorts", "swimsuit", "bikini", "briefs",
        "vest", "clothes", "uniform",
    ];
    const FEET: &[&str] = &[
        "shoe",
        "shoes",
        "boot",
        "sandal",
        "socks",
        "gloves",
        "skate",
        "purse",
        "handbag",
        "bag",
        "bags",
        "backpack",
        "briefcase",
        "ring",
        "watch",
    ];
    let kinds = [
        (Worn::OnTheHead, HEAD),
        (Worn::OverTheEars, EARS),
        (Worn::BeforeTheEyes, EYES),
        (Worn::AtTheNeck, NECK),
        (Worn::Garment, BODY),
        (Worn::AtTheFeet, FEET),
    ];
    kinds.into_iter().find(|(_, words)| has_word(item, words)).map(|(kind, _)| kind)
}

/// Position of a wearer's head, as shares of its visible box.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Head {
    /// The middle of the head, and its width.
    pub x: f32,
    pub width: f32,
    /// The lower edge of a hat, the eyes, and the neck: how far below the top.
    pub brow: f32,
    pub eyes: f32,
    pub neck: f32,
}

impl Head {
    const FACE: Self = Self { x: 0.5, width: 1.0, brow: 0.2, eyes: 0.42, neck: 1.02 };
    /// A human face, which has no ears above it.
    const HUMAN: Self = Self { x: 0.5, width: 1.0, brow: 0.17, eyes: 0.49, neck: 1.02 };
    /// An animal that stands on two legs, or sits.
    const UPRIGHT: Self = Self { x: 0.5, width: 0.8, brow: 0.08, eyes: 0.28, neck: 0.56 };
    /// Head and shoulders, and everything without a head.
    const BUST: Self = Self { x: 0.5, width: 1.0, brow: 0.12, eyes: 0.38, neck: 0.6 };
    /// A human being from head to foot.
    const FIGURE: Self = Self { x: 0.5, width: 0.7, brow: 0.06, eyes: 0.11, neck: 0.22 };
    /// An animal on four legs, from the side: emoji look to the left.
    const SIDE: Self = Self { x: 0.26, width: 0.75, brow: 0.1, eyes: 0.22, neck: 0.45 };
}

pub fn head(item: &Item) -> Head {
    /// Words of labels that are drawn as a head alone.
    const FACES: [&str; 27] = [
        "face", "wolf", "fox", "raccoon", "lion", "hamster", "bear", "koala", "panda", "frog", "unicorn", "chicken",
        "robot", "alien", "skull", "ogre", "goblin", "lantern", "baby", "child", "boy", "girl", "man", "woman",
        "person", "Claus", "cat",
    ];
    /// Cats that are drawn from head to tail, and other animals seen from the side.
    const SIDES: [&str; 43] = [
        "dog",
        "poodle",
        "tiger",
        "leopard",
        "donkey",
        "horse",
        "zebra",
        "deer",
        "moose",
        "bison",
        "ox",
        "buffalo",
        "cow",
        "pig",
        "boar",
        "ram",
        "ewe",
        "goat",
        "camel",
        "llama",
        "giraffe",
        "elephant",
        "mammoth",
        "rhinoceros",
        "hippopotamus",
        "mouse",
        "rat",
        "rabbit",
        "chipmunk",
        "beaver",
        "otter",
        "skunk",
        "kangaroo",
        "badger",
        "turkey",
        "rooster",
        "bird",
        "duck",
        "swan",
        "goose",
        "dodo",
        "flamingo",
        "sauropod",
    ];
    const MOVING: [&str; 10] = [
        "standing",
        "walking",
        "running",
        "kneeling",
        "dancing",
        "dancer",
        "climbing",
        "levitating",
        "lotus",
        "fencing",
    ];
    const UPRIGHT: [&str; 10] =
        ["teddy", "chick", "penguin", "snowman", "owl", "monkey", "orangutan", "seal", "T-Rex", "ghost"];
    let name = label(item);
    let is_person = things().get(item.senses[0]).person;
    // "man: red hair" is a head, "man health worker" head and shoulders.
    let is_plain = !is_person || name.contains(':') || !name.contains(' ') || name.starts_with("old");
    if has_word(item, &["face"]) {
        Head::FACE
    } else if has_word(item, &UPRIGHT) {
        Head::UPRIGHT
    } else if is_person && has_word(item, &MOVING) {
        Head::FIGURE
    } else if matches!(name, "cat" | "black cat") || has_word(item, &SIDES) {
        Head::SIDE
    } else if is_plain && has_word(item, &FACES) {
        if is_person { Head::HUMAN } else { Head::FACE }
    } else {
        Head::BUST
    }
}

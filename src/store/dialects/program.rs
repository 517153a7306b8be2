//! Which program wrote a picture's settings, as far as they say.

/// A program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    Studio,
    A1111,
    Forge,
    SdNext,
    ComfyUi,
    InvokeAi,
    SwarmUi,
    Fooocus,
    SdCpp,
    Krita,
    NovelAi,
    DrawThings,
    EasyDiffusion,
    Civitai,
}

impl Program {
    pub fn name(self) -> &'static str {
        match self {
            Self::Studio => "aigc-studio",
            Self::A1111 => "a1111",
            Self::Forge => "forge",
            Self::SdNext => "sd.next",
            Self::ComfyUi => "comfyui",
            Self::InvokeAi => "invokeai",
            Self::SwarmUi => "swarmui",
            Self::Fooocus => "fooocus",
            Self::SdCpp => "sd.cpp",
            Self::Krita => "krita",
            Self::NovelAi => "novelai",
            Self::DrawThings => "drawthings",
            Self::EasyDiffusion => "easydiffusion",
            Self::Civitai => "civitai",
        }
    }

    /// Words that only these programs write of themselves, in lower case.
    const WORDS: [(&str, Self); 14] = [
        ("aigc studio", Self::Studio),
        ("stable-diffusion.cpp", Self::SdCpp),
        ("krita", Self::Krita),
        ("fooocus", Self::Fooocus),
        ("swarm", Self::SwarmUi),
        ("comfyui", Self::ComfyUi),
        ("invoke", Self::InvokeAi),
        ("novelai", Self::NovelAi),
        ("draw things", Self::DrawThings),
        ("drawthings", Self::DrawThings),
        ("easy diffusion", Self::EasyDiffusion),
        ("sd.next", Self::SdNext),
        ("civitai", Self::Civitai),
        ("forge", Self::Forge),
    ];

    /// By a program's own name.
    pub fn named(words: &str) -> Option<Self> {
        let words = words.to_lowercase();
        Self::WORDS.iter().find(|(name, _)| words.contains(name)).map(|(_, program)| *program)
    }

    /// The writer of settings in A1111's form, by what else the file says about its program, and by its fields.
    pub(super) fn of(fields: &[(String, String)], software: &str) -> Self {
        let get = |key: &str| fields.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str());
        let version = get("Version").unwrap_or_default();
        let by_fields = || {
            let has = |key: &str| fields.iter().any(|(k, _)| k.starts_with(key));
            let forge = version.starts_with('f') && version[1..].starts_with(|c: char| c.is_ascii_digit());
            if forge {
                Some(Self::Forge)
            } else if has("SDCPP") {
                Some(Self::SdCpp)
            } else {
                has("Civitai").then_some(Self::Civitai)
            }
        };
        let words = [get("App").unwrap_or_default(), version];
        let by_name = words.into_iter().chain([software]).find_map(Self::named);
        by_name.or_else(by_fields).unwrap_or(Self::A1111)
    }

    /// Whether its noise is PyTorch's, made on the CPU.
    pub(super) fn draws_as_torch(self) -> bool {
        matches!(self, Self::ComfyUi | Self::SwarmUi | Self::Krita | Self::InvokeAi)
    }
}

/// What A1111 and Forge mean where the settings name no schedule: 1.9 has "Automatic"; before, a sampler's name said it
/// all. `None` where the version is not one of theirs.
pub(super) fn has_automatic(version: &str) -> Option<bool> {
    let digit = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    // Forge's comes before that of the A1111 that it is made of.
    let inside = version.match_indices('v').map(|(at, _)| &version[at + 1..]).find(|own| digit(own));
    let own = inside.unwrap_or(version);
    let mut parts = own.split(|c: char| !c.is_ascii_digit()).map(str::parse::<u32>);
    let (major, minor) = (parts.next()?.ok()?, parts.next()?.ok()?);
    Some((major, minor) >= (1, 9))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_told_by_what_they_say() {
        for (version, software, program) in [
            ("AIGC Studio 0.1.0", "", Program::Studio),
            ("v1.10.1", "", Program::A1111),
            ("", "", Program::A1111),
            ("f2.0.1v1.10.1-previous-659-gc055f2d4", "", Program::Forge),
            ("stable-diffusion.cpp", "", Program::SdCpp),
            ("ComfyUI", "", Program::ComfyUi),
            ("Fooocus v2.5.5", "", Program::Fooocus),
            ("v1.10.1", "Fooocus v2.5.5", Program::Fooocus),
            ("é", "", Program::A1111),
            ("f猫", "", Program::A1111),
        ] {
            let fields = [("Version".to_owned(), version.to_owned())];
            assert_eq!(Program::of(&fields, software), program, "{version} {software}");
        }
        let fields = [("App".to_owned(), "SD.Next".to_owned()), ("Version".to_owned(), "0fe2d7f".to_owned())];
        assert_eq!(Program::of(&fields, ""), Program::SdNext);
    }

    #[test]
    fn automatic_came_with_1_9() {
        for (version, has) in [
            ("v1.10.1", Some(true)),
            ("1.9.3", Some(true)),
            ("v1.6.0", Some(false)),
            ("v1.6", Some(false)),
            ("f2.0.1v1.10.1-previous", Some(true)),
            ("f0.0.17v1.8.0rc-latest", Some(false)),
            ("f2.0.1", None),
            ("", None),
            ("AIGC Studio 0.1.0", None),
            ("ComfyUI", None),
            ("0fe2d7f", None),
        ] {
            assert_eq!(has_automatic(version), has, "{version}");
        }
    }
}

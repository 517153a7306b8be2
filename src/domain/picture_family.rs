//! The families of picture models: a row for each, which the catalogue, the doctor, the window and the shell ask.

use super::Takes;

/// A family of models that draw from latents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureFamily {
    Sd1,
    Sd2,
    Xl,
    Sd3,
    Flux,
    ZImage,
}

/// What is known of a family besides its files and its network.
struct Row {
    /// As its cards have it.
    id: &'static str,
    /// As people call it.
    name: &'static str,
    /// The settings that change its pictures.
    takes: Takes,
    /// Pixels that a side must be a multiple of.
    multiple: u32,
    /// Of its models, and of those that were trained to draw in a few steps; as its own pipelines have it.
    steps: [u32; 2],
    guidance: [f32; 2],
    /// The side, in pixels, of the pictures that it was trained on.
    side: [u32; 2],
}

const STABLE_DIFFUSION: Row = Row {
    id: "stable-diffusion-1",
    name: "Stable Diffusion 1.x",
    takes: Takes::DIFFUSION,
    multiple: 8,
    steps: [20, 4],
    guidance: [7.0, 1.0],
    side: [512, 512],
};

/// It takes latents in patches of two by two.
const TRANSFORMER: Row = Row { takes: Takes::FLOW, multiple: 16, side: [1024, 1024], ..STABLE_DIFFUSION };

impl PictureFamily {
    pub const ALL: [Self; 6] = [Self::Sd1, Self::Sd2, Self::Xl, Self::Sd3, Self::Flux, Self::ZImage];

    const fn row(self) -> Row {
        match self {
            Self::Sd1 => STABLE_DIFFUSION,
            Self::Sd2 => Row { id: "stable-diffusion-2", name: "Stable Diffusion 2.x", ..STABLE_DIFFUSION },
            Self::Xl => {
                Row { id: "stable-diffusion-xl", name: "Stable Diffusion XL", side: [1024, 512], ..STABLE_DIFFUSION }
            }
            Self::Sd3 => Row {
                id: "sd3",
                name: "Stable Diffusion 3",
                takes: Takes::SD3,
                steps: [28, 4],
                guidance: [4.5, 1.0],
                ..TRANSFORMER
            },
            // It is guided by a number, not by a second prediction: there is nothing to rescale.
            Self::Flux => Row {
                id: "flux",
                name: "FLUX.1",
                takes: Takes { rescale: false, ..Takes::FLOW },
                steps: [28, 4],
                guidance: [3.5, 1.0],
                ..TRANSFORMER
            },
            // It is known as Turbo alone.
            Self::ZImage => Row { id: "z-image", name: "Z-Image", steps: [8, 8], guidance: [1.0, 1.0], ..TRANSFORMER },
        }
    }

    /// Of a card's family; `None` for the built-in model and for language models.
    pub fn of_id(id: &str) -> Option<Self> {
        let any = || id.starts_with("stable-diffusion").then_some(Self::Sd1);
        Self::ALL.into_iter().find(|family| family.id() == id).or_else(any)
    }

    /// As its cards have it.
    pub fn id(self) -> &'static str {
        self.row().id
    }

    /// As people call it.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The settings that change its pictures.
    pub fn takes(self) -> Takes {
        self.row().takes
    }

    /// Whether it is a flow rather than a diffusion.
    pub fn is_flow(self) -> bool {
        !self.row().takes.schedule
    }

    /// Pixels that a side must be a multiple of.
    pub fn multiple(self) -> u32 {
        self.row().multiple
    }

    /// Steps and guidance to begin with; `few` for a model that was trained to draw in a few steps.
    pub fn defaults(self, few: bool) -> (u32, f32) {
        let Row { steps, guidance, .. } = self.row();
        (steps[usize::from(few)], guidance[usize::from(few)])
    }

    /// The side, in pixels, that it draws best, where nothing else says so.
    pub fn side(self, few: bool) -> u32 {
        self.row().side[usize::from(few)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_is_found_by_the_id_of_its_cards() {
        for family in PictureFamily::ALL {
            assert_eq!(PictureFamily::of_id(family.id()), Some(family));
        }
        assert_eq!(PictureFamily::of_id("stable-diffusion"), Some(PictureFamily::Sd1), "a card of the person's own");
        for other in ["sticker-flow", "llama", ""] {
            assert_eq!(PictureFamily::of_id(other), None, "{other}");
        }
    }

    #[test]
    fn guidance_rescale_and_clip_skip_are_for_families_that_have_a_use_for_them() {
        let takes = |family: PictureFamily| (family.takes().rescale, family.takes().clip_skip);
        assert_eq!(
            PictureFamily::ALL.map(takes),
            [(true, true), (true, true), (true, true), (true, true), (false, false), (true, false)]
        );
    }
}

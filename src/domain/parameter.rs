//! A parameter: a number with its range, and the table of a set of parameters.
//!
//! Pictures and texts have one table each, written by [`parameters`]. A new number is one row there. Checks, clamping,
//! the sliders of the window, the flags of the command line and the settings in a picture iterate the table; where one
//! of them needs words for each number, it matches on the table's ids, so that the compiler asks for those of a new
//! row.

use crate::error::{Cause, Result};

/// What a parameter may be: an inclusive range, the slider's step and the default.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    /// The parameter's name in the field's words, as the command line spells it.
    pub name: &'static str,
    pub min: f64,
    pub max: f64,
    pub step: f64,
    pub default: f64,
    /// The name in a Chinese sentence; `name` where there is none.
    pub zh: &'static str,
    /// The keys that the settings in a picture have for it: the first is written, all are read. Empty where pictures do
    /// not record it.
    pub keys: &'static [&'static str],
}

impl Limit {
    pub(super) const fn new(name: &'static str, min: f64, max: f64, step: f64, default: f64) -> Self {
        Self { name, min, max, step, default, zh: name, keys: &[] }
    }

    /// Adds how pictures record it: the name in Chinese sentences about that, and the keys.
    pub(super) const fn recorded(self, zh: &'static str, keys: &'static [&'static str]) -> Self {
        Self { zh, keys, ..self }
    }

    /// Refuses what is outside the range, NaN included.
    pub fn check(&self, value: f64) -> Result<()> {
        if value >= self.min && value <= self.max {
            return Ok(());
        }
        Err(Cause::OutOfRange { name: self.name, value, min: self.min, max: self.max }.into())
    }

    /// The nearest value inside the range; NaN becomes the default.
    pub fn clamp(&self, value: f64) -> f64 {
        if value.is_nan() { self.default } else { value.clamp(self.min, self.max) }
    }
}

/// One number of a set of parameters: the id of a row of its table.
pub trait Parameter: Copy + Eq + Send + Sync + 'static {
    type Params: Clone;

    /// All of them, in the order of the table.
    const ALL: &'static [Self];

    fn limit(self) -> &'static Limit;

    /// Whether it takes whole numbers only.
    fn is_whole(self) -> bool;

    fn get(self, params: &Self::Params) -> f64;

    /// Sets it, in range or not.
    fn put(self, params: &mut Self::Params, value: f64);

    /// Sets the nearest value inside the range.
    fn set(self, params: &mut Self::Params, value: f64) {
        self.put(params, self.limit().clamp(value));
    }

    /// Brings it into its range; a value that is there already stays to the bit.
    fn clamp(self, params: &mut Self::Params) {
        let now = self.get(params);
        if self.limit().check(now).is_err() {
            self.set(params, now);
        }
    }

    /// Whether the settings in a picture record it.
    fn is_recorded(self) -> bool {
        !self.limit().keys.is_empty()
    }

    /// Whether it differs from the default.
    fn is_set(self, params: &Self::Params) -> bool {
        self.get(params) != self.limit().default
    }

    /// Refuses the first that is out of range.
    fn check_all(params: &Self::Params) -> Result<()> {
        Self::ALL.iter().try_for_each(|number| number.limit().check(number.get(params)))
    }

    /// Brings all into their ranges.
    fn clamp_all(params: &mut Self::Params) {
        Self::ALL.iter().for_each(|number| number.clamp(params));
    }
}

/// The type of a number's field.
pub(super) trait Field: Copy {
    const WHOLE: bool;

    fn read(self) -> f64;

    fn of(value: f64) -> Self;
}

impl Field for f32 {
    const WHOLE: bool = false;

    fn read(self) -> f64 {
        round_f32(self)
    }

    fn of(value: f64) -> Self {
        value as Self
    }
}

impl Field for u32 {
    const WHOLE: bool = true;

    fn read(self) -> f64 {
        self.into()
    }

    fn of(value: f64) -> Self {
        value as Self
    }
}

/// An f32 as the decimal a person typed: 0.95, not 0.949999988.
pub fn round_f32(value: f32) -> f64 {
    value.to_string().parse().unwrap_or(f64::NAN)
}

/// Writes a struct of parameters with its defaults, and the table of those that are numbers. The rows are in the order
/// in which files have them:
/// ```text
/// field: type = default;
/// field: type => Id(LIMIT = Limit::new("flag", min, max, step, default));
/// ```
macro_rules! parameters {
    (
        $(#[$about:meta])* struct $params:ident;
        $(#[$list:meta])* enum $number:ident;
        $($(#[$doc:meta])* $field:ident: $kind:ty $(= $default:expr)? $(=> $id:ident($limit:ident = $row:expr))?;)*
    ) => {
        $($(pub const $limit: Limit = $row;)?)*

        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(default)]
        pub struct $params { $($(#[$doc])* pub $field: $kind,)* }

        impl Default for $params {
            fn default() -> Self {
                Self { $($field: $($default)? $($limit.default as $kind)?,)* }
            }
        }

        $(#[$list])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $number { $($($id,)?)* }

        impl Parameter for $number {
            type Params = $params;

            const ALL: &'static [Self] = &[$($(Self::$id,)?)*];

            fn limit(self) -> &'static Limit {
                match self { $($(Self::$id => &$limit,)?)* }
            }

            fn is_whole(self) -> bool {
                match self { $($(Self::$id => <$kind as Field>::WHOLE,)?)* }
            }

            fn get(self, params: &$params) -> f64 {
                match self { $($(Self::$id => params.$field.read(),)?)* }
            }

            fn put(self, params: &mut $params, value: f64) {
                match self { $($(Self::$id => params.$field = Field::of(value),)?)* }
            }
        }
    };
}

pub(super) use parameters;

//! What a person can set of an exhibit.

use super::{Exhibit, Words};

/// A control of an exhibit.
pub struct Control {
    /// As the shell names it.
    pub id: &'static str,
    pub name: Words,
    /// One plain sentence.
    pub about: Words,
    pub kind: Kind,
    pub usual: f64,
    /// Whether it takes effect while the exhibit runs. The others need a new start.
    pub live: bool,
}

/// What values a control takes.
#[derive(Clone, Copy)]
pub enum Kind {
    /// A whole number, both ends included.
    Whole { least: u32, most: u32 },
    /// A number on a logarithmic slider, both ends included; the least is above zero.
    Rate { least: f64, most: f64 },
    /// A number, both ends included.
    Number { least: f64, most: f64 },
    /// One of these, by its place from 0.
    Choice(&'static [Words]),
}

/// Why a value is not taken.
#[derive(Clone, Debug, PartialEq)]
pub enum Unfit {
    /// The exhibit has no such control.
    Unknown,
    /// It is not in the range, or no whole number where one is needed.
    Outside { least: f64, most: f64, whole: bool },
}

impl Control {
    /// The least and the most value.
    pub fn range(&self) -> (f64, f64) {
        match self.kind {
            Kind::Whole { least, most } => (least.into(), most.into()),
            Kind::Rate { least, most } | Kind::Number { least, most } => (least, most),
            Kind::Choice(choices) => (0.0, choices.len().saturating_sub(1) as f64),
        }
    }

    fn check(&self, value: f64) -> Result<(), Unfit> {
        let (least, most) = self.range();
        let whole = matches!(self.kind, Kind::Whole { .. } | Kind::Choice(_));
        let fits = (least..=most).contains(&value) && (!whole || value.fract() == 0.0);
        if fits { Ok(()) } else { Err(Unfit::Outside { least, most, whole }) }
    }
}

/// A value for each control of an exhibit.
#[derive(Clone)]
pub struct Settings {
    controls: &'static [Control],
    values: Vec<f64>,
}

impl Settings {
    /// The usual values.
    pub fn of(exhibit: &Exhibit) -> Self {
        let values = exhibit.controls.iter().map(|control| control.usual).collect();
        Self { controls: exhibit.controls, values }
    }

    /// Sets a control by its id.
    ///
    /// # Errors
    /// There is no such control, or the value does not fit it; nothing is changed then.
    pub fn set(&mut self, id: &str, value: f64) -> Result<(), Unfit> {
        let at = self.controls.iter().position(|control| control.id == id).ok_or(Unfit::Unknown)?;
        self.controls[at].check(value)?;
        self.values[at] = value;
        Ok(())
    }

    /// The value of a control; 0 where there is none of this id.
    pub fn get(&self, id: &str) -> f64 {
        let at = self.controls.iter().position(|control| control.id == id);
        at.map_or(0.0, |at| self.values[at])
    }

    /// The value of a control that takes whole numbers or choices.
    pub fn whole(&self, id: &str) -> usize {
        self.get(id) as usize
    }

    /// Controls and values, in the exhibit's order.
    pub fn iter(&self) -> impl Iterator<Item = (&'static Control, f64)> {
        self.controls.iter().zip(self.values.iter().copied())
    }
}

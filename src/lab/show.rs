//! What an exhibit shows: figures that are drawn without knowing what made them.

use super::Words;

/// One thing to see, with its name.
#[derive(Clone, Debug)]
pub struct Show {
    /// As the shell names it; the same in each step.
    pub id: &'static str,
    pub name: Words,
    pub what: What,
}

/// What there is to see.
#[derive(Clone, Debug)]
pub enum What {
    /// A figure, with digits after the point.
    Number {
        value: f64,
        digits: usize,
    },
    /// Lines over the steps, in one graph.
    Curves(Vec<Line>),
    /// Lines over something else than steps.
    Graph {
        /// What the points' first coordinate is.
        across: Words,
        lines: Vec<Line>,
    },
    /// Points of a plane, each coordinate from -`reach` to `reach`, above a coloured field and below arrows.
    Plane {
        reach: f32,
        field: Option<Field>,
        clouds: Vec<Cloud>,
        arrows: Vec<[[f32; 2]; 2]>,
    },
    /// Equally large gray pictures.
    Pictures(Pictures),
    /// Named rows and columns of coloured cells.
    Matrix(Matrix),
    /// Figures to compare, with the names of rows and columns.
    Table(Table),
    Text(String),
    /// A piece of music, for a piano roll or a score; `sound` makes it heard.
    Notes(Notes),
}

/// Figures in rows, with a column for each thing that is compared.
#[derive(Clone, Debug)]
pub struct Table {
    pub columns: Vec<Words>,
    pub rows: Vec<Row>,
}

/// One figure of everything that is compared.
#[derive(Clone, Debug)]
pub struct Row {
    pub name: Words,
    /// One for each column.
    pub values: Vec<f64>,
    /// Digits after the point.
    pub digits: usize,
}

/// A piece of music.
#[derive(Clone, Debug)]
pub struct Notes {
    /// The voices' names, the lowest first.
    pub voices: Vec<Words>,
    /// Beats of a whole bar.
    pub bar: f32,
    /// Beats of the whole piece, also while fewer are written.
    pub beats: f32,
    /// Beats in a minute.
    pub tempo: f32,
    /// In no particular order.
    pub notes: Vec<Note>,
}

/// A note of one voice.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Note {
    /// The voice's place in [`Notes::voices`].
    pub voice: usize,
    /// In beats from the beginning of the piece.
    pub start: f32,
    /// In beats, above zero.
    pub length: f32,
    /// A MIDI note number, from 0 to 127: 60 is middle C, one more is a semitone higher.
    pub pitch: u8,
}

/// A line of a graph.
#[derive(Clone, Debug)]
pub struct Line {
    pub name: Words,
    /// (step, value); in a [`What::Graph`], (what lies across, value)
    pub points: Vec<[f64; 2]>,
}

/// A square of values from -1 to 1, row by row from the top.
#[derive(Clone, Debug)]
pub struct Field {
    pub side: usize,
    pub values: Vec<f32>,
}

/// Points of one kind.
#[derive(Clone, Debug)]
pub struct Cloud {
    pub name: Words,
    pub points: Vec<[f32; 2]>,
}

/// Square pictures, one after another, row by row from the top, from 0 (dark) to 1.
#[derive(Clone, Debug)]
pub struct Pictures {
    pub side: usize,
    pub values: Vec<f32>,
}

/// Values from -1 to 1, row by row from the top.
#[derive(Clone, Debug)]
pub struct Matrix {
    pub rows: Vec<String>,
    pub columns: Vec<String>,
    pub values: Vec<f32>,
}

impl Show {
    pub(crate) fn number(id: &'static str, name: Words, value: f64, digits: usize) -> Self {
        Self { id, name, what: What::Number { value, digits } }
    }

    pub(crate) fn curves(id: &'static str, name: Words, lines: &[&Curve]) -> Self {
        Self { id, name, what: What::Curves(lines.iter().map(|line| line.line()).collect()) }
    }
}

/// Most points that a line keeps.
const KEPT: usize = 512;

/// A figure at each step. When it has [`KEPT`] points, it forgets every other one and keeps every other one from then on.
#[derive(Clone, Debug)]
pub(crate) struct Curve {
    name: Words,
    points: Vec<[f64; 2]>,
    seen: u64,
    every: u64,
}

impl Curve {
    pub fn new(name: Words) -> Self {
        Self { name, points: Vec::new(), seen: 0, every: 1 }
    }

    pub fn push(&mut self, value: f64) {
        if self.seen.is_multiple_of(self.every) {
            self.points.push([self.seen as f64, value]);
        }
        self.seen += 1;
        if self.points.len() == KEPT {
            let mut nth = 0;
            self.points.retain(|_| {
                nth += 1;
                nth % 2 == 1
            });
            self.every *= 2;
        }
    }

    pub fn line(&self) -> Line {
        Line { name: self.name, points: self.points.clone() }
    }
}

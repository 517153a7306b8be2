//! Text: (being built)

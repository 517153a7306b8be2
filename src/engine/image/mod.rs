//! Pictures: (being built)

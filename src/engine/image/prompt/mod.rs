//! From a prompt as people write it, `(word:1.2)`, `[word]`, `BREAK`, to tokens with weights in chunks.

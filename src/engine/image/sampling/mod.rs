//! Noise schedules, samplers and noise sources of diffusion and flow models, each held to its reference.

//! The thin layer of operators that the networks are written on: convolution, norms, activations, attention.
//! A network file names what the paper names; how an operator is made quick is this room's matter alone.

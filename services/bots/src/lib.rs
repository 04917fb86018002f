//! Placeholder of the skeleton; its owner writes it.

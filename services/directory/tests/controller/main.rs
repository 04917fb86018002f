//! The controller's brain in a world that does what it says.

mod calm;
mod draining;
mod model;
mod relief;

//! What the inventory has somebody wear is what the battle knows: the numbers of both, and the whole way from
//! one to the other, on each database.

mod agreement;
mod way;

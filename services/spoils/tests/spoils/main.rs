//! From the battle into the bag: a world, who keeps spoils, the broker and the inventory in one process,
//! which is killed again and again, on each database. In the end everybody has exactly what the battle gave.

mod battle;
mod store;
mod way;

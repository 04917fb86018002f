//! Every operation on the embedded twin and on the real thing, also while that stops and starts again.

mod broker;
mod cache;
mod common;
mod events;
mod objects;
mod sql;
mod warehouse;

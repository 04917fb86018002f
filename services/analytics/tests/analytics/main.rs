//! Analytics on the embedded twins and on the real broker and warehouse: known events, exact answers, whatever
//! befalls them on the way.

mod answers;
mod common;
mod faults;
mod hostile;
mod routes;
mod samples;

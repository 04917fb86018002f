//! The golden vectors: bytes and what they mean, which the TypeScript side reads too.
//!
//! `VOXELHEIM_BLESS=1 cargo test -p protocol --test golden` writes them anew after a change that is
//! meant; a change that an older reader would misread also raises `protocol::VERSION`.

mod common;

use std::{env, fs, path::PathBuf};

use common::{describe, samples};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden")
}

fn path(name: &str, extension: &str) -> PathBuf {
    folder().join(format!("{name}.{extension}"))
}

fn content_text(bytes: &[u8]) -> String {
    let content = serde_json::to_string_pretty(&describe::message(bytes));
    content.expect("a value of ours is JSON") + "\n"
}

#[test]
fn messages_are_the_golden_bytes_and_mean_the_golden_content() {
    for sample in samples::all() {
        let content = content_text(&sample.bytes);
        if env::var_os("VOXELHEIM_BLESS").is_some() {
            fs::write(path(sample.name, "bin"), &sample.bytes).expect("golden/ is writable");
            fs::write(path(sample.name, "json"), &content).expect("golden/ is writable");
        }
        let golden = fs::read(path(sample.name, "bin")).expect("every sample has golden bytes");
        assert_eq!(
            sample.bytes, golden,
            "{} differs from its golden bytes",
            sample.name
        );
        let text = fs::read_to_string(path(sample.name, "json")).expect("and content");
        assert_eq!(
            content, text,
            "{} differs from its golden content",
            sample.name
        );
    }
}

#[test]
fn there_is_a_golden_vector_of_every_kind_and_no_other_file() {
    let mut kinds: Vec<u8> = samples::all()
        .iter()
        .map(|sample| sample.bytes[0])
        .collect();
    kinds.sort_unstable();
    kinds.dedup();
    assert_eq!(kinds.len(), protocol::Kind::ALL.len());
    let files = fs::read_dir(folder()).expect("golden/ is there");
    assert_eq!(files.count(), 2 * samples::all().len());
}

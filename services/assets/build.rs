//! Embeds the built page (client/dist) into the binary, as a table of paths and bytes.
//! Without a built page the table is empty and the server says how to build one.

use std::{env, fmt::Write, fs, path::Path};

fn main() {
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("../..");
    let dist = root.join("client/dist");
    // A path that is not there counts as changed: each build would make this crate anew, and all that use it.
    fs::create_dir_all(&dist).expect("the client's folder can be written");
    println!("cargo:rerun-if-changed={}", dist.display());
    let mut table = String::from("&[\n");
    let mut files = Vec::new();
    collect(&dist, "", &mut files);
    files.sort();
    for (path, file) in files {
        writeln!(table, "({path:?}, include_bytes!({file:?})),").expect("a string takes all");
    }
    table.push(']');
    let out = Path::new(&env::var("OUT_DIR").expect("cargo sets it")).join("page.rs");
    fs::write(out, table).expect("the build folder can be written");
}

fn collect(directory: &Path, prefix: &str, files: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}/{name}");
        if entry.path().is_dir() {
            collect(&entry.path(), &path, files);
        } else if let Ok(file) = entry.path().canonicalize() {
            files.push((path, file.to_string_lossy().into_owned()));
        }
    }
}

//! What `voxelheim --version` says: the version, and the commit where whoever builds a release tells it. Not asked of
//! git, or every commit would build the server again.

use std::env;

fn main() {
    println!("cargo:rerun-if-env-changed=VOXELHEIM_COMMIT");
    let version = env::var("CARGO_PKG_VERSION").expect("cargo sets it");
    let version = match env::var("VOXELHEIM_COMMIT") {
        Ok(commit) if !commit.is_empty() => format!("{version} ({commit})"),
        _ => version,
    };
    println!("cargo:rustc-env=VOXELHEIM_VERSION={version}");
}

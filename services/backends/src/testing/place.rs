//! Places for objects.

use std::{env, fs};

use crate::{
    objects::Objects,
    testing::{Server, block_on, server_url, unique_name},
};

/// Runs a test in a folder, then in S3; each under a name of its own, which is emptied afterwards.
pub fn on_each_place(test: impl AsyncFn(Objects, String)) {
    block_on(async {
        let folder = env::temp_dir().join(unique_name("objects"));
        let urls = [
            format!("file://{}", folder.display()),
            server_url(Server::S3),
        ];
        for url in urls {
            eprintln!("on {url}");
            let objects = Objects::open(&url).expect("a place");
            let name = unique_name("test");
            test(objects.clone(), name.clone()).await;
            for object in objects.list(&name).await.expect("a place") {
                objects.delete(&object.name).await.expect("a place");
            }
        }
        fs::remove_dir_all(folder).expect("a folder of ours");
    });
}

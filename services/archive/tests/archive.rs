//! Copies in a folder and in a real S3: what was put comes back, and what is not what was put does not.

use archive::{Archive, ArchiveError, Id, Keep, Kept, limits::PIECE_BYTES};
use backends::testing::on_each_place;
use spatial::random::SplitMix64;

const NOON_MS: i64 = 1_700_000_000_000;
const HOUR_MS: i64 = 3_600_000;
const NOTHING: Keep = Keep {
    hours: 0,
    days: 0,
    weeks: 0,
};

fn noise(bytes: usize) -> Vec<u8> {
    let mut random = SplitMix64::keyed(&[bytes as u64]);
    (0..bytes).map(|_| random.below(256) as u8).collect()
}

async fn put(archive: &Archive, name: &str, at_ms: i64, bytes: &[u8]) -> Kept {
    let mut input = bytes;
    let put = archive.put(name, at_ms, &mut input).await;
    put.expect("room")
}

async fn get(archive: &Archive, name: &str, id: &Id) -> Result<Vec<u8>, ArchiveError> {
    let mut bytes = Vec::new();
    let count = archive.get(name, id, &mut bytes).await?;
    assert_eq!(count, bytes.len() as u64);
    Ok(bytes)
}

#[test]
fn what_was_put_comes_back_whatever_its_length() {
    on_each_place(async |objects, name| {
        let archive = Archive::new(objects);
        let lengths = [1, PIECE_BYTES, PIECE_BYTES + 1];
        for (at_ms, length) in (NOON_MS..).zip(lengths) {
            let bytes = noise(length);
            let kept = put(&archive, &name, at_ms, &bytes).await;
            assert_eq!(kept.bytes, length as u64);
            let back = get(&archive, &name, &kept.id).await.expect("just put");
            assert!(back == bytes, "{length} bytes");
        }
        let kept = archive.list(&name).await.expect("a place");
        let lengths_kept: Vec<_> = kept.iter().map(|it| it.bytes as usize).collect();
        assert_eq!(lengths_kept, lengths);
        assert_eq!(kept[0].id, Id::of_ms(NOON_MS));
    });
}

#[test]
fn what_broke_off_or_was_nothing_does_not_count() {
    on_each_place(async |objects, name| {
        let archive = Archive::new(objects.clone());
        let nothing = archive.put(&name, NOON_MS, &mut &b""[..]).await;
        assert!(matches!(nothing, Err(ArchiveError::Empty)), "{nothing:?}");
        // Its process was killed before it was through.
        let piece = format!("{name}/{}/piece-00000", Id::of_ms(NOON_MS));
        objects.put(&piece, noise(10)).await.expect("room");
        assert_eq!(archive.list(&name).await.expect("a place"), []);
        let missing = get(&archive, &name, &Id::of_ms(NOON_MS)).await;
        assert!(matches!(missing, Err(ArchiveError::Missing(_))));
        let taken = archive.put(&name, NOON_MS, &mut &b"other"[..]).await;
        assert!(matches!(taken, Err(ArchiveError::Taken(_))), "{taken:?}");
        // It may still be under way; a day later it is not.
        let hour = archive.prune(&name, NOTHING, NOON_MS + HOUR_MS).await;
        assert_eq!(hour.expect("a place"), []);
        let days = archive.prune(&name, NOTHING, NOON_MS + 25 * HOUR_MS).await;
        assert_eq!(days.expect("a place"), [Id::of_ms(NOON_MS)]);
        assert_eq!(objects.list(&name).await.expect("a place"), []);
    });
}

#[test]
fn a_copy_that_was_changed_is_found_out() {
    on_each_place(async |objects, name| {
        let archive = Archive::new(objects.clone());
        let kept = put(&archive, &name, NOON_MS, &noise(1_000)).await;
        let piece = format!("{name}/{}/piece-00000", kept.id);
        let mut bytes = noise(1_000);
        bytes[500] ^= 1;
        let manifest = format!("{name}/{}/manifest.json", kept.id);
        for changed in [bytes, noise(999), Vec::new()] {
            objects.put(&piece, changed).await.expect("room");
            let damaged = get(&archive, &name, &kept.id).await;
            assert!(matches!(damaged, Err(ArchiveError::Damaged(_))));
        }
        objects.delete(&piece).await.expect("it is there");
        let damaged = get(&archive, &name, &kept.id).await;
        assert!(matches!(damaged, Err(ArchiveError::Damaged(_))));
        objects.put(&manifest, b"{".to_vec()).await.expect("room");
        // It still says which there is: others can be asked for.
        let newest = archive.newest(&name).await.expect("a place");
        assert_eq!(newest, Some(kept.id.clone()));
        let damaged = archive.list(&name).await;
        assert!(matches!(damaged, Err(ArchiveError::Damaged(_))));
    });
}

#[test]
fn copies_that_do_not_stay_are_gone_with_all_their_pieces() {
    on_each_place(async |objects, name| {
        let archive = Archive::new(objects.clone());
        for hour in 0..4 {
            put(&archive, &name, NOON_MS + hour * HOUR_MS, b"dump").await;
        }
        // Whatever else lies there is left alone.
        let note = format!("{name}/readme");
        objects.put(&note, b"by hand".to_vec()).await.expect("room");
        let keep = Keep {
            hours: 2,
            ..NOTHING
        };
        let gone = archive.prune(&name, keep, NOON_MS + 4 * HOUR_MS).await;
        let expected = [0, 1].map(|hour| Id::of_ms(NOON_MS + hour * HOUR_MS));
        assert_eq!(gone.expect("a place"), expected);
        let left = archive.list(&name).await.expect("a place");
        assert_eq!(left.len(), 2);
        assert_eq!(objects.list(&name).await.expect("a place").len(), 5);
    });
}

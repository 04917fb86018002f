//! Copies among objects.

use std::collections::BTreeSet;

use backends::objects::Objects;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::{
    ArchiveError, Id, Keep, Manifest, Piece,
    limits::{PIECE_BYTES, PIECES_MAX, UNFINISHED_MS_MAX},
};

const MANIFEST: &str = "manifest.json";

/// Copies of many kinds, in one place. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Archive {
    objects: Objects,
}

/// A copy that counts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Kept {
    pub id: Id,
    pub bytes: u64,
}

impl Archive {
    pub fn new(objects: Objects) -> Self {
        Self { objects }
    }

    /// Keeps all that comes under the name of its kind, and reads it back; afterwards it counts.
    ///
    /// # Errors
    /// [`ArchiveError`]; then nothing of it counts, and what is there of it goes with a later
    /// [`Self::prune`].
    pub async fn put(
        &self,
        name: &str,
        at_ms: i64,
        input: &mut (impl AsyncRead + Unpin),
    ) -> Result<Kept, ArchiveError> {
        let id = Id::of_ms(at_ms);
        let mut pieces = Vec::new();
        loop {
            let bytes = read_piece(input).await?;
            if bytes.is_empty() {
                break;
            }
            if pieces.len() == PIECES_MAX {
                return Err(ArchiveError::TooLong);
            }
            let piece = Piece::of(&bytes);
            let object = piece_name(name, &id, pieces.len());
            let is_new = self.objects.put_if_absent(&object, bytes).await?;
            match self.read_piece_back(&object, &piece).await {
                // There already: by a try of our own whose answer was lost.
                Ok(_) => pieces.push(piece),
                Err(ArchiveError::Damaged(_)) if !is_new => {
                    return Err(ArchiveError::Taken(format!("{name}/{id}")));
                }
                Err(error) => return Err(error),
            }
        }
        if pieces.is_empty() {
            return Err(ArchiveError::Empty);
        }
        let manifest = Manifest::new(pieces);
        let bytes = manifest.bytes();
        let object = manifest_name(name, &id);
        self.objects.put(&object, manifest.to_bytes()).await?;
        Ok(Kept { id, bytes })
    }

    /// Writes a copy out, each piece when it has been checked; how many bytes.
    ///
    /// # Errors
    /// [`ArchiveError`]; then what was written is not all of it.
    pub async fn get(
        &self,
        name: &str,
        id: &Id,
        output: &mut (impl AsyncWrite + Unpin),
    ) -> Result<u64, ArchiveError> {
        let manifest = self.manifest(name, id).await?;
        for (number, piece) in manifest.pieces.iter().enumerate() {
            let object = piece_name(name, id, number);
            let bytes = self.read_piece_back(&object, piece).await?;
            output.write_all(&bytes).await?;
        }
        output.flush().await?;
        Ok(manifest.bytes())
    }

    /// The copies of a kind that count, oldest first.
    ///
    /// # Errors
    /// [`ArchiveError::Objects`]; [`ArchiveError::Damaged`].
    pub async fn list(&self, name: &str) -> Result<Vec<Kept>, ArchiveError> {
        let mut kept = Vec::new();
        for id in self.begun(name).await? {
            if let Some(bytes) = self.manifest_bytes(name, &id).await? {
                let bytes = Manifest::parse(&bytes)?.bytes();
                kept.push(Kept { id, bytes });
            }
        }
        Ok(kept)
    }

    /// The newest copy of a kind that counts, damaged or not; none of a kind without.
    ///
    /// # Errors
    /// [`ArchiveError::Objects`].
    pub async fn newest(&self, name: &str) -> Result<Option<Id>, ArchiveError> {
        for id in self.begun(name).await?.into_iter().rev() {
            if self.manifest_bytes(name, &id).await?.is_some() {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }

    /// Deletes the copies that do not stay, and what is left of those that were not finished; the copies that are
    /// gone. Each stops counting before its pieces go.
    ///
    /// # Errors
    /// [`ArchiveError::Objects`]; then some may be gone.
    pub async fn prune(
        &self,
        name: &str,
        keep: Keep,
        now_ms: i64,
    ) -> Result<Vec<Id>, ArchiveError> {
        let begun = self.begun(name).await?;
        let mut counted = BTreeSet::new();
        for id in &begun {
            if self.manifest_bytes(name, id).await?.is_some() {
                counted.insert(id.clone());
            }
        }
        let kept = keep.kept(&counted);
        let is_going = |id: &Id| match counted.contains(id) {
            true => !kept.contains(id),
            false => now_ms - id.ms() > UNFINISHED_MS_MAX,
        };
        let mut gone = Vec::new();
        for id in begun.into_iter().filter(is_going) {
            if self.delete(name, &id).await? {
                gone.push(id);
            }
        }
        Ok(gone)
    }

    /// Whether there was anything of it.
    async fn delete(&self, name: &str, id: &Id) -> Result<bool, ArchiveError> {
        self.objects.delete(&manifest_name(name, id)).await?;
        let pieces = self.objects.list(&folder_name(name, id)).await?;
        for piece in &pieces {
            self.objects.delete(&piece.name).await?;
        }
        Ok(!pieces.is_empty())
    }

    async fn manifest(&self, name: &str, id: &Id) -> Result<Manifest, ArchiveError> {
        let bytes = self.manifest_bytes(name, id).await?;
        let missing = || ArchiveError::Missing(format!("{name}/{id}"));
        Manifest::parse(&bytes.ok_or_else(missing)?)
    }

    /// Of a copy that was finished.
    async fn manifest_bytes(&self, name: &str, id: &Id) -> Result<Option<Vec<u8>>, ArchiveError> {
        Ok(self.objects.get(&manifest_name(name, id)).await?)
    }

    async fn read_piece_back(&self, object: &str, piece: &Piece) -> Result<Vec<u8>, ArchiveError> {
        let damaged = |how| ArchiveError::Damaged(format!("{object} {how}"));
        let bytes = self.objects.get(object).await?;
        let bytes = bytes.ok_or_else(|| damaged("is missing"))?;
        match Piece::of(&bytes) == *piece {
            true => Ok(bytes),
            false => Err(damaged("is not what was put there")),
        }
    }

    /// The copies of a kind that were begun, oldest first, finished or not. Asked by folder: all the pieces of
    /// all copies are more than one answer lists. Whatever lies there under other names is none of ours.
    async fn begun(&self, name: &str) -> Result<Vec<Id>, ArchiveError> {
        let folders = self.objects.folders(name).await?;
        let mut ids: Vec<Id> = folders
            .iter()
            .filter_map(|folder| Id::parse(folder))
            .collect();
        ids.sort();
        Ok(ids)
    }
}

/// As much as a piece holds; less at the end, nothing after it.
async fn read_piece(input: &mut (impl AsyncRead + Unpin)) -> Result<Vec<u8>, ArchiveError> {
    let mut bytes = Vec::new();
    let mut limited = input.take(PIECE_BYTES as u64);
    limited.read_to_end(&mut bytes).await?;
    Ok(bytes)
}

fn folder_name(name: &str, id: &Id) -> String {
    format!("{name}/{id}")
}

fn piece_name(name: &str, id: &Id, number: usize) -> String {
    format!("{}/piece-{number:05}", folder_name(name, id))
}

fn manifest_name(name: &str, id: &Id) -> String {
    format!("{}/{MANIFEST}", folder_name(name, id))
}

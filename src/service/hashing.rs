//! Keyed hashes of the senders' keys. Personal ids are kept as nothing else.

use std::io::Write;
use std::path::Path;

use siphasher::sip::SipHasher24;
use siphasher::sip128::SipHasher24 as SipHasher128;

/// The program's hashing key: made once, kept in a file of its own beside the database.
#[derive(Clone)]
pub struct HashingKey {
    /// With the key mixed in: doing so takes a fourth of the time that a short id takes.
    short: SipHasher24,
    long: SipHasher128,
}

impl std::fmt::Debug for HashingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HashingKey")
    }
}

impl HashingKey {
    /// Reads the key, or makes it where there is none yet.
    ///
    /// # Errors
    /// Where the file cannot be read or written, or is no key.
    pub fn load(file: &Path) -> std::io::Result<HashingKey> {
        match std::fs::read(file) {
            Ok(bytes) => match <[u8; 16]>::try_from(bytes) {
                Ok(key) => Ok(HashingKey::of(&key)),
                Err(_) => Err(std::io::Error::other("the hashing key must have 16 bytes")),
            },
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let key: [u8; 16] = rand::random();
                let folder = file.parent().unwrap_or(Path::new("."));
                // The temporary file is readable by its owner alone.
                let mut temporary = tempfile::NamedTempFile::new_in(folder)?;
                temporary.write_all(&key)?;
                temporary.as_file().sync_all()?;
                match temporary.persist_noclobber(file) {
                    Ok(_) => {
                        std::fs::File::open(folder)?.sync_all()?;
                        Ok(HashingKey::of(&key))
                    }
                    // Another process was first; its key is the program's.
                    Err(lost) if lost.error.kind() == std::io::ErrorKind::AlreadyExists => {
                        HashingKey::load(file)
                    }
                    Err(lost) => Err(lost.error),
                }
            }
            Err(error) => Err(error),
        }
    }

    fn of(key: &[u8; 16]) -> HashingKey {
        HashingKey {
            short: SipHasher24::new_with_key(key),
            long: SipHasher128::new_with_key(key),
        }
    }

    /// For user_id, which only has to be unique within a customer.
    #[must_use]
    pub fn hash_64(&self, id: &str) -> u64 {
        self.short.hash(id.as_bytes())
    }

    /// For person_id and the keys of facts.
    #[must_use]
    pub fn hash_128(&self, id: &str) -> u128 {
        self.long.hash(id.as_bytes()).as_u128()
    }
}

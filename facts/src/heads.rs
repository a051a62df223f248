//! Which keys may stand in the files more than once, by the first 64 bits of each.
//!
//! Keys are hashes, and most stand once. Their heads are read once and dealt out to many small parts, each of which
//! fits a processor's cache, where two bits for each of many equal pieces of all hashes tell which heads may be equal;
//! only these, some three of a hundred, are sorted.

use rustc_hash::FxHashSet;

use crate::block::Block;
use crate::column::Hash;
use crate::error::Error;
use crate::scan::Sink;

/// The parts of a pass: as many as a processor can write to side by side.
const PARTS: u64 = 256;
/// At sixteen pieces for each head about three heads of a hundred share a piece by chance.
const PIECES_PER_HEAD: usize = 16;

/// The heads of one of `passes` equal ranges of all hashes. Their memory serves the next range, and the next files.
#[derive(Default)]
pub(crate) struct Heads {
    pass: u64,
    passes: u64,
    parts: Vec<Vec<u64>>,
}

/// Heads that stand in the files more than once.
#[derive(Debug, Default)]
pub(crate) struct Repeated {
    heads: FxHashSet<u64>,
    /// How many rows have them.
    pub(crate) rows: u64,
}

impl Heads {
    /// Makes room for about as many heads as are expected in the pass.
    pub(crate) fn begin(&mut self, pass: u64, passes: u64, expected: u64) {
        (self.pass, self.passes) = (pass, passes);
        self.parts.resize_with(PARTS as usize, Vec::new);
        // Parts of hashes are about equal: an eighth more is enough for all but one of very many.
        let of_part = (expected / PARTS + expected / PARTS / 8 + 16) as usize;
        for part in &mut self.parts {
            part.clear();
            part.reserve(of_part);
        }
    }

    /// Adds those that stand here more than once.
    pub(crate) fn find_repeated(&self, repeated: &mut Repeated) {
        let mut pieces = Pieces::default();
        let mut suspects = Vec::new();
        for part in &self.parts {
            pieces.clear(part.len());
            let mut is_any_shared = false;
            for head in part {
                is_any_shared |= pieces.add(*head);
            }
            if !is_any_shared {
                continue;
            }
            suspects.clear();
            suspects.extend(part.iter().filter(|head| pieces.is_shared(**head)));
            suspects.sort_unstable();
            for equal in suspects.chunk_by(|a, b| a == b) {
                if let [head, _, ..] = equal {
                    repeated.heads.insert(*head);
                    repeated.rows += equal.len() as u64;
                }
            }
        }
    }
}

impl Sink for Heads {
    const COLUMNS: &'static [&'static str] = &["key"];

    fn take(&mut self, block: &Block<'_>) -> Result<(), Error> {
        let first = self.pass * PARTS;
        let all = u128::from(self.passes * PARTS);
        for head in block.column::<Hash>("key")?.first_halves() {
            let part = ((u128::from(head) * all) >> 64) as u64;
            // Those of other passes lie before and after.
            if let Some(part) = self.parts.get_mut(part.wrapping_sub(first) as usize) {
                part.push(head);
            }
        }
        Ok(())
    }
}

impl Repeated {
    pub(crate) fn contains(&self, head: u64) -> bool {
        self.heads.contains(&head)
    }
}

/// For each of many equal pieces of all hashes whether a head lies in it, and whether two do.
#[derive(Default)]
struct Pieces {
    one: Vec<u64>,
    two: Vec<u64>,
    shift: u32,
}

impl Pieces {
    fn clear(&mut self, heads: usize) {
        let pieces = (heads * PIECES_PER_HEAD).next_power_of_two().max(64);
        self.shift = 64 - pieces.trailing_zeros();
        for bits in [&mut self.one, &mut self.two] {
            bits.clear();
            bits.resize(pieces / 64, 0);
        }
    }

    /// Whether another one lies in its piece.
    fn add(&mut self, head: u64) -> bool {
        let (word, bit) = self.place(head);
        let is_shared = self.one[word] & bit != 0;
        if is_shared {
            self.two[word] |= bit;
        }
        self.one[word] |= bit;
        is_shared
    }

    fn is_shared(&self, head: u64) -> bool {
        let (word, bit) = self.place(head);
        self.two[word] & bit != 0
    }

    /// All heads of a part begin alike: a product brings the bits after these to the front.
    fn place(&self, head: u64) -> (usize, u64) {
        let piece = head.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> self.shift;
        ((piece / 64) as usize, 1 << (piece % 64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repeated(parts: &[&[u64]]) -> Repeated {
        let heads = Heads {
            pass: 0,
            passes: 1,
            parts: parts.iter().map(|part| part.to_vec()).collect(),
        };
        let mut repeated = Repeated::default();
        heads.find_repeated(&mut repeated);
        repeated
    }

    #[test]
    fn heads_that_stand_once_are_not_repeated_however_many_there_are() {
        let once: Vec<u64> = (0..100_000).collect();
        assert_eq!(repeated(&[&[], &once, &[7, 8]]).rows, 0);
    }

    #[test]
    fn all_rows_of_repeated_heads_are_counted() {
        let mut heads: Vec<u64> = (0..10_000).collect();
        heads.extend([3, 9_999, 3]);
        let found = repeated(&[&heads, &[u64::MAX, 1, u64::MAX]]);
        assert_eq!(found.rows, 3 + 2 + 2);
        let is_found = |head: &u64| found.contains(*head);
        let known: Vec<u64> = (0..10_000).chain([u64::MAX]).filter(is_found).collect();
        assert_eq!(known, [3, 9_999, u64::MAX]);
    }
}

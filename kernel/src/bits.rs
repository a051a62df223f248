//! Sets of offerings as words of a bit for each.

use crate::catalog::Catalog;
use crate::ids::Offering;

/// Words of a bit for each offering; there is always one, everything.
pub(crate) fn words_of(catalog: &Catalog) -> usize {
    catalog.offerings().div_ceil(64).max(1)
}

/// By offering, so many words each: itself and those above it.
pub(crate) fn all_above(catalog: &Catalog) -> Vec<u64> {
    let words = words_of(catalog);
    let mut above = vec![0; catalog.offerings() * words];
    for (at, bits) in above.chunks_exact_mut(words).enumerate() {
        for offering in catalog.offerings_above(Offering(at as u32)) {
            set(bits, offering);
        }
    }
    above
}

pub(crate) fn set(bits: &mut [u64], offering: Offering) {
    bits[offering.0 as usize / 64] |= 1 << (offering.0 % 64);
}

/// Tells the offerings whose bit is set, and clears it.
pub(crate) fn take_each(bits: &mut [u64], mut tell: impl FnMut(Offering)) {
    for (word, bits) in (0_u32..).zip(bits) {
        let mut bits = std::mem::take(bits);
        while bits != 0 {
            tell(Offering(word * 64 + bits.trailing_zeros()));
            bits &= bits - 1;
        }
    }
}

//! A table that grows without being copied.

/// Rows of one width. They lie in pieces, and a new piece leaves the others where they are.
#[derive(Debug, Clone)]
pub(super) struct Rows<T> {
    pieces: Vec<Vec<T>>,
    width: usize,
}

const ROWS_OF_PIECE: usize = 4096;

impl<T: Clone + Default> Rows<T> {
    pub(super) fn new(width: usize) -> Rows<T> {
        Rows {
            pieces: Vec::new(),
            width,
        }
    }

    pub(super) fn len(&self) -> usize {
        let before = self.pieces.len().saturating_sub(1) * ROWS_OF_PIECE;
        let last = self.pieces.last().map_or(0, Vec::len);
        before + last / self.width.max(1)
    }

    /// A new row of defaults at the end.
    pub(super) fn add(&mut self) -> &mut [T] {
        let whole = ROWS_OF_PIECE * self.width;
        if self.pieces.last().is_none_or(|last| last.len() == whole) {
            // The first one grows: most tables are small.
            let capacity = if self.pieces.is_empty() { 0 } else { whole };
            self.pieces.push(Vec::with_capacity(capacity));
        }
        // Cannot be missing: one was pushed where there was none.
        let at = self.pieces.len() - 1;
        let piece = &mut self.pieces[at];
        let from = piece.len();
        piece.resize(from + self.width, T::default());
        &mut piece[from..]
    }

    #[inline]
    pub(super) fn row(&self, at: usize) -> &[T] {
        &self.pieces[at / ROWS_OF_PIECE][at % ROWS_OF_PIECE * self.width..][..self.width]
    }

    #[inline]
    pub(super) fn row_mut(&mut self, at: usize) -> &mut [T] {
        &mut self.pieces[at / ROWS_OF_PIECE][at % ROWS_OF_PIECE * self.width..][..self.width]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stay_as_they_were_however_many_follow() {
        let mut rows: Rows<usize> = Rows::new(3);
        for at in 0..2 * ROWS_OF_PIECE + 1 {
            assert_eq!(rows.len(), at);
            let row = rows.add();
            assert_eq!(row, [0, 0, 0]);
            row[1] = at;
        }
        rows.row_mut(ROWS_OF_PIECE)[2] = 7;
        for at in 0..rows.len() {
            let last = if at == ROWS_OF_PIECE { 7 } else { 0 };
            assert_eq!(rows.row(at), [0, at, last]);
        }
    }

    #[test]
    fn rows_of_nothing_are_no_rows() {
        let rows: Rows<usize> = Rows::new(0);
        assert_eq!(rows.len(), 0);
    }
}

//! Users of a customer as small numbers.

use crate::rows::UsageMonth;

/// Tells the users of one customer apart; reused for the next one.
#[derive(Debug, Default)]
pub(super) struct Users {
    /// One more than a user's number, 0 where nobody stands; at most half of it is taken.
    table: Vec<u32>,
    users: Vec<u64>,
}

impl Users {
    /// Replaces the hash of each user by a number, from 0 in the order in which they come. What is counted for a user
    /// then lies at its number, and the rows need not be sorted.
    pub(super) fn number(&mut self, rows: &mut [UsageMonth]) {
        let size = (2 * rows.len()).next_power_of_two();
        self.table.clear();
        self.table.resize(size, 0);
        self.users.clear();
        for row in rows {
            row.user = self.number_of(row.user).into();
        }
    }

    fn number_of(&mut self, user: u64) -> u32 {
        let mask = self.table.len() - 1;
        // The hash comes from outside: some of its bits may be poor where its key is known, and a product mixes them.
        let mut at = (user.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize & mask;
        loop {
            match self.table[at].checked_sub(1) {
                Some(number) if self.users[number as usize] == user => return number,
                Some(_) => at = (at + 1) & mask,
                None => {
                    let number = self.users.len() as u32;
                    self.users.push(user);
                    self.table[at] = number + 1;
                    return number;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::day::Month;
    use crate::ids::{Customer, Offering};

    #[test]
    fn equal_users_have_one_number_and_others_another() {
        // Hashes that all begin their search at one place, so that each must go on.
        let hashes = [0, 1 << 63, u64::MAX, 0, 7, 1 << 63, 7, 8];
        let mut rows = hashes.map(|user| UsageMonth {
            customer: Customer(0),
            offering: Offering(1),
            user,
            month: Month(0),
            days: 1,
        });
        let mut users = Users::default();
        for _ in 0..2 {
            users.number(&mut rows);
            assert_eq!(rows.map(|row| row.user), [0, 1, 2, 0, 3, 1, 3, 4]);
        }
    }
}

//! The ids that rows carry, written into a buffer that is used again for each.

/// Text of an id, in place.
#[derive(Debug, Default)]
pub(crate) struct Id(String);

impl Id {
    pub(crate) fn partner(&mut self, partner: u32) -> &str {
        self.digits("P-", partner.into(), 6)
    }

    pub(crate) fn customer(&mut self, customer: u32) -> &str {
        self.digits("C-", customer.into(), 8)
    }

    /// Ten hexadecimal digits in no order, as the accounts of a directory have them. Different users differ, since an
    /// odd factor permutes the numbers below a power of two.
    pub(crate) fn user(&mut self, user: u64) -> &str {
        const BITS: u32 = 40;
        let scattered = user.wrapping_mul(0x9e37_79b9_7f4a_7c15) & ((1 << BITS) - 1);
        self.0.clear();
        for place in (0..BITS / 4).rev() {
            let digit = (scattered >> (4 * place)) as u8 & 15;
            self.0.push(char::from(if digit < 10 {
                b'0' + digit
            } else {
                b'a' + digit - 10
            }));
        }
        &self.0
    }

    /// An id of something counted within a month of a holding, or within anything else that has a number.
    pub(crate) fn numbered(&mut self, prefix: &str, number: u64, part: u32) -> &str {
        self.digits(prefix, number, 8);
        self.0.push('-');
        self.push_digits(part.into(), 2);
        &self.0
    }

    fn digits(&mut self, prefix: &str, number: u64, digits: u32) -> &str {
        self.0.clear();
        self.0.push_str(prefix);
        self.push_digits(number, digits);
        &self.0
    }

    fn push_digits(&mut self, number: u64, digits_min: u32) {
        let mut place = 10u64.pow(digits_min - 1);
        while number / place >= 10 {
            place *= 10;
        }
        while place > 0 {
            self.0.push(char::from(b'0' + (number / place % 10) as u8));
            place /= 10;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_their_width_and_grow_where_they_must() {
        let mut id = Id::default();
        assert_eq!(id.partner(42), "P-000042");
        assert_eq!(id.customer(1_999_999), "C-01999999");
        assert_eq!(id.numbered("R-", 7, 12), "R-00000007-12");
        assert_eq!(id.numbered("R-", 123_456_789_012, 5), "R-123456789012-05");
    }

    #[test]
    fn users_differ() {
        let mut id = Id::default();
        let mut users: Vec<String> = (0..10_000).map(|user| id.user(user).to_owned()).collect();
        users.sort_unstable();
        users.dedup();
        assert_eq!(users.len(), 10_000);
        assert!(users.iter().all(|user| user.len() == 10));
    }
}

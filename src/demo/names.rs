//! Names of companies that do not exist, and ids that tell nothing.

use std::collections::BTreeSet;

use super::dice::Dice;

const HEADS: [&str; 32] = [
    "Thistle", "Quern", "Ember", "Lark", "Sorrel", "Wren", "Tarn", "Gorse", "Plover", "Sedge",
    "Yarrow", "Dunlin", "Bracken", "Fescue", "Kestrel", "Merle", "Ochre", "Pippin", "Russet",
    "Siskin", "Teasel", "Umber", "Vetch", "Whin", "Avocet", "Burdock", "Cinder", "Damson", "Elder",
    "Flax", "Godwit", "Hazel",
];
const TAILS: [&str; 24] = [
    "garth", "wick", "hythe", "combe", "fold", "thwaite", "mere", "holt", "lathe", "spire", "beck",
    "stead", "croft", "haven", "moor", "dene", "loom", "weir", "barrow", "shaw", "rigg", "toft",
    "quay", "lea",
];
const PARTNER_TRADES: [&str; 12] = [
    "Systems",
    "Consulting",
    "Integration",
    "Networks",
    "Managed Services",
    "Technology",
    "Advisory",
    "IT",
    "Software",
    "Solutions",
    "Engineering",
    "Partners",
];
const CUSTOMER_TRADES: [&str; 28] = [
    "Bakeries",
    "Logistics",
    "Insurance",
    "Hospital",
    "Textiles",
    "School",
    "Shipping",
    "Breweries",
    "Hotels",
    "Tooling",
    "Press",
    "Laboratories",
    "Railways",
    "Dairy",
    "Furniture",
    "Optics",
    "Ceramics",
    "Legal",
    "Architects",
    "Energy",
    "Water",
    "Museum",
    "Foods",
    "Motors",
    "Clinics",
    "Paper",
    "Outfitters",
    "Seeds",
];

/// Makes names, no two partners' alike.
#[derive(Debug, Default)]
pub(super) struct Names {
    taken: BTreeSet<String>,
}

impl Names {
    pub(super) fn partner(&mut self, company_form: &str, dice: &mut Dice) -> String {
        let mut name = stem(dice);
        let mut full = format!("{name} {} {company_form}", dice.pick(&PARTNER_TRADES));
        while !self.taken.insert(full.clone()) {
            name = format!("{} {}", stem(dice), stem(dice));
            full = format!("{name} {} {company_form}", dice.pick(&PARTNER_TRADES));
        }
        full
    }
}

/// Customers may share a name, as in life.
pub(super) fn customer_name(dice: &mut Dice) -> String {
    format!("{} {}", stem(dice), dice.pick(&CUSTOMER_TRADES))
}

/// Five letters and digits for a number below 2^25, no two alike.
pub(super) fn code(number: usize) -> String {
    // No vowels, so that no word comes out; none that reads like another.
    const SIGNS: &[u8; 32] = b"23456789BCDFGHJKLMNPQRSTVWXZbhkt";
    const BITS: usize = 25;
    // An odd factor permutes the numbers below a power of two: neighbours get unlike codes.
    let mixed = (number.wrapping_mul(11_400_711) + 1_618_033) % (1 << BITS);
    (0..BITS / 5)
        .rev()
        .map(|place| char::from(SIGNS[(mixed >> (5 * place)) % 32]))
        .collect()
}

fn stem(dice: &mut Dice) -> String {
    format!("{}{}", dice.pick(&HEADS), dice.pick(&TAILS))
}

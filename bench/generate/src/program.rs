//! Everything that facts come from.

use crate::customer::{self, Customer};
use crate::holding::{self, Holding};
use crate::partner::Partners;
use crate::scale::Scale;
use crate::usage::{self, Use};

/// The settings that the program is meant for: two types of association count, so that precedence matters.
pub(crate) const SETTINGS: &str = "\
# The settings of the generated program.
[program]
association_precedence = [\"DPOR\", \"CPOR\"]
";

#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) scale: Scale,
    pub(crate) partners: Partners,
    pub(crate) customers: Vec<Customer>,
    /// In the order of customers.
    pub(crate) holdings: Vec<Holding>,
    holding_starts: Vec<u32>,
    /// In the order of customers.
    pub(crate) uses: Vec<Use>,
}

impl Program {
    pub(crate) fn invent(scale: Scale) -> Program {
        let partners = Partners::invent(scale.partners());
        let customers = customer::invent(scale.customers(), &partners);
        let (holdings, holding_starts) = holding::invent(&customers);
        let mut program = Program {
            scale,
            partners,
            customers,
            holdings,
            holding_starts,
            uses: Vec::new(),
        };
        program.uses = usage::invent(&program);
        program
    }

    pub(crate) fn holdings_of(&self, customer: u32) -> &[Holding] {
        let starts = &self.holding_starts;
        &self.holdings[starts[customer as usize] as usize..starts[customer as usize + 1] as usize]
    }
}

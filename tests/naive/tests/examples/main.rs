//! Every sentence of DATA.md with an edge to it, worked by hand in two or three lines.
//!
//! As-of is 2024-12-31, so the window is 2024-01-01 to 2024-12-31. See [`harness`] for who is who.

mod attribution;
mod certified_people;
mod exports;
mod files;
mod harness;
mod instances;
mod new_customers;
mod peers;
mod revenue;
mod seats;
mod settling;
mod surveys;
mod users;

//! Examples worked by hand from DATA.md: one module for each of its sections or metrics.

mod attribution;
mod bands;
mod certified_people;
mod mau_per_assigned_seat;
mod monthly_active_users;
mod net_paid_seats;
mod net_promoter_score;
mod new_customers;
mod peers;
mod production_instances;
mod release;
mod revenue;
mod slices;
mod window;

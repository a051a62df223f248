//! What is withheld so that nobody's figures can be told: examples worked by hand, and properties of generated programs.

mod attacks;
mod properties;
mod scene;
